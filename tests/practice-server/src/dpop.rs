#![forbid(unsafe_code)]
//! Proofs that a client has the key that its tokens are bound to (RFC 9449).

use std::collections::HashSet;

use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use ring::signature::{
    UnparsedPublicKey, VerificationAlgorithm, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::dialect::{Dialect, Dpop};
use crate::grants::random;
use crate::refusal::{Reason, Refusal};
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

/// §11.1: for so long a proof is good.
const SECONDS: u64 = 60;
/// After so many seconds a nonce is no longer given, and after as many again no longer good.
const NONCE_SECONDS: u64 = 300;

/// What is remembered of proofs.
pub struct Proofs {
    used: HashSet<String>,
    secret: String,
}

impl Default for Proofs {
    fn default() -> Proofs {
        Proofs { used: HashSet::new(), secret: random("nonce") }
    }
}

/// Who asks for a proof. Nonces of the one are no good for the other (§9).
#[derive(Clone, Copy)]
pub enum Verifier<'a> {
    TokenEndpoint,
    /// The token that came with it.
    Api(&'a str),
}

/// The thumbprint of the key that a request proves; `None`: it proves nothing, and need not.
pub fn key(
    state: &mut State,
    dialect: &Dialect,
    request: &Request,
    verifier: Verifier<'_>,
) -> Result<Option<String>, Refusal> {
    let is_demanded = matches!(verifier, Verifier::Api(_)) || dialect.dpop == Dpop::Demanded;
    match (request.header_count("dpop"), dialect.dpop) {
        (_, Dpop::Unknown) => Ok(None),
        (0, _) if !is_demanded => Ok(None),
        (1, _) => {
            let proof = request.header("dpop").unwrap_or_default();
            verified(state, dialect, request, verifier, proof).map(Some)
        }
        _ => Err(refused("one header DPoP is needed")),
    }
}

/// The answer, with the nonce for the next request where this server wants some (§8.2).
pub fn with_nonce(state: &State, dialect: &Dialect, verifier: Verifier<'_>, response: Response) -> Response {
    match dialect.dpop {
        Dpop::Demanded => response.with("DPoP-Nonce", &nonces(state, verifier)[0]),
        Dpop::Unknown | Dpop::Taken => response,
    }
}

/// The one of now, and the one before.
fn nonces(state: &State, verifier: Verifier<'_>) -> [String; 2] {
    let whose = match verifier {
        Verifier::TokenEndpoint => "token",
        Verifier::Api(_) => "api",
    };
    let number = state.now() / NONCE_SECONDS;
    [number, number - 1].map(|number| hash(&format!("{} {whose} {number}", state.proofs.secret)))
}

fn refused(why: &str) -> Refusal {
    Refusal::new(Reason::Proof, why)
}

/// §4.3
fn verified(
    state: &mut State,
    dialect: &Dialect,
    request: &Request,
    verifier: Verifier<'_>,
    proof: &str,
) -> Result<String, Refusal> {
    let parts: Vec<&str> = proof.split('.').collect();
    let [header, claims, signature] = parts[..] else { return Err(refused("the proof is no JWT")) };
    let message = &proof[..=header.len() + claims.len()];
    let (header, claims) = (json(header)?, json(claims)?);
    if header["typ"] != "dpop+jwt" || header["jwk"].get("d").is_some() {
        return Err(refused("the proof's header is none"));
    }
    let (scheme, key, jwk) = public_key(&header)?;
    if UnparsedPublicKey::new(scheme, key).verify(message.as_bytes(), &bytes(signature)?).is_err() {
        return Err(refused("the proof is not signed by its key"));
    }
    let target = format!("{}{}", state.url, request.target.split('?').next().unwrap_or_default());
    if claims["htm"] != request.method.as_str() || claims["htu"] != target.as_str() {
        return Err(refused("the proof is for another request"));
    }
    let has_nonce = || nonces(state, verifier).iter().any(|nonce| claims["nonce"] == nonce.as_str());
    if dialect.dpop == Dpop::Demanded && !has_nonce() {
        return Err(Refusal::new(Reason::Nonce, "the proof needs this server's nonce"));
    }
    let iat = claims["iat"].as_u64().ok_or_else(|| refused("iat is missing"))?;
    if iat.abs_diff(state.now()) > SECONDS {
        return Err(refused("the proof is too old, or of the future (iat)"));
    }
    if let Verifier::Api(token) = verifier {
        if claims["ath"] != hash(token).as_str() {
            return Err(refused("the proof is for another token"));
        }
    }
    let jti = claims["jti"].as_str().filter(|jti| jti.len() >= 16);
    let jti = jti.ok_or_else(|| refused("jti is missing"))?;
    if !state.proofs.used.insert(jti.to_owned()) {
        return Err(refused("the proof was used before (jti)"));
    }
    Ok(hash(&jwk))
}

/// The key in a header, and what of it is hashed (RFC 7638 §3).
fn public_key(header: &Value) -> Result<(&'static dyn VerificationAlgorithm, Vec<u8>, String), Refusal> {
    let jwk = &header["jwk"];
    let member = |name: &str| jwk[name].as_str().ok_or_else(|| refused("the proof's jwk is no key"));
    let point = || -> Result<(Vec<u8>, String), Refusal> {
        let (crv, x, y) = (member("crv")?, member("x")?, member("y")?);
        let hashed = format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Ok(([vec![4], bytes(x)?, bytes(y)?].concat(), hashed))
    };
    Ok(match (header["alg"].as_str(), jwk["crv"].as_str()) {
        (Some("ES256"), Some("P-256")) => (&ECDSA_P256_SHA256_FIXED, point()?.0, point()?.1),
        (Some("ES384"), Some("P-384")) => (&ECDSA_P384_SHA384_FIXED, point()?.0, point()?.1),
        (Some("EdDSA"), Some("Ed25519")) => {
            let x = member("x")?;
            (&ED25519, bytes(x)?, format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#))
        }
        _ => return Err(refused("the proof's alg is not taken")),
    })
}

fn json(part: &str) -> Result<Value, Refusal> {
    serde_json::from_slice(&bytes(part)?).map_err(|_| refused("the proof is no JSON"))
}

fn bytes(part: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| refused("the proof is no base64url"))
}

fn hash(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}
