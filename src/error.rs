//! Every way in which a call can fail: its sentence, its number, and what an operator does about it.
//! A sentence makes sense alone in its first 80 characters, says what to do next, and holds no secret.
#![forbid(unsafe_code)]

mod refusal;
mod said;

use crate::constants as number;
use crate::line::beginning;
use crate::time::rfc3339;
use std::time::Duration;
use thiserror::Error;

use refusal::{pending_because, quoted};
pub use refusal::{Doubt, FinalAnswer, GrantKind, Meaning, Refusal};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, Error)]
pub enum Error {
    /// Not a failure: the caller's own HTTP has a request to send.
    #[error("an HTTP request waits to be sent: see oauth_http_request")]
    HttpNeeded,
    /// Not a failure: what a person does takes time. `because`: what the server said last, or why it was not asked.
    #[error("not yet: call again in {seconds} s{}", pending_because(because.as_deref()))]
    NotYet { seconds: u32, because: Option<Box<Error>> },

    // -- the caller's mistake --
    #[error("no open client has the handle {0}: it was closed, or never given out; open one")]
    Handle(i32),
    #[error("the buffer is too small: {needed} bytes are needed, with the NUL")]
    Buffer { needed: usize },
    #[error("{0} is a null pointer: give a text, or a buffer with its capacity")]
    Null(&'static str),
    #[error("{what} is {length}: use 0 to 1048576 or, for a text, OAUTH_NUL_TERMINATED")]
    Length { what: &'static str, length: i64 },
    #[error("{0} is not UTF-8: convert it before the call")]
    Encoding(&'static str),
    #[error("{number} is no {what}: use the OAUTH_... constants")]
    Property { number: i32, what: &'static str },
    #[error("{key} is a result: it can be read and not set")]
    ReadOnly { key: &'static str },
    #[error("{key}: {reason}")]
    Value { key: &'static str, reason: String },
    #[error("no authorization is pending: make a URL with oauth_build_authorize_url first")]
    NoPending,
    #[error("nobody has been asked: call oauth_device_start or oauth_ciba_start first")]
    NotAsked,
    #[error("this code was used already: sign in again with a new URL")]
    CodeUsed,
    /// By that code, or by another.
    #[error("this sign-in has had its code: sign in again with a new URL")]
    Spent,
    #[error("no request waits: call oauth_http_response once, after OAUTH_HTTP_NEEDED")]
    NoRequest,
    #[error("the client is somebody else's since that call: make it again, for whom it was")]
    Another,
    #[error("another thread's request is under way: call again when it is answered")]
    Busy,
    #[error("no authorization code: {0}")]
    Code(String),
    /// `says`: what stands in it of a refusal, which anybody may have written.
    #[error("state differs: {reason}{}", says.as_ref().map(|says| format!(" (unproven: \"{says}\")")).unwrap_or_default())]
    State { reason: &'static str, says: Option<String> },
    #[error("the redirect comes from another issuer than {expected}: do not trust it")]
    Issuer { expected: String },
    #[error(
        "no iss came back, which this server sends (require_iss): paste the whole address that you end at"
    )]
    NoIssuer,
    /// Not a failure. Says of what, and what to call again.
    #[error("{0}")]
    Pending(&'static str),
    #[error("oauth_stop_waiting has ended this: begin again with oauth_build_authorize_url")]
    Cancelled,
    #[error("too many clients: close those no longer used with oauth_client_close")]
    Limit,

    // -- configuration --
    #[error("{key} is not set: set it before {operation}")]
    Missing { key: &'static str, operation: &'static str },
    #[error("{0}")]
    Profile(String),
    #[error("{key} is http:// and not on loopback: use https, or set allow_http to yes")]
    Insecure { key: &'static str },
    #[error(
        "redirect_uri begins with {scheme}: use https or loopback, or set allow_redirect_uri to {scheme}"
    )]
    RedirectUri { scheme: String },
    #[error("{reason}")]
    Port { reason: String },
    #[error("{key} cannot be used: {reason}")]
    Certificate { key: &'static str, reason: String },
    #[error("{0}")]
    Unsupported(String),

    // -- network --
    #[error("the name {host} cannot be resolved: check the URL, DNS and the network")]
    Resolve { host: String },
    #[error("no connection to {host}: {reason}")]
    Connect { host: String, reason: String },
    /// It refuses, or is none.
    #[error("no connection to {host}: {reason}")]
    Proxy { host: String, reason: String },
    #[error("no secure connection to {host}: {reason}")]
    Tls { host: String, reason: String },
    #[error("no answer from {host} within {seconds} s: try again later, or raise timeout")]
    Timeout { host: String, seconds: u32 },
    /// What the caller of `oauth_http_response` says.
    #[error("the program's own HTTP got no answer from the server: try again later")]
    NoAnswer,
    #[error("the connection to {host} broke before the answer was complete: {reason}; try again later")]
    Disconnected { host: String, reason: String },

    // -- the authorization server --
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// Of the second of two tokens, the cause.
    #[error(
        "the refresh token is revoked, the access token {}: {}",
        if .0.leaves_unknown() { "may not be" } else { "is not" },
        beginning(&.0.to_string(), 440)
    )]
    HalfRevoked(Box<Self>),
    /// The server is there but cannot serve now: 408, 429 or 5xx without an error code of OAuth's.
    #[error("the server cannot serve now (status {status}): try again later{}", quoted(words))]
    Unavailable { status: u16, retry_after: Option<u32>, words: String },
    /// By our clock.
    #[error("nobody has agreed in time: begin again, with a new code")]
    Expired,
    /// Another job has sent it, while this one waited.
    #[error("process {process} has just tried to refresh, try again later: {sentence}")]
    JustFailed { process: u32, sentence: String, retry_after: Option<u32> },
    /// Nothing was sent: it is too early.
    #[error("the server asked to be left alone: try again in {seconds} s")]
    TooEarly { seconds: u32 },
    /// Nothing was sent: the server would refuse it.
    #[error("the token is too new to be refreshed (refresh_window): try again in {seconds} s")]
    TooNew { seconds: u32 },
    /// Nothing was sent: an early renewal got no answer, and another could be taken for a theft.
    #[error(
        "an early refresh, by process {process} at {at}, brought no token: the next is sent when this one has expired"
    )]
    EarlyLost { process: u32, at: String },
    /// `refusal` is what the server said, where it was asked.
    #[error("sign in again: {reason}")]
    SignIn { reason: String, refusal: Option<Box<Refusal>> },
    /// Nobody has signed in. Says for whom, and where a token was looked for.
    #[error("sign in: there is no token yet{0}")]
    NoToken(String),
    /// Nothing was sent: the server's last word on that very request holds.
    #[error("{} (said to process {} at {}; oauth_refresh asks again)", .0.sentence, .0.process, rfc3339(.0.at))]
    Final(Box<FinalAnswer>),

    // -- the answer --
    /// It came whole. `words` are those that can be told from it.
    #[error("answer not understood (status {status}): {reason}")]
    Response { status: u16, reason: String, words: String },
    /// No HTTP, or none that holds together. The status is 0 where it has none.
    #[error("the answer of {host} cannot be read: {reason}")]
    Unreadable { host: String, status: u16, reason: String },
    #[error("the answer is larger than 1 MiB: this is no token endpoint")]
    TooLarge { status: u16 },
    #[error("metadata: {reason}")]
    Metadata { reason: String },
    /// It is kept, and can be renewed. The server's word could be anything: it stands in no sentence.
    #[error(
        "the token is not of type Bearer: see OAUTH_TOKEN_TYPE, and send oauth_access_token's as the server wants"
    )]
    TokenType,
    /// It is a token of RFC 9449.
    #[error("the token is bound to a key (DPoP): send what oauth_request_headers gives for each request")]
    ProofNeeded,
    #[error("the token is of type DPoP, and its key is not here: set dpop to yes, and sign in or ask again")]
    NoProofKey,
    /// It is not kept.
    #[error("the server gave a token that is bound to no key: ask it for DPoP, or set dpop to yes")]
    NotBound { status: u16 },
    /// An API refuses proofs; what the server of tokens says is a refusal.
    #[error("{0}")]
    Proof(String),

