//! What surrounds every exported function: no panic leaves it, errno stays, a thread that is cancelled ends after it, and
//! the thread's last error is kept.
#![allow(improper_ctypes_definitions)] // see `cancel`

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use super::cancel::deferring_cancel;
use super::handle;
use super::text::{Buffer, TextOut};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::line::one_line;
use crate::system;

thread_local! {
    static FAILED: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Error>> = const { RefCell::new(None) };
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body` and turns its result into the number that the caller gets.
pub(super) extern "C" fn guard(body: &dyn Fn() -> Result<i32>) -> i32 {
    deferring_cancel(&|| answer(contain(body)))
}

/// As [`guard`], with a copy of it around this `ready`: for what is called before each request to an API. Where that has
/// no answer without waiting, `body` has one. To be called between `defer_asynchronous_cancel` and `put_back`.
#[inline(always)]
pub fn guard_ready(ready: impl FnOnce() -> Result<Option<i32>>, body: &dyn Fn() -> Result<i32>) -> i32 {
    // It touches no errno.
    match caught(ready) {
        Ok(Some(ready)) => answer(Ok(ready)),
        Ok(None) => guard(body),
        Err(error) => answer(Err(error)),
    }
}

/// As [`guard`], with the open client of that handle; the client remembers why it failed.
pub(super) extern "C" fn guard_client(client: i32, body: &dyn Fn(&Client) -> Result<i32>) -> i32 {
    guard(&|| handle::with(client, |client| client.record_failure(body(client))))
}

/// As [`guard_client`], for a call that gives a text: the buffer is empty whatever goes wrong.
pub(super) extern "C" fn guard_text(
    client: i32,
    buffer: Buffer,
    body: &dyn Fn(&Client, &TextOut) -> Result<i32>,
) -> i32 {
    guard(&|| {
        let out = buffer.text_out()?;
        handle::with(client, |client| client.record_failure(body(client, &out)))
    })
}

/// As [`guard_text`], but a success leaves the thread's last error: for what is asked about an error.
pub(super) extern "C" fn guard_inquiry(
    client: i32,
    buffer: Buffer,
    body: &dyn Fn(&Client, &TextOut) -> Result<i32>,
) -> i32 {
    let inquire = || {
        let out = buffer.text_out()?;
        handle::with(client, |client| body(client, &out))
    };
    deferring_cancel(&|| contain(&inquire).unwrap_or_else(|error| answer(Err(error))))
}

/// As [`guard`], for the functions that report the last error and must not change it.
pub(super) extern "C" fn quietly(body: &dyn Fn() -> Result<i32>) -> i32 {
    deferring_cancel(&|| contain(body).unwrap_or_else(|error| error.code()))
}

/// The thread's last error as one line, empty after a success. Names and words of others may stand in it.
pub fn last_sentence() -> String {
    const MOST_BYTES: usize = 500;
    let sentence = last(ToString::to_string).unwrap_or_default();
    let line = one_line(&sentence);
    let shown = line.char_indices().take_while(|(at, c)| at + c.len_utf8() <= MOST_BYTES);
    shown.map(|(_, c)| c).collect()
}

pub fn last_action() -> i32 {
    last(|error| error.action().number()).unwrap_or(crate::constants::OAUTH_ACTION_NONE)
}

fn contain(body: &dyn Fn() -> Result<i32>) -> Result<i32> {
    system::keeping_errno(|| caught(body))
}

#[inline(always)]
fn caught<R>(body: impl FnOnce() -> Result<R>) -> Result<R> {
    silence_panics();
    let outer = INSIDE.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(outer);
    result.unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        // A payload's own Drop may panic as well.
        std::mem::forget(panic);
        Err(Error::Internal(said))
    })
}

/// std prints each panic to stderr, which belongs to the host. Other threads' panics print as before.
#[inline(always)]
fn silence_panics() {
    // Relaxed: nothing is read that was written before. Who comes while the first one is at it does not wait.
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    if IS_DONE.load(Ordering::Relaxed) || IS_DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    system::whole_in_a_fork(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                before(info);
            }
        }));
    });
}

#[inline(always)]
fn answer(result: Result<i32>) -> i32 {
    match result {
        Ok(answer) => {
            forget_last();
            answer
        }
        Err(error) => {
            let code = error.code();
            remember_last(error);
            code
        }
    }
}

fn remember_last(error: Error) {
    FAILED.set(true);
    // While the thread ends there is nobody left to ask.
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        // Who goes on with an error as a handle learns of the error, and not of the handle that it never was.
        let is_that_error =
            |before: &Error| matches!(error, Error::Handle(number) if number == before.code());
        if !last.as_ref().is_some_and(is_that_error) {
            *last = Some(error);
        }
    });
}

#[inline(always)]
fn forget_last() {
    if FAILED.replace(false) {
        let _ = LAST.try_with(|last| last.borrow_mut().take());
    }
}

fn last<R>(read: impl FnOnce(&Error) -> R) -> Option<R> {
    LAST.try_with(|last| last.borrow().as_ref().map(read)).ok().flatten()
}
