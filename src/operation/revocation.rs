//! Tells the server that its tokens are no longer needed (RFC 7009): the refresh token, then the access token.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Dispatch, Event, Operation, Product, Repeat, Step};
use crate::error::{Error, Result};
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::revocation::{self, Hint};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;
use crate::token::Token;

pub struct Revocation {
    settings: Arc<Settings>,
    /// Those that the server still has.
    left: VecDeque<(Hint, Secret)>,
    secrets: Vec<Secret>,
    /// Where the tokens are from, if not from the configured host.
    token_host: Option<String>,
    /// In the last request.
    signed: Vec<Secret>,
    has_revoked: bool,
}

impl Revocation {
    pub fn new(settings: Arc<Settings>, token: &Token) -> Self {
        let refresh_token = token.refresh_token.iter().map(|secret| (Hint::RefreshToken, secret));
        let all = refresh_token.chain([(Hint::AccessToken, &token.access_token)]);
        let left = all.map(|(hint, secret)| (hint, secret.clone())).collect();
        let token_host = token.token_host.clone();
        Self { settings, left, secrets: token.secrets(), token_host, signed: Vec::new(), has_revoked: false }
    }

    fn request(&self, hint: Hint, token: &Secret, at: &Moment) -> Result<Dispatch> {
        let request = self.settings.revocation_request(self.token_host.as_deref(), at)?;
        let request = revocation::request(request, hint, token)?;
        Ok(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64) -> Result<()> {
        let asked = ("revocation_endpoint", Asked::Other);
        let secrets = || [&self.settings.secrets()[..], &self.secrets, &self.signed].concat();
        let answer = self.settings.answer_from(asked, response, now, &secrets, !self.signed.is_empty());
        match revocation::parse(&answer) {
            // RFC 7009 section 2.2.1: without its refresh token, it lives until it expires.
            Err(Error::Refused(refusal)) if self.has_revoked && refusal.error == revocation::UNSUPPORTED => {
                Ok(())
            }
            read => read,
        }
    }

    /// Who is told of one token alone would think that nothing has happened.
    fn failed(&self, error: Error) -> Step {
        Step::Done(Err(if self.has_revoked { Error::HalfRevoked(Box::new(error)) } else { error }))
    }
}

impl Operation for Revocation {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        match event {
            Event::Start => match self.left.front().map(|(hint, token)| self.request(*hint, token, at)) {
                None => Step::Done(Ok(Product::Nothing)),
                Some(Ok(dispatch)) => {
                    self.signed = dispatch.request.signed_texts();
                    Step::Send(dispatch)
                }
                Some(Err(error)) => self.failed(error),
            },
            Event::Answer(response) => match self.read(response, at.now) {
                Ok(()) => {
                    self.left.pop_front();
                    self.has_revoked = true;
                    self.step(Event::Start, at)
                }
                Err(error) => self.failed(error),
            },
            Event::NoAnswer { error, .. } => self.failed(error),
            Event::Abandoned => self.failed(Error::NoAnswer),
        }
    }
}
