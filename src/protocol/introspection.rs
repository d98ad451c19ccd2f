//! What a server says of a token (RFC 7662).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::message::Request;
use super::token_request::TokenRequest;
use crate::error::Result;
use crate::json::Json;
use crate::secret::Secret;

/// Asks what an access token is (section 2.1).
pub fn request(request: TokenRequest<'_>, token: &Secret) -> Result<Request> {
    request.with([("token", Some(token.expose())), ("token_type_hint", Some("access_token"))])
}

/// `active` is what makes it one (section 2.2): true, false, or how servers write these.
pub fn parse(answer: &Answer<'_>) -> Result<Json> {
    let members = answer.needed_members()?;
    let top = members.only();
    match top.member("active") {
        Some(active) if answer.is_success() => {
            let active = of_active(active).ok_or_else(|| answer.odd("active is no boolean"))?;
            let Json::Members(members) = top else { return Err(answer.without_code(&members)) };
            let others = members.iter().filter(|(name, _)| name != "active").cloned();
            Ok(Json::Members([("active".to_owned(), Json::Bool(active))].into_iter().chain(others).collect()))
        }
        _ => Err(answer.lacking(&members, "member active")),
    }
}

fn of_active(active: &Json) -> Option<bool> {
    match active {
        Json::Bool(active) => Some(*active),
        Json::Text(text) if text.expose().eq_ignore_ascii_case("true") => Some(true),
        Json::Text(text) if text.expose().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
