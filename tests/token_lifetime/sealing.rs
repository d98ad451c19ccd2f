//! Sealed records: what is in the file, what opens it, and what leaves it as it is.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;

const KEY: (i32, &str) =
    (OAUTH_STORE_KEY, "4b1d5e7f00112233445566778899aabbccddeeff0123456789abcdef01234567");
const OTHER: (i32, &str) = (OAUTH_STORE_KEY, OTHER_KEY);
const KEY_AS_OLD: (i32, &str) = (OAUTH_STORE_OLD_KEY, KEY.1);
const ALLOW_PLAIN: (i32, &str) = (OAUTH_STORE_ALLOW_PLAIN, "yes");

fn sealed_holder(folder: &Folder, name: &str) -> Client {
    let client = client_in(folder, &[KEY]);
    assert_eq!(sign_in(&client, name), 0, "{}", error_text());
    client
}

/// Whether the one record can be read by whoever reads the file.
fn is_plain(folder: &Folder) -> bool {
    fs::read_to_string(record_of(folder)).unwrap().contains("SECRET-access")
}

#[test]
fn no_text_of_a_token_is_in_a_sealed_store() {
    let folder = Folder::new();
    let client = client_in(&folder, &[KEY, (OAUTH_ACCOUNT, "carol"), (OAUTH_SCOPE, "read")]);
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    client.refresh_to("2");
    client.authorize_url();
    let state = client.get(OAUTH_STATE);
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED); // with its notes
    let mut seen = 0;
    for path in files_below(&folder.store()) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for secret in ["SECRET", "carol", "as.example", "access_token", KEY.1, &state] {
            assert!(!text.contains(secret), "{secret} in {}: {text}", path.display());
        }
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 3, "record, lock, pending authorization: {seen}");
    assert_eq!(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
    gives(&client_in(&folder, &[KEY, (OAUTH_ACCOUNT, "carol")]), "2");
}

#[test]
fn a_wrong_key_opens_nothing_and_overwrites_nothing() {
    if !own_process("sealing::a_wrong_key_opens_nothing_and_overwrites_nothing") {
        return;
    }
    let keys = Folder::new();
    let key_file = |name: &str, text: &str, mode: u32| {
        let path = keys.path().join(name);
        fs::write(&path, text).unwrap();
        chmod(&path, mode);
        format!("file:{}", path.display())
    };
    std::env::set_var("LIBOAUTH_LIFE_EMPTY", "");
    std::env::set_var("LIBOAUTH_LIFE_WRONG", OTHER.1);
    std::env::set_var("LIBOAUTH_LIFE_PASSWORD", "correct horse battery staple");
    let rows = [
        ("no key", String::new(), OAUTH_ERROR_STORE_KEY),
        ("another", OTHER.1.to_owned(), OAUTH_ERROR_STORE_KEY),
        ("nearly the same", KEY.1.replace("4b", "4c"), OAUTH_ERROR_STORE_KEY),
        ("another of the environment", "env:LIBOAUTH_LIFE_WRONG".to_owned(), OAUTH_ERROR_STORE_KEY),
        ("a password of the environment", "env:LIBOAUTH_LIFE_PASSWORD".to_owned(), OAUTH_ERROR_STORE_KEY),
        ("an empty variable", "env:LIBOAUTH_LIFE_EMPTY".to_owned(), OAUTH_ERROR_STORE_KEY),
        ("no such variable", "env:LIBOAUTH_LIFE_MISSING".to_owned(), OAUTH_ERROR_STORE_KEY),
        ("no such file", format!("file:{}/missing", keys.path().display()), OAUTH_ERROR_STORE_KEY),
        ("a folder", format!("file:{}", keys.path().display()), OAUTH_ERROR_STORE_KEY),
        ("an empty file", key_file("empty", "", 0o600), OAUTH_ERROR_STORE_KEY),
        ("a blank file", key_file("blank", " \n", 0o600), OAUTH_ERROR_STORE_KEY),
        ("a file with another", key_file("other", &format!("{}\n", OTHER.1), 0o400), OAUTH_ERROR_STORE_KEY),
        ("a file with a part", key_file("part", &KEY.1[..63], 0o600), OAUTH_ERROR_STORE_KEY),
        ("a file open to others", key_file("open", KEY.1, 0o644), OAUTH_ERROR_STORE_UNSAFE),
        ("a file open to a group", key_file("group", KEY.1, 0o640), OAUTH_ERROR_STORE_UNSAFE),
    ];
    let mut table = Table::default();
    for (name, key, code) in &rows {
        table.row(name, || {
            let folder = Folder::new();
            drop(sealed_holder(&folder, "1"));
            let before = contents(&folder);
            let client = client_in(&folder, &[(OAUTH_STORE_KEY, key)]);
            for answer in [client.header().0, client.access_token().0, client.refresh()] {
                fails(answer, *code, "store");
                assert!(!error_text().contains(KEY.1), "{}", error_text());
            }
            let mut text = [0_u8; 4096];
            for property in [OAUTH_ACCESS_TOKEN, OAUTH_TOKEN_RECORD, OAUTH_GENERATION, OAUTH_EXPIRES_AT] {
                let n = unsafe { oauth::ffi::oauth_get(client.0, property, text.as_mut_ptr().cast(), 4096) };
                fails(n, *code, "store");
            }
            fails(sign_in(&client, "2"), *code, "store");
            assert_eq!(contents(&folder), before, "after a sign-in");
            let n = client.reseal();
            assert_eq!(n, *code, "{}", error_text());
            gives(&client_in(&folder, &[KEY]), "1");
            assert_eq!(contents(&folder), before);
        });
    }
    for (name, key, code) in &rows[1..] {
        table.row(&format!("{name}, later"), || {
            let folder = Folder::new();
            let client = sealed_holder(&folder, "1");
            gives(&client, "1");
            let before = contents(&folder);
            client.must_set(OAUTH_STORE_KEY, key);
            gives(&client, "1");
            // Before the refresh token is used.
            fails(client.refresh(), *code, "store");
            assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            gives(&client, "1");
            assert_eq!(contents(&folder), before);
            client.must_set(KEY.0, KEY.1);
            client.refresh_to("2");
            gives(&client_in(&folder, &[KEY]), "2");
        });
    }
    table.row("mended, the sign-in goes on", || {
        let folder = Folder::new();
        drop(sealed_holder(&folder, "1"));
        let client = client_in(&folder, &[OTHER]);
        // Known before anybody is sent anywhere.
        fails(sign_in(&client, "2"), OAUTH_ERROR_STORE_KEY, "store key");
        client.must_set(KEY.0, KEY.1);
        assert_eq!(sign_in(&client, "2"), 0, "{}", error_text());
        gives(&client, "2");
        gives(&client_in(&folder, &[KEY]), "2");
    });
    table.end();
}

