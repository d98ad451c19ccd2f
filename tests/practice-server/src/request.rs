#![forbid(unsafe_code)]
//! Reading HTTP/1.1 requests (RFC 9112) from a socket.

use std::io::{self, Read, Write};

use crate::form::{percent_decode, Params};

const MAX_LINE: usize = 64 * 1024;
const MAX_HEAD: usize = 128 * 1024;
const MAX_BODY: u64 = 1024 * 1024;

pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// The path, decoded.
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub keep_alive: bool,
}

/// Why a request could not be read.
pub enum Trouble {
    /// The connection ended or timed out: nobody is there to be answered.
    Gone,
    /// What came is refused with this status.
    Refused(u16, &'static str),
}

impl From<io::Error> for Trouble {
    fn from(_: io::Error) -> Trouble {
        Trouble::Gone
    }
}

pub struct RequestLine {
    pub method: String,
    pub target: String,
    http_1_0: bool,
}

impl RequestLine {
    pub fn path(&self) -> String {
        percent_decode(self.target.split('?').next().unwrap_or_default())
    }
}

impl Request {
    /// Reads what follows the request line.
    pub fn read<S: Stream>(line: RequestLine, input: &mut Input<S>) -> Result<Request, Trouble> {
        let headers = read_headers(input)?;
        let mut request = Request {
            path: line.path(),
            query: line.target.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
            method: line.method,
            target: line.target,
            headers,
            body: Vec::new(),
            keep_alive: false,
        };
        // RFC 9112 §3.2: no virtual host, no answer.
        if !line.http_1_0 && request.header_count("host") != 1 {
            return Err(Trouble::Refused(400, "there must be one Host header"));
        }
        let connection = request.header("connection").unwrap_or_default().to_ascii_lowercase();
        request.keep_alive =
            if line.http_1_0 { connection.contains("keep-alive") } else { !connection.contains("close") };
        request.body = read_body(&request, input)?;
        Ok(request)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn header_count(&self, name: &str) -> usize {
        self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).count()
    }

    /// The media type of the body, lower case, without its parameters.
    pub fn content_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    pub fn query_params(&self) -> Params {
        Params::parse(&self.query)
    }

