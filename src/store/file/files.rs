//! Files that are read and written by nobody else: what is opened is checked, what is replaced is replaced whole.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::folder::Folder;
use crate::error::{Error, Result};
use crate::store::Stamp;
use crate::system::{self, Found, CLOSE_FILE, FILE_TYPE, REGULAR};

/// A record is a few kilobytes.
pub const MAX_FILE: u64 = 4 * 1024 * 1024;

/// What differs between a file and the one that has replaced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    device: u64,
    inode: u64,
    modified: (i64, i64),
    pub length: u64,
}

pub fn stamp(path: &Path) -> Option<FileStamp> {
    system::stat_path(path).ok().as_ref().map(FileStamp::of)
}

impl From<FileStamp> for Stamp {
    fn from(file: FileStamp) -> Self {
        let FileStamp { device, inode, modified: (seconds, fraction), length } = file;
        Self([device, inode, seconds.cast_unsigned(), fraction.cast_unsigned(), length])
    }
}

impl FileStamp {
    pub fn of(found: &Found) -> Self {
        let Found { device, inode, modified, length, .. } = *found;
        Self { device, inode, modified, length }
    }

    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// A file that becomes another's successor once it is whole. Nothing needs to be opened for that any more.
pub struct Successor {
    folder: Arc<Folder>,
    temporary: String,
    file: Option<File>,
    is_left: bool,
    /// What is written whole and cannot be put in its place stays: whoever comes next finds it.
    pub is_found_again: bool,
    /// How many forks there had been when it was made.
    fork_count: u32,
}

impl Successor {
    /// Makes room for so many bytes: a full disk shows now, and not when there is something to lose. What a killed
    /// process has left goes.
    pub fn reserve(folder: &Arc<Folder>, temporary: String, bytes: u64) -> io::Result<Self> {
        folder.remove(&temporary)?;
        let file = folder.create_file(&temporary)?;
        let mut successor = Self {
            folder: folder.clone(),
            temporary,
            file: Some(file),
            is_left: true,
            is_found_again: false,
            fork_count: system::fork_count(),
        };
        successor.fill(bytes)?;
        Ok(successor)
    }

    fn fill(&mut self, bytes: u64) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if bytes > 0 {
            file.write_all(&vec![b'\n'; usize::try_from(bytes.min(MAX_FILE)).unwrap_or(0)])?;
        }
        Ok(())
    }

    /// Writes it, and puts it in the other's place, where it is on the disk as soon as the folder is.
    pub fn replace(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            system::write_all_at(&file, bytes, 0)?;
            file.set_len(bytes.len() as u64)?;
            self.is_left = !self.is_found_again;
            file.sync_all()?;
        }
        self.folder.rename(&self.temporary, name)?;
        self.is_left = false;
        Ok(())
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        if self.fork_count != system::fork_count() {
            // The child of a fork: file and folder are its parent's.
            std::mem::forget((self.file.take(), self.folder.clone()));
        } else if self.is_left {
            let _ = self.folder.remove(&self.temporary);
        }
    }
}

pub fn check_file(path: &Path, found: &Found) -> Result<()> {
    let Found { mode, owner, .. } = *found;
    let unsafe_because = |reason: &str| {
        Err(Error::StoreUnsafe { path: path.display().to_string(), reason: reason.to_owned() })
    };
    if mode & FILE_TYPE != REGULAR {
        return unsafe_because(
            "the record is a symbolic link or no file (move it away, then sign in or ask again)",
        );
    }
    if owner != system::effective_user() {
        return unsafe_because("the record belongs to another user (run as the one who signed in)");
    }
    if mode & 0o077 != 0 {
        return unsafe_because(&format!("other users can read the record ({CLOSE_FILE})"));
    }
    Ok(())
}

pub fn failed(path: &Path, what: &str, e: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    if e.kind() == Kind::PermissionDenied {
        let reason = format!("{what} ({}): {}", system::words(e), who_may(path));
        return Error::Store { path: path.display().to_string(), reason, is_transient: false };
    }
    let (advice, is_transient) = match e.kind() {
        Kind::NotFound
        | Kind::NotADirectory
        | Kind::IsADirectory
        | Kind::InvalidFilename
        | Kind::ReadOnlyFilesystem => ("make it for this user, or change store", false),
        Kind::StorageFull | Kind::QuotaExceeded => ("make room, then try again", true),
        Kind::FileTooLarge => ("raise the limit of a file's size", false),
        _ if system::is_of_path(e) => ("make it for this user, or change store", false),
        _ if system::is_of_locking(e) => ("use a local folder", false),
        _ => ("try again later", true),
    };
    Error::Store {
        path: path.display().to_string(),
        reason: format!("{what} ({}): {advice}", system::words(e)),
        is_transient,
    }
}

/// Whose it is, or the folder that it would be in, and so who can be let in.
fn who_may(path: &Path) -> String {
    let us = system::effective_user();
    let owner = path.ancestors().find_map(|part| system::stat_path(part).ok()).map(|found| found.owner);
    match owner {
        Some(owner) if owner != us => {
            format!(
                "run as the user who signed in, or change store (it is user {owner}'s, this is user {us})"
            )
        }
        _ => "make it for this user, or change store".to_owned(),
    }
}
