//! A connection to a server, with or without TLS, and those that wait for their next request.
#![forbid(unsafe_code)]

use std::io::{Read, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::answer::{Answer, Reader};
use super::fault::Fault;
use super::incoming::Incoming;
use super::request::Origin;
use super::tls::TlsStream;
use super::wire::Wire;
use crate::system::lock;

/// As much as a TLS record holds.
const PIECE: usize = 16 * 1024;
const MAX_IDLE: Duration = Duration::from_secs(15);
const MAX_WAITING: usize = 4;
const MAX_WAITING_OF_ONE: usize = 2;

pub(super) struct Connection {
    channel: Channel,
    incoming: Incoming,
}

enum Channel {
    Plain(Wire),
    Tls(Box<TlsStream>),
}

impl Connection {
    pub(super) fn plain(wire: Wire) -> Self {
        Self { channel: Channel::Plain(wire), incoming: Incoming::default() }
    }

    pub(super) fn secure(stream: Box<TlsStream>) -> Self {
        Self { channel: Channel::Tls(stream), incoming: Incoming::default() }
    }

    /// Sends a request, once, and reads the whole of its answer.
    pub(super) fn exchange(
        &mut self,
        request: &[u8],
        is_to_head: bool,
        deadline: Instant,
    ) -> Result<Answer, Fault> {
        let channel = &mut self.channel;
        channel.set_deadline(deadline);
        channel.send(request)?;
        Reader::new(&mut self.incoming, &mut |space| channel.receive(space)).answer(is_to_head)
    }

    /// Neither the end has come, nor anything that would be taken for the next answer.
    fn is_quiet(&mut self) -> bool {
        match &mut self.channel {
            Channel::Plain(wire) => wire.is_quiet(),
            Channel::Tls(stream) => stream.is_quiet(),
        }
    }
}

impl Channel {
    fn set_deadline(&mut self, deadline: Instant) {
        match self {
            Self::Plain(wire) => wire.set_deadline(deadline),
            Self::Tls(stream) => stream.wire().set_deadline(deadline),
        }
    }

    /// Head and content leave together, in one TLS record and one system call where they fit.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Plain(wire) => Ok(wire.write_all(bytes)?),
            Self::Tls(stream) => bytes.chunks(PIECE).try_for_each(|piece| stream.send(piece)),
        }
    }

    fn receive(&mut self, space: &mut [u8]) -> Result<usize, Fault> {
        match self {
            Self::Plain(wire) => Ok(wire.read(space)?),
            Self::Tls(stream) => stream.receive(space),
        }
    }
}

/// Connections that no request uses. Guards them: each goes to one thread.
#[derive(Default)]
pub(super) struct Waiting(Mutex<Vec<Idle>>);

struct Idle {
    origin: Origin,
    since: Instant,
    connection: Connection,
}

impl Waiting {
    /// The server may have closed it in between.
    pub(super) fn take(&self, origin: &Origin, now: Instant) -> Option<Connection> {
        let mut waiting = lock(&self.0);
        waiting.retain(|idle| now.duration_since(idle.since) < MAX_IDLE);
        while let Some(at) = waiting.iter().position(|idle| idle.origin == *origin) {
            let mut connection = waiting.remove(at).connection;
            if connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    }

    /// The longest unused makes room.
    pub(super) fn keep(&self, origin: Origin, connection: Connection, now: Instant) {
        let mut waiting = lock(&self.0);
        let same: Vec<_> = (0..waiting.len()).filter(|at| waiting[*at].origin == origin).collect();
        if same.len() == MAX_WAITING_OF_ONE {
            waiting.remove(same[0]);
        } else if waiting.len() == MAX_WAITING {
            waiting.remove(0);
        }
        waiting.push(Idle { origin, since: now, connection });
    }
}
