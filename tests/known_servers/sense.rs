//! What stands in the catalogue makes sense by itself.

use crate::common::carrier::Carrier;
use crate::common::rows::{Row, Table};
use crate::common::{error_text, Client};
use crate::support::Files;
use oauth::constants::*;
use practice_server::catalogue::{entries, Entry, CLIENT_ID, FILES, PLAYED, REDIRECT_URI};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const REMARKS: &[&str] = &["title", "source", "date", "status", "notes", "refreshes"];
const STATUS: &[&str] = &["from documentation", "proven"];
/// Nothing of these is a server's, so nothing of them stands in an entry.
const USERS: &[&str] = &[
    "client_id",
    "client_secret",
    "username",
    "password",
    "assertion",
    "private_key",
    "private_key_password",
    "service_account",
    "key_id",
    "account",
    "store",
    "store_key",
];
/// Of no use where nobody signs in.
const PEOPLES: &[&str] = &[
    "authorization_endpoint",
    "redirect_uri",
    "redirect_names",
    "response_type",
    "pkce",
    "authorize_params",
    "authorize_names",
    "query_in_fragment",
    "refresh_verifier",
    "token_host_param",
    "token_hosts",
];
/// Of no use where nothing is refreshed.
const REFRESHES: &[&str] = &[
    "refresh_endpoint",
    "refresh_params",
    "refresh_names",
    "refresh_auth",
    "refresh_prolongs",
    "refresh_window",
];
/// Of no use where nothing is signed.
const SIGNERS: &[&str] = &["signing_alg", "assertion_claims", "assertion_audience", "assertion_expires_in"];

#[test]
fn every_entry_makes_sense() {
    let files = Files::new();
    let mut table: Table<Row> = Table::default();
    for entry in entries() {
        table.row(&entry.name, |row| {
            remarks(row, entry);
            keys(row, entry);
            addresses(row, entry);
            contradictions(row, entry);
            what_is_needed(row, entry, &files);
            if entry.needs_person() {
                sign_in_page(row, entry, &files);
            }
        });
    }
    table.end();
}

#[test]
fn files_are_read_and_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/settings/known_servers");
    let name = |file: fs::DirEntry| file.path().file_stem().unwrap().to_str().unwrap().to_owned();
    let found: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|file| name(file.unwrap())).collect();
    let read: BTreeSet<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, read, "the practice server's own list");
    let mut seen = BTreeSet::new();
    for (file, text) in FILES {
        assert!(text.starts_with("# ") && text.ends_with('\n'), "{file} begins with what it is about");
        let names: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')).collect();
        assert!(names.is_sorted(), "{file}: {names:?}");
        assert!(text.lines().all(|line| line.len() <= 200), "{file} is hard to read");
        for name in names {
            assert!(seen.insert(name), "{name} stands twice");
        }
    }
    assert_eq!(seen.len(), entries().len());
    assert!(seen.len() >= 80, "{}", seen.len());
}

fn remarks(row: &mut Row, entry: &Entry) {
    for key in ["title", "source", "date", "status", "notes"] {
        let text = entry.written.get(key).map(String::as_str).unwrap_or_default();
        row.holds(&format!("{key} is there, in one line"), !text.is_empty() && !text.contains('\n'));
        row.holds(&format!("{key} is trim"), text == text.trim());
    }
    let date = entry.key("date");
    let is_date = date.len() == 10 && humantime::parse_rfc3339(&format!("{date}T00:00:00Z")).is_ok();
    row.holds("date is a day", is_date);
    row.holds("status is a known word", STATUS.contains(&entry.key("status")));
    row.holds("refreshes is no, or not there", ["", "no"].contains(&entry.key("refreshes")));
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    row.holds("the name is of small letters", entry.name.bytes().all(is_name));
}

/// All are settings of the library, which takes them as they are written.
fn keys(row: &mut Row, entry: &Entry) {
    for key in entry.written.keys().filter(|key| !REMARKS.contains(&key.as_str())) {
        row.holds(&format!("{key} is a server's"), !USERS.contains(&key.as_str()));
        row.holds(&format!("{key} is played by the practice server"), PLAYED.contains(&key.as_str()));
    }
    for (key, text) in &entry.written {
        let lower = text.to_ascii_lowercase();
        let is_secret = ["secret=", "password=", "key=", "-----begin", "bearer ", "basic "];
        let has_secret =
            is_secret.iter().any(|word| lower.contains(word)) && !REMARKS.contains(&key.as_str());
        row.holds(&format!("{key} holds no secret"), !has_secret || key.ends_with("_names"));
    }
    match Client::open(&entry.name) {
        Ok(client) => row.eq("profile", client.get(OAUTH_PROFILE), entry.name.clone()),
        Err(_) => row.holds(&error_text(), false),
    }
    for (key, text) in &entry.needs {
        row.holds(&format!("{key} shows what to set"), !text.is_empty());
    }
}

