//! An HTTP request and its response as plain data: what the protocol core gives and takes.
#![forbid(unsafe_code)]

mod coding;
mod inflate;
// Status and framing are the caller's HTTP's own affair.
#[cfg_attr(not(feature = "net"), allow(dead_code))]
pub mod head;

pub use coding::Undecoded;

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "net")]
use base64::{engine::general_purpose::STANDARD, Engine};

#[cfg(feature = "net")]
use crate::json;
use crate::secret::{Secret, Wiped};

/// The largest answer that is read: a token response is a few kilobytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// A request that somebody, the built-in HTTPS or the caller, is to send.
/// URL, headers and content can hold secrets: they are wiped and not printed.
pub struct Request {
    pub method: &'static str,
    pub url: Secret,
    pub headers: Vec<(Cow<'static, str>, Secret)>,
    pub content: Secret,
    pub signed: Vec<Signed>,
    /// What a person has made up: no hash that is written down may tell it.
    pub guessable: Vec<Secret>,
}

/// A text in a request that is made anew for each, and signed: an assertion (RFC 7521 section 4).
pub struct Signed {
    pub text: Secret,
    /// What it says, but for the time and what is random, and whose key has signed it. The same again would end the same.
    pub basis: String,
}

impl Request {
    /// Asks for what anybody may read.
    pub fn get(url: &str, accept: &'static str) -> Self {
        let headers = vec![("Accept".into(), Secret::new(accept))];
        let (url, content) = (Secret::new(url), Secret::default());
        Self { method: "GET", url, headers, content, signed: Vec::new(), guessable: Vec::new() }
    }

    /// One `Name: value` a line, each ended by CR LF.
    pub fn header_lines(&self) -> Secret {
        let mut lines = String::with_capacity(256);
        for (name, value) in &self.headers {
            lines.push_str(name);
            lines.push_str(": ");
            lines.push_str(value.expose());
            lines.push_str("\r\n");
        }
        Secret::new(lines)
    }

    pub fn signed_texts(&self) -> Vec<Secret> {
        self.signed.iter().map(|signed| signed.text.clone()).collect()
    }

    /// Whether a word of `text` was sent with it: then it can be a secret that came back.
    #[cfg(feature = "net")]
    pub fn has_word_of(&self, text: &str) -> bool {
        let mut sent = vec![self.url.clone(), self.content.clone()];
        for (_, value) in &self.headers {
            let basic = value.expose().strip_prefix("Basic ").and_then(|basic| STANDARD.decode(basic).ok());
            sent.extend(basic.and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new));
            sent.push(value.clone());
        }
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 3);
        words.any(|word| sent.iter().any(|part| part.expose().contains(word)))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What came back. The headers are those that [`head::Head`] knows.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Wiped<Vec<u8>>,
}

impl Response {
    /// The first header of that name, without regard to case (RFC 9110 section 5.1).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The body, where it is compressed. `None`: it is as it was meant.
    pub fn decoded(&self) -> Result<Option<Wiped<Vec<u8>>>, Undecoded> {
        let codings = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("Content-Encoding"));
        coding::decoded(&self.body, &codings.map(|(_, v)| v.as_str()).collect::<Vec<_>>().join(","))
    }
}

/// Whether a body that broke off lacks nothing: JSON that comes to its end.
#[cfg(feature = "net")]
pub fn is_whole(body: &[u8]) -> bool {
    let Ok(decoded) = coding::decoded(body, "") else { return false };
    json::is_whole(decoded.as_ref().map_or(body, |decoded| decoded))
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}
