//! A request as it goes out (RFC 9112 section 3).
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::fmt::Write;

use super::fault::bad_url;
use crate::error::{Error, Result};
use crate::protocol::message::head::is_token;
use crate::protocol::message::Request;
use crate::secret::Secret;
use crate::uri;

const USER_AGENT: &str = concat!("liboauth/", env!("CARGO_PKG_VERSION"));
/// No server takes longer ones.
const MAX_LINE: usize = 15 * 1024;

/// The server that a URL names. Connections to the same one are as good as each other.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) is_secure: bool,
    /// As it is written: an address of IP version 6 is in brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Origin {
    fn is_usual_port(&self) -> bool {
        self.port == if self.is_secure { 443 } else { 80 }
    }
}

/// A URL, taken apart.
pub(super) struct Target<'a> {
    pub(super) origin: Origin,
    /// Host and port alone, for errors.
    pub(super) shown: &'a str,
    path_and_query: &'a str,
}

impl<'a> Target<'a> {
    pub(super) fn of(request: &'a Request) -> Result<Self> {
        if let Some(reason) = too_long(&request.url) {
            return Err(Error::Value { key: "url", reason });
        }
        Self::parse(request.url.expose()).ok_or_else(bad_url)
    }

    /// A user name is passed over: `uri::check_endpoint` lets none come here.
    fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://").filter(|_| url.bytes().all(|b| b.is_ascii_graphic()))?;
        let is_secure = scheme.eq_ignore_ascii_case("https");
        if !is_secure && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path_and_query) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let shown = authority.rsplit('@').next().unwrap_or_default();
        let host = uri::host_of(shown);
        let port = match &shown[host.len()..] {
            "" | ":" if is_secure => 443,
            "" | ":" => 80,
            port => port.strip_prefix(':')?.parse().ok()?,
        };
        let origin = Origin { is_secure, host: host.to_owned(), port };
        is_host(host).then_some(Self { origin, shown, path_and_query })
    }
}

/// RFC 3986 section 3.2.2
fn is_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_named_by = |more: &str, text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    address.map_or_else(|| is_named_by("-._~!$&'()*+,;=", host), |address| is_named_by(":.", address))
}

/// The whole of it in one piece, content and all. Header names are as they are given: servers that were made by hand compare
/// them letter for letter.
pub(super) fn message(request: &Request, target: &Target) -> Result<Secret> {
    const MOST_FIXED: usize = 160;
    check(request)?;
    let Origin { host, port, .. } = &target.origin;
    let content = request.content.expose();
    let given: usize =
        request.headers.iter().map(|(name, value)| name.len() + value.expose().len() + 4).sum();
    let length = target.path_and_query.len() + host.len() + USER_AGENT.len() + given + content.len();
    // Of the right size at once: growing would leave secrets behind.
    let mut text = String::with_capacity(length + request.method.len() + MOST_FIXED);
    let room = text.capacity();
    let slash = if target.path_and_query.starts_with('/') { "" } else { "/" };
    add(&mut text, &[request.method, " ", slash, target.path_and_query, " HTTP/1.1\r\n"]);
    let is_free = |name: &str| !request.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
    // What comes compressed all the same is read, but costs work.
    if is_free("Accept-Encoding") {
        add(&mut text, &["Accept-Encoding: identity\r\n"]);
    }
    let has_length = !content.is_empty() || matches!(request.method, "POST" | "PUT" | "PATCH");
    if has_length && is_free("Content-Length") {
        let _ = write!(text, "Content-Length: {}\r\n", content.len());
    }
    if is_free("User-Agent") {
        add(&mut text, &["User-Agent: ", USER_AGENT, "\r\n"]);
    }
    if is_free("Accept") {
        add(&mut text, &["Accept: */*\r\n"]);
    }
    if is_free("Host") {
        add(&mut text, &["Host: ", host]);
        if !target.origin.is_usual_port() {
            let _ = write!(text, ":{port}");
        }
        text.push_str("\r\n");
    }
    for (name, value) in &request.headers {
        add(&mut text, &[name, ": ", value.expose(), "\r\n"]);
    }
    add(&mut text, &["\r\n", content]);
    debug_assert_eq!(text.capacity(), room);
    Ok(Secret::new(text))
}

fn add(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

/// What would end a line, or mean something else to the next reader, is not sent.
fn check(request: &Request) -> Result<()> {
    if !is_token(request.method.as_bytes()) {
        return Err(Error::Internal(format!("no HTTP method: {}", request.method)));
    }
    for (name, value) in &request.headers {
        let is_fit = |b: u8| !b.is_ascii_control() || b == b'\t';
        let fits = is_token(name.as_bytes()) && value.expose().bytes().all(is_fit);
        let unfit = (!fits).then(|| "holds a character that no header can carry".to_owned());
        if let Some(reason) = too_long(value).or(unfit) {
            return Err(match name.clone() {
                Cow::Borrowed(key) => Error::Value { key, reason },
                Cow::Owned(name) => Error::Value { key: "token_headers", reason: format!("{name} {reason}") },
            });
        }
    }
    Ok(())
}

fn too_long(text: &Secret) -> Option<String> {
    let is_long = text.expose().len() > MAX_LINE;
    is_long.then(|| format!("is longer than the {MAX_LINE} bytes that can be sent"))
}
