//! A key that signs, from the text that has it.
#![forbid(unsafe_code)]

use std::fmt;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use ring::rand::SystemRandom;
use ring::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaEncoding, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512,
};
use ring::{digest, hmac, rsa::KeyPair as RsaKeyPair};

use super::jwk::Jwk;
use super::pem::{self, Block};
use super::{pkcs8, rsa, without_zeros, Algorithm, KeyFault};
use crate::certificate::Certificate;
use crate::der::{Elements, BIT_STRING, SEQUENCE};
use crate::secret::{Secret, Wiped};

pub struct SigningKey {
    pub(super) pair: Pair,
    /// What the JWK says of it.
    key_id: Option<String>,
    algorithm: Option<Algorithm>,
    /// Its own, in DER.
    certificate: Option<Vec<u8>>,
}

pub enum Pair {
    Rsa(RsaKeyPair),
    /// For PSS alone (RFC 4055 section 1.2).
    RsaPss(RsaKeyPair),
    Ec(Curve, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    /// The client's secret, which the server has, too.
    Secret(Wiped<Vec<u8>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    P256,
    P384,
}

impl SigningKey {
    /// The private key in `text`: PEM, with whatever certificates and parameters stand beside it, or a JWK. `password`
    /// opens it where it is encrypted.
    pub fn parse(text: &str, password: Option<&Secret>) -> Result<Self, KeyFault> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with('{') {
            let Jwk { pair, key_id, algorithm } = Jwk::parse(text)?;
            return Ok(Self { pair, key_id, algorithm, certificate: None });
        }
        let text = pem::with_line_ends(text);
        let blocks = pem::blocks(&text)?;
        let mut keys = blocks.iter().filter(|block| block.is_private_key());
        let pair = match (keys.next(), keys.next()) {
            (Some(key), None) => key.pair(password)?,
            (Some(_), Some(_)) => return Err(KeyFault::Several),
            (None, _) if blocks.iter().any(Block::is_public_key) => return Err(KeyFault::Public),
            (None, _) if blocks.iter().any(Block::is_certificate) => return Err(KeyFault::Certificate),
            (None, _) => return Err(KeyFault::NoKey),
        };
        let mut key = Self { pair, key_id: None, algorithm: None, certificate: None };
        key.certificate = key.own_certificate(&blocks);
        Ok(key)
    }

    pub fn of_secret(secret: &Secret) -> Result<Self, KeyFault> {
        if secret.is_empty() {
            return Err(KeyFault::NoSecret);
        }
        let pair = Pair::Secret(Wiped::new(secret.expose().as_bytes().to_vec()));
        Ok(Self::of_pair(pair))
    }

    pub(super) fn of_pair(pair: Pair) -> Self {
        Self { pair, key_id: None, algorithm: None, certificate: None }
    }

    /// With the certificate that `text` has for it, perhaps among others.
    pub fn with_certificate(mut self, text: &str) -> Result<Self, KeyFault> {
        let text = pem::with_line_ends(text);
        let blocks = pem::blocks(&text)?;
        if !blocks.iter().any(Block::is_certificate) {
            return Err(KeyFault::NoCertificate);
        }
        self.certificate = Some(self.own_certificate(&blocks).ok_or(KeyFault::OtherCertificate)?);
        Ok(self)
    }

    /// The one that is asked for, if it fits the key; else the one that its JWK names, or that is usual.
    pub fn algorithm(&self, wanted: Option<Algorithm>) -> Result<Algorithm, KeyFault> {
        let (kind, fitting, usual) = self.pair.about();
        let chosen = wanted.or(self.algorithm).unwrap_or(usual);
        if fitting.contains(chosen.name()) {
            return Ok(chosen);
        }
        Err(KeyFault::Misfit { algorithm: chosen.name(), kind, fitting })
    }

    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// x5t and x5t#S256 of its certificate (RFC 7515 sections 4.1.7 and 4.1.8).
    pub fn certificate_thumbprints(&self) -> Option<[(&'static str, String); 2]> {
        let of = |algorithm, der: &[u8]| URL_SAFE_NO_PAD.encode(digest::digest(algorithm, der));
        self.certificate.as_ref().map(|der| {
            [("x5t", of(&digest::SHA1_FOR_LEGACY_USE_ONLY, der)), ("x5t#S256", of(&digest::SHA256, der))]
        })
    }

    /// Tells keys apart, and nothing of a private one.
    pub fn thumbprint(&self) -> String {
        let of = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, bytes));
        match &self.pair {
            Pair::Secret(secret) => of(digest::digest(&digest::SHA256, secret).as_ref()),
            pair => of(pair.public_key()),
        }
    }

