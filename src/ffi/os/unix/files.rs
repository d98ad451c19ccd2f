//! Files: by their name in a folder that is open, and what the system knows of them.

use std::ffi::{CString, OsString};
use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::locks::open_again;
use crate::os::Opening;

/// The number of the file system that an open file is on (statfs(2), `f_type`). `None` where the kernel does not say.
#[cfg(target_os = "linux")]
pub fn file_system_type(file: &File) -> Option<i64> {
    let mut found = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the descriptor is open as long as `file`; the pointer is to a statfs that lives for the call.
    if unsafe { libc::fstatfs(file.as_raw_fd(), found.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: the call said that it has filled it in.
    let found = unsafe { found.assume_init() };
    // 32 bits, and signed or not as the processor and the C library have it.
    #[allow(clippy::unnecessary_cast)]
    Some(found.f_type as i64 & 0xFFFF_FFFF)
}

#[cfg(not(target_os = "linux"))]
pub fn file_system_type(_file: &File) -> Option<i64> {
    None
}

/// What stat(2) says. Another system says of its owners and rights what they come to here.
#[derive(Clone, Copy)]
pub struct Found {
    pub device: u64,
    pub inode: u64,
    pub mode: u32,
    pub owner: u32,
    pub group: u32,
    pub length: u64,
    pub modified: (i64, i64),
}

// stat(2)'s words for what a file is; the system's types are of another width here and there.
#[allow(clippy::unnecessary_cast)]
mod kind {
    pub const FILE_TYPE: u32 = libc::S_IFMT as u32;
    pub const FOLDER: u32 = libc::S_IFDIR as u32;
    pub const LINK: u32 = libc::S_IFLNK as u32;
    pub const REGULAR: u32 = libc::S_IFREG as u32;
}
pub use kind::{FILE_TYPE, FOLDER, LINK, REGULAR};

/// What a sentence says of rights, and how they are taken from others.
pub const CLOSE_FILE: &str = "chmod 600";
pub const CLOSE_KEY: &str = "chmod 400";
pub const CLOSE_FOLDER: &str = "chmod 700";
pub const CLOSE_TO_WRITERS: &str = "chmod go-w";

/// Any name can be a file's.
pub fn is_no_file(_path: &Path) -> bool {
    false
}

/// Any bytes can be a path's.
pub fn path_of(bytes: Vec<u8>) -> PathBuf {
    OsString::from_vec(bytes).into()
}

/// Differs where a file was replaced or written: when, how long and which it is.
pub fn stamp_of(found: &Metadata) -> [i64; 4] {
    [found.mtime(), found.mtime_nsec(), found.size().cast_signed(), found.ino().cast_signed()]
}

pub fn stat(file: &File) -> io::Result<Found> {
    file.metadata().map(|found| found_of(&found))
}

/// Of a symbolic link, what the link is.
pub fn stat_path(path: &Path) -> io::Result<Found> {
    std::fs::symlink_metadata(path).map(|found| found_of(&found))
}

fn found_of(found: &Metadata) -> Found {
    Found {
        device: found.dev(),
        inode: found.ino(),
        mode: found.mode(),
        owner: found.uid(),
        group: found.gid(),
        length: found.len(),
        modified: (found.mtime(), found.mtime_nsec()),
    }
}

/// Without symbolic links.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// A folder, as it is itself or, where `is_followed`, what a symbolic link of that name leads to.
pub fn open_folder(path: &Path, is_followed: bool) -> io::Result<File> {
    let flags = libc::O_DIRECTORY | libc::O_NONBLOCK | if is_followed { 0 } else { libc::O_NOFOLLOW };
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// To be read. A named pipe would wait for a writer, and a terminal become ours.
pub fn open_file(path: &Path, is_followed: bool) -> io::Result<File> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY | if is_followed { 0 } else { libc::O_NOFOLLOW };
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Why [`open_file`] has not followed a symbolic link.
pub fn is_of_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

/// Of a path that cannot be.
pub fn is_of_path(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ELOOP | libc::EINVAL))
}

/// What flock(2) says of a file system that does not lock.
pub fn is_of_locking(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EOPNOTSUPP | libc::ENOLCK))
}

pub fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    file.read_at(bytes, at)
}

pub fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    file.write_all_at(bytes, at)
}

/// A name is on the disk only when the folder is. Where none can be flushed, as AIX wants files that are open to be written,
/// it is as safe as the system makes it.
pub fn flush_folder(folder: &File) -> io::Result<()> {
    let is_impossible = |e: &io::Error| matches!(e.raw_os_error(), Some(libc::EBADF | libc::EINVAL));
    match folder.sync_all() {
        Err(e) if !cfg!(target_os = "linux") && is_impossible(&e) => Ok(()),
        flushed => flushed,
    }
}

// -- files by their name in a folder that is open: whatever becomes of the folder's own name --

/// No symbolic link is followed, and a named pipe does not make us wait.
pub fn open_at(folder: &File, name: &str, opening: Opening) -> io::Result<File> {
    if let Some(file) = open_again(|| stat_at(folder, name), opening) {
        return Ok(file);
    }
    let flags = match opening {
        Opening::Read => libc::O_RDONLY,
        Opening::Write => libc::O_RDWR,
    };
    open(folder, name, flags)
}

