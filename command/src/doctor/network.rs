//! The way to the server, step by step: proxy, name, port, TLS, and what the library itself says of it all. No parameter is
//! sent.
#![forbid(unsafe_code)]

use std::env;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use oauth::constants as number;

use super::files::words;
use super::{certificate, tls, Mark, Report};
use crate::edge::{Client, Failure};

const PATIENCE: Duration = Duration::from_secs(5);
/// Assertions and points in time are taken by few servers when a clock is further off.
const TOLERATED: i64 = 60;
const MOST_CERTIFICATES: usize = 6;

pub fn look(client: &Client, url: &str, report: &mut Report) {
    let Some(place) = Place::of(url) else {
        return report.fix("name", "the token endpoint is no URL: check token_endpoint");
    };
    if is_by_proxy(client, &place, report) {
        return probe(client, url, &place, report);
    }
    let Some(addresses) = resolve(&place, report) else { return };
    let Some(stream) = connect(&place, &addresses, report) else { return };
    let seen = tls::look(stream, place.is_secure, place.authority, place.path);
    if let Ok(seen) = &seen {
        for der in seen.certificates.iter().take(MOST_CERTIFICATES) {
            let certificate = certificate::in_words(der);
            report.note("certificate", certificate.as_deref().unwrap_or("it is damaged: make it anew"));
        }
    }
    probe(client, url, &place, report);
    clock(seen.ok().and_then(|seen| seen.ahead), report);
}

/// `https://authority/path`
struct Place<'a> {
    is_secure: bool,
    /// Host, and port where it is named.
    authority: &'a str,
    host: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> Place<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let is_secure = scheme == "https";
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // An IPv6 address stands in brackets, as it has colons itself.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, if is_secure { 443 } else { 80 }),
        };
        let path = rest.split(['?', '#']).next().filter(|path| !path.is_empty()).unwrap_or("/");
        let is_host =
            !host.is_empty() && authority.bytes().chain(path.bytes()).all(|byte| byte.is_ascii_graphic());
        is_host.then_some(Self { is_secure, authority, host: host.trim_matches(['[', ']']), port, path })
    }

    fn is_loopback(&self) -> bool {
        self.is_loopback_name() || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    fn is_loopback_name(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        host == "localhost" || host.ends_with(".localhost")
    }
}

/// Whether one stands between, of which name and port are its own affair.
fn is_by_proxy(client: &Client, place: &Place<'_>, report: &mut Report) -> bool {
    let proxy = client.get(number::OAUTH_PROXY).unwrap_or_default();
    // Without TLS only because it does not leave the machine.
    if !place.is_secure && place.is_loopback() {
        return false;
    }
    match proxy.as_str() {
        "" | "none" => return false,
        "env" => {}
        named => {
            let host = named.rsplit_once('@').map_or(named, |(_, host)| host);
            let host = host.trim_start_matches("http://");
            report.fine("proxy", &format!("{host}, as the profile says: it looks up the name, and connects"));
            return true;
        }
    }
    // As curl reads them.
    let names: &[&str] = if place.is_secure {
        &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    } else {
        &["http_proxy", "all_proxy", "ALL_PROXY"]
    };
    let Some(name) = names.iter().find(|name| env::var_os(name).is_some()) else {
        report.note("proxy", "the profile says env, and the environment names none: no proxy is used");
        return false;
    };
    report.fine("proxy", &format!("the environment's {name}, unless no_proxy has the server's name"));
    true
}

fn resolve(place: &Place<'_>, report: &mut Report) -> Option<Vec<SocketAddr>> {
    let (host, port) = (place.host, place.port);
    if place.is_loopback_name() {
        report.fine("name", &format!("{host} is this machine"));
        let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return Some(addresses.map(|address| SocketAddr::new(address, port)).to_vec());
    }
    match (host, port).to_socket_addrs() {
        Ok(addresses) => {
            let addresses: Vec<_> = addresses.collect();
            let shown: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            if host.parse::<IpAddr>().is_err() {
                report.fine("name", &format!("{host} is {}", shown.join(", ")));
            }
            Some(addresses)
        }
        Err(e) => {
            let text = format!(
                "{host} cannot be resolved ({}): check the URL, DNS and the network",
                of_resolver(&e)
            );
            report.say(Mark::Retry, "name", &text);
            None
        }
    }
}

fn of_resolver(error: &io::Error) -> String {
    let words = words(error);
    words.rsplit(": ").next().unwrap_or_default().to_owned()
}

