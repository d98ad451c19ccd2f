//! The token that a client holds: given out while it is valid, renewed when it is not, stored before anybody gets it.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use super::renew::Need;
use super::Client;
use crate::error::{Error, Result};
use crate::flight::lock;
use crate::process::Process;
use crate::settings::{Identity, Settings, Whose};
use crate::store::{self, Locked, Notes, Place, Wait};
use crate::system;
use crate::token::{Purpose, Ready, Span, Token};
use crate::turn::Turn;

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
    /// A person has just brought it, and it is not stored: newer than whatever is.
    pub(super) is_sign_in: bool,
}

/// What became of a new token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Saved,
    UnsavedRefresh,
    UnsavedSignIn,
}

impl Kept {
    fn unsaved(instead_of: Option<u32>) -> Self {
        if instead_of.is_some() {
            Self::UnsavedRefresh
        } else {
            Self::UnsavedSignIn
        }
    }
}

impl Client {
    pub fn refresh(&self) -> Result<()> {
        let need = Need { purpose: None, stale: None, is_early: false };
        self.renew(&self.settings.load_full(), need)
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
        let need = Need {
            purpose: Some(purpose),
            stale: held.as_ref().map(|held| held.generation),
            is_early: held.as_ref().is_some_and(|held| held.is_alive(&settings)),
        };
        let ready = match self.renew(&settings, need) {
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
        let is_good = held.generation == ready.generation && held.is_alive(&self.settings.load());
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
        self.make_ready(&held).map_or_else(|| Ok(self.ready(&held, Span::NEVER)), Ok)
    }

    /// A failure to renew a token early is none as long as it lives: what happened can be read.
    pub(super) fn old_token(&self, settings: &Settings, error: Error) -> Result<Arc<Ready>> {
        match self.held_in_memory(settings) {
            Some(held) if held.is_alive(settings) && !matches!(error, Error::HttpNeeded) => {
                let _ = self.noting::<()>(Err(error));
                Ok(self.ready(&held, Span::NEVER))
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

    pub(super) fn generation(&self, settings: &Settings) -> Option<u32> {
        self.held_in_memory(settings).map(|held| held.generation)
    }

    /// Stores a new token before anybody gets it. `instead_of`: the token that was refreshed. If a sign-in has
    /// replaced that one meanwhile, its answer comes too late.
    pub(super) fn accept(
        &self,
        process: &Process,
        settings: &Settings,
        mut token: Token,
        instead_of: Option<u32>,
        turn: Option<Turn>,
    ) -> Result<()> {
        let mut turn = match turn.map_or_else(|| Self::turn_to_save(process, settings), Ok) {
            Ok(turn) => turn,
            Err(error) => {
                token.generation =
                    self.held_in_memory(settings).map_or(1, |held| held.token.next_generation());
                self.hold(process, settings, token, Kept::unsaved(instead_of));
                return Err(error);
            }
        };
        let _accepting = lock(&process.accepting);
        let held_now = self.generation(settings);
        let is_late = instead_of.is_some() && held_now != instead_of;
        // In a store the lock keeps the order.
        if is_late && turn.locked().is_none() {
            return Ok(());
        }
        let stored = turn.locked().map_or(Ok(None), |locked| locked.read());
        let held = self.held_in_memory(settings);
        let latest = [stored.as_ref().ok().and_then(Option::as_ref), held.as_deref().map(|held| &held.token)];
        token.generation = latest.iter().flatten().map(|token| token.next_generation()).max().unwrap_or(1);
        token.renewed_by = std::process::id();
        // What nobody understands is left as it is.
        let saved = stored.and_then(|_| turn.renewed(&Identity::of(settings)?, &token));
        if saved.is_err() && instead_of.is_some() {
            turn.not_stored();
        }
        process.leave(turn.notes());
        let kept = if saved.is_ok() { Kept::Saved } else { Kept::unsaved(instead_of) };
        self.hold(process, settings, token, kept);
        saved
    }

    /// After a sign-in, which needs no turn until its answer has come.
    pub(super) fn turn_to_save(process: &Process, settings: &Settings) -> Result<Turn> {
        let Some(place) = Place::of(settings)? else { return Ok(Turn::in_memory(process.notes())) };
        place.make_folder()?;
        place.lock_to_write(Wait::Seconds(settings.lock_timeout())).map(Turn::in_store)
    }

    /// `settings`: those of the request. Where the client is somebody else's by now, it does not keep the token.
    pub(super) fn hold(&self, process: &Process, settings: &Settings, token: Token, kept: Kept) {
        let _writing = lock(&process.state);
        self.put(settings, token, kept);
    }

    /// What was read without the store's lock: another thread may have had a newer one since.
    fn hold_if_none(&self, process: &Process, settings: &Settings, token: Token) -> Arc<Held> {
        let _writing = lock(&process.state);
        self.held_in_memory(settings).unwrap_or_else(|| self.put(settings, token, Kept::Saved))
    }

    /// With the lock of the process's state.
    fn put(&self, settings: &Settings, token: Token, kept: Kept) -> Arc<Held> {
        let held = Arc::new(Held {
            token,
            whose: Whose::of(settings),
            generation: self.generations.fetch_add(1, Ordering::SeqCst) + 1,
            rejected: AtomicBool::new(false),
            unsaved: AtomicBool::new(kept != Kept::Saved),
            is_sign_in: kept == Kept::UnsavedSignIn,
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
            if !held.is_unsaved() {
                return Ok(Some(held));
            }
            // As long as it cannot be stored, memory has it.
            let _ = self.save_held(settings, Wait::No);
            return Ok(self.held_in_memory(settings));
        }
        match store::load(settings)? {
            Some(token) => Ok(Some(self.hold_if_none(&self.process(), settings, token))),
            None => Ok(None),
        }
    }

    /// Stores what only memory has, unless the store has something newer by now.
    pub(super) fn save_held(&self, settings: &Settings, wait: Wait) -> Result<()> {
        let Some(place) = Place::of(settings)? else { return Ok(()) };
        let mut locked = place.lock_to_write(wait)?;
        self.reconcile(&self.process(), settings, &mut locked).map(|_| ())
    }

    pub(super) fn save(
        &self,
        settings: &Settings,
        held: &Held,
        stored: Option<&Token>,
        locked: &mut Locked,
    ) -> Result<()> {
        let mut token = held.token.clone();
        token.generation = token.generation.max(stored.map_or(0, Token::next_generation));
        locked.write(&Identity::of(settings)?, &token)?;
        locked.notes = Notes { holder: locked.notes.holder.take(), ..Notes::default() };
        held.unsaved.store(false, Ordering::SeqCst);
        if token.generation != held.token.generation {
            self.hold(&self.process(), settings, token, Kept::Saved);
        }
        Ok(())
    }

    /// It was removed from the store on purpose.
    pub(super) fn drop_held(&self, process: &Process, held: &Held) {
        let _writing = lock(&process.state);
        if self.held.load().as_ref().is_some_and(|now| now.generation == held.generation) {
            self.held.store(None);
            self.current.clear();
        }
    }

    pub(super) fn held_in_memory(&self, settings: &Settings) -> Option<Arc<Held>> {
        self.held.load_full().filter(|held| held.whose == Whose::of(settings))
    }

    /// Puts a token that is valid for long enough where readers find it.
    pub(super) fn make_ready(&self, held: &Held) -> Option<Arc<Ready>> {
        let process = self.process();
        let _writing = lock(&process.state);
        let usable = held.token.usable(&self.settings.load());
        if held.rejected.load(Ordering::SeqCst) || !usable.has(system::now()) {
            return None;
        }
        let ready = self.ready(held, usable);
        let is_still_held = self.held.load().as_ref().is_some_and(|h| h.generation == held.generation);
        // One that only memory has is not published: each call tries to store it. Nor is one of a closed client,
        // whose place may be another's by now.
        if is_still_held && !self.closed.load(Ordering::SeqCst) && !held.unsaved.load(Ordering::SeqCst) {
            self.current.publish(ready.clone());
        }
        Some(ready)
    }

    fn ready(&self, held: &Held, usable: Span) -> Arc<Ready> {
        Arc::new(Ready::new(self.handle, held.generation, &held.token, usable))
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
