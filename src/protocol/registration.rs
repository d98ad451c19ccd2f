//! A client that a server learns of from the client itself (RFC 7591), and forgets again (RFC 7592).
#![forbid(unsafe_code)]

use std::borrow::Cow;

use super::answer::Answer;
use super::message::Request;
use crate::error::{Error, Meaning, Refusal, Result};
use crate::json::Json;
use crate::secret::Secret;
use crate::token::bound;

/// Registers the client (RFC 7591 section 3.1). `initial`: what the server lets nobody in without, where it is so.
pub fn request(url: &str, metadata: &Json, initial: &Secret) -> Request {
    let mut request = Request::get(url, "application/json");
    request.method = "POST";
    request.headers.push(("Content-Type".into(), Secret::new("application/json")));
    request.headers.extend(bearer(initial));
    request.content = Secret::new(metadata.written());
    request
}

/// Takes the registration back (RFC 7592 section 2.3).
pub fn removal(url: &str, token: &Secret) -> Request {
    let mut request = Request::get(url, "application/json");
    request.method = "DELETE";
    request.headers.extend(bearer(token));
    request
}

fn bearer(token: &Secret) -> Option<(Cow<'static, str>, Secret)> {
    let shown = || Secret::new(["Bearer ", token.expose()].concat());
    (!token.is_empty()).then(|| ("Authorization".into(), shown()))
}

/// What the server has registered (RFC 7591 section 3.2.1); without a name it is nothing.
pub fn parse(answer: &Answer<'_>) -> Result<Json> {
    let members = match answer.members()? {
        Ok(members) => members,
        Err(unread) => {
            return Err(match answer.not_understood(&unread) {
                Error::Refused(refusal) => Error::Refused(Box::new(of_registrar(*refusal))),
                other => other,
            })
        }
    };
    let top = members.only();
    let is_name = |id: &str| !id.is_empty() && !id.chars().any(char::is_control);
    if answer.is_success() && top.member("client_id").and_then(Json::text).is_some_and(is_name) {
        return Ok(bounded(top));
    }
    Err(match answer.refusal(&members) {
        Some(refusal) => Error::Refused(Box::new(of_registrar(refusal))),
        None if answer.is_success() => answer.odd("it has no member client_id"),
        None => answer.without_code(&members),
    })
}

/// Such as the store can read again: what the client is by, and of the rest not without bounds.
fn bounded(registered: &Json) -> Json {
    const OURS: [&str; 5] = [
        "client_id",
        "client_secret",
        "client_secret_expires_at",
        "registration_client_uri",
        "registration_access_token",
    ];
    let Json::Members(all) = registered else { return Json::Members(Vec::new()) };
    let is_ours = |(name, _): &&(String, Json)| OURS.contains(&name.as_str());
    let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(is_ours);
    let mut members = ours.into_iter().chain(others).cloned().collect();
    bound(&mut members);
    Json::Members(members)
}

/// RFC 7591 section 3, RFC 7592 section 2: what shows who may do this is a token, and none of ours.
fn of_registrar(refusal: Refusal) -> Refusal {
    match refusal.status {
        401 | 403 => Refusal { meaning: Meaning::Registrar, ..refusal },
        _ => refusal,
    }
}

/// 204, or that there is no such client any more.
pub fn parse_removal(answer: &Answer<'_>) -> Result<()> {
    if answer.is_success() || matches!(answer.response.status, 404 | 410) {
        return Ok(());
    }
    parse(answer).map(|_| ())
}
