//! What the tables need: rows that name themselves, the check of an error, a client that holds a token, a folder, and
//! a process of one's own.

use crate::common::{error_action, error_text, out, rows, scratch, Client};
use oauth::constants::*;
use oauth::ffi;
use std::fs;
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Stands in every secret of these tests, so that a sentence can be searched for any of them.
pub const SECRET: &str = "SECRET";

pub use crate::common::own_process;

// ---- tables ----

pub type Table = rows::Table<()>;

/// The functions of the header that have such a parameter, once for each.
pub fn functions_with(is_meant: impl Fn(&str) -> bool) -> Vec<&'static str> {
    parameters().into_iter().filter(|(_, parameter)| is_meant(parameter)).map(|(name, _)| name).collect()
}

/// Each exported function with each of its parameters, such as `int32_t client`.
pub fn parameters() -> Vec<(&'static str, &'static str)> {
    let header = include_str!("../../include/liboauth.h");
    let exports =
        include_str!("../../bindings/exports.txt").lines().filter(|line| line.starts_with("oauth_"));
    let declared = exports.map(|name| {
        let (_, declaration) = header.split_once(&format!("\nint32_t {name}(")).unwrap();
        (name, declaration.split(')').next().unwrap())
    });
    declared.flat_map(|(name, all)| all.split(',').map(move |parameter| (name, parameter.trim()))).collect()
}

// ---- errors ----

/// The call failed with that number, and everything about its error is as it should be.
#[track_caller]
pub fn fails(answer: i32, code: i32, says: &str) {
    fails_and_asks_for(answer, code, says, action_of(code));
}

#[track_caller]
pub fn fails_and_asks_for(answer: i32, code: i32, says: &str, action: i32) {
    let text = error_text();
    assert_eq!(answer, code, "the text is {text:?}");
    assert!(!text.is_empty(), "{code} has no text");
    assert!(text.len() <= 511, "512 bytes are plenty, but the text has {}", text.len());
    assert!(!text.contains(SECRET), "a secret in {text:?}");
    assert!(!text.chars().any(char::is_control), "not one line: {text:?}");
    // Such as `Some(` and `(os error 13)`.
    let is_call = text.as_bytes().windows(2).any(|pair| pair[0].is_ascii_alphabetic() && pair[1] == b'(');
    assert!(!is_call && !text.contains("(os error") && !text.contains("::"), "Rust's words: {text:?}");
    let start: String = text.chars().take(80).collect();
    assert!(start.contains(says), "{says:?} is not in the first 80 characters: {start:?}");
    assert_eq!(error_action(), action, "the action for {text:?}");
}

/// What an operator does about an error of that number.
fn action_of(code: i32) -> i32 {
    match code {
        OAUTH_HTTP_NEEDED => OAUTH_ACTION_NONE,
        OAUTH_PENDING
        | OAUTH_ERROR_BUSY
        | OAUTH_ERROR_RESOLVE
        | OAUTH_ERROR_CONNECT
        | OAUTH_ERROR_TIMEOUT
        | OAUTH_ERROR_DISCONNECTED
        | OAUTH_ERROR_UNAVAILABLE
        | OAUTH_ERROR_LOCK
        | OAUTH_ERROR_GENERATION => OAUTH_ACTION_RETRY,
        OAUTH_ERROR_SEQUENCE
        | OAUTH_ERROR_CANCELLED
        | OAUTH_ERROR_CODE
        | OAUTH_ERROR_STATE
        | OAUTH_ERROR_ISSUER
        | OAUTH_ERROR_INVALID_GRANT
        | OAUTH_ERROR_ACCESS_DENIED
        | OAUTH_ERROR_EXPIRED_TOKEN
        | OAUTH_ERROR_SIGN_IN => OAUTH_ACTION_SIGN_IN,
        _ => OAUTH_ACTION_FIX,
    }
}

// ---- clients ----

