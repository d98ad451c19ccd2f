//! Profiles: named settings, of known servers (`settings/known_servers.toml`) and from files of the user's own.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::Spanned;

use crate::constants::OAUTH_PROFILE;
use crate::error::{Error, Result};
use crate::property;
use crate::secret::{Secret, Wiped};
use crate::settings::Settings;
use crate::system;

const KNOWN: &str = include_str!("settings/known_servers.toml");
/// In the catalogue: where an entry's facts are from.
const REMARKS: [&str; 2] = ["source", "unproven"];
/// These first: the others are checked against them.
const FIRST: [&str; 2] = ["allow_http", "base_url"];
const MAX_FILE: u64 = 1024 * 1024;
/// How many profiles may build on one another.
const MAX_DEPTH: usize = 8;
/// How many of a file's profiles a sentence names.
const MAX_NAMED: usize = 8;

/// Takes over a known server's settings.
pub fn apply_known(settings: &mut Settings, name: &str) -> Result<()> {
    if name.is_empty() {
        name.clone_into(&mut settings.profile);
        return Ok(());
    }
    if take_known(settings, name)? {
        return Ok(());
    }
    Err(Error::Profile(format!("no known server is called {name}: use one of {}", known_names()?)))
}

/// False where no server of that name is known.
fn take_known(settings: &mut Settings, name: &str) -> Result<bool> {
    let profiles = CATALOGUE.parse()?;
    let Some(profile) = profiles.get(name) else {
        return Ok(false);
    };
    let Some(table) = profile.get_ref().as_table() else {
        return Err(Error::Internal("the catalogue of servers is damaged".to_owned()));
    };
    CATALOGUE.apply(settings, table)?;
    name.clone_into(&mut settings.profile);
    Ok(true)
}

fn known_names() -> Result<String> {
    Ok(CATALOGUE.parse()?.keys().map(|k| k.get_ref().as_ref()).collect::<Vec<_>>().join(", "))
}

/// Takes over the settings of a profile of that name, wherever it is found, or of a file; see `oauth_client_open`.
pub fn open(settings: &mut Settings, wanted: &str) -> Result<()> {
    if wanted.is_empty() {
        return Err(Error::Profile("the profile's name is empty".to_owned()));
    }
    if wanted.contains('/') {
        return open_file(settings, wanted);
    }
    let mut looked = Vec::new();
    for (place, path) in search_path() {
        let name = path.display();
        let text = match (read(&path)?, place) {
            (FileText::Text(text), _) => text,
            (FileText::Nothing, Origin::Variable) => {
                return Err(Error::Profile(format!(
                    "LIBOAUTH_PROFILES names {name}, which does not exist: correct or unset it"
                )));
            }
            (FileText::Nothing, _) => {
                looked.push(format!("{name} (not there)"));
                continue;
            }
            // A service often has a home that is not its own.
            (FileText::Denied(_), Origin::Home) => {
                looked.push(format!("{name} (not readable)"));
                continue;
            }
            (FileText::Denied(error), _) => return Err(error),
        };
        let file = Source { name: &name.to_string(), text: &text };
        if file.open(settings, wanted)? {
            return Ok(());
        }
        looked.push(name.to_string());
    }
    if take_known(settings, wanted)? {
        return Ok(());
    }
    Err(not_found(wanted, &looked.join(", "), &known_names()?))
}

/// `FILE` or `FILE#NAME`
fn open_file(settings: &mut Settings, wanted: &str) -> Result<()> {
    let (path, name) = wanted.rsplit_once('#').unwrap_or((wanted, ""));
    let text = match read(Path::new(path))? {
        FileText::Text(text) => text,
        FileText::Denied(error) => return Err(error),
        FileText::Nothing => {
            return Err(Error::Profile(format!("the profile file {path} does not exist: check the path")));
        }
    };
    let file = Source { name: path, text: &text };
    let name = if name.is_empty() { file.only_name()? } else { name.to_owned() };
    if file.open(settings, &name)? {
        return Ok(());
    }
    Err(Error::Profile(format!("{path} has no profile [{name}]: check the name")))
}

fn not_found(wanted: &str, looked: &str, known: &str) -> Error {
    Error::Profile(if Path::new(wanted).is_file() {
        format!(
            "no profile [{wanted}]: did you mean the file ./{wanted}? A name is looked for in {looked}, \
             and among the known servers ({known})"
        )
    } else {
        format!(
            "no profile [{wanted}] in {looked}, and no known server of that name ({known}); \
             for a file, write ./{wanted}"
        )
    })
}

/// Who says that there is a file.
#[derive(Clone, Copy)]
enum Origin {
    Variable,
    Home,
    System,
}

/// Where files of profiles are looked for: only when a profile is asked for by name.
fn search_path() -> Vec<(Origin, PathBuf)> {
    let mut paths = Vec::new();
    if !system::is_privileged() {
        let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        paths.extend(variable("LIBOAUTH_PROFILES").map(|path| (Origin::Variable, path)));
        let config =
            variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")));
        paths.extend(config.map(|folder| (Origin::Home, folder.join("liboauth/profiles.toml"))));
    }
    paths.push((Origin::System, PathBuf::from("/etc/liboauth/profiles.toml")));
    paths
}

/// What is at a path.
enum FileText {
    Text(Wiped<String>),
    Nothing,
    /// As the failure that it is where the file was named by somebody.
    Denied(Error),
}

