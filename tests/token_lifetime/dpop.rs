//! The key that a token is bound to goes where its token goes (RFC 9449): from job to job, sealed, exported, lost with who
//! was killed. The server is the practice server's `/bound`, which gives nothing without a proof with its nonce.

use crate::common::carrier::{run, send, Carrier};
use crate::common::proof::Proof;
use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use practice_server::{Options, Server, SignIn};
use std::fs;

const KEY: (i32, &str) = (OAUTH_STORE_KEY, STORE_KEY);

struct World {
    server: Server,
    folder: Folder,
    carrier: Carrier,
}

impl World {
    fn new(carrier: Carrier) -> Self {
        let server = Server::start(Options::default()).unwrap();
        server.advance(now().unsigned_abs().saturating_sub(server.now()));
        Self { server, folder: Folder::new(), carrier }
    }

    /// A job with this store, or with none.
    fn job(&self, more: &[(i32, &str)]) -> Client {
        let http = if self.carrier == Carrier::Builtin { "builtin" } else { "caller" };
        let client = Client::with(&[
            (OAUTH_HTTP, http),
            (OAUTH_BASE_URL, &self.server.base("bound")),
            (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize"),
            (OAUTH_TOKEN_ENDPOINT, "/token"),
            // Its refresh tokens are bound, too (section 5).
            (OAUTH_CLIENT_ID, "public"),
            (OAUTH_REDIRECT_URI, "http://127.0.0.1:9999/cb"),
            (OAUTH_STORE, &self.folder.setting()),
            (OAUTH_DPOP, "required"),
        ]);
        for (property, text) in more {
            client.must_set(*property, text);
        }
        client
    }

    fn api(&self) -> String {
        format!("{}/api/me", self.server.base("bound"))
    }

    fn code(client: &Client) -> String {
        practice_server::sign_in(&client.authorize_url(), &SignIn::default()).unwrap()
    }

    #[track_caller]
    fn sign_in(&self, client: &Client) {
        let code = Self::code(client);
        assert_eq!(run(self.carrier, client, || client.exchange(&code)), 0, "{}", error_text());
    }

    /// Calls the API as a program does, and says how many requests that took.
    #[track_caller]
    fn calls_api(&self, client: &Client) -> u32 {
        for count in 1.. {
            let ask = || client.request_headers("GET", &self.api());
            let length = run(self.carrier, client, || ask().0);
            let (n, headers) = ask();
            assert!(n == length && n > 0, "{n} {length}: {}", error_text());
            assert!(headers.starts_with("Authorization: DPoP "), "{headers}");
            let (status, head, _) = send("GET", &self.api(), &headers, "");
            match client.api_response(&self.api(), status, &head) {
                1 => {}
                0 => {
                    assert_eq!(status, 200, "{head}");
                    return count;
                }
                wrong => panic!("{wrong}: {}", error_text()),
            }
        }
        unreachable!()
    }

    #[track_caller]
    fn refreshes(&self, client: &Client) {
        assert_eq!(run(self.carrier, client, || client.refresh()), 0, "{}", error_text());
    }

    fn pass(&self, seconds: i64) {
        advance(seconds);
        self.server.advance(seconds.unsigned_abs());
    }
}

#[test]
fn every_job_has_the_key_of_the_token() {
    if !own_process("dpop::every_job_has_the_key_of_the_token") {
        return;
    }
    for (carrier, alg) in
        [(Carrier::Builtin, "ES256"), (Carrier::Caller, "EdDSA"), (Carrier::Builtin, "ES384")]
    {
        let world = World::new(carrier);
        let first = world.job(&[KEY, (OAUTH_DPOP_ALG, alg)]);
        world.sign_in(&first);
        let counts = world.server.counts("bound");
        assert_eq!((counts.token_requests, counts.code_exchanges), (2, 1), "the nonce cost no code");
        assert_eq!(world.calls_api(&first), 2, "the API has a nonce of its own");
        assert_eq!(world.calls_api(&first), 1, "and it is kept");
        let key = first.get(OAUTH_DPOP_JKT);
        assert_eq!(key.len(), 43);

        // Another job, which has neither.
        let second = world.job(&[KEY]);
        assert_eq!(second.get(OAUTH_DPOP_JKT), key);
        assert_eq!(world.calls_api(&second), 1, "what the API insisted on is in the store");
        let before = world.server.counts("bound").token_requests;
        world.refreshes(&second);
        assert_eq!(world.server.counts("bound").token_requests, before + 1, "and so is the server's");
        assert_eq!(second.get(OAUTH_DPOP_JKT), key);

        // Nonces that are too old cost a request, and nothing else.
        world.pass(600);
        let third = world.job(&[KEY]);
        world.refreshes(&third);
        assert_eq!(world.calls_api(&third), 2);
        let counts = world.server.counts("bound");
        assert_eq!((counts.refreshes, counts.refused), (2, 2), "one nonce at the sign-in, and one now");
        // The first job's token is another's by now: an API that refuses it has it looked up.
        world.pass(120);
        world.server.revoke_access_tokens();
        assert_eq!(world.calls_api(&first), 4, "a nonce, the token that came since, and its successor");
        assert_eq!(first.get(OAUTH_DPOP_JKT), key);
        assert_eq!(world.server.counts("bound").refreshes, 3);
    }
}

#[test]
fn a_job_that_is_killed_costs_no_sign_in() {
    let world = World::new(Carrier::Caller);
    let killed = world.job(&[]);
    let code = World::code(&killed);
    assert_eq!(killed.exchange(&code), OAUTH_HTTP_NEEDED, "{}", error_text());
    let carry = |client: &Client| {
        let part = |part| client.request(part).1;
        send("POST", &part(OAUTH_REQUEST_URL), &part(OAUTH_REQUEST_HEADERS), &part(OAUTH_REQUEST_CONTENT))
    };
    // It has heard of the nonce, and no more.
    let (status, head, body) = carry(&killed);
    assert_eq!(killed.respond(status, &head, &body), OAUTH_HTTP_NEEDED, "{}", error_text());
    let proof_of = |client: &Client| {
        let headers = client.request(OAUTH_REQUEST_HEADERS).1;
        Proof::of(headers.split("\r\n").find_map(|line| line.strip_prefix("DPoP: ")).unwrap())
    };
    let killed_ones = proof_of(&killed).jkt;
    drop(killed);
    let next = world.job(&[]);
    assert_eq!(run(world.carrier, &next, || next.exchange(&code)), 0, "{}", error_text());
    assert_ne!(next.get(OAUTH_DPOP_JKT), killed_ones);
    assert_eq!(world.calls_api(&next), 2);

    // In the middle of a refresh: whoever comes next has the key that the refresh token is bound to.
    let key = next.get(OAUTH_DPOP_JKT);
    assert_eq!(next.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    drop(next);
    let last = world.job(&[]);
    world.refreshes(&last);
    assert_eq!(last.get(OAUTH_DPOP_JKT), key);
    assert_eq!(world.calls_api(&last), 1);
}

/// What it is all for; and that the practice server looks.
#[test]
fn who_has_the_token_alone_gets_nothing() {
    let world = World::new(Carrier::Builtin);
    let client = world.job(&[]);
    world.sign_in(&client);
    world.calls_api(&client);
    let headers = || client.request_headers("GET", &world.api()).1;
    let (token, good) = (client.access_token().1, headers());
    let call = |headers: &str| send("GET", &world.api(), headers, "");
    assert_eq!(call(&good).0, 200);
    let proof = |headers: &str| headers.split_once("DPoP: ").unwrap().1.to_owned();
    let mut other_signature = headers();
    other_signature.replace_range(other_signature.len() - 12..other_signature.len() - 2, "AAAAAAAAAA");
    let mut table = Table::default();
    for (name, headers, error) in [
        ("as a Bearer", format!("Authorization: Bearer {token}\r\n"), "invalid_token"),
        (
            "as a Bearer with a proof",
            format!("Authorization: Bearer {token}\r\nDPoP: {}", proof(&headers())),
            "invalid_token",
        ),
        ("without a proof", format!("Authorization: DPoP {token}\r\n"), "invalid_dpop_proof"),
        ("a proof that was used", good.clone(), "invalid_dpop_proof"),
        ("two proofs", format!("{}DPoP: {}", headers(), proof(&headers())), "invalid_dpop_proof"),
        ("another method's", client.request_headers("POST", &world.api()).1, "invalid_dpop_proof"),
        (
            "another URL's",
            client.request_headers("GET", &format!("{}/x", world.api())).1,
            "invalid_dpop_proof",
        ),
        ("another signature", other_signature, "invalid_dpop_proof"),
        ("another token's", headers().replace(&token, "at-another"), "invalid_dpop_proof"),
    ] {
        table.row(name, || {
            let (status, head, _) = call(&headers);
            assert_eq!(status, 401, "{head}");
            assert!(head.contains(&format!("error=\"{error}\"")), "{head}");
        });
    }
    table.row("its refresh token, with another key", || {
        let thief = world.job(&[(OAUTH_STORE, "memory:")]);
        let record: serde_json::Value = serde_json::from_str(&client.get(OAUTH_TOKEN_RECORD)).unwrap();
        let mut stolen = record.clone();
        stolen.as_object_mut().unwrap().remove("dpop_key");
        assert_eq!(thief.import(-1, &stolen.to_string()), 0, "{}", error_text());
        fails(thief.refresh(), OAUTH_ERROR_SIGN_IN, "the refresh token");
        assert!(error_text().contains("bound to another key"), "{}", error_text());
    });
    table.row("and the client itself is as it was", || assert_eq!(world.calls_api(&client), 1));
    table.end();
}

#[test]
fn the_key_is_kept_as_its_token_is() {
    let world = World::new(Carrier::Builtin);
    let client = world.job(&[]);
    world.sign_in(&client);
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(record_of(&world.folder)).unwrap()).unwrap();
    let key = record["dpop_key"].as_str().expect("the key is in the record").to_owned();
    client.must_set(OAUTH_STORE_KEY, STORE_KEY);
    client.must_set(OAUTH_STORE_ALLOW_PLAIN, "yes");
    assert!(client.reseal() > 0, "{}", error_text());
    for path in files_below(&world.folder.store()) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains(&key) && !text.contains("dpop_key"), "{}", path.display());
    }
    assert!(!client.status().contains(&key));

    // As one text, into a database and out of it.
    let text = client.get(OAUTH_TOKEN_RECORD);
    let jkt = client.get(OAUTH_DPOP_JKT);
    let other = world.job(&[(OAUTH_STORE, "memory:"), KEY]);
    assert_eq!(other.import(-1, &text), 0, "{}", error_text());
    assert_eq!(other.get(OAUTH_DPOP_JKT), jkt);
    world.calls_api(&other);
    world.refreshes(&other);
    assert_eq!(other.get(OAUTH_DPOP_JKT), jkt);

    // A key that was damaged is no key, and nobody is told that it is.
    let plain = world.job(&[(OAUTH_STORE, "memory:")]);
    for damaged in ["", "AAAA", "no base64!", &key[..40], &key[4..]] {
        let mut record = record.clone();
        record["dpop_key"] = damaged.into();
        let code = plain.import(-1, &record.to_string());
        let (n, headers) = plain.request_headers("GET", &world.api());
        assert!(code == 0 || !damaged.is_empty(), "{code}: {}", error_text());
        let expected = if damaged.is_empty() { OAUTH_ERROR_RESPONSE } else { OAUTH_ERROR_CERTIFICATE };
        fails(n, expected, if damaged.is_empty() { "its key is not here" } else { "dpop cannot be used" });
        assert_eq!(headers, "");
        assert!(damaged.is_empty() || !error_text().contains(damaged), "{}", error_text());
        assert_eq!(plain.get(OAUTH_DPOP_JKT), "");
    }
}

#[test]
fn a_nonce_in_the_store_that_is_none_is_passed_over() {
    let world = World::new(Carrier::Builtin);
    world.sign_in(&world.job(&[]));
    let documents: Vec<_> = files_below(&world.folder.store())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "doc"))
        .collect();
    assert_eq!(documents.len(), 1, "{documents:?}");
    let good = fs::read_to_string(&documents[0]).unwrap();
    let nonce = good.split('"').rev().nth(1).unwrap().to_owned();
    let wrong = ["", "{}", "\u{0}", &good[..20], &good.replace(&nonce, "a b"), &good.replace(&nonce, "")];
    for text in wrong {
        fs::write(&documents[0], text).unwrap();
        let before = world.server.counts("bound");
        let job = world.job(&[]);
        world.refreshes(&job);
        let after = world.server.counts("bound");
        assert_eq!(after.refreshes, before.refreshes + 1, "{text}");
        assert_eq!(after.token_requests, before.token_requests + 2, "{text}: it is asked for again");
    }
    assert!(fs::read_to_string(&documents[0]).unwrap().contains("\"nonce\""), "and stands there again");
}
