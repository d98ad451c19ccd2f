//! One row a property: its number, its key, how it is written and how its text is read.
#![forbid(unsafe_code)]

use std::ops::RangeInclusive;

use super::Settings;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::system::GivenPath;

pub const YEAR: u32 = 31_536_000;

/// A setting. A new one is a constant, a field in its group, and a row beside that group.
pub struct Row {
    pub number: i32,
    /// As profiles and errors name it: the constant's name in lower case, without `OAUTH_`.
    pub key: &'static str,
    /// As text, such that setting it again changes nothing.
    pub get: fn(&Settings) -> Secret,
    /// An empty text takes the setting back.
    pub set: fn(&mut Settings, Given<'_>) -> Result<()>,
}

impl Row {
    pub fn apply(&self, settings: &mut Settings, text: &str) -> Result<()> {
        (self.set)(settings, Given { key: self.key, raw: text })
    }
}

// ---- reading ----

/// What a setting is to be.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub key: &'static str,
    /// As it came, unchecked.
    pub raw: &'a str,
}

impl<'a> Given<'a> {
    /// No property's text goes over a line: it could end a header early.
    pub fn checked(self) -> Result<&'a str> {
        if self.raw.chars().any(char::is_control) {
            return Err(self.refused("it holds a control character such as a line end"));
        }
        Ok(self.raw)
    }

    pub fn text(self) -> Result<String> {
        self.checked().map(str::to_owned)
    }

    pub fn secret(self) -> Result<Secret> {
        self.checked().map(Secret::new)
    }

    /// Parameters that are added to a request.
    pub fn query(self) -> Result<String> {
        Ok(self.checked()?.trim_start_matches(['?', '&']).to_owned())
    }

    /// One of these words, in whatever case; the default where there is none.
    pub fn choice<T: Copy + Default>(self, words: &[(&str, T)]) -> Result<T> {
        let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        Ok(self.one_of(&names)?.map_or_else(T::default, |at| words[at].1))
    }

    /// Which word it is. Apart, as all kinds of words share it.
    fn one_of(self, words: &[&str]) -> Result<Option<usize>> {
        let text = self.checked()?;
        if text.is_empty() {
            return Ok(None);
        }
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(text));
        at.map(Some).ok_or_else(|| self.refused(format!("use one of {}", words.join(", "))))
    }

    pub fn seconds(self, bounds: RangeInclusive<u32>) -> Result<Option<u32>> {
        let text = self.checked()?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<u32>() {
            Ok(value) if bounds.contains(&value) => Ok(Some(value)),
            _ => {
                let (least, most) = bounds.into_inner();
                Err(self.refused(format!("use a number of seconds from {least} to {most}")))
            }
        }
    }

    pub fn seconds_or(self, bounds: RangeInclusive<u32>, default: u32) -> Result<u32> {
        Ok(self.seconds(bounds)?.unwrap_or(default))
    }

    pub fn file(self) -> Result<Option<GivenPath>> {
        let text = self.checked()?;
        if text.is_empty() {
            return Ok(None);
        }
        GivenPath::new(self.key, text).map(Some)
    }

    pub fn refused(self, reason: impl Into<String>) -> Error {
        Error::Value { key: self.key, reason: reason.into() }
    }
}

/// Gives a setting its new value, if there is one. Not inlined: each row would have a copy.
#[inline(never)]
pub fn put<T>(value: Result<T>, field: &mut T) -> Result<()> {
    *field = value?;
    Ok(())
}

// ---- writing ----

pub fn plain(text: &str) -> Secret {
    Secret::new(text)
}

pub fn word<T: PartialEq>(words: &[(&str, T)], value: &T) -> Secret {
    words.iter().find(|(_, v)| v == value).map(|(word, _)| Secret::new(*word)).unwrap_or_default()
}

pub fn digits(number: Option<u32>) -> Secret {
    number.map(|number| Secret::new(number.to_string())).unwrap_or_default()
}

pub fn path(file: Option<&GivenPath>) -> Secret {
    file.map(|file| Secret::new(file.written.as_str())).unwrap_or_default()
}
