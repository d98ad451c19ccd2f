//! How long a token is given out without a request: OAUTH_MIN_VALID, and a life that the server does not say.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;

/// From memory, from the store, and by a client that finds it in the store.
fn everywhere(table: &mut Table, name: &str, test: impl Fn(&dyn Fn(&[(i32, &str)], &str) -> Client)) {
    table.row(&format!("{name}, memory"), || {
        test(&|settings, body| {
            let client = client_with(settings);
            sign_in_with(&client, "", body);
            client
        });
    });
    let folder = Folder::new();
    for by_another in [false, true] {
        table.row(&format!("{name}, store, by another: {by_another}"), || {
            test(&|settings, body| {
                let client = client_in(&folder, settings);
                sign_in_with(&client, "", body);
                if by_another {
                    client_in(&folder, settings)
                } else {
                    client
                }
            });
        });
    }
}

/// The life in seconds, OAUTH_MIN_VALID, when it is given out, and when it is renewed.
const MARGINS: &[(i64, &str, i64, i64)] = &[
    (3600, "", 3600 - 35, 3600 - 25),
    (100, "", 65, 75),
    // No more than half of its life.
    (20, "", 6, 14),
    (4, "", 0, 3),
    (3600, "600", 3600 - 605, 3600 - 595),
    (3600, "30", 3600 - 35, 3600 - 25),
    // Set, it is not halved.
    (100, "90", 5, 15),
    (3600, "0", 3600 - 5, 3600 + 1),
    (20, "0", 15, 21),
];

#[test]
fn a_token_is_given_out_as_long_as_it_is_valid_for_min_valid_more() {
    if !own_process("freshness::a_token_is_given_out_as_long_as_it_is_valid_for_min_valid_more") {
        return;
    }
    let mut table = Table::default();
    for (life, margin, good, stale) in MARGINS.iter().copied() {
        everywhere(&mut table, &format!("{life} s, min_valid {margin:?}"), |make| {
            let client = make(&[(OAUTH_MIN_VALID, margin)], &token_for("1", life));
            advance(good);
            gives(&client, "1");
            advance(stale - good);
            client.asks();
            assert_eq!(
                answer_token(&client, "2"),
                i32::try_from("Authorization: Bearer SECRET-access-2".len()).unwrap()
            );
            gives(&client, "2");
        });
    }
    table.row("a margin longer than any life: the newest is given out", || {
        let client = client_with(&[(OAUTH_MIN_VALID, "7200")]);
        sign_in_with(&client, "", &token_for("1", HOUR));
        client.asks();
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        gives(&client, "2");
    });
    table.row("changed, it counts at once", || {
        let client = holder("1");
        advance(HOUR / 2);
        gives(&client, "1");
        client.must_set(OAUTH_MIN_VALID, "3000");
        client.asks();
        client.must_set(OAUTH_MIN_VALID, "");
        gives(&client, "1");
    });
    table.end();
}

#[test]
fn a_life_that_the_server_does_not_say_is_unknown_or_assumed() {
    if !own_process("freshness::a_life_that_the_server_does_not_say_is_unknown_or_assumed") {
        return;
    }
    let mut table = Table::default();
    for said in ["", ",\"expires_in\":null", ",\"expires_in\":0", ",\"expires_in\":\"soon\""] {
        let body = token_with("1", said);
        everywhere(&mut table, &format!("used until refused, {said:?}"), |make| {
            let client = make(&[], &body);
            assert_eq!(client.get(OAUTH_EXPIRES_AT), "", "unknown");
            gives(&client, "1");
            advance(400 * DAY);
            gives(&client, "1");
            assert_eq!(client.rejected(), 0);
            client.asks();
        });
        everywhere(&mut table, &format!("assumed, {said:?}"), |make| {
            let client = make(&[(OAUTH_ASSUME_EXPIRES_IN, "600")], &body);
            advance(560);
            gives(&client, "1");
            advance(50); // dead now, not only too near its end
            client.asks();
            // No answer came, and what has expired is not given out.
            fails(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED, "no answer");
            assert!(client.header().0 < 0);
            client.must_set(OAUTH_ASSUME_EXPIRES_IN, "100000");
            gives(&client, "1");
            client.must_set(OAUTH_ASSUME_EXPIRES_IN, "300");
            assert!(client.header().0 < 0);
            client.must_set(OAUTH_ASSUME_EXPIRES_IN, "");
            gives(&client, "1");
            advance(400 * DAY);
            gives(&client, "1");
            client.must_set(OAUTH_ASSUME_EXPIRES_IN, "600");
            client.asks();
            assert!(client.respond(200, JSON, token_with("2", "").as_bytes()) > 0, "{}", error_text());
            gives(&client, "2");
        });
    }
    everywhere(&mut table, "what the server says counts", |make| {
        let client = make(&[(OAUTH_ASSUME_EXPIRES_IN, "600")], &token_for("1", HOUR));
        advance(700);
        gives(&client, "1");
        client.must_set(OAUTH_ASSUME_EXPIRES_IN, "100000");
        advance(HOUR);
        client.asks();
    });
    table.row("a token that was refreshed before it is counted anew", || {
        let client = client_with(&[(OAUTH_ASSUME_EXPIRES_IN, "600")]);
        sign_in_with(&client, "", &token_with("1", ""));
        advance(500);
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(200, JSON, token_with("2", "").as_bytes()), 0);
        advance(500);
        gives(&client, "2");
    });
    table.row("what it may be", || {
        let client = client();
        for wrong in ["-1", "x", "1.5", "99999999999"] {
            fails(client.set(OAUTH_ASSUME_EXPIRES_IN, wrong), OAUTH_ERROR_VALUE, "assume_expires_in");
            assert_eq!(client.get(OAUTH_ASSUME_EXPIRES_IN), "");
        }
    });
    table.end();
}

