//! A signed JWT in the compact serialization (RFC 7515 section 7.1, RFC 7519), taken apart once. Nothing in it is true
//! before somebody has looked at its signature, or knows who has handed it over.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use thiserror::Error;

use super::Algorithm;
use crate::json::Json;
use crate::secret::Wiped;

/// A token with all of a company's groups in it has some 30 KB.
const LONGEST: usize = 128 * 1024;

pub struct Jws {
    pub algorithm: Algorithm,
    pub key_id: Option<String>,
    /// An object.
    pub claims: Json,
    pub(super) signature: Vec<u8>,
    /// So many of the text's bytes are signed.
    pub(super) signed: usize,
}

/// Why a text is none. Each sentence stands behind what the text was to be, and a colon.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JwsFault {
    #[error("it is larger than 128 KiB: have the server put less into it")]
    TooLong,
    #[error("it is encrypted, which is not supported: have the server only sign it")]
    Encrypted,
    #[error("it is no signed JWT of three parts in base64url: tell the server's people")]
    NoJwt,
    #[error("its header is no JSON object with alg: tell the server's people")]
    Header,
    #[error("it is not signed (alg none): have the server sign it")]
    Unsigned,
    #[error("its alg is none that is known here: see id_token_alg")]
    Algorithm,
    /// RFC 7515 section 4.1.11, RFC 7797.
    #[error("its header has crit or b64, which nothing here knows: have the server leave them out")]
    Critical,
    #[error("its claims are no JSON object, or one stands twice: tell the server's people")]
    Claims,
}

impl Jws {
    pub fn parse(text: &str) -> Result<Self, JwsFault> {
        if text.len() > LONGEST {
            return Err(JwsFault::TooLong);
        }
        let mut parts = text.split('.');
        let (header, payload, signature) = match std::array::from_fn(|_| parts.next()) {
            [Some(header), Some(payload), Some(signature), None, _] => (header, payload, signature),
            [Some(_), Some(_), Some(_), Some(_), Some(_)] if parts.next().is_none() => {
                return Err(JwsFault::Encrypted)
            }
            _ => return Err(JwsFault::NoJwt),
        };
        let header = object(header)?.ok_or(JwsFault::Header)?;
        let (algorithm, key_id) = of_header(&header)?;
        Ok(Self {
            algorithm,
            key_id,
            claims: object(payload)?.ok_or(JwsFault::Claims)?,
            signature: URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwsFault::NoJwt)?,
            signed: text.len() - signature.len() - 1,
        })
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.member(name).and_then(Json::text)
    }
}

fn of_header(header: &Json) -> Result<(Algorithm, Option<String>), JwsFault> {
    let algorithm = header.member("alg").and_then(Json::text).ok_or(JwsFault::Header)?;
    if algorithm.eq_ignore_ascii_case("none") {
        return Err(JwsFault::Unsigned);
    }
    if ["crit", "b64"].iter().any(|name| header.member(name).is_some()) {
        return Err(JwsFault::Critical);
    }
    let key_id = match header.member("kid") {
        None => None,
        Some(Json::Text(key_id)) => Some(key_id.expose().to_owned()),
        Some(_) => return Err(JwsFault::Header),
    };
    Ok((Algorithm::of_name(algorithm).ok_or(JwsFault::Algorithm)?, key_id))
}

/// `Ok(None)`: it is something else.
fn object(part: &str) -> Result<Option<Json>, JwsFault> {
    let bytes = Wiped::new(URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsFault::NoJwt)?);
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(None) };
    Ok(Json::parse(text).ok().filter(|json| matches!(json, Json::Members(_))))
}
