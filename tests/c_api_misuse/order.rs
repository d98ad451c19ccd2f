//! Calls out of order, and what is left when the configuration was wrong at the wrong moment.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::fs;
use std::ptr;
use std::thread;

/// What is called, with which settings beside the usual ones, and what it says.
type Call = (&'static str, &'static [(i32, &'static str)], fn(&Client) -> i32, i32, &'static str);

const OUT_OF_ORDER: &[Call] = &[
    (
        "a code without a URL",
        &[],
        |c| c.exchange("SECRET"),
        OAUTH_ERROR_SEQUENCE,
        "oauth_build_authorize_url",
    ),
    ("a header without a token", &[], |c| c.header().0, OAUTH_ERROR_SIGN_IN, "no token yet"),
    ("a token without a token", &[], |c| c.access_token().0, OAUTH_ERROR_SIGN_IN, "no token yet"),
    ("a refresh without a token", &[], Client::refresh, OAUTH_ERROR_SIGN_IN, "no token yet"),
    (
        "a URL of nothing",
        &[(OAUTH_AUTHORIZATION_ENDPOINT, "")],
        url,
        OAUTH_ERROR_MISSING,
        "authorization_endpoint is not set",
    ),
    ("a URL of nobody", &[(OAUTH_CLIENT_ID, "")], url, OAUTH_ERROR_MISSING, "client_id is not set"),
    (
        "a path without base_url",
        &[(OAUTH_AUTHORIZATION_ENDPOINT, "/authorize")],
        url,
        OAUTH_ERROR_MISSING,
        "base_url is not set",
    ),
    (
        "http:// when allow_http was taken back",
        &[
            (OAUTH_ALLOW_HTTP, "yes"),
            (OAUTH_AUTHORIZATION_ENDPOINT, "http://as.example"),
            (OAUTH_ALLOW_HTTP, ""),
        ],
        url,
        OAUTH_ERROR_INSECURE,
        "authorization_endpoint is http://",
    ),
    (
        "a revocation without revocation_endpoint",
        &[],
        |c| ffi::oauth_revoke(c.0),
        OAUTH_ERROR_MISSING,
        "revocation_endpoint is not set: set it before oauth_revoke",
    ),
    (
        "a URL without token_endpoint",
        &[(OAUTH_TOKEN_ENDPOINT, "")],
        url,
        OAUTH_ERROR_MISSING,
        "token_endpoint is not set",
    ),
    (
        "a code without token_endpoint",
        &[],
        |c| {
            c.authorize_url();
            c.must_set(OAUTH_TOKEN_ENDPOINT, "");
            c.exchange("SECRET")
        },
        OAUTH_ERROR_MISSING,
        "token_endpoint is not set",
    ),
    ("an empty code", &[], |c| exchange(c, ""), OAUTH_ERROR_CODE, "empty"),
    ("blanks for a code", &[], |c| exchange(c, "   "), OAUTH_ERROR_CODE, "empty"),
    ("words for a code", &[], |c| exchange(c, "my SECRET code"), OAUTH_ERROR_CODE, "blanks"),
    ("two codes", &[], |c| exchange(c, "?code=SECRET&code=SECRET2&state=x"), OAUTH_ERROR_CODE, "twice"),
    (
        "a redirect to somebody else",
        &[],
        |c| exchange(c, "?code=SECRET&state=SECRET-of-another"),
        OAUTH_ERROR_STATE,
        "not to a URL that was made here",
    ),
    (
        "a redirect from somebody else",
        &[(OAUTH_ISSUER, "https://as.example")],
        |c| {
            c.authorize_url();
            c.exchange(&format!("?code=SECRET&state={}&iss=https://evil.example", c.get(OAUTH_STATE)))
        },
        OAUTH_ERROR_ISSUER,
        "another issuer than https://as.example",
    ),
    (
        "a code once more",
        &[],
        |c| {
            assert_eq!(exchange(c, "SECRET"), OAUTH_HTTP_NEEDED, "{}", error_text());
            assert_eq!(answer_token(c, "1"), 0, "{}", error_text());
            c.exchange("SECRET")
        },
        OAUTH_ERROR_SEQUENCE,
        "used already",
    ),
    (
        "a refresh without a refresh token",
        &[],
        |c| {
            assert_eq!(exchange(c, "SECRET"), OAUTH_HTTP_NEEDED, "{}", error_text());
            assert_eq!(c.respond(200, "", b"{\"access_token\":\"SECRET\"}"), 0, "{}", error_text());
            c.refresh()
        },
        OAUTH_ERROR_SIGN_IN,
        "no refresh token",
    ),
];

#[test]
fn a_call_out_of_order_says_what_is_missing() {
    let mut table = Table::default();
    for (name, settings, call, code, says) in OUT_OF_ORDER {
        table.row(name, || {
            let client = client_with(settings);
            fails(call(&client), *code, says);
        });
    }
    table.end();
}

#[test]
fn without_a_request_there_is_nothing_to_send_or_answer() {
    let mut table = Table::default();
    let answered = holder("1");
    for (name, client) in [("a new client", Client::new()), ("an answered request", answered)] {
        for part in [OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_REQUEST_HEADERS, OAUTH_REQUEST_CONTENT] {
            table.row(&format!("{name}: oauth_http_request {part}"), || {
                // The program is wrong: no sign-in helps.
                let answer = client.request(part).0;
                fails_and_asks_for(answer, OAUTH_ERROR_SEQUENCE, "no request waits", OAUTH_ACTION_FIX);
            });
        }
        table.row(&format!("{name}: oauth_http_response"), || {
            let answer = answer_token(&client, "2");
            fails_and_asks_for(answer, OAUTH_ERROR_SEQUENCE, "no request waits", OAUTH_ACTION_FIX);
        });
    }
    table.row("a rejected token without a token", || {
        let client = client();
        assert_eq!(client.rejected(), 0);
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
    });
    table.end();
}

#[test]
fn no_property_and_no_part_has_a_number_of_its_own_choice() {
    let client = holder("1");
    let mut table = Table::default();
    for number in [i32::MIN, -100, -1, 0, 117, 150, 200, 201, 204, 205, 1000, 1 << 16, i32::MAX] {
        table.row(&format!("oauth_get {number}"), || {
            let answer = unsafe { ffi::oauth_get(client.0, number, ptr::null_mut(), 0) };
            fails(answer, OAUTH_ERROR_PROPERTY, &format!("{number} is no property"));
        });
        table.row(&format!("oauth_set {number}"), || {
            fails(client.set(number, "SECRET"), OAUTH_ERROR_PROPERTY, &format!("{number} is no property"));
        });
    }
    for result in (OAUTH_STATE..=OAUTH_STATUS_LINE).filter(|result| *result != OAUTH_TOKEN_RECORD) {
        table.row(&format!("oauth_set of the result {result}"), || {
            let before = client.get(result);
            for text in ["SECRET", ""] {
                fails(client.set(result, text), OAUTH_ERROR_PROPERTY, "is a result");
            }
            assert_eq!(client.get(result), before);
        });
    }
    fails(client.refresh(), OAUTH_HTTP_NEEDED, "HTTP");
    for part in [i32::MIN, -1, 0, 1, 102, 200, 205, i32::MAX] {
        table.row(&format!("oauth_http_request {part}"), || {
            let answer = client.request(part).0;
            fails(answer, OAUTH_ERROR_PROPERTY, &format!("{part} is no part of a request"));
        });
    }
    table.row("all is still there", || {
        gives(&client, "1");
        assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
        gives(&client, "2");
    });
    table.end();
}

#[test]
fn an_answer_without_sense_loses_no_token() {
    let answers: &[(i32, &[u8], i32)] = &[
        (0, b"", OAUTH_ERROR_DISCONNECTED),
        (-1, b"", OAUTH_ERROR_DISCONNECTED),
        (i32::MIN, b"", OAUTH_ERROR_DISCONNECTED),
        (i32::MAX, b"{}", OAUTH_ERROR_DISCONNECTED),
        (1, b"words", OAUTH_ERROR_RESPONSE),
        (100, b"", OAUTH_ERROR_RESPONSE),
        (200, b"", OAUTH_ERROR_RESPONSE),
        (200, b"\0", OAUTH_ERROR_RESPONSE),
        (200, b"{\"access_token\":\"SECRET", OAUTH_ERROR_RESPONSE),
        (200, b"<html>SECRET</html>", OAUTH_ERROR_RESPONSE),
        (200, b"{\"access_token\":\"SECRET\\r\\nX-Evil: 1\"}", OAUTH_ERROR_RESPONSE),
        (302, b"", OAUTH_ERROR_RESPONSE),
        (500, b"words", OAUTH_ERROR_UNAVAILABLE),
        (65535, b"", OAUTH_ERROR_UNAVAILABLE),
    ];
    let mut table = Table::default();
    for (status, body, code) in answers {
        table.row(&format!("{status}, {:?}", String::from_utf8_lossy(body)), || {
            let client = client();
            client.authorize_url();
            assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED);
            assert_eq!(client.respond(*status, "", body), *code, "{}", error_text());
            assert!(!error_text().is_empty() && !error_text().contains(SECRET), "{}", error_text());
            // A whole answer of success may have had tokens: the code would be used twice.
            if *status == 200 {
                fails(client.exchange("SECRET-code"), OAUTH_ERROR_SEQUENCE, "this sign-in has had its code");
                client.authorize_url();
            }
            assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "the code: {}", error_text());
            assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
            assert_eq!(client.respond(*status, "", body), *code, "{}", error_text());
            gives(&client, "1");
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-1");
        });
    }
    table.end();
}

