#![forbid(unsafe_code)]
//! Answers that are late, and what ends their waiting.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub struct Late {
    waiting: Mutex<Waiting>,
    over: Condvar,
}

#[derive(Default)]
struct Waiting {
    is_stopping: bool,
    /// How often those that were late have been let go.
    let_go: u64,
}

impl Late {
    /// For good: the server ends.
    pub fn stop(&self) {
        self.waiting().is_stopping = true;
        self.over.notify_all();
    }

    pub fn is_stopping(&self) -> bool {
        self.waiting().is_stopping
    }

    /// What is late now goes out.
    pub fn let_go(&self) {
        self.waiting().let_go += 1;
        self.over.notify_all();
    }

    /// To be asked before a request counts, so that none is missed.
    pub fn times_let_go(&self) -> u64 {
        self.waiting().let_go
    }

    /// Waits, but not beyond the end of the server, and not once it was let go more often than `before`.
    pub fn wait(&self, time: Duration, before: u64) {
        let goes_on = |waiting: &mut Waiting| !waiting.is_stopping && waiting.let_go == before;
        drop(self.over.wait_timeout_while(self.waiting(), time, goes_on));
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
