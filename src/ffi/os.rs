//! The few things that std does not offer: each a system call behind a safe function.
//! Knows nothing of OAuth.

use std::fs::File;
#[cfg(target_os = "linux")]
use std::mem::MaybeUninit;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::Once;

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

/// Relaxed: it changes in the child of a fork alone, before the child has a second thread.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Files that a child must not keep open: as long as it did, it would hold their locks. More than these at once are
/// not closed; then the locks of a process that dies last until its children end. Relaxed: each slot is a number on its
/// own, and the handler that reads them runs in a thread that has written them or was made since.
static LOCKED: [AtomicI32; 64] = [const { AtomicI32::new(-1) }; 64];

extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    for place in &LOCKED {
        let file = place.swap(-1, Ordering::Relaxed);
        if file >= 0 {
            // SAFETY: the file of a lock of the parent's; whoever has its number never uses it in the child.
            unsafe { libc::close(file) };
        }
    }
}

pub fn close_in_child(file: i32) {
    let is_taken =
        |place: &AtomicI32| place.compare_exchange(-1, file, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    let _ = LOCKED.iter().any(is_taken);
}

/// Takes [`close_in_child`] back, before the file is closed.
pub fn keep_in_child(file: i32) {
    let is_found =
        |place: &AtomicI32| place.compare_exchange(file, -1, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    let _ = LOCKED.iter().any(is_found);
}

/// How often this process is the child of a fork since the first call: a memory read, where getpid is a system
/// call. The C library forgets the handler when it unloads this library.
pub fn fork_count() -> u32 {
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

/// Whether there is a process of that number on this machine.
pub fn is_running(process: u32) -> bool {
    let Ok(process) = libc::pid_t::try_from(process) else { return false };
    // SAFETY: signal 0 is not sent; the call only looks.
    let is_there = unsafe { libc::kill(process, 0) } == 0;
    is_there || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
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
