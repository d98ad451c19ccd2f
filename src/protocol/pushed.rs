//! Authorization requests that the server has before the person comes (RFC 9126).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::dialect::ExpiresInUnit;
use super::expiry;
use super::message::{Request, Signed};
use super::token_request::{Parameters, TokenRequest};
use crate::error::{Error, Refusal, Result};
use crate::json::Json;

/// What the server calls a request that it has.
pub struct Pushed {
    pub request_uri: String,
    /// Seconds.
    pub expires_in: u32,
}

/// Brings it the parameters (section 2.1) or, in their place, what was signed (section 3).
pub fn request(
    request: TokenRequest<'_>,
    parameters: &[(String, String)],
    object: Option<Signed>,
) -> Result<Request> {
    let client_id = request.client.client_id.as_str();
    let given: Parameters<'_> = match &object {
        None => parameters.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        Some(object) => {
            vec![("client_id".into(), client_id.into()), ("request".into(), object.text.expose().into())]
        }
    };
    let mut request = request.with_all(given)?;
    request.signed.extend(object);
    Ok(request)
}

/// Section 2.2. 201 is what is written, and any success is taken.
pub fn parse(answer: &Answer<'_>) -> Result<Pushed> {
    let members = answer.needed_members().map_err(of_size)?;
    let top = members.only();
    let is_error = top.member("error").is_some_and(|error| !error.is_null());
    match top.member("request_uri") {
        Some(request_uri) if answer.is_success() && !is_error => {
            let request_uri = request_uri.text().filter(|uri| is_uri(uri)).map(str::to_owned);
            let request_uri =
                request_uri.ok_or_else(|| answer.odd("request_uri is no URI that could be used"))?;
            Ok(Pushed {
                request_uri,
                expires_in: top.member("expires_in").map_or(USUAL, |given| seconds(given, answer)),
            })
        }
        _ => Err(of_size(answer.lacking(&members, "member request_uri"))),
    }
}

/// Where the server does not say.
const USUAL: u32 = 60;

/// At least so many that the caller can ask for the URL once more, at most a day.
fn seconds(expires_in: &Json, answer: &Answer<'_>) -> u32 {
    const LEAST: u32 = 5;
    const MOST: u32 = 86_400;
    let at = expiry::after(expires_in, ExpiresInUnit::Seconds, answer.clock());
    let seconds = at.map(|at| at.saturating_sub(answer.now).clamp(0, MOST.into()));
    seconds.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(USUAL).max(LEAST)
}

/// What stands in a URL as it is meant, whatever its scheme: it is escaped there, and nobody here goes to it.
fn is_uri(text: &str) -> bool {
    const LONGEST: usize = 2048;
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| (0x21..=0x7e).contains(&b))
}

/// Section 2.3: 413 is an answer to a request that is too large.
fn of_size(error: Error) -> Error {
    match error {
        Error::Response { status: 413, words, .. } => {
            Error::Refused(Box::new(Refusal { description: words, status: 413, ..Refusal::default() }))
        }
        other => other,
    }
}
