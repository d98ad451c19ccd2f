//! What is asked of the server besides tokens.

use super::guard::guard_client;

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
