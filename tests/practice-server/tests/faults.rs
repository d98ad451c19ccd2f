#![forbid(unsafe_code)]
//! What goes wrong on purpose, and the controls.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use practice_server::{Fault, Options, Server};
use support::*;

const TOKEN: &str = "/strict/token";

fn fresh(server: &Server) -> String {
    code_params(&code(server, "strict/authorize", "demo", "&scope=offline_access"))
}

fn set(server: &Server, fault: &str) {
    server.set_fault(Fault::parse(fault).unwrap());
}

#[test]
fn an_answer_in_place_of_the_real_one_leaves_the_code_unspent() {
    let server = start();
    let params = fresh(&server);
    set(&server, "status=503&retry_after=7&count=2");
    for _ in 0..2 {
        let reply = post(&server, TOKEN, &params);
        assert_eq!((reply.status, reply.header("retry-after")), (503, "7"));
    }
    let cases = [
        ("html=1", 200, "text/html; charset=utf-8", "<!doctype"),
        ("html=1&status=502", 502, "text/html; charset=utf-8", "<!doctype"),
        ("empty=1", 200, "application/json", ""),
        ("body=%7B%7D&content_type=text/x&status=201", 201, "text/x", "{}"),
        ("deep=3", 200, "application/json", "{\"access_token\":[[[1]]]}"),
        ("redirect=http://127.0.0.1/%0d%0aX-Evil:1", 302, "text/plain; charset=utf-8", "See"),
    ];
    for (fault, status, content_type, start) in cases {
        set(&server, fault);
        let reply = post(&server, TOKEN, &params);
        assert_eq!((reply.status, reply.header("content-type")), (status, content_type), "{fault}");
        assert!(reply.body.starts_with(start), "{fault}: {}", reply.body);
        assert_eq!(reply.header("x-evil"), "");
    }
    set(&server, "huge=3000000");
    assert_eq!(post(&server, TOKEN, &params).body.len(), 3_000_000);
    assert_eq!(post(&server, TOKEN, &params).status, 200);
    assert_eq!(server.counts("strict").faults, 9);

    let params = fresh(&server);
    set(&server, "status=500&process=1");
    assert_eq!(post(&server, TOKEN, &params).status, 500);
    post(&server, TOKEN, &params).is_error(400, "invalid_grant");
}

