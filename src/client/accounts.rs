//! Accounts of a store, and tokens that a program keeps in a database of its own.
#![forbid(unsafe_code)]

use super::Client;
use crate::error::{Error, Result};
use crate::process::{CallerHttpGuard, Process};
use crate::renewal::cache::{Durability, Replaces};
use crate::settings::{Http, Settings, StoreSetting, TokenKey};
use crate::single_flight::lock;
use crate::store::{self, Forgotten, LeaseNotes, Place, Wait};
use crate::system;
use crate::token::{Identity, Token};

/// So many are listed at once.
const PAGE: usize = 1000;

impl Client {
    /// The accounts that have a token, one a line. The first page is 1.
    pub fn accounts(&self, page: i32) -> Result<String> {
        let reason = "the first page is 1".to_owned();
        let wrong = Error::Value { key: "page", reason };
        let before = usize::try_from(page).ok().and_then(|page| page.checked_sub(1)).ok_or(wrong)?;
        let settings = self.settings.load_full();
        let accounts = if settings.storage.store == StoreSetting::Memory {
            let held = self.held(&settings)?.filter(|_| before == 0);
            held.map(|_| settings.storage.account.clone()).into_iter().collect()
        } else {
            store::accounts(&settings, before.saturating_mul(PAGE), PAGE)?
        };
        Ok(accounts.iter().flat_map(|account| [account.as_str(), "\n"]).collect())
    }

    /// Removes the account's token from store and memory.
    pub fn forget(&self) -> Result<()> {
        let settings = self.settings.load_full();
        let process = self.process();
        let _claimed = Self::claim_caller_http(&process, &settings)?;
        let removed = Self::remove_stored(&settings);
        let mut state = lock(&process.state);
        state.pending.clear();
        state.notes = LeaseNotes::default();
        process.cache.forget(&TokenKey::of(&settings));
        removed
    }

    fn remove_stored(settings: &Settings) -> Result<()> {
        let Some(place) = Place::of(settings)?.filter(Place::has_folder) else { return Ok(()) };
        let mut locked = place.lock_to_write(Wait::Seconds(settings.lock_timeout()))?;
        // Also one that cannot be read.
        let generation = locked.read().ok().flatten().map_or(0, |token| token.generation);
        // First: or else a job that has it in memory would bring it back.
        locked.notes.forgotten = Some(Forgotten { at: system::now(), generation });
        locked.write_notes()?;
        locked.remove()?;
        let forgotten = locked.notes.forgotten.take();
        locked.notes = LeaseNotes { forgotten, ..LeaseNotes::default() };
        Ok(())
    }

    /// A request of this thread's that waits for the caller's own HTTP holds the lock: it is given up.
    fn claim_caller_http<'a>(
        process: &'a Process,
        settings: &Settings,
    ) -> Result<Option<CallerHttpGuard<'a>>> {
        (settings.http() == Http::Caller).then(|| process.claim_caller_http(settings.timeout())).transpose()
    }

    pub fn reseal(&self) -> Result<i32> {
        let settings = self.settings.load_full();
        let process = self.process();
        let _claimed = Self::claim_caller_http(&process, &settings)?;
        store::reseal(&settings)
    }

    /// `expected`: as `oauth_import_token` takes it.
    pub fn import_expecting(&self, expected: i32, text: &str) -> Result<()> {
        match expected {
            -1 => self.import(None, text),
            expected => {
                let reason = "use OAUTH_GENERATION, 0 where there is no token, or -1".to_owned();
                let wrong = |_| Error::Value { key: "expected", reason };
                self.import(Some(u32::try_from(expected).map_err(wrong)?), text)
            }
        }
    }

    /// Takes a record of OAUTH_TOKEN_RECORD. `expected`: the generation of the token that it replaces.
    pub fn import(&self, expected: Option<u32>, text: &str) -> Result<()> {
        let settings = self.settings.load_full();
        let process = self.process();
        let _claimed = Self::claim_caller_http(&process, &settings)?;
        let mut token = store::import(&settings, text)?;
        let mut lease = Self::acquire_to_save(&process, &settings)?;
        let stored = match lease.locked() {
            Some(locked) => locked.read()?,
            None => self.cached(&settings).map(|held| Token::clone(&held.token)),
        };
        let found = stored.as_ref().map_or(0, |stored| stored.generation);
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(Error::Generation { found, expected });
        }
        if lease.locked().is_some() {
            token.generation = token.generation.max(stored.as_ref().map_or(0, Token::next_generation));
            lease.renewed(&Identity::of(&settings)?, &token)?;
        }
        process.set_notes(lease.notes());
        let key = TokenKey::of(&settings);
        let _ = process.cache.replace(Replaces::Any, &key, token, Durability::Stored);
        Ok(())
    }
}
