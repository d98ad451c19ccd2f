//! The token that a client has in memory. Nobody else replaces, clears or publishes it.
//!
//! A token is replaced only by who names the one that it replaces: whoever has looked at an older one is told
//! [`Newer`] and looks again. A sign-in, which a person has just brought, and an import name none: they are newer than
//! any renewal that was under way. What is unsaved goes only where its owner says so: [`TokenCache::follow`] refuses.
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use arc_swap::ArcSwapOption;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::settings::TokenKey;
use crate::store::Hold;
use crate::system::{self, lock};
use crate::token::{BearerToken, Freshness, PublishedToken, Span, Token};

/// A token in memory, and what became of it. It never changes: another takes its place.
#[derive(Clone)]
pub struct CachedToken {
    pub token: Arc<Token>,
    /// Settings may change at any time: a token goes with those that it came by, and with no others.
    key: TokenKey,
    /// Counts the tokens that this client has cached; a new durability or a rejection makes no new one.
    pub serial: u32,
    pub durability: Durability,
    /// An API answered 401 to it.
    pub is_rejected: bool,
    /// Where it is unsaved: what tells other jobs so.
    _hold: Option<Hold>,
}

/// The token that a conversation with the server has brought, if it is known which. Settings may have changed meanwhile:
/// it is for who has asked for it, and need not be in memory any more.
pub type Brought = Option<Arc<CachedToken>>;

/// Whether a token outlives this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    Stored,
    /// Brought by a refresh, and only memory has it.
    UnsavedRefresh,
    /// A person has just brought it, and only memory has it: newer than whatever is stored.
    UnsavedSignIn,
}

/// Which token a new one replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// The one of that serial; `None`: there was none.
    Only(Option<u32>),
    /// Whatever there is.
    Any,
}

/// Another token has come since the caller looked.
#[derive(Debug, PartialEq, Eq)]
pub struct Newer;

/// Only memory has the token: it would be lost.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsaved;

pub struct TokenCache {
    /// The client's handle: a published token says whose it is.
    handle: i32,
    /// Where readers find the valid token without coming here. Written with `state`.
    published: &'static PublishedToken,
    /// Written with `state`; read without, also in the child of a fork.
    cached: ArcSwapOption<CachedToken>,
    /// Written with `state`. Relaxed: only the child of a fork reads it without, in its only thread.
    last_serial: AtomicU32,
    /// As `last_serial`.
    is_closed: AtomicBool,
    state: Mutex<State>,
}

/// What the settings of now say, and what waits to be fetched. Guards all of [`TokenCache`]; held for moments, and
/// nothing is locked below it.
struct State {
    key: TokenKey,
    freshness: Freshness,
    /// A token that a thread knows the length of and has not fetched yet.
    undelivered: Option<(u64, Arc<BearerToken>)>,
}

impl TokenCache {
    pub fn new(handle: i32, published: &'static PublishedToken, key: TokenKey, freshness: Freshness) -> Self {
        Self {
            handle,
            published,
            cached: ArcSwapOption::const_empty(),
            last_serial: AtomicU32::new(0),
            is_closed: AtomicBool::new(false),
            state: Mutex::new(State { key, freshness, undelivered: None }),
        }
    }

    /// For the child of a fork: the same token. The parent's mutex may be held by a thread that the child does not have.
    pub fn after_fork(parent: &Self, key: TokenKey, freshness: Freshness) -> Self {
        let fresh = Self::new(parent.handle, parent.published, key, freshness);
        fresh.cached.store(parent.cached.load_full());
        fresh.last_serial.store(parent.last_serial.load(Ordering::Relaxed), Ordering::Relaxed);
        fresh.is_closed.store(parent.is_closed.load(Ordering::Relaxed), Ordering::Relaxed);
        fresh
    }

    /// The token of that key, if it is the one in memory. Takes no lock.
    pub fn cached(&self, key: &TokenKey) -> Option<Arc<CachedToken>> {
        #[cfg(test)]
        super::tests::schedule::point();
        self.look(key)
    }

    /// The token that only memory has, if it has one, whatever its key.
    pub fn unsaved(&self) -> Option<Arc<CachedToken>> {
        self.cached.load_full().filter(|cached| cached.is_unsaved())
    }

