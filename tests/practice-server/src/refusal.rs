#![forbid(unsafe_code)]
//! Token requests that are refused, and each server's manner of saying so.

use serde_json::json;

use crate::dialect::{Answer, Dialect, Errors};
use crate::form;
use crate::response::Response;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Request,
    Client,
    Code,
    Redirect,
    RefreshToken,
    GrantType,
    TokenType,
    Scope,
    /// RFC 9449 §5 and §8.
    Proof,
    Nonce,
    /// RFC 8628 §3.5, by its code.
    Device(&'static str),
}

#[derive(Debug)]
pub struct Refusal {
    pub reason: Reason,
    pub why: String,
}

impl Refusal {
    pub fn new(reason: Reason, why: impl Into<String>) -> Refusal {
        Refusal { reason, why: why.into() }
    }

    pub fn request(why: impl Into<String>) -> Refusal {
        Refusal::new(Reason::Request, why)
    }

    pub fn client(why: impl Into<String>) -> Refusal {
        Refusal::new(Reason::Client, why)
    }

    /// `accepts_json` is what the client asked for, where the server cares.
    pub fn response(&self, dialect: &Dialect, accepts_json: bool) -> Response {
        match dialect.errors {
            Errors::Rfc => self.in_rfc_manner(),
            Errors::Auth0 => self.in_auth0_manner(),
            Errors::Doorkeeper => self.in_doorkeeper_manner(),
            Errors::GitHub => self.in_github_manner(dialect, accepts_json),
            // Slack answers 200 whatever happened.
            Errors::Slack => Response::json(200, &json!({"ok": false, "error": self.slack_name()})),
        }
    }

    /// RFC 6749 §5.2
    fn rfc_name(&self) -> &'static str {
        match self.reason {
            Reason::Request => "invalid_request",
            Reason::Client => "invalid_client",
            Reason::Code | Reason::Redirect | Reason::RefreshToken => "invalid_grant",
            Reason::GrantType => "unsupported_grant_type",
            // RFC 7009 §2.2.1
            Reason::TokenType => "unsupported_token_type",
            Reason::Scope => "invalid_scope",
            Reason::Proof => "invalid_dpop_proof",
            Reason::Nonce => "use_dpop_nonce",
            Reason::Device(code) => code,
        }
    }

    /// What an API says, to who came with that scheme (RFC 6750 §3, RFC 9449 §7.1).
    pub fn challenge(&self, scheme: &str) -> Response {
        let (name, why) = (self.rfc_name(), &self.why);
        let header = format!("{scheme} realm=\"practice\", error=\"{name}\", error_description=\"{why}\"");
        Response::json(401, &json!({"error": name, "error_description": why}))
            .with("WWW-Authenticate", &header)
    }

    fn in_rfc_manner(&self) -> Response {
        let body = json!({"error": self.rfc_name(), "error_description": self.why});
        match self.reason {
            Reason::Client => Response::json(401, &body).with("WWW-Authenticate", "Basic realm=\"practice\""),
            _ => Response::json(400, &body),
        }
    }

    fn in_auth0_manner(&self) -> Response {
        let (status, name, why) = match self.reason {
            Reason::Client => (401, "access_denied", "Unauthorized"),
            Reason::RefreshToken => (403, "invalid_grant", "Unknown or invalid refresh token."),
            Reason::Code | Reason::Redirect => (403, "invalid_grant", self.why.as_str()),
            Reason::GrantType => (403, "unsupported_grant_type", self.why.as_str()),
            Reason::Request
            | Reason::TokenType
            | Reason::Scope
            | Reason::Proof
            | Reason::Nonce
            | Reason::Device(_) => (400, self.rfc_name(), self.why.as_str()),
        };
        Response::json(status, &json!({"error": name, "error_description": why}))
    }

    /// Doorkeeper 4 says 401 to every mistake of a client.
    fn in_doorkeeper_manner(&self) -> Response {
        let status = if self.reason == Reason::GrantType { 400 } else { 401 };
        let name = self.rfc_name();
        Response::json(status, &json!({"error": name, "error_description": self.why}))
            .with("WWW-Authenticate", &format!("Bearer realm=\"Doorkeeper\", error=\"{name}\""))
    }

    /// GitHub has names of its own, and status 200 for all of them.
    fn in_github_manner(&self, dialect: &Dialect, accepts_json: bool) -> Response {
        let name = match self.reason {
            Reason::Client => "incorrect_client_credentials",
            Reason::Code => "bad_verification_code",
            Reason::Redirect => "redirect_uri_mismatch",
            Reason::RefreshToken => "bad_refresh_token",
            Reason::Request
            | Reason::GrantType
            | Reason::TokenType
            | Reason::Scope
            | Reason::Proof
            | Reason::Nonce
            | Reason::Device(_) => self.rfc_name(),
        };
        if dialect.answer == Answer::FormUnlessAsked && accepts_json {
            return Response::json(200, &json!({"error": name, "error_description": self.why}));
        }
        let text = form::write([("error", name), ("error_description", self.why.as_str())]);
        Response::new(200, "application/x-www-form-urlencoded; charset=utf-8", text)
    }

    fn slack_name(&self) -> &'static str {
        match self.reason {
            Reason::Client => "bad_client_secret",
            Reason::Code => "invalid_code",
            Reason::Redirect => "bad_redirect_uri",
            Reason::RefreshToken => "invalid_refresh_token",
            Reason::GrantType => "invalid_grant_type",
            Reason::Request | Reason::TokenType | Reason::Proof | Reason::Nonce | Reason::Device(_) => {
                "invalid_arguments"
            }
            Reason::Scope => "invalid_scope",
        }
    }
}
