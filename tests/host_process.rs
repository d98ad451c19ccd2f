//! The library as a guest: many threads at once, and in processes that fork, unload it, have signals of their own and
//! lend it nothing. The programs are C, in `tests/host_process`, built here; a missing compiler is a failure. They run with
//! the library of this build, or the one that LIBOAUTH_SO names.

mod common;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use common::runnable::{runnable, tool};
use common::{error_action, error_text, scratch, Client};
use oauth::constants::*;
use oauth::ffi;
use oauth::system::testing::{advance, waiters};
use practice_server::{sign_in, Fault, Options, Server, SignIn};
use std::collections::{BTreeSet, HashSet};
use std::ffi::{CStr, OsStr};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{symlink, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::{mpsc, Barrier, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

// ---- threads ----

#[test]
fn clients_of_many_threads_never_mix() {
    const SLOTS: usize = 12;
    const ENOUGH: u32 = 100;
    let _alone = alone();
    for threads in [2, 8] {
        let slots: [AtomicI32; SLOTS] = [const { AtomicI32::new(0) }; SLOTS];
        let given = Mutex::new(HashSet::new());
        let headers = AtomicU32::new(0);
        let until = Instant::now() + Duration::from_secs(1);
        thread::scope(|scope| {
            for number in 0..threads {
                let (slots, given, headers) = (&slots, &given, &headers);
                scope.spawn(move || {
                    let mut random = Random(0x9e37_79b9 + number);
                    while Instant::now() < until || headers.load(Ordering::Relaxed) <= ENOUGH {
                        let slot = &slots[random.below(SLOTS)];
                        let handle = slot.load(Ordering::SeqCst);
                        match random.below(10) {
                            0 => {
                                let fresh = own_client();
                                assert!(lock(given).insert(fresh), "{fresh} was given out twice");
                                assert_one_of(close(slot.swap(fresh, Ordering::SeqCst)), &[0]);
                            }
                            1 => assert_one_of(close(slot.swap(0, Ordering::SeqCst)), &[0]),
                            2 => reject_and_renew(handle),
                            3 => change(handle),
                            _ => {
                                let used = check_header(handle);
                                headers.fetch_add(u32::from(used), Ordering::Relaxed);
                            }
                        }
                    }
                });
            }
        });
        for slot in &slots {
            assert_one_of(close(slot.load(Ordering::SeqCst)), &[0]);
        }
        for handle in lock(&given).iter().take(1000) {
            assert_eq!(header(*handle).0, OAUTH_ERROR_HANDLE);
        }
    }
}

/// A client whose token says which client it is.
fn own_client() -> i32 {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_AUTHORIZATION_ENDPOINT, "https://example.com/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "https://example.com/token"),
    ]);
    let handle = client.0;
    client.must_set(OAUTH_CLIENT_ID, &format!("client-{handle}"));
    client.authorize_url();
    assert_eq!(client.exchange("a-code"), OAUTH_HTTP_NEEDED);
    assert_eq!(respond(handle, handle), 0, "{}", error_text());
    std::mem::forget(client);
    handle
}

/// The answer to a token request of `handle`, with the token of `whose`.
fn respond(handle: i32, whose: i32) -> i32 {
    let body = format!(
        r#"{{"access_token":"token-{whose}","expires_in":900000000,"refresh_token":"refresh-{whose}"}}"#
    );
    let length = i32::try_from(body.len()).unwrap();
    unsafe { ffi::oauth_http_response(handle, 200, c"".as_ptr(), 0, body.as_ptr().cast(), length) }
}

/// Another thread may close the client at any moment: then, and only then, there is no token.
fn check_header(handle: i32) -> bool {
    let (code, text) = header(handle);
    if code > 0 {
        assert_eq!(text, format!("Authorization: Bearer token-{handle}"));
        return true;
    }
    assert_one_of(code, &[OAUTH_ERROR_HANDLE, OAUTH_HTTP_NEEDED, OAUTH_ERROR_BUSY]);
    false
}

fn reject_and_renew(handle: i32) {
    assert_one_of(ffi::oauth_token_rejected(handle), &[0, OAUTH_ERROR_HANDLE]);
    if header(handle).0 == OAUTH_HTTP_NEEDED {
        let code = respond(handle, handle);
        let length = i32::try_from(format!("Authorization: Bearer token-{handle}").len()).unwrap();
        // Another thread may have taken over the conversation, or closed the client.
        assert_one_of(
            code,
            &[length, OAUTH_ERROR_SEQUENCE, OAUTH_ERROR_HANDLE, OAUTH_HTTP_NEEDED, OAUTH_ERROR_BUSY],
        );
    }
}

