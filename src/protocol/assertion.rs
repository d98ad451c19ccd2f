//! Assertions: JWTs by which a client shows who it is, or that are a grant themselves (RFC 7521, RFC 7523).
#![forbid(unsafe_code)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

use super::message::Signed;
use crate::error::{Error, Result};
use crate::jose::{jwt, Algorithm, SigningKey};
use crate::json::Json;
use crate::time::Moment;

/// RFC 7523 section 2.2
pub const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub const DEFAULT_EXPIRES_IN: u32 = 300;

/// What an assertion says.
pub struct Assertion<'a> {
    /// The client's: it speaks of itself, unless `more` says otherwise.
    pub client_id: &'a str,
    pub audience: String,
    pub expires_in: u32,
    /// Empty: no claim.
    pub scope: String,
    /// More claims, in the place of those of the same name; null leaves one out.
    pub more: Vec<(String, Json)>,
    /// Empty: as the key's JWK says.
    pub key_id: &'a str,
}

impl Assertion<'_> {
    /// Another each time: its `jti` is used once (RFC 7523 section 3).
    pub fn signed(self, key: &SigningKey, algorithm: Algorithm, at: &Moment) -> Result<Signed> {
        let mut random = [0; 16];
        (at.random)(&mut random)?;
        let timeless = self.timeless();
        let expires_at = at.now.saturating_add(self.expires_in.into());
        let mut claims = vec![
            ("iat".to_owned(), Json::Number(at.now.into())),
            ("exp".to_owned(), Json::Number(expires_at.into())),
            ("jti".to_owned(), Json::of_text(&URL_SAFE_NO_PAD.encode(random))),
        ];
        claims.retain(|(name, _)| !self.more.iter().any(|(other, _)| other == name));
        claims.splice(0..0, timeless.iter().cloned());
        let header = key_header(key, self.key_id);
        let basis = serde_json::to_string(&Json::Members([timeless, header.clone()].concat()))
            .map_err(|e| Error::Internal(e.to_string()))?;
        let text = jwt(key, algorithm, header, &Json::Members(claims))
            .map_err(|fault| Error::Certificate { key: "private_key", reason: fault.to_string() })?;
        let basis = format!("{} {} {} {basis}", algorithm.name(), key.thumbprint(), self.expires_in);
        Ok(Signed { text, basis })
    }

    /// The claims but for the time and what is random.
    fn timeless(&self) -> Vec<(String, Json)> {
        let mut claims = vec![
            ("iss".to_owned(), Json::of_text(self.client_id)),
            ("sub".to_owned(), Json::of_text(self.client_id)),
            ("aud".to_owned(), Json::of_text(&self.audience)),
        ];
        if !self.scope.is_empty() {
            claims.push(("scope".to_owned(), Json::of_text(&self.scope)));
        }
        claims.retain(|(name, _)| !self.more.iter().any(|(other, _)| other == name));
        claims.extend(self.more.iter().filter(|(_, value)| !value.is_null()).cloned());
        claims
    }
}

/// What a JWT's header says of its key, besides the algorithm (RFC 7515 section 4.1). `key_id`: empty: as the key's JWK says.
pub fn key_header(key: &SigningKey, key_id: &str) -> Vec<(String, Json)> {
    let key_id = if key_id.is_empty() { key.key_id() } else { Some(key_id) };
    let thumbprints = key.certificate_thumbprints().into_iter().flatten();
    key_id
        .map(|key_id| ("kid".to_owned(), Json::of_text(key_id)))
        .into_iter()
        .chain(thumbprints.map(|(name, text)| (name.to_owned(), Json::of_text(&text))))
        .collect()
}
