#![forbid(unsafe_code)]
//! The token endpoint (RFC 6749 §3.2).

use serde_json::Value;

use crate::answer::{self, Tokens};
use crate::assertion;
use crate::client_auth::authenticate;
use crate::device;
use crate::dialect::{Carrier, Dialect, Lifetime, RefreshToken, Rotation};
use crate::dpop::{self, Verifier};
use crate::fault::{Endpoint, Fault, Rotate};
use crate::form::Params;
use crate::grants::{CodeUse, Consent};
use crate::openid;
use crate::people::{self, Client};
use crate::record::Recorded;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Parameters that have no business in a URL (RFC 6749 §2.3.1, RFC 9700 §2.4 for the rest).
const PRIVATE: [&str; 10] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "assertion",
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "token",
];

/// Answers a token request, or does what a fault says.
pub fn token(state: &mut State, dialect: &'static Dialect, request: &Request, connection: u64) -> Response {
    state.counts(dialect).token_requests += 1;
    let recorded = Recorded::new(dialect.name, request, connection);
    let grant_type = recorded.param("grant_type");
    state.record(recorded);

    let Some(fault) = state.take_fault(Endpoint::Token, dialect, grant_type.as_deref()) else {
        let response = answer(state, dialect, request, &Fault::default());
        return dpop::with_nonce(state, dialect, Verifier::TokenEndpoint, response);
    };
    let replacement = fault.replacement();
    let real = (fault.process || replacement.is_none()).then(|| answer(state, dialect, request, &fault));
    let response = replacement.or(real).expect("one of the two was made");
    fault.dress(response)
}

fn answer(state: &mut State, dialect: &'static Dialect, request: &Request, fault: &Fault) -> Response {
    if request.method != "POST" {
        return Response::text(405, "The token endpoint takes POST only.").with("Allow", "POST");
    }
    let accepts_json = request.header("accept").is_some_and(|accept| accept.contains("application/json"));
    let asked = dpop::key(state, dialect, request, Verifier::TokenEndpoint).and_then(|jkt| {
        let tokens = grant_tokens(state, dialect, request, fault, jkt.as_deref())?;
        if let Some(jkt) = &jkt {
            state.grants.bind(&tokens.access_token, jkt);
        }
        Ok(Tokens { jkt, ..tokens })
    });
    match asked {
        Ok(tokens) => answer::response(dialect, &Tokens { accepts_json, ..tokens }, fault),
        Err(refusal) => {
            state.counts(dialect).refused += 1;
            refusal.response(dialect, accepts_json)
        }
    }
}

fn grant_tokens(
    state: &mut State,
    dialect: &'static Dialect,
    request: &Request,
    fault: &Fault,
    jkt: Option<&str>,
) -> Result<Tokens, Refusal> {
    let params = parameters(dialect, request)?;
    if dialect.exact && params.get("grant_type") == Some(JWT_BEARER) {
        return by_assertion(state, dialect, request, &params);
    }
    let client = authenticate(state, dialect, request, &params)?;
    match params.get("grant_type") {
        Some("authorization_code") => exchange_code(state, dialect, client, &params),
        Some("refresh_token") if dialect.refresh_token != RefreshToken::Never => {
            refresh(state, dialect, client, &params, fault, jkt)
        }
        Some("client_credentials") if dialect.exact => by_client(state, dialect, client, &params),
        Some(device::GRANT_TYPE) if dialect.exact => by_device(state, dialect, client, &params),
        Some("password") if dialect.exact => by_password(state, dialect, client, &params),
        Some(_) => Err(Refusal::new(Reason::GrantType, "this grant type is not supported")),
        None => Err(missing("grant_type")),
    }
}

/// RFC 6749 §4.1.3
fn exchange_code(
    state: &mut State,
    dialect: &'static Dialect,
    client: &'static Client,
    params: &Params,
) -> Result<Tokens, Refusal> {
    let now = state.now();
    let with = CodeUse {
        dialect,
        client,
        code: params.get("code").ok_or(missing("code"))?,
        redirect_uri: params.get("redirect_uri"),
        verifier: params.get("code_verifier"),
    };
    let grant = state.grants.use_code(now, &with)?;
    state.counts(dialect).code_exchanges += 1;
    let refresh_token = state.grants.issue_refresh_token(grant);
    let scope = state.grants.grant(grant).consent.scope.clone();
    Ok(issue(state, dialect, grant, scope, refresh_token))
}

