//! Two clients, or two threads of one, that share more than they should lose: a store that fails for one of them, accounts that change.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;

/// One that has refreshed to "2" and could not store it, and another that knows "1".
fn one_with_the_new_token(folder: &Folder) -> (Client, Client) {
    let first = holder_in(folder, "1");
    let second = folder.client();
    gives(&second, "1");
    assert_eq!(first.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    chmod(&folder.store(), 0o770);
    fails(answer_token(&first, "2"), OAUTH_ERROR_STORE_UNSAFE, "store refused");
    chmod(&folder.store(), 0o700);
    (first, second)
}

/// The other has the new token: the old refresh token is not sent.
fn waits(client: &Client) {
    for _ in 0..2 {
        let answer = client.refresh();
        fails_and_asks_for(answer, OAUTH_ERROR_STORE, "has the new token", OAUTH_ACTION_RETRY);
    }
}

/// It ends with the new token, as when a process is killed.
fn is_gone(folder: &Folder, client: Client) {
    chmod(&folder.store(), 0o770);
    fails(client.close(), OAUTH_ERROR_STORE_UNSAFE, "store refused");
    chmod(&folder.store(), 0o700);
    let notes = fs::read_to_string(lock_file(folder)).unwrap();
    let process = format!("\"process\":{}", std::process::id());
    assert!(notes.contains(&process) && notes.contains("\"answer\":\"not stored"), "{notes}");
}

#[test]
fn a_token_that_could_not_be_stored_is_not_renewed_behind_its_holders_back() {
    let folder = Folder::new();
    let (first, second) = one_with_the_new_token(&folder);
    // The old refresh token is spent: sent again, it would end the sign-in.
    waits(&second);
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
fn a_token_that_could_not_be_stored_is_waited_for_as_long_as_somebody_has_it() {
    if !own_process("together::a_token_that_could_not_be_stored_is_waited_for_as_long_as_somebody_has_it") {
        return;
    }
    let mut table = Table::default();
    table.row("it is gone, and its process's number is another's", || {
        let folder = Folder::new();
        let (first, second) = one_with_the_new_token(&folder);
        waits(&second);
        is_gone(&folder, first);
        second.refresh_to("3");
        gives(&folder.client(), "3");
    });
    table.row("it is gone, and the old access token lives: it is all that is left", || {
        let folder = Folder::new();
        let (first, second) = one_with_the_new_token(&folder);
        is_gone(&folder, first);
        second.must_set(OAUTH_MIN_VALID, "3600");
        advance(HOUR * 3 / 4);
        gives(&second, "1");
        assert_eq!(second.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "it was sent early");
        advance(HOUR / 4);
        second.asks();
        assert!(answer_token(&second, "3") > 0, "{}", error_text());
    });
    table.row("it is gone, and its child lives", || {
        let folder = Folder::new();
        let (first, second) = one_with_the_new_token(&folder);
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let child = unsafe { libc::fork() };
        if child == 0 {
            let (file, mut byte) = (theirs.as_raw_fd(), 0_u8);
            unsafe {
                libc::close(ours.as_raw_fd());
                libc::write(file, (&raw const byte).cast(), 1);
                libc::read(file, (&raw mut byte).cast(), 1); // until the parent writes
                libc::_exit(0);
            }
        }
        drop(theirs);
        ours.read_exact(&mut [0]).unwrap(); // it has closed what it must
        waits(&second);
        is_gone(&folder, first);
        second.refresh_to("3");
        ours.write_all(&[0]).unwrap();
        assert_eq!(unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) }, child);
    });
    table.row("it is replaced by a sign-in", || {
        let folder = Folder::new();
        let (first, second) = one_with_the_new_token(&folder);
        assert_eq!(sign_in(&second, "signed in"), 0, "{}", error_text());
        second.refresh_to("3");
        gives(&first, "3");
    });
    table.row("it moves to another store", || {
        let (folder, other) = (Folder::new(), Folder::new());
        let (first, second) = one_with_the_new_token(&folder);
        chmod(&folder.store(), 0o770);
        first.must_set(OAUTH_STORE, &other.setting());
        chmod(&folder.store(), 0o700);
        waits(&second);
        gives(&first, "2"); // and stores it
        second.refresh_to("3");
    });
    table.row("ten minutes are the longest", || {
        let folder = Folder::new();
        let (first, second) = one_with_the_new_token(&folder);
        advance(590);
        waits(&second);
        advance(10);
        assert_eq!(second.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(second.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
        gives(&first, "2");
    });
    table.end();
}

/// As on a file system that hosts share, and as an earlier library wrote its notes.
#[test]
fn where_no_lock_can_say_who_has_it_the_number_does() {
    let mut table = Table::default();
    let mut ended = std::process::Command::new("true").spawn().unwrap();
    ended.wait().unwrap();
    let ours = format!("\"process\":{}", std::process::id());
    for (name, process, host, does_wait) in [
        ("a process that lives", ours.clone(), None, true),
        ("a process that has ended", format!("\"process\":{}", ended.id()), None, false),
        ("a process of another host", format!("\"process\":{}", ended.id()), Some("elsewhere"), true),
    ] {
        table.row(name, || {
            let folder = Folder::new();
            let (first, second) = one_with_the_new_token(&folder);
            is_gone(&folder, first);
            let notes = fs::read_to_string(lock_file(&folder)).unwrap();
            let at = notes.find("\"host\":\"").unwrap() + 8;
            let here = &notes[at..=at + notes[at..].find('"').unwrap()];
            let host = host.map_or(here.to_owned(), |host| format!("{host}\""));
            let numbered =
                notes.replace(&ours, &process).replace(here, &host).replace("not stored, held", "not stored");
            assert_ne!(numbered, notes);
            fs::write(lock_file(&folder), numbered).unwrap();
            if does_wait {
                waits(&second);
            } else {
                second.refresh_to("3");
            }
        });
    }
    table.end();
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
