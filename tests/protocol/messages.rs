//! Answers as HTTP libraries hand them over: heads that are odd or several.

use crate::answers::{no, run, Case};
use oauth::constants::*;

const RETRY: i32 = OAUTH_ACTION_RETRY;

/// 503, of whose head Retry-After is to be found.
fn waits(name: &'static str, headers: &'static str, retry_after: &'static str) -> Case {
    no(name, 503, "", OAUTH_ERROR_UNAVAILABLE, RETRY).headers(headers).retry(retry_after)
}

#[test]
fn heads_however_they_are_written() {
    run(
        "heads",
        &[
            waits("one line", "Retry-After: 7", "7"),
            waits("LF alone", "X: y\nRetry-After: 7\n\n", "7"),
            waits("CR CR LF", "X: y\r\r\nRetry-After: 7\r\r\n\r\r\n", "7"),
            waits("blanks before the colon", "Retry-After \t: 7\r\n", "7"),
            waits("no blank behind the colon", "retry-after:7\r\n", "7"),
            waits("folded", "Retry-After:\r\n\t7\r\n", "7"),
            waits(
                "folded lines of others",
                "X: y\r\n Retry-After: 8\r\nRetry-After: 7\r\nY: z\r\n 9\r\n",
                "7",
            ),
            waits("folded into nothing", " 8\r\nRetry-After: 7\r\n", "7"),
            waits(
                "control characters",
                "Set-Cookie: a=\u{1}\u{7f}\u{1b}[31m\r\nRetry-After: \u{1}7\u{2}\r\n",
                "7",
            ),
            waits("a lone CR begins no line", "X: y\rRetry-After: 8\r\nRetry-After: 7\r\n", "7"),
            waits(
                "lines that are none",
                "no colon\r\n: no name\r\n\r\n\r\nRetry-After: 7\r\na b: c\r\n",
                "7",
            ),
            waits("no head", "", ""),
            // ---- several ----
            waits("with its status line", "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n", "7"),
            waits("with its status line (curl, HTTP/2)", "HTTP/2 503 \r\nretry-after: 7\r\n\r\n", "7"),
            waits(
                "a proxy's before it (curl)",
                "HTTP/1.1 407 Authenticate\r\nRetry-After: 1\r\n\r\nHTTP/1.1 200 Connection established\r\n\
                 Retry-After: 2\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n",
                "7",
            ),
            waits(
                "100 and 103 before it, LF alone",
                "HTTP/1.1 100 Continue\nRetry-After: 1\n\nHTTP/1.1 103 Early Hints\nRetry-After: 2\n\n\
                 HTTP/1.1 503 Busy\nRetry-After: 7\n\n",
                "7",
            ),
            waits(
                "without blank lines between",
                "HTTP/1.1 302 Found\r\nRetry-After: 1\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7",
                "7",
            ),
            waits(
                "the last has none",
                "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n",
                "",
            ),
            waits("a trailer", "HTTP/1.1 503 Busy\r\nX: y\r\n\r\nRetry-After: 7\r\n\r\n", "7"),
            waits(
                "small letters",
                "http/1.1 302 Found\r\nRetry-After: 1\r\n\r\nhttp/1.1 503 Busy\r\n\r\n",
                "",
            ),
            waits(
                "folded lines end with their head",
                "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\nHTTP/1.1 503 Busy\r\n 8\r\n",
                "",
            ),
            waits("no status line", "HTTP: 2\r\nHTTPS/1: x\r\nRetry-After: 7\r\n", "7"),
        ],
    );
}
