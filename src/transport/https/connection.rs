//! A connection as ureq uses it: bytes to the server and back, with or without TLS.
#![forbid(unsafe_code)]

use std::fmt;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::buffers::WipedBuffers;
use super::fault::Fault;
use super::tls::TlsStream;
use super::wire::Wire;

pub(super) struct Connection {
    channel: Channel,
    buffers: WipedBuffers,
    idle: bool,
}

enum Channel {
    Plain(Wire),
    Tls(Box<TlsStream>),
}

impl Connection {
    pub(super) fn plain(wire: Wire) -> Self {
        Self::new(Channel::Plain(wire))
    }

    pub(super) fn secure(stream: TlsStream) -> Self {
        Self::new(Channel::Tls(Box::new(stream)))
    }

    fn new(channel: Channel) -> Self {
        Self { channel, buffers: WipedBuffers::default(), idle: false }
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

    fn receive(&mut self) -> Result<usize, Fault> {
        let space = self.buffers.input_append_buf();
        if space.is_empty() {
            return Err(Fault::broken("the answer has more than 64 KiB of headers"));
        }
        let amount = match &mut self.channel {
            Channel::Plain(wire) => wire.read(space)?,
            Channel::Tls(stream) => stream.receive(space)?,
        };
        self.buffers.input_appended(amount);
        Ok(amount)
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
        self.receive().map(|amount| amount > 0).map_err(Fault::into_ureq)
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

/// ureq gives what is left of the whole request's time.
pub(super) fn deadline(timeout: NextTimeout) -> Instant {
    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(*timeout.after).unwrap_or(now + A_DAY)
}
