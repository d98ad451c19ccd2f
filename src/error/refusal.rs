//! What a server says instead of what was asked for: its code and words, what they mean, and what to do about them.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::fmt;

use super::{Action, Error};
use crate::constants as number;

/// What a server answered instead of a token or a code (RFC 6749 sections 4.1.2.1 and 5.2).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refusal {
    /// Empty where the server has none.
    pub error: String,
    pub description: String,
    pub uri: String,
    /// 0 where the refusal came with a redirect.
    pub status: u16,
    pub retry_after: Option<u32>,
    pub meaning: Meaning,
    /// Where an assertion was refused: what of it.
    pub doubt: Option<Doubt>,
}

/// What is wrong with an assertion, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The server's clock is so many seconds ahead of ours.
    Clock(i64),
    /// The server speaks of its times, and nobody knows whose clock is wrong.
    Times,
    /// The same, and our clock is right.
    Life,
    Key,
}

/// What a refusal is about, whatever its words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Meaning {
    /// What its error code says, or nobody knows.
    #[default]
    AsItSays,
    /// The code or the refresh token is no longer good.
    Dead,
    /// Who the client is, or how it shows that.
    Client,
    /// A person's no.
    Declined,
    /// Who may register clients, or take that back.
    Registrar,
    /// Not now.
    Passing,
    /// What its error code says, where no person can help.
    Grant(GrantKind),
}

/// What a machine's grant is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantKind {
    /// The client alone.
    Client,
    /// Username and password.
    Password,
    Assertion,
    /// A vendor's.
    Other,
    /// The same, whose name is nearly that of a known one.
    Nearly(&'static str),
}

/// What a server has answered to a request, and would again: kept for the jobs that are about to send the same.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalAnswer {
    pub at: i64,
    pub process: u32,
    /// The error that it was.
    pub number: i32,
    pub action: Action,
    pub sentence: String,
    pub refusal: Refusal,
}

impl Refusal {
    /// Number and action for the server's error code and, where that is its own, for what it is about.
    pub(super) fn known(&self) -> (i32, Action) {
        let (number, action) = self.known_code();
        match self.meaning {
            Meaning::Dead | Meaning::Declined => (number, Action::SignIn),
            Meaning::Passing => (number, Action::Retry),
            Meaning::Grant(_) if action == Action::SignIn => (number, Action::Fix),
            Meaning::Registrar => (number, Action::Fix),
            Meaning::Client | Meaning::AsItSays | Meaning::Grant(_) => (number, action),
        }
    }