fn change(handle: i32) {
    let mut buffer = [0_u8; 256];
    let code = unsafe { ffi::oauth_set(handle, OAUTH_SCOPE, c"one two".as_ptr(), OAUTH_NUL_TERMINATED) };
    assert_one_of(code, &[0, OAUTH_ERROR_HANDLE]);
    let code = unsafe { ffi::oauth_get(handle, OAUTH_CLIENT_ID, buffer.as_mut_ptr().cast(), 256) };
    if code > 0 {
        assert_eq!(text_of(&buffer), format!("client-{handle}"));
    } else {
        assert_one_of(code, &[0, OAUTH_ERROR_HANDLE]); // 0: closed in between
    }
}

#[test]
fn sixty_four_threads_cause_one_refresh() {
    let _alone = alone();
    let server = server(false);
    let client = signed_in(&server, "strict");
    let old = header(client.0).1;
    advance(4000);
    server.set_fault(fault("late=200"));
    let headers = together(64, |_| header(client.0));
    let new = client.get(OAUTH_ACCESS_TOKEN);
    assert!(!old.ends_with(&new));
    for (code, text) in headers {
        assert_eq!(text, format!("Authorization: Bearer {new}"), "{code}");
    }
    assert_eq!(refreshes(&server, "strict"), 1);
    assert_eq!(server.counts("strict").token_requests, 2, "the code, and one refresh");
}

#[test]
fn a_failed_refresh_is_shared_by_all_who_waited() {
    let _alone = alone();
    let server = server(false);
    let client = signed_in(&server, "strict");
    advance(4000);
    client.must_set(OAUTH_TIMEOUT, "300");
    server.set_fault(fault(&format!("{HELD}&status=500")));
    server.add_fault(fault("status=500&count=0"));
    let (before, others) = (server.counts("strict").token_requests, waiters());
    let failures = thread::scope(|scope| {
        let all = scope.spawn(|| together(64, |_| (header(client.0).0, error_action(), error_text())));
        until(|| waiters() >= others + 63 && server.counts("strict").token_requests > before);
        server.let_go();
        all.join().unwrap()
    });
    for failure in &failures {
        assert_eq!((failure.0, failure.1), (OAUTH_ERROR_UNAVAILABLE, OAUTH_ACTION_RETRY), "{failure:?}");
        assert_eq!(failure.2, failures[0].2, "each thread has the sentence");
    }
    assert!(!failures[0].2.is_empty());
    assert_eq!(server.counts("strict").token_requests - before, 3, "one refresh, which tries three times");
    // The failure is over with those who waited for it: the next one tries again.
    server.clear_faults();
    assert!(header(client.0).0 > 0, "{}", error_text());
}

#[test]
fn forty_threads_that_saw_401_cause_one_refresh() {
    let _alone = alone();
    let server = server(false);
    let client = signed_in(&server, "strict");
    server.revoke_access_tokens();
    let (all_saw_it, half_are_done) = (Barrier::new(40), Barrier::new(40));
    let headers = together(40, |number| {
        let old = header(client.0).1;
        assert_eq!(api(&server, &old), 401);
        all_saw_it.wait();
        // The second half says so when the first has the new token already.
        if number % 2 == 1 {
            half_are_done.wait();
        }
        assert_eq!(ffi::oauth_token_rejected(client.0), 0);
        let new = header(client.0);
        if number % 2 == 0 {
            half_are_done.wait();
        }
        new
    });
    let new = &headers[0];
    assert!(new.0 > 0);
    assert!(headers.iter().all(|header| header == new), "{headers:?}");
    assert_eq!(api(&server, &new.1), 200);
    assert_eq!(refreshes(&server, "strict"), 1);
    assert_eq!(server.counts("strict").api_refused, 40);
}

#[test]
fn a_valid_token_waits_for_nobody() {
    let _alone = alone();
    let server = server(false);
    let client = signed_in(&server, "strict");
    client.must_set(OAUTH_TIMEOUT, "300");
    server.set_fault(fault(HELD));
    thread::scope(|scope| {
        let refreshing = scope.spawn(|| client.refresh());
        until(|| server.counts("strict").token_requests == 2);
        for call in 0..50 {
            let (code, text) = header(client.0);
            assert!(code > 0, "{code} {}", error_text());
            assert!(!client.get(OAUTH_EXPIRES_AT).is_empty());
            client.authorize_url();
            if call % 2 == 1 {
                client.must_set(OAUTH_ACCOUNT, ""); // takes the token that stands ready away
            }
            assert!(text.starts_with("Authorization: Bearer "), "{text}");
        }
        assert!(!refreshing.is_finished(), "it was waited for");
        server.let_go();
        assert_eq!(refreshing.join().unwrap(), 0, "{}", error_text());
    });
}

