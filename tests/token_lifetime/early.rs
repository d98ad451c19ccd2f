//! A token that lives, but not for OAUTH_MIN_VALID seconds more: one renews it, nobody waits, no fault is an error.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Sender};
use std::sync::Barrier;

/// Tokens live for an hour, and are to be valid for nearly as long.
const EARLY: &[(i32, &str)] = &[(OAUTH_MIN_VALID, "3500")];

/// The seconds after which they are not any more.
const LATER: i64 = 200;

const CALLERS: usize = 24;

/// Answers a renewal when so many callers have told that they have their header.
fn late_server(callers: usize) -> (Script, Sender<()>) {
    let (tell, told) = channel();
    let script = Script::start(move |number, _| {
        if number > 0 {
            told.iter().take(callers).for_each(drop);
        }
        ok(&token_for(&number.to_string(), HOUR))
    });
    (script, tell)
}

#[test]
fn one_renews_and_the_others_do_not_wait() {
    if !own_process("early::one_renews_and_the_others_do_not_wait") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    for (name, store, clients) in
        [("memory", None, 1), ("store", Some(&folder), 1), ("three jobs", Some(&folder), 3)]
    {
        table.row(name, || {
            // Who waited for the one who renews would be waited for, without end.
            let (server, tell) = late_server(CALLERS - 1);
            let mut jobs = vec![server.holder(store, EARLY)];
            jobs.extend((1..clients).map(|_| server.client(store, EARLY)));
            for job in &jobs {
                gives(job, "0");
            }
            advance(LATER);
            let (start, new) = (Barrier::new(CALLERS), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for number in 0..CALLERS {
                    let (job, start, new, tell) = (&jobs[number % clients], &start, &new, tell.clone());
                    scope.spawn(move || {
                        start.wait();
                        let (n, header) = job.header();
                        assert!(n > 0, "{n}: {}", error_text());
                        assert_eq!(error_text(), "", "no error is left");
                        let _ = tell.send(());
                        new.fetch_add(usize::from(header.ends_with("SECRET-access-1")), Ordering::SeqCst);
                    });
                }
            });
            assert_eq!(server.count(), 2, "one request after the sign-in");
            assert_eq!(new.into_inner(), 1, "the others have the old token");
            gives(&jobs[0], "1");
            for job in &jobs {
                gives(job, "1");
            }
            assert_eq!(server.count(), 2);
        });
    }
    table.end();
}

#[test]
fn in_the_callers_own_http_the_others_have_the_old_token() {
    if !own_process("early::in_the_callers_own_http_the_others_have_the_old_token") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    for store in [None, Some(&folder)] {
        table.row(&format!("other threads, store: {}", store.is_some()), || {
            let client = store.map_or_else(|| client_with(EARLY), |folder| client_in(folder, EARLY));
            assert_eq!(sign_in(&client, "1"), 0);
            advance(LATER);
            client.asks();
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| gives(&client, "1"));
                }
            });
            assert!(answer_token(&client, "2") > 0, "{}", error_text());
            std::thread::scope(|scope| {
                scope.spawn(|| gives(&client, "2"));
            });
            gives(&client, "2");
        });
    }
    table.row("another job", || {
        let (first, second) = (client_in(&folder, EARLY), client_in(&folder, EARLY));
        assert_eq!(sign_in(&first, "1"), 0);
        gives(&second, "1");
        advance(LATER);
        first.asks();
        gives(&second, "1");
        assert!(answer_token(&first, "2") > 0, "{}", error_text());
        gives(&second, "2");
    });
    table.end();
}

/// What the server, or the network, does; none of it says that the token is no longer good.
const PASSING: &[(i32, &str, &str)] = &[
    (503, "", ""),
    (500, "", "<html>"),
    (429, "Retry-After: 3\r\n", ""),
    (408, "", ""),
    (503, JSON, "{\"error\":\"temporarily_unavailable\"}"),
    (500, JSON, "{\"error\":\"server_error\"}"),
];

#[test]
fn a_fault_that_passes_is_no_error_and_is_not_tried_again_at_once() {
    if !own_process("early::a_fault_that_passes_is_no_error_and_is_not_tried_again_at_once") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    for store in [None, Some(&folder)] {
        for (status, headers, body) in PASSING.iter().copied() {
            table.row(&format!("{status} {headers:?} {body:?}, store: {}", store.is_some()), || {
                let make = || store.map_or_else(|| client_with(EARLY), |folder| client_in(folder, EARLY));
                let client = make();
                assert_eq!(sign_in(&client, "1"), 0);
                advance(LATER);
                client.asks();
                let length = client.respond(status, headers, body.as_bytes());
                assert!(length > 0, "{length}: {}", error_text());
                for _ in 0..3 {
                    gives(&client, "1");
                    assert_eq!(error_text(), "");
                }
                if store.is_some() {
                    gives(&make(), "1");
                }
                advance(20);
                client.asks();
                assert!(answer_token(&client, "2") > 0, "{}", error_text());
                gives(&client, "2");
            });
        }
    }
    table.row("built in", || {
        let server = Script::start(|number, _| match number {
            1 => answer(503, "", ""),
            number => ok(&token_for(&number.to_string(), HOUR)),
        });
        let client = server.holder(Some(&folder), EARLY);
        advance(LATER);
        gives(&client, "0");
        assert_eq!(server.count(), 2, "one try");
        for _ in 0..3 {
            gives(&client, "0");
            gives(&server.client(Some(&folder), EARLY), "0");
        }
        assert_eq!(server.count(), 2, "no try for some seconds");
        advance(20);
        gives(&client, "2");
    });
    table.end();
}

