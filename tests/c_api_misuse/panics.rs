//! A fault in the library itself: an error like any other, and nobody is left behind. The panics are forced, at the
//! next look at the clock of anybody in the process: each test has its own.

use crate::common::error_text;
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use oauth::system::testing::{panic_at_clock, waiters};
use practice_server::{sign_in as sign_in_at, Fault, Options, Server, SignIn};
use std::panic;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

#[test]
fn a_panic_is_an_error_prints_nothing_and_leaves_all_as_it_was() {
    if !own_process("panics::a_panic_is_an_error_prints_nothing_and_leaves_all_as_it_was") {
        return;
    }
    let said = printed(|| {
        let client = holder("1");
        let other = holder("other");
        for round in 0..10 {
            panic_at_clock();
            internal(client.header().0);
            gives(&client, "1");
            panic_at_clock();
            internal(client.access_token().0);
            gives(&client, "1");
            // Where other threads are, too.
            thread::scope(|s| {
                s.spawn(|| {
                    panic_at_clock();
                    internal(client.header().0);
                    gives(&client, "1");
                });
            });
            assert_eq!(error_text(), "", "round {round}: an error of another thread");
            gives(&other, "other");
        }
        // In the middle of a refresh that the caller carries.
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        panic_at_clock();
        internal(answer_token(&client, "2"));
        gives(&client, "1");
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(answer_token(&client, "3"), 0, "{}", error_text());
        gives(&client, "3");
        // And of a revocation.
        client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");
        assert_eq!(ffi::oauth_revoke(client.0), OAUTH_HTTP_NEEDED);
        panic_at_clock();
        internal(client.respond(200, "", b""));
        gives(&client, "3");
        assert_eq!(ffi::oauth_revoke(client.0), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(client.respond(200, "", b""), 0, "{}", error_text());
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
    });
    assert_eq!(said, "");
}

#[test]
fn a_code_whose_exchange_panicked_can_be_tried_again() {
    if !own_process("panics::a_code_whose_exchange_panicked_can_be_tried_again") {
        return;
    }
    let client = client();
    client.authorize_url();
    assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED);
    panic_at_clock();
    internal(answer_token(&client, "1"));
    assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
    gives(&client, "2");
}

#[test]
fn who_waits_for_a_refresh_that_panics_does_not_wait_for_ever() {
    if !own_process("panics::who_waits_for_a_refresh_that_panics_does_not_wait_for_ever") {
        return;
    }
    let server = Server::start(Options::default()).unwrap();
    let client = strict_client(&server);
    let came_back = sign_in_at(&client.authorize_url(), &SignIn::default()).unwrap();
    assert_eq!(client.exchange(&came_back), 0, "{}", error_text());
    let before = client.header().1;
    // The answer leaves the refresh token unspent.
    server.set_fault(Fault::parse("late=200000&status=503").unwrap());
    client.must_set(OAUTH_TIMEOUT, "300");
    let asked = server.counts("strict").token_requests;
    thread::scope(|s| {
        let first = s.spawn(|| internal(client.refresh()));
        while server.counts("strict").token_requests == asked {
            thread::yield_now();
        }
        panic_at_clock();
        let others: Vec<_> = (0..4).map(|_| s.spawn(|| client.refresh())).collect();
        while waiters() < 4 {
            thread::yield_now();
        }
        server.let_go();
        for other in others {
            let answer = other.join().unwrap();
            assert!([OAUTH_ERROR_INTERNAL, 0].contains(&answer), "{answer}");
        }
        first.join().unwrap();
    });
    assert_eq!(client.refresh(), 0, "{}", error_text());
    assert!(client.header().0 > 0 && client.header().1 != before);
}

/// What the host's own hook has seen.
static SEEN: AtomicU32 = AtomicU32::new(0);

#[test]
fn the_hosts_own_panics_are_still_its_own() {
    if !own_process("panics::the_hosts_own_panics_are_still_its_own") {
        return;
    }
    panic::set_hook(Box::new(|_| {
        SEEN.fetch_add(1, Ordering::SeqCst);
    }));
    let client = holder("1");
    panic_at_clock();
    let answer = client.header().0;
    assert_eq!((answer, SEEN.load(Ordering::SeqCst)), (OAUTH_ERROR_INTERNAL, 0));
    assert!(panic::catch_unwind(|| panic!("the host's")).is_err());
    assert_eq!(SEEN.load(Ordering::SeqCst), 1);
    assert!(thread::spawn(|| panic!("the host's")).join().is_err());
    assert_eq!(SEEN.load(Ordering::SeqCst), 2);
}

#[track_caller]
fn internal(answer: i32) {
    fails(answer, OAUTH_ERROR_INTERNAL, "internal fault, please report");
}