#[test]
fn different_clients_never_wait_for_each_other() {
    let _alone = alone();
    let folder = Folder::new();
    let server = server(false);
    for store in ["memory:", &format!("file:{}", folder.name())] {
        server.clear_faults();
        let slow = signed_in_with(&server, "strict", &[(OAUTH_STORE, store), (OAUTH_ACCOUNT, "slow")]);
        let others = [
            signed_in_with(&server, "strict", &[(OAUTH_STORE, store), (OAUTH_ACCOUNT, "other")]),
            signed_in_with(&server, "belladati", &[(OAUTH_STORE, store)]),
        ];
        slow.must_set(OAUTH_TIMEOUT, "300");
        server.set_fault(fault(HELD));
        let before = server.counts("strict").token_requests;
        thread::scope(|scope| {
            let refreshing = scope.spawn(|| slow.refresh());
            until(|| server.counts("strict").token_requests > before);
            for client in &others {
                assert_eq!(client.refresh(), 0, "{}", error_text());
                assert!(header(client.0).0 > 0);
                assert_eq!(client.rejected(), 0);
                assert!(header(client.0).0 > 0);
            }
            let new = Client::with(&[(OAUTH_SCOPE, "one")]);
            assert_eq!(new.refresh(), OAUTH_ERROR_SIGN_IN);
            drop(new);
            assert!(!refreshing.is_finished(), "it was waited for");
            server.let_go();
            assert_eq!(refreshing.join().unwrap(), 0);
        });
    }
}

#[test]
fn closing_a_client_under_a_refresh_is_harmless() {
    let _alone = alone();
    let server = server(false);
    for ending in ["", "&status=500", "&drop=1"] {
        server.clear_faults();
        let client = signed_in(&server, "strict");
        client.must_set(OAUTH_TIMEOUT, "300");
        let before = server.counts("strict").token_requests;
        server.set_fault(fault(&format!("{HELD}{ending}")));
        // The tries after the first are not held.
        if let Some(rest) = ending.strip_prefix('&') {
            server.add_fault(fault(&format!("{rest}&count=0")));
        }
        thread::scope(|scope| {
            let refreshing = [scope.spawn(|| client.refresh()), scope.spawn(|| client.refresh())];
            until(|| server.counts("strict").token_requests > before);
            assert_eq!(close(client.0), 0);
            assert_eq!(close(client.0), OAUTH_ERROR_HANDLE);
            assert_eq!(header(client.0).0, OAUTH_ERROR_HANDLE);
            assert!(!refreshing.iter().all(ScopedJoinHandle::is_finished), "closing waited for it");
            server.let_go();
            let [first, second] = refreshing.map(|thread| thread.join().unwrap());
            // As it would have ended; the second may have come too late to find the client.
            match ending {
                "" => assert_one_of(first.max(second), &[0]),
                "&drop=1" => assert_one_of(first.min(second), &[OAUTH_ERROR_DISCONNECTED]),
                _ => assert_one_of(first.min(second), &[OAUTH_ERROR_UNAVAILABLE]),
            }
        });
        let next = Client::new();
        assert!(next.get(OAUTH_REFRESH_TOKEN).is_empty());
    }
}

// ---- processes ----

#[test]
fn a_forked_child_uses_nothing_of_its_parent() {
    let program = Program::c("fork");
    for https in [false, true] {
        let server = server(https);
        server.set_fault(fault("rotate=same&count=0"));
        let token = refresh_token(&server, "strict");
        program.run(&server, "strict", &[&token, ca_file(&server), "idle"]);
        assert_own_connections(&server, 1, 9);
    }
}

#[test]
fn a_forked_child_does_not_wait_for_the_refresh_of_a_thread_that_it_does_not_have() {
    let program = Program::c("fork");
    for https in [false, true] {
        let server = server(https);
        let token = refresh_token(&server, "strict");
        for text in ["rotate=same", "rotate=same&late=500", "rotate=same&count=0"] {
            server.add_fault(fault(text));
        }
        let mut run = program.start(&server, "strict", &[&token, ca_file(&server), "refreshing"]);
        until(|| refreshes(&server, "strict") == 2);
        run.wake();
        run.finish();
        assert_own_connections(&server, 2, 9);
    }
}

