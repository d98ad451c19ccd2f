//! What the server says of itself, where only its issuer is set (RFC 8414).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::row::Word;
use super::{Endpoints, Settings};
use crate::error::{Error, Result};
use crate::line::one_line;
use crate::protocol::authorization::AuthorizationRequest;
use crate::protocol::client_auth::ClientAuth;
use crate::protocol::metadata::{self, Metadata};
use crate::store::DocumentName;
use crate::system;
use crate::uri;

const AUTH_METHODS: &str = "token_endpoint_auth_methods_supported";
const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";

impl Endpoints {
    /// Whether an operation that lacks an endpoint has to look the metadata up first.
    pub fn wants_metadata(&self) -> bool {
        !self.issuer.is_empty() && self.metadata().is_none_or(|known| known.is_over(system::now()))
    }
}

impl Settings {
    /// The same settings, with that knowledge.
    #[must_use]
    pub fn knowing(&self, metadata: Arc<Metadata>) -> Self {
        let mut settings = self.clone();
        settings.endpoints.learn(metadata);
        settings
    }

    /// Where the metadata may be, in the order in which they are asked for.
    pub fn metadata_urls(&self) -> Result<Vec<String>> {
        let Endpoints { issuer, metadata_url, allow_http, .. } = &self.endpoints;
        if issuer.is_empty() {
            return Err(Error::Missing { key: "issuer", operation: "the server's metadata are looked up" });
        }
        if !metadata_url.is_empty() {
            return Ok(vec![self.endpoints.url(
                "metadata_url",
                metadata_url,
                "the server's metadata are looked up",
            )?]);
        }
        uri::check_endpoint("issuer", issuer, *allow_http)?;
        if issuer.contains(['?', '#']) {
            // RFC 8414 section 2
            let reason = "an issuer has no query and no fragment: set metadata_url".to_owned();
            return Err(Error::Value { key: "issuer", reason });
        }
        Ok(metadata::urls(issuer).into())
    }

    /// What they are kept as.
    pub fn metadata_name(&self) -> DocumentName {
        DocumentName::new("metadata", &[&self.endpoints.issuer, &self.endpoints.metadata_url])
    }

    /// Whether a secret goes into the form, as the server takes no Basic, which every other does (RFC 6749 section 2.3.1).
    pub(super) fn takes_only_post(&self) -> bool {
        let methods = self.of_token_endpoint().and_then(|known| known.list(AUTH_METHODS).ok().flatten());
        methods.is_some_and(|all| !all.contains(&BASIC) && all.contains(&POST))
    }

    /// Before a person is sent anywhere: what the server says that it lacks.
    pub(super) fn check_sign_in_supported(&self) -> Result<()> {
        let known = self.endpoints.metadata().filter(|_| self.endpoints.authorization_endpoint.is_empty());
        if let Some(known) = known.filter(|_| !self.endpoints.allow_unsupported) {
            self.check_pkce(known)?;
            let AuthorizationRequest { response_type, response_mode, .. } = &self.authorization;
            let types = known.list("response_types_supported")?.unwrap_or_default();
            if !types.is_empty() && !types.iter().any(|one| is_same_type(one, response_type)) {
                return Err(lacks(
                    &format!("the server has no response_type {response_type}: set another"),
                    &types,
                ));
            }
            let modes = known.list("response_modes_supported")?.unwrap_or_default();
            let is_listed = response_mode.is_empty() || modes.contains(&response_mode.as_str());
            if !modes.is_empty() && !is_listed {
                return Err(lacks(
                    &format!("the server has no response_mode {response_mode}: set another"),
                    &modes,
                ));
            }
        }
        self.check_grant_supported()?;
        self.check_auth_supported(self.method())
    }

    /// RFC 7636 section 4.4.1: what is sent with a method that the server does not know is no protection, or no sign-in.
    fn check_pkce(&self, known: &Metadata) -> Result<()> {
        let Some(method) = self.authorization.pkce.method() else { return Ok(()) };
        let methods = known.list("code_challenge_methods_supported")?.unwrap_or_default();
        if methods.is_empty() || methods.contains(&method) {
            return Ok(());
        }
        let other = ["S256", "plain"].into_iter().find(|other| methods.contains(other)).unwrap_or("off");
        Err(lacks(&format!("the server has no PKCE by {method}: set pkce to {other}"), &methods))
    }

    /// Only a person's grants are looked at: others are often not listed (Okta's machines), and are refused by the server
    /// before anything is spent.
    pub(super) fn check_grant_supported(&self) -> Result<()> {
        let grant = self.grant.grant_type.as_str();
        let Some(known) = self.of_token_endpoint().filter(|_| !self.endpoints.allow_unsupported) else {
            return Ok(());
        };
        let grants = known.list("grant_types_supported")?.unwrap_or_default();
        if grants.is_empty()
            || grants.contains(&grant)
            || !["authorization_code", "password"].contains(&grant)
        {
            return Ok(());
        }
        Err(lacks(&format!("the server has no grant {grant}: set grant_type to another"), &grants))
    }

    /// How the client shows who it is. `none` and certificates are seldom listed where they are taken.
    pub(super) fn check_auth_supported(&self, method: ClientAuth) -> Result<()> {
        let Some(known) = self.of_token_endpoint().filter(|_| !self.endpoints.allow_unsupported) else {
            return Ok(());
        };
        let name = Some(method).written();
        let methods = known.list(AUTH_METHODS)?.unwrap_or_default();
        let is_looked_at = !matches!(method, ClientAuth::None | ClientAuth::Tls | ClientAuth::SelfSignedTls);
        if methods.is_empty() || methods.contains(&name) || !is_looked_at {
            return Ok(());
        }
        Err(lacks(&format!("the server has no {name}: set client_auth to another"), &methods))
    }

    /// What the server says of it, where it is the endpoint that it names.
    fn of_token_endpoint(&self) -> Option<&Metadata> {
        self.endpoints.metadata().map(|known| &**known).filter(|_| self.endpoints.token_endpoint.is_empty())
    }

    /// RFC 8705 section 5: whether requests go where the server asks for a certificate.
    pub(super) fn shows_certificate(&self) -> bool {
        matches!(self.method(), ClientAuth::Tls | ClientAuth::SelfSignedTls)
            || self.transport.client_cert_file.is_some()
    }
}

/// In any order (OAuth 2.0 Multiple Response Type Encoding Practices section 3).
fn is_same_type(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    sorted(one) == sorted(other)
}

fn lacks(sentence: &str, instead: &[&str]) -> Error {
    let instead: String = one_line(&instead.join(", ")).chars().take(200).collect();
    Error::Unsupported(format!("{sentence} (it says that it has {instead}; or set allow_unsupported to yes)"))
}
