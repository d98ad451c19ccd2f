#![forbid(unsafe_code)]
//! The endpoints of a known server that give tokens and take them back.

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::memory::Tokens;
use super::refusal::Refusal;
use super::request::{self, Given, Step};
use super::{answer, assertion, Entry, CLIENT_ID, CLIENT_SECRET};
use crate::form::{self, Params};
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

/// `takes`: whether codes and grants, and whether refresh tokens are taken at this path.
pub fn token(state: &mut State, entry: &'static Entry, request: &Request, takes: (bool, bool)) -> Response {
    match granted(state, entry, request, takes) {
        Ok(tokens) => answer::response(entry, &tokens),
        Err(refusal) => refusal.response(entry),
    }
}

/// RFC 7009: whatever token comes from the right client is of no more use.
pub fn revoke(state: &mut State, entry: &'static Entry, request: &Request) -> Response {
    match revoked(state, entry, request) {
        Ok(()) => Response::text(200, ""),
        Err(refusal) => refusal.response(entry),
    }
}

fn revoked(state: &mut State, entry: &'static Entry, request: &Request) -> Result<(), Refusal> {
    let params = request::parameters(entry, request)?;
    let given = request::read(entry, Step::Revoke, &params)?;
    check_basic(entry, Step::Revoke, request)?;
    assertion::check(state, entry, &given)?;
    state.catalogue.revoke(entry, &given["token"]);
    Ok(())
}

fn granted(
    state: &mut State,
    entry: &'static Entry,
    request: &Request,
    takes: (bool, bool),
) -> Result<Tokens, Refusal> {
    let params = request::parameters(entry, request)?;
    let step = step(entry, &params, takes)?;
    let given = request::read(entry, step, &params)?;
    check_basic(entry, step, request)?;
    assertion::check(state, entry, &given)?;
    match step {
        Step::Code => check_code(state, entry, &given)?,
        Step::Refresh => check_refresh_token(state, entry, &given)?,
        Step::Machine | Step::Authorize | Step::Revoke => {}
    }
    Ok(state.catalogue.give_tokens(entry, entry.gives_refresh_tokens()))
}

/// What is asked for is known by what comes, as not every server wants a grant_type.
fn step(entry: &Entry, params: &Params, takes: (bool, bool)) -> Result<Step, Refusal> {
    let is = |step: Step, ours: &str| params.get(&request::called(entry, step, ours)).is_some();
    let usual = if entry.needs_person() { Step::Code } else { Step::Machine };
    match (is(Step::Refresh, "refresh_token"), takes) {
        (true, (_, true)) if entry.gives_refresh_tokens() => Ok(Step::Refresh),
        (false, (true, _)) => Ok(usual),
        _ => Err(Refusal::GrantType("that is not what this endpoint gives tokens for".to_owned())),
    }
}

/// HTTP Basic where the entry wants it, in its encoding, and nothing where it does not.
fn check_basic(entry: &Entry, step: Step, request: &Request) -> Result<(), Refusal> {
    let refused = |text: &str| Err(Refusal::Client(text.to_owned()));
    let count = request.header_count("authorization");
    if request::method(entry, step) != "client_secret_basic" {
        return if count == 0 { Ok(()) } else { refused("a second way to authenticate") };
    }
    let header = request.header("authorization").filter(|_| count == 1);
    let coded = header.and_then(|header| header.strip_prefix("Basic "));
    let pair = coded.and_then(|coded| String::from_utf8(BASE64_STANDARD.decode(coded).ok()?).ok());
    let Some(pair) = pair else { return refused("no Basic credentials") };
    let decode = |text: &str| match entry.key("basic_encoding") {
        "raw" => text.to_owned(),
        "percent" => form::percent_decode(text),
        _ => form::decode(text),
    };
    match pair.split_once(':') {
        Some((id, secret)) if decode(id) == CLIENT_ID && decode(secret) == CLIENT_SECRET => Ok(()),
        _ => refused("unknown client or wrong secret"),
    }
}

fn check_code(state: &mut State, entry: &Entry, given: &Given) -> Result<(), Refusal> {
    let refused = |text: &str| Err(Refusal::Grant(text.to_owned()));
    let code = given.get("code").and_then(|code| state.catalogue.take_code(entry, code));
    let Some(code) = code else { return refused("no such code") };
    let verifier = given.get("code_verifier");
    let fits = match (&code.challenge, verifier) {
        (None, None) => true,
        (Some((challenge, method)), Some(verifier)) if method == "S256" => {
            *challenge == BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
        }
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        refused("the code_verifier does not fit")
    }
}

fn check_refresh_token(state: &mut State, entry: &Entry, given: &Given) -> Result<(), Refusal> {
    let is_good =
        given.get("refresh_token").is_some_and(|token| state.catalogue.take_refresh_token(entry, token));
    if is_good {
        Ok(())
    } else {
        Err(Refusal::Grant("the refresh token is dead".to_owned()))
    }
}
