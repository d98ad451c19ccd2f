#![forbid(unsafe_code)]
//! `/control`: faults, the clock and the counters, for programs that run beside the server.

use serde_json::{json, Map, Value};

use crate::dialect::DIALECTS;
use crate::fault::Fault;
use crate::form::Params;
use crate::record::Recorded;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

pub fn control(state: &mut State, request: &Request) -> Response {
    if !comes_from_here(request) {
        return Response::text(403, "The controls are for programs on this machine.");
    }
    match request.method.as_str() {
        "GET" => Response::json(200, &seen(state)),
        "POST" => match change(state, &request.form()) {
            Ok(()) => Response::json(200, &seen(state)),
            Err(why) => Response::text(400, &why),
        },
        _ => Response::text(405, "The controls take GET and POST.").with("Allow", "GET, POST"),
    }
}

/// A web page in a browser on this machine must not reach the controls, neither directly (Origin)
/// nor by a name that it has pointed at this address (Host).
fn comes_from_here(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let is_local = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    is_local && request.header("origin").is_none()
}

fn change(state: &mut State, form: &Params) -> Result<(), String> {
    let mut fault = Params::default();
    let mut add = false;
    for (name, value) in form.iter() {
        match name {
            "clear" => state.faults.clear(),
            "add" => add = value != "0",
            "advance" => {
                state.advance(value.parse().map_err(|_| format!("advance={value} is no number of seconds"))?);
            }
            "revoke" if value == "access" => state.grants.revoke_access_tokens(),
            "revoke" if value == "all" => state.grants.revoke_all(),
            "reset_counts" => state.clear_counts(),
            "let_go" => state.late.let_go(),
            _ => fault.push(name, value),
        }
    }
    if fault.iter().next().is_none() {
        return Ok(());
    }
    let fault = Fault::from_params(&fault)?;
    if !add {
        state.faults.clear();
    }
    state.faults.push(fault);
    Ok(())
}

fn seen(state: &mut State) -> Value {
    let mut bases = Map::new();
    for dialect in &DIALECTS {
        let counts = state.counts(dialect).to_json();
        bases.insert(dialect.name.to_owned(), counts);
    }
    json!({
        "now": state.now(),
        "connections": state.connections,
        "faults_waiting": state.faults.len(),
        "bases": bases,
        "requests": state.requests.len(),
        "last_request": state.requests.last().map(Recorded::to_json),
    })
}
