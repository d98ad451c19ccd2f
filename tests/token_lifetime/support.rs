//! What the tables need beside that of `edge`: clients of one store, tokens of any life, a server that is a script.

#[allow(dead_code)]
#[path = "../c_api_misuse/support.rs"]
mod edge;

pub use edge::*;

use crate::common::{error_text, out, Client, Got};
use oauth::constants::*;
use oauth::ffi;
use oauth::system;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

pub use oauth::system::now;
pub use oauth::system::testing::{advance, hurry, paused, waiters, waits};

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 86_400;

/// Two keys of a store: 32 bytes in base64.
pub const STORE_KEY: &str = "SECRET/key/of/the/store/000000000000000000A";
pub const OTHER_KEY: &str = "SECRET/another/key/00000000000000000000000A";

pub const JSON: &str = "Content-Type: application/json\r\n";

// ---- what a server says ----

/// A token answer with these members beside the two tokens; `more` begins with a comma, or is empty.
pub fn token_with(name: &str, more: &str) -> String {
    format!(
        "{{\"access_token\":\"SECRET-access-{name}\",\"refresh_token\":\"SECRET-refresh-{name}\",\
         \"token_type\":\"bearer\"{more}}}"
    )
}

pub fn token_for(name: &str, seconds: i64) -> String {
    token_with(name, &format!(",\"expires_in\":{seconds}"))
}

/// An error answer.
pub fn refusal(error: &str) -> String {
    format!("{{\"error\":\"{error}\",\"error_description\":\"the words for {error}\"}}")
}

/// A point in time as a header writes it.
pub fn http_date(seconds: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs()))
}

/// The same as a record or a database writes it.
pub fn rfc3339(seconds: i64) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())).to_string()
}

/// Until it happens; who looks for it has a process of its own, which ends if it never does.
pub fn until(happened: impl Fn() -> bool) {
    while !happened() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

// ---- clients ----

/// The functions that came with the store.
pub trait Life {
    fn accounts(&self, page: i32) -> Got;
    fn forget(&self) -> i32;
    fn revoke(&self) -> i32;
    fn reseal(&self) -> i32;
    fn import(&self, expected: i32, record: &str) -> i32;
    fn close(self) -> i32;
    fn generation(&self) -> String;
    fn status(&self) -> String;
    fn refresh_to(&self, name: &str);
    fn asks(&self);
}

impl Life for Client {
    fn accounts(&self, page: i32) -> Got {
        out(|b, c| unsafe { ffi::oauth_accounts(self.0, page, b, c) })
    }

    fn forget(&self) -> i32 {
        ffi::oauth_forget(self.0)
    }

    fn revoke(&self) -> i32 {
        ffi::oauth_revoke(self.0)
    }

    fn reseal(&self) -> i32 {
        ffi::oauth_store_reseal(self.0)
    }

    fn import(&self, expected: i32, record: &str) -> i32 {
        let length = i32::try_from(record.len()).unwrap();
        unsafe { ffi::oauth_import_token(self.0, expected, record.as_ptr().cast(), length) }
    }

    fn close(self) -> i32 {
        let handle = self.0;
        std::mem::forget(self);
        ffi::oauth_client_close(handle)
    }

    fn generation(&self) -> String {
        self.get(OAUTH_GENERATION)
    }

    fn status(&self) -> String {
        self.get(OAUTH_STATUS_LINE)
    }

    /// A refresh by hand in the caller's own HTTP, which the server answers with that token.
    #[track_caller]
    fn refresh_to(&self, name: &str) {
        assert_eq!(self.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(answer_token(self, name), 0, "{}", error_text());
    }

    /// The header needs a request.
    #[track_caller]
    fn asks(&self) {
        let (n, header) = self.header();
        assert_eq!(n, OAUTH_HTTP_NEEDED, "{header:?}: {}", error_text());
    }
}

/// Signs in, and the server answers with this body.
pub fn sign_in_with(client: &Client, headers: &str, body: &str) {
    let url = client.authorize_url();
    let state = parameter_of(&url, "state");
    assert_eq!(
        client.exchange(&format!("?code=SECRET-code&state={state}")),
        OAUTH_HTTP_NEEDED,
        "{}",
        error_text()
    );
    let answer = client.respond(200, &format!("{JSON}{headers}"), body.as_bytes());
    assert_eq!(answer, 0, "{}", error_text());
}

pub fn holder_in(folder: &Folder, name: &str) -> Client {
    let client = folder.client();
    assert_eq!(sign_in(&client, name), 0, "{}", error_text());
    client
}

pub fn client_in(folder: &Folder, more: &[(i32, &str)]) -> Client {
    let client = folder.client();
    for (property, text) in more {
        client.must_set(*property, text);
    }
    client
}

/// A parameter of a URL or a form; none of these tests needs it decoded.
#[track_caller]
pub fn parameter_of(text: &str, name: &str) -> String {
    maybe_parameter(text, name).unwrap_or_else(|| panic!("no {name} in {text}"))
}

pub fn maybe_parameter(text: &str, name: &str) -> Option<String> {
    let pairs = text.split(['?', '&']);
    pairs.filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v.to_owned())
}

/// The content of the request that waits.
pub fn content(client: &Client) -> String {
    let (n, text) = client.request(OAUTH_REQUEST_CONTENT);
    assert!(n > 0, "{n}: {}", error_text());
    text
}

// ---- files ----

/// All of a store's records with what is in them, also while one is being renewed.
pub fn contents(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    let all = files_below(&folder.store()).into_iter();
    let is_record = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "json");
    let is_pending = |path: &PathBuf| path.parent() != Some(&folder.store());
    let records = all.filter(|path| is_record(path) && !is_pending(path));
    let mut records: Vec<_> = records.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    records.sort();
    records
}

