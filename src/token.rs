//! A token and its arithmetic, and the place where the valid one stands ready for readers without a lock.
#![forbid(unsafe_code)]

use arc_swap::ArcSwapOption;
use std::collections::HashSet;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::Secret;

const DEFAULT_MIN_VALID: i64 = 30;
const CLOCKS_DIFFER: i64 = 300;

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its URL or, where that is found by the issuer, the issuer.
    pub token_endpoint: String,
    pub client_id: String,
    pub account: String,
    /// Of a token without a person.
    pub machine: Option<MachineIdentity>,
}

/// What a token without a person is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineIdentity {
    pub grant_type: String,
    pub scope: String,
    pub audience: String,
    pub resource: String,
    pub username: String,
    /// A hash of the parameters and claims besides.
    pub parameters: String,
}

/// How long a token is good enough, as the caller sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Seconds that it must still be valid to be given out. Not set: 30, or half of a shorter life.
    pub min_valid: Option<u32>,
    /// Seconds that it lives where the server does not say.
    pub assume_expires_in: Option<u32>,
    /// Seconds before its end in which alone the server refreshes it.
    pub refresh_window: Option<u32>,
}

/// What a token response gave (RFC 6749 section 5.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<Secret>,
    /// Whether it is what was asked for, by who was to make it.
    pub is_id_checked: bool,
    /// As the server wrote it.
    pub token_type: String,
    pub scope: Option<String>,
    /// `None` is a state of its own: unknown, neither expired nor for ever.
    pub expires_at: Option<i64>,
    pub obtained_at: i64,
    /// How often it has been renewed, counted by its record; 0 until it has one.
    pub generation: u32,
    /// The process that did it last.
    pub renewed_by: u32,
    /// A hash of what a token without a person was asked for with: of the same record, another's is no good.
    pub basis: Option<String>,
    /// The answer's members that are not ours, such as `instance_url`.
    pub extra: Vec<(String, Json)>,
    /// Of the sign-in, where the server wants it with each refresh.
    pub code_verifier: Option<Secret>,
    /// Where the sign-in's redirect said that tokens are, if not at the token endpoint's host.
    pub token_host: Option<String>,
    /// Those of the redirect that its code came with, such as QuickBooks' `realmId`.
    pub redirect: Vec<(String, Json)>,
    /// The key that it, or its refresh token, is bound to (RFC 9449).
    pub dpop_key: Option<Secret>,
}

impl Token {
    /// When the token may be given out.
    pub fn usable(&self, freshness: Freshness) -> Span {
        // Before it was given the clock has been set back, and says nothing of the token any more; hosts that share a
        // store differ a little.
        let from = self.obtained_at.saturating_sub(CLOCKS_DIFFER);
        let Some(expires_at) = self.expires_at(freshness) else { return Span { from, until: i64::MAX } };
        let life = expires_at.saturating_sub(self.obtained_at).max(0);
        let margin = freshness.min_valid.map_or_else(|| DEFAULT_MIN_VALID.min(life / 2), i64::from);
        // What the server would not renew yet is good enough.
        let margin = freshness.refresh_window.map_or(margin, |window| margin.min(window.into()));
        Span { from, until: expires_at.saturating_sub(margin) }
    }

    /// Seconds until the server takes its refresh token; `None`: at any time, or there is none.
    pub fn refreshed_in(&self, freshness: Freshness, now: i64) -> Option<u32> {
        // Where the clock has been set back it says nothing of the token.
        if self.refresh_token.is_none() || !self.usable(freshness).has(now) {
            return None;
        }
        let opens = self.expires_at(freshness)?.saturating_sub(freshness.refresh_window?.into());
        u32::try_from(opens.saturating_sub(now)).ok().filter(|seconds| *seconds > 0)
    }

