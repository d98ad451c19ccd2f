//! Proofs that whoever sends a request has the key that its token is bound to (RFC 9449), and what servers answer to them.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use sha2::{Digest, Sha256};

use super::message::{Response, Signed};
use crate::error::{Error, Result};
use crate::jose::{self, Algorithm, KeyFault, SigningKey};
use crate::secret::{Secret, Wiped};
use crate::time::{Clock, Moment};
use crate::uri;

/// A server's words (section 12.2).
const USE_NONCE: &str = "use_dpop_nonce";
const INVALID_PROOF: &str = "invalid_dpop_proof";

/// Whether tokens are bound to a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dpop {
    #[default]
    No,
    Yes,
    /// And no other token is taken.
    Required,
}

/// What proofs are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofAlgorithm(pub Algorithm);

impl Default for ProofAlgorithm {
    fn default() -> Self {
        Self(Algorithm::Es256)
    }
}

/// A key that a token is bound to, with what is made of it once.
pub struct ProofKey {
    key: SigningKey,
    algorithm: Algorithm,
    /// As a token's record has it.
    pub text: Secret,
    /// The public key (RFC 7638).
    pub thumbprint: String,
    /// A proof's first part and the dot behind it: the same each time.
    head: String,
}

/// What a proof is for.
pub struct Proof<'a> {
    pub method: &'a str,
    pub target: &'a Target,
    /// The token that is sent with it, where it is (section 4.2).
    pub access_token: Option<&'a str>,
    pub nonce: Option<&'a str>,
    /// How far the server's clock is ahead of ours.
    pub ahead: i64,
}

/// Where a request goes, as proofs name it.
pub struct Target {
    /// Without query and fragment (section 4.2), normalized (RFC 3986 section 6.2).
    htu: String,
    /// Who gives nonces for it: scheme, host and port (section 8). A server of tokens that is an API, too, has some for each
    /// (section 9).
    pub giver: String,
}

impl ProofKey {
    pub fn generate(algorithm: ProofAlgorithm) -> Result<Self> {
        SigningKey::generate(algorithm.0).map_err(|fault| unusable(&fault)).and_then(Self::of)
    }

    /// The one that a record has.
    pub fn of(text: Secret) -> Result<Self> {
        let key = SigningKey::of_own(&text).map_err(|fault| unusable(&fault))?;
        let algorithm = key.algorithm(None).map_err(|fault| unusable(&fault))?;
        let jwk = key.public_jwk().ok_or_else(|| unusable(&KeyFault::Kind))?;
        let header = format!(r#"{{"typ":"dpop+jwt","alg":"{}","jwk":{jwk}}}"#, algorithm.name());
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(jwk));
        let head = URL_SAFE_NO_PAD.encode(header) + ".";
        Ok(Self { key, algorithm, text, thumbprint, head })
    }

    /// Another each time, of the same length where it says the same (section 4.2).
    pub fn proof(&self, proof: &Proof<'_>, at: &Moment) -> Result<Secret> {
        const LONGEST_SIGNATURE: usize = 128;
        let mut random = [0; 16];
        (at.random)(&mut random)?;
        let claims = proof.claims(random, at.now);
        let length = self.head.len() + claims.len().div_ceil(3) * 4 + 1 + LONGEST_SIGNATURE;
        let mut text = Wiped::new(String::with_capacity(length));
        text.push_str(&self.head);
        URL_SAFE_NO_PAD.encode_string(claims.as_bytes(), &mut text);
        jose::signed(&self.key, self.algorithm, &mut text).map_err(|fault| unusable(&fault))?;
        Ok(Secret::new(std::mem::take(&mut *text)))
    }

    /// What stands for a proof where the same request again is known by its hash: who has no token yet makes another key each
    /// time.
    pub fn signed(&self, text: Secret) -> Signed {
        Signed { text, basis: format!("dpop {}", self.algorithm.name()) }
    }
}

fn unusable(fault: &KeyFault) -> Error {
    Error::Certificate { key: "dpop", reason: fault.to_string() }
}

