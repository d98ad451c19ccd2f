//! A client that registers itself (RFC 7591, RFC 7592): what it says, what it is from then on, and in other jobs.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const ENDPOINT: &str = "https://as.example/register";
const KEY: (i32, &str) = (OAUTH_STORE_KEY, STORE_KEY);
/// RFC 7591 section 3.2.1, in short; with RFC 7592 section 3.
const REGISTERED: &str = r#"{"client_id":"s6BhdRkqt3","client_secret":"SECRET-cf136dc3c1fc93f31185e5885805d","client_secret_expires_at":0,
    "client_name":"Invoices","registration_access_token":"SECRET-reg-23410913","registration_client_uri":"https://as.example/register/s6BhdRkqt3"}"#;

/// One that nobody has named yet, with this store.
fn nobody(folder: &Folder, more: &[(i32, &str)]) -> Client {
    let client = client_in(
        folder,
        &[(OAUTH_CLIENT_ID, ""), (OAUTH_CLIENT_SECRET, ""), (OAUTH_REGISTRATION_ENDPOINT, ENDPOINT)],
    );
    for (property, text) in more {
        client.must_set(*property, text);
    }
    client
}

fn register(client: &Client) -> i32 {
    ffi::oauth_register(client.0)
}

fn unregister(client: &Client) -> i32 {
    ffi::oauth_unregister(client.0)
}

