#![forbid(unsafe_code)]
#![allow(dead_code)] // each test program uses its part
//! A small HTTP client, and the steps that every flow has.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use practice_server::{code_of, sign_in, Options, Server, SignIn};
use serde_json::Value;

pub const CB: &str = "http://127.0.0.1:9999/cb";
pub const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
pub const JSON: &str = "Content-Type: application/json";
/// The example of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// A member of the JSON answer.
    pub fn member(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no text {name} in {}", self.body)).to_owned()
    }

    /// A value of the form answer.
    pub fn field(&self, name: &str) -> String {
        let mut fields = self.body.split('&').filter_map(|part| part.split_once('='));
        fields.find(|(n, _)| *n == name).unwrap_or_else(|| panic!("no {name} in {}", self.body)).1.to_owned()
    }

    pub fn is_error(&self, status: u16, error: &str) {
        assert_eq!((self.status, self.member("error").as_str()), (status, error), "{}", self.body);
    }
}

pub fn start() -> Server {
    Server::start(Options::default()).unwrap()
}

pub fn connect(server: &Server) -> TcpStream {
    let socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket
}

/// A request line, headers and a body, as one text with lengths filled in.
pub fn message(method: &str, target: &str, headers: &[&str], body: &str) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    for header in headers {
        text += header;
        text += "\r\n";
    }
    text + &format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

pub fn read_reply(stream: &mut impl Read) -> io::Result<Reply> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap();
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut reply = Reply { status, headers, body: String::new() };
    let mut body = vec![0; reply.header("content-length").parse().unwrap()];
    reader.read_exact(&mut body)?;
    reply.body = String::from_utf8(body).unwrap();
    Ok(reply)
}

pub fn try_send(server: &Server, message: &str) -> io::Result<Reply> {
    let mut socket = connect(server);
    socket.write_all(message.as_bytes())?;
    read_reply(&mut socket)
}

pub fn send(server: &Server, method: &str, target: &str, headers: &[&str], body: &str) -> Reply {
    try_send(server, &message(method, target, headers, body)).unwrap()
}

pub fn post(server: &Server, target: &str, body: &str) -> Reply {
    send(server, "POST", target, &[FORM], body)
}

pub fn me(server: &Server, base: &str, authorization: &str) -> Reply {
    send(server, "GET", &format!("/{base}/api/me"), &[&format!("Authorization: {authorization}")], "")
}

pub fn encode(text: &str) -> String {
    let encode =
        |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(encode).collect::<Vec<_>>().concat()
}

pub fn authorize_url(server: &Server, path: &str, client: &str, more: &str) -> String {
    let kind = if path.contains("belladati") { "CODE" } else { "code" };
    let client = encode(client);
    let redirect =
        if more.contains("redirect_uri=") { String::new() } else { format!("&redirect_uri={}", encode(CB)) };
    format!("{}/{path}?response_type={kind}&client_id={client}{redirect}{more}", server.url())
}

/// Signs in, and gives where the browser lands.
pub fn land(server: &Server, path: &str, client: &str, more: &str) -> String {
    sign_in(&authorize_url(server, path, client, more), &SignIn::default()).unwrap()
}

pub fn code(server: &Server, path: &str, client: &str, more: &str) -> String {
    let landed = land(server, path, client, more);
    code_of(&landed).unwrap_or_else(|| panic!("no code in {landed}"))
}

/// The parameters that take a code, for the client `demo`.
pub fn code_params(code: &str) -> String {
    format!(
        "grant_type=authorization_code&code={code}&redirect_uri={}&client_id=demo&client_secret=demo-secret",
        encode(CB)
    )
}

pub fn refresh_params(token: &str) -> String {
    format!("grant_type=refresh_token&refresh_token={token}&client_id=demo&client_secret=demo-secret")
}
