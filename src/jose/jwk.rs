//! JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
#![forbid(unsafe_code)]

use base64::Engine;
use ring::signature::Ed25519KeyPair;

use super::key::{Curve, Pair};
use super::{rsa, Algorithm, KeyFault, PADDED_OR_NOT};
use crate::json::Json;
use crate::secret::Wiped;

/// A key, and what its JWK says of it.
pub struct Jwk {
    pub pair: Pair,
    pub key_id: Option<String>,
    pub algorithm: Option<Algorithm>,
}

impl Jwk {
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let json = Json::parse(text).map_err(|_| KeyFault::Damaged("no valid JSON"))?;
        match json.member("keys") {
            // A JWK Set (RFC 7517 section 5)
            Some(Json::List(keys)) => match &keys[..] {
                [] => Err(KeyFault::NoKey),
                [key] => Self::of(key),
                _ => Err(KeyFault::Several),
            },
            _ => Self::of(&json),
        }
    }

    fn of(json: &Json) -> Result<Self, KeyFault> {
        let text = |name: &str| json.member(name).and_then(Json::text);
        let members = Members(json);
        let pair = match text("kty").ok_or(KeyFault::NoJwk)? {
            "RSA" => members.rsa()?,
            "EC" => members.ec(text("crv"))?,
            "OKP" => members.edwards(text("crv"))?,
            "oct" => Pair::Secret(members.bytes("k")?),
            _ => return Err(KeyFault::Kind),
        };
        let algorithm = text("alg").and_then(Algorithm::of_name);
        Ok(Self { pair, key_id: text("kid").map(str::to_owned), algorithm })
    }
}

struct Members<'a>(&'a Json);

impl Members<'_> {
    fn rsa(&self) -> Result<Pair, KeyFault> {
        self.private()?;
        let names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
        let mut numbers = Vec::with_capacity(names.len());
        for name in names {
            numbers.push(self.bytes(name)?);
        }
        rsa::of_numbers(std::array::from_fn(|at| numbers[at].as_slice())).map(Pair::Rsa)
    }

    fn ec(&self, curve: Option<&str>) -> Result<Pair, KeyFault> {
        let curve = match curve {
            Some("P-256") => Curve::P256,
            Some("P-384") => Curve::P384,
            _ => return Err(KeyFault::Curve),
        };
        self.private()?;
        let point =
            [vec![4], curve.whole(&self.bytes("x")?)?.to_vec(), curve.whole(&self.bytes("y")?)?.to_vec()];
        curve.pair(&self.bytes("d")?, &point.concat())
    }

    fn edwards(&self, curve: Option<&str>) -> Result<Pair, KeyFault> {
        if curve != Some("Ed25519") {
            return Err(KeyFault::Curve);
        }
        self.private()?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(&self.bytes("d")?, &self.bytes("x")?);
        pair.map(Pair::Ed25519).map_err(|_| KeyFault::Inconsistent)
    }

    fn private(&self) -> Result<(), KeyFault> {
        self.0.member("d").map(|_| ()).ok_or(KeyFault::Public)
    }

    fn bytes(&self, name: &'static str) -> Result<Wiped<Vec<u8>>, KeyFault> {
        let text = self.0.member(name).and_then(Json::text).ok_or(KeyFault::Lacks(name))?;
        let mut bytes = Wiped::new(vec![0; text.len() / 4 * 3 + 3]);
        let length =
            PADDED_OR_NOT.decode_slice(text, &mut bytes).map_err(|_| KeyFault::Damaged("no base64url"))?;
        bytes.truncate(length);
        Ok(bytes)
    }
}
