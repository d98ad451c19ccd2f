//! The redirect of a sign-in, taken by this program itself on loopback (RFC 8252 section 7.3). Whoever can reach a port of
//! this machine may send whatever he likes to it: strangers are answered, and keep nobody waiting. There is no thread for
//! it: browsers are served while a call waits for them, and queue in the system meanwhile.
#![forbid(unsafe_code)]

mod address;
mod browser;
mod page;
mod request;

use std::io;
use std::net::{IpAddr, TcpListener};
use std::time::{Duration, Instant};

use crate::alarm::Armed;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::system::{self, Awaits};

pub use address::Address;
use browser::Browser;
pub use page::Page;
use request::{Fault, Reading};

/// So many connections at once; of more the oldest goes whose request is not whole.
const MOST: usize = 32;

pub struct Listener {
    address: Address,
    port: u16,
    sockets: Vec<TcpListener>,
    browsers: Vec<Browser>,
    /// Until then no new ones are let in: the process has too many files open.
    is_full_until: Option<Instant>,
    /// How many forks there had been when it was opened.
    fork_count: u32,
}

/// How a wait has ended.
pub enum Waited {
    Came(Arrival),
    TimeIsOver,
    /// By a signal that the program handles.
    Interrupted,
    /// By the alarm, or with the client.
    Stopped,
}

/// What a browser has brought that was waited for, and the browser, which waits for its answer.
pub struct Arrival {
    browser: Browser,
    pub redirect: Secret,
}

impl Listener {
    pub fn open(address: &Address) -> Result<Self> {
        const TRIES: u32 = 16;
        let mut tries = 0;
        loop {
            match bind(address, address.port) {
                Ok((port, sockets)) => return Ok(Self::of(address.clone(), port, sockets)),
                // A port that is free for IPv4 may not be for IPv6.
                Err(error)
                    if error.kind() == io::ErrorKind::AddrInUse && address.port == 0 && tries < TRIES =>
                {
                    tries += 1;
                }
                Err(error) => return Err(refused(address, &error)),
            }
        }
    }