    /// Whether it is sent as `Bearer`, which the header always says (RFC 6749 section 7.1): in any letters, and in the words
    /// of servers that have no other.
    pub fn is_bearer(&self) -> bool {
        const WORDS: &[&str] = &[
            "bearer",
            "bearertoken",
            "bearer token",
            "access_token",
            "urn:ietf:params:oauth:token-type:access_token",
            // eBay
            "user access token",
            "application access token",
            // Slack
            "user",
            "bot",
        ];
        WORDS.iter().any(|word| word.eq_ignore_ascii_case(&self.token_type))
    }

    /// Whether it is sent as `DPoP` (RFC 9449 section 7.1).
    pub fn is_dpop(&self) -> bool {
        self.token_type.eq_ignore_ascii_case("DPoP")
    }

    pub fn is_expired(&self, freshness: Freshness, now: i64) -> bool {
        self.expires_at(freshness).is_some_and(|at| now >= at)
    }

    /// What the server said, or what the caller assumes where it said nothing.
    pub fn expires_at(&self, freshness: Freshness) -> Option<i64> {
        let assumed = || Some(self.obtained_at.saturating_add(freshness.assume_expires_in?.into()));
        self.expires_at.or_else(assumed)
    }

    /// The next one's number; it has to fit into 32 bits with a sign.
    pub fn next_generation(&self) -> u32 {
        Self::generation_after(self.generation)
    }

    pub fn generation_after(generation: u32) -> u32 {
        generation.saturating_add(1).min(i32::MAX.unsigned_abs())
    }

    /// The same token, however its record was written.
    pub fn is_same(&self, other: &Self) -> bool {
        self.generation == other.generation
            && self.access_token == other.access_token
            && self.refresh_token == other.refresh_token
    }

    /// What must not be seen of it.
    pub fn secrets(&self) -> Vec<Secret> {
        let Self { access_token, refresh_token, id_token, code_verifier, dpop_key, .. } = self;
        let optional = [refresh_token, id_token, code_verifier, dpop_key].map(Option::as_ref);
        [Some(access_token)].into_iter().chain(optional).flatten().cloned().collect()
    }

    /// A refresh answer may leave out what has not changed (RFC 6749 sections 5.1 and 6).
    #[must_use]
    pub fn keeping(mut self, old: &Self) -> Self {
        self.refresh_token = self.refresh_token.or_else(|| old.refresh_token.clone());
        if self.id_token.is_none() {
            self.id_token = old.id_token.clone();
            self.is_id_checked = old.is_id_checked;
        }
        self.basis = old.basis.clone();
        self.scope = self.scope.or_else(|| old.scope.clone());
        self.code_verifier = self.code_verifier.or_else(|| old.code_verifier.clone());
        self.token_host = self.token_host.or_else(|| old.token_host.clone());
        self.dpop_key = self.dpop_key.or_else(|| old.dpop_key.clone());
        self.extra.extend(old.extra.iter().cloned());
        if self.redirect.is_empty() {
            self.redirect.clone_from(&old.redirect);
        }
        self.bounded()
    }

    /// A server can send what it likes; what is kept of it must be such that the store can read it again.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        bound(&mut self.extra);
        bound(&mut self.redirect);
        self
    }
}

/// Of members that have the same name, the first holds.
pub fn bound(members: &mut Vec<(String, Json)>) {
    const MOST_BYTES: usize = 64 * 1024;
    const DEEPEST: usize = 16;
    let (mut total, mut names) = (0, HashSet::new());
    members.retain(|(name, value)| {
        let (depth, size) = value.measure();
        let is_first = names.insert(name.clone());
        let is_kept = is_first && depth <= DEEPEST && total + name.len() + size <= MOST_BYTES;
        total += if is_kept { name.len() + size } else { 0 };
        is_kept
    });
}

/// From one second to another, which is not included.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    from: i64,
    until: i64,
}

impl Span {
    pub const NEVER: Self = Self { from: i64::MAX, until: i64::MIN };

    #[inline(always)]
    pub fn has(self, now: i64) -> bool {
        self.from <= now && now < self.until
    }
}

const HEADER: &str = "Authorization: Bearer ";

