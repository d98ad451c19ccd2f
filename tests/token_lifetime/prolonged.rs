//! OAUTH_REFRESH_PROLONGS: a refresh that is answered without a token.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;

const PROLONGS: &[(i32, &str)] = &[(OAUTH_REFRESH_PROLONGS, "yes")];
/// Coros'.
const OK: &str = r#"{"result":"0000","message":"OK"}"#;

/// Refreshes by hand, with that answer.
fn refreshed(client: &Client, body: &str) -> i32 {
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    client.respond(200, JSON, body.as_bytes())
}

#[test]
fn an_answer_without_a_token_prolongs_the_old_one() {
    if !own_process("prolonged::an_answer_without_a_token_prolongs_the_old_one") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    table.row("as long as before, for all jobs", || {
        let client = client_in(&folder, PROLONGS);
        sign_in_with(&client, "", &token_for("1", HOUR));
        assert_eq!(client.generation(), "1");
        for generation in 2..5 {
            advance(HOUR - 20);
            client.asks();
            assert!(client.respond(200, JSON, OK.as_bytes()) > 0, "{}", error_text());
            gives(&client, "1");
            assert_eq!(client.generation(), generation.to_string());
            let another = folder.client();
            advance(HOUR - 40);
            gives(&client, "1");
            gives(&another, "1");
            assert_eq!(another.generation(), generation.to_string());
        }
        advance(100);
        client.asks();
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        gives(&client, "2");
    });
    table.row("as long as the answer says", || {
        let client = client_with(PROLONGS);
        sign_in_with(&client, "", &token_for("1", HOUR));
        assert_eq!(refreshed(&client, r#"{"data":{"x":1},"expires_in":7200}"#), 0, "{}", error_text());
        advance(7100);
        gives(&client, "1");
        advance(100);
        client.asks();
    });
    table.row("an unknown life stays unknown, or assumed", || {
        let client = client_with(PROLONGS);
        sign_in_with(&client, "", &token_with("1", ""));
        assert_eq!(refreshed(&client, OK), 0, "{}", error_text());
        assert_eq!(client.get(OAUTH_EXPIRES_AT), "");
        client.must_set(OAUTH_ASSUME_EXPIRES_IN, "600");
        advance(560);
        assert_eq!(refreshed(&client, OK), 0, "{}", error_text());
        advance(560);
        gives(&client, "1");
    });
    table.row("a new refresh token is taken", || {
        let client = client_with(PROLONGS);
        sign_in_with(&client, "", &token_for("1", HOUR));
        assert_eq!(refreshed(&client, r#"{"refresh_token":"SECRET-refresh-2"}"#), 0, "{}", error_text());
        gives(&client, "1");
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        assert_eq!(parameter_of(&content(&client), "refresh_token"), "SECRET-refresh-2");
    });
    table.row("what else there was stays", || {
        let client = client_with(PROLONGS);
        sign_in_with(
            &client,
            "",
            &token_with("1", r#","scope":"a b","id_token":"SECRET-id","expires_in":60"#),
        );
        assert_eq!(refreshed(&client, OK), 0, "{}", error_text());
        assert_eq!(
            (client.get(OAUTH_GRANTED_SCOPE), client.get(OAUTH_TOKEN_TYPE)),
            ("a b".into(), "bearer".into())
        );
        assert_eq!(client.get(OAUTH_ID_TOKEN), "SECRET-id");
    });
    table.row("an API that has rejected it is asked once more", || {
        let client = client_with(PROLONGS);
        sign_in_with(&client, "", &token_for("1", HOUR));
        gives(&client, "1");
        assert_eq!(client.rejected(), 0);
        client.asks();
        assert!(client.respond(200, JSON, OK.as_bytes()) > 0, "{}", error_text());
        gives(&client, "1");
    });
    table.row("nothing at response_path", || {
        let client = client_with(PROLONGS);
        client.must_set(OAUTH_RESPONSE_PATH, "data");
        sign_in_with(&client, "", &format!("{{\"data\":{}}}", token_for("1", HOUR)));
        assert_eq!(refreshed(&client, OK), 0, "{}", error_text());
        gives(&client, "1");
    });
    table.row("built-in HTTP", || {
        let script = Script::start(|number, _| ok(if number == 0 { FIRST } else { OK }));
        let client = script.holder(None, PROLONGS);
        advance(HOUR);
        gives(&client, "1");
        advance(HOUR - 60);
        gives(&client, "1");
        assert_eq!(script.count(), 2);
    });
    table.end();
}

const FIRST: &str =
    r#"{"access_token":"SECRET-access-1","refresh_token":"SECRET-refresh-1","expires_in":3600}"#;

/// Settings, status, the answer to a refresh, the number of the error, what it says.
type Case<'a> = (&'a [(i32, &'a str)], i32, &'a str, i32, &'a str);

#[test]
fn what_prolongs_nothing() {
    let mut table = Table::default();
    let path = &[(OAUTH_REFRESH_PROLONGS, "yes"), (OAUTH_ERROR_PATH, "result")];
    let cases: &[Case] = &[
        (&[], 200, OK, OAUTH_ERROR_RESPONSE, "no access_token"),
        (PROLONGS, 200, "OK", OAUTH_ERROR_RESPONSE, "neither JSON nor a form"),
        (PROLONGS, 200, "", OAUTH_ERROR_RESPONSE, "it is empty"),
        (PROLONGS, 200, "<html>", OAUTH_ERROR_RESPONSE, "web page"),
        (PROLONGS, 302, OK, OAUTH_ERROR_RESPONSE, "redirects"),
        (PROLONGS, 503, OK, OAUTH_ERROR_UNAVAILABLE, "cannot serve"),
        // A token under whatever name must not be lost.
        (PROLONGS, 200, r#"{"newtoken":"SECRET-x"}"#, OAUTH_ERROR_RESPONSE, "it has no access_token"),
        (PROLONGS, 200, r#"{"access_token":""}"#, OAUTH_ERROR_RESPONSE, "access_token is empty"),
        (PROLONGS, 200, r#"{"refresh_token":7}"#, OAUTH_ERROR_RESPONSE, "refresh_token is no text"),
        (PROLONGS, 200, r#"{"result":"1001","message":"no"}"#, OAUTH_ERROR_SIGN_IN, "sign in"),
        (PROLONGS, 200, r#"{"ok":false}"#, OAUTH_ERROR_SIGN_IN, "sign in"),
        (PROLONGS, 200, r#"{"code":401}"#, OAUTH_ERROR_RESPONSE, "no access_token"),
        (PROLONGS, 200, r#"{"status":"failed"}"#, OAUTH_ERROR_RESPONSE, "no access_token"),
        (PROLONGS, 200, r#"{"fault":{"x":1}}"#, OAUTH_ERROR_RESPONSE, "no access_token"),
        (PROLONGS, 200, "[]", OAUTH_ERROR_RESPONSE, "JSON list"),
        (PROLONGS, 200, r#"{"access_token":null}"#, OAUTH_ERROR_RESPONSE, "access_token"),
        (path, 200, r#"{"result":"1001"}"#, OAUTH_ERROR_SIGN_IN, "sign in"),
        (path, 200, r#"{"message":"OK"}"#, OAUTH_ERROR_RESPONSE, "no access_token"),
    ];
    for (settings, status, body, number, says) in cases {
        table.row(&format!("{settings:?} {status} {body}"), || {
            let client = client_with(settings);
            sign_in_with(&client, "", FIRST);
            let before = client.get(OAUTH_EXPIRES_AT);
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
            let answer = client.respond(*status, "", body.as_bytes());
            fails_and_asks_for(answer, *number, says, crate::common::error_action());
            assert_eq!((client.generation().as_str(), client.get(OAUTH_EXPIRES_AT)), ("1", before));
            gives(&client, "1");
        });
    }
    table.row("error_path says that all is well, whatever else looks like an error", || {
        let client = client_with(PROLONGS);
        client.must_set(OAUTH_ERROR_PATH, "result");
        sign_in_with(&client, "", FIRST);
        let odd = r#"{"result":"0000","code":1,"message":"x"}"#;
        assert_eq!(refreshed(&client, odd), 0, "{}", error_text());
        client.must_set(OAUTH_ERROR_PATH, "");
        assert_eq!(refreshed(&client, odd), OAUTH_ERROR_SIGN_IN, "{}", error_text());
    });
    table.row("what is nested too deep to be read could be a token", || {
        let client = client_with(PROLONGS);
        sign_in_with(&client, "", FIRST);
        let deep = format!(r#"{}{{"access_token":"SECRET"}}{}"#, r#"{"a":"#.repeat(40), "}".repeat(40));
        assert_eq!(refreshed(&client, &deep), OAUTH_ERROR_RESPONSE, "{}", error_text());
        assert_eq!(client.generation(), "1");
    });
    table.row("the exchange of a code", || {
        let client = client_with(PROLONGS);
        for _ in 0..2 {
            let state = parameter_of(&client.authorize_url(), "state");
            assert_eq!(client.exchange(&format!("?code=SECRET-code&state={state}")), OAUTH_HTTP_NEEDED);
            fails(client.respond(200, JSON, OK.as_bytes()), OAUTH_ERROR_RESPONSE, "no access_token");
            // Also where there is a token already.
            sign_in_with(&client, "", FIRST);
        }
        assert_eq!(client.generation(), "2");
    });
    table.end();
}
