//! The same locks where a file can be locked by its process alone (fcntl(2), F_SETLK): on AIX, whose flock is made of that,
//! and on Solaris. Such a lock keeps no other thread out, and is gone with the first of the process's descriptors of that file
//! that is closed. So this process knows what it has locked, and closes none of these files meanwhile: whoever opens one
//! again gets one that was put aside. A lock of the whole file is one of a byte that no [`hold_byte`] has.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fork::fork_count;
use crate::os::{Found, Opening};

pub const LEAVES_BYTES_ALONE: bool = true;

const WHOLE: libc::off_t = 1 << 62;

/// By device and inode.
type Files = BTreeMap<(u64, u64), Known>;

/// A file of which this process has a lock.
#[derive(Default)]
struct Known {
    /// The descriptor by which the whole of it is locked.
    locked_by: Option<i32>,
    /// By which descriptor each byte is held.
    holds: Vec<(i32, i64)>,
    /// To be closed when no lock is left.
    put_aside: Vec<File>,
}

/// Of one process.
struct Locks {
    fork_count: u32,
    files: Mutex<Files>,
}

/// Locks the whole file for who has opened it, until it is unlocked or closed.
pub fn try_lock(file: &File) -> Result<(), TryLockError> {
    let key = key(file).map_err(TryLockError::Error)?;
    let mut files = files();
    let known = files.entry(key).or_default();
    if known.locked_by.is_some() {
        return Err(TryLockError::WouldBlock);
    }
    let locked = set(file, libc::F_WRLCK, WHOLE);
    known.locked_by = locked.is_ok().then(|| file.as_raw_fd());
    tidy(&mut files, key);
    locked.map_err(|e| match e.raw_os_error() {
        Some(libc::EACCES | libc::EAGAIN) => TryLockError::WouldBlock,
        _ => TryLockError::Error(e),
    })
}

pub fn unlock(file: &File) -> io::Result<()> {
    let key = key(file)?;
    let mut files = files();
    let ours = files.get_mut(&key).filter(|known| known.locked_by == Some(file.as_raw_fd()));
    let Some(known) = ours else { return Ok(()) };
    known.locked_by = None;
    let unlocked = set(file, libc::F_UNLCK, WHOLE);
    tidy(&mut files, key);
    unlocked
}

/// Keeps a lock on that byte until [`close`]; any number may.
pub fn hold_byte(file: &File, at: i64) -> bool {
    let Ok(key) = key(file) else { return false };
    let mut files = files();
    let is_held = set(file, libc::F_RDLCK, at).is_ok();
    if is_held {
        files.entry(key).or_default().holds.push((file.as_raw_fd(), at));
    }
    is_held
}

/// Whether that byte is held by who has opened the file for himself, this process included.
pub fn is_byte_held(file: &File, at: i64) -> bool {
    let is_others = |hold: &(i32, i64)| hold.1 == at && hold.0 != file.as_raw_fd();
    let is_held_here = |known: &Known| known.holds.iter().any(is_others);
    if key(file).is_ok_and(|key| files().get(&key).is_some_and(is_held_here)) {
        return true;
    }
    let mut lock = lock_of(libc::F_WRLCK, at);
    // SAFETY: the descriptor is open as long as `file`; the pointer is to a lock that lives for the call.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut lock) };
    answer == 0 && lock.l_type != lock_of(libc::F_UNLCK, at).l_type
}

/// Closes a file that may be one of those, with all locks that were taken by this descriptor, and no other.
pub fn close(file: File) {
    let Ok(key) = key(&file) else { return };
    let descriptor = file.as_raw_fd();
    let mut files = files();
    let Some(known) = files.get_mut(&key) else {
        return drop(file); // before another thread can lock it
    };
    if known.locked_by == Some(descriptor) {
        known.locked_by = None;
        let _ = set(&file, libc::F_UNLCK, WHOLE);
    }
    let (gone, stay): (Vec<_>, _) = known.holds.drain(..).partition(|(holder, _)| *holder == descriptor);
    known.holds = stay;
    for (_, at) in gone {
        if known.holds.iter().all(|(_, held)| *held != at) {
            let _ = set(&file, libc::F_UNLCK, at);
        }
    }
    known.put_aside.push(file);
    tidy(&mut files, key);
}

/// One of these files that was put aside, where the name has one.
pub fn open_again(named: impl FnOnce() -> io::Result<Found>, opening: Opening) -> Option<File> {
    let mut files = files();
    let found = (!files.is_empty()).then(named)?.ok()?;
    let aside = &mut files.get_mut(&(found.device, found.inode))?.put_aside;
    let place = aside.iter().position(|file| matches!(opening, Opening::Read) || is_writable(file))?;
    let file = aside.swap_remove(place);
    // SAFETY: the descriptor is open as long as `file`.
    unsafe { libc::lseek(file.as_raw_fd(), 0, libc::SEEK_SET) };
    Some(file)
}

fn is_writable(file: &File) -> bool {
    // SAFETY: the descriptor is open as long as `file`.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFL) & libc::O_ACCMODE == libc::O_RDWR }
}

/// What is no longer locked is closed.
fn tidy(files: &mut Files, key: (u64, u64)) {
    let is_free = |known: &Known| known.locked_by.is_none() && known.holds.is_empty();
    if files.get(&key).is_some_and(is_free) {
        files.remove(&key);
    }
}

fn key(file: &File) -> io::Result<(u64, u64)> {
    file.metadata().map(|found| (found.dev(), found.ino()))
}

fn set(file: &File, kind: impl Into<i32>, at: libc::off_t) -> io::Result<()> {
    let lock = lock_of(kind, at);
    loop {
        // SAFETY: the descriptor is open as long as `file`; the pointer is to a lock that lives for the call.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLK, &raw const lock) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

#[allow(clippy::cast_possible_truncation)] // small numbers
fn lock_of(kind: impl Into<i32>, at: libc::off_t) -> libc::flock {
    // SAFETY: numbers alone, of which there are others on each system; zero is what each of these has to be.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    (lock.l_type, lock.l_whence) = (kind.into() as _, libc::SEEK_SET as _);
    (lock.l_start, lock.l_len) = (at, 1);
    lock
}

/// A child of a fork has none of its parent's locks, nor the thread that may just have been changing this: it begins anew,
/// and leaves the parent's as it is.
fn files() -> MutexGuard<'static, Files> {
    static ALL: AtomicPtr<Locks> = AtomicPtr::new(ptr::null_mut());
    loop {
        // Acquire and Release: whoever finds it finds it whole.
        let found = ALL.load(Ordering::Acquire);
        // SAFETY: none that was ever put there is freed.
        if let Some(locks) = unsafe { found.as_ref() }.filter(|locks| locks.fork_count == fork_count()) {
            return locks.files.lock().unwrap_or_else(PoisonError::into_inner);
        }
        let new = Box::into_raw(Box::new(Locks { fork_count: fork_count(), files: Mutex::default() }));
        if ALL.compare_exchange(found, new, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            // SAFETY: nobody else has seen it.
            drop(unsafe { Box::from_raw(new) });
        }
    }
}

#[cfg(test)]
#[path = "record_locks/tests.rs"]
mod tests;
