//! Files that are read and written by nobody else: what is opened is checked, what is replaced is replaced whole.
#![forbid(unsafe_code)]

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::secret::Wiped;
use crate::store::Stamp;
use crate::system;

/// A record is a few kilobytes.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// What differs between a file and the one that has replaced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    device: u64,
    inode: u64,
    modified: (i64, i64),
    pub length: u64,
}

pub fn stamp(path: &Path) -> Option<FileStamp> {
    fs::symlink_metadata(path).ok().as_ref().map(FileStamp::of)
}

impl From<FileStamp> for Stamp {
    fn from(file: FileStamp) -> Self {
        let FileStamp { device, inode, modified: (seconds, fraction), length } = file;
        Self([device, inode, seconds.cast_unsigned(), fraction.cast_unsigned(), length])
    }
}

impl FileStamp {
    pub fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            modified: (found.mtime(), found.mtime_nsec()),
            length: found.len(),
        }
    }

    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// All of a file of ours; `None` where there is none.
pub fn read(path: &Path) -> Result<Option<Wiped<Vec<u8>>>> {
    let cannot = |e: io::Error| failed(path, "cannot be read", &e);
    let file = match open(OpenOptions::new().read(true), path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            // A symbolic link has a reason of its own.
            if let Ok(found) = fs::symlink_metadata(path) {
                check_file(path, &found)?;
            }
            return Err(cannot(e));
        }
    };
    check_folder(folder_of(path))?;
    // Of the file that was opened, not of whatever has its name by now.
    let found = file.metadata().map_err(cannot)?;
    check_file(path, &found)?;
    if found.len() > MAX_FILE {
        let reason = "the record is larger than any: move it away and sign in again".to_owned();
        return Err(Error::StoreFormat { path: path.display().to_string(), reason });
    }
    let mut bytes = Wiped::new(Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0) + 1));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(Some(bytes))
}

/// A file that becomes another's successor once it is whole.
pub struct Successor {
    temporary: PathBuf,
    file: Option<File>,
    is_left: bool,
}

impl Successor {
    /// Makes room for so many bytes: a full disk shows now, and not when there is something to lose. Only one process
    /// may do this at a time; what a killed one has left goes.
    pub fn reserve(temporary: &Path, bytes: u64) -> Result<Self> {
        let cannot = |e: io::Error| failed(temporary, "cannot be written", &e);
        match fs::remove_file(temporary) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(cannot(e)),
            _ => {}
        }
        let file = create(OpenOptions::new().write(true), temporary).map_err(cannot)?;
        let mut successor = Self { temporary: temporary.to_owned(), file: Some(file), is_left: true };
        successor.fill(bytes).map_err(cannot)?;
        Ok(successor)
    }

    fn fill(&mut self, bytes: u64) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if bytes > 0 {
            file.write_all(&vec![b'\n'; usize::try_from(bytes.min(MAX_FILE)).unwrap_or(0)])?;
        }
        Ok(())
    }

    /// Writes it, and puts it in the other's place. It is on the disk when this returns. What was written whole and
    /// cannot be put there stays: it may be all there is.
    pub fn replace(mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        if bytes.len() as u64 > MAX_FILE {
            return Err(Error::Internal("a record that could not be read again".to_owned()));
        }
        let written = self.write(bytes).and_then(|()| fs::rename(&self.temporary, path));
        written.map_err(|e| failed(path, "cannot be written", &e))?;
        sync_folder(path)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        file.write_all_at(bytes, 0)?;
        file.set_len(bytes.len() as u64)?;
        self.is_left = false;
        file.sync_all()
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        if self.is_left {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Puts a file that somebody else has written whole in the other's place. It is never changed: it may be all there is.
pub fn finish(temporary: &Path, path: &Path) -> Result<()> {
    let finished = open(OpenOptions::new().read(true), temporary)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(temporary, path));
    finished.map_err(|e| failed(path, "cannot be written", &e))?;
    sync_folder(path)
}

/// A name is on the disk only when the folder is.
pub fn sync_folder(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| failed(folder, "cannot be flushed", &e))
}

pub fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

pub fn make_folder(folder: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        // The umask may have taken rights that the owner needs.
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o700)),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
    .map_err(|e| failed(folder, "the folder cannot be made", &e))
}

pub fn check_folder(folder: &Path) -> Result<()> {
    let unsafe_because = |reason| Err(Error::StoreUnsafe { path: folder.display().to_string(), reason });
    let found = match fs::symlink_metadata(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(Error::Store {
                path: folder.display().to_string(),
                reason: "the folder is gone (bring it back, or sign in again to make a new one)".to_owned(),
                is_transient: false,
            })
        }
        found => found.map_err(|e| failed(folder, "cannot be read", &e))?,
    };
    if found.file_type().is_symlink() {
        return unsafe_because("the folder is a symbolic link (name the folder itself)");
    }
    if !found.is_dir() {
        let path = folder.display().to_string();
        let reason = "it is a file, and file: names a folder".to_owned();
        return Err(Error::Store { path, reason, is_transient: false });
    }
    if found.uid() != system::effective_user() {
        return unsafe_because("the folder belongs to another user (use one of your own)");
    }
    if found.mode() & 0o022 != 0 {
        return unsafe_because("other users can write to the folder (chmod 700)");
    }
    Ok(())
}

pub fn check_file(path: &Path, found: &Metadata) -> Result<()> {
    let unsafe_because = |reason| Err(Error::StoreUnsafe { path: path.display().to_string(), reason });
    if !found.is_file() {
        return unsafe_because("the record is a symbolic link or no file (move it away and sign in again)");
    }
    if found.uid() != system::effective_user() {
        return unsafe_because("the record belongs to another user (use a folder of your own)");
    }
    if found.mode() & 0o077 != 0 {
        return unsafe_because("other users can read the record (chmod 600)");
    }
    Ok(())
}

/// A new file, its owner's alone.
pub fn create(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = open(options.create_new(true).mode(0o600), path)?;
    // The umask may have taken rights that the owner needs.
    file.set_permissions(Permissions::from_mode(0o600)).map(|()| file)
}

/// No symbolic link is followed, and a named pipe does not make us wait.
pub fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

pub fn failed(path: &Path, what: &str, e: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    let (advice, is_transient) = match e.kind() {
        Kind::PermissionDenied
        | Kind::NotFound
        | Kind::NotADirectory
        | Kind::IsADirectory
        | Kind::InvalidFilename
        | Kind::ReadOnlyFilesystem => ("make it for this user, or change store", false),
        Kind::StorageFull | Kind::QuotaExceeded => ("make room, then try again", true),
        _ => ("try again later", true),
    };
    Error::Store { path: path.display().to_string(), reason: format!("{what} ({e}): {advice}"), is_transient }
}