#[test]
fn a_fork_while_another_thread_changes_the_client_is_harmless() {
    let server = server(false);
    server.set_fault(fault("rotate=same&count=0"));
    let token = refresh_token(&server, "strict");
    Program::c("fork").run(&server, "strict", &[&token, "", "hammering"]);
    assert_own_connections(&server, 1, 5 * 9);
}

#[test]
fn a_fork_in_the_moment_of_another_threads_first_calls_is_harmless() {
    let program = Program::c("first");
    for (https, step) in [(false, "1"), (true, "9")] {
        let server = server(https);
        server.set_fault(fault("rotate=same&count=0"));
        let token = refresh_token(&server, "strict");
        program.run(&server, "strict", &[&token, ca_file(&server), step]);
    }
}

/// The parent sent the first requests and the last one, each child one, and none on a connection of another.
fn assert_own_connections(server: &Server, first: usize, children: usize) {
    let connections: Vec<u64> = server
        .requests()
        .iter()
        .filter(|request| request.param("grant_type").as_deref() == Some("refresh_token"))
        .map(|request| request.connection)
        .collect();
    assert_eq!(connections.len(), first + children + 1);
    let parents = connections[0];
    assert!(connections[..first].iter().all(|connection| *connection == parents), "{connections:?}");
    assert_eq!(connections[first + children], parents, "the parent's connection no longer works");
    let theirs: BTreeSet<u64> = connections[first..first + children].iter().copied().collect();
    assert_eq!(theirs.len(), children, "{connections:?}");
    assert!(!theirs.contains(&parents), "{connections:?}");
}

#[test]
fn a_thousand_loadings_leave_nothing_behind() {
    let program = Program::c("unload");
    let library = program.library.to_str().unwrap();
    for who in ["main", "thread", "joined"] {
        program.run_with(&[library, "1100", who].map(OsStr::new), &[]);
    }
    let server = server(false);
    server.set_fault(fault("rotate=same&count=0"));
    let (base, token) = (server.base("strict"), refresh_token(&server, "strict"));
    program.run_with(&[library, "150", "joined", &base, &token].map(OsStr::new), &[]);
}

#[test]
fn errno_signals_and_locale_stay_as_they_were() {
    let program = Program::c("host_state");
    for https in [false, true] {
        let folder = Folder::new();
        let server = server(https);
        let token = refresh_token(&server, "strict");
        for text in [
            "status=400&html=1", // the exchange of a code
            "late=1300&rotate=same",
            "status=500",
            "html=1",
            "cut=1&rotate=same",
            "drop=1&rotate=same",
            "reset=1",
            "huge=2097152",
            "rotate=same&count=0",
        ] {
            server.add_fault(fault(text));
        }
        program.run(&server, "strict", &[&token, ca_file(&server), folder.name()]);
        assert!(server.counts("strict").faults >= 9, "{:?}", server.counts("strict"));
    }
}

#[test]
fn a_connection_that_breaks_raises_no_signal() {
    let program = Program::c("signals");
    for https in [false, true] {
        let server = server(https);
        let token = refresh_token(&server, "strict");
        server.set_fault(fault("reset=1&count=0"));
        program.run(&server, "strict", &[&token, ca_file(&server), "pipe"]);
        assert!(server.counts("strict").faults >= 6, "each was reset");
    }
}

#[test]
fn signals_that_interrupt_system_calls_are_survived() {
    let program = Program::c("signals");
    for https in [false, true] {
        let server = server(https);
        let token = refresh_token(&server, "strict");
        server.set_fault(fault("late=100&rotate=same&count=0"));
        program.run(&server, "strict", &[&token, ca_file(&server), "interrupts"]);
        assert_eq!(refreshes(&server, "strict"), 6, "each was sent once");
    }
}

#[test]
fn a_thread_that_is_cancelled_ends_after_its_call() {
    let program = Program::c("cancel");
    for https in [false, true] {
        let folder = Folder::new();
        let server = server(https);
        let token = refresh_token(&server, "strict");
        for text in ["late=1500&rotate=same", "late=1500&rotate=same", "rotate=same&count=0"] {
            server.add_fault(fault(text));
        }
        program.run(&server, "strict", &[&token, ca_file(&server), folder.name()]);
    }
}

#[test]
fn a_thread_whose_cancelling_comes_late_ends_after_its_call_too() {
    Program::c("late_cancel").run_with(&[], &[]);
}

#[test]
fn descriptors_are_closed_on_exec_and_with_the_client() {
    let program = Program::c("descriptors");
    for https in [false, true] {
        let folder = Folder::new();
        let server = server(https);
        let token = refresh_token(&server, "strict");
        server.set_fault(fault("rotate=same&count=0"));
        program.run(&server, "strict", &[&token, ca_file(&server), folder.name()]);
    }
}

