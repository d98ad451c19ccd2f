//! One job at a time from re-reading a record until its successor is written: threads and processes alike, as each
//! lock has an open file of its own. The system frees the lock of a process that dies.
#![forbid(unsafe_code)]

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::files::{self, failed, FileStamp, Successor};
use super::guard::{read_notes, Guard, LockFile};
use super::{network, record, Place};
use crate::error::{Error, Result};
use crate::store::{Holder, LeaseNotes, Wait};
use crate::system;
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

/// The place is this job's until this is dropped.
pub struct Locked {
    pub place: Place,
    guard: Guard,
    successor: Option<Successor>,
    pub notes: LeaseNotes,
}

impl Place {
    /// Makes the folder, if it is not there.
    pub fn make_folder(&self) -> Result<()> {
        files::make_folder(&self.folder)?;
        files::check_folder(&self.folder)?;
        let opened = File::open(&self.folder).map_err(|e| failed(&self.folder, "cannot be read", &e))?;
        network::check(&self.folder, &opened)
    }

    /// `is_replaced`: whether this is another record than that which the caller has seen.
    pub fn lock(&self, wait: Wait, is_replaced: impl Fn(Option<FileStamp>) -> bool) -> Result<Locking> {
        let path = self.path("lock");
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        let mut has_waited = false;
        let mut file = LockFile::new(self.open_lock(&path)?);
        loop {
            match Guard::try_lock(file).map_err(|e| failed(&path, "cannot be locked", &e))? {
                Ok(guard) if guard.has_name(&path) => {
                    let locked = self.take(guard, &path)?;
                    return Ok(Locking::Locked { locked, has_waited });
                }
                // Somebody has removed the file: this lock excludes nobody.
                Ok(guard) => {
                    drop(guard);
                    file = LockFile::new(self.open_lock(&path)?);
                    continue;
                }
                Err(busy) => file = busy,
            }
            let Wait::Seconds(seconds) = wait else { return Ok(Locking::Busy) };
            if is_replaced(self.stamp()) {
                return Ok(Locking::Replaced);
            }
            let limit = Duration::from_secs(seconds.into());
            let waited = start.elapsed();
            if waited >= limit {
                let notes = file.notes();
                return Err(held_by_another(&path, notes, waited));
            }
            system::pause(pause.min(limit.saturating_sub(waited)));
            has_waited = true;
            pause = (pause * 2).min(longest_pause(waited));
        }
    }

    fn open_lock(&self, path: &Path) -> Result<File> {
        files::check_folder(&self.folder)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let file = match files::create(&mut options.clone(), path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => files::open(&mut options, path),
            created => created,
        }
        .map_err(|e| failed(path, "cannot be locked", &e))?;
        let found = file.metadata().map_err(|e| failed(path, "cannot be locked", &e))?;
        files::check_file(path, &found)?;
        network::check(&self.folder, &file)?;
        Ok(file)
    }

    fn take(&self, guard: Guard, path: &Path) -> Result<Box<Locked>> {
        let mut notes = guard.notes();
        notes.holder =
            Some(Holder { process: std::process::id(), host: system::host_name(), since: system::now() });
        let mut locked = Locked { place: self.clone(), guard, successor: None, notes };
        // A full disk is met again where it matters.
        let _ = locked.write_notes();
        locked.recover(path)?;
        Ok(Box::new(locked))
    }

    /// The notes as they stand; whoever holds the lock may just be changing them.
    pub fn notes(&self) -> LeaseNotes {
        let path = self.path("lock");
        let file = files::open(OpenOptions::new().read(true), &path);
        file.map(|file| read_notes(&file)).unwrap_or_default()
    }
}

impl Locked {
    /// Makes sure that the successor of the record can be written: before the refresh token is spent.
    pub fn reserve(&mut self) -> Result<()> {
        // A new token may be longer than the old one, and is longer when it is sealed.
        const MORE: u64 = 16 * 1024;
        let length =
            self.place.stamp().map_or(0, |stamp| stamp.length).saturating_mul(2).saturating_add(MORE);
        // A key that cannot be read would come to light too late.
        self.place.keys.sealing()?;
        self.successor = None;
        self.successor = Some(Successor::reserve(&self.place.path("tmp"), length)?);
        Ok(())
    }

    /// Replaces the record. It is on the disk when this returns.
    pub fn write(&mut self, identity: &Identity, token: &Token) -> Result<()> {
        let Place { keys, name, .. } = &self.place;
        let bytes = record::write(keys, "record", name, identity, token, true)?;
        let successor = match self.successor.take() {
            Some(successor) => successor,
            None => Successor::reserve(&self.place.path("tmp"), 0)?,
        };
        files::check_folder(&self.place.folder)?;
        successor.replace(&self.place.path("json"), &bytes)
    }

    /// Takes the record away, and what a killed job has left of one.
    pub fn remove(&mut self) -> Result<()> {
        for path in [self.place.path("tmp"), self.place.path("json")] {
            match std::fs::remove_file(&path) {
                Ok(()) => files::sync_folder(&path)?,
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(failed(&path, "cannot be removed", &e)),
            }
        }
        Ok(())
    }

    pub fn write_notes(&self) -> Result<()> {
        let text = record::text(&self.notes.to_json(), false)?;
        self.guard.write(&text).map_err(|e| failed(&self.place.path("lock"), "cannot be written", &e))
    }

    /// A job may have been killed between the server's answer and the end of the record's writing. What it had
    /// written whole is all that is left of the new token.
    fn recover(&mut self, path: &Path) -> Result<()> {
        if self.notes.sent.is_none() {
            return Ok(());
        }
        let temporary = path.with_extension("tmp");
        let Ok(Some(bytes)) = files::read(&temporary) else { return Ok(()) };
        let Place { keys, name, .. } = &self.place;
        let Ok((identity, token, _)) = record::read(keys, "record", name, &temporary, &bytes) else {
            return Ok(());
        };
        let is_successor =
            self.place.read()?.is_some_and(|stored| token.generation == stored.next_generation());
        if is_successor && record::name(&identity) == *name {
            files::finish(&temporary, &self.place.path("json"))?;
        }
        Ok(())
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if self.guard.is_inherited() {
            // The child of a fork: lock and file are its parent's.
            std::mem::forget(self.successor.take());
            return;
        }
        self.successor = None;
        self.notes.holder = None;
        let _ = self.write_notes();
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