#[test]
fn a_code_survives_a_configuration_that_is_wrong_when_it_comes() {
    type Row = (&'static str, i32, &'static str, &'static str, i32);
    // A setting, what is wrong about it, what is right, and what the first try says.
    let rows: &[Row] = &[
        ("no token_endpoint", OAUTH_TOKEN_ENDPOINT, "", "https://as.example/token", OAUTH_ERROR_MISSING),
        (
            "a path without base_url",
            OAUTH_TOKEN_ENDPOINT,
            "/token",
            "https://as.example/token",
            OAUTH_ERROR_MISSING,
        ),
        ("no such store", OAUTH_STORE, "file:/dev/null/store", "memory:", OAUTH_ERROR_STORE),
    ];
    let mut table = Table::default();
    for carrier in ["builtin", "caller"] {
        for (name, property, wrong, right, code) in rows {
            table.row(&format!("{carrier}: {name}"), || {
                let client = client_with(&[(OAUTH_HTTP, carrier)]);
                client.authorize_url();
                client.must_set(*property, wrong);
                assert_eq!(client.exchange("SECRET-code"), *code, "{}", error_text());
                assert!(!error_text().contains(SECRET), "{}", error_text());
                client.must_set(*property, right);
                client.must_set(OAUTH_HTTP, "caller");
                assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "mended: {}", error_text());
                assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
                gives(&client, "1");
            });
        }
    }
    table.row("nobody listens", || {
        let client =
            client_with(&[(OAUTH_HTTP, "builtin"), (OAUTH_TOKEN_ENDPOINT, "http://127.0.0.1:1/token")]);
        client.authorize_url();
        for code in ["SECRET-code", "SECRET-code", "SECRET-other-code"] {
            assert_eq!(client.exchange(code), OAUTH_ERROR_CONNECT, "{}", error_text());
        }
        client.must_set(OAUTH_HTTP, "caller");
        assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "nothing was sent: {}", error_text());
    });
    table.row("a damaged record", || {
        let folder = Folder::new();
        let first = folder.client();
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        fs::write(folder.record(), "").unwrap();
        let second = folder.client();
        second.authorize_url();
        assert_eq!(second.exchange("SECRET-code"), OAUTH_ERROR_STORE_FORMAT, "{}", error_text());
        fs::remove_file(folder.record()).unwrap();
        assert_eq!(second.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "mended: {}", error_text());
    });
    table.end();
}

