//! The lock that another job holds: how long it is waited for, what is said of the holder, and who does not wait.

use crate::common::{error_text, Client};
use crate::revocation::ENDPOINT;
use crate::support::*;
use oauth::constants::*;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

const SOON: (i32, &str) = (OAUTH_LOCK_TIMEOUT, "1");
const AT_ONCE: (i32, &str) = (OAUTH_LOCK_TIMEOUT, "0");
const PATIENTLY: (i32, &str) = (OAUTH_LOCK_TIMEOUT, "3600");

/// Another process would hold it so, and says who it is. Freed when it is dropped.
fn hold(path: &Path, since: i64) -> Held {
    let mut file = File::options().write(true).create(true).mode(0o600).truncate(true).open(path).unwrap();
    let since = rfc3339(since);
    writeln!(file, "{{\"format\":1,\"holder\":{{\"process\":4711,\"host\":\"\",\"since\":\"{since}\"}}}}")
        .unwrap();
    drop(file);
    Held::file(path).unwrap()
}

/// It waits for so many seconds. Longer is only what a busy machine takes for them.
#[track_caller]
fn waits_for(seconds: u64, work: impl FnOnce()) {
    let (start, before, limit) = (Instant::now(), paused(), Duration::from_secs(seconds));
    work();
    assert!(start.elapsed() >= limit, "{:?}", start.elapsed());
    let paused = paused().saturating_sub(before);
    assert!(paused <= limit, "{paused:?}");
}

