//! A folder of records, for processes and hosts that share it. The folder and what is in it are their owner's alone.
//! `NAME` is made of two hashes:
//!
//! - `NAME.json`: the record, as [`record`] writes it, or sealed, as `seal` does. Never changed, always replaced.
//! - `NAME.lock`: locked from re-reading the record until its successor is written. Its text are [`LeaseNotes`].
//! - `NAME.tmp`: the successor while it is written, by whoever holds the lock.
//! - `NAME.pending/`: the authorization URLs that wait for their codes, a file each, as [`pending`] names them, and room
//!   for what a code brings.
//!
//! Beside them `KIND-HASH.doc`, as [`documents`] writes it, and `KIND-HASH.claim`, locked by who is about to change it.
#![forbid(unsafe_code)]

mod accounts;
mod documents;
mod files;
mod folder;
mod guard;
mod lock;
mod network;
mod pending;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pending::{Found, PendingAuthorization};
use super::{
    record, Document, DocumentName, Hold, Keys, Lease, LeaseNotes, Leasing, Listing, Record, Reservation,
    Stamp, Store, Wait,
};
use crate::error::{Error, Result};
use crate::system;
use crate::token::{Identity, Token};
use files::FileStamp;
use folder::Folder;
use lock::{Locked, Locking, OpenPlace};

pub struct FileStore {
    folder: PathBuf,
    keys: Keys,
}

impl FileStore {
    pub fn new(folder: &Path, keys: Keys) -> Self {
        // With a stroke at its end, a symbolic link would be followed.
        Self { folder: folder.components().collect(), keys }
    }

    fn place(&self, name: String) -> Place {
        Place { folder: self.folder.clone(), name, keys: self.keys.clone() }
    }
}

impl Store for FileStore {
    fn record(&self, identity: Arc<Identity>) -> Arc<dyn Record> {
        Arc::new(FileRecord { place: self.place(record::name(&identity)), identity })
    }

    fn list(&self, client: &Identity) -> Result<Listing> {
        accounts::list(self, client)
    }

    fn accounts(
        &self,
        client: &Identity,
        listing: &Listing,
        start: usize,
        count: usize,
    ) -> Result<(Vec<String>, usize)> {
        accounts::page(self, client, listing, start, count)
    }

    fn reseal(&self, wait: Wait) -> Result<i32> {
        Ok(accounts::reseal(self, wait)?.saturating_add(documents::reseal(self)?))
    }

    fn document(&self, name: &DocumentName) -> Result<Option<Document>> {
        let document = documents::read(self, &name.stem())?;
        Ok(document.filter(|document| !document.is_over(system::now())))
    }

    fn keep_document(&self, name: &DocumentName, document: &Document) -> Result<()> {
        documents::write(self, &name.stem(), document)
    }

    fn remove_document(&self, name: &DocumentName) -> Result<()> {
        documents::remove(self, &name.stem())
    }

    fn claim_document(&self, name: &DocumentName) -> Result<Option<Hold>> {
        documents::claim(self, &name.stem())
    }
}

struct FileRecord {
    place: Place,
    identity: Arc<Identity>,
}

impl Record for FileRecord {
    fn read(&self) -> Result<Option<Arc<Token>>> {
        self.place.read()
    }

    fn stamp(&self) -> Option<Stamp> {
        self.place.stamp().map(Stamp::from)
    }

    fn prepare(&self) -> Result<()> {
        self.place.make_folder().map(drop)
    }

    fn reserve(&self) -> Result<Box<dyn Reservation>> {
        let open = self.place.open_with_room()?;
        Ok(Box::new(FileReservation { open, identity: self.identity.clone() }))
    }

    fn exists(&self) -> bool {
        self.place.folder.symlink_metadata().is_ok()
    }

    fn lease(&self, wait: Wait, seen: Option<Stamp>) -> Result<Leasing> {
        Ok(match self.place.open()?.lock(wait, &|now| now.map(Stamp::from) != seen)? {
            Locking::Locked { locked, has_waited } => {
                let lease = Box::new(FileLease { locked, identity: self.identity.clone() });
                Leasing::Leased { lease, has_waited }
            }
            Locking::Replaced => Leasing::Replaced,
            Locking::Busy => Leasing::Busy,
        })
    }

