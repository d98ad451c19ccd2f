//! A server that signs: ID tokens and the keys that they are checked by. Its keys are those of `../keys`.
#![allow(dead_code)]

use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use ring::{digest, hmac};
use serde_json::{json, Value};

pub const ISSUER: &str = "https://as.example";
pub const CLIENT: &str = "client";
pub const SUBJECT: &str = "24400320";
pub const KEYS: &str = "https://as.example/keys";

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../keys/", $name, ".pem"))
    };
}

fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa(name: &str) -> RsaKeyPair {
    let pem = if name == "rsa_4096" { pem!("rsa_4096") } else { pem!("rsa") };
    RsaKeyPair::from_pkcs8(&der(pem)).unwrap()
}

fn ec(name: &str) -> EcdsaKeyPair {
    let (algorithm, pem) = match name {
        "p384" => (&signature::ECDSA_P384_SHA384_FIXED_SIGNING, pem!("p384")),
        _ => (&signature::ECDSA_P256_SHA256_FIXED_SIGNING, pem!("p256")),
    };
    EcdsaKeyPair::from_pkcs8(algorithm, &der(pem), &SystemRandom::new()).unwrap()
}

fn ed25519() -> Ed25519KeyPair {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(pem!("ed25519"))).unwrap()
}

/// The public key of that name as a JWK, with its name as kid.
pub fn jwk(name: &str) -> Value {
    let point = |curve: &str, key: &[u8]| {
        let half = (key.len() - 1) / 2;
        json!({"kty": "EC", "crv": curve, "x": encoded(&key[1..=half]), "y": encoded(&key[half + 1..])})
    };
    let mut key = match name {
        "p256" => point("P-256", ec(name).public_key().as_ref()),
        "p384" => point("P-384", ec(name).public_key().as_ref()),
        "ed25519" => json!({"kty": "OKP", "crv": "Ed25519", "x": encoded(ed25519().public_key())}),
        _ => {
            let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(rsa(name).public());
            json!({"kty": "RSA", "n": encoded(n), "e": encoded(e)})
        }
    };
    key["kid"] = json!(name);
    key
}

pub fn jwks(names: &[&str]) -> String {
    let keys: Vec<_> = names.iter().map(|name| jwk(name)).collect();
    json!({"keys": keys}).to_string()
}

/// A compact JWS by that key; `secret:…` is one of both sides.
pub fn signed(name: &str, header: &Value, payload: &str) -> String {
    let message = format!("{}.{}", encoded(header.to_string()), encoded(payload));
    let bytes = message.as_bytes();
    let algorithm = header["alg"].as_str().unwrap_or("RS256");
    let by_rsa = |encoding: &'static dyn signature::RsaEncoding| {
        let pair = rsa(name);
        let mut made = vec![0; pair.public().modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), bytes, &mut made).unwrap();
        made
    };
    let made = match (name, algorithm) {
        ("none", _) => Vec::new(),
        ("p256" | "p384", _) => ec(name).sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec(),
        ("ed25519", _) => ed25519().sign(bytes).as_ref().to_vec(),
        (_, "RS384") => by_rsa(&signature::RSA_PKCS1_SHA384),
        (_, "RS512") => by_rsa(&signature::RSA_PKCS1_SHA512),
        (_, "PS256") => by_rsa(&signature::RSA_PSS_SHA256),
        (_, "PS384") => by_rsa(&signature::RSA_PSS_SHA384),
        (_, "PS512") => by_rsa(&signature::RSA_PSS_SHA512),
        (name, _) => match name.strip_prefix("secret:") {
            Some(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, bytes).as_ref().to_vec()
            }
            None => by_rsa(&signature::RSA_PKCS1_SHA256),
        },
    };
    format!("{message}.{}", encoded(made))
}

/// OpenID Connect Core section 3.1.3.6
pub fn at_hash(access_token: &str) -> String {
    encoded(&digest::digest(&digest::SHA256, access_token.as_bytes()).as_ref()[..16])
}

/// An ID token's claims, all well, for the sign-in of that nonce.
pub fn claims(nonce: &str, now: i64) -> Value {
    json!({
        "iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "exp": now + 600, "iat": now, "nonce": nonce,
        "name": "Jane Doe", "address": {"country": "NL"},
    })
}

/// A token answer with that ID token.
pub fn answer(access_token: &str, id_token: &str) -> String {
    json!({
        "access_token": access_token, "refresh_token": format!("{access_token}-r"), "token_type": "Bearer",
        "expires_in": 3600, "id_token": id_token,
    })
    .to_string()
}
