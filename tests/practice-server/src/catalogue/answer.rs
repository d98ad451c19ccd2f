#![forbid(unsafe_code)]
//! Tokens as a known server gives them: under the names, at the place and with the expiry that its entry says.

use serde_json::{json, Value};

use super::memory::Tokens;
use super::refusal::says_how_it_went;
use super::Entry;
use crate::form::Params;
use crate::response::Response;

const SECONDS: u64 = 3600;

pub fn response(entry: &Entry, tokens: &Tokens) -> Response {
    let names = Params::parse(entry.key("response_names"));
    let place = entry.key("response_path");
    let mut body = json!({});
    let mut give = |ours: &str, value: Value| {
        let theirs = names.get(ours).unwrap_or(ours);
        let path = if place.is_empty() { theirs.to_owned() } else { format!("{place}.{theirs}") };
        put(&mut body, &path, value);
    };
    give("access_token", Value::from(tokens.access_token.as_str()));
    // Every other one as servers also write it.
    let is_odd = tokens.number % 2 == 1;
    give("token_type", Value::from(if is_odd { "bearer" } else { "Bearer" }));
    if let Some(expires_in) = expires_in(entry) {
        give(
            "expires_in",
            if is_odd { Value::from(expires_in.to_string()) } else { Value::from(expires_in) },
        );
    }
    if let Some(token) = &tokens.refresh_token {
        give("refresh_token", Value::from(token.as_str()));
    }
    if !place.is_empty() {
        put(&mut body, "access_token", Value::from("of-somebody-else"));
    }
    if says_how_it_went(entry) {
        put(&mut body, entry.key("error_path"), Value::from(0));
    }
    Response::json(200, &body)
}

/// Nothing, where the entry says what to assume.
fn expires_in(entry: &Entry) -> Option<u64> {
    entry.key("assume_expires_in").is_empty().then_some(SECONDS)
}

/// Puts a value at a dotted path, of whose parts a number is a place in a list.
pub fn put(body: &mut Value, path: &str, value: Value) {
    let Some((part, rest)) = path.split_once('.').or((!path.is_empty()).then_some((path, ""))) else {
        *body = value;
        return;
    };
    let Ok(at) = part.parse::<usize>() else {
        if !body.is_object() {
            *body = json!({});
        }
        return put(&mut body[part], rest, value);
    };
    if !body.is_array() {
        *body = json!([]);
    }
    let list = body.as_array_mut().expect("made so");
    list.resize(list.len().max(at + 1), Value::Null);
    put(&mut list[at], rest, value);
}
