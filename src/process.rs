//! What belongs to one process: locks, connections, requests under way.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use crate::conversation::{Conversation, Operation};
use crate::error::{Error, Result};
use crate::flight::{lock, Flight};
use crate::pending::PendingList;
use crate::secret::Secret;
use crate::settings::{Settings, Whose};
use crate::store::Notes;
use crate::system;
use crate::token::Ready;
use crate::transport::{Transport, TransportConfig};

pub struct Process {
    /// The fork generation in which it was made.
    pub forks: u32,
    pub state: Mutex<State>,
    pub flight: Flight<Whose>,
    /// Held while a new token is stored and taken over.
    pub accepting: Mutex<()>,
    transport: Mutex<Option<(TransportConfig, Arc<dyn Transport>)>>,
}

/// What changes while a client is used. The lock is held for moments, never while a request is under way.
#[derive(Default)]
pub struct State {
    pub pending: PendingList,
    pub conversation: Option<Conversation>,
    /// Threads whose request was given up for another's: an answer of theirs must not be taken for its.
    replaced: Vec<u64>,
    /// A thread is making a request or reading its answer: no other begins before it is done.
    is_engaged: bool,
    /// A token that a thread knows the length of and has not fetched yet.
    pub unfetched: Option<(u64, Arc<Ready>)>,
    pub failure: Option<Error>,
    /// What a store would keep beside the record, where tokens live in memory alone.
    pub notes: Notes,
    /// Of the last sign-in.
    pub nonce: Secret,
}

impl State {
    /// The request that waits, for whoever may send it: any thread but one whose own was given up.
    pub fn waiting(&self) -> Option<&Conversation> {
        self.conversation.as_ref().filter(|_| !self.replaced.contains(&system::thread_number()))
    }

    /// Takes the request that waits away, for another's.
    fn give_up(&mut self) {
        const MOST: usize = 64;
        let Some(Conversation { operation, thread, .. }) = self.conversation.take() else { return };
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
    pub fn new(forks: u32) -> Self {
        Self {
            forks,
            state: Mutex::default(),
            flight: Flight::default(),
            accepting: Mutex::default(),
            transport: Mutex::default(),
        }
    }

    /// For the child of a fork: pending authorizations come along, unless a thread of the parent was changing them
    /// at that very moment. Requests under way and connections are the parent's.
    pub fn after_fork(parent: &Arc<Self>, forks: u32) -> Self {
        let fresh = Self::new(forks);
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
    pub fn engage(&self, timeout: u32) -> Result<Engaged<'_>> {
        let mut state = lock(&self.state);
        if state.is_engaged || state.conversation.as_ref().is_some_and(|waiting| waiting.is_busy(timeout)) {
            return Err(Error::Busy);
        }
        state.give_up();
        state.is_engaged = true;
        Ok(Engaged(self))
    }

    /// Lets a request wait for its answer.
    pub fn begin(&self, conversation: Conversation) -> Error {
        let mut state = lock(&self.state);
        state.replaced.retain(|thread| *thread != conversation.thread);
        state.conversation = Some(conversation);
        Error::HttpNeeded
    }

    /// The request whose answer has come; until the second value is dropped no other begins.
    pub fn answer(&self) -> Option<(Conversation, Engaged<'_>)> {
        let mut state = lock(&self.state);
        state.waiting()?;
        let conversation = state.conversation.take()?;
        state.is_engaged = true;
        Some((conversation, Engaged(self)))
    }

    /// What the last turn has left, where tokens live in memory alone.
    pub fn notes(&self) -> Notes {
        lock(&self.state).notes.clone()
    }

    pub fn leave(&self, notes: &Notes) {
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
pub struct Engaged<'a>(&'a Process);

impl Drop for Engaged<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).is_engaged = false;
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
