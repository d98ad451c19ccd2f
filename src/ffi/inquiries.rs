//! What is asked of the server besides tokens.

use std::ffi::c_char;

use super::guard::{guard_client, guard_text};
use super::text::Buffer;

/// Asks the server what the access token is, at OAUTH_INTROSPECTION_ENDPOINT (RFC 7662). `oauth_field` with
/// OAUTH_FIELD_INTROSPECTION reads the answer until the next one: `active` is `true` or `false`, and beside it stands what
/// the server tells of an active one, such as `scope`, `username` and `exp`. A token that is not active stays where it is:
/// `oauth_token_rejected` has the next one asked for.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_SIGN_IN where there is no token, or what the server or the
/// network answered. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_introspect(client: i32) -> i32 {
    guard_client(client, &|c| c.introspect().map(|()| 0))
}

/// Looks up what the server says of itself, by OAUTH_ISSUER (RFC 8414 section 3). That is seldom needed: an operation
/// does it when an endpoint that it needs is not set, and the answer is kept in the store, for all jobs, as long as the
/// server says, between 10 minutes and a day; an older one is still used where the server cannot be reached. This call
/// asks now, whatever is kept. `oauth_field` with OAUTH_FIELD_METADATA reads it. What is set beats what the server says.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING without an issuer, OAUTH_ERROR_METADATA, or what the network
/// answered. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_discover(client: i32) -> i32 {
    guard_client(client, &|c| c.discover().map(|()| 0))
}

/// Asks the server who has signed in, at OAUTH_USERINFO_ENDPOINT (OpenID Connect Core section 5.3), with an access token that
/// is refreshed first where that is needed. `oauth_field` with OAUTH_FIELD_USERINFO reads the answer until the next call:
/// `sub`, and what the server tells besides, such as `name` and `email`. A signed answer is checked as an ID token is.
/// Where an ID token came with the token, the answer must be about the same person, or else it is OAUTH_ERROR_ID_TOKEN and
/// nothing of it is kept.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_SIGN_IN, OAUTH_ERROR_ID_TOKEN, OAUTH_ERROR_INVALID_TOKEN
/// where the server does not take the access token (the next call gets another one first), OAUTH_ERROR_SCOPE, or what the
/// server or the network answered. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_userinfo(client: i32) -> i32 {
    guard_client(client, &|c| c.userinfo().map(|()| 0))
}

/// Makes the URL of the page where a person signs out at the server (OpenID Connect RP-Initiated Logout): of
/// OAUTH_END_SESSION_ENDPOINT, with the ID token as `id_token_hint`, and with OAUTH_POST_LOGOUT_REDIRECT_URI, if it is set, and
/// a fresh `state`, which OAUTH_END_SESSION_STATE has. It sends nothing, and the tokens stay: see `oauth_revoke` and
/// `oauth_forget`, which come after it, as they take the ID token away.
///
/// `url`: receives the URL and a NUL; it is some kilobytes long, as the ID token is in it. With a capacity of 0, or too
/// small a buffer, no state is made.
///
/// Returns the URL's length, OAUTH_ERROR_MISSING, OAUTH_ERROR_INSECURE, OAUTH_ERROR_BUFFER, OAUTH_ERROR_SYSTEM, or
/// OAUTH_ERROR_STORE and its like. Since 0.1.
///
/// # Safety
/// `url` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_end_session_url(client: i32, url: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let url = unsafe { Buffer::new("url", url, capacity) };
    guard_text(client, url, &|c, out| c.end_session_url(|parts| out.put(parts), capacity > 0))
}
