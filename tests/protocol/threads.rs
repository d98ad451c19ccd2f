//! The caller's own HTTP on several threads: one request at a time for a client, and nobody's is lost.

use crate::caller_http::{ageing, length, stale, FIRST, HEADER_1, HEADER_2, SECOND};
use crate::common::{error_action, error_text, own_process};
use crate::support::{client, sent, Table};
use oauth::constants::*;
use oauth::system::testing::advance;
use std::sync::{mpsc, Barrier};
use std::thread;

#[test]
fn a_request_that_is_never_answered() {
    if !own_process("threads::a_request_that_is_never_answered") {
        return;
    }
    let mut table = Table::new("never answered");
    table.row("another thread waits no longer than OAUTH_TIMEOUT for one that never answers", |row| {
        let client = stale();
        let (asked, wait) = (mpsc::channel(), mpsc::channel::<()>());
        thread::scope(|scope| {
            let handle = &client;
            scope.spawn(move || {
                asked.0.send(handle.header().0).unwrap();
                let _ = wait.1.recv();
            });
            row.eq("first", asked.1.recv().unwrap(), OAUTH_HTTP_NEEDED);
            row.returned(client.refresh(), OAUTH_ERROR_BUSY);
            advance(31);
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            drop(wait.0);
        });
    });
    for exchanges in [false, true] {
        table.row(
            &format!("a late answer is not taken for another request's (exchange: {exchanges})"),
            |row| {
                let client = stale();
                client.authorize_url();
                let text = format!("?code=abc&state={}", client.get(OAUTH_STATE));
                row.returned(client.header().0, OAUTH_HTTP_NEEDED);
                advance(31);
                let call = || if exchanges { client.exchange(&text) } else { client.refresh() };
                let other = thread::scope(|scope| scope.spawn(call).join().unwrap());
                row.eq("other", other, OAUTH_HTTP_NEEDED);
                row.returned(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
                row.returned(client.respond(400, "", br#"{"error":"invalid_grant"}"#), OAUTH_ERROR_SEQUENCE);
                let answer = || client.respond(200, "", SECOND.as_bytes());
                row.eq("its answer", thread::scope(|scope| scope.spawn(answer).join().unwrap()), 0);
                row.eq("header", client.header().1.as_str(), HEADER_2);
            },
        );
    }
    table.end();
}

#[test]
fn two_threads() {
    let mut table = Table::new("threads");
    table.row("busy for another thread, superseded by the same", |row| {
        let client = stale();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                let refresh = (client.refresh(), error_action(), error_text());
                (refresh, client.header().0, client.exchange("abc"))
            });
            let (refresh, header, exchange) = other.join().unwrap();
            row.eq("refresh", (refresh.0, refresh.1), (OAUTH_ERROR_BUSY, OAUTH_ACTION_RETRY));
            row.holds("a sentence", !refresh.2.is_empty());
            row.eq("header", header, OAUTH_ERROR_BUSY);
            row.eq("exchange", exchange, OAUTH_ERROR_BUSY);
        });
        row.eq("sent", sent(&client).parameter("refresh_token").as_deref(), Some("rt-1"));
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
    });
    table.row("another thread has the old token while it lives", |row| {
        let client = ageing();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let other = thread::scope(|scope| scope.spawn(|| client.header()).join().unwrap());
        row.eq("header", other, (length(HEADER_1), HEADER_1.to_owned()));
        row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
    });
    table.row("another thread may hand over the answer", |row| {
        let client = stale();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let other = thread::scope(|scope| {
            scope.spawn(|| (client.respond(200, "", SECOND.as_bytes()), client.header().1)).join().unwrap()
        });
        row.eq("other", other, (length(HEADER_2), HEADER_2.to_owned()));
        row.eq("header", client.header().1.as_str(), HEADER_2);
    });
    table.row("a busy exchange does not use up its code", |row| {
        let client = stale();
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let text = format!("?code=abc&state={}", {
            client.authorize_url();
            client.get(OAUTH_STATE)
        });
        let other = thread::scope(|scope| scope.spawn(|| client.exchange(&text)).join().unwrap());
        row.eq("other", other, OAUTH_ERROR_BUSY);
        row.returned(client.respond(200, "", SECOND.as_bytes()), length(HEADER_2));
        row.returned(client.exchange(&text), OAUTH_HTTP_NEEDED);
    });
    table.row("of two exchanges of one code, one is sent", |row| {
        let client = client(&[]);
        client.authorize_url();
        let text = format!("?code=abc&state={}", client.get(OAUTH_STATE));
        row.returned(client.exchange(&text), OAUTH_HTTP_NEEDED);
        let other = thread::scope(|scope| scope.spawn(|| client.exchange(&text)).join().unwrap());
        row.eq("other", other, OAUTH_ERROR_BUSY);
        row.returned(client.respond(200, "", FIRST.as_bytes()), 0);
    });
    table.row("different clients do not wait for each other", |row| {
        let (first, second) = (stale(), stale());
        row.returned(first.header().0, OAUTH_HTTP_NEEDED);
        let other = thread::scope(|scope| scope.spawn(|| second.header().0).join().unwrap());
        row.eq("other", other, OAUTH_HTTP_NEEDED);
    });
    table.row("many threads at once, one request", |row| {
        const THREADS: usize = 4;
        for round in 0..300 {
            let client = stale();
            let start = Barrier::new(THREADS);
            let answers: Vec<i32> = thread::scope(|scope| {
                let call = || {
                    start.wait();
                    client.header().0
                };
                let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(call)).collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            let needed = answers.iter().filter(|n| **n == OAUTH_HTTP_NEEDED).count();
            let busy = answers.iter().filter(|n| **n == OAUTH_ERROR_BUSY).count();
            if (needed, busy) != (1, THREADS - 1) {
                row.eq(&format!("answers of round {round}"), (needed, busy), (1, THREADS - 1));
                return;
            }
        }
    });
    table.row("many threads with one code at once, one request", |row| {
        const THREADS: usize = 4;
        for round in 0..300 {
            let client = client(&[]);
            client.authorize_url();
            let start = Barrier::new(THREADS);
            let answers: Vec<i32> = thread::scope(|scope| {
                let call = || {
                    start.wait();
                    client.exchange("abc")
                };
                let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(call)).collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            let needed = answers.iter().filter(|n| **n == OAUTH_HTTP_NEEDED).count();
            if needed != 1 {
                row.eq(&format!("requests of round {round}"), needed, 1);
                return;
            }
        }
    });
    table.row("an exchange and refreshes at once: whoever is told to send has a request of its own", |row| {
        const THREADS: usize = 4;
        for round in 0..300 {
            let client = stale();
            client.authorize_url();
            let start = Barrier::new(THREADS);
            let answers: Vec<i32> = thread::scope(|scope| {
                let (client, start) = (&client, &start);
                let call = |i| {
                    move || {
                        start.wait();
                        if i % 2 == 0 {
                            client.exchange("abc")
                        } else {
                            client.refresh()
                        }
                    }
                };
                let threads: Vec<_> = (0..THREADS).map(|i| scope.spawn(call(i))).collect();
                threads.into_iter().map(|t| t.join().unwrap()).collect()
            });
            let needed = answers.iter().filter(|n| **n == OAUTH_HTTP_NEEDED).count();
            if needed != 1 {
                row.eq(&format!("requests of round {round}"), needed, 1);
                return;
            }
        }
    });
    table.end();
}
