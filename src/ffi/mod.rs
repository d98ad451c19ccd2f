//! The C interface: every exported function, each a guard around one call into the client.
//! Its comments are those of the header and of all bindings. Only `int32_t` and texts cross this edge.

#![allow(unsafe_code)]

mod guard;
mod handle;
mod text;

pub use crate::constants::*;

use crate::client::Client;
use crate::token::Purpose;
use guard::{guard, guard_client, guard_inquiry, guard_text};
use std::ffi::c_char;
use text::{TextIn, TextOut};

/// Makes a client: one registration at one authorization server, with its settings and its token.
///
/// Set it up with `oauth_set`, close it with `oauth_client_close`. Handles are never given out twice.
///
/// Returns the client's handle, greater than 0, or OAUTH_ERROR_LIMIT. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_client_new() -> i32 {
    guard(|| handle::open(|handle, current| Ok(Client::new(handle, current))))
}

/// Makes a client that is set up from a profile.
///
/// `profile`: a profile's name, looked for in the files `$LIBOAUTH_PROFILES`,
/// `$XDG_CONFIG_HOME/liboauth/profiles.toml` (`~/.config` where that is not set) and
/// `/etc/liboauth/profiles.toml`, then among the known servers (see OAUTH_PROFILE). A text with a `/` is a
/// profile file, or a file and a name: `/home/me/oauth.toml#acme`. A `$LIBOAUTH_PROFILES` that is set must be there.
/// No other call reads these variables, and none
/// is read in a setuid program.
///
/// Returns the client's handle, OAUTH_ERROR_PROFILE (`oauth_error_text` names file, line and key), or
/// OAUTH_ERROR_LIMIT. Since 0.1.
///
/// # Safety
/// `profile` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_client_open(profile: *const c_char, length: i32) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise, as documented.
        let profile = unsafe { TextIn::read("profile", profile, length) }?;
        handle::open(|handle, current| Client::open(handle, current, profile.as_str()))
    })
}

/// Closes a client and wipes its secrets from memory. Its store is left as it is.
///
/// `client`: from `oauth_client_new` or `oauth_client_open`; 0 is harmless. Calls of other threads that are under
/// way end as they would have.
///
/// Returns 0, OAUTH_ERROR_HANDLE, or OAUTH_ERROR_STORE and its like where tokens could not be stored to the last: the
/// client is closed all the same, and they are lost. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_client_close(client: i32) -> i32 {
    guard(|| handle::close(client))
}

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
    guard_client(client, |c| {
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
    let out = || unsafe { TextOut::new("buffer", buffer, capacity) };
    let read = |c: &Client, out: &mut TextOut| out.put(&[c.get(property)?.expose().as_bytes()]);
    match property {
        OAUTH_ERROR..=OAUTH_RETRY_AFTER => guard_inquiry(client, out, read),
        _ => guard_text(client, out, read),
    }
}

/// Makes the URL that a person opens in a browser to sign in (RFC 6749 section 4.1.1), with a fresh state and,
/// unless OAUTH_PKCE is `off`, a fresh code challenge (RFC 7636). Both are remembered for `oauth_exchange_code`: in
/// the store, where any process that has the same settings finds them for OAUTH_PENDING_EXPIRES_IN seconds; with
/// `memory:` in the client, for the last eight URLs.
///
/// `url`: receives the URL and a NUL; 8192 bytes are plenty. With a capacity of 0, or too small a buffer, nothing
/// is made or remembered.
///
/// Returns the URL's length, OAUTH_ERROR_MISSING, OAUTH_ERROR_INSECURE, OAUTH_ERROR_BUFFER, OAUTH_ERROR_SYSTEM, or
/// OAUTH_ERROR_STORE and its like: better now than when the person comes back. Since 0.1.
///
/// # Safety
/// `url` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_build_authorize_url(client: i32, url: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let out = || unsafe { TextOut::new("url", url, capacity) };
    guard_text(client, out, |c, out| {
        let made = c.build_authorize_url()?;
        let length = out.put(&made.parts())?;
        if capacity > 0 {
            c.remember(made).inspect_err(|_| out.clear())?;
        }
        Ok(length)
    })
}

/// Exchanges the code that came back from the sign-in for tokens (RFC 6749 section 4.1.3).
///
/// `code`: what came back: the URL of the redirect, its query, or the code alone, also with quotes, blanks and
/// line breaks around it. A state in it must be ours, an error in it is reported as the server's. A code is sent
/// once: after a success, the same again is OAUTH_ERROR_SEQUENCE, until a new URL is made.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_CODE, OAUTH_ERROR_STATE, OAUTH_ERROR_ISSUER, OAUTH_ERROR_SEQUENCE,
/// or what the server or the network answered: OAUTH_ERROR_INVALID_GRANT, OAUTH_ERROR_INVALID_CLIENT,
/// OAUTH_ERROR_TIMEOUT and others. After an error the tokens are as they were; but after OAUTH_ERROR_STORE and its
/// like the new ones are in memory, and the next call stores them. Since 0.1.
///
/// # Safety
/// `code` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_exchange_code(client: i32, code: *const c_char, length: i32) -> i32 {
    guard_client(client, |c| {
        // SAFETY: the caller's promise, as documented.
        let code = unsafe { TextIn::read("code", code, length) }?;
        c.exchange_code(code.as_str()).map(|()| 0)
    })
}