pub const SETTINGS: &[(i32, &str)] = &[
    (OAUTH_HTTP, "caller"),
    (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize"),
    (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
    (OAUTH_CLIENT_ID, "edge"),
    (OAUTH_CLIENT_SECRET, "SECRET-of-the-client"),
    (OAUTH_REDIRECT_URI, "https://app.example/cb"),
];

/// A client whose server is the test.
pub fn client() -> Client {
    Client::with(SETTINGS)
}

/// The same, with more settings.
pub fn client_with(more: &[(i32, &str)]) -> Client {
    let client = client();
    for (property, text) in more {
        client.must_set(*property, text);
    }
    client
}

/// A client that holds `SECRET-access-NAME` and `SECRET-refresh-NAME` for an hour.
pub fn holder(name: &str) -> Client {
    let client = client();
    assert_eq!(sign_in(&client, name), 0, "{}", error_text());
    client
}

/// What a person, a browser and a server do in a sign-in; the answer is that of the last call.
pub fn sign_in(client: &Client, name: &str) -> i32 {
    // No server gives a code twice.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let code = format!("SECRET-code-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let (url, _) = out(|b, c| unsafe { ffi::oauth_build_authorize_url(client.0, b, c) });
    if url < 0 {
        return url; // before anybody was sent anywhere
    }
    match client.exchange(&code) {
        OAUTH_HTTP_NEEDED => answer_token(client, name),
        failed => failed,
    }
}

/// The server gives a token of that name.
pub fn answer_token(client: &Client, name: &str) -> i32 {
    client.respond(200, "Content-Type: application/json\r\n", token(name).as_bytes())
}

pub fn token(name: &str) -> String {
    format!(
        "{{\"access_token\":\"SECRET-access-{name}\",\"refresh_token\":\"SECRET-refresh-{name}\",\
         \"id_token\":\"SECRET-id-{name}\",\"token_type\":\"bearer\",\"expires_in\":3600,\"scope\":\"read write\"}}"
    )
}

/// The client gives out the token of that name.
#[track_caller]
pub fn gives(client: &Client, name: &str) {
    let expected = format!("Authorization: Bearer SECRET-access-{name}");
    let (n, header) = client.header();
    assert_eq!(header, expected, "the answer is {n}: {}", error_text());
}

// ---- files ----

/// A folder that goes with the test, with the store `store` inside.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        Self(scratch::folder("edge"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// The setting that names the store.
    pub fn setting(&self) -> String {
        format!("file:{}", self.store().display())
    }

    pub fn client(&self) -> Client {
        client_with(&[(OAUTH_STORE, &self.setting())])
    }

    /// The one record of the store.
    pub fn record(&self) -> PathBuf {
        let found = self.records();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    /// The records; beside them are only their locks and what is pending, and nothing half written.
    pub fn records(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.store()).unwrap().map(|e| e.unwrap().path());
        let kind = |path: &Path| path.extension().unwrap().to_str().unwrap().to_owned();
        let (records, others): (Vec<_>, Vec<_>) = all.partition(|path| kind(path) == "json");
        assert!(others.iter().all(|path| ["lock", "pending"].contains(&kind(path).as_str())), "{others:?}");
        records
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

pub fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

// ---- processes ----

/// What goes to standard output and standard error meanwhile. Only in one's own process.
pub fn printed(work: impl FnOnce()) -> String {
    let folder = Folder::new();
    let mut file = fs::File::options()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(folder.path().join("said"));
    let file = file.as_mut().unwrap();
    let redirect = |target: i32| unsafe {
        let kept = libc::dup(target);
        assert!(libc::dup2(file.as_raw_fd(), target) == target);
        kept
    };
    io::stdout().flush().unwrap();
    let kept = [redirect(1), redirect(2)];
    let ended = panic::catch_unwind(AssertUnwindSafe(work));
    io::stdout().flush().unwrap();
    for (kept, target) in kept.into_iter().zip([1, 2]) {
        assert!(unsafe { libc::dup2(kept, target) } == target);
    }
    let mut said = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut said).unwrap();
    if let Err(panic) = ended {
        eprintln!("{said}");
        panic::resume_unwind(panic);
    }
    said
}

/// A client of the practice server's strict authorization server, which refreshes.
pub fn strict_client(server: &practice_server::Server) -> Client {
    Client::with(&[
        (OAUTH_BASE_URL, &server.base("strict")),
        (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "/token"),
        (OAUTH_CLIENT_ID, "demo"),
        (OAUTH_CLIENT_SECRET, "demo-secret"),
        (OAUTH_REDIRECT_URI, "http://127.0.0.1:9999/cb"),
        (OAUTH_SCOPE, "read offline_access"),
    ])
}
