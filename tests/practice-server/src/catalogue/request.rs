#![forbid(unsafe_code)]
//! What has to stand in a request, by the entry, and nothing besides.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::Refusal;
use super::{Entry, CLIENT_ID, CLIENT_SECRET};
use crate::form::Params;
use crate::request::Request;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Authorize,
    Code,
    Refresh,
    Machine,
    Revoke,
}

/// By the RFCs' names, what the client has sent.
pub type Given = BTreeMap<String, String>;

/// The RFC's name of a parameter, and what it must be, if that is known.
type Wanted = (String, Option<String>);

pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Each parameter that is wanted has to be there once, under the server's name, and no other.
pub fn read(entry: &Entry, step: Step, params: &Params) -> Result<Given, Refusal> {
    if let Some(name) = params.duplicate() {
        return Err(Refusal::Request(format!("{name} is there more than once")));
    }
    let mut came: BTreeMap<&str, &str> = params.iter().collect();
    let mut given = Given::new();
    for (ours, value) in wanted(entry, step) {
        let theirs = called(entry, step, &ours);
        if theirs.is_empty() {
            continue;
        }
        let Some(text) = came.remove(theirs.as_str()).filter(|text| !text.is_empty()) else {
            return Err(Refusal::Request(format!("{theirs} is missing")));
        };
        if value.as_deref().is_some_and(|value| value != text) {
            return Err(wrong(&ours, &theirs));
        }
        given.insert(ours, text.to_owned());
    }
    match came.keys().next() {
        Some(name) => Err(Refusal::Request(format!("{name} is unknown here"))),
        None => Ok(given),
    }
}

fn wrong(ours: &str, theirs: &str) -> Refusal {
    let text = format!("{theirs} is wrong");
    match ours {
        "client_id" | "client_secret" => Refusal::Client(text),
        "username" | "password" | "assertion" => Refusal::Grant(text),
        _ => Refusal::Request(text),
    }
}

pub fn called(entry: &Entry, step: Step, ours: &str) -> String {
    let names = match step {
        Step::Authorize => entry.key("authorize_names"),
        Step::Refresh if !entry.key("refresh_names").is_empty() => entry.key("refresh_names"),
        Step::Refresh | Step::Code | Step::Machine | Step::Revoke => entry.key("token_names"),
    };
    let mut pairs = names.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == ours).map_or(ours, |(_, theirs)| theirs).to_owned()
}

fn wanted(entry: &Entry, step: Step) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut any = |ours: &str| wanted.push((ours.to_owned(), None));
    let has_pkce = entry.key("pkce") != "off";
    match step {
        Step::Authorize => {
            any("state");
            if has_pkce {
                any("code_challenge");
            }
        }
        Step::Code => {
            any("code");
            if has_pkce {
                any("code_verifier");
            }
        }
        Step::Refresh => any("refresh_token"),
        // RFC 7009 section 2.1
        Step::Revoke => {
            any("token");
            any("token_type_hint");
        }
        Step::Machine if entry.key("grant_type") == JWT_BEARER && entry.key("assertion").is_empty() => {
            any("assertion");
        }
        Step::Machine => {}
    }
    let mut exactly = |ours: &str, text: &str| {
        if !text.is_empty() {
            wanted.push((ours.to_owned(), Some(text.to_owned())));
        }
    };
    let or = |key: &str, usual: &'static str| match entry.key(key) {
        "" => usual.to_owned(),
        own => own.to_owned(),
    };
    let scope = scope(entry);
    match step {
        Step::Authorize => {
            exactly("response_type", &or("response_type", "code"));
            exactly("client_id", CLIENT_ID);
            exactly("redirect_uri", entry.redirect_uri());
            exactly("scope", &scope);
            exactly("audience", entry.key("audience"));
            exactly("code_challenge_method", if has_pkce { "S256" } else { "" });
        }
        Step::Code => {
            exactly("grant_type", "authorization_code");
            exactly("redirect_uri", entry.redirect_uri());
        }
        Step::Refresh => exactly("grant_type", "refresh_token"),
        Step::Machine => {
            exactly("grant_type", entry.key("grant_type"));
            exactly("username", entry.key("username"));
            exactly("password", entry.key("password"));
            exactly("assertion", entry.key("assertion"));
            exactly("scope", &scope);
            exactly("audience", entry.key("audience"));
        }
        Step::Revoke => {}
    }
    exactly("resource", if step == Step::Revoke { "" } else { entry.key("resource") });
    if step != Step::Authorize {
        match method(entry, step) {
            "client_secret_post" => {
                exactly("client_id", CLIENT_ID);
                exactly("client_secret", CLIENT_SECRET);
            }
            "private_key_jwt" => {
                exactly("client_id", CLIENT_ID);
                exactly("client_assertion_type", ASSERTION_TYPE);
                wanted.push(("client_assertion".to_owned(), None));
            }
            "none" => exactly("client_id", CLIENT_ID),
            _ => {}
        }
    }
    let added = match step {
        Step::Authorize => entry.key("authorize_params"),
        Step::Refresh => entry.key("refresh_params"),
        Step::Code | Step::Machine => entry.key("token_params"),
        Step::Revoke => "",
    };
    let added = Params::parse(added);
    wanted.retain(|(ours, _)| added.iter().all(|(name, _)| name != ours));
    wanted.extend(added.iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned()))));
    wanted
}

