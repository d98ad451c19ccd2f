//! A process that can open nothing any more: what an answer brings is stored all the same, and nothing is sent whose
//! answer could not be stored.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;

/// While this runs, no file and no socket can be opened.
fn without_descriptors<R>(work: impl FnOnce() -> R) -> R {
    let limit = |to: Option<libc::rlim_t>| {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) }, 0);
        let before = std::mem::replace(&mut limit.rlim_cur, to.unwrap_or(limit.rlim_max));
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
        before
    };
    let before = limit(Some(0));
    assert!(fs::File::open("/dev/null").is_err());
    let result = work();
    limit(Some(before));
    result
}

/// How tokens are stored: in the open, sealed, sealed with a key that is in a file.
fn stores(folder: &Folder) -> Vec<(&'static str, Vec<(i32, String)>)> {
    let key = folder.path().join("key");
    fs::write(&key, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n").unwrap();
    chmod(&key, 0o400);
    let text = "0f0e0d0c0b0a09080706050403020100000102030405060708090a0b0c0d0e0f".to_owned();
    vec![
        ("plain", vec![]),
        ("sealed", vec![(OAUTH_STORE_KEY, text)]),
        ("sealed, the key in a file", vec![(OAUTH_STORE_KEY, format!("file:{}", key.display()))]),
    ]
}

/// Asks for a token; the answer to its request is `answer_token(client, "2")`.
type Ask = fn(&Folder, &dyn Fn() -> Client) -> Client;

const ASKS: &[(&str, Ask)] = &[
    ("a refresh by hand", |_, client| {
        let client = held(client);
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        client
    }),
    ("an expired token", |_, client| {
        let client = held(client);
        advance(2 * HOUR);
        client.asks();
        client
    }),
    ("a first sign-in", |_, client| asked(client(), &client().authorize_url())),
    ("a first sign-in in one process", |_, client| {
        let client = client();
        let url = client.authorize_url();
        asked(client, &url)
    }),
    ("a second sign-in", |_, client| {
        drop(held(client));
        asked(client(), &client().authorize_url())
    }),
    ("a sign-in whose URL was made before there was a store", |folder, client| {
        let client = client();
        client.must_set(OAUTH_STORE, "");
        let url = client.authorize_url();
        client.must_set(OAUTH_STORE, &folder.setting());
        asked(client, &url)
    }),
];

fn held(client: &dyn Fn() -> Client) -> Client {
    let client = client();
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    client
}

fn asked(client: Client, url: &str) -> Client {
    let redirect = format!("?code=SECRET-code&state={}", parameter_of(url, "state"));
    assert_eq!(client.exchange(&redirect), OAUTH_HTTP_NEEDED, "{}", error_text());
    client
}

#[test]
fn with_no_descriptor_left_an_answer_is_stored_all_the_same() {
    if !own_process("descriptors::with_no_descriptor_left_an_answer_is_stored_all_the_same") {
        return;
    }
    let keys = Folder::new();
    let mut table = Table::default();
    for (kept, settings) in stores(&keys) {
        for (what, ask) in ASKS {
            table.row(&format!("{kept}: {what}"), || {
                let folder = Folder::new();
                let settings: Vec<_> =
                    settings.iter().map(|(number, text)| (*number, text.as_str())).collect();
                let open = || client_in(&folder, &settings);
                let client = ask(&folder, &open);
                let answer = without_descriptors(|| answer_token(&client, "2"));
                assert!(answer >= 0, "{answer}: {}", error_text());
                gives(&open(), "2");
                gives(&client, "2");
                let notes = fs::read_to_string(folder.record().with_extension("lock")).unwrap();
                assert!(notes.contains("\"sent\":null"), "what was sent has its answer: {notes}");
                let left = files_below(&folder.store());
                let is_left = |path: &&std::path::PathBuf| path.extension().is_some_and(|kind| kind == "tmp");
                assert_eq!(left.iter().find(is_left), None);
            });
        }
        table.row(&format!("{kept}: a refusal is noted"), || {
            let folder = Folder::new();
            let settings: Vec<_> = settings.iter().map(|(number, text)| (*number, text.as_str())).collect();
            let client = held(&|| client_in(&folder, &settings));
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
            let answer = || client.respond(400, JSON, refusal("invalid_grant").as_bytes());
            fails(without_descriptors(answer), OAUTH_ERROR_SIGN_IN, "sign in again");
            let notes = fs::read_to_string(folder.record().with_extension("lock")).unwrap();
            assert!(notes.contains("the words for invalid_grant"), "{notes}");
        });
        table.row(&format!("{kept}: what was revoked is gone"), || {
            let folder = Folder::new();
            let settings: Vec<_> = settings.iter().map(|(number, text)| (*number, text.as_str())).collect();
            let client = held(&|| client_in(&folder, &settings));
            client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");
            assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
            let answers = || [client.respond(200, "", b""), client.respond(200, "", b"")];
            assert_eq!(without_descriptors(answers), [OAUTH_HTTP_NEEDED, 0], "{}", error_text());
            assert!(contents(&folder).is_empty());
        });
    }
    table.end();
}

#[test]
fn with_no_descriptor_left_nothing_is_sent() {
    if !own_process("descriptors::with_no_descriptor_left_nothing_is_sent") {
        return;
    }
    let mut table = Table::default();
    let is_told = |answer| {
        fails_and_asks_for(answer, OAUTH_ERROR_STORE, "store: ", OAUTH_ACTION_RETRY);
        assert!(error_text().contains("try again later"), "{}", error_text());
    };
    table.row("a refresh", || {
        let folder = Folder::new();
        let client = held(&|| folder.client());
        without_descriptors(|| is_told(client.refresh()));
        advance(2 * HOUR);
        without_descriptors(|| is_told(client.header().0));
        client.asks();
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        gives(&folder.client(), "2");
    });
    table.row("a code", || {
        let folder = Folder::new();
        let client = folder.client();
        let redirect = format!("?code=SECRET-code&state={}", parameter_of(&client.authorize_url(), "state"));
        without_descriptors(|| is_told(client.exchange(&redirect)));
        assert_eq!(client.exchange(&redirect), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
        gives(&folder.client(), "1");
    });
    table.row("a URL", || {
        let client = Folder::new().client();
        let url =
            || crate::common::out(|b, c| unsafe { oauth::ffi::oauth_build_authorize_url(client.0, b, c) });
        is_told(without_descriptors(url).0);
    });
    table.end();
}
