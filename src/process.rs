//! What belongs to one process: locks, connections, requests under way.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use crate::conversation::{Conversation, Operation};
use crate::error::{Error, Result};
use crate::flight::{lock, Flight};
use crate::pending::PendingList;
use crate::settings::Settings;
use crate::token::Ready;
use crate::transport::{Transport, TransportConfig};

pub struct Process {
    /// The fork generation in which it was made.
    pub forks: u32,
    pub state: Mutex<State>,
    pub flight: Flight,
    transport: Mutex<Option<(TransportConfig, Arc<dyn Transport>)>>,
}

/// What changes while a client is used. The lock is held for moments, never while a request is under way.
#[derive(Default)]
pub struct State {
    pub pending: PendingList,
    pub conversation: Option<Conversation>,
    /// A token that a thread knows the length of and has not fetched yet.
    pub unfetched: Option<(u64, Arc<Ready>)>,
    pub failure: Option<Error>,
}

impl Process {
    pub fn new(forks: u32) -> Self {
        Self { forks, state: Mutex::default(), flight: Flight::default(), transport: Mutex::default() }
    }

    /// For the child of a fork: pending authorizations come along, unless a thread of the parent was changing them
    /// at that very moment. Requests under way and connections are the parent's.
    pub fn after_fork(parent: &Self, forks: u32) -> Self {
        let fresh = Self::new(forks);
        if let Ok(mut state) = parent.state.try_lock() {
            lock(&fresh.state).pending = std::mem::take(&mut state.pending);
        }
        fresh
    }

    /// A request waits until its answer comes, until the same thread calls again, or until its time is over.
    pub fn abandon_conversation(&self, timeout: u32) -> Result<()> {
        let mut state = lock(&self.state);
        match state.conversation.take() {
            Some(other) if other.is_busy(timeout) => {
                state.conversation = Some(other);
                Err(Error::Busy)
            }
            Some(Conversation { operation: Operation::Exchange(answer), .. }) => {
                state.pending.give_back(&answer);
                Ok(())
            }
            _ => Ok(()),
        }
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

#[cfg(feature = "net")]
fn builtin(config: &TransportConfig) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(crate::transport::Https::open(config)?))
}

#[cfg(not(feature = "net"))]
fn builtin(_config: &TransportConfig) -> Result<Arc<dyn Transport>> {
    Err(Error::Missing { key: "http", operation: "a request is sent: this build has no network of its own" })
}
