//! What a server says of itself, as jobs share it: asked for once, kept as long as the server says, and what is used when
//! it cannot be asked (RFC 8414).

use crate::common::{error_text, own_process, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Barrier, Mutex};

/// A server that tells where it is, or what it is told to tell; to all else it says a token, named by its number.
struct Site {
    script: Script,
    says: Arc<Mutex<Says>>,
    /// Requests that were counted before.
    counted: Cell<usize>,
}

struct Says {
    url: String,
    /// The path of the token endpoint.
    token: &'static str,
    status: u16,
    headers: &'static str,
    asked: usize,
}

impl Site {
    fn start() -> Self {
        let says = Says { url: String::new(), token: "/token", status: 200, headers: "", asked: 0 };
        let says = Arc::new(Mutex::new(says));
        let told = says.clone();
        let script = Script::start(move |number, content| {
            let mut says = told.lock().unwrap();
            if !content.is_empty() {
                return ok(&token_for(&number.to_string(), 60));
            }
            says.asked += 1;
            answer(says.status, &format!("{JSON}{}", says.headers), &says.metadata())
        });
        says.lock().unwrap().url = script.url();
        Self { script, says, counted: Cell::new(0) }
    }

    fn tells(&self, tell: impl FnOnce(&mut Says)) {
        tell(&mut self.says.lock().unwrap());
    }

    /// How often metadata were asked for, and tokens, since the last time.
    fn asked(&self) -> (usize, usize) {
        let all = self.script.count();
        let mut says = self.says.lock().unwrap();
        let metadata = std::mem::take(&mut says.asked);
        let before = self.counted.replace(all);
        (metadata, all - before - metadata)
    }

    /// A client that knows no more than the issuer.
    fn client(&self, folder: Option<&Folder>, more: &[(i32, &str)]) -> Client {
        let client = Client::with(&[
            (OAUTH_ISSUER, &self.script.url()),
            (OAUTH_CLIENT_ID, "edge"),
            (OAUTH_CLIENT_SECRET, "SECRET-of-the-client"),
            (OAUTH_REDIRECT_URI, "https://app.example/cb"),
        ]);
        for (property, text) in more {
            client.must_set(*property, text);
        }
        if let Some(folder) = folder {
            client.must_set(OAUTH_STORE, &folder.setting());
        }
        client
    }

    fn holder(&self, folder: Option<&Folder>, more: &[(i32, &str)]) -> Client {
        let client = self.client(folder, more);
        let state = parameter_of(&client.authorize_url(), "state");
        assert_eq!(client.exchange(&format!("?code=SECRET&state={state}")), 0, "{}", error_text());
        client
    }
}

impl Says {
    fn metadata(&self) -> String {
        let Self { url, token, .. } = self;
        format!(
            "{{\"issuer\":\"{url}\",\"authorization_endpoint\":\"{url}/authorize\",\
             \"token_endpoint\":\"{url}{token}\",\"revocation_endpoint\":\"{url}/revoke\"}}"
        )
    }
}

fn document(folder: &Folder) -> PathBuf {
    let is_it = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "doc");
    let all: Vec<_> = files_below(&folder.store()).into_iter().filter(is_it).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].file_name().unwrap().to_str().unwrap().starts_with("metadata-"), "{all:?}");
    all[0].clone()
}

#[test]
fn one_job_asks_and_all_jobs_know() {
    let (site, folder) = (Site::start(), Folder::new());
    let first = site.holder(Some(&folder), &[]);
    assert_eq!(site.asked(), (1, 1));
    assert_eq!(first.refresh(), 0, "{}", error_text());
    assert_eq!(site.asked(), (0, 1));
    // Another process: what it needs is in the store.
    let other = site.client(Some(&folder), &[]);
    gives(&other, "2");
    assert_eq!(site.asked(), (0, 0));
    assert_eq!(other.refresh(), 0, "{}", error_text());
    assert_eq!(site.asked(), (0, 1));
    assert!(site.client(Some(&folder), &[]).authorize_url().contains("/authorize?"));
    assert_eq!(site.asked(), (0, 0));
    // Whoever asks by hand wants to know it now.
    assert_eq!(ffi::oauth_discover(other.0), 0, "{}", error_text());
    assert_eq!(site.asked(), (1, 0));
    // In memory, each client has its own.
    let alone = site.holder(None, &[]);
    assert_eq!(site.asked(), (1, 1));
    assert_eq!(alone.refresh(), 0, "{}", error_text());
    assert_eq!(site.asked(), (0, 1));
}

