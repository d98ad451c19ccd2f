//! Keys that are made here, and what shows which one they are (RFC 7517, RFC 7638).
#![forbid(unsafe_code)]

use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use ring::rand::SystemRandom;
use ring::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
};

use super::key::Pair;
use super::{pkcs8, Algorithm, KeyFault, SigningKey};
use crate::secret::{Secret, Wiped};

impl SigningKey {
    /// A new key for that algorithm as text: PKCS #8 in base64. There are none for RSA, and no secrets.
    pub fn generate(algorithm: Algorithm) -> Result<Secret, KeyFault> {
        let random = SystemRandom::new();
        let made = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Algorithm::Es384 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random),
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
            _ => return Err(KeyFault::Kind),
        };
        let made = made.map_err(|_| KeyFault::NotSigned)?;
        // Of the right size at once: growing would leave the key behind.
        let mut text = String::with_capacity(made.as_ref().len().div_ceil(3) * 4);
        STANDARD.encode_string(made.as_ref(), &mut text);
        Ok(Secret::new(text))
    }

    /// The key of such a text.
    pub fn of_own(text: &Secret) -> Result<Self, KeyFault> {
        let letters = text.expose();
        let mut der = Wiped::new(vec![0; letters.len() / 4 * 3 + 3]);
        let length = STANDARD.decode_slice(letters, &mut der).map_err(|_| KeyFault::Damaged("no base64"))?;
        pkcs8::of_pkcs8(&der[..length]).map(Self::of_pair)
    }

    /// The public key as a JWK with the members that it must have, in their order: what RFC 7638 section 3 hashes. `None`
    /// where no such key is made here.
    pub fn public_jwk(&self) -> Option<String> {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Ec(curve, pair) => {
                // RFC 7518 section 6.2.1: the point, uncompressed, without its first byte.
                let point = pair.public_key().as_ref().get(1..)?;
                let (x, y) = point.split_at(point.len() / 2);
                let (x, y) = (encoded(x), encoded(y));
                Some(format!(r#"{{"crv":"{}","kty":"EC","x":"{x}","y":"{y}"}}"#, curve.name()))
            }
            // RFC 8037 section 2
            Pair::Ed25519(pair) => {
                let x = encoded(pair.public_key().as_ref());
                Some(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#))
            }
            Pair::Rsa(_) | Pair::RsaPss(_) | Pair::Secret(_) => None,
        }
    }
}
