//! Accounts of a store, and tokens that a program keeps in a database of its own.
#![forbid(unsafe_code)]

use super::inquiries::forget_answers;
use super::pages::Pages;
use super::process::Process;
use super::Client;
use crate::error::{Error, Result};
use crate::pending::PendingPerson;
use crate::renewal::RenewalLease;
use crate::settings::Snapshot;
use crate::store;
use crate::system::lock;
use crate::token::Identity;

impl Client {
    /// The accounts that have a token, one a line. The first page is 1.
    pub fn accounts(&self, page: i32) -> Result<String> {
        let reason = "the first page is 1".to_owned();
        let wrong = Error::Value { key: "page", reason };
        let page = usize::try_from(page).ok().filter(|page| *page > 0).ok_or(wrong)?;
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let accounts = match &snapshot.key.identity {
            // A client that is not set up yet has nothing in memory.
            None if snapshot.is_memory() => Vec::new(),
            _ => {
                let (store, client) = (snapshot.store(), Identity::of(&snapshot.settings)?);
                let kept = lock(&process.state).pages.take();
                let (accounts, pages) = Pages::give(kept, &*store, &client, &snapshot.key, page)?;
                lock(&process.state).pages = Some(pages);
                accounts
            }
        };
        Ok(accounts.iter().flat_map(|account| [account.as_str(), "\n"]).collect())
    }

    /// Removes the account's token from store and memory.
    pub fn forget(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let _carrier = process.carrier(&snapshot)?;
        process.forget(&snapshot)
    }

    pub fn reseal(&self) -> Result<i32> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let _carrier = process.carrier(&snapshot)?;
        snapshot.store().reseal(snapshot.settings.lock_timeout())
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
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let _carrier = process.carrier(&snapshot)?;
        let token = store::import(&snapshot.keys(), &Identity::of(&snapshot.settings)?, text)?;
        if token.basis != snapshot.key.basis {
            let reason = "it came for another assertion or subject_token: ask for one".to_owned();
            return Err(Error::Value { key: "token_record", reason });
        }
        process.source(&snapshot).import(expected, token)?;
        forget_answers(&mut lock(&process.state).answers);
        Ok(())
    }
}

impl Process {
    /// What is in memory goes whatever becomes of the record.
    fn forget(&self, snapshot: &Snapshot) -> Result<()> {
        let removed = remove(snapshot).and(PendingPerson::forget(snapshot));
        self.memory.clear(snapshot.key.identity.as_ref());
        let mut state = lock(&self.state);
        state.codes.clear();
        state.pushed.clear();
        forget_answers(&mut state.answers);
        drop(state);
        self.cache.forget(&snapshot.key);
        removed
    }
}

fn remove(snapshot: &Snapshot) -> Result<()> {
    let record = snapshot.record()?;
    if !record.exists() {
        // Where none can be, it is looked for in the wrong place.
        return record.read().map(drop);
    }
    match RenewalLease::to_write(record, snapshot.settings.lock_timeout())?.forget() {
        // In memory, where all is cleared now.
        Err(Error::Generation { .. }) => Ok(()),
        removed => removed,
    }
}
