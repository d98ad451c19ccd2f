//! Proof Key for Code Exchange (RFC 7636), and state and nonce beside it: random bytes as unreserved characters.
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

impl Pkce {
    /// As the authorization request says it (RFC 7636 section 4.3).
    pub fn method(self) -> Option<&'static str> {
        match self {
            Self::S256 => Some("S256"),
            Self::Plain => Some("plain"),
            Self::Off => None,
        }
    }
}

/// 32 octets for the verifier (RFC 7636 section 7.1), and 16 each for state and nonce.
pub const RANDOM: usize = VERIFIER + 16 + NONCE;
/// The last of them.
pub const NONCE: usize = 16;
const VERIFIER: usize = 32;

/// A code verifier: 32 octets as text, without an allocation of its own.
pub type Verifier = Wiped<[u8; 43]>;

/// What makes one authorization request ours.
pub struct Proof {
    pub verifier: Verifier,
    /// `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))` (RFC 7636 section 4.2). It stands in the URL.
    pub challenge: [u8; 43],
    /// 128 bits that nobody can guess who has not seen this URL (RFC 6749 section 10.10).
    pub state: [u8; 22],
    /// As many, which the ID token has to bring back (OpenID Connect Core section 3.1.2.1).
    pub nonce: [u8; 22],
}

impl Proof {
    #[inline(always)]
    pub fn new(random: &[u8; RANDOM]) -> Self {
        let (for_verifier, others) = random.split_at(VERIFIER);
        let (for_state, for_nonce) = others.split_at(16);
        let mut proof =
            Self { verifier: Wiped::new([0; 43]), challenge: [0; 43], state: [0; 22], nonce: [0; 22] };
        encode(for_verifier, &mut proof.verifier[..]);
        encode(&Sha256::digest(&proof.verifier[..]), &mut proof.challenge);
        encode(for_state, &mut proof.state);
        encode(for_nonce, &mut proof.nonce);
        proof
    }
}

/// Base64url without padding (RFC 7636 appendix A): three octets a time, then the one or two that are left. `text` has the
/// length that they take. Written out, as no loop over four letters is as quick.
fn encode(octets: &[u8], text: &mut [u8]) {
    let threes = octets.chunks_exact(3);
    let mut last = [0; 4];
    last[1..=threes.remainder().len()].copy_from_slice(threes.remainder());
    let mut fours = text.chunks_exact_mut(4);
    for (four, three) in fours.by_ref().zip(threes) {
        four.copy_from_slice(&letters(u32::from_be_bytes([0, three[0], three[1], three[2]])));
    }
    let rest = fours.into_remainder();
    rest.copy_from_slice(&letters(u32::from_be_bytes(last))[..rest.len()]);
}

#[inline(always)]
fn letters(bits: u32) -> [u8; 4] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    [
        LETTERS[(bits >> 18 & 63) as usize],
        LETTERS[(bits >> 12 & 63) as usize],
        LETTERS[(bits >> 6 & 63) as usize],
        LETTERS[(bits & 63) as usize],
    ]
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
        let with_state = |state: [u8; 16]| {
            let mut random = [0x55; RANDOM];
            random[..VERIFIER].copy_from_slice(&octets);
            random[VERIFIER..VERIFIER + 16].copy_from_slice(&state);
            Proof::new(&random)
        };
        let (proof, other) = (with_state([0xff; 16]), with_state([0; 16]));
        assert_eq!(&proof.verifier[..], b"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(&proof.challenge[..], b"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(&other.challenge[..], &proof.challenge[..]);
        // A state and a nonce of their own: neither tells anything of another.
        assert_eq!((&proof.nonce, &other.nonce), (b"VVVVVVVVVVVVVVVVVVVVVQ", b"VVVVVVVVVVVVVVVVVVVVVQ"));
        assert_eq!((&proof.state, &other.state), (b"_____________________w", b"AAAAAAAAAAAAAAAAAAAAAA"));
    }
}