type Row = (&'static str, fn(&Client) -> i32);

#[test]
fn a_lock_that_another_holds_is_an_error_after_its_time() {
    if !own_process("locks::a_lock_that_another_holds_is_an_error_after_its_time") {
        return;
    }
    let calls: &[Row] = &[
        ("header", |client| client.header().0),
        ("token", |client| client.access_token().0),
        ("refresh", |client| client.refresh()),
        ("forget", |client| client.forget()),
        ("revoke", |client| client.revoke()),
    ];
    let mut table = Table::default();
    for (wait, seconds) in [(SOON, 1), (AT_ONCE, 0)] {
        for (name, call) in calls {
            table.row(&format!("{name}, {wait:?}"), || {
                let folder = Folder::new();
                let client = client_in(&folder, &[wait, ENDPOINT]);
                assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
                advance(HOUR);
                let before = contents(&folder);
                let holder = hold(&lock_file(&folder), now() - 42);
                waits_for(seconds, || fails(call(&client), OAUTH_ERROR_LOCK, "process 4711, for 4"));
                assert_eq!(contents(&folder), before);
                assert_eq!(
                    client.request(OAUTH_REQUEST_URL).0,
                    OAUTH_ERROR_SEQUENCE,
                    "nothing waits to be sent"
                );
                drop(holder);
                client.asks();
                assert!(answer_token(&client, "2") > 0, "{}", error_text());
                gives(&client, "2");
            });
        }
    }
    table.row("a holder that says nothing of itself", || {
        let folder = Folder::new();
        let client = client_in(&folder, &[AT_ONCE]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        for text in ["", "no JSON", "{\"holder\":4711}", "\0\0\0"] {
            let holder = hold(&lock_file(&folder), now());
            std::fs::write(lock_file(&folder), text).unwrap();
            fails(client.refresh(), OAUTH_ERROR_LOCK, "another process");
            drop(holder);
        }
        client.refresh_to("2");
    });
    table.row("the default is a minute", || {
        let client = client();
        assert_eq!(client.get(OAUTH_LOCK_TIMEOUT), "60");
        for wrong in ["-1", "3601", "soon"] {
            fails(client.set(OAUTH_LOCK_TIMEOUT, wrong), OAUTH_ERROR_VALUE, "lock_timeout");
        }
    });
    table.end();
}

#[test]
fn who_has_a_token_that_lives_does_not_wait() {
    if !own_process("locks::who_has_a_token_that_lives_does_not_wait") {
        return;
    }
    let folder = Folder::new();
    let client = client_in(&folder, &[(OAUTH_MIN_VALID, "3500")]);
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    let holder = hold(&lock_file(&folder), now());
    let before = waits();
    gives(&client, "1");
    advance(200); // under the margin
    gives(&client, "1");
    gives(&folder.client(), "1");
    assert_eq!(waits(), before);
    assert_eq!(error_text(), "");
    drop(holder);
    client.asks();
}

#[test]
fn a_lock_that_is_freed_is_gone_on_with() {
    if !own_process("locks::a_lock_that_is_freed_is_gone_on_with") {
        return;
    }
    let mut table = Table::default();
    table.row("freed during the wait", || {
        let folder = Folder::new();
        let server = Script::of_tokens(HOUR);
        let client = server.holder(Some(&folder), &[PATIENTLY]);
        let holder = hold(&lock_file(&folder), now());
        let (asked, before) = (server.count(), waits());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                until(|| waits() > before);
                drop(holder);
            });
            assert_eq!(client.refresh(), 0, "{}", error_text());
        });
        assert_eq!(server.count(), asked + 1);
    });
    table.row("a sign-in's answer is not lost", || {
        let folder = Folder::new();
        let client = client_in(&folder, &[AT_ONCE]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        let holder = hold(&lock_file(&folder), now());
        fails(sign_in(&client, "2"), OAUTH_ERROR_LOCK, "process 4711");
        gives(&client, "2");
        gives(&folder.client(), "1");
        drop(holder);
        gives(&client, "2");
        gives(&folder.client(), "2");
    });
    table.row("the file was removed by a person", || {
        let folder = Folder::new();
        let client = client_in(&folder, &[AT_ONCE]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        std::fs::remove_file(lock_file(&folder)).unwrap();
        client.refresh_to("2");
        gives(&folder.client(), "2");
    });
    table.end();
}

#[test]
fn a_request_in_the_callers_own_http_holds_the_lock() {
    if !own_process("locks::a_request_in_the_callers_own_http_holds_the_lock") {
        return;
    }
    let mut table = Table::default();
    // Both have a token that has expired, and the first has a request outstanding.
    let two = |folder: &Folder, wait: (i32, &str)| {
        let (first, second) = (holder_in(folder, "1"), client_in(folder, &[wait]));
        gives(&second, "1");
        advance(HOUR);
        first.asks();
        (first, second)
    };
    table.row("the other waits for its time", || {
        let folder = Folder::new();
        let (first, second) = two(&folder, SOON);
        let process = format!("process {}, for ", std::process::id());
        waits_for(1, || fails(second.header().0, OAUTH_ERROR_LOCK, &process));
        fails(second.refresh(), OAUTH_ERROR_LOCK, &process);
        assert!(answer_token(&first, "2") > 0, "{}", error_text());
        gives(&second, "2");
    });
    table.row("the other has its token when it comes", || {
        let folder = Folder::new();
        let (first, second) = two(&folder, PATIENTLY);
        let before = waiters();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| gives(&second, "2"));
            let by_hand = scope.spawn(|| {
                let third = client_in(&folder, &[PATIENTLY]);
                assert_eq!(third.refresh(), 0, "joined: {}", error_text());
                gives(&third, "2");
            });
            until(|| waiters() == before + 2);
            assert!(!other.is_finished() && !by_hand.is_finished());
            assert!(answer_token(&first, "2") > 0, "{}", error_text());
        });
        assert_eq!(first.generation(), "2");
    });
    table.row("the other shares its failure, and sends nothing", || {
        let folder = Folder::new();
        let (first, second) = two(&folder, PATIENTLY);
        let before = waits();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| second.header().0);
            until(|| waits() > before + 5); // a moment is no wait for another's refresh
            assert_eq!(first.respond(503, "Retry-After: 30\r\n", b""), OAUTH_ERROR_UNAVAILABLE);
            assert_eq!(other.join().unwrap(), OAUTH_ERROR_UNAVAILABLE);
        });
        assert_eq!(second.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
    });
    table.row("closed without an answer, it is free", || {
        let folder = Folder::new();
        let (first, second) = two(&folder, AT_ONCE);
        fails(second.header().0, OAUTH_ERROR_LOCK, "process ");
        assert_eq!(first.close(), 0);
        second.asks();
        assert_eq!(parameter_of(&content(&second), "refresh_token"), "SECRET-refresh-1");
        assert!(answer_token(&second, "2") > 0, "{}", error_text());
    });
    table.row("given up for another request, it is free", || {
        let folder = Folder::new();
        let (first, second) = two(&folder, AT_ONCE);
        first.authorize_url();
        assert_eq!(first.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
        second.asks();
        assert!(answer_token(&second, "2") > 0, "{}", error_text());
        // A sign-in is newer than a refresh before its answer.
        assert_eq!(answer_token(&first, "3"), 0, "{}", error_text());
        assert_eq!(folder.client().get(OAUTH_ACCESS_TOKEN), "SECRET-access-3");
    });
    table.row("without an answer at all, it is free", || {
        let folder = Folder::new();
        let (first, second) = two(&folder, AT_ONCE);
        assert_eq!(first.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
        second.asks();
    });
    table.end();
}