#[test]
fn what_listens_goes_with_its_client_and_is_not_a_childs() {
    let server = server(false);
    Program::c("listen").run(&server, "strict", &[ca_file(&server)]);
}

#[test]
fn no_environment_is_read_unless_asked() {
    let folder = Folder::new();
    let profiles = folder.path.join("profiles.toml");
    std::fs::write(&profiles, "[practice]\nclient_id = \"from-the-file\"\n").unwrap();
    let program = Program::c("surroundings");
    for https in [false, true] {
        let server = server(https);
        server.set_fault(fault("rotate=same&count=0"));
        let dead = "http://127.0.0.1:1";
        let mut environment = vec![
            ("http_proxy", dead),
            ("https_proxy", dead),
            ("HTTP_PROXY", dead),
            ("HTTPS_PROXY", dead),
            ("ALL_PROXY", dead),
            ("all_proxy", dead),
            ("SSL_CERT_FILE", "/nonexistent.pem"),
            ("SSL_CERT_DIR", "/nonexistent"),
            ("SSLKEYLOGFILE", folder.name()),
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("HOME", folder.name()),
            ("LIBOAUTH_PROFILES", profiles.to_str().unwrap()),
        ];
        let base = server.base("strict");
        for mode in ["plain", "proxy", "profile", "privileged"] {
            let token = refresh_token(&server, "strict");
            program.run_with(&[&base, &token, ca_file(&server), mode].map(OsStr::new), &environment);
        }
        if https {
            environment.retain(|(name, _)| !name.starts_with("SSL_CERT"));
            environment.push(("SSL_CERT_FILE", ca_file(&server)));
            let arguments = [&base, "never-sent", ca_file(&server), "untrusted"];
            program.run_with(&arguments.map(OsStr::new), &environment);
        }
    }
}

#[test]
fn no_file_thread_or_signal_is_touched_without_need() {
    let program = Program::c("sealed");
    let server = server(false);
    server.set_fault(fault("rotate=same&count=0"));
    let token = refresh_token(&server, "strict");
    program.run(&server, "strict", &[&token]);
    // A store needs files: this shows that the seal holds.
    let folder = Folder::new();
    let base = server.base("strict");
    let (success, said) = program.spawn(&[&base, &token, folder.name()].map(OsStr::new), &[]).end();
    assert!(!success && said.starts_with("sealed: system call "), "{said}");
}

#[test]
fn memory_is_used_as_it_should_be() {
    let server = server(false);
    server.set_fault(fault("rotate=same&count=0"));
    let token = refresh_token(&server, "strict");
    let program = Program::c("storm");
    program.run(&server, "strict", &[&token]);
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"])
        .args(["--show-leak-kinds=definite"])
        .arg(&program.binary)
        .args([&server.base("strict"), &token]);
    Running::of(valgrind, "valgrind").finish();
}

/// But for what threads of the parent's were making, which a child does not have, no child loses anything.
#[test]
fn memory_is_used_as_it_should_be_in_forked_children() {
    let program = Program::c("fork");
    let server = server(false);
    server.set_fault(fault("rotate=same&count=0"));
    for mode in ["idle", "hammering"] {
        let token = refresh_token(&server, "strict");
        let mut valgrind = Command::new("valgrind");
        valgrind
            .args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"])
            .args(["--show-leak-kinds=definite", "--child-silent-after-fork=no", "--num-callers=200"])
            .arg(concat!("--suppressions=", env!("CARGO_MANIFEST_DIR"), "/tests/host_process/forked.supp"))
            .arg(&program.binary)
            .args([&server.base("strict"), &token, "", mode, "3"]);
        Running::of(valgrind, "valgrind").finish();
    }
}