    fn known_code(&self) -> (i32, Action) {
        let is_person = self.status == 0;
        match self.error.as_str() {
            "invalid_request" => (number::OAUTH_ERROR_INVALID_REQUEST, Action::Fix),
            "invalid_client" => (number::OAUTH_ERROR_INVALID_CLIENT, Action::Fix),
            "invalid_grant" => (number::OAUTH_ERROR_INVALID_GRANT, Action::SignIn),
            "unauthorized_client" => (number::OAUTH_ERROR_UNAUTHORIZED, Action::Fix),
            "unsupported_grant_type" => (number::OAUTH_ERROR_UNSUPPORTED_GRANT, Action::Fix),
            "invalid_scope" => (number::OAUTH_ERROR_INVALID_SCOPE, Action::Fix),
            // Of a redirect, a person's no; Auth0's token endpoint says it of a client that it does not know.
            "access_denied" if is_person => (number::OAUTH_ERROR_ACCESS_DENIED, Action::SignIn),
            "access_denied" => (number::OAUTH_ERROR_ACCESS_DENIED, Action::Fix),
            "unsupported_response_type" => (number::OAUTH_ERROR_RESPONSE_TYPE, Action::Fix),
            "server_error" => (number::OAUTH_ERROR_SERVER_ERROR, Action::Retry),
            "temporarily_unavailable" => (number::OAUTH_ERROR_TEMP_UNAVAILABLE, Action::Retry),
            "unsupported_token_type" => (number::OAUTH_ERROR_UNSUPPORTED_TOKEN, Action::Fix),
            // RFC 7591 section 3.2.2
            "invalid_redirect_uri" => (number::OAUTH_ERROR_INVALID_REDIRECT, Action::Fix),
            "invalid_client_metadata" => (number::OAUTH_ERROR_INVALID_METADATA, Action::Fix),
            // RFC 9449 sections 5 and 8; the second one where a nonce is asked for again and again.
            "invalid_dpop_proof" => (number::OAUTH_ERROR_INVALID_DPOP, Action::Fix),
            "use_dpop_nonce" => (number::OAUTH_ERROR_INVALID_DPOP, Action::Retry),
            // RFC 6750 section 3.1
            "invalid_token" => (number::OAUTH_ERROR_INVALID_TOKEN, Action::Fix),
            "insufficient_scope" => (number::OAUTH_ERROR_SCOPE, Action::Fix),
            // RFC 8628 section 3.5
            "expired_token" => (number::OAUTH_ERROR_EXPIRED_TOKEN, Action::SignIn),
            "authorization_pending" | "slow_down" => (number::OAUTH_ERROR_REFUSED, Action::Retry),
            // OpenID Connect Core section 3.1.2.6: a person has to do something first.
            "interaction_required" | "login_required" | "consent_required" | "account_selection_required" => {
                (number::OAUTH_ERROR_REFUSED, Action::SignIn)
            }
            // RFC 8707 section 2
            "invalid_target" => (number::OAUTH_ERROR_INVALID_TARGET, Action::Fix),
            // RFC 9101 section 7. What was pushed is good for one use, and for a while (RFC 9126 section 4).
            "invalid_request_uri" => (number::OAUTH_ERROR_REQUEST_OBJECT, Action::SignIn),
            "invalid_request_object" | "request_not_supported" | "request_uri_not_supported" => {
                (number::OAUTH_ERROR_REQUEST_OBJECT, Action::Fix)
            }
            // RFC 9396 section 5
            "invalid_authorization_details" => (number::OAUTH_ERROR_AUTH_DETAILS, Action::Fix),
            // OpenID Connect Core section 3.1.2.6: the request is wrong.
            "registration_not_supported" => (number::OAUTH_ERROR_REFUSED, Action::Fix),
            // In words of its own (LinkedIn: user_cancelled_login), a person's no.
            _ if is_person => (number::OAUTH_ERROR_REFUSED, Action::SignIn),
            _ if matches!(self.meaning, Meaning::AsItSays | Meaning::Grant(_))
                && matches!(self.status, 408 | 429 | 500..) =>
            {
                (number::OAUTH_ERROR_REFUSED, Action::Retry)
            }
            _ => (number::OAUTH_ERROR_REFUSED, Action::Fix),
        }
    }

