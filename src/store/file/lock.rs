//! One job at a time from re-reading a record until its successor is written: threads and processes alike, as each
//! lock has an open file of its own. The system frees the lock of a process that dies. What a successor needs is open
//! before anything is sent: with the answer in hand, nothing is left that a lack of descriptors could stop.
#![forbid(unsafe_code)]

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::files::{self, failed, FileStamp, Successor};
use super::folder::{self, Folder};
use super::guard::{Guard, LockFile};
use super::{network, record, Place};
use crate::error::{Error, Result};
use crate::store::{Holder, Key, LeaseNotes, Wait};
use crate::system::{self, Opening};
use crate::token::{Identity, Token};

pub enum Locking {
    Locked {
        locked: Box<Locked>,
        /// Another job had it first.
        has_waited: bool,
    },
    /// While we waited, another job has replaced the record.
    Replaced,
    /// Another job has it.
    Busy,
}

/// A place whose folder and lock are open.
pub struct OpenPlace {
    place: Place,
    folder: Arc<Folder>,
    file: LockFile,
    room: Option<Room>,
    record: LastRead,
}

/// The place is this job's until this is dropped.
pub struct Locked {
    pub place: Place,
    folder: Arc<Folder>,
    pub guard: Guard,
    room: Option<Room>,
    record: LastRead,
    pub notes: LeaseNotes,
}

/// The record as it was read last, and its stamp at that time: what has not changed need not be opened again.
#[derive(Default)]
struct LastRead(Option<(Option<FileStamp>, Option<Arc<Token>>)>);

/// All that a successor of the record needs, but its text.
struct Room {
    successor: Successor,
    sealing: Option<Key>,
}

impl Place {
    /// The folder, where it is there or can be made.
    pub fn make_folder(&self) -> Result<Arc<Folder>> {
        Folder::make(&self.folder).map(Arc::new)
    }

    /// In a folder that is there.
    pub fn open(&self) -> Result<OpenPlace> {
        let folder = Folder::open(&self.folder)?.ok_or_else(|| folder::gone(&self.folder))?;
        network::check(&self.folder, folder.file())?;
        self.open_in(Arc::new(folder))
    }

    fn open_in(&self, folder: Arc<Folder>) -> Result<OpenPlace> {
        let file = self.open_lock(&folder)?;
        Ok(OpenPlace { place: self.clone(), folder, file, room: None, record: LastRead::default() })
    }

    /// The same with room for a token, for which the lock is had when it has come: only then it is known what it
    /// replaces. The file has a name that nobody else has, as several may be on their way.
    pub fn open_with_room(&self) -> Result<OpenPlace> {
        let mut open = self.open_in(self.make_folder()?)?;
        // What cannot be read is met again where it matters.
        let _ = open.record.token(self, &open.folder);
        let temporary = super::pending::temporary(self, &open.folder)?;
        open.room = Some(Room::make(self, &open.folder, temporary)?);
        Ok(open)
    }

    fn open_lock(&self, folder: &Folder) -> Result<LockFile> {
        let name = self.name("lock");
        let path = folder.path(&name);
        let file = match folder.create_file(&name) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => folder.open_file(&name, Opening::Write),
            created => created,
        };
        let file = LockFile::new(file.map_err(|e| failed(&path, "cannot be locked", &e))?);
        file.check(&path).map(|()| file)
    }

    /// The notes as they stand; whoever holds the lock may just be changing them.
    pub fn notes(&self) -> LeaseNotes {
        let folder = Folder::open(&self.folder).ok().flatten();
        let file = folder.and_then(|folder| folder.open_file(&self.name("lock"), Opening::Read).ok());
        file.map(|file| LockFile::new(file).notes()).unwrap_or_default()
    }
}

