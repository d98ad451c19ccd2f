//! Several accounts in one store: listed, kept apart, forgotten.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::collections::BTreeSet;

fn account(folder: &Folder, name: &str) -> Client {
    client_in(folder, &[(OAUTH_ACCOUNT, name)])
}

/// The accounts of a page, in no order.
#[track_caller]
fn listed(client: &Client, page: i32) -> BTreeSet<String> {
    let (n, text) = client.accounts(page);
    assert!(n >= 0, "{n}: {}", error_text());
    assert!(text.is_empty() || text.ends_with('\n'), "each ends with LF: {text:?}");
    text.split_terminator('\n').map(str::to_owned).collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn accounts_are_listed() {
    let long = "x".repeat(5000);
    let mut table = Table::default();
    table.row("none", || {
        let folder = Folder::new();
        assert_eq!(folder.client().accounts(1), (0, String::new()), "there is no folder");
        assert_eq!(error_text(), "");
        folder.client().authorize_url();
        assert_eq!(folder.client().accounts(1), (0, String::new()), "nobody has signed in");
        assert_eq!(client().accounts(1), (0, String::new()));
    });
    table.row("one, and others", || {
        let folder = Folder::new();
        let first = account(&folder, "carol");
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        assert_eq!(first.accounts(1), (6, "carol\n".to_owned()));
        assert_eq!(first.accounts(2), (0, String::new()));
        for name in ["dave", ""] {
            assert_eq!(sign_in(&account(&folder, name), name), 0, "{}", error_text());
        }
        // Of this client alone.
        for other in [(OAUTH_CLIENT_ID, "other"), (OAUTH_TOKEN_ENDPOINT, "https://other.example/token")] {
            let other = client_in(&folder, &[other, (OAUTH_ACCOUNT, "mallory")]);
            assert_eq!(sign_in(&other, "4"), 0, "{}", error_text());
            assert_eq!(listed(&other, 1), set(["mallory"]));
        }
        assert_eq!(listed(&first, 1), set(["", "carol", "dave"]));
        assert_eq!(first.accounts(1), account(&folder, "nobody").accounts(1), "the same order for all");
        assert_eq!(listed(&first, 2), set([]));
    });
    table.row("names of every kind", || {
        let folder = Folder::new();
        let names = [
            " ",
            "a b",
            " a b ",
            "\u{e9}l\u{e8}ve \u{65e5}\u{672c}\u{8a9e} \u{1f600}",
            "../../etc",
            "a/b",
            "\"{}\"",
            "#",
            &long,
        ];
        for (number, name) in names.iter().enumerate() {
            assert_eq!(sign_in(&account(&folder, name), &number.to_string()), 0, "{}", error_text());
        }
        assert_eq!(listed(&folder.client(), 1), set(names));
        for (number, name) in names.iter().enumerate() {
            gives(&account(&folder, name), &number.to_string());
        }
    });
    // OAUTH_ACCOUNT is any text, and the list has one a line: either such a name is refused, or the list cannot be
    // what it says.
    for name in ["a\nb", "a\r\nb", "\n"] {
        table.row(&format!("a name of two lines: {name:?}"), || {
            let folder = Folder::new();
            let client = folder.client();
            if client.set(OAUTH_ACCOUNT, name) == 0 {
                assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
                assert!(!client.status().contains(['\n', '\r']), "one line: {:?}", client.status());
                assert_eq!(listed(&client, 1).len(), 1, "one account");
            }
        });
    }
    table.row("no such page", || {
        let folder = Folder::new();
        for store in [client(), holder_in(&folder, "1")] {
            for page in [0, -1, i32::MIN] {
                fails(store.accounts(page).0, OAUTH_ERROR_VALUE, "page");
            }
            assert_eq!(store.accounts(i32::MAX), (0, String::new()));
        }
    });
    table.row("memory", || {
        let client = client_with(&[(OAUTH_ACCOUNT, "carol")]);
        assert_eq!(client.accounts(1), (0, String::new()));
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.accounts(1), (6, "carol\n".to_owned()));
        assert_eq!(client.accounts(2), (0, String::new()));
        assert_eq!(client.forget(), 0);
        assert_eq!(client.accounts(1), (0, String::new()));
    });
    table.row("a buffer that is too small", || {
        let folder = Folder::new();
        let client = account(&folder, "carol");
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        let mut small = [0_u8; 6];
        let n = unsafe { oauth::ffi::oauth_accounts(client.0, 1, small.as_mut_ptr().cast(), 6) };
        fails(n, OAUTH_ERROR_BUFFER, "the buffer is too small");
        let n = unsafe { oauth::ffi::oauth_accounts(client.0, 1, small.as_mut_ptr().cast(), 0) };
        assert_eq!(n, 6, "a capacity of 0 asks for the length");
    });
    table.row("a record that cannot be read is passed over", || {
        let folder = Folder::new();
        for name in ["1", "2", "3"] {
            assert_eq!(sign_in(&account(&folder, name), name), 0, "{}", error_text());
        }
        std::fs::write(&contents(&folder)[1].0, "{").unwrap();
        assert_eq!(listed(&folder.client(), 1).len(), 2);
    });
    table.end();
}

