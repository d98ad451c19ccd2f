//! OAUTH_STATUS_LINE: one line for a person, without a secret, in every state that a token can be in.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;

/// The line, which is one, names whose token it is and holds no secret.
#[track_caller]
fn line(client: &Client, says: &[&str]) -> String {
    let line = client.status();
    assert!(!line.is_empty());
    assert!(
        !line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')),
        "not one line: {line:?}"
    );
    // Every secret of these tests has it in it.
    assert!(!line.contains(SECRET), "a secret in {line:?}");
    for word in ["carol", "edge", "https://as.example/token"].iter().chain(says) {
        assert!(line.contains(word), "{word:?} is not in {line:?}");
    }
    line
}

/// In memory, in a store, in a store that is sealed.
fn everywhere(table: &mut Table, name: &str, test: impl Fn(&dyn Fn() -> Client)) {
    let account = (OAUTH_ACCOUNT, "carol");
    table.row(&format!("{name}, memory"), || test(&|| client_with(&[account])));
    for key in ["", STORE_KEY] {
        let folder = Folder::new();
        table.row(&format!("{name}, store, key {key:?}"), || {
            test(&|| client_in(&folder, &[account, (OAUTH_STORE_KEY, key)]));
        });
    }
}

/// What it says of the process that renewed it.
fn by_us() -> String {
    format!("process {}", std::process::id())
}

#[test]
fn the_line_says_what_is_and_no_secret() {
    if !own_process("status::the_line_says_what_is_and_no_secret") {
        return;
    }
    let mut table = Table::default();
    everywhere(&mut table, "no token", |make| {
        let client = make();
        line(&client, &["no token"]);
        client.authorize_url();
        line(&client, &["no token"]);
        assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
        line(&client, &["no token"]);
    });
    everywhere(&mut table, "valid and expired", |make| {
        let client = make();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        let until = client.get(OAUTH_EXPIRES_AT);
        line(&client, &["valid until", &until, "generation 1", &by_us()]);
        client.refresh_to("2");
        line(&client, &["valid until", "generation 2"]);
        advance(HOUR);
        line(&client, &["expired", "generation 2"]);
    });
    everywhere(&mut table, "unknown expiry, no refresh token", |make| {
        let client = make();
        sign_in_with(&client, "", "{\"access_token\":\"SECRET-access-1\"}");
        line(&client, &["does not say", "no refresh token"]);
        assert_eq!(client.rejected(), 0);
        line(&client, &["refused"]);
        fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in again");
        line(&client, &["refused", "no refresh token"]);
    });
    everywhere(&mut table, "assumed", |make| {
        let client = make();
        client.must_set(OAUTH_ASSUME_EXPIRES_IN, "60");
        sign_in_with(&client, "", &token_with("1", ""));
        advance(61);
        line(&client, &["1"]);
        assert!(!client.status().contains("valid, "), "it counts as expired: {}", client.status());
    });
    everywhere(&mut table, "rejected", |make| {
        let client = make();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        gives(&client, "1");
        assert_eq!(client.rejected(), 0);
        line(&client, &["refused"]);
        client.asks();
        line(&client, &["refused"]);
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        assert!(!line(&client, &["valid until"]).contains("refused"));
    });
    everywhere(&mut table, "a cool-down and the last error", |make| {
        let client = make();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(503, "Retry-After: 300\r\n", b""), OAUTH_ERROR_UNAVAILABLE);
        let said = line(&client, &["valid until", "503", &by_us()]);
        let minutes = [rfc3339(now() + 300), rfc3339(now() + 299), rfc3339(now() + 298)];
        assert!(minutes.iter().any(|at| said.contains(at)), "until when, in {said:?}");
        advance(301);
        line(&client, &["503"]);
        client.refresh_to("2");
        assert!(!line(&client, &["valid until"]).contains("503"), "mended");
    });
    everywhere(&mut table, "no answer", |make| {
        let client = make();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        line(&client, &["valid until"]);
        assert_eq!(client.respond(0, "", b""), OAUTH_ERROR_DISCONNECTED);
        line(&client, &["got no answer"]);
    });
    everywhere(&mut table, "a server that repeats what it was sent", |make| {
        let client = make();
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        for words in [
            "SECRET-refresh-1 is not good",
            "SECRET%2Drefresh%2D1",
            "client SECRET-of-the-client",
            "SECRET-access-1, SECRET-id-1",
            "two\\nlines\\r\\nand \\u2028 more",
        ] {
            assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
            let body = format!("{{\"error\":\"invalid_grant\",\"error_description\":\"{words}\"}}");
            assert_eq!(client.respond(400, JSON, body.as_bytes()), OAUTH_ERROR_SIGN_IN);
            line(&client, &["sign in again"]);
        }
    });
    everywhere(&mut table, "forgotten", |make| {
        let (client, other) = (make(), make());
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(other.forget(), 0, "{}", error_text());
        assert_eq!(client.forget(), 0, "{}", error_text());
        line(&client, &["no token"]);
        line(&other, &["no token"]);
    });
    table.end();
}

