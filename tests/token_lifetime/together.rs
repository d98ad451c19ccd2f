//! Two clients, or two threads of one, that share more than they should lose: a store that fails for one of them, accounts that change.

use crate::common::error_text;
use crate::support::*;
use oauth::constants::*;
use std::sync::mpsc;
use std::thread;

#[test]
fn a_token_that_could_not_be_stored_is_not_renewed_behind_its_holders_back() {
    let folder = Folder::new();
    let first = folder.client();
    assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
    let second = folder.client();
    gives(&second, "1");
    assert_eq!(first.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    chmod(&folder.store(), 0o770);
    fails(answer_token(&first, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
    chmod(&folder.store(), 0o700);
    // The old refresh token is spent: sent again, it would end the sign-in.
    for _ in 0..2 {
        let answer = second.refresh();
        fails_and_asks_for(answer, OAUTH_ERROR_STORE, "has the new token", OAUTH_ACTION_RETRY);
    }
    assert_eq!(second.rejected(), 0);
    let answer = second.header().0;
    fails_and_asks_for(answer, OAUTH_ERROR_STORE, "has the new token", OAUTH_ACTION_RETRY);
    // Its holder's next call stores it, and all goes on.
    gives(&first, "2");
    gives(&second, "2");
    assert_eq!(second.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(answer_token(&second, "3"), 0, "{}", error_text());
    gives(&folder.client(), "3");
}

#[test]
fn a_sign_in_that_could_not_be_stored_outlives_another_jobs_refresh() {
    let folder = Folder::new();
    let (first, second) = (folder.client(), folder.client());
    assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
    gives(&second, "1");
    first.must_set(OAUTH_LOCK_TIMEOUT, "0");
    assert_eq!(second.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    // The other job has the lock.
    fails(sign_in(&first, "2"), OAUTH_ERROR_LOCK, "store locked");
    gives(&first, "2");
    assert_eq!(answer_token(&second, "3"), 0, "{}", error_text());
    gives(&first, "2");
    gives(&folder.client(), "2");
}

#[test]
fn a_sign_in_outlives_a_refresh_of_another_thread_that_ends_after_it() {
    let mut table = Table::default();
    for (store, code, says) in [("memory:", 0, ""), ("file:", OAUTH_ERROR_LOCK, "store locked")] {
        table.row(store, || {
            let folder = Folder::new();
            let stored = (store == "file:").then_some(&folder);
            let server = Script::of_tokens(HOUR);
            let (asked, is_asked) = mpsc::channel();
            let (go, may_answer) = mpsc::channel();
            let refresher = Script::start(move |_, _| {
                asked.send(()).unwrap();
                may_answer.recv().unwrap();
                ok(&token_for("renewed", HOUR))
            });
            let client = server.holder(stored, &[(OAUTH_LOCK_TIMEOUT, "0")]);
            client.must_set(OAUTH_REFRESH_ENDPOINT, &refresher.url());
            thread::scope(|scope| {
                let renewal = scope.spawn(|| (client.refresh(), error_text()));
                is_asked.recv().unwrap();
                let state = parameter_of(&client.authorize_url(), "state");
                let answer = client.exchange(&format!("?code=SECRET-code&state={state}"));
                if code == 0 {
                    assert_eq!(answer, 0, "{}", error_text());
                } else {
                    fails(answer, code, says);
                }
                gives(&client, "1");
                go.send(()).unwrap();
                assert_eq!(renewal.join().unwrap(), (0, String::new()));
            });
            gives(&client, "1");
            assert!(client.get(OAUTH_REFRESH_TOKEN).ends_with("-refresh-1"), "the sign-in is lost");
            if stored.is_some() {
                let other = server.client(stored, &[]);
                gives(&other, "1");
                assert!(
                    other.get(OAUTH_REFRESH_TOKEN).ends_with("-refresh-1"),
                    "the record is not the sign-in's"
                );
            }
        });
    }
    table.end();
}

#[test]
fn a_code_does_not_become_the_token_of_another_account() {
    let mut table = Table::default();
    for store in ["", "file:"] {
        table.row(store, || {
            let folder = Folder::new();
            let client = client();
            let setting = if store.is_empty() { String::new() } else { folder.setting() };
            client.must_set(OAUTH_STORE, &setting);
            client.must_set(OAUTH_ACCOUNT, "alice");
            client.authorize_url();
            let back = format!("?code=SECRET-code&state={}", client.get(OAUTH_STATE));
            client.must_set(OAUTH_ACCOUNT, "bob");
            fails(client.exchange(&back), OAUTH_ERROR_STATE, "state differs");
            fails(client.exchange("SECRET-code"), OAUTH_ERROR_SEQUENCE, "no authorization is pending");
            client.must_set(OAUTH_ACCOUNT, "alice");
            assert_eq!(client.exchange(&back), OAUTH_HTTP_NEEDED, "{}", error_text());
            assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
            assert!(client.get(OAUTH_TOKEN_RECORD).contains(r#""account":"alice""#));
        });
    }
    table.end();
}

#[test]
fn a_record_that_is_larger_than_any_is_refused_unread() {
    let folder = Folder::new();
    assert_eq!(sign_in(&folder.client(), "1"), 0, "{}", error_text());
    let file = std::fs::File::options().write(true).open(folder.record()).unwrap();
    file.set_len(1 << 40).unwrap();
    fails(folder.client().header().0, OAUTH_ERROR_STORE_FORMAT, "store not readable");
}

#[test]
fn who_forgets_gives_up_what_is_under_way() {
    let mut table = Table::default();
    for store in ["", "file:"] {
        table.row(store, || {
            let folder = Folder::new();
            let client = client();
            client.must_set(OAUTH_STORE, &if store.is_empty() { String::new() } else { folder.setting() });
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
            assert_eq!(oauth::ffi::oauth_forget(client.0), 0, "{}", error_text());
            let late = answer_token(&client, "2");
            fails_and_asks_for(late, OAUTH_ERROR_SEQUENCE, "no request waits", OAUTH_ACTION_FIX);
            fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
        });
    }
    table.end();
}
