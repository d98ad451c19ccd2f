//! A person's sign-in: the authorization URL, and the code that comes back.

use std::ffi::c_char;

use super::cancel::deferring_cancel;
use super::guard::{guard_client, guard_text};
use super::handle;
use super::text::{Buffer, TextIn};
use crate::system;

/// Makes the URL that a person opens in a browser to sign in (RFC 6749 section 4.1.1), with a fresh state and,
/// unless OAUTH_PKCE is `off`, a fresh code challenge (RFC 7636). Both are remembered for `oauth_exchange_code`: in
/// the store, where any process that has the same settings finds them for OAUTH_PENDING_EXPIRES_IN seconds; with
/// `memory:` in the client, for the last eight URLs.
///
/// A web program keeps OAUTH_STATE in the browser as well, in a cookie of its own, and takes an answer only from a
/// browser that has the state's cookie: or else a stranger's link could sign people in as the stranger (RFC 6749 section
/// 10.12). examples/c/signin_cgi.c shows it.
///
/// Where OAUTH_REDIRECT_URI is on loopback with port 0, such as `http://127.0.0.1:0/callback`, this begins to listen at a
/// port that is free and puts it into the URL: see `oauth_await_redirect`.
///
/// With OAUTH_PAR the server is sent the request first (RFC 9126), and the URL is good for as long as the server says, often
/// a minute. With OAUTH_HTTP set to `caller` that is OAUTH_HTTP_NEEDED; the answer's `oauth_http_response` returns the URL's
/// length, and this thread's next call gives the URL.
///
/// `url`: receives the URL and a NUL; 8192 bytes are plenty. With a capacity of 0, or too small a buffer, nothing
/// is made or remembered; but a request that was pushed is, and this thread's next call gives its URL.
///
/// Returns the URL's length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_INSECURE, OAUTH_ERROR_PORT,
/// OAUTH_ERROR_BUFFER, OAUTH_ERROR_SYSTEM, OAUTH_ERROR_STORE and its like: better now than when the person comes back;
/// OAUTH_ERROR_CERTIFICATE where OAUTH_REQUEST_OBJECT cannot be signed; where OAUTH_ISSUER leads to the endpoints,
/// OAUTH_ERROR_METADATA and OAUTH_ERROR_UNSUPPORTED; or what the server or the network answered. Since 0.1.
///
/// # Safety
/// `url` is writable for `capacity` bytes.
#[no_mangle]
pub unsafe extern "C" fn oauth_build_authorize_url(client: i32, url: *mut c_char, capacity: i32) -> i32 {
    // SAFETY: the caller's promise, as documented.
    let url = unsafe { Buffer::new("url", url, capacity) };
    guard_text(client, url, &|c, out| {
        c.build_authorize_url(|parts| out.put(parts), capacity > 0).inspect_err(|_| out.clear())
    })
}

/// Exchanges the code that came back from the sign-in for tokens (RFC 6749 section 4.1.3).
///
/// `code`: what came back: the URL of the redirect, its query, `code#state` as some pages show it, or the code alone,
/// also with quotes, blanks and line breaks around it. Whatever has parameters must bring the state of a URL that was
/// made by the same token endpoint, client_id and account: a code alone, or the page that shows it where
/// OAUTH_REDIRECT_URI is `urn:ietf:wg:oauth:2.0:oob`, is taken for an answer to the newest. A program that a browser
/// brings the answer to gives all of it, never the code alone. An error in it is reported as the server's.
///
/// A URL is good for the first code that is sent, and another is OAUTH_ERROR_SEQUENCE (RFC 9700 section 4.2.4). The same
/// one may be given once more where nobody answered, or where the answer says nothing of the code, such as that the
/// client's secret is wrong or the server busy. After a success, an answer of success that was not understood, or a
/// refused code a new URL is needed.
///
/// An ID token that was asked for is checked first, where OAUTH_ISSUER is set: see OAUTH_FIELD_ID_TOKEN. One that is wrong is
/// OAUTH_ERROR_ID_TOKEN, and nothing of the answer is kept. With the caller's own HTTP a second request may be needed for
/// the server's keys.
///
/// Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_CODE, OAUTH_ERROR_STATE, OAUTH_ERROR_ISSUER, OAUTH_ERROR_SEQUENCE,
/// OAUTH_ERROR_ID_TOKEN,
/// or what the server or the network answered: OAUTH_ERROR_INVALID_GRANT, OAUTH_ERROR_INVALID_CLIENT,
/// OAUTH_ERROR_TIMEOUT and others. After an error the tokens are as they were; but after OAUTH_ERROR_STORE and its
/// like the new ones are in memory, and the next call stores them. Since 0.1.
///
/// # Safety
/// `code` is readable as `length` says.
#[no_mangle]
pub unsafe extern "C" fn oauth_exchange_code(client: i32, code: *const c_char, length: i32) -> i32 {
    guard_client(client, &|c| {
        // SAFETY: the caller's promise, as documented.
        let code = unsafe { TextIn::read("code", code, length) }?;
        c.exchange_code(code.as_str()).map(|()| 0)
    })
}

