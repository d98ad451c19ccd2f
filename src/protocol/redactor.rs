//! A server's own words, made fit for an error text: one short line, and nothing at all where they repeat a secret.
//! All that a server says and a person reads goes through here.
#![forbid(unsafe_code)]

use crate::line::{in_line, one_line};
use crate::secret::Secret;
use crate::uri;

const WITHHELD: &str = "[withheld: it repeats a secret]";
const LONGEST_LINE: usize = 300;
const LONGEST_NAME: usize = 64;
/// Many times what is shown: a secret that is cut off where the line ends is seen whole.
const MOST_LOOKED_AT: usize = 4 * 1024;

/// The secrets that must not come back. Those of a few letters would be found in any text.
pub struct Redactor(Vec<Secret>);

impl Redactor {
    pub fn new(mut secrets: Vec<Secret>) -> Self {
        secrets.retain(|secret| secret.expose().len() > 3);
        Self(secrets)
    }

    /// An error code as it may stand in a sentence (RFC 6749 appendix A.7).
    pub fn code(&self, text: &str) -> String {
        self.shown(text, LONGEST_NAME, |c| c.is_ascii_graphic().then_some(c))
            .unwrap_or_else(|| "error".to_owned())
    }

    /// A description or a URI.
    pub fn text(&self, text: &str) -> String {
        self.shown(text, LONGEST_LINE, in_line).unwrap_or_else(|| WITHHELD.to_owned())
    }

    /// The text made fit, unless it repeats a secret: before, or when what kept the secret's pieces apart is gone.
    fn shown(&self, text: &str, most: usize, fit: fn(char) -> Option<char>) -> Option<String> {
        let text = beginning(text);
        let line: String = text.chars().filter_map(fit).collect();
        if self.repeat_a_secret(text) || self.repeat_a_secret(&line) {
            return None;
        }
        Some(line.trim_start().chars().take(most).collect::<String>().trim_end().to_owned())
    }

    /// Whether a secret, or a part of one, stands at the text's beginning, in any way in which servers write what was
    /// sent to them.
    pub fn repeat_a_secret(&self, text: &str) -> bool {
        let text = beginning(text);
        let plain = decoded(text);
        let views = [
            one_line(text),
            uri::unescape(text, false),
            uri::unescape(text, true),
            html_unescape(text),
            json_unescape(text),
            unpacked(&plain),
            plain,
        ];
        let lettered = views.each_ref().map(|view| letters(view));
        self.0.iter().map(Secret::expose).any(|secret| {
            views.iter().any(|view| view.contains(secret))
                || [letters(secret), letters(&decoded(secret))]
                    .iter()
                    .any(|secret| lettered.iter().any(|view| has_part(view, secret)))
        })
    }
}

fn beginning(text: &str) -> &str {
    let end = (0..=MOST_LOOKED_AT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// ASCII's letters and digits alone, of which secrets are made: blanks, quotes, escapes and accents may stand between
/// them, and a server may have changed their case.
fn letters(text: &str) -> String {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect()
}

/// Whether so many of the secret's letters follow each other that it is no chance.
fn has_part(letters: &str, secret: &str) -> bool {
    /// Fewer are found in any text.
    const FEWEST: usize = 8;
    /// More than in a word or two that may stand in a secret: `client-secret`.
    const PART: usize = 16;
    let part = PART.min(secret.len());
    let mut parts = (part..=secret.len()).map(|end| &secret[end - part..end]);
    part >= FEWEST && parts.any(|part| letters.contains(part))
}

/// Without any escapes, also where one was put into another.
fn decoded(text: &str) -> String {
    const MOST_LAYERS: usize = 4;
    let mut text = text.to_owned();
    for _ in 0..MOST_LAYERS {
        let inner = json_unescape(&html_unescape(&uri::unescape(&text, false)));
        if inner == text {
            break;
        }
        text = inner;
    }
    text
}

/// What the words of the text are in Base64, as in a Basic header, or Base64 for URLs.
fn unpacked(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => {
                out.push(b' ');
                count = 0;
                continue;
            }
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Character references (HTML 5 section 13.5): those of ASCII by name, and all by number.
fn html_unescape(text: &str) -> String {
    const NAMES: [(&str, char); 5] = [("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("amp", '&')];
    replaced(text, '&', |after| {
        let (name, _) = after.split_once(';')?;
        let number = name.strip_prefix('#').map(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        });
        let character = match number {
            Some(number) => char::from_u32(number.ok()?)?,
            None => NAMES.iter().find(|(known, _)| *known == name)?.1,
        };
        Some((character, name.len() + 1))
    })
}

/// Also where JSON was put into JSON.
fn json_unescape(text: &str) -> String {
    replaced(text, '\\', |after| {
        let hex = after.strip_prefix('u').and_then(|hex| hex.get(..4));
        let escaped = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        match escaped {
            Some(character) => Some((character, 5)),
            None if after.starts_with(['b', 'f', 'n', 'r', 't']) => Some((' ', 1)),
            // A quote, a slash, or another backslash.
            None => after.chars().next().map(|next| (next, next.len_utf8())),
        }
    })
}

/// The text with each escape replaced: `read` tells from what is behind `mark` which character it stands for, and how
/// long it is.
fn replaced(text: &str, mark: char, read: fn(&str) -> Option<(char, usize)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        out.push_str(before);
        let (character, length) = read(after).unwrap_or((mark, 0));
        out.push(character);
        rest = &after[length..];
    }
    out + rest
}
