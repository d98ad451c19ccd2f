//! Token responses as real servers give them (RFC 6749 section 5.1).

use crate::answers::{no, ok, padded, run, Expires};
use crate::common::error_text;
use crate::support::{ask, client, now, Settings, Table};
use oauth::constants::*;
use std::time::UNIX_EPOCH;

#[test]
fn tokens_however_they_are_written() {
    run(
        "token answers",
        &vec![
            ok(
                "RFC 6749's example",
                r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example",
                "expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"v"}"#,
            )
            .access("2YotnFZFEjr1zCsicMWpAA")
            .refresh("tGzv3JOkF0XG5Qx2TlKWIA")
            .other_kind("example")
            .expires(Expires::In(3600)),
            ok("the least", r#"{"access_token":"at"}"#),
            ok("ID token", r#"{"access_token":"at","id_token":"a.b.c"}"#).id("a.b.c"),
            // ---- JSON, nearly ----
            ok("byte order mark (WordPress)", "\u{feff}{\"access_token\":\"at\"}"),
            ok("line end before the brace (WordPress)", "\r\n\n{\"access_token\":\"at\"}\n"),
            ok("byte order mark and line end", "\u{feff}\n{\"access_token\":\"at\"}"),
            ok("line end and byte order mark", "\n\u{feff}{\"access_token\":\"at\"}"),
            ok("comma before the brace (BellaDati)", r#"{"access_token":"at","token_type":"bearer" , }"#)
                .kind("bearer"),
            ok("comma before a bracket", r#"{"access_token":"at","scope":["a","b", ],"x":[1,],}"#)
                .scope("a b"),
            ok("commas and brackets in texts stay", r#"{"access_token":",}","scope":",]\",}"}"#)
                .access(",}")
                .scope(r#",]",}"#),
            ok("escapes in texts", r#"{"access_token":"a\u0074","refresh_token":"r\/t"}"#).refresh("r/t"),
            ok("a name that was cut within an emoji", r#"{"access_token":"at","name":"Jo\ud83d"}"#),
            ok(
                "the other half of one",
                r#"{"name":"\ude00 x","access_token":"at","n":"\ud83d\ud83d\ude00"}"#,
            ),
            ok("half of one before another escape", r#"{"name":"\ud83d\n","access_token":"at"}"#),
            ok("bare control characters in a text", "{\"access_token\":\"at\",\"name\":\"a\tb\nc\u{1}\"}"),
            ok("a backslash before an apostrophe", r#"{"access_token":"at","name":"O\'Neill \x \u12"}"#),
            ok("no Content-Type", r#"{"access_token":"at"}"#).headers(""),
            ok("JSON as text/plain", r#"{"access_token":"at"}"#).headers("Content-Type: text/plain\r\n"),
            ok("JSON as text/html", r#"{"access_token":"at"}"#)
                .headers("Content-Type: text/html; charset=utf-8\r\n"),
            ok("JSON as a form", r#"{"access_token":"at"}"#)
                .headers("Content-Type: application/x-www-form-urlencoded\r\n"),
            ok("Latin-1 in another member", b"{\"access_token\":\"at\",\"name\":\"M\xfcller\"}".to_vec()),
            ok(
                "members that are not ours",
                r#"{"access_token":"at","created_at":1497040325,"realmId":"9","x":{"y":[null]}}"#,
            ),
            ok(
                "a member that is nested 100 deep",
                format!("{{\"access_token\":\"at\",\"x\":{}{}}}", "[".repeat(100), "]".repeat(100)),
            ),
            ok("1 MiB", padded(1024 * 1024)),
            // ---- forms ----
            ok("form (GitHub)", "access_token=at&scope=repo%2Cgist&token_type=bearer")
                .headers("Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n")
                .kind("bearer")
                .scope("repo,gist"),
            ok("form as text/plain (Facebook)", "access_token=at&expires=5183814")
                .headers("Content-Type: text/plain; charset=UTF-8\r\n")
                .expires(Expires::In(5_183_814)),
            ok(
                "form without a Content-Type (IBM SmartCloud)",
                "access_token=at&refresh_token=rt&expires_in=3600\n",
            )
            .headers("")
            .refresh("rt")
            .expires(Expires::In(3600)),
            ok("form as JSON", "access_token=at&refresh_token=a%2Bb%2F%3D").refresh("a+b/="),
            ok("form with blanks as plus", "access_token=at&scope=a+b%20c").headers("").scope("a b c"),
            // ---- any 2xx ----
            ok("201 (Sentry)", r#"{"access_token":"at"}"#).status(201),
            ok("202", r#"{"access_token":"at"}"#).status(202),
            ok("299", r#"{"access_token":"at"}"#).status(299),
            // ---- other names ----
            ok(
                "camel case (Plentymarkets)",
                r#"{"accessToken":"at","refreshToken":"rt","tokenType":"Bearer","expiresIn":3600,
                    "idToken":"id"}"#,
            )
            .refresh("rt")
            .id("id")
            .expires(Expires::In(3600)),
            ok(
                "Sentry",
                r#"{"token":"at","refreshToken":"rt","expiresAt":"2036-01-31T12:00:00.000Z",
                    "scopes":["a","b"]}"#,
            )
            .status(201)
            .refresh("rt")
            .scope("a b")
            .expires(Expires::At("2036-01-31T12:00:00Z")),
            // ---- token_type ----
            ok("bearer", r#"{"access_token":"at","token_type":"bearer"}"#).kind("bearer"),
            ok("BEARER", r#"{"access_token":"at","token_type":"BEARER"}"#).kind("BEARER"),
            ok("token type null", r#"{"access_token":"at","token_type":null}"#),
            ok("token type empty", r#"{"access_token":"at","token_type":""}"#),
            ok("token type is no text", r#"{"access_token":"at","token_type":7}"#),
            ok("token type is a phrase (eBay)", r#"{"access_token":"at","token_type":"User Access Token"}"#)
                .kind("User Access Token"),
            ok("the other phrase (eBay)", r#"{"access_token":"at","token_type":"Application Access Token"}"#)
                .kind("Application Access Token"),
            ok("BearerToken", r#"{"access_token":"at","token_type":"BearerToken"}"#).kind("BearerToken"),
            ok(
                "the type of RFC 8693",
                r#"{"access_token":"at","token_type":"urn:ietf:params:oauth:token-type:access_token"}"#,
            )
            .kind("urn:ietf:params:oauth:token-type:access_token"),
            ok("blanks around it", r#"{"access_token":"at","token_type":" bearer "}"#).kind("bearer"),
            ok("what is not seen around it", r#"{"access_token":"at","token_type":"\u200b bearer \u200b"}"#)
                .kind("bearer"),
            ok("blanks alone", r#"{"access_token":"at","token_type":" \n"}"#),
            ok("mac (Xiaomi)", r#"{"access_token":"at","token_type":"mac","mac_key":"k"}"#).other_kind("mac"),
            ok("DPoP (RFC 9449)", r#"{"access_token":"at","token_type":"DPoP","refresh_token":"rt"}"#)
                .other_kind("DPoP")
                .refresh("rt"),
            ok("dpop in a form", "access_token=at&token_type=dpop").headers("").other_kind("dpop"),
            ok("PoP", r#"{"access_token":"at","token_type":"PoP"}"#).other_kind("PoP"),
            ok("N_A (RFC 8693)", r#"{"access_token":"at","token_type":"N_A"}"#).other_kind("N_A"),
            ok("a word like bearer", r#"{"access_token":"at","token_type":"bearer2"}"#).other_kind("bearer2"),
            ok("bearer and another", r#"{"access_token":"at","token_type":"Bearer DPoP"}"#)
                .other_kind("Bearer DPoP"),
            ok("token type with line ends", r#"{"access_token":"at","token_type":"Bearer\r\n"}"#),
            // ---- scope ----
            ok("scope", r#"{"access_token":"at","scope":"a b"}"#).scope("a b"),
            ok("scope with commas", r#"{"access_token":"at","scope":"a,b"}"#).scope("a,b"),
            ok("scope is a list (Twitch)", r#"{"access_token":"at","scope":["a","b:c"]}"#).scope("a b:c"),
            ok("scope null (Mailchimp)", r#"{"access_token":"at","scope":null}"#),
            // RFC 6749 section 5.1: only an absent scope means what was asked for. GitHub grants "" to no scope.
            ok("scope empty: nothing was granted", r#"{"access_token":"at","scope":""}"#).scope(""),
            ok("scope is an empty list", r#"{"access_token":"at","scope":[]}"#).scope(""),
            ok("form with an empty scope (GitHub)", "access_token=at&scope=&token_type=bearer")
                .kind("bearer")
                .scope(""),
            ok("scope with line ends", r#"{"access_token":"at","scope":"a\r\nb"}"#).scope("ab"),
            // ---- errors that are none ----
            ok("error null", r#"{"access_token":"at","error":null}"#),
            ok("error empty", r#"{"access_token":"at","error":"","error_description":""}"#),
            ok("error false", r#"{"access_token":"at","error":false}"#),
            ok("error 0", r#"{"access_token":"at","error":0}"#),
            ok("errors empty", r#"{"access_token":"at","errors":[]}"#),
            ok("errors null", r#"{"access_token":"at","errors":null}"#),
            // ---- nested ----
            ok(
                "a person's token (Slack)",
                r#"{"ok":true,"app_id":"A","authed_user":{"id":"U","scope":"c","access_token":"at",
                    "token_type":"user"},"team":{"id":"T"}}"#,
            )
            .scope("c")
            .kind("user"),
            ok(
                "both tokens, the upper one (Slack)",
                r#"{"ok":true,"access_token":"at","token_type":"bot","scope":"a,b",
                    "authed_user":{"id":"U","access_token":"xoxp"}}"#,
            )
            .scope("a,b")
            .kind("bot"),
            ok(
                "both tokens, the person's (Slack)",
                r#"{"ok":true,"access_token":"xoxb","authed_user":{"access_token":"at",
                    "refresh_token":"rt"}}"#,
            )
            .set(&[(OAUTH_RESPONSE_PATH, "authed_user")])
            .refresh("rt"),
            ok(
                "below data (TikTok, Omniauth)",
                r#"{"data":{"access_token":"at","refresh_token":"rt","expires_in":86400},
                    "message":"success"}"#,
            )
            .refresh("rt")
            .expires(Expires::In(86_400)),
            ok(
                "below body (Withings)",
                r#"{"status":0,"body":{"userid":"1","access_token":"at","expires_in":10800}}"#,
            )
            .set(&[(OAUTH_RESPONSE_PATH, "body")])
            .expires(Expires::In(10_800)),
            ok(
                "below data, camel case (Shopline)",
                r#"{"code":200,"data":{"accessToken":"at",
                    "expireTime":"2036-01-31T12:00:00.000+00:00"}}"#,
            )
            .expires(Expires::At("2036-01-31T12:00:00Z")),
            ok("two below", r#"{"a":{"b":{"access_token":"at"}}}"#).set(&[(OAUTH_RESPONSE_PATH, "a.b")]),
            // ---- lists ----
            ok("an item of a list", r#"[{"access_token":"at","refresh_token":"rt"}]"#).refresh("rt"),
            ok("an item of a list, after a byte order mark", "\u{feff} [ {\"access_token\":\"at\"}, ]\n"),
            ok("an item of a list below data", r#"{"data":[{"access_token":"at","expires_in":3600}]}"#)
                .expires(Expires::In(3600)),
            ok("below data in an item of a list", r#"[{"data":{"access_token":"at"}}]"#),
            ok("a list by its number", r#"[{"access_token":"a"},{"access_token":"at"}]"#)
                .set(&[(OAUTH_RESPONSE_PATH, "1")]),
            ok("by names and numbers", r#"{"data":[{},{"token":{"access_token":"at"}}]}"#)
                .set(&[(OAUTH_RESPONSE_PATH, "data.1.token")]),
            ok("a number before a name", r#"[{"token":{"access_token":"at"}}]"#)
                .set(&[(OAUTH_RESPONSE_PATH, "0.token")]),
            ok("a list of one needs no number", r#"[{"data":[{"token":[{"access_token":"at"}]}]}]"#)
                .set(&[(OAUTH_RESPONSE_PATH, "data.token")]),
            ok("a member whose name is a number", r#"{"0":{"access_token":"at"},"1":{"access_token":"b"}}"#)
                .set(&[(OAUTH_RESPONSE_PATH, "0")]),
            ok("below token", r#"{"token":{"access_token":"at"}}"#).set(&[(OAUTH_RESPONSE_PATH, "token")]),
        ],
    );
}

fn with(member: &str) -> String {
    format!("{{\"access_token\":\"at\",{member}}}")
}

#[test]
fn expiry_however_it_is_written() {
    use Expires::{At, In, Unknown};
    let later = now() + 7200;
    let unknown = |name, member: &str| ok(name, with(member));
    let lasts = |name, member: &str, seconds| ok(name, with(member)).expires(In(seconds));
    run(
        "expiry",
        &[
            lasts("number", r#""expires_in":3600"#, 3600),
            lasts("text (Stamps.com, PayPal, AD FS)", r#""expires_in":"3600""#, 3600),
            lasts("text with blanks", r#""expires_in":" 3600 ""#, 3600),
            lasts("fraction", r#""expires_in":3600.9"#, 3600),
            lasts("text with a fraction", r#""expires_in":"3600.0""#, 3600),
            lasts("exponent", r#""expires_in":3.6e3"#, 3600),
            lasts("one year", r#""expires_in":31536000"#, 31_536_000),
            lasts("thirty years", r#""expires_in":946080000"#, 946_080_000),
            lasts("one second", r#""expires_in":1"#, 1),
            lasts("expires (Facebook)", r#""expires":3600"#, 3600),
            unknown("null", r#""expires_in":null"#),
            unknown("zero is for ever (Mailchimp)", r#""expires_in":0"#),
            unknown("zero as text", r#""expires_in":"0""#),
            unknown("negative", r#""expires_in":-1"#),
            unknown("empty", r#""expires_in":"""#),
            unknown("a word", r#""expires_in":"never""#),
            // ---- a text that says its unit ----
            lasts("hours, minutes, seconds (Tableau)", r#""expires_in":"177:05:38""#, 637_538),
            lasts("the same with a fraction (.NET)", r#""expires_in":" 01:00:00.0000000 ""#, 3600),
            lasts("the same, whatever the unit", r#""expires_in":"1:00:00""#, 3600)
                .set(&[(OAUTH_EXPIRES_IN_UNIT, "days")]),
            unknown("minutes beyond 59", r#""expires_in":"1:60:00""#),
            unknown("two parts", r#""expires_in":"60:00""#),
            unknown("four parts", r#""expires_in":"1:0:0:0""#),
            unknown("a sign between colons", r#""expires_in":"1:-1:00""#),
            unknown("hours beyond all bounds", r#""expires_in":"99999999999999999999:00:00""#),
            lasts("ISO 8601", r#""expires_in":"PT1H30M""#, 5400),
            lasts("ISO 8601 with days", r#""expires_in":"P1DT1S""#, 86_401),
            lasts("ISO 8601 in weeks, with a fraction", r#""expires_in":"P2WT0.5S""#, 1_209_600),
            unknown("a month has no length", r#""expires_in":"P1M""#),
            unknown("ISO 8601 in no order", r#""expires_in":"PT1S1H""#),
            unknown("ISO 8601 without a number", r#""expires_in":"PTH""#),
            unknown("nothing but P", r#""expires_in":"P""#),
            unknown("P and no more of it", r#""expires_in":"Pé""#),
            ok("RFC 3339 where a duration should be", with(r#""expires_in":"2036-01-31T12:00:00Z""#))
                .expires(At("2036-01-31T12:00:00Z")),
            ok("a header's date (ASP.NET)", with(r#"".expires":"Thu, 31 Jan 2036 12:00:00 GMT""#))
                .expires(At("2036-01-31T12:00:00Z")),
            // ---- other units ----
            lasts("minutes", r#""expires_in":60"#, 3600).set(&[(OAUTH_EXPIRES_IN_UNIT, "minutes")]),
            lasts("hours as text", r#""expires_in":"8""#, 28_800).set(&[(OAUTH_EXPIRES_IN_UNIT, "hours")]),
            lasts("days", r#""expires_in":30"#, 2_592_000).set(&[(OAUTH_EXPIRES_IN_UNIT, "days")]),
            unknown("days beyond the calendar", r#""expires_in":999999999999999"#)
                .set(&[(OAUTH_EXPIRES_IN_UNIT, "days")]),
            unknown("a point in time beyond the calendar", r#""expires_at":999999999999999999999"#),
            unknown("true", r#""expires_in":true"#),
            unknown("a list", r#""expires_in":[3600]"#),
            unknown("not a number", r#""expires_in":"NaN""#),
            unknown("infinity", r#""expires_in":"inf""#),
            unknown("twenty digits", r#""expires_in":99999999999999999999"#),
            unknown("twenty digits as text", r#""expires_in":"99999999999999999999""#),
            unknown("1e300", r#""expires_in":1e300"#),
            // The token must not be lost for it: a code, or the old refresh token, is used up.
            unknown("1e400", r#""expires_in":1e400"#),
            unknown("-1e400", r#""expires_in":-1e400"#),
            // ---- milliseconds ----
            lasts("milliseconds (Fiserv)", r#""expires_in":1800000"#, 1800)
                .set(&[(OAUTH_EXPIRES_IN_UNIT, "milliseconds")]),
            lasts("milliseconds as text", r#""expires_in":"1800000""#, 1800)
                .set(&[(OAUTH_EXPIRES_IN_UNIT, "milliseconds")]),
            unknown("no milliseconds", r#""expires_in":0"#).set(&[(OAUTH_EXPIRES_IN_UNIT, "milliseconds")]),
            // ---- a point in time ----
            lasts("expires_in is absolute", &format!(r#""expires_in":{later}"#), 7200),
            lasts("expires_in is absolute, in milliseconds", &format!(r#""expires_in":{later}123"#), 7200),
            lasts("expires_at", &format!(r#""expires_at":{later}"#), 7200),
            lasts("expires_at as text", &format!(r#""expires_at":"{later}""#), 7200),
            lasts("expires_at in milliseconds", &format!(r#""expires_at":{later}123"#), 7200),
            lasts("expires_on (AD FS)", &format!(r#""expires_on":"{later}""#), 7200),
            lasts("access_token_expiration (Clover)", &format!(r#""access_token_expiration":{later}"#), 7200),
            lasts(
                "both: what lasts counts, our clock may differ",
                &format!(r#""expires_on":{later},"expires_in":60"#),
                60,
            ),
            lasts("null and a point in time", &format!(r#""expires_in":null,"expires_at":{later}"#), 7200),
            ok("RFC 3339", with(r#""expires_at":"2036-01-31T12:00:00Z""#))
                .expires(At("2036-01-31T12:00:00Z")),
            ok("RFC 3339 with a fraction", with(r#""expiresAt":"2036-01-31T12:00:00.123456Z""#))
                .expires(At("2036-01-31T12:00:00Z")),
            ok("RFC 3339, +00:00", with(r#""expires_at":"2036-01-31T12:00:00+00:00""#))
                .expires(At("2036-01-31T12:00:00Z")),
            ok("RFC 3339, another zone", with(r#""expires_at":"2036-01-31T14:00:00+02:00""#))
                .expires(At("2036-01-31T12:00:00Z")),
            ok("RFC 3339, a zone to the west", with(r#""expires_at":"2036-01-31T06:30:00.5-05:30""#))
                .expires(At("2036-01-31T12:00:00Z")),
            ok("a blank between day and hour", with(r#""expires_at":"2036-01-31 12:00:00""#))
                .expires(At("2036-01-31T12:00:00Z")),
            unknown("no point in time", r#""expires_at":"tomorrow""#),
            unknown("a point in time that is a small number", r#""expires_at":3600"#),
            unknown("a day that is none", r#""expires_at":"2036-02-30T12:00:00Z""#).expires(Unknown),
            unknown("a time before it was given", r#""expires_at":"2006-01-31T12:00:00Z""#).expires(Unknown),
            unknown("milliseconds before it was given", r#""expires_in":518405184000"#).expires(Unknown),
        ],
    );
}

/// A token of that payload, and of what a JWT has around it.
fn jwt(payload: &str) -> String {
    let payload = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload);
    format!("e30.{payload}.c2ln")
}

#[test]
fn expiry_of_a_jwt_if_asked() {
    let (later, before) = (now() + 7200, now() - 7200);
    let padded = format!(
        "e30.{}.c2ln",
        base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE, r#"{"exp":4102444800 }"#)
    );
    assert!(padded.contains('='));
    let deep = format!(r#"{{"x":{}{},"exp":{later}}}"#, "[".repeat(5000), "]".repeat(5000));
    // The access token, what else the answer says, whether it is asked for; until when the token lives.
    let cases = [
        ("not asked", jwt(&format!(r#"{{"exp":{later}}}"#)), "", "", None),
        ("asked", jwt(&format!(r#"{{"sub":"x","exp":{later}}}"#)), "", "yes", Some(later)),
        ("with a fraction", jwt(&format!(r#"{{"exp":{later}.5}}"#)), "", "yes", Some(later)),
        ("padded", padded, "", "yes", Some(4_102_444_800)),
        ("nested deep", jwt(&deep), "", "yes", Some(later)),
        (
            "the answer's own goes first",
            jwt(r#"{"exp":4102444800}"#),
            r#","expires_in":7200"#,
            "yes",
            Some(later),
        ),
        (
            "the answer's own says nothing",
            jwt(&format!(r#"{{"exp":{later}}}"#)),
            r#","expires_in":0"#,
            "yes",
            Some(later),
        ),
        ("over already", jwt(&format!(r#"{{"exp":{before}}}"#)), "", "yes", None),
        ("a text", jwt(&format!(r#"{{"exp":"{later}"}}"#)), "", "yes", None),
        ("milliseconds", jwt(&format!(r#"{{"exp":{later}000}}"#)), "", "yes", None),
        ("null", jwt(r#"{"exp":null}"#), "", "yes", None),
        ("twice", jwt(&format!(r#"{{"exp":{later},"exp":{later}}}"#)), "", "yes", None),
        ("below another member", jwt(&format!(r#"{{"x":{{"exp":{later}}}}}"#)), "", "yes", None),
        ("no object", jwt(&format!("[{later}]")), "", "yes", None),
        ("no JSON", jwt("exp"), "", "yes", None),
        ("no base64url", "e30.e+/.c2ln".to_owned(), "", "yes", None),
        ("two parts", jwt(&format!(r#"{{"exp":{later}}}"#)).replace(".c2ln", ""), "", "yes", None),
        ("five parts: encrypted", format!("{}.a.b", jwt(&format!(r#"{{"exp":{later}}}"#))), "", "yes", None),
        ("opaque", "at".to_owned(), "", "yes", None),
    ];
    let mut table = Table::new("exp of a JWT");
    for (name, access, more, asked, expected) in cases {
        table.row(name, |row| {
            let client = client(&[(OAUTH_EXPIRES_FROM_JWT, asked)]);
            ask(&client, "code");
            let body = format!(r#"{{"access_token":"{access}"{more}}}"#);
            row.returned(client.respond(200, "", body.as_bytes()), 0);
            row.eq("access token", client.get(OAUTH_ACCESS_TOKEN), access);
            let got = client.get(OAUTH_EXPIRES_AT);
            let at = humantime::parse_rfc3339(&got).ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let at = at.map(|since| i64::try_from(since.as_secs()).unwrap());
            // A busy machine's clock goes on meanwhile.
            let is_it = match (at, expected) {
                (Some(at), Some(expected)) => (0..120).contains(&(at - expected)),
                (None, None) => got.is_empty(),
                _ => false,
            };
            row.holds(&format!("expires at {got:?} instead of {expected:?}"), is_it);
        });
    }
    table.end();
}

#[test]
fn members_where_settings_say() {
    let deep = |levels: usize| {
        let (before, after) = (r#"{"a":"#.repeat(levels), "}".repeat(levels));
        format!(r#"{before}{{"access_token":"at"}}{after}"#)
    };
    let path = |levels: usize| -> Settings<'static> {
        Vec::leak(vec![(OAUTH_RESPONSE_PATH, String::leak("a.".repeat(levels - 1) + "a") as &str)])
    };
    let lost = |name, body: String| no(name, 200, body, OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX);
    run(
        "where settings say",
        &[
            // ---- response_names ----
            ok(
                "other names",
                r#"{"accessJwt":"at","refreshJwt":"rt","jwt":"id","kind":"bearer","grants":["a","b"],"ttl":3600}"#,
            )
            .set(&[(
                OAUTH_RESPONSE_NAMES,
                "access_token=accessJwt&refresh_token=refreshJwt&id_token=jwt&token_type=kind&scope=grants&expires_in=ttl",
            )])
            .refresh("rt")
            .id("id")
            .kind("bearer")
            .scope("a b")
            .expires(Expires::In(3600)),
            ok("as paths", r#"{"access_token":"xoxb","authed_user":{"access_token":"at","t":[{"ttl":3600}]}}"#)
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=authed_user.access_token&expires_in=authed_user.t.0.ttl")])
                .expires(Expires::In(3600)),
            ok("from the path", r#"{"data":{"a":{"b":"at"},"exp":"2036-01-31T12:00:00Z"},"exp":1}"#)
                .set(&[
                    (OAUTH_RESPONSE_PATH, "data"),
                    (OAUTH_RESPONSE_NAMES, "access_token=a.b&expires_at=exp"),
                ])
                .expires(Expires::At("2036-01-31T12:00:00Z")),
            ok("a name with dots", r#"{"a.b":{".t":"at"}}"#)
                .set(&[(OAUTH_RESPONSE_PATH, "a.b"), (OAUTH_RESPONSE_NAMES, "access_token=.t")]),
            ok("no other place is looked at", r#"{"access_token":"at","expires_in":60,"scope":"a","ttl":null}"#)
                .set(&[(OAUTH_RESPONSE_NAMES, "expires_in=ttl&scope=")]),
            ok("an escaped name", r#"{"access token":"at"}"#)
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=access+token")]),
            ok("a code and words beside a token of another name", r#"{"jwt":"at","code":"A1","message":"hello"}"#)
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=jwt")]),
            lost("a name that is not there", r#"{"access_token":"x"}"#.to_owned())
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=accessJwt")]),
            lost("only below, where nobody looks for it", r#"{"data":{"accessJwt":"x"}}"#.to_owned())
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=accessJwt")]),
            lost("null at the name", r#"{"accessJwt":null,"access_token":"x"}"#.to_owned())
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=accessJwt")]),
            lost("no text at the name", r#"{"jwt":7}"#.to_owned())
                .set(&[(OAUTH_RESPONSE_NAMES, "access_token=jwt")]),
            // ---- deep and wide ----
            ok("31 deep", deep(30)).set(path(30)),
            lost("32 deep", deep(31)).set(path(31)),
            lost("100 deep", deep(100)).set(path(100)),
            ok(
                "nested 100 deep below the path",
                format!(r#"{{"a":{{"access_token":"at","x":{}1{}}}}}"#, "[".repeat(100), "]".repeat(100)),
            )
            .set(path(1)),
            ok("the last of many items", format!(r#"[{}{{"access_token":"at"}}]"#, "1,".repeat(500_000)))
                .set(&[(OAUTH_RESPONSE_PATH, "500000")]),
            lost("beyond the last of many items", format!("[{}1]", "1,".repeat(500_000)))
                .set(&[(OAUTH_RESPONSE_PATH, "500001")]),
            no(
                "a list of a million",
                200,
                format!("[{}1]", "1,".repeat(1_000_000)),
                OAUTH_ERROR_TOO_LARGE,
                OAUTH_ACTION_FIX,
            )
            .set(&[(OAUTH_RESPONSE_PATH, "0")]),
        ],
    );
}

/// Who has to set a path is told what there is instead.
#[test]
fn what_was_not_there_is_said() {
    // Settings, the answer; what the sentence says.
    let cases: &[(Settings, &str, &str)] = &[
        (
            &[(OAUTH_RESPONSE_PATH, "data.token")],
            r#"{"data":{"a":1,"b":2}}"#,
            "nothing at data.token: check response_path (data has a, b)",
        ),
        (
            &[(OAUTH_RESPONSE_PATH, "dat")],
            r#"{"data":{"a":1}}"#,
            "nothing at dat: check response_path (it has data)",
        ),
        (
            &[(OAUTH_RESPONSE_PATH, "data.token")],
            r#"{"data":[1,2,3]}"#,
            "nothing at data.token: check response_path (data is a list of 3: give an item's number)",
        ),
        (
            &[(OAUTH_RESPONSE_PATH, "data.token")],
            r#"{"data":"x"}"#,
            "nothing at data.token: check response_path",
        ),
        (&[(OAUTH_RESPONSE_PATH, "a")], r#"{"SECRETtoken":1}"#, "nothing at a: check response_path"),
        (
            &[(OAUTH_RESPONSE_NAMES, "access_token=jwt")],
            r#"{"access":"x"}"#,
            "nothing at jwt: check response_names (it has access)",
        ),
        (
            &[(OAUTH_RESPONSE_NAMES, "access_token=jwt")],
            r#"{"jwt":false}"#,
            "no token at jwt: check response_names",
        ),
        (
            &[(OAUTH_RESPONSE_NAMES, "refresh_token=r")],
            r#"{"access":"x"}"#,
            "no access_token: set response_path (it has access)",
        ),
    ];
    let mut table = Table::new("what was not there");
    for (settings, body, says) in cases {
        table.row(says, |row| {
            let client = client(settings);
            ask(&client, "code");
            row.returned(client.respond(200, "", body.as_bytes()), OAUTH_ERROR_RESPONSE);
            row.holds(&error_text(), error_text().contains(says) && !error_text().contains("SECRET"));
        });
    }
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
    table.row("100 deep", |row| {
        let client = client(&[(OAUTH_RESPONSE_PATH, &("a.".repeat(99) + "a"))]);
        ask(&client, "code");
        row.returned(client.respond(200, "", deep.as_bytes()), OAUTH_ERROR_RESPONSE);
        row.holds(&error_text(), error_text().contains("deeper than 32 levels is not read"));
    });
    table.end();
}

/// Whoever always writes an error, and then a token, means the token: refused, the new refresh token would be lost.
#[test]
fn errors_that_say_nothing() {
    const NOTHING: [&str; 14] = [
        "null",
        "false",
        "0",
        "\"0\"",
        "\"\"",
        "[]",
        "{}",
        "\"none\"",
        "\"null\"",
        "\"success\"",
        "\"OK\"",
        "{\"code\":0}",
        "{\"code\":0,\"message\":\"success\"}",
        "{\"code\":\"0000\",\"message\":\"\"}",
    ];
    for member in ["error", "errors", "error_code", "errcode"] {
        let bodies = NOTHING.map(|nothing| {
            let beside = format!(r#"{{"access_token":"at","refresh_token":"rt","{member}":{nothing}}}"#);
            let around =
                format!(r#"{{"{member}":{nothing},"data":{{"access_token":"at","refresh_token":"rt"}}}}"#);
            [ok("beside a token", beside).refresh("rt"), ok("around a token", around).refresh("rt")]
        });
        run(member, &bodies.into_iter().flatten().collect::<Vec<_>>());
    }
    run(
        "other names",
        &[
            ok("capitals", r#"{"AccessToken":"at","RefreshToken":"rt"}"#).refresh("rt"),
            ok("separators", r#"{"access-token":"at","Refresh_Token":"rt"}"#).refresh("rt"),
            ok("a refresh token that is false", r#"{"access_token":"at","refresh_token":false}"#),
            ok(
                "words beside it",
                r#"{"access_token":"at","message":"welcome","status":"success","code":200}"#,
            ),
        ],
    );
}
