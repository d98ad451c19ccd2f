//! Proof Key for Code Exchange (RFC 7636), and the state beside it: random bytes as unreserved characters.
#![forbid(unsafe_code)]

use crate::secret::Wiped;
use sha2::{Digest, Sha256};

/// How the code verifier is turned into the code challenge (RFC 7636 section 4.2), if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pkce {
    #[default]
    S256,
    Plain,
    Off,
}

/// 32 octets for the verifier (RFC 7636 section 7.1). The system's generator gives as many at once as are asked for,
/// but more than these cost as much again.
pub const RANDOM: usize = 32;
const LENGTH: usize = 43;
const STATE: usize = 22;

/// 32 octets as text, without an allocation of its own.
#[derive(Clone)]
pub struct Text(Wiped<[u8; LENGTH]>);

impl Text {
    /// 32 octets in base64url without padding (RFC 7636 appendix A). The length is known: no library is as quick.
    fn encode(octets: &[u8; 32]) -> Self {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let letter = |bits: u32| LETTERS[(bits & 63) as usize];
        let mut text = Wiped::new([0; LENGTH]);
        let (whole, rest) = text.split_at_mut(40);
        for (four, three) in whole.chunks_exact_mut(4).zip(octets.chunks_exact(3)) {
            let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
            four.copy_from_slice(&[letter(bits >> 18), letter(bits >> 12), letter(bits >> 6), letter(bits)]);
        }
        let bits = u32::from_be_bytes([0, octets[30], octets[31], 0]);
        rest.copy_from_slice(&[letter(bits >> 18), letter(bits >> 12), letter(bits >> 6)]);
        Self(text)
    }

    pub fn into_bytes(self) -> Wiped<[u8; LENGTH]> {
        self.0
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0[..]
    }
}

/// What makes one authorization request ours.
#[derive(Clone)]
pub struct Proof {
    pub verifier: Text,
    /// `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))` (RFC 7636 section 4.2).
    pub challenge: Text,
}

impl Proof {
    pub fn new(random: &[u8; RANDOM]) -> Self {
        let verifier = Text::encode(random);
        let challenge = Text::encode(&Sha256::digest(&verifier.0[..]).into());
        Self { verifier, challenge }
    }

    /// 132 bits that nobody can guess who has not seen this URL (RFC 6749 section 10.10), and that tell nothing of
    /// the verifier: the beginning of its hash, which the URL has too.
    pub fn state(&self) -> &[u8] {
        &self.challenge.as_bytes()[..STATE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_is_that_of_rfc_7636_appendix_b() {
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let proof = Proof::new(&octets);
        assert_eq!(proof.verifier.as_bytes(), b"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(proof.challenge.as_bytes(), b"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(proof.state(), b"E9Melhoa2OwvFrEMTJguCH");
    }
}