/// Waits until the browser comes back from the sign-in to OAUTH_REDIRECT_URI on this machine, exchanges the code as
/// `oauth_exchange_code` does, and then shows the person a page that says what has become of it (RFC 8252 section 7.3).
///
/// `seconds`: how long to wait, 0 to 86400; with 0 it begins to listen and takes what has come. OAUTH_REDIRECT_URI is
/// `http://` at `127.0.0.1`, `[::1]` or `localhost` (which listens at both), with the port and path that the server knows
/// of. With port 0 `oauth_build_authorize_url` has chosen one that is free: most servers take any for programs like this.
/// With another port this begins to listen: call it with 0 seconds before the browser is opened. The program opens the
/// browser.
///
/// Only an answer with the state of a URL that waits, of this client or of another process with the same store, ends it;
/// whoever else comes is answered, and the waiting goes on. After OAUTH_PENDING it goes on listening, at the same port, and
/// the next call waits on; in between browsers wait, too. Meanwhile `oauth_exchange_code` may take what a person pastes:
/// then call `oauth_stop_waiting`. It listens until an answer has come, the waiting is stopped, or the client is closed;
/// after an error that passes it goes on, and the person may load the page again. It takes no processor time while it
/// waits. The exchange takes OAUTH_TIMEOUT seconds at most, which the browser waits, too.
///
/// A signal that the program handles ends the call with OAUTH_PENDING, whatever SA_RESTART says: look at what the handler
/// has noted, and call again. With OAUTH_HTTP set to `caller` the page says that the program goes on, and the request waits
/// as after `oauth_exchange_code`.
///
/// Returns 0, OAUTH_PENDING where the time is over, OAUTH_ERROR_CANCELLED, OAUTH_ERROR_PORT, OAUTH_ERROR_VALUE,
/// OAUTH_ERROR_SEQUENCE where no URL has chosen a port, OAUTH_ERROR_BUSY where another thread waits, or what
/// `oauth_exchange_code` returns of the answer. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_await_redirect(client: i32, seconds: i32) -> i32 {
    guard_client(client, &|c| c.await_redirect(seconds).map(|()| 0))
}

/// Ends the `oauth_await_redirect` that waits, or else the next one: it returns OAUTH_ERROR_CANCELLED. A new URL by
/// `oauth_build_authorize_url` takes that back. Any thread may call it, and so may the handler of a signal: it takes no lock
/// and no memory, and leaves the thread's last error alone.
///
/// Returns 0, or OAUTH_ERROR_HANDLE. Since 0.1.
#[no_mangle]
pub extern "C" fn oauth_stop_waiting(client: i32) -> i32 {
    // Who waits would wait for a thread that ended in between.
    let raised = deferring_cancel(&|| system::keeping_errno(|| i32::from(handle::raise_alarm(client))));
    if raised == 1 {
        return 0;
    }
    guard_client(client, &|_| Ok(0))
}
