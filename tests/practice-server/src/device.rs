#![forbid(unsafe_code)]
//! Device authorization at `/strict` (RFC 8628): the code, the page where a person types it, and what polls are told.

use serde_json::json;

use crate::client_auth::authenticate;
use crate::dialect::Dialect;
use crate::form::Params;
use crate::grants::{random, Consent};
use crate::pages;
use crate::people::{self, Client, USER};
use crate::refusal::{Reason, Refusal};
use crate::request::Request;
use crate::response::Response;
use crate::state::State;
use crate::token::{asked_scope, missing, parameters};

pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

const LIFETIME: u64 = 600;
/// Seconds. Whoever practises does not wait for long.
const INTERVAL: u64 = 1;

/// A device that waits for its person.
pub struct Device {
    code: String,
    user_code: String,
    dialect: &'static Dialect,
    client: &'static Client,
    scope: Vec<String>,
    expires_at: u64,
    polled_at: Option<u64>,
    /// What the person has said.
    allowed: Option<bool>,
}

/// The device authorization endpoint (§3.1).
pub fn ask(state: &mut State, dialect: &'static Dialect, request: &Request) -> Response {
    if request.method != "POST" {
        return Response::text(405, "This endpoint takes POST only.").with("Allow", "POST");
    }
    let asked = parameters(dialect, request).and_then(|params| {
        let client = authenticate(state, dialect, request, &params)?;
        Ok((client, asked_scope(&params)?))
    });
    let (client, scope) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return refusal.response(dialect, true),
    };
    let code = random("dc");
    let user_code = typed(&code);
    let page = format!("{}/{}/device", state.url, dialect.name);
    let answer = json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": LIFETIME,
        "interval": INTERVAL,
    });
    let expires_at = state.now() + LIFETIME;
    let device =
        Device { code, user_code, dialect, client, scope, expires_at, polled_at: None, allowed: None };
    state.devices.push(device);
    Response::json(200, &answer)
}

/// Eight consonants, so that no word comes of it (§6.1).
fn typed(code: &str) -> String {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let letters: String =
        code.bytes().rev().take(8).map(|b| char::from(LETTERS[usize::from(b) % 20])).collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}

/// The page where a person types the code (§3.3), and its answer.
pub fn page(state: &mut State, request: &Request) -> Response {
    if request.method != "POST" {
        return pages::device(request.query_params().get("user_code").unwrap_or_default());
    }
    let form = request.form();
    let get = |name| form.get(name).unwrap_or_default();
    let (now, user_code) = (state.now(), get("user_code"));
    let is_it = |device: &&mut Device| {
        device.user_code == user_code && device.allowed.is_none() && now < device.expires_at
    };
    match state.devices.iter_mut().find(is_it) {
        None => pages::refused("Unknown code", "This code is wrong, used or too old."),
        Some(_) if !people::is_user(get("user"), get("password")) => {
            pages::refused("Not signed in", "User or password is wrong.")
        }
        Some(device) => {
            device.allowed = Some(get("decision") == "allow");
            pages::answered()
        }
    }
}

/// What a poll is told (§3.5); the answer is the consent.
pub fn poll(
    state: &mut State,
    dialect: &'static Dialect,
    client: &'static Client,
    params: &Params,
) -> Result<Consent, Refusal> {
    let code = params.get("device_code").ok_or(missing("device_code"))?;
    let now = state.now();
    let is_it = |device: &Device| device.code == code && device.client.id == client.id;
    let at = state.devices.iter().position(is_it);
    let at = at.ok_or_else(|| Refusal::new(Reason::Code, "no such device code"))?;
    let device = &mut state.devices[at];
    if now >= device.expires_at || !device.dialect.is(dialect) {
        return Err(Refusal::new(Reason::Device("expired_token"), "the code has expired"));
    }
    let is_early = device.polled_at.replace(now).is_some_and(|before| now < before + INTERVAL);
    match device.allowed {
        None if is_early => Err(Refusal::new(Reason::Device("slow_down"), "poll less often")),
        None => Err(Refusal::new(Reason::Device("authorization_pending"), "nobody has answered yet")),
        Some(allowed) => {
            let device = state.devices.remove(at);
            let consent = Consent::without_sign_in(dialect, client, Some(USER), device.scope);
            allowed
                .then_some(consent)
                .ok_or_else(|| Refusal::new(Reason::Device("access_denied"), "the person said no"))
        }
    }
}
