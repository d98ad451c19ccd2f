//! Who carries a request: the library, or the program with an HTTP of its own.
#![forbid(unsafe_code)]

use super::{error_text, Client};
use oauth::constants::*;
use std::io::{Read, Write};
use std::net::TcpStream;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Carrier {
    Builtin,
    Caller,
}

/// Makes the call and, with the caller's own HTTP, carries what it needs.
pub fn run(carrier: Carrier, client: &Client, call: impl Fn() -> i32) -> i32 {
    let mut answer = call();
    while answer == OAUTH_HTTP_NEEDED {
        assert_eq!(carrier, Carrier::Caller);
        let (status, headers, body) = send(
            &client.request(OAUTH_REQUEST_METHOD).1,
            &client.request(OAUTH_REQUEST_URL).1,
            &client.request(OAUTH_REQUEST_HEADERS).1,
            &client.request(OAUTH_REQUEST_CONTENT).1,
        );
        answer = client.respond(status, &headers, &body);
    }
    answer
}

pub fn header(carrier: Carrier, client: &Client) -> String {
    let length = run(carrier, client, || client.header().0);
    assert!(length > 0, "{length} {}", error_text());
    let (n, text) = client.header();
    assert_eq!(n, length, "{}", error_text());
    text
}

/// The least HTTP that will do: what stands for a program's own.
pub fn send(method: &str, url: &str, headers: &str, content: &str) -> (i32, String, Vec<u8>) {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{content}",
        content.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("an HTTP answer") + 4;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, answer[end..].to_vec())
}