impl OpenPlace {
    /// `is_replaced`: whether this is another record than that which the caller has seen.
    pub fn lock(self, wait: Wait, is_replaced: &dyn Fn(Option<FileStamp>) -> bool) -> Result<Locking> {
        let Self { place, folder, mut file, room, record } = self;
        let name = place.name("lock");
        let path = folder.path(&name);
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        let mut has_waited = false;
        loop {
            match Guard::try_lock(file).map_err(|e| failed(&path, "cannot be locked", &e))? {
                Ok(guard) if guard.has_name(&folder, &name) => {
                    let locked = Locked { place, folder, guard, room, record, notes: LeaseNotes::default() };
                    return Ok(Locking::Locked { locked: locked.begin()?, has_waited });
                }
                // Somebody has removed the file: this lock excludes nobody.
                Ok(guard) => {
                    drop(guard);
                    folder.check_again()?;
                    file = place.open_lock(&folder)?;
                    continue;
                }
                Err(busy) => file = busy,
            }
            let Wait::Seconds(seconds) = wait else { return Ok(Locking::Busy) };
            if is_replaced(place.stamp()) {
                return Ok(Locking::Replaced);
            }
            let limit = Duration::from_secs(seconds.into());
            let waited = start.elapsed();
            if waited >= limit {
                return Err(held_by_another(&path, file.notes(), waited));
            }
            system::pause(pause.min(limit.saturating_sub(waited)));
            has_waited = true;
            pause = (pause * 2).min(longest_pause(waited));
        }
    }
}

impl Locked {
    fn begin(mut self) -> Result<Box<Self>> {
        self.notes = self.guard.notes();
        self.notes.holder =
            Some(Holder { process: std::process::id(), host: system::host_name(), since: system::now() });
        // A full disk is met again where it matters.
        let _ = self.write_notes();
        self.recover()?;
        Ok(Box::new(self))
    }

    /// The stored token.
    pub fn read(&mut self) -> Result<Option<Arc<Token>>> {
        self.record.token(&self.place, &self.folder)
    }

    /// Makes sure that the successor of the record can be written: before the refresh token is spent.
    pub fn reserve(&mut self) -> Result<()> {
        self.folder.check_again()?;
        self.room = None;
        let mut room = Room::make(&self.place, &self.folder, self.place.name("tmp"))?;
        room.successor.is_found_again = true;
        self.room = Some(room);
        Ok(())
    }