fn addresses(row: &mut Row, entry: &Entry) {
    let is_address = |key: &str| key == "base_url" || key == "issuer" || key.ends_with("_endpoint");
    for (key, text) in entry.written.iter().chain(&entry.needs).filter(|(key, _)| is_address(key)) {
        let is_path = key.ends_with("_endpoint") && text.starts_with('/');
        row.holds(&format!("{key} is https"), is_path || text.starts_with("https://"));
        row.holds(&format!("{key} is no example's"), !text.contains("example."));
    }
    row.holds("there is a token endpoint", !entry.key("token_endpoint").is_empty());
    row.eq(
        "an authorization endpoint",
        !entry.key("authorization_endpoint").is_empty(),
        entry.needs_person(),
    );
}

fn contradictions(row: &mut Row, entry: &Entry) {
    let has = |key: &str| !entry.key(key).is_empty();
    let mut useless = |keys: &[&str], why: &str| {
        for key in keys {
            row.holds(&format!("{key} is of use though {why}"), !has(key));
        }
    };
    if !entry.needs_person() {
        useless(PEOPLES, "nobody signs in");
    }
    if !entry.gives_refresh_tokens() {
        useless(REFRESHES, "nothing is refreshed");
    }
    if !has("private_key") && !has("service_account") && entry.client_auth() != "client_secret_jwt" {
        useless(SIGNERS, "nothing is signed");
    }
    if entry.client_auth() != "client_secret_basic" {
        useless(&["basic_encoding"], "no Basic is sent");
    }
    if entry.key("grant_type") != "password" {
        useless(&["username", "password"], "the grant takes none");
    }
    let is_path = |key: &String| key.ends_with("_endpoint") && entry.key(key).starts_with('/');
    row.eq("base_url, and a path below it", has("base_url"), entry.written.keys().any(is_path));
    row.eq("token_hosts and token_host_param", has("token_hosts"), has("token_host_param"));
    row.holds("error_text_path has an error_path", has("error_path") || !has("error_text_path"));
}

/// Whatever the entry lacks is among what it says that it needs.
fn what_is_needed(row: &mut Row, entry: &Entry, files: &Files) {
    let grant = entry.key("grant_type");
    let needs = |keys: &[&str]| keys.iter().any(|key| entry.needs.contains_key(*key));
    if grant == "password" {
        row.holds("username and password are needed", needs(&["username"]) && needs(&["password"]));
    }
    if entry.client_auth() == "private_key_jwt" || grant.ends_with(":jwt-bearer") {
        row.holds("a key is needed", needs(&["private_key", "service_account", "assertion"]));
    }
    let mut settings = files.settings(entry, "https://server");
    if entry.needs.contains_key("base_url") && entry.key("token_endpoint").starts_with('/') {
        settings.remove("base_url");
        let client = files.client(entry, &settings, Carrier::Caller);
        let n = if entry.needs_person() { client.build_url().0 } else { client.header().0 };
        row.eq("without base_url", n, OAUTH_ERROR_MISSING);
        row.holds(&error_text(), error_text().contains("base_url"));
    }
}

fn sign_in_page(row: &mut Row, entry: &Entry, files: &Files) {
    let client = files.client(entry, &files.settings(entry, "https://server"), Carrier::Caller);
    let url = client.authorize_url();
    let parameters: Vec<_> = url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
    let values = |wanted: &str| parameters.iter().filter(|(_, value)| value == wanted).count();
    row.holds("the URL is the server's", url.starts_with(&format!("https://server/as/{}/", entry.name)));
    // Amazon knows the application by a parameter of its own.
    let names_client = !entry.key("authorize_names").split('&').any(|pair| pair == "client_id=");
    row.eq("client_id", values(CLIENT_ID), usize::from(names_client));
    row.holds("the client is named", names_client || !entry.key("authorize_params").is_empty());
    row.eq("state", values(&client.get(OAUTH_STATE)), 1);
    let redirect_uri = client.get(OAUTH_REDIRECT_URI);
    if redirect_uri.is_empty() {
        row.holds("another redirect_uri", parameters.iter().any(|(name, _)| name == "redirect_uri"));
    } else {
        row.eq("redirect_uri", values(&redirect_uri), 1);
        row.holds("whose", entry.written.contains_key("redirect_uri") || redirect_uri == REDIRECT_URI);
    }
    let is_twice = |at: usize| parameters[..at].iter().any(|(name, _)| *name == parameters[at].0);
    row.holds("no parameter stands twice", !(0..parameters.len()).any(is_twice));
}
