//! Token revocation (RFC 7009).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::message::Request;
use super::token_request::TokenRequest;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// The server does not revoke tokens of that type (section 2.2.1).
pub const UNSUPPORTED: &str = "unsupported_token_type";
/// Google says so of a token that it has revoked already, with its refresh token or before.
const DEAD: (u16, &str) = (400, "invalid_token");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    AccessToken,
    RefreshToken,
}

/// Asks for a token to be revoked (section 2.1).
pub fn request(request: TokenRequest<'_>, hint: Hint, token: &Secret) -> Result<Request> {
    let hint = match hint {
        Hint::AccessToken => "access_token",
        Hint::RefreshToken => "refresh_token",
    };
    request.with([("token", Some(token.expose())), ("token_type_hint", Some(hint))])
}

/// Any 2xx means that the token is no longer good, also if the server never knew it, whatever stands in the answer but
/// an `error` (section 2.2).
pub fn parse(answer: &Answer<'_>) -> Result<()> {
    let members = answer.members()?;
    match members.as_ref().ok().and_then(|members| answer.refusal(members)) {
        Some(refusal) if (refusal.status, refusal.error.as_str()) == DEAD => return Ok(()),
        Some(refusal) => return Err(Error::Refused(Box::new(refusal))),
        None => {}
    }
    match members {
        _ if answer.is_success() => Ok(()),
        Ok(members) => Err(answer.without_code(&members)),
        Err(unread) => Err(answer.not_understood(&unread)),
    }
}
