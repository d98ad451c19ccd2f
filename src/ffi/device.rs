//! A person who is asked elsewhere: by a code, or by the server.

use super::guard::guard_client;
use crate::protocol::device::Way;

/// Begins a sign-in for a screen without a browser (RFC 8628): asks OAUTH_DEVICE_ENDPOINT for a code, which a person types
/// on whatever has a browser. Show OAUTH_USER_CODE and OAUTH_VERIFICATION_URI, and OAUTH_QR_CODE, by which a telephone goes
/// there; `oauth_field` with OAUTH_FIELD_DEVICE reads what else the server said. Then call `oauth_device_poll` until it is
/// done. The code is in the store, where any process that has the same settings reads and polls for it; with `memory:` in
/// this client. It takes the place of the one before.
///
/// The request has OAUTH_SCOPE, OAUTH_AUDIENCE, OAUTH_RESOURCE and OAUTH_DEVICE_PARAMS, and the client shows who it is as
/// in a token request.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_RESPONSE where the answer has no code or sends people to
/// what is not https, OAUTH_ERROR_STORE and its like, or what the server or the network answered. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_device_start(client: i32) -> i32 {
    guard_client(client, &|c| c.ask_person(Way::Device).map(|()| 0))
}

/// Asks whether the person has agreed, after `oauth_device_start` or `oauth_ciba_start`, in this process or another. With
/// the answer comes the token, as after `oauth_exchange_code`. Until then it is OAUTH_PENDING: wait for OAUTH_RETRY_AFTER
/// seconds, and call again. Whoever calls earlier is told how long still, and nothing is sent; the wait grows where the
/// server says so, or does not answer, and such a fault ends nothing: `oauth_error_text` tells it. Any number of jobs may
/// poll: one asks at a time, and all are told what came of it. The request has OAUTH_TOKEN_PARAMS.
///
/// Returns 0; OAUTH_PENDING; OAUTH_HTTP_NEEDED; OAUTH_ERROR_ACCESS_DENIED where the person said no;
/// OAUTH_ERROR_EXPIRED_TOKEN where nobody has agreed in time; OAUTH_ERROR_SEQUENCE where nobody is asked;
/// OAUTH_ERROR_STORE and its like, before the token is asked for; or what the server answered. Where
/// `oauth_error_action` is not OAUTH_ACTION_SIGN_IN, it can be called again. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_device_poll(client: i32) -> i32 {
    guard_client(client, &|c| c.poll_person().map(|()| 0))
}

/// Has the server ask a person by itself, on the person's telephone, at OAUTH_CIBA_ENDPOINT (OpenID Connect CIBA Core, poll
/// mode). OAUTH_LOGIN_HINT says whom, OAUTH_BINDING_MESSAGE what is shown there and here; OAUTH_SCOPE has `openid` in it,
/// and OAUTH_CIBA_PARAMS adds what else the server wants. Then call `oauth_device_poll` until it is done. All that is said
/// of the code of `oauth_device_start` holds for this question; the two take each other's place.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_RESPONSE, OAUTH_ERROR_STORE and its like, or what the
/// server or the network answered: OAUTH_ERROR_REFUSED with an OAUTH_ERROR such as `unknown_user_id`. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_ciba_start(client: i32) -> i32 {
    guard_client(client, &|c| c.ask_person(Way::Backchannel).map(|()| 0))
}
