//! A client that registers itself.

use super::guard::guard_client;

/// Registers the client at OAUTH_REGISTRATION_ENDPOINT (RFC 7591), with OAUTH_CLIENT_METADATA, and is that client from then
/// on: OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, which are left empty for that, are those that the server has given. They are
/// kept in the store, sealed as it is: a call in any process with the same endpoint and metadata finds them there and sends
/// nothing, so a program calls this each time before anything else. Of jobs that do it at once the first one's client is
/// all's. `oauth_field` with OAUTH_FIELD_REGISTRATION reads what the server has registered.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_VALUE where a client is set already or the secret has
/// expired, OAUTH_ERROR_INVALID_REDIRECT, OAUTH_ERROR_INVALID_METADATA, OAUTH_ERROR_STORE and its like, or what the server
/// or the network answered. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_register(client: i32) -> i32 {
    guard_client(client, &|c| c.register().map(|()| 0))
}

/// Has the server forget the client that `oauth_register` has registered (RFC 7592 section 2.3), and takes it out of the
/// store and of this client's settings. Its tokens stay in the store: revoke them before.
///
/// Returns 0, also where there was none, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_VALUE where the server has not
/// said how, OAUTH_ERROR_STORE and its like, or what the server or the network answered. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_unregister(client: i32) -> i32 {
    guard_client(client, &|c| c.unregister().map(|()| 0))
}
