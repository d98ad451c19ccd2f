//! What nobody sees in a server's words reaches no text, and does not hide a secret: neither when it keeps the pieces of
//! one apart, nor when it is taken away.

use crate::common::{error_text, Client};
use crate::echoes::{fill, percent, Encoding, PLACES};
use crate::support::{client, is_seen, sign_in, Table};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use oauth::constants::*;

const SECRET: &str = "s3cr3t-Value";

/// What may stand between two characters of a secret, and is lost in a line of text or in an error code.
const BETWEEN: &[(&str, &str)] = &[
    ("a blank", " "),
    ("a line break", "\r\n"),
    ("a control character", "\u{1b}"),
    ("one of C1", "\u{85}"),
    ("a soft hyphen", "\u{ad}"),
    ("a zero width space", "\u{200b}"),
    ("a joiner", "\u{200d}"),
    ("a turn to the left", "\u{202e}"),
    ("an isolate", "\u{2067}"),
    ("an Arabic mark", "\u{61c}"),
    ("a line separator", "\u{2028}"),
    ("a BOM", "\u{feff}"),
    ("a tag", "\u{e0041}"),
    ("a variation selector", "\u{fe0f}"),
    ("a rarer selector", "\u{e0100}"),
    ("a filler", "\u{3164}"),
    ("for private use", "\u{f8ff}"),
    ("an accent", "\u{301}"),
    ("a letter like none", "\u{fffd}"),
    ("an umlaut's dots", "\u{a8}"),
    ("an escape of JSON", "\\u200b"),
    ("an escaped line break", "\\n"),
    ("a reference", "&#8203;"),
    ("a reference in hexadecimal", "&#x00Ad;"),
    ("a percent-encoded blank", "%20"),
    ("two at once", "\u{200b}\u{202e}"),
];

/// Ways to write a secret that hide it from who looks for its letters.
const DISGUISES: &[Encoding] = &[
    ("in capitals", str::to_uppercase),
    ("each as a reference", |text| each(text, |c| format!("&#{c};"))),
    ("each as an escape", |text| each(text, |c| format!("\\u{c:04x}"))),
    ("each percent-encoded", |text| each(text, |c| format!("%{c:02x}"))),
    ("percent-encoded twice", |text| each(text, |c| format!("%25{c:02x}"))),
    ("Base64", |text| STANDARD.encode(text)),
    ("Base64 of a Basic header", |text| STANDARD.encode(format!("client:{text}"))),
    ("Base64 for URLs", |text| URL_SAFE_NO_PAD.encode(format!("??>>{text}"))),
    ("percent-encoded Base64", |text| percent(&STANDARD.encode(format!("x:{text}")), true)),
];

