//! Error responses as real servers give them (RFC 6749 section 5.2).

use crate::answers::{no, ok, refused, run, Case, JSON};
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

/// A code of the server's own: a refresh token that it has given is dead; of a code nobody knows.
fn own(name: &'static str, status: i32, body: &'static str, error: &'static str) -> Case {
    refused(name, status, body, OAUTH_ERROR_REFUSED, FIX, error).dead()
}

/// The same of what says that the code is dead, too.
fn dead(name: &'static str, status: i32, body: &'static str, error: &'static str) -> Case {
    refused(name, status, body, OAUTH_ERROR_REFUSED, SIGN_IN, error).dead()
}

/// A code of the server's own that is neither of the code nor of the refresh token.
fn other(name: &'static str, status: i32, body: &'static str, error: &'static str, action: i32) -> Case {
    refused(name, status, body, OAUTH_ERROR_REFUSED, action, error)
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
            code("invalid_request", 400, OAUTH_ERROR_INVALID_REQUEST, FIX).dead(),
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
            // ---- RFC 8707 section 2, RFC 9101 section 7, RFC 9396 section 5 ----
            code("invalid_target", 400, OAUTH_ERROR_INVALID_TARGET, FIX),
            code("invalid_request_object", 400, OAUTH_ERROR_REQUEST_OBJECT, FIX),
            code("invalid_request_uri", 400, OAUTH_ERROR_REQUEST_OBJECT, SIGN_IN),
            code("request_not_supported", 400, OAUTH_ERROR_REQUEST_OBJECT, FIX),
            code("request_uri_not_supported", 400, OAUTH_ERROR_REQUEST_OBJECT, FIX),
            code("invalid_authorization_details", 400, OAUTH_ERROR_AUTH_DETAILS, FIX),
            // ---- others ----
            code("rate_limited", 429, OAUTH_ERROR_REFUSED, RETRY).headers("Retry-After: 7\r\n").retry("7"),
            code("request_timeout", 408, OAUTH_ERROR_REFUSED, RETRY),
            code("bad_gateway", 502, OAUTH_ERROR_REFUSED, RETRY),
            code("invalid_code", 200, OAUTH_ERROR_REFUSED, SIGN_IN).dead(),
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
            client("401 with a web page", "", "<html>no</html>").says("no"),
            refused(
                "401 empty, its own error in the header",
                401,
                "",
                OAUTH_ERROR_INVALID_TOKEN,
                FIX,
                "invalid_token",
            )
            .headers("WWW-Authenticate: Bearer error=\"invalid_token\"\r\n")
            .dead(),
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
            dead(
                "its own code in 200 (GitHub)",
                200,
                r#"{"error":"bad_verification_code","error_description":"It is too old",
                "error_uri":"https://docs.github.com/x"}"#,
                "bad_verification_code",
            )
            .says(WORDS),
            dead("ok false (Slack)", 200, r#"{"ok":false,"error":"invalid_code"}"#, "invalid_code"),
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
                "in an item of a list",
                400,
                r#"[{"error":"invalid_grant","error_description":"It is too old"}]"#,
            ),
            grant(
                "in an item of a list, whatever the path",
                200,
                r#"[{"error":"invalid_grant","error_description":"It is too old"}]"#,
            )
            .set(&[(OAUTH_RESPONSE_PATH, "0.token")]),
            grant(
                "nested where the token would be",
                200,
                r#"{"data":{"error":"invalid_grant","error_description":"It is too old"}}"#,
            )
            .set(&[(OAUTH_RESPONSE_PATH, "data")]),
            dead(
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

/// What is no longer good, in the words of servers that know none of the RFC's; and what only looks like it.
#[test]
fn refusals_in_words_of_their_own() {
    run(
        "own words",
        &[
            // ---- the RFC's code, nearly ----
            refused(
                "words behind the code (EVE)",
                400,
                r#"{"error":"invalid_grant: It is too old"}"#,
                OAUTH_ERROR_INVALID_GRANT,
                SIGN_IN,
                "invalid_grant",
            )
            .says(WORDS),
            refused(
                "in capitals",
                400,
                r#"{"error":"INVALID_GRANT","message":"It is too old"}"#,
                OAUTH_ERROR_INVALID_GRANT,
                SIGN_IN,
                "invalid_grant",
            )
            .says(WORDS),
            grant("with a blank", 400, r#"{"error":"Invalid Grant","error_description":"It is too old"}"#),
            grant("as one word", 400, r#"{"error":"invalidGrant","msg":"It is too old"}"#),
            refused(
                "words behind another code",
                400,
                r#"{"error":"invalid_client: no such client"}"#,
                OAUTH_ERROR_INVALID_CLIENT,
                FIX,
                "invalid_client",
            )
            .says("no such client"),
            // ---- dead, whatever was sent ----
            dead(
                "bad_verification_code (GitHub)",
                200,
                r#"{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."}"#,
                "bad_verification_code",
            )
            .says("The code passed is incorrect or expired."),
            dead("code_expired", 400, r#"{"error":"code_expired"}"#, "code_expired"),
            dead("codeAlreadyUsed", 400, r#"{"errorCode":"codeAlreadyUsed"}"#, "codeAlreadyUsed"),
            dead("a grant that is not found", 404, r#"{"error":"grant_not_found"}"#, "grant_not_found"),
            dead("an invalid grant with 500", 500, r#"{"error":"GrantExpired"}"#, "GrantExpired"),
            refused(
                "invalid_request, and words of the code in a hint (league)",
                400,
                r#"{"error":"invalid_request","error_description":"The request is malformed.",
                "hint":"Authorization code has expired","message":"The request is malformed."}"#,
                OAUTH_ERROR_INVALID_REQUEST,
                SIGN_IN,
                "invalid_request",
            )
            .dead()
            .says("The request is malformed.; Authorization code has expired"),
            // ---- dead only where a refresh token was sent ----
            own("bad_refresh_token (GitHub)", 200, r#"{"error":"bad_refresh_token"}"#, "bad_refresh_token"),
            own(
                "refresh_token_not_found (Supabase)",
                400,
                r#"{"code":400,"error_code":"refresh_token_not_found","msg":"Refresh Token Not Found"}"#,
                "refresh_token_not_found",
            )
            .says("Refresh Token Not Found"),
            own("the same with 404", 404, r#"{"error_code":"refresh_token_not_found"}"#, "refresh_token_not_found"),
            own("refresh_token_reused", 403, r#"{"error":"refresh_token_reused"}"#, "refresh_token_reused"),
            own("token_revoked", 400, r#"{"error":"token_revoked"}"#, "token_revoked"),
            own("TokenExpired", 422, r#"{"error":{"code":"TokenExpired"}}"#, "TokenExpired"),
            own("any word at all", 400, r#"{"error":"no_way"}"#, "no_way"),
            own("any word in 200", 200, r#"{"error":"no_way"}"#, "no_way"),
            own("a number in 200 (WeChat)", 200, r#"{"errcode":40030,"errmsg":"invalid refresh_token"}"#, "40030")
                .says("invalid refresh_token"),
            own(
                "error true",
                400,
                r#"{"error":true,"status":"DENIED","message":"It is too old"}"#,
                "DENIED",
            )
            .says(WORDS),
            own("a list of texts", 400, r#"{"errors":["It is too old","again"]}"#, "Itistooold").says("again"),
            own(
                "below fault (Apigee)",
                400,
                r#"{"fault":{"faultstring":"It is too old","detail":{"errorcode":"keymanagement.x"}}}"#,
                "keymanagement.x",
            )
            .says(WORDS),
            own("words alone", 400, r#"{"message":"It is too old"}"#, "").says(WORDS),
            own(
                "a problem (RFC 9457)",
                400,
                r#"{"type":"https://as.example/p","title":"No","status":400,"detail":"It is too old"}"#,
                "",
            )
            .says("It is too old; No"),
            own(
                "words of whom it was issued to",
                400,
                r#"{"error":"no","message":"Token is not linked to client"}"#,
                "no",
            )
            .says("Token is not linked to client"),
            no("a line of text", 400, "It is too old", OAUTH_ERROR_RESPONSE, FIX).dead().says(WORDS),
            no("a page that says so", 400, TOO_OLD, OAUTH_ERROR_RESPONSE, FIX).dead().says("Expired refresh token"),
            // ---- not dead: the client ----
            other("unknown_client", 400, r#"{"error":"unknown_client"}"#, "unknown_client", FIX),
            other("in the words", 400, r#"{"error":"x","message":"Wrong client secret"}"#, "x", FIX)
                .says("Wrong client secret"),
            other("incorrect_client_credentials (GitHub)", 200, r#"{"error":"incorrect_client_credentials"}"#,
                "incorrect_client_credentials", FIX),
            other("app_disabled", 403, r#"{"error":"app_disabled"}"#, "app_disabled", FIX),
            other("any word with 401", 401, r#"{"error":"no_way","hint":"token expired"}"#, "no_way", FIX)
                .says("token expired").dead(),
            refused("invalid_request with 401", 401, r#"{"error":"invalid_request"}"#, OAUTH_ERROR_INVALID_REQUEST,
                FIX, "invalid_request"),
            refused(
                "invalid_request of the client",
                400,
                r#"{"error":"invalid_request","error_description":"Missing parameter: client_id"}"#,
                OAUTH_ERROR_INVALID_REQUEST,
                FIX,
                "invalid_request",
            )
            .says("Missing parameter: client_id"),
            refused("401 and a line of text", 401, "Go away", OAUTH_ERROR_INVALID_CLIENT, FIX, "invalid_client")
                .says("Go away"),
            // ---- not dead: it passes ----
            other("rate_limited", 400, r#"{"error":"rate_limited"}"#, "rate_limited", RETRY),
            other("too many, in 200", 200, r#"{"error":"x","msg":"Too many token requests"}"#, "x", RETRY)
                .says("Too many token requests"),
            other("slow down", 403, r#"{"error":"x","msg":"Please slow down"}"#, "x", RETRY).says("Please slow down"),
            other("later", 400, r#"{"error":"x","message":"Please try again later"}"#, "x", RETRY)
                .says("Please try again later"),
            other("maintenance", 400, r#"{"error":"maintenance"}"#, "maintenance", RETRY),
            // ---- not dead: neither of them ----
            code("unsupported_grant_type", 400, OAUTH_ERROR_UNSUPPORTED_GRANT, FIX),
            refused("insufficient_scope", 403, r#"{"error":"insufficient_scope"}"#, OAUTH_ERROR_SCOPE, FIX,
                "insufficient_scope"),
            other("nothing is there", 404, r#"{"error":"Not Found"}"#, "NotFound", FIX),
            other("not that way", 405, r#"{"message":"Method Not Allowed"}"#, "", FIX).says("Method Not Allowed"),
            other("not such a body", 415, r#"{"error":"unsupported_media_type"}"#, "unsupported_media_type", FIX),
            other("our clock", 400, r#"{"error":"bad_timestamp"}"#, "bad_timestamp", FIX),
        ],
    );
}

/// Where two signs do not agree, and where the words are in unusual places.
#[test]
fn refusals_with_mixed_signs() {
    run(
        "mixed signs",
        &[
            // ---- a 401 that says what it means ----
            refused(
                "invalid_request with 401 and a hint (league, Passport)",
                401,
                r#"{"error":"invalid_request","error_description":"It is too old","hint":"Token has expired"}"#,
                OAUTH_ERROR_INVALID_REQUEST,
                FIX,
                "invalid_request",
            )
            .dead()
            .says("It is too old; Token has expired"),
            other("token_not_valid (simplejwt)", 401, r#"{"code":"token_not_valid"}"#, "token_not_valid", FIX).dead(),
            refused(
                "invalid_grant in the header",
                401,
                "",
                OAUTH_ERROR_INVALID_GRANT,
                SIGN_IN,
                "invalid_grant",
            )
            .headers("WWW-Authenticate: Bearer error=\"invalid_grant\", error_description=\"It is too old\"\r\n")
            .says(WORDS),
            refused("in a header without quotes", 400, "", OAUTH_ERROR_INVALID_CLIENT, FIX, "invalid_client")
                .headers("www-authenticate: Bearer error=invalid_client, error_description='no client'\r\n")
                .says("no client"),
            // ---- the RFC's codes with other words ----
            refused(
                "invalid_request, too often",
                400,
                r#"{"error":"invalid_request","error_description":"Rate limit exceeded"}"#,
                OAUTH_ERROR_INVALID_REQUEST,
                RETRY,
                "invalid_request",
            )
            .says("Rate limit exceeded"),
            refused(
                "access denied, too often (Zoho)",
                400,
                r#"{"error":"Access Denied","error_description":"You have made too many requests"}"#,
                OAUTH_ERROR_ACCESS_DENIED,
                RETRY,
                "access_denied",
            )
            .says("You have made too many requests"),
            refused(
                "access denied by the person",
                403,
                r#"{"error":"access_denied","error_description":"The user revoked access"}"#,
                OAUTH_ERROR_ACCESS_DENIED,
                FIX,
                "access_denied",
            )
            .dead()
            .says("The user revoked access"),
            own("an application that was taken back", 403, r#"{"message":"App has been uninstalled by the merchant"}"#, "")
                .says("App has been uninstalled by the merchant"),
            dead("a session that is over", 400, r#"{"message":"Session timed out. Please log in again."}"#, "")
                .says("Session timed out. Please log in again."),
            // ---- of a code, and yet not of it ----
            refused(
                "a parameter that is missing",
                400,
                r#"{"error":"invalid_request","error_description":"Missing required parameter: code"}"#,
                OAUTH_ERROR_INVALID_REQUEST,
                FIX,
                "invalid_request",
            )
            .dead()
            .says("Missing required parameter: code"),
            refused(
                "a grant type that is wrong",
                400,
                r#"{"error":"invalid_request","error_description":"grant_type must be authorization_code"}"#,
                OAUTH_ERROR_INVALID_REQUEST,
                FIX,
                "invalid_request",
            )
            .dead()
            .says("grant_type must be authorization_code"),
            // ---- it passes ----
            other("a server's own fault", 400, r#"{"error":"internal_error"}"#, "internal_error", RETRY),
            other("locked", 423, r#"{"message":"Wait"}"#, "", RETRY).says("Wait"),
            other("with a time to come again", 403, r#"{"error":"blocked"}"#, "blocked", RETRY)
                .headers("Retry-After: 30\r\n")
                .retry("30"),
            // ---- on the way ----
            other("an address", 403, r#"{"message":"IP not allowed"}"#, "", FIX).says("IP not allowed"),
            other("a proxy", 407, r#"{"message":"Authentication required"}"#, "", FIX).says("Authentication required"),
            // ---- unusual places ----
            own("status error in 200", 200, r#"{"status":"error","message":"It is too old"}"#, "error").says(WORDS),
            own("a code in 200 (Lazada)", 200, r#"{"code":"IllegalRefreshToken","message":"It is too old"}"#, "IllegalRefreshToken")
                .says(WORDS),
            own("a number below zero in 200", 200, r#"{"ret":-1,"msg":"It is too old"}"#, "").says(WORDS),
            own("Success false", 200, r#"{"Success":false,"errorMessage":"It is too old"}"#, "").says(WORDS),
            own("a list of words", 400, r#"{"errors":{"refresh_token":["It is too old"]}}"#, "")
                .says("refresh_token It is too old"),
            no("XML", 400, "<Error><Message>Expired refresh token</Message></Error>", OAUTH_ERROR_RESPONSE, FIX)
                .dead()
                .says("Expired refresh token"),
            no("a text of JSON", 400, r#""It is too old""#, OAUTH_ERROR_RESPONSE, FIX).dead().says(WORDS),
            // ---- a token beside it ----
            own("its words repeat a token", 400, r#"{"error":"x","access_token":"at-new","message":"token at-new"}"#, "x")
                .says("[withheld: it repeats a secret]"),
        ],
    );
}

/// What settings say of a server's refusals.
#[test]
fn refusals_where_settings_say() {
    const RESULT: crate::support::Settings = &[(OAUTH_ERROR_PATH, "result")];
    run(
        "settings",
        &[
            // ---- error_path ----
            own("beside a token", 200, r#"{"access_token":"at","result":"1001"}"#, "1001").set(RESULT),
            own(
                "a code that its name does not show",
                400,
                r#"{"result":"E7","message":"It is too old"}"#,
                "E7",
            )
            .set(RESULT)
            .says(WORDS),
            own(
                "below others, and of an item",
                200,
                r#"{"status":{"errors":[{"code":"E7","message":"It is too old"}]}}"#,
                "E7",
            )
            .set(&[(OAUTH_ERROR_PATH, "status.errors.0")])
            .says(WORDS),
            own("true", 200, r#"{"failed":true,"access_token":"at"}"#, "")
                .set(&[(OAUTH_ERROR_PATH, "failed")]),
            ok("0", r#"{"access_token":"at","result":0}"#).set(RESULT),
            ok("0000 (Coros)", r#"{"access_token":"at","result":"0000","message":"OK"}"#).set(RESULT),
            ok("as HTTP says it", r#"{"access_token":"at","result":200}"#).set(RESULT),
            ok("ok", r#"{"access_token":"at","result":"OK"}"#).set(RESULT),
            ok("success", r#"{"access_token":"at","result":"Success"}"#).set(RESULT),
            ok("empty", r#"{"access_token":"at","result":""}"#).set(RESULT),
            ok("an empty list", r#"{"access_token":"at","result":[]}"#).set(RESULT),
            ok("an object that says so", r#"{"access_token":"at","result":{"code":0,"text":"ok"}}"#)
                .set(RESULT),
            own("an object that does not", 200, r#"{"access_token":"at","result":{"code":"E7"}}"#, "E7")
                .set(RESULT),
            ok("false", r#"{"access_token":"at","result":false}"#).set(RESULT),
            ok("null", r#"{"access_token":"at","result":null}"#).set(RESULT),
            ok("not there", r#"{"access_token":"at"}"#).set(RESULT),
            own("an RFC's member all the same", 200, r#"{"access_token":"at","error":"no_way"}"#, "no_way")
                .set(RESULT),
            no("in trouble, without a code", 503, r#"{"result":true}"#, OAUTH_ERROR_UNAVAILABLE, RETRY)
                .set(RESULT),
            grant("the RFC's own code", 200, r#"{"result":"invalid_grant","message":"It is too old"}"#)
                .set(RESULT),
            // ---- error_text_path ----
            own(
                "words in a place of their own",
                400,
                r#"{"error":"E7","message":"no","why":{"text":"It is too old"}}"#,
                "E7",
            )
            .set(&[(OAUTH_ERROR_TEXT_PATH, "why.text")])
            .says(WORDS),
            own("words that are not there", 400, r#"{"error":"E7","message":"It is too old"}"#, "E7")
                .set(&[(OAUTH_ERROR_TEXT_PATH, "why.text")])
                .says(WORDS),
            own("words alone", 400, r#"{"why":"It is too old"}"#, "")
                .set(&[(OAUTH_ERROR_TEXT_PATH, "why")])
                .says(WORDS),
            own("words that repeat a secret", 400, r#"{"error":"E7","why":"x n0t-t0-be-seen"}"#, "E7")
                .set(&[(OAUTH_ERROR_TEXT_PATH, "why"), (OAUTH_CLIENT_SECRET, "n0t-t0-be-seen")])
                .says("[withheld: it repeats a secret]"),
            own(
                "words that repeat a token of another name",
                400,
                r#"{"error":"E7","jwt":"at-new-jwt","why":"x at-new-jwt"}"#,
                "E7",
            )
            .set(&[(OAUTH_ERROR_TEXT_PATH, "why"), (OAUTH_RESPONSE_NAMES, "access_token=jwt")])
            .says("[withheld: it repeats a secret]"),
            // ---- sign_in_errors ----
            dead("a code that means to sign in", 401, r#"{"error":"E7"}"#, "E7")
                .set(&[(OAUTH_SIGN_IN_ERRORS, "E6 e7")]),
            dead("in trouble", 500, r#"{"error":"E7"}"#, "E7").set(&[(OAUTH_SIGN_IN_ERRORS, "E7")]),
            dead("a number", 200, r#"{"result":1001}"#, "1001")
                .set(&[(OAUTH_ERROR_PATH, "result"), (OAUTH_SIGN_IN_ERRORS, "1001")]),
            dead("a code with blanks", 400, r#"{"error":"Not now, client"}"#, "Notnow,client")
                .set(&[(OAUTH_SIGN_IN_ERRORS, "x Not%20now,%20client")]),
            refused(
                "the RFC's code, as the server writes it",
                401,
                r#"{"error":"Invalid Client"}"#,
                OAUTH_ERROR_INVALID_CLIENT,
                SIGN_IN,
                "invalid_client",
            )
            .dead()
            .set(&[(OAUTH_SIGN_IN_ERRORS, "invalid_client")]),
            other("another code", 401, r#"{"error":"E77"}"#, "E77", FIX).set(&[(OAUTH_SIGN_IN_ERRORS, "E7")]),
            refused(
                "words are no code",
                400,
                r#"{"error":"invalid_client","message":"E7"}"#,
                OAUTH_ERROR_INVALID_CLIENT,
                FIX,
                "invalid_client",
            )
            .says("E7")
            .set(&[(OAUTH_SIGN_IN_ERRORS, "E7")]),
        ],
    );
}

const TOO_OLD: &str = "<html><head><title>Expired refresh token</title></head></html>";

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
