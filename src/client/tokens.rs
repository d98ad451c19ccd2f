//! The token that a client gives out: while it is valid from memory, renewed when it is not, stored before anybody
//! gets it.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::renew::RenewalRequest;
use super::Client;
use crate::error::{Error, Result};
use crate::lease::RenewalLease;
use crate::process::Process;
use crate::renewal::cache::{CachedToken, Durability, Replaces};
use crate::settings::{Settings, TokenKey};
use crate::store::{self, LeaseNotes, Locked, Place, Wait};
use crate::token::{BearerToken, Identity, Purpose, Token};

impl Client {
    pub fn refresh(&self) -> Result<()> {
        let wanted = RenewalRequest { purpose: None, stale_serial: None, is_early: false };
        self.renew(&self.settings.load_full(), wanted)
    }

    /// A token that is valid for as long as asked for. Until it is fetched, this thread is given the same one.
    pub fn fresh(&self, purpose: Purpose) -> Result<Arc<BearerToken>> {
        let settings = self.settings.load_full();
        if let Some(bearer) = self.process().cache.undelivered() {
            return Ok(bearer);
        }
        let held = self.held(&settings)?;
        if let Some(bearer) = held.as_deref().and_then(|held| self.process().cache.publish(held)) {
            return Ok(bearer);
        }
        let wanted = RenewalRequest {
            purpose: Some(purpose),
            stale_serial: held.as_ref().map(|held| held.serial),
            is_early: held.as_ref().is_some_and(|held| held.is_alive(settings.freshness)),
        };
        let bearer = match self.renew(&settings, wanted) {
            Ok(()) => self.newest(&settings),
            Err(error) => self.old_token(&settings, error),
        }?;
        self.process().cache.remember_undelivered(&bearer);
        Ok(bearer)
    }

    /// This thread has the text.
    pub fn delivered(&self) {
        self.process().cache.delivered();
    }

    /// The token after a refresh: however short it lives, there is no newer one.
    pub(super) fn newest(&self, settings: &Settings) -> Result<Arc<BearerToken>> {
        let held = self.held(settings)?.ok_or_else(|| Error::sign_in("there is no token yet"))?;
        let process = self.process();
        Ok(process.cache.publish(&held).unwrap_or_else(|| process.cache.unpublished(&held)))
    }

    /// A failure to renew a token early is none as long as it lives: what happened can be read.
    pub(super) fn old_token(&self, settings: &Settings, error: Error) -> Result<Arc<BearerToken>> {
        match self.cached(settings) {
            Some(cached) if cached.is_alive(settings.freshness) && !matches!(error, Error::HttpNeeded) => {
                let _ = self.record_failure::<()>(Err(error));
                Ok(self.process().cache.unpublished(&cached))
            }
            _ => Err(error),
        }
    }

    /// An API answered 401 to that token, or to the one in memory where the caller does not know which.
    pub fn token_rejected(&self, serial: Option<u32>) {
        self.process().cache.reject(serial);
    }

    pub(super) fn cached(&self, settings: &Settings) -> Option<Arc<CachedToken>> {
        self.process().cache.cached(&TokenKey::of(settings))
    }

    pub(super) fn serial(&self, settings: &Settings) -> Option<u32> {
        self.cached(settings).map(|cached| cached.serial)
    }

    /// Stores what a person has just brought. It is newer than any renewal, whenever that ends.
    pub(super) fn accept_sign_in(process: &Process, settings: &Settings, mut token: Token) -> Result<()> {
        let key = TokenKey::of(settings);
        let unstored = |mut token: Token, error| {
            let cached = process.cache.cached(&key);
            token.generation = cached.map_or(1, |cached| cached.token.next_generation());
            let _ = process.cache.replace(Replaces::Any, &key, token, Durability::UnsavedSignIn);
            Err(error)
        };
        let mut lease = match Self::acquire_to_save(process, settings) {
            Ok(lease) => lease,
            Err(error) => return unstored(token, error),
        };
        let saved = Self::write(process, settings, &key, &mut token, &mut lease);
        process.set_notes(lease.notes());
        let durability = if saved.is_ok() { Durability::Stored } else { Durability::UnsavedSignIn };
        let _ = process.cache.replace(Replaces::Any, &key, token, durability);
        saved
    }

