//! What is said: answers on standard output, all that a person reads beside them on standard error.
#![forbid(unsafe_code)]

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use crate::edge;

/// Few terminals are narrower.
const NARROWEST: usize = 20;
/// Where the other lines of a list's item begin.
const FURTHER_IN: &str = "     ";

/// An answer that nobody can read is none.
pub enum Unwritten {
    /// Whoever read it has gone: `| head -0`.
    Gone,
    Failed(io::Error),
}

/// The answer, and nothing else. All of it goes out at once.
pub fn answer(text: &str) -> Result<(), Unwritten> {
    // Of std's buffer, a line's end empties it: all is out when this returns.
    let written = io::stdout().write_all(format!("{text}\n").as_bytes()).and_then(|()| io::stdout().flush());
    written.map_err(|e| match e.kind() {
        io::ErrorKind::BrokenPipe => Unwritten::Gone,
        _ => Unwritten::Failed(e),
    })
}

/// A sentence for a person: at a terminal broken between words, else one line.
pub fn say(text: &str) {
    let mut said = fit(text);
    said.push('\n');
    // Who does not listen is not told.
    let _ = io::stderr().write_all(said.as_bytes());
}

/// That all went well, to a person; programs have the exit code, and cron mails whatever is said.
pub fn note(text: &str) {
    if is_terminal() {
        say(text);
    }
}

/// A line that is to be copied: nothing breaks it but the terminal.
pub fn show(text: &str) {
    let _ = io::stderr().write_all(format!("{}\n", in_charset(text)).as_bytes());
}

/// Parts of a line, as they are.
pub fn write(text: &str) {
    let _ = io::stderr().write_all(in_charset(text).as_bytes());
}

pub fn is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// What a person typed, as it is.
pub fn echo(typed: &[u8]) {
    let _ = io::stderr().write_all(typed);
}

/// As wide as the terminal is, and in its letters.
pub fn fit(text: &str) -> String {
    fit_to(text, is_terminal(), 0)
}

/// The same for standard output.
pub fn fit_answer(text: &str) -> String {
    fit_to(text, io::stdout().is_terminal(), 0)
}

fn fit_to(text: &str, is_terminal: bool, less: usize) -> String {
    let text = in_charset(&printable(text));
    if !is_terminal {
        return text;
    }
    wrapped(&text, width().max(NARROWEST) - less)
}

/// Whoever wrote it: a text moves no cursor, and turns no letters around.
fn printable(text: &str) -> String {
    let is_seen = |letter: char| match letter {
        '\n' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        letter => !letter.is_control(),
    };
    text.chars().map(|letter| if is_seen(letter) { letter } else { '?' }).collect()
}

/// The same for a line of a list, whose other lines stand further in.
pub fn fit_item(text: &str) -> String {
    fit_to(text, io::stdout().is_terminal(), FURTHER_IN.len()).replace('\n', &format!("\n{FURTHER_IN}"))
}

pub fn width() -> usize {
    edge::columns().or_else(|| env::var("COLUMNS").ok()?.parse().ok()).unwrap_or(80)
}

fn wrapped(text: &str, width: usize) -> String {
    text.split('\n').map(|line| wrapped_line(line, width)).collect::<Vec<_>>().join("\n")
}

/// A word that is too long stays whole: it may be a path or a URL.
fn wrapped_line(text: &str, width: usize) -> String {
    let mut lines = String::with_capacity(text.len() + 16);
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length >= width {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

/// In a locale that is not UTF-8 there is ASCII alone.
pub fn in_charset(text: &str) -> String {
    if text.is_ascii() || is_utf8() {
        return text.to_owned();
    }
    text.chars().map(ascii).collect()
}

fn ascii(letter: char) -> char {
    match letter {
        letter if letter.is_ascii() => letter,
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2010}'..='\u{2015}' => '-',
        '\u{a0}' => ' ',
        _ => '?',
    }
}

/// As POSIX has it: the first of these that is set, and not empty.
pub fn is_utf8() -> bool {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// An object of JSON, its members in order; ASCII alone, which is right in any locale.
#[derive(Default)]
pub struct Json(String);

impl Json {
    pub fn text(self, name: &str, value: &str) -> Self {
        self.member(name, &quoted(value))
    }

    /// An empty text is null.
    pub fn maybe(self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            return self.member(name, "null");
        }
        self.text(name, value)
    }

    pub fn number(self, name: &str, value: i64) -> Self {
        self.member(name, &value.to_string())
    }

    pub fn truth(self, name: &str, value: bool) -> Self {
        self.member(name, if value { "true" } else { "false" })
    }

    pub fn list(self, name: &str, items: impl Iterator<Item = String>) -> Self {
        let items: Vec<String> = items.collect();
        self.member(name, &format!("[{}]", items.join(",")))
    }

    pub fn end(self) -> String {
        format!("{{{}}}", self.0)
    }

    fn member(mut self, name: &str, value: &str) -> Self {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}{}:{value}", quoted(name));
        self
    }
}

/// RFC 8259 section 7.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ (b'"' | b'\\')) => quoted.extend(['\\', char::from(byte)]),
            Ok(byte @ b' '..=b'~') => quoted.push(char::from(byte)),
            _ => {
                let _ = write!(quoted, "\\u{unit:04x}");
            }
        }
    }
    quoted.push('"');
    quoted
}
