#![forbid(unsafe_code)]
//! Who is asking for a token (RFC 6749 §2.3).

use base64::prelude::{Engine as _, BASE64_STANDARD};

use crate::assertion;
use crate::dialect::{Basic, Dialect};
use crate::form::{self, Params};
use crate::people::{self, Client};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::state::State;

pub fn authenticate(
    state: &mut State,
    dialect: &Dialect,
    request: &Request,
    params: &Params,
) -> Result<&'static Client, Refusal> {
    if dialect.exact {
        check_assertion_alone(request, params)?;
        if let Some(client) = assertion::client(state, dialect, params) {
            return client;
        }
    }
    let header = request.header("authorization").filter(|_| dialect.basic != Basic::Ignored);
    let Some(header) = header else { return by_parameters(dialect, params) };
    if dialect.basic == Basic::Refused {
        return Err(Refusal::client("HTTP Basic is not this client's authentication method"));
    }
    if dialect.exact {
        check_single_method(request, params)?;
    }
    let (id, secret) = basic_credentials(dialect, header).ok_or(Refusal::client("no Basic credentials"))?;
    if dialect.exact && params.get("client_id").is_some_and(|other| other != id) {
        return Err(Refusal::request("client_id differs from the one in the Authorization header"));
    }
    let client = people::client(&id).filter(|client| client.secret == Some(&secret));
    client.ok_or(Refusal::client("unknown client or wrong secret"))
}

/// RFC 6749 §2.3: not more than one method in a request. A `client_id` alone is none.
fn check_single_method(request: &Request, params: &Params) -> Result<(), Refusal> {
    if request.header_count("authorization") > 1 || params.get("client_secret").is_some() {
        return Err(Refusal::request("more than one client authentication method"));
    }
    Ok(())
}

fn check_assertion_alone(request: &Request, params: &Params) -> Result<(), Refusal> {
    let others = request.header("authorization").is_some() || params.get("client_secret").is_some();
    if others && params.get("client_assertion").is_some() {
        return Err(Refusal::request("more than one client authentication method"));
    }
    Ok(())
}

fn by_parameters(dialect: &Dialect, params: &Params) -> Result<&'static Client, Refusal> {
    let id = params.get("client_id").ok_or(Refusal::client("no client credentials"))?;
    let client = people::client(id).ok_or(Refusal::client("unknown client or wrong secret"))?;
    match (params.get("client_secret"), client.secret) {
        (None, Some(_)) if dialect.secret_optional => Ok(client),
        (given, expected) if given == expected => Ok(client),
        _ => Err(Refusal::client("unknown client or wrong secret")),
    }
}

fn basic_credentials(dialect: &Dialect, header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    if dialect.basic == Basic::Raw {
        return Some((id.to_owned(), secret.to_owned()));
    }
    Some((form::decode(id), form::decode(secret)))
}