    /// Another sign-in may mend that, or other settings.
    #[error("ID token: {reason}")]
    IdToken { reason: String, action: Action },

    /// `instead`: what there is, by names and no values.
    #[error("{whose} has no member {name}: {instead}")]
    NoField { whose: &'static str, name: String, instead: String },

    /// `needed`: so many lines would do.
    #[error("the address is too long for a QR code of {lines} lines: {}", match needed {
        Some(needed) => format!("set qr_lines to {needed}, or show the address"),
        None => "show the address itself".to_owned(),
    })]
    Qr { lines: u32, needed: Option<u32> },

    // -- storage --
    #[error("store: {reason}: {path}")]
    Store {
        path: String,
        reason: String,
        /// Nothing that a change of rights or of the setting would mend.
        is_transient: bool,
    },
    #[error("store refused: {reason}: {path}")]
    StoreUnsafe { path: String, reason: String },
    #[error("store not readable: {reason}: {path}")]
    StoreFormat { path: String, reason: String },
    /// The key is not there, or is not the one that the record was sealed with.
    #[error("store key: {reason}: {path}")]
    StoreKey { path: String, reason: String },
    /// Another job refreshes and does not come to an end; `holder` says who, as far as is known.
    #[error(
        "store locked by {}: look what it does, or end it (waited {waited} s): {path}",
        holder.as_deref().unwrap_or("another process")
    )]
    Locked { path: String, waited: u32, holder: Option<String> },
    /// To send the old refresh token again would end the sign-in.
    #[error(
        "store: process {process} has the new token and cannot store it: mend the store, try again later"
    )]
    UnsavedElsewhere { process: u32 },
    #[error("the token is of generation {found} and not {expected}: read it again, somebody has renewed it")]
    Generation { found: u32, expected: u32 },

    /// What was asked for without a person has come and is not there any more.
    #[error("the token was removed, or the settings changed, while it was asked for: call again")]
    Gone,
    /// Jobs that ask for different people's tokens, by assertions, have to tell them apart.
    #[error(
        "another job has stored a token for another assertion: give each its own account, and try again"
    )]
    NotOwn,

    // -- internal --
    #[error("internal fault, please report: {0}")]
    Internal(String),
    #[error("the system gave no randomness: {0}")]
    System(String),
}

