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

/// Reads a member of what the server has sent with the token in memory, or else the stored one, such as `instance_url`.
/// It never sends a request.
///
/// `source`: OAUTH_FIELD_TOKEN, OAUTH_FIELD_REDIRECT, OAUTH_FIELD_ID_TOKEN, OAUTH_FIELD_METADATA, OAUTH_FIELD_USERINFO after
/// `oauth_userinfo`, OAUTH_FIELD_INTROSPECTION after `oauth_introspect`, or OAUTH_FIELD_DEVICE after `oauth_device_start`.
/// `name`: the member's name, or the way to it, with dots between names and, of a list, an item's number:
/// `authed_user.id`, `data.0.id`. Where the token stood below others, its
/// neighbours have both their name and that. `access_token`, `refresh_token`, `id_token`, `token_type` and `scope` are the
/// token's own, whatever the server calls them; when it expires is OAUTH_EXPIRES_AT. `buffer`: receives the text and a NUL: a
/// text as it is, line ends too; a number, `true` or `false` as JSON writes it; an object or a list as JSON. Members that
/// take more than 64 KiB together, or are nested more than 16 deep, are not kept.
///
/// Returns the text's length without the NUL, 0 for an empty text; OAUTH_ERROR_NO_FIELD where there is no such member, or
/// null; OAUTH_ERROR_SIGN_IN where there is no token, OAUTH_ERROR_PROPERTY for another source, or OAUTH_ERROR_BUFFER.
/// Since 0.1.
///
/// # Safety
/// `name` is readable as `length` says; `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_field(
    client: i32,
    source: i32,
    name: *const c_char,
    length: i32,
    buffer: *mut c_char,
    capacity: i32,
) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("buffer", buffer, capacity) };
    guard_text(client, buffer, &|c, out| {
        // SAFETY: the caller's promise, as documented.
        let name = unsafe { TextIn::read("name", name, length) }?;
        out.put(&[c.field(source, name.as_str())?.expose().as_bytes()])
    })
}
