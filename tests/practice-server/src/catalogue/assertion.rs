#![forbid(unsafe_code)]
//! Assertions that a client has signed (RFC 7521, RFC 7523): the signature, and each claim that the entry asks for.

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use ring::signature::{
    KeyPair, RsaKeyPair, RsaParameters, UnparsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256,
};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::request::{Given, JWT_BEARER};
use super::{Entry, CLIENT_ID};
use crate::form::Params;
use crate::state::State;

/// The key that all clients of the catalogue sign with, and its certificate.
pub const KEY: &str = include_str!("../../../keys/rsa.pem");
pub const CERTIFICATE: &str = include_str!("../../../keys/rsa_certificate.pem");
/// One that nobody has registered.
pub const OTHER_KEY: &str = include_str!("../../../keys/rsa_4096.pem");

/// An assertion may be made on a machine whose clock is off by so many seconds.
const MOST_OFF: u64 = 60;

/// Those of the request, if the entry wants any.
pub fn check(state: &mut State, entry: &Entry, given: &Given) -> Result<(), Refusal> {
    let is_made = entry.key("grant_type") == JWT_BEARER && entry.key("assertion").is_empty();
    if let Some(jwt) = given.get("assertion").filter(|_| is_made) {
        check_jwt(state, entry, jwt, true).map_err(Refusal::Grant)?;
    }
    if let Some(jwt) = given.get("client_assertion") {
        check_jwt(state, entry, jwt, !is_made).map_err(Refusal::Client)?;
    }
    Ok(())
}

/// `is_claiming`: the entry's own claims are in this one.
fn check_jwt(state: &mut State, entry: &Entry, jwt: &str, is_claiming: bool) -> Result<(), String> {
    let (signed, signature) = jwt.rsplit_once('.').ok_or("the assertion is no JWT")?;
    let (header, claims) = signed.split_once('.').ok_or("the assertion is no JWT")?;
    let (header, mut claims) = (members(header)?, members(claims)?);
    check_header(entry, &header)?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|error| error.to_string())?;
    let public = public_key();
    UnparsedPublicKey::new(algorithm(entry)?, public)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| "the assertion's signature is wrong")?;
    let is_grant = entry.key("grant_type") == JWT_BEARER;
    for (name, wanted) in wanted_claims(state, entry, is_claiming, is_grant) {
        match claims.remove(&name) {
            Some(Value::String(text)) if text == wanted => {}
            got => return Err(format!("the claim {name} is {got:?}, not {wanted}")),
        }
    }
    let mut time =
        |name: &str| claims.remove(name).and_then(|value| value.as_u64()).ok_or(format!("no {name}"));
    let (issued_at, expires_at) = (time("iat")?, time("exp")?);
    let life = entry.key("assertion_expires_in").parse().unwrap_or(300);
    if issued_at.abs_diff(state.now()) > MOST_OFF || expires_at != issued_at + life {
        return Err("the assertion is of another time".to_owned());
    }
    let jti = claims.remove("jti").and_then(|value| value.as_str().map(str::to_owned)).ok_or("no jti")?;
    if !state.used_assertions.insert(format!("{} {jti}", entry.name)) {
        return Err("the assertion has been used before".to_owned());
    }
    match claims.keys().next() {
        Some(name) => Err(format!("the claim {name} is unknown here")),
        None => Ok(()),
    }
}

fn wanted_claims(state: &State, entry: &Entry, is_claiming: bool, is_grant: bool) -> Vec<(String, String)> {
    let here = format!("{}/as/{}", state.url, entry.name);
    let audience = match entry.key("assertion_audience") {
        "" => format!("{here}{}", entry.path("token_endpoint").unwrap_or_default()),
        "issuer" => here,
        text => text.to_owned(),
    };
    let mut wanted = vec![
        ("iss".to_owned(), CLIENT_ID.to_owned()),
        ("sub".to_owned(), CLIENT_ID.to_owned()),
        ("aud".to_owned(), audience),
    ];
    if is_grant && !entry.scope().is_empty() {
        wanted.push(("scope".to_owned(), entry.scope()));
    }
    // Such an account acts for itself unless it is told otherwise.
    let is_account = !entry.key("service_account").is_empty();
    wanted.retain(|(name, _)| !is_account || name != "sub");
    if is_claiming {
        let more = Params::parse(entry.key("assertion_claims"));
        wanted.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        wanted.extend(more.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    wanted
}

fn check_header(entry: &Entry, header: &Map<String, Value>) -> Result<(), String> {
    let text = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
    let thumbprint = |algorithm| match entry.key("key_certificate") {
        "" => String::new(),
        _ => BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, &der(CERTIFICATE))),
    };
    let key_id = match entry.key("service_account") {
        "" => entry.key("key_id"),
        _ => SERVICE_ACCOUNT_KEY_ID,
    };
    let wanted = [
        ("alg", name_of_algorithm(entry).to_owned()),
        ("kid", key_id.to_owned()),
        ("x5t", thumbprint(&SHA1_FOR_LEGACY_USE_ONLY)),
        ("x5t#S256", thumbprint(&SHA256)),
    ];
    match wanted.iter().find(|(name, wanted)| text(name) != wanted) {
        Some((name, wanted)) => Err(format!("{name} in the assertion's header is not {wanted}")),
        None => Ok(()),
    }
}

/// In the service account's file.
pub const SERVICE_ACCOUNT_KEY_ID: &str = "key-of-the-service-account";

fn name_of_algorithm(entry: &Entry) -> &str {
    Some(entry.key("signing_alg")).filter(|name| !name.is_empty()).unwrap_or("RS256")
}

fn algorithm(entry: &Entry) -> Result<&'static RsaParameters, String> {
    match name_of_algorithm(entry) {
        "RS256" => Ok(&RSA_PKCS1_2048_8192_SHA256),
        "PS256" => Ok(&RSA_PSS_2048_8192_SHA256),
        other => Err(format!("{other} is not played here")),
    }
}

fn public_key() -> Vec<u8> {
    let pair = RsaKeyPair::from_pkcs8(&der(KEY)).expect("a key of PKCS #8");
    pair.public_key().as_ref().to_owned()
}

fn members(part: &str) -> Result<Map<String, Value>, String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    BASE64_STANDARD.decode(text).expect("the keys are PEM")
}