    /// The only way in. `key` is that of the request which brought the token: where the client is somebody else's by
    /// now, the caller gets it and the client does not keep it.
    pub fn replace(
        &self,
        replaces: Replaces,
        key: &TokenKey,
        token: Arc<Token>,
        durability: Durability,
    ) -> Result<Arc<CachedToken>, Newer> {
        let state = self.state();
        let is_ours = state.key == *key;
        if let Replaces::Only(expected) = replaces {
            if is_ours && expected != self.look(key).map(|now| now.serial) {
                return Err(Newer);
            }
        }
        let serial = self.last_serial.load(Ordering::Relaxed) + 1;
        self.last_serial.store(serial, Ordering::Relaxed);
        let key = key.clone();
        let new = Arc::new(CachedToken { token, key, serial, durability, is_rejected: false, _hold: None });
        if is_ours {
            self.put(&state, Some(new.clone()));
        }
        Ok(new)
    }

    /// That token is unsaved, and other jobs see that by `hold`.
    pub fn keep(&self, unsaved: &CachedToken, hold: Hold) {
        let state = self.state();
        if let Some(cached) = self.of_serial(unsaved.serial) {
            self.put(
                &state,
                Some(Arc::new(CachedToken { _hold: Some(hold), ..CachedToken::clone(&cached) })),
            );
        }
    }

    /// That token has been stored as it is: where it has moved into another store since, it is not there.
    pub fn set_stored(&self, saved: &CachedToken) {
        let state = self.state();
        if let Some(cached) = self.of_serial(saved.serial).filter(|cached| cached.key == saved.key) {
            let stored =
                CachedToken { durability: Durability::Stored, _hold: None, ..CachedToken::clone(&cached) };
            self.put(&state, Some(Arc::new(stored)));
        }
    }

    /// An API answered 401 to the token of that serial or, where the caller does not know which, to the one of now.
    pub fn reject(&self, serial: Option<u32>) {
        let state = self.state();
        let now = self.cached.load_full();
        if let Some(cached) = now.filter(|now| serial.is_none_or(|serial| serial == now.serial)) {
            let rejected = CachedToken { is_rejected: true, ..CachedToken::clone(&cached) };
            self.put(&state, Some(Arc::new(rejected)));
        }
    }

    /// That token was removed from its store on purpose.
    pub fn clear(&self, removed: &CachedToken) {
        let state = self.state();
        if self.of_serial(removed.serial).is_some_and(|cached| cached.key == removed.key) {
            self.put(&state, None);
        }
    }

    /// The server no longer takes that token, whichever serial it has here.
    pub fn clear_revoked(&self, token: &Token) {
        let state = self.state();
        if self.cached.load().as_ref().is_some_and(|cached| cached.token.is_same(token)) {
            self.put(&state, None);
        }
    }

    /// The person wants the token of that key to be forgotten, saved or not.
    pub fn forget(&self, key: &TokenKey) {
        let state = self.state();
        if self.look(key).is_some() {
            self.put(&state, None);
        }
    }

    /// The settings have changed: a token stays with the identity that it came by. One that only memory has, or would
    /// have, moves along to another store; under another identity it would be lost, and nothing is changed.
    pub fn follow(&self, key: TokenKey, freshness: Freshness) -> Result<Followed, Unsaved> {
        let mut state = self.state();
        let mut followed = Followed::Stays;
        if let Some(cached) = self.cached.load_full().filter(|cached| cached.key != key) {
            let moves = cached.is_unsaved() || cached.key.is_memory();
            if cached.key.is_same_token(&key) && moves {
                let durability = match cached.durability {
                    Durability::Stored => Durability::UnsavedRefresh,
                    unsaved => unsaved,
                };
                let copy = CachedToken { key: key.clone(), durability, ..CachedToken::clone(&cached) };
                self.put(&state, Some(Arc::new(copy)));
                followed = Followed::Moved;
            } else if cached.is_unsaved() && !cached.key.is_memory() {
                return Err(Unsaved);
            } else {
                self.put(&state, None);
            }
        }
        state.key = key;
        state.freshness = freshness;
        // Published again under the new settings.
        self.published.clear();
        Ok(followed)
    }

    /// Nothing is published any more. Calls of other threads that are under way end as they would have.
    pub fn close(&self) {
        let mut state = self.state();
        self.is_closed.store(true, Ordering::Relaxed);
        state.undelivered = None;
        self.published.clear();
    }

    /// The header of a token that is valid for long enough by the settings of now, put where readers find it. One that
    /// only memory has is not published: each call tries to store it. Nor is one of another type than Bearer, nor one of a closed client, whose slot may be
    /// another's by now.
    pub fn publish(&self, cached: &CachedToken) -> Option<Arc<BearerToken>> {
        let state = self.state();
        let usable = cached.token.usable(state.freshness);
        let is_rejected = self.of_serial(cached.serial).map_or(cached.is_rejected, |now| now.is_rejected);
        if is_rejected || !cached.is_own() || !usable.has(system::now()) {
            return None;
        }
        let bearer = self.bearer(cached, usable);
        let is_current = self.of_serial(cached.serial).is_some_and(|now| !now.is_unsaved());
        if is_current && bearer.is_bearer() && !self.is_closed.load(Ordering::Relaxed) {
            self.published.publish(bearer.clone());
        }
        Some(bearer)
    }

