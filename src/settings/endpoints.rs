//! Where the authorization server is.
#![forbid(unsafe_code)]

use std::sync::Arc;

use once_cell::race::OnceBox;

use super::row::{text, Given, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::protocol::metadata::Metadata;
use crate::uri;

#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// What each endpoint that begins with `/` is appended to.
    pub base_url: String,
    pub issuer: String,
    /// Whether each answer to a sign-in has to name it.
    pub require_iss: bool,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    /// Empty: the token endpoint.
    pub refresh_endpoint: String,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    pub registration_endpoint: String,
    /// Empty: where the issuer leads to.
    pub metadata_url: String,
    /// Whether what the server says that it lacks is asked for all the same.
    pub allow_unsupported: bool,
    pub device_endpoint: String,
    pub ciba_endpoint: String,
    pub allow_http: bool,
    /// What the issuer says of itself, once that is known: it stands for what is not set.
    metadata: Option<Arc<Metadata>>,
    /// The token endpoint as a whole URL, checked; made on first use, and again when something here has changed.
    /// Nobody waits for who makes it: the child of a fork has it, and not that thread.
    checked_token_url: OnceBox<String>,
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_BASE_URL,
        key: "base_url",
        kind: Kind::Text(whole_url, |s| &s.endpoints.base_url, |s| &mut changed(s).base_url),
    },
    Row {
        number: number::OAUTH_ISSUER,
        key: "issuer",
        kind: Kind::Text(text, |s| &s.endpoints.issuer, |s| &mut anothers(s).issuer),
    },
    Row {
        number: number::OAUTH_REQUIRE_ISS,
        key: "require_iss",
        kind: Kind::Word(|s| &s.endpoints.require_iss, |s| &mut s.endpoints.require_iss),
    },
    Row {
        number: number::OAUTH_AUTHORIZATION_ENDPOINT,
        key: "authorization_endpoint",
        kind: Kind::Text(
            url_or_path,
            |s| &s.endpoints.authorization_endpoint,
            |s| &mut s.endpoints.authorization_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_TOKEN_ENDPOINT,
        key: "token_endpoint",
        kind: Kind::Text(for_requests, |s| &s.endpoints.token_endpoint, |s| &mut changed(s).token_endpoint),
    },
    Row {
        number: number::OAUTH_REFRESH_ENDPOINT,
        key: "refresh_endpoint",
        kind: Kind::Text(
            for_requests,
            |s| &s.endpoints.refresh_endpoint,
            |s| &mut s.endpoints.refresh_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_REVOCATION_ENDPOINT,
        key: "revocation_endpoint",
        kind: Kind::Text(
            for_requests,
            |s| &s.endpoints.revocation_endpoint,
            |s| &mut s.endpoints.revocation_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_INTROSPECTION_ENDPOINT,
        key: "introspection_endpoint",
        kind: Kind::Text(
            for_requests,
            |s| &s.endpoints.introspection_endpoint,
            |s| &mut s.endpoints.introspection_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_REGISTRATION_ENDPOINT,
        key: "registration_endpoint",
        kind: Kind::Text(
            for_requests,
            |s| &s.endpoints.registration_endpoint,
            |s| &mut s.endpoints.registration_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_METADATA_URL,
        key: "metadata_url",
        kind: Kind::Text(for_requests, |s| &s.endpoints.metadata_url, |s| &mut anothers(s).metadata_url),
    },
    Row {
        number: number::OAUTH_ALLOW_UNSUPPORTED,
        key: "allow_unsupported",
        kind: Kind::Word(|s| &s.endpoints.allow_unsupported, |s| &mut s.endpoints.allow_unsupported),
    },
    Row {
        number: number::OAUTH_DEVICE_ENDPOINT,
        key: "device_endpoint",
        kind: Kind::Text(
            for_requests,
            |s| &s.endpoints.device_endpoint,
            |s| &mut s.endpoints.device_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_CIBA_ENDPOINT,
        key: "ciba_endpoint",
        kind: Kind::Text(for_requests, |s| &s.endpoints.ciba_endpoint, |s| &mut s.endpoints.ciba_endpoint),
    },
    Row {
        number: number::OAUTH_ALLOW_HTTP,
        key: "allow_http",
        kind: Kind::Word(|s| &s.endpoints.allow_http, |s| &mut changed(s).allow_http),
    },
];

impl Words for bool {
    const WORDS: &'static [(&'static str, Self)] =
        &[("yes", true), ("no", false), ("true", true), ("false", false), ("1", true), ("0", false)];
}

/// What is made of them is made anew.
fn changed(settings: &mut Settings) -> &mut Endpoints {
    settings.endpoints.checked_token_url = OnceBox::new();
    &mut settings.endpoints
}

/// What was known of the server may be another's.
fn anothers(settings: &mut Settings) -> &mut Endpoints {
    settings.endpoints.metadata = None;
    changed(settings)
}

fn whole_url(settings: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if !text.is_empty() {
        uri::check_endpoint(given.key, text, settings.endpoints.allow_http)?;
    }
    Ok(text.to_owned())
}

pub fn url_or_path(settings: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if text.starts_with('/') && !text.starts_with("//") {
        uri::check_endpoint(given.key, &format!("https://host{text}"), false)?;
        return Ok(text.to_owned());
    }
    if !text.is_empty() && !text.contains(':') {
        return Err(given.refused("use https://host/path, or /path below base_url"));
    }
    whole_url(settings, given)
}

/// RFC 6749 section 3.2: no fragment. An authorization endpoint may have one: it is a page.
pub(super) fn for_requests(settings: &Settings, given: Given<'_>) -> Result<String> {
    let url = url_or_path(settings, given)?;
    if url.contains('#') {
        return Err(given.refused("a URL for requests has no fragment (#)"));
    }
    Ok(url)
}

impl Settings {
    /// Whether an answer without `iss` is refused.
    pub fn demands_issuer(&self) -> Result<bool> {
        let Endpoints { issuer, require_iss, metadata, .. } = &self.endpoints;
        if *require_iss && issuer.is_empty() {
            return Err(Error::Missing { key: "issuer", operation: "require_iss can be met" });
        }
        // RFC 9207 section 3: a server that says so sends it with each answer; a page that shows the code does not.
        let says_so = |known: &Metadata| known.says("authorization_response_iss_parameter_supported");
        let is_redirect = !uri::is_out_of_band(&self.authorization.redirect_uri);
        Ok(*require_iss || is_redirect && metadata.as_deref().is_some_and(says_so))
    }

    /// The endpoint of that key as a whole URL: what is set or, by the same name, what the server says. A setting always
    /// beats the metadata.
    pub fn endpoint(&self, key: &'static str, set: &str, operation: &'static str) -> Result<String> {
        self.endpoint_called(key, key, set, operation)
    }

    /// The same where the server has another name for it.
    pub(super) fn endpoint_called(
        &self,
        name: &str,
        key: &'static str,
        set: &str,
        operation: &'static str,
    ) -> Result<String> {
        match &self.endpoints.metadata {
            Some(metadata) if set.is_empty() => {
                let Some(url) = metadata.endpoint(name, self.shows_certificate())? else {
                    return Err(Error::Unsupported(format!(
                        "the server names no {key}: set it before {operation}, if there is one"
                    )));
                };
                match uri::check_endpoint(key, url, self.endpoints.allow_http) {
                    Err(Error::Value { reason, .. }) => Err(Error::Metadata {
                        reason: format!("their {key} cannot be used, set it: {reason}"),
                    }),
                    checked => checked.map(|()| url.to_owned()),
                }
            }
            _ => self.endpoints.url(key, set, operation),
        }
    }

    pub fn authorization_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.authorization_endpoint;
        self.endpoint("authorization_endpoint", endpoint, "oauth_build_authorize_url")
    }

    pub fn token_url(&self) -> Result<String> {
        let Endpoints { token_endpoint: endpoint, checked_token_url: checked, .. } = &self.endpoints;
        if let Some(url) = checked.get() {
            return Ok(url.clone());
        }
        let url = self.endpoint("token_endpoint", endpoint, "tokens are asked for")?;
        Ok(checked.get_or_init(|| Box::new(url)).clone())
    }

    /// Whose tokens are kept apart from other servers': the token endpoint's URL or, where that is found by the issuer, the
    /// issuer, which needs no look-up, and stays when the server moves.
    pub fn server(&self) -> Result<String> {
        let Endpoints { token_endpoint, issuer, .. } = &self.endpoints;
        if token_endpoint.is_empty() && !issuer.is_empty() {
            return Ok(issuer.clone());
        }
        self.token_url()
    }

    pub fn refresh_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.refresh_endpoint;
        if endpoint.is_empty() {
            return self.token_url();
        }
        self.endpoint("refresh_endpoint", endpoint, "tokens are refreshed")
    }

    pub fn revocation_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.revocation_endpoint;
        self.endpoint("revocation_endpoint", endpoint, "oauth_revoke")
    }

    pub fn introspection_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.introspection_endpoint;
        self.endpoint("introspection_endpoint", endpoint, "oauth_introspect")
    }

    pub fn device_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.device_endpoint;
        let name = "device_authorization_endpoint";
        self.endpoint_called(name, "device_endpoint", endpoint, "oauth_device_start")
    }

    pub fn ciba_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.ciba_endpoint;
        let name = "backchannel_authentication_endpoint";
        self.endpoint_called(name, "ciba_endpoint", endpoint, "oauth_ciba_start")
    }

    pub fn registration_url(&self) -> Result<String> {
        let endpoint = &self.endpoints.registration_endpoint;
        self.endpoint("registration_endpoint", endpoint, "oauth_register")
    }
}

impl Endpoints {
    /// What is set as a whole URL. Checked again here: allow_http may have been taken back since it was set.
    pub(super) fn url(&self, key: &'static str, text: &str, operation: &'static str) -> Result<String> {
        if text.is_empty() {
            return Err(Error::Missing { key, operation });
        }
        let url = if text.starts_with('/') {
            if self.base_url.is_empty() {
                return Err(Error::Missing { key: "base_url", operation });
            }
            format!("{}{text}", self.base_url.trim_end_matches('/'))
        } else {
            text.to_owned()
        };
        uri::check_endpoint(key, &url, self.allow_http)?;
        Ok(url)
    }

    pub fn metadata(&self) -> Option<&Arc<Metadata>> {
        self.metadata.as_ref()
    }

    pub(super) fn learn(&mut self, metadata: Arc<Metadata>) {
        self.checked_token_url = OnceBox::new();
        self.metadata = Some(metadata);
    }
}
