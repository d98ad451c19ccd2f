#![forbid(unsafe_code)]
//! What a person with a browser would do: sign in, and allow or deny.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::form::{self, Params};
use crate::people::{PASSWORD, USER};

const PATIENCE: Duration = Duration::from_secs(20);

/// Who signs in, and how.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Press the other button.
    pub deny: bool,
    pub user: String,
    pub password: String,
    /// For HTTPS: the CA to trust.
    pub ca_file: Option<PathBuf>,
    /// For a server that wants a client certificate: certificate and key.
    pub client_cert: Option<(PathBuf, PathBuf)>,
}

impl Default for SignIn {
    fn default() -> SignIn {
        SignIn {
            deny: false,
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
            ca_file: None,
            client_cert: None,
        }
    }
}

/// Signs in at an authorization URL of the practice server. The answer is where the browser is sent in
/// the end: the redirect URI with its code or error, or the page that shows the code.
pub fn sign_in(authorize_url: &str, person: &SignIn) -> io::Result<String> {
    let site = Site::of(authorize_url, person)?;
    let page = site.get(&authorize_url[site.origin.len()..])?;
    if let Some(location) = page.location {
        return Ok(location); // refused before anyone was asked
    }
    let form = [("user", person.user.as_str()), ("password", person.password.as_str())];
    let page = site.submit(&page, &form)?;
    let decision = if person.deny { "deny" } else { "allow" };
    let page = site.submit(&page, &[("decision", decision)])?;
    page.location.ok_or_else(|| failed("no redirect after the consent", &page.text))
}

/// The code in a URL that [`sign_in`] gave, wherever it is.
pub fn code_of(url: &str) -> Option<String> {
    match url.split_once('?') {
        Some((_, query)) => Params::parse(query).get("code").map(str::to_owned),
        None => url.rsplit_once("/authorize/").map(|(_, code)| code.to_owned()),
    }
}

struct Page {
    location: Option<String>,
    text: String,
}

struct Site {
    /// `http://host:port`
    origin: String,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
}

impl Site {
    fn of(url: &str, person: &SignIn) -> io::Result<Site> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| failed("not a URL", url))?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| failed("not a port", port))?)
            }
            _ => (authority, if scheme == "https" { 443 } else { 80 }),
        };
        let tls = match scheme {
            "http" => None,
            "https" => Some(Arc::new(client_config(person)?)),
            _ => return Err(failed("neither http nor https", url)),
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Site { origin: format!("{scheme}://{authority}"), host, port, tls })
    }

    fn get(&self, target: &str) -> io::Result<Page> {
        self.send("GET", target, "")
    }

    /// Fills in the form on a page and sends it.
    fn submit(&self, page: &Page, fields: &[(&str, &str)]) -> io::Result<Page> {
        let action = attribute(&page.text, "action=\"");
        let request = attribute(&page.text, "name=request value=\"");
        let (Some(action), Some(request)) = (action, request) else {
            return Err(failed("no form on the page", &page.text));
        };
        let fields = fields.iter().copied().chain([("request", request)]);
        self.send("POST", action, &form::write(fields))
    }

    fn send(&self, method: &str, target: &str, body: &str) -> io::Result<Page> {
        let socket = TcpStream::connect((self.host.as_str(), self.port))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let host = self.origin.rsplit('/').next().unwrap_or_default();
        let message = format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        match &self.tls {
            None => exchange(socket, &message),
            Some(config) => {
                let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
                let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
                exchange(StreamOwned::new(connection, socket), &message)
            }
        }
    }
}

fn exchange(mut stream: impl Read + Write, message: &str) -> io::Result<Page> {
    stream.write_all(message.as_bytes())?;
    stream.flush()?;
    let mut reader = BufReader::new(stream);
    let mut location = None;
    let mut length = 0;
    let mut status_line = String::new();
    reader.read_line(&mut status_line)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "location" => location = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            _ => {}
        }
    }
    let mut text = String::new();
    reader.take(length).read_to_string(&mut text)?;
    if location.is_none() && !status_line.contains(" 200 ") {
        return Err(failed(status_line.trim_end(), &text));
    }
    Ok(Page { location, text })
}

fn attribute<'a>(page: &'a str, before: &str) -> Option<&'a str> {
    let start = page.find(before)? + before.len();
    page[start..].split('"').next()
}

fn client_config(person: &SignIn) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = &person.ca_file {
        for certificate in CertificateDer::pem_file_iter(file).map_err(io::Error::other)? {
            roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots);
    let Some((certificate, key)) = &person.client_cert else { return Ok(builder.with_no_client_auth()) };
    let certificate = CertificateDer::from_pem_file(certificate).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(io::Error::other)?;
    builder.with_client_auth_cert(vec![certificate], key).map_err(io::Error::other)
}

/// What went wrong, with the page in one line: it says why.
fn failed(what: &str, page: &str) -> io::Error {
    let mut text = String::new();
    let mut is_tag = false;
    for c in page.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    io::Error::other(format!("{what}: {}", words.join(" ")))
}
