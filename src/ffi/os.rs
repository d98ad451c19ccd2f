//! The few things that std does not offer: each a system call behind a safe function.
//! Knows nothing of OAuth.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU8, Ordering};
use std::time::Duration;

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
    MAKING.store(NOBODY, Ordering::Release);
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
/// call. The C library forgets the handlers when it unloads this library.
pub fn fork_count() -> u32 {
    // No `Once`: the child of a fork that comes between would wait for a thread that it does not have. Whoever comes
    // meanwhile registers them too, and that makes no difference: a count is compared with its like alone.
    static IS_WATCHED: AtomicBool = AtomicBool::new(false);
    if !IS_WATCHED.load(Ordering::Acquire) {
        // SAFETY: the handlers change atomic numbers and close files, which is allowed in the child of a fork.
        unsafe { libc::pthread_atfork(Some(before_fork), Some(after_fork), Some(in_child)) };
        IS_WATCHED.store(true, Ordering::Release);
    }
    FORKS.load(Ordering::Relaxed)
}

/// Who keeps others from forking, or forks. Acquire and Release: what was made between is whole in the child.
static MAKING: AtomicU8 = AtomicU8::new(NOBODY);
const NOBODY: u8 = 0;
const SOMEBODY: u8 = 1;
const FORK: u8 = 2;

/// Runs `make`, which takes moments: no fork comes between, where a child would wait for ever for what is half made. Not
/// for what can wait itself.
pub fn whole_in_a_fork(make: impl FnOnce()) {
    fork_count(); // from now on, forks are watched
    while MAKING.compare_exchange(NOBODY, SOMEBODY, Ordering::Acquire, Ordering::Relaxed).is_err() {
        std::thread::yield_now();
    }
    make();
    MAKING.store(NOBODY, Ordering::Release);
}

extern "C" fn before_fork() {
    // A signal handler that forks may have interrupted the very thread that it would wait for.
    const MOST_TRIES: u32 = 1_000_000;
    for _ in 0..MOST_TRIES {
        match MAKING.compare_exchange(NOBODY, FORK, Ordering::Acquire, Ordering::Relaxed) {
            Err(SOMEBODY) => std::thread::yield_now(),
            // Forks come one by one: this one has two handlers.
            _ => return,
        }
    }
}

extern "C" fn after_fork() {
    let _ = MAKING.compare_exchange(FORK, NOBODY, Ordering::Release, Ordering::Relaxed);
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