    /// Replaces the record. It is on the disk when this returns.
    pub fn write(&mut self, identity: &Identity, token: &Arc<Token>) -> Result<()> {
        self.folder.check_again()?;
        let Place { name, .. } = &self.place;
        let room = self.room.take().map_or_else(|| self.new_room(), Ok)?;
        let bytes = record::write(room.sealing.as_ref(), "record", name, identity, token, true)?;
        if bytes.len() as u64 > files::MAX_FILE {
            return Err(Error::Internal("a record that could not be read again".to_owned()));
        }
        let record = self.place.name("json");
        let mut written = room.put(&record, &bytes);
        if written.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::NotFound) {
            // Somebody has forgotten the account, and taken what was pending away.
            written = self.new_room()?.put(&record, &bytes);
        }
        written.map_err(|e| failed(&self.folder.path(&record), "cannot be written", &e))?;
        self.folder.sync()?;
        self.record = LastRead(Some((self.folder.stamp(&record), Some(token.clone()))));
        Ok(())
    }

    /// Takes the record away, and what a killed job has left of one.
    pub fn remove(&mut self) -> Result<()> {
        for name in [self.place.name("tmp"), self.place.name("json")] {
            self.folder
                .remove(&name)
                .map_err(|e| failed(&self.folder.path(&name), "cannot be removed", &e))?;
        }
        self.folder.sync()
    }

    pub fn remove_pending(&self) -> Result<()> {
        super::pending::remove_all(&self.place, &self.folder)
    }

    pub fn write_notes(&self) -> Result<()> {
        let text = record::text(&self.notes.to_json(), false)?;
        let path = || self.folder.path(&self.place.name("lock"));
        self.guard.write(&text).map_err(|e| failed(&path(), "cannot be written", &e))
    }

    fn new_room(&self) -> Result<Room> {
        Room::make(&self.place, &self.folder, self.place.name("tmp"))
    }

    /// A job may have been killed between the server's answer and the end of the record's writing. What it had
    /// written whole is all that is left of the new token.
    fn recover(&mut self) -> Result<()> {
        if self.notes.sent.is_none() {
            return Ok(());
        }
        let Place { keys, name, .. } = &self.place;
        let temporary = self.place.name("tmp");
        let Ok(Some(bytes)) = self.folder.read(&temporary) else { return Ok(()) };
        let path = self.folder.path(&temporary);
        let Ok((identity, token, _)) = record::read(keys, "record", name, &path, &bytes) else {
            return Ok(());
        };
        let is_ours = record::name(&identity) == *name;
        let is_successor = self.read()?.is_some_and(|stored| token.generation == stored.next_generation());
        if is_successor && is_ours {
            self.finish(&temporary)?;
        }
        Ok(())
    }

    /// Puts what somebody else has written whole in the record's place. It is never changed: it may be all there is.
    fn finish(&self, temporary: &str) -> Result<()> {
        let record = self.place.name("json");
        let file = self.folder.open_file(temporary, Opening::Write);
        let finished =
            file.and_then(|file| file.sync_all()).and_then(|()| self.folder.rename(temporary, &record));
        finished.map_err(|e| failed(&self.folder.path(&record), "cannot be written", &e))?;
        self.folder.sync()
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if self.guard.is_inherited() {
            // The child of a fork: all of it is its parent's.
            std::mem::forget(self.folder.clone());
            return;
        }
        self.room = None;
        self.notes.holder = None;
        let _ = self.write_notes();
    }
}

impl LastRead {
    fn token(&mut self, place: &Place, folder: &Folder) -> Result<Option<Arc<Token>>> {
        let stamp = folder.stamp(&place.name("json"));
        if let Some((_, token)) = self.0.as_ref().filter(|(before, _)| *before == stamp) {
            return Ok(token.clone());
        }
        let token = place.contents(folder)?.map(|(_, token, _)| Arc::new(token));
        self.0 = Some((stamp, token.clone()));
        Ok(token)
    }
}

impl Room {
    fn make(place: &Place, folder: &Arc<Folder>, temporary: String) -> Result<Self> {
        // A new token may be longer than the old one, and is longer when it is sealed.
        const MORE: u64 = 16 * 1024;
        let length = folder.stamp(&place.name("json")).map_or(0, |stamp| stamp.length);
        // A key that cannot be read would come to light too late.
        let sealing = place.keys.sealing()?;
        let path = folder.path(&temporary);
        let successor = Successor::reserve(folder, temporary, length.saturating_mul(2).saturating_add(MORE))
            .map_err(|e| failed(&path, "cannot be written", &e))?;
        Ok(Self { successor, sealing })
    }

    fn put(mut self, record: &str, bytes: &[u8]) -> io::Result<()> {
        self.successor.replace(record, bytes)
    }
}

fn held_by_another(path: &Path, notes: LeaseNotes, waited: Duration) -> Error {
    let holder = notes.holder;
    Error::Locked {
        path: path.display().to_string(),
        waited: u32::try_from(waited.as_secs()).unwrap_or(u32::MAX),
        holder: holder.map(|holder| {
            let age = system::now().saturating_sub(holder.since).max(0);
            let is_elsewhere = !holder.host.is_empty() && holder.host != system::host_name();
            let host = if is_elsewhere { format!(" on {}", holder.host) } else { String::new() };
            format!("process {}{host}, for {age} s", holder.process)
        }),
    }
}

/// Who has waited for long need not look so often.
fn longest_pause(waited: Duration) -> Duration {
    Duration::from_millis(if waited < Duration::from_secs(3) { 8 } else { 50 })
}