#[test]
fn a_stored_token_needs_no_metadata() {
    let (site, folder) = (Site::start(), Folder::new());
    site.holder(Some(&folder), &[]);
    fs::remove_file(document(&folder)).unwrap();
    site.tells(|says| says.status = 503);
    site.asked();
    let other = site.client(Some(&folder), &[]);
    gives(&other, "1");
    let issuer = site.script.url();
    assert_eq!(other.accounts(1), (1, "\n".to_owned()));
    assert!(other.status().contains(&format!("client edge at {issuer}; valid until")), "{}", other.status());
    assert_eq!(other.forget(), 0, "{}", error_text());
    assert_eq!(site.asked(), (0, 0));
    // Where nobody has signed in, nobody is asked.
    fails(other.header().0, OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet");
    fails(other.refresh(), OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet");
    assert_eq!(site.asked(), (0, 0));
}

#[test]
fn a_token_stays_where_it_is_when_the_server_moves() {
    if !own_process("discovery::a_token_stays_where_it_is_when_the_server_moves") {
        return;
    }
    let (site, folder) = (Site::start(), Folder::new());
    let client = site.holder(Some(&folder), &[]);
    let url = site.client(Some(&folder), &[]).authorize_url();
    site.asked();
    site.tells(|says| says.token = "/new/token");
    advance(HOUR + 1);
    assert_eq!(client.refresh(), 0, "{}", error_text());
    assert_eq!(site.asked(), (1, 1));
    assert_eq!(client.generation(), "2");
    assert_eq!(contents(&folder).len(), 1);
    gives(&site.client(Some(&folder), &[]), "3");
    // A URL that was made before takes its code, in another job.
    let code = format!("?code=SECRET-2&state={}", parameter_of(&url, "state"));
    assert_eq!(site.client(Some(&folder), &[]).exchange(&code), 0, "{}", error_text());
    assert_eq!(contents(&folder).len(), 1);
}

#[test]
fn metadata_are_kept_as_long_as_the_server_says() {
    if !own_process("discovery::metadata_are_kept_as_long_as_the_server_says") {
        return;
    }
    let epoch = "Date: Thu, 01 Jan 1970 00:00:10 GMT\r\n";
    let expires = |seconds: i64| -> &'static str {
        Box::leak(format!("{epoch}Expires: {}\r\n", http_date(10 + seconds)).into_boxed_str())
    };
    let rows: &[(&str, &'static str, i64)] = &[
        ("not said", "", HOUR),
        ("two hours", "Cache-Control: public, max-age=7200\r\n", 2 * HOUR),
        ("in two lines", "Cache-Control: private\r\nCACHE-CONTROL: Max-Age=\"7200\"\r\n", 2 * HOUR),
        ("some of them over", "Cache-Control: max-age=7200\r\nAge: 1800\r\n", 2 * HOUR - 1800),
        ("a year", "Cache-Control: max-age=31536000\r\n", DAY),
        ("more than numbers have", "Cache-Control: max-age=99999999999999999999\r\n", HOUR),
        ("not at all", "Cache-Control: no-store\r\n", 600),
        ("a second", "Cache-Control: max-age=1\r\n", 600),
        ("Expires", expires(7200), 2 * HOUR),
        ("both", "Cache-Control: max-age=7200\r\nExpires: 0\r\n", 2 * HOUR),
        ("Expires at no time", "Date: Thu, 01 Jan 1970 00:00:10 GMT\r\nExpires: 0\r\n", 600),
        ("nonsense", "Cache-Control: ;;=,max-age\r\n", HOUR),
    ];
    let mut table = Table::default();
    for (name, headers, seconds) in rows {
        table.row(name, || {
            let (site, folder) = (Site::start(), Folder::new());
            site.tells(|says| says.headers = headers);
            let client = site.client(Some(&folder), &[]);
            client.authorize_url();
            assert_eq!(site.asked(), (1, 0));
            advance(seconds - 5);
            client.authorize_url();
            site.client(Some(&folder), &[]).authorize_url();
            assert_eq!(site.asked(), (0, 0), "{} s later", seconds - 5);
            advance(6);
            client.authorize_url();
            assert_eq!(site.asked(), (1, 0), "{} s later", seconds + 1);
            // Another job has asked anew.
            site.client(Some(&folder), &[]).authorize_url();
            assert_eq!(site.asked(), (0, 0));
        });
    }
    table.end();
}

#[test]
fn old_metadata_serve_where_no_others_come() {
    if !own_process("discovery::old_metadata_serve_where_no_others_come") {
        return;
    }
    hurry(true);
    let (site, folder) = (Site::start(), Folder::new());
    let client = site.holder(Some(&folder), &[]);
    site.asked();
    for status in [503, 429, 404, 302] {
        advance(HOUR + 1);
        site.tells(|says| says.status = status);
        assert_eq!(client.refresh(), 0, "{status}: {}", error_text());
        let (metadata, tokens) = site.asked();
        assert!((1..=2).contains(&metadata) && tokens == 1, "{status}: {metadata} {tokens}");
        // Nor is it asked at once again.
        assert_eq!(client.refresh(), 0, "{}", error_text());
        assert_eq!(site.asked(), (0, 1));
        // A job that comes now has the same.
        assert_eq!(site.client(Some(&folder), &[]).refresh(), 0, "{}", error_text());
        site.asked();
    }
    // With the caller's own HTTP, no answer is one.
    advance(HOUR + 1);
    let caller = site.client(Some(&folder), &[(OAUTH_HTTP, "caller")]);
    assert_eq!(caller.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert!(caller.request(OAUTH_REQUEST_URL).1.ends_with("/openid-configuration"));
    assert_eq!(caller.respond(0, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert!(content(&caller).contains("grant_type=refresh_token"));
    assert_eq!(answer_token(&caller, "c"), 0, "{}", error_text());
    // Good ones take their place.
    site.tells(|says| says.status = 200);
    site.asked();
    advance(301);
    assert_eq!(client.refresh(), 0, "{}", error_text());
    assert_eq!(site.asked(), (1, 1));
    // Somebody else's do not, and are an error.
    advance(HOUR + 1);
    let ours = site.says.lock().unwrap().url.clone();
    site.tells(|says| says.url = "https://evil.example".to_owned());
    fails(client.refresh(), OAUTH_ERROR_METADATA, "metadata: set issuer to https://evil.example");
    site.tells(|says| says.url.clone_from(&ours));
    assert_eq!(client.refresh(), 0, "{}", error_text());
    // They do not get younger by serving.
    site.tells(|says| says.status = 503);
    for _ in 0..2 {
        advance(12 * DAY);
        assert_eq!(client.refresh(), 0, "{}", error_text());
    }
    advance(12 * DAY);
    fails(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "the server cannot serve now (status 503)");
    site.tells(|says| says.status = 200);
    assert_eq!(client.refresh(), 0, "{}", error_text());
    // Where the clock is set back they are asked for again.
    site.asked();
    advance(-400 * DAY);
    assert_eq!(site.client(Some(&folder), &[]).refresh(), 0, "{}", error_text());
    assert_eq!(site.asked(), (1, 1));
    // After a month they are too old.
    site.tells(|says| says.status = 503);
    advance(32 * DAY);
    let late = site.client(Some(&folder), &[]);
    fails(late.refresh(), OAUTH_ERROR_UNAVAILABLE, "the server cannot serve now (status 503)");
}

#[test]
fn a_kept_document_that_cannot_be_read_is_asked_for_again() {
    let (site, folder) = (Site::start(), Folder::new());
    let key: &[(i32, &str)] = &[(OAUTH_STORE_KEY, STORE_KEY)];
    let client = site.client(Some(&folder), key);
    client.authorize_url();
    let path = document(&folder);
    let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
    assert!(!text.contains("authorize") && !text.contains(&site.script.url()), "not sealed: {text}");
    site.asked();
    for damaged in ["", "{}", "{\"format\":1,\"document\":{}}", "\0", &text[..text.len() / 2]] {
        fs::write(&path, damaged).unwrap();
        site.client(Some(&folder), key).authorize_url();
        assert_eq!(site.asked(), (1, 0), "{damaged:?}");
        site.client(Some(&folder), key).authorize_url();
        assert_eq!(site.asked(), (0, 0), "{damaged:?}");
    }
    // Another key, and what it cannot open: who needs the store is told so.
    let other = site.client(Some(&folder), &[(OAUTH_STORE_KEY, OTHER_KEY)]);
    assert!(other.build_url().0 > 0, "{}", error_text());
    assert_eq!(site.asked(), (1, 0));
}

#[test]
fn threads_ask_once() {
    let site = Site::start();
    let client = site.client(None, &[(OAUTH_GRANT_TYPE, "client_credentials")]);
    let barrier = Barrier::new(16);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                assert!(client.header().0 > 0, "{}", error_text());
            });
        }
    });
    assert_eq!(site.asked(), (1, 1));
}
