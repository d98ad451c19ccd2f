//! One row a property: its number, its key, and its kind, which says how its text is read and written.
#![forbid(unsafe_code)]

use std::ops::RangeInclusive;

use super::Settings;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::protocol::names::{Known, Names};
use crate::secret::Secret;
use crate::secret_source::SecretSource;
use crate::store::KeySource;
use crate::system::GivenPath;

pub const YEAR: u32 = 31_536_000;

/// A setting. A new one is a constant, a field in its group, and a row beside that group.
pub struct Row {
    pub number: i32,
    /// As profiles and errors name it: the constant's name in lower case, without `OAUTH_`.
    pub key: &'static str,
    pub kind: Kind,
}

/// What the setting is, and where in [`Settings`] it stands.
pub enum Kind {
    Text(Reader, Get<String>, GetMut<String>),
    /// A text that is wiped.
    Secret(Reader, Get<Secret>, GetMut<Secret>),
    /// Within bounds, or not set.
    Seconds(RangeInclusive<u32>, Get<Option<u32>>, GetMut<Option<u32>>),
    /// The same with a default.
    SecondsOr(u32, RangeInclusive<u32>, Get<u32>, GetMut<u32>),
    /// One of a few words: see [`Words`].
    Word(Get<dyn Word>, GetMut<dyn Word>),
    File(Get<Option<GivenPath>>, GetMut<Option<GivenPath>>),
    Key(Get<Option<KeySource>>, GetMut<Option<KeySource>>),
    /// A secret, or where it is.
    Source(Checker, Get<Option<SecretSource>>, GetMut<Option<SecretSource>>),
    /// Like no other.
    Own {
        get: fn(&Settings) -> Secret,
        set: fn(&mut Settings, Given<'_>) -> Result<()>,
    },
}

/// Checks a text against the other settings.
pub type Reader = fn(&Settings, Given<'_>) -> Result<String>;
/// Checks a secret that is itself what was given.
pub type Checker = fn(Given<'_>) -> Result<()>;
pub type Get<T> = fn(&Settings) -> &T;
pub type GetMut<T> = fn(&mut Settings) -> &mut T;

impl Row {
    /// As text, such that setting it again changes nothing.
    pub fn text(&self, settings: &Settings) -> Secret {
        match &self.kind {
            Kind::Text(_, get, _) => Secret::new(get(settings).as_str()),
            Kind::Secret(_, get, _) => get(settings).clone(),
            Kind::Seconds(_, get, _) => digits(*get(settings)),
            Kind::SecondsOr(.., get, _) => digits(Some(*get(settings))),
            Kind::Word(get, _) => Secret::new(get(settings).written()),
            Kind::File(get, _) => {
                get(settings).as_ref().map(|file| Secret::new(file.written.as_str())).unwrap_or_default()
            }
            Kind::Key(get, _) => get(settings).as_ref().map(KeySource::written).unwrap_or_default(),
            Kind::Source(_, get, _) => get(settings).as_ref().map(SecretSource::written).unwrap_or_default(),
            Kind::Own { get, .. } => get(settings),
        }
    }

    /// An empty text takes the setting back.
    pub fn apply(&self, settings: &mut Settings, text: &str) -> Result<()> {
        let given = Given { key: self.key, raw: text };
        match &self.kind {
            Kind::Text(read, _, field) => *field(settings) = read(settings, given)?,
            Kind::Secret(read, _, field) => *field(settings) = Secret::new(read(settings, given)?),
            Kind::Seconds(bounds, _, field) => *field(settings) = given.seconds(bounds)?,
            Kind::SecondsOr(default, bounds, _, field) => {
                *field(settings) = given.seconds(bounds)?.unwrap_or(*default);
            }
            Kind::Word(_, field) => given.choose(field(settings))?,
            Kind::File(_, field) => *field(settings) = given.file()?,
            Kind::Key(_, field) => *field(settings) = KeySource::parse(given.key, given.checked()?)?,
            Kind::Source(check, _, field) => *field(settings) = given.source(*check)?,
            Kind::Own { set, .. } => set(settings, given)?,
        }
        Ok(())
    }
}

fn digits(number: Option<u32>) -> Secret {
    number.map(|number| Secret::new(number.to_string())).unwrap_or_default()
}

// ---- one of a few words ----

/// What is set by one of these words, in whatever case. No word is the default.
pub trait Words: Copy + Default + PartialEq + 'static {
    /// Of those that mean the same the first is how it is written.
    const WORDS: &'static [(&'static str, Self)];
}

/// [`Words`] of whatever type.
pub trait Word {
    fn word(&self, at: usize) -> Option<&'static str>;

    /// Empty where no word means it.
    fn written(&self) -> &'static str;

    /// Takes the meaning of that word; `None`: the default.
    fn choose(&mut self, at: Option<usize>);
}

impl<T: Words> Word for T {
    fn word(&self, at: usize) -> Option<&'static str> {
        T::WORDS.get(at).map(|(word, _)| *word)
    }

    fn written(&self) -> &'static str {
        T::WORDS.iter().find(|(_, meaning)| meaning == self).map_or("", |(word, _)| word)
    }

    fn choose(&mut self, at: Option<usize>) {
        *self = at.map_or_else(T::default, |at| T::WORDS[at].1);
    }
}

// ---- reading ----

/// Any text.
pub fn text(_: &Settings, given: Given<'_>) -> Result<String> {
    given.checked().map(str::to_owned)
}

/// Parameters that are added to a request.
pub fn query(_: &Settings, given: Given<'_>) -> Result<String> {
    Ok(given.checked()?.trim_start_matches(['?', '&']).to_owned())
}

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

    /// Of several lines, as PEM and JSON are written.
    pub fn lines(self) -> Result<&'a str> {
        if self.raw.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(self.refused("it holds a control character that is no line end"));
        }
        Ok(self.raw)
    }

    /// JSON to the letter, as others are to read it; `None` where there is none.
    pub fn json(self) -> Result<Option<Json>> {
        let text = self.lines()?.trim();
        if text.is_empty() {
            return Ok(None);
        }
        Json::parse_exactly(text).map(Some).map_err(|reason| self.refused(reason))
    }

    pub fn source(self, check: Checker) -> Result<Option<SecretSource>> {
        let source = SecretSource::parse(self.key, self.raw)?;
        match &source {
            Some(SecretSource::Text(_)) => check(self)?,
            _ => self.checked().map(|_| ())?,
        }
        Ok(source)
    }

    fn choose(self, field: &mut dyn Word) -> Result<()> {
        let text = self.checked()?;
        if text.is_empty() {
            field.choose(None);
            return Ok(());
        }
        let words: Vec<_> = (0..).map_while(|at| field.word(at)).collect();
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let at = at.ok_or_else(|| self.refused(format!("use one of {}", words.join(", "))))?;
        field.choose(Some(at));
        Ok(())
    }

    fn seconds(self, bounds: &RangeInclusive<u32>) -> Result<Option<u32>> {
        let text = self.checked()?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(value) if bounds.contains(&value) => Ok(Some(value)),
            _ => {
                let (least, most) = (bounds.start(), bounds.end());
                Err(self.refused(format!("use a number of seconds from {least} to {most}")))
            }
        }
    }

    pub fn names(self, known: &Known, field: &mut Names) -> Result<()> {
        let names = Names::parse(self.key, self.checked()?, known);
        *field = names.map_err(|reason| self.refused(reason))?;
        Ok(())
    }

    fn file(self) -> Result<Option<GivenPath>> {
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
