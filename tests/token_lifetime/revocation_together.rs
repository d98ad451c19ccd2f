//! A revocation (RFC 7009) beside other jobs, other threads, and a store that is sealed or in trouble.

use crate::common::{error_text, Client};
use crate::revocation::*;
use crate::support::*;
use oauth::constants::*;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread;

const AT_ONCE: (i32, &str) = (OAUTH_LOCK_TIMEOUT, "0");

/// Has revoked the tokens of that name, in the caller's own HTTP.
#[track_caller]
fn revoked(client: &Client, name: &str) {
    assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(parameter_of(&content(client), "token"), format!("SECRET-refresh-{name}"));
    assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(parameter_of(&content(client), "token"), format!("SECRET-access-{name}"));
    assert_eq!(client.respond(200, "", b""), 0, "{}", error_text());
}

#[track_caller]
fn nothing_waits(client: &Client) {
    assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing waits to be sent");
}

type Ending = (&'static str, fn(Client) -> Option<Client>);

/// How a job that revokes comes to an end without having revoked.
const ENDINGS: &[Ending] = &[
    ("closed", |client| {
        assert_eq!(client.close(), 0);
        None
    }),
    ("another request", |client| {
        client.authorize_url();
        assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
        Some(client)
    }),
    ("refused", |client| {
        assert_eq!(client.respond(401, "", b""), OAUTH_ERROR_INVALID_CLIENT, "{}", error_text());
        Some(client)
    }),
    ("no answer", |client| {
        assert_eq!(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED, "{}", error_text());
        Some(client)
    }),
];

#[test]
fn nobody_else_renews_between_the_two_requests() {
    if !own_process("revocation_together::nobody_else_renews_between_the_two_requests") {
        return;
    }
    let mut table = Table::default();
    // The first job has revoked so many of its two tokens.
    let two = |folder: &Folder, revoked: usize, wait: (i32, &str)| {
        let first = client_in(folder, &[ENDPOINT]);
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        let second = client_in(folder, &[ENDPOINT, wait]);
        gives(&second, "1");
        assert_eq!(first.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
        for _ in 0..revoked {
            assert_eq!(first.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
        }
        (first, second)
    };
    for after in [0, 1] {
        table.row(&format!("the lock is held, {after} revoked"), || {
            let folder = Folder::new();
            let (first, second) = two(&folder, after, AT_ONCE);
            let process = format!("store locked by process {}", std::process::id());
            let calls: [fn(&Client) -> i32; 3] = [Client::refresh, |c| c.revoke(), |c| c.forget()];
            for call in calls {
                fails(call(&second), OAUTH_ERROR_LOCK, &process);
                nothing_waits(&second);
            }
            gives(&second, "1");
            // Who calls again begins anew, and has the lock again.
            revoked(&first, "1");
            fails(second.refresh(), OAUTH_ERROR_SIGN_IN, "sign in again: the token was removed");
            assert_eq!(contents(&folder), Vec::new());
        });
        for (name, end) in ENDINGS {
            table.row(&format!("{name}, {after} revoked"), || {
                let folder = Folder::new();
                let (first, second) = two(&folder, after, AT_ONCE);
                let first = end(first);
                second.refresh_to("2");
                if let Some(first) = first {
                    // The newest there are.
                    revoked(&first, "2");
                    assert_eq!(contents(&folder), Vec::new());
                }
            });
        }
        table.row(&format!("who waits learns of it, {after} revoked"), || {
            let folder = Folder::new();
            let (first, second) = two(&folder, after, (OAUTH_LOCK_TIMEOUT, "3600"));
            let before = waiters();
            thread::scope(|scope| {
                let refresh = scope.spawn(|| fails(second.refresh(), OAUTH_ERROR_SIGN_IN, "was removed"));
                let third = client_in(&folder, &[ENDPOINT, (OAUTH_LOCK_TIMEOUT, "3600")]);
                gives(&third, "1");
                let revoke = scope.spawn(move || {
                    assert_eq!(third.revoke(), 0, "{}", error_text());
                    nothing_waits(&third);
                });
                until(|| waiters() == before + 2);
                assert!(!refresh.is_finished() && !revoke.is_finished());
                (after..2).for_each(|_| {
                    let _ = first.respond(200, "", b"");
                });
                refresh.join().unwrap();
                revoke.join().unwrap();
            });
            nothing_waits(&second);
        });
    }
    table.end();
}

#[test]
fn who_has_it_in_memory_is_told_and_does_not_bring_it_back() {
    if !own_process("revocation_together::who_has_it_in_memory_is_told_and_does_not_bring_it_back") {
        return;
    }
    let mut table = Table::default();
    // The clock may be set back between a sign-in and its end.
    for jump in [0, -HOUR] {
        table.row(&format!("the clock goes {jump}"), || {
            let folder = Folder::new();
            let (first, second, third) = (client_in(&folder, &[ENDPOINT]), folder.client(), folder.client());
            assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
            gives(&second, "1");
            gives(&third, "1");
            advance(jump);
            revoked(&first, "1");
            if jump == 0 {
                gives(&second, "1"); // it goes on with what it has
            }
            assert_eq!(third.rejected(), 0);
            fails(third.header().0, OAUTH_ERROR_SIGN_IN, "sign in again: the token was removed");
            advance(HOUR - jump);
            fails(second.header().0, OAUTH_ERROR_SIGN_IN, "sign in again: the token was removed");
            assert_eq!((second.close(), third.close()), (0, 0));
            assert_eq!(contents(&folder), Vec::new(), "brought back");
            // A new sign-in is good for all.
            assert_eq!(sign_in(&first, "2"), 0, "{}", error_text());
            gives(&folder.client(), "2");
            advance(-HOUR);
        });
    }
    table.end();
}

/// A revocation endpoint that says when it is asked, and answers when it may.
struct Gate {
    script: Script,
    is_asked: Receiver<()>,
    go: Sender<()>,
}

impl Gate {
    fn new() -> Self {
        let (asked, is_asked) = channel();
        let (go, may_answer) = channel();
        let script = Script::start(move |_, _| {
            let _ = asked.send(());
            let _ = may_answer.recv();
            answer(200, "", "")
        });
        Self { script, is_asked, go }
    }

    fn open(&self) {
        (0..2).for_each(|_| self.go.send(()).unwrap());
    }
}

/// What another thread or job does while the built-in HTTP revokes the tokens `0` of the first.
type Meanwhile = fn(&Client) -> i32;

#[test]
fn threads_of_one_client_take_turns() {
    if !own_process("revocation_together::threads_of_one_client_take_turns") {
        return;
    }
    let mut table = Table::default();
    let calls: [(&str, Meanwhile, i32, &str); 3] = [
        ("a revocation is shared", |client| client.revoke(), 0, ""),
        ("a refresh waits", Client::refresh, OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet"),
        (
            "a header that was rejected waits",
            |client| {
                assert_eq!(client.rejected(), 0);
                client.header().0
            },
            OAUTH_ERROR_SIGN_IN,
            "sign in: there is no token yet",
        ),
    ];
    for (name, call, code, says) in calls {
        for stored in [false, true] {
            table.row(&format!("{name}, stored: {stored}"), || {
                let (folder, server, gate) = (Folder::new(), Script::of_tokens(HOUR), Gate::new());
                let client = server
                    .holder(stored.then_some(&folder), &[(OAUTH_REVOCATION_ENDPOINT, &gate.script.url())]);
                thread::scope(|scope| {
                    let first = scope.spawn(|| (client.revoke(), error_text()));
                    gate.is_asked.recv().unwrap();
                    let before = waiters();
                    let second = scope.spawn(|| (call(&client), error_text()));
                    until(|| waiters() > before);
                    assert!(!second.is_finished());
                    gate.open();
                    assert_eq!(first.join().unwrap(), (0, String::new()));
                    let (n, text) = second.join().unwrap();
                    assert!(n == code && text.starts_with(says), "{n}: {text:?}");
                });
                assert_eq!((gate.script.count(), server.count()), (2, 1), "requests");
                fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
                assert_eq!(contents(&folder), Vec::new());
            });
        }
    }
    table.row("a token that lives is given out", || {
        let (server, gate) = (Script::of_tokens(HOUR), Gate::new());
        let client = server.holder(None, &[(OAUTH_REVOCATION_ENDPOINT, &gate.script.url())]);
        thread::scope(|scope| {
            let first = scope.spawn(|| client.revoke());
            gate.is_asked.recv().unwrap();
            gives(&client, "0");
            gate.open();
            assert_eq!(first.join().unwrap(), 0);
        });
    });
    table.row("in the caller's own HTTP", || {
        let client = client_with(&[ENDPOINT]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED);
        thread::scope(|scope| {
            scope.spawn(|| {
                fails(client.revoke(), OAUTH_ERROR_BUSY, "call again");
                fails(client.refresh(), OAUTH_ERROR_BUSY, "call again");
                gives(&client, "1");
            });
        });
        revoked(&client, "1");
    });
    table.end();
}

#[test]
fn a_sign_in_meanwhile_stays() {
    if !own_process("revocation_together::a_sign_in_meanwhile_stays") {
        return;
    }
    let mut table = Table::default();
    for (store, wait) in [("memory:", "0"), ("file:", "0"), ("file:", "3600")] {
        table.row(&format!("{store}, who waits {wait} s"), || {
            let (folder, server, gate) = (Folder::new(), Script::of_tokens(HOUR), Gate::new());
            let stored = (store == "file:").then_some(&folder);
            let settings = [(OAUTH_REVOCATION_ENDPOINT, &*gate.script.url()), (OAUTH_LOCK_TIMEOUT, wait)];
            let client = server.holder(stored, &settings);
            thread::scope(|scope| {
                let revocation = scope.spawn(|| (client.revoke(), error_text()));
                gate.is_asked.recv().unwrap();
                let before = waiters();
                let sign_in = scope.spawn(|| {
                    let state = parameter_of(&client.authorize_url(), "state");
                    client.exchange(&format!("?code=SECRET-code&state={state}"))
                });
                if wait == "3600" {
                    until(|| waiters() > before);
                    assert!(!sign_in.is_finished());
                    gate.open();
                    assert_eq!(sign_in.join().unwrap(), 0);
                } else {
                    // It has its token; where it is stored, the next call stores it.
                    let expected = if stored.is_some() { OAUTH_ERROR_LOCK } else { 0 };
                    assert_eq!(sign_in.join().unwrap(), expected);
                    gives(&client, "1");
                    gate.open();
                }
                assert_eq!(revocation.join().unwrap(), (0, String::new()));
            });
            let sent = gate.script.requests();
            assert!(sent.iter().all(|content| parameter_of(content, "token").ends_with("-0")), "{sent:?}");
            gives(&client, "1");
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-1");
            if stored.is_some() {
                gives(&server.client(stored, &[]), "1");
            }
        });
    }
    table.end();
}

#[test]
fn a_token_that_could_not_be_stored_is_the_one_that_is_revoked() {
    let mut table = Table::default();
    // The first job has `2`, and the store has `1`.
    let unsaved = |folder: &Folder| {
        let first = client_in(folder, &[ENDPOINT]);
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        assert_eq!(first.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        chmod(&folder.store(), 0o770);
        fails(answer_token(&first, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
        first
    };
    table.row("by who has it", || {
        let folder = Folder::new();
        let first = unsaved(&folder);
        fails(first.revoke(), OAUTH_ERROR_STORE_UNSAFE, "store refused");
        nothing_waits(&first);
        gives(&first, "2");
        chmod(&folder.store(), 0o700);
        revoked(&first, "2");
        assert_eq!(contents(&folder), Vec::new());
    });
    table.row("not behind its holder's back", || {
        let folder = Folder::new();
        let first = unsaved(&folder);
        chmod(&folder.store(), 0o700);
        let second = client_in(&folder, &[ENDPOINT]);
        gives(&second, "1");
        let answer = second.revoke();
        fails_and_asks_for(answer, OAUTH_ERROR_STORE, "has the new token", OAUTH_ACTION_RETRY);
        nothing_waits(&second);
        gives(&first, "2"); // and stores it
        revoked(&second, "2");
        assert_eq!(contents(&folder), Vec::new());
    });
    table.end();
}

#[test]
fn a_store_in_trouble_keeps_its_tokens() {
    let key = (OAUTH_STORE_KEY, STORE_KEY);
    let mut table = Table::default();
    table.row("sealed", || {
        let folder = Folder::new();
        let first = client_in(&folder, &[ENDPOINT, key]);
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        let before = contents(&folder);
        for wrong in ["", OTHER_KEY] {
            let other = client_in(&folder, &[ENDPOINT, (OAUTH_STORE_KEY, wrong)]);
            fails(other.revoke(), OAUTH_ERROR_STORE_KEY, "store key");
            nothing_waits(&other);
        }
        assert_eq!(contents(&folder), before);
        revoked(&client_in(&folder, &[ENDPOINT, key]), "1");
        assert_eq!(contents(&folder), Vec::new());
        let holds = |path: &std::path::PathBuf| {
            std::fs::read(path).unwrap().windows(6).any(|part| part == SECRET.as_bytes())
        };
        assert!(!files_below(&folder.store()).iter().any(holds), "a secret is left");
    });
    table.row("damaged", || {
        let folder = Folder::new();
        let first = client_in(&folder, &[ENDPOINT]);
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        std::fs::write(folder.record(), "{").unwrap();
        for client in [first, client_in(&folder, &[ENDPOINT])] {
            fails(client.revoke(), OAUTH_ERROR_STORE_FORMAT, "store not readable");
            nothing_waits(&client);
        }
        assert_eq!(std::fs::read(folder.record()).unwrap(), b"{");
    });
    table.row("the record cannot be removed", || {
        let folder = Folder::new();
        let client = client_in(&folder, &[ENDPOINT]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        let in_the_way = record_of(&folder).with_extension("tmp");
        std::fs::create_dir(&in_the_way).unwrap();
        assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
        fails(client.respond(200, "", b""), OAUTH_ERROR_STORE, "store: cannot be removed");
        gives(&client_in(&folder, &[]), "1");
        std::fs::remove_dir(&in_the_way).unwrap();
        revoked(&client, "1");
        assert_eq!(contents(&folder), Vec::new());
    });
    table.end();
}
