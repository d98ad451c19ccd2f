//! Files: by their name in a folder that is open, and what the system knows of them.

use std::ffi::CString;
use std::fs::{File, Metadata};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::MetadataExt;

/// Differs where a file was replaced or written: when, how long and which it is.
pub fn stamp_of(found: &Metadata) -> [i64; 4] {
    [found.mtime(), found.mtime_nsec(), found.size().cast_signed(), found.ino().cast_signed()]
}

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

// -- files by their name in a folder that is open: whatever becomes of the folder's own name --

/// What fstatat(2) says of a name.
#[derive(Clone, Copy)]
pub struct Named {
    pub device: u64,
    pub inode: u64,
    pub mode: u32,
    pub owner: u32,
    pub length: u64,
    pub modified: (i64, i64),
}

/// `flags` as open(2) has them; what is made has mode 0600, less the umask.
pub fn open_at(folder: &File, name: &str, flags: i32) -> io::Result<File> {
    let name = CString::new(name)?;
    // SAFETY: the folder is open as long as the reference lives, and the name ends with a NUL.
    let file = again(|| unsafe {
        libc::openat(folder.as_raw_fd(), name.as_ptr(), flags | libc::O_CLOEXEC, 0o600 as libc::c_uint)
    })?;
    // SAFETY: just opened, and nobody else's.
    Ok(unsafe { File::from_raw_fd(file) })
}

/// Of a symbolic link, what the link is.
pub fn stat_at(folder: &File, name: &str) -> io::Result<Named> {
    let name = CString::new(name)?;
    let mut found = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: as in `open_at`; the pointer is to a stat that lives for the call.
    again(|| unsafe {
        libc::fstatat(folder.as_raw_fd(), name.as_ptr(), found.as_mut_ptr(), libc::AT_SYMLINK_NOFOLLOW)
    })?;
    // SAFETY: the call said that it has filled it in.
    let found = unsafe { found.assume_init() };
    // Of this width and sign or that, as the system has them.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss)]
    Ok(Named {
        device: found.st_dev as u64,
        inode: found.st_ino as u64,
        mode: found.st_mode as u32,
        owner: found.st_uid as u32,
        length: found.st_size as u64,
        modified: (found.st_mtime as i64, found.st_mtime_nsec as i64),
    })
}

/// Both names are in that folder.
pub fn rename_at(folder: &File, from: &str, to: &str) -> io::Result<()> {
    let (from, to) = (CString::new(from)?, CString::new(to)?);
    let folder = folder.as_raw_fd();
    // SAFETY: as in `open_at`.
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
    // SAFETY: as in `open_at`.
    again(|| unsafe { libc::unlinkat(folder.as_raw_fd(), name.as_ptr(), flags) }).map(drop)
}

/// A folder of its owner's alone, less the umask.
pub fn make_folder_at(folder: &File, name: &str) -> io::Result<()> {
    let name = CString::new(name)?;
    // SAFETY: as in `open_at`.
    again(|| unsafe { libc::mkdirat(folder.as_raw_fd(), name.as_ptr(), 0o700) }).map(drop)
}

/// For what cannot be opened, as the umask took the right to. No symbolic link is followed.
pub fn set_mode_at(folder: &File, name: &str, mode: u32) -> io::Result<()> {
    let name = CString::new(name)?;
    #[allow(clippy::unnecessary_cast, clippy::cast_possible_truncation)]
    let mode = mode as libc::mode_t;
    // SAFETY: as in `open_at`.
    again(|| unsafe { libc::fchmodat(folder.as_raw_fd(), name.as_ptr(), mode, libc::AT_SYMLINK_NOFOLLOW) })
        .map(drop)
}

/// Whether files can be made in the folder; the reason is an error.
pub fn check_writable(folder: &File) -> io::Result<()> {
    // SAFETY: as in `open_at`.
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
