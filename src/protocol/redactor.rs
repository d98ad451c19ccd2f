//! A server's own words, made fit for an error text: one short line, and nothing at all where they repeat a secret.
#![forbid(unsafe_code)]

use crate::secret::Secret;
use crate::uri;

const WITHHELD: &str = "[withheld: it repeats a secret]";
const LONGEST_LINE: usize = 300;
const LONGEST_NAME: usize = 64;
const MOST_LOOKED_AT: usize = 32 * 1024;

/// The secrets that must not come back. Those of a few letters would be found in any text.
pub struct Redactor(Vec<Secret>);

impl Redactor {
    pub fn new(mut secrets: Vec<Secret>) -> Self {
        secrets.retain(|secret| secret.expose().len() > 3);
        Self(secrets)
    }

    /// An error code as it may stand in a sentence (RFC 6749 appendix A.7).
    pub fn code(&self, text: &str) -> String {
        if self.repeat_a_secret(text) {
            return "error".to_owned();
        }
        text.chars().filter(char::is_ascii_graphic).take(LONGEST_NAME).collect()
    }

    /// A description or a URI.
    pub fn text(&self, text: &str) -> String {
        if self.repeat_a_secret(text) {
            return WITHHELD.to_owned();
        }
        let line: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_LINE).collect();
        line.trim().to_owned()
    }

    /// Looked for before anything is cut off, in every way in which servers write what was sent to them.
    pub fn repeat_a_secret(&self, text: &str) -> bool {
        if text.len() > MOST_LOOKED_AT {
            return true; // nobody has read it
        }
        let views = [
            text.to_owned(),
            uri::unescape(text, false),
            uri::unescape(text, true),
            html_unescape(text),
            json_unescape(text),
        ];
        self.0.iter().any(|secret| views.iter().any(|view| view.contains(secret.expose())))
    }
}

fn html_unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 9] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

/// Also where JSON was put into JSON.
fn json_unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.strip_prefix('u').and_then(|hex| hex.get(..4));
        match code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                out.push(character);
                rest = &after[5..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// What a screen or a log may take for the end of a line.
pub fn ends_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}
