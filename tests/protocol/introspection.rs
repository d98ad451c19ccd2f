//! What a server says of a token (RFC 7662): what is asked, and what is made of the answer.

use crate::common::{error_text, out, Client};
use crate::support::{client, sent, sign_in, Settings, Table};
use oauth::constants::*;
use oauth::ffi;

const ENDPOINT: (i32, &str) = (OAUTH_INTROSPECTION_ENDPOINT, "https://as.example/introspect");
const TOKEN: &str = r#"{"access_token":"SECRET-at","refresh_token":"SECRET-rt","token_type":"bearer"}"#;

fn signed_in(settings: Settings) -> Client {
    let client = client(&[&[ENDPOINT], settings].concat());
    sign_in(&client, TOKEN);
    client
}

fn field(client: &Client, name: &str) -> (i32, String) {
    let length = i32::try_from(name.len()).unwrap();
    out(|buffer, capacity| unsafe {
        ffi::oauth_field(client.0, OAUTH_FIELD_INTROSPECTION, name.as_ptr().cast(), length, buffer, capacity)
    })
}

#[test]
fn introspections_on_the_wire() {
    let rows: &[(&str, Settings, &str, &str)] = &[
        (
            "by Basic",
            &[],
            "Accept: application/json Authorization: Basic Y2xpZW50OnMzY3IzdC1vZi10aGUtY2xpZW50 \
             Content-Type: application/x-www-form-urlencoded",
            "token=SECRET-at&token_type_hint=access_token",
        ),
        (
            "in the content; neither token_params nor resource",
            &[
                (OAUTH_CLIENT_AUTH, "client_secret_post"),
                (OAUTH_TOKEN_PARAMS, "tenant=t"),
                (OAUTH_RESOURCE, "https://api.example"),
            ],
            "Accept: application/json Content-Type: application/x-www-form-urlencoded",
            "token=SECRET-at&token_type_hint=access_token&client_id=client&client_secret=s3cr3t-of-the-client",
        ),
    ];
    let mut table = Table::default();
    for (name, settings, headers, content) in rows {
        table.row(name, |row| {
            let client = signed_in(settings);
            row.returned(ffi::oauth_introspect(client.0), OAUTH_HTTP_NEEDED);
            let sent = sent(&client);
            row.eq("method", sent.method.as_str(), "POST");
            row.eq("URL", sent.url.as_str(), "https://as.example/introspect");
            let lines: Vec<_> = sent.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
            row.eq("headers", lines.join(" ").as_str(), *headers);
            row.eq("content", sent.content.as_str(), *content);
        });
    }
    table.end();
}

/// Name, status, body; the number that is returned, members that can be read, and a word of the sentence.
type Answer = (&'static str, i32, &'static str, i32, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn introspection_answers() {
    let rows: &[Answer] = &[
        (
            "RFC 7662 section 2.2",
            200,
            r#"{"active":true,"client_id":"l238j323ds-23ij4","username":"jdoe","scope":"read write dolphin",
               "sub":"Z5O3upPC88QrAjx00dis","aud":"https://protected.example.net/resource",
               "iss":"https://server.example.com/","exp":1419356238,"iat":1419350238,
               "extension_field":"twenty-seven"}"#,
            0,
            &[
                ("active", "true"),
                ("username", "jdoe"),
                ("exp", "1419356238"),
                ("extension_field", "twenty-seven"),
            ],
            "",
        ),
        ("not active", 200, r#"{"active":false}"#, 0, &[("active", "false")], ""),
        (
            "a boolean as text",
            200,
            r#"{"active":"True","scope":"a"}"#,
            0,
            &[("active", "true"), ("scope", "a")],
            "",
        ),
        (
            "not active, and what looks like an error beside it",
            200,
            r#"{"active":false,"error":"invalid_token"}"#,
            0,
            &[("active", "false"), ("error", "invalid_token")],
            "",
        ),
        ("no boolean", 200, r#"{"active":"perhaps"}"#, OAUTH_ERROR_RESPONSE, &[], "active is no boolean"),
        ("another answer", 200, r#"{"scope":"a"}"#, OAUTH_ERROR_RESPONSE, &[], "no member active"),
        ("a list", 200, "[1,2]", OAUTH_ERROR_RESPONSE, &[], "no member active"),
        (
            "a refusal",
            401,
            r#"{"error":"invalid_client","error_description":"who?"}"#,
            OAUTH_ERROR_INVALID_CLIENT,
            &[],
            "who?",
        ),
        (
            "a refusal with 200",
            200,
            r#"{"error":"unauthorized_client"}"#,
            OAUTH_ERROR_UNAUTHORIZED,
            &[],
            "unauthorized_client",
        ),
        ("active in an error", 403, r#"{"active":true}"#, OAUTH_ERROR_RESPONSE, &[], "status 403"),
        ("a page", 404, "<html>no such page</html>", OAUTH_ERROR_RESPONSE, &[], "introspection_endpoint"),
        ("trouble", 503, "", OAUTH_ERROR_UNAVAILABLE, &[], "try again later"),
        (
            "our token in the words",
            400,
            r#"{"error":"invalid_request","error_description":"SECRET-at is odd"}"#,
            OAUTH_ERROR_INVALID_REQUEST,
            &[],
            "withheld",
        ),
    ];
    let mut table = Table::default();
    for (name, status, body, expected, fields, says) in rows {
        table.row(name, |row| {
            let client = signed_in(&[]);
            row.returned(ffi::oauth_introspect(client.0), OAUTH_HTTP_NEEDED);
            let n = client.respond(*status, "", body.as_bytes());
            row.returned(n, *expected);
            row.holds(&format!("says {says}: {}", error_text()), error_text().contains(says));
            row.holds("no secret is told", !error_text().contains("SECRET"));
            for (name, value) in *fields {
                row.eq(name, field(&client, name).1.as_str(), *value);
            }
            // The token is where it was.
            row.eq("the token", client.access_token().1.as_str(), "SECRET-at");
        });
    }
    table.end();
}

#[test]
fn an_answer_is_read_until_the_next_one() {
    let mut table = Table::default();
    table.row("in order", |row| {
        let unset = client(&[]);
        sign_in(&unset, TOKEN);
        row.returned(ffi::oauth_introspect(unset.0), OAUTH_ERROR_MISSING);
        let nobody = client(&[ENDPOINT]);
        row.returned(ffi::oauth_introspect(nobody.0), OAUTH_ERROR_SIGN_IN);
        let client = signed_in(&[]);
        row.returned(field(&client, "active").0, OAUTH_ERROR_NO_FIELD);
        row.holds("says what to call", error_text().contains("call oauth_introspect"));
        ffi::oauth_introspect(client.0);
        client.respond(200, "", br#"{"active":true,"scope":"a"}"#);
        row.eq("scope", field(&client, "scope").1.as_str(), "a");
        ffi::oauth_introspect(client.0);
        client.respond(500, "", b"");
        row.eq("after a failure", field(&client, "scope").1.as_str(), "a");
        ffi::oauth_introspect(client.0);
        client.respond(200, "", br#"{"active":false}"#);
        row.returned(field(&client, "scope").0, OAUTH_ERROR_NO_FIELD);
    });
    table.end();
}
