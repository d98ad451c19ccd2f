//! Locks of open files. They are mandatory here: a byte that is locked cannot be read by others. So no byte is locked in
//! which anything stands; whoever waits can read who has the lock. The system frees those of a process that ends.

use std::fs::{File, TryLockError};
use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::Foundation::{ERROR_IO_PENDING, ERROR_LOCK_VIOLATION};
use windows_sys::Win32::Storage::FileSystem::{
    LockFileEx, UnlockFileEx, LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LOCK_FILE_FLAGS,
};
use windows_sys::Win32::System::IO::OVERLAPPED;

/// The byte that stands for the whole file; a file is not so long.
const WHOLE: u64 = 1 << 62;
/// Behind it those that are held: none of a file's text is among them.
const HELD: u64 = WHOLE + 1;

/// As they are held behind [`WHOLE`]; a store that other hosts have, too, is refused.
pub const LEAVES_BYTES_ALONE: bool = false;

/// Each opening has locks of its own.
pub fn close(file: File) {
    drop(file);
}

/// Locks the file for who has opened it, until it is unlocked or closed.
pub fn try_lock(file: &File) -> Result<(), TryLockError> {
    lock(file, WHOLE, LOCKFILE_EXCLUSIVE_LOCK).map_err(|e| match e.raw_os_error() {
        Some(code) if is_busy(code) => TryLockError::WouldBlock,
        _ => TryLockError::Error(e),
    })
}

pub fn unlock(file: &File) -> io::Result<()> {
    free(file, WHOLE)
}

/// Keeps a lock on that byte until the file is closed; any number may. `false`: not here.
pub fn hold_byte(file: &File, at: i64) -> bool {
    lock(file, place(at), 0).is_ok()
}

/// Whether that byte is held by anybody, this file included.
pub fn is_byte_held(file: &File, at: i64) -> bool {
    match lock(file, place(at), LOCKFILE_EXCLUSIVE_LOCK) {
        Ok(()) => {
            let _ = free(file, place(at));
            false
        }
        Err(e) => e.raw_os_error().is_some_and(is_busy),
    }
}

fn place(at: i64) -> u64 {
    HELD + at.unsigned_abs() % (HELD - 1)
}

fn is_busy(code: i32) -> bool {
    [ERROR_LOCK_VIOLATION, ERROR_IO_PENDING].contains(&code.cast_unsigned())
}

fn lock(file: &File, at: u64, kind: LOCK_FILE_FLAGS) -> io::Result<()> {
    let mut place = overlapped(at);
    let flags = kind | LOCKFILE_FAIL_IMMEDIATELY;
    // SAFETY: the handle is open as long as `file`, which does nothing behind our back; `place` lives for the call.
    if unsafe { LockFileEx(file.as_raw_handle(), flags, 0, 1, 0, &raw mut place) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn free(file: &File, at: u64) -> io::Result<()> {
    let mut place = overlapped(at);
    // SAFETY: as in `lock`.
    if unsafe { UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut place) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[allow(clippy::cast_possible_truncation)] // in two halves
fn overlapped(at: u64) -> OVERLAPPED {
    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.Offset = at as u32;
    place.Anonymous.Anonymous.OffsetHigh = (at >> 32) as u32;
    place
}
