//! The built-in HTTPS: ureq over connections of our own, with rustls.
//!
//! `Https::open` only takes notes. The authorities' certificates are read when the first TLS connection is made.
#![forbid(unsafe_code)]

mod answer;
mod buffers;
mod certificate;
mod connection;
mod dial;
mod fault;
mod no_proxy;
mod proxy;
mod roots;
mod tls;
mod tls_reason;
mod wire;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ureq::config::Config;
use ureq::http::{HeaderName, HeaderValue, Method, Uri};
use ureq::Agent;

use super::{Proxy, Transport, TransportConfig};
use dial::{Dialer, NoResolver, Nowhere};
use fault::{bad_url, Fault};

use crate::error::{Error, Result};
use crate::protocol::message::{Request, Response};
use crate::secret::{Secret, Wiped};
use crate::system;

const USER_AGENT: &str = concat!("liboauth/", env!("CARGO_PKG_VERSION"));
const IDLE: Duration = Duration::from_secs(15);
/// More than is read of any: [`answer`] has the limits.
const MAX_HEADERS: usize = 128 * 1024;
/// One line of the request must fit into the buffer; no server takes longer ones.
const MAX_LINE: usize = buffers::BUFFER - 1024;

pub struct Https {
    agent: Agent,
    seconds: u32,
}

impl Https {
    /// Reads no file, opens no connection and starts no thread.
    pub fn open(config: &TransportConfig) -> Result<Self> {
        Self::with_limit(config, Duration::from_secs(config.timeout.max(1).into()))
    }

    /// `limit` is for the whole of one request. ureq starts a thread for a limited name look-up, but that is its
    /// own resolver's doing, which is not used here.
    pub(super) fn with_limit(config: &TransportConfig, limit: Duration) -> Result<Self> {
        let settings = Agent::config_builder()
            // Else what ureq's defaults take from the environment.
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .https_only(false)
            .timeout_global(Some(limit))
            .user_agent(USER_AGENT)
            // What comes compressed all the same is read, but costs work.
            .accept_encoding("identity")
            .max_response_header_size(MAX_HEADERS)
            .max_idle_connections(4)
            .max_idle_connections_per_host(2)
            .max_idle_age(IDLE)
            .build();
        first_request(&settings);
        let agent = Agent::with_parts(settings, Dialer::open(config)?, NoResolver);
        Ok(Self { agent, seconds: config.timeout })
    }

    fn exchange(
        &self,
        head: ureq::http::Request<()>,
        content: &str,
        left: Option<Duration>,
    ) -> std::result::Result<Response, Fault> {
        let head = match left {
            Some(_) => self.agent.configure_request(head).timeout_global(left).build(),
            None => head,
        };
        let takes_content = matches!(*head.method(), Method::POST | Method::PUT | Method::PATCH);
        let answer = if content.is_empty() && !takes_content {
            self.agent.run(head)?
        } else {
            self.agent.run(head.map(|()| content.as_bytes()))?
        };
        let (head, mut body) = answer.into_parts();
        let length = body.content_length().and_then(|length| usize::try_from(length).ok());
        let headers = head.headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(Response {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: read_body(&mut body.as_reader(), length.unwrap_or_default())?,
        })
    }
}

/// When its first request begins, ureq makes something for which others wait: in the child of a fork that comes between,
/// for ever. So the first one goes nowhere, and no fork comes between.
fn first_request(settings: &Config) {
    static IS_MADE: AtomicBool = AtomicBool::new(false);
    if IS_MADE.load(Ordering::Acquire) {
        return;
    }
    system::whole_in_a_fork(|| {
        let mut request = ureq::http::Request::new(());
        *request.uri_mut() = Uri::from_static("http://localhost/");
        let _ = Agent::with_parts(settings.clone(), Nowhere, NoResolver).run(request);
    });
    IS_MADE.store(true, Ordering::Release);
}

impl Transport for Https {
    /// Never sends anything twice: a code or refresh token may be good for one use only.
    fn send(&self, request: &Request, left: Option<Duration>) -> Result<Response> {
        let head = head_of(request)?;
        let host = shown_host(head.uri());
        self.exchange(head, request.content.expose(), left)
            .map_err(|fault| fault.without(|text| request.has_word_of(text)).into_error(&host, self.seconds))
    }
}

fn head_of(request: &Request) -> Result<ureq::http::Request<()>> {
    let mut head = ureq::http::Request::new(());
    *head.method_mut() = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| Error::Internal(format!("no HTTP method: {}", request.method)))?;
    *head.uri_mut() = Uri::from_maybe_shared(shared("url", &request.url)?).map_err(|_| bad_url())?;
    if !matches!(head.uri().scheme_str(), Some("http" | "https")) {
        return Err(bad_url());
    }
    for (name, value) in &request.headers {
        let unfit =
            || Error::Value { key: name, reason: "holds a character that no header can carry".to_owned() };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
        let mut value = HeaderValue::from_maybe_shared(shared(name, value)?).map_err(|_| unfit())?;
        value.set_sensitive(true);
        head.headers_mut().append(key, value);
    }
    Ok(head)
}

/// A copy that is wiped when ureq's last use of it ends.
fn shared(key: &'static str, text: &Secret) -> Result<Bytes> {
    if text.expose().len() > MAX_LINE {
        return Err(Error::Value {
            key,
            reason: format!("is longer than the {MAX_LINE} bytes that can be sent"),
        });
    }
    Ok(Bytes::from_owner(Wiped::new(text.expose().as_bytes().to_vec())))
}

/// Host and port alone, for errors.
fn shown_host(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    uri.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Reads to the end, which also gives the connection back.
fn read_body(reader: &mut impl Read, length: usize) -> std::result::Result<Wiped<Vec<u8>>, Fault> {
    let mut body = Wiped::new(vec![0; length + 1]);
    let mut filled = 0;
    while let amount @ 1.. = reader.read(&mut body[filled..]).map_err(ureq::Error::from)? {
        filled += amount;
    }
    body.truncate(filled);
    Ok(body)
}
