//! Against small servers on 127.0.0.1, most of which misbehave.
#![forbid(unsafe_code)]

mod answers;
mod certificates;
mod faults;
mod proxy;
mod reader;
mod reasons;
mod requests;
mod roots;
mod tls;
mod tls_server;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::*;
use crate::error::Error;
use crate::secret::Secret;
use crate::system::GivenPath;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// A server that is one function, given its listener.
struct Server<T> {
    address: SocketAddr,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Server<T> {
    fn start(run: impl FnOnce(TcpListener) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { address: listener.local_addr().unwrap(), thread: thread::spawn(move || run(listener)) }
    }

    /// A server for one connection.
    fn once(run: impl FnOnce(TcpStream) -> T + Send + 'static) -> Self {
        Self::start(|listener| run(accept(&listener)))
    }

    fn url(&self) -> String {
        format!("http://{}/token?code=s3cret", self.address)
    }

    fn end(self) -> T {
        self.thread.join().unwrap()
    }
}

fn accept(listener: &TcpListener) -> TcpStream {
    listener.accept().unwrap().0
}

/// Whether somebody connects within a tenth of a second.
fn is_called_again(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(100) {
        if listener.accept().is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

/// A request's head and content, or what there was of it.
fn read_request(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let length =
        head.lines().find_map(|l| l.strip_prefix("Content-Length: ")).map_or(0, |n| n.parse().unwrap());
    let mut content = vec![0; length];
    stream.read_exact(&mut content).unwrap();
    head + &String::from_utf8(content).unwrap()
}

fn answer(stream: &mut (impl Read + Write), text: &str) -> String {
    let request = read_request(stream);
    stream.write_all(text.as_bytes()).unwrap();
    request
}

fn config() -> TransportConfig {
    TransportConfig { timeout: 10, ..TransportConfig::default() }
}

/// A file as a setting names it.
fn given(path: &Path) -> GivenPath {
    GivenPath::new("a test's", path.to_str().unwrap()).unwrap()
}

fn https() -> Https {
    Https::open(&config()).unwrap()
}

fn request(method: &'static str, url: &str, content: &str) -> Request {
    let (url, content) = (Secret::new(url), Secret::new(content));
    Request { method, url, headers: Vec::new(), content, signed: Vec::new(), guessable: Vec::new() }
}

fn get(url: &str) -> Request {
    request("GET", url, "")
}

fn post(url: &str) -> Request {
    request("POST", url, "code=s3cret")
}

/// The sentence of the failure, which must not hold a secret.
fn sentence(result: Result<Response>) -> String {
    let error = result.unwrap_err();
    let text = error.to_string();
    assert!(!text.contains("s3cret") && !format!("{error:?}").contains("s3cret"), "{text}");
    text
}
