//! The token that a client holds: given out while it is valid, renewed when it is not, stored before anybody gets it.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use super::renew::RenewalRequest;
use super::Client;
use crate::error::{Error, Result};
use crate::lease::RenewalLease;
use crate::process::Process;
use crate::settings::{Identity, Settings, TokenKey};
use crate::single_flight::lock;
use crate::store::{self, LeaseNotes, Locked, Place, Wait};
use crate::system;
use crate::token::{BearerToken, Purpose, Span, Token};

/// The token that the client has, and what became of it.
pub(super) struct CachedToken {
    pub(super) token: Token,
    /// Settings may change at any time: a token goes with those that it came by, and with no others.
    pub(super) key: TokenKey,
    pub(super) serial: u32,
    /// An API answered 401 to it.
    pub(super) rejected: AtomicBool,
    /// It could not be stored: only memory has it.
    pub(super) unsaved: AtomicBool,
    /// A person has just brought it, and it is not stored: newer than whatever is.
    pub(super) is_sign_in: bool,
}

/// What became of a new token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    Stored,
    UnsavedRefresh,
    UnsavedSignIn,
}

impl Durability {
    fn unsaved(replaced_serial: Option<u32>) -> Self {
        if replaced_serial.is_some() {
            Self::UnsavedRefresh
        } else {
            Self::UnsavedSignIn
        }
    }
}

impl Client {
    pub fn refresh(&self) -> Result<()> {
        let wanted = RenewalRequest { purpose: None, stale_serial: None, is_early: false };
        self.renew(&self.settings.load_full(), wanted)
    }

    /// A token that is valid for as long as asked for. Until it is fetched, this thread is given the same one.
    pub fn fresh(&self, purpose: Purpose) -> Result<Arc<BearerToken>> {
        let settings = self.settings.load_full();
        if let Some(ready) = self.undelivered() {
            return Ok(ready);
        }
        let held = self.held(&settings)?;
        if let Some(ready) = held.as_deref().and_then(|held| self.publish(held)) {
            return Ok(ready);
        }
        let wanted = RenewalRequest {
            purpose: Some(purpose),
            stale_serial: held.as_ref().map(|held| held.serial),
            is_early: held.as_ref().is_some_and(|held| held.is_alive(&settings)),
        };
        let ready = match self.renew(&settings, wanted) {
            Ok(()) => self.newest(&settings),
            Err(error) => self.old_token(&settings, error),
        }?;
        self.remember_undelivered(&ready);
        Ok(ready)
    }

    /// A caller that knows only the length, or whose buffer was too small, comes back for the text. That must not
    /// cost another refresh.
    pub(super) fn remember_undelivered(&self, ready: &Arc<BearerToken>) {
        if ready.is_usable(system::now()) {
            return; // the next call finds it anyway
        }
        lock(&self.process().state).undelivered = Some((system::thread_number(), ready.clone()));
    }

    fn undelivered(&self) -> Option<Arc<BearerToken>> {
        let process = self.process();
        let state = lock(&process.state);
        let (_, ready) =
            state.undelivered.as_ref().filter(|(thread, _)| *thread == system::thread_number())?;
        let held = self.held.load_full()?;
        let is_good = held.serial == ready.serial && held.is_alive(&self.settings.load());
        is_good.then(|| ready.clone())
    }

    /// This thread has the text.
    pub fn delivered(&self) {
        let process = self.process();
        let mut state = lock(&process.state);
        if state.undelivered.as_ref().is_some_and(|(thread, _)| *thread == system::thread_number()) {
            state.undelivered = None;
        }
    }

    /// The token after a refresh: however short it lives, there is no newer one.
    pub(super) fn newest(&self, settings: &Settings) -> Result<Arc<BearerToken>> {
        let held = self.held(settings)?.ok_or_else(|| Error::sign_in("there is no token yet"))?;
        self.publish(&held).map_or_else(|| Ok(self.ready(&held, Span::NEVER)), Ok)
    }