    fn of(address: Address, port: u16, sockets: Vec<TcpListener>) -> Self {
        // A child that lives longer than we do would keep the port.
        for socket in &sockets {
            system::close_in_child(socket);
        }
        let fork_count = system::fork_count();
        Self { address, port, sockets, browsers: Vec::new(), is_full_until: None, fork_count }
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves browsers until one brings what `is_awaited`, given as the address that it was sent to.
    pub fn wait(
        &mut self,
        until: Instant,
        alarm: &Armed<'_>,
        is_closed: &dyn Fn() -> bool,
        is_awaited: &dyn Fn(&Secret) -> Result<bool>,
    ) -> Result<Waited> {
        loop {
            if alarm.take() || is_closed() {
                return Ok(Waited::Stopped);
            }
            if let Some(arrival) = self.serve(is_awaited)? {
                return Ok(Waited::Came(arrival));
            }
            let now = system::instant();
            if now >= until {
                return Ok(Waited::TimeIsOver);
            }
            if let Err(error) = self.rest(until - now, Some(alarm)) {
                return match error.kind() {
                    // The signal's handler may have raised it.
                    io::ErrorKind::Interrupted if alarm.take() => Ok(Waited::Stopped),
                    io::ErrorKind::Interrupted => Ok(Waited::Interrupted),
                    _ => Err(cannot_wait(&error)),
                };
            }
        }
    }

    /// Gives the browser its answer, and the same one to whoever brings the same: some browsers send it twice.
    pub fn finish(&mut self, arrival: Arrival, page: &Page<'_>) {
        const MOST: Duration = Duration::from_secs(1);
        let Arrival { mut browser, redirect } = arrival;
        let until = Instant::now() + MOST;
        browser.answer(page, Instant::now());
        self.browsers.push(browser);
        loop {
            while let Ok(Some(mut same)) = self.serve(&|other| Ok(*other == redirect)) {
                same.browser.answer(page, Instant::now());
                self.browsers.push(same.browser);
            }
            self.browsers.retain(|browser| !browser.is_idle());
            let now = Instant::now();
            if self.browsers.is_empty() || now >= until {
                return;
            }
            // A signal is no reason to leave a person without an answer.
            let _ = self.rest(until - now, None);
        }
    }

    /// Does all that can be done without waiting, unless what is waited for comes in between.
    fn serve(&mut self, is_awaited: &dyn Fn(&Secret) -> Result<bool>) -> Result<Option<Arrival>> {
        self.let_in();
        let mut at = 0;
        while let Some(browser) = self.browsers.get_mut(at) {
            let now = Instant::now();
            if browser.go_on(now) {
                match self.verdict(at, is_awaited) {
                    Ok(redirect) => {
                        return Ok(Some(Arrival { browser: self.browsers.remove(at), redirect }));
                    }
                    Err(Verdict::Answer(page)) => self.browsers[at].answer(&page, now),
                    Err(Verdict::Fault(error)) => {
                        self.browsers[at].answer(&Page::Failed(&error.to_string()), now);
                        return Err(error);
                    }
                }
            }
            at += 1;
        }
        let now = Instant::now();
        self.browsers.retain(|browser| !browser.is_over(now));
        self.make_room();
        Ok(None)
    }

    /// Once all that has come was read: a browser says all at once, and a crowd that only begins to keeps nobody out.
    fn make_room(&mut self) {
        while self.browsers.len() > MOST {
            let oldest = self.browsers.iter().position(Browser::is_reading);
            self.browsers.remove(oldest.unwrap_or(0));
        }
    }

    /// What the request of that browser has brought, or what it gets for an answer.
    fn verdict(
        &self,
        at: usize,
        is_awaited: &dyn Fn(&Secret) -> Result<bool>,
    ) -> std::result::Result<Secret, Verdict> {
        let refused = |fault| Verdict::Answer(Page::Refused(fault));
        let request = match self.browsers[at].request() {
            Reading::Whole(request) => request,
            Reading::Refused(fault) => return Err(refused(fault)),
            Reading::More => return Err(refused(Fault::NotHttp)),
        };
        if !self.address.is_called(request.host, self.port) {
            return Err(refused(Fault::Host));
        }
        if !self.address.has_path(request.path) {
            return Err(refused(Fault::Path));
        }
        request.check_method().map_err(refused)?;
        let parameters = request.parameters.iter().filter(|part| !part.is_empty()).copied();
        let parameters: Vec<_> = parameters.collect();
        let base = self.address.with_port(self.port);
        let base = base.split('?').next().unwrap_or_default();
        let redirect = Secret::new([base, "?", &parameters.join("&")].concat());
        match is_awaited(&redirect) {
            Ok(true) => Ok(redirect),
            Ok(false) => Err(Verdict::Answer(Page::Unasked)),
            Err(error) => Err(Verdict::Fault(error)),
        }
    }

    fn let_in(&mut self) {
        let now = Instant::now();
        if self.is_full_until.is_some_and(|until| now < until) {
            return;
        }
        self.is_full_until = None;
        for socket in &self.sockets {
            for _ in 0..MOST {
                match socket.accept() {
                    Ok((stream, _)) => self.browsers.extend(Browser::new(stream, now)),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // Gone before it was let in.
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(_) => {
                        self.is_full_until = Some(now + Duration::from_secs(1));
                        break;
                    }
                }
            }
        }
    }

    /// Waits until something happens, for as long at most.
    fn rest(&self, most: Duration, alarm: Option<&Armed<'_>>) -> io::Result<()> {
        let now = Instant::now();
        let mut files: Vec<_> = self.browsers.iter().map(Browser::awaited).collect();
        files.extend(alarm.map(|alarm| system::awaited(alarm.heard(), Awaits::Input)));
        if self.is_full_until.is_none() {
            files.extend(self.sockets.iter().map(|socket| system::awaited(socket, Awaits::Input)));
        }
        let ends = self.browsers.iter().map(|browser| browser.deadline).chain(self.is_full_until);
        let limit = ends.map(|end| end.saturating_duration_since(now)).fold(most, Duration::min);
        system::waits();
        system::poll(&mut files, limit)
    }
}

/// Such as for want of descriptors.
pub fn cannot_wait(error: &io::Error) -> Error {
    Error::Port { reason: format!("this process cannot wait for a browser: {}", system::words(error)) }
}

/// Why a request is not what is waited for.
enum Verdict {
    Answer(Page<'static>),
    /// That could not even be found out.
    Fault(Error),
}

impl Drop for Listener {
    fn drop(&mut self) {
        for socket in self.sockets.drain(..) {
            if self.fork_count == system::fork_count() {
                system::keep_in_child(&socket);
            } else {
                // Closed at the fork; its number may be another's by now.
                std::mem::forget(socket);
            }
        }
    }
}

/// Listens at each of the address's that this machine has, at one port.
fn bind(address: &Address, port: u16) -> io::Result<(u16, Vec<TcpListener>)> {
    let (mut port, mut sockets, mut missing) = (port, Vec::new(), None);
    for ip in address.addresses() {
        match listen(ip, port) {
            Ok((bound, socket)) => {
                port = bound;
                sockets.push(socket);
            }
            // One of the two may not be there at all.
            Err(error) if is_missing(&error) => missing = Some(error),
            Err(error) => return Err(error),
        }
    }
    match missing {
        Some(error) if sockets.is_empty() => Err(error),
        _ => Ok((port, sockets)),
    }
}

fn listen(ip: IpAddr, port: u16) -> io::Result<(u16, TcpListener)> {
    let socket = TcpListener::bind((ip, port))?;
    socket.set_nonblocking(true)?;
    Ok((socket.local_addr()?.port(), socket))
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        || system::is_of_address_family(error)
}

fn refused(address: &Address, error: &io::Error) -> Error {
    let port = address.port;
    let reason = match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {port} is taken: end the program that has it, or use port 0 in redirect_uri")
        }
        io::ErrorKind::PermissionDenied => {
            format!("port {port} is kept for the system: use another in redirect_uri, or 0 for any")
        }
        _ => format!("{} cannot be listened at: {}", address.with_port(port), system::words(error)),
    };
    Error::Port { reason }
}