    /// Stores what a renewal of the token of that serial has brought, before anybody gets it.
    pub(super) fn accept_renewal(
        process: &Process,
        settings: &Settings,
        mut token: Token,
        serial: u32,
        mut lease: RenewalLease,
    ) -> Result<()> {
        let key = TokenKey::of(settings);
        let mut written = None;
        loop {
            let now = process.cache.cached(&key);
            match &now {
                Some(now) if now.serial == serial => {}
                // A person has signed in meanwhile, and could not store that for want of the lock.
                Some(now) if now.durability == Durability::UnsavedSignIn => {
                    if let Some(locked) = lease.locked() {
                        let stored = locked.read()?;
                        return Self::save(process, settings, now, stored.as_ref(), locked);
                    }
                    return Ok(());
                }
                // In a store the lock keeps the order; in memory, who came first is newer.
                _ if lease.locked().is_none() => return Ok(()),
                _ => {}
            }
            let saved = written
                .get_or_insert_with(|| {
                    let saved = Self::write(process, settings, &key, &mut token, &mut lease);
                    if saved.is_err() {
                        lease.not_stored();
                    }
                    process.set_notes(lease.notes());
                    saved
                })
                .clone();
            let durability = if saved.is_ok() { Durability::Stored } else { Durability::UnsavedRefresh };
            let replaces = Replaces::Only(now.map(|now| now.serial));
            if process.cache.replace(replaces, &key, token.clone(), durability).is_ok() {
                return saved;
            }
        }
    }

    /// Writes a new token as the record's next generation.
    fn write(
        process: &Process,
        settings: &Settings,
        key: &TokenKey,
        token: &mut Token,
        lease: &mut RenewalLease,
    ) -> Result<()> {
        let stored = lease.locked().map_or(Ok(None), |locked| locked.read());
        let cached = process.cache.cached(key);
        let latest =
            [stored.as_ref().ok().and_then(Option::as_ref), cached.as_ref().map(|cached| &*cached.token)];
        token.generation = latest.iter().flatten().map(|token| token.next_generation()).max().unwrap_or(1);
        token.renewed_by = std::process::id();
        // What nobody understands is left as it is.
        stored.and_then(|_| lease.renewed(&Identity::of(settings)?, token))
    }

    /// After a sign-in, which needs no lease until its answer has come.
    pub(super) fn acquire_to_save(process: &Process, settings: &Settings) -> Result<RenewalLease> {
        let Some(place) = Place::of(settings)? else { return Ok(RenewalLease::in_memory(process.notes())) };
        place.make_folder()?;
        place.lock_to_write(Wait::Seconds(settings.lock_timeout())).map(RenewalLease::in_store)
    }

    /// The token in memory, or else the stored one.
    pub(super) fn held(&self, settings: &Settings) -> Result<Option<Arc<CachedToken>>> {
        if let Some(cached) = self.cached(settings) {
            if !cached.is_unsaved() {
                return Ok(Some(cached));
            }
            // As long as it cannot be stored, memory has it.
            let _ = self.save_cached(settings, Wait::No);
            return Ok(self.cached(settings));
        }
        let Some(token) = store::load(settings)? else { return Ok(None) };
        // Read without the lock: another thread may have had a newer one since.
        let read = self.process().cache.replace(
            Replaces::Only(None),
            &TokenKey::of(settings),
            token,
            Durability::Stored,
        );
        Ok(read.ok().or_else(|| self.cached(settings)))
    }

    /// Stores what only memory has, unless the store has something newer by now.
    pub(super) fn save_cached(&self, settings: &Settings, wait: Wait) -> Result<()> {
        let Some(place) = Place::of(settings)? else { return Ok(()) };
        let mut locked = place.lock_to_write(wait)?;
        self.reconcile(&self.process(), settings, &mut locked).map(|_| ())
    }

    /// Stores the token that only memory has.
    pub(super) fn save(
        process: &Process,
        settings: &Settings,
        cached: &CachedToken,
        stored: Option<&Token>,
        locked: &mut Locked,
    ) -> Result<()> {
        let mut token = Token::clone(&cached.token);
        token.generation = token.generation.max(stored.map_or(0, Token::next_generation));
        locked.write(&Identity::of(settings)?, &token)?;
        locked.notes = LeaseNotes { holder: locked.notes.holder.take(), ..LeaseNotes::default() };
        if token.generation == cached.token.generation {
            process.cache.set_stored(cached.serial);
        } else {
            // If a newer one has come, that is what the next call stores.
            let replaces = Replaces::Only(Some(cached.serial));
            let _ = process.cache.replace(replaces, &TokenKey::of(settings), token, Durability::Stored);
        }
        Ok(())
    }
}