#[test]
fn a_key_is_changed_without_a_gap() {
    let mut table = Table::default();
    let (new, new_and_old) = (&[OTHER][..], &[OTHER, KEY_AS_OLD][..]);
    table.row("the next refresh seals anew", || {
        let folder = Folder::new();
        let first = sealed_holder(&folder, "1");
        let client = client_in(&folder, new_and_old);
        gives(&client, "1");
        gives(&client_in(&folder, &[KEY]), "1");
        client.refresh_to("2");
        gives(&client_in(&folder, new), "2");
        fails(first.refresh(), OAUTH_ERROR_STORE_KEY, "store key");
    });
    table.row("resealing counts what it writes", || {
        let folder = Folder::new();
        for name in ["a", "b", "c"] {
            let client = client_in(&folder, &[KEY, (OAUTH_ACCOUNT, name)]);
            assert_eq!(sign_in(&client, name), 0, "{}", error_text());
        }
        // Another client's are the store's, too; one is plain, and one has the new key already.
        for (name, key) in [("plain", ""), ("new", OTHER.1)] {
            let client = client_in(&folder, &[(OAUTH_CLIENT_ID, name), (OAUTH_STORE_KEY, key)]);
            assert_eq!(sign_in(&client, name), 0, "{}", error_text());
        }
        let client = client_in(&folder, new_and_old);
        client.must_set(ALLOW_PLAIN.0, ALLOW_PLAIN.1);
        assert_eq!(client.reseal(), 4, "{}", error_text());
        let after = contents(&folder);
        assert_eq!(client.reseal(), 0, "{}", error_text());
        assert_eq!(contents(&folder), after);
        for name in ["a", "b", "c"] {
            let client = client_in(&folder, &[OTHER, (OAUTH_ACCOUNT, name)]);
            gives(&client, name);
            assert_eq!(client.generation(), "1", "it was not renewed");
        }
        for name in ["plain", "new"] {
            gives(&client_in(&folder, &[OTHER, (OAUTH_CLIENT_ID, name)]), name);
        }
        // A job that has it in memory goes on with it.
        assert_eq!(client_in(&folder, &[KEY]).reseal(), OAUTH_ERROR_STORE_KEY);
        assert_eq!(contents(&folder), after);
    });
    table.row("it ends at what it cannot read", || {
        let folder = Folder::new();
        for name in ["a", "b", "c"] {
            let client = client_in(&folder, &[(OAUTH_ACCOUNT, name)]);
            assert_eq!(sign_in(&client, name), 0, "{}", error_text());
        }
        let (path, text) = contents(&folder)[1].clone();
        fs::write(&path, "{").unwrap();
        let client = client_in(&folder, &[KEY, ALLOW_PLAIN]);
        fails(client.reseal(), OAUTH_ERROR_STORE_FORMAT, "store not readable");
        assert!(error_text().contains(path.to_str().unwrap()), "{}", error_text());
        assert_eq!(fs::read(&path).unwrap(), b"{");
        fs::write(&path, text).unwrap();
        assert_eq!(client.reseal(), 2, "what was left: {}", error_text());
        assert_eq!(client.reseal(), 0);
    });
    table.row("no records, no folder, no store", || {
        let folder = Folder::new();
        assert_eq!(client_in(&folder, &[KEY]).reseal(), 0, "{}", error_text());
        client_in(&folder, &[KEY]).authorize_url();
        assert_eq!(client_in(&folder, &[KEY]).reseal(), 0, "{}", error_text());
        assert_eq!(client_with(&[KEY]).reseal(), 0, "{}", error_text());
    });
    for by_reseal in [true, false] {
        table.row(&format!("plain to sealed and back, by reseal: {by_reseal}"), || {
            let folder = Folder::new();
            let plain = holder_in(&folder, "1");
            assert!(is_plain(&folder));
            let sealed = client_in(&folder, &[KEY, ALLOW_PLAIN]);
            gives(&sealed, "1");
            let write = |client: &Client, name| {
                if by_reseal {
                    assert_eq!(client.reseal(), 1, "{}", error_text());
                } else {
                    client.refresh_to(name);
                }
            };
            write(&sealed, "1");
            assert!(!is_plain(&folder));
            gives(&client_in(&folder, &[KEY]), "1");
            fails(plain.refresh(), OAUTH_ERROR_STORE_KEY, "store key");
            let opened = client_in(&folder, &[KEY_AS_OLD]);
            gives(&opened, "1");
            write(&opened, "1");
            assert!(is_plain(&folder));
            gives(&folder.client(), "1");
        });
    }
    table.row("another job that waits is not misled by a reseal", || {
        let folder = Folder::new();
        let client = sealed_holder(&folder, "1");
        assert_eq!(client_in(&folder, new_and_old).reseal(), 1);
        client.must_set(OTHER.0, OTHER.1);
        // The token is the same: a refresh by hand is one.
        client.refresh_to("2");
        gives(&client_in(&folder, new), "2");
    });
    table.end();
}

