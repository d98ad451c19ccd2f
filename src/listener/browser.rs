//! One connection, of whoever it is: what has come on it, and the answer that goes out.
#![forbid(unsafe_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::page::Page;
use super::request::{self, Reading, MAX_HEAD};
use crate::secret::Wiped;
use crate::system::{self, Awaits, Polled};

/// A request has so long to come, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(10);
/// Who sends on after the answer is listened to for so long: closed before that, the answer may never arrive.
const LINGERS: Duration = Duration::from_secs(1);

pub struct Browser {
    stream: TcpStream,
    /// What has come.
    bytes: Wiped<Vec<u8>>,
    head_end: Option<usize>,
    doing: Doing,
    pub deadline: Instant,
}

enum Doing {
    Reads,
    /// Its request is whole, and waits for its answer.
    Waits,
    Writes {
        answer: Vec<u8>,
        written: usize,
    },
    /// It has its answer; what still comes is thrown away.
    Drains,
    IsOver,
}

impl Browser {
    /// `None` where the connection is gone already.
    pub fn new(stream: TcpStream, now: Instant) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        let bytes = Wiped::new(Vec::new());
        Some(Self { stream, bytes, head_end: None, doing: Doing::Reads, deadline: now + PATIENCE })
    }

    pub fn awaited(&self) -> Polled {
        let awaits = match self.doing {
            Doing::Reads | Doing::Drains => Awaits::Input,
            Doing::Writes { .. } => Awaits::Output,
            Doing::Waits | Doing::IsOver => Awaits::Nothing,
        };
        system::awaited(&self.stream, awaits)
    }

    pub fn is_over(&self, now: Instant) -> bool {
        matches!(self.doing, Doing::IsOver) || now >= self.deadline
    }

    /// Whether its request has not come yet.
    pub fn is_reading(&self) -> bool {
        matches!(self.doing, Doing::Reads)
    }

    /// Whether nothing has come on it: browsers open some in advance.
    pub fn is_idle(&self) -> bool {
        self.is_reading() && self.bytes.is_empty()
    }

    /// Does what can be done without waiting. `true`: its request is whole, or refused, and wants an answer.
    pub fn go_on(&mut self, now: Instant) -> bool {
        match self.doing {
            Doing::Reads => self.read(),
            Doing::Writes { .. } => self.write(now),
            Doing::Drains => self.drain(),
            Doing::Waits | Doing::IsOver => {}
        }
        matches!(self.doing, Doing::Waits)
    }

    pub fn request(&self) -> Reading<'_> {
        request::read(&self.bytes, self.head_end)
    }

    pub fn answer(&mut self, page: &Page<'_>, now: Instant) {
        let is_head = matches!(self.request(), Reading::Whole(request) if request.is_head());
        self.doing = Doing::Writes { answer: page.response(is_head), written: 0 };
        self.deadline = now + PATIENCE;
        self.write(now);
    }

    fn read(&mut self) {
        let mut some = Wiped::new([0; 8192]);
        // Whoever sends without end does not keep the others waiting.
        for _ in 0..=2 * MAX_HEAD / some.len() {
            match self.stream.read(&mut some[..]) {
                Ok(0) => return self.doing = Doing::IsOver,
                Ok(count) => self.take(&some[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => return self.doing = Doing::IsOver,
            }
            if !matches!(self.request(), Reading::More) {
                return self.doing = Doing::Waits;
            }
        }
    }

    fn take(&mut self, some: &[u8]) {
        let seen = self.bytes.len();
        self.bytes.extend_from_slice(some);
        self.head_end = self.head_end.or_else(|| request::end_of_head(&self.bytes, seen));
    }

    fn write(&mut self, now: Instant) {
        let Doing::Writes { answer, written } = &mut self.doing else { return };
        while *written < answer.len() {
            match self.stream.write(&answer[*written..]) {
                Ok(count) if count > 0 => *written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                _ => return self.doing = Doing::IsOver,
            }
        }
        // Said aloud: a child of a fork may have the connection open, too.
        let is_said = self.stream.shutdown(Shutdown::Write).is_ok();
        self.doing = if is_said { Doing::Drains } else { Doing::IsOver };
        self.deadline = now + LINGERS;
        self.drain();
    }

    fn drain(&mut self) {
        const MOST: usize = 256;
        let mut some = [0; 8192];
        for _ in 0..MOST {
            match self.stream.read(&mut some) {
                Ok(0) => return self.doing = Doing::IsOver,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => return self.doing = Doing::IsOver,
            }
        }
    }
}
