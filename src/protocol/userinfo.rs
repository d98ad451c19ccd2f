//! The claims of the userinfo endpoint (OpenID Connect Core section 5.3).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::id_token::{Expected, SignedClaims};
use crate::error::{Error, Result};
use crate::json::Json;

pub enum Userinfo {
    Plain(Json),
    /// Nobody has looked yet who has signed it.
    Signed(SignedClaims),
}

pub fn parse(answer: &Answer<'_>, expected: &Expected<'_>) -> Result<Userinfo> {
    // Section 5.3.3: refused as any request with a bearer token.
    if let Some(refusal) = answer.bearer_refusal() {
        return Err(Error::Refused(Box::new(refusal)));
    }
    if let Some(text) = answer.jwt().filter(|_| answer.is_success()) {
        return expected.check_signed_answer(text).map(Userinfo::Signed);
    }
    let members = answer.needed_members()?;
    match answer.refusal(&members) {
        Some(refusal) => Err(Error::Refused(Box::new(refusal))),
        None if !answer.is_success() => Err(answer.without_code(&members)),
        None => match members {
            Json::Members(_) => Ok(Userinfo::Plain(members)),
            _ => Err(answer.odd("it is no JSON object")),
        },
    }
}
