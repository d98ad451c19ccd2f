//! `oauth_field`: members of what the server has sent, by their names.

use crate::common::{error_text, out, Client, Got};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;

const TOKEN: i32 = OAUTH_FIELD_TOKEN;
const REDIRECT: i32 = OAUTH_FIELD_REDIRECT;

fn field(client: &Client, source: i32, name: &str) -> Got {
    let length = i32::try_from(name.len()).unwrap();
    out(|b, c| unsafe { ffi::oauth_field(client.0, source, name.as_ptr().cast(), length, b, c) })
}

#[track_caller]
fn has(client: &Client, name: &str, text: &str) {
    assert_eq!(field(client, TOKEN, name).1, text, "{name}: {}", error_text());
}

/// There is no such member; what the sentence says.
#[track_caller]
fn lacks(client: &Client, source: i32, name: &str, says: &str) {
    let (n, text) = field(client, source, name);
    assert_eq!(text, "");
    fails(n, OAUTH_ERROR_NO_FIELD, says);
}

const MANY: &str = r#"{"access_token":"SECRET-at","refresh_token":"SECRET-rt","id_token":"SECRET-id","scope":["a","b"],
    "token_type":"bearer","expires_in":3600,"instance_url":"https://api.example/","issued_at":"1497040325000",
    "count":9007199254740993,"half":1.50,"small":-0,"is_new":true,"is_old":false,"nothing":null,"empty":"",
    "lines":" a\r\nb\t\u00e9 ","user":{"id":"U1","roles":["x",{"y":[{}]}],"none":null},"list":[7,"8"],
    "a.b":{"c.d":"dots"},".issued":"Mon, 14 Oct 2013 06:53:32 GMT","nul":"a\u0000b"}"#;

