//! How tokens are asked for.
#![forbid(unsafe_code)]

use super::row::{query, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::protocol::token_request::{RequestBody, TokenRequest};
use crate::secret::Secret;
use crate::time::Moment;

#[derive(Clone, Debug, Default)]
pub struct TokenRequests {
    pub body: RequestBody,
    /// More parameters for a code or a machine's grant, as a query string.
    pub token_params: Secret,
    /// The same for a refresh.
    pub refresh_params: Secret,
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_REQUEST_BODY,
        key: "request_body",
        kind: Kind::Word(|s| &s.token_requests.body, |s| &mut s.token_requests.body),
    },
    Row {
        number: number::OAUTH_TOKEN_PARAMS,
        key: "token_params",
        kind: Kind::Secret(query, |s| &s.token_requests.token_params, |s| &mut s.token_requests.token_params),
    },
    Row {
        number: number::OAUTH_REFRESH_PARAMS,
        key: "refresh_params",
        kind: Kind::Secret(
            query,
            |s| &s.token_requests.refresh_params,
            |s| &mut s.token_requests.refresh_params,
        ),
    },
];

impl Words for RequestBody {
    const WORDS: &'static [(&'static str, Self)] =
        &[("form", Self::Form), ("json", Self::Json), ("query", Self::Query)];
}

impl Settings {
    /// To the token endpoint, for all but a refresh.
    pub fn token_request<'a>(&'a self, at: &'a Moment) -> Result<TokenRequest<'a>> {
        Ok(self.request_to(self.token_url()?, &self.token_requests.token_params, at))
    }

    pub fn refresh_request<'a>(&'a self, at: &'a Moment) -> Result<TokenRequest<'a>> {
        Ok(self.request_to(self.refresh_url()?, &self.token_requests.refresh_params, at))
    }

    /// RFC 7009 section 2.1 knows no other parameters.
    pub fn revocation_request<'a>(&'a self, at: &'a Moment) -> Result<TokenRequest<'a>> {
        const NONE: &Secret = &Secret::EMPTY;
        Ok(TokenRequest { resource: "", ..self.request_to(self.revocation_url()?, NONE, at) })
    }

    fn request_to<'a>(&'a self, url: String, extra: &'a Secret, at: &'a Moment) -> TokenRequest<'a> {
        let resource = &self.grant.resource;
        TokenRequest { url, client: &self.client, body: self.token_requests.body, extra, resource, at }
    }

    /// What no sentence may repeat.
    pub fn secrets(&self) -> Vec<Secret> {
        let added = [&self.token_requests.token_params, &self.token_requests.refresh_params];
        let mut secrets = self.client.secrets(added);
        secrets.extend([self.grant.password.clone(), self.grant.assertion.clone()]);
        secrets
    }
}
