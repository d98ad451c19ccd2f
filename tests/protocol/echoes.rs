//! No secret stands in an error's sentence or in what the server said of it, even where the server repeats what it was
//! sent, in whatever encoding: both go into logs and onto screens.

use crate::common::{error_text, Client};
use crate::support::{client, sent, sign_in, Row, Table};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use oauth::constants::*;

const SECRET: &str = "p@ss/w+rd=%\u{e9}~ 12\"34&5678";
const CODE: &str = "4/0Code+c=dEfGh%IjKlMn&opQrStUv";
const REFRESH: &str = "rt/0Refresh+old=token-1234567890";
const ACCESS: &str = "at/0Access+old=token-1234567890";
/// So many characters in a row of a secret are a leak.
const LEAK: usize = 10;

pub fn percent(text: &str, lower: bool) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            _ if lower => write!(out, "%{byte:02x}").unwrap(),
            _ => write!(out, "%{byte:02X}").unwrap(),
        }
    }
    out
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

pub type Encoding = (&'static str, fn(&str) -> String);

/// How a server may write what it was sent.
const ENCODINGS: &[Encoding] = &[
    ("as it was", str::to_owned),
    ("percent-encoded", |text| percent(text, false)),
    ("percent-encoded in lower case", |text| percent(text, true)),
    ("form-encoded", |text| percent(text, false).replace("%20", "+").replace('~', "%7E")),
    ("in HTML", html),
    ("in JSON", |text| serde_json::to_string(text).unwrap()),
];

/// How a server may refuse; `@` stands for the echo, `$` for the echo in a form, `!` for a long text.
pub const PLACES: &[(&str, i32, &str, &str)] = &[
    ("description", 400, "", r#"{"error":"invalid_request","error_description":"got @ there"}"#),
    ("description of invalid_grant", 400, "", r#"{"error":"invalid_grant","error_description":"no @"}"#),
    ("description of invalid_client", 401, "", r#"{"error":"invalid_client","error_description":"no @"}"#),
    ("error", 400, "", r#"{"error":"@"}"#),
    ("error_uri", 400, "", r#"{"error":"x","error_uri":"https://as.example/?@"}"#),
    ("message", 400, "", r#"{"error":"x","message":"@"}"#),
    ("error object", 400, "", r#"{"error":{"type":"@","message":"@"}}"#),
    ("list of errors", 400, "", r#"{"errors":[{"errorType":"@","message":"@"}]}"#),
    ("member's name", 200, "", r#"{"access_token":"x","@":1,"@":2}"#),
    ("token of the wrong kind", 200, "", r#"{"access_token":["@"]}"#),
    ("form", 400, "", "error=invalid_request&error_description=$"),
    ("web page", 200, "", "<html>@</html>"),
    ("text", 400, "", "@"),
    ("cut JSON", 200, "", r#"{"error":"@"#),
    ("challenge", 401, "WWW-Authenticate: Bearer error=\"@\", error_description=\"@\"\r\n", ""),
    ("redirect", 302, "Location: https://as.example/?@\r\n", ""),
    // Where the words are cut, half a secret must not be left.
    ("long description", 400, "", r#"{"error":"x","error_description":"!@"}"#),
];

pub fn fill(text: &str, echo: &str) -> String {
    let in_json = serde_json::to_string(echo).unwrap();
    let in_json = &in_json[1..in_json.len() - 1];
    let padding = "x".repeat(288);
    if text.starts_with("WWW-") || text.starts_with("Location") || !text.starts_with('{') {
        let form = percent(echo, false);
        return text.replace('@', echo).replace('$', &form);
    }
    text.replace('!', &padding).replace('@', in_json)
}

/// Parts of the secrets, in any encoding, in all that tells of the last failure are an error.
fn holds_no_secret(row: &mut Row, client: &Client, what: &str, secrets: &[&str]) {
    let leaks = leaks(row, client, secrets);
    row.holds(&format!("{what} leaks into {}", leaks.join(", ")), leaks.is_empty());
}

/// Where parts of the secrets stand.
fn leaks(row: &mut Row, client: &Client, secrets: &[&str]) -> Vec<&'static str> {
    let sentence = error_text();
    row.one_line("oauth_error_text", &sentence);
    let texts = [
        ("oauth_error_text", sentence),
        ("OAUTH_ERROR", client.get(OAUTH_ERROR)),
        ("OAUTH_ERROR_DESCRIPTION", client.get(OAUTH_ERROR_DESCRIPTION)),
        ("OAUTH_ERROR_URI", client.get(OAUTH_ERROR_URI)),
    ];
    let forms = secrets.iter().flat_map(|secret| ENCODINGS.iter().map(|(_, encode)| encode(secret)));
    let parts: Vec<String> = forms
        .flat_map(|form| {
            let characters: Vec<char> = form.trim_matches('"').chars().collect();
            characters.windows(LEAK.min(characters.len())).map(String::from_iter).collect::<Vec<_>>()
        })
        .collect();
    let leaks = texts.iter().filter(|(_, text)| parts.iter().any(|part| text.contains(part)));
    leaks.map(|(name, _)| *name).collect()
}

/// What comes back from the URL that was made last.
fn back(client: &Client) -> String {
    format!("?code={}&state={}", percent(CODE, false), client.get(OAUTH_STATE))
}

#[cfg(feature = "sign")]
const METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "client_secret_jwt"];
#[cfg(not(feature = "sign"))]
const METHODS: &[&str] = &["client_secret_basic", "client_secret_post"];

#[test]
fn servers_that_repeat_what_they_were_sent() {
    let mut table = Table::new("echoes");
    for (place, status, headers, body) in PLACES {
        for method in METHODS {
            for is_refresh in [false, true] {
                let operation = if is_refresh { "refresh" } else { "exchange" };
                table.row(&format!("{place}, {method}, {operation}"), |row| {
                    let client = client(&[(OAUTH_CLIENT_SECRET, SECRET), (OAUTH_CLIENT_AUTH, method)]);
                    let answer = serde_json::json!({"access_token": ACCESS, "refresh_token": REFRESH});
                    sign_in(&client, &answer.to_string());
                    for secret in [
                        "client secret",
                        "code or refresh token",
                        "verifier",
                        "access token",
                        "Basic",
                        "assertion",
                    ] {
                        let mut leaking = Vec::new();
                        for (encoding, encode) in ENCODINGS {
                            if is_refresh {
                                row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
                            } else {
                                client.authorize_url();
                                row.returned(client.exchange(&back(&client)), OAUTH_HTTP_NEEDED);
                            }
                            let request = sent(&client);
                            let verifier = request.parameter("code_verifier").unwrap_or_default();
                            let what = match secret {
                                "client secret" => SECRET.to_owned(),
                                "verifier" => verifier,
                                "access token" => ACCESS.to_owned(),
                                "assertion" => request.parameter("client_assertion").unwrap_or_default(),
                                "Basic" => request.header("Authorization").concat().replace("Basic ", ""),
                                _ if is_refresh => REFRESH.to_owned(),
                                _ => CODE.to_owned(),
                            };
                            if what.is_empty() {
                                continue;
                            }
                            let echo = encode(&what);
                            let n =
                                client.respond(*status, &fill(headers, &echo), fill(body, &echo).as_bytes());
                            row.holds(&format!("{secret}, {encoding}: is a failure"), n < OAUTH_HTTP_NEEDED);
                            if !leaks(row, &client, &[&what]).is_empty() {
                                leaking.push(*encoding);
                            }
                        }
                        row.holds(&format!("{secret} leaks {}", leaking.join(", ")), leaking.is_empty());
                    }
                });
            }
        }
    }
    table.row("all of the request", |row| {
        let client = client(&[(OAUTH_CLIENT_SECRET, SECRET), (OAUTH_CLIENT_AUTH, "client_secret_post")]);
        client.authorize_url();
        row.returned(client.exchange(&back(&client)), OAUTH_HTTP_NEEDED);
        let request = sent(&client);
        let secrets: Vec<String> = ["code", "code_verifier", "client_secret"]
            .iter()
            .map(|name| request.parameter(name).expect("it is sent"))
            .collect();
        let body = serde_json::json!({"error": "invalid_request", "error_description": request.content});
        row.returned(client.respond(400, "", body.to_string().as_bytes()), OAUTH_ERROR_INVALID_REQUEST);
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        holds_no_secret(row, &client, "the request", &secrets);
    });
    table.row("Basic as user and password", |row| {
        let client = client(&[(OAUTH_CLIENT_SECRET, SECRET), (OAUTH_BASIC_ENCODING, "raw")]);
        client.authorize_url();
        row.returned(client.exchange("abc"), OAUTH_HTTP_NEEDED);
        let coded = STANDARD.encode(format!("client:{SECRET}"));
        let body = serde_json::json!({"error": "x", "error_description": format!("no user {coded}")});
        row.returned(client.respond(400, "", body.to_string().as_bytes()), OAUTH_ERROR_REFUSED);
        holds_no_secret(row, &client, "Basic", &[&coded]);
    });
    table.row("a redirect that holds the client's secret", |row| {
        let client = client(&[(OAUTH_CLIENT_SECRET, SECRET)]);
        client.authorize_url();
        let text = format!(
            "?error=invalid_request&error_description=no+{}&state={}",
            percent(SECRET, false),
            client.get(OAUTH_STATE)
        );
        row.returned(client.exchange(&text), OAUTH_ERROR_INVALID_REQUEST);
        holds_no_secret(row, &client, "the secret", &[SECRET]);
    });
    table.row("texts that are not understood are not repeated", |row| {
        let client = client(&[]);
        client.authorize_url();
        let code = "Very secret code that-somebody-pasted";
        for text in [code.to_owned(), format!("?code={code}"), format!("?code={code}&state=x")] {
            row.holds("is a failure", client.exchange(&text) < OAUTH_HTTP_NEEDED);
            holds_no_secret(row, &client, "the code", &[code]);
        }
    });
    table.row("settings that are refused are not repeated", |row| {
        let client = client(&[]);
        for property in [
            OAUTH_TOKEN_ENDPOINT,
            OAUTH_CLIENT_AUTH,
            OAUTH_REDIRECT_URI,
            OAUTH_PKCE,
            OAUTH_STORE,
            OAUTH_TIMEOUT,
            OAUTH_PROXY,
            OAUTH_PROFILE,
            OAUTH_CLIENT_SECRET,
        ] {
            let text = "http://user:a-secret-for-sure\n@proxy.example:port/x";
            row.holds(&format!("{property} is refused"), client.set(property, text) < 0);
            // A profile's name is one: it is said.
            if property != OAUTH_PROFILE {
                holds_no_secret(row, &client, "the setting", &["a-secret-for-sure"]);
            }
        }
    });
    table.end();
}
