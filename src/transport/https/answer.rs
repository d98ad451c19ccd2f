//! An answer, read from its connection to the end as curl reads it, and within bounds (RFC 9112 section 6).
#![forbid(unsafe_code)]

use super::fault::Fault;
use super::incoming::Incoming;
use crate::protocol::message::head::{may_be_status_line, without_end, Framing, Head};
use crate::protocol::message::{is_whole, MAX_BODY};
use crate::secret::Wiped;

/// Of all heads of an answer, `100 Continue` and its like among them. No line of a body's framing is longer either.
const MAX_HEAD: usize = 64 * 1024;
/// `HTTP/`
const STATUS_LINE: usize = 5;

pub(super) struct Answer {
    pub(super) head: Head,
    /// `None` where there can be none.
    pub(super) body: Option<Wiped<Vec<u8>>>,
    /// Its connection can carry one more request.
    pub(super) keeps_open: bool,
}

/// Reads from a connection into a space that is not empty; 0 is its end.
pub(super) type Receive<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<usize, Fault>;

pub(super) struct Reader<'a> {
    incoming: &'a mut Incoming,
    receive: Receive<'a>,
    /// How many bytes may come before the next body.
    left: usize,
    /// Of the heads that were read before this one.
    lines: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(incoming: &'a mut Incoming, receive: Receive<'a>) -> Self {
        Self { incoming, receive, left: MAX_HEAD, lines: 0 }
    }

    pub(super) fn answer(&mut self, is_to_head: bool) -> Result<Answer, Fault> {
        let head = self.head()?;
        if is_to_head || matches!(head.status, 100..=199 | 204 | 304) {
            let keeps_open = head.keeps_open() && head.status >= 200 && self.incoming.rest().is_empty();
            return Ok(Answer { head, body: None, keeps_open });
        }
        let mut body = Body::new(head.status);
        let framing = head.framing().map_err(|line| {
            let line = self.lines + line;
            Fault::unreadable(
                head.status,
                format!("line {line}, Content-Length, is no number, or not the only one"),
            )
        })?;
        let end = match framing {
            Framing::Length(length) => self.part(length, &mut body).map(|()| true),
            Framing::Chunked => self.chunks(&mut body),
            Framing::UntilClose => self.rest(&mut body).map(|()| false),
        };
        let keeps_open = match end {
            Ok(is_told) => is_told && head.keeps_open() && self.incoming.rest().is_empty(),
            Err(fault @ Fault::TooLarge { .. }) => return Err(fault),
            // A token may be in it: it is not thrown away for want of an end.
            Err(_) if is_whole(&body.bytes) => false,
            Err(Fault::Unreadable { reason, .. }) => return Err(Fault::unreadable(head.status, reason)),
            Err(fault) => return Err(fault),
        };
        Ok(Answer { head, body: Some(body.bytes), keeps_open })
    }

    /// The head that counts: 1xx go before it (RFC 9110 section 15.2), except for 101, after which HTTP ends.
    pub(super) fn head(&mut self) -> Result<Head, Fault> {
        loop {
            let head = self.next_head()?;
            if head.status >= 200 || head.status == 101 {
                return Ok(head);
            }
            self.lines += head.lines() + 1;
        }
    }

    fn next_head(&mut self) -> Result<Head, Fault> {
        let mut head = self.status_line()?;
        loop {
            let is_end = self.line(|line| {
                if !line.is_empty() {
                    head.add(line);
                }
                line.is_empty()
            });
            match (is_end, head.odd_line) {
                (Ok(true), _) => return Ok(head),
                (Ok(false), _) => {}
                (Err(Fault::Broken(_)), Some(line)) => {
                    let line = self.lines + line;
                    return Err(Fault::unreadable(
                        head.status,
                        format!("line {line} is no header, and the head has no end"),
                    ));
                }
                (Err(Fault::Unreadable { .. }), _) => {
                    let line = self.lines + head.lines() + 1;
                    return Err(Fault::unreadable(
                        head.status,
                        format!("it has more than 64 KiB of headers, at line {line}"),
                    ));
                }
                (Err(fault), _) => return Err(fault),
            }
        }
    }

    /// What is no HTTP shows in its first bytes, and may have no end of a line.
    fn status_line(&mut self) -> Result<Head, Fault> {
        loop {
            // RFC 9112 section 2.2: an empty line before it is passed over.
            let blank = self.incoming.rest().iter().take_while(|b| b.is_ascii_whitespace()).count();
            self.consume(blank)?;
            let line = self.incoming.rest();
            if !line.is_empty() && !may_be_status_line(line) {
                return Err(self.no_http(&shown(line)));
            }
            if line.len() >= STATUS_LINE {
                break;
            }
            self.fill()?;
        }
        self.line(|line| Head::from_status_line(line).ok_or_else(|| shown(line)))?
            .map_err(|begin| self.no_http(&begin))
    }

    fn no_http(&self, begin: &str) -> Fault {
        let line = self.lines + 1;
        Fault::NoHttp { line, begin: begin.to_owned() }
    }

    /// Returns whether the connection is where the next answer begins.
    fn chunks(&mut self, body: &mut Body) -> Result<bool, Fault> {
        let wrong = || Fault::unreadable(0, "its chunks have no sizes that fit".to_owned());
        loop {
            self.left = MAX_HEAD;
            match self.line(chunk_size)?.ok_or_else(wrong)? {
                0 => break,
                size => self.part(size, body)?,
            }
            if !self.line(<[u8]>::is_empty)? {
                return Err(wrong());
            }
        }
        // Trailers, of which none is of use. That the last line is missing takes nothing from the body.
        loop {
            match self.line(<[u8]>::is_empty) {
                Ok(false) => {}
                end => return Ok(end.is_ok()),
            }
        }
    }

    fn part(&mut self, length: u64, body: &mut Body) -> Result<(), Fault> {
        let mut left = usize::try_from(length).unwrap_or(usize::MAX);
        body.reserve(left)?;
        loop {
            let rest = self.incoming.rest();
            let amount = rest.len().min(left);
            body.add(&rest[..amount]);
            self.incoming.consume(amount);
            left -= amount;
            if left == 0 {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// To the connection's end.
    fn rest(&mut self, body: &mut Body) -> Result<(), Fault> {
        loop {
            let rest = self.incoming.rest();
            body.reserve(rest.len())?;
            body.add(rest);
            let amount = rest.len();
            self.incoming.consume(amount);
            if self.receive()? == 0 {
                return Ok(());
            }
        }
    }

    /// The next line without its end, which is CR LF or LF alone.
    fn line<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T, Fault> {
        let mut seen = 0;
        loop {
            let rest = self.incoming.rest();
            let end = rest[seen..].iter().position(|b| *b == b'\n').map(|at| seen + at);
            seen = end.map_or(rest.len(), |end| end + 1);
            if seen > self.left {
                return Err(too_long());
            }
            if let Some(end) = end {
                let value = read(without_end(&rest[..end]));
                return self.consume(seen).map(|()| value);
            }
            self.fill()?;
        }
    }

    fn consume(&mut self, amount: usize) -> Result<(), Fault> {
        self.left = self.left.checked_sub(amount).ok_or_else(too_long)?;
        self.incoming.consume(amount);
        Ok(())
    }

    fn fill(&mut self) -> Result<(), Fault> {
        match self.receive()? {
            0 => Err(Fault::broken("the server closed it")),
            _ => Ok(()),
        }
    }

    fn receive(&mut self) -> Result<usize, Fault> {
        let amount = (self.receive)(self.incoming.space())?;
        self.incoming.filled(amount);
        Ok(amount)
    }
}

/// Grows without leaving a copy behind, up to its limit.
struct Body {
    bytes: Wiped<Vec<u8>>,
    status: u16,
}

impl Body {
    fn new(status: u16) -> Self {
        Self { bytes: Wiped::default(), status }
    }

    /// Before anything of it is copied.
    fn reserve(&mut self, more: usize) -> Result<(), Fault> {
        let length = self.bytes.len().saturating_add(more);
        if length > MAX_BODY {
            return Err(Fault::TooLarge { status: self.status });
        }
        if length > self.bytes.capacity() {
            let mut larger = Wiped::new(Vec::with_capacity(length.max(self.bytes.len() * 2)));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// RFC 9112 section 7.1. What follows the digits is an extension, or of no sense, and of no use either way.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii_start();
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let digits = std::str::from_utf8(&line[..digits]).ok().filter(|digits| !digits.is_empty())?;
    Some(u64::from_str_radix(digits, 16).unwrap_or(u64::MAX))
}

/// How a line begins, as far as it can be a name: what follows can be a secret.
fn shown(line: &[u8]) -> String {
    let is_shown = |c: &char| c.is_ascii_alphanumeric() || " -._/()".contains(*c);
    line.iter().map(|b| char::from(*b)).take_while(is_shown).take(32).collect::<String>().trim().to_owned()
}

fn too_long() -> Fault {
    Fault::unreadable(0, "one of its lines is longer than 64 KiB".to_owned())
}
