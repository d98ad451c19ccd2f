//! Random input to every parser, through the C functions: `make fuzz`, or for a moment with the other tests.
//! Whatever comes, no call ends in a fault of ours, no secret stands in an error, and a token that was held stays.

#[path = "fuzz/asked.rs"]
mod asked;
mod common;

use common::{error_text, scratch, Client};
use oauth::constants::*;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SECRET: &str = "fuzz-client-secret";
const REFRESH: &str = "fuzz-refresh-token";

const ANSWERS: &[&str] = &[
    r#"{"access_token":"a","token_type":"bearer","expires_in":3600,"refresh_token":"r","scope":"x y"}"#,
    r#"{"access_token":"a","expires_in":"3600","scope":["x","y"],"extra":{"list":[1,2.5,null,true,"\u00e9\n"]},}"#,
    r#"{"error":"invalid_grant","error_description":"no","error_uri":"https://example.com/"}"#,
    r#"{"ok":true,"authed_user":{"access_token":"a","expires_in":1e3},"team":{"id":"T"}}"#,
    r#"{"data":{"accessToken":"a","expiresAt":"2030-01-01T00:00:00Z"}}"#,
    r#"{"errors":[{"errorType":"invalid_client","message":"no"}]}"#,
    r#"{"error":"unsupported_token_type"}"#,
    "access_token=a&token_type=bearer&expires=5184000&scope=x%2Cy",
    "error=bad_verification_code&error_description=The+code",
    "<!DOCTYPE html><html><body>503</body></html>",
    "\u{feff}\r\n{\"access_token\":\"a\"}",
];

const PASTED: &[&str] = &[
    "4/0AfJohXk-code",
    "http://127.0.0.1/cb?code=abc&state=xyz&iss=https%3A%2F%2Fexample.com",
    "?code=abc&amp;state=xyz#_=_",
    "https://metamaps.cc/oauth/authorize/0123abcdef",
    "\"native?code=abc\"\r\n",
    "http://127.0.0.1/cb#error=access_denied&error_description=no+thanks",
    "http://127.0.0.1/cb?c0de=abc&payload=xyz&accounts-server=https%3A%2F%2Feu.example.com",
];

const HEADERS: &[&str] = &[
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRetry-After: 5\r\n\r\n",
    "HTTP/1.1 100 Continue\n\nHTTP/2 200\r\nX : y\r\n z\r\nContent-Encoding: gzip, deflate\r\n",
    "WWW-Authenticate: Basic realm=\"x\", error=\"invalid_client\"\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
];

const PROFILES: &[&str] = &[
    "[a]\nprofile = \"stamps\"\nclient_id = \"x\"\nclient_secret = \"fuzz-client-secret\"\ntimeout = 5\n",
    "[b]\nprofile = \"a\"\nbase_url = \"https://example.com\"\n[a]\nallow_http = true\nscope = '''x\ny'''\n",
];

const VALUES: &[&str] = &[
    "https://example.com/a?b=c#d",
    "http://[::1]:80/",
    "S256",
    "file:/tmp",
    "30",
    "env",
    "+",
    "a=b&c",
    "X-A: 1\r\nX-B: 2",
    "X-A=1%0d&X-B=2",
    "client_id=id&code=&scope=%61",
    "eu.example.com in.example.com",
];

type Row = (&'static str, fn(&mut Random, &std::path::Path));

/// What is read by whom; FUZZ_ROW chooses one.
const ROWS: &[Row] = &[
    ("profile", profile),
    ("record", record),
    ("value", |random, _| value(random)),
    ("paste", |random, _| paste(random)),
    ("revocation", |random, _| revocation(random)),
    ("answer", |random, _| answer(random)),
    ("answer", |random, _| answer(random)),
    ("words", |random, _| words(random)),
    ("members", |random, _| members(random)),
    ("members", |random, _| members(random)),
    ("pushed", |random, _| pushed(random)),
    ("metadata", |random, _| asked::metadata(random)),
    ("person", |random, _| asked::person(random)),
    ("identity", |random, _| asked::identity(random)),
    ("claims", |random, _| asked::claims_of(random)),
    ("registration", |random, _| asked::registration(random)),
    ("browser", |random, _| asked::browser(random)),
];

#[test]
fn random_input_does_no_harm() {
    let limit = std::env::var("FUZZ_SECONDS")
        .ok()
        .and_then(|s| s.parse().ok())
        .map_or(Duration::from_millis(500), Duration::from_secs);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(now | 1);
    println!("FUZZ_SEED={seed}");
    let mut random = Random(seed);
    let folder = scratch::folder("fuzz");
    let row = std::env::var("FUZZ_ROW").unwrap_or_default();
    let rows: Vec<_> = ROWS.iter().filter(|(name, _)| row.is_empty() || *name == row).collect();
    let (start, mut rounds) = (Instant::now(), 0_u64);
    while start.elapsed() < limit {
        let (_, row) = rows[usize::try_from(rounds).unwrap() % rows.len()];
        row(&mut random, &folder);
        rounds += 1;
    }
    println!("{rounds} rounds");
    std::fs::remove_dir_all(&folder).unwrap();
}

fn client() -> Client {
    Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_AUTHORIZATION_ENDPOINT, "https://example.com/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "https://example.com/token"),
        (OAUTH_CLIENT_ID, "id"),
        (OAUTH_CLIENT_SECRET, SECRET),
        (OAUTH_REDIRECT_URI, "http://127.0.0.1/cb"),
    ])
}