    /// A failure to renew a token early is none as long as it lives: what happened can be read.
    pub(super) fn old_token(&self, settings: &Settings, error: Error) -> Result<Arc<BearerToken>> {
        match self.cached(settings) {
            Some(held) if held.is_alive(settings) && !matches!(error, Error::HttpNeeded) => {
                let _ = self.record_failure::<()>(Err(error));
                Ok(self.ready(&held, Span::NEVER))
            }
            _ => Err(error),
        }
    }

    /// An API answered 401 to that token, or to the one that is held where the caller does not know which.
    pub fn token_rejected(&self, serial: Option<u32>) {
        let process = self.process();
        // With the lock: nobody may be about to publish it.
        let _writing = lock(&process.state);
        if let Some(held) = self.held.load_full() {
            if serial.is_none_or(|serial| serial == held.serial) {
                held.rejected.store(true, Ordering::SeqCst);
                self.current.clear();
            }
        }
    }

    pub(super) fn serial(&self, settings: &Settings) -> Option<u32> {
        self.cached(settings).map(|held| held.serial)
    }

    /// Stores a new token before anybody gets it. `replaced_serial`: the token that was refreshed. If a sign-in has
    /// replaced that one meanwhile, its answer comes too late.
    pub(super) fn accept(
        &self,
        process: &Process,
        settings: &Settings,
        mut token: Token,
        replaced_serial: Option<u32>,
        lease: Option<RenewalLease>,
    ) -> Result<()> {
        let mut lease = match lease.map_or_else(|| Self::acquire_to_save(process, settings), Ok) {
            Ok(lease) => lease,
            Err(error) => {
                token.generation = self.cached(settings).map_or(1, |held| held.token.next_generation());
                self.replace(process, settings, token, Durability::unsaved(replaced_serial));
                return Err(error);
            }
        };
        let _accepting = lock(&process.accepting);
        let held_now = self.serial(settings);
        let is_late = replaced_serial.is_some() && held_now != replaced_serial;
        // In a store the lock keeps the order.
        if is_late && lease.locked().is_none() {
            return Ok(());
        }
        let stored = lease.locked().map_or(Ok(None), |locked| locked.read());
        let held = self.cached(settings);
        let latest = [stored.as_ref().ok().and_then(Option::as_ref), held.as_deref().map(|held| &held.token)];
        token.generation = latest.iter().flatten().map(|token| token.next_generation()).max().unwrap_or(1);
        token.renewed_by = std::process::id();
        // What nobody understands is left as it is.
        let saved = stored.and_then(|_| lease.renewed(&Identity::of(settings)?, &token));
        if saved.is_err() && replaced_serial.is_some() {
            lease.not_stored();
        }
        process.set_notes(lease.notes());
        let kept = if saved.is_ok() { Durability::Stored } else { Durability::unsaved(replaced_serial) };
        self.replace(process, settings, token, kept);
        saved
    }

    /// After a sign-in, which needs no turn until its answer has come.
    pub(super) fn acquire_to_save(process: &Process, settings: &Settings) -> Result<RenewalLease> {
        let Some(place) = Place::of(settings)? else { return Ok(RenewalLease::in_memory(process.notes())) };
        place.make_folder()?;
        place.lock_to_write(Wait::Seconds(settings.lock_timeout())).map(RenewalLease::in_store)
    }

    /// `settings`: those of the request. Where the client is somebody else's by now, it does not keep the token.
    pub(super) fn replace(&self, process: &Process, settings: &Settings, token: Token, kept: Durability) {
        let _writing = lock(&process.state);
        self.put(settings, token, kept);
    }

    /// What was read without the store's lock: another thread may have had a newer one since.
    fn replace_if_none(&self, process: &Process, settings: &Settings, token: Token) -> Arc<CachedToken> {
        let _writing = lock(&process.state);
        self.cached(settings).unwrap_or_else(|| self.put(settings, token, Durability::Stored))
    }

    /// With the lock of the process's state.
    fn put(&self, settings: &Settings, token: Token, kept: Durability) -> Arc<CachedToken> {
        let held = Arc::new(CachedToken {
            token,
            key: TokenKey::of(settings),
            serial: self.serials.fetch_add(1, Ordering::SeqCst) + 1,
            rejected: AtomicBool::new(false),
            unsaved: AtomicBool::new(kept != Durability::Stored),
            is_sign_in: kept == Durability::UnsavedSignIn,
        });
        if held.key == TokenKey::of(&self.settings.load()) {
            self.current.clear();
            self.held.store(Some(held.clone()));
        }
        held
    }

