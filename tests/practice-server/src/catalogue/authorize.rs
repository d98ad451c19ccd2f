#![forbid(unsafe_code)]
//! The page at which a person would sign in: who comes with the right request is alice, and says yes.

use super::memory::Code;
use super::request::{self, Step};
use super::{Entry, TOKEN_HOST};
use crate::form::{self, Params};
use crate::people::OOB;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

pub fn authorize(state: &mut State, entry: &'static Entry, request: &Request) -> Response {
    let given = match request::read(entry, Step::Authorize, &request.query_params()) {
        Ok(given) => given,
        Err(refusal) => return Response::text(400, &format!("{refusal:?}")),
    };
    let challenge = given.get("code_challenge").cloned();
    let challenge = challenge.zip(given.get("code_challenge_method").cloned());
    let code = state.catalogue.give_code(Code { entry, challenge });
    let names = Params::parse(entry.key("redirect_names"));
    let called = |ours: &'static str| names.get(ours).unwrap_or(ours).to_owned();
    if given.get("redirect_uri").is_some_and(|uri| uri == OOB) {
        let page = request.target.split('?').next().unwrap_or_default();
        let query = form::write([(called("code").as_str(), code.as_str())]);
        return Response::redirect(303, &format!("{}{page}/native?{query}", state.url));
    }
    let state_given = given.get("state").map(String::as_str).unwrap_or_default();
    let code_and_state = [(called("code"), code), (called("state"), state_given.to_owned())];
    let host = Some(entry.key("token_host_param")).filter(|name| !name.is_empty());
    let host = host.map(|name| (name.to_owned(), TOKEN_HOST.to_owned()));
    let sent: Vec<_> = code_and_state.into_iter().chain(host).collect();
    let query = form::write(sent.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    // What is no URI (eBay) stands for one that is registered.
    Response::redirect(303, &format!("{}?{query}", super::REDIRECT_URI))
}