/// What holds after every call.
fn harmless(answer: i32, input: &[u8]) {
    let text = error_text();
    let shown = || format!("{:?}: {answer} {text}", String::from_utf8_lossy(input));
    assert_ne!(answer, OAUTH_ERROR_INTERNAL, "{}", shown());
    assert_eq!(answer < 0, !text.is_empty(), "{}", shown());
    assert!(!text.contains(SECRET) && !text.contains(REFRESH), "{}", shown());
    assert!(text.len() <= 500 && !text.chars().any(char::is_control), "{}", shown());
}

fn signed_in() -> Client {
    let client = client();
    client.authorize_url();
    assert_eq!(client.exchange("code"), OAUTH_HTTP_NEEDED);
    let first = format!(r#"{{"access_token":"first","refresh_token":"{REFRESH}"}}"#);
    assert_eq!(client.respond(200, "", first.as_bytes()), 0);
    client
}

/// What came of a random answer, and its body.
fn answered(client: &Client, random: &mut Random) -> (i32, Vec<u8>) {
    let body = match random.below(4) {
        0 => compressed(random),
        _ => random.mutated(ANSWERS),
    };
    let headers = String::from_utf8_lossy(&random.mutated(HEADERS)).into_owned();
    let status = [200, 200, 200, 201, 302, 400, 401, 403, 429, 500, 0, -1, 99_999][random.below(13)];
    let result = client.respond(status, &headers, &body);
    harmless(result, &body);
    (result, body)
}

/// A body that is compressed, and perhaps damaged after that.
fn compressed(random: &mut Random) -> Vec<u8> {
    let text = random.mutated(ANSWERS).repeat(1 + random.below(3));
    let level = u8::try_from(random.below(10)).unwrap();
    let body = match random.below(3) {
        0 => miniz_oxide::deflate::compress_to_vec_zlib(&text, level),
        // A sum that is missing is forgiven.
        1 => [&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], &miniz_oxide::deflate::compress_to_vec(&text, level)]
            .concat(),
        _ => miniz_oxide::deflate::compress_to_vec(&text, level),
    };
    match random.below(2) {
        0 => body,
        _ => random.mutated_bytes(&[&body]),
    }
}

fn answer(random: &mut Random) {
    let client = signed_in();
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    let (result, body) = answered(&client, random);
    let (n, header) = client.header();
    harmless(n, &body);
    if n == OAUTH_HTTP_NEEDED && result == 0 {
        // A token of one second can have expired by now.
        let expires_at = humantime::parse_rfc3339(&client.get(OAUTH_EXPIRES_AT)).unwrap();
        assert!(
            expires_at <= SystemTime::now() + Duration::from_secs(2),
            "{:?}",
            String::from_utf8_lossy(&body)
        );
        return;
    }
    if n == OAUTH_ERROR_RESPONSE && result == 0 {
        // A token of another type than Bearer is kept, and not sent as one.
        assert_ne!(client.get(OAUTH_TOKEN_TYPE).to_lowercase(), "bearer");
        assert_eq!(client.access_token().1, client.get(OAUTH_ACCESS_TOKEN));
        return;
    }
    assert!(header.starts_with("Authorization: Bearer "), "{n} after {:?}", String::from_utf8_lossy(&body));
    assert!(header.bytes().all(|b| (0x20..0x7f).contains(&b)), "{header:?}");
    if result < 0 {
        assert_eq!(
            (header.as_str(), client.get(OAUTH_REFRESH_TOKEN).as_str()),
            ("Authorization: Bearer first", REFRESH)
        );
    }
}

