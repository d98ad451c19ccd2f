//! What comes over the wire in odd dress, to a refresh by the built-in HTTP: each is an answer, and asked for once.

use crate::common::{error_action, error_text};
use crate::support::*;
use oauth::constants::*;

const READ: &[(&str, &str)] = &[
    ("small servers", "HTTP/1.1 200 OK\nServer : x\nX: a\n b\nSet-Cookie: \u{1}\n\n{}"),
    (
        "interim answers",
        "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
    ),
    ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n{}"),
    ("cut off behind the JSON", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{}"),
    ("no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{}"),
    ("an item of a list", "HTTP/1.1 200 OK\r\n\r\n[{}]"),
];

const UNREAD: &[(&str, &str, &str)] = &[
    (
        "two lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
        "line 3, Content-Length",
    ),
    ("no length", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}", "line 2, Content-Length"),
    ("no HTTP", "SSH-2.0-Server\r\n", "line 1 is no HTTP (\"SSH-2.0-Server\")"),
    ("no head", "{}", "line 1 is no HTTP:"),
    ("our own words", "SECRET-refresh-0 is no good\r\n", "line 1 is no HTTP:"),
    ("our password", "SECRET-of-the-client\r\n", "line 1 is no HTTP:"),
];

#[test]
fn an_answer_in_odd_dress_is_asked_for_once() {
    let mut table = Table::default();
    let token = token_for("1", HOUR);
    for (name, text) in READ {
        table.row(name, || {
            let answer = text.replace("{}", &token);
            let server = Script::start(move |number, _| match number {
                0 => ok(&token_for("0", HOUR)),
                _ => answer.clone(),
            });
            let client = server.holder(None, &[]);
            assert_eq!(client.refresh(), 0, "{}", error_text());
            assert_eq!((server.count(), client.get(OAUTH_REFRESH_TOKEN).as_str()), (2, "SECRET-refresh-1"));
        });
    }
    for (name, text, words) in UNREAD {
        table.row(name, || {
            let answer = text.replace("{}", &token);
            let server = Script::start(move |number, _| match number {
                0 => ok(&token_for("0", HOUR)),
                _ => answer.clone(),
            });
            let folder = Folder::new();
            let client = server.holder(Some(&folder), &[]);
            assert_eq!(client.refresh(), OAUTH_ERROR_RESPONSE, "{}", error_text());
            assert_eq!(error_action(), OAUTH_ACTION_FIX);
            let said = error_text();
            assert!(said.starts_with("the answer of 127.0.0.1:") && said.contains(words), "{said}");
            assert!(!said.contains("SECRET"), "{said}");
            let is_success = text.starts_with("HTTP/1.1 200");
            assert_eq!(said.ends_with("; a new token may have been in it"), is_success, "{said}");
            assert_eq!((server.count(), client.get(OAUTH_REFRESH_TOKEN).as_str()), (2, "SECRET-refresh-0"));
            let status = client.get(OAUTH_STATUS_LINE);
            assert!(status.contains("got an answer that was not understood"), "{status}");
            // What is held is given out as long as it lives.
            assert_eq!(client.header().1, "Authorization: Bearer SECRET-access-0");
        });
    }
    table.end();
}
