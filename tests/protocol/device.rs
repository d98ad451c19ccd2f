//! A person who is asked elsewhere (RFC 8628, OpenID Connect CIBA Core): what is sent, and what is understood.

use crate::common::{error_text, out, Client};
use crate::profiles::Folder;
use crate::support::{client, now, sent, Row, Settings, Table, SECRET};
use oauth::constants::*;
use oauth::ffi;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";
const JSON: &str = "Content-Type: application/json\r\n";

/// RFC 8628 section 3.2, as it stands there.
const ASKED: &str = r#"{
    "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://example.com/device",
    "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
    "expires_in": 1800,
    "interval": 5
}"#;
const CODE: &str = "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS";

/// CIBA Core section 7.3, as it stands there.
const TELEPHONE: &str =
    r#"{"auth_req_id": "1c266114-a1be-4252-8ad1-04986c5b9ac1", "expires_in": 120, "interval": 2}"#;

const TOKEN: &str = r#"{"access_token":"a-token","token_type":"Bearer","expires_in":3600}"#;

fn asking(settings: Settings) -> Client {
    let client = client(&[
        (OAUTH_DEVICE_ENDPOINT, "https://as.example/device_authorization"),
        (OAUTH_CIBA_ENDPOINT, "https://as.example/bc-authorize"),
        (OAUTH_LOGIN_HINT, "anne@example.com"),
        (OAUTH_CLIENT_ID, "1406020730"),
    ]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    client
}

fn start(client: &Client) -> i32 {
    ffi::oauth_device_start(client.0)
}

fn poll(client: &Client) -> i32 {
    ffi::oauth_device_poll(client.0)
}

fn field(client: &Client, name: &str) -> (i32, String) {
    let length = i32::try_from(name.len()).unwrap();
    out(|b, c| unsafe { ffi::oauth_field(client.0, OAUTH_FIELD_DEVICE, name.as_ptr().cast(), length, b, c) })
}

/// The person is asked, by that answer.
fn asked(client: &Client, answer: &str) {
    assert_eq!(start(client), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(200, JSON, answer.as_bytes()), 0, "{}", error_text());
}

/// Time has come for the next poll, which gets that answer.
fn polled(client: &Client, status: i32, headers: &str, answer: &str) -> i32 {
    let seconds = client.get(OAUTH_RETRY_AFTER).parse().unwrap_or(5);
    oauth::system::testing::advance(seconds);
    assert_eq!(poll(client), OAUTH_HTTP_NEEDED, "{}", error_text());
    client.respond(status, headers, answer.as_bytes())
}

struct Case {
    name: &'static str,
    set: Settings<'static>,
    begin: fn(i32) -> i32,
    url: &'static str,
    /// All parameters in their order.
    sent: &'static [(&'static str, &'static str)],
    authorization: bool,
    answer: &'static str,
    polled: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        // Sections 3.1 and 3.4 have these requests.
        name: "RFC 8628",
        set: &[(OAUTH_CLIENT_AUTH, "none"), (OAUTH_SCOPE, "example_scope")],
        begin: ffi_device_start,
        url: "https://as.example/device_authorization",
        sent: &[("scope", "example_scope"), ("client_id", "1406020730")],
        authorization: false,
        answer: ASKED,
        polled: &[("grant_type", DEVICE_CODE), ("device_code", CODE), ("client_id", "1406020730")],
    },
    Case {
        name: "a client with a secret says its name all the same",
        set: &[(OAUTH_SCOPE, "a b"), (OAUTH_SCOPE_SEPARATOR, "comma")],
        begin: ffi_device_start,
        url: "https://as.example/device_authorization",
        sent: &[("client_id", "1406020730"), ("scope", "a,b")],
        authorization: true,
        answer: ASKED,
        polled: &[("grant_type", DEVICE_CODE), ("device_code", CODE)],
    },
    Case {
        name: "audience, details, resources, parameters of each request",
        set: &[
            (OAUTH_CLIENT_AUTH, "client_secret_post"),
            (OAUTH_AUDIENCE, "https://api.example"),
            (OAUTH_AUTHORIZATION_DETAILS, "[{\"type\":\"payment\"}]"),
            (OAUTH_RESOURCE, "https://a.example https://b.example"),
            (OAUTH_DEVICE_PARAMS, "acr_values=mfa"),
            (OAUTH_TOKEN_PARAMS, "tenant=t%26u"),
        ],
        begin: ffi_device_start,
        url: "https://as.example/device_authorization",
        sent: &[
            ("audience", "https://api.example"),
            ("authorization_details", "[{\"type\":\"payment\"}]"),
            ("client_id", "1406020730"),
            ("client_secret", SECRET),
            ("resource", "https://a.example"),
            ("resource", "https://b.example"),
            ("acr_values", "mfa"),
        ],
        authorization: false,
        answer: ASKED,
        polled: &[
            ("grant_type", DEVICE_CODE),
            ("device_code", CODE),
            ("client_id", "1406020730"),
            ("client_secret", SECRET),
            ("resource", "https://a.example"),
            ("resource", "https://b.example"),
            ("tenant", "t&u"),
        ],
    },
    Case {
        name: "names of the server's own",
        set: &[(OAUTH_TOKEN_NAMES, "device_code=code&client_id=app_id")],
        begin: ffi_device_start,
        url: "https://as.example/device_authorization",
        sent: &[("app_id", "1406020730")],
        authorization: true,
        answer: ASKED,
        polled: &[("grant_type", DEVICE_CODE), ("code", CODE)],
    },
    Case {
        // Sections 7.1 and 10.1.1 have these requests, by another authentication.
        name: "CIBA",
        set: &[(OAUTH_SCOPE, "openid email"), (OAUTH_BINDING_MESSAGE, "W4SCT")],
        begin: ffi_ciba_start,
        url: "https://as.example/bc-authorize",
        sent: &[("scope", "openid email"), ("login_hint", "anne@example.com"), ("binding_message", "W4SCT")],
        authorization: true,
        answer: TELEPHONE,
        polled: &[("grant_type", CIBA), ("auth_req_id", "1c266114-a1be-4252-8ad1-04986c5b9ac1")],
    },
    Case {
        name: "CIBA with a hint among its parameters",
        set: &[(OAUTH_LOGIN_HINT, ""), (OAUTH_CIBA_PARAMS, "id_token_hint=e30&acr_values=mfa")],
        begin: ffi_ciba_start,
        url: "https://as.example/bc-authorize",
        sent: &[("id_token_hint", "e30"), ("acr_values", "mfa")],
        authorization: true,
        answer: TELEPHONE,
        polled: &[("grant_type", CIBA), ("auth_req_id", "1c266114-a1be-4252-8ad1-04986c5b9ac1")],
    },
];

