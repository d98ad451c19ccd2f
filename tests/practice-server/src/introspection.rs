#![forbid(unsafe_code)]
//! The introspection endpoint of `/strict` (RFC 7662): what a client's own access token is.

use serde_json::json;

use crate::client_auth::authenticate;
use crate::dialect::Dialect;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;
use crate::token::{missing, parameters};

pub fn introspect(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    if request.method != "POST" {
        return Response::text(405, "The introspection endpoint takes POST only.").with("Allow", "POST");
    }
    let asked = parameters(dialect, request).and_then(|params| {
        let client = authenticate(state, dialect, request, &params)?;
        params.get("token").map(|token| (client, token.to_owned())).ok_or(missing("token"))
    });
    let (client, token) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return refusal.response(dialect, true),
    };
    let found = state.grants.live_access_token(state.now(), &token, dialect);
    let found = found.map(|token| (token, &state.grants.grant(token.grant).consent));
    // Section 2.2: of another's token nothing is told, not even that it is active.
    Response::json(
        200,
        &match found.filter(|(_, consent)| consent.client.id == client.id) {
            Some((token, consent)) => json!({
                "active": true,
                "client_id": consent.client.id,
                "username": consent.user,
                "scope": token.scope.join(" "),
                "token_type": "Bearer",
            }),
            None => json!({"active": false}),
        },
    )
}
