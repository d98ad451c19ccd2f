//! Faults that pass: what is tried again at once, what is left to the next job, and what a server asks for.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;

/// A server that gives a token, then these answers (status, headers, body), then tokens again.
fn server_with(faults: &'static [(u16, &'static str, &'static str)]) -> Script {
    Script::start(move |number, _| match number.checked_sub(1).and_then(|n| faults.get(n)) {
        Some((status, headers, body)) => answer(*status, headers, body),
        None => ok(&token_for(&number.to_string(), HOUR)),
    })
}

const DOWN: (u16, &str, &str) = (503, "", "");

/// Name, what the server says after the sign-in, the requests of one refresh, what it answers.
type Row = (&'static str, &'static [(u16, &'static str, &'static str)], usize, i32);

const ROWS: &[Row] = &[
    ("no fault", &[], 1, 0),
    ("down once", &[DOWN], 2, 0),
    ("down twice", &[DOWN, DOWN], 3, 0),
    ("down three times", &[DOWN, DOWN, DOWN], 3, OAUTH_ERROR_UNAVAILABLE),
    ("500", &[(500, "", "oops"), (502, "", "<html>")], 3, 0),
    ("too many requests", &[(429, "", "")], 2, 0),
    ("a web page", &[(200, "Content-Type: text/html\r\n", "<html>")], 1, OAUTH_ERROR_RESPONSE),
    (
        "busy with 200",
        &[(200, JSON, "{\"error\":\"temporarily_unavailable\"}")],
        1,
        OAUTH_ERROR_TEMP_UNAVAILABLE,
    ),
    ("nothing", &[(204, "", "")], 1, OAUTH_ERROR_RESPONSE),
    ("XML", &[(200, "", "<?xml version=\"1.0\"?><t>a</t>")], 1, OAUTH_ERROR_RESPONSE),
    ("cut JSON", &[(200, JSON, "{\"access_token\":\"a")], 1, OAUTH_ERROR_RESPONSE),
    ("an answer without sense after it was down", &[DOWN, (200, "", "OK")], 2, OAUTH_ERROR_RESPONSE),
    ("asks for what fits", &[(503, "Retry-After: 7\r\n", "")], 2, 0),
    ("asks twice for what fits", &[(429, "Retry-After: 7\r\n", ""), (503, "Retry-After: 7\r\n", "")], 3, 0),
    ("asks for no time at all", &[(503, "Retry-After: 0\r\n", "")], 2, 0),
    // Together more than OAUTH_TIMEOUT.
    (
        "asks twice for what fits once",
        &[(503, "Retry-After: 20\r\n", ""), (503, "Retry-After: 20\r\n", "")],
        2,
        OAUTH_ERROR_UNAVAILABLE,
    ),
    ("asks for too much", &[(503, "Retry-After: 100\r\n", "")], 1, OAUTH_ERROR_UNAVAILABLE),
    (
        "asks for too much at the second try",
        &[DOWN, (503, "Retry-After: 100\r\n", "")],
        2,
        OAUTH_ERROR_UNAVAILABLE,
    ),
    ("says that it is down", &[(503, JSON, "{\"error\":\"temporarily_unavailable\"}")], 2, 0),
    ("refuses the client", &[(401, JSON, "{\"error\":\"invalid_client\"}")], 1, OAUTH_ERROR_INVALID_CLIENT),
    ("refuses the refresh token", &[(400, JSON, "{\"error\":\"invalid_grant\"}")], 1, OAUTH_ERROR_SIGN_IN),
    (
        "refuses after it was down",
        &[DOWN, (400, JSON, "{\"error\":\"invalid_grant\"}")],
        2,
        OAUTH_ERROR_SIGN_IN,
    ),
    ("forbids", &[(403, JSON, "{\"error\":\"unauthorized_client\"}")], 1, OAUTH_ERROR_UNAUTHORIZED),
    ("is not there", &[(404, "", "")], 1, OAUTH_ERROR_RESPONSE),
];

#[test]
fn a_refresh_is_tried_three_times_in_its_time() {
    if !own_process("retries::a_refresh_is_tried_three_times_in_its_time") {
        return;
    }
    hurry(true);
    let mut table = Table::default();
    let folder = Folder::new();
    for store in [None, Some(&folder)] {
        for (name, faults, requests, expected) in ROWS.iter().copied() {
            // By hand, and because the token has expired.
            for by_hand in [true, false] {
                table.row(&format!("{name}, store: {}, by hand: {by_hand}", store.is_some()), || {
                    let server = server_with(faults);
                    let client = server.holder(store, &[]);
                    if !by_hand {
                        advance(HOUR);
                    }
                    let (before, clock) = (server.count(), now());
                    let n = if by_hand { client.refresh() } else { client.header().0.min(0) };
                    assert_eq!(n, expected, "{}", error_text());
                    assert_eq!(server.count() - before, requests, "requests");
                    let asked: i64 = faults.iter().take(requests - 1).map(|(_, h, _)| seconds_of(h)).sum();
                    assert!(now() - clock >= asked, "{} s have gone by, of {asked}", now() - clock);
                    assert!(!client.get(OAUTH_REFRESH_TOKEN).is_empty());
                    // The same refresh token each time.
                    let sent = server.requests();
                    assert!(sent[1..]
                        .iter()
                        .all(|content| content.contains("refresh_token=SECRET-refresh-0")));
                });
            }
        }
    }
    table.end();
}

