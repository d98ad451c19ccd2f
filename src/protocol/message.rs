//! An HTTP request and its response as plain data: what the protocol core gives and takes.
#![forbid(unsafe_code)]

use std::fmt;

use crate::secret::{Secret, Wiped};

/// The largest answer that is read: a token response is a few kilobytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// A request that somebody, the built-in HTTPS or the caller, is to send.
/// URL, headers and content can hold secrets: they are wiped and not printed.
pub struct Request {
    pub method: &'static str,
    pub url: Secret,
    pub headers: Vec<(&'static str, Secret)>,
    pub content: Secret,
}

impl Request {
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
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What came back. The headers are those that matter here, in any case of their names.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Wiped<Vec<u8>>,
}

impl Response {
    /// The first header of that name, without regard to case (RFC 9110 section 5.1).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Header lines as an HTTP library hands them over, of any encoding; a status line is passed over.
    pub fn parse_headers(lines: &[u8]) -> Vec<(String, String)> {
        String::from_utf8_lossy(lines)
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .filter(|(name, _)| !name.is_empty() && !name.contains(' '))
            .collect()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}
