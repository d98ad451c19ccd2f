#![forbid(unsafe_code)]
//! What the server has seen, for who wants to check it.

use serde_json::{json, Value};

use crate::form::Params;
use crate::request::Request;

/// How often what was asked for, below one base path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Authorization requests.
    pub authorize: u64,
    /// Authorization requests that were pushed, whatever became of them.
    pub pushes: u64,
    /// Token requests, whatever became of them.
    pub token_requests: u64,
    /// Token requests that gave tokens for a code.
    pub code_exchanges: u64,
    /// Token requests that gave tokens for a refresh token.
    pub refreshes: u64,
    /// Revocation requests, whatever became of them.
    pub revocations: u64,
    /// Token and revocation requests that were refused (not those that met a fault).
    pub refused: u64,
    /// Requests to the API.
    pub api_calls: u64,
    /// Those answered 401.
    pub api_refused: u64,
    /// Faults that happened.
    pub faults: u64,
    /// Connections on which at least one token, revocation or API request came.
    pub connections: u64,
}

impl Counts {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "authorize": self.authorize,
            "pushes": self.pushes,
            "token_requests": self.token_requests,
            "code_exchanges": self.code_exchanges,
            "refreshes": self.refreshes,
            "revocations": self.revocations,
            "refused": self.refused,
            "api_calls": self.api_calls,
            "api_refused": self.api_refused,
            "faults": self.faults,
            "connections": self.connections,
        })
    }
}

/// A token or revocation request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The base path's name, without slashes.
    pub base: &'static str,
    pub method: String,
    /// Path and query, not decoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The number of the connection that it came on.
    pub connection: u64,
}

impl Recorded {
    pub(crate) fn new(base: &'static str, request: &Request, connection: u64) -> Recorded {
        Recorded {
            base,
            method: request.method.clone(),
            target: request.target.clone(),
            headers: request.headers.clone(),
            body: request.text(),
            connection,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query, or of the body, be it JSON or a form.
    pub fn param(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        if let Some(value) = Params::parse(query).get(name) {
            return Some(value.to_owned());
        }
        if let Ok(Value::Object(members)) = serde_json::from_str(&self.body) {
            return members.get(name).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        }
        Params::parse(&self.body).get(name).map(str::to_owned)
    }

    pub(crate) fn to_json(&self) -> Value {
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        json!({
            "base": self.base,
            "method": self.method,
            "target": self.target,
            "headers": headers,
            "body": self.body,
            "connection": self.connection,
        })
    }
}
