//! How tokens are asked for.
#![forbid(unsafe_code)]

use super::row::{query, Given, Kind, Row, Words};
use super::{Device, Settings};
use crate::constants as number;
use crate::error::Result;
use crate::protocol::added_headers::AddedHeaders;
use crate::protocol::client_auth::ClientAuth;
use crate::protocol::names::{Known, Names};
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
    /// Whether the code verifier is sent again with each refresh.
    pub refresh_verifier: bool,
    pub names: Names,
    /// Of a refresh; none: the same.
    pub refresh_names: Names,
    pub headers: AddedHeaders,
}

/// What may stand in a request at which the client shows who it is.
const KNOWN: Known = Known {
    names: &[
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "scope",
        "audience",
        "resource",
        "authorization_details",
        "username",
        "password",
        "assertion",
        "token",
        "token_type_hint",
        "device_code",
        "login_hint",
        "binding_message",
        "auth_req_id",
    ],
    needed: &["code", "refresh_token", "token", "device_code", "auth_req_id"],
};

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
    Row {
        number: number::OAUTH_REFRESH_VERIFIER,
        key: "refresh_verifier",
        kind: Kind::Word(|s| &s.token_requests.refresh_verifier, |s| &mut s.token_requests.refresh_verifier),
    },
    Row {
        number: number::OAUTH_TOKEN_HEADERS,
        key: "token_headers",
        kind: Kind::Own { get: |s| s.token_requests.headers.written.clone(), set: set_headers },
    },
    Row {
        number: number::OAUTH_TOKEN_NAMES,
        key: "token_names",
        kind: Kind::Own {
            get: |s| Secret::new(s.token_requests.names.written()),
            set: |s, given| given.names(&KNOWN, &mut s.token_requests.names),
        },
    },
    Row {
        number: number::OAUTH_REFRESH_NAMES,
        key: "refresh_names",
        kind: Kind::Own {
            get: |s| Secret::new(s.token_requests.refresh_names.written()),
            set: |s, given| given.names(&KNOWN, &mut s.token_requests.refresh_names),
        },
    },
];

impl Words for RequestBody {
    const WORDS: &'static [(&'static str, Self)] =
        &[("form", Self::Form), ("json", Self::Json), ("query", Self::Query), ("get", Self::Get)];
}

fn set_headers(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    // One a line: what else ends a line is refused with the header.
    settings.token_requests.headers =
        AddedHeaders::parse(given.raw).map_err(|reason| given.refused(reason))?;
    Ok(())
}

impl Settings {
    /// To the token endpoint, for all but a refresh. `host`: where a redirect has said that tokens are.
    pub fn token_request(&self, host: Option<&str>, at: &Moment) -> Result<TokenRequest<'_>> {
        self.check_grant_supported()?;
        self.check_auth_supported(self.method())?;
        self.request_to(self.token_url()?, host, &self.token_requests.token_params, self.method(), at)
    }

    pub fn refresh_request(&self, host: Option<&str>, at: &Moment) -> Result<TokenRequest<'_>> {
        let TokenRequests { names, refresh_names, refresh_params, .. } = &self.token_requests;
        let names = if refresh_names.is_empty() { names } else { refresh_names };
        let method = self.client.refresh_method.unwrap_or_else(|| self.method());
        self.check_auth_supported(method)?;
        Ok(TokenRequest { names, ..self.request_to(self.refresh_url()?, host, refresh_params, method, at)? })
    }

    /// Where tokens are asked for, as far as that can be said.
    pub fn urls_of_tokens(&self, host: Option<&str>) -> impl Iterator<Item = String> + '_ {
        let urls = [self.token_url(), self.refresh_url()].into_iter().flatten();
        let host = host.map(str::to_owned);
        urls.filter_map(move |url| self.at_token_host(url, host.as_deref()).ok())
    }

    /// RFC 7009 section 2.1 knows no other parameters.
    pub fn revocation_request(&self, host: Option<&str>, at: &Moment) -> Result<TokenRequest<'_>> {
        self.bare_request(self.revocation_url()?, host, at)
    }

    /// Nor does RFC 7662 section 2.1.
    pub fn introspection_request(&self, host: Option<&str>, at: &Moment) -> Result<TokenRequest<'_>> {
        self.bare_request(self.introspection_url()?, host, at)
    }

    /// To an endpoint at which the client shows who it is, and that knows no parameters of a token request's.
    pub(super) fn bare_request(
        &self,
        url: String,
        host: Option<&str>,
        at: &Moment,
    ) -> Result<TokenRequest<'_>> {
        const NONE: &Secret = &Secret::EMPTY;
        let request = self.request_to(url, host, NONE, self.method(), at)?;
        Ok(TokenRequest { resource: "", ..request })
    }

    pub(super) fn request_to<'a>(
        &'a self,
        url: String,
        host: Option<&str>,
        extra: &'a Secret,
        method: ClientAuth,
        at: &Moment,
    ) -> Result<TokenRequest<'a>> {
        let url = self.at_token_host(url, host)?;
        self.check_certificate(method)?;
        let TokenRequests { body, names, headers, .. } = &self.token_requests;
        let (client, resource) = (&self.client, self.grant.resource.as_str());
        let assertion = self.client_assertion(method, host, at)?;
        let (body, method) = (*body, Some(method));
        Ok(TokenRequest { url, client, body, extra, resource, names, headers, method, assertion })
    }

    /// What no sentence may repeat.
    pub fn secrets(&self) -> Vec<Secret> {
        let TokenRequests { token_params, refresh_params, headers, .. } = &self.token_requests;
        let Device { params, ciba_params, .. } = &self.device;
        let mut secrets = self.client.secrets([token_params, refresh_params, params, ciba_params]);
        secrets.extend(headers.secrets());
        secrets.extend([self.grant.password.clone(), self.grant.assertion.clone()]);
        secrets.push(self.registration.initial_access_token.clone());
        secrets
    }
}
