//! One conversation about a token at a time: who comes while one is under way waits for it and shares its outcome.
#![forbid(unsafe_code)]

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::system::{self, lock};

/// `K`: for whom. Only who wants the same shares an outcome. `T`: what it brings.
pub struct SingleFlight<K, T> {
    /// Guards which flight is under way; held for moments.
    under_way: Mutex<Option<(K, Arc<Flight<T>>)>>,
}

impl<K, T> Default for SingleFlight<K, T> {
    fn default() -> Self {
        Self { under_way: Mutex::default() }
    }
}

struct Flight<T> {
    /// Begun by one who still has a token that lives: gives up sooner than others may.
    is_early: bool,
    /// Guards the outcome, which is there once; `over` says when.
    outcome: Mutex<Option<Result<T>>>,
    over: Condvar,
}

impl<K: PartialEq + Clone, T: Clone> SingleFlight<K, T> {
    /// Does `work`, or waits for the one who is doing it. Who is early does not wait: [`Error::Busy`].
    pub fn run(&self, key: &K, is_early: bool, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let flight = loop {
            let mut under_way = lock(&self.under_way);
            match under_way.clone() {
                None => {
                    let flight =
                        Arc::new(Flight { is_early, outcome: Mutex::default(), over: Condvar::default() });
                    *under_way = Some((key.clone(), flight.clone()));
                    break flight;
                }
                Some(_) if is_early => return Err(Error::Busy),
                Some((other, flight)) => {
                    drop(under_way);
                    let outcome = flight.wait();
                    if other == *key && (outcome.is_ok() || !flight.is_early) {
                        return outcome;
                    }
                }
            }
        };
        // Also when `work` panics: whoever waits must not wait for ever.
        let guard = FlightGuard { all: self, flight };
        let outcome = work();
        guard.end(outcome.clone());
        outcome
    }
}

impl<T: Clone> Flight<T> {
    fn wait(&self) -> Result<T> {
        let mut outcome = lock(&self.outcome);
        loop {
            if let Some(result) = outcome.as_ref() {
                return result.clone();
            }
            system::waits();
            outcome = self.over.wait(outcome).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct FlightGuard<'a, K, T> {
    all: &'a SingleFlight<K, T>,
    flight: Arc<Flight<T>>,
}

impl<K, T> FlightGuard<'_, K, T> {
    fn end(&self, result: Result<T>) {
        *lock(&self.all.under_way) = None;
        lock(&self.flight.outcome).get_or_insert(result);
        self.flight.over.notify_all();
    }
}

impl<K, T> Drop for FlightGuard<'_, K, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.end(Err(Error::Internal("a refresh ended in a panic".to_owned())));
        }
    }
}
