//! A folder of records, for processes and hosts that share it. The folder and what is in it are their owner's alone.
//! `NAME` is made of two hashes:
//!
//! - `NAME.json`: the record, as [`record`] writes it, or sealed, as `seal` does. Never changed, always replaced.
//! - `NAME.lock`: locked from re-reading the record until its successor is written. Its text are [`LeaseNotes`].
//! - `NAME.tmp`: the successor while it is written, by whoever holds the lock.
//! - `NAME.pending/`: the authorization URLs that wait for their codes, a file each.
#![forbid(unsafe_code)]

mod accounts;
mod files;
mod guard;
mod lock;
mod network;
mod pending;

use std::path::PathBuf;
use std::sync::Arc;

use super::pending::{Found, PendingAuthorization};
use super::{record, Keys, Lease, LeaseNotes, Leasing, Record, Stamp, Store, Wait};
use crate::error::{Error, Result};
use crate::token::{Identity, Token};
use files::FileStamp;

pub use files::open as open_file;

pub struct FileStore {
    folder: PathBuf,
    keys: Keys,
}

impl FileStore {
    pub fn new(folder: PathBuf, keys: Keys) -> Self {
        Self { folder, keys }
    }
}

impl Store for FileStore {
    fn record(&self, identity: Identity) -> Arc<dyn Record> {
        let place =
            Place { folder: self.folder.clone(), name: record::name(&identity), keys: self.keys.clone() };
        Arc::new(FileRecord { place, identity })
    }

    fn accounts(&self, client: &Identity, skip: usize, count: usize) -> Result<Vec<String>> {
        accounts::list(self, client, skip, count)
    }

    fn reseal(&self, wait: Wait) -> Result<i32> {
        accounts::reseal(self, wait)
    }
}

struct FileRecord {
    place: Place,
    identity: Identity,
}

impl Record for FileRecord {
    fn read(&self) -> Result<Option<Arc<Token>>> {
        self.place.read()
    }

    fn stamp(&self) -> Option<Stamp> {
        self.place.stamp().map(Stamp::from)
    }

    fn prepare(&self) -> Result<()> {
        self.place.make_folder()
    }

    fn exists(&self) -> bool {
        self.place.folder.symlink_metadata().is_ok()
    }

    fn lease(&self, wait: Wait, seen: Option<Stamp>) -> Result<Leasing> {
        Ok(match self.place.lock(wait, |now| now.map(Stamp::from) != seen)? {
            lock::Locking::Locked { locked, has_waited } => {
                let lease = Box::new(FileLease { locked, identity: self.identity.clone() });
                Leasing::Leased { lease, has_waited }
            }
            lock::Locking::Replaced => Leasing::Replaced,
            lock::Locking::Busy => Leasing::Busy,
        })
    }

    fn notes(&self) -> LeaseNotes {
        self.place.notes()
    }

    fn add_pending(&self, pending: PendingAuthorization) -> Result<()> {
        // Nobody is sent to sign in for a token that could not be stored.
        if let Err(error @ Error::StoreKey { .. }) = self.place.read() {
            return Err(error);
        }
        pending::add(&self.place, &pending)
    }

    fn claim_pending(&self, state: Option<&str>) -> Result<Found> {
        pending::claim(&self.place, state)
    }

    fn has_pending(&self, state: Option<&str>) -> bool {
        pending::has(&self.place, state)
    }
}

struct FileLease {
    locked: Box<lock::Locked>,
    identity: Identity,
}

impl Lease for FileLease {
    fn read(&self) -> Result<Option<Arc<Token>>> {
        self.locked.place.read()
    }

    fn reserve(&mut self) -> Result<()> {
        self.locked.reserve()
    }

    fn write(&mut self, token: &Arc<Token>, expected: u32) -> Result<()> {
        check(self.read()?, expected)?;
        self.locked.write(&self.identity, token)
    }

    fn remove(&mut self, expected: u32) -> Result<()> {
        // What nobody understands can be removed.
        check(self.read().ok().flatten(), expected)?;
        self.locked.remove()
    }

    fn remove_pending(&mut self) -> Result<()> {
        pending::remove_all(&self.locked.place)
    }

    fn notes(&self) -> &LeaseNotes {
        &self.locked.notes
    }

    fn notes_mut(&mut self) -> &mut LeaseNotes {
        &mut self.locked.notes
    }

    fn write_notes(&mut self) -> Result<()> {
        self.locked.write_notes()
    }

    fn is_shared(&self) -> bool {
        true
    }
}

/// The lock keeps everybody out who asks for it; whoever took its file away does not.
fn check(stored: Option<Arc<Token>>, expected: u32) -> Result<()> {
    let found = stored.map_or(0, |stored| stored.generation);
    if found > expected {
        return Err(Error::Generation { found, expected });
    }
    Ok(())
}

/// Where one account's files are.
#[derive(Clone, Debug)]
struct Place {
    folder: PathBuf,
    name: String,
    keys: Keys,
}

impl Place {
    /// The stored token, as it is at this moment; no lock is needed for that.
    fn read(&self) -> Result<Option<Arc<Token>>> {
        Ok(self.contents()?.map(|(_, token, _)| Arc::new(token)))
    }

    /// Whose token it is, the token, and whether it would be written in another way now.
    fn contents(&self) -> Result<Option<(Identity, Token, bool)>> {
        let path = self.path("json");
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let (identity, token, is_stale) = record::read(&self.keys, "record", &self.name, &path, &bytes)?;
        if record::name(&identity) != self.name {
            return Err(Error::StoreFormat {
                path: path.display().to_string(),
                reason: "the record is another client's (move it away and sign in again)".to_owned(),
            });
        }
        Ok(Some((identity, token, is_stale)))
    }

    /// Changes whenever the record is replaced.
    fn stamp(&self) -> Option<FileStamp> {
        files::stamp(&self.path("json"))
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.name))
    }
}