fn seconds_of(headers: &str) -> i64 {
    headers.trim().strip_prefix("Retry-After: ").map_or(0, |text| text.parse().unwrap())
}

#[test]
fn a_code_is_sent_once() {
    if !own_process("retries::a_code_is_sent_once") {
        return;
    }
    hurry(true);
    let mut table = Table::default();
    for headers in ["", "Retry-After: 2\r\n"] {
        table.row(headers, || {
            let server = Script::start(move |number, _| match number {
                0 => answer(503, headers, ""),
                _ => ok(&token_for("1", HOUR)),
            });
            let client = server.client(None, &[]);
            let url = client.authorize_url();
            let came_back = format!("?code=SECRET-code&state={}", parameter_of(&url, "state"));
            fails(client.exchange(&came_back), OAUTH_ERROR_UNAVAILABLE, "cannot serve now");
            assert_eq!(server.count(), 1);
            // It was not spent.
            assert_eq!(client.exchange(&came_back), 0, "{}", error_text());
            gives(&client, "1");
        });
    }
    table.end();
}

/// Nothing is sent, and the reason and the time are said.
#[track_caller]
fn is_told_to_wait(client: &Client, seconds: std::ops::RangeInclusive<i64>) {
    for answer in [client.refresh(), client.header().0] {
        fails(answer, OAUTH_ERROR_UNAVAILABLE, "");
        let left: i64 = client.get(OAUTH_RETRY_AFTER).parse().expect("OAUTH_RETRY_AFTER");
        assert!(seconds.contains(&left), "{left} s are left");
    }
}

#[test]
fn what_a_server_asks_for_holds_for_all_jobs() {
    if !own_process("retries::what_a_server_asks_for_holds_for_all_jobs") {
        return;
    }
    hurry(true);
    let mut table = Table::default();
    for date in [false, true] {
        table.row(&format!("as a date: {date}"), || {
            let folder = Folder::new();
            let server = Script::start(move |number, _| match number {
                1 if date => answer(503, &format!("Retry-After: {}\r\n", http_date(now() + 300)), ""),
                1 => answer(429, "Retry-After: 300\r\n", ""),
                number => ok(&token_for(&number.to_string(), HOUR)),
            });
            let (first, second) = (server.holder(Some(&folder), &[]), server.client(Some(&folder), &[]));
            gives(&second, "0");
            advance(HOUR);
            fails(first.refresh(), OAUTH_ERROR_UNAVAILABLE, "cannot serve now");
            assert_eq!(server.count(), 2, "what does not fit is not waited for");
            is_told_to_wait(&first, 290..=300);
            is_told_to_wait(&second, 290..=300);
            let third = server.client(Some(&folder), &[]);
            is_told_to_wait(&third, 290..=300);
            advance(100);
            is_told_to_wait(&third, 190..=200);
            assert_eq!(server.count(), 2, "nothing was sent");
            // Another account is another matter.
            let other = server.holder(Some(&folder), &[(OAUTH_ACCOUNT, "another")]);
            assert_eq!(other.refresh(), 0, "{}", error_text());
            advance(201);
            assert!(second.header().0 > 0, "{}", error_text());
            assert_eq!(server.count(), 5);
            assert_eq!(first.header(), second.header());
            assert_eq!(server.count(), 5);
        });
    }
    table.row("what is left fits: it is waited for", || {
        let folder = Folder::new();
        let server = server_with(&[(503, "Retry-After: 100\r\n", "")]);
        let (first, second) = (server.holder(Some(&folder), &[]), server.client(Some(&folder), &[]));
        assert_eq!(first.refresh(), OAUTH_ERROR_UNAVAILABLE);
        advance(80);
        let before = now();
        assert_eq!(second.refresh(), 0, "{}", error_text());
        assert!(now() - before >= 19, "{} s", now() - before);
        assert_eq!(server.count(), 3);
    });
    table.row("a noted wish and a new one share the time", || {
        let folder = Folder::new();
        let server = server_with(&[(503, "Retry-After: 100\r\n", ""), (503, "Retry-After: 20\r\n", "")]);
        let (first, second) = (server.holder(Some(&folder), &[]), server.client(Some(&folder), &[]));
        assert_eq!(first.refresh(), OAUTH_ERROR_UNAVAILABLE);
        advance(80);
        let before = now();
        assert_eq!(second.refresh(), OAUTH_ERROR_UNAVAILABLE, "{}", error_text());
        assert!((19..=30).contains(&(now() - before)), "{} s", now() - before);
        assert_eq!(server.count(), 3);
    });
    table.row("a sign-in clears it", || {
        let folder = Folder::new();
        let server = server_with(&[(503, "Retry-After: 300\r\n", "")]);
        let first = server.holder(Some(&folder), &[]);
        assert_eq!(first.refresh(), OAUTH_ERROR_UNAVAILABLE);
        let second = server.holder(Some(&folder), &[]);
        gives(&second, "2");
        assert_eq!(second.refresh(), 0, "{}", error_text());
        // Whose sign-in it was does not matter.
        assert_eq!(first.refresh(), 0, "{}", error_text());
        assert_eq!(server.count(), 5);
    });
    table.row("memory", || {
        let server = server_with(&[(503, "Retry-After: 300\r\n", "")]);
        let client = server.holder(None, &[]);
        advance(HOUR);
        assert_eq!(client.refresh(), OAUTH_ERROR_UNAVAILABLE);
        is_told_to_wait(&client, 290..=300);
        assert_eq!(server.count(), 2);
        advance(301);
        assert!(client.header().0 > 0, "{}", error_text());
    });
    table.row("memory: a sign-in clears it", || {
        let server = server_with(&[(503, "Retry-After: 300\r\n", "")]);
        let client = server.holder(None, &[]);
        assert_eq!(client.refresh(), OAUTH_ERROR_UNAVAILABLE);
        let url = client.authorize_url();
        assert_eq!(client.exchange(&format!("?code=c&state={}", parameter_of(&url, "state"))), 0);
        assert_eq!(client.refresh(), 0, "{}", error_text());
    });
    table.end();
}

