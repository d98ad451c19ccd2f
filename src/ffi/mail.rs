//! Signing in at mail servers.

use std::ffi::c_char;

use super::guard::guard_text;
use super::handle;
use super::text::Buffer;

/// Gives what a mail server is shown instead of a password, for IMAP's AUTHENTICATE and SMTP's AUTH, fresh as by
/// `oauth_bearer_header`: the client's first response, in base64 and in one line.
///
/// `mechanism`: OAUTH_SASL_XOAUTH2 or OAUTH_SASL_OAUTHBEARER, whichever the server names. The mailbox is OAUTH_USERNAME or,
/// unless that is set, OAUTH_ACCOUNT where it has an `@`; OAUTH_SASL_OAUTHBEARER goes without. `response`: receives the text
/// and a NUL; it is longer than the token by a third, and by the mailbox's name.
///
/// A server that refuses it answers with a line of base64, JSON that says why, and waits: send it an empty line for
/// OAUTH_SASL_XOAUTH2, and `AQ==` for OAUTH_SASL_OAUTHBEARER (RFC 7628 section 3.2.3). Then `oauth_token_rejected` has the
/// next call bring another token.
///
/// Returns the text's length, OAUTH_ERROR_PROPERTY for another mechanism, OAUTH_ERROR_MISSING, OAUTH_ERROR_VALUE where the
/// mailbox has control characters, OAUTH_ERROR_BUFFER, or what `oauth_bearer_header` returns. Since 0.1.
///
/// # Safety
/// `response` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_sasl_response(
    client: i32,
    mechanism: i32,
    response: *mut c_char,
    capacity: i32,
) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("response", response, capacity) };
    guard_text(client, buffer, &|c, out| {
        let (response, serial) = c.sasl_response(mechanism)?;
        let length = out.put(&[response.expose().as_bytes()])?;
        if capacity > 0 {
            handle::hand_out(client, serial);
            c.delivered();
        }
        Ok(length)
    })
}
