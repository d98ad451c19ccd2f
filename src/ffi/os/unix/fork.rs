//! Forks: how often this process is the child of one, and what a child must not keep.

use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU8, Ordering};

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

pub fn close_in_child(file: &impl AsRawFd) {
    let file = file.as_raw_fd();
    let is_taken =
        |place: &AtomicI32| place.compare_exchange(-1, file, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    let _ = LOCKED.iter().any(is_taken);
}

/// Takes [`close_in_child`] back, before the file is closed.
pub fn keep_in_child(file: &impl AsRawFd) {
    let file = file.as_raw_fd();
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
