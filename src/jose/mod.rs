//! JSON Web Signatures (RFC 7515) by keys as files have them: PEM of any kind, or JWK; and whether a server's keys have
//! made one. Both are by ring, in builds with the feature `sign`; its randomness, where a signature needs some, is ring's
//! own.
#![forbid(unsafe_code)]

mod algorithm;
mod fault;
#[cfg(feature = "sign")]
mod jwk;
#[cfg_attr(not(feature = "sign"), allow(dead_code))]
mod jws;
#[cfg(feature = "sign")]
mod key;
#[cfg(feature = "sign")]
mod own;
#[cfg(feature = "sign")]
mod pem;
#[cfg(feature = "sign")]
mod pkcs8;
#[cfg_attr(not(feature = "sign"), allow(dead_code))]
mod public_keys;
#[cfg(feature = "sign")]
mod rsa;
#[cfg(all(test, feature = "sign"))]
mod tests;
#[cfg(not(feature = "sign"))]
mod unsigned;
#[cfg(feature = "sign")]
mod verify;

pub use algorithm::Algorithm;
pub use fault::KeyFault;
pub use jws::Jws;
#[cfg(feature = "sign")]
pub use key::SigningKey;
pub use public_keys::{PublicKeys, Verdict};
#[cfg(not(feature = "sign"))]
pub use unsigned::SigningKey;

use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;

use crate::json::Json;
use crate::secret::{Secret, Wiped};

/// Whether this build can tell who has signed something.
pub const VERIFIES: bool = cfg!(feature = "sign");

/// A JWT in the compact serialization (RFC 7519, RFC 7515 section 7.1). `more` is what its header says besides the
/// algorithm, and perhaps instead of its type.
pub fn jwt(
    key: &SigningKey,
    algorithm: Algorithm,
    more: Vec<(String, Json)>,
    claims: &Json,
) -> Result<Secret, KeyFault> {
    let mut header =
        vec![("alg".to_owned(), Json::of_text(algorithm.name())), ("typ".to_owned(), Json::of_text("JWT"))];
    header.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    header.extend(more);
    compact(key, algorithm, &written(&Json::Members(header))?, &written(claims)?)
}

/// Programs pad base64url, and should not.
const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a JWT says (RFC 7519 section 3), whoever has signed it.
pub fn claims(jwt: &str) -> Option<Json> {
    let mut parts = jwt.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let payload = Wiped::new(PADDED_OR_NOT.decode(payload).ok()?);
    let text = std::str::from_utf8(&payload).ok().filter(|text| text.starts_with('{'))?;
    Json::parse(text).ok()
}

fn compact(
    key: &SigningKey,
    algorithm: Algorithm,
    header: &[u8],
    payload: &[u8],
) -> Result<Secret, KeyFault> {
    // What is longest, RSA with 4096 bits, has 683 letters.
    let mut text = Wiped::new(String::with_capacity((header.len() + payload.len()) * 4 / 3 + 700));
    URL_SAFE_NO_PAD.encode_string(header, &mut text);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut text);
    signed(key, algorithm, &mut text)?;
    Ok(Secret::new(text.as_str()))
}

/// Puts the signature of the two parts that `text` has behind them (RFC 7515 section 3.1).
pub fn signed(key: &SigningKey, algorithm: Algorithm, text: &mut String) -> Result<(), KeyFault> {
    let signature = key.sign(algorithm, text.as_bytes())?;
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, text);
    Ok(())
}

fn without_zeros(number: &[u8]) -> &[u8] {
    &number[number.iter().position(|byte| *byte != 0).unwrap_or(number.len())..]
}

fn written(json: &Json) -> Result<Wiped<Vec<u8>>, KeyFault> {
    let mut bytes = Wiped::new(Vec::with_capacity(json.measure().1));
    serde_json::to_writer(&mut *bytes, json).map_err(|_| KeyFault::NotSigned)?;
    Ok(bytes)
}
