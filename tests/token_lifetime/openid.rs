//! Who has signed in, over time: the server's keys as jobs share them, keys that change, and what a refresh brings.

use crate::common::issuer::{answer as token_answer, claims, jwk, jwks, signed, ISSUER, KEYS, SUBJECT};
use crate::common::{error_text, out, own_process, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use serde_json::{json, Value};
use std::sync::{Arc, Mutex};

const OPENID: &[(i32, &str)] = &[(OAUTH_SCOPE, "openid"), (OAUTH_ISSUER, ISSUER), (OAUTH_JWKS_URI, KEYS)];

/// An ID token by that key, of which a claim may be another.
fn id_token(key: &str, nonce: &str, change: &[(&str, Value)]) -> String {
    let mut claims = claims(nonce, now());
    claims["aud"] = json!("edge");
    for (name, value) in change {
        claims[*name] = value.clone();
    }
    let alg = if key.starts_with('p') { "ES256" } else { "RS256" };
    signed(key, &json!({"alg": alg, "kid": key}), &claims.to_string())
}

fn claim(client: &Client, name: &str) -> (i32, String) {
    let length = i32::try_from(name.len()).unwrap();
    out(|b, c| unsafe {
        ffi::oauth_field(client.0, OAUTH_FIELD_ID_TOKEN, name.as_ptr().cast(), length, b, c)
    })
}

#[track_caller]
fn is(client: &Client, name: &str, expected: &str) {
    assert_eq!(claim(client, name).1, expected, "{}", error_text());
}

/// A person comes back, and the server answers with an ID token by that key. What is returned then.
#[track_caller]
fn comes_back(client: &Client, key: &str) -> i32 {
    let url = client.authorize_url();
    let (state, nonce) = (parameter_of(&url, "state"), parameter_of(&url, "nonce"));
    let asked = client.exchange(&format!("?code=SECRET-{state}&state={state}"));
    assert_eq!(asked, OAUTH_HTTP_NEEDED, "{}", error_text());
    client.respond(200, JSON, token_answer("SECRET-access-1", &id_token(key, &nonce, &[])).as_bytes())
}

#[track_caller]
fn asks_for_keys(client: &Client, answered: i32) {
    assert_eq!(answered, OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.request(OAUTH_REQUEST_URL).1, KEYS);
}

#[track_caller]
fn with_keys(client: &Client, names: &[&str]) {
    assert_eq!(client.respond(200, JSON, jwks(names).as_bytes()), 0, "{}", error_text());
}

#[track_caller]
fn is_refused(answered: i32, says: &str) {
    fails_and_asks_for(answered, OAUTH_ERROR_ID_TOKEN, says, OAUTH_ACTION_SIGN_IN);
}

#[test]
fn keys_are_kept_and_looked_up_anew() {
    if !own_process("openid::keys_are_kept_and_looked_up_anew") {
        return;
    }
    let mut table = Table::default();
    for key in ["", STORE_KEY] {
        table.row(&format!("jobs share them, store key {key:?}"), || {
            let folder = Folder::new();
            let more = [OPENID, &[(OAUTH_STORE_KEY, key)]].concat();
            let (first, second) = (client_in(&folder, &more), client_in(&folder, &more));
            let answered = comes_back(&first, "rsa");
            asks_for_keys(&first, answered);
            with_keys(&first, &["rsa"]);
            assert_eq!(comes_back(&second, "rsa"), 0, "{}", error_text());
            // Who has signed in, a job knows that was not there.
            let third = client_in(&folder, &more);
            is(&third, "sub", SUBJECT);
            is(&third, "address.country", "NL");
        });
    }
    table.row("an unknown key, at most once a minute", || {
        let folder = Folder::new();
        let (client, other) = (client_in(&folder, OPENID), client_in(&folder, OPENID));
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        with_keys(&client, &["rsa"]);
        // Nor does another job ask for it.
        is_refused(comes_back(&other, "p256"), "none of the server's");
        is_refused(comes_back(&client, "p256"), "none of the server's");
        advance(61);
        let answered = comes_back(&client, "p256");
        asks_for_keys(&client, answered);
        with_keys(&client, &["rsa", "p256"]);
        is(&client, "sub", SUBJECT);
        assert_eq!(comes_back(&other, "p256"), 0, "{}", error_text());
    });
    table.row("a wrong signature, after another look", || {
        let client = client_with(OPENID);
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        let other = json!({"keys": [{"kid": "rsa", "kty": "RSA", "n": jwk("rsa_4096")["n"], "e": "AQAB"}]});
        is_refused(client.respond(200, JSON, other.to_string().as_bytes()), "signature is wrong");
        is_refused(comes_back(&client, "rsa"), "signature is wrong");
        advance(61);
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        with_keys(&client, &["rsa"]);
    });
    table.row("after a day; old ones serve where the server cannot be reached", || {
        let client = client_with(OPENID);
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        with_keys(&client, &["rsa"]);
        advance(DAY);
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        assert_eq!(client.respond(0, "", b""), 0, "{}", error_text());
        is(&client, "sub", SUBJECT);
        // For a minute nobody tries again.
        assert_eq!(comes_back(&client, "rsa"), 0, "{}", error_text());
        advance(61);
        let answered = comes_back(&client, "p256");
        asks_for_keys(&client, answered);
        assert_eq!(client.respond(503, "", b""), 0, "{}", error_text());
        gives(&client, "1");
        is_refused(claim(&client, "sub").0, "keys could not be had");
    });
    table.row("for a month, in memory and in a folder, however often they have served", || {
        let folder = Folder::new();
        for client in [client_with(OPENID), client_in(&folder, OPENID)] {
            let answered = comes_back(&client, "rsa");
            asks_for_keys(&client, answered);
            with_keys(&client, &["rsa"]);
            for are_old in [false, false, true] {
                advance(12 * DAY);
                let answered = comes_back(&client, "rsa");
                asks_for_keys(&client, answered);
                assert_eq!(client.respond(503, "", b""), 0, "{}", error_text());
                gives(&client, "1");
                if are_old {
                    is_refused(claim(&client, "sub").0, "keys could not be had");
                } else {
                    is(&client, "sub", SUBJECT);
                }
            }
            // And then others, as ever.
            let answered = comes_back(&client, "rsa");
            asks_for_keys(&client, answered);
            with_keys(&client, &["rsa"]);
            is(&client, "sub", SUBJECT);
        }
    });
    table.end();
}

/// A server may send certificates with its keys, and anything else.
#[test]
fn nothing_but_keys_is_kept_of_them() {
    let folder = Folder::new();
    let mut key = jwk("rsa");
    (key["use"], key["x5c"]) = (json!("sig"), json!("x".repeat(400_000)));
    let keys =
        json!({"more": "x".repeat(100_000), "keys": [vec![0; 100_000], key, {"kty": "x".repeat(100_000)}]});
    let client = client_in(&folder, OPENID);
    let answered = comes_back(&client, "rsa");
    asks_for_keys(&client, answered);
    assert_eq!(client.respond(200, JSON, keys.to_string().as_bytes()), 0, "{}", error_text());
    is(&client, "sub", SUBJECT);
    let files = files_below(&folder.store());
    let length: u64 = files.iter().map(|file| std::fs::metadata(file).unwrap().len()).sum();
    assert!(length < 16 * 1024, "{length} bytes: {files:?}");
    let other = client_in(&folder, OPENID);
    assert_eq!(comes_back(&other, "rsa"), 0, "{}", error_text());
    is(&other, "sub", SUBJECT);
}

/// The header, after the answers.
#[track_caller]
fn refreshed(client: &Client, id_token: &str) -> i32 {
    assert_eq!(client.rejected(), 0);
    client.asks();
    client.respond(200, JSON, token_answer("SECRET-access-2", id_token).as_bytes())
}

#[test]
fn a_refresh_is_of_the_same_person() {
    type Change<'a> = &'a [(&'a str, Value)];
    if !own_process("openid::a_refresh_is_of_the_same_person") {
        return;
    }
    let signed_in = || {
        let client = client_with(OPENID);
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        with_keys(&client, &["rsa"]);
        client
    };
    let named = |name: &str| [("name", json!(name))];
    let mut table = Table::default();
    table.row("a new one of the same person", || {
        let client = signed_in();
        let new = id_token("rsa", "no matter", &named("Joan Doe"));
        assert!(refreshed(&client, &new) > 0, "{}", error_text());
        gives(&client, "2");
        is(&client, "name", "Joan Doe");
        assert_eq!(client.get(OAUTH_ID_TOKEN), new);
    });
    table.row("none", || {
        let client = signed_in();
        assert_eq!(client.rejected(), 0);
        client.asks();
        assert!(answer_token(&client, "2") > 0, "{}", error_text());
        is(&client, "name", "Jane Doe");
    });
    let another: &[(&str, &str, Value)] = &[
        ("sub", "its sub is another", json!("7")),
        ("iss", "its iss is another", json!("https://evil.example")),
        ("aud", "its aud is another", json!("other")),
    ];
    for (name, says, value) in another {
        table.row(&format!("another {name}: nothing of it is taken"), || {
            let client = signed_in();
            let refresh_token = client.get(OAUTH_REFRESH_TOKEN);
            is_refused(refreshed(&client, &id_token("rsa", "", &[(name, value.clone())])), says);
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), refresh_token);
            is(&client, "sub", SUBJECT);
        });
    }
    let no_good: &[(&str, &str, Change)] = &[
        ("expired", "rsa", &[("exp", json!(1)), ("name", json!("X"))]),
        ("of another access token", "rsa", &[("at_hash", json!("AAAA")), ("name", json!("X"))]),
        ("signed by nobody", "none", &[("name", json!("X"))]),
    ];
    for (name, key, change) in no_good {
        table.row(&format!("{name}: the tokens are taken, and not that"), || {
            let client = signed_in();
            let before = client.get(OAUTH_ID_TOKEN);
            let new = id_token("rsa", "", change);
            let new = if *key == "none" { new.rsplit_once('.').unwrap().0.to_owned() + ".AAAA" } else { new };
            let mut answered = refreshed(&client, &new);
            if answered == OAUTH_HTTP_NEEDED {
                answered = client.respond(200, JSON, jwks(&["rsa"]).as_bytes());
            }
            assert!(answered > 0, "{}", error_text());
            gives(&client, "2");
            is(&client, "name", "Jane Doe");
            assert_eq!(client.get(OAUTH_ID_TOKEN), before);
        });
    }
    table.row("no ID token at all", || {
        let client = signed_in();
        assert!(refreshed(&client, "opaque") > 0, "{}", error_text());
        gives(&client, "2");
        is(&client, "name", "Jane Doe");
    });
    for keys in [Some(jwks(&["p256"])), None] {
        table.row(
            &format!("by another key: the tokens are stored before it is looked up, {}", keys.is_some()),
            || {
                let folder = Folder::new();
                let (client, other) = (client_in(&folder, OPENID), client_in(&folder, OPENID));
                let answered = comes_back(&client, "rsa");
                asks_for_keys(&client, answered);
                with_keys(&client, &["rsa"]);
                advance(61);
                let answered = refreshed(&client, &id_token("p256", "", &named("Joan Doe")));
                asks_for_keys(&client, answered);
                gives(&other, "2");
                let (status, body) = keys.as_ref().map_or((0, ""), |keys| (200, keys));
                assert!(client.respond(status, "", body.as_bytes()) > 0, "{}", error_text());
                gives(&client, "2");
                is(&client, "name", "Jane Doe");
                // The next one is known.
                let answered = refreshed(&client, &id_token("p256", "", &named("Joan Doe")));
                assert!(answered > 0, "{}", error_text());
                is(&client, "name", if keys.is_some() { "Joan Doe" } else { "Jane Doe" });
            },
        );
    }
    table.end();
}

/// The same over the built-in HTTP, and a program that ends before it has the keys.
#[test]
fn the_carriers_do_the_same() {
    let mut table = Table::default();
    table.row("built in: token, keys, userinfo", || {
        let nonce = Arc::new(Mutex::new(String::new()));
        let seen = nonce.clone();
        let script = Script::start(move |number, content| {
            let token = || token_answer("SECRET-access-1", &id_token("rsa", &seen.lock().unwrap(), &[]));
            match (number, content) {
                (0, content) if content.contains("grant_type") => ok(&token()),
                (1, "") => ok(&jwks(&["rsa"])),
                (2 | 5, "") => ok(&json!({"sub": SUBJECT, "email": "j@e.nl"}).to_string()),
                (3, "") => answer(401, "", ""),
                (4, content) if content.contains("refresh_token") => ok(&token_for("2", HOUR)),
                _ => answer(500, "", ""),
            }
        });
        let url = |path: &str| script.url() + path;
        let client = script.client(None, OPENID);
        client.must_set(OAUTH_JWKS_URI, &url("/keys"));
        client.must_set(OAUTH_USERINFO_ENDPOINT, &url("/me"));
        let page = client.authorize_url();
        *nonce.lock().unwrap() = parameter_of(&page, "nonce");
        let state = parameter_of(&page, "state");
        assert_eq!(client.exchange(&format!("?code=c&state={state}")), 0, "{}", error_text());
        is(&client, "sub", SUBJECT);
        assert_eq!(ffi::oauth_userinfo(client.0), 0, "{}", error_text());
        assert_eq!(script.count(), 3);
        // A token that is not taken is shown once, and then another.
        let refused = ffi::oauth_userinfo(client.0);
        fails_and_asks_for(refused, OAUTH_ERROR_INVALID_TOKEN, "call again", OAUTH_ACTION_RETRY);
        assert_eq!(script.count(), 4);
        assert_eq!(ffi::oauth_userinfo(client.0), 0, "{}", error_text());
        gives(&client, "2");
    });
    table.row("who does not ask for the keys has the token, and of nobody", || {
        let client = client_with(OPENID);
        let answered = comes_back(&client, "rsa");
        asks_for_keys(&client, answered);
        gives(&client, "1");
        let sub = claim(&client, "sub").0;
        fails_and_asks_for(sub, OAUTH_ERROR_ID_TOKEN, "keys could not be had", OAUTH_ACTION_SIGN_IN);
        let late = client.respond(200, JSON, jwks(&["rsa"]).as_bytes());
        fails_and_asks_for(late, OAUTH_ERROR_SEQUENCE, "no request waits", OAUTH_ACTION_FIX);
    });
    table.end();
}
