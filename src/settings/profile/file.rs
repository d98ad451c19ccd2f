//! Files of profiles: where they are looked for, and which are read.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::secret::Wiped;
use crate::system::{self, Found, CLOSE_TO_WRITERS, FILE_TYPE, FOLDER, REGULAR};

const MAX_FILE: u64 = 1024 * 1024;

/// Who says that there is a file.
#[derive(Clone, Copy)]
pub enum Origin {
    Variable,
    Home,
    System,
}

/// Where files of profiles are looked for: only when a profile is asked for by name.
pub fn search_path() -> Vec<(Origin, PathBuf)> {
    let mut paths = Vec::new();
    let (user, machine) = system::settings_folders();
    let below = |folder: PathBuf| folder.join("liboauth").join("profiles.toml");
    if !system::is_privileged() {
        let named = std::env::var_os("LIBOAUTH_PROFILES").filter(|v| !v.is_empty()).map(PathBuf::from);
        paths.extend(named.map(|path| (Origin::Variable, path)));
        paths.extend(user.map(|folder| (Origin::Home, below(folder))));
    }
    paths.extend(machine.map(|folder| (Origin::System, below(folder))));
    paths
}

/// What is at a path.
pub enum FileText {
    Text {
        text: Wiped<String>,
        /// Other users can read it.
        is_open: bool,
    },
    Nothing,
    /// As the failure that it is where the file was named by somebody.
    Denied(Error),
}

/// The file's text. It is opened once, so that what is checked is what is read.
pub fn read(path: &Path) -> Result<FileText> {
    let unreadable = |e| {
        Error::Profile(format!("the profile file cannot be read ({}): {}", system::words(&e), path.display()))
    };
    let file = match system::open_file(path, true) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(FileText::Nothing);
        }
        Err(e) if e.kind() == ErrorKind::PermissionDenied => return Ok(FileText::Denied(unreadable(e))),
        Err(e) => return Err(unreadable(e)),
    };
    let found = system::stat(&file).map_err(unreadable)?;
    check_file(path, &found)?;
    let bytes = read_all(file, found.length).map_err(unreadable)?;
    check_size(path, bytes.len() as u64)?;
    let is_open = found.mode & 0o044 != 0;
    text_in(bytes).map(|text| FileText::Text { text, is_open }).ok_or_else(|| {
        Error::Profile(format!("the profile file is not UTF-8: save it as UTF-8: {}", path.display()))
    })
}

/// A file that others can write could send our secrets elsewhere.
fn check_file(path: &Path, found: &Found) -> Result<()> {
    let name = path.display();
    if found.mode & FILE_TYPE == FOLDER {
        return Err(Error::Profile(format!("the profile is a folder: name the file in it: {name}")));
    }
    if found.mode & FILE_TYPE != REGULAR {
        return Err(Error::Profile(format!(
            "the profile is no regular file: name a file of profiles: {name}"
        )));
    }
    check_size(path, found.length)?;
    if found.mode & 0o022 != 0 {
        return Err(Error::Profile(format!(
            "others can write to the profile file: {CLOSE_TO_WRITERS} it: {name}"
        )));
    }
    if found.owner != system::effective_user() && found.owner != 0 {
        return Err(Error::Profile(format!(
            "the profile file belongs to another user: use one of your own: {name}"
        )));
    }
    Ok(())
}

fn check_size(path: &Path, size: u64) -> Result<()> {
    if size > MAX_FILE {
        return Err(Error::Profile(format!(
            "the profile is larger than 1 MiB: this is no file of profiles: {}",
            path.display()
        )));
    }
    Ok(())
}

/// At most a byte more than is allowed: a file may grow.
fn read_all(file: File, size: u64) -> std::io::Result<Wiped<Vec<u8>>> {
    // Of the right size at once: growing would leave parts of it behind.
    let size = usize::try_from(size).unwrap_or_default();
    let mut bytes = Wiped::new(Vec::with_capacity(size + 64));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text_in(mut bytes: Wiped<Vec<u8>>) -> Option<Wiped<String>> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Some(Wiped::new(text)),
        Err(e) => {
            drop(Wiped::new(e.into_bytes()));
            None
        }
    }
}
