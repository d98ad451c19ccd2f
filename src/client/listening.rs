//! Waiting for the browser to come back: where this process listens, who waits there, and what becomes of what has come.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::process::Process;
use super::Client;
use crate::error::{Action, Error, Result};
use crate::listener::{cannot_wait, Address, Listener, Page, Waited};
use crate::pending;
use crate::settings::{Settings, Snapshot};
use crate::system::{self, lock};

/// Guards what is in it; held for moments, also while a port is opened.
#[derive(Default)]
pub struct Listening(Mutex<State>);

#[derive(Default)]
struct State {
    /// At what this process listens, and the port.
    open: Option<(Address, u16)>,
    /// Unless somebody waits at it.
    listener: Option<Listener>,
    is_awaited: bool,
    is_closed: bool,
    returning: Option<Returning>,
}

/// Settings with the port that was chosen. They are made once, as a pushed request is known by them.
struct Returning {
    of: Arc<Snapshot>,
    port: u16,
    snapshot: Arc<Snapshot>,
}

impl Client {
    pub fn await_redirect(&self, seconds: i32) -> Result<()> {
        const MOST: u64 = 86_400;
        let most = u64::try_from(seconds).ok().filter(|seconds| *seconds <= MOST);
        let wrong = || Error::Value { key: "seconds", reason: format!("use 0 to {MOST}") };
        let until = system::instant() + Duration::from_secs(most.ok_or_else(wrong)?);
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        snapshot.settings.demands_person()?;
        let is_lacking = snapshot.settings.endpoints.token_endpoint.is_empty();
        let again = move |client: &Self| client.await_redirect(seconds).map(|()| 0);
        let snapshot = self.known(snapshot, is_lacking, again)?;
        let redirect_uri = &snapshot.settings.authorization.redirect_uri;
        if redirect_uri.is_empty() {
            return Err(Error::Missing { key: "redirect_uri", operation: "oauth_await_redirect" });
        }
        let mut place = process.listening.take(&Address::of(redirect_uri)?)?;
        let is_awaited = |redirect: &_| pending::is_awaited(redirect, &snapshot);
        let alarm = self.alarm.arm().map_err(|error| cannot_wait(&error))?;
        let waited = place.listener()?.wait(until, &alarm, &|| process.listening.is_closed(), &is_awaited)?;
        drop(alarm);
        let arrival = match waited {
            Waited::Came(arrival) => arrival,
            Waited::TimeIsOver => return Err(Error::Pending(NOT_YET)),
            Waited::Interrupted => return Err(Error::Pending(INTERRUPTED)),
            Waited::Stopped => {
                place.close();
                return Err(Error::Cancelled);
            }
        };
        let result = self.exchange_code(arrival.redirect.expose());
        let sentence = result.as_ref().map_or_else(ToString::to_string, |()| String::new());
        let page = match &result {
            Ok(()) => Page::SignedIn,
            Err(Error::HttpNeeded) => Page::Arrived,
            Err(_) => Page::Failed(&sentence),
        };
        place.listener()?.finish(arrival, &page);
        // What passes may be mended by loading the page again: its code was not used, or has to be asked for anew.
        if !result.as_ref().is_err_and(|error| error.action() == Action::Retry) {
            place.close();
        }
        result
    }
}

const NOT_YET: &str = "nobody has come back from the sign-in yet: call oauth_await_redirect again";
const INTERRUPTED: &str = "a signal came while waiting for the sign-in: call oauth_await_redirect again";

impl Process {
    /// Listens where the browser is to come back to, if that is at any free port and not done already: with the settings of
    /// that snapshot, but for the port. `is_meant`: or else only a length is asked for.
    pub fn begin_to_listen(&self, snapshot: &Arc<Snapshot>, is_meant: bool) -> Result<Option<Begun<'_>>> {
        let Some(address) = &snapshot.authorization()?.free_port else { return Ok(None) };
        // What is pushed is a request, whatever the caller has room for.
        let is_pushed = snapshot.settings.is_pushed();
        let (port, is_new) = self.listening.begin(address, is_meant || is_pushed)?;
        let make = || {
            let mut settings = Settings::clone(&snapshot.settings);
            settings.authorization.redirect_uri = address.with_port(port);
            Snapshot::new(Arc::new(settings), self.memory.clone())
        };
        let snapshot = self.listening.returning(snapshot, port, make);
        Ok(Some(Begun { listening: &self.listening, snapshot, is_new, is_pushed }))
    }
}

