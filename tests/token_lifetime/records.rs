//! A token as a text for a database of the program's own: OAUTH_TOKEN_RECORD and `oauth_import_token`.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;

/// With the token of that name, refreshed so many times.
fn record_of_generation(name: &str, generation: u32) -> String {
    let client = client();
    assert_eq!(sign_in(&client, name), 0, "{}", error_text());
    for _ in 1..generation {
        client.refresh_to(name);
    }
    assert_eq!(client.generation(), generation.to_string());
    client.get(OAUTH_TOKEN_RECORD)
}

#[test]
fn a_record_goes_from_memory_to_memory_and_store() {
    if !own_process("records::a_record_goes_from_memory_to_memory_and_store") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    for store in [None, Some(&folder)] {
        for by_set in [false, true] {
            table.row(&format!("store: {}, by oauth_set: {by_set}", store.is_some()), || {
                let first = holder("1");
                let record = first.get(OAUTH_TOKEN_RECORD);
                let second = store.map_or_else(client, Folder::client);
                let taken =
                    if by_set { second.set(OAUTH_TOKEN_RECORD, &record) } else { second.import(-1, &record) };
                assert_eq!(taken, 0, "{}", error_text());
                gives(&second, "1");
                for property in [OAUTH_ACCESS_TOKEN, OAUTH_REFRESH_TOKEN, OAUTH_ID_TOKEN, OAUTH_TOKEN_TYPE]
                    .into_iter()
                    .chain([OAUTH_EXPIRES_AT, OAUTH_GRANTED_SCOPE])
                {
                    assert_eq!(second.get(property), first.get(property), "{property}");
                }
                let before: u32 = second.generation().parse().unwrap();
                // It keeps working.
                advance(HOUR);
                second.asks();
                assert_eq!(parameter_of(&content(&second), "refresh_token"), "SECRET-refresh-1");
                assert!(answer_token(&second, "2") > 0, "{}", error_text());
                gives(&second, "2");
                assert_eq!(second.generation(), (before + 1).to_string());
                if let Some(folder) = store {
                    gives(&folder.client(), "2");
                }
                // And its next record goes on.
                let third = client();
                assert_eq!(third.import(0, &second.get(OAUTH_TOKEN_RECORD)), 0, "{}", error_text());
                assert_eq!(third.generation(), second.generation());
                gives(&third, "2");
            });
        }
    }
    table.row("as a job with a database row does it", || {
        let mut row = holder("0").get(OAUTH_TOKEN_RECORD);
        for number in 1..6 {
            let job = client();
            assert_eq!(job.import(-1, &row), 0, "{}", error_text());
            assert_eq!(job.generation(), number.to_string());
            advance(HOUR);
            job.asks();
            assert!(answer_token(&job, &number.to_string()) > 0, "{}", error_text());
            assert_eq!(job.generation(), (number + 1).to_string());
            row = job.get(OAUTH_TOKEN_RECORD);
        }
    });
    table.row("each renewal counts one", || {
        for client in [client(), Folder::new().client()] {
            assert_eq!(client.generation(), "");
            assert_eq!(client.get(OAUTH_TOKEN_RECORD), "");
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            for number in 1..6 {
                assert_eq!(client.generation(), number.to_string());
                client.refresh_to("1");
            }
            // What fails, and what only reads, does not.
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
            assert_eq!(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
            gives(&client, "1");
            assert_eq!(client.generation(), "6");
        }
    });
    table.row("a token of unknown life, without a refresh token", || {
        let first = client();
        sign_in_with(&first, "", "{\"access_token\":\"SECRET-access-1\",\"realmId\":\"r\"}");
        let second = client();
        assert_eq!(second.import(0, &first.get(OAUTH_TOKEN_RECORD)), 0, "{}", error_text());
        gives(&second, "1");
        assert_eq!(second.get(OAUTH_TOKEN_RECORD), first.get(OAUTH_TOKEN_RECORD));
        assert!(second.get(OAUTH_TOKEN_RECORD).contains("realmId"));
    });
    table.row("surrounded by blanks and line ends", || {
        let record = holder("1").get(OAUTH_TOKEN_RECORD);
        let second = client();
        assert_eq!(second.import(-1, &format!("{record}\n")), 0, "{}", error_text());
        assert_eq!(
            second.import(-1, &format!("{record}      ")),
            0,
            "a field of a fixed length: {}",
            error_text()
        );
    });
    table.end();
}

/// They are read by name, each from its source.
#[test]
fn what_came_with_the_redirect_is_kept_apart_from_the_answer() {
    let first = client();
    first.authorize_url();
    let redirect = format!("?code=c&state={}&realmId=4711&realmId=7&a=b", first.get(OAUTH_STATE));
    assert_eq!(first.exchange(&redirect), OAUTH_HTTP_NEEDED, "{}", error_text());
    let answer =
        r#"{"access_token":"SECRET-access-1","refresh_token":"SECRET-refresh-1","realmId":"theirs"}"#;
    assert_eq!(first.respond(200, "", answer.as_bytes()), 0, "{}", error_text());
    let members = r#""extra":{"realmId":"theirs"},"redirect":{"realmId":"4711","a":"b"}}"#;
    assert!(first.get(OAUTH_TOKEN_RECORD).ends_with(members));
    let second = client();
    assert_eq!(second.import(-1, &first.get(OAUTH_TOKEN_RECORD)), 0, "{}", error_text());
    second.refresh_to("2");
    assert!(second.get(OAUTH_TOKEN_RECORD).ends_with(members), "after a refresh");
    // A record of old has none, and neither has a later sign-in without any.
    let old = record_of_generation("1", 1);
    assert!(!old.contains("redirect"));
    assert_eq!(second.import(-1, &old), 0, "{}", error_text());
    assert_eq!(second.import(-1, &old.replace("\"extra\"", "\"redirect\":7,\"extra\"")), OAUTH_ERROR_VALUE);
}

#[test]
fn it_replaces_the_generation_that_is_expected() {
    let mut table = Table::default();
    let folder = Folder::new();
    let (old, new) = (record_of_generation("old", 3), record_of_generation("new", 5));
    let held = |store: Option<&Folder>| -> Client {
        let client = store.map_or_else(client, Folder::client);
        assert_eq!(sign_in(&client, "before"), 0, "{}", error_text()); // makes the folder
        assert_eq!(client.forget(), 0, "{}", error_text());
        assert_eq!(client.import(0, &old), 0, "{}", error_text());
        assert_eq!(client.generation(), "3");
        client
    };
    for store in [None, Some(&folder)] {
        let name = |expected: i32| format!("{expected}, store: {}", store.is_some());
        for expected in [3, -1] {
            table.row(&name(expected), || {
                let client = held(store);
                assert_eq!(client.import(expected, &new), 0, "{}", error_text());
                gives(&client, "new");
                assert_eq!(client.generation(), "5");
                // One that is older than the held one may come, too; the generation never goes back in a store.
                assert_eq!(client.import(5, &old), 0, "{}", error_text());
                gives(&client, "old");
                if store.is_some() {
                    assert_eq!(client.generation(), "6");
                    gives(&folder.client(), "old");
                }
            });
        }
        for expected in [0, 1, 2, 4, 5, i32::MAX] {
            table.row(&name(expected), || {
                let client = held(store);
                fails(client.import(expected, &new), OAUTH_ERROR_GENERATION, "generation 3");
                gives(&client, "old");
                assert_eq!(client.generation(), "3");
            });
        }
        for expected in [-2, -603, i32::MIN] {
            table.row(&name(expected), || {
                let client = held(store);
                fails(client.import(expected, &new), OAUTH_ERROR_VALUE, "expected");
                gives(&client, "old");
            });
        }
        table.row(&format!("nothing is held, store: {}", store.is_some()), || {
            let client = held(store);
            assert_eq!(client.forget(), 0);
            for wrong in [1, 3, i32::MAX] {
                fails(client.import(wrong, &new), OAUTH_ERROR_GENERATION, "generation 0");
            }
            assert_eq!(client.import(0, &new), 0, "{}", error_text());
        });
    }
    table.row("the store's counts, whatever this client has in memory", || {
        let first = held(Some(&folder));
        let second = folder.client();
        gives(&second, "old");
        first.refresh_to("newer");
        fails(second.import(3, &new), OAUTH_ERROR_GENERATION, "generation 4");
        gives(&folder.client(), "newer");
        assert_eq!(second.import(4, &new), 0, "{}", error_text());
        gives(&folder.client(), "new");
    });
    table.row("of eight threads one is the first", || {
        let client = held(Some(&folder));
        let jobs: Vec<_> = (0..8).map(|_| folder.client()).collect();
        let answers: Vec<i32> = std::thread::scope(|scope| {
            let threads: Vec<_> = jobs.iter().map(|job| scope.spawn(|| job.import(3, &new))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|n| **n == 0).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|n| **n == OAUTH_ERROR_GENERATION).count(), 7, "{answers:?}");
        drop(client);
    });
    table.end();
}

#[test]
fn what_is_no_record_of_this_client_is_refused() {
    let mut table = Table::default();
    let folder = Folder::new();
    let record = holder("1").get(OAUTH_TOKEN_RECORD);
    let sealed = {
        let client = client_with(&[(OAUTH_STORE_KEY, STORE_KEY)]);
        assert_eq!(sign_in(&client, "1"), 0);
        client.get(OAUTH_TOKEN_RECORD)
    };
    let of = |setting| {
        let other = client_with(&[setting]);
        assert_eq!(sign_in(&other, "mallory's"), 0);
        other.get(OAUTH_TOKEN_RECORD)
    };
    let rows = [
        ("another account's", of((OAUTH_ACCOUNT, "another")), OAUTH_ERROR_VALUE),
        ("another client's", of((OAUTH_CLIENT_ID, "another")), OAUTH_ERROR_VALUE),
        ("another server's", of((OAUTH_TOKEN_ENDPOINT, "https://other.example/token")), OAUTH_ERROR_VALUE),
        ("nothing", String::new(), OAUTH_ERROR_VALUE),
        ("blanks", "   ".to_owned(), OAUTH_ERROR_VALUE),
        ("half", record[..record.len() / 2].to_owned(), OAUTH_ERROR_VALUE),
        ("twice", record.repeat(2), OAUTH_ERROR_VALUE),
        ("of a newer format", record.replace("\"format\":1", "\"format\":2"), OAUTH_ERROR_VALUE),
        ("of no format", record.replace("\"format\":1,", ""), OAUTH_ERROR_VALUE),
        (
            "of a negative generation",
            record.replace("\"generation\":1", "\"generation\":-1"),
            OAUTH_ERROR_VALUE,
        ),
        ("with a line end in the token", record.replace("SECRET-access-1", "a\\r\\nX: y"), OAUTH_ERROR_VALUE),
        ("a token answer", token("1"), OAUTH_ERROR_VALUE),
        ("a list", "[]".to_owned(), OAUTH_ERROR_VALUE),
        ("sealed, and no key is set", sealed.clone(), OAUTH_ERROR_STORE_KEY),
    ];
    for (name, text, code) in rows {
        for store in [None, Some(&folder)] {
            table.row(&format!("{name}, store: {}", store.is_some()), || {
                let client = store.map_or_else(client, Folder::client);
                assert_eq!(sign_in(&client, "held"), 0, "{}", error_text());
                let before = contents(&folder);
                fails(client.import(-1, &text), code, "");
                fails(client.set(OAUTH_TOKEN_RECORD, &text), code, "");
                gives(&client, "held");
                assert_eq!(contents(&folder), before);
            });
        }
    }
    table.row("sealed", || {
        for secret in ["SECRET", "as.example", "edge"] {
            assert!(!sealed.contains(secret), "{secret} in {sealed}");
        }
        let key = client_with(&[(OAUTH_STORE_KEY, STORE_KEY)]);
        assert_eq!(key.import(0, &sealed), 0, "{}", error_text());
        gives(&key, "1");
        let old = client_with(&[(OAUTH_STORE_KEY, OTHER_KEY), (OAUTH_STORE_OLD_KEY, STORE_KEY)]);
        assert_eq!(old.import(0, &sealed), 0, "{}", error_text());
        let anew = old.get(OAUTH_TOKEN_RECORD);
        fails(key.import(-1, &anew), OAUTH_ERROR_STORE_KEY, "store key");
        let wrong = client_with(&[(OAUTH_STORE_KEY, OTHER_KEY)]);
        fails(wrong.import(0, &sealed), OAUTH_ERROR_STORE_KEY, "store key");
        let other = client_with(&[(OAUTH_STORE_KEY, STORE_KEY), (OAUTH_ACCOUNT, "another")]);
        fails(other.import(0, &sealed), OAUTH_ERROR_VALUE, "");
        // A plain one is taken where a setting says so, to be sealed at last.
        fails(key.import(-1, &record), OAUTH_ERROR_STORE_KEY, "store key: it is not sealed");
        gives(&key, "1");
        key.must_set(OAUTH_STORE_ALLOW_PLAIN, "yes");
        assert_eq!(key.import(-1, &record), 0, "{}", error_text());
        assert!(!key.get(OAUTH_TOKEN_RECORD).contains("SECRET"));
    });
    table.row("a generation as high as can be", || {
        let client = client();
        let highest = record.replace("\"generation\":1", "\"generation\":4294967295");
        if client.import(-1, &highest) == 0 {
            client.refresh_to("2");
            gives(&client, "2");
        }
    });
    table.end();
}
