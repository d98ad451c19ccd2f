//! The object behind a handle: which operation or renewal a call starts, and nothing else.
#![forbid(unsafe_code)]

mod accounts;
mod carry;
mod device;
mod discovery;
mod fields;
mod inquiries;
mod listening;
mod mail;
mod nonces;
mod openid;
mod pages;
mod process;
mod properties;
mod pushing;
mod registration;
mod requests;
mod results;
mod sign_in;
mod status;
mod task;
mod tokens;

use arc_swap::{ArcSwap, Guard};
use std::sync::Arc;

use crate::alarm::Alarm;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::system::{self, lock};
use crate::token::PublishedToken;
use process::Process;

pub struct Client {
    handle: i32,
    /// What ends a call that waits for a person.
    alarm: &'static Alarm,
    /// How many forks there had been when it was made.
    fork_count: u32,
    process: ArcSwap<Process>,
}

/// A handle, and what belongs to it: they outlive the client.
#[derive(Clone, Copy)]
pub struct Place {
    pub handle: i32,
    pub published: &'static PublishedToken,
    pub alarm: &'static Alarm,
}

impl Client {
    pub fn new(place: Place) -> Self {
        Self::with_settings(place, Settings::default())
    }

    /// A client that is set up from a profile; see `oauth_client_open`.
    pub fn open(place: Place, profile: &str) -> Result<Self> {
        Ok(Self::with_settings(place, Settings::of_profile(profile)?))
    }

    fn with_settings(place: Place, settings: Settings) -> Self {
        let Place { handle, published, alarm } = place;
        let fork_count = system::fork_count();
        let process = Process::new(fork_count, handle, published, settings);
        Self { handle, alarm, fork_count, process: ArcSwap::from_pointee(process) }
    }

    /// Whether the parent of a fork has made it.
    pub fn is_inherited(&self) -> bool {
        self.fork_count != system::fork_count()
    }

    pub fn handle(&self) -> i32 {
        self.handle
    }

    /// Publishes no token any more. Calls of other threads that are under way end as they would have, with what they
    /// need; the last of them takes the secrets along.
    pub fn close(&self) -> Result<()> {
        let process = self.process();
        // First, or else its lease would keep what is unsaved from being stored.
        process.give_up();
        let saved = process.save_unsaved();
        process.cache.close();
        process.listening.close();
        self.alarm.raise();
        // And what another thread has begun since.
        process.give_up();
        let mut state = lock(&process.state);
        state.codes.clear();
        state.pushed.clear();
        drop(state);
        process.memory.clear_pending();
        saved
    }

    /// Keeps the reason of a failure for OAUTH_ERROR and its like.
    pub fn record_failure<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            // A caller's mistake says nothing of the server.
            if error.code() <= number::OAUTH_ERROR_MISSING || matches!(error, Error::NotYet { .. }) {
                lock(&self.process().state).failure = Some(error.clone());
            }
        }
        result
    }

    /// This process's part. In the child of a fork it is made anew: the parent's locks may be held by threads that
    /// the child does not have, and its connections are the parent's.
    fn process(&self) -> Guard<Arc<Process>> {
        let process = self.process.load();
        let fork_count = system::fork_count();
        if process.fork_count == fork_count {
            return process;
        }
        let fresh = Arc::new(Process::after_fork(&process, fork_count));
        self.process.compare_and_swap(&process, fresh);
        system::remember_inherited(&Guard::into_inner(process));
        self.process.load()
    }
}