#[test]
fn a_page_has_a_thousand() {
    let folder = Folder::new();
    let client = account(&folder, "template");
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    let record = client.get(OAUTH_TOKEN_RECORD);
    assert_eq!(client.forget(), 0);
    let name = |number: usize| format!("account {number}");
    let add = |number: usize| {
        client.must_set(OAUTH_ACCOUNT, &name(number));
        let record = record.replace("\"template\"", &format!("\"{}\"", name(number)));
        assert_eq!(client.import(0, &record), 0, "{}", error_text());
    };
    (0..1000).for_each(add);
    assert_eq!(listed(&client, 1).len(), 1000);
    assert_eq!(client.accounts(2), (0, String::new()));
    add(1000);
    let (first, second) = (listed(&client, 1), listed(&client, 2));
    assert_eq!((first.len(), second.len()), (1000, 1));
    let all: BTreeSet<_> = first.union(&second).cloned().collect();
    assert_eq!(all, (0..=1000).map(name).collect());
    assert_eq!(client.accounts(3), (0, String::new()));
}

#[test]
fn one_is_forgotten_and_not_brought_back() {
    if !own_process("accounts::one_is_forgotten_and_not_brought_back") {
        return;
    }
    let mut table = Table::default();
    table.row("the others stay", || {
        let folder = Folder::new();
        for name in ["a", "b", "c"] {
            assert_eq!(sign_in(&account(&folder, name), name), 0, "{}", error_text());
        }
        let client = account(&folder, "b");
        gives(&client, "b");
        assert_eq!(client.forget(), 0, "{}", error_text());
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
        assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "");
        assert_eq!(client.generation(), "");
        assert_eq!(listed(&client, 1), set(["a", "c"]));
        assert_eq!(client.forget(), 0, "there is none");
        gives(&account(&folder, "a"), "a");
        gives(&account(&folder, "c"), "c");
        let left = files_below(&folder.store());
        let holds =
            |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap().contains("SECRET-access-b");
        assert!(!left.iter().any(holds), "no text of it is left");
        assert_eq!(account(&folder, "nobody").forget(), 0, "there was none: {}", error_text());
    });
    // The clock may be set back between a sign-in and its end.
    for jump in [0, -HOUR] {
        table.row(&format!("another job has it in memory, the clock goes {jump}"), || {
            let folder = Folder::new();
            let (first, second) = (holder_in(&folder, "1"), folder.client());
            gives(&second, "1");
            advance(jump);
            assert_eq!(first.forget(), 0, "{}", error_text());
            assert!(contents(&folder).is_empty());
            if jump == 0 {
                gives(&second, "1"); // it goes on with what it has
            }
            advance(HOUR - jump);
            let n = second.header().0;
            assert_eq!(n, OAUTH_ERROR_SIGN_IN, "{}", error_text());
            assert!(contents(&folder).is_empty(), "brought back");
            assert_eq!(second.close(), 0);
            assert!(contents(&folder).is_empty(), "brought back");
            // A new sign-in is good for all.
            assert_eq!(sign_in(&first, "2"), 0, "{}", error_text());
            gives(&first, "2");
            gives(&folder.client(), "2");
        });
        table.row(&format!("rejected or refreshed by hand, the clock goes {jump}"), || {
            let folder = Folder::new();
            let (first, second, third) = (holder_in(&folder, "1"), folder.client(), folder.client());
            gives(&second, "1");
            gives(&third, "1");
            advance(jump);
            assert_eq!(first.forget(), 0, "{}", error_text());
            fails(second.refresh(), OAUTH_ERROR_SIGN_IN, "sign in again");
            assert_eq!(third.rejected(), 0);
            fails(third.header().0, OAUTH_ERROR_SIGN_IN, "sign in again");
            assert!(contents(&folder).is_empty(), "brought back");
            assert_eq!(sign_in(&second, "2"), 0, "{}", error_text());
            gives(&first, "2");
            gives(&third, "2");
            advance(-jump);
        });
    }
    table.row("a job whose request is under way", || {
        let folder = Folder::new();
        let (first, second) = (client_in(&folder, &[(OAUTH_LOCK_TIMEOUT, "0")]), holder_in(&folder, "1"));
        gives(&first, "1");
        assert_eq!(second.refresh(), OAUTH_HTTP_NEEDED);
        fails(first.forget(), OAUTH_ERROR_LOCK, "store locked");
        assert_eq!(answer_token(&second, "2"), 0, "{}", error_text());
        assert_eq!(first.forget(), 0, "{}", error_text());
        assert!(contents(&folder).is_empty());
    });
    table.row("a job that could not store its token", || {
        let folder = Folder::new();
        let (first, second) = (holder_in(&folder, "1"), folder.client());
        assert_eq!(second.refresh(), OAUTH_HTTP_NEEDED);
        chmod(&folder.store(), 0o777);
        fails(answer_token(&second, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
        chmod(&folder.store(), 0o700);
        advance(2);
        assert_eq!(first.forget(), 0, "{}", error_text());
        let _ = second.header();
        assert!(contents(&folder).is_empty(), "brought back");
    });
    table.row("there has never been a token, nor a folder", || {
        assert_eq!(client().forget(), 0, "{}", error_text());
        let folder = Folder::new();
        assert_eq!(folder.client().forget(), 0, "{}", error_text());
    });
    table.row("memory", || {
        let client = holder("1");
        assert_eq!(client.forget(), 0, "{}", error_text());
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
        assert_eq!(sign_in(&client, "2"), 0, "{}", error_text());
        gives(&client, "2");
    });
    table.end();
}