    fn notes(&self) -> LeaseNotes {
        self.place.notes()
    }

    fn add_pending(&self, pending: PendingAuthorization) -> Result<()> {
        let folder = self.place.make_folder()?;
        // Nobody is sent to sign in for a token that could not be stored.
        if let Err(error @ Error::StoreKey { .. }) = self.place.contents(&folder) {
            return Err(error);
        }
        pending::add(&self.place, &folder, &pending)
    }

    fn claim_pending(&self, state: Option<&str>, code: &str) -> Result<Found> {
        match Folder::open(&self.place.folder)? {
            Some(folder) => pending::claim(&self.place, &folder, state, code),
            None => Ok(Found::None),
        }
    }

    fn has_pending(&self, state: &str) -> bool {
        pending::has(&self.place, state, "json")
    }

    fn takes_again(&self, state: &str, code: &str) -> bool {
        pending::has(&self.place, state, &format!("sent-{code}"))
    }
}

struct FileReservation {
    open: OpenPlace,
    identity: Arc<Identity>,
}

impl Reservation for FileReservation {
    fn lease(self: Box<Self>, wait: Wait) -> Result<Box<dyn Lease>> {
        match self.open.lock(wait, &|_| false)? {
            Locking::Locked { locked, .. } => Ok(Box::new(FileLease { locked, identity: self.identity })),
            Locking::Replaced | Locking::Busy => Err(Error::Busy),
        }
    }
}

struct FileLease {
    locked: Box<Locked>,
    identity: Arc<Identity>,
}

impl Lease for FileLease {
    fn read(&mut self) -> Result<Option<Arc<Token>>> {
        self.locked.read()
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
        self.locked.remove_pending()
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

    fn hold(&self, fingerprint: &str) -> Option<Hold> {
        self.locked.guard.hold(fingerprint)
    }

    fn is_held(&self, fingerprint: &str) -> bool {
        self.locked.guard.is_held(fingerprint)
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
    /// The stored token, as it is at this moment; no lock is needed for that. Where there is none, one could be stored.
    fn read(&self) -> Result<Option<Arc<Token>>> {
        let Some(folder) = Folder::open(&self.folder)? else {
            return folder::check_place(&self.folder).map(|()| None);
        };
        let contents = self.contents(&folder)?;
        if contents.is_none() {
            folder.check_writable()?;
        }
        Ok(contents.map(|(_, token, _)| Arc::new(token)))
    }

    /// Whose token it is, the token, and whether it would be written in another way now.
    fn contents(&self, folder: &Folder) -> Result<Option<(Identity, Token, bool)>> {
        let read = |path: &Path, bytes: &[u8]| record::read(&self.keys, "record", &self.name, path, bytes);
        self.look(folder, read, |(identity, ..)| identity)
    }

    /// Whose token it is, and nothing more.
    fn owner(&self, folder: &Folder) -> Result<Option<Identity>> {
        let read = |path: &Path, bytes: &[u8]| record::owner(&self.keys, "record", &self.name, path, bytes);
        self.look(folder, read, |identity| identity)
    }

    fn look<T>(
        &self,
        folder: &Folder,
        read: impl FnOnce(&Path, &[u8]) -> Result<T>,
        owner: impl FnOnce(&T) -> &Identity,
    ) -> Result<Option<T>> {
        let file = self.name("json");
        let Some(bytes) = folder.read(&file)? else { return Ok(None) };
        let path = folder.path(&file);
        let found = read(&path, &bytes)?;
        if record::name(owner(&found)) != self.name {
            return Err(Error::StoreFormat {
                path: path.display().to_string(),
                reason: "the record is another client's (move it away, then sign in or ask again)".to_owned(),
            });
        }
        Ok(Some(found))
    }

    /// Changes whenever the record is replaced.
    fn stamp(&self) -> Option<FileStamp> {
        files::stamp(&self.path("json"))
    }

    fn name(&self, kind: &str) -> String {
        format!("{}.{kind}", self.name)
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(self.name(kind))
    }
}
