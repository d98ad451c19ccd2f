//! What the server would only say again is remembered for all jobs, and is not asked for but by hand.

use crate::common::{error_action, error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;

const MINUTE: i64 = 60;

/// What lasts: status, body, number and action of who asks for a header.
const LASTING: &[(&str, u16, &str, i32, i32)] = &[
    ("invalid_grant", 400, "{\"error\":\"invalid_grant\"}", OAUTH_ERROR_SIGN_IN, OAUTH_ACTION_SIGN_IN),
    ("in other words", 200, "{\"error\":\"bad_refresh_token\"}", OAUTH_ERROR_SIGN_IN, OAUTH_ACTION_SIGN_IN),
    ("without words", 403, "", OAUTH_ERROR_SIGN_IN, OAUTH_ACTION_SIGN_IN),
    ("of the client", 401, "{\"error\":\"invalid_client\"}", OAUTH_ERROR_INVALID_CLIENT, OAUTH_ACTION_FIX),
    ("a person is wanted", 400, "{\"error\":\"login_required\"}", OAUTH_ERROR_REFUSED, OAUTH_ACTION_SIGN_IN),
    (
        "not understood",
        200,
        "<html><title>Please log in first</title>",
        OAUTH_ERROR_RESPONSE,
        OAUTH_ACTION_FIX,
    ),
    ("nothing is there", 404, "", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
];

/// The first answer is a token, all after it are this one until `tokens` is asked for.
fn server_that_says(status: u16, body: &'static str) -> Script {
    Script::start(move |number, content| match number {
        0 => ok(&token_for("0", HOUR)),
        number if content.contains("authorization_code") => ok(&token_for(&number.to_string(), HOUR)),
        _ => answer(status, JSON, body),
    })
}

#[test]
fn twenty_calls_of_two_jobs_make_one_request() {
    if !own_process("last_word::twenty_calls_of_two_jobs_make_one_request") {
        return;
    }
    let mut table = Table::default();
    for (name, status, body, number, action) in LASTING.iter().copied() {
        table.row(name, || {
            let folder = Folder::new();
            let server = server_that_says(status, body);
            let jobs = [server.holder(Some(&folder), &[]), server.client(Some(&folder), &[])];
            advance(HOUR);
            let mut said = Vec::new();
            for call in 0..20 {
                assert_eq!(jobs[call % 2].header().0, number, "{}", error_text());
                assert_eq!(error_action(), action);
                said.push((
                    jobs[call % 2].get(OAUTH_ERROR),
                    jobs[call % 2].get(OAUTH_HTTP_STATUS),
                    error_text(),
                ));
            }
            assert_eq!(server.count(), 2, "one refresh");
            // It is said as it was said at first, and what can be done.
            for (error, http_status, text) in &said {
                assert_eq!((error, http_status), (&said[0].0, &status.to_string()));
                assert!(text.starts_with(&said[0].2), "{text}");
            }
            assert!(said[1].2.contains("oauth_refresh asks again"), "{}", said[1].2);
            // A job of its own, later.
            advance(4 * MINUTE);
            let next = server.client(Some(&folder), &[]);
            assert_eq!(next.header().0, number, "{}", error_text());
            assert_eq!(server.count(), 2);
            assert!(next.status().contains("the server's last word"), "{}", next.status());
            // By hand it is asked.
            assert_eq!(next.refresh(), number, "{}", error_text());
            assert_eq!(server.count(), 3);
            assert_eq!(next.header().0, number, "{}", error_text());
            assert_eq!(server.count(), 3);
            // A sign-in is another record.
            let _ = server.holder(Some(&folder), &[]);
            for job in &jobs {
                gives(job, "3");
            }
            assert_eq!(server.count(), 4);
        });
        table.row(&format!("{name}, in memory"), || {
            let server = server_that_says(status, body);
            let client = server.holder(None, &[]);
            advance(HOUR);
            for _ in 0..20 {
                assert_eq!(client.header().0, number, "{}", error_text());
            }
            assert_eq!(server.count(), 2);
        });
    }
    table.end();
}

#[test]
fn the_pause_grows_to_an_hour() {
    if !own_process("last_word::the_pause_grows_to_an_hour") {
        return;
    }
    let folder = Folder::new();
    let server = server_that_says(400, "{\"error\":\"invalid_grant\"}");
    let client = server.holder(Some(&folder), &[]);
    advance(HOUR);
    assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
    for (number, pause) in [5, 10, 20, 40, 60, 60, 60].into_iter().enumerate() {
        advance(pause * MINUTE - 5);
        assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
        assert_eq!(server.count(), number + 2, "after {pause} minutes, less some seconds");
        advance(10);
        assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
        assert_eq!(server.count(), number + 3, "after {pause} minutes");
    }
    // A clock that was set back does not make it longer.
    advance(-30 * MINUTE);
    assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
    assert_eq!(server.count(), 10);
}

/// As it must be where the clock was the reason.
#[test]
fn who_sets_the_clock_right_is_not_told_the_old_answer() {
    if !own_process("last_word::who_sets_the_clock_right_is_not_told_the_old_answer") {
        return;
    }
    for jump in [-2 * MINUTE, -50 * MINUTE] {
        let folder = Folder::new();
        let server = server_that_says(400, "{\"error\":\"invalid_grant\"}");
        let client = server.holder(Some(&folder), &[]);
        advance(2 * HOUR);
        for _ in 0..2 {
            assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
            assert_eq!(server.count(), 2);
        }
        advance(jump);
        assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN, "{}", error_text());
        assert_eq!(server.count(), 3, "{jump}");
    }
}

/// What mends it: another request, or another way to read its answer.
#[test]
fn who_sends_another_request_is_not_kept_from_it() {
    if !own_process("last_word::who_sends_another_request_is_not_kept_from_it") {
        return;
    }
    let mut table = Table::default();
    let wrapped = "{\"data\":[1],\"wrapped\":{\"x\":{\"access_token\":\"SECRET-access-2\"}}}";
    let settings: &[(&str, i32, &str)] = &[
        ("another secret", OAUTH_CLIENT_SECRET, "SECRET-other"),
        ("another way to send it", OAUTH_CLIENT_AUTH, "client_secret_post"),
        ("another address", OAUTH_REFRESH_ENDPOINT, "/refresh"),
        ("another parameter", OAUTH_REFRESH_PARAMS, "a=b"),
        ("another name of one", OAUTH_REFRESH_NAMES, "grant_type=type"),
        ("another header", OAUTH_TOKEN_HEADERS, "X-Tenant: 2"),
        ("another method", OAUTH_REQUEST_BODY, "get"),
        ("another place in the answer", OAUTH_RESPONSE_PATH, "wrapped.x"),
    ];
    for (name, property, text) in settings.iter().copied() {
        table.row(name, || {
            let folder = Folder::new();
            let server = server_that_says(200, wrapped);
            let client = server.holder(Some(&folder), &[]);
            client.must_set(OAUTH_BASE_URL, &server.url());
            advance(HOUR);
            for _ in 0..3 {
                fails(client.header().0, OAUTH_ERROR_RESPONSE, "set response_path");
            }
            assert_eq!(server.count(), 2);
            client.must_set(property, text);
            let n = client.header().0;
            assert_eq!(n > 0, property == OAUTH_RESPONSE_PATH, "{n}: {}", error_text());
            assert_eq!(server.count(), 3);
        });
    }
    table.row("a dead token is dead in any request", || {
        let folder = Folder::new();
        let server = server_that_says(400, "{\"error\":\"invalid_grant\"}");
        let first = server.holder(Some(&folder), &[]);
        let second =
            server.client(Some(&folder), &[(OAUTH_REFRESH_PARAMS, "a=b"), (OAUTH_RESPONSE_PATH, "x")]);
        advance(HOUR);
        for _ in 0..10 {
            assert_eq!((first.header().0, second.header().0), (OAUTH_ERROR_SIGN_IN, OAUTH_ERROR_SIGN_IN));
        }
        assert_eq!(server.count(), 2);
    });
    table.row("another way", || {
        let folder = Folder::new();
        let server = server_that_says(401, "{\"error\":\"invalid_client\"}");
        let client = server.holder(Some(&folder), &[]);
        advance(HOUR);
        for setting in [OAUTH_CA_FILE, OAUTH_CLIENT_CERT_FILE] {
            assert_eq!(
                (client.header().0, client.header().0),
                (OAUTH_ERROR_INVALID_CLIENT, OAUTH_ERROR_INVALID_CLIENT)
            );
            client.must_set(setting, "/dev/null");
        }
        client.must_set(OAUTH_HTTP, "caller");
        client.asks();
        assert_eq!(server.count(), 3, "the certificate's file is no file, and nothing was sent");
    });
    table.row("what says nothing of the request", || {
        let folder = Folder::new();
        let server = server_that_says(200, wrapped);
        let client = server.holder(Some(&folder), &[]);
        advance(HOUR);
        assert_eq!(client.header().0, OAUTH_ERROR_RESPONSE);
        client.must_set(OAUTH_TIMEOUT, "7");
        client.must_set(OAUTH_LOCK_TIMEOUT, "7");
        client.must_set(OAUTH_MIN_VALID, "7");
        assert_eq!(client.header().0, OAUTH_ERROR_RESPONSE);
        assert_eq!(server.count(), 2);
    });
    table.end();
}

#[test]
fn what_is_remembered_has_no_secret_and_is_no_duty() {
    if !own_process("last_word::what_is_remembered_has_no_secret_and_is_no_duty") {
        return;
    }
    let mut table = Table::default();
    let body = "{\"error\":\"invalid_grant\",\"error_description\":\"SECRET-refresh-0 is dead\"}";
    table.row("no secret", || {
        let folder = Folder::new();
        let server = server_that_says(400, body);
        let client = server.holder(Some(&folder), &[]);
        assert_eq!(client.refresh(), OAUTH_ERROR_SIGN_IN);
        let notes = fs::read_to_string(lock_file(&folder)).unwrap();
        assert!(notes.contains("request_hash") && !notes.contains("SECRET"), "{notes}");
    });
    table.row("a file of notes that is gone", || {
        let folder = Folder::new();
        let server = server_that_says(400, body);
        let client = server.holder(Some(&folder), &[]);
        advance(HOUR);
        assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
        fs::write(lock_file(&folder), "").unwrap();
        assert_eq!(client.header().0, OAUTH_ERROR_SIGN_IN);
        assert_eq!(server.count(), 3, "it is asked once more");
    });
    table.row("the caller's own HTTP", || {
        let folder = Folder::new();
        let (first, second) = (holder_in(&folder, "1"), folder.client());
        advance(HOUR);
        first.asks();
        fails(
            first.respond(400, JSON, refusal("invalid_grant").as_bytes()),
            OAUTH_ERROR_SIGN_IN,
            "sign in again",
        );
        for client in [&first, &second] {
            fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in again");
            assert_eq!(client.get(OAUTH_ERROR_DESCRIPTION), "the words for invalid_grant");
            assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing waits to be sent");
        }
    });
    table.row("who waited for it hears it, too", || {
        let folder = Folder::new();
        let server = Script::start(|number, _| {
            if number == 0 {
                return ok(&token_for("0", HOUR));
            }
            std::thread::sleep(std::time::Duration::from_millis(300));
            answer(400, JSON, "{\"error\":\"invalid_grant\"}")
        });
        let _ = server.holder(Some(&folder), &[]);
        let jobs: Vec<Client> = (0..8).map(|_| server.client(Some(&folder), &[])).collect();
        advance(HOUR);
        std::thread::scope(|scope| {
            for job in &jobs {
                scope.spawn(|| assert_eq!(job.header().0, OAUTH_ERROR_SIGN_IN, "{}", error_text()));
            }
        });
        assert_eq!(server.count(), 2);
    });
    table.end();
}