fn each(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

#[test]
fn secrets_in_pieces() {
    let mut table = Table::new("pieces");
    for (place, status, headers, body) in PLACES {
        for (what, between) in BETWEEN {
            let middle = SECRET.replacen('-', &format!("{between}-"), 1);
            let every: String = SECRET.chars().flat_map(|c| [c.to_string(), (*between).to_owned()]).collect();
            for (way, echo) in [("once", middle), ("everywhere", every)] {
                table.row(&format!("{place}, {what} {way}"), |row| {
                    let client = asking();
                    let n = client.respond(*status, &fill(headers, &echo), fill(body, &echo).as_bytes());
                    row.holds("is a failure", n < OAUTH_HTTP_NEEDED);
                    for (name, text) in texts(&client) {
                        row.holds(&format!("{name} shows it: {text:?}"), !shows(&text, SECRET));
                    }
                });
            }
        }
        for (what, disguise) in DISGUISES {
            table.row(&format!("{place}, {what}"), |row| {
                let client = asking();
                let echo = disguise(SECRET);
                let n = client.respond(*status, &fill(headers, &echo), fill(body, &echo).as_bytes());
                row.holds("is a failure", n < OAUTH_HTTP_NEEDED);
                for (name, text) in texts(&client) {
                    let is_shown =
                        shows(&text, SECRET) || text.contains(&echo) || text.contains(&percent(&echo, true));
                    row.holds(&format!("{name} shows it: {text:?}"), !is_shown);
                }
            });
        }
    }
    table.row("the example that was found", |row| {
        let client = asking();
        row.returned(client.respond(400, "", br#"{"error":"s3cr3t -Value"}"#), OAUTH_ERROR_SIGN_IN);
        row.holds("OAUTH_ERROR shows it", client.get(OAUTH_ERROR) == "error");
    });
    table.row("a long secret that is cut", |row| {
        let secret = "aK7dQ2mX9pL4vB8nR3tZ6wY1cF5hJ0sG";
        let client = asking();
        client.must_set(OAUTH_CLIENT_SECRET, secret);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let body = format!(r#"{{"error":"x","error_description":"bad secret {}... given"}}"#, &secret[8..24]);
        row.returned(client.respond(400, "", body.as_bytes()), OAUTH_ERROR_REFUSED);
        row.holds("half of it is shown", !error_text().contains(&secret[10..20]));
    });
    table.row("words that stand in a secret by chance", |row| {
        let client = asking();
        client.must_set(OAUTH_CLIENT_SECRET, "my-client-secret-of-today");
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let body = br#"{"error":"invalid_client","error_description":"The client secret is wrong."}"#;
        row.returned(client.respond(401, "", body), OAUTH_ERROR_INVALID_CLIENT);
        row.holds("are shown", error_text().contains("The client secret is wrong."));
    });
    table.end();
}

#[test]
fn what_nobody_sees_reaches_no_text() {
    let unseen = (0..=0x0010_ffff).filter_map(char::from_u32).filter(|c| !is_seen(*c));
    let unseen: Vec<char> = unseen.collect();
    let mut table = Table::new("unseen");
    table.row("there are enough", |row| row.holds("of them", unseen.len() > 130_000));
    // A description is looked at in its beginning alone.
    for some in unseen
        .chunks(500)
        .take(8)
        .chain(unseen.chunks(500).rev().take(2))
        .chain(unseen.chunks(499).skip(12).step_by(31))
    {
        let junk: String = some.iter().collect();
        table.row(&format!("from {:x}", u32::from(some[0])), |row| {
            let client = asking();
            let words = format!("not\n{junk}good");
            let body = serde_json::json!({"error": words, "error_description": words, "error_uri": words});
            row.returned(client.respond(400, "", body.to_string().as_bytes()), OAUTH_ERROR_SIGN_IN);
            row.holds("OAUTH_ERROR", client.get(OAUTH_ERROR) == "notgood");
            for (name, text) in texts(&client) {
                row.holds(&format!("{name}: {text:?}"), text.chars().all(is_seen) && text.contains("good"));
            }
        });
    }
    table.row("an account's name", |row| {
        let client = asking();
        client.must_set(OAUTH_ACCOUNT, "a\u{202e}b\u{200b}c\u{2028}d");
        let status = client.get(OAUTH_STATUS_LINE);
        row.holds(&format!("stands in {status:?}"), status.starts_with("abc d, "));
    });
    table.row("a type and a scope", |row| {
        let client = asking();
        let answer =
            "{\"access_token\":\"x\",\"token_type\":\"Be\u{202e}arer\",\"scope\":\"a\u{200b}b\u{85}c\"}";
        row.returned(client.respond(200, "", answer.as_bytes()), 0);
        row.holds("OAUTH_TOKEN_TYPE", client.get(OAUTH_TOKEN_TYPE) == "Bearer");
        row.holds("OAUTH_GRANTED_SCOPE", client.get(OAUTH_GRANTED_SCOPE) == "abc");
    });
    table.row("a redirect", |row| {
        let client = client(&[]);
        client.authorize_url();
        let words = percent("no\u{202e}t\u{200b} this\u{2029}time", false);
        let redirect = format!("?error={words}&error_description={words}&state={}", client.get(OAUTH_STATE));
        row.holds("is a failure", client.exchange(&redirect) < OAUTH_HTTP_NEEDED);
        row.holds("OAUTH_ERROR_DESCRIPTION", client.get(OAUTH_ERROR_DESCRIPTION) == "not this time");
    });
    table.end();
}

/// A client whose refresh waits for its answer.
fn asking() -> Client {
    let client = client(&[(OAUTH_CLIENT_SECRET, SECRET)]);
    sign_in(&client, r#"{"access_token":"a-token","refresh_token":"another-token"}"#);
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    client
}

fn texts(client: &Client) -> [(&'static str, String); 4] {
    [
        ("oauth_error_text", error_text()),
        ("OAUTH_ERROR", client.get(OAUTH_ERROR)),
        ("OAUTH_ERROR_DESCRIPTION", client.get(OAUTH_ERROR_DESCRIPTION)),
        ("OAUTH_STATUS_LINE", client.get(OAUTH_STATUS_LINE)),
    ]
}

/// As a person reads it: without what is not seen, and whatever stands between the letters.
fn shows(text: &str, secret: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    letters(text).to_lowercase().contains(&letters(secret).to_lowercase())
}
