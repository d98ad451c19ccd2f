#![forbid(unsafe_code)]
//! The authorization endpoint (RFC 6749 §3.1), and the pages that a person answers.

use crate::dialect::{Dialect, Oob, Pkce};
use crate::form::{self, Params};
use crate::grants::{random, Challenge, Consent};
use crate::pages;
use crate::people::{self, Client, OOB, PASSWORD, USER};
use crate::pushed;
use crate::request::Request;
use crate::response::Response;
use crate::state::{Pending, State};

/// RFC 6749 §4.1.2.1: name and description of an error that goes back to the client.
struct Problem(&'static str, &'static str);

/// Where the answer goes back to.
struct Return<'a> {
    dialect: &'static Dialect,
    redirect_uri: &'a str,
    state: Option<&'a str>,
}

pub fn authorize(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    state.counts(dialect).authorize += 1;
    let mut params = request.query_params();
    if request.method == "POST" {
        params.extend(request.form());
    }
    let Some(params) = pushed::resolved(state, dialect, params) else {
        return pages::refused("Unknown request", "This request_uri is used, too old, or another client's.");
    };
    // Without a client and a redirect URI that are known, a redirect could lead anywhere (§4.1.2.1).
    let Some(client) = params.get("client_id").and_then(people::client) else {
        return pages::refused("Unknown client", "The client_id of this request is not registered here.");
    };
    let Some(redirect_uri) = params.get("redirect_uri").filter(|uri| people::is_registered(uri)) else {
        return pages::refused("Unknown redirect URI", "The redirect_uri of this request is not registered.");
    };
    let duplicate = params.duplicate().filter(|_| dialect.exact);
    if matches!(duplicate, Some("client_id" | "redirect_uri")) {
        return pages::refused("Unclear request", "client_id or redirect_uri is there more than once.");
    }
    let back = Return { dialect, redirect_uri, state: params.get("state") };
    match check(dialect, client, &params, duplicate) {
        Err(problem) => refuse(&state.url, &back, &problem),
        Ok((scope, challenge)) => {
            let (user, redirect_uri) = (Some(USER), redirect_uri.to_owned());
            let nonce = params.get("nonce").map(str::to_owned);
            let consent = Consent { dialect, client, user, redirect_uri, scope, challenge, nonce };
            let pending = Pending { consent, state: back.state.map(str::to_owned), signed_in: false };
            show(state, pending, None)
        }
    }
}

fn check(
    dialect: &Dialect,
    client: &Client,
    params: &Params,
    duplicate: Option<&str>,
) -> Result<(Vec<String>, Option<Challenge>), Problem> {
    if duplicate.is_some() {
        return Err(Problem("invalid_request", "a parameter is there more than once"));
    }
    match params.get("response_type") {
        None => return Err(Problem("invalid_request", "response_type is missing")),
        Some(other) if other != dialect.response_type => {
            return Err(Problem("unsupported_response_type", "this response_type is not supported"));
        }
        Some(_) => {}
    }
    let scope = scope(dialect, params.get("scope"))?;
    let challenge = challenge(dialect, client, params)?;
    Ok((scope, challenge))
}

/// RFC 6749 §3.3
fn scope(dialect: &Dialect, asked: Option<&str>) -> Result<Vec<String>, Problem> {
    let asked = asked.unwrap_or("basic");
    let is_allowed = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    let scopes: Vec<String> = asked
        .split([' ', dialect.scope_separator])
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    // One scope that nobody gets, so that a refusal can be rehearsed.
    if !asked.chars().all(is_allowed) || scopes.iter().any(|scope| scope == "forbidden") {
        return Err(Problem("invalid_scope", "this scope is not given to anyone"));
    }
    Ok(scopes)
}

