//! What the server says of an access token (RFC 7662).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::{Error, Result};
use crate::protocol::introspection;
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;
use crate::token::Token;

pub struct Introspection {
    pub settings: Arc<Settings>,
    pub token: Arc<Token>,
}

impl Introspection {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for Introspection {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        let request = self.settings.introspection_request(self.token.token_host.as_deref(), at)?;
        let request = introspection::request(request, &self.token.access_token)?;
        Ok(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let asked = ("introspection_endpoint", Asked::Other);
        let secrets = || [self.settings.secrets(), self.token.secrets(), signed.to_vec()].concat();
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        introspection::parse(&answer).map(Product::Members)
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}
