//! Whether a key has signed something (RFC 7518 section 3, RFC 8037 section 3.1), by ring.
#![forbid(unsafe_code)]

use ring::signature::{
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, ECDSA_P256_SHA256_FIXED,
    ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
};
use ring::{digest, hmac};

use super::public_keys::Material;
use super::{Algorithm, Jws};
use crate::secret::Secret;

impl Material {
    /// The algorithm fits the key.
    pub fn has_signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Rsa { modulus: n, exponent: e } => match rsa(algorithm) {
                Some(rsa) => RsaPublicKeyComponents { n, e }.verify(rsa, message, signature),
                None => return false,
            },
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Self::P384(point) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature)
            }
            Self::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point).verify(message, signature),
        };
        verified.is_ok()
    }
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Some(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Some(&RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

impl Jws {
    /// Whether it was signed with a secret that both sides have (OpenID Connect Core section 10.1). `text`: what it was
    /// parsed from.
    pub fn is_signed_with(&self, secret: &Secret, text: &str) -> bool {
        let hash = match self.algorithm {
            Algorithm::Hs256 => hmac::HMAC_SHA256,
            Algorithm::Hs384 => hmac::HMAC_SHA384,
            Algorithm::Hs512 => hmac::HMAC_SHA512,
            _ => return false,
        };
        let key = hmac::Key::new(hash, secret.expose().as_bytes());
        !secret.is_empty() && hmac::verify(&key, &text.as_bytes()[..self.signed], &self.signature).is_ok()
    }
}

impl Algorithm {
    /// By the hash that it signs.
    pub fn hash(self, text: &str) -> Vec<u8> {
        let hash = match self.hash_bits() {
            256 => &digest::SHA256,
            384 => &digest::SHA384,
            _ => &digest::SHA512,
        };
        digest::digest(hash, text.as_bytes()).as_ref().to_vec()
    }
}