    /// The token in memory, or else the stored one.
    pub(super) fn held(&self, settings: &Settings) -> Result<Option<Arc<CachedToken>>> {
        if let Some(held) = self.cached(settings) {
            if !held.is_unsaved() {
                return Ok(Some(held));
            }
            // As long as it cannot be stored, memory has it.
            let _ = self.save_cached(settings, Wait::No);
            return Ok(self.cached(settings));
        }
        match store::load(settings)? {
            Some(token) => Ok(Some(self.replace_if_none(&self.process(), settings, token))),
            None => Ok(None),
        }
    }

    /// Stores what only memory has, unless the store has something newer by now.
    pub(super) fn save_cached(&self, settings: &Settings, wait: Wait) -> Result<()> {
        let Some(place) = Place::of(settings)? else { return Ok(()) };
        let mut locked = place.lock_to_write(wait)?;
        self.reconcile(&self.process(), settings, &mut locked).map(|_| ())
    }

    pub(super) fn save(
        &self,
        settings: &Settings,
        held: &CachedToken,
        stored: Option<&Token>,
        locked: &mut Locked,
    ) -> Result<()> {
        let mut token = held.token.clone();
        token.generation = token.generation.max(stored.map_or(0, Token::next_generation));
        locked.write(&Identity::of(settings)?, &token)?;
        locked.notes = LeaseNotes { holder: locked.notes.holder.take(), ..LeaseNotes::default() };
        held.unsaved.store(false, Ordering::SeqCst);
        if token.generation != held.token.generation {
            self.replace(&self.process(), settings, token, Durability::Stored);
        }
        Ok(())
    }

    /// It was removed from the store on purpose.
    pub(super) fn clear_cached(&self, process: &Process, held: &CachedToken) {
        let _writing = lock(&process.state);
        if self.held.load().as_ref().is_some_and(|now| now.serial == held.serial) {
            self.held.store(None);
            self.current.clear();
        }
    }

    pub(super) fn cached(&self, settings: &Settings) -> Option<Arc<CachedToken>> {
        self.held.load_full().filter(|held| held.key == TokenKey::of(settings))
    }

    /// Puts a token that is valid for long enough where readers find it.
    pub(super) fn publish(&self, held: &CachedToken) -> Option<Arc<BearerToken>> {
        let process = self.process();
        let _writing = lock(&process.state);
        let usable = held.token.usable(&self.settings.load());
        if held.rejected.load(Ordering::SeqCst) || !usable.has(system::now()) {
            return None;
        }
        let ready = self.ready(held, usable);
        let is_still_held = self.held.load().as_ref().is_some_and(|h| h.serial == held.serial);
        // One that only memory has is not published: each call tries to store it. Nor is one of a closed client,
        // whose place may be another's by now.
        if is_still_held && !self.closed.load(Ordering::SeqCst) && !held.unsaved.load(Ordering::SeqCst) {
            self.current.publish(ready.clone());
        }
        Some(ready)
    }

    fn ready(&self, held: &CachedToken, usable: Span) -> Arc<BearerToken> {
        Arc::new(BearerToken::new(self.handle, held.serial, &held.token, usable))
    }
}

impl CachedToken {
    /// The same token, to be stored elsewhere.
    pub(super) fn moved_to(&self, key: TokenKey) -> Self {
        Self {
            token: self.token.clone(),
            key,
            serial: self.serial,
            rejected: AtomicBool::new(self.rejected.load(Ordering::SeqCst)),
            unsaved: AtomicBool::new(true),
            is_sign_in: self.is_sign_in,
        }
    }

    pub(super) fn is_rejected(&self) -> bool {
        self.rejected.load(Ordering::SeqCst)
    }

    pub(super) fn is_unsaved(&self) -> bool {
        self.unsaved.load(Ordering::SeqCst)
    }

    pub(super) fn is_alive(&self, settings: &Settings) -> bool {
        !self.rejected.load(Ordering::SeqCst) && !self.token.is_expired(settings, system::now())
    }
}
