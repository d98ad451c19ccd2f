//! In a build without the feature `sign`: no key is one, and nobody can say that anything is signed.
#![forbid(unsafe_code)]

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::public_keys::Material;
use super::{Algorithm, Jws, KeyFault};
use crate::secret::Secret;

#[derive(Debug)]
pub enum SigningKey {}

impl SigningKey {
    pub fn parse(_text: &str, _password: Option<&Secret>) -> Result<Self, KeyFault> {
        Err(KeyFault::NoSigning)
    }

    pub fn of_secret(_secret: &Secret) -> Result<Self, KeyFault> {
        Err(KeyFault::NoSigning)
    }

    pub fn generate(_algorithm: Algorithm) -> Result<Secret, KeyFault> {
        Err(KeyFault::NoSigning)
    }

    pub fn of_own(_text: &Secret) -> Result<Self, KeyFault> {
        Err(KeyFault::NoSigning)
    }

    pub fn public_jwk(&self) -> Option<String> {
        match *self {}
    }

    pub fn with_certificate(self, _text: &str) -> Result<Self, KeyFault> {
        match self {}
    }

    pub fn algorithm(&self, _wanted: Option<Algorithm>) -> Result<Algorithm, KeyFault> {
        match *self {}
    }

    pub fn key_id(&self) -> Option<&str> {
        match *self {}
    }

    pub fn certificate_thumbprints(&self) -> Option<[(&'static str, String); 2]> {
        match *self {}
    }

    pub fn thumbprint(&self) -> String {
        match *self {}
    }

    pub(super) fn sign(&self, _algorithm: Algorithm, _message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        match *self {}
    }
}

#[allow(clippy::unused_self)] // as the others have it
impl Material {
    pub fn has_signed(&self, _algorithm: Algorithm, _message: &[u8], _signature: &[u8]) -> bool {
        false
    }
}

#[allow(clippy::unused_self)] // as the others have it
impl Jws {
    pub fn is_signed_with(&self, _secret: &Secret, _text: &str) -> bool {
        false
    }
}

impl Algorithm {
    pub fn hash(self, text: &str) -> Vec<u8> {
        match self.hash_bits() {
            256 => Sha256::digest(text).to_vec(),
            384 => Sha384::digest(text).to_vec(),
            _ => Sha512::digest(text).to_vec(),
        }
    }
}