#[test]
fn what_is_not_sealed_is_read_only_where_a_setting_says_so() {
    let says = "store key: it is not sealed: if it is yours, set store_allow_plain to yes";
    let mut table = Table::default();
    table.row("a record", || {
        let folder = Folder::new();
        drop(holder_in(&folder, "1"));
        let before = contents(&folder);
        let client = client_in(&folder, &[KEY]);
        let state = parameter_of(&folder.client().authorize_url(), "state");
        let redirect = format!("?code=SECRET-code&state={state}");
        for answer in [
            client.header().0,
            client.refresh(),
            client.header().0,
            client.accounts(1).0,
            client.reseal(),
            sign_in(&client, "2"),
            client.exchange(&redirect),
        ] {
            fails(answer, OAUTH_ERROR_STORE_KEY, says);
        }
        assert!(client.status().contains("it is not sealed"), "{}", client.status());
        assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "it was sent");
        assert_eq!(contents(&folder), before);
        client.must_set(ALLOW_PLAIN.0, ALLOW_PLAIN.1);
        gives(&client, "1");
        assert_eq!(client.exchange(&redirect), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
        assert!(!is_plain(&folder));
        gives(&client_in(&folder, &[KEY]), "2");
    });
    table.row("in the place of a sealed one", || {
        let (folder, forger) = (Folder::new(), Folder::new());
        let holder = sealed_holder(&folder, "1");
        drop(holder_in(&forger, "mallory's"));
        let (path, sealed) = contents(&folder)[0].clone();
        fs::copy(record_of(&forger), &path).unwrap();
        let client = client_in(&folder, &[KEY]);
        fails(client.header().0, OAUTH_ERROR_STORE_KEY, says);
        // Who has the token in memory goes on with it, and spends nothing.
        gives(&holder, "1");
        fails(holder.refresh(), OAUTH_ERROR_STORE_KEY, says);
        fails(client.reseal(), OAUTH_ERROR_STORE_KEY, says);
        assert!(is_plain(&folder), "it was overwritten");
        fs::write(&path, sealed).unwrap();
        holder.refresh_to("2");
        gives(&client, "2");
    });
    table.row("it is nobody's, and is taken away", || {
        let folder = Folder::new();
        drop(holder_in(&folder, "mallory's"));
        let client = client_in(&folder, &[KEY]);
        assert_eq!(client.forget(), 0, "{}", error_text());
        assert_eq!(contents(&folder), Vec::new());
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert!(!is_plain(&folder));
    });
    table.row("in the place of its successor", || {
        let (folder, forger) = (Folder::new(), Folder::new());
        let client = sealed_holder(&folder, "1");
        let mallory = holder_in(&forger, "mallory's");
        mallory.refresh_to("mallory's");
        // As if a job had been killed between the answer and the end of its writing.
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        let (path, _) = contents(&folder)[0].clone();
        let notes = fs::read(path.with_extension("lock")).unwrap();
        drop(client);
        fs::write(path.with_extension("lock"), notes).unwrap();
        fs::copy(record_of(&forger), path.with_extension("tmp")).unwrap();
        client_in(&folder, &[KEY]).refresh_to("2");
        assert!(!is_plain(&folder));
    });
    table.row("a text, for memory", || {
        let plain = holder("1").get(OAUTH_TOKEN_RECORD);
        let client = client_with(&[KEY]);
        fails(client.import(0, &plain), OAUTH_ERROR_STORE_KEY, says);
        assert!(!error_text().contains("reseal"), "{}", error_text());
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in");
    });
    table.row("without a key of now it is what is written", || {
        let folder = Folder::new();
        drop(holder_in(&folder, "1"));
        gives(&client_in(&folder, &[KEY_AS_OLD]), "1");
    });
    table.end();
}

