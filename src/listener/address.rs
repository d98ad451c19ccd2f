//! A redirect URI on this machine (RFC 8252 section 7.3), taken apart.
#![forbid(unsafe_code)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::{Error, Result};
use crate::uri;

/// Where a redirect is listened for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As it is written, `[::1]` in its brackets.
    host: String,
    /// 0: any that is free.
    pub port: u16,
    /// As a browser sends it.
    path: String,
    /// What stands before and behind the port.
    around: [String; 2],
}

impl Address {
    pub fn of(redirect_uri: &str) -> Result<Self> {
        const HOW: &str = "redirect_uri is no place to listen at: use http://127.0.0.1:0/callback";
        let refused = || Error::Port { reason: HOW.to_owned() };
        let url = uri::parse(redirect_uri).map_err(|_| refused())?;
        let (scheme, rest) = redirect_uri.split_once("://").ok_or_else(refused)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = uri::host_of(authority);
        if url.scheme() != "http" || !uri::is_loopback(host) {
            return Err(refused());
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let around = [format!("{scheme}://{host}:"), rest[authority.len()..].to_owned()];
        Ok(Self { host: host.to_ascii_lowercase(), port, path: url.path().to_owned(), around })
    }

    /// Whether it is one with any port that is free: then it has to be known before the URL is made.
    pub fn of_free_port(redirect_uri: &str) -> Option<Self> {
        Self::of(redirect_uri).ok().filter(|address| address.port == 0)
    }

    /// The redirect URI with that port.
    pub fn with_port(&self, port: u16) -> String {
        let [before, after] = &self.around;
        format!("{before}{port}{after}")
    }

    /// RFC 8252 section 8.3: `localhost` can be either.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let literal = self.host.trim_matches(['[', ']']).parse();
        literal.map_or(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()], |address| vec![address])
    }

    pub fn has_path(&self, path: &str) -> bool {
        self.path == path
    }

    /// Whether a browser that was sent here says this `Host` at that port. A page of a stranger's whose name was made to
    /// point to this machine says its own.
    pub fn is_called(&self, host: &str, port: u16) -> bool {
        let named = uri::host_of(host);
        let is_port = match host[named.len()..].strip_prefix(':') {
            Some(given) => given.parse() == Ok(port),
            None => port == 80 && named.len() == host.len(),
        };
        is_port && (named.eq_ignore_ascii_case(&self.host) || uri::is_loopback(named))
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn redirect_uris_that_can_be_listened_at() {
        let rows: &[(&str, Option<(u16, &str)>)] = &[
            ("http://127.0.0.1:0/callback", Some((0, "http://127.0.0.1:7/callback"))),
            ("http://127.0.0.1:8765/", Some((8765, "http://127.0.0.1:7/"))),
            ("http://127.0.0.1:00", Some((0, "http://127.0.0.1:7"))),
            ("http://127.8.9.1:0/a/b?x=1", Some((0, "http://127.8.9.1:7/a/b?x=1"))),
            ("http://[::1]:0/cb", Some((0, "http://[::1]:7/cb"))),
            ("HTTP://LocalHost:0/cb", Some((0, "HTTP://LocalHost:7/cb"))),
            ("http://localhost/cb", Some((80, "http://localhost:7/cb"))),
            ("http://localhost?x", Some((80, "http://localhost:7?x"))),
            ("https://127.0.0.1:0/cb", None),
            ("http://app.localhost:0/cb", None),
            ("http://127.1:0/cb", None),
            ("http://[::2]:0/cb", None),
            ("http://192.168.0.1:0/cb", None),
            ("com.example.app:/cb", None),
            ("urn:ietf:wg:oauth:2.0:oob", None),
            ("", None),
        ];
        for (redirect_uri, expected) in rows {
            let found = Address::of(redirect_uri).ok();
            let found = found.map(|address| (address.port, address.with_port(7)));
            assert_eq!(found, expected.map(|(port, uri)| (port, uri.to_owned())), "{redirect_uri}");
        }
    }

    #[test]
    fn a_name_that_points_here_is_not_ours() {
        let rows: &[(&str, &str, bool)] = &[
            ("http://127.0.0.1:0/", "127.0.0.1:7", true),
            ("http://127.0.0.1:0/", "localhost:7", true),
            ("http://localhost:0/", "[::1]:7", true),
            ("http://LOCALHOST:0/", "localhost:7", true),
            ("http://127.0.0.1:0/", "127.0.0.1:8", false),
            ("http://127.0.0.1:0/", "127.0.0.1", false),
            ("http://127.0.0.1:0/", "127.0.0.1:7:7", false),
            ("http://127.0.0.1:0/", "rebound.example:7", false),
            ("http://127.0.0.1:0/", "127.0.0.1.example:7", false),
            ("http://127.0.0.1:0/", "evil@127.0.0.1:7", false),
            ("http://127.0.0.1:0/", "[::1", false),
            ("http://127.0.0.1:0/", "", false),
        ];
        for (redirect_uri, host, expected) in rows {
            let address = Address::of(redirect_uri).unwrap();
            assert_eq!(address.is_called(host, 7), *expected, "{host} at {redirect_uri}");
        }
        assert!(Address::of("http://localhost/").unwrap().is_called("localhost", 80));
    }
}