/// A new file, its owner's alone.
pub fn create_at(folder: &File, name: &str) -> io::Result<File> {
    let file = open(folder, name, libc::O_RDWR | libc::O_CREAT | libc::O_EXCL)?;
    // The umask may have taken rights that the owner needs.
    file.set_permissions(Permissions::from_mode(0o600)).map(|()| file)
}

fn open(folder: &File, name: &str, flags: i32) -> io::Result<File> {
    let flags = flags | libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let name = CString::new(name)?;
    // SAFETY: the folder is open as long as the reference lives, and the name ends with a NUL.
    let file =
        again(|| unsafe { libc::openat(folder.as_raw_fd(), name.as_ptr(), flags, 0o600 as libc::c_uint) })?;
    // SAFETY: just opened, and nobody else's.
    Ok(unsafe { File::from_raw_fd(file) })
}

/// Of a symbolic link, what the link is.
pub fn stat_at(folder: &File, name: &str) -> io::Result<Found> {
    let name = CString::new(name)?;
    let mut found = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: as in `open`; the pointer is to a stat that lives for the call.
    again(|| unsafe {
        libc::fstatat(folder.as_raw_fd(), name.as_ptr(), found.as_mut_ptr(), libc::AT_SYMLINK_NOFOLLOW)
    })?;
    // SAFETY: the call said that it has filled it in.
    let found = unsafe { found.assume_init() };
    // Of this width and sign or that, as the system has them.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss)]
    Ok(Found {
        device: found.st_dev as u64,
        inode: found.st_ino as u64,
        mode: found.st_mode as u32,
        owner: found.st_uid as u32,
        group: found.st_gid as u32,
        length: found.st_size as u64,
        modified: modified(&found),
    })
}

/// The folder so many above the open one; the root is above itself.
pub fn stat_above(folder: &File, level: usize) -> io::Result<Found> {
    stat_at(folder, &format!(".{}", "/..".repeat(level)))
}

#[cfg(target_os = "aix")]
fn modified(found: &libc::stat) -> (i64, i64) {
    (found.st_mtim.tv_sec, found.st_mtim.tv_nsec.into())
}

#[cfg(target_os = "netbsd")]
fn modified(found: &libc::stat) -> (i64, i64) {
    (found.st_mtime, found.st_mtimensec)
}

#[cfg(not(any(target_os = "aix", target_os = "netbsd")))]
#[allow(clippy::unnecessary_cast)]
fn modified(found: &libc::stat) -> (i64, i64) {
    (found.st_mtime as i64, found.st_mtime_nsec as i64)
}

/// Both names are in that folder.
pub fn rename_at(folder: &File, from: &str, to: &str) -> io::Result<()> {
    let (from, to) = (CString::new(from)?, CString::new(to)?);
    let folder = folder.as_raw_fd();
    // SAFETY: as in `open`.
    again(|| unsafe { libc::renameat(folder, from.as_ptr(), folder, to.as_ptr()) }).map(drop)
}

pub fn remove_at(folder: &File, name: &str) -> io::Result<()> {
    unlink(folder, name, 0)
}

/// Only one that is empty.
pub fn remove_folder_at(folder: &File, name: &str) -> io::Result<()> {
    unlink(folder, name, libc::AT_REMOVEDIR)
}

fn unlink(folder: &File, name: &str, flags: i32) -> io::Result<()> {
    let name = CString::new(name)?;
    // SAFETY: as in `open`.
    again(|| unsafe { libc::unlinkat(folder.as_raw_fd(), name.as_ptr(), flags) }).map(drop)
}

/// A folder in it, its owner's alone, where there is none of that name yet; it is not followed where it is a symbolic link.
pub fn make_folder_at(folder: &File, name: &str) -> io::Result<File> {
    const FLAGS: i32 = libc::O_RDONLY | libc::O_DIRECTORY;
    let given = CString::new(name)?;
    // SAFETY: as in `open`.
    match again(|| unsafe { libc::mkdirat(folder.as_raw_fd(), given.as_ptr(), 0o700) }) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return open(folder, name, FLAGS),
        made => made?,
    };
    // The umask may have taken rights that the owner needs, even that to open it.
    let file = match open(folder, name, FLAGS) {
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            // SAFETY: as in `open`.
            again(|| unsafe {
                libc::fchmodat(folder.as_raw_fd(), given.as_ptr(), 0o700, libc::AT_SYMLINK_NOFOLLOW)
            })?;
            open(folder, name, FLAGS)?
        }
        opened => opened?,
    };
    file.set_permissions(Permissions::from_mode(0o700)).map(|()| file)
}

/// Whether files can be made in the folder; the reason is an error.
pub fn check_writable(folder: &File) -> io::Result<()> {
    // SAFETY: as in `open`.
    again(|| unsafe {
        libc::faccessat(folder.as_raw_fd(), c".".as_ptr(), libc::W_OK | libc::X_OK, libc::AT_EACCESS)
    })
    .map(drop)
}

/// A signal that came in between is no failure.
fn again(mut call: impl FnMut() -> i32) -> io::Result<i32> {
    loop {
        let answer = call();
        if answer >= 0 {
            return Ok(answer);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