#[test]
fn settings_that_change_while_a_request_waits_mix_no_accounts() {
    let folder = Folder::new();
    let mut table = Table::default();
    for store in ["memory:", &folder.setting()] {
        for (name, property, one, other) in [
            ("account", OAUTH_ACCOUNT, "anne", "bert"),
            ("client_id", OAUTH_CLIENT_ID, "anne", "bert"),
            ("token_endpoint", OAUTH_TOKEN_ENDPOINT, "https://as.example/anne", "https://as.example/bert"),
        ] {
            table.row(&format!("{name}, {store}"), || {
                let client = client_with(&[(OAUTH_STORE, store), (property, one)]);
                client.authorize_url();
                assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED);
                client.must_set(property, other);
                let answer = answer_token(&client, "of-one");
                let (n, header) = client.header();
                assert_eq!(
                    (n, header.as_str()),
                    (OAUTH_ERROR_SIGN_IN, ""),
                    "the token is not theirs ({answer})"
                );
                let fresh = client_with(&[(OAUTH_STORE, store), (property, other)]);
                assert_eq!(fresh.header(), (OAUTH_ERROR_SIGN_IN, String::new()), "nor in the store");
                if store != "memory:" {
                    client.must_set(property, one);
                    gives(&client, "of-one");
                }
            });
        }
    }
    table.end();
}

#[test]
fn another_threads_request_is_not_taken_away() {
    let client = holder("0");
    client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");
    client.authorize_url();
    assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED);
    thread::scope(|s| {
        s.spawn(|| {
            fails(client.exchange("SECRET-code"), OAUTH_ERROR_BUSY, "call again");
            fails(client.refresh(), OAUTH_ERROR_BUSY, "call again");
            fails(ffi::oauth_revoke(client.0), OAUTH_ERROR_BUSY, "call again");
            gives(&client, "0");
        });
    });
    assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
    gives(&client, "1");
    // Who calls again has given its own up.
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
    gives(&client, "2");
}

fn exchange(client: &Client, code: &str) -> i32 {
    client.authorize_url();
    client.exchange(code)
}

fn url(client: &Client) -> i32 {
    let mut buffer = [0_u8; 8192];
    unsafe { ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr().cast(), 8192) }
}
