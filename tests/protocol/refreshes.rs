//! What a refresh keeps and replaces (RFC 6749 section 6), and its three reactions to a failure.

use crate::common::{error_text, Client};
use crate::support::{client, sent, sign_in, Row, Table};
use oauth::constants::*;

const FIRST: &str =
    r#"{"access_token":"at-1","refresh_token":"rt-1","id_token":"id-1","scope":"a b","expires_in":3600}"#;

/// Refreshes, and looks at the refresh token that is sent.
fn refreshed(row: &mut Row, client: &Client, used: &str, answer: &str) {
    row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
    row.eq("sent", sent(client).parameter("refresh_token").as_deref(), Some(used));
    row.returned(client.respond(200, "", answer.as_bytes()), 0);
}

#[test]
fn refresh_tokens_are_kept_and_replaced() {
    // The answer; refresh token, ID token and scope after it.
    let cases = [
        ("none", r#"{"access_token":"at-2"}"#, ["rt-1", "id-1", "a b"]),
        ("the same", r#"{"access_token":"at-2","refresh_token":"rt-1"}"#, ["rt-1", "id-1", "a b"]),
        ("a new one", r#"{"access_token":"at-2","refresh_token":"rt-2"}"#, ["rt-2", "id-1", "a b"]),
        ("null", r#"{"access_token":"at-2","refresh_token":null}"#, ["rt-1", "id-1", "a b"]),
        ("empty", r#"{"access_token":"at-2","refresh_token":""}"#, ["rt-1", "id-1", "a b"]),
        ("as a form", "access_token=at-2&refresh_token=r%2Bt", ["r+t", "id-1", "a b"]),
        ("a new ID token", r#"{"access_token":"at-2","id_token":"id-2"}"#, ["rt-1", "id-2", "a b"]),
        ("less scope", r#"{"access_token":"at-2","scope":"a"}"#, ["rt-1", "id-1", "a"]),
        ("scope null", r#"{"access_token":"at-2","scope":null}"#, ["rt-1", "id-1", "a b"]),
        ("the same access token", r#"{"access_token":"at-1"}"#, ["rt-1", "id-1", "a b"]),
    ];
    let mut table = Table::new("refresh answers");
    for (name, answer, after) in cases {
        table.row(name, |row| {
            let client = client(&[(OAUTH_SCOPE, "asked")]);
            sign_in(&client, FIRST);
            refreshed(row, &client, "rt-1", answer);
            let held = [OAUTH_REFRESH_TOKEN, OAUTH_ID_TOKEN, OAUTH_GRANTED_SCOPE].map(|p| client.get(p));
            row.eq("held", held.each_ref().map(String::as_str), after);
            // What was not said of the new token is not known of it.
            row.eq("expires at", client.get(OAUTH_EXPIRES_AT), String::new());
            refreshed(row, &client, after[0], answer);
        });
    }
    table.row("a chain of new ones", |row| {
        let client = client(&[]);
        sign_in(&client, FIRST);
        for i in 1..20 {
            let answer = format!(r#"{{"access_token":"at","refresh_token":"rt-{}"}}"#, i + 1);
            refreshed(row, &client, &format!("rt-{i}"), &answer);
        }
    });
    table.row("a new sign-in replaces all of it", |row| {
        let client = client(&[(OAUTH_SCOPE, "asked")]);
        sign_in(&client, FIRST);
        sign_in(&client, r#"{"access_token":"at-2"}"#);
        row.eq("access token", client.get(OAUTH_ACCESS_TOKEN).as_str(), "at-2");
        row.eq("ID token", client.get(OAUTH_ID_TOKEN).as_str(), "");
        row.eq("scope", client.get(OAUTH_GRANTED_SCOPE).as_str(), "asked");
    });
    table.end();
}

#[test]
fn failures_have_three_reactions() {
    // Status, headers, body; the number of oauth_refresh and its action.
    let cases: &[(&str, i32, &str, &str, i32, i32)] = &[
        ("no answer", 0, "", "", OAUTH_ERROR_DISCONNECTED, OAUTH_ACTION_RETRY),
        ("503", 503, "", "", OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY),
        ("429", 429, "", "", OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY),
        ("web page", 200, "", "<html>", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
        ("cut", 200, "", "{\"access_token\":\"at-2", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
        (
            "server_error",
            500,
            "",
            "{\"error\":\"server_error\"}",
            OAUTH_ERROR_SERVER_ERROR,
            OAUTH_ACTION_RETRY,
        ),
        (
            "invalid_grant",
            400,
            "",
            "{\"error\":\"invalid_grant\"}",
            OAUTH_ERROR_SIGN_IN,
            OAUTH_ACTION_SIGN_IN,
        ),
        ("invalid_grant in 200", 200, "", "error=invalid_grant", OAUTH_ERROR_SIGN_IN, OAUTH_ACTION_SIGN_IN),
        (
            "invalid_client",
            401,
            "",
            "{\"error\":\"invalid_client\"}",
            OAUTH_ERROR_INVALID_CLIENT,
            OAUTH_ACTION_FIX,
        ),
        ("401 empty", 401, "", "", OAUTH_ERROR_INVALID_CLIENT, OAUTH_ACTION_FIX),
        ("404", 404, "", "<html>", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX),
    ];
    let mut table = Table::new("refresh failures");
    for (name, status, headers, body, number, action) in cases {
        table.row(name, |row| {
            let client = client(&[]);
            sign_in(&client, FIRST);
            // The API has refused the access token: nothing is left to be given out.
            row.returned(client.rejected(), 0);
            for again in [false, true] {
                // What the server would only say again is not asked for but by hand.
                if again && *action != OAUTH_ACTION_RETRY {
                    row.returned(client.header().0, *number);
                    row.action(*action);
                    row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
                } else {
                    row.returned(client.header().0, OAUTH_HTTP_NEEDED);
                }
                row.eq("sent", sent(&client).parameter("refresh_token").as_deref(), Some("rt-1"));
                row.returned(client.respond(*status, headers, body.as_bytes()), *number);
                row.action(*action);
            }
            row.eq("refresh token", client.get(OAUTH_REFRESH_TOKEN).as_str(), "rt-1");
            row.eq("access token", client.get(OAUTH_ACCESS_TOKEN).as_str(), "at-1");
            // And then the server recovers.
            refreshed(row, &client, "rt-1", r#"{"access_token":"at-2"}"#);
            row.eq("header", client.header().1.as_str(), "Authorization: Bearer at-2");
        });
    }
    table.row("no token at all", |row| {
        let client = client(&[]);
        for n in [client.refresh(), client.header().0, client.access_token().0] {
            row.returned(n, OAUTH_ERROR_SIGN_IN);
        }
        row.returned(client.refresh(), OAUTH_ERROR_SIGN_IN);
        row.action(OAUTH_ACTION_SIGN_IN);
    });
    table.row("no refresh token", |row| {
        let client = client(&[]);
        sign_in(&client, r#"{"access_token":"at"}"#);
        row.eq("header", client.header().1.as_str(), "Authorization: Bearer at");
        row.returned(client.refresh(), OAUTH_ERROR_SIGN_IN);
        row.eq("header afterwards", client.header().1.as_str(), "Authorization: Bearer at");
        row.returned(client.rejected(), 0);
        row.returned(client.header().0, OAUTH_ERROR_SIGN_IN);
        row.action(OAUTH_ACTION_SIGN_IN);
    });
    table.row("a success ends the failure's sentence", |row| {
        let client = client(&[]);
        sign_in(&client, FIRST);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(400, "", br#"{"error":"invalid_scope"}"#), OAUTH_ERROR_INVALID_SCOPE);
        let sentence = error_text();
        for property in OAUTH_ERROR..=OAUTH_RETRY_AFTER {
            client.get(property);
        }
        row.eq("the sentence after asking about the failure", error_text(), sentence);
        row.action(OAUTH_ACTION_FIX);
        row.eq("OAUTH_ERROR", client.get(OAUTH_ERROR).as_str(), "invalid_scope");
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", br#"{"access_token":"at-2"}"#), 0);
        row.action(OAUTH_ACTION_NONE);
    });
    table.end();
}
