//! Which proxy a request goes through, and how it is asked for a tunnel (RFC 9110 section 9.3.6).
#![forbid(unsafe_code)]

use std::fmt;
use std::io::{Read, Write};
use std::time::Instant;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use zeroize::Zeroizing;

use super::answer::Reader;
use super::fault::Fault;
use super::incoming::Incoming;
use super::no_proxy::is_listed;
use super::wire::Wire;
use super::Proxy;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::system;
use crate::uri;

/// For each scheme a proxy or none, and the hosts that are reached without. Variables are those of curl.
#[derive(Debug, Default)]
pub(super) struct Rules {
    https: Option<Secret>,
    http: Option<Secret>,
    except: String,
}

impl Rules {
    pub(super) fn new(setting: &Proxy) -> Result<Self> {
        match setting {
            Proxy::None => Ok(Self::default()),
            Proxy::Url(url) => {
                Server::parse(url.expose())?;
                Ok(Self { https: Some(url.clone()), http: Some(url.clone()), except: String::new() })
            }
            // Whoever starts a setuid program must not choose where its secrets go.
            Proxy::Environment if system::is_privileged() => Ok(Self::default()),
            Proxy::Environment => Ok(Self::from_variables(|name| {
                std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
            })),
        }
    }

    /// The first variable that is set counts, and an empty one means none. `HTTP_PROXY` is left out, as a CGI
    /// program gets it from the header `Proxy` of whoever calls it.
    pub(super) fn from_variables(value: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| value(name)).filter(|v| !v.is_empty());
        Self {
            https: first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]).map(Secret::new),
            http: first(&["http_proxy", "all_proxy", "ALL_PROXY"]).map(Secret::new),
            except: first(&["no_proxy", "NO_PROXY"]).unwrap_or_default(),
        }
    }

    pub(super) fn route(&self, secure: bool, host: &str, port: u16) -> Result<Option<Server>> {
        // Without TLS only because it does not leave the machine: so it must not.
        if !secure && uri::is_loopback(host) {
            return Ok(None);
        }
        match if secure { &self.https } else { &self.http } {
            Some(url) if !is_listed(&self.except, host, port) => Server::parse(url.expose()).map(Some),
            _ => Ok(None),
        }
    }
}

/// `host`, `host:port`, `[address]:port`, or an address of IP version 6 without brackets.
pub(super) fn split_port(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse() {
            Ok(port) => (without_brackets(host), Some(port)),
            Err(_) => (text, None),
        },
        _ => (without_brackets(text), None),
    }
}

/// Shown as `host:port`, without user and password.
pub(super) struct Server {
    host: String,
    port: u16,
    user_and_password: Option<Zeroizing<Vec<u8>>>,
}

impl Server {
    /// `[http://][user:password@]host:port`
    pub(super) fn parse(url: &str) -> Result<Self> {
        let rest = match url.split_once("://") {
            None => url,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err(refused("only http:// proxies are known: use http://host:port")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, server) =
            rest.rsplit_once('@').map_or((None, rest), |(user, server)| (Some(user), server));
        let (host, port) = split_port(server);
        let is_host = !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':'));
        match port {
            Some(port) if is_host && port != 0 => {
                Ok(Self { host: host.to_owned(), port, user_and_password: user.map(percent_decoded) })
            }
            _ => Err(refused("use http://[user:password@]host:port")),
        }
    }

    /// A connection through the proxy to `host`.
    pub(super) fn tunnel(
        &self,
        host: &str,
        port: u16,
        deadline: Instant,
    ) -> std::result::Result<Wire, Fault> {
        let mut wire = Wire::connect(&self.host, self.port, deadline).map_err(|fault| self.blamed(fault))?;
        wire.write_all(self.request(host, port).as_bytes())
            .map_err(|e| self.blamed(e.into()))
            .and_then(|()| self.accept(&mut wire))?;
        Ok(wire)
    }

    fn request(&self, host: &str, port: u16) -> Zeroizing<String> {
        let head = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        // Large enough not to grow, which would leave the password behind.
        let secret = self.user_and_password.as_ref().map_or(0, |text| text.len());
        let mut request = Zeroizing::new(String::with_capacity(head.len() + secret * 2 + 64));
        request.push_str(&head);
        if let Some(user_and_password) = &self.user_and_password {
            request.push_str("Proxy-Authorization: Basic ");
            STANDARD.encode_string(user_and_password, &mut request);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        request
    }

    fn accept(&self, wire: &mut Wire) -> std::result::Result<(), Fault> {
        let mut incoming = Incoming::default();
        let mut receive = |space: &mut [u8]| Ok(wire.read(space)?);
        let head = Reader::new(&mut incoming, &mut receive).head().map_err(|fault| match fault {
            Fault::Broken(_) => self.fault("gives no HTTP answer: check proxy"),
            Fault::NoHttp { line, .. } => {
                self.refusal(&format!("gives no HTTP answer (line {line}): check proxy"))
            }
            Fault::Unreadable { reason, .. } => {
                self.refusal(&format!("gives no HTTP answer ({reason}): check proxy"))
            }
            other => self.blamed(other),
        })?;
        match head.status {
            // Nobody may speak in the tunnel before us.
            200..=299 if incoming.rest().is_empty() => Ok(()),
            407 if self.user_and_password.is_none() => {
                Err(self
                    .refusal("wants user and password (407): set proxy to http://user:password@host:port"))
            }
            407 => Err(self.refusal("refused user and password (407): check proxy")),
            status @ (408 | 429 | 500..) => {
                Err(self.fault(&format!("does not let it through (status {status})")))
            }
            status => Err(self.refusal(&format!("does not let it through (status {status}): check proxy"))),
        }
    }

    fn blamed(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Resolve(_) => self.fault("has a name that cannot be resolved: check proxy"),
            Fault::Connect(reason) | Fault::Broken(reason) => {
                self.fault(&format!("cannot be used: {reason}"))
            }
            other => other,
        }
    }

    /// What will be no other with the next try.
    fn refusal(&self, what: &str) -> Fault {
        Fault::Proxy(format!("the proxy {self} {what}"))
    }

    fn fault(&self, what: &str) -> Fault {
        Fault::Connect(format!("the proxy {self} {what}"))
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

fn refused(reason: &str) -> Error {
    Error::Value { key: "proxy", reason: reason.to_owned() }
}

/// What is no `%` and two digits stays as it is.
fn percent_decoded(text: &str) -> Zeroizing<Vec<u8>> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|d| byte == b'%' && d.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
        decoded.push(value.unwrap_or(byte));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    decoded
}

/// An address of IP version 6 is in brackets in a URL, and nowhere else.
pub(super) fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host)
}
