//! The last error: whose it is, how long it stays, and what it leaves alone.

use crate::common::{error_action, error_text, out, Client};
use crate::handles::CALLS;
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::ptr;
use std::sync::Barrier;
use std::thread;

#[test]
fn each_thread_has_its_own_last_error() {
    let client = holder("1");
    let together = Barrier::new(3);
    thread::scope(|s| {
        let failing = |handle: i32| {
            let together = &together;
            move || {
                for _ in 0..100 {
                    fails(ffi::oauth_refresh(handle), OAUTH_ERROR_HANDLE, &format!("handle {handle}"));
                    together.wait();
                    fails(OAUTH_ERROR_HANDLE, OAUTH_ERROR_HANDLE, &format!("handle {handle}"));
                    together.wait();
                }
            }
        };
        s.spawn(failing(-1001));
        s.spawn(failing(-1002));
        for _ in 0..100 {
            assert_eq!((error_text().as_str(), error_action()), ("", OAUTH_ACTION_NONE));
            together.wait();
            gives(&client, "1");
            assert_eq!((error_text().as_str(), error_action()), ("", OAUTH_ACTION_NONE));
            together.wait();
        }
    });
    // A thread that begins has nothing to say, whatever happened before.
    fails(ffi::oauth_refresh(-1003), OAUTH_ERROR_HANDLE, "-1003");
    thread::spawn(|| assert_eq!((error_text().as_str(), error_action()), ("", 0))).join().unwrap();
}

#[test]
fn a_success_of_any_function_clears_the_last_error() {
    let mut table = Table::default();
    for (name, call) in CALLS {
        table.row(name, || {
            let client = holder("1");
            client.authorize_url();
            if name.starts_with("oauth_http") {
                assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
            }
            fails(ffi::oauth_refresh(-1), OAUTH_ERROR_HANDLE, "-1");
            let answer = call(client.0);
            // The handler of a signal leaves alone what it has interrupted.
            let leaves_it = ["oauth_get of a failure", "oauth_stop_waiting"].contains(name);
            assert_eq!(error_text().is_empty(), answer >= 0 && !leaves_it, "{answer}: {}", error_text());
            assert_eq!(
                error_action() == OAUTH_ACTION_NONE,
                error_text().is_empty() || answer == OAUTH_HTTP_NEEDED
            );
        });
    }
    for (name, call) in [
        ("oauth_client_new", (|| ffi::oauth_client_new()) as fn() -> i32),
        ("oauth_client_open", || unsafe { ffi::oauth_client_open(c"stamps".as_ptr(), -1) }),
    ] {
        table.row(name, || {
            fails(ffi::oauth_refresh(-1), OAUTH_ERROR_HANDLE, "-1");
            let client = Client(call());
            assert_eq!((client.0 > 0, error_text().as_str()), (true, ""));
        });
    }
    table.end();
}

#[test]
fn asking_about_an_error_does_not_change_it() {
    let client = holder("1");
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    let refused = b"{\"error\":\"invalid_client\",\"error_description\":\"who?\"}";
    let answer = client.respond(401, "", refused);
    fails(answer, OAUTH_ERROR_INVALID_CLIENT, "check client_id, client_secret, client_auth");
    let said = error_text();
    for _ in 0..3 {
        assert_eq!(client.get(OAUTH_ERROR), "invalid_client");
        assert_eq!(client.get(OAUTH_ERROR_DESCRIPTION), "who?");
        assert_eq!(client.get(OAUTH_ERROR_URI), "");
        assert_eq!(client.get(OAUTH_HTTP_STATUS), "401");
        assert_eq!(client.get(OAUTH_RETRY_AFTER), "");
        assert_eq!(out(|b, n| unsafe { ffi::oauth_version(b, n) }).1, env!("CARGO_PKG_VERSION"));
        let mut short = [0_u8; 3];
        assert_eq!(unsafe { ffi::oauth_version(short.as_mut_ptr().cast(), 3) }, OAUTH_ERROR_BUFFER);
        assert_eq!(unsafe { ffi::oauth_version(ptr::null_mut(), 3) }, OAUTH_ERROR_NULL);
        assert_eq!(unsafe { ffi::oauth_error_text(short.as_mut_ptr().cast(), 3) }, OAUTH_ERROR_BUFFER);
        assert_eq!(unsafe { ffi::oauth_error_text(short.as_mut_ptr().cast(), -3) }, OAUTH_ERROR_LENGTH);
        assert_eq!(unsafe { ffi::oauth_error_text(ptr::null_mut(), 3) }, OAUTH_ERROR_NULL);
        assert_eq!((error_text(), error_action()), (said.clone(), OAUTH_ACTION_FIX));
    }
    // A caller's mistake says nothing of the server: what it said is still known.
    fails(client.set(OAUTH_TIMEOUT, "soon"), OAUTH_ERROR_VALUE, "timeout");
    assert_eq!(client.get(OAUTH_ERROR), "invalid_client");
    // Who asks wrongly is told so.
    let answer = unsafe { ffi::oauth_get(client.0, OAUTH_ERROR, ptr::null_mut(), 3) };
    fails(answer, OAUTH_ERROR_NULL, "null pointer");
}

#[test]
fn errno_stays_as_it_was() {
    #[cfg(not(target_os = "freebsd"))]
    let place = libc::__errno_location;
    #[cfg(target_os = "freebsd")]
    let place = libc::__error;
    let errno = || unsafe { &mut *place() };
    let folder = Folder::new();
    let stored = folder.client();
    assert_eq!(sign_in(&stored, "1"), 0, "{}", error_text());
    let (empty, live) = (client_with(&[(OAUTH_STORE, "file:/dev/null/store")]), holder("1"));
    let mut table = Table::default();
    for (name, call) in CALLS.iter().filter(|(name, _)| *name != "oauth_client_close") {
        for handle in [-1, empty.0, live.0, stored.0] {
            table.row(&format!("{name}({handle})"), || {
                *errno() = 4711;
                let answer = call(handle);
                assert_eq!(*errno(), 4711, "after {answer}");
            });
        }
    }
    table.row("oauth_client_open", || {
        *errno() = 4711;
        let answer = unsafe { ffi::oauth_client_open(c"/nonexistent/oauth.toml".as_ptr(), -1) };
        assert_eq!((answer, *errno()), (OAUTH_ERROR_PROFILE, 4711));
    });
    table.end();
}

#[test]
fn nothing_is_printed_whatever_fails() {
    if !own_process("errors::nothing_is_printed_whatever_fails") {
        return;
    }
    let said = printed(|| {
        let folder = Folder::new();
        let damaged = folder.client();
        assert_eq!(sign_in(&damaged, "1"), 0, "{}", error_text());
        std::fs::write(folder.record(), "{").unwrap();
        let offline = Client::with(SETTINGS);
        offline.must_set(OAUTH_HTTP, "builtin");
        offline.must_set(OAUTH_TOKEN_ENDPOINT, "http://127.0.0.1:1/token");
        offline.authorize_url();
        let nowhere = client_with(&[(OAUTH_STORE, "file:/dev/null/store")]);
        for client in [-1, 0, offline.0, folder.client().0, nowhere.0, damaged.0] {
            for (_, call) in CALLS.iter().skip(1) {
                call(client);
            }
        }
        for profile in [c"nobody", c"/nonexistent", c"/etc/passwd", c""] {
            assert_eq!(unsafe { ffi::oauth_client_open(profile.as_ptr(), -1) }, OAUTH_ERROR_PROFILE);
        }
    });
    assert_eq!(said, "");
}
