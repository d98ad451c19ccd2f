//! The public keys of a server (RFC 7517), and whether one of them has signed something.
#![forbid(unsafe_code)]

use base64::Engine;

use super::{without_zeros, Algorithm, Jws, PADDED_OR_NOT};
use crate::json::Json;

/// Those of a JWK Set that can be used here; what else is in it is passed over (RFC 7517 section 5).
#[derive(Default)]
pub struct PublicKeys(Vec<PublicKey>);

struct PublicKey {
    key_id: Option<String>,
    /// The only one that it is for.
    algorithm: Option<Algorithm>,
    material: Material,
}

/// As ring takes it.
pub(super) enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// What a server's keys say of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// The key that it names has not signed this.
    Bad,
    /// The key that it names is not among them.
    Unknown,
    /// It names none, and several could be meant (OpenID Connect Core section 10.1).
    Several,
}

impl PublicKeys {
    /// `None`: no JWK Set.
    pub fn of(json: &Json) -> Option<Self> {
        match json.member("keys")? {
            Json::List(keys) => Some(Self(keys.iter().filter_map(PublicKey::of).collect())),
            _ => None,
        }
    }

    /// The same JWK Set with nothing in it that is not read here: certificates, and what is no key.
    pub fn essence(keys: &Json) -> Json {
        const READ: [&str; 10] = ["kty", "use", "key_ops", "alg", "kid", "crv", "n", "e", "x", "y"];
        let Json::List(keys) = keys else { return Json::Null };
        let usable = keys.iter().filter(|key| PublicKey::of(key).is_some());
        let read = |(name, _): &&(String, Json)| READ.contains(&name.as_str());
        let essence = usable.filter_map(|key| match key {
            Json::Members(members) => Some(Json::Members(members.iter().filter(read).cloned().collect())),
            _ => None,
        });
        Json::List(essence.collect())
    }

    pub fn verify(&self, jws: &Jws, text: &str) -> Verdict {
        /// Keys of one name.
        const MOST: usize = 4;
        let fitting = || self.0.iter().filter(|key| key.fits(jws.algorithm));
        let named: Vec<_> = match &jws.key_id {
            Some(name) => fitting().filter(|key| key.key_id.as_ref() == Some(name)).take(MOST).collect(),
            None => Vec::new(),
        };
        let nameless: Vec<_> = match &jws.key_id {
            Some(_) if !named.is_empty() => Vec::new(),
            // A server with one key need not name it.
            Some(_) => fitting().filter(|key| key.key_id.is_none()).take(2).collect(),
            None => fitting().take(2).collect(),
        };
        let keys = match (&named[..], &nameless[..]) {
            ([], []) => return Verdict::Unknown,
            ([], [_, _, ..]) => return Verdict::Several,
            ([], keys) | (keys, _) => keys,
        };
        let message = &text.as_bytes()[..jws.signed];
        let has_signed = |key: &&PublicKey| key.material.has_signed(jws.algorithm, message, &jws.signature);
        if keys.iter().any(has_signed) {
            Verdict::Good
        } else {
            Verdict::Bad
        }
    }
}

impl PublicKey {
    fn of(json: &Json) -> Option<Self> {
        let text = |name: &str| json.member(name).and_then(Json::text);
        // RFC 7517 sections 4.2 and 4.3
        let is_for_signatures = json.member("use").is_none_or(|_| text("use") == Some("sig"));
        let may_verify = match json.member("key_ops") {
            None => true,
            Some(Json::List(operations)) => operations.iter().any(|op| op.text() == Some("verify")),
            Some(_) => false,
        };
        if !is_for_signatures || !may_verify {
            return None;
        }
        let algorithm = match json.member("alg") {
            None => None,
            Some(name) => Some(Algorithm::of_name(name.text()?)?),
        };
        let key_id = match json.member("kid") {
            None => None,
            Some(name) => Some(name.text()?.to_owned()),
        };
        Some(Self { key_id, algorithm, material: Material::of(json)? })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|only| only == algorithm) && self.material.fits(algorithm)
    }
}

impl Material {
    /// RFC 7518 section 6, RFC 8037 section 2
    fn of(json: &Json) -> Option<Self> {
        let text = |name: &str| json.member(name).and_then(Json::text);
        let whole = |name, length: usize| bytes(json, name).filter(|bytes| bytes.len() == length);
        let point = |length| Some([vec![4], whole("x", length)?, whole("y", length)?].concat());
        match (text("kty")?, text("crv")) {
            ("RSA", _) => Self::rsa(&bytes(json, "n")?, &bytes(json, "e")?),
            ("EC", Some("P-256")) => point(32).map(Self::P256),
            ("EC", Some("P-384")) => point(48).map(Self::P384),
            ("OKP", Some("Ed25519")) => whole("x", 32).map(Self::Ed25519),
            _ => None,
        }
    }

    /// RFC 7518 section 3.3: 2048 bits at least. What is larger than anybody's costs time, and a giant exponent most.
    fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
        let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
        let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
        let is_usual = (2048..=8192).contains(&bits) && is_odd && exponent != [1] && exponent.len() <= 4;
        is_usual.then(|| Self::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        match self {
            Self::Rsa { .. } => matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512),
            Self::P256(_) => algorithm == Es256,
            Self::P384(_) => algorithm == Es384,
            Self::Ed25519(_) => algorithm == EdDsa,
        }
    }
}

fn bytes(json: &Json, name: &str) -> Option<Vec<u8>> {
    PADDED_OR_NOT.decode(json.member(name)?.text()?).ok()
}
