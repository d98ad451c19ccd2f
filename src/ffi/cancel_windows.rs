//! What `cancel.rs` has for systems that end a thread out of a call. Here nothing does; what a call must leave as it was is
//! the thread's last error, which each look at a variable of the thread's changes.
#![allow(improper_ctypes_definitions)] // they are called by ours alone

use crate::system::{keeping_errno, last_error, set_last_error, stay_loaded};

/// Calls `call`, which may wait.
pub(super) extern "C" fn deferring_cancel(call: &dyn Fn() -> i32) -> i32 {
    keeping_errno(|| {
        stay_loaded();
        call()
    })
}

/// Gives what [`put_back`] takes.
#[inline(always)]
pub(super) extern "C" fn defer_asynchronous_cancel() -> u32 {
    let error = last_error();
    stay_loaded();
    error
}

#[inline(always)]
pub(super) extern "C" fn put_back(error: u32) {
    set_last_error(error);
}
