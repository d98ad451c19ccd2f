//! Makes a connection for ureq: name, TCP, proxy, TLS.
#![forbid(unsafe_code)]

use std::time::Instant;

use ureq::config::Config;
use ureq::http::uri::Scheme;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

use super::connection::{deadline, Connection};
use super::fault::{bad_url, Fault};
use super::proxy::{without_brackets, Rules};
use super::tls::Tls;
use super::wire::Wire;
use super::TransportConfig;
use crate::error::Result;

#[derive(Debug)]
pub(super) struct Dialer {
    tls: Tls,
    proxy: Rules,
}

impl Dialer {
    pub(super) fn open(config: &TransportConfig) -> Result<Self> {
        Ok(Self { tls: Tls::new(config), proxy: Rules::new(&config.proxy)? })
    }

    fn dial(&self, uri: &Uri, deadline: Instant) -> std::result::Result<Connection, Fault> {
        let host = uri.host().ok_or_else(bad_url)?;
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        if secure {
            self.tls.prepare()?;
        }
        let wire = match self.proxy.route(secure, host, port)? {
            None => Wire::connect(without_brackets(host), port, deadline)?,
            Some(server) => server.tunnel(host, port, deadline)?,
        };
        if secure {
            return self.tls.open(without_brackets(host), wire).map(Connection::secure);
        }
        Ok(Connection::plain(wire))
    }
}

impl Connector for Dialer {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Connection>, ureq::Error> {
        self.dial(details.uri, deadline(details.timeout)).map(Some).map_err(Fault::into_ureq)
    }
}

/// Connects to nothing.
#[derive(Debug)]
pub(super) struct Nowhere;

impl Connector for Nowhere {
    type Out = Connection;

    fn connect(
        &self,
        _: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Connection>, ureq::Error> {
        Err(ureq::Error::ConnectionFailed)
    }
}

/// ureq asks before it looks for an open connection, for every request. The name is looked up by [`Dialer`], where
/// it is needed.
#[derive(Debug)]
pub(super) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