    /// RFC 7518 section 3, RFC 8037 section 3.1
    pub(super) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let algorithm = self.algorithm(Some(algorithm))?;
        match &self.pair {
            Pair::Rsa(pair) | Pair::RsaPss(pair) => {
                let encoding: &'static dyn RsaEncoding = match algorithm {
                    Algorithm::Rs384 => &RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &RSA_PSS_SHA256,
                    Algorithm::Ps384 => &RSA_PSS_SHA384,
                    Algorithm::Ps512 => &RSA_PSS_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyFault::NotSigned)?;
                Ok(signature)
            }
            Pair::Ec(_, pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| KeyFault::NotSigned),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Secret(secret) => {
                let hash = match algorithm {
                    Algorithm::Hs384 => hmac::HMAC_SHA384,
                    Algorithm::Hs512 => hmac::HMAC_SHA512,
                    _ => hmac::HMAC_SHA256,
                };
                Ok(hmac::sign(&hmac::Key::new(hash, secret), message).as_ref().to_vec())
            }
        }
    }

    /// The certificate whose public key is this one's.
    fn own_certificate(&self, blocks: &[Block<'_>]) -> Option<Vec<u8>> {
        let certificates = blocks.iter().filter(|block| block.is_certificate());
        certificates.filter_map(|block| block.der().ok()).find_map(|der| {
            // What OpenSSL adds of its trust stands behind.
            let certificate = Elements(&der).take_whole(SEQUENCE)?;
            let mut public_key =
                Elements(Elements(Certificate::read(certificate)?.public_key).take(SEQUENCE)?);
            let _algorithm = public_key.take(SEQUENCE)?;
            let key = public_key.take(BIT_STRING)?.strip_prefix(&[0])?;
            (key == self.pair.public_key()).then(|| certificate.to_vec())
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl Block<'_> {
    fn pair(&self, password: Option<&Secret>) -> Result<Pair, KeyFault> {
        if self.has_old_encryption() {
            return Err(KeyFault::OldEncryption);
        }
        match self.label {
            "PRIVATE KEY" => pkcs8::of_pkcs8(&self.der()?),
            "ENCRYPTED PRIVATE KEY" => {
                let password = password.ok_or(KeyFault::Encrypted)?;
                pkcs8::of_pkcs8(&pkcs8::decrypted(&self.der()?, password)?)
            }
            "RSA PRIVATE KEY" => rsa::of_pkcs1(&self.der()?).map(Pair::Rsa),
            "EC PRIVATE KEY" => pkcs8::of_ec(&self.der()?, None),
            "OPENSSH PRIVATE KEY" => Err(KeyFault::OpenSsh),
            _ => Err(KeyFault::Kind),
        }
    }
}

impl Pair {
    /// What it is called, what it signs with, and what of that is usual.
    fn about(&self) -> (&'static str, &'static str, Algorithm) {
        match self {
            Self::Rsa(_) => ("RSA", "RS256, RS384, RS512, PS256, PS384 or PS512", Algorithm::Rs256),
            Self::RsaPss(_) => ("RSA-PSS", "PS256, PS384 or PS512", Algorithm::Ps256),
            Self::Ec(Curve::P256, _) => ("P-256", "ES256", Algorithm::Es256),
            Self::Ec(Curve::P384, _) => ("P-384", "ES384", Algorithm::Es384),
            Self::Ed25519(_) => ("Ed25519", "EdDSA", Algorithm::EdDsa),
            Self::Secret(_) => ("symmetric", "HS256, HS384 or HS512", Algorithm::Hs256),
        }
    }

    /// As a certificate has it; none of a secret.
    fn public_key(&self) -> &[u8] {
        match self {
            Self::Rsa(pair) | Self::RsaPss(pair) => pair.public_key().as_ref(),
            Self::Ec(_, pair) => pair.public_key().as_ref(),
            Self::Ed25519(pair) => pair.public_key().as_ref(),
            Self::Secret(_) => &[],
        }
    }
}

impl Curve {
    /// RFC 7518 section 6.2.1.1
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    pub fn pair(self, private: &[u8], point: &[u8]) -> Result<Pair, KeyFault> {
        let algorithm = match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        };
        let private = self.whole(private)?;
        EcdsaKeyPair::from_private_key_and_public_key(algorithm, &private, point, &SystemRandom::new())
            .map(|pair| Pair::Ec(self, pair))
            .map_err(|_| KeyFault::Inconsistent)
    }

    /// Of the curve's length: programs leave zeros out in front, or have one more.
    pub fn whole(self, number: &[u8]) -> Result<Wiped<Vec<u8>>, KeyFault> {
        let number = without_zeros(number);
        let length: usize = match self {
            Self::P256 => 32,
            Self::P384 => 48,
        };
        let zeros = length.checked_sub(number.len()).ok_or(KeyFault::Damaged("a number is too long"))?;
        let mut whole = Wiped::new(Vec::with_capacity(length));
        whole.resize(zeros, 0);
        whole.extend_from_slice(number);
        Ok(whole)
    }
}
