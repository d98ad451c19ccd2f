//! Error responses as real servers give them (RFC 6749 section 5.2).

use crate::answers::{refused, run, Case, JSON};
use crate::support::{self, ask, Table};
use oauth::constants::*;

const FIX: i32 = OAUTH_ACTION_FIX;
const RETRY: i32 = OAUTH_ACTION_RETRY;
const SIGN_IN: i32 = OAUTH_ACTION_SIGN_IN;
const GRANT: &str = r#"{"error":"invalid_grant","error_description":"It is too old"}"#;
const WORDS: &str = "It is too old";

/// An error code alone.
fn code(error: &'static str, status: i32, number: i32, action: i32) -> Case {
    refused(error, status, format!(r#"{{"error":"{error}"}}"#), number, action, error)
}

/// An `invalid_grant` in whatever shape.
fn grant(name: &'static str, status: i32, body: &'static str) -> Case {
    refused(name, status, body, OAUTH_ERROR_INVALID_GRANT, SIGN_IN, "invalid_grant").says(WORDS)
}

/// A code of the server's own.
fn own(name: &'static str, status: i32, body: &'static str, error: &'static str) -> Case {
    refused(name, status, body, OAUTH_ERROR_REFUSED, FIX, error)
}

/// A 401 that says nothing in its body.
fn client(name: &'static str, headers: &'static str, body: &'static str) -> Case {
    refused(name, 401, body, OAUTH_ERROR_INVALID_CLIENT, FIX, "invalid_client").headers(headers)
}

#[test]
fn refusals_by_their_code() {
    run(
        "error codes",
        &[
            // ---- RFC 6749 section 5.2 ----
            code("invalid_request", 400, OAUTH_ERROR_INVALID_REQUEST, FIX),
            code("invalid_client", 401, OAUTH_ERROR_INVALID_CLIENT, FIX)
                .headers("WWW-Authenticate: Basic realm=\"as\"\r\nContent-Type: application/json\r\n"),
            code("invalid_grant", 400, OAUTH_ERROR_INVALID_GRANT, SIGN_IN),
            code("unauthorized_client", 400, OAUTH_ERROR_UNAUTHORIZED, FIX),
            code("unsupported_grant_type", 400, OAUTH_ERROR_UNSUPPORTED_GRANT, FIX),
            code("invalid_scope", 400, OAUTH_ERROR_INVALID_SCOPE, FIX),
            // ---- of the authorization endpoint, seen here as well ----
            code("server_error", 400, OAUTH_ERROR_SERVER_ERROR, RETRY),
            code("temporarily_unavailable", 503, OAUTH_ERROR_TEMP_UNAVAILABLE, RETRY)
                .headers("Retry-After: 30\r\n")
                .retry("30"),
            // Auth0 says it of a client that it does not know: signing in again would not help.
            code("access_denied", 401, OAUTH_ERROR_ACCESS_DENIED, FIX),
            // ---- others ----
            code("rate_limited", 429, OAUTH_ERROR_REFUSED, RETRY).headers("Retry-After: 7\r\n").retry("7"),
            code("request_timeout", 408, OAUTH_ERROR_REFUSED, RETRY),
            code("bad_gateway", 502, OAUTH_ERROR_REFUSED, RETRY),
            code("invalid_code", 200, OAUTH_ERROR_REFUSED, FIX),
            // Entra, of a refresh token for which a person must answer something first.
            code("interaction_required", 400, OAUTH_ERROR_REFUSED, SIGN_IN),
            code("login_required", 400, OAUTH_ERROR_REFUSED, SIGN_IN),
            code("consent_required", 400, OAUTH_ERROR_REFUSED, SIGN_IN),
            // ---- 401 without an error ----
            client("401 empty, Basic", "WWW-Authenticate: Basic realm=\"as\"\r\n", ""),
            client(
                "401 empty, error in the header",
                "www-authenticate: Bearer error=\"invalid_client\"\r\n",
                "",
            ),
            client("401 empty, nothing in the headers", "", ""),
            client("401 with a web page", "", "<html>no</html>"),
            own("401 empty, its own error in the header", 401, "", "invalid_token")
                .headers("WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"),
        ],
    );
}

#[test]
fn refusals_however_they_are_written() {
    run(
        "refusals",
        &[
            // ---- any status ----
            grant("with 200 (GitHub, Zoho)", 200, GRANT),
            grant("with 403 (Auth0)", 403, GRANT),
            grant("with 401", 401, GRANT),
            grant("with 404", 404, GRANT),
            grant("with 500", 500, GRANT),
            grant("with 302", 302, GRANT),
            // ---- any Content-Type ----
            grant("as text/plain (kanidm)", 400, GRANT).headers("Content-Type: text/plain\r\n"),
            grant("as text/html", 400, GRANT).headers("content-type: text/html\r\n"),
            grant("without a Content-Type", 400, GRANT).headers(""),
            grant("as a form", 400, "error=invalid_grant&error_description=It+is+too%20old")
                .headers("Content-Type: application/x-www-form-urlencoded\r\n"),
            grant(
                "as a form with 200 (GitHub)",
                200,
                "error=invalid_grant&error_description=It+is+too+old&error_uri=https%3A%2F%2Fas.example%2Fe",
            ),
            grant("as a form in text/plain", 400, "error=invalid_grant&error_description=It+is+too+old")
                .headers("Content-Type: text/plain\r\n"),
            grant(
                "with a byte order mark and a comma",
                400,
                "\u{feff}{\"error\":\"invalid_grant\",\"error_description\":\"It is too old\",}",
            ),
            // ---- other shapes ----
            grant(
                "beside a token",
                200,
                r#"{"access_token":"at","error":"invalid_grant","error_description":"It is too old"}"#,
            ),
            grant(
                "members of other kinds (Entra)",
                400,
                r#"{"error":"invalid_grant","error_description":"It is too old","error_codes":[70008],
                "timestamp":"2026-01-31 12:00:00Z","suberror":null}"#,
            ),
            own(
                "its own code in 200 (GitHub)",
                200,
                r#"{"error":"bad_verification_code","error_description":"It is too old",
                "error_uri":"https://docs.github.com/x"}"#,
                "bad_verification_code",
            )
            .says(WORDS),
            own("ok false (Slack)", 200, r#"{"ok":false,"error":"invalid_code"}"#, "invalid_code"),
            grant(
                "a list of errors (Fitbit)",
                400,
                r#"{"errors":[{"errorType":"invalid_grant","message":"It is too old"}],"success":false}"#,
            ),
            own(
                "a list below response (UPS)",
                400,
                r#"{"response":{"errors":[{"code":"250003","message":"It is too old"}]}}"#,
                "250003",
            )
            .says(WORDS),
            own(
                "an object (Facebook)",
                400,
                r#"{"error":{"message":"It is too old","type":"OAuthException","code":100}}"#,
                "OAuthException",
            )
            .says(WORDS),
            own(
                "an object (Google)",
                400,
                r#"{"error":{"code":400,"message":"It is too old","status":"INVALID_ARGUMENT"}}"#,
                "INVALID_ARGUMENT",
            )
            .says(WORDS),
            own("an object without a name", 400, r#"{"error":{}}"#, "error"),
            own("a message beside it", 400, r#"{"error":"expired","message":"It is too old"}"#, "expired")
                .says(WORDS),
            grant(
                "nested where the token would be",
                200,
                r#"{"data":{"error":"invalid_grant","error_description":"It is too old"}}"#,
            )
            .set(&[(OAUTH_RESPONSE_PATH, "data")]),
            own(
                "a phrase (Withings)",
                200,
                r#"{"status":503,"body":{},"error":"Invalid Params: invalid code"}"#,
                "InvalidParams:invalidcode",
            )
            .set(&[(OAUTH_RESPONSE_PATH, "body")]),
            refused(
                "a framework's own 500 (Spring)",
                500,
                r#"{"timestamp":1,"status":500,"error":"Internal Server Error","path":"/token"}"#,
                OAUTH_ERROR_REFUSED,
                RETRY,
                "InternalServerError",
            ),
            // ---- the words ----
            own(
                "words with line ends and escapes",
                400,
                r#"{"error":"x\r\ny","error_description":" a\r\nb\u001b[31m\u0000c "}"#,
                "xy",
            )
            .says("a  b [31m c"),
            own("words outside ASCII", 400, r#"{"error":"x","error_description":"zu alt \u2014 über"}"#, "x")
                .says("zu alt \u{2014} über"),
            own("words that are a number", 400, r#"{"error":"x","error_description":17}"#, "x").says("17"),
            own("words that are none", 400, r#"{"error":"x","error_description":null}"#, "x"),
        ],
    );
}

#[test]
fn error_pages() {
    let cases = [
        ("a page", r#""https://as.example/errors?x=1#y""#, "https://as.example/errors?x=1#y"),
        ("line ends", r#""https://as.example/\r\nX: y""#, "https://as.example/  X: y"),
        ("null", "null", ""),
        ("a list", "[1]", ""),
    ];
    let mut table = Table::new("error_uri");
    for (name, member, expected) in cases {
        table.row(name, |row| {
            let client = support::client(&[]);
            ask(&client, "abc");
            let body = format!(r#"{{"error":"invalid_scope","error_uri":{member}}}"#);
            row.returned(client.respond(400, JSON, body.as_bytes()), OAUTH_ERROR_INVALID_SCOPE);
            row.eq("OAUTH_ERROR_URI", client.get(OAUTH_ERROR_URI).as_str(), expected);
        });
    }
    // The documented buffer for oauth_error_text holds every sentence: 512 bytes, with the NUL.
    for (name, word) in [("long words", "x"), ("long words outside ASCII", "\u{8aad}"), ("a long word", "y ")]
    {
        table.row(name, |row| {
            let client = support::client(&[]);
            ask(&client, "abc");
            let long = word.repeat(5000);
            let body = format!(r#"{{"error":"{long}","error_description":"{long}","error_uri":"{long}"}}"#);
            row.returned(client.respond(400, JSON, body.as_bytes()), OAUTH_ERROR_REFUSED);
            client.authorize_url();
            let pasted = format!("?error={long}&error_description={long}&state={}", client.get(OAUTH_STATE));
            row.returned(client.exchange(&pasted), OAUTH_ERROR_REFUSED);
        });
    }
    table.end();
}
