//! Authorization URLs that wait for their codes: making one, and finding the one that something pasted answers. And a
//! person who was asked elsewhere.
#![forbid(unsafe_code)]

mod person;
mod pushed;
mod returned;

pub use person::{Due, PendingPerson};
pub use pushed::PushedUrls;
pub use returned::{is_awaited, ReturnedCode};

use crate::error::Result;
use crate::protocol::pkce::{Pkce, Proof, NONCE, RANDOM};
use crate::secret::{Secret, Wiped};
use crate::settings::{AuthorizationTemplate, Snapshot};
use crate::store::{Fingerprint, PendingAuthorization};
use crate::system;

/// A URL that was made; handed out in parts so that it needs no memory of its own.
pub struct AuthorizationUrl<'a> {
    snapshot: &'a Snapshot,
    template: &'a AuthorizationTemplate,
    proof: Proof,
}

/// What this process remembers of codes and URLs, wherever the URLs are kept.
#[derive(Default)]
pub struct Codes {
    /// Fingerprints of the codes that brought tokens: sent once more, a server would take it for a theft and revoke them.
    used: Vec<Fingerprint>,
    last_state: Option<[u8; 22]>,
}

impl<'a> AuthorizationUrl<'a> {
    #[inline(always)]
    pub fn new(snapshot: &'a Snapshot) -> Result<Self> {
        let template = snapshot.authorization()?;
        let mut random = Wiped::new([0; RANDOM]);
        // Most URLs have no nonce, which comes last.
        let used = if template.has_nonce() { RANDOM } else { RANDOM - NONCE };
        system::random(&mut random[..used])?;
        Ok(Self { snapshot, template, proof: Proof::new(&random) })
    }

    /// One of that proof.
    pub fn of(snapshot: &'a Snapshot, proof: Proof) -> Result<Self> {
        Ok(Self { snapshot, template: snapshot.authorization()?, proof })
    }

    pub fn into_proof(self) -> Proof {
        self.proof
    }

    /// Whether the URL says itself what is asked for.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        self.template.is_plain
    }

    /// What it says.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let url = String::from_utf8_lossy(&self.parts().concat()).into_owned();
        self.template.url.parameters(&url)
    }

    /// A URL that says it by that parameter, and who the client is (RFC 9101 section 5, RFC 9126 section 4).
    pub fn by_reference(&self, name: &str, value: &str) -> String {
        let client_id = self.snapshot.settings.authorization.names.of("client_id");
        let said = self.parameters();
        let client = said.iter().filter(|(name, _)| name == client_id);
        let client = client.map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = client.chain([(name, value)]).collect();
        self.template.url.with(&all)
    }

    /// The URL's parts in order.
    pub fn parts(&self) -> [&[u8]; 7] {
        let AuthorizationTemplate { url, pkce, .. } = self.template;
        let Proof { verifier, challenge, state, nonce } = &self.proof;
        let challenge = match pkce {
            Pkce::S256 => &challenge[..],
            Pkce::Plain => &verifier[..],
            Pkce::Off => &[],
        };
        let nonce = if self.template.has_nonce() { &nonce[..] } else { &[] };
        let [before_state, before_nonce] = [&url.before_state, &url.before_nonce].map(String::as_bytes);
        let [before_challenge, end] = [&url.before_challenge, &url.end].map(String::as_bytes);
        [before_state, state, before_nonce, nonce, before_challenge, challenge, end]
    }

    /// Keeps it until its code comes, with the account's record, where another process can find it. Returns its state.
    pub fn remember(self) -> Result<[u8; 22]> {
        let Proof { verifier, state, nonce, .. } = self.proof;
        let nonce = self.template.has_nonce().then_some(nonce);
        let request = self.template.request.clone();
        let pending = PendingAuthorization { state, verifier, nonce, request };
        self.snapshot.record()?.add_pending(pending)?;
        Ok(state)
    }
}

impl Codes {
    /// Whoever makes a new URL is about to sign in anew: what an old code would revoke is about to be replaced.
    pub fn begin_anew(&mut self, state: [u8; 22]) {
        self.used.clear();
        self.last_state = Some(state);
    }

    /// The server gave tokens for this code: it must not be sent again, or they are revoked.
    pub fn set_used(&mut self, code: Fingerprint) {
        const MOST: usize = 8;
        if self.used.len() == MOST {
            self.used.remove(0);
        }
        self.used.push(code);
    }

    pub fn is_used(&self, code: &str) -> bool {
        self.used.iter().any(|used| **used == *code)
    }

    pub fn last_state(&self) -> Secret {
        self.last_state.map(|state| Secret::new(String::from_utf8_lossy(&state))).unwrap_or_default()
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
