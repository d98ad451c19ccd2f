//! Requests that are pushed (RFC 9126): what the server is sent, what stands in the URL then, what becomes of a URL that the
//! caller has not fetched, and what is said where none can be made.

use crate::common::{error_text, own_process, Client};
use crate::support::{client, parameter_of, sent, Row, Sent, Settings, Table, SECRET};
use oauth::constants::*;
use oauth::ffi;
use oauth::system::testing::advance;
use std::thread;

const URI: &str = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c";
const URL: &str = "https://as.example/authorize?client_id=client\
                   &request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc_11ACC5bwc014ltc14eY22c";

const REQUIRED: &str = r#","require_pushed_authorization_requests":true"#;

/// Names and values.
type Parameters<'a> = &'a [(&'a str, &'a str)];

fn pushing(set: Settings) -> Client {
    let client = client(&[(OAUTH_PAR, "yes"), (OAUTH_PAR_ENDPOINT, "https://as.example/par")]);
    for (property, text) in set {
        client.must_set(*property, text);
    }
    client
}

/// The server has it, under that name.
fn answer(client: &Client, request_uri: &str) -> i32 {
    let body = serde_json::json!({"request_uri": request_uri, "expires_in": 60}).to_string();
    client.respond(201, "Content-Type: application/json\r\n", body.as_bytes())
}

/// Pushes; the URL is there to be fetched.
fn push(row: &mut Row, client: &Client) -> Sent {
    push_of(row, client, URL.len())
}

/// The same of a URL that is so long.
fn push_of(row: &mut Row, client: &Client, length: usize) -> Sent {
    row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
    let request = sent(client);
    row.returned(answer(client, URI), i32::try_from(length).unwrap());
    request
}

fn with_capacity(client: &Client, capacity: usize) -> i32 {
    let mut buffer = vec![0; capacity];
    unsafe { ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr(), i32::try_from(capacity).unwrap()) }
}

