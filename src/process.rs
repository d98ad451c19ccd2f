//! What belongs to one process: locks, connections, requests under way.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use crate::conversation::{Operation, WaitingRequest};
use crate::error::{Error, Result};
use crate::pending::PendingList;
use crate::renewal::cache::TokenCache;
use crate::secret::Secret;
use crate::settings::{Settings, TokenKey};
use crate::single_flight::{lock, SingleFlight};
use crate::store::LeaseNotes;
use crate::system;
use crate::transport::{Transport, TransportConfig};

pub struct Process {
    /// The fork generation in which it was made.
    pub fork_count: u32,
    pub state: Mutex<State>,
    pub flight: SingleFlight<TokenKey>,
    pub cache: TokenCache,
    transport: Mutex<Option<(TransportConfig, Arc<dyn Transport>)>>,
}

/// What changes while a client is used. The lock is held for moments, never while a request is under way.
#[derive(Default)]
pub struct State {
    pub pending: PendingList,
    pub conversation: Option<WaitingRequest>,
    /// Threads whose request was given up for another's: an answer of theirs must not be taken for its.
    replaced: Vec<u64>,
    /// A thread is making a request or reading its answer: no other begins before it is done.
    is_claimed: bool,
    pub failure: Option<Error>,
    /// What a store would keep beside the record, where tokens live in memory alone.
    pub notes: LeaseNotes,
    /// Of the last sign-in.
    pub nonce: Secret,
}

impl State {
    /// The request that waits, for whoever may send it: any thread but one whose own was given up.
    pub fn waiting(&self) -> Option<&WaitingRequest> {
        self.conversation.as_ref().filter(|_| !self.replaced.contains(&system::thread_number()))
    }

    /// Takes the request that waits away, for another's.
    fn give_up(&mut self) {
        const MOST: usize = 64;
        let Some(WaitingRequest { operation, thread, .. }) = self.conversation.take() else { return };
        if thread != system::thread_number() {
            if self.replaced.len() == MOST {
                self.replaced.remove(0); // most likely, that thread has ended
            }
            self.replaced.push(thread);
        }
        if let Operation::Exchange(answer) = operation {
            self.pending.give_back(&answer);
        }
    }
}

impl Process {
    pub fn new(fork_count: u32, cache: TokenCache) -> Self {
        Self {
            fork_count,
            state: Mutex::default(),
            flight: SingleFlight::default(),
            cache,
            transport: Mutex::default(),
        }
    }

    /// For the child of a fork: pending authorizations come along, unless a thread of the parent was changing them
    /// at that very moment. Requests under way and connections are the parent's.
    pub fn after_fork(parent: &Arc<Self>, fork_count: u32, settings: &Settings) -> Self {
        let cache = TokenCache::after_fork(&parent.cache, TokenKey::of(settings), settings.freshness);
        let fresh = Self::new(fork_count, cache);
        if let Ok(mut state) = parent.state.try_lock() {
            let mut pending = std::mem::take(&mut state.pending);
            pending.reopen_all();
            lock(&fresh.state).pending = pending;
        } else {
            // Half changed, for ever: not even to be dropped.
            std::mem::forget(parent.clone());
        }
        fresh
    }

    /// The caller's own HTTP carries one request at a time: until the value is dropped no other thread makes one. A
    /// request that waits is busy until its answer comes, until the thread that made it calls again, or until its
    /// time is over.
    pub fn claim_caller_http(&self, timeout: u32) -> Result<CallerHttpGuard<'_>> {
        let mut state = lock(&self.state);
        if state.is_claimed || state.conversation.as_ref().is_some_and(|waiting| waiting.is_busy(timeout)) {
            return Err(Error::Busy);
        }
        state.give_up();
        state.is_claimed = true;
        Ok(CallerHttpGuard(self))
    }

    /// Lets a request wait for its answer.
    pub fn begin(&self, conversation: WaitingRequest) -> Error {
        let mut state = lock(&self.state);
        state.replaced.retain(|thread| *thread != conversation.thread);
        state.conversation = Some(conversation);
        Error::HttpNeeded
    }

    /// The request whose answer has come; until the second value is dropped no other begins.
    pub fn answer(&self) -> Option<(WaitingRequest, CallerHttpGuard<'_>)> {
        let mut state = lock(&self.state);
        state.waiting()?;
        let conversation = state.conversation.take()?;
        state.is_claimed = true;
        Some((conversation, CallerHttpGuard(self)))
    }

    /// What the last turn has left, where tokens live in memory alone.
    pub fn notes(&self) -> LeaseNotes {
        lock(&self.state).notes.clone()
    }

    pub fn set_notes(&self, notes: &LeaseNotes) {
        lock(&self.state).notes = notes.clone();
    }

    /// The built-in HTTPS, made on first need and again when its settings have changed.
    pub fn transport(&self, settings: &Settings) -> Result<Arc<dyn Transport>> {
        let config = settings.transport();
        let mut made = lock(&self.transport);
        match made.as_ref() {
            Some((before, transport)) if *before == config => Ok(transport.clone()),
            _ => {
                let transport = builtin(&config)?;
                *made = Some((config, transport.clone()));
                Ok(transport)
            }
        }
    }
}

/// While it lives, a thread is making a request or reading its answer.
pub struct CallerHttpGuard<'a>(&'a Process);

impl Drop for CallerHttpGuard<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).is_claimed = false;
    }
}

#[cfg(feature = "net")]
fn builtin(config: &TransportConfig) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(crate::transport::Https::open(config)?))
}

#[cfg(not(feature = "net"))]
fn builtin(_config: &TransportConfig) -> Result<Arc<dyn Transport>> {
    Err(Error::Missing { key: "http", operation: "a request is sent: this build has no network of its own" })
}