/// A token made ready to be copied out.
pub struct BearerToken {
    /// Whose it is: the slot may have passed to another client since.
    handle: i32,
    /// Which of this client's tokens it is.
    pub serial: u32,
    usable: Span,
    pub scheme: Scheme,
    header: Secret,
}

/// How a token is sent.
pub enum Scheme {
    Bearer,
    /// With a proof, which this key signs.
    Dpop(Option<Secret>),
    /// In the server's own way, by who knows it.
    Other,
}

impl BearerToken {
    pub fn new(handle: i32, serial: u32, token: &Token, usable: Span) -> Self {
        let access = token.access_token.expose();
        let mut header = String::with_capacity(HEADER.len() + access.len());
        header.push_str(HEADER);
        header.push_str(access);
        let scheme = match token {
            token if token.is_bearer() => Scheme::Bearer,
            token if token.is_dpop() => Scheme::Dpop(token.dpop_key.clone()),
            _ => Scheme::Other,
        };
        Self { handle, serial, usable, scheme, header: Secret::new(header) }
    }

    /// Whether the header is one that may be sent.
    pub fn is_bearer(&self) -> bool {
        matches!(self.scheme, Scheme::Bearer)
    }

    #[inline(always)]
    pub fn is_usable(&self, now: i64) -> bool {
        self.usable.has(now)
    }

    /// `Authorization: Bearer …` (RFC 6750 section 2.1).
    #[inline(always)]
    pub fn header(&self) -> &str {
        self.header.expose()
    }

    #[inline(always)]
    pub fn access_token(&self) -> &str {
        &self.header.expose()[HEADER.len()..]
    }
}

/// What a caller wants a fresh token for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Header,
    AccessToken,
    /// All headers of a request, which hang on where it goes.
    Request,
    /// To ask who has signed in.
    Userinfo,
    /// A mail server's sign-in.
    Sasl(Mechanism),
}

/// How a mail server is signed in at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    Xoauth2,
    Oauthbearer,
}

impl Purpose {
    /// Whether a token is of a type that can be sent so.
    pub fn check(self, ready: &BearerToken) -> Result<()> {
        match (self, &ready.scheme) {
            (Self::AccessToken, _)
            | (Self::Header | Self::Request | Self::Userinfo | Self::Sasl(_), Scheme::Bearer)
            | (Self::Request | Self::Userinfo, Scheme::Dpop(Some(_))) => Ok(()),
            (Self::Header, Scheme::Dpop(Some(_))) => Err(Error::ProofNeeded),
            (Self::Header | Self::Request | Self::Userinfo, Scheme::Dpop(None)) => Err(Error::NoProofKey),
            (Self::Header | Self::Request | Self::Userinfo | Self::Sasl(_), Scheme::Other)
            | (Self::Sasl(_), Scheme::Dpop(_)) => Err(Error::TokenType),
        }
    }

    #[inline(always)]
    pub fn text(self, ready: &BearerToken) -> &str {
        match self {
            Self::Header => ready.header(),
            Self::AccessToken | Self::Request | Self::Userinfo | Self::Sasl(_) => ready.access_token(),
        }
    }

    pub fn length(self, ready: &BearerToken) -> Result<i32> {
        i32::try_from(self.text(ready).len()).map_err(|_| Error::TooLarge { status: 0 })
    }
}

/// Where readers find the valid token: no lock, no allocation, no system call.
pub struct PublishedToken(ArcSwapOption<BearerToken>);

impl PublishedToken {
    pub const fn new() -> Self {
        Self(ArcSwapOption::const_empty())
    }

    /// Calls `read` with this client's token if it is still usable at `now`.
    #[inline(always)]
    pub fn read<R>(&self, handle: i32, now: i64, read: impl FnOnce(&BearerToken) -> R) -> Option<R> {
        let ready = self.0.load();
        match ready.as_ref() {
            Some(ready) if ready.handle == handle && ready.is_usable(now) => Some(read(ready)),
            _ => None,
        }
    }

    pub fn publish(&self, ready: Arc<BearerToken>) {
        self.0.store(Some(ready));
    }

    pub fn clear(&self) {
        self.0.store(None);
    }
}
