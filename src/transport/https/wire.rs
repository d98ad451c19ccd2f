//! A TCP connection on which nothing lasts longer than one deadline.
#![forbid(unsafe_code)]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::fault::Fault;
use crate::system;

/// The longest single wait. The socket's own time limit stays at this value, so that a request on an open
/// connection costs no system call for it; the deadline is looked at after each wait.
const WAIT: Duration = Duration::from_secs(1);
const MAX_ADDRESSES: usize = 16;

#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    deadline: Instant,
    read_wait: Duration,
    write_wait: Duration,
    /// The server stopped listening. What it said before can still be read, so this is no error yet.
    deaf: bool,
    /// The child of a fork must not use its parent's connection.
    fork_count: u32,
}

impl Wire {
    pub(super) fn connect(host: &str, port: u16, deadline: Instant) -> Result<Self, Fault> {
        Self::connect_any(&look_up(host, port, deadline)?, deadline)
    }

    /// Tries the addresses in turn, each but the last with half of the time that is left.
    pub(super) fn connect_any(addresses: &[SocketAddr], deadline: Instant) -> Result<Self, Fault> {
        let mut reason = "no address was tried".to_owned();
        let mut is_refused = false;
        for (position, address) in addresses.iter().enumerate() {
            let left = left_until(deadline)?;
            let share = if position + 1 < addresses.len() { left / 2 } else { left };
            match TcpStream::connect_timeout(address, share) {
                Ok(stream) => return Self::new(stream, deadline),
                // The first that refuses it is there, unlike others.
                Err(_) if is_refused => {}
                Err(error) => {
                    reason = why_not_connected(*address, &error);
                    is_refused = error.kind() == ErrorKind::ConnectionRefused;
                }
            }
        }
        left_until(deadline)?;
        Err(Fault::Connect(reason))
    }

    fn new(stream: TcpStream, deadline: Instant) -> Result<Self, Fault> {
        // A request is written in one piece: waiting for more would only delay it.
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            deadline,
            read_wait: Duration::ZERO,
            write_wait: Duration::ZERO,
            deaf: false,
            fork_count: system::fork_count(),
        })
    }

    pub(super) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    /// Whether an idle connection is still usable: nothing may have come, neither bytes nor the end.
    pub(super) fn is_quiet(&self) -> bool {
        !self.deaf && self.fork_count == system::fork_count() && self.has_nothing_to_read().unwrap_or(false)
    }

    fn has_nothing_to_read(&self) -> io::Result<bool> {
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        Ok(matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock))
    }
}

impl Read for Wire {
    /// Survives signals. std's own retry would start the time limit anew.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let wait = left_until(self.deadline).map_err(|_| ErrorKind::TimedOut)?.min(WAIT);
            if wait != self.read_wait {
                self.stream.set_read_timeout(Some(wait))?;
                self.read_wait = wait;
            }
            match self.stream.read(bytes) {
                Err(error) if is_wait_over(&error) => {}
                // The failed write used the reset up, which then looks like a proper end.
                Ok(0) if self.deaf => return Err(ErrorKind::ConnectionReset.into()),
                result => return result,
            }
        }
    }
}

/// `write_vectored` is deliberately left to the trait, which calls `write`: std sends with `MSG_NOSIGNAL` there,
/// but uses `writev` for several pieces, which raises SIGPIPE in a program that does not ignore it.
impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            if self.deaf {
                return Ok(bytes.len());
            }
            let wait = left_until(self.deadline).map_err(|_| ErrorKind::TimedOut)?.min(WAIT);
            if wait != self.write_wait {
                self.stream.set_write_timeout(Some(wait))?;
                self.write_wait = wait;
            }
            match self.stream.write(bytes) {
                Err(error) if is_wait_over(&error) => {}
                Err(error) if is_hung_up(&error) => self.deaf = true,
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_wait_over(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn is_hung_up(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted)
}

pub(super) fn left_until(deadline: Instant) -> Result<Duration, Fault> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Fault::Timeout);
    }
    Ok(left)
}

/// In this thread: the deadline is only looked at afterwards, as the C library's look-up cannot be interrupted.
/// An address in the place of a name is not looked up.
fn look_up(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, Fault> {
    if is_localhost(host) {
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
    }
    loop {
        match (host, port).to_socket_addrs() {
            Ok(addresses) => {
                let addresses: Vec<_> = addresses.take(MAX_ADDRESSES).collect();
                left_until(deadline)?;
                return if addresses.is_empty() {
                    Err(Fault::Resolve(host.to_owned()))
                } else {
                    Ok(addresses)
                };
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => left_until(deadline)?,
            Err(_) => return Err(Fault::Resolve(host.to_owned())),
        };
    }
}

/// RFC 6761 section 6.3: this machine, whatever a resolver or a file would say.
pub(super) fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case("localhost"))
}

fn why_not_connected(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            format!("{address} refused it: check the port, and that the server runs")
        }
        ErrorKind::TimedOut => {
            format!("{address} does not answer: check the address, a firewall, or set proxy")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            format!("no way to {address}: check the network, or set proxy")
        }
        _ => format!("{address}: {}: check the network and this machine", system::words(error)),
    }
}