/// Refreshes the access token now, whether or not it is still valid (RFC 6749 section 6); a refresh of another
/// thread or process that is under way is joined. There is seldom a need for it: `oauth_bearer_header` refreshes by
/// itself.
///
/// After a fault that passes it tries again, up to three times and within OAUTH_TIMEOUT. A server that asks for time
/// (RFC 9110 section 10.2.3) gets it, from all processes that share the store.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_SIGN_IN (no refresh token, or the server no longer takes it),
/// OAUTH_ERROR_LOCK (another process does not come to an end), or what the server or the network answered. After an
/// error the tokens are as they were. If OAUTH_ERROR_STORE comes before the request, nothing was sent; if it comes
/// after the answer, the new tokens are in memory, and the next call stores them. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_refresh(client: i32) -> i32 {
    guard_client(client, |c| c.refresh().map(|()| 0))
}

/// Gives the header for a request to the API, `Authorization: Bearer …` (RFC 6750 section 2.1), refreshed first
/// if the token is not valid for OAUTH_MIN_VALID seconds more.
///
/// `header`: receives the header, without a line end, and a NUL. A refresh that was needed has been stored even
/// when the buffer is too small. Of the threads and processes that share a store one refreshes, and the others get what
/// it has got: who needs it waits, OAUTH_LOCK_TIMEOUT seconds at most; who has a token that lives, but not for so long,
/// does not. To renew such a token is no more than an attempt: whatever comes of it, the old one is given out as long
/// as it lives, and OAUTH_ERROR and its like say what happened.
///
/// OAUTH_ERROR_SIGN_IN can come at any time: a sign-in can be revoked. Then begin anew with
/// `oauth_build_authorize_url`, once: an API that refuses a fresh token refuses it for another reason.
///
/// Returns the header's length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_SIGN_IN, OAUTH_ERROR_BUFFER, or what the server or
/// the network answered. Since 0.1.
///
/// # Safety
/// `header` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_bearer_header(client: i32, header: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    unsafe { fresh(client, Purpose::Header, "header", header, capacity) }
}

/// Gives the access token alone, refreshed first as by `oauth_bearer_header`: for HTTP libraries that make the
/// header themselves.
///
/// `token`: receives the token and a NUL.
///
/// Returns the token's length, or what `oauth_bearer_header` returns. Since 0.1.
///
/// # Safety
/// `token` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_access_token(client: i32, token: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    unsafe { fresh(client, Purpose::AccessToken, "token", token, capacity) }
}

/// Says that the API answered 401 to the token that this thread got last: the next `oauth_bearer_header`
/// refreshes, unless another thread or process has already done so. Forty jobs that say it of one token make one
/// refresh.
///
/// Returns 0. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_token_rejected(client: i32) -> i32 {
    guard_client(client, |c| {
        c.token_rejected(handle::handed_out(client));
        Ok(0)
    })
}

/// Lists the accounts (OAUTH_ACCOUNT) that have a token of this token endpoint and client_id in the store.
///
/// `page`: 1 for the first thousand, 2 for the next, and so on. `buffer`: receives the accounts, one a line, each ended
/// by LF, in an order that stays the same as long as none comes or goes. A damaged record is passed over.
///
/// Returns the text's length, 0 where there are no more, OAUTH_ERROR_VALUE, OAUTH_ERROR_BUFFER or OAUTH_ERROR_STORE and
/// its like. Since 0.1.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_accounts(client: i32, page: i32, buffer: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let out = || unsafe { TextOut::new("buffer", buffer, capacity) };
    guard_text(client, out, |c, out| out.put(&[c.accounts(page)?.as_bytes()]))
}

/// Removes the token of OAUTH_ACCOUNT from store and memory, and its authorizations that are pending. The server
/// is not told: its tokens stay valid until they expire. Other processes go on with what they have in memory, but
/// do not bring it back.
///
/// Returns 0, also where there was none, OAUTH_ERROR_LOCK, or OAUTH_ERROR_STORE and its like. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_forget(client: i32) -> i32 {
    guard_client(client, |c| c.forget().map(|()| 0))
}

