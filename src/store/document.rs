//! What jobs share besides tokens, and what outlives a process: what a server says of itself, a code that is polled for, a
//! registration. Each is a JSON object under its kind and a name.
#![forbid(unsafe_code)]

use super::hash;
use crate::json::Json;

#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub json: Json,
    /// Until when it is read; `None`: for good.
    pub expires_at: Option<i64>,
}

impl Document {
    pub fn is_over(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }
}

/// What tells documents apart: a short word, and any texts. In a folder only their hash shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentName {
    kind: &'static str,
    hash: String,
}

impl DocumentName {
    pub fn new(kind: &'static str, parts: &[&str]) -> Self {
        Self { kind, hash: hash(parts, 16) }
    }

    /// As a file's name begins.
    pub fn stem(&self) -> String {
        format!("{}-{}", self.kind, self.hash)
    }
}
