//! Pending authorizations in a store: one job shows the URL, another takes the code, once.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// What the browser brings back from a URL.
fn back_from(url: &str, code: &str) -> String {
    format!("https://app.example/cb?code={code}&state={}", parameter_of(url, "state"))
}

/// The request that waits carries the verifier of that URL.
#[track_caller]
fn proves(client: &Client, url: &str) {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine;
    let verifier = parameter_of(&content(client), "code_verifier");
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), parameter_of(url, "code_challenge"));
}

/// Takes the code, and the server gives the token of that name.
#[track_caller]
fn takes(client: &Client, came_back: &str, name: &str) {
    assert_eq!(client.exchange(came_back), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(answer_token(client, name), 0, "{}", error_text());
    gives(client, name);
}

fn pending_files(folder: &Folder) -> Vec<PathBuf> {
    let all = files_below(&folder.store()).into_iter();
    all.filter(|path| path.parent() != Some(&folder.store())).collect()
}

#[test]
fn one_job_shows_the_url_and_another_takes_the_code() {
    let mut table = Table::default();
    table.row("once", || {
        let folder = Folder::new();
        let (first, second, third) = (folder.client(), folder.client(), folder.client());
        let url = first.authorize_url();
        let came_back = back_from(&url, "SECRET-code");
        assert_eq!(second.exchange(&came_back), OAUTH_HTTP_NEEDED, "{}", error_text());
        proves(&second, &url);
        // Nobody else sends it meanwhile.
        fails(third.exchange(&came_back), OAUTH_ERROR_BUSY, "another thread's request");
        assert_eq!(answer_token(&second, "1"), 0, "{}", error_text());
        for late in [&second, &third, &first] {
            fails(late.exchange(&came_back), OAUTH_ERROR_SEQUENCE, "");
            fails(late.exchange(&back_from(&url, "SECRET-other-code")), OAUTH_ERROR_SEQUENCE, "");
            gives(late, "1");
        }
        // The maker is gone, and the process is another.
        let url = third.authorize_url();
        drop((first, second, third));
        takes(&folder.client(), &back_from(&url, "SECRET-code-2"), "2");
    });
    table.row("several at once, in any order", || {
        let folder = Folder::new();
        let maker = folder.client();
        let urls: Vec<_> = (0..12).map(|_| maker.authorize_url()).collect();
        for number in [3, 11, 0, 7, 1, 2, 10, 4, 9, 5, 8, 6] {
            let client = folder.client();
            let came_back = back_from(&urls[number], &format!("SECRET-code-{number}"));
            assert_eq!(client.exchange(&came_back), OAUTH_HTTP_NEEDED, "{number}: {}", error_text());
            proves(&client, &urls[number]);
            assert_eq!(answer_token(&client, &number.to_string()), 0, "{}", error_text());
            gives(&client, &number.to_string());
        }
        for url in &urls {
            fails(maker.exchange(&back_from(url, "SECRET-again")), OAUTH_ERROR_SEQUENCE, "");
        }
    });
    table.row("the redirect URI is that of the URL", || {
        let folder = Folder::new();
        let url = client_in(&folder, &[(OAUTH_REDIRECT_URI, "https://app.example/first")]).authorize_url();
        let second = client_in(&folder, &[(OAUTH_REDIRECT_URI, "https://app.example/second")]);
        assert_eq!(second.exchange(&back_from(&url, "SECRET-code")), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert!(content(&second).contains("app.example%2Ffirst"), "{}", content(&second));
    });
    table.row("the nonce comes along", || {
        let folder = Folder::new();
        let second = folder.client();
        for nonce in ["n-0S6_WzA2Mj", "another"] {
            let first =
                client_in(&folder, &[(OAUTH_AUTHORIZE_PARAMS, &format!("prompt=login&nonce={nonce}"))]);
            let url = first.authorize_url();
            assert_eq!(parameter_of(&url, "nonce"), nonce);
            takes(&second, &back_from(&url, &format!("SECRET-code-{nonce}")), nonce);
            assert_eq!(second.get(OAUTH_NONCE), nonce);
            assert_eq!(first.get(OAUTH_NONCE), "");
        }
        takes(&second, &back_from(&folder.client().authorize_url(), "SECRET-c"), "3");
        assert_eq!(second.get(OAUTH_NONCE), "", "the last sign-in had none");
    });
    table.row("without PKCE", || {
        let folder = Folder::new();
        let off = &[(OAUTH_PKCE, "off")];
        let url = client_in(&folder, off).authorize_url();
        let second = client_in(&folder, off);
        let came_back = back_from(&url, "SECRET-code");
        assert_eq!(second.exchange(&came_back), OAUTH_HTTP_NEEDED, "{}", error_text());
        assert_eq!(maybe_parameter(&content(&second), "code_verifier"), None);
        assert_eq!(answer_token(&second, "1"), 0, "{}", error_text());
        fails(client_in(&folder, off).exchange(&came_back), OAUTH_ERROR_SEQUENCE, "");
        fails(second.exchange("?code=SECRET-c&state=forged"), OAUTH_ERROR_STATE, "state differs");
    });
    table.end();
}

#[test]
fn a_code_alone_answers_the_newest_url() {
    let mut table = Table::default();
    for pause in [20, 0] {
        // Without a pause both URLs may be of one tick of the clock.
        table.row(&format!("{pause} ms between them"), || {
            for _ in 0..20 {
                let folder = Folder::new();
                let maker = folder.client();
                let mut newest = String::new();
                for _ in 0..3 {
                    newest = maker.authorize_url();
                    std::thread::sleep(Duration::from_millis(pause));
                }
                let second = folder.client();
                assert_eq!(second.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
                proves(&second, &newest);
            }
        });
    }
    table.end();
}

#[test]
fn what_was_not_asked_for_here_is_refused() {
    if !own_process("pending::what_was_not_asked_for_here_is_refused") {
        return;
    }
    let mut table = Table::default();
    let folder = Folder::new();
    let elsewhere = Folder::new();
    let others: &[(&str, &Folder, (i32, &str))] = &[
        ("another account's", &folder, (OAUTH_ACCOUNT, "another")),
        ("another client's", &folder, (OAUTH_CLIENT_ID, "another")),
        ("another server's", &folder, (OAUTH_TOKEN_ENDPOINT, "https://other.example/token")),
        ("another store's", &elsewhere, (OAUTH_ACCOUNT, "")),
    ];
    for (name, store, setting) in others {
        table.row(name, || {
            let url = client_in(store, &[*setting]).authorize_url();
            let client = folder.client();
            fails(client.exchange(&back_from(&url, "SECRET-code")), OAUTH_ERROR_STATE, "state differs");
            client.authorize_url();
            fails(client.exchange(&back_from(&url, "SECRET-code")), OAUTH_ERROR_STATE, "state differs");
            // It is still good where it belongs.
            takes(&client_in(store, &[*setting]), &back_from(&url, "SECRET-code"), "1");
        });
    }
    table.row("an unknown state", || {
        let client = folder.client();
        for state in ["x", "..", "../../etc/passwd", "%2e%2e%2f", "*"] {
            fails(
                client.exchange(&format!("?code=SECRET-c&state={state}")),
                OAUTH_ERROR_STATE,
                "state differs",
            );
        }
    });
    table.row("no state in a whole redirect", || {
        let client = folder.client();
        client.authorize_url();
        fails(client.exchange("https://app.example/cb?code=SECRET-c"), OAUTH_ERROR_STATE, "state differs");
    });
    table.row("a code alone, where nothing is pending", || {
        fails(Folder::new().client().exchange("SECRET-code"), OAUTH_ERROR_SEQUENCE, "no authorization");
    });
    for (seconds, later) in [("", 172_800), ("60", 60)] {
        table.row(&format!("after its time: {later}"), || {
            let folder = Folder::new();
            let make = || client_in(&folder, &[(OAUTH_PENDING_EXPIRES_IN, seconds)]);
            let urls = [make().authorize_url(), make().authorize_url()];
            advance(later - 5);
            takes(&make(), &back_from(&urls[0], "SECRET-code"), "1");
            advance(6);
            let late = make();
            fails(late.exchange(&back_from(&urls[1], "SECRET-code")), OAUTH_ERROR_STATE, "too long ago");
            let n = late.exchange("SECRET-code-alone");
            assert!([OAUTH_ERROR_STATE, OAUTH_ERROR_SEQUENCE].contains(&n), "{n}: {}", error_text());
        });
    }
    table.end();
}

#[test]
fn an_exchange_that_fails_leaves_it_open_for_its_code_alone() {
    let mut table = Table::default();
    let bad: &[(i32, &str, &str, bool)] = &[
        (0, "", "", true),
        (503, "", "", true),
        (401, "", "", true),
        (400, JSON, "{\"error\":\"invalid_grant\"}", false),
        (200, "", "<html>", false),
    ];
    for (status, headers, body, is_open) in bad.iter().copied() {
        table.row(&format!("{status} {body}"), || {
            let folder = Folder::new();
            folder.client().authorize_url();
            let url = folder.client().authorize_url();
            let (came_back, other) = (back_from(&url, "SECRET-code"), back_from(&url, "SECRET-theirs"));
            let second = folder.client();
            assert_eq!(second.exchange(&came_back), OAUTH_HTTP_NEEDED, "{}", error_text());
            fails(folder.client().exchange(&other), OAUTH_ERROR_SEQUENCE, "this sign-in has had its code");
            assert!(second.respond(status, headers, body.as_bytes()) < 0);
            for other in [other.as_str(), "SECRET-theirs"] {
                fails(folder.client().exchange(other), OAUTH_ERROR_SEQUENCE, "this sign-in has had its code");
            }
            let said = format!("?error=access_denied&state={}", parameter_of(&url, "state"));
            fails(folder.client().exchange(&said), OAUTH_ERROR_STATE, "state differs");
            if is_open {
                takes(&folder.client(), &came_back, "1");
            }
            fails(second.exchange(&came_back), OAUTH_ERROR_SEQUENCE, "");
        });
    }
    table.row("nothing was sent", || {
        let folder = Folder::new();
        let nobody = &[(OAUTH_TOKEN_ENDPOINT, "http://127.0.0.1:1/token"), (OAUTH_HTTP, "builtin")];
        let url = client_in(&folder, nobody).authorize_url();
        for code in ["SECRET-code", "SECRET-other-code"] {
            fails(client_in(&folder, nobody).exchange(&back_from(&url, code)), OAUTH_ERROR_CONNECT, "");
        }
    });
    table.row("closed without an answer", || {
        let folder = Folder::new();
        let came_back = back_from(&folder.client().authorize_url(), "SECRET-code");
        let second = folder.client();
        assert_eq!(second.exchange(&came_back), OAUTH_HTTP_NEEDED, "{}", error_text());
        drop(second);
        fails(folder.client().exchange("SECRET-theirs"), OAUTH_ERROR_SEQUENCE, "");
        takes(&folder.client(), &came_back, "1");
    });
    table.row("refused by the person", || {
        let folder = Folder::new();
        let url = folder.client().authorize_url();
        let said = format!("?error=access_denied&state={}", parameter_of(&url, "state"));
        fails(folder.client().exchange(&said), OAUTH_ERROR_ACCESS_DENIED, "access_denied");
        fails(
            folder.client().exchange("?error=access_denied&state=forged"),
            OAUTH_ERROR_STATE,
            "state differs",
        );
    });
    table.end();
}

#[test]
fn what_is_remembered_and_what_is_not() {
    let mut table = Table::default();
    table.row("nothing, without a URL", || {
        let folder = Folder::new();
        let client = folder.client();
        let mut small = [0_u8; 100];
        let mut build = |capacity| unsafe {
            ffi::oauth_build_authorize_url(client.0, small.as_mut_ptr().cast(), capacity)
        };
        assert!(build(0) > 100, "{}", error_text());
        let n = build(100);
        fails(n, OAUTH_ERROR_BUFFER, "the buffer is too small");
        assert_eq!(files_below(&folder.store()), Vec::<PathBuf>::new());
        assert_eq!(client.get(OAUTH_STATE), "");
        fails(client.exchange("SECRET-code"), OAUTH_ERROR_SEQUENCE, "no authorization");
    });
    table.row("sealed with the key", || {
        let folder = Folder::new();
        let key = &[(OAUTH_STORE_KEY, STORE_KEY), (OAUTH_AUTHORIZE_PARAMS, "nonce=SECRET-nonce")];
        let url = client_in(&folder, key).authorize_url();
        let state = parameter_of(&url, "state");
        let files = pending_files(&folder);
        assert_eq!(files.len(), 1);
        let text = fs::read_to_string(&files[0]).unwrap();
        for secret in [&state, "SECRET-nonce", "app.example", "code_verifier"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(!files[0].to_str().unwrap().contains(&state));
        let came_back = back_from(&url, "SECRET-code");
        fails(folder.client().exchange(&came_back), OAUTH_ERROR_STORE_KEY, "store key");
        let wrong = client_in(&folder, &[(OAUTH_STORE_KEY, OTHER_KEY)]);
        fails(wrong.exchange(&came_back), OAUTH_ERROR_STORE_KEY, "store key");
        assert_eq!(fs::read_to_string(&files[0]).unwrap(), text);
        let old = client_in(&folder, &[(OAUTH_STORE_KEY, OTHER_KEY), (OAUTH_STORE_OLD_KEY, STORE_KEY)]);
        takes(&old, &came_back, "1");
    });
    table.row("a file of its owner's", || {
        let folder = Folder::new();
        folder.client().authorize_url();
        let files = pending_files(&folder);
        assert_eq!((mode(&files[0]), mode(files[0].parent().unwrap())), (0o600, 0o700));
    });
    table.row("without a store, not beyond the client", || {
        let first = client();
        let url = first.authorize_url();
        fails(client().exchange(&back_from(&url, "SECRET-code")), OAUTH_ERROR_STATE, "state differs");
        takes(&first, &back_from(&url, "SECRET-code"), "1");
    });
    // oauth_forget: "Removes the token [...] and its authorizations that are pending", wherever they are.
    let folder = Folder::new();
    for store in [Some(&folder), None] {
        table.row(&format!("nothing, once the account is forgotten, store: {}", store.is_some()), || {
            let client = store.map_or_else(client, Folder::client);
            let url = client.authorize_url();
            assert_eq!(client.forget(), 0, "{}", error_text());
            let n = client.exchange(&back_from(&url, "SECRET-code"));
            assert!([OAUTH_ERROR_STATE, OAUTH_ERROR_SEQUENCE].contains(&n), "{n}: {}", error_text());
        });
    }
    table.end();
}