#[test]
fn no_secret_stays_in_memory() {
    const ACCESS: &str = "acc3ss-Bv5nJcXk";
    const REFRESH: &str = "r3fresh-Ty6uPdFa";
    let json = format!(
        r#"{{"access_token":"{ACCESS}\u002f","id_token":"id-Wm3bRgEs","expires_in":3600,"refresh_token":"{REFRESH}"}}"#
    );
    let form =
        format!("access_token={ACCESS}%2F&expires_in=3600&refresh_token={REFRESH}&id_token=id-Wm3bRgEs");
    let refusal =
        format!(r#"{{"error":"invalid_grant","error_description":"the token {REFRESH} is not known"}}"#);
    let server = server(true);
    let answer = |status, content_type: &str, body: &str| {
        let fault = Fault {
            status: Some(status),
            content_type: Some(content_type.to_owned()),
            body: Some(body.to_owned()),
            ..Fault::default()
        };
        server.add_fault(fault);
    };
    for (content_type, body) in [
        ("application/json", &json),                  // the code
        ("application/x-www-form-urlencoded", &form), // and refreshes
        ("application/json", &json),
        ("application/json", &json),
    ] {
        answer(200, content_type, body);
    }
    answer(400, "application/json", &refusal);
    answer(400, "text/html", &format!("<p>{ACCESS}, {REFRESH}"));

    let folder = Folder::new();
    let (proxy, asked) = refusing_proxy();
    let proxy = format!("http://me:pr0xy-Fe9sDkGm@{proxy}");
    Program::c("secrets").run(&server, "strict", &[ca_file(&server), &proxy, folder.name()]);
    assert!(asked.join().unwrap().contains("Proxy-Authorization: Basic "));
    assert_eq!(server.requests().len(), 6, "{:?}", server.requests());

    let verifier = server.requests()[0].param("code_verifier").unwrap();
    let key = "6b3179d5e8a2440fb7c19e3d5a60824c";
    let secrets = [
        ACCESS,
        REFRESH,
        "id-Wm3bRgEs",
        "c0de-Zq8tWmVx",
        &verifier,
        "cli3nt-Hn4rTyLb",
        "p4rams-Kw7dQzGs",
        "pr0xy-Fe9sDkGm",
        "c00kie-Lx2vNqHz",
        "r3gistered-Pd8kVwMs",
        "m4nage-Ru5xLbTn",
        "d3vice-Yk2hSgQw",
        key,
    ];
    let mut needles: Vec<(&str, Vec<u8>)> = Vec::new();
    for secret in secrets {
        needles.push((secret, secret.into()));
        needles.extend(in_base64(secret).map(|text| (secret, text.into_bytes())));
    }
    needles.push(("the key's bytes", key.as_bytes().chunks(2).map(byte_of).collect()));
    let proving = proving_key(&folder.path.join("tokens"));
    needles.push(("the proofs' key", proving.clone().into_bytes()));
    // Of the PKCS#8 of ring's keys (RFC 5958, RFC 5915); in numbers of the processor's it is the other way round.
    let scalar = STANDARD.decode(&proving).unwrap()[36..68].to_vec();
    needles.push(("the proofs' key backwards", scalar.iter().rev().copied().collect()));
    needles.push(("the proofs' key as bytes", scalar));
    let found = |name: &str| -> BTreeSet<&str> {
        let memory = std::fs::read(folder.path.join(name)).unwrap();
        let is_there = |needle: &[u8]| memmem(&memory, needle);
        needles.iter().filter(|(_, needle)| is_there(needle)).map(|(secret, _)| *secret).collect()
    };
    let open = found("open");
    let held = [ACCESS, REFRESH, "cli3nt-Hn4rTyLb", "r3gistered-Pd8kVwMs", "the proofs' key"];
    assert!(held.iter().all(|secret| open.contains(secret)), "{open:?}");
    assert_eq!(found("closed"), BTreeSet::new());
}

/// That of the record which has one.
fn proving_key(store: &std::path::Path) -> String {
    let files = fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path());
    let records = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let mut records = records.map(|path| fs::read(path).unwrap());
    let key = records.find_map(|record| {
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        record["dpop_key"].as_str().map(str::to_owned)
    });
    key.expect("a record with a key")
}

/// Its address, and what it was asked before it said no.
fn refusing_proxy() -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            request.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, asked)
}

/// As it stands within other text that is encoded, wherever it begins: without the ends, which are shared.
fn in_base64(secret: &str) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let text = [&"***"[..offset], secret].concat();
        let encoded = STANDARD.encode(&text);
        let start = (offset * 8).div_ceil(6);
        encoded[start..text.len() * 8 / 6].to_owned()
    })
}

fn byte_of(digits: &[u8]) -> u8 {
    u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap()
}

/// By the C library's own search: a window for each byte takes seconds here.
fn memmem(memory: &[u8], needle: &[u8]) -> bool {
    let found =
        unsafe { libc::memmem(memory.as_ptr().cast(), memory.len(), needle.as_ptr().cast(), needle.len()) };
    !found.is_null()
}

