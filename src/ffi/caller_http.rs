//! The caller's own HTTP: the request that it sends, and the answer that it hands over.

use std::ffi::c_char;

use super::guard::{guard_client, guard_text};
use super::text::{self, Buffer};

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
    let buffer = unsafe { Buffer::new("buffer", buffer, capacity) };
    guard_text(client, buffer, &|c, out| out.put(&[c.http_request(part)?.expose().as_bytes()]))
}

/// Hands over the answer to the request of `oauth_http_request`; the operation that needed it goes on.
///
/// `status`: the HTTP status, or 0 or less where no answer came. `headers`: the answer's header lines, as they
/// came; Content-Encoding, Content-Type, Date, DPoP-Nonce, Retry-After and WWW-Authenticate are looked at, and `headers`
/// may be empty.
/// Of several heads (a proxy's, `100 Continue`, a redirect's) the last counts: a line that begins with `HTTP/` begins
/// one. `body`: the answer's body, as it came; gzip and deflate are read, up to 1 MiB of content. Of these two every byte
/// counts: neither a NUL nor blanks end them unless the length is OAUTH_NUL_TERMINATED. A body of more than 1 MiB is not
/// looked at, and ends the operation with OAUTH_ERROR_TOO_LARGE; of longer headers the first lines are looked at.
///
/// Returns what the operation returns: 0 for `oauth_exchange_code`, `oauth_refresh` and `oauth_revoke`, the length for
/// `oauth_bearer_header`, `oauth_access_token` and `oauth_request_headers` (this thread's next call of them gives the text
/// and asks for no request), OAUTH_HTTP_NEEDED where there is one more request to send, or the operation's error;
/// OAUTH_ERROR_SEQUENCE where no request waits, or where the call needed something else first and the client is another
/// account's or server's by now: then nothing is done for that one. Since 0.1.
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
    guard_client(client, &|c| {
        // SAFETY: the caller's promise, as documented.
        let headers = unsafe { text::bytes("headers", headers, headers_length) }?;
        // SAFETY: the caller's promise, as documented.
        let body = unsafe { text::bytes("body", body, body_length) }?;
        c.http_response(status, headers, body)
    })
}
