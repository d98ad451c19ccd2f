//! RSA keys from their numbers: PKCS #1 (RFC 8017 appendix A.1.2) and JWK have the same.
#![forbid(unsafe_code)]

use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};

use super::{without_zeros, KeyFault};
use crate::der::{Elements, INTEGER, SEQUENCE};

/// `n`, `e`, `d`, `p`, `q`, `dp`, `dq` and `qi`, big-endian.
pub fn of_numbers(numbers: [&[u8]; 8]) -> Result<KeyPair, KeyFault> {
    const F4: &[u8] = &[1, 0, 1];
    let [modulus, exponent, d, p, q, dp, dq, qi] = numbers.map(without_zeros);
    let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
    match bits {
        0..2048 => return Err(KeyFault::Short(bits)),
        2048 | 3072 | 4096 => {}
        _ => return Err(KeyFault::Length(bits)),
    }
    if exponent.len() < F4.len() || (exponent.len() == F4.len() && exponent < F4) {
        return Err(KeyFault::Exponent);
    }
    let public_key = PublicKeyComponents { n: modulus, e: exponent };
    KeyPair::from_components(&KeyPairComponents { public_key, d, p, q, dP: dp, dQ: dq, qInv: qi })
        .map_err(|_| KeyFault::Inconsistent)
}

/// RSAPrivateKey
pub fn of_pkcs1(der: &[u8]) -> Result<KeyPair, KeyFault> {
    let read = || {
        let mut fields = Elements(Elements(der).take(SEQUENCE)?);
        let _version = fields.take(INTEGER)?;
        let mut numbers = [[].as_slice(); 8];
        for number in &mut numbers {
            *number = fields.take(INTEGER)?;
        }
        Some(numbers)
    };
    of_numbers(read().ok_or(KeyFault::Damaged("no RSA key"))?)
}
