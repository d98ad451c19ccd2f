//! Brings the server an authorization request before the person comes (RFC 9126).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::{Error, Result};
use crate::protocol::message::Response;
use crate::protocol::pushed;
use crate::protocol::refusal::Asked;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;

pub struct Push {
    pub settings: Arc<Settings>,
    /// What the URL would have said.
    pub parameters: Vec<(String, String)>,
}

impl Push {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for Push {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        let object = self.settings.request_object(&self.parameters, at)?;
        let request = pushed::request(self.settings.par_request(at)?, &self.parameters, object)?;
        // What is pushed once more has another name.
        Ok(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let asked = ("par_endpoint", Asked::Other);
        let secrets = || [self.settings.secrets(), signed.to_vec()].concat();
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        pushed::parse(&answer).map(Product::Pushed)
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}