/// Paths of whatever kind, to members of whatever answer.
const PATHS: &[&str] = &[
    "data.0.token",
    "authed_user.id",
    "extra.list.1",
    ".",
    "a..b",
    "0",
    "-1.99999999999999999999",
    "access_token=data.jwt&expires_in=extra.list.0&scope=",
    "E1 not%20now %",
];

/// An answer is read by settings that are random, too, and then its members are.
fn members(random: &mut Random) {
    let client = client();
    let settings = [
        OAUTH_RESPONSE_PATH,
        OAUTH_RESPONSE_NAMES,
        OAUTH_EXPIRES_FROM_JWT,
        OAUTH_ERROR_PATH,
        OAUTH_ERROR_TEXT_PATH,
        OAUTH_SIGN_IN_ERRORS,
        OAUTH_REFRESH_PROLONGS,
    ];
    client.authorize_url();
    assert_eq!(client.exchange("code"), OAUTH_HTTP_NEEDED);
    let first = format!(
        r#"{{"access_token":"first","refresh_token":"{REFRESH}","extra":{{"list":[1,[{{"x":null}}]]}}}}"#
    );
    assert_eq!(client.respond(200, "", first.as_bytes()), 0);
    for property in settings {
        let text = match random.below(3) {
            0 => "yes".to_owned(),
            _ => String::from_utf8_lossy(&random.mutated(PATHS)).replace('\0', ""),
        };
        harmless(client.set(property, &text), text.as_bytes());
    }
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    let (result, body) = answered(&client, random);
    if result < 0 {
        assert_eq!(
            client.get(OAUTH_REFRESH_TOKEN),
            REFRESH,
            "{result} after {:?}",
            String::from_utf8_lossy(&body)
        );
    }
    for _ in 0..4 {
        let name = String::from_utf8_lossy(&random.mutated(PATHS)).replace('\0', "");
        let source = [OAUTH_FIELD_TOKEN, OAUTH_FIELD_TOKEN, OAUTH_FIELD_REDIRECT, 0][random.below(4)];
        let length = i32::try_from(name.len()).unwrap();
        let (n, text) = common::out(|b, c| unsafe {
            oauth::ffi::oauth_field(client.0, source, name.as_ptr().cast(), length, b, c)
        });
        harmless(n, name.as_bytes());
        assert!(n >= 0 || text.is_empty(), "{n}: {text}");
    }
}

fn pushed(random: &mut Random) {
    const PUSHED: &[&str] = &[
        r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}"#,
        r#"{"request_uri":"https://as.example/r?a=b&c#d","expires_in":"PT1M"}"#,
        r#"{"error":"invalid_request_object","error_description":"no"}"#,
    ];
    let client = client();
    client.must_set(OAUTH_PAR, "yes");
    client.must_set(OAUTH_PAR_ENDPOINT, "https://example.com/par");
    assert_eq!(client.build_url().0, OAUTH_HTTP_NEEDED);
    let body = random.mutated(PUSHED);
    let result = client.respond([200, 201, 201, 400, 413][random.below(5)], "", &body);
    harmless(result, &body);
    if result > 0 {
        let url = client.authorize_url();
        let said = url.strip_prefix("https://example.com/authorize?client_id=id&request_uri=");
        assert!(said.is_some_and(|uri| !uri.contains(['&', '#', '?', '=', '/', ' '])), "{url}");
        assert_eq!(i32::try_from(url.len()), Ok(result), "{url}");
    }
}

fn revocation(random: &mut Random) {
    let client = signed_in();
    client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://example.com/revoke");
    assert_eq!(oauth::ffi::oauth_revoke(client.0), OAUTH_HTTP_NEEDED);
    let (mut result, mut body) = answered(&client, random);
    if result == OAUTH_HTTP_NEEDED {
        (result, body) = answered(&client, random);
    }
    let held = if result == 0 { ("", "") } else { ("Authorization: Bearer first", REFRESH) };
    let (header, refresh_token) = (client.header().1, client.get(OAUTH_REFRESH_TOKEN));
    assert_eq!((&*header, &*refresh_token), held, "{result} after {:?}", String::from_utf8_lossy(&body));
}

