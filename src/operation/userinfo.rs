//! Who has signed in, as the server says it to whoever has their access token (OpenID Connect Core section 5.3).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, OneRequest, Operation, Outcome, Product, Repeat, Single};
use crate::error::{Error, Result};
use crate::protocol::message::{Request, Response};
use crate::protocol::refusal::Asked;
use crate::protocol::userinfo::{self, Userinfo};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;

pub struct UserinfoRequest {
    pub settings: Arc<Settings>,
    /// How the token is shown: Bearer or DPoP.
    pub scheme: &'static str,
    pub access_token: Secret,
}

impl UserinfoRequest {
    pub fn operation(self) -> Box<dyn Operation> {
        Box::new(Single::new(self))
    }
}

impl OneRequest for UserinfoRequest {
    fn request(&self, _at: &Moment) -> Result<Dispatch> {
        let url = self.settings.userinfo_url()?;
        let mut request = Request::get(&url, "application/json, application/jwt");
        let shown = Secret::new([self.scheme, " ", self.access_token.expose()].concat());
        request.headers.push(("Authorization".into(), shown));
        // A token that was refused once is no better the next time.
        Ok(Dispatch { request, spends: None, repeat: Repeat::IfNotSent, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, _signed: &[Secret]) -> Outcome {
        let secrets = || {
            let mut secrets = self.settings.secrets();
            secrets.push(self.access_token.clone());
            secrets
        };
        let asked = ("userinfo_endpoint", Asked::Other);
        let answer = self.settings.answer_from(asked, response, now, &secrets, false);
        let expected = self.settings.expected_of_id_token(&self.access_token, None, answer.clock());
        match userinfo::parse(&answer, &expected)? {
            Userinfo::Plain(members) => Ok(Product::Members(members)),
            Userinfo::Signed(jwt) => Ok(Product::Signed(Box::new(jwt))),
        }
    }

    fn unanswered(&self, error: Error) -> Error {
        error
    }
}
