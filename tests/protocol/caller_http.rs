//! The caller's own HTTP: an operation that waits for its answer, and who may go on with it.

use crate::common::Client;
use crate::support::{ask, client, sent, sign_in, Row, Table};
use oauth::constants::*;
use oauth::ffi;
use std::thread;

pub const FIRST: &str = r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":3600}"#;
pub const SECOND: &str = r#"{"access_token":"at-2","refresh_token":"rt-2","expires_in":3600}"#;
pub const HEADER_1: &str = "Authorization: Bearer at-1";
pub const HEADER_2: &str = "Authorization: Bearer at-2";

/// A client whose token is to be refreshed before it is given out.
pub fn stale() -> Client {
    let client = client(&[]);
    sign_in(&client, FIRST);
    client.rejected();
    client
}

/// A client whose token lives for another minute, where five are asked for.
pub fn ageing() -> Client {
    let client = client(&[(OAUTH_MIN_VALID, "300")]);
    sign_in(&client, r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":60}"#);
    client
}

pub fn length(text: &str) -> i32 {
    i32::try_from(text.len()).unwrap()
}

fn nothing_waits(row: &mut Row, client: &Client) {
    for part in [OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_REQUEST_HEADERS, OAUTH_REQUEST_CONTENT] {
        row.returned(client.request(part).0, OAUTH_ERROR_SEQUENCE);
    }
    row.returned(client.respond(200, "", SECOND.as_bytes()), OAUTH_ERROR_SEQUENCE);
}

#[test]
fn operations_that_wait_for_their_answer() {
    let mut table = Table::new("caller's HTTP");
    table.row("header: needed, answered, length, text", |row| {
        let client = stale();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        row.action(OAUTH_ACTION_NONE);
        row.eq("sent", sent(&client).parameter("refresh_token").as_deref(), Some("rt-1"));
        row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
        row.eq("header", client.header(), (length(HEADER_2), HEADER_2.to_owned()));
        row.eq("refresh token", client.get(OAUTH_REFRESH_TOKEN).as_str(), "rt-2");
        nothing_waits(row, &client);
    });
    table.row("access token: needed, answered, length, text", |row| {
        let client = stale();
        row.returned(client.access_token().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", SECOND.as_bytes()), 4);
        row.eq("token", client.access_token(), (4, "at-2".to_owned()));
    });
    table.row("refresh: needed, answered, 0", |row| {
        let client = stale();
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", SECOND.as_bytes()), 0);
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.row("a buffer too small loses nothing", |row| {
        let client = stale();
        let mut small = [0; 8];
        // SAFETY: the buffer is as long as said.
        let header = |small: &mut [_]| unsafe { ffi::oauth_bearer_header(client.0, small.as_mut_ptr(), 8) };
        row.returned(header(&mut small), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
        row.returned(header(&mut small), OAUTH_ERROR_BUFFER);
        row.eq("refresh token", client.get(OAUTH_REFRESH_TOKEN).as_str(), "rt-2");
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.row("capacity 0 asks for the length, and needs a refresh all the same", |row| {
        let client = stale();
        // SAFETY: a capacity of 0 needs no buffer.
        let n = unsafe { ffi::oauth_bearer_header(client.0, std::ptr::null_mut(), 0) };
        row.returned(n, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
    });
    table.row("no request", |row| nothing_waits(row, &client(&[])));
    table.row("no request after the answer", |row| {
        let client = client(&[]);
        sign_in(&client, FIRST);
        nothing_waits(row, &client);
    });
    table.row("no such part", |row| {
        let client = stale();
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        for part in [0, -1, OAUTH_CLIENT_ID, OAUTH_REQUEST_CONTENT + 1] {
            row.returned(client.request(part).0, OAUTH_ERROR_PROPERTY);
        }
        row.returned(client.respond(200, "", SECOND.as_bytes()), 0);
    });
    table.row("the request can be read again and again", |row| {
        let client = stale();
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("request", format!("{:?}", sent(&client)), format!("{:?}", sent(&client)));
    });
    table.row("settings changed while it waits do not change it", |row| {
        let client = stale();
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let before = format!("{:?}", sent(&client));
        client.must_set(OAUTH_TOKEN_ENDPOINT, "https://new.example/token");
        client.must_set(OAUTH_CLIENT_ID, "new");
        row.eq("request", format!("{:?}", sent(&client)), before);
        row.returned(client.respond(200, "", SECOND.as_bytes()), 0);
    });
    table.row("closed before the answer", |row| {
        let client = stale();
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.returned(ffi::oauth_client_close(client.0), 0);
        row.returned(client.respond(200, "", SECOND.as_bytes()), OAUTH_ERROR_HANDLE);
        row.returned(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_HANDLE);
    });
    table.row("a valid token needs no request", |row| {
        let client = client(&[]);
        sign_in(&client, FIRST);
        row.eq("header", client.header().1.as_str(), HEADER_1);
        nothing_waits(row, &client);
    });
    table.row("a valid token is given out while a refresh waits", |row| {
        let client = client(&[]);
        sign_in(&client, FIRST);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("header", client.header().1.as_str(), HEADER_1);
        row.returned(client.respond(200, "", SECOND.as_bytes()), 0);
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.row("an exchange while a refresh waits, on the same thread", |row| {
        let client = stale();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        ask(&client, "new-code");
        row.eq("sent", sent(&client).parameter("code").as_deref(), Some("new-code"));
        row.returned(client.respond(200, "", SECOND.as_bytes()), 0);
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.row("rejected, refreshed, not rejected again by the old news", |row| {
        let client = client(&[]);
        sign_in(&client, FIRST);
        row.eq("header", client.header().1.as_str(), HEADER_1);
        thread::scope(|scope| {
            // Another thread refreshes after this one got its token.
            scope.spawn(|| {
                client.header();
                client.rejected();
                client.header();
                client.respond(200, "", SECOND.as_bytes());
            });
        });
        row.returned(client.rejected(), 0);
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.end();
}

#[test]
fn no_answer_and_passing_faults() {
    const PASSING: &[(&str, i32, &str, &str)] = &[
        ("no answer", 0, "", ""),
        ("less than no answer", -1, "", ""),
        ("a number that is no status", 100_000, "", ""),
        ("503", 503, "", ""),
        ("429", 429, "", ""),
        ("web page", 503, "Content-Type: text/html\r\n", "<html></html>"),
        ("temporarily_unavailable", 400, "", "{\"error\":\"temporarily_unavailable\"}"),
    ];
    let mut table = Table::new("passing faults");
    for (name, status, headers, body) in PASSING {
        table.row(&format!("{name}: the next try sends the same refresh token"), |row| {
            let client = stale();
            for _ in 0..3 {
                row.returned(client.header().0, OAUTH_HTTP_NEEDED);
                row.eq("sent", sent(&client).parameter("refresh_token").as_deref(), Some("rt-1"));
                row.holds(
                    "is a failure",
                    client.respond(*status, headers, body.as_bytes()) < OAUTH_HTTP_NEEDED,
                );
                row.action(OAUTH_ACTION_RETRY);
            }
            nothing_waits(row, &client);
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
            row.eq("header", client.header().1.as_str(), HEADER_2);
        });
        table.row(&format!("{name}: the old token is given out while it lives"), |row| {
            let client = ageing();
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            row.returned(client.respond(*status, headers, body.as_bytes()), length(HEADER_1));
            // As documented: call it again for the text. It must not ask for one more request.
            row.eq("header", client.header(), (length(HEADER_1), HEADER_1.to_owned()));
        });
        table.row(&format!("{name}: the old token alone"), |row| {
            let client = ageing();
            row.returned(client.access_token().0, OAUTH_HTTP_NEEDED);
            row.returned(client.respond(*status, headers, body.as_bytes()), 4);
            row.eq("token", client.access_token(), (4, "at-1".to_owned()));
        });
        table.row(&format!("{name}: a refresh that was asked for fails"), |row| {
            let client = ageing();
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            row.holds("is a failure", client.respond(*status, headers, body.as_bytes()) < OAUTH_HTTP_NEEDED);
            row.action(OAUTH_ACTION_RETRY);
        });
    }
    table.row("after the old token was given out, the next one refreshes", |row| {
        let client = ageing();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(503, "", b""), length(HEADER_1));
        client.header();
        // For some seconds nobody tries who can do without.
        row.eq("header", client.header().1.as_str(), HEADER_1);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", SECOND.as_bytes()), 0);
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.row("a server that asks for time gets it", |row| {
        let client = stale();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(503, "Retry-After: 900\r\n", b""), OAUTH_ERROR_UNAVAILABLE);
        for answer in [client.header().0, client.refresh()] {
            row.returned(answer, OAUTH_ERROR_UNAVAILABLE);
            row.action(OAUTH_ACTION_RETRY);
            let wait: u32 = client.get(OAUTH_RETRY_AFTER).parse().unwrap();
            row.holds("so long, or what is left of it", (800..=900).contains(&wait));
        }
        nothing_waits(row, &client);
    });
    // However short it lives, it is the newest there is: a loop over OAUTH_HTTP_NEEDED must end.
    for (name, min_valid, expires_in) in
        [("shorter than asked for", "300", 60), ("one second", "30", 1), ("as asked for", "60", 60)]
    {
        table.row(&format!("a new token lives {name}"), |row| {
            let client = client(&[(OAUTH_MIN_VALID, min_valid)]);
            sign_in(&client, FIRST);
            client.rejected();
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            let answer = format!(r#"{{"access_token":"at-2","expires_in":{expires_in}}}"#);
            row.returned(client.respond(200, "", answer.as_bytes()), length(HEADER_2));
            row.eq("header", client.header(), (length(HEADER_2), HEADER_2.to_owned()));
        });
    }
    table.row("the length, the length again, too small a buffer, the text: one request", |row| {
        let client = ageing();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(503, "", b""), length(HEADER_1));
        let mut small = [0; 8];
        // SAFETY: the buffers are as long as said.
        let (n, too_small) = unsafe {
            (
                ffi::oauth_bearer_header(client.0, std::ptr::null_mut(), 0),
                ffi::oauth_bearer_header(client.0, small.as_mut_ptr(), 8),
            )
        };
        row.eq("length", n, length(HEADER_1));
        row.returned(too_small, OAUTH_ERROR_BUFFER);
        row.eq("header", client.header(), (length(HEADER_1), HEADER_1.to_owned()));
    });
    // Faults that pass are no error while the old token lives; a verdict of the server is one at once.
    for (name, status, body, number, action) in [
        ("dead", 400, r#"{"error":"invalid_grant"}"#, OAUTH_ERROR_SIGN_IN, OAUTH_ACTION_SIGN_IN),
        ("misconfigured", 401, r#"{"error":"invalid_client"}"#, OAUTH_ERROR_INVALID_CLIENT, OAUTH_ACTION_FIX),
    ] {
        table.row(&format!("{name}: the old token as long as it lives"), |row| {
            let client = ageing();
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            row.returned(client.respond(status, "", body.as_bytes()), length(HEADER_1));
            row.eq("header", client.header(), (length(HEADER_1), HEADER_1.to_owned()));
        });
        table.row(&format!("{name}: the reason where nothing is left to be given out"), |row| {
            let client = stale();
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            row.returned(client.respond(status, "", body.as_bytes()), number);
            row.action(action);
        });
    }
    table.end();
}