/// A server repeats a random secret with what is lost in a text between its characters, or written in another way.
fn words(random: &mut Random) {
    const BETWEEN: &[&str] = &[
        " ",
        "\n",
        "\u{7f}",
        "\u{9b}",
        "\u{ad}",
        "\u{200b}",
        "\u{200f}",
        "\u{202e}",
        "\u{2066}",
        "\u{61c}",
        "\u{feff}",
        "\u{2028}",
        "\u{e0020}",
        "\u{fe00}",
        "\u{f8ff}",
        "\u{301}",
        "\"",
        "'",
        "\\",
        "\\n",
        "&#8203;",
        "%0a",
    ];
    let visible = |random: &mut Random| char::from(u8::try_from(0x21 + random.below(94)).unwrap());
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let secret: String = (0..12 + random.below(40)).map(|_| visible(random)).collect();
    if letters(&secret).len() < 8 {
        return;
    }
    let client = signed_in();
    client.must_set(OAUTH_CLIENT_SECRET, &secret);
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    let mut echo = String::new();
    let (often, layers) = (1 + random.below(6), random.below(3));
    for character in secret.chars() {
        if random.below(often) == 0 {
            echo.push_str(BETWEEN[random.below(BETWEEN.len())]);
        }
        let number = u32::from(character);
        let written = match random.below(if layers == 0 { 1 } else { 5 }) {
            1 => format!("&#{number};"),
            2 => format!("%{number:02X}"),
            3 => format!("\\u{number:04x}"),
            _ => character.to_string(),
        };
        echo.push_str(&written);
    }
    if layers == 2 {
        echo = echo.replace('%', "%25").replace('&', "&amp;");
    }
    let padding = "x ".repeat(random.below(160));
    let words = format!("{padding}{echo} was sent");
    let body =
        serde_json::json!({"error": words, "error_description": words, "error_uri": words}).to_string();
    harmless(client.respond(400, "", body.as_bytes()), body.as_bytes());
    for text in [
        error_text(),
        client.get(OAUTH_ERROR),
        client.get(OAUTH_ERROR_DESCRIPTION),
        client.get(OAUTH_ERROR_URI),
        client.get(OAUTH_STATUS_LINE),
    ] {
        assert!(!letters(&text).contains(&letters(&secret)), "{secret:?} in {text:?} of {body}");
        assert!(!text.contains(&secret), "{secret:?} in {text:?} of {body}");
    }
}

fn paste(random: &mut Random) {
    let client = client();
    if random.below(2) == 0 {
        client.must_set(OAUTH_REDIRECT_NAMES, "code=c0de&state=payload");
    }
    client.must_set(OAUTH_TOKEN_HOSTS, "eu.example.com");
    client.must_set(OAUTH_TOKEN_HOST_PARAM, "accounts-server");
    client.authorize_url();
    let mut pasted = random.mutated(PASTED);
    pasted.retain(|b| *b != 0);
    let pasted = String::from_utf8_lossy(&pasted).replace("xyz", &client.get(OAUTH_STATE));
    let result = client.exchange(&pasted);
    harmless(result, pasted.as_bytes());
    if result == OAUTH_HTTP_NEEDED {
        let content = client.request(OAUTH_REQUEST_CONTENT).1;
        assert!(
            content.contains("&code=") && !content.contains(['\r', '\n', ' ']),
            "{pasted:?}: {content:?}"
        );
        let url = client.request(OAUTH_REQUEST_URL).1;
        let urls = ["https://example.com/token", "https://eu.example.com/token"];
        assert!(urls.contains(&url.as_str()), "{pasted:?}: {url:?}");
    }
}

fn value(random: &mut Random) {
    let client = client();
    let property = i32::try_from(random.below(130)).unwrap();
    let before = (1..37).map(|p| client.get(p)).collect::<Vec<_>>();
    let mut text = random.mutated(VALUES);
    text.retain(|b| *b != 0);
    let result = client.set(property, &String::from_utf8_lossy(&text));
    harmless(result, &text);
    if result < 0 {
        assert_eq!(before, (1..37).map(|p| client.get(p)).collect::<Vec<_>>(), "{property}");
    }
}

fn profile(random: &mut Random, folder: &std::path::Path) {
    let path = folder.join("profiles.toml");
    let text = random.mutated(PROFILES);
    std::fs::write(&path, &text).unwrap();
    let name = ["#a", "#b", "", "#"][random.below(4)];
    if let Err(number) = Client::open(&format!("{}{name}", path.display())) {
        harmless(number, &text);
    }
}

