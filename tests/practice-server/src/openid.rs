#![forbid(unsafe_code)]
//! Who has signed in at `/strict` (OpenID Connect Core): ID tokens, the key that they are checked by, and userinfo.

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{digest, SHA256};
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, KeyPair, ECDSA_P256_SHA256_FIXED_SIGNING};
use serde_json::{json, Value};

use crate::api::unauthorized;
use crate::dialect::Dialect;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

/// The same that `demo` has registered: it is for tests.
const KEY: &str = include_str!("../../keys/p256.pem");
const KEY_ID: &str = "p256";

fn key() -> EcdsaKeyPair {
    let text: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(text).expect("the key is PEM");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &SystemRandom::new()).expect("a key")
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Sections 2 and 3.1.3.6. `None`: nobody has signed in.
pub fn id_token(state: &State, grant: usize, access_token: &str, now: u64) -> Option<String> {
    let consent = &state.grants.grant(grant).consent;
    let mut claims = json!({
        "iss": format!("{}/{}", state.url, consent.dialect.name),
        "sub": consent.user?,
        "aud": consent.client.id,
        "exp": now + 600,
        "iat": now,
        "at_hash": encoded(&digest(&SHA256, access_token.as_bytes()).as_ref()[..16]),
    });
    if let Some(nonce) = &consent.nonce {
        claims["nonce"] = Value::from(nonce.as_str());
    }
    let header = json!({"alg": "ES256", "kid": KEY_ID, "typ": "JWT"});
    let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signature = key().sign(&SystemRandom::new(), signed.as_bytes()).expect("it signs");
    Some(format!("{signed}.{}", encoded(signature)))
}

/// A JWK Set (RFC 7517 §5).
pub fn keys() -> Response {
    let pair = key();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let key = json!({
        "kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y), "kid": KEY_ID, "use": "sig", "alg": "ES256",
    });
    Response::json(200, &json!({"keys": [key]}))
}

/// Section 5.3
pub fn userinfo(state: &State, dialect: &Dialect, request: &Request) -> Response {
    let token = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let entry = token.and_then(|token| state.grants.live_access_token(state.now(), token, dialect));
    let user = entry.and_then(|entry| state.grants.grant(entry.grant).consent.user);
    match user {
        Some(user) => Response::json(200, &json!({"sub": user, "email": format!("{user}@practice.example")})),
        None => unauthorized("the token is unknown, expired, revoked, or nobody's"),
    }
}