/// The file's text. It is opened once, so that what is checked is what is read.
fn read(path: &Path) -> Result<FileText> {
    let unreadable = |e| Error::Profile(format!("the profile file {} cannot be read: {e}", path.display()));
    // A named pipe would wait for a writer, and a terminal become ours.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(FileText::Nothing);
        }
        Err(e) if e.kind() == ErrorKind::PermissionDenied => return Ok(FileText::Denied(unreadable(e))),
        Err(e) => return Err(unreadable(e)),
    };
    let found = file.metadata().map_err(unreadable)?;
    check_file(path, &found)?;
    let bytes = read_all(file, found.len()).map_err(unreadable)?;
    check_size(path, bytes.len() as u64)?;
    text_in(bytes).map(FileText::Text).ok_or_else(|| {
        Error::Profile(format!("the profile file {} is not UTF-8: save it as UTF-8", path.display()))
    })
}

/// A file that others can write could send our secrets elsewhere.
fn check_file(path: &Path, found: &Metadata) -> Result<()> {
    let name = path.display();
    if found.is_dir() {
        return Err(Error::Profile(format!("{name} is a folder: name the file in it")));
    }
    if !found.is_file() {
        return Err(Error::Profile(format!("{name} is no regular file: name a file of profiles")));
    }
    check_size(path, found.len())?;
    if found.mode() & 0o022 != 0 {
        return Err(Error::Profile(format!("others can write to the profile file {name}: chmod go-w it")));
    }
    if found.uid() != system::effective_user() && found.uid() != 0 {
        return Err(Error::Profile(format!(
            "the profile file {name} belongs to another user: use one of your own"
        )));
    }
    Ok(())
}

fn check_size(path: &Path, size: u64) -> Result<()> {
    if size > MAX_FILE {
        return Err(Error::Profile(format!(
            "{} is larger than 1 MiB: this is no file of profiles",
            path.display()
        )));
    }
    Ok(())
}

/// At most a byte more than is allowed: a file may grow.
fn read_all(file: File, size: u64) -> std::io::Result<Wiped<Vec<u8>>> {
    // Of the right size at once: growing would leave parts of it behind.
    let size = usize::try_from(size).unwrap_or_default();
    let mut bytes = Wiped::new(Vec::with_capacity(size + 64));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text_in(mut bytes: Wiped<Vec<u8>>) -> Option<Wiped<String>> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Some(Wiped::new(text)),
        Err(e) => {
            drop(Wiped::new(e.into_bytes()));
            None
        }
    }
}

const CATALOGUE: Source<'static> = Source { name: "the catalogue", text: KNOWN };

type Key<'a> = Spanned<Cow<'a, str>>;

/// A file of profiles, or the catalogue.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    fn parse(&self) -> Result<DeTable<'a>> {
        match DeTable::parse(self.text) {
            Ok(table) => Ok(table.into_inner()),
            Err(e) => {
                let at = e.span().map_or(0, |s| s.start);
                let key = self.key_at(at).map(|key| format!("{key}: ")).unwrap_or_default();
                Err(self.wrong(at, &format!("{key}{}", e.message())))
            }
        }
    }

    /// The property that is set in the line; no other word, which might be a secret in the wrong place.
    fn key_at(&self, at: usize) -> Option<&'static str> {
        let start = self.text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        let (key, _) = self.text[start..].lines().next()?.split_once('=')?;
        property::SETTINGS.iter().map(|(_, known)| *known).find(|known| *known == key.trim())
    }

    fn only_name(&self) -> Result<String> {
        let profiles = self.parse()?;
        let outside = profiles.iter().filter(|(_, value)| value.get_ref().as_table().is_none());
        if let Some((key, _)) = outside.min_by_key(|(key, _)| key.span().start) {
            return Err(self.outside(key));
        }
        let names: Vec<_> = profiles.keys().map(|key| key.get_ref().as_ref()).collect();
        match names[..] {
            [only] => Ok(only.to_owned()),
            [] => Err(Error::Profile(format!(
                "{} is empty: begin it with a line such as [demo], settings below",
                self.name
            ))),
            [first, ..] => {
                let more = if names.len() > MAX_NAMED { ", ..." } else { "" };
                let some = names[..names.len().min(MAX_NAMED)].join(", ");
                Err(Error::Profile(format!(
                    "{0} has several profiles, say which: {0}#{first} (there are {some}{more})",
                    self.name
                )))
            }
        }
    }

    fn outside(&self, key: &Key<'_>) -> Error {
        let reason =
            format!("{} stands before any [name]: begin the file with a line such as [demo]", key.get_ref());
        self.wrong(key.span().start, &reason)
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
                return Err(self.outside(key));
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
            property::set(settings, number, text.expose())
                .map_err(|e| self.wrong(key.span().start, &e.to_string()))?;
        }
        Ok(())
    }

    fn unknown_key(&self, key: &Key<'_>) -> Error {
        let name = key.get_ref().as_ref();
        let lower = name.to_ascii_lowercase();
        let constant = lower.strip_prefix("oauth_").unwrap_or(&lower);
        if property::setting_of_key(constant).is_some() {
            return self.wrong(key.span().start, &format!("no property is called {name}: write {constant}"));
        }
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

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<Secret> {
    match value.get_ref() {
        DeValue::String(text) => Some(Secret::new(text.as_ref())),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
            Some(Secret::new(number.to_string()))
        }
        DeValue::Boolean(truth) => Some(Secret::new(truth.to_string())),
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
