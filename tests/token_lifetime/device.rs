//! A person who was asked elsewhere, as all jobs of a store see it (RFC 8628): one asks and shows, any polls.

use crate::common::{error_text, own_process, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use oauth::system::testing::stand_still;
use std::fs;

const ENDPOINT: (i32, &str) = (OAUTH_DEVICE_ENDPOINT, "https://as.example/device");
const PENDING: &str = "{\"error\":\"authorization_pending\"}";

fn asked(name: &str) -> String {
    format!(
        "{{\"device_code\":\"SECRET-device-code-{name}\",\"user_code\":\"{name}\",\
         \"verification_uri\":\"https://as.example/d\",\"expires_in\":900,\"interval\":5}}"
    )
}

fn start(client: &Client, name: &str) {
    assert_eq!(ffi::oauth_device_start(client.0), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(200, JSON, asked(name).as_bytes()), 0, "{}", error_text());
}

fn poll(client: &Client) -> i32 {
    ffi::oauth_device_poll(client.0)
}

/// The poll waits to be sent, for that code.
#[track_caller]
fn polls_for(client: &Client, name: &str) {
    fails(poll(client), OAUTH_HTTP_NEEDED, "HTTP");
    assert_eq!(parameter_of(&content(client), "device_code"), format!("SECRET-device-code-{name}"));
}

#[track_caller]
fn waits(client: &Client, seconds: &str) {
    fails(poll(client), OAUTH_PENDING, &format!("not yet: call again in {seconds} s"));
    assert_eq!(client.get(OAUTH_RETRY_AFTER), seconds);
}

#[track_caller]
fn nobody_is_asked(client: &Client) {
    fails(poll(client), OAUTH_ERROR_SEQUENCE, "nobody has been asked");
    assert_eq!(client.get(OAUTH_USER_CODE), "");
}

fn jobs(folder: &Folder, more: &[(i32, &str)]) -> [Client; 2] {
    [(); 2].map(|()| client_in(folder, &[&[ENDPOINT], more].concat()))
}

#[test]
fn one_job_asks_and_another_polls() {
    if !own_process("device::one_job_asks_and_another_polls") {
        return;
    }
    stand_still();
    let mut table = Table::default();
    for (name, settings) in [("plain", &[][..]), ("sealed", &[(OAUTH_STORE_KEY, STORE_KEY)])] {
        table.row(name, || {
            let folder = Folder::new();
            let [shows, polls] = jobs(&folder, settings);
            nobody_is_asked(&polls);
            start(&shows, "AB-CD");
            assert_eq!(polls.get(OAUTH_USER_CODE), "AB-CD");
            assert_eq!(polls.get(OAUTH_QR_CODE), shows.get(OAUTH_QR_CODE));
            drop(shows);
            let holds_code = |path: &_| {
                let bytes = fs::read(path).unwrap();
                bytes.windows(18).any(|part| part == b"SECRET-device-code")
            };
            let is_seen = files_below(&folder.store()).iter().any(holds_code);
            assert_eq!(is_seen, settings.is_empty());
            advance(5);
            polls_for(&polls, "AB-CD");
            assert_eq!(polls.respond(400, JSON, PENDING.as_bytes()), OAUTH_PENDING);
            advance(5);
            let [other, late] = jobs(&folder, settings);
            polls_for(&other, "AB-CD");
            assert_eq!(answer_token(&other, "1"), 0, "{}", error_text());
            // Whoever polls after that is told, too, and the code is gone.
            for job in [&polls, &late, &other] {
                assert_eq!(poll(job), 0, "{}", error_text());
                gives(job, "1");
                assert_eq!(job.get(OAUTH_USER_CODE), "");
            }
            assert!(!files_below(&folder.store()).iter().any(holds_code));
        });
    }
    table.row("of another account, or another key", || {
        let folder = Folder::new();
        let [anne, bert] = jobs(&folder, &[(OAUTH_STORE_KEY, STORE_KEY)]);
        start(&anne, "ANNE");
        bert.must_set(OAUTH_ACCOUNT, "bert");
        nobody_is_asked(&bert);
        start(&bert, "BERT");
        assert_eq!(anne.get(OAUTH_USER_CODE), "ANNE");
        let [other, _] = jobs(&folder, &[(OAUTH_STORE_KEY, OTHER_KEY)]);
        fails(poll(&other), OAUTH_ERROR_STORE_KEY, "key");
    });
    table.row("memory: has it for its own client", || {
        let [asks, other] = [(); 2].map(|()| client_with(&[ENDPOINT]));
        start(&asks, "AB-CD");
        nobody_is_asked(&other);
        advance(5);
        polls_for(&asks, "AB-CD");
        assert_eq!(answer_token(&asks, "1"), 0, "{}", error_text());
        gives(&asks, "1");
    });
    table.end();
}

#[test]
fn one_polls_at_a_time_and_no_job_loses_anything() {
    if !own_process("device::one_polls_at_a_time_and_no_job_loses_anything") {
        return;
    }
    stand_still();
    let mut table = Table::default();
    table.row("two at once", || {
        let folder = Folder::new();
        let [first, second] = jobs(&folder, &[(OAUTH_LOCK_TIMEOUT, "0")]);
        start(&first, "1");
        waits(&second, "5");
        advance(5);
        polls_for(&first, "1");
        // The wait is noted before the answer; and when it is over, the other still has it in hand.
        waits(&second, "5");
        advance(5);
        waits(&second, "1");
        fails(ffi::oauth_device_start(second.0), OAUTH_ERROR_BUSY, "under way");
        assert_eq!(first.respond(400, JSON, PENDING.as_bytes()), OAUTH_PENDING);
        polls_for(&second, "1");
        assert_eq!(answer_token(&second, "a"), 0, "{}", error_text());
        assert_eq!(poll(&first), 0, "{}", error_text());
        gives(&first, "a");
    });
    table.row("a job that ends before its answer", || {
        let folder = Folder::new();
        let [first, second] = jobs(&folder, &[]);
        start(&first, "1");
        advance(5);
        polls_for(&first, "1");
        drop(first);
        waits(&second, "5");
        advance(5);
        polls_for(&second, "1");
        // Whoever calls again gives up what waits.
        waits(&second, "5");
        advance(5);
        polls_for(&second, "1");
        assert_eq!(answer_token(&second, "a"), 0, "{}", error_text());
    });
    table.row("what one is told, the other is told, too", || {
        let folder = Folder::new();
        let [first, second] = jobs(&folder, &[]);
        start(&first, "1");
        advance(5);
        polls_for(&first, "1");
        let no = first.respond(400, JSON, refusal("access_denied").as_bytes());
        fails_and_asks_for(no, OAUTH_ERROR_ACCESS_DENIED, "the person said no", OAUTH_ACTION_SIGN_IN);
        for job in [&second, &first] {
            fails(poll(job), OAUTH_ERROR_ACCESS_DENIED, "access_denied: the person said no");
        }
    });
    table.row("slower is slower for all", || {
        let folder = Folder::new();
        let [first, second] = jobs(&folder, &[]);
        start(&first, "1");
        advance(5);
        polls_for(&first, "1");
        assert_eq!(first.respond(400, JSON, refusal("slow_down").as_bytes()), OAUTH_PENDING);
        waits(&second, "10");
    });
    table.row("a second question takes the place of the first", || {
        let folder = Folder::new();
        let [first, second] = jobs(&folder, &[]);
        start(&first, "1");
        start(&second, "2");
        assert_eq!(first.get(OAUTH_USER_CODE), "2");
        advance(5);
        polls_for(&first, "2");
    });
    table.row("what is forgotten is not polled for", || {
        let folder = Folder::new();
        let [first, second] = jobs(&folder, &[]);
        start(&first, "1");
        advance(5);
        polls_for(&first, "1");
        assert_eq!(second.forget(), 0, "{}", error_text());
        nobody_is_asked(&second);
        assert_eq!(first.respond(400, JSON, refusal("slow_down").as_bytes()), OAUTH_PENDING);
        nobody_is_asked(&first);
        assert_eq!(files_below(&folder.store()).iter().filter(|path| path.ends_with("doc")).count(), 0);
    });
    table.row("a clock that is set back does not stop the polling", || {
        let folder = Folder::new();
        let [first, _] = jobs(&folder, &[]);
        start(&first, "1");
        advance(-DAY);
        polls_for(&first, "1");
        advance(DAY);
    });
    table.end();
}

#[test]
fn a_token_has_a_place_before_it_is_asked_for() {
    if !own_process("device::a_token_has_a_place_before_it_is_asked_for") {
        return;
    }
    let folder = Folder::new();
    let [first, _] = jobs(&folder, &[]);
    start(&first, "1");
    advance(5);
    chmod(&folder.store(), 0o777);
    fails(poll(&first), OAUTH_ERROR_STORE_UNSAFE, "other users can write");
    assert_eq!(first.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing was sent");
    fails(ffi::oauth_device_start(first.0), OAUTH_ERROR_STORE_UNSAFE, "other users can write");
    chmod(&folder.store(), 0o700);
    polls_for(&first, "1");
    // The answer is here, and the place is gone: it is stored as soon as there is one.
    chmod(&folder.store(), 0o777);
    let answer = answer_token(&first, "a");
    assert!((-699..=-600).contains(&answer), "{answer}: {}", error_text());
    chmod(&folder.store(), 0o700);
    assert_eq!(poll(&first), 0, "{}", error_text());
    gives(&folder.client(), "a");
}

#[test]
fn built_in_a_fault_ends_no_question() {
    if !own_process("device::built_in_a_fault_ends_no_question") {
        return;
    }
    stand_still();
    let server = Script::start(|number, _| match number {
        0 => ok(&asked("AB-CD")),
        1 => answer(503, "", "<html>"),
        2 => String::new(),
        3 => answer(400, JSON, PENDING),
        _ => ok(&token_for("a", HOUR)),
    });
    let client = server.client(None, &[(OAUTH_DEVICE_ENDPOINT, &format!("{}/device", server.url()))]);
    assert_eq!(ffi::oauth_device_start(client.0), 0, "{}", error_text());
    let mut after = 5;
    // Trouble and silence double the wait, and an answer takes that back.
    for (sent, wait) in [(2, 10), (3, 20), (4, 5)] {
        waits(&client, &after.to_string());
        advance(after);
        assert_eq!(poll(&client), OAUTH_PENDING, "{}", error_text());
        assert_eq!(client.get(OAUTH_RETRY_AFTER), wait.to_string(), "{}", error_text());
        assert_eq!(server.count(), sent, "one request a poll");
        after = wait;
    }
    advance(after);
    assert_eq!(poll(&client), 0, "{}", error_text());
    gives(&client, "a");
    assert_eq!(poll(&client), 0, "{}", error_text());
    assert_eq!(server.count(), 5);
}
