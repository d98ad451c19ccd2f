#![forbid(unsafe_code)]
//! How a known server says no: where its entry says that an error's code and text stand, or as RFC 6749 section 5.2.

use serde_json::{json, Value};

use super::answer::put;
use super::Entry;
use crate::response::Response;

#[derive(Debug)]
pub enum Refusal {
    Request(String),
    Client(String),
    Grant(String),
    GrantType(String),
}

impl Refusal {
    pub fn response(self, entry: &Entry) -> Response {
        let (status, code, text) = match self {
            Refusal::Request(text) => (400, "invalid_request", text),
            Refusal::Client(text) => (401, "invalid_client", text),
            Refusal::Grant(text) => (400, "invalid_grant", text),
            Refusal::GrantType(text) => (400, "unsupported_grant_type", text),
        };
        let (code_path, text_path) = (entry.key("error_path"), entry.key("error_text_path"));
        if code_path.is_empty() {
            return Response::json(status, &json!({"error": code, "error_description": text}));
        }
        let dead = entry.key("sign_in_errors").split_whitespace().next().filter(|_| code == "invalid_grant");
        let mut body = json!({});
        put(&mut body, code_path, Value::from(dead.unwrap_or(code)));
        if !text_path.is_empty() {
            put(&mut body, text_path, Value::from(text));
        }
        // What stands beside the tokens says how it went, and the status says nothing.
        Response::json(if says_how_it_went(entry) { 200 } else { status }, &body)
    }
}

/// Whether each answer has the member that means an error, also where there is none.
pub fn says_how_it_went(entry: &Entry) -> bool {
    let path = entry.key("error_path");
    !path.is_empty() && !path.contains('.')
}
