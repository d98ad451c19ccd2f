//! What every table needs: rows that report themselves, a client to begin with, and the request that it wants sent.

use crate::common::{error_action, error_text, rows, Client};
use oauth::constants::*;

pub use crate::common::rows::Row;

/// Settings as a row writes them.
pub type Settings<'a> = &'a [(i32, &'a str)];

pub const SECRET: &str = "s3cr3t-of-the-client";
pub const REDIRECT: &str = "https://app.example/cb";

pub type Table = rows::Table<Row>;

impl Row {
    /// The number that a function returned, and with it the invariants of the error sentence: one line of text after
    /// a failure, nothing after a success, never longer than documented.
    pub fn returned(&mut self, got: i32, expected: i32) {
        let text = error_text();
        if got != expected {
            self.holds(&format!("returned {got} ({text}), and should return {expected}"), false);
        }
        self.holds("a failure has a sentence and a success none", text.is_empty() == (got >= 0));
        self.one_line("oauth_error_text", &text);
        // 512 bytes are plenty, says its comment.
        self.holds(&format!("oauth_error_text has {} bytes", text.len()), text.len() < 512);
    }

    /// What an operator does about the last failure.
    pub fn action(&mut self, expected: i32) {
        let got = error_action();
        if got != expected {
            self.holds(&format!("action is {got}, and should be {expected} ({})", error_text()), false);
        }
    }

    /// What goes into a log or onto a screen is one line.
    pub fn one_line(&mut self, what: &str, text: &str) {
        self.holds(&format!("{what} is not one line: {text:?}"), text.chars().all(is_seen));
    }
}

/// Whether a character shows itself, and where it stands: none of Unicode's categories Cc, Cf, Zl, Zp and Co is, nor what
/// is ignored by default.
pub fn is_seen(character: char) -> bool {
    !matches!(u32::from(character),
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2
        | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
        | 0x3164 | 0xe000..=0xf8ff | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd
        | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff | 0xf0000..=0x0010_ffff)
}

/// A client of `https://as.example`, whose requests the test carries. Rows add what they are about.
pub fn client(settings: Settings) -> Client {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
        (OAUTH_CLIENT_ID, "client"),
        (OAUTH_CLIENT_SECRET, SECRET),
        (OAUTH_REDIRECT_URI, REDIRECT),
    ]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    client
}

/// Brings `code` back from a new authorization URL: the token request waits to be sent.
pub fn ask(client: &Client, code: &str) {
    client.authorize_url();
    let n = client.exchange(&format!("?code={code}&state={}", client.get(OAUTH_STATE)));
    assert_eq!(n, OAUTH_HTTP_NEEDED, "oauth_exchange_code: {}", error_text());
}

/// Signs in: `answer` is the token response.
pub fn sign_in(client: &Client, answer: &str) {
    ask(client, "first-code");
    let n = client.respond(200, "Content-Type: application/json\r\n", answer.as_bytes());
    assert_eq!(n, 0, "sign in: {}", error_text());
}

/// A request as it waits to be sent.
#[derive(Debug)]
pub struct Sent {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub content: String,
}

pub fn sent(client: &Client) -> Sent {
    let part = |part| {
        let (n, text) = client.request(part);
        assert!(n >= 0, "oauth_http_request {part}: {n} {}", error_text());
        text
    };
    let lines = part(OAUTH_REQUEST_HEADERS);
    assert!(lines.ends_with("\r\n") && !lines.contains("\r\n\r\n"), "header lines: {lines:?}");
    let headers = lines
        .split_terminator("\r\n")
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no header line: {line:?}")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Sent {
        method: part(OAUTH_REQUEST_METHOD),
        url: part(OAUTH_REQUEST_URL),
        headers,
        content: part(OAUTH_REQUEST_CONTENT),
    }
}

impl Sent {
    /// The values of all headers of that name.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The request's parameters, decoded, wherever they stand.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut found = match self.url.split_once('?') {
            Some((_, query)) => decode_form(query),
            None => Vec::new(),
        };
        match self.header("Content-Type").first() {
            Some(&"application/json") => {
                let members: serde_json::Map<String, serde_json::Value> =
                    serde_json::from_str(&self.content).expect("JSON content");
                found.extend(
                    members.into_iter().map(|(n, v)| (n, v.as_str().expect("texts alone").to_owned())),
                );
            }
            Some(_) => found.extend(decode_form(&self.content)),
            None => assert!(self.content.is_empty(), "content without a type"),
        }
        found
    }

    /// The one value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut all = self.parameters().into_iter().filter(|(n, _)| n == name).map(|(_, value)| value);
        let first = all.next();
        assert!(all.next().is_none(), "{name} stands twice");
        first
    }
}

pub fn decode_form(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// A parameter of an authorization URL, decoded.
pub fn parameter_of(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?').expect("a URL with a query").1;
    decode_form(query).into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
}

/// Seconds since 1970.
pub fn now() -> i64 {
    oauth::system::now()
}
