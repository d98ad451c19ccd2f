//! The access token, refreshed where that is needed.

use std::ffi::c_char;

use super::guard::{guard_client, guard_ready};
use super::text::{Buffer, TextIn};
use super::{cancel, handle};
use crate::token::Purpose;

/// Refreshes the access token now, whether or not it is still valid (RFC 6749 section 6); a refresh of another
/// thread or process that is under way is joined. There is seldom a need for it: `oauth_bearer_header` refreshes by
/// itself.
///
/// After a fault that passes it tries again, up to three times and within OAUTH_TIMEOUT. A server that asks for time
/// (RFC 9110 section 10.2.3) gets it, from all processes that share the store. A whole answer with a status of 2xx is never
/// asked for again. It also sends what the server has refused for good, which `oauth_bearer_header` does not for up to an
/// hour.
///
/// An ID token of another person than before is OAUTH_ERROR_ID_TOKEN, and nothing of that answer is kept. With the caller's own
/// HTTP a second request may be needed for the server's keys, when the new tokens are stored already.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_SIGN_IN (no refresh token, or the server no longer takes it),
/// OAUTH_ERROR_LOCK (another process does not come to an end), or what the server or the network answered. After an
/// error the tokens are as they were. If OAUTH_ERROR_STORE comes before the request, nothing was sent; if it comes
/// after the answer, the new tokens are in memory, and the next call stores them. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_refresh(client: i32) -> i32 {
    guard_client(client, &|c| c.refresh().map(|()| 0))
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
/// `oauth_build_authorize_url`, once: an API that refuses a fresh token refuses it for another reason. With an
/// OAUTH_GRANT_TYPE that needs no person it never comes: where there is no token, one is asked for.
///
/// A token that the server calls another type than Bearer is no header: OAUTH_ERROR_RESPONSE (RFC 6749 section 7.1).
/// `oauth_request_headers` sends one of type DPoP as it has to be sent; `oauth_access_token` gives any, for a program that
/// knows how.
///
/// Returns the header's length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_SIGN_IN, OAUTH_ERROR_RESPONSE, OAUTH_ERROR_BUFFER, or what
/// the server or the network answered. Since 0.1.
///
/// # Safety
/// `header` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_bearer_header(client: i32, header: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    unsafe { fresh(client, Purpose::Header, header, capacity) }
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
    unsafe { fresh(client, Purpose::AccessToken, token, capacity) }
}

/// Says that the API answered 401 to the token that this thread got last: the next `oauth_bearer_header`
/// refreshes, unless another thread or process has already done so. Forty jobs that say it of one token make one
/// refresh.
///
/// Returns 0. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_token_rejected(client: i32) -> i32 {
    guard_client(client, &|c| {
        c.token_rejected(handle::handed_out(client));
        Ok(0)
    })
}

/// Has the server revoke the tokens of OAUTH_ACCOUNT, the refresh token and then the access token (RFC 7009), and removes
/// them from store and memory. It needs OAUTH_REVOCATION_ENDPOINT. No other job renews the token meanwhile; a sign-in that
/// comes meanwhile stays, and so do authorizations that are pending. A server that does not revoke access tokens has
/// revoked the refresh token all the same: the access token lives until it expires.
///
/// Returns 0, also where there was none, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_UNSUPPORTED_TOKEN,
/// OAUTH_ERROR_LOCK, OAUTH_ERROR_STORE and its like, or what the server or the network answered. After an error the
/// tokens are where they were, and can be revoked again: also those that the server no longer takes. Where the first of two
/// has gone, `oauth_error_text` begins with that. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_revoke(client: i32) -> i32 {
    guard_client(client, &|c| c.revoke().map(|()| 0))
}

/// Asks for a token by a grant that needs no person, now, whether there is a valid one or not, and stores it.
///
/// `grant_type`: its name, which becomes OAUTH_GRANT_TYPE, or an empty text for the one that is set; after an error that is
/// as it was. Tokens of another grant stay in the store, also in memory: who sets that grant again has them again. The grant's own parameters are properties, such as
/// OAUTH_SCOPE and OAUTH_USERNAME, and OAUTH_TOKEN_PARAMS. It is seldom needed: `oauth_bearer_header` asks by
/// OAUTH_GRANT_TYPE whenever it is time.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_VALUE for `authorization_code`, which needs a person, OAUTH_ERROR_MISSING,
/// OAUTH_ERROR_LOCK, OAUTH_ERROR_STORE and its like, or what the server or the network answered: OAUTH_ERROR_INVALID_CLIENT,
/// OAUTH_ERROR_UNSUPPORTED_GRANT, OAUTH_ERROR_INVALID_SCOPE and others. Since 0.1.
///
/// # Safety
/// `grant_type` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_request_token(client: i32, grant_type: *const c_char, length: i32) -> i32 {
    guard_client(client, &|c| {
        // SAFETY: the caller's promise, as documented.
        let grant_type = unsafe { TextIn::read("grant_type", grant_type, length) }?;
        c.request_token(grant_type.as_str()).map(|()| 0)
    })
}

/// The valid token as it stands ready, or else the client's way of getting one.
///
/// # Safety
/// `buffer` is writable for `capacity` bytes.
#[allow(improper_ctypes_definitions)]
#[inline(always)]
unsafe extern "C" fn fresh(client: i32, purpose: Purpose, buffer: *mut c_char, capacity: i32) -> i32 {
    let before = cancel::defer_asynchronous_cancel();
    // SAFETY: the caller's promise, as documented.
    let answer = unsafe { fresh_held(client, purpose, buffer, capacity) };
    cancel::put_back(before);
    answer
}

/// A frame of its own: see `cancel`.
///
/// # Safety
/// As for [`fresh`].
#[allow(improper_ctypes_definitions)]
#[inline(never)]
unsafe extern "C" fn fresh_held(client: i32, purpose: Purpose, buffer: *mut c_char, capacity: i32) -> i32 {
    let name = match purpose {
        Purpose::Header => "header",
        Purpose::AccessToken | Purpose::Request | Purpose::Userinfo | Purpose::Sasl(_) => "token",
    };
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new(name, buffer, capacity) };
    let ready = || {
        let out = buffer.text_out()?;
        handle::read_current(client, |ready| out.put(&[purpose.text(ready).as_bytes()])).transpose()
    };
    guard_ready(ready, &|| {
        let out = buffer.text_out()?;
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
