//! The token that a client holds: given out while it is valid, renewed when it is not, stored before anybody gets it.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use super::Client;
use crate::conversation::Operation;
use crate::error::{Action, Error, Result};
use crate::flight::lock;
use crate::process::Process;
use crate::settings::{Http, Settings, Whose};
use crate::store;
use crate::system;
use crate::token::{Purpose, Ready, Token};

/// The token that the client has, and what became of it.
pub(super) struct Held {
    pub(super) token: Token,
    /// Settings may change at any time: a token goes with those that it came by, and with no others.
    pub(super) whose: Whose,
    pub(super) generation: u32,
    /// An API answered 401 to it.
    pub(super) rejected: AtomicBool,
    /// It could not be stored: only memory has it.
    pub(super) unsaved: AtomicBool,
}

impl Client {
    pub fn refresh(&self) -> Result<()> {
        self.renew(&self.settings.load_full(), Operation::refresh(None), None)
    }

    /// A token that is valid for as long as asked for. Until it is fetched, this thread is given the same one.
    pub fn fresh(&self, purpose: Purpose) -> Result<Arc<Ready>> {
        let settings = self.settings.load_full();
        if let Some(ready) = self.unfetched() {
            return Ok(ready);
        }
        let held = self.held(&settings)?;
        if let Some(ready) = held.as_deref().and_then(|held| self.make_ready(held)) {
            return Ok(ready);
        }
        let stale = held.as_ref().map(|held| held.generation);
        let ready = match self.renew(&settings, Operation::refresh(Some(purpose)), stale) {
            Ok(()) => self.newest(&settings),
            Err(error) => self.old_token(&settings, error),
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
    pub(super) fn newest(&self, settings: &Settings) -> Result<Arc<Ready>> {
        let held = self.held(settings)?.ok_or_else(|| Error::sign_in("there is no token yet"))?;
        self.make_ready(&held).map_or_else(|| Ok(self.ready(&held, i64::MIN)), Ok)
    }

    /// A token that has not expired is given out in a fault that passes, and where there is nothing to renew it with.
    /// What the server says of the refresh token or of the client is said at once.
    pub(super) fn old_token(&self, settings: &Settings, error: Error) -> Result<Arc<Ready>> {
        let is_verdict =
            error.action() != Action::Retry && !matches!(error, Error::SignIn { refusal: None, .. });
        match self.held_in_memory(settings) {
            Some(held) if !is_verdict && held.is_alive() => {
                // The caller gets a token all the same; what happened can be read.
                let _ = self.noting::<()>(Err(error));
                Ok(self.ready(&held, i64::MIN))
            }
            _ => Err(error),
        }
    }

    /// An API answered 401 to that token, or to the one that is held where the caller does not know which.
    pub fn token_rejected(&self, generation: Option<u32>) {
        let process = self.process();
        // With the lock: nobody may be about to publish it.
        let _writing = lock(&process.state);
        if let Some(held) = self.held.load_full() {
            if generation.is_none_or(|g| g == held.generation) {
                held.rejected.store(true, Ordering::SeqCst);
                self.current.clear();
            }
        }
    }

    /// Refreshes unless the token that was stale is no longer the one that is held.
    fn renew(&self, settings: &Arc<Settings>, operation: Operation, stale: Option<u32>) -> Result<()> {
        let process = self.process();
        if settings.http() == Http::Caller {
            return self.carry(&process, settings, operation, stale);
        }
        process.flight.join(&Whose::of(settings), || {
            if stale.is_some() && self.generation(settings) != stale {
                return Ok(());
            }
            self.carry(&process, settings, operation, stale)
        })
    }

    pub(super) fn generation(&self, settings: &Settings) -> Option<u32> {
        self.held_in_memory(settings).map(|held| held.generation)
    }

    /// Stores a new token before anybody gets it. `instead_of`: the token that was refreshed. If a sign-in has
    /// replaced that one meanwhile, its answer comes too late.
    pub(super) fn accept(
        &self,
        process: &Process,
        settings: &Settings,
        token: Token,
        instead_of: Option<u32>,
    ) -> Result<()> {
        let _accepting = lock(&process.accepting);
        let held_now = self.generation(settings);
        if instead_of.is_some() && held_now.is_some() && held_now != instead_of {
            return Ok(());
        }
        let saved = store::save(settings, &token);
        self.hold(process, settings, token, saved.is_err());
        saved
    }

    /// Takes over the stored token if another job has stored a newer one.
    pub(super) fn adopt_stored(&self, process: &Process, settings: &Settings) -> Result<bool> {
        let Some(held) = self.held_in_memory(settings) else { return Ok(false) };
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
            whose: Whose::of(settings),
            generation: self.generations.fetch_add(1, Ordering::SeqCst) + 1,
            rejected: AtomicBool::new(false),
            unsaved: AtomicBool::new(unsaved),
        });
        if held.whose == Whose::of(&self.settings.load()) {
            self.current.clear();
            self.held.store(Some(held.clone()));
        }
        held
    }

    /// The token in memory, or else the stored one.
    pub(super) fn held(&self, settings: &Settings) -> Result<Option<Arc<Held>>> {
        if let Some(held) = self.held_in_memory(settings) {
            if held.is_unsaved() {
                // As long as it cannot be stored, memory has it.
                let _ = self.save_held(settings);
            }
            return Ok(Some(held));
        }
        match store::load(settings)? {
            Some(token) => Ok(Some(self.hold(&self.process(), settings, token, false))),
            None => Ok(None),
        }
    }

    pub(super) fn save_held(&self, settings: &Settings) -> Result<()> {
        let Some(held) = self.held_in_memory(settings) else { return Ok(()) };
        store::save(settings, &held.token)?;
        held.unsaved.store(false, Ordering::SeqCst);
        Ok(())
    }

    pub(super) fn held_in_memory(&self, settings: &Settings) -> Option<Arc<Held>> {
        self.held.load_full().filter(|held| held.whose == Whose::of(settings))
    }

    /// Puts a token that is valid for long enough where readers find it.
    pub(super) fn make_ready(&self, held: &Held) -> Option<Arc<Ready>> {
        let process = self.process();
        let _writing = lock(&process.state);
        let usable_until = held.token.usable_until(self.settings.load().min_valid);
        if held.rejected.load(Ordering::SeqCst) || system::now() >= usable_until {
            return None;
        }
        let ready = self.ready(held, usable_until);
        let is_still_held = self.held.load().as_ref().is_some_and(|h| h.generation == held.generation);
        // One that only memory has is not published: each call tries to store it. Nor is one of a closed client,
        // whose place may be another's by now.
        if is_still_held && !self.closed.load(Ordering::SeqCst) && !held.unsaved.load(Ordering::SeqCst) {
            self.current.publish(ready.clone());
        }
        Some(ready)
    }

    fn ready(&self, held: &Held, usable_until: i64) -> Arc<Ready> {
        Arc::new(Ready::new(self.handle, held.generation, &held.token, usable_until))
    }
}

impl Held {
    /// The same token, to be stored elsewhere.
    pub(super) fn moved_to(&self, whose: Whose) -> Self {
        Self {
            token: self.token.clone(),
            whose,
            generation: self.generation,
            rejected: AtomicBool::new(self.rejected.load(Ordering::SeqCst)),
            unsaved: AtomicBool::new(true),
        }
    }

    pub(super) fn is_unsaved(&self) -> bool {
        self.unsaved.load(Ordering::SeqCst)
    }

    fn is_alive(&self) -> bool {
        !self.rejected.load(Ordering::SeqCst) && !self.token.is_expired(system::now())
    }
}