    /// The header of a token that has just come, put where readers find it if it is good for more than one.
    pub fn ready(&self, cached: &CachedToken) -> Arc<BearerToken> {
        self.publish(cached).unwrap_or_else(|| self.unpublished(cached))
    }

    /// The header of a token for one caller: however short it lives, there is no newer one.
    pub fn unpublished(&self, cached: &CachedToken) -> Arc<BearerToken> {
        self.bearer(cached, Span::NEVER)
    }

    /// A caller that knows only the length, or whose buffer was too small, comes back for the text. That must not
    /// cost another refresh.
    pub fn remember_undelivered(&self, bearer: &Arc<BearerToken>) {
        if !bearer.is_usable(system::now()) {
            self.state().undelivered = Some((system::thread_number(), bearer.clone()));
        }
    }

    /// What this thread has not fetched, as long as it is alive.
    pub fn undelivered(&self) -> Option<Arc<BearerToken>> {
        let state = self.state();
        let (_, bearer) =
            state.undelivered.as_ref().filter(|(thread, _)| *thread == system::thread_number())?;
        let cached = self.of_serial(bearer.serial)?;
        cached.is_alive(state.freshness).then(|| bearer.clone())
    }

    /// This thread has the text.
    pub fn delivered(&self) {
        let mut state = self.state();
        if state.undelivered.as_ref().is_some_and(|(thread, _)| *thread == system::thread_number()) {
            state.undelivered = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        #[cfg(test)]
        super::tests::schedule::point();
        lock(&self.state)
    }

    fn look(&self, key: &TokenKey) -> Option<Arc<CachedToken>> {
        self.cached.load_full().filter(|cached| cached.key == *key)
    }

    fn of_serial(&self, serial: u32) -> Option<Arc<CachedToken>> {
        self.cached.load_full().filter(|cached| cached.serial == serial)
    }

    /// The one place where the cached token changes. What is published is the one before: it goes.
    fn put(&self, _locked: &State, cached: Option<Arc<CachedToken>>) {
        self.published.clear();
        self.cached.store(cached);
    }

    fn bearer(&self, cached: &CachedToken, usable: Span) -> Arc<BearerToken> {
        Arc::new(BearerToken::new(self.handle, cached.serial, &cached.token, usable))
    }
}

/// What became of the cached token when the settings changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    Stays,
    /// Into another store, where it is not saved yet.
    Moved,
}

impl CachedToken {
    pub fn is_unsaved(&self) -> bool {
        self.durability != Durability::Stored
    }

    // ---- which of two tokens is newer: by generations, as clocks differ; a sign-in is newer than any renewal ----

    /// Whether it is newer than the stored one, read under the lease.
    pub fn outranks(&self, stored: &Token) -> bool {
        match self.durability {
            Durability::Stored => false,
            Durability::UnsavedRefresh => self.token.generation > stored.generation,
            Durability::UnsavedSignIn => true,
        }
    }

    /// Whether the stored one is newer, though it was read without the lease.
    pub fn is_behind(&self, stored: &Token) -> bool {
        self.durability == Durability::Stored && stored.generation > self.token.generation
    }

    /// Whether it is of a later sign-in than the one that has just been stored, which found a token of serial `before`.
    pub fn is_later_sign_in(&self, stored: &Token, before: Option<u32>) -> bool {
        match self.durability {
            Durability::Stored => self.token.generation > stored.generation,
            Durability::UnsavedRefresh => false,
            Durability::UnsavedSignIn => before != Some(self.serial),
        }
    }

    /// Seconds until the server refreshes it; `None`: at any time, as where an API has refused it.
    pub fn refreshed_in(&self, freshness: Freshness) -> Option<u32> {
        self.token.refreshed_in(freshness, system::now()).filter(|_| !self.is_rejected && self.is_own())
    }

    /// Whether these settings would have asked for it in the same way. What stands in the record may be another's: of a
    /// machine's token the assertion, which says whom it is for, is not in the record's name.
    pub fn is_own(&self) -> bool {
        self.token.basis == self.key.basis
    }

    /// Neither expired nor refused by an API, nor another's.
    pub fn is_alive(&self, freshness: Freshness) -> bool {
        !self.is_rejected && self.is_own() && !self.token.is_expired(freshness, system::now())
    }
}
