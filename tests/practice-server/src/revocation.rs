#![forbid(unsafe_code)]
//! The revocation endpoint (RFC 7009).

use serde_json::json;

use crate::client_auth::authenticate;
use crate::dialect::{Dialect, Revocation};
use crate::fault::Endpoint;
use crate::grants::Kind;
use crate::record::Recorded;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;
use crate::response::Response;
use crate::state::State;
use crate::token::{missing, parameters};

/// Answers a revocation request, or does what a fault says.
pub fn revoke(state: &mut State, dialect: &'static Dialect, request: &Request, connection: u64) -> Response {
    state.counts(dialect).revocations += 1;
    state.record(Recorded::new(dialect.name, request, connection));
    let Some(fault) = state.take_fault(Endpoint::Revocation, dialect, None) else {
        return answer(state, dialect, request);
    };
    let replacement = fault.replacement();
    let real = (fault.process || replacement.is_none()).then(|| answer(state, dialect, request));
    let response = replacement.or(real).expect("one of the two was made");
    fault.dress(response)
}

fn answer(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    if request.method != "POST" {
        return Response::text(405, "The revocation endpoint takes POST only.").with("Allow", "POST");
    }
    let (_, how) = dialect.revocation.expect("it has such an endpoint");
    match (end(state, dialect, request, how), how) {
        (Err(refusal), Revocation::Family | Revocation::RefreshTokens) => {
            state.counts(dialect).refused += 1;
            refusal.response(dialect, true)
        }
        (_, Revocation::Pair) => Response::json(200, &json!({})),
        (Ok(()), _) => Response::new(200, "application/json", ""),
    }
}

fn end(
    state: &mut State,
    dialect: &'static Dialect,
    request: &Request,
    how: Revocation,
) -> Result<(), Refusal> {
    let params = parameters(dialect, request)?;
    let client = authenticate(state, dialect, request, &params)?;
    let token = params.get("token").ok_or(missing("token"))?;
    // Whatever the hint says: the search is extended to all tokens. To one that nobody knows, the answer is yes.
    let Some((consent, kind)) = state.grants.find(token) else { return Ok(()) };
    if consent.client.id != client.id || !consent.dialect.is(dialect) {
        return match how {
            Revocation::Family => {
                Err(Refusal::new(Reason::RefreshToken, "the token was given to another client"))
            }
            Revocation::RefreshTokens | Revocation::Pair => Ok(()),
        };
    }
    if how == Revocation::RefreshTokens && kind == Kind::AccessToken {
        return Err(Refusal::new(Reason::TokenType, "access tokens live until they expire"));
    }
    state.grants.revoke(token, how);
    Ok(())
}
