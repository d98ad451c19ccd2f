//! What servers write that is no JSON, and what was meant by it.
#![forbid(unsafe_code)]

use std::fmt::Write;

/// Drops each comma that only blanks separate from a closing bracket, writes `null` for each number with an exponent of
/// three digits, and mends texts: a bare control character, half of a surrogate pair (a name that was cut within an emoji),
/// a backslash before a letter that has none.
pub fn forgiven(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &text[at..];
        at += match byte {
            b'"' => mended_text(rest, &mut out),
            b',' if closes(&bytes[at + 1..]) => 1,
            b'-' | b'0'..=b'9' => number(rest, &mut out),
            _ => one(rest, &mut out),
        };
    }
    out
}

fn closes(bytes: &[u8]) -> bool {
    matches!(bytes.iter().find(|b| !b.is_ascii_whitespace()), Some(b'}' | b']'))
}

/// How many bytes were taken, as with all below.
fn one(rest: &str, out: &mut String) -> usize {
    let Some(character) = rest.chars().next() else { return 0 };
    out.push(character);
    character.len_utf8()
}

fn number(rest: &str, out: &mut String) -> usize {
    let is_of_it = |b: u8| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let end = rest.bytes().position(|b| !is_of_it(b)).unwrap_or(rest.len());
    out.push_str(if is_beyond_bounds(&rest[..end]) { "null" } else { &rest[..end] });
    end
}

fn is_beyond_bounds(number: &str) -> bool {
    let exponent = number.split_once(['e', 'E']).map_or("", |(_, exponent)| exponent);
    exponent.trim_start_matches(['+', '-', '0']).len() >= 3
}

/// From its first quote to its last.
fn mended_text(rest: &str, out: &mut String) -> usize {
    out.push('"');
    let mut at = 1;
    while let Some(byte) = rest.as_bytes().get(at) {
        at += match byte {
            b'"' => {
                out.push('"');
                return at + 1;
            }
            b'\\' => escape(&rest[at..], out),
            0..0x20 => {
                let _ = write!(out, "\\u{byte:04x}");
                1
            }
            _ => one(&rest[at..], out),
        };
    }
    at
}

fn escape(rest: &str, out: &mut String) -> usize {
    let (whole, taken) = match rest.as_bytes().get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (&rest[..2], 2),
        Some(b'u') => match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (&rest[..12], 12),
            (Some(0xd800..0xe000), _) => ("\\ufffd", 6),
            (Some(_), _) => (&rest[..6], 6),
            (None, _) => ("", 1),
        },
        _ => ("", 1), // the backslash alone
    };
    out.push_str(whole);
    taken
}

/// Of `\u` and four digits.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}