/// The first that answers; those that do not are said, as they cost time at each connection.
fn connect(place: &Place<'_>, addresses: &[SocketAddr], report: &mut Report) -> Option<TcpStream> {
    let mut refused: Vec<String> = Vec::new();
    for address in addresses {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => {
                report.fine("port", &format!("{address} answers"));
                // Loopback has two, of which one is enough.
                for refused in refused.iter().filter(|_| !place.is_loopback_name()) {
                    report.note("port", refused);
                }
                return Some(stream);
            }
            Err(e) if e.kind() == io::ErrorKind::TimedOut => {
                refused.push(format!("{address} does not answer: a firewall, or the server is down"));
            }
            Err(e) => {
                refused
                    .push(format!("{address}: {}: is the port right, and does the server run?", words(&e)));
            }
        }
    }
    for refused in &refused {
        report.say(Mark::Retry, "port", refused);
    }
    None
}

/// What the library says of a request without parameters to the same place, with the profile's CA file, client
/// certificate and proxy: any answer will do.
fn probe(client: &Client, url: &str, place: &Place<'_>, report: &mut Report) {
    let topic = if place.is_secure { "TLS" } else { "answer" };
    let (failure, status) = match probed(client, url) {
        Ok(answered) => answered,
        Err(failure) => return report.failed(topic, &failure),
    };
    // -300 to -399: what stands between; and a certificate or key of our own.
    if failure.number == number::OAUTH_ERROR_CERTIFICATE
        || (-399..=-300).contains(&failure.number) && status.is_empty()
    {
        let is_connected =
            [number::OAUTH_ERROR_TLS, number::OAUTH_ERROR_CERTIFICATE].contains(&failure.number);
        return report.failed(if is_connected { topic } else { "connection" }, &failure);
    }
    if place.is_secure {
        report.fine("TLS", "the certificate is trusted, for this name and now");
    }
    match status.parse::<u16>() {
        Ok(404 | 410) => {
            let text = format!("status {status}, nothing is there, check the path: {}", place.path);
            report.fix("answer", &text);
        }
        Ok(429 | 500..=599) => {
            let text = format!("status {status}, the server cannot serve now: try again later");
            report.say(Mark::Retry, "answer", &text);
        }
        Ok(1..) => report.fine("answer", &format!("status {status} to a request that asks for nothing")),
        // What came is no HTTP.
        _ => report.failed("answer", &failure),
    }
}

/// The failure that every answer to such a request is, and its status.
fn probed(client: &Client, url: &str) -> Result<(Failure, String), Failure> {
    let probe = Client::new()?;
    for property in [
        number::OAUTH_ALLOW_HTTP,
        number::OAUTH_CA_FILE,
        number::OAUTH_CLIENT_CERT_FILE,
        number::OAUTH_CLIENT_KEY_FILE,
        number::OAUTH_PROXY,
    ] {
        probe.set(property, &client.get(property)?)?;
    }
    let url = url.split('?').next().unwrap_or_default();
    for (property, text) in [
        (number::OAUTH_TOKEN_ENDPOINT, url),
        (number::OAUTH_CLIENT_ID, "doctor"),
        (number::OAUTH_CLIENT_AUTH, "none"),
        (number::OAUTH_GRANT_TYPE, "client_credentials"),
        // All that would be sent is left out.
        (number::OAUTH_REQUEST_BODY, "get"),
        (number::OAUTH_TOKEN_NAMES, "grant_type=&client_id="),
        (number::OAUTH_TIMEOUT, "5"),
    ] {
        probe.set(property, text)?;
    }
    match probe.access_token() {
        // A token for nobody, from a server that asks nothing.
        Ok(_) => Ok((Failure::none(), "200".to_owned())),
        Err(failure) => Ok((failure, probe.get(number::OAUTH_HTTP_STATUS)?)),
    }
}

fn clock(ahead: Option<i64>, report: &mut Report) {
    match ahead {
        None => report.note("clock", "the server does not show its own"),
        Some(ahead) if ahead.abs() <= TOLERATED => report.fine("clock", "as the server's"),
        Some(ahead) => {
            let how = if ahead > 0 { "ahead of" } else { "behind" };
            report.fix(
                "clock",
                &format!("this machine's is {} s {how} the server's: set it (NTP)", ahead.abs()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_url_is_taken_apart() {
        let rows = [
            ("https://as.example/token?x=1", Some((true, "as.example", 443, "/token"))),
            ("http://127.0.0.1:8765", Some((false, "127.0.0.1", 8765, "/"))),
            ("https://[::1]:9/a#b", Some((true, "::1", 9, "/a"))),
            ("https://[::1]", Some((true, "::1", 443, "/"))),
            ("https://a:b@as.example?x", Some((true, "as.example", 443, "/"))),
            ("https:///token", None),
            ("https://as.example:port/", None),
            ("https://as.example/a\r\nb", None),
            ("/token", None),
        ];
        for (url, expected) in rows {
            let place = Place::of(url);
            let found = place.as_ref().map(|place| (place.is_secure, place.host, place.port, place.path));
            assert_eq!(found, expected, "{url}");
        }
    }
}
