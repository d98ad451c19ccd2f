//! What the server says of itself, where only its issuer is set (RFC 8414).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Endpoints, Settings};
use crate::error::{Error, Result};
use crate::protocol::client_auth::ClientAuth;
use crate::protocol::metadata::{self, Metadata};
use crate::store::DocumentName;
use crate::system;
use crate::uri;

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
            return Ok(vec![self.endpoints.url("metadata_url", metadata_url, "metadata are looked up")?]);
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

    /// RFC 8705 section 5: whether requests go where the server asks for a certificate.
    pub(super) fn shows_certificate(&self) -> bool {
        matches!(self.method(), ClientAuth::Tls | ClientAuth::SelfSignedTls)
            || self.transport.client_cert_file.is_some()
    }
}
