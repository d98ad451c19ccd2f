#![forbid(unsafe_code)]
//! Token responses that give tokens, in each server's manner (RFC 6749 §5.1).

use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use serde_json::{json, Value};

use crate::dialect::{Answer, Dialect, Lifetime};
use crate::fault::Fault;
use crate::form;
use crate::people;
use crate::response::Response;

pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
    pub scope: Vec<String>,
    pub lifetime: Lifetime,
    pub now: u64,
    pub accepts_json: bool,
    /// The key that they are bound to.
    pub jkt: Option<String>,
}

/// Names, and values as raw JSON text: a fault may want a name twice, or what no JSON library writes.
type Members = Vec<(&'static str, String)>;

pub fn response(dialect: &Dialect, tokens: &Tokens, fault: &Fault) -> Response {
    let members = members(dialect, tokens, fault);
    match dialect.answer {
        Answer::Json => json_response(&object(&members)),
        Answer::TrailingComma => json_response(&trailing_comma(&object(&members))),
        Answer::Nested => {
            let user = object(&members);
            json_response(&format!("{{\"ok\":true,\"authed_user\":{user},\"team\":{{\"id\":\"T1\"}}}}"))
        }
        Answer::FormUnlessAsked if tokens.accepts_json => json_response(&object(&members)),
        Answer::Form | Answer::FormUnlessAsked => {
            let pairs: Vec<(&str, String)> = members.iter().map(|(name, raw)| (*name, plain(raw))).collect();
            let text = form::write(pairs.iter().map(|(name, value)| (*name, value.as_str())));
            Response::new(200, "application/x-www-form-urlencoded; charset=utf-8", text)
        }
    }
}

fn members(dialect: &Dialect, tokens: &Tokens, fault: &Fault) -> Members {
    let mut members = Members::new();
    if fault.duplicate {
        members.push(("access_token", quoted("decoy-that-nobody-takes")));
    }
    members.push(("access_token", access_token(&tokens.access_token, fault)));
    let kind = if tokens.jkt.is_some() { "DPoP" } else { dialect.token_type };
    members.push(("token_type", quoted(kind)));
    if let Some(lifetime) = expires_in(tokens.lifetime, fault) {
        members.push(("expires_in", lifetime));
    }
    if let Some(token) = &tokens.refresh_token {
        members.push(("refresh_token", quoted(token)));
    }
    if dialect.sends_scope {
        let separator = dialect.scope_separator.to_string();
        members.push(("scope", quoted(&tokens.scope.join(&separator))));
    }
    if dialect.sends_created_at {
        members.push(("created_at", tokens.now.to_string()));
    }
    if let Some(token) = &tokens.id_token {
        members.push(("id_token", quoted(token)));
    }
    members
}

fn access_token(token: &str, fault: &Fault) -> String {
    if fault.wrong_types {
        return "12345".to_owned();
    }
    if fault.crlf {
        return quoted(&format!("{token}\r\nX-Injected: yes"));
    }
    quoted(token)
}

fn expires_in(lifetime: Lifetime, fault: &Fault) -> Option<String> {
    match (fault.expires_in.as_deref(), lifetime) {
        (Some("omit"), _) => None,
        (Some(raw), _) => Some(raw.to_owned()),
        (None, _) if fault.wrong_types => Some("{\"seconds\":3600}".to_owned()),
        (None, Lifetime::Number(seconds)) => Some(seconds.to_string()),
        (None, Lifetime::Text(seconds)) => Some(quoted(&seconds.to_string())),
        (None, Lifetime::Unsaid) => None,
    }
}

/// Looks like an ID token; nobody signed it.
pub fn unsigned_id_token(now: u64) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"sub": people::USER, "iat": now});
    format!("{}.{}.", part(json!({"alg": "none", "typ": "JWT"})), part(claims))
}

fn object(members: &Members) -> String {
    let parts: Vec<String> = members.iter().map(|(name, raw)| format!("\"{name}\":{raw}")).collect();
    format!("{{{}}}", parts.join(","))
}

fn trailing_comma(object: &str) -> String {
    format!("{},\n}}", object.strip_suffix('}').unwrap_or(object))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A JSON value as the text that a form holds.
fn plain(raw: &str) -> String {
    match serde_json::from_str(raw) {
        Ok(Value::String(text)) => text,
        _ => raw.to_owned(),
    }
}

fn json_response(text: &str) -> Response {
    Response::new(200, "application/json; charset=utf-8", text)
}