/// Source, name, text.
const TEXTS: &[(&str, &str)] = &[
    ("instance_url", "https://api.example/"),
    ("issued_at", "1497040325000"),
    ("count", "9007199254740993"),
    ("half", "1.5"),
    ("small", "-0.0"),
    ("is_new", "true"),
    ("is_old", "false"),
    ("empty", ""),
    ("lines", " a\r\nb\t\u{e9} "),
    ("user", r#"{"id":"U1","roles":["x",{"y":[{}]}],"none":null}"#),
    ("user.id", "U1"),
    ("user.roles", r#"["x",{"y":[{}]}]"#),
    ("user.roles.0", "x"),
    // A list of one needs no number.
    ("user.roles.1.y", "[{}]"),
    ("user.roles.1.y.0", "{}"),
    ("list.0", "7"),
    ("list.1", "8"),
    ("a.b", r#"{"c.d":"dots"}"#),
    (".issued", "Mon, 14 Oct 2013 06:53:32 GMT"),
    // Blanks pad a field.
    ("user.id     ", "U1"),
    // The token's own.
    ("access_token", "SECRET-at"),
    ("refresh_token", "SECRET-rt"),
    ("id_token", "SECRET-id"),
    ("token_type", "bearer"),
    ("scope", "a b"),
];

/// Name; what the sentence says.
const NOTHING: &[(&str, &str)] = &[
    ("", "has no member"),
    ("instance", "the token's answer has no member instance: it has instance_url, issued_at"),
    ("Instance_Url", "has no member Instance_Url: it has"),
    ("nothing", "has no member nothing: it is null"),
    ("user.none", "has no member user.none: it is null"),
    ("user.name", "has no member user.name: user has id, roles, none"),
    ("user.id.x", "has no member user.id.x"),
    ("user..id", "has no member user..id: user has id"),
    ("list.2", "has no member list.2: list is a list of 2: give an item"),
    ("list.-1", "has no member list.-1: list is a list of 2"),
    ("list.x", "has no member list.x: list is a list of 2"),
    ("list.99999999999999999999", "list is a list of 2"),
    ("nul", "has no member nul: it holds a NUL"),
    ("expires_in", "has no member expires_in"),
    ("realmId", "has no member realmId"),
    (".instance_url", "has no member .instance_url"),
    ("user.access_token", "has no member user.access_token"),
    ("a\u{1}\u{202e}b", "has no member a b: it has"),
];

#[test]
fn members_of_an_answer_by_their_names() {
    let mut table = Table::default();
    let folder = Folder::new();
    let stored = folder.client();
    sign_in_with(&stored, "", MANY);
    let in_memory = client();
    sign_in_with(&in_memory, "", MANY);
    for (which, client) in [("memory", in_memory), ("stored", stored), ("by another", folder.client())] {
        for (name, text) in TEXTS {
            table.row(&format!("{which}: {name:?}"), || {
                let (n, got) = field(&client, TOKEN, name);
                assert_eq!(
                    (n, got.as_str()),
                    (i32::try_from(text.len()).unwrap(), *text),
                    "{}",
                    error_text()
                );
            });
        }
        for (name, says) in NOTHING {
            table.row(&format!("{which}: no {name:?}"), || lacks(&client, TOKEN, name, says));
        }
        table.row(&format!("{which}: a name of a mebibyte"), || {
            lacks(&client, TOKEN, &"a.".repeat(1 << 19), "has no member a.a.a.");
        });
        for source in [0, 300, 309, -1, OAUTH_ACCESS_TOKEN] {
            table.row(&format!("{which}: source {source}"), || {
                fails(field(&client, source, "x").0, OAUTH_ERROR_PROPERTY, "no source of a field");
            });
        }
    }
    table.row("no token", || {
        fails(field(&client(), TOKEN, "x").0, OAUTH_ERROR_SIGN_IN, "there is no token yet");
        fails(field(&client(), REDIRECT, "x").0, OAUTH_ERROR_SIGN_IN, "there is no token yet");
    });
    table.row("no token of a machine", || {
        let client = client_with(&[(OAUTH_GRANT_TYPE, "client_credentials")]);
        lacks(&client, TOKEN, "x", "has no member x: there is no token yet, get it by");
        client.asks();
        assert!(client.respond(200, "", br#"{"access_token":"a","x":1}"#) > 0, "{}", error_text());
        has(&client, "x", "1");
    });
    table.row("an answer without others", || {
        let client = client();
        sign_in_with(&client, "", r#"{"access_token":"SECRET"}"#);
        lacks(&client, TOKEN, "x", "has no member x: it came without any");
        lacks(&client, TOKEN, "refresh_token", "has no member refresh_token");
        lacks(&client, TOKEN, "scope", "has no member scope");
        has(&client, "token_type", "Bearer");
    });
    table.row("names that could be secrets are not repeated", || {
        let client = client();
        sign_in_with(&client, "", r#"{"access_token":"a","SECRET":"x"}"#);
        lacks(&client, TOKEN, "x", "has no member x: check the name");
    });
    table.end();
}

#[test]
fn members_beside_a_token_that_stands_below_others() {
    let mut table = Table::default();
    let with = |settings: &[(i32, &str)], body: &str| {
        let client = client_with(settings);
        sign_in_with(&client, "", body);
        client
    };
    table.row("found by itself (Slack)", || {
        let client = with(
            &[],
            r#"{"ok":true,"id":"top","authed_user":{"id":"U","access_token":"SECRET-p","more":{"x":1}},
                "team":{"id":"T"}}"#,
        );
        has(&client, "authed_user.id", "U");
        has(&client, "authed_user.more.x", "1");
        has(&client, "more.x", "1");
        has(&client, "team.id", "T");
        has(&client, "id", "top");
        has(&client, "authed_user", r#"{"id":"U","more":{"x":1}}"#);
        has(&client, "access_token", "SECRET-p");
    });
    table.row("both tokens, and the other one is read (Slack)", || {
        let client =
            with(&[], r#"{"access_token":"SECRET-bot","authed_user":{"id":"U","access_token":"SECRET-p"}}"#);
        has(&client, "access_token", "SECRET-bot");
        has(&client, "authed_user.access_token", "SECRET-p");
    });
    table.row("at response_path", || {
        let body = r#"{"code":0,"data":[{"x":0},{"token":{"access_token":"SECRET","scope":"s","id":7}}]}"#;
        let client = with(&[(OAUTH_RESPONSE_PATH, "data.1.token")], body);
        for (name, text) in [
            ("id", "7"),
            ("data.1.token.id", "7"),
            ("data.0.x", "0"),
            ("code", "0"),
            ("data.1.token.access_token", "SECRET"),
            ("data.1.token.scope", "s"),
            ("data.1.token", r#"{"id":7}"#),
        ] {
            has(&client, name, text);
        }
        lacks(&client, TOKEN, "data.1.token.y", "has no member data.1.token.y: data.1.token has id");
    });
    table.row("at response_path, where the answer is a list, or called as ours", || {
        let client = with(&[(OAUTH_RESPONSE_PATH, "1")], r#"[{},{"access_token":"SECRET","id":7}]"#);
        has(&client, "1.id", "7");
        has(&client, "id", "7");
        let client = with(&[(OAUTH_RESPONSE_PATH, "token")], r#"{"token":{"access_token":"SECRET","id":7}}"#);
        has(&client, "token.id", "7");
    });
    table.row("members of ours by other names are no strangers", || {
        let names = "access_token=a.jwt&refresh_token=r&scope=";
        let client =
            with(&[(OAUTH_RESPONSE_NAMES, names)], r#"{"a":{"jwt":"SECRET-a","x":1},"r":"SECRET-r"}"#);
        has(&client, "a", r#"{"x":1}"#);
        has(&client, "access_token", "SECRET-a");
        has(&client, "refresh_token", "SECRET-r");
        lacks(&client, TOKEN, "r", "has no member r: it has a");
        lacks(&client, TOKEN, "a.jwt", "has no member a.jwt: a has x");
        assert!(!client.get(OAUTH_TOKEN_RECORD).contains("\"jwt\""), "it is not stored twice");
    });
    table.end();
}

#[test]
fn members_that_a_renewal_brings_and_leaves() {
    let mut table = Table::default();
    table.row("a newer one counts, one that does not come again stays", || {
        let client = client();
        sign_in_with(&client, "", r#"{"access_token":"a","refresh_token":"r","x":1,"y":{"z":1},"w":1}"#);
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        let answer = r#"{"access_token":"b","x":2,"y":{"v":2},"w":null}"#;
        assert_eq!(client.respond(200, "", answer.as_bytes()), 0, "{}", error_text());
        has(&client, "x", "2");
        has(&client, "y", r#"{"v":2}"#);
        has(&client, "access_token", "b");
        lacks(&client, TOKEN, "w", "has no member w: it is null");
    });
    table.row("a new sign-in takes all of it away", || {
        let client = client();
        sign_in_with(&client, "", r#"{"access_token":"a","x":1}"#);
        sign_in_with(&client, "", r#"{"access_token":"b"}"#);
        lacks(&client, TOKEN, "x", "has no member x: it came without any");
    });
    table.row("of a huge answer what can be kept", || {
        let client = client();
        let huge = format!(
            r#"{{"access_token":"a","first":1,"long":"{}","deep":{}1{},"many":[{}1],"last":2}}"#,
            "x".repeat(100_000),
            "[".repeat(20),
            "]".repeat(20),
            "1,".repeat(100_000)
        );
        sign_in_with(&client, "", &huge);
        has(&client, "first", "1");
        has(&client, "last", "2");
        for gone in ["long", "deep", "many.0"] {
            lacks(&client, TOKEN, gone, &format!("has no member {gone}: it has first, last"));
        }
    });
    table.row("built-in HTTP", || {
        let script = Script::start(|_, _| ok(r#"{"access_token":"a","instance_url":"https://api.example"}"#));
        has(&script.holder(None, &[]), "instance_url", "https://api.example");
    });
    table.row("of a token exchange (RFC 8693 section 2.2.1)", || {
        let client = client();
        sign_in_with(
            &client,
            "",
            r#"{"access_token":"PHNhbWw","token_type":"N_A",
            "issued_token_type":"urn:ietf:params:oauth:token-type:saml2"}"#,
        );
        has(&client, "issued_token_type", "urn:ietf:params:oauth:token-type:saml2");
        has(&client, "token_type", "N_A");
        assert_eq!(client.access_token().1, "PHNhbWw");
        fails(client.header().0, OAUTH_ERROR_RESPONSE, "not of type Bearer");
    });
    table.end();
}

#[test]
fn members_of_a_redirect() {
    let mut table = Table::default();
    let folder = Folder::new();
    let signed_in = |client: &Client, more: &str| {
        let state = parameter_of(&client.authorize_url(), "state");
        let came_back = format!("https://app.example/cb?code=SECRET-code&state={state}{more}");
        assert_eq!(client.exchange(&came_back), OAUTH_HTTP_NEEDED, "{}", error_text());
        let answer = r#"{"access_token":"a","refresh_token":"r","realmId":"of the answer"}"#;
        assert_eq!(client.respond(200, "", answer.as_bytes()), 0, "{}", error_text());
    };
    let client = folder.client();
    signed_in(&client, "&realmId=9130&shop=M%C3%BCller+%26+Co&a.b=1&empty=");
    for (which, client) in [("the same", &client), ("by another", &folder.client())] {
        table.row(which, || {
            for (name, text) in
                [("realmId", "9130"), ("shop", "M\u{fc}ller & Co"), ("a.b", "1"), ("empty", "")]
            {
                assert_eq!(field(client, REDIRECT, name).1, text, "{}", error_text());
            }
            has(client, "realmId", "of the answer");
            for gone in ["code", "state", "realmid", "access_token", ""] {
                lacks(client, REDIRECT, gone, "the redirect has no member");
            }
        });
    }
    table.row("a refresh leaves it", || {
        client.refresh_to("2");
        assert_eq!(field(&client, REDIRECT, "realmId").1, "9130", "{}", error_text());
    });
    table.row("a code alone brings none", || {
        let client = client_with(&[]);
        sign_in(&client, "1");
        lacks(&client, REDIRECT, "realmId", "the redirect has no member realmId: it came without any");
    });
    table.end();
}
