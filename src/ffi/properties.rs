//! Settings and results by their numbers.

use std::ffi::c_char;

use super::guard::{guard_client, guard_inquiry, guard_text};
use super::text::{Buffer, TextIn, TextOut};
use crate::client::Client;
use crate::constants::{OAUTH_ERROR, OAUTH_RETRY_AFTER};

/// Sets a property.
///
/// `property`: a constant such as OAUTH_CLIENT_ID; OAUTH_PROFILE and OAUTH_ALLOW_HTTP before those that hang on them.
/// `text`: its value; an empty text takes the setting back.
///
/// Returns 0, OAUTH_ERROR_PROPERTY, OAUTH_ERROR_VALUE, OAUTH_ERROR_INSECURE or OAUTH_ERROR_PROFILE; after an
/// error the property has its old value. Since 0.1.
///
/// # Safety
/// `text` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_set(client: i32, property: i32, text: *const c_char, length: i32) -> i32 {
    guard_client(client, &|c| {
        // SAFETY: the caller's promise, as documented.
        let text = unsafe { TextIn::read("text", text, length) }?;
        c.set(property, text.as_str()).map(|()| 0)
    })
}

/// Reads a property: a setting, or a result such as OAUTH_EXPIRES_AT. It never sends a request. Reading what is
/// known of the last failure, OAUTH_ERROR to OAUTH_RETRY_AFTER, leaves `oauth_error_text` as it is.
///
/// `property`: a constant such as OAUTH_GRANTED_SCOPE. `buffer`: receives the text and a NUL.
///
/// Returns the text's length without the NUL, 0 where there is none, OAUTH_ERROR_PROPERTY or OAUTH_ERROR_BUFFER.
/// Since 0.1.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_get(client: i32, property: i32, buffer: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("buffer", buffer, capacity) };
    let read = |c: &Client, out: &TextOut| out.put(&[c.get(property)?.expose().as_bytes()]);
    match property {
        OAUTH_ERROR..=OAUTH_RETRY_AFTER => guard_inquiry(client, buffer, &read),
        _ => guard_text(client, buffer, &read),
    }
}
