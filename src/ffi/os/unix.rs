//! As POSIX has it.

mod files;
mod fork;
#[cfg(not(any(target_os = "aix", target_os = "solaris", feature = "as-on-aix")))]
mod locks;
#[cfg(any(target_os = "aix", target_os = "solaris", feature = "as-on-aix"))]
#[path = "unix/record_locks.rs"]
mod locks;

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::AtomicI32;
use std::time::Duration;

use crate::os::Awaits;

pub use files::*;
pub use fork::{close_in_child, fork_count, keep_in_child, whole_in_a_fork};
pub use locks::{close, hold_byte, is_byte_held, try_lock, unlock, LEAVES_BYTES_ALONE};

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

/// Where a user's settings are, and the machine's. A user's is what the environment says, where that is to be trusted.
pub fn settings_folders() -> (Option<PathBuf>, Option<PathBuf>) {
    let read = |name| if is_privileged() { None } else { std::env::var_os(name) };
    let variable = |name| read(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let user = variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")));
    (user, Some(PathBuf::from("/etc")))
}

/// A socket as [`poll`] is asked about it.
pub type Polled = libc::pollfd;

pub fn awaited(socket: &impl AsRawFd, awaits: Awaits) -> Polled {
    let events = match awaits {
        Awaits::Input => libc::POLLIN,
        Awaits::Output => libc::POLLOUT,
        Awaits::Nothing => 0,
    };
    libc::pollfd { fd: socket.as_raw_fd(), events, revents: 0 }
}

/// Waits until one of them is ready or `limit` is over, and takes no processor time for it; a signal with a handler ends it,
/// as an error.
pub fn poll(files: &mut [Polled], limit: Duration) -> io::Result<()> {
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

/// An end of a pair of sockets: what is written to one can be read from the other.
pub type Bell = UnixStream;

pub fn bells() -> io::Result<(Bell, Bell)> {
    UnixStream::pair()
}

/// A bell's number, or [`NO_BELL`].
pub type AtomicNumber = AtomicI32;
pub const NO_BELL: RawFd = -1;

pub fn number_of(bell: &Bell) -> RawFd {
    bell.as_raw_fd()
}

/// Whether this machine has no addresses of that kind.
pub fn is_of_address_family(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EAFNOSUPPORT)
}

/// Gives each certificate of an authority that the system trusts. `false`: it keeps them in files alone.
pub fn trusted_certificates(_found: &mut dyn FnMut(&[u8])) -> bool {
    false
}

/// Writes a byte, which wakes who waits for it. A handler of a signal may do that.
pub fn ring(bell: RawFd) {
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

#[cfg(any(target_os = "netbsd", target_os = "openbsd"))]
fn errno_place() -> *mut i32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::__errno() }
}

#[cfg(any(target_os = "illumos", target_os = "solaris"))]
fn errno_place() -> *mut i32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::___errno() }
}
