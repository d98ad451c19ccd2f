//! Proofs of RFC 9449 as a server reads them: taken apart, and their signature checked by the key in them.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use ring::signature::{
    UnparsedPublicKey, VerificationAlgorithm, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

#[derive(Debug)]
pub struct Proof {
    pub header: Value,
    pub claims: Value,
    /// Whether it is the key's in its header.
    pub is_signed: bool,
    /// The key's thumbprint (RFC 7638 section 3).
    pub jkt: String,
}

impl Proof {
    pub fn of(jwt: &str) -> Self {
        let parts: Vec<&str> = jwt.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("no JWT: {jwt}") };
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
        let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)).expect("JSON");
        let message = &jwt[..=header.len() + claims.len()];
        let (header, claims) = (json(header), json(claims));
        let (x, y) = (header["jwk"]["x"].as_str().unwrap(), header["jwk"]["y"].as_str().unwrap_or_default());
        let point = [vec![4], bytes(x), bytes(y)].concat();
        let (scheme, key, rest): (&dyn VerificationAlgorithm, _, _) = match header["alg"].as_str().unwrap() {
            "ES256" => (&ECDSA_P256_SHA256_FIXED, point, format!(r#""kty":"EC","x":"{x}","y":"{y}""#)),
            "ES384" => (&ECDSA_P384_SHA384_FIXED, point, format!(r#""kty":"EC","x":"{x}","y":"{y}""#)),
            "EdDSA" => (&ED25519, bytes(x), format!(r#""kty":"OKP","x":"{x}""#)),
            other => panic!("{other}"),
        };
        let is_signed =
            UnparsedPublicKey::new(scheme, key).verify(message.as_bytes(), &bytes(signature)).is_ok();
        let jwk = format!(r#"{{"crv":{},{rest}}}"#, header["jwk"]["crv"]);
        Self { is_signed, jkt: hash(&jwk), header, claims }
    }

    pub fn claim(&self, name: &str) -> &str {
        self.claims[name].as_str().unwrap_or_default()
    }
}

/// As `ath` and thumbprints have it.
pub fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}