/// RFC 6749 §6
fn refresh(
    state: &mut State,
    dialect: &'static Dialect,
    client: &'static Client,
    params: &Params,
    fault: &Fault,
    jkt: Option<&str>,
) -> Result<Tokens, Refusal> {
    let now = state.now();
    let token = params.get("refresh_token").ok_or(missing("refresh_token"))?;
    let grant = state.grants.check_refresh_token(now, token, client, dialect, state.overlap)?;
    // RFC 9449 §5: a refresh token that is bound is good for who has the key.
    if state.grants.grant(grant).jkt.as_deref().is_some_and(|bound| jkt != Some(bound)) {
        return Err(Refusal::new(Reason::RefreshToken, "the refresh token is bound to another key"));
    }
    let scope = narrowed(&state.grants.grant(grant).consent.scope, params.get("scope"))?;
    // The switch is for tests of clients: how do they take what other servers do?
    let rotate = fault.rotate.filter(|_| dialect.exact);
    let rotation = match rotate {
        Some(Rotate::None | Rotate::Same) => Rotation::Keep,
        Some(Rotate::New) | None => dialect.rotation,
    };
    let refresh_token = state.grants.rotate(now, token, rotation);
    state.counts(dialect).refreshes += 1;
    let shown = (rotate != Some(Rotate::None)).then_some(refresh_token);
    Ok(issue(state, dialect, grant, scope, shown))
}

/// RFC 6749 §4.4: for clients that can show who they are; no refresh token (§4.4.3).
fn by_client(
    state: &mut State,
    dialect: &'static Dialect,
    client: &'static Client,
    params: &Params,
) -> Result<Tokens, Refusal> {
    if client.secret.is_none() {
        return Err(Refusal::new(Reason::GrantType, "client_credentials is for clients with a secret"));
    }
    let scope = asked_scope(params)?;
    let grant = state.grants.give(Consent::without_sign_in(dialect, client, None, scope.clone()));
    Ok(issue(state, dialect, grant, scope, None))
}

/// RFC 7523 §2.1: the assertion says whose client it is. One that shows itself besides must be the same.
fn by_assertion(
    state: &mut State,
    dialect: &'static Dialect,
    request: &Request,
    params: &Params,
) -> Result<Tokens, Refusal> {
    let (client, user) =
        assertion::grant(state, dialect, params.get("assertion").ok_or(missing("assertion"))?)?;
    let shows = ["client_id", "client_assertion"].iter().any(|name| params.get(name).is_some());
    if (shows || request.header("authorization").is_some())
        && authenticate(state, dialect, request, params)?.id != client.id
    {
        return Err(Refusal::client("the assertion is another client's"));
    }
    let scope = asked_scope(params)?;
    let grant = state.grants.give(Consent::without_sign_in(dialect, client, user, scope.clone()));
    Ok(issue(state, dialect, grant, scope, None))
}

/// RFC 6749 §4.3
fn by_password(
    state: &mut State,
    dialect: &'static Dialect,
    client: &'static Client,
    params: &Params,
) -> Result<Tokens, Refusal> {
    let username = params.get("username").ok_or(missing("username"))?;
    let password = params.get("password").ok_or(missing("password"))?;
    if !people::is_user(username, password) {
        return Err(Refusal::new(Reason::Code, "wrong username or password"));
    }
    let scope = asked_scope(params)?;
    let grant =
        state.grants.give(Consent::without_sign_in(dialect, client, Some(people::USER), scope.clone()));
    let refresh_token = state.grants.issue_refresh_token(grant);
    Ok(issue(state, dialect, grant, scope, refresh_token))
}

