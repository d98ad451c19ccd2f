//! Getting the right to renew, and finding out under it whether somebody else has done so.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::{CachedToken, Durability, Newer, Replaces};
use super::{RenewalLease, TokenSource};
use crate::error::{Error, Result};
use crate::store::{Failure, Leasing, Stamp, Wait};
use crate::system;
use crate::token::{Purpose, Token};

/// Who has waited for less has not waited for another's refresh.
const MOMENT: Duration = Duration::from_millis(5);

/// Why a token is to be renewed.
#[derive(Clone, Copy)]
pub struct RenewalRequest {
    /// What the caller wanted; without it a valid token, too, is renewed.
    pub purpose: Option<Purpose>,
    /// The token that is not good enough, as this client counts them.
    pub stale_serial: Option<u32>,
    /// It still lives: whoever would have to wait goes on with it.
    pub is_early: bool,
    pub way: Way,
}

/// What a token is renewed by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    RefreshFirst,
    /// A machine's grant, whatever else there is.
    GrantAlone,
}

impl RenewalRequest {
    /// The renewal itself is wanted.
    pub fn by_hand(way: Way) -> Self {
        Self { purpose: None, stale_serial: None, is_early: false, way }
    }
}

impl TokenSource<'_> {
    /// The right to renew, and the token that is to be renewed, if there is one. `None`: another job has renewed it since
    /// this one asked; `seen` is the record's stamp at that time.
    pub fn acquire(
        &self,
        wanted: RenewalRequest,
        mut seen: Option<Stamp>,
    ) -> Result<Option<(RenewalLease, Option<Arc<CachedToken>>)>> {
        let record = self.record()?;
        let wait = if wanted.is_early { Wait::No } else { self.lock_timeout() };
        let (start, began) = (system::now(), Instant::now());
        let mut is_not_first = false;
        loop {
            match record.lease(wait, seen)? {
                Leasing::Leased { lease, has_waited } => {
                    let mut lease = RenewalLease::new(lease);
                    let (is_other, cached) = self.reconciled(&mut lease)?;
                    let was_renewed = is_other && record.stamp() != seen && self.is_alive();
                    let serial = cached.as_ref().map(|cached| cached.serial);
                    let is_another =
                        is_other || wanted.stale_serial.is_some() && wanted.stale_serial != serial;
                    if was_renewed || is_another && self.is_served(wanted) {
                        return Ok(None);
                    }
                    // Whoever waited for a refresh shares its failure, too: one try is enough for all.
                    let has_waited = (has_waited || is_not_first) && began.elapsed() > MOMENT;
                    let said = lease.notes().final_answers.first().map(|last| &last.answer);
                    // But what was said to a machine's request may be about what that one alone has asked with.
                    let is_same = has_waited && self.snapshot.key.basis.is_none();
                    if let Some(said) = said.filter(|said| is_same && said.at >= start) {
                        return Err(Error::Final(Box::new(said.clone())));
                    }
                    let failed = lease.notes().last_error.clone();
                    return match failed.filter(|failed| has_waited && failed.is_shared && failed.at >= start)
                    {
                        Some(Failure { process, sentence, .. }) => {
                            let retry_after = lease.notes().retry_after();
                            Err(Error::JustFailed { process, sentence, retry_after })
                        }
                        None => Ok(Some((lease, cached))),
                    };
                }
                Leasing::Replaced => {
                    is_not_first = true;
                    seen = record.stamp();
                    // Written by somebody, but perhaps only sealed anew; and read without the lease.
                    let cached = self.cached();
                    let is_newer =
                        |stored: &Arc<Token>| cached.as_ref().is_none_or(|cached| cached.is_behind(stored));
                    let newer = record.read()?.filter(is_newer);
                    if self.adopt(cached.as_deref(), newer) == Ok(true) && self.is_alive() {
                        return Ok(None);
                    }
                }
                Leasing::Busy => return Err(Error::Busy),
            }
        }
    }

    /// Whether the token in memory is what the caller asked for.
    fn is_served(&self, wanted: RenewalRequest) -> bool {
        wanted.purpose.is_some() && self.cached().is_some_and(|cached| self.cache.publish(&cached).is_some())
    }

    /// Memory and record have the same token, also if a person signs in meanwhile; that token.
    pub(super) fn reconciled(&self, lease: &mut RenewalLease) -> Result<(bool, Option<Arc<CachedToken>>)> {
        let mut is_other = false;
        loop {
            is_other |= self.reconcile(lease)?;
            match self.cached() {
                Some(cached) if cached.is_unsaved() => {}
                Some(cached) => return Ok((is_other, Some(cached))),
                // The client may be somebody else's by now: what these settings name is in the record all the same.
                None => {
                    let Some(stored) = lease.read()? else { return Ok((is_other, None)) };
                    let (none, key) = (Replaces::Only(None), &self.snapshot.key);
                    if let Ok(token) = self.cache.replace(none, key, stored, Durability::Stored) {
                        return Ok((is_other, Some(token)));
                    }
                }
            }
        }
    }

    /// Brings memory and the record together, with the lease. Returns whether another job's token is in memory now.
    pub(super) fn reconcile(&self, lease: &mut RenewalLease) -> Result<bool> {
        loop {
            // In this order: what is stored is then as new as what is in memory, or newer.
            let cached = self.cached();
            let stored = lease.read()?;
            if let Some(cached) = &cached {
                let forgotten = lease.notes().forgotten.as_ref();
                let is_sign_in = cached.durability == Durability::UnsavedSignIn;
                let is_it = forgotten.is_some_and(|forgotten| forgotten.is(&cached.token, is_sign_in));
                if stored.is_none() && is_it {
                    self.cache.clear(cached);
                    if self.snapshot.settings.machine_grant().is_some() {
                        continue;
                    }
                    return Err(Error::sign_in("the token was removed from the store"));
                }
                if cached.is_unsaved() && stored.as_ref().is_none_or(|stored| cached.outranks(stored)) {
                    self.save_cached(cached, stored.as_deref(), lease)?;
                    return Ok(false);
                }
            }
            if let Ok(is_other) = self.adopt(cached.as_deref(), stored) {
                return Ok(is_other);
            }
        }
    }

    /// Takes over the stored token, if it is another than that in memory, which was `cached` when the caller looked, and
    /// is not outranked by it.
    pub(super) fn adopt(
        &self,
        cached: Option<&CachedToken>,
        stored: Option<Arc<Token>>,
    ) -> std::result::Result<bool, Newer> {
        let Some(stored) = stored else { return Ok(false) };
        if let Some(cached) = cached.filter(|cached| cached.token.is_same(&stored)) {
            if cached.is_unsaved() {
                self.cache.set_stored(cached); // another job has put it in place
            }
            return Ok(false);
        }
        if cached.is_some_and(|cached| cached.outranks(&stored)) {
            return Ok(false);
        }
        let replaces = Replaces::Only(cached.map(|cached| cached.serial));
        self.cache.replace(replaces, &self.snapshot.key, stored, Durability::Stored).map(|_| true)
    }

    /// Stores the token that only memory has.
    pub(super) fn save_cached(
        &self,
        cached: &CachedToken,
        stored: Option<&Token>,
        lease: &mut RenewalLease,
    ) -> Result<()> {
        let mut token = cached.token.clone();
        let next = stored.map_or(0, Token::next_generation);
        if next > token.generation {
            Arc::make_mut(&mut token).generation = next;
        }
        lease.write(&token)?;
        if token.generation == cached.token.generation {
            self.cache.set_stored(cached);
        } else {
            // If a newer one has come, that is what the next call stores.
            let replaces = Replaces::Only(Some(cached.serial));
            let _ = self.cache.replace(replaces, &self.snapshot.key, token, Durability::Stored);
        }
        Ok(())
    }
}
