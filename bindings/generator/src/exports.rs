//! The order of the exports: a committed list that only grows. RPG programs are bound to an export's place in it, and not
//! to its name.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

use crate::ibmi::{self, BINDER_SOURCE};
use crate::model::{Function, Result, EDGE};

const EXPORTS: &str = "bindings/exports.txt";

pub struct Exports {
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    /// For messages: the first is 1.
    line: usize,
}

impl Exports {
    /// The list, if it begins with what the committed binder source exports.
    pub fn read(source: &Path) -> Result<Self> {
        let read = |name: &str| {
            fs::read_to_string(source.join(name))
                .map_err(|error| vec![format!("{name}: {error}: bring the committed file back")])
        };
        let exports = Self::parse(&read(EXPORTS)?)?;
        exports.refuse_unless_grown(&read(BINDER_SOURCE)?)?;
        Ok(exports)
    }

    /// The functions, each in its place.
    pub fn put_in_order(&self, mut functions: Vec<Function>) -> Result<Vec<Function>> {
        let mut problems = Vec::new();
        for function in functions.iter().filter(|f| self.place(&f.name).is_none()) {
            let (file, name) = (&function.file, &function.name);
            problems.push(format!("{file}: {name}: not in {EXPORTS}: append it there, as the last line"));
        }
        for Entry { name, line } in &self.entries {
            if !functions.iter().any(|f| f.name == *name) {
                problems.push(format!(
                    "{EXPORTS}:{line}: {name}: no file of {EDGE} exports it: bring the function back, as programs \
                     are bound to its place"
                ));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        functions.sort_by_key(|f| self.place(&f.name));
        refuse_older_behind_newer(&functions)?;
        Ok(functions)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut problems = Vec::new();
        for (line, name) in (1..).zip(text.lines().map(str::trim)) {
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            if let Some(first) = entries.iter().find(|entry| entry.name == name) {
                let first = first.line;
                problems.push(format!(
                    "{EXPORTS}:{line}: {name}: stands in line {first} already: take this one away"
                ));
            }
            entries.push(Entry { name: name.to_owned(), line });
        }
        if problems.is_empty() {
            return Ok(Self { entries });
        }
        Err(problems)
    }

    fn refuse_unless_grown(&self, binder_source: &str) -> Result<()> {
        for (place, name) in ibmi::exports_of(binder_source).enumerate() {
            let found = match self.entries.get(place) {
                Some(entry) if entry.name == name => continue,
                Some(entry) => format!("{EXPORTS}:{}: {}", entry.line, entry.name),
                None => format!("{EXPORTS}: ends"),
            };
            return Err(vec![format!(
                "{found} where {BINDER_SOURCE} has {name}: no line moves or goes: bring the old order back, and \
                 append what is new"
            )]);
        }
        Ok(())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name == name)
    }
}

fn refuse_older_behind_newer(functions: &[Function]) -> Result<()> {
    let pairs = functions.iter().zip(functions.iter().skip(1));
    let problems: Vec<_> = pairs
        .filter(|(before, after)| before.doc.since > after.doc.since)
        .map(|(before, after)| {
            let (before, after) = (&before.name, &after.name);
            format!("{EXPORTS}: {after}: stands behind {before}, which is newer: append that, or mend its \"Since\"")
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems)
}