/// Seals every record of the store with OAUTH_STORE_KEY that is not: those sealed with OAUTH_STORE_OLD_KEY, and those
/// that are not sealed at all. Without an OAUTH_STORE_KEY it takes the seals away. It ends at the first record that it
/// cannot read; call it again when that is mended.
///
/// Returns how many records were written, OAUTH_ERROR_STORE_KEY, OAUTH_ERROR_LOCK, or OAUTH_ERROR_STORE and its like.
/// Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_store_reseal(client: i32) -> i32 {
    guard_client(client, Client::reseal)
}

/// Takes a token over from a database of the program's own: the text that `oauth_get` gave for OAUTH_TOKEN_RECORD.
///
/// `expected`: OAUTH_GENERATION of the token that it replaces, 0 where there is none, or -1 for any. `record`: the
/// text; token endpoint, client_id and account in it must be those of the client.
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
    guard_client(client, |c| {
        // SAFETY: the caller's promise, as documented.
        let record = unsafe { TextIn::read("record", record, length) }?;
        c.import_expecting(expected, record.as_str()).map(|()| 0)
    })
}

/// Describes the request that waits to be sent by the caller's own HTTP, after OAUTH_HTTP_NEEDED.
///
/// `part`: OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_REQUEST_HEADERS or OAUTH_REQUEST_CONTENT. The caller may
/// change what it sends. `buffer`: receives the text and a NUL.
///
/// Returns the text's length, OAUTH_ERROR_SEQUENCE where no request waits, OAUTH_ERROR_PROPERTY or
/// OAUTH_ERROR_BUFFER. Since 0.1.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_http_request(
    client: i32,
    part: i32,
    buffer: *mut c_char,
    capacity: i32,
) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let out = || unsafe { TextOut::new("buffer", buffer, capacity) };
    guard_text(client, out, |c, out| out.put(&[c.http_request(part)?.expose().as_bytes()]))
}

/// Hands over the answer to the request of `oauth_http_request`; the operation that needed it goes on.
///
/// `status`: the HTTP status, or 0 or less where no answer came. `headers`: the answer's header lines, as they
/// came; Content-Type, Date, Retry-After and WWW-Authenticate are looked at, and `headers` may be empty. `body`: the answer's
/// body, as it came. Of these two every byte counts: neither a NUL nor blanks end them unless the length is
/// OAUTH_NUL_TERMINATED.
///
/// Returns what the operation returns: 0 for `oauth_exchange_code` and `oauth_refresh`, the length for
/// `oauth_bearer_header` and `oauth_access_token` (this thread's next call of them gives the text and asks for no
/// request), OAUTH_HTTP_NEEDED where there is one more request to send, or the operation's error;
/// OAUTH_ERROR_SEQUENCE where no request waits. Since 0.1.
///
/// # Safety
/// `headers` and `body` are readable as their lengths say.
#[no_mangle]
pub unsafe extern "C" fn oauth_http_response(
    client: i32,
    status: i32,
    headers: *const c_char,
    headers_length: i32,
    body: *const c_char,
    body_length: i32,
) -> i32 {
    guard_client(client, |c| {
        // SAFETY: the caller's promise, as documented.
        let headers = unsafe { text::bytes("headers", headers, headers_length) }?;
        // SAFETY: the caller's promise, as documented.
        let body = unsafe { text::bytes("body", body, body_length) }?;
        c.http_response(status, headers, body)
    })
}

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
    guard::quietly(|| {
        // SAFETY: the caller's promise, as documented.
        let mut out = unsafe { TextOut::new("buffer", buffer, capacity) }?;
        out.put(&[guard::last_sentence().as_bytes()])
    })
}

/// Says what an operator does about this thread's last error: OAUTH_ACTION_NONE, OAUTH_ACTION_RETRY,
/// OAUTH_ACTION_SIGN_IN or OAUTH_ACTION_FIX.
///
/// Returns that number. It does not change what it reports. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_error_action() -> i32 {
    guard::quietly(|| Ok(guard::last_action()))
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
    guard::quietly(|| {
        // SAFETY: the caller's promise, as documented.
        let mut out = unsafe { TextOut::new("buffer", buffer, capacity) }?;
        out.put(&[env!("CARGO_PKG_VERSION").as_bytes()])
    })
}

/// The valid token as it stands ready, or else the client's way of getting one.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
unsafe fn fresh(
    client: i32,
    purpose: Purpose,
    name: &'static str,
    buffer: *mut c_char,
    capacity: i32,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise, as documented.
        let mut out = unsafe { TextOut::new(name, buffer, capacity) }?;
        if let Some(answer) = handle::read_current(client, |ready| out.put(&[purpose.text(ready).as_bytes()]))
        {
            return answer;
        }
        handle::with(client, |client| {
            let ready = client.record_failure(client.fresh(purpose))?;
            let length = out.put(&[purpose.text(&ready).as_bytes()])?;
            if capacity > 0 {
                handle::hand_out(client.handle(), ready.serial);
                client.delivered();
            }
            Ok(length)
        })
    })
}
