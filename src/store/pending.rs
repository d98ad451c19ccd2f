//! An authorization URL that a person has been sent to and has not come back from, as every engine keeps it.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::error::Result;
use crate::secret::{Secret, Wiped};

/// What is remembered of a URL until its code comes. It takes no memory of its own: most URLs are made for nothing.
pub struct PendingAuthorization {
    pub state: [u8; 22],
    pub verifier: Wiped<[u8; 43]>,
    /// Where one was made here.
    pub nonce: Option<[u8; 22]>,
    pub request: Arc<PendingRequest>,
}

/// What all URLs that were made by the same settings have in common. The redirect URI must be the same again when the
/// code is sent (RFC 6749 section 4.1.3).
pub struct PendingRequest {
    /// Where its code goes, and nowhere else.
    pub token_endpoint: String,
    pub account: String,
    pub client_id: String,
    pub redirect_uri: String,
    /// The caller's own.
    pub nonce: Option<Secret>,
    /// Whether the verifier is to be sent.
    pub has_verifier: bool,
    /// Seconds that a person may take.
    pub expires_in: u32,
}

pub enum Found {
    Claim(Claim),
    /// Its code is on the way, in another process or thread.
    Busy,
    /// It has had its code: one that has come to its end, or another than the one that is asked for.
    Used,
    Expired,
    /// There is none with this state or, without a state, none at all.
    None,
}

/// A pending authorization that is nobody else's until this is dropped. It is good for the first code that is sent
/// (RFC 9700 section 4.2.4); unless that has come to its end, it may be sent again: also after a panic.
pub struct Claim {
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    pub nonce: Option<Secret>,
    pub(super) claimed: Box<dyn Claimed>,
}

/// An engine's part of a claim.
pub trait Claimed: Send {
    /// The code is about to be sent: from now on no other is taken, whatever becomes of this process.
    fn sending(&mut self) -> Result<()>;

    /// It was not sent after all.
    fn not_sent(&mut self);

    /// The code has come to its end.
    fn used(&mut self);
}

impl Claim {
    pub fn sending(&mut self) -> Result<()> {
        self.claimed.sending()
    }

    pub fn not_sent(mut self) {
        self.claimed.not_sent();
    }

    pub fn used(mut self) {
        self.claimed.used();
    }
}

impl PendingAuthorization {
    pub fn state(&self) -> &str {
        std::str::from_utf8(&self.state).unwrap_or_default()
    }

    pub(super) fn nonce(&self) -> Option<Secret> {
        let made = self.nonce.as_ref().map(|nonce| Secret::new(String::from_utf8_lossy(nonce)));
        made.or_else(|| self.request.nonce.clone())
    }

    pub(super) fn verifier(&self) -> Option<Secret> {
        let text = std::str::from_utf8(&self.verifier[..]).unwrap_or_default();
        self.request.has_verifier.then(|| Secret::new(text))
    }
}
