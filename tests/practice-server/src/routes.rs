#![forbid(unsafe_code)]
//! Which path is what.

use crate::api;
use crate::authorize;
use crate::catalogue;
use crate::control::control;
use crate::device;
use crate::dialect::Dialect;
use crate::fault::Endpoint;
use crate::introspection::introspect;
use crate::metadata::metadata;
use crate::openid;
use crate::pages;
use crate::pushed::push;
use crate::request::{Request, RequestLine};
use crate::response::Response;
use crate::revocation::revoke;
use crate::state::State;
use crate::token::token;

const API: &str = "/api/me";

/// Answers a request. `bases` are the base paths that this connection has been counted for.
pub fn answer(
    state: &mut State,
    request: &Request,
    connection: u64,
    bases: &mut Vec<&'static str>,
) -> Response {
    match request.path.as_str() {
        "/" => return pages::index(),
        "/control" => return control(state, request),
        "/cb" | "/callback" => return pages::returned(),
        _ => {}
    }
    if let Some(below) = request.path.strip_prefix("/.well-known/oauth-authorization-server") {
        return metadata(&state.url, below).unwrap_or_else(not_found);
    }
    if let Some(below) = request.path.strip_prefix("/as/") {
        return catalogue::answer(state, request, below, connection);
    }
    let Some((dialect, path)) = split(&request.path) else { return not_found() };
    if endpoint(dialect, path).is_some() && !bases.contains(&dialect.name) {
        bases.push(dialect.name);
        state.counts(dialect).connections += 1;
    }
    match (path, request.method.as_str()) {
        (API, _) => api::me(state, dialect, request),
        (path, _) if path == dialect.token => token(state, dialect, request, connection),
        (path, _) if dialect.revoke() == Some(path) => revoke(state, dialect, request, connection),
        ("/keys", "GET") if dialect.exact => openid::keys(),
        ("/userinfo", "GET" | "POST") if dialect.exact => openid::userinfo(state, dialect, request),
        ("/introspect", _) if dialect.exact => introspect(state, dialect, request),
        ("/device_authorization", _) if dialect.exact => device::ask(state, dialect, request),
        ("/device", _) if dialect.exact => device::page(state, request),
        ("/par", _) if dialect.exact => push(state, dialect, request, connection),
        (path, "GET" | "POST") if dialect.authorize.contains(&path) => {
            authorize::authorize(state, dialect, request)
        }
        ("/sign-in", "POST") => authorize::signed_in(state, dialect, request),
        ("/consent", "POST") => authorize::consented(state, dialect, request),
        (path, "GET") => {
            match path.strip_prefix(dialect.authorize[0]).and_then(|rest| rest.strip_prefix('/')) {
                Some(below) => authorize::landed(dialect, request, below),
                None => not_found(),
            }
        }
        _ => not_found(),
    }
}

/// Is the connection to be reset now that the request line is known?
pub fn is_reset(state: &mut State, line: &RequestLine) -> bool {
    let path = line.path();
    let Some((dialect, rest)) = split(&path) else { return false };
    let Some(at) = endpoint(dialect, rest) else { return false };
    let is_reset = state.take_reset(at, dialect);
    if is_reset {
        match at {
            Endpoint::Token => state.counts(dialect).token_requests += 1,
            Endpoint::Revocation => state.counts(dialect).revocations += 1,
            Endpoint::Api => state.counts(dialect).api_calls += 1,
        }
    }
    is_reset
}

fn split(path: &str) -> Option<(&'static Dialect, &str)> {
    let end = path.get(1..)?.find('/')? + 1;
    Some((Dialect::named(&path[1..end])?, &path[end..]))
}

fn endpoint(dialect: &Dialect, path: &str) -> Option<Endpoint> {
    match path {
        API => Some(Endpoint::Api),
        path if path == dialect.token => Some(Endpoint::Token),
        path if dialect.revoke() == Some(path) => Some(Endpoint::Revocation),
        _ => None,
    }
}

fn not_found() -> Response {
    Response::text(404, "Nothing is here.")
}