#[test]
fn a_token_is_not_refreshed_before_its_window() {
    if !own_process("freshness::a_token_is_not_refreshed_before_its_window") {
        return;
    }
    let mut table = Table::default();
    let window = &[(OAUTH_REFRESH_WINDOW, "30"), (OAUTH_MIN_VALID, "300")];
    everywhere(&mut table, "min_valid is no more than the window", |make| {
        let client = make(window, &token_for("1", HOUR));
        advance(HOUR - 35);
        gives(&client, "1");
        advance(10);
        client.asks();
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        gives(&client, "2");
    });
    everywhere(&mut table, "oauth_refresh", |make| {
        let client = make(window, &token_for("1", HOUR));
        fails_and_asks_for(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "too new", OAUTH_ACTION_RETRY);
        let wait: i64 = client.get(OAUTH_RETRY_AFTER).parse().unwrap();
        assert!((HOUR - 150..=HOUR - 30).contains(&wait), "{wait}");
        assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing is to be sent");
        gives(&client, "1");
        advance(wait);
        client.refresh_to("2");
    });
    everywhere(&mut table, "what an API has rejected", |make| {
        let client = make(window, &token_for("1", HOUR));
        gives(&client, "1");
        assert_eq!(client.rejected(), 0);
        client.asks();
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        gives(&client, "2");
        fails_and_asks_for(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "too new", OAUTH_ACTION_RETRY);
        assert_eq!(client.rejected(), 0);
        client.refresh_to("3");
    });
    everywhere(&mut table, "an unknown life has none", |make| {
        make(window, &token_with("1", "")).refresh_to("2");
    });
    everywhere(&mut table, "a life that is assumed has one", |make| {
        let client = make(&[window, &[(OAUTH_ASSUME_EXPIRES_IN, "600")][..]].concat(), &token_with("1", ""));
        fails_and_asks_for(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "too new", OAUTH_ACTION_RETRY);
        advance(580);
        client.refresh_to("2");
    });
    everywhere(&mut table, "after its end", |make| {
        let client = make(&[(OAUTH_REFRESH_WINDOW, "0")], &token_for("1", HOUR));
        advance(HOUR - 5);
        gives(&client, "1");
        advance(10);
        client.refresh_to("2");
    });
    everywhere(&mut table, "a clock that was set back says nothing", |make| {
        let client = make(window, &token_for("1", HOUR));
        advance(-DAY);
        client.refresh_to("2");
        advance(DAY);
    });
    table.row("built-in HTTP", || {
        let script = Script::of_tokens(HOUR);
        let client = script.holder(None, window);
        fails_and_asks_for(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "too new", OAUTH_ACTION_RETRY);
        gives(&client, "0");
        assert_eq!(script.count(), 1, "only the sign-in was sent");
        advance(HOUR - 20);
        gives(&client, "1");
        assert_eq!(script.count(), 2);
    });
    table.row("a machine's grant needs no refresh token, and no window", || {
        let client = client_with(&[window, &[(OAUTH_GRANT_TYPE, "client_credentials")][..]].concat());
        client.asks();
        let answer =
            |name: &str| format!("{{\"access_token\":\"SECRET-access-{name}\",\"expires_in\":3600}}");
        assert!(client.respond(200, "", answer("1").as_bytes()) > 0, "{}", error_text());
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(client.respond(200, "", answer("2").as_bytes()), 0, "{}", error_text());
        gives(&client, "2");
    });
    table.row("taken back", || {
        let client = client_with(window);
        sign_in_with(&client, "", &token_for("1", HOUR));
        fails_and_asks_for(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "too new", OAUTH_ACTION_RETRY);
        client.must_set(OAUTH_REFRESH_WINDOW, "");
        client.refresh_to("2");
    });
    table.end();
}
