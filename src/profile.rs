//! Profiles: named settings, of known servers (`providers.toml`) and from files of the user's own.
#![forbid(unsafe_code)]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::Spanned;

use crate::constants::OAUTH_PROFILE;
use crate::error::{Error, Result};
use crate::property;
use crate::settings::Settings;
use crate::system;

const KNOWN: &str = include_str!("providers.toml");
/// In the catalogue: where an entry's facts are from.
const REMARKS: [&str; 2] = ["source", "unproven"];
/// These first: the others are checked against them.
const FIRST: [&str; 2] = ["allow_http", "base_url"];
const MAX_FILE: u64 = 1024 * 1024;
/// How many profiles may build on one another.
const MAX_DEPTH: usize = 8;

/// Takes over a known server's settings.
pub fn apply_known(settings: &mut Settings, name: &str) -> Result<()> {
    if name.is_empty() {
        name.clone_into(&mut settings.profile);
        return Ok(());
    }
    let catalogue = Source { name: "the catalogue".to_owned(), text: KNOWN };
    let profiles = catalogue.parse()?;
    let Some(profile) = profiles.get(name) else {
        let names: Vec<_> = profiles.keys().map(|k| k.get_ref().to_string()).collect();
        return Err(Error::Profile(format!(
            "no known server is called {name}: use one of {}",
            names.join(", ")
        )));
    };
    let Some(table) = profile.get_ref().as_table() else {
        return Err(Error::Internal("the catalogue of servers is damaged".to_owned()));
    };
    catalogue.apply(settings, table)?;
    name.clone_into(&mut settings.profile);
    Ok(())
}

/// Takes over the settings of a profile of that name, wherever it is found, or of a file; see `oauth_client_open`.
pub fn open(settings: &mut Settings, wanted: &str) -> Result<()> {
    if wanted.is_empty() {
        return Err(Error::Profile("the profile's name is empty".to_owned()));
    }
    if wanted.contains('/') {
        let (path, name) = wanted.rsplit_once('#').unwrap_or((wanted, ""));
        let text = read(Path::new(path))?.ok_or_else(|| {
            Error::Profile(format!("the profile file {path} does not exist: check the path"))
        })?;
        let file = Source { name: path.to_owned(), text: &text };
        let name = if name.is_empty() { file.only_name()? } else { name.to_owned() };
        return file
            .open(settings, &name)?
            .then_some(())
            .ok_or_else(|| Error::Profile(format!("{path} has no profile [{name}]: check the name")));
    }
    for path in search_path() {
        if let Some(text) = read(&path)? {
            let file = Source { name: path.display().to_string(), text: &text };
            if file.open(settings, wanted)? {
                return Ok(());
            }
        }
    }
    apply_known(settings, wanted).map_err(|error| match error {
        Error::Profile(text) => Error::Profile(format!("{text}, or write a file: see oauth_client_open")),
        other => other,
    })
}

/// Where files of profiles are looked for: only when a profile is asked for by name.
fn search_path() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    if !system::is_privileged() {
        let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        paths.extend(variable("LIBOAUTH_PROFILES"));
        let config =
            variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")));
        paths.extend(config.map(|folder| folder.join("liboauth/profiles.toml")));
    }
    paths.push(PathBuf::from("/etc/liboauth/profiles.toml"));
    paths
}

/// The file's text; `None` where there is none. A file that others can write could send our secrets elsewhere.
fn read(path: &Path) -> Result<Option<String>> {
    let name = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::Profile(format!("the profile file {name} cannot be read: {e}"))),
    };
    if !found.is_file() || found.len() > MAX_FILE {
        return Err(Error::Profile(format!("{name} is no file of profiles")));
    }
    if found.mode() & 0o022 != 0 {
        return Err(Error::Profile(format!("others can write to the profile file {name}: chmod go-w it")));
    }
    if found.uid() != system::effective_user() && found.uid() != 0 {
        return Err(Error::Profile(format!(
            "the profile file {name} belongs to another user: use one of your own"
        )));
    }
    let text = fs::read_to_string(path);
    text.map(Some).map_err(|e| Error::Profile(format!("the profile file {name} cannot be read: {e}")))
}

