//! A token that many share: given out from memory while it is valid; else renewed by one job, under the store's lease,
//! and stored before anybody gets it.
//!
//! The order is lease, re-read, send, store, publish. Who replaces the token in memory, and when, is [`cache`]'s affair.
#![forbid(unsafe_code)]

mod accept;
mod acquire;
pub mod cache;
mod lease;
mod single_flight;
#[cfg(test)]
mod tests;

pub use acquire::{RenewalRequest, Way};
pub use lease::RenewalLease;
pub use single_flight::SingleFlight;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::settings::Snapshot;
use crate::store::{Record, Wait};
use crate::token::BearerToken;
use cache::{CachedToken, Durability, Replaces, TokenCache};

/// Where the tokens of one client come from, by the settings of one moment.
#[derive(Clone, Copy)]
pub struct TokenSource<'a> {
    pub snapshot: &'a Snapshot,
    pub cache: &'a TokenCache,
}

impl TokenSource<'_> {
    /// The token in memory, or else the stored one.
    pub fn token(&self) -> Result<Option<Arc<CachedToken>>> {
        if let Some(cached) = self.cached() {
            if !cached.is_unsaved() {
                return Ok(Some(cached));
            }
            // As long as it cannot be stored, memory has it.
            let _ = self.save(Wait::No);
            return Ok(self.cached());
        }
        let Some(token) = self.record()?.read()? else { return Ok(None) };
        // Read without the lease: another thread may have had a newer one since.
        let read = self.cache.replace(Replaces::Only(None), &self.snapshot.key, token, Durability::Stored);
        Ok(read.ok().or_else(|| self.cached()))
    }

    /// The same, unless it was asked for with what another job has.
    pub fn own_token(&self) -> Result<Option<Arc<CachedToken>>> {
        Ok(self.token()?.filter(|token| token.is_own()))
    }

    /// The token after a renewal: however short it lives, there is no newer one.
    pub fn newest(&self) -> Result<Arc<BearerToken>> {
        let token = self.token()?.ok_or_else(|| self.snapshot.settings.no_token())?;
        if !token.is_own() {
            return Err(Error::NotOwn);
        }
        Ok(self.cache.ready(&token))
    }

    /// Only that in memory.
    pub fn cached(&self) -> Option<Arc<CachedToken>> {
        self.cache.cached(&self.snapshot.key)
    }

    pub fn is_alive(&self) -> bool {
        self.cached().is_some_and(|cached| cached.is_alive(self.snapshot.settings.freshness))
    }

    /// Stores what only memory has, unless the store has something newer by now.
    pub fn save(&self, wait: Wait) -> Result<()> {
        let mut lease = RenewalLease::to_write(self.record()?, wait)?;
        self.reconcile(&mut lease).map(|_| ())
    }

    /// The lease, and the token that memory and record have the same under it; `None` where it was removed.
    pub fn lease(&self, wait: Wait) -> Result<(RenewalLease, Option<Arc<CachedToken>>)> {
        let mut lease = RenewalLease::to_write(self.record()?, wait)?;
        match self.reconciled(&mut lease) {
            Ok((_, token)) => Ok((lease, token)),
            Err(Error::SignIn { .. }) => Ok((lease, None)),
            Err(error) => Err(error),
        }
    }

    fn record(&self) -> Result<&dyn Record> {
        self.snapshot.record()
    }

    fn lock_timeout(&self) -> Wait {
        self.snapshot.settings.lock_timeout()
    }
}