fn ffi_device_start(client: i32) -> i32 {
    ffi::oauth_device_start(client)
}

fn ffi_ciba_start(client: i32) -> i32 {
    ffi::oauth_ciba_start(client)
}

#[test]
fn what_is_sent_to_ask_a_person_and_to_poll() {
    if !crate::common::own_process("device::what_is_sent_to_ask_a_person_and_to_poll") {
        return;
    }
    oauth::system::testing::stand_still();
    let mut table = Table::new("device");
    for case in CASES {
        table.row(case.name, |row| {
            let client = asking(case.set);
            row.returned((case.begin)(client.0), OAUTH_HTTP_NEEDED);
            let to_ask = sent(&client);
            row.eq("method", to_ask.method.as_str(), "POST");
            row.eq("URL", to_ask.url.as_str(), case.url);
            row.eq("parameters", to_ask.parameters(), owned(case.sent));
            row.eq("Authorization", to_ask.header("Authorization").len(), usize::from(case.authorization));
            row.returned(client.respond(200, JSON, case.answer.as_bytes()), 0);
            row.returned(poll(&client), OAUTH_PENDING);
            oauth::system::testing::advance(5);
            row.returned(poll(&client), OAUTH_HTTP_NEEDED);
            let to_poll = sent(&client);
            row.eq("URL of the poll", to_poll.url.as_str(), "https://as.example/token");
            row.eq("parameters of the poll", to_poll.parameters(), owned(case.polled));
            row.returned(client.respond(200, JSON, TOKEN.as_bytes()), 0);
            row.eq("header", client.header().1, "Authorization: Bearer a-token".to_owned());
        });
    }
    table.end();
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

type Shown = (&'static str, &'static str, [&'static str; 2], Option<i64>, &'static str);

/// What a server says of a code, and what is shown: the URI, the URI with the code, when it expires, and how long to wait.
const ANSWERS: &[Shown] = &[
    (
        "RFC 8628",
        "",
        ["https://example.com/device", "https://example.com/device?user_code=WDJB-MJHT"],
        Some(1800),
        "5",
    ),
    (
        "the draft's names",
        r#""verification_url":"https://g.co/d","verification_url_complete":"https://g.co/d?c=1","expires_in":1800"#,
        ["https://g.co/d", "https://g.co/d?c=1"],
        Some(1800),
        "5",
    ),
    (
        "numbers as text",
        r#""verification_uri":"https://g.co/d","expires_in":"900","interval":"7""#,
        ["https://g.co/d", ""],
        Some(900),
        "7",
    ),
    (
        "no interval",
        r#""verification_uri":"https://g.co/d","expires_in":900"#,
        ["https://g.co/d", ""],
        Some(900),
        "5",
    ),
    (
        "an interval of 0",
        r#""verification_uri":"https://g.co/d","expires_in":900,"interval":0"#,
        ["https://g.co/d", ""],
        Some(900),
        "5",
    ),
    (
        "one that is negative",
        r#""verification_uri":"https://g.co/d","expires_in":900,"interval":-3"#,
        ["https://g.co/d", ""],
        Some(900),
        "5",
    ),
    (
        "one of a million",
        r#""verification_uri":"https://g.co/d","expires_in":900,"interval":1000000"#,
        ["https://g.co/d", ""],
        Some(900),
        "5",
    ),
    (
        "one that is null",
        r#""verification_uri":"https://g.co/d","expires_in":900,"interval":null"#,
        ["https://g.co/d", ""],
        Some(900),
        "5",
    ),
    ("no expires_in", r#""verification_uri":"https://g.co/d""#, ["https://g.co/d", ""], None, "5"),
    (
        "expires_in 0",
        r#""verification_uri":"https://g.co/d","expires_in":0"#,
        ["https://g.co/d", ""],
        None,
        "5",
    ),
    (
        "expires_in negative",
        r#""verification_uri":"https://g.co/d","expires_in":-5"#,
        ["https://g.co/d", ""],
        None,
        "5",
    ),
    (
        "loopback",
        r#""verification_uri":"http://127.0.0.1:8080/device","expires_in":9"#,
        ["http://127.0.0.1:8080/device", ""],
        Some(9),
        "5",
    ),
    (
        "a URI with the code that runs in a browser",
        r#""verification_uri":"https://g.co/d","verification_uri_complete":"javascript:alert(1)","expires_in":9"#,
        ["https://g.co/d", ""],
        Some(9),
        "5",
    ),
];

#[test]
fn what_is_shown_to_a_person() {
    if !crate::common::own_process("device::what_is_shown_to_a_person") {
        return;
    }
    oauth::system::testing::stand_still();
    let mut table = Table::new("shown");
    for (name, members, uris, life, wait) in ANSWERS {
        table.row(name, |row| {
            let client = asking(&[]);
            let whole = format!(r#"{{"device_code":"abc-def-ghi","user_code":"WDJB-MJHT",{members}}}"#);
            let before = now();
            asked(&client, if members.is_empty() { ASKED } else { &whole });
            row.eq("code", client.get(OAUTH_USER_CODE), "WDJB-MJHT".to_owned());
            row.eq("URI", client.get(OAUTH_VERIFICATION_URI).as_str(), uris[0]);
            row.eq("URI with the code", client.get(OAUTH_VERIFICATION_COMPLETE).as_str(), uris[1]);
            let expires = client.get(OAUTH_DEVICE_EXPIRES_AT);
            row.eq("whether its end is known", expires.is_empty(), life.is_none());
            if let Some(life) = life {
                let at = |seconds: i64| {
                    let since = std::time::Duration::from_secs((before + seconds).unsigned_abs());
                    humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + since).to_string()
                };
                let near = (*life..life + 30).map(at).any(|at| at == expires);
                row.holds(&format!("expires at {expires}"), near);
            }
            row.holds("a QR code", client.get(OAUTH_QR_CODE).lines().count() > 10);
            row.returned(poll(&client), OAUTH_PENDING);
            row.eq("wait", client.get(OAUTH_RETRY_AFTER).as_str(), wait);
        });
    }
    table.row("members, and no code that stands for the person", |row| {
        let client = asking(&[]);
        row.eq("before", field(&client, "user_code").0, OAUTH_ERROR_NO_FIELD);
        asked(&client, &ASKED.replace("\"interval\"", "\"message\":\"Open a browser\",\"interval\""));
        row.eq("message", field(&client, "message").1, "Open a browser".to_owned());
        row.eq("user_code", field(&client, "user_code").1, "WDJB-MJHT".to_owned());
        row.eq("device_code", field(&client, "device_code").0, OAUTH_ERROR_NO_FIELD);
    });
    for (name, more) in [
        ("as deep as are read", format!("\"x\":{}1{}", "[".repeat(31), "]".repeat(31))),
        ("many and small", format!("\"x\":[0{}]", ",0".repeat(400_000))),
    ] {
        table.row(&format!("members that are {name}, in a folder"), |row| {
            let folder = Folder::new();
            let store = format!("file:{}", folder.0.join("store").display());
            let client = asking(&[(OAUTH_STORE, &store), (OAUTH_STORE_ALLOW_PLAIN, "yes")]);
            asked(&client, &ASKED.replace("\"interval\"", &format!("{more},\"interval\"")));
            row.eq("user_code", client.get(OAUTH_USER_CODE).as_str(), "WDJB-MJHT");
            row.eq("by its name", field(&client, "user_code").1.as_str(), "WDJB-MJHT");
            row.returned(polled(&client, 200, JSON, TOKEN), 0);
            row.eq("token", client.access_token().1.as_str(), "a-token");
        });
    }
    table.row("members below a path", |row| {
        let client = asking(&[(OAUTH_RESPONSE_PATH, "data")]);
        asked(&client, &format!(r#"{{"code":0,"data":{ASKED}}}"#));
        row.eq("code", client.get(OAUTH_USER_CODE), "WDJB-MJHT".to_owned());
    });
    table.row("a code that is a number", |row| {
        let client = asking(&[]);
        asked(&client, &ASKED.replace("\"WDJB-MJHT\",", "12345678,"));
        row.eq("code", client.get(OAUTH_USER_CODE), "12345678".to_owned());
    });
    table.row("a telephone is asked, and nothing is shown", |row| {
        let client = asking(&[]);
        row.returned(ffi::oauth_ciba_start(client.0), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, JSON, TELEPHONE.as_bytes()), 0);
        for shown in [OAUTH_USER_CODE, OAUTH_VERIFICATION_URI, OAUTH_VERIFICATION_COMPLETE, OAUTH_QR_CODE] {
            row.eq("shown", client.get(shown), String::new());
        }
        row.returned(poll(&client), OAUTH_PENDING);
        row.eq("wait", client.get(OAUTH_RETRY_AFTER), "2".to_owned());
    });
    table.end();
}

/// Answers that are not taken, with what the sentence says.
fn no_answers() -> Vec<(&'static str, i32, String, i32, &'static str)> {
    let with = |members: &str| format!(r#"{{"device_code":"abc-def-ghi",{members}}}"#);
    let good = r#""verification_uri":"https://g.co/d""#;
    let (response, fix) = (200, OAUTH_ERROR_RESPONSE);
    vec![
        (
            "no device_code",
            response,
            r#"{"user_code":"A","verification_uri":"https://g.co/d"}"#.into(),
            fix,
            "it has no device_code",
        ),
        (
            "an empty one",
            response,
            r#"{"device_code":"","user_code":"A","verification_uri":"https://g.co/d"}"#.into(),
            fix,
            "its device_code is none",
        ),
        (
            "one with a line end",
            response,
            r#"{"device_code":"a\r\nb","user_code":"A","verification_uri":"https://g.co/d"}"#.into(),
            fix,
            "its device_code is none",
        ),
        ("no user_code", response, with(good), fix, "it has no user_code"),
        (
            "a user_code of many letters",
            response,
            with(&format!(r#""user_code":"{}",{good}"#, "A".repeat(1_000_000))),
            fix,
            "its user_code is nothing",
        ),
        (
            "a user_code with a line end",
            response,
            with(&format!(r#""user_code":"A\n\u001b[2JB",{good}"#)),
            fix,
            "its user_code is nothing",
        ),
        (
            "a user_code that is turned around",
            response,
            with(&format!(r#""user_code":"\u202eAB",{good}"#)),
            fix,
            "its user_code is nothing",
        ),
        ("no URI", response, with(r#""user_code":"A""#), fix, "it has no verification_uri"),
        (
            "a script",
            response,
            with(r#""user_code":"A","verification_uri":"javascript:alert(1)""#),
            fix,
            "is not https://",
        ),
        (
            "http",
            response,
            with(r#""user_code":"A","verification_uri":"http://g.co/d""#),
            fix,
            "is not https://",
        ),
        (
            "a URI with a line end",
            response,
            with(r#""user_code":"A","verification_uri":"https://g.co/d\n""#),
            0,
            "",
        ),
        (
            "a URI with a line end within",
            response,
            with(r#""user_code":"A","verification_uri":"https://g.co/\nd""#),
            fix,
            "is not https://",
        ),
        ("a page", response, "<html><title>Hello</title></html>".into(), fix, "web page"),
        (
            "a page that is not there",
            404,
            "<html><title>Not found</title></html>".into(),
            fix,
            "check device_endpoint",
        ),
        ("nothing", response, String::new(), fix, "it is empty"),
        ("trouble", 503, "<html>".into(), OAUTH_ERROR_UNAVAILABLE, "cannot serve now"),
        (
            "not for this client",
            400,
            r#"{"error":"unauthorized_client"}"#.into(),
            OAUTH_ERROR_UNAUTHORIZED,
            "unauthorized_client",
        ),
        (
            "GitHub: a refusal with 200",
            response,
            r#"{"error":"device_flow_disabled","error_description":"off"}"#.into(),
            OAUTH_ERROR_REFUSED,
            "device_flow_disabled",
        ),
        (
            "a refusal that repeats the code",
            400,
            r#"{"error":"x","device_code":"abcdefghijklmnop","error_description":"abcdefghijklmnop"}"#.into(),
            OAUTH_ERROR_REFUSED,
            "withheld",
        ),
    ]
}

#[test]
fn what_is_no_answer_to_asking_a_person() {
    let mut table = Table::new("not asked");
    for (name, status, body, code, says) in no_answers() {
        table.row(name, |row| {
            let client = asking(&[]);
            row.returned(start(&client), OAUTH_HTTP_NEEDED);
            row.returned(client.respond(status, JSON, body.as_bytes()), code);
            let text = error_text();
            row.holds(&format!("says {says}: {text}"), text.contains(says));
            row.holds("no secret", !text.contains("abc"));
            row.eq("pending", poll(&client) == OAUTH_ERROR_SEQUENCE, code != 0);
        });
    }
    for (error, says) in [
        ("unknown_user_id", "check login_hint"),
        ("expired_login_hint_token", "check login_hint"),
        ("missing_user_code", "user_code"),
        ("invalid_user_code", "user_code"),
        ("invalid_binding_message", "shorten binding_message"),
    ] {
        table.row(&format!("CIBA: {error}"), |row| {
            let client = asking(&[]);
            row.returned(ffi::oauth_ciba_start(client.0), OAUTH_HTTP_NEEDED);
            let refusal = format!(r#"{{"error":"{error}"}}"#);
            row.returned(client.respond(400, JSON, refusal.as_bytes()), OAUTH_ERROR_REFUSED);
            row.action(OAUTH_ACTION_FIX);
            row.eq("error", client.get(OAUTH_ERROR), error.to_owned());
            row.holds(&error_text(), error_text().contains(says));
        });
    }
    table.row("whom to ask must be said", |row| {
        let client = asking(&[(OAUTH_LOGIN_HINT, "")]);
        row.returned(ffi::oauth_ciba_start(client.0), OAUTH_ERROR_MISSING);
        row.holds(&error_text(), error_text().contains("login_hint"));
    });
    for (name, begin, missing) in [
        ("no device_endpoint", ffi_device_start as fn(i32) -> i32, OAUTH_DEVICE_ENDPOINT),
        ("no ciba_endpoint", ffi_ciba_start, OAUTH_CIBA_ENDPOINT),
        ("no client_id", ffi_device_start, OAUTH_CLIENT_ID),
        ("no token endpoint", ffi_device_start, OAUTH_TOKEN_ENDPOINT),
    ] {
        table.row(name, |row| {
            let client = asking(&[(missing, "")]);
            row.returned(begin(client.0), OAUTH_ERROR_MISSING);
        });
    }
    table.row("a machine's grant needs nobody", |row| {
        let client = asking(&[(OAUTH_GRANT_TYPE, "client_credentials")]);
        row.returned(start(&client), OAUTH_ERROR_VALUE);
        row.returned(poll(&client), OAUTH_ERROR_VALUE);
        row.returned(client.set(OAUTH_GRANT_TYPE, DEVICE_CODE), OAUTH_ERROR_VALUE);
        row.returned(client.set(OAUTH_GRANT_TYPE, CIBA), OAUTH_ERROR_VALUE);
    });
    table.end();
}

/// Answers to a poll that do not end it: status, headers, body, how long to wait then, and what is told of it.
const NOT_YET: &[(&str, i32, &str, &str, &str, &str)] = &[
    ("RFC 8628", 400, JSON, r#"{"error":"authorization_pending"}"#, "5", "authorization_pending"),
    (
        "Google",
        428,
        JSON,
        r#"{"error":"authorization_pending","error_description":"Precondition Required"}"#,
        "5",
        "authorization_pending",
    ),
    (
        "GitHub",
        200,
        JSON,
        r#"{"error":"authorization_pending","error_description":"The authorization request is still pending."}"#,
        "5",
        "authorization_pending",
    ),
    (
        "GitHub, as a form",
        200,
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "error=authorization_pending&error_description=pending",
        "5",
        "authorization_pending",
    ),
    ("Twitch", 400, JSON, r#"{"status":400,"message":"authorization_pending"}"#, "5", ""),
    ("in capitals", 400, JSON, r#"{"error":"AUTHORIZATION_PENDING"}"#, "5", "authorization_pending"),
    ("slow_down", 400, JSON, r#"{"error":"slow_down"}"#, "10", "slow_down"),
    (
        "slow_down, Google",
        403,
        JSON,
        r#"{"error":"slow_down","error_description":"Forbidden"}"#,
        "10",
        "slow_down",
    ),
    (
        "slow_down, GitHub says how much",
        200,
        JSON,
        r#"{"error":"slow_down","interval":17}"#,
        "17",
        "slow_down",
    ),
    (
        "slow_down, and a Retry-After",
        429,
        "Retry-After: 40\r\n",
        r#"{"error":"slow_down"}"#,
        "40",
        "slow_down",
    ),
    (
        "a page with 503",
        503,
        "Content-Type: text/html\r\n",
        "<html><title>Maintenance</title></html>",
        "10",
        "",
    ),
    ("429 with Retry-After", 429, "Retry-After: 60\r\n", "", "60", ""),
    ("429 with one of less", 429, "Retry-After: 1\r\n", "", "10", ""),
    ("429 with one that is longer than the code lives", 429, "Retry-After: 86400\r\n", "", "1795", ""),
    (
        "pending, and a Retry-After",
        400,
        "Retry-After: 30\r\n",
        r#"{"error":"authorization_pending"}"#,
        "30",
        "authorization_pending",
    ),
    ("500", 500, JSON, r#"{"error":"server_error"}"#, "10", "server_error"),
    ("silence", 0, "", "", "10", ""),
];

#[test]
fn what_does_not_end_the_polling() {
    if !crate::common::own_process("device::what_does_not_end_the_polling") {
        return;
    }
    oauth::system::testing::stand_still();
    let mut table = Table::new("not yet");
    for (name, status, headers, body, wait, error) in NOT_YET {
        table.row(name, |row| {
            let client = asking(&[]);
            asked(&client, ASKED);
            oauth::system::testing::advance(5);
            row.returned(poll(&client), OAUTH_HTTP_NEEDED);
            row.returned(client.respond(*status, headers, body.as_bytes()), OAUTH_PENDING);
            row.action(OAUTH_ACTION_RETRY);
            row.holds(&error_text(), error_text().starts_with(&format!("not yet: call again in {wait} s")));
            row.eq("wait", client.get(OAUTH_RETRY_AFTER).as_str(), wait);
            row.eq("error", client.get(OAUTH_ERROR).as_str(), error);
            // Sooner, nothing is sent.
            row.returned(poll(&client), OAUTH_PENDING);
            row.eq("request", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            row.eq("code", client.get(OAUTH_USER_CODE), "WDJB-MJHT".to_owned());
            if *wait != "1795" {
                row.returned(polled(&client, 200, JSON, TOKEN), 0);
                row.eq("header", client.header().1, "Authorization: Bearer a-token".to_owned());
            }
        });
    }
    table.row("slow_down is for good", |row| {
        let client = asking(&[]);
        asked(&client, ASKED);
        for expected in ["10", "15", "20"] {
            row.returned(polled(&client, 400, JSON, r#"{"error":"slow_down"}"#), OAUTH_PENDING);
            row.eq("wait", client.get(OAUTH_RETRY_AFTER).as_str(), expected);
        }
        row.returned(polled(&client, 400, JSON, r#"{"error":"authorization_pending"}"#), OAUTH_PENDING);
        row.eq("wait", client.get(OAUTH_RETRY_AFTER), "20".to_owned());
    });
    table.row("who gets no answer asks less often, until there is one", |row| {
        let client = asking(&[]);
        asked(&client, ASKED);
        for expected in ["10", "20", "40", "80"] {
            row.returned(polled(&client, 0, "", ""), OAUTH_PENDING);
            row.eq("wait", client.get(OAUTH_RETRY_AFTER).as_str(), expected);
        }
        row.returned(polled(&client, 400, JSON, r#"{"error":"authorization_pending"}"#), OAUTH_PENDING);
        row.eq("wait", client.get(OAUTH_RETRY_AFTER), "5".to_owned());
    });
    table.row("for ever pending ends with the code", |row| {
        let client = asking(&[]);
        asked(&client, ASKED);
        let mut polls = 0;
        let mut answer = OAUTH_PENDING;
        while answer == OAUTH_PENDING && polls < 1000 {
            polls += 1;
            oauth::system::testing::advance(5);
            answer = poll(&client);
            if answer == OAUTH_HTTP_NEEDED {
                answer = client.respond(400, JSON, br#"{"error":"authorization_pending"}"#);
            }
        }
        row.returned(answer, OAUTH_ERROR_EXPIRED_TOKEN);
        row.action(OAUTH_ACTION_SIGN_IN);
        row.eq("polls", polls, 360);
        row.eq("code", client.get(OAUTH_USER_CODE), String::new());
    });
    table.end();
}

/// Answers that do: number, action, and whether the same is told to who polls again.
const ENDS: &[(&str, i32, &str, i32, i32, bool)] = &[
    (
        "the person said no",
        400,
        r#"{"error":"access_denied"}"#,
        OAUTH_ERROR_ACCESS_DENIED,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    (
        "Google: the person said no",
        403,
        r#"{"error":"access_denied","error_description":"Forbidden"}"#,
        OAUTH_ERROR_ACCESS_DENIED,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    (
        "Microsoft: the person said no",
        400,
        r#"{"error":"authorization_declined"}"#,
        OAUTH_ERROR_REFUSED,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    ("too late", 400, r#"{"error":"expired_token"}"#, OAUTH_ERROR_EXPIRED_TOKEN, OAUTH_ACTION_SIGN_IN, true),
    (
        "GitHub: too late",
        200,
        r#"{"error":"expired_token"}"#,
        OAUTH_ERROR_EXPIRED_TOKEN,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    (
        "the code is used",
        400,
        r#"{"error":"invalid_grant"}"#,
        OAUTH_ERROR_INVALID_GRANT,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    (
        "Microsoft: not its code",
        400,
        r#"{"error":"bad_verification_code"}"#,
        OAUTH_ERROR_REFUSED,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    (
        "GitHub: not its code",
        200,
        r#"{"error":"incorrect_device_code"}"#,
        OAUTH_ERROR_REFUSED,
        OAUTH_ACTION_SIGN_IN,
        true,
    ),
    // What can be mended meanwhile.
    (
        "the client is wrong",
        401,
        r#"{"error":"invalid_client"}"#,
        OAUTH_ERROR_INVALID_CLIENT,
        OAUTH_ACTION_FIX,
        false,
    ),
    (
        "the grant is not for this client",
        400,
        r#"{"error":"unauthorized_client"}"#,
        OAUTH_ERROR_UNAUTHORIZED,
        OAUTH_ACTION_FIX,
        false,
    ),
    (
        "no such grant",
        400,
        r#"{"error":"unsupported_grant_type"}"#,
        OAUTH_ERROR_UNSUPPORTED_GRANT,
        OAUTH_ACTION_FIX,
        false,
    ),
    (
        "a page from whoever is between",
        200,
        "<html><title>Welcome to our hotel</title></html>",
        OAUTH_ERROR_RESPONSE,
        OAUTH_ACTION_FIX,
        false,
    ),
    (
        "not found",
        404,
        "<html><title>Not found</title></html>",
        OAUTH_ERROR_RESPONSE,
        OAUTH_ACTION_FIX,
        false,
    ),
];

#[test]
fn what_ends_the_polling() {
    if !crate::common::own_process("device::what_ends_the_polling") {
        return;
    }
    oauth::system::testing::stand_still();
    let mut table = Table::new("ended");
    for (name, status, body, number, action, is_last) in ENDS {
        table.row(name, |row| {
            let client = asking(&[]);
            asked(&client, ASKED);
            row.returned(polled(&client, *status, JSON, body), *number);
            row.action(*action);
            if *is_last {
                row.eq("code", client.get(OAUTH_USER_CODE), String::new());
                oauth::system::testing::advance(5);
                row.returned(poll(&client), *number);
                row.action(*action);
                return;
            }
            row.eq("code", client.get(OAUTH_USER_CODE), "WDJB-MJHT".to_owned());
            row.returned(polled(&client, 200, JSON, TOKEN), 0);
        });
    }
    table.row("no sentence repeats what stands for the person", |row| {
        let client = asking(&[]);
        asked(&client, ASKED);
        let refusal = format!(r#"{{"error":"invalid_grant","error_description":"no such {CODE}"}}"#);
        row.returned(polled(&client, 400, JSON, &refusal), OAUTH_ERROR_INVALID_GRANT);
        row.holds(&error_text(), !error_text().contains(CODE) && error_text().contains("withheld"));
    });
    table.row("nobody was asked", |row| {
        let client = asking(&[]);
        row.returned(poll(&client), OAUTH_ERROR_SEQUENCE);
        row.holds(&error_text(), error_text().contains("oauth_device_start"));
    });
    table.end();
}

#[test]
fn an_address_that_is_too_long_to_be_drawn() {
    let mut table = Table::new("QR codes");
    let address = |length: usize| format!("https://as.example/{}", "d".repeat(length - 19));
    let with = |settings: Settings, uri: &str, complete: &str| {
        let client = asking(settings);
        let end = format!(r#""verification_uri":"{uri}","verification_uri_complete":"{complete}"}}"#);
        asked(&client, &format!(r#"{{"device_code":"abc","user_code":"A",{end}"#));
        client
    };
    let drawn = |client: &Client| out(|b, c| unsafe { ffi::oauth_get(client.0, OAUTH_QR_CODE, b, c) });
    table.row("what has no room is told, with the lines that it takes", |row: &mut Row| {
        let client = with(&[(OAUTH_QR_STYLE, "plain")], &address(29), "");
        row.returned(drawn(&client).0, OAUTH_ERROR_QR);
        row.action(OAUTH_ACTION_FIX);
        row.holds(&error_text(), error_text().contains("24 lines: set qr_lines to 27"));
        client.must_set(OAUTH_QR_LINES, "27");
        let (n, text) = drawn(&client);
        row.holds("it is drawn", n > 0 && text.is_ascii());
        row.eq("lines", text.lines().count(), 27);
    });
    table.row("what no screen has room for", |row| {
        let client = with(&[(OAUTH_QR_LINES, "80")], &address(300), "");
        row.returned(drawn(&client).0, OAUTH_ERROR_QR);
        row.holds(&error_text(), error_text().contains("show the address itself"));
        row.eq("the address", client.get(OAUTH_VERIFICATION_URI), address(300));
    });
    table.row("instead of the address with the code, that without", |row| {
        let client = with(&[], &address(30), &address(300));
        let alone = with(&[], &address(30), "");
        row.eq("drawn", drawn(&client), drawn(&alone));
        row.holds("another", drawn(&with(&[], &address(30), &address(50))) != drawn(&alone));
    });
    table.end();
}
