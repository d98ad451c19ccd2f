//! Pending authorizations: which URL a code belongs to, and that no code is sent twice after a success: a server
//! may take back all tokens then (RFC 6749 section 4.1.2).

use crate::common::Client;
use crate::support::{client, parameter_of, sent, Row, Table};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use oauth::constants::*;
use sha2::{Digest, Sha256};

/// What a server makes of a code, and whether the same code may be sent once more.
const SENT: &[(&str, i32, &[u8], bool)] = &[
    ("no answer", 0, b"", true),
    ("busy", 503, b"", true),
    ("too many", 429, b"", true),
    ("a wrong secret", 401, br#"{"error":"invalid_client"}"#, true),
    ("a wrong request", 400, br#"{"error":"invalid_request"}"#, true),
    ("a wrong code", 400, br#"{"error":"invalid_grant"}"#, false),
    ("a wrong code in a 200", 200, br#"{"error":"invalid_grant"}"#, false),
    ("a web page", 200, b"<html>", false),
    ("a token that was cut off", 200, br#"{"access_token":"at"#, false),
    ("nothing", 200, b"", false),
];

const ANSWER: &[u8] = br#"{"access_token":"at","refresh_token":"rt","expires_in":3600}"#;

/// A URL that was made, and what came back from it.
struct Url {
    state: String,
    challenge: String,
}

fn url(client: &Client) -> Url {
    let url = client.authorize_url();
    Url {
        state: client.get(OAUTH_STATE),
        challenge: parameter_of(&url, "code_challenge").unwrap_or_default(),
    }
}

impl Url {
    fn answer(&self, code: &str) -> String {
        format!("https://app.example/cb?code={code}&state={}", self.state)
    }

    /// Whether the waiting request answers this URL.
    fn is_answered(&self, row: &mut Row, client: &Client) {
        let verifier = sent(client).parameter("code_verifier").unwrap_or_default();
        row.eq("challenge", URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), self.challenge.clone());
    }
}

fn exchanged(row: &mut Row, client: &Client, text: &str) {
    row.returned(client.exchange(text), OAUTH_HTTP_NEEDED);
    row.returned(client.respond(200, "", ANSWER), 0);
}

#[test]
fn codes_and_their_urls() {
    let mut table = Table::new("pending");
    table.row("no URL was made", |row| {
        let client = client(&[]);
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
    });
    table.row("the same redirect twice", |row| {
        let client = client(&[]);
        let first = url(&client);
        exchanged(row, &client, &first.answer("abc"));
        row.returned(client.exchange(&first.answer("abc")), OAUTH_ERROR_SEQUENCE);
        row.action(OAUTH_ACTION_SIGN_IN);
        row.eq("access token", client.get(OAUTH_ACCESS_TOKEN).as_str(), "at");
    });
    table.row("the same code twice, alone", |row| {
        let client = client(&[]);
        url(&client);
        exchanged(row, &client, "abc");
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
    });
    table.row("another code for a used state", |row| {
        let client = client(&[]);
        let first = url(&client);
        exchanged(row, &client, &first.answer("abc"));
        row.returned(client.exchange(&first.answer("def")), OAUTH_ERROR_SEQUENCE);
    });
    table.row("the same code twice, the second time alone, while an older URL is pending", |row| {
        let client = client(&[]);
        url(&client);
        let second = url(&client);
        exchanged(row, &client, &second.answer("abc"));
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
    });
    table.row("the same code twice, the second time alone, while a newer URL is pending", |row| {
        let client = client(&[]);
        let first = url(&client);
        url(&client);
        exchanged(row, &client, &first.answer("abc"));
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
    });
    // Whoever makes a new URL signs in anew; what an old code would revoke is about to be replaced.
    table.row("the same code again for a new URL", |row| {
        let client = client(&[]);
        exchanged(row, &client, &url(&client).answer("abc"));
        url(&client);
        row.returned(client.exchange("abc"), OAUTH_HTTP_NEEDED);
    });
    table.row("the same code twice, no proof key", |row| {
        let client = client(&[(OAUTH_PKCE, "off")]);
        url(&client);
        exchanged(row, &client, "abc");
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
    });
    table.row("two URLs, answered in order", |row| {
        let client = client(&[]);
        let (first, second) = (url(&client), url(&client));
        for (url, code) in [(&first, "abc"), (&second, "def")] {
            row.returned(client.exchange(&url.answer(code)), OAUTH_HTTP_NEEDED);
            url.is_answered(row, &client);
            row.returned(client.respond(200, "", ANSWER), 0);
        }
    });
    table.row("two URLs, answered the other way round", |row| {
        let client = client(&[]);
        let (first, second) = (url(&client), url(&client));
        for (url, code) in [(&second, "def"), (&first, "abc")] {
            row.returned(client.exchange(&url.answer(code)), OAUTH_HTTP_NEEDED);
            url.is_answered(row, &client);
            row.returned(client.respond(200, "", ANSWER), 0);
        }
    });
    table.row("a code alone is the last URL's", |row| {
        let client = client(&[]);
        url(&client);
        let last = url(&client);
        row.returned(client.exchange("abc"), OAUTH_HTTP_NEEDED);
        last.is_answered(row, &client);
    });
    table.row("OAUTH_STATE is the last URL's", |row| {
        let client = client(&[]);
        url(&client);
        let text = client.authorize_url();
        row.eq("state", parameter_of(&text, "state"), Some(client.get(OAUTH_STATE)));
    });
    table.row("the eighth URL before is remembered, the ninth is not", |row| {
        let client = client(&[]);
        let urls: Vec<Url> = (0..9).map(|_| url(&client)).collect();
        row.returned(client.exchange(&urls[0].answer("abc")), OAUTH_ERROR_STATE);
        row.returned(client.exchange(&urls[1].answer("abc")), OAUTH_HTTP_NEEDED);
        urls[1].is_answered(row, &client);
    });
    table.row("a URL that did not fit the buffer is not remembered", |row| {
        let client = client(&[]);
        let mut buffer = [0; 40];
        // SAFETY: the buffer is as long as said.
        let build = |buffer: &mut [_], capacity| unsafe {
            oauth::ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr(), capacity)
        };
        row.returned(build(&mut buffer, 40), OAUTH_ERROR_BUFFER);
        row.holds("its length", build(&mut buffer, 0) > 40);
        row.eq("state", client.get(OAUTH_STATE), String::new());
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
    });
    table.row("the redirect of an older URL, without a state", |row| {
        let client = client(&[]);
        url(&client);
        client.must_set(OAUTH_REDIRECT_URI, "https://app.example/other");
        url(&client);
        row.returned(client.exchange("https://app.example/cb?code=abc"), OAUTH_ERROR_STATE);
    });
    table.row("another client's state", |row| {
        let (ours, theirs) = (client(&[]), client(&[]));
        url(&ours);
        row.returned(ours.exchange(&url(&theirs).answer("abc")), OAUTH_ERROR_STATE);
    });
    table.row("a code for a URL that somebody made by hand, no proof key", |row| {
        let client = client(&[(OAUTH_PKCE, "off")]);
        row.returned(client.exchange("https://app.example/other?code=abc"), OAUTH_ERROR_STATE);
        row.returned(client.exchange("https://app.example/other?code=abc&state=x"), OAUTH_ERROR_STATE);
        row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
        row.action(OAUTH_ACTION_SIGN_IN);
    });
    table.row("a code alone, no proof key", |row| {
        let client = client(&[(OAUTH_PKCE, "off")]);
        url(&client);
        row.returned(client.exchange("abc"), OAUTH_HTTP_NEEDED);
        row.eq("code_verifier", sent(&client).parameter("code_verifier"), None);
    });
    // RFC 9700 section 4.2.4: who has seen a state must not bring a code of his own with it.
    for (name, status, body, is_open) in SENT {
        table.row(&format!("sent, {name}, then another code"), |row| {
            let client = client(&[]);
            url(&client);
            let first = url(&client);
            row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
            row.holds("it fails", client.respond(*status, "", body) < OAUTH_HTTP_NEEDED);
            for text in [first.answer("def"), format!("def#{}", first.state), "def".to_owned()] {
                row.returned(client.exchange(&text), OAUTH_ERROR_SEQUENCE);
                row.action(OAUTH_ACTION_SIGN_IN);
            }
            row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            // A new URL is a new sign-in.
            row.returned(client.exchange(&url(&client).answer("def")), OAUTH_HTTP_NEEDED);
        });
        table.row(&format!("sent, {name}, then the same code"), |row| {
            let client = client(&[]);
            let first = url(&client);
            row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
            row.holds("it fails", client.respond(*status, "", body) < OAUTH_HTTP_NEEDED);
            for text in [first.answer("abc"), format!("abc#{}", first.state), "abc".to_owned()] {
                let expected = if *is_open { OAUTH_HTTP_NEEDED } else { OAUTH_ERROR_SEQUENCE };
                row.returned(client.exchange(&text), expected);
            }
            if *is_open {
                first.is_answered(row, &client);
                row.returned(client.respond(200, "", ANSWER), 0);
                row.returned(client.exchange(&first.answer("abc")), OAUTH_ERROR_SEQUENCE);
            }
        });
    }
    for (name, property, value) in [
        ("no token endpoint", OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
        ("no client_id", OAUTH_CLIENT_ID, "client"),
    ] {
        table.row(&format!("{name}, then the same code"), |row| {
            let client = client(&[]);
            let first = url(&client);
            client.must_set(property, "");
            row.returned(client.exchange(&first.answer("abc")), OAUTH_ERROR_MISSING);
            row.action(OAUTH_ACTION_FIX);
            client.must_set(property, value);
            row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
        });
    }
    // RFC 9700 section 4.4: code and verifier go to nobody else.
    for (name, property, value) in [
        ("another token endpoint", OAUTH_TOKEN_ENDPOINT, "https://other.example/token"),
        ("the same endpoint, another path", OAUTH_TOKEN_ENDPOINT, "https://as.example/token2"),
        ("another client", OAUTH_CLIENT_ID, "other"),
        ("another account", OAUTH_ACCOUNT, "other"),
        ("another profile", OAUTH_PROFILE, "stamps"),
    ] {
        table.row(&format!("{name}, since the URL was made"), |row| {
            let client = client(&[]);
            let first = url(&client);
            let before = client.get(property);
            client.must_set(property, value);
            row.returned(client.exchange(&first.answer("abc")), OAUTH_ERROR_STATE);
            row.returned(client.exchange("abc"), OAUTH_ERROR_SEQUENCE);
            row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            if property != OAUTH_PROFILE {
                client.must_set(property, &before);
                row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
                row.eq("where it goes", sent(&client).url, "https://as.example/token".to_owned());
            }
        });
    }
    table.row("pasted again before the answer came", |row| {
        let client = client(&[]);
        let first = url(&client);
        row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
        row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", ANSWER), 0);
        row.returned(client.respond(200, "", ANSWER), OAUTH_ERROR_SEQUENCE);
    });
    table.row("a refusal leaves the URL pending", |row| {
        let client = client(&[]);
        let first = url(&client);
        let refusal = format!("?error=access_denied&state={}", first.state);
        row.returned(client.exchange(&refusal), OAUTH_ERROR_ACCESS_DENIED);
        row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
        first.is_answered(row, &client);
    });
    table.row("the settings of the URL, not those of now", |row| {
        let client = client(&[]);
        let first = url(&client);
        client.must_set(OAUTH_REDIRECT_URI, "https://new.example/cb");
        row.returned(client.exchange(&first.answer("abc")), OAUTH_HTTP_NEEDED);
        let redirect_uri = sent(&client).parameter("redirect_uri");
        row.eq("redirect_uri", redirect_uri.as_deref(), Some("https://app.example/cb"));
    });
    table.end();
}
