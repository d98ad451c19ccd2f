//! Who carries requests, and how the built-in HTTPS does; for that, its own [`crate::transport::TransportConfig`].
#![forbid(unsafe_code)]

use super::row::{Given, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::secret::Secret;
use crate::transport::{Proxy, DEFAULT_TIMEOUT};
use crate::uri;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    Builtin,
    Caller,
}

impl Default for Http {
    /// Without the built-in HTTPS there is only the caller's.
    fn default() -> Self {
        if cfg!(feature = "net") {
            Self::Builtin
        } else {
            Self::Caller
        }
    }
}

impl Words for Http {
    #[cfg(feature = "net")]
    const WORDS: &'static [(&'static str, Self)] = &[("builtin", Self::Builtin), ("caller", Self::Caller)];
    #[cfg(not(feature = "net"))]
    const WORDS: &'static [(&'static str, Self)] = &[("caller", Self::Caller)];
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_TIMEOUT,
        key: "timeout",
        kind: Kind::SecondsOr(
            DEFAULT_TIMEOUT,
            1..=3600,
            |s| &s.transport.timeout,
            |s| &mut s.transport.timeout,
        ),
    },
    Row {
        number: number::OAUTH_CA_FILE,
        key: "ca_file",
        kind: Kind::File(|s| &s.transport.ca_file, |s| &mut s.transport.ca_file),
    },
    Row {
        number: number::OAUTH_CLIENT_CERT_FILE,
        key: "client_cert_file",
        kind: Kind::File(|s| &s.transport.client_cert_file, |s| &mut s.transport.client_cert_file),
    },
    Row {
        number: number::OAUTH_CLIENT_KEY_FILE,
        key: "client_key_file",
        kind: Kind::File(|s| &s.transport.client_key_file, |s| &mut s.transport.client_key_file),
    },
    Row { number: number::OAUTH_PROXY, key: "proxy", kind: Kind::Own { get: written_proxy, set: set_proxy } },
    Row { number: number::OAUTH_HTTP, key: "http", kind: Kind::Word(|s| &s.http, |s| &mut s.http) },
];

fn written_proxy(settings: &Settings) -> Secret {
    match &settings.transport.proxy {
        Proxy::None => Secret::new("none"),
        Proxy::Environment => Secret::new("env"),
        Proxy::Url(url) => url.clone(),
    }
}

fn set_proxy(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    settings.transport.proxy = proxy(given)?;
    Ok(())
}

fn proxy(given: Given<'_>) -> Result<Proxy> {
    let wrong = || given.refused("use http://[user:password@]host:port, none or env");
    match given.checked()? {
        "" => Ok(Proxy::None),
        text if text.eq_ignore_ascii_case("none") => Ok(Proxy::None),
        text if text.eq_ignore_ascii_case("env") => Ok(Proxy::Environment),
        text => {
            let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
            let url = uri::parse(&whole).map_err(|_| wrong())?;
            if url.scheme() != "http"
                || url.host_str().is_none_or(str::is_empty)
                || !matches!(url.path(), "" | "/")
                || url.query().is_some()
                || url.fragment().is_some()
                || whole.ends_with(':')
            {
                return Err(wrong());
            }
            if !has_port(&whole) {
                let reason = "a proxy's port has no usual number: write it too, http://host:port";
                return Err(given.refused(reason));
            }
            Ok(Proxy::Url(Secret::new(whole)))
        }
    }
}

/// Asked of the text: a parsed URL has lost a port 80.
fn has_port(url: &str) -> bool {
    let server = url.trim_end_matches('/').rsplit(['/', '@']).next().unwrap_or_default();
    let port = server.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    port.is_some_and(|port| port != 0)
}
