//! The few things that std does not offer: each a system call behind a safe function.
//! Knows nothing of OAuth.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Once;

/// Seconds since 1970 from the clock that costs no system call: the kernel keeps it in shared memory.
#[cfg(target_os = "linux")]
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

static FORKS: AtomicU32 = AtomicU32::new(0);

extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// How often this process is the child of a fork since the first call: a memory read, where getpid is a system
/// call. The C library forgets the handler when it unloads this library.
pub fn fork_generation() -> u32 {
    static WATCH: Once = Once::new();
    if !WATCH.is_completed() {
        // SAFETY: the handler only increments an atomic number, which is allowed in the child of a fork.
        WATCH.call_once(|| unsafe {
            libc::pthread_atfork(None, None, Some(in_child));
        });
    }
    FORKS.load(Ordering::Relaxed)
}

/// The effective user, who must own what the store trusts.
pub fn effective_user() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() }
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