/// RFC 8628 §3.4
fn by_device(
    state: &mut State,
    dialect: &'static Dialect,
    client: &'static Client,
    params: &Params,
) -> Result<Tokens, Refusal> {
    let consent = device::poll(state, dialect, client, params)?;
    let scope = consent.scope.clone();
    let grant = state.grants.give(consent);
    let refresh_token = state.grants.issue_refresh_token(grant);
    Ok(issue(state, dialect, grant, scope, refresh_token))
}

/// As in a sign-in there is one that nobody gets.
pub fn asked_scope(params: &Params) -> Result<Vec<String>, Refusal> {
    let asked = params.get("scope").unwrap_or_default();
    let scope: Vec<_> = asked.split_ascii_whitespace().map(str::to_owned).collect();
    if scope.iter().any(|scope| scope == "forbidden") {
        return Err(Refusal::new(Reason::Scope, "this scope is not given to anyone"));
    }
    Ok(scope)
}

fn issue(
    state: &mut State,
    dialect: &Dialect,
    grant: usize,
    scope: Vec<String>,
    refresh_token: Option<String>,
) -> Tokens {
    let now = state.now();
    let lifetime = match dialect.lifetime {
        Lifetime::Number(usual) => Lifetime::Number(state.expires_in.unwrap_or(usual)),
        Lifetime::Text(usual) => Lifetime::Text(state.expires_in.unwrap_or(usual)),
        Lifetime::Unsaid => Lifetime::Unsaid,
    };
    let expires_at = match lifetime {
        Lifetime::Number(seconds) | Lifetime::Text(seconds) => Some(now.saturating_add(seconds)),
        Lifetime::Unsaid => None,
    };
    let access_token = state.grants.issue_access_token(grant, scope.clone(), expires_at);
    let is_asked = scope.iter().any(|scope| scope == "openid");
    let id_token = match is_asked {
        true if dialect.exact => openid::id_token(state, grant, &access_token, now),
        true => Some(answer::unsigned_id_token(now)),
        false => None,
    };
    Tokens { access_token, refresh_token, id_token, scope, lifetime, now, accepts_json: false, jkt: None }
}

/// A refresh may ask for less than was granted, never for more.
fn narrowed(granted: &[String], asked: Option<&str>) -> Result<Vec<String>, Refusal> {
    let Some(asked) = asked else { return Ok(granted.to_vec()) };
    let asked: Vec<String> = asked.split_ascii_whitespace().map(str::to_owned).collect();
    if asked.iter().all(|scope| granted.contains(scope)) {
        return Ok(asked);
    }
    Err(Refusal::new(Reason::Scope, "more scope than was granted"))
}

/// The parameters from where this server takes them.
pub fn parameters(dialect: &Dialect, request: &Request) -> Result<Params, Refusal> {
    let takes = |carrier| dialect.carriers.contains(&carrier);
    let content_type = request.content_type();
    let mut params = Params::default();
    if takes(Carrier::Query) {
        params.extend(request.query_params());
    }
    if takes(Carrier::Form) && content_type == "application/x-www-form-urlencoded" {
        params.extend(request.form());
    } else if takes(Carrier::Json) && content_type == "application/json" {
        params.extend(json_params(&request.body)?);
    } else if dialect.exact {
        return Err(Refusal::request("the Content-Type must be application/x-www-form-urlencoded"));
    }
    if dialect.exact {
        check_exactly(request, &params)?;
    }
    Ok(params)
}

fn check_exactly(request: &Request, params: &Params) -> Result<(), Refusal> {
    let query = request.query_params();
    if let Some(name) = PRIVATE.iter().find(|name| query.get(name).is_some()) {
        return Err(Refusal::request(format!("{name} must not be in the URL")));
    }
    // RFC 6749 §3.2: parameters must not be included more than once.
    match params.duplicate() {
        Some(name) => Err(Refusal::request(format!("{name} is there more than once"))),
        None => Ok(()),
    }
}

fn json_params(body: &[u8]) -> Result<Params, Refusal> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(Refusal::request("the body is no JSON object"));
    };
    let mut params = Params::default();
    for (name, value) in &members {
        params.push(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    Ok(params)
}

pub fn missing(name: &str) -> Refusal {
    Refusal::request(format!("{name} is missing"))
}
