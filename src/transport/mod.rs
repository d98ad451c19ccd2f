//! Who carries a request to the server and brings the response back.
#![forbid(unsafe_code)]

#[cfg(feature = "net")]
mod https;

#[cfg(feature = "net")]
pub use https::Https;

use std::time::Duration;

use crate::error::Result;
use crate::protocol::message::{Request, Response};
use crate::secret::Secret;
use crate::system::{FileStamp, GivenPath};

/// Sends one request; whatever status comes back is an answer, not an error.
pub trait Transport: Send + Sync {
    /// `left`: where less time is left than TransportConfig's.
    fn send(&self, request: &Request, left: Option<Duration>) -> Result<Response>;
}

/// What a transport needs to know. One that is set up is thrown away when this changes.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportConfig {
    /// Seconds for the whole of one request.
    pub timeout: u32,
    /// The system's certificate authorities where there is none.
    pub ca_file: Option<GivenPath>,
    pub client_cert_file: Option<GivenPath>,
    pub client_key_file: Option<GivenPath>,
    pub proxy: Proxy,
}

impl TransportConfig {
    /// Tells whether its files are still those that were read.
    pub fn stamps(&self) -> Vec<FileStamp> {
        let files = [&self.ca_file, &self.client_cert_file, &self.client_key_file];
        files.into_iter().flatten().map(|file| FileStamp::of(&file.absolute)).collect()
    }
}

pub const DEFAULT_TIMEOUT: u32 = 30;

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            ca_file: None,
            client_cert_file: None,
            client_key_file: None,
            proxy: Proxy::default(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Proxy {
    #[default]
    None,
    /// `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`: only where a setting asks for them.
    Environment,
    /// `http://[user:password@]host:port`
    Url(Secret),
}