type Row = (&'static str, fn(&Folder), &'static str);

#[test]
fn it_says_what_is_wrong_with_the_store() {
    if !own_process("status::it_says_what_is_wrong_with_the_store") {
        return;
    }
    let account = (OAUTH_ACCOUNT, "carol");
    let mut table = Table::default();
    table.row("a token that could not be stored", || {
        let folder = Folder::new();
        let client = client_in(&folder, &[account]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        chmod(&folder.store(), 0o777);
        assert_eq!(answer_token(&client, "2"), OAUTH_ERROR_STORE_UNSAFE);
        line(&client, &["in memory alone", "chmod 700"]);
        chmod(&folder.store(), 0o700);
        gives(&client, "2");
        assert!(!line(&client, &["valid until", "generation 2"]).contains("memory"));
    });
    let rows: &[Row] = &[
        (
            "damaged",
            |folder| fs::write(record_of(folder), "{\"access_token\":\"SECRET-access-1\"").unwrap(),
            "damaged",
        ),
        ("empty", |folder| fs::write(record_of(folder), "").unwrap(), "damaged"),
        ("newer", |folder| fs::write(record_of(folder), "{\"format\":2}").unwrap(), "newer"),
        ("open to others", |folder| chmod(&record_of(folder), 0o644), "other users"),
        ("gone", |folder| fs::remove_file(record_of(folder)).unwrap(), ""),
        ("the folder is gone", |folder| fs::remove_dir_all(folder.store()).unwrap(), ""),
    ];
    for (name, spoil, says) in rows {
        table.row(name, || {
            let folder = Folder::new();
            let client = client_in(&folder, &[account]);
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            gives(&client, "1");
            spoil(&folder);
            line(&client, &[says]);
            line(&client_in(&folder, &[account]), &[says]);
        });
    }
    for key in ["", OTHER_KEY, "env:LIBOAUTH_LIFE_NO_SUCH_NAME", "file:/nonexistent"] {
        table.row(&format!("sealed, and the key is {key:?}"), || {
            let folder = Folder::new();
            let client = client_in(&folder, &[account, (OAUTH_STORE_KEY, STORE_KEY)]);
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            line(&client_in(&folder, &[account, (OAUTH_STORE_KEY, key)]), &["key"]);
        });
    }
    table.row("another job's renewal is seen", || {
        let folder = Folder::new();
        let (first, second) = (client_in(&folder, &[account]), client_in(&folder, &[account]));
        assert_eq!(sign_in(&first, "1"), 0, "{}", error_text());
        gives(&second, "1");
        first.refresh_to("2");
        line(&second, &["generation 2"]);
        assert_eq!(first.refresh(), OAUTH_HTTP_NEEDED);
        line(&second, &["is renewing"]);
    });
    table.row("settings that are not complete", || {
        for settings in [&[][..], &[(OAUTH_ACCOUNT, "carol")], &[(OAUTH_CLIENT_SECRET, "SECRET")]] {
            let status = Client::with(settings).status();
            assert!(!status.is_empty() && !status.contains(SECRET), "{status:?}");
        }
    });
    table.row("a name with what would end the line", || {
        for name in ["a\u{2028}b", "a\u{85}b", "a\tb", "a\u{202e}b"] {
            let client = client();
            if client.set(OAUTH_ACCOUNT, name) == 0 {
                let status = client.status();
                let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
                assert!(!status.chars().any(ends), "{status:?}");
            }
        }
    });
    table.end();
}
