//! In a build without the feature `sign`: no key is one, and nobody can say that anything is signed.
#![forbid(unsafe_code)]

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

impl Material {
    pub fn has_signed(&self, _algorithm: Algorithm, _message: &[u8], _signature: &[u8]) -> bool {
        false
    }
}

impl Jws {
    pub fn is_signed_with(&self, _secret: &Secret, _text: &str) -> bool {
        false
    }
}
