//! Keys and signatures, by the RFCs' vectors and by what OpenSSL writes.
#![forbid(unsafe_code)]

mod keys;
mod vectors;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use ring::signature::{self as ring_signature, KeyPair, UnparsedPublicKey, VerificationAlgorithm};

use super::key::Pair;
use super::*;

fn key(text: &str) -> SigningKey {
    SigningKey::parse(text, None).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Whether the last part of a compact JWS signs what stands before it.
fn is_signed(key: &SigningKey, algorithm: Algorithm, jws: &str) -> bool {
    let (message, signature) = jws.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let scheme: &'static dyn VerificationAlgorithm = match algorithm {
        Algorithm::Rs256 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &ring_signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &ring_signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &ring_signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 => &ring_signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::Es384 => &ring_signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDsa => &ring_signature::ED25519,
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => {
            return key.sign(algorithm, message.as_bytes()).unwrap() == signature
        }
    };
    let public = match &key.pair {
        Pair::Rsa(pair) | Pair::RsaPss(pair) => pair.public_key().as_ref().to_vec(),
        Pair::Ec(_, pair) => pair.public_key().as_ref().to_vec(),
        Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        Pair::Secret(_) => unreachable!(),
    };
    UnparsedPublicKey::new(scheme, public).verify(message.as_bytes(), &signature).is_ok()
}

/// Header and claims of a JWT.
fn parts(jwt: &str) -> [serde_json::Value; 2] {
    let mut parts = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    std::array::from_fn(|_| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}
