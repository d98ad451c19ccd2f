//! How tokens are asked for.
#![forbid(unsafe_code)]

use super::row::{put, word, Row};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::protocol::token_request::{RequestBody, TokenRequest};
use crate::secret::Secret;

#[derive(Clone, Debug, Default)]
pub struct TokenRequests {
    pub body: RequestBody,
    /// More parameters for a code's exchange, as a query string.
    pub token_params: Secret,
    /// The same for a refresh.
    pub refresh_params: Secret,
}

const BODIES: &[(&str, RequestBody)] =
    &[("form", RequestBody::Form), ("json", RequestBody::Json), ("query", RequestBody::Query)];

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_REQUEST_BODY,
        key: "request_body",
        get: |settings| word(BODIES, &settings.token_requests.body),
        set: |settings, given| put(given.choice(BODIES), &mut settings.token_requests.body),
    },
    Row {
        number: number::OAUTH_TOKEN_PARAMS,
        key: "token_params",
        get: |settings| settings.token_requests.token_params.clone(),
        set: |settings, given| put(given.query().map(Secret::new), &mut settings.token_requests.token_params),
    },
    Row {
        number: number::OAUTH_REFRESH_PARAMS,
        key: "refresh_params",
        get: |settings| settings.token_requests.refresh_params.clone(),
        set: |settings, given| {
            put(given.query().map(Secret::new), &mut settings.token_requests.refresh_params)
        },
    },
];

impl Settings {
    /// To the token endpoint, for what a sign-in has brought.
    pub fn token_request(&self) -> Result<TokenRequest<'_>> {
        Ok(self.request_to(self.token_url()?, &self.token_requests.token_params))
    }

    pub fn refresh_request(&self) -> Result<TokenRequest<'_>> {
        Ok(self.request_to(self.refresh_url()?, &self.token_requests.refresh_params))
    }

    /// RFC 7009 section 2.1 knows no other parameters.
    pub fn revocation_request(&self) -> Result<TokenRequest<'_>> {
        const NONE: &Secret = &Secret::EMPTY;
        Ok(self.request_to(self.revocation_url()?, NONE))
    }

    fn request_to<'a>(&'a self, url: String, extra: &'a Secret) -> TokenRequest<'a> {
        TokenRequest { url, client: &self.client, body: self.token_requests.body, extra }
    }

    /// What no sentence may repeat.
    pub fn secrets(&self) -> Vec<Secret> {
        self.client.secrets([&self.token_requests.token_params, &self.token_requests.refresh_params])
    }
}
