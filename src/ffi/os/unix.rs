//! As POSIX has it.

mod files;
mod fork;
mod locks;

use std::io;
use std::time::Duration;

pub use files::{
    check_writable, file_system_type, make_folder_at, open_at, remove_at, remove_folder_at, rename_at,
    set_mode_at, stamp_of, stat_at, Named,
};
pub use fork::{close_in_child, fork_count, keep_in_child, whole_in_a_fork};
pub use locks::{hold_byte, is_byte_held, try_lock, unlock};

/// Seconds since 1970 from the clock that costs no system call: the kernel keeps it in shared memory.
#[cfg(target_os = "linux")]
#[inline(always)]
pub fn coarse_seconds() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec that lives for the call.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME_COARSE, &raw mut time) };
    time.tv_sec
}

#[cfg(not(target_os = "linux"))]
pub fn coarse_seconds() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

/// The effective user, who must own what the store trusts.
pub fn effective_user() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// Waits until one of them is ready or `limit` is over, and takes no processor time for it; a signal with a handler ends it,
/// as an error.
pub fn poll(files: &mut [libc::pollfd], limit: Duration) -> io::Result<()> {
    // Rounded up: or else the last part of a millisecond would be spent with asking.
    let millis = i32::try_from(limit.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
    #[allow(clippy::cast_possible_truncation)] // a few dozens
    let count = files.len() as libc::nfds_t;
    // SAFETY: the pointer is to so many, which live for the call.
    match unsafe { libc::poll(files.as_mut_ptr(), count, millis) } {
        0.. => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Writes a byte, which wakes who waits for it. A handler of a signal may do that.
pub fn ring(bell: i32) {
    // SAFETY: the pointer is to a byte that lives for the call; the descriptor is open, or the answer an error.
    unsafe { libc::write(bell, [1_u8].as_ptr().cast(), 1) };
}

/// Whether there is a process of that number on this machine.
pub fn is_running(process: u32) -> bool {
    let Ok(process) = libc::pid_t::try_from(process) else { return false };
    // SAFETY: signal 0 is not sent; the call only looks.
    let is_there = unsafe { libc::kill(process, 0) } == 0;
    is_there || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// This machine's name, as far as it is text.
pub fn host_name() -> String {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer is writable for one byte more than is said, so that it ends with a NUL.
    unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let length = name.iter().position(|b| *b == 0).unwrap_or(0);
    String::from_utf8_lossy(&name[..length]).into_owned()
}

/// Whether the process has more rights than whoever started it (setuid): then the environment is not to be trusted.
#[cfg(target_os = "linux")]
pub fn is_privileged() -> bool {
    // SAFETY: takes a number and reads memory that the kernel filled in at process start.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

#[cfg(not(target_os = "linux"))]
pub fn is_privileged() -> bool {
    // SAFETY: these take nothing and cannot fail.
    unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() }
}

/// Runs `body` and puts errno back as it was: callers look at it after calls of their own.
#[inline(always)]
pub fn keeping_errno<R>(body: impl FnOnce() -> R) -> R {
    let place = errno_place();
    // SAFETY: the C library's errno of this thread, valid as long as the thread runs.
    let before = unsafe { *place };
    let result = body();
    // SAFETY: as above.
    unsafe { *place = before };
    result
}

#[cfg(any(target_os = "linux", target_os = "emscripten"))]
fn errno_place() -> *mut i32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::__errno_location() }
}

#[cfg(target_os = "aix")]
fn errno_place() -> *mut i32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::_Errno() }
}

#[cfg(any(target_os = "macos", target_os = "freebsd"))]
fn errno_place() -> *mut i32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::__error() }
}