fn scope(entry: &Entry) -> String {
    let separator = match entry.key("scope_separator") {
        "" | "space" => " ",
        "comma" => ",",
        other => other,
    };
    entry.scope().split_whitespace().collect::<Vec<_>>().join(separator)
}

/// How the client shows who it is in that step.
pub fn method(entry: &Entry, step: Step) -> &str {
    match entry.key("refresh_auth") {
        own if step == Step::Refresh && !own.is_empty() => own,
        _ => entry.client_auth(),
    }
}

/// The parameters of a token request, from the one place where the entry says that they stand.
pub fn parameters(entry: &Entry, request: &Request) -> Result<Params, Refusal> {
    let body = entry.key("request_body");
    let (method, content_type) = match body {
        "get" => ("GET", ""),
        "query" => ("POST", ""),
        "json" => ("POST", "application/json"),
        _ => ("POST", "application/x-www-form-urlencoded"),
    };
    let is_in_query = content_type.is_empty();
    let wrong = |what: &str| Err(Refusal::Request(what.to_owned()));
    if request.method != method {
        return wrong("another method than this endpoint takes");
    }
    if request.content_type() != content_type || request.header_count("content-type") > 1 {
        return wrong("another Content-Type than this endpoint takes");
    }
    if is_in_query != request.body.is_empty() || is_in_query == request.query.is_empty() {
        return wrong("the parameters stand in another place than this endpoint reads");
    }
    check_headers(entry, request)?;
    match body {
        "get" | "query" => Ok(request.query_params()),
        "json" => json_members(request),
        _ => Ok(request.form()),
    }
}

fn json_members(request: &Request) -> Result<Params, Refusal> {
    let Ok(Value::Object(members)) = serde_json::from_slice(&request.body) else {
        return Err(Refusal::Request("the body is no JSON object".to_owned()));
    };
    let mut params = Params::default();
    for (name, value) in &members {
        let Some(text) = value.as_str() else {
            return Err(Refusal::Request(format!("{name} is no text")));
        };
        params.push(name, text);
    }
    Ok(params)
}

/// Ours ask for JSON, unless the entry has another text for that header.
fn check_headers(entry: &Entry, request: &Request) -> Result<(), Refusal> {
    let text = entry.key("token_headers");
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut wanted: BTreeMap<String, &str> = [("accept".to_owned(), "application/json")].into();
    wanted.extend(lines.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim())));
    for (name, value) in wanted {
        if request.header_count(&name) != 1 || request.header(&name) != Some(value) {
            return Err(Refusal::Request(format!("the header {name} is missing or wrong")));
        }
    }
    Ok(())
}
