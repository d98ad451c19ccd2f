//! Handles: stale, invented, closed twice, and how many of them there are.

use crate::common::{error_text, out, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::collections::HashSet;
use std::ptr;
use std::sync::Barrier;
use std::thread;

type Call = (&'static str, fn(i32) -> i32);

/// Every function that takes a client.
pub const CALLS: &[Call] = &[
    ("oauth_client_close", |c| ffi::oauth_client_close(c)),
    ("oauth_set", |c| unsafe { ffi::oauth_set(c, OAUTH_CLIENT_ID, c"thief".as_ptr(), -1) }),
    ("oauth_get", |c| out(|b, n| unsafe { ffi::oauth_get(c, OAUTH_ACCESS_TOKEN, b, n) }).0),
    ("oauth_get of a setting", |c| out(|b, n| unsafe { ffi::oauth_get(c, OAUTH_CLIENT_SECRET, b, n) }).0),
    ("oauth_get of a failure", |c| out(|b, n| unsafe { ffi::oauth_get(c, OAUTH_ERROR, b, n) }).0),
    ("oauth_get of a length", |c| unsafe { ffi::oauth_get(c, OAUTH_ACCESS_TOKEN, ptr::null_mut(), 0) }),
    ("oauth_field", |c| {
        out(|b, n| unsafe { ffi::oauth_field(c, OAUTH_FIELD_TOKEN, c"token_type".as_ptr(), -1, b, n) }).0
    }),
    ("oauth_build_authorize_url", |c| out(|b, n| unsafe { ffi::oauth_build_authorize_url(c, b, n) }).0),
    ("oauth_exchange_code", |c| unsafe { ffi::oauth_exchange_code(c, c"code".as_ptr(), -1) }),
    ("oauth_sasl_response", |c| {
        out(|b, n| unsafe { ffi::oauth_sasl_response(c, OAUTH_SASL_OAUTHBEARER, b, n) }).0
    }),
    ("oauth_await_redirect", |c| ffi::oauth_await_redirect(c, 0)),
    ("oauth_stop_waiting", |c| ffi::oauth_stop_waiting(c)),
    ("oauth_refresh", |c| ffi::oauth_refresh(c)),
    ("oauth_bearer_header", |c| out(|b, n| unsafe { ffi::oauth_bearer_header(c, b, n) }).0),
    ("oauth_access_token", |c| out(|b, n| unsafe { ffi::oauth_access_token(c, b, n) }).0),
    ("oauth_token_rejected", |c| ffi::oauth_token_rejected(c)),
    ("oauth_request_token", |c| unsafe { ffi::oauth_request_token(c, c"client_credentials".as_ptr(), -1) }),
    ("oauth_accounts", |c| out(|b, n| unsafe { ffi::oauth_accounts(c, 1, b, n) }).0),
    ("oauth_forget", |c| ffi::oauth_forget(c)),
    ("oauth_revoke", |c| ffi::oauth_revoke(c)),
    ("oauth_introspect", |c| ffi::oauth_introspect(c)),
    ("oauth_discover", |c| ffi::oauth_discover(c)),
    ("oauth_register", |c| ffi::oauth_register(c)),
    ("oauth_unregister", |c| ffi::oauth_unregister(c)),
    ("oauth_request_headers", |c| {
        let (method, url) = (c"GET".as_ptr(), c"https://api.example/".as_ptr());
        out(|b, n| unsafe { ffi::oauth_request_headers(c, method, -1, url, -1, b, n) }).0
    }),
    ("oauth_api_response", |c| unsafe {
        ffi::oauth_api_response(c, c"https://api.example/".as_ptr(), -1, 401, ptr::null(), 0)
    }),
    ("oauth_userinfo", |c| ffi::oauth_userinfo(c)),
    ("oauth_end_session_url", |c| out(|b, n| unsafe { ffi::oauth_end_session_url(c, b, n) }).0),
    ("oauth_device_start", |c| ffi::oauth_device_start(c)),
    ("oauth_device_poll", |c| ffi::oauth_device_poll(c)),
    ("oauth_ciba_start", |c| ffi::oauth_ciba_start(c)),
    ("oauth_store_reseal", |c| ffi::oauth_store_reseal(c)),
    ("oauth_import_token", |c| unsafe { ffi::oauth_import_token(c, -1, c"{}".as_ptr(), -1) }),
    ("oauth_http_request", |c| out(|b, n| unsafe { ffi::oauth_http_request(c, OAUTH_REQUEST_URL, b, n) }).0),
    ("oauth_http_response", |c| unsafe {
        ffi::oauth_http_response(c, 200, ptr::null(), 0, c"{}".as_ptr(), -1)
    }),
];

#[test]
fn the_table_has_every_function_that_takes_a_client() {
    let mut table = Table::default();
    for name in functions_with(|parameter| parameter == "int32_t client") {
        table.row(name, || assert!(CALLS.iter().any(|(n, _)| *n == name), "has no row in CALLS"));
    }
    table.end();
}

#[test]
fn a_handle_that_stands_for_no_client_is_refused_by_every_function() {
    let live = holder("live");
    let closed = holder("closed").0; // closed at the end of this statement
    let invented = [i32::MIN, i32::MIN + 1, -live.0, -1, 1 << 30, i32::MAX, i32::MAX - 1, live.0 ^ (1 << 29)];
    let mut table = Table::default();
    for (name, call) in CALLS {
        for handle in invented.into_iter().chain([0, closed]) {
            if (*name, handle) == ("oauth_client_close", 0) {
                continue; // harmless
            }
            table.row(&format!("{name}({handle})"), || {
                fails(call(handle), OAUTH_ERROR_HANDLE, &format!("handle {handle}"));
            });
        }
    }
    table.row("the client that lives", || {
        gives(&live, "live");
        assert_eq!(live.get(OAUTH_CLIENT_ID), "edge");
    });
    table.end();
}

#[test]
fn a_closed_clients_handle_never_reaches_the_client_that_has_its_place() {
    let mut table = Table::default();
    for (name, call) in CALLS {
        table.row(name, || {
            let (with_token, waiting, busy) = (holder("old"), client(), client());
            waiting.authorize_url();
            fails(waiting.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "HTTP");
            assert_eq!(thread::scope(|s| s.spawn(|| sign_in(&busy, "busy")).join().unwrap()), 0);
            let stale = [with_token.0, waiting.0, busy.0];
            drop((with_token, waiting, busy));
            let newer: Vec<_> = (0..4).map(|_| holder("new")).collect();
            for handle in stale {
                fails(call(handle), OAUTH_ERROR_HANDLE, &format!("handle {handle}"));
            }
            for client in &newer {
                gives(client, "new");
                assert_eq!(client.get(OAUTH_CLIENT_ID), "edge");
            }
        });
    }
    table.end();
}

#[test]
fn a_client_is_closed_once_and_closing_0_is_harmless() {
    let client = client();
    assert_eq!(ffi::oauth_client_close(client.0), 0);
    fails(ffi::oauth_client_close(client.0), OAUTH_ERROR_HANDLE, "closed");
    fails(ffi::oauth_client_close(client.0), OAUTH_ERROR_HANDLE, "closed");
    for _ in 0..3 {
        assert_eq!(ffi::oauth_client_close(0), 0);
        assert_eq!(error_text(), "");
    }
    for _ in 0..100 {
        let handle = ffi::oauth_client_new();
        let together = Barrier::new(4);
        let close = || {
            together.wait();
            ffi::oauth_client_close(handle)
        };
        let answers: Vec<_> = thread::scope(|s| {
            let threads: Vec<_> = (0..4).map(|_| s.spawn(close)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|a| **a == 0).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|a| **a == OAUTH_ERROR_HANDLE).count(), 3, "{answers:?}");
    }
}

#[test]
fn no_handle_is_given_out_twice() {
    let mut seen = HashSet::new();
    for round in 0..100_000 {
        let client = if round % 1000 == 0 { Client::open("metamaps").unwrap() } else { Client::new() };
        assert!(client.0 > 0 && seen.insert(client.0), "{} again, in round {round}", client.0);
    }
}

/// PASE may begin anew in a job whose programs have kept numbers.
#[cfg(feature = "as-on-aix")]
#[test]
fn in_pase_each_process_begins_elsewhere() {
    const MARK: &str = "LIBOAUTH_FIRST_HANDLE";
    if std::env::var_os(MARK).is_some() {
        println!("first {}.", ffi::oauth_client_new());
        return;
    }
    let first = || {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again
            .args(["--exact", "handles::in_pase_each_process_begins_elsewhere", "--nocapture"])
            .env(MARK, "1");
        let said = String::from_utf8(again.output().unwrap().stdout).unwrap();
        let (_, number) = said.split_once("first ").expect("it has run");
        number.split_once('.').unwrap().0.parse::<i32>().unwrap()
    };
    let seen: HashSet<_> = (0..10).map(|_| first()).collect();
    assert!(seen.len() >= 8 && seen.iter().all(|handle| *handle > 0), "{seen:?}");
}

#[test]
fn whoever_never_closes_is_told_so_and_closing_mends_it() {
    if !own_process("handles::whoever_never_closes_is_told_so_and_closing_mends_it") {
        return;
    }
    let mut open = Vec::new();
    let refused = loop {
        match ffi::oauth_client_new() {
            client if client > 0 => open.push(client),
            refused => break refused,
        }
    };
    fails(refused, OAUTH_ERROR_LIMIT, "oauth_client_close");
    assert!(open.len() >= 100_000, "{}", open.len());
    fails(
        unsafe { ffi::oauth_client_open(c"metamaps".as_ptr(), -1) },
        OAUTH_ERROR_LIMIT,
        "oauth_client_close",
    );
    let given_back = open.swap_remove(open.len() / 2);
    assert_eq!(ffi::oauth_client_close(given_back), 0);
    let another = Client::new();
    assert_ne!(another.0, given_back);
    fails(ffi::oauth_client_new(), OAUTH_ERROR_LIMIT, "oauth_client_close");
    let seen: HashSet<_> = open.iter().chain([&another.0, &given_back]).collect();
    assert_eq!(seen.len(), open.len() + 2);
    for client in open {
        assert_eq!(ffi::oauth_client_close(client), 0);
    }
}

#[test]
fn a_profile_that_cannot_be_opened_takes_no_handle() {
    if !own_process("handles::a_profile_that_cannot_be_opened_takes_no_handle") {
        return;
    }
    for _ in 0..140_000 {
        let refused = unsafe { ffi::oauth_client_open(c"/nonexistent/oauth.toml".as_ptr(), -1) };
        assert_eq!(refused, OAUTH_ERROR_PROFILE, "not OAUTH_ERROR_LIMIT");
    }
}