/// The one record, also while it is being renewed.
pub fn record_of(folder: &Folder) -> PathBuf {
    let all = contents(folder);
    assert_eq!(all.len(), 1);
    all[0].0.clone()
}

pub fn lock_file(folder: &Folder) -> PathBuf {
    record_of(folder).with_extension("lock")
}

/// Every file below the folder, whatever it is.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

// ---- a server ----

/// Answers each request as the script says; it has its own thread, and ends with the process.
pub struct Script {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// `answers`: of the request's number, from 0, and its content.
    pub fn start(answers: impl Fn(usize, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(content) = read_content(&mut stream) else { continue };
                let number = seen.lock().unwrap().len();
                seen.lock().unwrap().push(content.clone());
                let _ = stream.write_all(answers(number, &content).as_bytes());
            }
        });
        Self { url, requests }
    }

    /// A token for each request, named after its number, for so many seconds.
    pub fn of_tokens(seconds: i64) -> Self {
        Self::start(move |number, _| ok(&token_for(&number.to_string(), seconds)))
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// A client of the built-in HTTP; `folder` is its store.
    pub fn client(&self, folder: Option<&Folder>, more: &[(i32, &str)]) -> Client {
        let client =
            client_with(&[(OAUTH_HTTP, "builtin"), (OAUTH_TOKEN_ENDPOINT, &format!("{}/token", self.url))]);
        for (property, text) in more {
            client.must_set(*property, text);
        }
        if let Some(folder) = folder {
            client.must_set(OAUTH_STORE, &folder.setting());
        }
        client
    }

    /// The same, with the token of the script's next answer.
    pub fn holder(&self, folder: Option<&Folder>, more: &[(i32, &str)]) -> Client {
        let client = self.client(folder, more);
        let url = client.authorize_url();
        let came_back = format!("?code=SECRET-code&state={}", parameter_of(&url, "state"));
        assert_eq!(client.exchange(&came_back), 0, "{}", error_text());
        client
    }
}

fn read_content(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, content)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if content.len() >= length.unwrap_or(0) {
                return Some(content.to_owned());
            }
        }
        match stream.read(&mut part) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&part[..n]),
            _ => return None,
        }
    }
}

pub fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub fn ok(body: &str) -> String {
    answer(200, JSON, body)
}

/// A file that is locked, as another job would have it, until this is dropped.
pub struct Held(Option<File>);

impl Held {
    /// `None`: somebody else has it.
    pub fn file(path: &Path) -> Option<Self> {
        let file = File::options().read(true).write(true).open(path).unwrap();
        let is_locked = system::try_lock(&file).is_ok();
        let held = Self(Some(file));
        is_locked.then_some(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        system::close(self.0.take().unwrap());
    }
}
