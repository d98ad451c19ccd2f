//! The built-in HTTPS: HTTP/1.1 over connections of our own, with rustls.
//!
//! `Https::open` only takes notes. The authorities' certificates are read when the first TLS connection is made.
#![forbid(unsafe_code)]

mod answer;
mod certificate;
mod connection;
mod fault;
mod incoming;
mod no_proxy;
mod proxy;
mod request;
mod roots;
mod tls;
mod tls_reason;
mod wire;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::{Proxy, Transport, TransportConfig};
use connection::{Connection, Waiting};
use fault::Fault;
use proxy::{without_brackets, Rules};
use request::{Origin, Target};
use tls::Tls;
use wire::Wire;

use crate::error::Result;
use crate::protocol::message::{Request, Response};

pub struct Https {
    tls: Tls,
    proxy: Rules,
    waiting: Waiting,
    /// For the whole of one request.
    limit: Duration,
    seconds: u32,
}

impl Https {
    /// Reads no file, opens no connection and starts no thread.
    pub fn open(config: &TransportConfig) -> Result<Self> {
        Self::with_limit(config, Duration::from_secs(config.timeout.max(1).into()))
    }

    pub(super) fn with_limit(config: &TransportConfig, limit: Duration) -> Result<Self> {
        let (tls, proxy) = (Tls::new(config), Rules::new(&config.proxy)?);
        Ok(Self { tls, proxy, waiting: Waiting::default(), limit, seconds: config.timeout })
    }

    fn exchange(
        &self,
        target: Target,
        message: &[u8],
        is_to_head: bool,
        deadline: Instant,
    ) -> std::result::Result<Response, Fault> {
        let mut connection = match self.waiting.take(&target.origin, Instant::now()) {
            Some(connection) => connection,
            None => self.dial(&target.origin, deadline)?,
        };
        let answer = connection.exchange(message, is_to_head, deadline)?;
        if answer.keeps_open {
            self.waiting.keep(target.origin, connection, Instant::now());
        }
        let (status, headers) = (answer.head.status, answer.head.headers);
        Ok(Response { status, headers, body: answer.body.unwrap_or_default() })
    }

    /// Name, TCP, proxy, TLS.
    fn dial(&self, origin: &Origin, deadline: Instant) -> std::result::Result<Connection, Fault> {
        let Origin { is_secure, host, port } = origin;
        if *is_secure {
            self.tls.prepare()?;
        }
        let wire = match self.proxy.route(*is_secure, host, *port)? {
            None => Wire::connect(without_brackets(host), *port, deadline)?,
            Some(server) => server.tunnel(host, *port, deadline)?,
        };
        if *is_secure {
            return self.tls.open(without_brackets(host), wire).map(Connection::secure);
        }
        Ok(Connection::plain(wire))
    }
}

impl Transport for Https {
    /// Never sends anything twice: a code or refresh token may be good for one use only.
    fn send(&self, request: &Request, left: Option<Duration>) -> Result<Response> {
        let target = Target::of(request)?;
        let message = request::message(request, &target)?;
        let (shown, deadline) = (target.shown, Instant::now() + left.unwrap_or(self.limit));
        self.exchange(target, message.expose().as_bytes(), request.method == "HEAD", deadline)
            .map_err(|fault| fault.without(|text| request.has_word_of(text)).into_error(shown, self.seconds))
    }
}
