//! A connection as ureq uses it: bytes to the server and back, with or without TLS.
#![forbid(unsafe_code)]

use std::fmt;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::answer::{Answer, Reader};
use super::buffers::{Incoming, WipedBuffers};
use super::fault::Fault;
use super::tls::TlsStream;
use super::wire::Wire;
use crate::secret::Wiped;

pub(super) struct Connection {
    channel: Channel,
    buffers: WipedBuffers,
    incoming: Incoming,
    sent: Sent,
    /// Whether the request that is under way is one that is answered without a body.
    is_head: bool,
    idle: bool,
}

/// What ureq has written of a request.
#[derive(PartialEq)]
enum Sent {
    Nothing,
    PartOfHead,
    Head,
}

enum Channel {
    Plain(Wire),
    Tls(Box<TlsStream>),
}

impl Connection {
    pub(super) fn plain(wire: Wire) -> Self {
        Self::new(Channel::Plain(wire))
    }

    pub(super) fn secure(stream: Box<TlsStream>) -> Self {
        Self::new(Channel::Tls(stream))
    }

    fn new(channel: Channel) -> Self {
        let (buffers, incoming) = (WipedBuffers::default(), Incoming::default());
        Self { channel, buffers, incoming, sent: Sent::Nothing, is_head: false, idle: false }
    }

    /// Head and content leave together, in one TLS record and one system call where they fit.
    fn send_queued(&mut self) -> Result<(), Fault> {
        match &mut self.channel {
            Channel::Plain(wire) => wire.write_all(self.buffers.queued())?,
            Channel::Tls(stream) => stream.send(self.buffers.queued())?,
        }
        self.buffers.clear_queue();
        Ok(())
    }

    /// The whole answer, as a head that ureq reads and a body of known length.
    fn receive(&mut self) -> Result<(), Fault> {
        let channel = &mut self.channel;
        let mut receive = |space: &mut [u8]| match channel {
            Channel::Plain(wire) => Ok(wire.read(space)?),
            Channel::Tls(stream) => stream.receive(space),
        };
        let answer = Reader::new(&mut self.incoming, &mut receive).answer(self.is_head)?;
        self.buffers.give(plain(&answer));
        self.sent = Sent::Nothing;
        Ok(())
    }

    /// Looks at what ureq has written: whole lines of a head, or content.
    fn note(&mut self, amount: usize) {
        let mut written = self.buffers.unqueued(amount);
        if self.sent == Sent::Nothing {
            self.is_head = written.starts_with(b"HEAD ");
            let line = written.iter().position(|b| *b == b'\n').map_or(amount, |at| at + 1);
            written = &mut written[line..];
            self.sent = Sent::PartOfHead;
        }
        if self.sent == Sent::PartOfHead && capitalise(written) {
            self.sent = Sent::Head;
        }
    }

    fn wire(&mut self) -> &mut Wire {
        match &mut self.channel {
            Channel::Plain(wire) => wire,
            Channel::Tls(stream) => stream.wire(),
        }
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.idle = false;
        self.note(amount);
        self.buffers.queue(amount);
        if !self.buffers.is_nearly_full() {
            return Ok(());
        }
        self.wire().set_deadline(deadline(timeout));
        self.send_queued().map_err(Fault::into_ureq)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.wire().set_deadline(deadline(timeout));
        if !self.buffers.queued().is_empty() {
            self.send_queued().map_err(Fault::into_ureq)?;
        }
        if self.sent == Sent::Nothing {
            return Ok(false);
        }
        self.receive().map(|()| true).map_err(Fault::into_ureq)
    }

    /// ureq asks twice: when the connection goes into the pool, and when it is wanted again. Only the second
    /// answer counts: the server may have closed it in between.
    fn is_open(&mut self) -> bool {
        if !self.idle {
            self.idle = true;
            return true;
        }
        match &mut self.channel {
            Channel::Plain(wire) => wire.is_quiet(),
            Channel::Tls(stream) => stream.is_quiet(),
        }
    }

    fn is_tls(&self) -> bool {
        matches!(self.channel, Channel::Tls(_))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// Writes the names of header lines as the RFCs do, which servers that were made by hand compare with; ureq has them in
/// small letters. Returns whether the head's end was among the lines.
fn capitalise(lines: &mut [u8]) -> bool {
    for line in lines.split_inclusive_mut(|b| *b == b'\n') {
        if line == b"\r\n" {
            return true;
        }
        let mut begins = true;
        for byte in line.iter_mut().take_while(|b| **b != b':') {
            if begins {
                byte.make_ascii_uppercase();
            }
            begins = *byte == b'-';
        }
    }
    false
}

/// An answer whose framing leaves no question.
fn plain(answer: &Answer) -> Wiped<Vec<u8>> {
    let mut head = format!("HTTP/1.1 {}\r\n", answer.head.status);
    for (name, value) in &answer.head.headers {
        if !matches!(name.as_str(), "Connection" | "Content-Length" | "Transfer-Encoding") {
            head.extend([name, ": ", value, "\r\n"]);
        }
    }
    if !answer.keeps_open {
        head.push_str("Connection: close\r\n");
    }
    let body = answer.body.as_ref().map_or(&[][..], |body| body);
    if answer.body.is_some() {
        head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
    }
    head.push_str("\r\n");
    let mut bytes = Wiped::new(Vec::with_capacity(head.len() + body.len()));
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// ureq gives what is left of the whole request's time.
pub(super) fn deadline(timeout: NextTimeout) -> Instant {
    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(*timeout.after).unwrap_or(now + A_DAY)
}