impl Proof<'_> {
    /// Nothing in it has to be escaped: see [`Target`], [`is_nonce`], and what a method is.
    fn claims(&self, random: [u8; 16], now: i64) -> Wiped<String> {
        const MEMBERS: usize = 160;
        let Self { method, target, access_token, nonce, ahead } = self;
        let length = MEMBERS + method.len() + target.htu.len() + nonce.map_or(0, str::len);
        let mut text = Wiped::new(String::with_capacity(length));
        text.push_str("{\"jti\":\"");
        URL_SAFE_NO_PAD.encode_string(random, &mut text);
        text.push_str("\",\"htm\":\"");
        text.push_str(method);
        text.push_str("\",\"htu\":\"");
        text.push_str(&target.htu);
        text.push_str("\",\"iat\":");
        text.push_str(&now.saturating_add(*ahead).to_string());
        if let Some(token) = access_token {
            text.push_str(",\"ath\":\"");
            URL_SAFE_NO_PAD.encode_string(Sha256::digest(token), &mut text);
            text.push('"');
        }
        if let Some(nonce) = nonce {
            text.push_str(",\"nonce\":\"");
            text.push_str(nonce);
            text.push('"');
        }
        text.push('}');
        text
    }
}

impl Target {
    pub fn of_tokens(url: &str) -> Result<Self> {
        Self::of("token_endpoint", url)
    }

    pub fn of_api(url: &str) -> Result<Self> {
        Self::of("url", url)
    }

    /// `key`: what `url` is called.
    fn of(key: &'static str, url: &str) -> Result<Self> {
        let wrong = |reason: String| Error::Value { key, reason };
        let mut url =
            uri::parse(url).map_err(|e| wrong(format!("not a URL ({e}): use https://host/path")))?;
        url.set_query(None);
        url.set_fragment(None);
        let htu = String::from(url.as_str());
        if !url.has_host() || htu.contains(['"', '\\']) {
            return Err(wrong("use https://host/path".to_owned()));
        }
        Ok(Self { htu, giver: format!("{key} {}", url.origin().ascii_serialization()) })
    }
}

/// `1*NQCHAR` (section 8.1), and no longer than anybody's.
pub fn is_nonce(text: &str) -> bool {
    const LONGEST: usize = 4096;
    let is_fit = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_fit)
}

/// What an answer says of proofs and, from an API, of the token (section 8, RFC 6750 section 3).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// For the next proof; it may come with any answer (section 8.2).
    pub nonce: Option<String>,
    pub refused: Option<Refused>,
    /// How far the server's clock is ahead of ours.
    pub ahead: i64,
}

/// What was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The proof, for want of a nonce, or of another.
    Nonce,
    /// The proof.
    Proof,
    /// The token.
    Token,
}

impl Verdict {
    /// Of a token endpoint. It says so in whatever way it says things: a word that nobody else uses.
    pub fn of_token_endpoint(response: &Response, now: i64) -> Self {
        let is_refused = (400..500).contains(&response.status);
        let decoded = response.decoded().ok().flatten();
        let body = decoded.as_ref().unwrap_or(&response.body);
        let says = |word: &str| {
            is_refused
                && (body.windows(word.len()).any(|w| w == word.as_bytes())
                    || errors(response).any(|error| error == word))
        };
        let refused = if says(USE_NONCE) {
            Some(Refused::Nonce)
        } else {
            says(INVALID_PROOF).then_some(Refused::Proof)
        };
        Self { refused, ..Self::of_head(response, now) }
    }

    /// Of an API, whose body is the caller's alone.
    pub fn of_api(response: &Response, now: i64) -> Self {
        const OF_REQUEST: &[&str] = &["insufficient_scope", "invalid_request"];
        let says = |word: &str| errors(response).any(|error| error == word);
        let refused = match response.status {
            400..=499 if says(USE_NONCE) => Some(Refused::Nonce),
            400..=499 if says(INVALID_PROOF) => Some(Refused::Proof),
            401 if !errors(response).any(|error| OF_REQUEST.contains(&error)) => Some(Refused::Token),
            _ => None,
        };
        Self { refused, ..Self::of_head(response, now) }
    }

    fn of_head(response: &Response, now: i64) -> Self {
        let nonce = response.header("DPoP-Nonce").filter(|nonce| is_nonce(nonce)).map(str::to_owned);
        Self { nonce, refused: None, ahead: Clock::of(response.header("date"), now).ahead() }
    }
}

/// The error codes of all challenges: a server may write one for each scheme.
fn errors(response: &Response) -> impl Iterator<Item = &str> {
    let challenges = response.headers.iter().filter(|(name, _)| *name == "WWW-Authenticate");
    challenges.flat_map(|(_, challenge)| challenge.split("error=").skip(1)).filter_map(|rest| {
        match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next(),
            _ => rest.split([',', ' ']).next(),
        }
    })
}
