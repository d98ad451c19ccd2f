//! Clocks that are wrong: ours that jumps, and a server's that differs from ours.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;

#[test]
fn a_clock_that_jumps_loses_no_token() {
    if !own_process("clock::a_clock_that_jumps_loses_no_token") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    // In memory, in the store, found in the store.
    let makers: &[(&str, &dyn Fn() -> Client)] = &[
        ("memory", &|| holder("1")),
        ("store", &|| holder_in(&folder, "1")),
        ("found in the store", &|| {
            holder_in(&folder, "1");
            folder.client()
        }),
    ];
    for (name, make) in makers {
        for jump in [-DAY, -365 * DAY, -HOUR] {
            table.row(&format!("{name}: {jump}"), || {
                let client = make();
                advance(jump);
                // How old it is cannot be known: it is renewed, and given out where that fails for a passing reason.
                client.asks();
                assert!(client.respond(503, "", b"") > 0, "{}", error_text());
                gives(&client, "1");
                advance(10);
                client.asks();
                assert!(answer_token(&client, "2") > 0, "{}", error_text());
                gives(&client, "2");
                advance(HOUR - 60);
                gives(&client, "2");
                // Right again, the clock says that it has expired.
                advance(-jump);
                client.asks();
                assert!(answer_token(&client, "3") > 0, "{}", error_text());
                gives(&client, "3");
            });
        }
        table.row(&format!("{name}: a little back"), || {
            let client = make();
            advance(-200);
            gives(&client, "1");
            advance(200);
        });
        table.row(&format!("{name}: a day forward, and back"), || {
            let client = make();
            advance(DAY);
            client.asks();
            assert!(client.respond(503, "", b"") < 0, "a day later it has expired");
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-1");
            advance(-DAY);
            gives(&client, "1");
            // What that failure has noted does not hold for a day.
            client.must_set(OAUTH_MIN_VALID, "3599");
            advance(10);
            client.asks();
        });
        table.row(&format!("{name}: a day forward for good"), || {
            let client = make();
            advance(DAY);
            client.asks();
            assert!(answer_token(&client, "2") > 0, "{}", error_text());
            gives(&client, "2");
            advance(HOUR - 60);
            gives(&client, "2");
        });
    }
    table.end();
}

/// How far the server is ahead, and whether a `Date` says so.
const SERVERS: &[i64] = &[2 * HOUR, -2 * HOUR, 30 * DAY, -30 * DAY];

#[test]
fn a_point_in_time_is_corrected_by_the_date_of_the_answer() {
    if !own_process("clock::a_point_in_time_is_corrected_by_the_date_of_the_answer") {
        return;
    }
    let mut table = Table::default();
    for ahead in SERVERS.iter().copied() {
        for member in ["expires_at", "expires_on", "expires_in"] {
            for is_text in [false, true] {
                let body = move || {
                    let at = now() + ahead + HOUR;
                    let at = match (is_text, member) {
                        (true, "expires_at") => format!("\"{}\"", rfc3339(at)),
                        (true, _) => format!("\"{at}\""),
                        _ => at.to_string(),
                    };
                    token_with("1", &format!(",\"{member}\":{at}"))
                };
                let check = |client: &Client| {
                    gives(client, "1");
                    advance(HOUR - 60);
                    gives(client, "1");
                    advance(45);
                    client.must_set(OAUTH_HTTP, "caller");
                    client.asks();
                };
                table.row(&format!("{ahead}, {member}, text: {is_text}, caller"), || {
                    let client = client();
                    sign_in_with(&client, &format!("Date: {}\r\n", http_date(now() + ahead)), &body());
                    check(&client);
                });
                table.row(&format!("{ahead}, {member}, text: {is_text}, builtin"), || {
                    let server = Script::start(move |_, _| {
                        answer(200, &format!("{JSON}Date: {}\r\n", http_date(now() + ahead)), &body())
                    });
                    check(&server.holder(None, &[]));
                });
            }
        }
        table.row(&format!("{ahead}: a life in seconds counts from the answer"), || {
            let client = client();
            let before = now();
            sign_in_with(&client, &format!("Date: {}\r\n", http_date(now() + ahead)), &token_for("1", HOUR));
            let at = client.get(OAUTH_EXPIRES_AT);
            assert!((before..=now()).any(|now| rfc3339(now + HOUR) == at), "{at}");
        });
        table.row(&format!("{ahead}: Retry-After as a date"), || {
            let client = holder("1");
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
            let headers = format!(
                "Date: {}\r\nRetry-After: {}\r\n",
                http_date(now() + ahead),
                http_date(now() + ahead + 900)
            );
            fails(client.respond(503, &headers, b""), OAUTH_ERROR_UNAVAILABLE, "cannot serve now");
            let seconds: i64 = client.get(OAUTH_RETRY_AFTER).parse().unwrap();
            assert!((800..=900).contains(&seconds), "{seconds}");
        });
        table.row(&format!("{ahead}: Retry-After as a date, builtin"), || {
            let server = Script::start(move |number, _| match number {
                0 => ok(&token_for("0", HOUR)),
                _ => answer(
                    503,
                    &format!(
                        "Date: {}\r\nRetry-After: {}\r\n",
                        http_date(now() + ahead),
                        http_date(now() + ahead + 900)
                    ),
                    "",
                ),
            });
            let client = server.holder(None, &[]);
            fails(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "cannot serve now");
            let seconds: i64 = client.get(OAUTH_RETRY_AFTER).parse().unwrap();
            assert!((800..=900).contains(&seconds), "{seconds}");
            assert_eq!(server.count(), 2);
        });
    }
    table.end();
}

#[test]
fn a_date_that_is_off_by_seconds_changes_nothing() {
    let mut table = Table::default();
    // What stands in the header; the way of an answer, or no date at all.
    let dates = [
        http_date(now() + 5),
        http_date(now() - 5),
        http_date(now() + 30),
        http_date(now() - 30),
        String::new(),
        "yesterday".to_owned(),
        "Thu, 01 Jan 1970 00:00:00".to_owned(),
    ];
    for date in dates {
        table.row(&format!("{date:?}"), || {
            let client = client();
            let at = now() + HOUR;
            let body = token_with("1", &format!(",\"expires_at\":{at}"));
            sign_in_with(&client, &format!("Date: {date}\r\n"), &body);
            assert_eq!(client.get(OAUTH_EXPIRES_AT), rfc3339(at));
        });
    }
    table.row("without a date, a time that is past says nothing", || {
        let client = client();
        sign_in_with(&client, "", &token_with("1", &format!(",\"expires_at\":{}", now() - HOUR)));
        gives(&client, "1");
    });
    table.end();
}