impl Listening {
    fn returning(&self, of: &Arc<Snapshot>, port: u16, make: impl FnOnce() -> Snapshot) -> Arc<Snapshot> {
        let mut state = lock(&self.0);
        let known = state.returning.as_ref().filter(|known| Arc::ptr_eq(&known.of, of) && known.port == port);
        if let Some(known) = known {
            return known.snapshot.clone();
        }
        let snapshot = Arc::new(make());
        state.returning = Some(Returning { of: of.clone(), port, snapshot: snapshot.clone() });
        snapshot
    }

    /// The port, and whether it is listened at only since now.
    fn begin(&self, address: &Address, is_meant: bool) -> Result<(u16, bool)> {
        let mut state = lock(&self.0);
        let port = state.port_of(address);
        let is_new = is_meant && port.is_none();
        if is_new {
            state.open_at(address)?;
        }
        // Those that the system gives out have five digits.
        Ok((state.port_of(address).unwrap_or(u16::MAX), is_new))
    }

    /// Whoever waits there, until the value is dropped.
    fn take(&self, address: &Address) -> Result<Place<'_>> {
        let mut state = lock(&self.0);
        if state.is_awaited {
            return Err(Error::Busy);
        }
        if state.port_of(address).is_none() {
            if address.port == 0 {
                return Err(Error::NoPending);
            }
            state.open_at(address)?;
        }
        state.is_awaited = true;
        let listener = state.listener.take();
        drop(state);
        Ok(Place { listening: self, listener })
    }

    fn is_closed(&self) -> bool {
        lock(&self.0).is_closed
    }

    /// With its client.
    pub fn close(&self) {
        let mut state = lock(&self.0);
        state.is_closed = true;
        state.close();
    }
}

impl State {
    fn port_of(&self, address: &Address) -> Option<u16> {
        self.open.as_ref().filter(|(open, _)| open == address).map(|(_, port)| *port)
    }

    fn open_at(&mut self, address: &Address) -> Result<()> {
        if self.is_awaited {
            return Err(Error::Busy);
        }
        if self.is_closed {
            return Err(Error::Cancelled);
        }
        self.close(); // it may have the very port
        let listener = Listener::open(address)?;
        self.open = Some((listener.address().clone(), listener.port()));
        self.listener = Some(listener);
        Ok(())
    }

    fn close(&mut self) {
        self.open = None;
        self.listener = None;
        self.returning = None;
    }
}

/// A listener that a URL has been made for, or is about to be.
pub struct Begun<'a> {
    listening: &'a Listening,
    pub snapshot: Arc<Snapshot>,
    is_new: bool,
    is_pushed: bool,
}

impl Begun<'_> {
    /// The URL is made, or will be: somebody may come.
    pub fn end(mut self, made: &Result<i32>) {
        self.is_new &= match made {
            Ok(_) | Err(Error::HttpNeeded) => false,
            Err(Error::Buffer { .. }) => !self.is_pushed,
            Err(_) => true,
        };
    }
}

impl Drop for Begun<'_> {
    /// No URL was made: nobody comes.
    fn drop(&mut self) {
        let mut state = lock(&self.listening.0);
        if self.is_new && !state.is_awaited {
            state.close();
        }
    }
}

/// The listener in the hands of who waits.
struct Place<'a> {
    listening: &'a Listening,
    listener: Option<Listener>,
}

impl Place<'_> {
    fn listener(&mut self) -> Result<&mut Listener> {
        self.listener.as_mut().ok_or_else(|| Error::Internal("nobody listens".to_owned()))
    }

    fn close(mut self) {
        self.listener = None;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.listening.0);
        state.is_awaited = false;
        state.listener = self.listener.take();
        if state.listener.is_none() || state.is_closed {
            state.close();
        }
    }
}
