//! What a server calls parameters that have another name in the RFCs.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::line::{nearest, one_line};
use crate::uri::{self, Escape};

/// A list of them, as a setting gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The setting.
    key: &'static str,
    /// Ours and theirs.
    pairs: Vec<(&'static str, String)>,
}

/// Parameters with their names.
pub type Named<'a, V> = Vec<(Cow<'a, str>, V)>;

/// What a list of names may speak of.
pub struct Known {
    pub names: &'static [&'static str],
    /// Those of them that cannot be left out.
    pub needed: &'static [&'static str],
}

impl Names {
    /// As the RFCs have them.
    pub const USUAL: Self = Self { key: "", pairs: Vec::new() };

    /// Of a query string, our name before each `=` and the server's behind it; none leaves the parameter out.
    pub fn parse(key: &'static str, text: &str, known: &Known) -> std::result::Result<Self, String> {
        const LONGEST: usize = 64;
        let mut names = Self { key, pairs: Vec::new() };
        for pair in text.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (ours, theirs) = pair.split_once('=').ok_or("write our-name=its-name, with & between two")?;
            let ours = known.find(&uri::unescape(ours, true))?;
            let theirs = uri::unescape(theirs, true);
            if theirs.len() > LONGEST || !theirs.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(format!(
                    "what {ours} is called is no name: use up to {LONGEST} letters and digits"
                ));
            }
            if theirs.is_empty() && known.needed.contains(&ours) {
                return Err(format!("{ours} cannot be left out: write {ours}=its-name"));
            }
            if names.pairs.iter().any(|(name, _)| *name == ours) {
                return Err(format!("{ours} stands twice: keep one"));
            }
            if let Some((before, _)) = names.pairs.iter().find(|(_, n)| *n == theirs && !n.is_empty()) {
                return Err(format!("{before} and {ours} are called the same: give each its own name"));
            }
            names.pairs.push((ours, theirs));
        }
        Ok(names)
    }

    /// As [`Names::parse`] reads it.
    pub fn written(&self) -> String {
        let pair =
            |(ours, theirs): &(&str, String)| format!("{ours}={}", uri::escape(theirs, Escape::Percent));
        self.pairs.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// What the server calls that parameter; empty where it is left out.
    pub fn of<'a>(&'a self, ours: &'a str) -> &'a str {
        self.theirs(ours).unwrap_or(ours)
    }

    fn theirs(&self, ours: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| *name == ours).map(|(_, theirs)| theirs.as_str())
    }

    /// What we call that parameter of the server's, where it has a name of its own.
    pub fn ours(&self, theirs: &str) -> Option<&'static str> {
        self.pairs.iter().find(|(_, name)| name == theirs).map(|(ours, _)| *ours)
    }

    /// `ours` but for those that `more` has, then `more`, as the server calls them. A name may stand in `more` twice
    /// (RFC 8707 section 2), but no two parameters come to have the same.
    pub fn merge<'a, V>(&'a self, mut ours: Named<'a, V>, more: Named<'a, V>) -> Result<Named<'a, V>> {
        ours.retain(|(name, _)| !more.iter().any(|(other, _)| self.of(other) == self.of(name)));
        ours.extend(more);
        if self.is_empty() {
            return Ok(ours);
        }
        ours.retain(|(name, _)| !self.of(name).is_empty());
        let mut before: HashMap<&str, &str> = HashMap::new();
        for (name, _) in &ours {
            let theirs = self.of(name);
            if *before.entry(theirs).or_insert(name) != name {
                let reason = format!("two parameters would be called {theirs}: give each its own name");
                return Err(Error::Value { key: self.key, reason });
            }
        }
        let theirs = |name: Cow<'a, str>| match self.theirs(&name) {
            Some(theirs) => Cow::Borrowed(theirs),
            None => name,
        };
        Ok(ours.into_iter().map(|(name, value)| (theirs(name), value)).collect())
    }
}

impl Known {
    /// What is nowhere near may be a secret in the wrong place: it is not repeated.
    fn find(&self, name: &str) -> std::result::Result<&'static str, String> {
        if let Some(known) = self.names.iter().find(|known| **known == name) {
            return Ok(known);
        }
        Err(match nearest(&name.to_ascii_lowercase(), self.names.iter().copied()) {
            Some(nearest) => format!("{} is no parameter of ours: did you mean {nearest}?", one_line(name)),
            None => format!("one is no parameter of ours: use {}", self.names.join(", ")),
        })
    }
}