/// A file of profiles, or the catalogue.
struct Source<'a> {
    name: String,
    text: &'a str,
}

impl<'a> Source<'a> {
    fn parse(&self) -> Result<DeTable<'a>> {
        match DeTable::parse(self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(e) => Err(self.wrong(e.span().map_or(0, |s| s.start), e.message())),
        }
    }

    fn only_name(&self) -> Result<String> {
        let profiles = self.parse()?;
        match profiles.keys().next() {
            Some(name) if profiles.len() == 1 => Ok(name.get_ref().to_string()),
            _ => {
                Err(Error::Profile(format!("{} has not just one profile: add #name to the path", self.name)))
            }
        }
    }

    /// Applies a profile of this file and what it builds on; false where the file has none of that name.
    fn open(&self, settings: &mut Settings, name: &str) -> Result<bool> {
        let profiles = self.parse()?;
        let mut chain = Vec::new();
        let mut next = name.to_owned();
        loop {
            let Some((key, profile)) = profiles.get_key_value(next.as_str()) else {
                if chain.is_empty() {
                    return Ok(false);
                }
                break; // it builds on a known server
            };
            let Some(table) = profile.get_ref().as_table() else {
                return Err(self.wrong(key.span().start, &format!("{next} stands outside of a [profile]")));
            };
            chain.push(table);
            if chain.len() > MAX_DEPTH {
                return Err(self.wrong(key.span().start, "profiles build on each other in a circle"));
            }
            match table.get("profile").map(|v| (v.get_ref().as_str(), v.span().start)) {
                None => break,
                Some((None, at)) => return Err(self.wrong(at, "profile is no text")),
                // A profile may have the name of the known server that it builds on.
                Some((Some(base), at)) if base == next || !profiles.contains_key(base) => {
                    apply_known(settings, base).map_err(|e| self.wrong(at, &e.to_string()))?;
                    break;
                }
                Some((Some(base), _)) => base.clone_into(&mut next),
            }
        }
        for table in chain.into_iter().rev() {
            self.apply(settings, table)?;
        }
        name.clone_into(&mut settings.profile);
        Ok(true)
    }

    fn apply(&self, settings: &mut Settings, table: &DeTable<'_>) -> Result<()> {
        let is_first = |key: &str| FIRST.contains(&key);
        let entries = || table.iter().map(|(key, value)| (key, key.get_ref().as_ref(), value));
        for (key, name, value) in
            entries().filter(|e| is_first(e.1)).chain(entries().filter(|e| !is_first(e.1)))
        {
            if name == "profile" || REMARKS.contains(&name) {
                continue;
            }
            let number = property::setting_of_key(name).filter(|n| *n != OAUTH_PROFILE);
            let number = number.ok_or_else(|| self.unknown_key(key))?;
            let text = text_of(value).ok_or_else(|| {
                self.wrong(
                    value.span().start,
                    &format!("{name}: use a text, a whole number, or true or false"),
                )
            })?;
            property::set(settings, number, &text)
                .map_err(|e| self.wrong(key.span().start, &e.to_string()))?;
        }
        Ok(())
    }

    fn unknown_key(&self, key: &Spanned<std::borrow::Cow<'_, str>>) -> Error {
        let name = key.get_ref().as_ref();
        let nearest = property::SETTINGS.iter().map(|(_, k)| *k).min_by_key(|known| distance(name, known));
        let hint = nearest.filter(|known| distance(name, known) <= 3);
        let hint = hint.map(|known| format!(": did you mean {known}?")).unwrap_or_default();
        self.wrong(key.span().start, &format!("no property is called {name}{hint}"))
    }

    fn wrong(&self, at: usize, reason: &str) -> Error {
        let line = self.text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        Error::Profile(format!("{} line {line}: {}", self.name, reason.trim()))
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n.to_string())
        }
        DeValue::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// How many letters two words differ by (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
