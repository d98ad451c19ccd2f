//! The folder of a store, open: its owner's alone, and below folders that nobody else can change. What is in it is
//! reached through it, whatever becomes of its name.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::files::{check_file, failed, FileStamp, MAX_FILE};
use super::network;
use crate::error::{Error, Result};
use crate::secret::Wiped;
use crate::system::{self, Found, Opening, CLOSE_FOLDER, CLOSE_TO_WRITERS, FILE_TYPE, FOLDER, LINK};

#[derive(Debug)]
pub struct Folder {
    file: File,
    path: PathBuf,
}

impl Folder {
    /// `None` where there is none.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let file = match system::open_folder(path, false) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(not_opened(path, &e)),
            Ok(file) => file,
        };
        let folder = Self { file, path: path.to_owned() };
        folder.check()?;
        Ok(Some(folder))
    }

    /// Makes it, if it is not there.
    pub fn make(path: &Path) -> Result<Self> {
        let folder = if let Some(folder) = Self::open(path)? {
            folder
        } else {
            let (parent, name) = place(path)?;
            let file = system::make_folder_at(&parent, name).map_err(|e| not_made(path, &e))?;
            system::flush_folder(&parent).map_err(|e| not_made(path, &e))?;
            let folder = Self { file, path: path.to_owned() };
            folder.check()?;
            folder
        };
        network::check(path, &folder.file)?;
        Ok(folder)
    }

    /// That records can be written here. Asked where there is none: to sign in mends no wrong folder.
    pub fn check_writable(&self) -> Result<()> {
        network::check(&self.path, &self.file)?;
        system::check_writable(&self.file).map_err(|e| failed(&self.path, "cannot be written", &e))
    }

    /// That it still has its name and its rights: before something is spent, and before anything is put into it.
    pub fn check_again(&self) -> Result<()> {
        let named = match system::stat_path(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(gone(&self.path)),
            named => named.map_err(|e| failed(&self.path, "cannot be read", &e))?,
        };
        let ours = self.found()?;
        if !FileStamp::of(&ours).is_same_file(&FileStamp::of(&named)) {
            check_kind(&self.path, &named)?;
            return Err(Error::Store {
                path: self.path.display().to_string(),
                reason: "another folder has taken its place: try again".to_owned(),
                is_transient: true,
            });
        }
        self.check()
    }

    fn check(&self) -> Result<()> {
        check_own(&self.path, &self.found()?)?;
        check_above(&self.file, &self.path, 1)
    }

    fn found(&self) -> Result<Found> {
        system::stat(&self.file).map_err(|e| failed(&self.path, "cannot be read", &e))
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// For a sentence.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// All of a file of ours; `None` where there is none.
    pub fn read(&self, name: &str) -> Result<Option<Wiped<Vec<u8>>>> {
        let path = || self.path(name);
        let cannot = |e: io::Error| failed(&path(), "cannot be read", &e);
        let file = match self.open_file(name, Opening::Read) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => {
                // A symbolic link has a reason of its own.
                if let Ok(found) = system::stat_at(&self.file, name) {
                    check_file(&path(), &found)?;
                }
                return Err(cannot(e));
            }
        };
        let read = self.read_opened(name, &file);
        system::close(file);
        read.map(Some)
    }

    fn read_opened(&self, name: &str, file: &File) -> Result<Wiped<Vec<u8>>> {
        let path = || self.path(name);
        let cannot = |e: io::Error| failed(&path(), "cannot be read", &e);
        // Of the file that was opened, not of whatever has its name by now.
        let found = system::stat(file).map_err(cannot)?;
        check_file(&path(), &found)?;
        if found.length > MAX_FILE {
            let reason = "the record is larger than any: move it away, then sign in or ask again".to_owned();
            return Err(Error::StoreFormat { path: path().display().to_string(), reason });
        }
        let mut bytes = Wiped::new(Vec::with_capacity(usize::try_from(found.length).unwrap_or(0)));
        file.take(found.length).read_to_end(&mut bytes).map_err(cannot)?;
        Ok(bytes)
    }

    /// No symbolic link is followed, and a named pipe does not make us wait.
    pub fn open_file(&self, name: &str, opening: Opening) -> io::Result<File> {
        system::open_at(&self.file, name, opening)
    }

    /// A new file, its owner's alone.
    pub fn create_file(&self, name: &str) -> io::Result<File> {
        system::create_at(&self.file, name)
    }

    pub fn stamp(&self, name: &str) -> Option<FileStamp> {
        system::stat_at(&self.file, name).ok().as_ref().map(FileStamp::of)
    }

    /// A folder in it, as it is itself.
    pub fn make_folder(&self, name: &str) -> io::Result<File> {
        system::make_folder_at(&self.file, name)
    }

    /// Whether there is such a folder in it; what is no folder of ours is refused.
    pub fn has_folder(&self, name: &str) -> Result<bool> {
        match system::stat_at(&self.file, name) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(failed(&self.path(name), "cannot be read", &e)),
            Ok(found) => check_own(&self.path(name), &found).map(|()| true),
        }
    }

    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        system::rename_at(&self.file, from, to)
    }

    /// Nothing is to be removed where there is nothing.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        ignoring(io::ErrorKind::NotFound, system::remove_at(&self.file, name))
    }

    pub fn remove_folder(&self, name: &str) -> io::Result<()> {
        ignoring(io::ErrorKind::NotFound, system::remove_folder_at(&self.file, name))
    }

    /// A name is on the disk only when the folder is.
    pub fn sync(&self) -> Result<()> {
        system::flush_folder(&self.file).map_err(|e| failed(&self.path, "cannot be flushed", &e))
    }
}

