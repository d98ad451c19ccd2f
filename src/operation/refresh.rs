//! A refresh token for a new access token (RFC 6749 section 6).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Outcome, Product, Repeat};
use crate::error::{Error, Result};
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::token_response;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Fingerprint;
use crate::time::Moment;
use crate::token::Token;

pub struct Refresh {
    settings: Arc<Settings>,
    old: Arc<Token>,
    refresh_token: Secret,
}

impl Refresh {
    pub fn new(settings: Arc<Settings>, old: Arc<Token>) -> Result<Self> {
        let refresh_token = old.refresh_token.clone().ok_or_else(|| {
            Error::sign_in("the access token is no longer good, and there is no refresh token")
        })?;
        Ok(Self { settings, old, refresh_token })
    }
}

impl OneRequest for Refresh {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        let request = self.settings.refresh_request(self.old.token_host.as_deref(), at)?;
        let verifier =
            self.old.code_verifier.as_ref().filter(|_| self.settings.token_requests.refresh_verifier);
        Ok(Dispatch {
            request: request.refresh(&self.refresh_token, verifier)?,
            spends: Some(Fingerprint::of(&self.refresh_token)),
            // A server that has rotated it, and whose answer was lost, may take the old one once more.
            repeat: Repeat::Always,
            or_else: None,
        })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let asked = ("token_endpoint", Asked::Refresh);
        let secrets = || [self.settings.secrets(), self.old.secrets(), signed.to_vec()].concat();
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        Ok(Product::Token(Arc::new(token_response::parse_refreshed(&answer, &self.old)?)))
    }
}
