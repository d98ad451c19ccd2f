//! The token that a client holds: given out while it is valid, renewed when it is not, stored before anybody gets it.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use super::Client;
use crate::conversation::Operation;
use crate::error::{Error, Result};
use crate::flight::lock;
use crate::process::Process;
use crate::settings::{Http, Settings};
use crate::store;
use crate::system;
use crate::token::{Purpose, Ready, Token};

/// The token that the client has, and what became of it.
pub(super) struct Held {
    pub(super) token: Token,
    pub(super) generation: u32,
    /// An API answered 401 to it.
    pub(super) rejected: AtomicBool,
    /// It could not be stored: only memory has it.
    pub(super) unsaved: AtomicBool,
}

impl Client {
    pub fn refresh(&self) -> Result<()> {
        self.renew(Operation::refresh(None), None)
    }

    /// A token that is valid for as long as asked for. Until it is fetched, this thread is given the same one.
    pub fn fresh(&self, purpose: Purpose) -> Result<Arc<Ready>> {
        if let Some(ready) = self.unfetched() {
            return Ok(ready);
        }
        let held = self.held()?;
        if let Some(ready) = held.as_deref().and_then(|held| self.make_ready(held)) {
            return Ok(ready);
        }
        let stale = held.as_ref().map(|held| held.generation);
        let ready = match self.renew(Operation::refresh(Some(purpose)), stale) {
            Ok(()) => self.newest(),
            Err(error) => self.old_token(error),
        }?;
        self.keep_for_thread(&ready);
        Ok(ready)
    }

    /// A caller that knows only the length, or whose buffer was too small, comes back for the text. That must not
    /// cost another refresh.
    pub(super) fn keep_for_thread(&self, ready: &Arc<Ready>) {
        if ready.is_usable(system::now()) {
            return; // the next call finds it anyway
        }
        lock(&self.process().state).unfetched = Some((system::thread_number(), ready.clone()));
    }

    fn unfetched(&self) -> Option<Arc<Ready>> {
        let process = self.process();
        let state = lock(&process.state);
        let (_, ready) = state.unfetched.as_ref().filter(|(thread, _)| *thread == system::thread_number())?;
        let held = self.held.load_full()?;
        let is_good = held.generation == ready.generation && held.is_alive();
        is_good.then(|| ready.clone())
    }

    /// This thread has the text.
    pub fn fetched(&self) {
        let process = self.process();
        let mut state = lock(&process.state);
        if state.unfetched.as_ref().is_some_and(|(thread, _)| *thread == system::thread_number()) {
            state.unfetched = None;
        }
    }

    /// The token after a refresh: however short it lives, there is no newer one.
    pub(super) fn newest(&self) -> Result<Arc<Ready>> {
        let held = self.held()?.ok_or_else(|| Error::sign_in("there is no token yet"))?;
        self.make_ready(&held).map_or_else(|| Ok(self.ready(&held, i64::MIN)), Ok)
    }

    /// A token that has not expired is given out even when it could not be renewed.
    pub(super) fn old_token(&self, error: Error) -> Result<Arc<Ready>> {
        let failed = !matches!(error, Error::HttpNeeded);
        match self.held.load_full() {
            Some(held) if failed && held.is_alive() => Ok(self.ready(&held, i64::MIN)),
            _ => Err(error),
        }
    }

    /// An API answered 401 to that token, or to the one that is held where the caller does not know which.
    pub fn token_rejected(&self, generation: Option<u32>) {
        if let Some(held) = self.held.load_full() {
            if generation.is_none_or(|g| g == held.generation) {
                held.rejected.store(true, Ordering::SeqCst);
                self.current.clear();
            }
        }
    }

    /// Refreshes unless the token that was stale is no longer the one that is held.
    pub(super) fn renew(&self, operation: Operation, stale: Option<u32>) -> Result<()> {
        let settings = self.settings.load_full();
        let process = self.process();
        if settings.http() == Http::Caller {
            return self.carry(&process, &settings, operation, stale);
        }
        process.flight.join(|| {
            if stale.is_some() && self.generation() != stale {
                return Ok(());
            }
            self.carry(&process, &settings, operation, stale)
        })
    }

    pub(super) fn generation(&self) -> Option<u32> {
        self.held.load().as_ref().map(|held| held.generation)
    }

    /// Stores a new token before anybody gets it.
    pub(super) fn accept(&self, process: &Process, settings: &Settings, token: Token) -> Result<()> {
        let saved = store::save(settings, &token);
        self.hold(process, settings, token, saved.is_err());
        saved
    }

    /// Takes over the stored token if another job has stored a newer one.
    pub(super) fn adopt_stored(&self, process: &Process, settings: &Settings) -> Result<bool> {
        let Some(held) = self.held.load_full() else { return Ok(false) };
        match store::load(settings)? {
            Some(stored) if !held.unsaved.load(Ordering::SeqCst) && stored != held.token => {
                self.hold(process, settings, stored, false);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `settings`: those of the request. Where the client is somebody else's by now, it does not keep the token.
    fn hold(&self, process: &Process, settings: &Settings, token: Token, unsaved: bool) -> Arc<Held> {
        let _writing = lock(&process.state);
        let held = Arc::new(Held {
            token,
            generation: self.generations.fetch_add(1, Ordering::SeqCst) + 1,
            rejected: AtomicBool::new(false),
            unsaved: AtomicBool::new(unsaved),
        });
        if super::whose(settings) == super::whose(&self.settings.load()) {
            self.current.clear();
            self.held.store(Some(held.clone()));
        }
        held
    }

    /// The token in memory, or else the stored one.
    pub(super) fn held(&self) -> Result<Option<Arc<Held>>> {
        let settings = self.settings.load_full();
        if let Some(held) = self.held.load_full() {
            if held.unsaved.load(Ordering::SeqCst) && store::save(&settings, &held.token).is_ok() {
                held.unsaved.store(false, Ordering::SeqCst);
            }
            return Ok(Some(held));
        }
        match store::load(&settings)? {
            Some(token) => Ok(Some(self.hold(&self.process(), &settings, token, false))),
            None => Ok(None),
        }
    }

    /// Puts a token that is valid for long enough where readers find it.
    pub(super) fn make_ready(&self, held: &Held) -> Option<Arc<Ready>> {
        let usable_until = held.token.usable_until(self.settings.load().min_valid);
        if held.rejected.load(Ordering::SeqCst) || system::now() >= usable_until {
            return None;
        }
        let ready = self.ready(held, usable_until);
        let process = self.process();
        let _writing = lock(&process.state);
        let is_still_held = self.held.load().as_ref().is_some_and(|h| h.generation == held.generation);
        // One that only memory has is not published: each call tries to store it. Nor is one of a closed client,
        // whose place may be another's by now.
        let is_over = self.closed.load(Ordering::SeqCst) || held.rejected.load(Ordering::SeqCst);
        if is_still_held && !is_over && !held.unsaved.load(Ordering::SeqCst) {
            self.current.publish(ready.clone());
        }
        Some(ready)
    }

    fn ready(&self, held: &Held, usable_until: i64) -> Arc<Ready> {
        Arc::new(Ready::new(self.handle, held.generation, &held.token, usable_until))
    }
}

impl Held {
    fn is_alive(&self) -> bool {
        !self.rejected.load(Ordering::SeqCst) && !self.token.is_expired(system::now())
    }
}
