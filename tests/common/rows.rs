//! Tables: each row runs, whatever became of those before it, and those that fail are named together at the end.
//!
//! The environment variable ROW chooses rows: those whose name has all of its words, capitals or not. What it chose is
//! said past the capture of a test's output: a table of which no row ran has shown nothing.
#![forbid(unsafe_code)]

use std::any::Any;
use std::fmt::Debug;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};

/// So many lines a table says at most: what is wrong in more places is wrong for one reason.
const MOST_SAID: usize = 200;

/// `R` is what a row is given: nothing, where it ends at the first assertion that fails, or a [`Row`], where it tells
/// all that is wrong.
pub struct Table<R> {
    name: String,
    words: Vec<String>,
    rows: usize,
    chosen: usize,
    failed: usize,
    wrong: Vec<String>,
    given: PhantomData<R>,
}

/// One row under test.
#[derive(Default)]
pub struct Row {
    wrong: Vec<String>,
}

impl Table<()> {
    pub fn row(&mut self, name: &str, test: impl FnOnce()) {
        self.run(name, |_| test());
    }
}

impl Table<Row> {
    pub fn row(&mut self, name: &str, test: impl FnOnce(&mut Row)) {
        self.run(name, test);
    }
}

impl<R> Table<R> {
    pub fn new(name: &str) -> Self {
        let words = std::env::var("ROW").unwrap_or_default();
        Self {
            name: name.to_owned(),
            words: words.to_lowercase().split_whitespace().map(str::to_owned).collect(),
            rows: 0,
            chosen: 0,
            failed: 0,
            wrong: Vec::new(),
            given: PhantomData,
        }
    }

    fn run(&mut self, row: &str, test: impl FnOnce(&mut Row)) {
        self.rows += 1;
        let lower = row.to_lowercase();
        if !self.words.iter().all(|word| lower.contains(word)) {
            return;
        }
        self.chosen += 1;
        let mut under_test = Row::default();
        if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| test(&mut under_test))) {
            under_test.wrong.push(words_of(panic.as_ref()).to_owned());
        }
        let wrong = under_test.wrong;
        self.failed += usize::from(!wrong.is_empty());
        self.wrong.extend(wrong.iter().map(|wrong| format!("{}: {row}: {wrong}", self.name)));
    }

    pub fn end(self) {
        self.say_what_was_chosen();
        let said = self.wrong.len().min(MOST_SAID);
        assert!(
            self.failed == 0,
            "\n{}\n{} of {} rows fail; {said} of {} lines are shown\n",
            self.wrong[..said].join("\n"),
            self.failed,
            self.chosen,
            self.wrong.len()
        );
    }

    fn say_what_was_chosen(&self) {
        if self.words.is_empty() {
            return println!("{}: {} rows", self.name, self.rows);
        }
        let what = match self.chosen {
            0 => "no row matches".to_owned(),
            chosen => format!("{chosen} of {} rows match", self.rows),
        };
        // Not `eprintln`, which is captured.
        let _ = writeln!(io::stderr(), "{}: {what} ROW", self.name);
    }
}

impl<R> Default for Table<R> {
    /// A table that has its test's name.
    fn default() -> Self {
        Self::new(std::thread::current().name().unwrap_or_default())
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("panicked")
}

/// What the tables of a test that had a process of its own have said of ROW.
pub fn pass_on(said: &[u8]) {
    let said = String::from_utf8_lossy(said);
    for line in said.lines().filter(|line| line.ends_with(" ROW")) {
        let _ = writeln!(io::stderr(), "{line}");
    }
}

#[allow(clippy::needless_pass_by_value)] // a row compares what it has just got
impl Row {
    pub fn eq<T: PartialEq + Debug>(&mut self, what: &str, got: T, expected: T) {
        if got != expected {
            self.wrong.push(format!("{what} is {got:?}, and should be {expected:?}"));
        }
    }

    pub fn holds(&mut self, what: &str, holds: bool) {
        if !holds {
            self.wrong.push(what.to_owned());
        }
    }
}
