//! Answers that are no token response: web pages, redirects, cut and damaged texts, and far too much.

use crate::answers::{no, padded, run, Case, OLD};
use crate::common::cpu_time;
use crate::support::{ask, client, now, sign_in, Table};
use oauth::constants::*;
use std::time::{Duration, UNIX_EPOCH};

const FIX: i32 = OAUTH_ACTION_FIX;
const RETRY: i32 = OAUTH_ACTION_RETRY;
const PAGE: &str = "<!DOCTYPE html><html><title>Wartung</title><p>error=invalid_grant</p></html>";
const TITLE: &str = "Wartung";

fn response(name: &'static str, status: i32, body: &str, action: i32) -> Case {
    no(name, status, body.to_owned(), OAUTH_ERROR_RESPONSE, action)
}

/// An object without a token.
fn bad(name: &'static str, body: &str) -> Case {
    response(name, 200, body, FIX)
}

fn busy(name: &'static str, status: i32, body: &'static str) -> Case {
    no(name, status, body, OAUTH_ERROR_UNAVAILABLE, RETRY)
}

#[test]
fn what_is_no_token_answer() {
    run(
        "no token answers",
        &[
            // ---- nothing, and web pages ----
            response("empty 200", 200, "", FIX),
            response("204", 204, "", FIX),
            response("blanks", 200, " \r\n ", FIX),
            response("page 200 (a portal, maintenance)", 200, PAGE, FIX)
                .headers("Content-Type: text/html\r\n"),
            response("page 200 that calls itself JSON", 200, PAGE, FIX),
            response("page 404 (Mattermost)", 404, PAGE, FIX)
                .says(TITLE)
                .headers("Content-Type: text/html\r\n"),
            response("page 400", 400, PAGE, FIX).says(TITLE),
            response("page 405", 405, PAGE, FIX).says(TITLE),
            response("page 410", 410, PAGE, FIX).says(TITLE),
            response("empty 400", 400, "", FIX).dead(),
            response("empty 403", 403, "", FIX).dead(),
            busy("page 502", 502, PAGE).says(TITLE),
            busy("page 503", 503, PAGE)
                .says(TITLE)
                .headers("Retry-After: 120\r\nContent-Type: text/html\r\n")
                .retry("120"),
            busy("503, name in lower case, blanks", 503, "").headers("retry-after:   5  \r\n").retry("5"),
            busy("503 with zero", 503, "").headers("Retry-After: 0\r\n").retry("0"),
            busy("503 with more than a day", 503, "").headers("Retry-After: 99999999999999999999\r\n"),
            busy("503 with a year", 503, "").headers("Retry-After: 31536000\r\n").retry("86400"),
            busy("503 with a negative number", 503, "").headers("Retry-After: -5\r\n"),
            busy("503 with a word", 503, "").headers("Retry-After: soon\r\n"),
            busy("503 with a date that is over", 503, "")
                .headers("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n")
                .retry("0"),
            busy("503 with a far date", 503, "")
                .headers("Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n")
                .retry("86400"),
            busy("429", 429, "").headers("Retry-After: 60\r\n").retry("60"),
            busy("429 with a text", 429, "slow down").says("slow down"),
            busy("408", 408, ""),
            busy("500 empty", 500, ""),
            busy("500 with JSON that is not ours", 500, r#"{"message":"oops"}"#).says("oops"),
            busy("500 with a token", 500, r#"{"access_token":"at"}"#),
            busy("504", 504, PAGE).says(TITLE),
            busy("599", 599, ""),
            busy("status line and folded headers before it", 503, "")
                .headers("HTTP/1.1 503 Service Unavailable\r\nX: a\r\n b: c\r\nRetry-After: 9\r\n\r\n")
                .retry("9"),
            // ---- redirects ----
            response("301", 301, "", FIX).headers("Location: https://new.example/token\r\n"),
            response("302 to a sign-in page", 302, PAGE, FIX)
                .says(TITLE)
                .headers("Location: https://as.example/login\r\n"),
            response("307", 307, "", FIX),
            response("308", 308, "", FIX),
            response("304", 304, "", FIX),
        ],
    );
    let mut table = Table::new("Retry-After as a date");
    table.row("in two minutes", |row| {
        let client = client(&[]);
        ask(&client, "abc");
        let at = now() + 120;
        let date = UNIX_EPOCH + Duration::from_secs(at.unsigned_abs());
        let retry_after = format!("Retry-After: {}\r\n", httpdate::fmt_http_date(date));
        let began = now();
        row.returned(client.respond(503, &retry_after, b""), OAUTH_ERROR_UNAVAILABLE);
        let seconds: i64 = client.get(OAUTH_RETRY_AFTER).parse().unwrap_or(-1);
        row.holds(&format!("{seconds} s"), (at - now()..=at - began).contains(&seconds));
    });
    table.end();
}

#[test]
fn what_is_damaged() {
    run(
        "damaged answers",
        &[
            // ---- JSON that is cut or none ----
            response("cut", 200, r#"{"access_token":"at","refresh_tok"#, FIX),
            response("cut in a text", 200, r#"{"access_token":"at"#, FIX),
            response("a brace", 200, "{", FIX),
            response("two objects", 200, r#"{"access_token":"at"}{"access_token":"b"}"#, FIX),
            response("a warning behind it", 200, "{\"access_token\":\"at\"}\n<b>Warning</b>", FIX),
            response("single quotes", 200, "{'access_token':'at'}", FIX),
            bad("a list of two", r#"[{"access_token":"at"},{"access_token":"b"}]"#),
            bad("an empty list", "[]"),
            bad("a list of a list", r#"[[{"access_token":"at"}]]"#),
            bad("a list of texts", r#"["at"]"#),
            bad("an item that is not there", r#"[{"access_token":"at"}]"#).set(&[(OAUTH_RESPONSE_PATH, "1")]),
            bad("an item that is none", r#"[{"access_token":"at"}]"#).set(&[(OAUTH_RESPONSE_PATH, "-1")]),
            response("a list that is cut", 200, r#"[{"access_token":"at"}"#, FIX),
            response("a text", 200, r#""at""#, FIX),
            response("null", 200, "null", FIX),
            response("a number", 200, "42", FIX),
            response("OK", 200, "OK", FIX),
            response("XML", 200, "<?xml version=\"1.0\"?><access_token>at</access_token>", FIX),
            response("nested too deeply", 200, &"{\"a\":".repeat(100_000), FIX),
            response(
                "lists nested too deeply",
                200,
                &format!("{{\"access_token\":\"at\",\"x\":{}", "[".repeat(500_000)),
                FIX,
            ),
            response("commas", 200, &format!("{{{}}}", ",".repeat(300_000)), FIX),
            no("UTF-16, little end first", 200, utf16(u16::to_le_bytes), OAUTH_ERROR_RESPONSE, FIX),
            no("UTF-16, big end first", 200, utf16(u16::to_be_bytes), OAUTH_ERROR_RESPONSE, FIX),
            no("bytes", 200, (0..=255).collect::<Vec<u8>>(), OAUTH_ERROR_RESPONSE, FIX),
            no(
                "compressed",
                200,
                b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\x56".to_vec(),
                OAUTH_ERROR_RESPONSE,
                FIX,
            ),
            // RFC 8259 section 4: which of two holds would be a guess.
            response("access_token twice", 200, r#"{"access_token":"at","access_token":"b"}"#, FIX),
            response("form, access_token twice", 200, "access_token=at&access_token=b", FIX),
            // ---- an object without a token ----
            bad("empty object", "{}"),
            bad("other members", r#"{"ok":true}"#),
            bad("prolonged without a token (Coros)", r#"{"result":"0000","message":"OK"}"#),
            bad("a form of other members", "a=b&c=d"),
            bad("access_token null", r#"{"access_token":null}"#),
            bad("access_token empty", r#"{"access_token":""}"#),
            bad("access_token of blanks", r#"{"access_token":"   "}"#),
            bad("access_token is a number", r#"{"access_token":1}"#),
            bad("access_token is true", r#"{"access_token":true}"#),
            bad("access_token is an object", r#"{"access_token":{"value":"at"}}"#),
            bad("access_token is a list", r#"{"access_token":["at"]}"#),
            bad("refresh_token is a number", r#"{"access_token":"at","refresh_token":1}"#),
            bad("nothing at the path", r#"{"access_token":"at"}"#).set(&[(OAUTH_RESPONSE_PATH, "data")]),
            bad("a text at the path", r#"{"data":"at"}"#).set(&[(OAUTH_RESPONSE_PATH, "data")]),
            bad("two tokens below", r#"{"a":{"access_token":"x"},"b":{"access_token":"y"}}"#),
            // A header must not be split by what a server sends.
            bad("CR LF in the access token", r#"{"access_token":"at\r\nX: y"}"#),
            bad("LF at its end", r#"{"access_token":"at\n"}"#),
            bad("NUL in it", r#"{"access_token":"a\u0000t"}"#),
            bad("TAB in it", r#"{"access_token":"a\tt"}"#),
            bad("DEL in it", r#"{"access_token":"a\u007ft"}"#),
            bad("not ASCII", r#"{"access_token":"ät"}"#),
            bad("not ASCII in the refresh token", r#"{"access_token":"at","refresh_token":"r\u00e9"}"#),
            response("half a character's escape", 200, r#"{"access_token":"a\ud83dt"}"#, FIX),
            no(
                "invalid UTF-8 in it",
                200,
                b"{\"access_token\":\"a\xff\"}".to_vec(),
                OAUTH_ERROR_RESPONSE,
                FIX,
            ),
            bad("form with CR LF in it", "access_token=at%0D%0AX:y"),
            bad("LF in the refresh token", r#"{"access_token":"at","refresh_token":"r\nt"}"#),
            bad("NUL in the refresh token", r#"{"access_token":"at","refresh_token":"r\u0000t"}"#),
            // ---- too large ----
            no("1 MiB and a byte", 200, padded(1024 * 1024 + 1), OAUTH_ERROR_TOO_LARGE, FIX),
            no("2 MiB", 200, padded(2 * 1024 * 1024), OAUTH_ERROR_TOO_LARGE, FIX),
            no("2 MiB of blanks", 200, " ".repeat(2 * 1024 * 1024), OAUTH_ERROR_TOO_LARGE, FIX),
        ],
    );
}

/// A server must not be able to keep a program busy: what is within the limit is read in moments, whatever its shape.
#[test]
fn large_answers_take_no_time() {
    use std::fmt::Write as _;
    const MEMBERS: usize = 6000;
    let mut members = r#"{"access_token":"at""#.to_owned();
    let mut pairs = "access_token=at".to_owned();
    for i in 0..MEMBERS {
        write!(members, ",\"{i:x}\":1").unwrap();
        write!(pairs, "&{i:x}=1").unwrap();
    }
    members.push('}');
    let long = "s3cr3t-of".repeat(100_000);
    let bodies = [
        ("members", members, 0),
        ("form", pairs, 0),
        ("escapes", format!(r#"{{"access_token":"at","x":"{}"}}"#, "\\u0041".repeat(50_000)), 0),
        ("commas", format!("[{}]", "1 ,  ".repeat(50_000)), OAUTH_ERROR_RESPONSE),
        ("brackets", "[".repeat(1_000_000), OAUTH_ERROR_RESPONSE),
        ("words", format!(r#"{{"error":"x","error_description":"{long}"}}"#), OAUTH_ERROR_SIGN_IN),
    ];
    let mut table = Table::new("large answers");
    for (name, body, number) in bodies {
        table.row(name, |row| {
            let client = client(&[]);
            sign_in(&client, OLD);
            for _ in 0..2 {
                row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
                let took = cpu_time(|| row.returned(client.respond(200, "", body.as_bytes()), number));
                row.holds(&format!("took {took} s for {} bytes", body.len()), took < 0.5);
            }
        });
    }
    table.end();
}

fn utf16(encode: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}{\"access_token\":\"at\"}".encode_utf16().flat_map(encode).collect()
}