#[test]
fn a_cut_or_dropped_answer_has_spent_the_code() {
    let server = start();
    for fault in ["cut=1", "drop=1"] {
        let params = fresh(&server);
        set(&server, fault);
        let error = try_send(&server, &message("POST", TOKEN, &[FORM], &params)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{fault}");
        post(&server, TOKEN, &params).is_error(400, "invalid_grant");
    }
    assert_eq!(server.counts("strict").code_exchanges, 2);
}

#[test]
fn a_reset_comes_while_the_request_is_on_its_way() {
    let server = start();
    let params = fresh(&server);
    set(&server, "reset=1");
    let mut socket = connect(&server);
    socket.write_all(message("POST", TOKEN, &[FORM], &params).as_bytes()).unwrap();
    let error = socket.read(&mut [0; 10]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!((server.counts("strict").token_requests, server.requests().len()), (1, 0));
    assert_eq!(post(&server, TOKEN, &params).status, 200);
}

#[test]
fn answers_of_odd_shape() {
    let server = start();
    let with = |fault: &str| {
        let params = fresh(&server);
        set(&server, fault);
        post(&server, TOKEN, &params)
    };
    assert_eq!(with("duplicate=1").body.matches("\"access_token\":").count(), 2);
    let wrong = with("wrong_types=1").json();
    assert!(wrong["access_token"].is_number() && wrong["expires_in"].is_object());
    assert!(with("crlf=1").member("access_token").contains("\r\nX-Injected: yes"));
    assert!(with("expires_in=null").body.contains("\"expires_in\":null"));
    assert!(with("expires_in=1e3,").body.contains("\"expires_in\":1e3,,"));
    assert!(!with("expires_in=omit").body.contains("expires_in"));
}

#[test]
fn a_late_answer_is_late_and_is_not_waited_for_at_the_end() {
    let server = start();
    set(&server, "late=60&status=500");
    let asked = Instant::now();
    assert_eq!(post(&server, TOKEN, "").status, 500);
    assert!(asked.elapsed() >= Duration::from_millis(60));

    set(&server, "late=600000&status=500&count=0");
    let held = || {
        let before = server.counts("strict").token_requests;
        let mut socket = connect(&server);
        socket.write_all(message("POST", TOKEN, &[FORM], "").as_bytes()).unwrap();
        while server.counts("strict").token_requests == before {
            std::thread::yield_now();
        }
        socket
    };
    let mut let_go = held();
    post(&server, "/control", "let_go=1");
    assert_eq!(let_go.read(&mut [0; 1]).unwrap(), 1, "it is answered");
    let _socket = held();
    server.stop();
    assert!(asked.elapsed() < Duration::from_secs(300));
}

#[test]
fn faults_keep_to_their_place() {
    let server = start();
    set(&server, "status=500&base=/stamps&count=0");
    server.add_fault(Fault::parse("status=501&grant_type=refresh_token").unwrap());
    server.add_fault(Fault::parse("status=401&at=api").unwrap());
    let reply = post(&server, TOKEN, &fresh(&server));
    assert_eq!(reply.status, 200);
    let access = format!("Bearer {}", reply.member("access_token"));
    let revoked = me(&server, "strict", &access);
    assert_eq!(revoked.status, 401);
    assert!(revoked.header("www-authenticate").contains("invalid_token"));
    assert_eq!(me(&server, "strict", &access).status, 200);
    for _ in 0..3 {
        assert_eq!(post(&server, "/stamps/oauth/token", "").status, 500);
    }
    let refresh = refresh_params(&reply.member("refresh_token"));
    assert_eq!(post(&server, TOKEN, &refresh).status, 501);
    server.clear_faults();
    assert_eq!(post(&server, TOKEN, &refresh).status, 200);
}

#[test]
fn tokens_can_be_revoked() {
    let server = start();
    let reply = post(&server, TOKEN, &fresh(&server));
    server.revoke_access_tokens();
    let access = format!("Bearer {}", reply.member("access_token"));
    assert_eq!(me(&server, "strict", &access).status, 401);
    let reply = post(&server, TOKEN, &refresh_params(&reply.member("refresh_token")));
    assert_eq!(reply.status, 200);
    server.revoke_all();
    post(&server, TOKEN, &refresh_params(&reply.member("refresh_token"))).is_error(400, "invalid_grant");
}

#[test]
fn the_controls_are_for_programs_on_this_machine() {
    let server = start();
    let reply = post(&server, "/control", "status=503&count=5&advance=10");
    assert_eq!((reply.status, &reply.json()["faults_waiting"]), (200, &1.into()));
    assert_eq!(post(&server, TOKEN, "grant_type=x").status, 503);
    let seen = send(&server, "GET", "/control", &[], "").json();
    assert_eq!(seen["bases"]["strict"]["token_requests"], 1);
    assert_eq!(seen["last_request"]["body"], "grant_type=x");
    assert_eq!(seen["last_request"]["target"], TOKEN);
    assert_eq!(post(&server, "/control", "add=1&html=1").json()["faults_waiting"], 2);
    assert_eq!(post(&server, "/control", "clear=1").json()["faults_waiting"], 0);
    assert_eq!(post(&server, "/control", "reset_counts=1").json()["requests"], 0);
    assert_eq!(post(&server, "/control", "nonsense=1").status, 400);
    assert_eq!(post(&server, "/control", "status=20").status, 400);

    let from_a_page = send(&server, "POST", "/control", &[FORM, "Origin: https://example.com"], "clear=1");
    assert_eq!(from_a_page.status, 403);
    let rebound = "GET /control HTTP/1.1\r\nHost: example.com\r\n\r\n";
    assert_eq!(try_send(&server, rebound).unwrap().status, 403);
}

#[test]
fn faults_and_lifetimes_can_be_there_from_the_start() {
    let faults = vec![Fault::parse("empty=1").unwrap()];
    let server = Server::start(Options { faults, expires_in: Some(5), ..Options::default() }).unwrap();
    assert_eq!(post(&server, TOKEN, "").body, "");
    assert_eq!(post(&server, TOKEN, &fresh(&server)).json()["expires_in"], 5);
}
