//! What became of the last call, and the library's version.

use std::ffi::c_char;

use super::guard;
use super::text::Buffer;

/// Gives this thread's last error as a sentence that says what to do, without any secret in it; empty after a
/// success. Its first 80 characters make sense alone.
///
/// `buffer`: receives the sentence and a NUL; 512 bytes are plenty.
///
/// Returns the sentence's length, or OAUTH_ERROR_BUFFER. It does not change what it reports. Since 0.1.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_error_text(buffer: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("buffer", buffer, capacity) };
    guard::quietly(&|| buffer.text_out()?.put(&[guard::last_sentence().as_bytes()]))
}

/// Says what an operator does about this thread's last error: OAUTH_ACTION_NONE, OAUTH_ACTION_RETRY,
/// OAUTH_ACTION_SIGN_IN or OAUTH_ACTION_FIX.
///
/// Returns that number. It does not change what it reports. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_error_action() -> i32 {
    guard::quietly(&|| Ok(guard::last_action()))
}

/// Gives the library's version, such as `0.1.0`.
///
/// `buffer`: receives the version and a NUL.
///
/// Returns its length, or OAUTH_ERROR_BUFFER. It does not change what `oauth_error_text` reports. Since 0.1.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_version(buffer: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("buffer", buffer, capacity) };
    guard::quietly(&|| buffer.text_out()?.put(&[env!("CARGO_PKG_VERSION").as_bytes()]))
}
