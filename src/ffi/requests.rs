//! Requests to the API: their headers, and what its answers mean.

use std::ffi::c_char;

use super::guard::{guard_client, guard_text};
use super::handle;
use super::text::{self, Buffer, TextIn};

/// Gives all header lines that one request to the API needs, fresh as by `oauth_bearer_header`: `Authorization: Bearer …`,
/// or for a token that is bound to a key (OAUTH_DPOP) `Authorization: DPoP …` and `DPoP: …`, a proof for this request alone
/// (RFC 9449 section 7). Each line ends with CR LF.
///
/// `method`: the request's, as it is sent, such as `GET`. `url`: where it goes, in ASCII; what stands behind `?` may be left
/// out. http:// is refused unless it is loopback or OAUTH_ALLOW_HTTP is set. `headers`: receives the lines and a NUL. For
/// the same request they are as long each time, unless the API or another thread has brought something new meanwhile; each
/// proof is another, and good for once and for a few minutes.
///
/// After each answer, or at least after one of 401, `oauth_api_response` says whether the request is to be sent again.
///
/// Returns the lines' length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_VALUE, OAUTH_ERROR_INSECURE, OAUTH_ERROR_CERTIFICATE where this
/// build cannot sign, OAUTH_ERROR_BUFFER, or what `oauth_bearer_header` returns. Since 0.1.
///
/// # Safety
/// `method` and `url` are readable as their lengths say; `headers` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_request_headers(
    client: i32,
    method: *const c_char,
    method_length: i32,
    url: *const c_char,
    url_length: i32,
    headers: *mut c_char,
    capacity: i32,
) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let buffer = unsafe { Buffer::new("headers", headers, capacity) };
    guard_text(client, buffer, &|c, out| {
        // SAFETY: the caller's promise, as documented.
        let method = unsafe { TextIn::read("method", method, method_length) }?;
        // SAFETY: the caller's promise, as documented.
        let url = unsafe { TextIn::read("url", url, url_length) }?;
        let headers = c.request_headers(method.as_str(), url.as_str())?;
        let length = out.put(&[headers.text.expose().as_bytes()])?;
        if capacity > 0 {
            handle::hand_out(client, headers.serial);
            c.delivered();
        }
        Ok(length)
    })
}

/// Hands over what the API answered to a request with `oauth_request_headers`, and says whether to send it again, at once
/// and with new ones: where the API asks for another nonce (RFC 9449 section 9), where our clock is not its own, and where
/// it refuses the token with 401, the one that this thread got last, which is then renewed as after
/// `oauth_token_rejected`. It is for tokens of either type. An API that refuses the new token, too, refuses it for another
/// reason: the answer stands. Call it after each answer of 401 at least; after each one, and nonces that come with good
/// answers spare requests.
///
/// `url`: where the request went. `status`: the answer's, or 0 where none came. `headers`: its header lines, as they came,
/// exactly `headers_length` bytes; DPoP-Nonce, WWW-Authenticate and Date are looked at.
///
/// Returns 1: send it again; 0: the answer stands; or OAUTH_ERROR_INVALID_DPOP where no other proof helps: the API asks for
/// a nonce again and again, or refuses the proof itself. Since 0.1.
///
/// # Safety
/// `url` and `headers` are readable as their lengths say.
#[no_mangle]
pub unsafe extern "C" fn oauth_api_response(
    client: i32,
    url: *const c_char,
    url_length: i32,
    status: i32,
    headers: *const c_char,
    headers_length: i32,
) -> i32 {
    guard_client(client, &|c| {
        // SAFETY: the caller's promise, as documented.
        let url = unsafe { TextIn::read("url", url, url_length) }?;
        // SAFETY: the caller's promise, as documented.
        let headers = unsafe { text::bytes("headers", headers, headers_length) }?;
        c.api_response(url.as_str(), status, headers, handle::handed_out(client)).map(i32::from)
    })
}
