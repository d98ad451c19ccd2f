//! Profiles as TOML: a table a profile, a key a setting.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::path::is_separator;
use toml::de::{DeTable, DeValue};
use toml::Spanned;

use super::catalogue::{self, LIST};
use super::nesting::too_deep;
use crate::error::{Error, Result};
use crate::line::nearest;
use crate::secret::Secret;
use crate::settings::{row_of_key, rows, Settings};

/// What stands in the catalogue for people; `build.rs` leaves it out of the library.
pub const REMARKS: [&str; 7] = ["title", "source", "date", "status", "notes", "refreshes", "needs"];
/// These first: the others are checked against them, or stand in the place of what they bring.
const FIRST: [&str; 3] = ["allow_http", "base_url", "service_account"];
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
    let near = match catalogue::near(name) {
        near if near.is_empty() => near,
        near => near + " ",
    };
    Err(Error::Profile(format!("no known server is called {name}: {near}All are listed in {LIST}")))
}

/// False where no server of that name is known.
pub fn take_known(settings: &mut Settings, name: &str) -> Result<bool> {
    let Some(text) = catalogue::table(name) else {
        return Ok(false);
    };
    Source { name: "the catalogue", text }.open(settings, name)
}

type Key<'a> = Spanned<Cow<'a, str>>;

/// A file of profiles, or the catalogue.
pub struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl<'a> Source<'a> {
    pub fn parse(&self) -> Result<DeTable<'a>> {
        if let Some(at) = too_deep(self.text) {
            return Err(self.wrong(at, "nested too deeply: use a text, a whole number, or true or false"));
        }
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
        row_of_key(key.trim()).map(|row| row.key)
    }

    pub fn only_name(&self) -> Result<String> {
        let profiles = self.parse()?;
        let outside = profiles.iter().filter(|(_, value)| value.get_ref().as_table().is_none());
        if let Some((key, _)) = outside.min_by_key(|(key, _)| key.span().start) {
            return Err(self.outside(key));
        }
        let names: Vec<_> = profiles.keys().map(|key| key.get_ref().as_ref()).collect();
        match names[..] {
            [only] => Ok(only.to_owned()),
            [] => Err(Error::Profile(format!(
                "the profile file is empty: begin it with a line such as [demo], settings below: {}",
                self.name
            ))),
            [first, ..] => {
                let more = if names.len() > MAX_NAMED { ", ..." } else { "" };
                let some = names[..names.len().min(MAX_NAMED)].join(", ");
                Err(Error::Profile(format!(
                    "the file has several profiles, say which: {}#{first} (there are {some}{more}): {}",
                    self.short_name(),
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
    pub fn open(&self, settings: &mut Settings, name: &str) -> Result<bool> {
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

    pub fn apply(&self, settings: &mut Settings, table: &DeTable<'_>) -> Result<()> {
        let is_first = |key: &str| FIRST.contains(&key);
        let entries = || table.iter().map(|(key, value)| (key, key.get_ref().as_ref(), value));
        for (key, name, value) in
            entries().filter(|e| is_first(e.1)).chain(entries().filter(|e| !is_first(e.1)))
        {
            if name == "profile" || REMARKS.contains(&name) {
                continue;
            }
            let row = row_of_key(name).ok_or_else(|| self.unknown_key(key))?;
            let text = text_of(value).ok_or_else(|| {
                self.wrong(
                    value.span().start,
                    &format!("{name}: use a text, a whole number, or true or false"),
                )
            })?;
            row.apply(settings, text.expose()).map_err(|e| self.wrong(key.span().start, &e.to_string()))?;
        }
        Ok(())
    }

    fn unknown_key(&self, key: &Key<'_>) -> Error {
        let name = key.get_ref().as_ref();
        let lower = name.to_ascii_lowercase();
        let constant = lower.strip_prefix("oauth_").unwrap_or(&lower);
        if row_of_key(constant).is_some() {
            return self.wrong(key.span().start, &format!("no property is called {name}: write {constant}"));
        }
        let hint = nearest(name, rows().map(|row| row.key));
        let hint = hint.map(|key| format!(": did you mean {key}?")).unwrap_or_default();
        self.wrong(key.span().start, &format!("no property is called {name}{hint}"))
    }

    fn wrong(&self, at: usize, reason: &str) -> Error {
        let line = self.text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let (name, reason) = (self.short_name(), reason.trim());
        // The whole path comes last: it may be longer than a screen's line.
        let path = if name == self.name { String::new() } else { format!(": {}", self.name) };
        Error::Profile(format!("{name} line {line}: {reason}{path}"))
    }

    fn short_name(&self) -> &'a str {
        self.name.rsplit(is_separator).next().unwrap_or(self.name)
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