#[test]
fn nobody_is_left_alone_for_longer_than_an_hour_or_without_asking() {
    if !own_process("retries::nobody_is_left_alone_for_longer_than_an_hour_or_without_asking") {
        return;
    }
    hurry(true);
    let mut table = Table::default();
    table.row("no longer than an hour", || {
        let folder = Folder::new();
        let server = server_with(&[(503, "Retry-After: 80000\r\n", "")]);
        let client = server.holder(Some(&folder), &[]);
        assert_eq!(client.refresh(), OAUTH_ERROR_UNAVAILABLE);
        advance(HOUR - 60);
        assert_eq!(client.refresh(), OAUTH_ERROR_UNAVAILABLE);
        assert_eq!(server.count(), 2);
        advance(61);
        assert_eq!(client.refresh(), 0, "{}", error_text());
    });
    table.row("a fault without a wish keeps nobody who has no token from trying", || {
        let folder = Folder::new();
        let server = server_with(&[DOWN, DOWN, DOWN]);
        let (first, second) = (server.holder(Some(&folder), &[]), server.client(Some(&folder), &[]));
        advance(HOUR);
        assert_eq!(first.header().0, OAUTH_ERROR_UNAVAILABLE);
        assert!(second.header().0 > 0, "{}", error_text());
        assert_eq!(server.count(), 5);
    });
    table.end();
}

#[test]
fn in_the_callers_own_http_it_is_said_and_not_waited_for() {
    if !own_process("retries::in_the_callers_own_http_it_is_said_and_not_waited_for") {
        return;
    }
    let mut table = Table::default();
    table.row("a server's wish", || {
        let folder = Folder::new();
        let (first, second) = (holder_in(&folder, "1"), folder.client());
        advance(HOUR);
        first.asks();
        fails(first.respond(503, "Retry-After: 20\r\n", b""), OAUTH_ERROR_UNAVAILABLE, "cannot serve now");
        assert_eq!(first.get(OAUTH_RETRY_AFTER), "20");
        is_told_to_wait(&first, 18..=20);
        is_told_to_wait(&second, 18..=20);
        assert_eq!(second.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing waits to be sent");
        advance(21);
        second.asks();
        assert!(answer_token(&second, "2") > 0, "{}", error_text());
        gives(&first, "2");
    });
    table.row("a token that lives is given out meanwhile", || {
        let client = holder("1");
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(503, "Retry-After: 300\r\n", b""), OAUTH_ERROR_UNAVAILABLE);
        gives(&client, "1");
        fails(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "left alone");
        gives(&client, "1");
    });
    table.end();
}
