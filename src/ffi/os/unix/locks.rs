//! Locks of open files: of the whole file, and of one byte of it.

use std::fs::{File, TryLockError};
use std::io;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
use std::os::fd::AsRawFd;

use crate::os::{Found, Opening};

/// Whether the lock of a file leaves its bytes alone, where other hosts have the file, too. On NFS a lock of the whole file
/// (flock) is one of all its bytes.
pub const LEAVES_BYTES_ALONE: bool = false;

/// Locks the whole file for who has opened it, until it is unlocked or closed.
pub fn try_lock(file: &File) -> Result<(), TryLockError> {
    file.try_lock()
}

pub fn unlock(file: &File) -> io::Result<()> {
    file.unlock()
}

/// Closes a file that may be locked by another opening of it: here, each has locks of its own.
pub fn close(file: File) {
    drop(file);
}

/// One that [`close`] could not close.
pub fn open_again(_named: impl FnOnce() -> io::Result<Found>, _opening: Opening) -> Option<File> {
    None
}

/// Keeps a lock on that byte of an open file until the file is closed; any number may. The system frees it with the last
/// process that has the file open, and no lock of the whole file (flock) is in its way. `false`: not on this system.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub fn hold_byte(file: &File, at: i64) -> bool {
    let lock = byte_lock(libc::F_RDLCK, at);
    // SAFETY: the descriptor is open as long as `file`; the pointer is to a lock that lives for the call.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw const lock) == 0 }
}

/// Whether that byte is held by who has opened the file for himself, this process included.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub fn is_byte_held(file: &File, at: i64) -> bool {
    let mut lock = byte_lock(libc::F_WRLCK, at);
    // SAFETY: the descriptor is open as long as `file`; the pointer is to a lock that lives for the call.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &raw mut lock) };
    answer == 0 && i32::from(lock.l_type) != libc::F_UNLCK
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[allow(clippy::cast_possible_truncation)] // small numbers
fn byte_lock(kind: i32, at: i64) -> libc::flock {
    // `l_pid` has to be zero.
    libc::flock { l_type: kind as _, l_whence: libc::SEEK_SET as _, l_start: at, l_len: 1, l_pid: 0 }
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub fn hold_byte(_file: &File, _at: i64) -> bool {
    false
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub fn is_byte_held(_file: &File, _at: i64) -> bool {
    false
}
