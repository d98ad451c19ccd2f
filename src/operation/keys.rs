//! The server's public keys (RFC 7517), as anybody may read them.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::protocol::message::{Request, Response};
use crate::protocol::refusal::Asked;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;

pub struct KeyRequest {
    pub settings: Arc<Settings>,
    pub url: String,
}

impl KeyRequest {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for KeyRequest {
    fn request(&self, _at: &Moment) -> Result<Dispatch> {
        let request = Request::get(&self.url, "application/jwk-set+json, application/json");
        Ok(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let secrets = || [self.settings.secrets(), signed.to_vec()].concat();
        let answer = self.settings.answer_from(("jwks_uri", Asked::Other), response, now, &secrets, false);
        let members = answer.needed_members()?;
        match members.member("keys") {
            Some(Json::List(_)) if answer.is_success() => Ok(Product::Members(members)),
            _ if answer.is_success() => Err(answer.odd("it is no JWK Set")),
            _ => Err(answer.without_code(&members)),
        }
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}