/// Perhaps the server has renewed it: a second request with the old refresh token could end the sign-in.
#[test]
fn what_may_have_been_renewed_is_not_sent_again_before_the_token_has_expired() {
    if !own_process("early::what_may_have_been_renewed_is_not_sent_again_before_the_token_has_expired") {
        return;
    }
    let lost: &[(&str, i32, &str)] = &[
        ("no answer", 0, ""),
        ("a gateway without an answer", 504, ""),
        ("a page", 200, "<html><title>Down for maintenance</title></html>"),
        ("nothing", 200, ""),
        ("204", 204, ""),
        ("cut", 200, "{\"access_token\":\"SECRET-access-2\",\"refresh_tok"),
    ];
    let mut table = Table::default();
    let folder = Folder::new();
    for store in [None, Some(&folder)] {
        for (name, status, body) in lost.iter().copied() {
            table.row(&format!("{name}, store: {}", store.is_some()), || {
                let make = || store.map_or_else(|| client_with(EARLY), |folder| client_in(folder, EARLY));
                let client = make();
                assert_eq!(sign_in(&client, "1"), 0);
                advance(LATER);
                client.asks();
                assert!(client.respond(status, "", body.as_bytes()) > 0, "{}", error_text());
                for seconds in [1, 60, HOUR - LATER - 120] {
                    advance(seconds);
                    gives(&client, "1");
                    assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
                    if store.is_some() {
                        gives(&make(), "1");
                    }
                }
                // By hand it is sent at any time, and when nothing is left to lose.
                assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
                assert_eq!(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
                gives(&client, "1");
                advance(HOUR);
                client.asks();
                assert!(answer_token(&client, "2") > 0, "{}", error_text());
                gives(&client, "2");
                // And nothing of it is left.
                advance(LATER);
                client.asks();
                assert!(answer_token(&client, "3") > 0, "{}", error_text());
                gives(&client, "3");
            });
        }
    }
    table.end();
}

#[test]
fn what_the_server_says_of_the_sign_in_is_said_when_the_token_has_expired() {
    if !own_process("early::what_the_server_says_of_the_sign_in_is_said_when_the_token_has_expired") {
        return;
    }
    let mut table = Table::default();
    for (error, code) in
        [("invalid_grant", OAUTH_ERROR_SIGN_IN), ("invalid_client", OAUTH_ERROR_INVALID_CLIENT)]
    {
        table.row(error, || {
            let client = client_with(EARLY);
            assert_eq!(sign_in(&client, "1"), 0);
            advance(LATER);
            client.asks();
            assert!(client.respond(400, JSON, refusal(error).as_bytes()) > 0, "{}", error_text());
            gives(&client, "1");
            assert_eq!(client.get(OAUTH_ERROR), error);
            // It is not asked again at once.
            gives(&client, "1");
            advance(HOUR);
            client.asks();
            fails(client.respond(400, JSON, refusal(error).as_bytes()), code, "");
        });
    }
    table.row("without a refresh token it is used to its end", || {
        let client = client_with(EARLY);
        sign_in_with(&client, "", "{\"access_token\":\"SECRET-access-1\",\"expires_in\":3600}");
        advance(LATER);
        gives(&client, "1");
        advance(HOUR);
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no refresh token");
    });
    table.end();
}

type Row = (&'static str, fn(&Folder, &Client));

#[test]
fn a_fault_of_the_store_is_no_error() {
    if !own_process("early::a_fault_of_the_store_is_no_error") {
        return;
    }
    let rows: &[Row] = &[
        ("the folder is gone", |folder, _| fs::remove_dir_all(folder.store()).unwrap()),
        ("others can write to the folder", |folder, _| chmod(&folder.store(), 0o777)),
        ("nothing can be written", |folder, _| {
            fs::create_dir(folder.record().with_extension("tmp")).unwrap();
        }),
        ("the lock cannot be opened", |folder, _| {
            fs::remove_file(lock_file(folder)).unwrap();
            fs::create_dir(lock_file(folder)).unwrap();
        }),
        ("the record is damaged", |folder, _| fs::write(folder.record(), "{").unwrap()),
        ("the record is empty", |folder, _| fs::write(folder.record(), "").unwrap()),
        ("the record is newer", |folder, _| fs::write(folder.record(), "{\"format\":2}").unwrap()),
        ("the key is gone", |_, client| client.must_set(OAUTH_STORE_KEY, "env:LIBOAUTH_LIFE_NO_SUCH_NAME")),
    ];
    let mut table = Table::default();
    for (name, spoil) in rows {
        table.row(name, || {
            let folder = Folder::new();
            let client = client_in(&folder, EARLY);
            assert_eq!(sign_in(&client, "1"), 0);
            gives(&client, "1");
            advance(LATER);
            spoil(&folder, &client);
            for _ in 0..2 {
                gives(&client, "1");
                assert_eq!(error_text(), "");
            }
            // Once it is dead, the reason is said.
            advance(HOUR);
            let n = client.header().0;
            assert!((-699..=OAUTH_ERROR_STORE).contains(&n), "{n}: {}", error_text());
        });
    }
    table.end();
}
