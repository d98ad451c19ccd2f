//! What comes while an operation is on its way or waits for the store's lock: other settings, a sign-in, another job.

use crate::common::error_text;
use crate::revocation::ENDPOINT;
use crate::support::*;
use oauth::constants::*;
use std::sync::mpsc;
use std::thread;

/// The record's lock, as another job has it.
fn locked(folder: &Folder) -> Held {
    Held::file(&lock_file(folder)).unwrap()
}

#[test]
fn settings_that_change_while_a_call_waits_for_the_lock_do_not_change_its_token() {
    let name = "settings_that_change_while_a_call_waits_for_the_lock_do_not_change_its_token";
    if !own_process(&format!("meanwhile::{name}")) {
        return;
    }
    let mut table = Table::default();
    for what in ["a refresh", "a header", "a revocation"] {
        table.row(what, || {
            let folder = Folder::new();
            let server = Script::of_tokens(HOUR);
            let revoker = Script::start(|_, _| answer(200, "", ""));
            let settings = [(OAUTH_LOCK_TIMEOUT, "3600"), (OAUTH_REVOCATION_ENDPOINT, &revoker.url())];
            let client = server.holder(Some(&folder), &settings);
            if what == "a header" {
                assert_eq!(client.rejected(), 0);
            }
            let other = locked(&folder);
            let before = waiters();
            thread::scope(|scope| {
                let call = scope.spawn(|| match what {
                    "a refresh" => (client.refresh(), error_text()),
                    "a header" => client.header(),
                    _ => (client.revoke(), error_text()),
                });
                until(|| waiters() > before);
                client.must_set(OAUTH_ACCOUNT, "another");
                drop(other);
                let header = "Authorization: Bearer SECRET-access-1";
                let length = i32::try_from(header.len()).unwrap();
                let expected = if what == "a header" { (length, header) } else { (0, "") };
                assert_eq!(call.join().unwrap(), (expected.0, expected.1.to_owned()));
            });
            client.must_set(OAUTH_ACCOUNT, "");
            if what == "a revocation" {
                assert_eq!(revoker.count(), 2);
                fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
            } else {
                gives(&client, "1");
            }
        });
    }
    table.end();
}

#[test]
fn another_jobs_sign_in_that_is_not_stored_outlives_a_revocation() {
    let folder = Folder::new();
    let first = client_in(&folder, &[ENDPOINT]);
    assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
    let second = client_in(&folder, &[(OAUTH_LOCK_TIMEOUT, "0")]);
    assert_eq!(first.revoke(), OAUTH_HTTP_NEEDED);
    fails(sign_in(&second, "2"), OAUTH_ERROR_LOCK, "store locked");
    assert_eq!(first.respond(200, "", b""), OAUTH_HTTP_NEEDED);
    assert_eq!(first.respond(200, "", b""), 0);
    gives(&second, "2");
    gives(&first, "2");
}

#[test]
fn revoked_tokens_go_and_nothing_else_though_settings_go_there_and_back() {
    let mut table = Table::default();
    for store in ["memory:", "file:"] {
        table.row(store, || {
            let folder = Folder::new();
            let client = client_with(&[ENDPOINT]);
            client.must_set(OAUTH_STORE, &if store == "file:" { folder.setting() } else { store.to_owned() });
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED);
            client.must_set(OAUTH_ACCOUNT, "another");
            let others = parameter_of(&client.authorize_url(), "state");
            client.must_set(OAUTH_ACCOUNT, "");
            let ours = parameter_of(&client.authorize_url(), "state");
            if store == "file:" {
                gives(&client, "1"); // read again
            }
            assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED);
            assert_eq!(client.respond(200, "", b""), 0);
            fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
            // Who was sent to sign in meanwhile comes back to a URL that is there.
            for (account, state) in [("", ours), ("another", others)] {
                client.must_set(OAUTH_ACCOUNT, account);
                let answer = client.exchange(&format!("?code=SECRET-code-{account}&state={state}"));
                assert_eq!(answer, OAUTH_HTTP_NEEDED, "{}", error_text());
                assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
            }
        });
    }
    table.end();
}

#[test]
fn what_another_job_has_only_forgotten_is_revoked() {
    let folder = Folder::new();
    let first = client_in(&folder, &[ENDPOINT]);
    assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
    let second = client_in(&folder, &[ENDPOINT]);
    gives(&second, "1");
    assert_eq!(first.forget(), 0);
    assert_eq!(second.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(parameter_of(&content(&second), "token"), "SECRET-refresh-1");
}

#[test]
fn who_revokes_a_new_sign_in_does_not_share_an_older_revocation() {
    if !own_process("meanwhile::who_revokes_a_new_sign_in_does_not_share_an_older_revocation") {
        return;
    }
    let (asked, is_asked) = mpsc::channel();
    let (go, may_answer) = mpsc::channel::<()>();
    let revoker = Script::start(move |_, _| {
        let _ = asked.send(());
        let _ = may_answer.recv();
        answer(200, "", "")
    });
    let server = Script::of_tokens(HOUR);
    let client = server.holder(None, &[(OAUTH_REVOCATION_ENDPOINT, &revoker.url())]);
    thread::scope(|scope| {
        let first = scope.spawn(|| client.revoke());
        is_asked.recv().unwrap();
        let state = parameter_of(&client.authorize_url(), "state");
        assert_eq!(client.exchange(&format!("?code=SECRET-code&state={state}")), 0);
        gives(&client, "1");
        let before = waiters();
        let second = scope.spawn(|| client.revoke());
        until(|| waiters() > before);
        (0..4).for_each(|_| go.send(()).unwrap());
        assert_eq!((first.join().unwrap(), second.join().unwrap()), (0, 0));
    });
    assert_eq!(parameter_of(&revoker.requests()[2], "token"), "SECRET-refresh-1");
    fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
}

#[test]
fn a_token_that_moves_into_memory_is_known_there() {
    let folder = Folder::new();
    let client = folder.client();
    client.must_set(OAUTH_ACCOUNT, "alice");
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    chmod(&folder.store(), 0o770);
    fails(answer_token(&client, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
    client.must_set(OAUTH_STORE, "memory:");
    assert_eq!(client.accounts(1).1, "alice\n");
    let (record, generation) = (client.get(OAUTH_TOKEN_RECORD), client.generation());
    fails(client.import(0, &record), OAUTH_ERROR_GENERATION, &format!("generation {generation} and not 0"));
    gives(&client, "2");
}

#[test]
fn an_import_into_memory_leaves_what_the_server_asked_for() {
    let client = client();
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    let record = client.get(OAUTH_TOKEN_RECORD);
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(503, "Retry-After: 60\r\n", b""), OAUTH_ERROR_UNAVAILABLE);
    assert_eq!(client.import(-1, &record), 0, "{}", error_text());
    fails(client.refresh(), OAUTH_ERROR_UNAVAILABLE, "left alone");
}

#[test]
fn closing_does_not_wait_for_ones_own_request() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    let client = client_in(&folder, &[(OAUTH_LOCK_TIMEOUT, "0"), (OAUTH_TOKEN_ENDPOINT, &server.url())]);
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    client.must_set(OAUTH_HTTP, "builtin");
    let state = parameter_of(&client.authorize_url(), "state");
    fails(client.exchange(&format!("?code=SECRET-code&state={state}")), OAUTH_ERROR_LOCK, "store locked");
    assert_eq!(client.close(), 0, "{}", error_text());
    let next = client_in(&folder, &[(OAUTH_TOKEN_ENDPOINT, &server.url())]);
    gives(&next, "0");
}
