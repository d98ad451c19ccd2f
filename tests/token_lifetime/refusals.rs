//! What servers and APIs refuse: a refresh token, which another job may have changed, and an access token, which
//! forty jobs may report at once.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;
use std::sync::Barrier;

// ---- invalid_grant ----

/// Another program that knows of no lock puts the record of that name in place of the folder's.
fn replace_record(folder: &Folder, name: &str) {
    let elsewhere = Folder::new();
    let other = elsewhere.client();
    // Its generation is beyond the one that is replaced.
    assert_eq!(sign_in(&other, "older"), 0);
    other.refresh_to(name);
    let path = record_of(folder);
    fs::copy(elsewhere.record(), path.with_extension("new")).unwrap();
    fs::rename(path.with_extension("new"), path).unwrap();
}

#[test]
fn a_refresh_token_that_was_refused_is_read_again_and_kept() {
    if !own_process("refusals::a_refresh_token_that_was_refused_is_read_again_and_kept") {
        return;
    }
    let mut table = Table::default();
    let refused = refusal("invalid_grant");
    for by_hand in [true, false] {
        table.row(&format!("another has renewed it meanwhile, by hand: {by_hand}"), || {
            let folder = Folder::new();
            let client = holder_in(&folder, "1");
            if by_hand {
                assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
            } else {
                assert_eq!(client.rejected(), 0);
                client.asks();
            }
            replace_record(&folder, "2");
            let before = contents(&folder);
            let n = client.respond(400, JSON, refused.as_bytes());
            assert_eq!(n.min(0), 0, "{}", error_text());
            assert_eq!(error_text(), "");
            gives(&client, "2");
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-2");
            assert_eq!(contents(&folder), before, "it was written by the other one");
        });
        table.row(&format!("nobody has, by hand: {by_hand}"), || {
            let folder = Folder::new();
            let client = holder_in(&folder, "1");
            let before = contents(&folder);
            advance(HOUR);
            for _ in 0..2 {
                if by_hand {
                    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
                } else {
                    // Until then the answer is remembered.
                    advance(HOUR);
                    client.asks();
                }
                fails(client.respond(400, JSON, refused.as_bytes()), OAUTH_ERROR_SIGN_IN, "sign in again");
                assert_eq!(client.get(OAUTH_ERROR), "invalid_grant");
                assert_eq!(client.get(OAUTH_HTTP_STATUS), "400");
                assert_eq!(contents(&folder), before, "the record is kept");
                assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-1");
                assert_eq!(folder.client().get(OAUTH_ACCESS_TOKEN), "SECRET-access-1");
            }
            // A sign-in mends it, in another job as well.
            assert_eq!(sign_in(&folder.client(), "2"), 0, "{}", error_text());
            gives(&client, "2");
        });
    }
    table.row("memory", || {
        let client = holder("1");
        advance(HOUR);
        client.asks();
        fails(client.respond(400, JSON, refused.as_bytes()), OAUTH_ERROR_SIGN_IN, "sign in again");
        assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-1");
    });
    table.row("a token that lives", || {
        let folder = Folder::new();
        let client = holder_in(&folder, "1");
        let before = contents(&folder);
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        fails(client.respond(400, JSON, refused.as_bytes()), OAUTH_ERROR_SIGN_IN, "sign in again");
        gives(&client, "1");
        assert_eq!(contents(&folder), before);
    });
    table.row("the answer of an earlier refresh was lost", || {
        let folder = Folder::new();
        let client = holder_in(&folder, "1");
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
        let next = folder.client();
        assert_eq!(next.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(parameter_of(&content(&next), "refresh_token"), "SECRET-refresh-1", "once more");
        fails(next.respond(400, JSON, refused.as_bytes()), OAUTH_ERROR_SIGN_IN, "sign in again");
        assert!(error_text().contains("was lost"), "{}", error_text());
        assert!(error_text().contains(&std::process::id().to_string()), "{}", error_text());
    });
    table.end();
}

// ---- oauth_token_rejected ----

/// What is wrong with the token that is given out.
fn check(client: &Client, name: &str) -> String {
    let (n, header) = client.header();
    let is_right = header == format!("Authorization: Bearer SECRET-access-{name}");
    if is_right {
        String::new()
    } else {
        format!("{n} {header:?} instead of {name}: {}; ", error_text())
    }
}

#[test]
fn forty_rejections_of_one_token_make_one_refresh() {
    let mut table = Table::default();
    let folder = Folder::new();
    for (name, store, jobs) in
        [("memory", None, 1), ("store", Some(&folder), 1), ("four jobs", Some(&folder), 4)]
    {
        table.row(name, || {
            let server = Script::of_tokens(HOUR);
            let mut clients = vec![server.holder(store, &[])];
            clients.extend((1..jobs).map(|_| server.client(store, &[])));
            let clients: &[Client] = &clients;
            let (have, said) = (Barrier::new(40), Barrier::new(40));
            // Nothing panics between two barriers: what is wrong is said at the end.
            let wrong: Vec<String> = std::thread::scope(|scope| {
                let jobs = (0..40).map(|number| {
                    let (client, have, said) = (&clients[number % clients.len()], &have, &said);
                    scope.spawn(move || {
                        let mut wrong = check(client, "0");
                        have.wait();
                        client.rejected();
                        if number % 2 == 0 {
                            wrong += &check(client, "1");
                        }
                        said.wait();
                        // The second time it comes from memory.
                        wrong + &check(client, "1") + &check(client, "1")
                    })
                });
                let jobs: Vec<_> = jobs.collect();
                jobs.into_iter().map(|job| job.join().unwrap()).filter(|wrong| !wrong.is_empty()).collect()
            });
            assert_eq!(wrong, Vec::<String>::new());
            assert_eq!(server.count(), 2, "one request after the sign-in");
        });
    }
    table.row("late ones, of which each comes after the refresh", || {
        let server = Script::of_tokens(HOUR);
        let clients = [server.holder(Some(&folder), &[]), server.client(Some(&folder), &[])];
        let turns: Vec<_> = (0..40).map(|_| Barrier::new(2)).collect();
        let all_have = Barrier::new(41);
        let wrong: Vec<String> = std::thread::scope(|scope| {
            let jobs = turns.iter().enumerate().map(|(number, turn)| {
                let (client, all_have) = (&clients[number % 2], &all_have);
                scope.spawn(move || {
                    let wrong = check(client, "0");
                    all_have.wait();
                    turn.wait();
                    client.rejected();
                    let wrong = wrong + &check(client, "1");
                    turn.wait();
                    wrong
                })
            });
            let jobs: Vec<_> = jobs.collect();
            all_have.wait();
            for turn in &turns {
                turn.wait();
                turn.wait();
            }
            jobs.into_iter().map(|job| job.join().unwrap()).filter(|wrong| !wrong.is_empty()).collect()
        });
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(server.count(), 2);
    });
    table.end();
}

/// Threads that read the record at once must not number its token differently: the rejections of all but one would be
/// lost.
#[test]
fn a_rejection_counts_whichever_thread_has_read_the_store() {
    const THREADS: usize = 8;
    let folder = Folder::new();
    drop(holder_in(&folder, "0"));
    let mut lost = 0;
    for round in 0..200 {
        let client = folder.client();
        let (start, have) = (Barrier::new(THREADS), Barrier::new(THREADS));
        let answers: Vec<i32> = std::thread::scope(|scope| {
            let jobs = (0..THREADS).map(|number| {
                let (client, start, have) = (&client, &start, &have);
                scope.spawn(move || {
                    start.wait();
                    client.header();
                    have.wait();
                    // One of them, of which each had the same token.
                    if number != round % THREADS {
                        return OAUTH_HTTP_NEEDED;
                    }
                    client.rejected();
                    client.header().0
                })
            });
            let jobs: Vec<_> = jobs.collect();
            jobs.into_iter().map(|job| job.join().unwrap()).collect()
        });
        lost += answers.iter().filter(|n| **n != OAUTH_HTTP_NEEDED).count();
    }
    assert_eq!(lost, 0, "rejected tokens that were given out once more");
}

#[test]
fn what_is_rejected_is_the_token_that_the_thread_has() {
    let mut table = Table::default();
    let folder = Folder::new();
    for store in [None, Some(&folder)] {
        table.row(&format!("an older one than is held, store: {}", store.is_some()), || {
            let server = Script::of_tokens(HOUR);
            let client = server.holder(store, &[]);
            gives(&client, "0");
            std::thread::scope(|scope| {
                scope.spawn(|| assert_eq!(client.refresh(), 0, "{}", error_text()));
            });
            assert_eq!(client.rejected(), 0);
            gives(&client, "1");
            assert_eq!(server.count(), 2);
            // And of this one it counts.
            assert_eq!(client.rejected(), 0);
            gives(&client, "2");
            assert_eq!(server.count(), 3);
        });
    }
    table.row("another job has renewed it: its token is taken", || {
        let server = Script::of_tokens(HOUR);
        let (first, second) = (server.holder(Some(&folder), &[]), server.client(Some(&folder), &[]));
        gives(&second, "0");
        assert_eq!(first.refresh(), 0, "{}", error_text());
        assert_eq!(second.rejected(), 0);
        gives(&second, "1");
        assert_eq!(server.count(), 2);
        assert_eq!(second.rejected(), 0);
        gives(&second, "2");
        assert_eq!(server.count(), 3);
    });
    table.row("a rejected token is not given out in a fault", || {
        let client = holder_in(&folder, "1");
        assert_eq!(client.rejected(), 0);
        client.asks();
        fails(client.respond(503, "", b""), OAUTH_ERROR_UNAVAILABLE, "cannot serve now");
        assert!(client.header().0 < 0);
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        gives(&client, "2");
    });
    table.row("the caller's own HTTP", || {
        let (first, second) = (holder_in(&folder, "1"), folder.client());
        gives(&first, "1");
        gives(&second, "1");
        for _ in 0..20 {
            assert_eq!((first.rejected(), second.rejected()), (0, 0));
        }
        first.asks();
        assert!(answer_token(&first, "2") > 0, "{}", error_text());
        gives(&first, "2");
        gives(&second, "2");
    });
    table.row("there is no token", || {
        let client = client();
        assert_eq!(client.rejected(), 0);
        assert_eq!(sign_in(&client, "1"), 0);
        gives(&client, "1");
    });
    table.end();
}
