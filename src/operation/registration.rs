//! A client that registers itself (RFC 7591), and takes that back (RFC 7592).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::{Error, Result};
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::registration;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;

pub struct Registration {
    pub settings: Arc<Settings>,
}

/// Where the server has said, and with what it has given for that.
pub struct Unregistration {
    pub settings: Arc<Settings>,
    pub url: String,
    pub token: Secret,
}

impl Registration {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl Unregistration {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for Registration {
    fn request(&self, _at: &Moment) -> Result<Dispatch> {
        let initial = &self.settings.registration.initial_access_token;
        let request = registration::request(
            &self.settings.registration_url()?,
            &self.settings.client_metadata(),
            initial,
        );
        // Each that arrives makes one more client.
        Ok(Dispatch { request, spends: None, repeat: Repeat::IfNotSent, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, _signed: &[Secret]) -> Outcome {
        let asked = ("registration_endpoint", Asked::Other);
        let secrets = || self.settings.secrets();
        let answer = self.settings.answer_from(asked, response, now, &secrets, false);
        registration::parse(&answer).map(Product::Members)
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}

impl OneRequest for Unregistration {
    fn request(&self, _at: &Moment) -> Result<Dispatch> {
        let request = registration::removal(&self.url, &self.token);
        Ok(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, _signed: &[Secret]) -> Outcome {
        let asked = ("registration_endpoint", Asked::Other);
        let secrets = || [self.settings.secrets(), vec![self.token.clone()]].concat();
        let answer = self.settings.answer_from(asked, response, now, &secrets, false);
        registration::parse_removal(&answer).map(|()| Product::Nothing)
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}