    fn advice(&self) -> Cow<'static, str> {
        if let ("unsupported_grant_type", Meaning::Grant(GrantKind::Nearly(name))) =
            (self.error.as_str(), self.meaning)
        {
            return format!("check grant_type: did you mean {name}?").into();
        }
        let doubted = self.doubt.filter(|_| !matches!(self.meaning, Meaning::Dead | Meaning::Passing));
        doubted.and_then(|doubt| self.doubted(doubt)).unwrap_or_else(|| self.usual_advice().into())
    }

    fn doubted(&self, doubt: Doubt) -> Option<Cow<'static, str>> {
        // These are about something else.
        const OTHERS: [&str; 5] = [
            "invalid_scope",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_target",
            "server_error",
        ];
        let is_others = OTHERS.contains(&self.error.as_str());
        Some(match doubt {
            Doubt::Clock(_) | Doubt::Times | Doubt::Life if is_others => return None,
            Doubt::Clock(seconds) => {
                let side = if seconds > 0 { "behind" } else { "ahead of" };
                let seconds = seconds.unsigned_abs();
                format!("this machine's clock is {seconds} s {side} the server's: set it right").into()
            }
            _ if self.error == "invalid_dpop_proof" => return None,
            Doubt::Times => "the assertion's times are refused: check this machine's clock".into(),
            Doubt::Life => "the assertion's times are refused: check assertion_expires_in".into(),
            Doubt::Key if self.error == "invalid_client" || self.meaning == Meaning::Client => {
                "check client_id, the key, key_id and assertion_audience".into()
            }
            Doubt::Key => return None,
        })
    }

    fn usual_advice(&self) -> &'static str {
        match (self.error.as_str(), self.meaning) {
            ("access_denied", _) if self.status == 0 => "sign-in was refused",
            ("invalid_dpop_proof", Meaning::AsItSays | Meaning::Grant(_)) => {
                "the proof is refused: check dpop_alg, and this machine's clock"
            }
            ("use_dpop_nonce", Meaning::AsItSays | Meaning::Grant(_)) => {
                "the server asks for another DPoP nonce each time: try again later"
            }
            (_, Meaning::Declined) => "the person said no: begin again to ask once more",
            ("expired_token", _) => "nobody has agreed in time: begin again, with a new code",
            ("invalid_token", Meaning::Passing) => "call again, which gets another token, or sign in again",
            (_, Meaning::Passing) => "try again later",
            (_, Meaning::Dead) => "the code is wrong, used or too old: sign in again",
            (_, Meaning::Registrar) => "check initial_access_token; a registration may be gone at the server",
            ("invalid_client" | "access_denied", _) | (_, Meaning::Client) => {
                "check client_id, client_secret, client_auth and basic_encoding"
            }
            ("unsupported_grant_type" | "unauthorized_client", Meaning::Grant(_)) => {
                "check grant_type: the server does not know it, or not for this client"
            }
            ("unsupported_grant_type" | "unauthorized_client", _) => {
                "the server does not let this client do that"
            }
            ("invalid_scope", _) => "check scope",
            ("insufficient_scope", _) => "add to scope what it needs, and sign in again",
            ("unsupported_response_type", _) => "check response_type",
            ("invalid_redirect_uri", _) => "check redirect_uri, and redirect_uris in client_metadata",
            ("invalid_client_metadata", _) => "check client_metadata",
            ("unsupported_token_type", _) => "the server does not revoke such tokens: use oauth_forget",
            ("server_error" | "temporarily_unavailable", _) => "try again later",
            // OpenID Connect CIBA Core section 13
            ("unknown_user_id" | "expired_login_hint_token", _) => "check login_hint, or ciba_params",
            ("missing_user_code" | "invalid_user_code", _) => "ciba_params needs the person's user_code",
            ("invalid_binding_message", _) => "shorten binding_message, or leave signs out of it",
            ("invalid_target", _) => "check audience and resource",
            ("invalid_request_uri", _) => "what was pushed is used or too old: make a new URL",
            ("invalid_request_object", _) => "check request_object, the key, key_id and signing_alg",
            ("request_not_supported", _) => "the server takes no signed requests: set request_object to no",
            ("request_uri_not_supported", _) => "the server takes no pushed requests: set par to no",
            ("invalid_authorization_details", _) => "check authorization_details",
            ("", _) if self.status == 413 => "the request is too large for the server: ask for less",
            // Of prompt=none.
            ("login_required", _) if self.status == 0 => {
                "nobody is signed in there: make a URL without prompt=none"
            }
            ("interaction_required", _) if self.status == 0 => {
                "a person is needed: make a URL without prompt=none"
            }
            ("consent_required", _) if self.status == 0 => {
                "a person has to agree: make a URL without prompt=none"
            }
            ("account_selection_required", _) if self.status == 0 => {
                "make a URL without prompt=none, to choose one"
            }
            ("invalid_grant", Meaning::Grant(kind)) => kind.advice(),
            ("invalid_grant", _) => "the code is wrong, used or too old: sign in again",
            _ if self.known() == (number::OAUTH_ERROR_REFUSED, Action::SignIn) => "sign-in was refused",
            (_, Meaning::Grant(_)) => "the server refused: check grant_type, scope and token_params",
            _ => "the server refused",
        }
    }

    /// Code and words, as far as there are any, for the middle of a sentence.
    pub fn said(&self) -> String {
        let Self { error, description, status, .. } = self;
        match (error.as_str(), description.as_str()) {
            ("", "") => format!("status {status}"),
            ("", words) => format!("\"{words}\""),
            (code, "") => format!("\"{code}\""),
            // What the RFC's own code means stands in the sentence already.
            ("invalid_grant", words) => format!("\"{words}\""),
            (code, words) => format!("\"{code}: {words}\""),
        }
    }
}

impl GrantKind {
    fn advice(self) -> &'static str {
        match self {
            Self::Client => "check client_id, scope and audience",
            Self::Password => "check username and password",
            Self::Assertion => "check the assertion, its key, and this machine's clock",
            Self::Other | Self::Nearly(_) => "check token_params, and what this grant needs",
        }
    }
}

/// Why there is no answer yet, for the end of a sentence; what servers say as long as nobody has agreed is no news.
pub(super) fn pending_because(because: Option<&Error>) -> String {
    match because {
        Some(Error::Refused(refusal)) if refusal.error == "authorization_pending" => String::new(),
        Some(because) => format!(" ({because})"),
        None => String::new(),
    }
}

/// For the end of a sentence.
pub(super) fn quoted(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" (\"{words}\")")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.error.is_empty() {
            write!(f, "refused with status {}: {}", self.status, self.advice())?;
        } else {
            write!(f, "{}: {}", self.error, self.advice())?;
        }
        f.write_str(&quoted(&self.description))
    }
}
