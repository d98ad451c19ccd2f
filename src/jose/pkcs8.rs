//! Private keys in DER: PKCS #8 (RFC 5958), plain or encrypted (RFC 8018), and SEC 1 (RFC 5915).
#![forbid(unsafe_code)]

use pkcs5::der::Decode;
use pkcs5::pbes2::Kdf;
use pkcs5::EncryptionScheme;
use ring::signature::Ed25519KeyPair;

use super::key::{Curve, Pair};
use super::{rsa, KeyFault};
use crate::der::{
    Elements, BIT_STRING, CONTEXT_0, CONTEXT_1, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE,
};
use crate::secret::{Secret, Wiped};

// Object identifiers, as DER has them.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];
const ED25519: &[u8] = &[0x2b, 0x65, 112];
/// X25519, X448 and Ed448 (RFC 8410 section 3).
const OTHER_EDWARDS: [&[u8]; 3] = [&[0x2b, 0x65, 110], &[0x2b, 0x65, 111], &[0x2b, 0x65, 113]];

/// PrivateKeyInfo
pub fn of_pkcs8(der: &[u8]) -> Result<Pair, KeyFault> {
    let read = || {
        let mut fields = Elements(Elements(der).take(SEQUENCE)?);
        let _version = fields.take(INTEGER)?;
        let mut algorithm = Elements(fields.take(SEQUENCE)?);
        Some((algorithm.take(OBJECT_IDENTIFIER)?, algorithm, fields.take(OCTET_STRING)?))
    };
    let (algorithm, parameters, key) = read().ok_or(KeyFault::Damaged("no PKCS #8"))?;
    match algorithm {
        RSA => rsa::of_pkcs1(key).map(Pair::Rsa),
        RSA_PSS => rsa::of_pkcs1(key).map(Pair::RsaPss),
        EC => of_ec(key, Some(curve(parameters)?)),
        ED25519 => {
            let seed = Elements(key).take(OCTET_STRING).ok_or(KeyFault::Damaged("no Ed25519 key"))?;
            let pair = Ed25519KeyPair::from_seed_unchecked(seed);
            pair.map(Pair::Ed25519).map_err(|_| KeyFault::Damaged("no Ed25519 key"))
        }
        other if OTHER_EDWARDS.contains(&other) => Err(KeyFault::Curve),
        _ => Err(KeyFault::Kind),
    }
}

/// ECPrivateKey. In PKCS #8 the curve stands before it.
pub fn of_ec(der: &[u8], known: Option<Curve>) -> Result<Pair, KeyFault> {
    let read = || {
        let mut fields = Elements(Elements(der).take(SEQUENCE)?);
        let _version = fields.take(INTEGER)?;
        let private = fields.take(OCTET_STRING)?;
        let parameters = fields.take(CONTEXT_0).map(Elements);
        Some((private, parameters, fields.take(CONTEXT_1).map(Elements)))
    };
    let (private, parameters, public) = read().ok_or(KeyFault::Damaged("no EC key"))?;
    let curve = match (known, parameters) {
        (Some(curve), _) => curve,
        (None, Some(parameters)) => curve(parameters)?,
        (None, None) => return Err(KeyFault::UnnamedCurve),
    };
    // The first byte says how many bits of the last are none; 4 that the point is whole (SEC 1 section 2.3.3).
    let public = public.and_then(|mut public| public.take(BIT_STRING)).ok_or(KeyFault::NoPublic)?;
    match public {
        [0, point @ ..] if point.first() == Some(&4) => curve.pair(private, point),
        _ => Err(KeyFault::NoPublic),
    }
}

fn curve(mut parameters: Elements<'_>) -> Result<Curve, KeyFault> {
    match parameters.take(OBJECT_IDENTIFIER) {
        Some(P256) => Ok(Curve::P256),
        Some(P384) => Ok(Curve::P384),
        Some(_) => Err(KeyFault::Curve),
        None => Err(KeyFault::UnnamedCurve),
    }
}

/// EncryptedPrivateKeyInfo, opened.
pub fn decrypted(der: &[u8], password: &Secret) -> Result<Wiped<Vec<u8>>, KeyFault> {
    let read = || {
        let mut fields = Elements(Elements(der).take(SEQUENCE)?);
        Some((fields.take_whole(SEQUENCE)?, fields.take(OCTET_STRING)?))
    };
    let (scheme, sealed) = read().ok_or(KeyFault::Damaged("no PKCS #8"))?;
    let scheme = EncryptionScheme::from_der(scheme).map_err(|_| KeyFault::Encryption)?;
    if !is_affordable(&scheme) {
        return Err(KeyFault::Encryption);
    }
    let opened = match scheme.decrypt(password.expose(), sealed) {
        Ok(opened) => Wiped::new(opened),
        // The crate calls it failed encryption as well.
        Err(pkcs5::Error::DecryptFailed | pkcs5::Error::EncryptFailed) => return Err(KeyFault::Password),
        Err(_) => return Err(KeyFault::Encryption),
    };
    // Of 256 wrong passwords one leaves padding that looks right.
    if Elements(&opened).take(SEQUENCE).is_none() {
        return Err(KeyFault::Password);
    }
    Ok(opened)
}

/// No key is worth all of a machine's memory, or minutes.
fn is_affordable(scheme: &EncryptionScheme<'_>) -> bool {
    match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(Kdf::Pbkdf2(parameters)) => parameters.iteration_count <= 10_000_000,
        Some(Kdf::Scrypt(parameters)) => {
            let bytes = parameters.cost_parameter.saturating_mul(u64::from(parameters.block_size) * 128);
            bytes <= 256 * 1024 * 1024 && parameters.parallelization <= 64
        }
        _ => true,
    }
}