    pub fn form(&self) -> Params {
        Params::parse(&self.text())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn read_headers<S: Stream>(input: &mut Input<S>) -> Result<Vec<(String, String)>, Trouble> {
    let mut headers = Vec::new();
    let mut size = 0;
    loop {
        let line = input.line()?.ok_or(Trouble::Gone)?;
        if line.is_empty() {
            return Ok(headers);
        }
        size += line.len();
        if size > MAX_HEAD {
            return Err(Trouble::Refused(431, "too many headers"));
        }
        let (name, value) = line.split_once(':').ok_or(Trouble::Refused(400, "a header without a colon"))?;
        // RFC 9112 §5.1: no blank before the colon, and no folded lines.
        if name.is_empty() || name.contains([' ', '\t']) {
            return Err(Trouble::Refused(400, "a header name with a blank"));
        }
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn read_body<S: Stream>(request: &Request, input: &mut Input<S>) -> Result<Vec<u8>, Trouble> {
    let chunked = match request.header("transfer-encoding") {
        None => false,
        Some(coding) if coding.eq_ignore_ascii_case("chunked") => true,
        Some(_) => return Err(Trouble::Refused(501, "unknown transfer coding")),
    };
    let length = match request.header("content-length") {
        None => 0,
        // RFC 9112 §6.1: both at once is how requests are smuggled.
        Some(_) if chunked || request.header_count("content-length") > 1 => {
            return Err(Trouble::Refused(400, "two lengths"));
        }
        Some(text) if !text.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(Trouble::Refused(400, "Content-Length is no number"));
        }
        Some(text) => text.parse().unwrap_or(u64::MAX),
    };
    if length > MAX_BODY {
        return Err(Trouble::Refused(413, "too large"));
    }
    if request.header("expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue")) {
        input.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if chunked {
        return read_chunks(input);
    }
    input.exactly(length)
}

fn read_chunks<S: Stream>(input: &mut Input<S>) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    loop {
        let line = input.line()?.ok_or(Trouble::Gone)?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let size =
            u64::from_str_radix(digits, 16).map_err(|_| Trouble::Refused(400, "chunk size is no number"))?;
        if size == 0 {
            break;
        }
        if size > MAX_BODY || body.len() as u64 + size > MAX_BODY {
            return Err(Trouble::Refused(413, "too large"));
        }
        body.extend(input.exactly(size)?);
        if input.line()?.is_none_or(|rest| !rest.is_empty()) {
            return Err(Trouble::Refused(400, "a chunk longer than it says"));
        }
    }
    read_headers(input)?; // the trailer
    Ok(body)
}

/// What comes in, and the socket that it comes from.
pub struct Input<S> {
    pub stream: S,
    buffer: Vec<u8>,
    /// Take from the socket what is there, or only what is needed now?
    greedy: bool,
}

impl<S: Stream> Input<S> {
    pub fn new(stream: S) -> Input<S> {
        Input { stream, buffer: Vec::new(), greedy: false }
    }

    /// The next request line, or nothing when the client is done. Byte by byte: what follows must
    /// stay in the kernel, because closing a socket that has unread bytes is what sends a reset.
    pub fn request_line(&mut self) -> Result<Option<RequestLine>, Trouble> {
        self.greedy = false;
        let line = self.line();
        self.greedy = true;
        let Some(mut line) = line? else { return Ok(None) };
        if line.is_empty() {
            // RFC 9112 §2.2: an empty line before the request is skipped.
            line = self.line()?.ok_or(Trouble::Gone)?;
        }
        let parts: Vec<&str> = line.split(' ').collect();
        let &[method, target, version @ ("HTTP/1.1" | "HTTP/1.0")] = parts.as_slice() else {
            return Err(Trouble::Refused(400, "not an HTTP/1.1 request"));
        };
        let target = origin_form(target).ok_or(Trouble::Refused(400, "not a path"))?;
        Ok(Some(RequestLine { method: method.to_owned(), target, http_1_0: version == "HTTP/1.0" }))
    }

    /// The next line without its end, or nothing at the end of the input.
    fn line(&mut self) -> Result<Option<String>, Trouble> {
        let mut seen = 0;
        loop {
            if let Some(end) = self.buffer[seen..].iter().position(|&b| b == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=seen + end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                let line = String::from_utf8(line).map_err(|_| Trouble::Refused(400, "not UTF-8"))?;
                return Ok(Some(line));
            }
            seen = self.buffer.len();
            if seen > MAX_LINE {
                return Err(Trouble::Refused(431, "line too long"));
            }
            if self.fill()? == 0 {
                return if seen == 0 { Ok(None) } else { Err(Trouble::Gone) };
            }
        }
    }

    fn exactly(&mut self, length: u64) -> Result<Vec<u8>, Trouble> {
        let length = usize::try_from(length).map_err(|_| Trouble::Refused(413, "too large"))?;
        while self.buffer.len() < length {
            if self.fill()? == 0 {
                return Err(Trouble::Gone);
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut chunk = [0; 8192];
        let room = if self.greedy { chunk.len() } else { 1 };
        loop {
            match self.stream.read(&mut chunk[..room]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(read) => {
                    self.buffer.extend_from_slice(&chunk[..read]);
                    return Ok(read);
                }
            }
        }
    }
}

/// RFC 9112 §3.2.2: a server must take `http://host/path` as well as `/path`.
fn origin_form(target: &str) -> Option<String> {
    if target.starts_with('/') {
        return Some(target.to_owned());
    }
    let rest = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://"))?;
    Some(rest.find('/').map_or("/", |at| &rest[at..]).to_owned())
}
