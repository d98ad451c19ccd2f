#![forbid(unsafe_code)]
//! Writing HTTP/1.1 responses, whole or broken on purpose.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
    pub delivery: Delivery,
    pub late: Duration,
}

#[derive(Clone, Debug)]
pub enum Body {
    Bytes(Vec<u8>),
    /// A JSON object of that many bytes, made while it is sent.
    Filler(u64),
}

/// What happens on the way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Whole,
    /// The connection ends in the middle of the body.
    Cut,
    /// The connection ends instead of an answer.
    Dropped,
}

impl Response {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
        Response {
            status,
            // RFC 6749 §5.1. Nothing here is worth keeping in a cache.
            headers: vec![
                ("Content-Type", one_line(content_type)),
                ("Cache-Control", "no-store".to_owned()),
                ("Pragma", "no-cache".to_owned()),
            ],
            body: Body::Bytes(body.into()),
            delivery: Delivery::Whole,
            late: Duration::ZERO,
        }
    }

    pub fn json(status: u16, value: &Value) -> Response {
        Response::new(status, "application/json", value.to_string())
    }

    pub fn text(status: u16, text: &str) -> Response {
        Response::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
    }

    pub fn html(status: u16, page: String) -> Response {
        Response::new(status, "text/html; charset=utf-8", page)
            .with(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            )
            .with("Referrer-Policy", "no-referrer")
            .with("X-Content-Type-Options", "nosniff")
    }

    pub fn redirect(status: u16, location: &str) -> Response {
        Response::text(status, "See the Location header.").with("Location", location)
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Response {
        self.headers.push((name, one_line(value)));
        self
    }

    /// Sends the response; `false` when the connection is of no more use.
    pub fn write(&self, stream: &mut dyn Write, head_only: bool, keep_alive: bool) -> io::Result<bool> {
        if self.delivery == Delivery::Dropped {
            return Ok(false);
        }
        let length = match &self.body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Filler(size) => *size,
        };
        let cut = self.delivery == Delivery::Cut;
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n"); // a String takes it
        }
        // A cut answer announces more than its whole body, so that even an empty one is short.
        let announced = if cut { length + 64 } else { length };
        let _ = write!(head, "Content-Length: {announced}\r\n");
        head += if keep_alive { "\r\n" } else { "Connection: close\r\n\r\n" };
        let mut message = head.into_bytes();
        match &self.body {
            _ if head_only => stream.write_all(&message)?,
            Body::Bytes(bytes) => {
                message.extend_from_slice(if cut { &bytes[..bytes.len() / 2] } else { bytes });
                stream.write_all(&message)?;
            }
            Body::Filler(size) => {
                stream.write_all(&message)?;
                write_filler(stream, if cut { size / 2 } else { *size })?;
            }
        }
        stream.flush()?;
        Ok(keep_alive && !cut)
    }
}

fn write_filler(stream: &mut dyn Write, size: u64) -> io::Result<()> {
    const START: &[u8] = b"{\"access_token\":\"";
    const END: &[u8] = b"\"}";
    let mut left = size.saturating_sub((START.len() + END.len()) as u64);
    stream.write_all(START)?;
    let chunk = [b'x'; 16 * 1024];
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(chunk.len()).min(chunk.len());
        stream.write_all(&chunk[..now])?;
        left -= now as u64;
    }
    stream.write_all(END)
}

/// A header's value can't end its line, wherever it came from.
fn one_line(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).collect()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