#[test]
fn no_call_needs_more_than_48_kib_of_stack() {
    // What is shipped. Without optimization each frame is larger.
    let most = if named_library().is_some() { 48 } else { 192 };
    let program = Program::c("stack");
    for https in [false, true] {
        let folder = Folder::new();
        let server = server(https);
        let token = refresh_token(&server, "strict");
        copy_keys(folder.name());
        for text in [
            "rotate=same",
            "deep=100000&rotate=same",
            "huge=2097152",
            "cut=1&rotate=same",
            "rotate=same&count=0",
        ] {
            server.add_fault(fault(text));
        }
        let most = std::env::var("STACK_MOST").unwrap_or_else(|_| (most * 1024).to_string());
        program.run(&server, "strict", &[&token, ca_file(&server), folder.name(), &most]);
    }
}

/// The keys of the tests, for their owner alone.
fn copy_keys(folder: &str) {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys")).unwrap() {
        let from = entry.unwrap().path();
        let to = std::path::Path::new(folder).join(from.file_name().unwrap());
        fs::copy(&from, &to).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn a_cplusplus_program_includes_the_header() {
    Program::built("plusplus.cpp", "g++", &["-std=c++98"]).run_with(&[], &[]);
}

// ---- a server, and clients that are signed in ----

fn server(https: bool) -> Server {
    Server::start(Options { https, ..Options::default() }).unwrap()
}

fn ca_file(server: &Server) -> &str {
    if server.url().starts_with("https") {
        server.ca_file().to_str().unwrap()
    } else {
        ""
    }
}

fn fault(text: &str) -> Fault {
    Fault::parse(text).unwrap()
}

fn signed_in(server: &Server, base: &str) -> Client {
    signed_in_with(server, base, &[])
}

fn signed_in_with(server: &Server, base: &str, settings: &[(i32, &str)]) -> Client {
    let client = Client::with(&[
        (OAUTH_BASE_URL, &server.base(base)),
        (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "/token"),
        (OAUTH_REDIRECT_URI, "http://127.0.0.1:9999/cb"),
        (OAUTH_SCOPE, "read offline_access"),
        (OAUTH_CA_FILE, ca_file(server)),
        (OAUTH_CLIENT_ID, "demo"),
        (OAUTH_CLIENT_SECRET, "demo-secret"),
    ]);
    if base == "belladati" {
        client.must_set(OAUTH_PROFILE, "belladati");
        client.must_set(OAUTH_BASE_URL, &server.base(base));
    }
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    let authority = Some(ca_file(server)).filter(|file| !file.is_empty()).map(PathBuf::from);
    let person = SignIn { ca_file: authority, ..SignIn::default() };
    let came_back = sign_in(&client.authorize_url(), &person).unwrap();
    assert_eq!(client.exchange(&came_back), 0, "{}", error_text());
    client
}

/// A refresh token of a new sign-in.
fn refresh_token(server: &Server, base: &str) -> String {
    signed_in(server, base).get(OAUTH_REFRESH_TOKEN)
}

fn refreshes(server: &Server, base: &str) -> u64 {
    server.counts(base).refreshes
}

/// What the API says to that header.
fn api(server: &Server, header: &str) -> u16 {
    let base = server.base("strict");
    let (host, path) = base.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path}/api/me HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

// ---- threads, and the functions as they use them ----

/// The clock is the process's, and how long a call takes is looked at: one test with threads at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    lock(&ALONE)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls `work` in so many threads at the same moment.
fn together<R: Send>(threads: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let start = Barrier::new(threads);
    let run = |number| {
        start.wait();
        work(number)
    };
    thread::scope(|scope| {
        let run = &run;
        let running: Vec<_> = (0..threads).map(|number| scope.spawn(move || run(number))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A fault: the next answer is held until it is let go. Whoever waits for it all the same comes too late, and is seen.
const HELD: &str = "late=200000";

/// Waits for what must happen.
fn until(happened: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < end, "it has not happened");
        thread::sleep(Duration::from_millis(1));
    }
}

fn header(handle: i32) -> (i32, String) {
    let mut buffer = [b'x'; 1024];
    let code = unsafe { ffi::oauth_bearer_header(handle, buffer.as_mut_ptr().cast(), 1024) };
    (code, text_of(&buffer))
}

fn text_of(buffer: &[u8]) -> String {
    CStr::from_bytes_until_nul(buffer).unwrap().to_str().unwrap().to_owned()
}

fn close(handle: i32) -> i32 {
    ffi::oauth_client_close(handle)
}

fn assert_one_of(got: i32, allowed: &[i32]) {
    assert!(allowed.contains(&got), "{got}, not one of {allowed:?}: {}", error_text());
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

// ---- programs ----

/// After this a program hangs.
const PATIENCE: Duration = Duration::from_secs(300);

struct Program {
    binary: PathBuf,
    library: PathBuf,
    _folder: Folder,
}

impl Program {
    fn c(name: &str) -> Self {
        Self::built(&format!("{name}.c"), "gcc", &["-std=gnu99"])
    }

    fn built(source: &str, compiler: &str, standard: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Folder::new();
        let library = folder.path.join("liboauth.so.2");
        symlink(shared_library(), &library).unwrap();
        let binary = folder.path.join("program");
        let output = Command::new(tool(compiler))
            .args(standard)
            .args(["-g", "-Wall", "-Wextra", "-pedantic", "-Werror", "-pthread", "-I"])
            .arg(root.join("include"))
            .arg(root.join("tests/host_process").join(source))
            .arg("-o")
            .arg(&binary)
            .args(if source == "unload.c" { None } else { Some(&library) })
            .arg(format!("-Wl,-rpath,{}", folder.path.display()))
            .arg("-ldl")
            .output()
            .unwrap_or_else(|error| panic!("{compiler} is missing (Debian package {compiler}): {error}"));
        assert!(output.status.success(), "{source}: {}", String::from_utf8_lossy(&output.stderr));
        Self { binary, library, _folder: folder }
    }

    /// Runs it with the URL of a base and these arguments: it must succeed, and say nothing.
    fn run(&self, server: &Server, base: &str, arguments: &[&str]) {
        self.start(server, base, arguments).finish();
    }

    fn start(&self, server: &Server, base: &str, arguments: &[&str]) -> Running {
        let base = server.base(base);
        let arguments: Vec<&OsStr> =
            [base.as_str()].iter().chain(arguments).map(|argument| OsStr::new(*argument)).collect();
        self.spawn(&arguments, &[])
    }

    fn run_with(&self, arguments: &[&OsStr], environment: &[(&str, &str)]) {
        self.spawn(arguments, environment).finish();
    }

    fn spawn(&self, arguments: &[&OsStr], environment: &[(&str, &str)]) -> Running {
        let mut command = Command::new(runnable(&self.binary));
        command.args(arguments).env_clear().envs(environment.iter().copied());
        Running::of(command, &arguments.iter().map(|a| a.to_string_lossy()).collect::<Vec<_>>().join(" "))
    }
}

/// A program that runs, and what it says.
struct Running {
    child: Child,
    said: mpsc::Receiver<String>,
    name: String,
}

impl Running {
    fn of(mut command: Command, name: &str) -> Self {
        let tool = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{tool} is missing: {error}"));
        let (tell, said) = mpsc::channel();
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        thread::spawn(move || {
            let errors = thread::spawn(move || {
                let mut text = Vec::new();
                err.read_to_end(&mut text).map(|_| text)
            });
            let mut text = Vec::new();
            out.read_to_end(&mut text).unwrap();
            text.extend(errors.join().unwrap().unwrap());
            let _ = tell.send(String::from_utf8_lossy(&text).into_owned());
        });
        let program = Path::new(&tool).file_name().unwrap_or_default().to_string_lossy();
        Self { child, said, name: format!("{program} {name}") }
    }

    /// Ends the pause in which it waits for a line.
    fn wake(&mut self) {
        self.child.stdin.as_ref().unwrap().write_all(b"\n").unwrap();
    }

    /// It must succeed, and say nothing.
    fn finish(self) {
        let name = self.name.clone();
        let (success, said) = self.end();
        assert!(success && said.is_empty(), "{name}: {said}");
    }

    /// Whether it succeeded, and all that it and its children said on stdout and stderr.
    fn end(mut self) -> (bool, String) {
        let Ok(said) = self.said.recv_timeout(PATIENCE) else {
            // The group: what hangs may be a child of the child.
            let group = i32::try_from(self.child.id()).unwrap();
            unsafe { libc::kill(-group, libc::SIGKILL) };
            panic!("{} hangs", self.name);
        };
        let status = self.child.wait().unwrap();
        (status.success(), if status.success() { said } else { format!("{said}({status})") })
    }
}

/// The one that LIBOAUTH_SO names.
fn named_library() -> Option<PathBuf> {
    std::env::var_os("LIBOAUTH_SO").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// That one, or the one beside this test.
fn shared_library() -> PathBuf {
    let library = named_library()
        .unwrap_or_else(|| std::env::current_exe().unwrap().parent().unwrap().join("liboauth.so"));
    library.canonicalize().unwrap_or_else(|error| panic!("no library {}: {error}", library.display()))
}

/// A folder of one's own, gone with the test.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        Self { path: scratch::folder("guest") }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
