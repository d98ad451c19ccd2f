#![forbid(unsafe_code)]
//! Authorization requests that `/strict` has before the person comes (RFC 9126).

use serde_json::json;

use crate::client_auth::authenticate;
use crate::dialect::Dialect;
use crate::form::Params;
use crate::grants::random;
use crate::people;
use crate::record::Recorded;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;
use crate::token::parameters;

const EXPIRES_IN: u64 = 60;
const MOST: usize = 10_000;

/// A request that waits for its person.
pub struct Pushed {
    client_id: &'static str,
    params: Params,
    until: u64,
}

pub fn push(state: &mut State, dialect: &'static Dialect, request: &Request, connection: u64) -> Response {
    state.counts(dialect).pushes += 1;
    state.record(Recorded::new(dialect.name, request, connection));
    if request.method != "POST" {
        return Response::text(405, "Requests are pushed by POST only.").with("Allow", "POST");
    }
    match keep(state, dialect, request) {
        Ok(request_uri) => {
            Response::json(201, &json!({"request_uri": request_uri, "expires_in": EXPIRES_IN}))
        }
        Err(refusal) => {
            state.counts(dialect).refused += 1;
            refusal.response(dialect, true)
        }
    }
}

fn keep(state: &mut State, dialect: &'static Dialect, request: &Request) -> Result<String, Refusal> {
    let params = parameters(dialect, request)?;
    let client = authenticate(state, dialect, request, &params)?;
    if params.get("request_uri").is_some() {
        return Err(Refusal::request("what is pushed is no request_uri (section 2.1)"));
    }
    if params.get("client_id") != Some(client.id) {
        return Err(Refusal::request("client_id is missing"));
    }
    if !params.get("redirect_uri").is_some_and(people::is_registered) {
        return Err(Refusal::request("this redirect_uri is not registered"));
    }
    if state.pushed.len() >= MOST {
        state.pushed.clear();
    }
    let request_uri = format!("urn:ietf:params:oauth:request_uri:{}", random("pushed"));
    let until = state.now() + EXPIRES_IN;
    state.pushed.insert(request_uri.clone(), Pushed { client_id: client.id, params, until });
    Ok(request_uri)
}

/// What the request says, wherever it was said; `None`: nothing that is known was pushed (section 4).
pub fn resolved(state: &mut State, dialect: &Dialect, params: Params) -> Option<Params> {
    let Some(request_uri) = params.get("request_uri").filter(|_| dialect.exact) else { return Some(params) };
    let pushed = state.pushed.remove(request_uri)?;
    let is_its = params.get("client_id") == Some(pushed.client_id);
    (is_its && state.now() < pushed.until).then_some(pushed.params)
}
