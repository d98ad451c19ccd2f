//! Asking for a person's consent, and asking whether it was given (RFC 8628, CIBA Core).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::exchange::identified;
use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::{Error, Result};
use crate::protocol::device::{parse_poll, Way};
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Fingerprint;
use crate::time::Moment;
use crate::token::Token;

pub struct AskPerson {
    pub settings: Arc<Settings>,
    pub way: Way,
}

impl AskPerson {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for AskPerson {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        let request = self.settings.person_request(self.way, at)?;
        // A code that nobody has seen is harmless; a telephone that rings twice is not.
        let repeat = match self.way {
            Way::Device => Repeat::Always,
            Way::Backchannel => Repeat::IfNotSent,
        };
        Ok(Dispatch { request, spends: None, repeat, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let endpoint = match self.way {
            Way::Device => "device_endpoint",
            Way::Backchannel => "ciba_endpoint",
        };
        let secrets = || [self.settings.secrets(), signed.to_vec()].concat();
        let asked = (endpoint, Asked::Other);
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        let person = self.way.parse(&answer, self.settings.endpoints.allow_http)?;
        Ok(Product::Person(Box::new(person)))
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}

pub struct Poll {
    pub settings: Arc<Settings>,
    pub way: Way,
    pub code: Secret,
    /// The token that is there already: no sentence repeats it.
    pub before: Option<Arc<Token>>,
}

impl Poll {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for Poll {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        let request = self.way.poll(self.settings.token_request(None, at)?, &self.code)?;
        let spends = Some(Fingerprint::of(&self.code));
        Ok(Dispatch { request, spends, repeat: Repeat::Never, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let secrets = || {
            let ours = [self.settings.secrets(), vec![self.code.clone()], signed.to_vec()].concat();
            ours.into_iter().chain(self.before.iter().flat_map(|token| token.secrets())).collect()
        };
        let asked = ("token_endpoint", Asked::Polled);
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        identified(&self.settings, parse_poll(&answer)?, None, answer.clock())
    }
}
