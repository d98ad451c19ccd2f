//! A client's settings, parsed: what each property means, not how it is written.
#![forbid(unsafe_code)]

use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::protocol::authorization::AuthorizationRequest;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::token_request::{RequestBody, TokenRequest};
use crate::protocol::token_response::AnswerDialect;
use crate::protocol::uri;
use crate::secret::Secret;
use crate::store::KeySource;
use crate::system::GivenPath;
use crate::token::{Freshness, Identity};
use crate::transport::{Proxy, TransportConfig};

#[derive(Clone, Debug)]
pub struct Settings {
    pub profile: String,
    pub base_url: String,
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub refresh_endpoint: String,
    pub client: ClientCredentials,
    pub authorization: AuthorizationRequest,
    pub request_body: RequestBody,
    pub token_params: Secret,
    pub refresh_params: Secret,
    pub answer: AnswerDialect,
    pub store: StoreSetting,
    pub account: String,
    pub freshness: Freshness,
    pub timeout: Option<u32>,
    pub ca_file: Option<GivenPath>,
    pub client_cert_file: Option<GivenPath>,
    pub client_key_file: Option<GivenPath>,
    pub proxy: Proxy,
    pub http: Option<Http>,
    pub allow_http: bool,
    pub store_key: Option<KeySource>,
    pub store_old_key: Option<KeySource>,
    pub lock_timeout: Option<u32>,
    pub pending_expires_in: Option<u32>,
    /// All of the authorization URL but state and code challenge; made on first use of these settings.
    pub authorization_prefix: OnceLock<String>,
    /// The token endpoint as a whole URL, checked; made on first use of these settings.
    pub checked_token_url: OnceLock<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    Builtin,
    Caller,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreSetting {
    Memory,
    Folder(GivenPath),
}

/// Whose token it is, and where it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// None while the settings do not name a usable token endpoint.
    pub identity: Option<Identity>,
    store: StoreSetting,
}

impl TokenKey {
    pub fn of(settings: &Settings) -> Self {
        Self { identity: Identity::of(settings).ok(), store: settings.store.clone() }
    }

    pub fn is_memory(&self) -> bool {
        self.store == StoreSetting::Memory
    }

    /// The same person's at the same server, wherever it is kept.
    pub fn is_same_token(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Identity {
    pub fn of(settings: &Settings) -> Result<Self> {
        Ok(Self {
            token_endpoint: settings.token_url()?,
            client_id: settings.client.client_id.clone(),
            account: settings.account.clone(),
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: String::new(),
            base_url: String::new(),
            issuer: String::new(),
            authorization_endpoint: String::new(),
            token_endpoint: String::new(),
            refresh_endpoint: String::new(),
            client: ClientCredentials::default(),
            authorization: AuthorizationRequest::default(),
            request_body: RequestBody::default(),
            token_params: Secret::default(),
            refresh_params: Secret::default(),
            answer: AnswerDialect::default(),
            store: StoreSetting::Memory,
            account: String::new(),
            freshness: Freshness::default(),
            timeout: None,
            ca_file: None,
            client_cert_file: None,
            client_key_file: None,
            proxy: Proxy::None,
            http: None,
            allow_http: false,
            store_key: None,
            store_old_key: None,
            lock_timeout: None,
            pending_expires_in: None,
            authorization_prefix: OnceLock::new(),
            checked_token_url: OnceLock::new(),
        }
    }
}

const DEFAULT_TIMEOUT: u32 = 30;
const DEFAULT_LOCK_TIMEOUT: u32 = 60;
/// "Another job, tomorrow, takes the code."
const DEFAULT_PENDING_EXPIRES_IN: u32 = 172_800;

impl Settings {
    /// Without the built-in HTTPS there is only the caller's.
    pub fn http(&self) -> Http {
        self.http.unwrap_or(if cfg!(feature = "net") { Http::Builtin } else { Http::Caller })
    }

    pub fn timeout(&self) -> u32 {
        self.timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    pub fn lock_timeout(&self) -> u32 {
        self.lock_timeout.unwrap_or(DEFAULT_LOCK_TIMEOUT)
    }

    pub fn pending_expires_in(&self) -> u32 {
        self.pending_expires_in.unwrap_or(DEFAULT_PENDING_EXPIRES_IN)
    }

    pub fn authorization_url(&self) -> Result<String> {
        self.endpoint("authorization_endpoint", &self.authorization_endpoint, "oauth_build_authorize_url")
    }

    pub fn token_url(&self) -> Result<String> {
        if let Some(url) = self.checked_token_url.get() {
            return Ok(url.clone());
        }
        let url = self.endpoint("token_endpoint", &self.token_endpoint, "tokens are asked for")?;
        Ok(self.checked_token_url.get_or_init(|| url).clone())
    }

    pub fn refresh_url(&self) -> Result<String> {
        if self.refresh_endpoint.is_empty() {
            return self.token_url();
        }
        self.endpoint("refresh_endpoint", &self.refresh_endpoint, "tokens are refreshed")
    }

    /// To the token endpoint, for what a sign-in has brought.
    pub fn token_request(&self) -> Result<TokenRequest<'_>> {
        Ok(self.request_to(self.token_url()?, &self.token_params))
    }

    pub fn refresh_request(&self) -> Result<TokenRequest<'_>> {
        Ok(self.request_to(self.refresh_url()?, &self.refresh_params))
    }

    fn request_to<'a>(&'a self, url: String, extra: &'a Secret) -> TokenRequest<'a> {
        TokenRequest { url, client: &self.client, body: self.request_body, extra }
    }

    /// What no sentence may repeat.
    pub fn secrets(&self) -> Vec<Secret> {
        self.client.secrets([&self.token_params, &self.refresh_params])
    }

    pub fn transport(&self) -> TransportConfig {
        let path = |file: &Option<GivenPath>| file.as_ref().map(|file| file.absolute.clone());
        TransportConfig {
            timeout: self.timeout(),
            ca_file: path(&self.ca_file),
            client_cert_file: path(&self.client_cert_file),
            client_key_file: path(&self.client_key_file),
            proxy: self.proxy.clone(),
        }
    }

    /// An endpoint as a whole URL. Checked again here: allow_http may have been taken back since it was set.
    fn endpoint(&self, key: &'static str, text: &str, operation: &'static str) -> Result<String> {
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
}
