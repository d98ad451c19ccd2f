#![forbid(unsafe_code)]
//! The protected API (RFC 6750).

use serde_json::json;

use crate::dialect::{Dialect, Dpop};
use crate::dpop::{self, Verifier};
use crate::fault::{Endpoint, Fault};
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

const REALM: &str = "Bearer realm=\"practice\"";

pub fn me(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    state.counts(dialect).api_calls += 1;
    let fault = state.take_fault(Endpoint::Api, dialect, None);
    let replacement = fault.as_ref().and_then(Fault::replacement);
    let response = replacement.unwrap_or_else(|| {
        let response = answer(state, dialect, request);
        dpop::with_nonce(state, dialect, Verifier::Api(""), response)
    });
    if response.status == 401 {
        state.counts(dialect).api_refused += 1;
    }
    match fault {
        Some(fault) => fault.dress(response),
        None => response,
    }
}

fn answer(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    if request.method != "GET" && request.method != "HEAD" {
        return Response::text(405, "The API takes GET only.").with("Allow", "GET, HEAD");
    }
    let Some(header) = request.header("authorization") else {
        // RFC 6750 §3.1: who sent nothing is told nothing but the scheme.
        return Response::json(401, &json!({"error": "unauthorized"})).with("WWW-Authenticate", REALM);
    };
    // The scheme's case should not matter (RFC 9110 §11.1), but there are servers that care.
    let proven = match header.strip_prefix("DPoP ").filter(|_| dialect.dpop != Dpop::Unknown) {
        Some(token) => match dpop::key(state, dialect, request, Verifier::Api(token)) {
            Ok(jkt) => jkt.map(|jkt| (token, jkt)),
            Err(refusal) => return refusal.challenge("DPoP"),
        },
        None => None,
    };
    let token = proven.as_ref().map(|(token, _)| *token).or_else(|| header.strip_prefix("Bearer "));
    let Some(token) = token else { return unauthorized("the scheme must be Bearer, in this spelling") };
    let Some(entry) = state.grants.live_access_token(state.now(), token, dialect) else {
        return unauthorized("the token is unknown, expired or revoked");
    };
    // RFC 9449 §7.1 and §7.2: a token that is bound is no Bearer.
    if entry.jkt != proven.map(|(_, jkt)| jkt) {
        return unauthorized("the token is bound to another key, or is sent in another way than it is");
    }
    let scope = entry.scope.join(" ");
    let consent = &state.grants.grant(entry.grant).consent;
    let (who, name) = consent.user.map_or(("client", consent.client.id), |user| ("user", user));
    Response::json(200, &json!({who: name, "scope": scope, "refreshed": entry.refreshed}))
}

pub fn unauthorized(why: &str) -> Response {
    Response::json(401, &json!({"error": "invalid_token", "error_description": why}))
        .with("WWW-Authenticate", &format!("{REALM}, error=\"invalid_token\", error_description=\"{why}\""))
}
