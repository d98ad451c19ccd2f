//! URLs and query strings, as text: an endpoint is used as it is written, colons, fragments and all.
#![forbid(unsafe_code)]

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Url;

use crate::error::{Error, Result};

/// How a text is written into a URL, a form or a Basic header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `application/x-www-form-urlencoded`: a blank is `+`.
    Form,
    /// Percent-encoding alone: a blank is `%20`, which every server reads right.
    Percent,
    /// Basic credentials: as [`Escape::Form`], but what RFC 3986 calls unreserved stays, `~` too: some servers
    /// compare without decoding.
    Basic,
}

/// Appends `text`, escaped. `~` is escaped in URLs and forms: it has no fixed place in EBCDIC.
pub fn escape_into(out: &mut String, text: &str, escape: Escape) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            b'~' if escape == Escape::Basic => out.push('~'),
            b' ' if escape != Escape::Percent => out.push('+'),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(HEX[usize::from(byte >> 4)].into());
                out.push(HEX[usize::from(byte & 15)].into());
            }
        }
    }
}

pub fn escape(text: &str, how: Escape) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    escape_into(&mut out, text, how);
    out
}

/// Undoes percent-encoding; a `%` that begins none stays.
pub fn unescape(text: &str, plus_is_blank: bool) -> String {
    let bytes = text.as_bytes();
    let digit =
        |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match (bytes[i], digit(i + 1), digit(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                i += 2;
            }
            (b'+', ..) if plus_is_blank => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// The parameters of a query string, decoded.
pub fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (unescape(name, true), unescape(value, true)))
        .collect()
}

/// Appends a query to a URL that may have one already; to its fragment, where it has one.
pub fn with_query(url: &str, query: &str) -> String {
    let route = url.split_once('#').map_or(url, |(_, fragment)| fragment);
    let joint = match route.find('?') {
        None => "?",
        Some(_) if url.ends_with(['?', '&']) => "",
        Some(_) => "&",
    };
    format!("{url}{joint}{query}")
}

/// Reads a URI whose host, if it has one, is written in ASCII as it is sent: other letters as `xn--…`.
pub fn parse(text: &str) -> std::result::Result<Url, String> {
    let host = authority(text).rsplit('@').next().unwrap_or_default();
    if !host.is_ascii() || host.contains('%') {
        return Err("write the host's name in ASCII".to_owned());
    }
    Url::parse(text).map_err(|e| e.to_string())
}

fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

/// Checks an http(s) URL that requests or a browser will be sent to, and gives it back as it was written.
pub fn check_endpoint(key: &'static str, text: &str, allow_http: bool) -> Result<()> {
    let wrong = |reason: &str| Error::Value { key, reason: reason.to_owned() };
    if text.bytes().any(|b| !(0x21..=0x7e).contains(&b)) {
        return Err(wrong("a URL has no blanks, control characters or letters outside ASCII"));
    }
    // What a browser forgives (`https:host`, `https:\\host`), other programs read as another host.
    let authority = authority(text);
    if authority.is_empty() || text.contains('\\') {
        return Err(wrong("use https://host/path"));
    }
    let url = parse(text).map_err(|e| wrong(&format!("not a URL ({e}): use https://host/path")))?;
    if authority.contains('@') {
        return Err(wrong("a URL with a user name is refused: credentials have properties of their own"));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_loopback(host_of(authority)) => Ok(()),
        "http" => Err(Error::Insecure { key }),
        _ => Err(wrong("use https://host/path")),
    }
}

/// Whether a page shows the code, and no redirect brings it.
pub fn is_out_of_band(redirect_uri: &str) -> bool {
    const PAGES: &[&str] = &["urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"];
    PAGES.iter().any(|page| redirect_uri.eq_ignore_ascii_case(page))
}

/// Checks a redirect URI that is about to be used. What a browser runs or shows by itself is none, and over http:// the
/// code can be read on the way (RFC 9700 section 2.6); `allowed`: the schemes that are allowed all the same.
pub fn check_redirect_uri(text: &str, allowed: &str) -> Result<()> {
    const BROWSERS: &[&str] = &[
        "about",
        "blob",
        "chrome",
        "content",
        "data",
        "file",
        "filesystem",
        "ftp",
        "intent",
        "jar",
        "javascript",
        "mailto",
        "res",
        "resource",
        "vbscript",
        "view-source",
        "ws",
        "wss",
    ];
    let scheme = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_safe = match scheme.as_str() {
        "http" => is_loopback(host_of(authority(text))),
        other => !BROWSERS.contains(&other),
    };
    if text.is_empty() || is_safe || allowed.split(' ').any(|allowed| allowed == scheme) {
        return Ok(());
    }
    Err(Error::RedirectUri { scheme })
}

/// A URL's host, and its port, written or not.
pub fn server_of(url: &str) -> (&str, Option<u16>) {
    let port = parse(url).ok().and_then(|url| url.port_or_known_default());
    (host_of(authority(url)), port)
}

/// The URL, as it is written, at another host.
pub fn with_host(url: &str, host: &str) -> String {
    let (before, rest) = url.split_once("://").unwrap_or(("", url));
    let after = &rest[host_of(authority(url)).len()..];
    format!("{before}://{host}{after}")
}

/// A host's name, or an https URL of nothing else; and its port, where that is written.
pub fn bare_host(text: &str) -> Option<(&str, Option<u16>)> {
    const HTTPS: &str = "https://";
    const LONGEST: usize = 253;
    let is_url = text.get(..HTTPS.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(HTTPS));
    let server = if is_url { &text[HTTPS.len()..] } else { text };
    let server = server.strip_suffix('/').filter(|_| is_url).unwrap_or(server);
    let (host, port) = match server.split_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port.parse().ok()?)),
        Some(_) => return None,
        None => (server, None),
    };
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (host.len() <= LONGEST && host.split('.').all(is_label)).then_some((host, port))
}

/// Without the port. A user name is not expected.
pub fn host_of(authority: &str) -> &str {
    match authority.split_once(']') {
        Some((address, _)) => &authority[..=address.len()],
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// RFC 8252 section 8.3: what goes to loopback does not leave the machine. `host` is as somebody wrote it, and as it is
/// connected to: what is not an address letter for letter (`127.1`, `127.0.0.1.`) is a name, which others resolve. Names
/// below `localhost` are left out: some resolvers ask the network for them.
pub fn is_loopback(host: &str) -> bool {
    let ipv6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some(address) = ipv6 {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    let address = host.parse::<Ipv4Addr>();
    address.is_ok_and(|address| address.is_loopback()) || host.eq_ignore_ascii_case("localhost")
}
