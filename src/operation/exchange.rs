//! A code for tokens (RFC 6749 section 4.1.3).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::Result;
use crate::json::Json;
use crate::protocol::id_token;
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::token_response;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Fingerprint;
use crate::time::{Clock, Moment};
use crate::token::Token;

pub struct Exchange {
    pub settings: Arc<Settings>,
    pub code: Secret,
    /// Of the code.
    pub fingerprint: Fingerprint,
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    /// That of the authorization request.
    pub nonce: Option<Secret>,
    /// Parameters that came with the redirect and are not ours, such as QuickBooks' `realmId`.
    pub extra: Vec<(String, String)>,
    /// Where it goes, if not to the configured host.
    pub token_host: Option<String>,
    /// The token that is there already: no sentence repeats it.
    pub before: Option<Arc<Token>>,
}

impl Exchange {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for Exchange {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        let verifier = self.verifier.as_ref().map(Secret::expose);
        let request = self.settings.token_request(self.token_host.as_deref(), at)?;
        Ok(Dispatch {
            request: request.exchange(&self.code, &self.redirect_uri, verifier)?,
            spends: Some(self.fingerprint),
            repeat: Repeat::IfNotSent,
            or_else: None,
        })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let secrets = || {
            let ours = [Some(&self.code), self.verifier.as_ref()].into_iter().flatten().chain(signed);
            let mut secrets: Vec<_> = ours.cloned().chain(self.settings.secrets()).collect();
            secrets.extend(self.before.iter().flat_map(|token| token.secrets()));
            secrets
        };
        let asked = ("token_endpoint", Asked::Code);
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        let mut token = token_response::parse(&answer)?;
        let member = |(name, value): &(String, String)| (name.clone(), Json::of_text(value));
        let is_kept = self.settings.token_requests.refresh_verifier;
        token.code_verifier = self.verifier.as_ref().filter(|_| is_kept).cloned();
        token.token_host.clone_from(&self.token_host);
        token.redirect = self.extra.iter().map(member).collect();
        identified(&self.settings, token, self.nonce.as_ref(), answer.clock())
    }
}

/// The token of somebody who has signed in, with the ID token that came along (OpenID Connect Core section 3.1.3.7). A
/// server that knows of no OpenID sends none.
pub(super) fn identified(settings: &Settings, token: Token, nonce: Option<&Secret>, clock: Clock) -> Outcome {
    let expected = settings.expected_of_id_token(&token.access_token, nonce, clock);
    let is_checked = settings.checks_id_token();
    let id_token = token.id_token.as_ref().filter(|_| is_checked);
    let claims = id_token.map(|text| id_token::check(text, &expected)).transpose()?;
    let token = Arc::new(token.bounded());
    Ok(match claims {
        Some(claims) => Product::Identified(token, Box::new(claims)),
        None => Product::Token(token),
    })
}
