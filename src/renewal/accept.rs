//! What becomes of an answer: stored before anybody gets it, or the reason why there is none.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::cache::{Brought, CachedToken, Durability, Replaces};
use super::{RenewalLease, TokenSource};
use crate::error::{Error, Meaning, Result};
use crate::store::Reservation;
use crate::token::Token;

impl TokenSource<'_> {
    /// Stores what a person has just brought: newer than any renewal, whenever that ends. It needs no lease until its
    /// answer has come, but a place that was made before it was asked for.
    pub fn accept_sign_in(&self, mut token: Arc<Token>, place: Box<dyn Reservation>) -> Result<()> {
        let before = self.cached().map(|cached| cached.serial);
        match self.write_sign_in(&mut token, place) {
            Ok(_lease) => self.cache_sign_in(&token, before),
            Err(error) => {
                let (key, durability) = (&self.snapshot.key, Durability::UnsavedSignIn);
                let _ = self.cache.replace(Replaces::Any, key, token, durability);
                return Err(error);
            }
        }
        Ok(())
    }

    fn write_sign_in(&self, token: &mut Arc<Token>, place: Box<dyn Reservation>) -> Result<RenewalLease> {
        let mut place = Some(place);
        loop {
            // Until the record has been read, and if it cannot be.
            Arc::make_mut(token).generation = self.next_generation();
            let is_first = place.is_some();
            let lease = if let Some(place) = place.take() {
                place.lease(self.lock_timeout())?
            } else {
                self.record()?.prepare()?;
                self.record()?.lease_to_write(self.lock_timeout())?
            };
            let mut lease = RenewalLease::new(lease);
            // What nobody understands is left as it is.
            let read = lease.read();
            self.number(Arc::make_mut(token), &lease);
            match read.and_then(|_| lease.write(token)) {
                Err(Error::Generation { .. }) => {}        // somebody was faster
                Err(Error::Store { .. }) if is_first => {} // the place is gone
                written => return written.map(|()| lease),
            }
        }
    }

    /// Of two sign-ins at once the later one stays: that of the higher generation, or one that could not be stored since
    /// this one looked at what there was `before`.
    fn cache_sign_in(&self, token: &Arc<Token>, before: Option<u32>) {
        loop {
            let cached = self.cached();
            if cached.as_deref().is_some_and(|cached| cached.is_later_sign_in(token, before)) {
                return;
            }
            let replaces = Replaces::Only(cached.map(|cached| cached.serial));
            if self.cache.replace(replaces, &self.snapshot.key, token.clone(), Durability::Stored).is_ok() {
                return;
            }
        }
    }

    /// Stores what a renewal of the token of that serial, or of none, has brought.
    pub fn accept_renewal(
        &self,
        mut token: Arc<Token>,
        serial: Option<u32>,
        mut lease: RenewalLease,
    ) -> Result<Brought> {
        let mut written = None;
        loop {
            let cached = self.cached();
            let other = cached.as_ref().filter(|cached| Some(cached.serial) != serial);
            // A person has signed in meanwhile, and could not store that for want of the lease.
            if let Some(sign_in) = other.filter(|other| other.durability == Durability::UnsavedSignIn) {
                let stored = lease.read()?;
                let saved = self.save_cached(sign_in, stored.as_deref(), &mut lease);
                return saved.inspect_err(|_| self.not_stored(sign_in, &mut lease)).map(|()| None);
            }
            if written.is_none() {
                self.number(Arc::make_mut(&mut token), &lease);
                match lease.write(&token) {
                    // Too late: what somebody has written since is newer.
                    Err(Error::Generation { .. }) => {
                        let stored = lease.read()?;
                        let _ = self.adopt(cached.as_deref(), stored);
                        return Ok(None);
                    }
                    tried => written = Some(tried),
                }
            }
            let is_stored = matches!(written, Some(Ok(())));
            let durability = if is_stored { Durability::Stored } else { Durability::UnsavedRefresh };
            let replaces = Replaces::Only(cached.map(|cached| cached.serial));
            if let Ok(new) = self.cache.replace(replaces, &self.snapshot.key, token.clone(), durability) {
                let written = written.unwrap_or(Ok(()));
                return written.inspect_err(|_| self.not_stored(&new, &mut lease)).map(|()| Some(new));
            }
            // In memory nobody waits for the lease: who came meanwhile is newer.
            if !lease.is_shared() {
                return Ok(None);
            }
        }
    }

    /// This process alone has that token, for which the refresh token was spent.
    fn not_stored(&self, unsaved: &CachedToken, lease: &mut RenewalLease) {
        if let Some(hold) = lease.not_stored() {
            self.cache.keep(unsaved, hold);
        }
    }

    /// Takes over a token that a program has kept. `expected`: the generation of the one that it replaces.
    pub fn import(&self, expected: Option<u32>, token: Token) -> Result<()> {
        self.record()?.prepare()?;
        let mut token = Arc::new(token);
        loop {
            let mut lease = RenewalLease::to_write(self.record()?, self.lock_timeout())?;
            let stored = lease.read()?;
            let found = stored.as_ref().map_or(0, |stored| stored.generation);
            if let Some(expected) = expected.filter(|expected| *expected != found) {
                return Err(Error::Generation { found, expected });
            }
            let written = if lease.is_shared() {
                // Other jobs must see that there is another.
                let next = stored.map_or(0, |stored| stored.next_generation());
                let generation = token.generation.max(next);
                Arc::make_mut(&mut token).generation = generation;
                lease.write(&token)
            } else {
                lease.put(&token)
            };
            match written {
                Err(Error::Generation { .. }) if expected.is_none() => {} // somebody was faster
                written => {
                    written?;
                    let key = &self.snapshot.key;
                    let _ = self.cache.replace(Replaces::Any, key, token, Durability::Stored);
                    return Ok(());
                }
            }
        }
    }

    /// Removes a token that the server no longer takes, and no other: what a person has brought meanwhile stays.
    pub fn remove(&self, token: &Token, lease: RenewalLease) -> Result<()> {
        lease.remove(token)?;
        self.cache.clear_revoked(token);
        Ok(())
    }

    /// A new token is the record's next generation.
    fn number(&self, token: &mut Token, lease: &RenewalLease) {
        token.generation = self.next_generation().max(Token::generation_after(lease.seen()));
        token.renewed_by = std::process::id();
    }

    /// After that of the token in memory.
    fn next_generation(&self) -> u32 {
        self.cached().map_or(1, |cached| cached.token.next_generation())
    }

    /// A renewal of the token of that serial has failed.
    pub fn not_renewed(&self, error: Error, serial: Option<u32>, mut lease: RenewalLease) -> Result<Brought> {
        let error = match error {
            // The refresh token is no longer good, perhaps because somebody has used it who knows of no lock.
            Error::Refused(refusal) if refusal.meaning == Meaning::Dead => {
                let cached = self.cached();
                let stored = lease.read()?;
                let is_replaced = cached.as_ref().is_some_and(|now| Some(now.serial) != serial);
                if is_replaced || self.adopt(cached.as_deref(), stored) != Ok(false) {
                    return Ok(None);
                }
                // The old one is kept all the same: nothing is deleted on a server's word.
                Error::SignIn {
                    reason: lease.refusal_sentence(&self.snapshot.settings.whose(), &refusal),
                    refusal: Some(refusal),
                }
            }
            error => error,
        };
        lease.failed(&error, self.is_alive());
        Err(error)
    }
}
