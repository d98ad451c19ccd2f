//! What a server says to a revocation (RFC 7009 section 2.2), and what is made of it.

use crate::common::error_text;
use crate::revocation::*;
use crate::support::*;
use oauth::constants::*;

const NO_ANSWER: Said = (0, "", "");

#[test]
fn any_answer_but_an_error_is_a_yes() {
    const HTML: &str = "Content-Type: text/html\r\n";
    let says = [
        ("empty", YES),
        ("no content", (204, "", "")),
        ("accepted", (202, "", "")),
        ("empty as JSON", (200, JSON, "")),
        ("a web page", (200, HTML, "<html>bye</html>")),
        ("no sense", (200, JSON, "{\"a\":[1,")),
        ("OK", (200, "Content-Type: text/plain\r\n", "OK")),
        ("an empty object", (200, JSON, "{}")),
        ("a list", (200, JSON, "[]")),
        ("an object", (200, JSON, "{\"success\":true}")),
        // Google says so of a token that is revoked already; with its refresh token, an access token is.
        (
            "dead",
            (400, JSON, "{\"error\":\"invalid_token\",\"error_description\":\"Token expired or revoked\"}"),
        ),
    ];
    let mut table = Table::default();
    for (name, said) in says {
        rows(&mut table, name, &[said, said], |scene| {
            assert_eq!(scene.revoke(), 0, "{}", error_text());
            assert_eq!((scene.sent(), error_text().as_str()), (BOTH.map(str::to_owned).to_vec(), ""));
            scene.all_is_gone();
        });
    }
    // RFC 7009 section 2.2.1: the access token lives until it expires.
    let unsupported = (400, JSON, "{\"error\":\"unsupported_token_type\"}");
    rows(&mut table, "access tokens are not revoked", &[YES, unsupported], |scene| {
        assert_eq!(scene.revoke(), 0, "{}", error_text());
        assert_eq!(scene.sent(), BOTH);
        scene.all_is_gone();
    });
    table.end();
}

/// What a server says, and what is made of it: code, the beginning, a word that is in it, what to do.
type Refusal = (&'static str, Said, i32, &'static str, &'static str, i32);

const REFUSALS: &[Refusal] = &[
    (
        "unsupported",
        (400, JSON, "{\"error\":\"unsupported_token_type\"}"),
        OAUTH_ERROR_UNSUPPORTED_TOKEN,
        "unsupported_token_type",
        "oauth_forget",
        OAUTH_ACTION_FIX,
    ),
    (
        "400 invalid_client",
        (400, JSON, "{\"error\":\"invalid_client\"}"),
        OAUTH_ERROR_INVALID_CLIENT,
        "invalid_client: ",
        "check client_id",
        OAUTH_ACTION_FIX,
    ),
    ("401", (401, "", ""), OAUTH_ERROR_INVALID_CLIENT, "invalid_client: ", "client_secret", OAUTH_ACTION_FIX),
    (
        "401 with a challenge",
        (401, "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n", ""),
        OAUTH_ERROR_INVALID_TOKEN,
        "invalid_token: ",
        "check client_id",
        OAUTH_ACTION_FIX,
    ),
    (
        "403",
        (403, JSON, "{\"error\":\"unauthorized_client\"}"),
        OAUTH_ERROR_UNAUTHORIZED,
        "unauthorized_client: ",
        "does not let this client",
        OAUTH_ACTION_FIX,
    ),
    (
        "200 with an error",
        (200, JSON, "{\"error\":\"invalid_request\",\"error_description\":\"what?\"}"),
        OAUTH_ERROR_INVALID_REQUEST,
        "invalid_request: ",
        "(\"what?\")",
        OAUTH_ACTION_FIX,
    ),
    (
        "400 without one",
        (400, "", ""),
        OAUTH_ERROR_RESPONSE,
        "answer not understood (status 400)",
        "it is empty",
        OAUTH_ACTION_FIX,
    ),
    (
        "404",
        (404, "", ""),
        OAUTH_ERROR_RESPONSE,
        "answer not understood (status 404)",
        "nothing takes revocation requests at this URL: check revocation_endpoint",
        OAUTH_ACTION_FIX,
    ),
    (
        "404 as a web page",
        (404, "", "<html>"),
        OAUTH_ERROR_RESPONSE,
        "it is a web page: check revocation_endpoint,",
        "at this URL: check revocation_endpoint",
        OAUTH_ACTION_FIX,
    ),
    (
        "302",
        (302, "Location: https://as.example/elsewhere\r\n", ""),
        OAUTH_ERROR_RESPONSE,
        "answer not understood (status 302): the server redirects",
        "set revocation_endpoint to the new URL",
        OAUTH_ACTION_FIX,
    ),
    (
        "asks for too much time",
        (503, "Retry-After: 100\r\n", ""),
        OAUTH_ERROR_UNAVAILABLE,
        "the server cannot serve now (status 503)",
        "try again later",
        OAUTH_ACTION_RETRY,
    ),
];

/// What is said first where one of two tokens has gone.
fn half(code: i32) -> &'static str {
    match code {
        // The server may have done it all the same.
        OAUTH_ERROR_RESPONSE | OAUTH_ERROR_UNAVAILABLE | OAUTH_ERROR_DISCONNECTED => {
            "the refresh token is revoked, the access token may not be: "
        }
        _ => "the refresh token is revoked, the access token is not: ",
    }
}

