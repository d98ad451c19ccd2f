//! A file that is locked (flock): the system frees the lock of a process that dies.
#![forbid(unsafe_code)]

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::files::{check_file, failed, FileStamp};
use super::folder::Folder;
use super::network;
use crate::error::Result;
use crate::store::{Hold, LeaseNotes};
use crate::system;

/// A file of a lock. A child that lives longer than we do must not keep it open: it would keep the lock.
pub struct LockFile {
    file: Option<File>,
    /// How many forks there had been when it was opened.
    fork_count: u32,
}

impl LockFile {
    pub fn new(file: File) -> Self {
        let fork_count = system::fork_count();
        system::close_in_child(&file);
        Self { file: Some(file), fork_count }
    }

    /// That it is what it should be.
    pub fn check(&self, path: &Path) -> Result<()> {
        let found = self.file.as_ref().map_or(Err(io::ErrorKind::NotFound.into()), system::stat);
        check_file(path, &found.map_err(|e| failed(path, "cannot be locked", &e))?)
    }

    /// What stands in it, whoever has the lock.
    pub fn notes(&self) -> LeaseNotes {
        self.file.as_ref().map(read_notes).unwrap_or_default()
    }

    fn is_inherited(&self) -> bool {
        self.fork_count != system::fork_count()
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        if self.is_inherited() {
            // Closed at the fork; its number may be another file's by now.
            std::mem::forget(file);
            return;
        }
        system::keep_in_child(&file);
        system::close(file);
    }
}

/// A file that is locked until this is dropped.
pub struct Guard(Arc<LockFile>);

impl Guard {
    /// Locks the file; `None`: it is locked already.
    pub fn of(file: LockFile) -> io::Result<Option<Self>> {
        Self::try_lock(file).map(std::result::Result::ok)
    }

    pub fn try_lock(lock: LockFile) -> io::Result<std::result::Result<Self, LockFile>> {
        loop {
            match lock.file.as_ref().map_or(Ok(()), system::try_lock) {
                Ok(()) => return Ok(Ok(Self(Arc::new(lock)))),
                Err(TryLockError::WouldBlock) => return Ok(Err(lock)),
                Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(e)) => return Err(e),
            }
        }
    }

    pub fn is_inherited(&self) -> bool {
        self.0.is_inherited()
    }

    /// Whether the file is still the one of that name.
    pub fn has_name(&self, folder: &Folder, name: &str) -> bool {
        let ours = self.0.file.as_ref().and_then(|file| system::stat(file).ok());
        ours.zip(folder.stamp(name)).is_some_and(|(ours, named)| FileStamp::of(&ours).is_same_file(&named))
    }

    pub fn notes(&self) -> LeaseNotes {
        self.0.notes()
    }

    /// See [`Lease::hold`](crate::store::Lease::hold). No file is opened for that: it is the lock's own, of which one byte
    /// stays locked. Not where other hosts have the file, too: there a lock of the whole file is one of its bytes.
    pub fn hold(&self, fingerprint: &str) -> Option<Hold> {
        let leaves_it_alone = |file: &&File| system::LEAVES_BYTES_ALONE || !network::is_shared(file);
        let file = self.0.file.as_ref().filter(leaves_it_alone)?;
        system::hold_byte(file, byte_of(fingerprint)).then(|| self.0.clone() as Hold)
    }

    pub fn is_held(&self, fingerprint: &str) -> bool {
        self.0.file.as_ref().is_some_and(|file| system::is_byte_held(file, byte_of(fingerprint)))
    }

    /// Replaces what is in the file.
    pub fn write(&self, text: &[u8]) -> io::Result<()> {
        let Some(file) = &self.0.file else { return Ok(()) };
        system::write_all_at(file, text, 0)?;
        file.set_len(text.len() as u64)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(file) = self.0.file.as_ref().filter(|_| !self.is_inherited()) {
            // Said aloud: a hold and a child between fork and exec have the file open, too.
            let _ = system::unlock(file);
        }
    }
}

/// Which byte stands for a refresh token; most are behind the file's end.
fn byte_of(fingerprint: &str) -> i64 {
    let digits = fingerprint.get(..15).unwrap_or_default();
    i64::from_str_radix(digits, 16).unwrap_or_default()
}

fn read_notes(file: &File) -> LeaseNotes {
    let mut bytes = [0; 8192];
    let length = system::read_at(file, &mut bytes, 0).unwrap_or(0);
    LeaseNotes::parse(&bytes[..length])
}
