#![forbid(unsafe_code)]
//! Assertions that a client has signed (RFC 7523): what shows who it is, or is a grant itself.

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::signature::{UnparsedPublicKey, ECDSA_P256_SHA256_FIXED};
use ring::{hmac, signature};
use serde_json::Value;

use crate::dialect::Dialect;
use crate::form::Params;
use crate::people::{self, Client};
use crate::refusal::{Reason, Refusal};
use crate::state::State;

const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// RFC 7523 §3: a server may refuse what is good for unreasonably long.
const MOST_SECONDS: u64 = 3600;
const CLOCKS_DIFFER: u64 = 60;

/// The public keys that the client `demo` has registered; `tests/keys` has the private ones.
const REGISTERED: [(&str, &str); 2] = [
    ("ES256", include_str!("../../keys/p256_public.pem")),
    ("RS256", include_str!("../../keys/rsa_public.pem")),
];

/// The client that an assertion shows, if the request has one (§2.2).
pub fn client(
    state: &mut State,
    dialect: &Dialect,
    params: &Params,
) -> Option<Result<&'static Client, Refusal>> {
    let jwt = params.get("client_assertion")?;
    Some(client_of(state, dialect, params, jwt).map_err(Refusal::client))
}

fn client_of(
    state: &mut State,
    dialect: &Dialect,
    params: &Params,
    jwt: &str,
) -> Result<&'static Client, String> {
    if params.get("client_assertion_type") != Some(CLIENT_ASSERTION_TYPE) {
        return Err("client_assertion_type is not RFC 7523's".to_owned());
    }
    let (client, claims) = verified(state, dialect, jwt)?;
    if claims["sub"] != client.id || params.get("client_id").is_some_and(|id| id != client.id) {
        return Err("the assertion is about another client".to_owned());
    }
    Ok(client)
}

/// The client that has signed a grant, and the user whom it may act for (§2.1); nobody: itself.
pub fn grant(
    state: &mut State,
    dialect: &Dialect,
    jwt: &str,
) -> Result<(&'static Client, Option<&'static str>), Refusal> {
    let refuse = |why: String| Refusal::new(Reason::Code, why);
    let (client, claims) = verified(state, dialect, jwt).map_err(refuse)?;
    match claims["sub"].as_str() {
        Some(sub) if sub == client.id => Ok((client, None)),
        Some(people::USER) => Ok((client, Some(people::USER))),
        _ => Err(refuse("nobody is called sub".to_owned())),
    }
}

/// Who has signed it, and what it says, which must be for this server, now and once (§3).
fn verified(state: &mut State, dialect: &Dialect, jwt: &str) -> Result<(&'static Client, Value), String> {
    let parts: Vec<&str> = jwt.split('.').collect();
    let [header, claims, signature] = parts[..] else { return Err("the assertion is no JWT".to_owned()) };
    let message = &jwt[..header.len() + 1 + claims.len()];
    let json = |part: &str| -> Result<Value, String> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| "no base64url")?;
        Ok(serde_json::from_slice(&bytes).map_err(|_| "no JSON")?)
    };
    let (header, claims) = (json(header)?, json(claims)?);
    let client = claims["iss"].as_str().and_then(people::client).ok_or("iss is no client")?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| "no base64url")?;
    if !is_signed(client, header["alg"].as_str().unwrap_or_default(), message.as_bytes(), &signature) {
        return Err("the signature is not the client's".to_owned());
    }
    let issuer = format!("{}/{}", state.url, dialect.name);
    if claims["aud"] != issuer && claims["aud"] != format!("{issuer}/token") {
        return Err("aud is another server".to_owned());
    }
    let now = state.now();
    let exp = claims["exp"].as_u64().ok_or("exp is missing")?;
    if exp <= now {
        return Err("the assertion has expired (exp)".to_owned());
    }
    if exp > now + MOST_SECONDS || claims["iat"].as_u64().is_some_and(|iat| iat > now + CLOCKS_DIFFER) {
        return Err("the assertion is of the future (iat, exp)".to_owned());
    }
    let jti = claims["jti"].as_str().ok_or("jti is missing")?;
    if !state.used_assertions.insert(format!("{} {jti}", client.id)) {
        return Err("the assertion was used before (jti)".to_owned());
    }
    Ok((client, claims))
}

fn is_signed(client: &Client, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
    if algorithm == "HS256" {
        let secret = client.secret.unwrap_or_default();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        return !secret.is_empty() && hmac::verify(&key, message, signature).is_ok();
    }
    let Some((_, pem)) = REGISTERED.iter().find(|(name, _)| *name == algorithm && client.id == "demo") else {
        return false;
    };
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(base64).expect("the keys are PEM");
    // The key stands at the end: a point of 65 bytes, or what follows the 24 of an RSA key's frame.
    let is_point = algorithm == "ES256";
    let key = if is_point { &der[der.len() - 65..] } else { &der[24..] };
    let scheme: &dyn signature::VerificationAlgorithm =
        if is_point { &ECDSA_P256_SHA256_FIXED } else { &signature::RSA_PKCS1_2048_8192_SHA256 };
    UnparsedPublicKey::new(scheme, key).verify(message, signature).is_ok()
}