#[test]
fn a_record_opens_in_its_place_alone_and_whole() {
    let mut table = Table::default();
    table.row("copied to another's name", || {
        let folder = Folder::new();
        let settings = [(OAUTH_ACCOUNT, "victim"), (OAUTH_CLIENT_ID, "another")];
        let own = sealed_holder(&folder, "1");
        let (path, text) = contents(&folder)[0].clone();
        for setting in settings {
            let other = client_in(&folder, &[KEY, setting]);
            assert_eq!(sign_in(&other, "2"), 0, "{}", error_text());
        }
        for (others, _) in contents(&folder).into_iter().filter(|(other, _)| *other != path) {
            fs::copy(&path, &others).unwrap();
        }
        let before = contents(&folder);
        for setting in settings {
            let other = client_in(&folder, &[KEY, setting]);
            fails(other.header().0, OAUTH_ERROR_STORE_FORMAT, "store not readable");
            fails(other.refresh(), OAUTH_ERROR_STORE_FORMAT, "store not readable");
        }
        assert_eq!(contents(&folder), before);
        assert_eq!(fs::read(&path).unwrap(), text);
        gives(&own, "1");
    });
    table.row("a plain one, copied to another's name", || {
        let folder = Folder::new();
        let own = holder_in(&folder, "1");
        let path = record_of(&folder);
        let other = client_in(&folder, &[(OAUTH_ACCOUNT, "victim")]);
        assert_eq!(sign_in(&other, "2"), 0, "{}", error_text());
        for (others, _) in contents(&folder) {
            let _ = others != path && fs::copy(&path, &others).is_ok();
        }
        fails(client_in(&folder, &[(OAUTH_ACCOUNT, "victim")]).header().0, OAUTH_ERROR_STORE_FORMAT, "");
        gives(&own, "1");
    });
    table.row("bit by bit", || {
        let folder = Folder::new();
        drop(sealed_holder(&folder, "1"));
        let path = record_of(&folder);
        let good = fs::read(&path).unwrap();
        let client = client_in(&folder, &[KEY]);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bad).unwrap();
            let n = client.header().0;
            let is_named = [OAUTH_ERROR_STORE_FORMAT, OAUTH_ERROR_STORE_KEY].contains(&n);
            assert!(is_named, "bit {bit}: {n} {}", error_text());
            assert_eq!(fs::read(&path).unwrap(), bad);
        }
        for length in 0..good.len() - 1 {
            fs::write(&path, &good[..length]).unwrap();
            assert_eq!(client.header().0, OAUTH_ERROR_STORE_FORMAT, "{length} bytes: {}", error_text());
        }
        fs::write(&path, &good).unwrap();
        gives(&client, "1");
    });
    table.end();
}