/// RFC 7636 §4.4.1
fn challenge(dialect: &Dialect, client: &Client, params: &Params) -> Result<Option<Challenge>, Problem> {
    if dialect.pkce == Pkce::Unknown {
        return Ok(None);
    }
    let required = dialect.pkce == Pkce::Required;
    let Some(value) = params.get("code_challenge") else {
        if required && client.secret.is_none() {
            return Err(Problem("invalid_request", "a public client must send a code_challenge"));
        }
        return Ok(None);
    };
    let plain = match params.get("code_challenge_method").unwrap_or("plain") {
        "S256" => false,
        "plain" if !required => true,
        _ => return Err(Problem("invalid_request", "the code_challenge_method must be S256")),
    };
    let is_good = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~');
    if !(43..=128).contains(&value.len()) || !value.bytes().all(is_good) {
        return Err(Problem("invalid_request", "the code_challenge is malformed"));
    }
    Ok(Some(Challenge { value: value.to_owned(), plain }))
}

/// The sign-in form came back.
pub fn signed_in(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    let form = request.form();
    let Some(mut pending) = take_pending(state, dialect, &form, false) else { return pages::stale() };
    if form.get("user") != Some(USER) || form.get("password") != Some(PASSWORD) {
        return show(state, pending, Some("Wrong user or password."));
    }
    pending.signed_in = true;
    show(state, pending, None)
}

/// The consent form came back.
pub fn consented(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    let form = request.form();
    let Some(pending) = take_pending(state, dialect, &form, true) else { return pages::stale() };
    let redirect_uri = pending.consent.redirect_uri.clone();
    let back = Return { dialect, redirect_uri: &redirect_uri, state: pending.state.as_deref() };
    if form.get("decision") != Some("allow") {
        let problem = Problem("access_denied", "The resource owner denied the request.");
        return refuse(&state.url, &back, &problem);
    }
    let code = state.grants.issue_code(state.now(), pending.consent);
    match (redirect_uri == OOB, dialect.oob) {
        (true, Oob::Path) => see_other(&format!("{}/{code}", landing(&state.url, dialect))),
        _ => back.with(&state.url, &[("code", &code)]),
    }
}

/// The page at which an out-of-band answer lands.
pub fn landed(dialect: &Dialect, request: &Request, below: &str) -> Response {
    let params = request.query_params();
    match (params.get("error"), dialect.oob) {
        (Some(error), _) => pages::refused(error, params.get("error_description").unwrap_or_default()),
        (None, Oob::Native) => pages::code(params.get("code").unwrap_or_default()),
        (None, Oob::Path) => pages::code(below),
    }
}

/// Shows the page that the request waits for, with an id that is good for one answer.
fn show(state: &mut State, pending: Pending, error: Option<&str>) -> Response {
    let id = random("request");
    let page = if pending.signed_in {
        pages::consent(&pending.consent, &id)
    } else {
        pages::sign_in(&pending.consent, &id, error)
    };
    state.remember(id, pending);
    page
}

fn take_pending(
    state: &mut State,
    dialect: &'static Dialect,
    form: &Params,
    signed_in: bool,
) -> Option<Pending> {
    let pending = state.pending.remove(form.get("request")?)?;
    (pending.consent.dialect.is(dialect) && pending.signed_in == signed_in).then_some(pending)
}

fn refuse(url: &str, back: &Return, problem: &Problem) -> Response {
    back.with(url, &[("error", problem.0), ("error_description", problem.1)])
}

impl Return<'_> {
    /// RFC 6749 §4.1.2: adds to the redirect URI, and keeps the state as it came.
    fn with(&self, url: &str, params: &[(&str, &str)]) -> Response {
        let issuer = format!("{url}/{}", self.dialect.name);
        if self.redirect_uri == OOB {
            let page = format!("{}/native", landing(url, self.dialect));
            return see_other(&format!("{page}?{}", form::write(params.iter().copied())));
        }
        let mut params = params.to_vec();
        if let Some(state) = self.state {
            params.push(("state", state));
        }
        if self.dialect.sends_iss {
            params.push(("iss", &issuer));
        }
        // As a browser shows it: an address without a path has the path `/`.
        let has_path = self.redirect_uri.splitn(4, '/').count() == 4;
        let path = if has_path { "" } else { "/" };
        see_other(&format!("{}{path}?{}", self.redirect_uri, form::write(params)))
    }
}

fn landing(url: &str, dialect: &Dialect) -> String {
    format!("{url}/{}{}", dialect.name, dialect.authorize[0])
}

/// RFC 9700 §4.12: 303, so that no browser sends the form on.
fn see_other(location: &str) -> Response {
    Response::redirect(303, location)
}