/// What a store holds: the record, the notes beside it, a URL that waits; plain or sealed; and a record as a text.
fn record(random: &mut Random, folder: &std::path::Path) {
    let store = folder.join("tokens");
    let key = ["", "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"][random.below(2)];
    let of_store = || {
        let client = client();
        client.must_set(OAUTH_STORE, &format!("file:{}", store.display()));
        client.must_set(OAUTH_STORE_KEY, key);
        client
    };
    let first = of_store();
    first.authorize_url();
    assert_eq!(first.exchange("code"), OAUTH_HTTP_NEEDED, "{}", error_text());
    let answer = format!(r#"{{"access_token":"first","refresh_token":"{REFRESH}","realmId":["x"]}}"#);
    assert_eq!(first.respond(200, "", answer.as_bytes()), 0, "{}", error_text());
    let url = first.authorize_url();
    let state = url.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let text = first.get(OAUTH_TOKEN_RECORD);

    let imported = random.mutated(&[&text]);
    let third = client();
    third.must_set(OAUTH_STORE_KEY, key);
    let imported = String::from_utf8_lossy(&imported).replace('\0', "");
    harmless(third.set(OAUTH_TOKEN_RECORD, &imported), imported.as_bytes());
    header_is_whole(&third);

    let kind = ["json", "lock", "tmp", "pending"][random.below(4)];
    let path = file_of(&store, kind);
    let whole = std::fs::read(&path).unwrap_or_else(|_| text.clone().into_bytes());
    let damaged = random.mutated(&[&String::from_utf8_lossy(&whole)]);
    std::fs::write(&path, &damaged).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let second = of_store();
    harmless(second.exchange(&format!("http://127.0.0.1/cb?code=c&state={state}")), &damaged);
    header_is_whole(&second);
    harmless(second.refresh(), &damaged);
    let status = second.get(OAUTH_STATUS_LINE);
    assert!(!status.contains(SECRET) && !status.contains(REFRESH), "{status}");
    if kind == "json" {
        assert_eq!(std::fs::read(&path).unwrap(), damaged, "a reader changes no record");
    }
    drop((first, second));
    std::fs::remove_dir_all(&store).unwrap();
}

fn file_of(store: &std::path::Path, kind: &str) -> std::path::PathBuf {
    let all = |folder: &std::path::Path| -> Vec<std::path::PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let is =
        |kind: &'static str| move |path: &std::path::PathBuf| path.extension().is_some_and(|k| k == kind);
    let record = all(store).into_iter().find(is("json")).unwrap();
    match kind {
        "pending" => all(&record.with_extension(kind)).into_iter().find(is("json")).unwrap(),
        _ => record.with_extension(kind),
    }
}

fn header_is_whole(client: &Client) {
    let (n, header) = client.header();
    harmless(n, header.as_bytes());
    assert!(header.bytes().all(|b| (0x20..0x7f).contains(&b)), "{header:?}");
}

/// xorshift64*: the same seed gives the same run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % limit
    }

    /// One of the texts with a few bytes changed, cut, doubled or taken from another.
    fn mutated(&mut self, corpus: &[&str]) -> Vec<u8> {
        let corpus: Vec<&[u8]> = corpus.iter().map(|text| text.as_bytes()).collect();
        self.mutated_bytes(&corpus)
    }

    fn mutated_bytes(&mut self, corpus: &[&[u8]]) -> Vec<u8> {
        const BYTES: &[u8] = b"\"'{}[]:,&=%#?\\/+-.0159eE \r\n\t\0\x1b\x7f\x80\xc3\xff<>_atru";
        let mut text = corpus[self.below(corpus.len())].to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(text.len() + 1);
            match self.below(6) {
                0 => text.insert(at, BYTES[self.below(BYTES.len())]),
                1 if at < text.len() => text[at] = BYTES[self.below(BYTES.len())],
                2 if at < text.len() => drop(text.remove(at)),
                3 => text.truncate(at),
                4 => {
                    let other = corpus[self.below(corpus.len())];
                    let from = self.below(other.len());
                    text.splice(at..at, other[from..].iter().copied());
                }
                _ => {
                    let end = at + self.below(text.len() - at + 1);
                    let part = text[at..end].to_vec();
                    text.splice(at..at, part);
                }
            }
        }
        text
    }
}
