//! An operation as a conversation that someone carries: it gives a request, takes the response, and ends with a token.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::json::Json;
use crate::lease::RenewalLease;
use crate::pending::Answer;
use crate::protocol::message::{Request, Response};
use crate::protocol::redactor::Redactor;
use crate::protocol::token_response;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::system;
use crate::token::{Purpose, Token};

pub enum Operation {
    Exchange(Answer),
    /// `purpose`: what the caller wanted, where it was not the refresh itself.
    Refresh {
        old: Option<Token>,
        /// Which of the client's tokens that is.
        serial: u32,
        purpose: Option<Purpose>,
    },
}

impl Operation {
    pub fn refresh(purpose: Option<Purpose>) -> Self {
        Self::Refresh { old: None, serial: 0, purpose }
    }

    pub fn purpose(&self) -> Option<Purpose> {
        match self {
            Self::Refresh { purpose, .. } => *purpose,
            Self::Exchange(_) => None,
        }
    }

    /// Tells the operation which token is held.
    pub fn prepare(&mut self, held: Option<(&Token, u32)>) -> Result<()> {
        match self {
            Self::Exchange(answer) => {
                answer.held = held.map(|(token, _)| token.secrets()).unwrap_or_default();
            }
            Self::Refresh { old, serial, .. } => {
                let (held, number) = held.ok_or_else(|| Error::sign_in("there is no token yet"))?;
                if held.refresh_token.is_none() {
                    return Err(Error::sign_in(
                        "the access token is no longer good, and there is no refresh token",
                    ));
                }
                *old = Some(held.clone());
                *serial = number;
            }
        }
        Ok(())
    }

    pub fn refresh_token(&self) -> Option<&Secret> {
        match self {
            Self::Refresh { old, .. } => old.as_ref()?.refresh_token.as_ref(),
            Self::Exchange(_) => None,
        }
    }

    pub fn request(&self, settings: &Settings) -> Result<Request> {
        match self {
            Self::Exchange(answer) => settings.token_request()?.exchange(
                &answer.code,
                &answer.redirect_uri,
                answer.verifier.as_ref().map(Secret::expose),
            ),
            Self::Refresh { .. } => {
                let token = self.refresh_token();
                let token = token.ok_or_else(|| Error::sign_in("there is no refresh token"))?;
                settings.refresh_request()?.refresh(token)
            }
        }
    }

    pub fn response(&self, settings: &Settings, response: &Response, now: i64) -> Result<Token> {
        let secrets = self.secrets(settings);
        let words = Redactor::new(secrets.iter().map(Secret::expose));
        let token = token_response::parse(&settings.answer, response, &words, now)?;
        Ok(match self {
            // QuickBooks: `realmId` comes with the redirect alone.
            Self::Exchange(answer) => token.with_extra(answer.extra.iter().map(as_member)),
            Self::Refresh { old: Some(old), .. } => token.keeping(old),
            Self::Refresh { old: None, .. } => token.with_extra(std::iter::empty()),
        })
    }

    /// What was sent: some servers repeat it in their words.
    fn secrets(&self, settings: &Settings) -> Vec<Secret> {
        let mut secrets = settings.secrets();
        match self {
            Self::Exchange(answer) => {
                secrets.push(answer.code.clone());
                secrets.extend(answer.verifier.clone());
                secrets.extend(answer.held.iter().cloned());
            }
            Self::Refresh { old, .. } => secrets.extend(old.iter().flat_map(Token::secrets)),
        }
        secrets
    }
}

fn as_member((name, value): &(String, String)) -> (String, Json) {
    (name.clone(), Json::Text(Secret::new(value.as_str())))
}

/// An operation whose request the caller is to send.
pub struct WaitingRequest {
    pub operation: Operation,
    pub settings: Arc<Settings>,
    pub request: Request,
    pub thread: u64,
    /// Of a refresh: nobody else renews the token meanwhile.
    pub lease: Option<RenewalLease>,
    since: Instant,
}

impl WaitingRequest {
    pub fn new(
        operation: Operation,
        settings: Arc<Settings>,
        request: Request,
        lease: Option<RenewalLease>,
    ) -> Self {
        let (thread, since) = (system::thread_number(), Instant::now());
        Self { operation, settings, request, thread, lease, since }
    }

    /// Whether another thread may still be sending it. A thread that calls again has given its request up.
    pub fn is_busy(&self, timeout: u32) -> bool {
        self.thread != system::thread_number() && self.since.elapsed() < Duration::from_secs(timeout.into())
    }
}