/// That a folder which is not there could be made.
pub fn check_place(path: &Path) -> Result<()> {
    let (parent, _) = place(path)?;
    network::check(path, &parent)?;
    system::check_writable(&parent).map_err(|e| not_made(path, &e))
}

pub fn gone(path: &Path) -> Error {
    Error::Store {
        path: path.display().to_string(),
        reason: "the folder is gone (bring it back, or sign in again to make a new one)".to_owned(),
        is_transient: false,
    }
}

pub fn ignoring(kind: io::ErrorKind, done: io::Result<()>) -> io::Result<()> {
    done.or_else(|e| if e.kind() == kind { Ok(()) } else { Err(e) })
}

/// The folder that a folder is to be made in, open, and the new one's name.
fn place(path: &Path) -> Result<(File, &str)> {
    let (Some(above), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Err(not_made(path, &io::ErrorKind::InvalidFilename.into()));
    };
    // What leads there may be a symbolic link, as `/home` is in some places.
    let parent = system::open_folder(above, true).map_err(|e| not_made(path, &e))?;
    check_above(&parent, above, 0)?;
    Ok((parent, name))
}

fn not_opened(path: &Path, e: &io::Error) -> Error {
    let found = system::stat_path(path).ok();
    let because = found.and_then(|found| check_kind(path, &found).err());
    because.unwrap_or_else(|| failed(path, "cannot be read", e))
}

fn not_made(path: &Path, e: &io::Error) -> Error {
    failed(path, "the folder cannot be made", e)
}

fn check_own(path: &Path, found: &Found) -> Result<()> {
    check_kind(path, found)?;
    if found.mode & 0o022 != 0 {
        return Err(unsafe_because(path, &format!("other users can write to the folder ({CLOSE_FOLDER})")));
    }
    Ok(())
}

fn check_kind(path: &Path, found: &Found) -> Result<()> {
    let Found { mode, owner, .. } = *found;
    if mode & FILE_TYPE == LINK {
        return Err(unsafe_because(path, "the folder is a symbolic link (name the folder itself)"));
    }
    if mode & FILE_TYPE != FOLDER {
        let path = path.display().to_string();
        let reason = "it is a file, and file: names a folder".to_owned();
        return Err(Error::Store { path, reason, is_transient: false });
    }
    if owner != system::effective_user() {
        return Err(unsafe_because(
            path,
            "the folder belongs to another user (run as the one who signed in)",
        ));
    }
    Ok(())
}

/// Whoever can change a folder above can put another store in the place of ours: looked at as ssh does it for its
/// keys. `opened` is what `path` names, and `first` the lowest to look at, so many above that: these are the folders
/// that it is in now, whatever symbolic links led there.
fn check_above(opened: &File, path: &Path, first: usize) -> Result<()> {
    let mut below = None;
    for level in first.. {
        let found = system::stat_above(opened, level).map_err(|e| failed(path, "cannot be read", &e))?;
        if below.replace((found.device, found.inode)) == Some((found.device, found.inode)) {
            return Ok(()); // the root is above itself
        }
        let refused = |reason: &str| {
            let real = system::real_path(path).unwrap_or_else(|_| path.to_owned());
            Err(unsafe_because(real.ancestors().nth(level).unwrap_or(path), reason))
        };
        if found.owner != system::effective_user() && !is_the_systems(opened, found.owner) {
            return refused("a folder above it belongs to another user (use one of your own)");
        }
        // In a sticky folder nobody renames what is another's: what is below is ours or root's.
        if found.mode & 0o022 != 0 && found.mode & 0o1000 == 0 {
            return refused(&format!("other users can write to a folder above it ({CLOSE_TO_WRITERS})"));
        }
    }
    Ok(())
}

/// Root, and on IBM i, which is AIX to a program, QSYS: it has `/`, and may do whatever it likes.
fn is_the_systems(opened: &File, owner: u32) -> bool {
    let owns_all = || system::stat_at(opened, "/").is_ok_and(|root| root.owner == owner);
    owner == 0 || cfg!(target_os = "aix") && owns_all()
}

fn unsafe_because(path: &Path, reason: &str) -> Error {
    Error::StoreUnsafe { path: path.display().to_string(), reason: reason.to_owned() }
}
