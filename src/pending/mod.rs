//! Authorization URLs that wait for their codes: making one, and finding the one that something pasted answers.
#![forbid(unsafe_code)]

mod returned;

pub use returned::ReturnedCode;

use crate::error::Result;
use crate::protocol::pkce::{Pkce, Proof, RANDOM};
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
        system::random(&mut random[..])?;
        Ok(Self { snapshot, template, proof: Proof::new(&random) })
    }

    /// The URL's parts in order.
    pub fn parts(&self) -> [&[u8]; 5] {
        let AuthorizationTemplate { url, pkce, .. } = self.template;
        let Proof { verifier, challenge, state } = &self.proof;
        let challenge = match pkce {
            Pkce::S256 => &challenge[..],
            Pkce::Plain => &verifier[..],
            Pkce::Off => &[],
        };
        let [before_state, before_challenge, end] = [&url.before_state, &url.before_challenge, &url.end];
        [before_state.as_bytes(), state, before_challenge.as_bytes(), challenge, end.as_bytes()]
    }

    /// Keeps it until its code comes, with the account's record, where another process can find it. Returns its state.
    pub fn remember(self) -> Result<[u8; 22]> {
        let Proof { verifier, state, .. } = self.proof;
        let pending = PendingAuthorization { state, verifier, request: self.template.request.clone() };
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
