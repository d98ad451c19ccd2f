//! URLs of requests that the server has already, until who asked for them has fetched them.
#![forbid(unsafe_code)]

use std::sync::{Arc, Weak};

use crate::settings::Snapshot;
use crate::system;

/// One for each thread of a client, of the last ones.
#[derive(Default)]
pub struct PushedUrls(Vec<PushedUrl>);

struct PushedUrl {
    thread: u64,
    /// Other settings make another URL.
    snapshot: Weak<Snapshot>,
    expires_at: i64,
    url: String,
    state: [u8; 22],
}

impl PushedUrls {
    /// This thread is to be given it.
    pub fn keep(&mut self, snapshot: &Arc<Snapshot>, url: String, state: [u8; 22], expires_in: u32) {
        const MOST: usize = 256;
        let (thread, now) = (system::thread_number(), system::now());
        self.0.retain(|kept| kept.thread != thread && now < kept.expires_at);
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        let expires_at = now.saturating_add(expires_in.into());
        self.0.push(PushedUrl { thread, snapshot: Arc::downgrade(snapshot), expires_at, url, state });
    }

    /// What this thread has not been given yet, and the server still knows.
    pub fn waiting(&self, snapshot: &Arc<Snapshot>) -> Option<(String, [u8; 22])> {
        let (thread, now) = (system::thread_number(), system::now());
        let is_its =
            |kept: &&PushedUrl| kept.thread == thread && kept.snapshot.as_ptr() == Arc::as_ptr(snapshot);
        let kept = self.0.iter().find(is_its).filter(|kept| now < kept.expires_at)?;
        Some((kept.url.clone(), kept.state))
    }

    /// This thread has it.
    pub fn delivered(&mut self) {
        let thread = system::thread_number();
        self.0.retain(|kept| kept.thread != thread);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}