fn registered(folder: &Folder, more: &[(i32, &str)]) -> Client {
    let client = nobody(folder, more);
    assert_eq!(register(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(201, JSON, REGISTERED.as_bytes()), 0, "{}", error_text());
    client
}

#[test]
fn what_a_client_says_of_itself() {
    let folder = Folder::new();
    let both = r#""grant_types":["authorization_code","refresh_token"],"response_types":["code"]"#;
    let uris = r#""redirect_uris":["https://app.example/cb"]"#;
    let basic = r#""token_endpoint_auth_method":"client_secret_basic""#;
    let rows: &[(&[(i32, &str)], String)] = &[
        (&[], format!("{{{uris},{both},{basic}}}")),
        (&[(OAUTH_SCOPE, "read write")], format!("{{{uris},{both},{basic},\"scope\":\"read write\"}}")),
        (
            &[(OAUTH_CLIENT_AUTH, "none"), (OAUTH_CLIENT_METADATA, r#"{"client_name":"Invoices"}"#)],
            format!("{{\"client_name\":\"Invoices\",{uris},{both},\"token_endpoint_auth_method\":\"none\"}}"),
        ),
        (
            &[(OAUTH_GRANT_TYPE, "client_credentials")],
            format!("{{\"grant_types\":[\"client_credentials\"],\"response_types\":[],{basic}}}"),
        ),
        (
            &[(OAUTH_CLIENT_METADATA, r#"{"redirect_uris":["a:b"],"grant_types":["x"],"response_types":null,"software_statement":"e.y.J"}"#)],
            format!("{{\"redirect_uris\":[\"a:b\"],\"grant_types\":[\"x\"],\"software_statement\":\"e.y.J\",{basic}}}"),
        ),
    ];
    let mut table = Table::default();
    for (settings, expected) in rows {
        table.row(expected, || {
            let client = nobody(&folder, settings);
            assert_eq!(register(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
            let said: serde_json::Value = serde_json::from_str(&content(&client)).unwrap();
            assert_eq!(said, serde_json::from_str::<serde_json::Value>(expected).unwrap());
            assert_eq!(client.request(OAUTH_REQUEST_METHOD).1, "POST");
            assert_eq!(client.request(OAUTH_REQUEST_URL).1, ENDPOINT);
            assert!(!client.request(OAUTH_REQUEST_HEADERS).1.contains("Authorization"));
        });
    }
    table.row("an initial access token", || {
        let client = nobody(&folder, &[(OAUTH_INITIAL_ACCESS_TOKEN, "SECRET-initial")]);
        assert_eq!(register(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
        let headers = client.request(OAUTH_REQUEST_HEADERS).1;
        assert!(headers.contains("Authorization: Bearer SECRET-initial\r\n"), "{headers}");
        assert!(headers.contains("Content-Type: application/json\r\n"), "{headers}");
        let echo = r#"{"error":"invalid_token","error_description":"SECRET-initial is not known"}"#;
        assert!(client.respond(401, JSON, echo.as_bytes()) < 0);
        assert!(!error_text().contains("SECRET"), "{}", error_text());
    });
    table.row("what is no metadata", || {
        let client = nobody(&folder, &[]);
        for wrong in ["x", "[]", "{", "\"a\"", "{\"a\":1}\n{}"] {
            fails(client.set(OAUTH_CLIENT_METADATA, wrong), OAUTH_ERROR_VALUE, "client_metadata");
        }
    });
    table.end();
}

/// A client that nobody remembers is the server's for good.
#[test]
fn what_is_registered_is_kept_whatever_comes_along() {
    let mut table = Table::default();
    for (name, more) in [
        ("members as deep as are read", format!("\"x\":{}1{}", "[".repeat(31), "]".repeat(31))),
        ("members that are many and small", format!("\"x\":[0{}]", ",0".repeat(400_000))),
    ] {
        table.row(name, || {
            let folder = Folder::new();
            let client = nobody(&folder, &[]);
            assert_eq!(register(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
            let answer = REGISTERED.replacen('{', &format!("{{{more},"), 1);
            assert_eq!(client.respond(201, JSON, answer.as_bytes()), 0, "{}", error_text());
            let next = nobody(&folder, &[]);
            assert_eq!(register(&next), 0, "{}", error_text());
            assert_eq!(next.get(OAUTH_CLIENT_ID), "s6BhdRkqt3");
        });
    }
    for (name, property, text) in [
        ("a folder that cannot be made", OAUTH_STORE, "file:/dev/null/store"),
        ("a key that is not there", OAUTH_STORE_KEY, "file:/dev/null/key"),
    ] {
        table.row(&format!("nobody is asked where that cannot be kept: {name}"), || {
            let client = nobody(&Folder::new(), &[(property, text)]);
            let refused = register(&client);
            assert!(refused < OAUTH_HTTP_NEEDED, "{refused} {}", error_text());
            assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
        });
    }
    table.end();
}

#[test]
fn who_is_registered_is_that_client_in_every_job() {
    let folder = Folder::new();
    let client = registered(&folder, &[KEY]);
    let is_it = |client: &Client| {
        assert_eq!(client.get(OAUTH_CLIENT_ID), "s6BhdRkqt3");
        assert_eq!(client.get(OAUTH_CLIENT_SECRET), "SECRET-cf136dc3c1fc93f31185e5885805d");
    };
    is_it(&client);
    assert_eq!(register(&client), 0, "twice is harmless: {}", error_text());
    let name = c"client_name";
    let field = crate::common::out(|b, c| unsafe {
        ffi::oauth_field(client.0, OAUTH_FIELD_REGISTRATION, name.as_ptr(), -1, b, c)
    });
    assert_eq!(field.1, "Invoices");
    for path in files_below(&folder.store()) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("SECRET") && !text.contains("s6BhdRkqt3"), "{}", path.display());
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());

    let other = nobody(&folder, &[KEY]);
    assert_eq!(register(&other), 0, "{}", error_text());
    is_it(&other);
    gives(&other, "1");
    // Who says something else of itself is another.
    let another = nobody(&folder, &[KEY, (OAUTH_SCOPE, "read")]);
    assert_eq!(register(&another), OAUTH_HTTP_NEEDED, "{}", error_text());
    // Who has a name registers none.
    let named = nobody(&folder, &[KEY, (OAUTH_CLIENT_ID, "named"), (OAUTH_SCOPE, "write")]);
    fails(register(&named), OAUTH_ERROR_VALUE, "client_id");
    let named = nobody(&folder, &[KEY, (OAUTH_CLIENT_ID, "named")]);
    fails(register(&named), OAUTH_ERROR_VALUE, "client_id");
    assert_eq!(named.get(OAUTH_CLIENT_ID), "named");
}

#[test]
fn of_two_jobs_at_once_the_first_ones_client_is_both_s() {
    let folder = Folder::new();
    let (first, second) = (nobody(&folder, &[]), nobody(&folder, &[]));
    assert_eq!(register(&first), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(register(&second), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(first.respond(201, JSON, REGISTERED.as_bytes()), 0, "{}", error_text());
    let later = REGISTERED.replace("s6BhdRkqt3", "later");
    assert_eq!(second.respond(201, JSON, later.as_bytes()), 0, "{}", error_text());
    assert_eq!(second.get(OAUTH_CLIENT_ID), "s6BhdRkqt3");
}

/// Each request makes a client at the server, of which nobody would know.
#[test]
fn nobody_is_registered_whom_the_store_cannot_take() {
    let folder = Folder::new();
    let inside = folder.path().join("open");
    fs::create_dir(&inside).unwrap();
    fs::set_permissions(&inside, fs::Permissions::from_mode(0o777)).unwrap();
    let store = format!("file:{}", inside.join("tokens").display());
    let client = nobody(&folder, &[(OAUTH_STORE, &store)]);
    assert_eq!(register(&client), OAUTH_ERROR_STORE_UNSAFE, "{}", error_text());
    assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
}

#[test]
fn what_registers_nobody() {
    let soon = format!("\"client_secret_expires_at\":{}", now() - 1);
    let rows: &[(&str, i32, String, i32, &str)] = &[
        (
            "a redirect URI",
            400,
            refusal("invalid_redirect_uri"),
            OAUTH_ERROR_INVALID_REDIRECT,
            "check redirect_uri",
        ),
        (
            "metadata",
            400,
            refusal("invalid_client_metadata"),
            OAUTH_ERROR_INVALID_METADATA,
            "check client_metadata",
        ),
        ("a statement", 400, refusal("invalid_software_statement"), OAUTH_ERROR_REFUSED, "invalid_software"),
        ("a token", 401, refusal("invalid_token"), OAUTH_ERROR_INVALID_TOKEN, "check initial_access_token"),
        ("no name", 201, "{}".to_owned(), OAUTH_ERROR_RESPONSE, "it has no member client_id"),
        ("an empty name", 201, r#"{"client_id":""}"#.to_owned(), OAUTH_ERROR_RESPONSE, "client_id"),
        ("a name of two lines", 201, r#"{"client_id":"a\nb"}"#.to_owned(), OAUTH_ERROR_RESPONSE, "client_id"),
        ("a page", 200, "<html>".to_owned(), OAUTH_ERROR_RESPONSE, "web page"),
        ("nothing is there", 404, String::new(), OAUTH_ERROR_RESPONSE, "registration"),
        ("in trouble", 503, String::new(), OAUTH_ERROR_UNAVAILABLE, "503"),
        (
            "an old secret",
            201,
            REGISTERED.replace("\"client_secret_expires_at\":0", &soon),
            OAUTH_ERROR_VALUE,
            "has expired",
        ),
    ];
    let mut table = Table::default();
    for (name, status, body, code, words) in rows {
        table.row(name, || {
            let folder = Folder::new();
            let client = nobody(&folder, &[]);
            assert_eq!(register(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
            let answer = client.respond(*status, JSON, body.as_bytes());
            assert_eq!(answer, *code, "{}", error_text());
            assert!(error_text().contains(words), "{}", error_text());
            let is_passing = *code == OAUTH_ERROR_UNAVAILABLE;
            let action = if is_passing { OAUTH_ACTION_RETRY } else { OAUTH_ACTION_FIX };
            assert_eq!(ffi::oauth_error_action(), action, "{}", error_text());
            assert!(!error_text().contains("SECRET"), "{}", error_text());
            assert_eq!(client.get(OAUTH_CLIENT_ID), "");
        });
    }
    table.end();
}

#[test]
fn a_registration_is_taken_back() {
    let folder = Folder::new();
    let client = registered(&folder, &[]);
    let other = nobody(&folder, &[]);
    assert_eq!(unregister(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.request(OAUTH_REQUEST_METHOD).1, "DELETE");
    assert_eq!(client.request(OAUTH_REQUEST_URL).1, "https://as.example/register/s6BhdRkqt3");
    assert!(client
        .request(OAUTH_REQUEST_HEADERS)
        .1
        .contains("Authorization: Bearer SECRET-reg-23410913\r\n"));
    let echo = r#"{"error":"invalid_token","error_description":"SECRET-reg-23410913"}"#;
    assert!(client.respond(401, JSON, echo.as_bytes()) < 0);
    assert!(!error_text().contains("SECRET"), "{}", error_text());
    assert_eq!(client.get(OAUTH_CLIENT_ID), "s6BhdRkqt3", "it is still there");
    assert_eq!(unregister(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(204, "", b""), 0, "{}", error_text());
    assert_eq!((client.get(OAUTH_CLIENT_ID), client.get(OAUTH_CLIENT_SECRET)), Default::default());
    assert_eq!(unregister(&client), 0, "{}", error_text());
    assert_eq!(register(&other), OAUTH_HTTP_NEEDED, "no other job finds it: {}", error_text());

    // What a server has not given, or gives amiss, is used for nothing.
    for (uri, code) in
        [("", OAUTH_ERROR_VALUE), ("http://as.example/x", OAUTH_ERROR_INSECURE), ("x", OAUTH_ERROR_VALUE)]
    {
        let folder = Folder::new();
        let client = nobody(&folder, &[]);
        assert_eq!(register(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
        let body = REGISTERED.replace("https://as.example/register/s6BhdRkqt3", uri);
        assert_eq!(client.respond(201, JSON, body.as_bytes()), 0, "{}", error_text());
        fails(unregister(&client), code, "registration_endpoint");
    }
    // A name that a person has set stays.
    let folder = Folder::new();
    let named = nobody(&folder, &[(OAUTH_CLIENT_ID, "named")]);
    assert_eq!(unregister(&named), 0, "{}", error_text());
    assert_eq!(named.get(OAUTH_CLIENT_ID), "named");
}
