//! A refresh token for a new access token (RFC 6749 section 6).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Outcome, Product, Repeat};
use crate::error::{Error, Result};
use crate::protocol::id_token;
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::token_response;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Fingerprint;
use crate::time::{Clock, Moment};
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
        let token = token_response::parse_refreshed(&answer, &self.old)?;
        self.identified(token, answer.clock())
    }
}

impl Refresh {
    /// A new ID token must be about the same person (OpenID Connect Core section 12.2), or else nothing of the answer is.
    /// Of one that is no good for another reason nothing is taken, and what was checked before stays.
    fn identified(&self, mut token: Token, clock: Clock) -> Outcome {
        let (old, settings) = (&self.old, &self.settings);
        let new = token.id_token.clone().filter(|new| old.id_token.as_ref() != Some(new));
        let Some(new) = new else { return Ok(Product::Token(Arc::new(token))) };
        let checked = old.id_token.as_ref().filter(|_| old.is_id_checked);
        if let Some(before) = checked {
            id_token::check_same(new.expose(), before.expose())?;
            (token.id_token, token.is_id_checked) = (Some(before.clone()), true);
        }
        let expected = settings.expected_of_id_token(&token.access_token, None, clock);
        let claims = settings.checks_id_token().then(|| id_token::check(&new, &expected));
        Ok(match claims {
            Some(Ok(claims)) => Product::Identified(Arc::new(token), Box::new(claims)),
            Some(Err(_)) | None => Product::Token(Arc::new(token)),
        })
    }
}
