//! The tokens in the store: whose there are, forgotten, sealed anew, taken over.

use std::ffi::c_char;

use super::guard::{guard_client, guard_text};
use super::text::{Buffer, TextIn};
use crate::client::Client;

/// Lists the accounts (OAUTH_ACCOUNT) that have a token of this token endpoint and client_id in the store.
///
/// `page`: 1 for the first thousand, 2 for the next, and so on. `buffer`: receives the accounts, one a line, each ended
/// by LF. The pages after the first are of the list that was made for it: who has a token all the time stands on one of
/// them, once. A damaged record is passed over.
///
/// Returns the text's length, 0 where there are no more, OAUTH_ERROR_VALUE, OAUTH_ERROR_BUFFER or OAUTH_ERROR_STORE and
/// its like. Since 0.1.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_accounts(client: i32, page: i32, buffer: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("buffer", buffer, capacity) };
    guard_text(client, buffer, &|c, out| out.put(&[c.accounts(page)?.as_bytes()]))
}

/// Removes the token of OAUTH_ACCOUNT from store and memory, and its authorizations that are pending. The server
/// is not told: its tokens stay valid until they expire. Other processes go on with what they have in memory, but
/// do not bring it back.
///
/// Returns 0, also where there was none, OAUTH_ERROR_LOCK, or OAUTH_ERROR_STORE and its like. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_forget(client: i32) -> i32 {
    guard_client(client, &|c| c.forget().map(|()| 0))
}

/// Seals every record of the store with OAUTH_STORE_KEY that is not: those sealed with OAUTH_STORE_OLD_KEY and, with
/// OAUTH_STORE_ALLOW_PLAIN, those that are not sealed at all. Without an OAUTH_STORE_KEY it takes the seals away. It
/// ends at the first record that it cannot read; call it again when that is mended.
///
/// Returns how many records were written, OAUTH_ERROR_STORE_KEY, OAUTH_ERROR_LOCK, or OAUTH_ERROR_STORE and its like.
/// Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_store_reseal(client: i32) -> i32 {
    guard_client(client, &Client::reseal)
}

/// Takes a token over from a database of the program's own: the text that `oauth_get` gave for OAUTH_TOKEN_RECORD.
///
/// `expected`: OAUTH_GENERATION of the token that it replaces, 0 where there is none, or -1 for any. `record`: the
/// text; token endpoint, client_id and account in it must be those of the client. Where OAUTH_STORE_KEY is set it must
/// be sealed, unless OAUTH_STORE_ALLOW_PLAIN is set.
///
/// Returns 0, OAUTH_ERROR_GENERATION (somebody has renewed the token meanwhile), OAUTH_ERROR_VALUE (no record, or
/// another's), OAUTH_ERROR_STORE_KEY, or OAUTH_ERROR_STORE and its like; after an error the token is as it was.
/// Since 0.1.
///
/// # Safety
/// `record` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_import_token(
    client: i32,
    expected: i32,
    record: *const c_char,
    length: i32,
) -> i32 {
    guard_client(client, &|c| {
        // SAFETY: the caller's promise, as documented.
        let record = unsafe { TextIn::read("record", record, length) }?;
        c.import_expecting(expected, record.as_str()).map(|()| 0)
    })
}
