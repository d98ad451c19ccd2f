//! Threads that others cancel (`pthread_cancel`). glibc ends one by unwinding it, out of the middle of a system call or, if
//! the thread has asked for that, of anything: that does not go through Rust's frames, and ends the process. So a thread's
//! end waits until its call is over, and nothing of ours is left half done.
//!
//! What is not in [`held`] may be unwound at any instruction. So no frame between it and the caller has anything to drop, or
//! a call that may unwind: then the compiler gives it no table of landing pads, and unwinding passes it by as it does C's.
//! `extern "C"` says to the frame above that it does not unwind.
#![allow(improper_ctypes_definitions)] // they are called by ours alone

use std::ffi::c_int;
use std::ptr;

/// Calls `call`, which may wait.
pub(super) extern "C" fn deferring_cancel(call: &dyn Fn() -> i32) -> i32 {
    // First: glibc 2.36 ends a thread that is about to be safe if its kind was asynchronous a moment before.
    let kind = defer_asynchronous_cancel();
    let mut state = DISABLED;
    // SAFETY: the pointer is to a number that lives for the call.
    unsafe { pthread_setcancelstate(DISABLED, &raw mut state) };
    let answer = held(call);
    // SAFETY: what was read above, back in its place.
    unsafe { pthread_setcancelstate(state, ptr::null_mut()) };
    put_back(kind);
    answer
}

/// For what neither waits nor calls the system, where a thread ends only if it is cancelled asynchronously: nearly none can
/// be, and then this costs no atomic operation. Gives what [`put_back`] takes.
#[inline(always)]
pub(super) extern "C" fn defer_asynchronous_cancel() -> c_int {
    let mut kind = DEFERRED;
    // SAFETY: the pointer is to a number that lives for the call.
    unsafe { pthread_setcanceltype(DEFERRED, &raw mut kind) };
    if kind != DEFERRED {
        end_or_be_safe();
    }
    kind
}

/// Whoever cancels may have found the thread asynchronous and not have sent the signal yet. glibc 2.36 obeys that in the next
/// system call that can be cancelled, whatever the thread's state is by then, or waits for it at that call's end. So here is
/// one, where nothing is begun: it changes nothing, errno included.
extern "C" fn end_or_be_safe() {
    // SAFETY: it looks at no file.
    unsafe { libc::poll(ptr::null_mut(), 0, 0) };
}

#[inline(always)]
pub(super) extern "C" fn put_back(kind: c_int) {
    if kind != DEFERRED {
        // SAFETY: what was read before, back in its place. A thread that was cancelled meanwhile ends here.
        unsafe { pthread_setcanceltype(kind, ptr::null_mut()) };
    }
}

/// A frame of its own, with whatever landing pads it needs.
#[inline(never)]
extern "C" fn held(call: &dyn Fn() -> i32) -> i32 {
    call()
}

#[cfg(not(any(target_vendor = "apple", target_os = "aix")))]
const DISABLED: c_int = 1;
#[cfg(any(target_vendor = "apple", target_os = "aix"))]
const DISABLED: c_int = 0;

#[cfg(not(target_vendor = "apple"))]
const DEFERRED: c_int = 0;
#[cfg(target_vendor = "apple")]
const DEFERRED: c_int = 2;

// The libc crate does not have them.
extern "C" {
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    fn pthread_setcanceltype(kind: c_int, before: *mut c_int) -> c_int;
}
