//! An authorization URL that a person has been sent to and has not come back from, as every engine keeps it.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::secret::{Secret, Wiped};

/// What is remembered of a URL until its code comes. It takes no memory of its own: most URLs are made for nothing.
pub struct PendingAuthorization {
    pub state: [u8; 22],
    pub verifier: Wiped<[u8; 43]>,
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
    /// Its code has brought tokens.
    Used,
    Expired,
    /// There is none with this state or, without a state, none at all.
    None,
}

/// A pending authorization that is nobody else's until this is dropped. Unless it was used, its code, or another, may be
/// tried again then: also after a panic.
pub struct Claim {
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    pub nonce: Option<Secret>,
    pub(super) claimed: Box<dyn Claimed>,
}

/// An engine's part of a claim.
pub trait Claimed: Send {
    /// Its code has brought tokens.
    fn used(&mut self);
}

impl Claim {
    pub fn used(mut self) {
        self.claimed.used();
    }
}

impl PendingAuthorization {
    pub fn state(&self) -> &str {
        std::str::from_utf8(&self.state).unwrap_or_default()
    }

    pub(super) fn verifier(&self) -> Option<Secret> {
        let text = std::str::from_utf8(&self.verifier[..]).unwrap_or_default();
        self.request.has_verifier.then(|| Secret::new(text))
    }
}