#[test]
fn a_refusal_leaves_the_tokens_where_they_were() {
    let mut table = Table::default();
    for (name, said, code, begins, says, action) in REFUSALS.iter().copied() {
        let refused = |scene: &Scene, sent: usize| {
            let half = if sent == 2 { half(code) } else { "" };
            fails_and_asks_for(scene.revoke(), code, if half.is_empty() { begins } else { half }, action);
            assert!(error_text().starts_with(half), "{:?}", error_text());
            assert!(error_text()[half.len()..].contains(begins), "{begins:?} is not in {:?}", error_text());
            assert_eq!(scene.client.get(OAUTH_HTTP_STATUS), said.0.to_string());
            assert!(error_text().contains(says), "{says:?} is not in {:?}", error_text());
            assert_eq!(scene.sent(), BOTH[..sent]);
            scene.all_is_there();
            // Both once more: the server takes also what it has revoked already.
            assert_eq!(scene.revoke(), 0, "{}", error_text());
            assert_eq!(scene.sent()[sent..], BOTH);
            scene.all_is_gone();
        };
        rows(&mut table, &format!("{name}, the refresh token"), &[said], |scene| refused(scene, 1));
        if code != OAUTH_ERROR_UNSUPPORTED_TOKEN {
            rows(&mut table, &format!("{name}, the access token"), &[YES, said], |scene| refused(scene, 2));
        }
    }
    table.row("unsupported, an access token alone", || {
        let client = client_with(&[ENDPOINT]);
        sign_in_with(&client, "", ACCESS_ALONE);
        assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
        let n = client.respond(400, JSON, b"{\"error\":\"unsupported_token_type\"}");
        fails(n, OAUTH_ERROR_UNSUPPORTED_TOKEN, "unsupported_token_type: the server does not");
        gives(&client, "1");
    });
    table.row("a sentence that would be too long", || {
        let words = "w\u{fc} ".repeat(200);
        let page = format!("<html><title>{words}</title></html>");
        let client = client_with(&[ENDPOINT]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
        let n = client.respond(404, "Content-Type: text/html\r\n", page.as_bytes());
        fails(n, OAUTH_ERROR_RESPONSE, half(n));
        assert!(error_text().len() > 400, "the page's words are in it: {:?}", error_text());
    });
    for (which, says) in [("refresh", &[NO_ANSWER][..]), ("access", &[YES, NO_ANSWER])] {
        for stored in [false, true] {
            table.row(&format!("no answer, the {which} token, stored: {stored}"), || {
                let scene = Scene::new(false, stored, says);
                let says = if which == "access" { half(OAUTH_ERROR_DISCONNECTED) } else { "got no answer" };
                fails(scene.revoke(), OAUTH_ERROR_DISCONNECTED, says);
                assert!(error_text().contains("got no answer"), "{:?}", error_text());
                scene.all_is_there();
                assert_eq!(scene.revoke(), 0, "{}", error_text());
                scene.all_is_gone();
            });
        }
    }
    table.end();
}

const DOWN: Said = (503, "", "");
const WAITS: Said = (429, "Retry-After: 7\r\n", "");

#[test]
fn what_passes_is_tried_again_in_its_time() {
    if !own_process("revocation_answers::what_passes_is_tried_again_in_its_time") {
        return;
    }
    hurry(true);
    let refresh_first = |tries: usize| [&vec![BOTH[0]; tries], &BOTH[1..]].concat();
    let mut table = Table::default();
    for (name, says, sent, code, waits) in [
        ("down once", &[DOWN][..], refresh_first(2), 0, 0),
        ("down twice", &[DOWN, DOWN], refresh_first(3), 0, 0),
        ("asks for time", &[WAITS], refresh_first(2), 0, 7),
        ("asks for time, then the other", &[YES, WAITS], vec![BOTH[0], BOTH[1], BOTH[1]], 0, 7),
        ("down three times", &[DOWN, DOWN, DOWN], vec![BOTH[0]; 3], OAUTH_ERROR_UNAVAILABLE, 0),
        (
            "says that it is down",
            &[(503, JSON, "{\"error\":\"temporarily_unavailable\"}")],
            refresh_first(2),
            0,
            0,
        ),
    ] {
        for stored in [false, true] {
            table.row(&format!("{name}, stored: {stored}"), || {
                let scene = Scene::new(true, stored, says);
                let clock = now();
                let n = scene.revoke();
                assert_eq!(n, code, "{}", error_text());
                assert!(now() - clock >= waits, "{} s have gone by", now() - clock);
                assert_eq!(scene.sent(), sent);
                if code == 0 {
                    scene.all_is_gone();
                } else {
                    scene.all_is_there();
                }
            });
        }
    }
    table.row("in the caller's own HTTP it is said and not waited for", || {
        let scene = Scene::new(false, true, &[WAITS]);
        fails(scene.revoke(), OAUTH_ERROR_UNAVAILABLE, "the server cannot serve now (status 429)");
        assert_eq!(scene.client.get(OAUTH_RETRY_AFTER), "7");
        assert_eq!(scene.client.get(OAUTH_HTTP_STATUS), "429");
        scene.all_is_there();
        assert_eq!(scene.revoke(), 0, "{}", error_text());
        scene.all_is_gone();
    });
    table.end();
}

/// `@` stands for what the server repeats.
const ECHOES: &[(&str, i32, &str, &str)] = &[
    ("description", 400, "", r#"{"error":"invalid_request","error_description":"got @ there"}"#),
    ("error", 400, "", r#"{"error":"@"}"#),
    ("error_uri", 400, "", r#"{"error":"x","error_uri":"https://as.example/?token=@"}"#),
    ("with 200", 200, "", r#"{"error":"x","message":"@"}"#),
    ("form", 400, "", "error=invalid_request&error_description=@"),
    ("web page", 400, "", "<html>@</html>"),
    ("text", 500, "", "@"),
    ("challenge", 401, "WWW-Authenticate: Bearer error=\"@\"\r\n", ""),
    ("redirect", 302, "Location: https://as.example/?token=@\r\n", ""),
];

#[test]
fn a_server_that_repeats_the_tokens_is_not_repeated() {
    let mut table = Table::default();
    for (place, status, headers, body) in ECHOES {
        for (secret, tokens_before) in
            [("SECRET-refresh-1", 0), ("SECRET-access-1", 0), ("SECRET-access-1", 1), ("SECRET-refresh-1", 1)]
        {
            table.row(&format!("{place}, {secret}, after {tokens_before}"), || {
                let client = client_with(&[ENDPOINT]);
                assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
                assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
                for _ in 0..tokens_before {
                    assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
                }
                let body = body.replace('@', secret);
                let n = client.respond(*status, &headers.replace('@', secret), body.as_bytes());
                assert!(n < OAUTH_HTTP_NEEDED, "{n} is no failure");
                for text in [error_text()]
                    .into_iter()
                    .chain([OAUTH_ERROR, OAUTH_ERROR_DESCRIPTION, OAUTH_ERROR_URI].map(|p| client.get(p)))
                {
                    assert!(!text.contains(SECRET), "a secret in {text:?}");
                }
                gives(&client, "1");
            });
        }
    }
    table.end();
}