#[test]
fn what_is_pushed_and_what_the_url_says() {
    // Settings, and the pushed parameters but for those of the proof.
    let rows: &[(&str, Settings, Parameters)] = &[
        (
            "the least (RFC 9126 section 2.1)",
            &[(OAUTH_SCOPE, "account-information")],
            &[
                ("response_type", "code"),
                ("client_id", "client"),
                ("redirect_uri", "https://app.example/cb"),
                ("scope", "account-information"),
            ],
        ),
        (
            "all that a URL can say",
            &[
                (OAUTH_REDIRECT_URI, "https://app.example/cb?a=1&b=ü"),
                (OAUTH_SCOPE, "photos a+b"),
                (OAUTH_AUDIENCE, "api"),
                (OAUTH_RESOURCE, "https://a.example https://b.example"),
                (OAUTH_RESPONSE_MODE, "form_post"),
                (OAUTH_PROMPT, "login consent"),
                (OAUTH_MAX_AGE, "600"),
                (OAUTH_LOGIN_HINT, "anne+x@example.com"),
                (OAUTH_CLAIMS, r#"{"userinfo":{"email":null}}"#),
                (OAUTH_AUTHORIZATION_DETAILS, r#"[{"type":"account"}]"#),
                (OAUTH_AUTHORIZE_PARAMS, "nonce=n-0S6&tenant=a%26b"),
            ],
            &[
                ("response_type", "code"),
                ("client_id", "client"),
                ("redirect_uri", "https://app.example/cb?a=1&b=ü"),
                ("scope", "photos a+b"),
                ("audience", "api"),
                ("resource", "https://a.example"),
                ("resource", "https://b.example"),
                ("response_mode", "form_post"),
                ("prompt", "login consent"),
                ("max_age", "600"),
                ("login_hint", "anne+x@example.com"),
                ("claims", r#"{"userinfo":{"email":null}}"#),
                ("authorization_details", r#"[{"type":"account"}]"#),
                ("nonce", "n-0S6"),
                ("tenant", "a&b"),
            ],
        ),
        (
            "the names are those of the authorization request, and the body is a form",
            &[
                (OAUTH_SCOPE, "a b"),
                (OAUTH_SCOPE_SEPARATOR, "comma"),
                (OAUTH_AUTHORIZE_NAMES, "scope=scopes"),
                (OAUTH_TOKEN_NAMES, "redirect_uri=back"),
                (OAUTH_TOKEN_PARAMS, "tenant=1"),
                (OAUTH_REQUEST_BODY, "get"),
            ],
            &[
                ("response_type", "code"),
                ("client_id", "client"),
                ("redirect_uri", "https://app.example/cb"),
                ("scopes", "a,b"),
            ],
        ),
    ];
    let mut table = Table::new("pushed requests");
    for (name, set, expected) in rows {
        table.row(name, |row| {
            let client = pushing(set);
            let request = push(row, &client);
            row.eq("method", request.method.as_str(), "POST");
            row.eq("endpoint", request.url.as_str(), "https://as.example/par");
            row.eq("type", request.header("Content-Type"), vec!["application/x-www-form-urlencoded"]);
            row.eq("Authorization", request.header("Authorization").len(), 1);
            row.eq("URL", client.authorize_url().as_str(), URL);
            let state = client.get(OAUTH_STATE);
            let challenge = request.parameter("code_challenge").unwrap_or_default();
            row.eq("length of the challenge", challenge.len(), 43);
            let proof = [
                ("state", state.as_str()),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ];
            let expected: Vec<_> = expected.iter().chain(&proof).copied().collect();
            let got = request.parameters();
            let got: Vec<_> = got.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            row.eq("parameters", got, expected);
            row.returned(client.exchange(&format!("?code=abc&state={state}")), OAUTH_HTTP_NEEDED);
            let verifier = sent(&client).parameter("code_verifier").unwrap_or_default();
            row.eq("length of the verifier", verifier.len(), 43);
        });
    }
    table.row("a client_id among further parameters", |row| {
        let client = pushing(&[(OAUTH_AUTHORIZE_PARAMS, "client_id=other")]);
        let request = push_of(row, &client, URL.len() - 1);
        row.eq("client_id", request.parameter("client_id").as_deref(), Some("other"));
        row.eq("URL", client.authorize_url(), URL.replace("client_id=client", "client_id=other"));
    });
    table.row("no client_id", |row| {
        let client = pushing(&[(OAUTH_AUTHORIZE_NAMES, "client_id=")]);
        let request = push_of(row, &client, URL.len() - "client_id=client&".len());
        row.eq("client_id", request.parameter("client_id"), None);
        row.eq("URL", client.authorize_url(), URL.replace("client_id=client&", ""));
    });
    table.row("a nonce of ours (OpenID Connect Core section 3.1.2.1)", |row| {
        let client = pushing(&[(OAUTH_SCOPE, "openid")]);
        let nonce = push(row, &client).parameter("nonce").unwrap_or_default();
        row.eq("its length", nonce.len(), 22);
        row.holds("it is in no URL", !client.authorize_url().contains(&nonce));
    });
    for (endpoint, before, after) in [
        ("https://as.example/authorize?tenant=a%20b", "https://as.example/authorize?tenant=a%20b&", ""),
        ("https://as.example/authorize#/page", "https://as.example/authorize?", "#/page"),
    ] {
        table.row(&format!("endpoint {endpoint}"), |row| {
            let client = pushing(&[(OAUTH_AUTHORIZATION_ENDPOINT, endpoint)]);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            row.eq("tenant is not pushed", sent(&client).parameter("tenant"), None);
            assert!(answer(&client, URI) > 0);
            let said = URL.split_once('?').unwrap().1;
            row.eq("URL", client.authorize_url(), format!("{before}{said}{after}"));
        });
    }
    table.end();
}

/// RFC 9126 section 2: as at the token endpoint.
#[test]
fn the_client_shows_who_it_is() {
    let mut table = Table::new("authentication of pushed requests");
    for (method, secret, header, parameter) in [
        ("client_secret_basic", SECRET, 1, None),
        ("client_secret_post", SECRET, 0, Some(SECRET)),
        ("none", "", 0, None),
        ("tls_client_auth", "", 0, None),
    ] {
        table.row(method, |row| {
            let client = pushing(&[(OAUTH_CLIENT_AUTH, method), (OAUTH_CLIENT_SECRET, secret)]);
            let request = push(row, &client);
            row.eq("Authorization", request.header("Authorization").len(), header);
            row.eq("client_secret", request.parameter("client_secret").as_deref(), parameter);
            row.eq("client_id", request.parameter("client_id").as_deref(), Some("client"));
            row.holds("no secret in the URL", !client.authorize_url().contains(SECRET));
        });
    }
    table.row("a gateway's header", |row| {
        let client = pushing(&[(OAUTH_TOKEN_HEADERS, "X-Api-Key: k")]);
        let request = push(row, &client);
        row.eq("X-Api-Key", request.header("X-Api-Key"), vec!["k"]);
    });
    table.end();
}

#[test]
fn a_pushed_request_is_pushed_once() {
    let nothing_waits = |row: &mut Row, client: &Client| {
        row.returned(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
    };
    let mut table = Table::new("pushed once");
    table.row("a short buffer, and one of no length, lose nothing", |row| {
        let client = pushing(&[]);
        row.returned(with_capacity(&client, 16), OAUTH_HTTP_NEEDED);
        let state = sent(&client).parameter("state").unwrap();
        let length = answer(&client, URI);
        row.eq("length", length, i32::try_from(URL.len()).unwrap());
        for capacity in [0, 1, URL.len()] {
            let expected = if capacity == 0 { length } else { OAUTH_ERROR_BUFFER };
            row.returned(with_capacity(&client, capacity), expected);
            nothing_waits(row, &client);
        }
        row.eq("state before it is given out", client.get(OAUTH_STATE), String::new());
        row.eq("URL", client.authorize_url().as_str(), URL);
        row.eq("state", client.get(OAUTH_STATE), state);
    });
    table.row("one of no length asks the server", |row| {
        let client = pushing(&[]);
        row.returned(with_capacity(&client, 0), OAUTH_HTTP_NEEDED);
        answer(&client, URI);
        row.eq("URL", client.authorize_url().as_str(), URL);
    });
    table.row("the next URL is another", |row| {
        let client = pushing(&[]);
        let states: Vec<_> = (0..2)
            .map(|_| {
                let state = push(row, &client).parameter("state");
                client.authorize_url();
                state
            })
            .collect();
        row.holds("two states", states[0] != states[1]);
    });
    table.row("other settings want another URL", |row| {
        let client = pushing(&[]);
        push(row, &client);
        client.must_set(OAUTH_SCOPE, "more");
        let scope = push(row, &client).parameter("scope");
        row.eq("scope", scope.as_deref(), Some("more"));
        row.eq("URL", client.authorize_url().as_str(), URL);
    });
    table.row("settings that change while the server is asked", |row| {
        let client = pushing(&[]);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
        client.must_set(OAUTH_SCOPE, "more");
        row.returned(answer(&client, "urn:old"), OAUTH_HTTP_NEEDED);
        row.eq("scope", sent(&client).parameter("scope").as_deref(), Some("more"));
        assert!(answer(&client, URI) > 0);
        row.eq("URL", client.authorize_url().as_str(), URL);
    });
    table.row("a thread has its own", |row| {
        let client = pushing(&[]);
        push(row, &client);
        let other = thread::scope(|scope| scope.spawn(|| client.build_url().0).join().unwrap());
        row.eq("another thread's", other, OAUTH_HTTP_NEEDED);
        thread::scope(|scope| scope.spawn(|| answer(&client, "urn:theirs")).join().unwrap());
        row.eq("URL", client.authorize_url().as_str(), URL);
    });
    table.row("after par is taken back the URL says all itself", |row| {
        let client = pushing(&[]);
        push(row, &client);
        client.must_set(OAUTH_PAR, "");
        let url = client.authorize_url();
        row.eq("redirect_uri", parameter_of(&url, "redirect_uri").as_deref(), Some("https://app.example/cb"));
    });
    table.end();
}

#[test]
fn what_the_server_has_forgotten_is_pushed_anew() {
    if !own_process("par::what_the_server_has_forgotten_is_pushed_anew") {
        return;
    }
    let mut table = Table::new("pushed and too old");
    for (expires_in, is_there, is_over) in [
        ("60", 59, 61),
        ("\"60\"", 59, 61),
        ("null", 59, 61),
        ("0", 4, 6),
        ("-5", 4, 6),
        ("1e300", 59, 61),
        ("86401", 86_399, 86_401),
        ("60.9", 59, 61),
    ] {
        table.row(&format!("expires_in {expires_in}"), |row| {
            for (wait, expected) in
                [(is_there, i32::try_from(URL.len()).unwrap()), (is_over, OAUTH_HTTP_NEEDED)]
            {
                let client = pushing(&[]);
                row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
                let body = format!("{{\"request_uri\":\"{URI}\",\"expires_in\":{expires_in}}}");
                assert!(client.respond(201, "", body.as_bytes()) > 0);
                advance(wait);
                row.returned(client.build_url().0, expected);
            }
        });
    }
    table.end();
}

#[test]
fn what_the_server_calls_it_splits_no_url() {
    let mut table = Table::new("request_uri");
    // As it came, and as it stands in the URL.
    for (request_uri, escaped) in [
        ("urn:x:a", "urn%3Ax%3Aa"),
        (
            "https://as.example/r?a=b&client_id=evil#c",
            "https%3A%2F%2Fas.example%2Fr%3Fa%3Db%26client_id%3Devil%23c",
        ),
        ("a%26b=c&d", "a%2526b%3Dc%26d"),
        ("javascript:alert(1)//", "javascript%3Aalert%281%29%2F%2F"),
    ] {
        table.row(request_uri, |row| {
            let client = pushing(&[]);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            assert!(answer(&client, request_uri) > 0, "{}", error_text());
            let expected = format!("https://as.example/authorize?client_id=client&request_uri={escaped}");
            row.eq("URL", client.authorize_url(), expected);
        });
    }
    for request_uri in
        ["", "urn: x", "urn:x\r\nSet-Cookie: a", "urn:\u{0}x", "urn:ü", "urn:\u{202e}x", &"x".repeat(2049)]
    {
        table.row(&format!("none: {request_uri:.30?}"), |row| {
            let client = pushing(&[]);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            row.returned(answer(&client, request_uri), OAUTH_ERROR_RESPONSE);
            row.holds(&error_text(), error_text().contains("request_uri is no URI"));
            row.eq("state", client.get(OAUTH_STATE), String::new());
        });
    }
    table.end();
}

#[test]
fn what_comes_instead() {
    const JSON: &str = "Content-Type: application/json\r\n";
    let rows: &[(&str, i32, &str, &str, i32, i32, &str)] = &[
        // ---- RFC 9126 section 2.3 ----
        (
            "invalid_request",
            400,
            JSON,
            r#"{"error":"invalid_request","error_description":"redirect_uri is not known"}"#,
            OAUTH_ERROR_INVALID_REQUEST,
            OAUTH_ACTION_FIX,
            "redirect_uri is not known",
        ),
        (
            "invalid_client",
            401,
            JSON,
            r#"{"error":"invalid_client"}"#,
            OAUTH_ERROR_INVALID_CLIENT,
            OAUTH_ACTION_FIX,
            "check client_id",
        ),
        (
            "401 alone",
            401,
            "WWW-Authenticate: Basic realm=\"as\"\r\n",
            "",
            OAUTH_ERROR_INVALID_CLIENT,
            OAUTH_ACTION_FIX,
            "check client_id",
        ),
        (
            "invalid_request_object",
            400,
            JSON,
            r#"{"error":"invalid_request_object"}"#,
            OAUTH_ERROR_REQUEST_OBJECT,
            OAUTH_ACTION_FIX,
            "check request_object",
        ),
        (
            "request_not_supported",
            400,
            JSON,
            r#"{"error":"request_not_supported"}"#,
            OAUTH_ERROR_REQUEST_OBJECT,
            OAUTH_ACTION_FIX,
            "set request_object to no",
        ),
        (
            "invalid_authorization_details",
            400,
            JSON,
            r#"{"error":"invalid_authorization_details"}"#,
            OAUTH_ERROR_AUTH_DETAILS,
            OAUTH_ACTION_FIX,
            "check authorization_details",
        ),
        (
            "invalid_target",
            400,
            JSON,
            r#"{"error":"invalid_target"}"#,
            OAUTH_ERROR_INVALID_TARGET,
            OAUTH_ACTION_FIX,
            "check audience and resource",
        ),
        (
            "invalid_scope",
            400,
            JSON,
            r#"{"error":"invalid_scope"}"#,
            OAUTH_ERROR_INVALID_SCOPE,
            OAUTH_ACTION_FIX,
            "check scope",
        ),
        ("405", 405, "", "", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX, "check par_endpoint"),
        (
            "404, a page",
            404,
            "Content-Type: text/html\r\n",
            "<html>not found</html>",
            OAUTH_ERROR_RESPONSE,
            OAUTH_ACTION_FIX,
            "check par_endpoint",
        ),
        ("413", 413, "", "", OAUTH_ERROR_REFUSED, OAUTH_ACTION_FIX, "too large for the server"),
        (
            "413, a page (nginx)",
            413,
            "Content-Type: text/html\r\n",
            "<html><h1>413 Request Entity Too Large</h1></html>",
            OAUTH_ERROR_REFUSED,
            OAUTH_ACTION_FIX,
            "too large for the server",
        ),
        ("413, members", 413, JSON, "{}", OAUTH_ERROR_REFUSED, OAUTH_ACTION_FIX, "too large for the server"),
        (
            "429",
            429,
            "Retry-After: 7\r\n",
            "",
            OAUTH_ERROR_UNAVAILABLE,
            OAUTH_ACTION_RETRY,
            "try again later",
        ),
        ("503", 503, "", "<html>", OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY, "try again later"),
        // ---- no answer of use ----
        (
            "a page",
            200,
            "Content-Type: text/html\r\n",
            "<html>Welcome</html>",
            OAUTH_ERROR_RESPONSE,
            OAUTH_ACTION_FIX,
            "it is a web page: check par_endpoint",
        ),
        ("empty", 201, "", "", OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX, "it is empty"),
        (
            "a token",
            200,
            JSON,
            r#"{"access_token":"at"}"#,
            OAUTH_ERROR_RESPONSE,
            OAUTH_ACTION_FIX,
            "no member request_uri",
        ),
        (
            "request_uri is no text",
            201,
            JSON,
            r#"{"request_uri":["urn:x"],"expires_in":60}"#,
            OAUTH_ERROR_RESPONSE,
            OAUTH_ACTION_FIX,
            "request_uri is no URI",
        ),
        (
            "an error with 201",
            201,
            JSON,
            r#"{"error":"invalid_request","request_uri":"urn:x"}"#,
            OAUTH_ERROR_INVALID_REQUEST,
            OAUTH_ACTION_FIX,
            "invalid_request",
        ),
        (
            "a redirect",
            302,
            "Location: https://as.example/login\r\n",
            "",
            OAUTH_ERROR_RESPONSE,
            OAUTH_ACTION_FIX,
            "the server redirects",
        ),
        ("silence", 0, "", "", OAUTH_ERROR_DISCONNECTED, OAUTH_ACTION_RETRY, "got no answer"),
    ];
    let mut table = Table::new("answers to a push");
    for (name, status, headers, body, number, action, says) in rows {
        table.row(name, |row| {
            let client = pushing(&[]);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            row.returned(client.respond(*status, headers, body.as_bytes()), *number);
            row.action(*action);
            row.holds(&error_text(), error_text().contains(says));
            row.eq("state", client.get(OAUTH_STATE), String::new());
            // And again.
            push(row, &client);
            row.eq("URL", client.authorize_url().as_str(), URL);
        });
    }
    table.row("any success, in whatever dress", |row| {
        for (status, body) in [
            (200, format!("\u{feff}\n{{\"request_uri\":\"{URI}\",}}")),
            (202, format!("[{{\"request_uri\":\"{URI}\"}}]")),
        ] {
            let client = pushing(&[]);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            assert!(client.respond(status, "", body.as_bytes()) > 0, "{}", error_text());
            row.eq("URL", client.authorize_url().as_str(), URL);
        }
    });
    table.row("our secret in its words is not repeated", |row| {
        let client = pushing(&[(OAUTH_CLIENT_AUTH, "client_secret_post")]);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
        let body = format!(r#"{{"error":"invalid_request","error_description":"bad {SECRET}"}}"#);
        row.returned(client.respond(400, JSON, body.as_bytes()), OAUTH_ERROR_INVALID_REQUEST);
        row.holds(&error_text(), !error_text().contains(SECRET));
    });
    for (name, set, number, says) in [
        ("no endpoint", (OAUTH_PAR_ENDPOINT, ""), OAUTH_ERROR_MISSING, "par_endpoint is not set"),
        (
            "a machine's grant",
            (OAUTH_GRANT_TYPE, "client_credentials"),
            OAUTH_ERROR_VALUE,
            "needs no sign-in",
        ),
        ("no client_id", (OAUTH_CLIENT_ID, ""), OAUTH_ERROR_MISSING, "client_id is not set"),
    ] {
        table.row(name, |row| {
            let client = pushing(&[set]);
            row.returned(client.build_url().0, number);
            row.holds(&error_text(), error_text().contains(says));
        });
    }
    table.end();
}

/// By what the server says of itself (RFC 9126 section 5, RFC 9101 section 10.5).
#[test]
fn a_server_that_wants_it_is_obeyed() {
    let metadata = |more: &str| {
        format!(
            r#"{{"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize",
                "token_endpoint":"https://as.example/token","response_types_supported":["code"],
                "code_challenge_methods_supported":["S256"],
                "pushed_authorization_request_endpoint":"https://as.example/par"{more}}}"#
        )
    };
    let by_issuer = |set: Settings| {
        let client = client(&[(OAUTH_AUTHORIZATION_ENDPOINT, ""), (OAUTH_TOKEN_ENDPOINT, "")]);
        client.must_set(OAUTH_ISSUER, "https://as.example");
        for (property, text) in set {
            client.must_set(*property, text);
        }
        client
    };
    let mut table = Table::new("pushed by metadata");
    for (name, set, more, is_pushed) in [
        ("required", &[][..], REQUIRED, true),
        ("required, and par=no", &[(OAUTH_PAR, "no")], REQUIRED, false),
        ("not required", &[], "", false),
        ("not required, and par=yes", &[(OAUTH_PAR, "yes")], "", true),
    ] {
        table.row(name, |row| {
            let client = by_issuer(set);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            let n = client.respond(200, "", metadata(more).as_bytes());
            if !is_pushed {
                row.eq("length", n, i32::try_from(client.authorize_url().len()).unwrap());
                return;
            }
            row.returned(n, OAUTH_HTTP_NEEDED);
            row.eq("endpoint", sent(&client).url.as_str(), "https://as.example/par");
            row.returned(answer(&client, URI), i32::try_from(URL.len()).unwrap());
            row.eq("URL", client.authorize_url().as_str(), URL);
        });
    }
    table.row("the endpoint that is set beats the one that is found", |row| {
        let client = by_issuer(&[(OAUTH_PAR, "yes"), (OAUTH_PAR_ENDPOINT, "https://as.example/other")]);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", metadata("").as_bytes()), OAUTH_HTTP_NEEDED);
        row.eq("endpoint", sent(&client).url.as_str(), "https://as.example/other");
    });
    table.row("the endpoint alone is looked up", |row| {
        let client = client(&[(OAUTH_ISSUER, "https://as.example"), (OAUTH_PAR, "yes")]);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", metadata("").as_bytes()), OAUTH_HTTP_NEEDED);
        row.eq("endpoint", sent(&client).url.as_str(), "https://as.example/par");
    });
    for (name, set, more, number, says) in [
        (
            "it has no such endpoint",
            &[(OAUTH_PAR, "yes")][..],
            r#","pushed_authorization_request_endpoint":null"#,
            OAUTH_ERROR_UNSUPPORTED,
            "par_endpoint",
        ),
        (
            "it takes none but signed requests",
            &[],
            r#","require_signed_request_object":true"#,
            OAUTH_ERROR_VALUE,
            "request_object: the server takes none but signed requests",
        ),
        (
            "it takes no signed requests",
            &[(OAUTH_REQUEST_OBJECT, "signed")],
            r#","request_parameter_supported":false"#,
            OAUTH_ERROR_UNSUPPORTED,
            "set request_object to no",
        ),
    ] {
        table.row(name, |row| {
            let client = by_issuer(set);
            row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
            let metadata = metadata(more).replacen(
                r#""pushed_authorization_request_endpoint":"https://as.example/par","#,
                "",
                1,
            );
            row.returned(client.respond(200, "", metadata.as_bytes()), number);
            row.action(OAUTH_ACTION_FIX);
            row.holds(&error_text(), error_text().contains(says));
        });
    }
    table.end();
}