/// What an operator does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    None,
    Retry,
    SignIn,
    Fix,
}

impl Error {
    pub fn sign_in(reason: &str) -> Self {
        Self::SignIn { reason: reason.to_owned(), refusal: None }
    }

    pub fn too_early(wait: Duration) -> Self {
        Self::TooEarly { seconds: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX) }
    }

    /// What it may have cost, where it is about a token.
    pub fn of_token_request(self) -> Self {
        match self {
            Self::Unreadable { host, status: status @ 200..=299, reason } => Self::Unreadable {
                host,
                status,
                reason: format!("{reason}; a new token may have been in it"),
            },
            other => other,
        }
    }

    /// The number that the caller of the C interface gets.
    pub fn code(&self) -> i32 {
        self.row().0
    }

    pub fn action(&self) -> Action {
        self.row().1
    }

    /// The request may have been acted upon, but what came of it is not known.
    pub fn leaves_unknown(&self) -> bool {
        self.row().2
    }

    /// One row an error: its number, what an operator does about it, and what the server may have done.
    fn row(&self) -> (i32, Action, bool) {
        use Action::{Fix, Retry, SignIn};
        const NOTHING: bool = false;
        const MAYBE: bool = true;
        match self {
            Self::HttpNeeded => (number::OAUTH_HTTP_NEEDED, Action::None, NOTHING),
            Self::NotYet { .. } | Self::Pending(_) => (number::OAUTH_PENDING, Retry, NOTHING),
            Self::Handle(_) => (number::OAUTH_ERROR_HANDLE, Fix, NOTHING),
            Self::Buffer { .. } => (number::OAUTH_ERROR_BUFFER, Fix, NOTHING),
            Self::Null(_) => (number::OAUTH_ERROR_NULL, Fix, NOTHING),
            Self::Length { .. } => (number::OAUTH_ERROR_LENGTH, Fix, NOTHING),
            Self::Encoding(_) => (number::OAUTH_ERROR_ENCODING, Fix, NOTHING),
            Self::Property { .. } | Self::ReadOnly { .. } => (number::OAUTH_ERROR_PROPERTY, Fix, NOTHING),
            Self::Value { .. } => (number::OAUTH_ERROR_VALUE, Fix, NOTHING),
            Self::NoPending | Self::NotAsked | Self::CodeUsed | Self::Spent => {
                (number::OAUTH_ERROR_SEQUENCE, SignIn, NOTHING)
            }
            Self::NoRequest | Self::Another => (number::OAUTH_ERROR_SEQUENCE, Fix, NOTHING),
            Self::Busy | Self::NotOwn | Self::Gone => (number::OAUTH_ERROR_BUSY, Retry, NOTHING),
            Self::Code(_) => (number::OAUTH_ERROR_CODE, SignIn, NOTHING),
            Self::State { .. } => (number::OAUTH_ERROR_STATE, SignIn, NOTHING),
            Self::Issuer { .. } | Self::NoIssuer => (number::OAUTH_ERROR_ISSUER, SignIn, NOTHING),
            Self::Limit => (number::OAUTH_ERROR_LIMIT, Fix, NOTHING),
            Self::Cancelled => (number::OAUTH_ERROR_CANCELLED, SignIn, NOTHING),
            Self::Missing { .. } => (number::OAUTH_ERROR_MISSING, Fix, NOTHING),
            Self::Profile(_) => (number::OAUTH_ERROR_PROFILE, Fix, NOTHING),
            Self::Insecure { .. } | Self::RedirectUri { .. } => (number::OAUTH_ERROR_INSECURE, Fix, NOTHING),
            Self::Port { .. } => (number::OAUTH_ERROR_PORT, Fix, NOTHING),
            Self::Certificate { .. } => (number::OAUTH_ERROR_CERTIFICATE, Fix, NOTHING),
            Self::Unsupported(_) => (number::OAUTH_ERROR_UNSUPPORTED, Fix, NOTHING),
            Self::Resolve { .. } => (number::OAUTH_ERROR_RESOLVE, Retry, NOTHING),
            Self::Connect { .. } => (number::OAUTH_ERROR_CONNECT, Retry, NOTHING),
            Self::Proxy { .. } => (number::OAUTH_ERROR_CONNECT, Fix, NOTHING),
            Self::Tls { .. } => (number::OAUTH_ERROR_TLS, Fix, NOTHING),
            Self::Timeout { .. } => (number::OAUTH_ERROR_TIMEOUT, Retry, MAYBE),
            Self::NoAnswer | Self::Disconnected { .. } => (number::OAUTH_ERROR_DISCONNECTED, Retry, MAYBE),
            Self::Refused(refusal) => {
                let (code, action) = refusal.known();
                (code, action, NOTHING)
            }
            Self::HalfRevoked(cause) => cause.row(),
            Self::Unavailable { .. } => (number::OAUTH_ERROR_UNAVAILABLE, Retry, MAYBE),
            Self::JustFailed { .. }
            | Self::TooEarly { .. }
            | Self::TooNew { .. }
            | Self::EarlyLost { .. } => (number::OAUTH_ERROR_UNAVAILABLE, Retry, NOTHING),
            Self::Expired => (number::OAUTH_ERROR_EXPIRED_TOKEN, SignIn, NOTHING),
            Self::NoToken(_) | Self::SignIn { .. } => (number::OAUTH_ERROR_SIGN_IN, SignIn, NOTHING),
            Self::Final(last) => (last.number, last.action, NOTHING),
            Self::Response { .. } | Self::Unreadable { .. } | Self::NotBound { .. } => {
                (number::OAUTH_ERROR_RESPONSE, Fix, MAYBE)
            }
            Self::TooLarge { .. } => (number::OAUTH_ERROR_TOO_LARGE, Fix, MAYBE),
            Self::IdToken { action, .. } => (number::OAUTH_ERROR_ID_TOKEN, *action, NOTHING),
            Self::NoField { .. } => (number::OAUTH_ERROR_NO_FIELD, Fix, NOTHING),
            Self::Metadata { .. } => (number::OAUTH_ERROR_METADATA, Fix, NOTHING),
            Self::TokenType | Self::ProofNeeded | Self::NoProofKey => {
                (number::OAUTH_ERROR_RESPONSE, Fix, NOTHING)
            }
            Self::Proof(_) => (number::OAUTH_ERROR_INVALID_DPOP, Fix, NOTHING),
            Self::Qr { .. } => (number::OAUTH_ERROR_QR, Fix, NOTHING),
            Self::Store { is_transient, .. } => {
                (number::OAUTH_ERROR_STORE, if *is_transient { Retry } else { Fix }, NOTHING)
            }
            Self::UnsavedElsewhere { .. } => (number::OAUTH_ERROR_STORE, Retry, NOTHING),
            Self::StoreUnsafe { .. } => (number::OAUTH_ERROR_STORE_UNSAFE, Fix, NOTHING),
            Self::StoreFormat { .. } => (number::OAUTH_ERROR_STORE_FORMAT, Fix, NOTHING),
            Self::StoreKey { .. } => (number::OAUTH_ERROR_STORE_KEY, Fix, NOTHING),
            Self::Locked { .. } => (number::OAUTH_ERROR_LOCK, Retry, NOTHING),
            Self::Generation { .. } => (number::OAUTH_ERROR_GENERATION, Retry, NOTHING),
            Self::Internal(_) => (number::OAUTH_ERROR_INTERNAL, Fix, NOTHING),
            Self::System(_) => (number::OAUTH_ERROR_SYSTEM, Retry, NOTHING),
        }
    }

    /// A fault of the store, which says nothing of the token.
    pub fn is_of_store(&self) -> bool {
        (-699..=number::OAUTH_ERROR_STORE).contains(&self.code())
    }
}

impl Action {
    pub fn number(self) -> i32 {
        match self {
            Self::None => number::OAUTH_ACTION_NONE,
            Self::Retry => number::OAUTH_ACTION_RETRY,
            Self::SignIn => number::OAUTH_ACTION_SIGN_IN,
            Self::Fix => number::OAUTH_ACTION_FIX,
        }
    }
}
