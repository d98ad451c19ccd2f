//! Tokens without a person: asked for when there is none, kept and shared as any other, and whose they are.

use crate::common::{error_action, error_text, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::thread;

const BY_CLIENT: (i32, &str) = (OAUTH_GRANT_TYPE, "client_credentials");
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn request_token(client: &Client, grant_type: &str) -> i32 {
    let length = i32::try_from(grant_type.len()).unwrap();
    unsafe { ffi::oauth_request_token(client.0, grant_type.as_ptr().cast(), length) }
}

#[test]
fn the_first_header_asks_for_a_token_and_all_jobs_share_it() {
    if !own_process("machine::the_first_header_asks_for_a_token_and_all_jobs_share_it") {
        return;
    }
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    let jobs: Vec<_> = (0..8).map(|_| server.client(Some(&folder), &[BY_CLIENT])).collect();
    assert!(jobs[0].status().contains("no token yet: the next call asks for one"), "{}", jobs[0].status());
    thread::scope(|scope| {
        for job in &jobs {
            scope.spawn(|| gives(job, "0"));
        }
    });
    assert_eq!(server.count(), 1, "one request for all");
    let content = &server.requests()[0];
    assert_eq!(parameter_of(content, "grant_type"), "client_credentials");
    advance(HOUR);
    for job in &jobs {
        gives(job, "1");
    }
    assert_eq!(server.count(), 2, "and one more when it has expired");
    assert_eq!(jobs[3].rejected(), 0);
    gives(&jobs[3], "2");
    gives(&jobs[4], "1"); // still good for who was not refused
    assert_eq!(jobs[4].rejected(), 0);
    gives(&jobs[4], "2");
    assert_eq!(server.count(), 3);
}

#[test]
fn a_job_finds_what_another_process_has_stored() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    gives(&server.client(Some(&folder), &[BY_CLIENT]), "0");
    gives(&server.client(Some(&folder), &[BY_CLIENT]), "0");
    assert_eq!(server.count(), 1);
}

/// Two jobs' settings.
type Pair = (&'static str, &'static [(i32, &'static str)], &'static [(i32, &'static str)]);

/// Settings of two jobs of one client whose tokens are not each other's.
const OTHERS: &[Pair] = &[
    ("scope", &[(OAUTH_SCOPE, "read")], &[(OAUTH_SCOPE, "read write")]),
    ("audience", &[(OAUTH_AUDIENCE, "https://a.example")], &[(OAUTH_AUDIENCE, "https://b.example")]),
    ("resource", &[], &[(OAUTH_RESOURCE, "https://b.example")]),
    ("grant", &[], &[(OAUTH_GRANT_TYPE, "account_credentials")]),
    ("account", &[], &[(OAUTH_ACCOUNT, "anne")]),
    ("username", &[(OAUTH_USERNAME, "anne")], &[(OAUTH_USERNAME, "bert")]),
    ("headers", &[(OAUTH_TOKEN_HEADERS, "X-Tenant: a")], &[(OAUTH_TOKEN_HEADERS, "X-Tenant: b")]),
    ("parameters", &[(OAUTH_TOKEN_PARAMS, "tenant=a")], &[(OAUTH_TOKEN_PARAMS, "tenant=b")]),
];

#[test]
fn a_token_for_one_thing_is_not_given_out_for_another() {
    let mut table = Table::default();
    for (name, ours, theirs) in OTHERS {
        table.row(name, || {
            let folder = Folder::new();
            let server = Script::of_tokens(HOUR);
            let job = |more: &[(i32, &str)]| server.client(Some(&folder), &[&[BY_CLIENT], more].concat());
            gives(&job(ours), "0");
            gives(&job(theirs), "1");
            // Neither has overwritten the other's.
            gives(&job(ours), "0");
            gives(&job(theirs), "1");
            assert_eq!(server.count(), 2);
        });
    }
    table.row("scopes in another order are the same", || {
        let folder = Folder::new();
        let server = Script::of_tokens(HOUR);
        for scope in ["read write", "write  read", "write read write"] {
            gives(&server.client(Some(&folder), &[BY_CLIENT, (OAUTH_SCOPE, scope)]), "0");
        }
    });
    table.end();
}

/// What a token was asked for with, where that says whose it is: the record is the same, the token is not.
const ASSERTED: &[Pair] = &[
    ("assertion", &[(OAUTH_ASSERTION, "anne.s.word")], &[(OAUTH_ASSERTION, "bert.s.word")]),
    (
        "subject_token",
        &[(OAUTH_TOKEN_PARAMS, "subject_token=anne")],
        &[(OAUTH_TOKEN_PARAMS, "subject_token=bert")],
    ),
];

#[test]
fn a_token_for_one_person_is_not_given_out_for_another() {
    let mut table = Table::default();
    for (name, anne, bert) in ASSERTED {
        for in_folder in [true, false] {
            table.row(&format!("{name}, in a folder: {in_folder}"), || {
                let folder = Folder::new();
                let server = Script::of_tokens(HOUR);
                let grant = (OAUTH_GRANT_TYPE, if *name == "assertion" { JWT_BEARER } else { "vendors" });
                let job = |more: &[(i32, &str)]| {
                    let folder = Some(&folder).filter(|_| in_folder);
                    server.client(folder, &[&[grant], more].concat())
                };
                let one = job(anne);
                gives(&one, "0");
                for (property, text) in *bert {
                    one.must_set(*property, text);
                }
                assert_eq!(one.get(OAUTH_ACCESS_TOKEN), "", "nor shown");
                gives(&one, "1");
                assert!(
                    !server.requests()[1].contains("SECRET-refresh-0"),
                    "nor refreshed: {}",
                    server.requests()[1]
                );
                // Another job's is replaced, and asked for again.
                gives(&job(anne), "2");
                gives(&job(anne), if in_folder { "2" } else { "3" });
            });
        }
    }
    table.end();
}

/// A JWT that the caller has made, with these claims.
fn jwt(claims: &str) -> String {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine;
    ["{\"alg\":\"RS256\"}", claims, "signature"].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

#[test]
fn an_assertion_that_says_the_same_later_has_the_same_token() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    for (claims, token) in [
        (r#"{"iss":"i","sub":"anne","iat":1,"exp":300,"nbf":1,"jti":"a"}"#, "0"),
        (r#"{"iss":"i","sub":"anne","iat":600,"exp":900,"nbf":600,"jti":"b"}"#, "0"),
        (r#"{"iss":"i","sub":"bert","iat":600,"exp":900,"nbf":600,"jti":"c"}"#, "1"),
        (r#"{"iss":"i","sub":"bert","iat":700,"exp":999,"jti":"d"}"#, "1"),
        (r#"{"iss":"i","sub":"bert","scp":"all","iat":700,"exp":999,"jti":"e"}"#, "2"),
    ] {
        let more = [(OAUTH_GRANT_TYPE, JWT_BEARER), (OAUTH_ASSERTION, &jwt(claims))];
        gives(&server.client(Some(&folder), &more), token);
    }
}

#[test]
fn a_refresh_token_that_came_along_is_used_and_then_the_grant_again() {
    if !own_process("machine::a_refresh_token_that_came_along_is_used_and_then_the_grant_again") {
        return;
    }
    let mut table = Table::default();
    for (name, refused) in [
        ("invalid_grant", answer(400, JSON, "{\"error\":\"invalid_grant\"}")),
        ("in other words", answer(200, JSON, "{\"error\":\"bad_refresh_token\"}")),
        ("not allowed", answer(400, JSON, "{\"error\":\"unsupported_grant_type\"}")),
        ("of the client", answer(401, JSON, "{\"error\":\"invalid_client\"}")),
    ] {
        table.row(name, || {
            let folder = Folder::new();
            let server = Script::start(move |number, content| {
                match (number, content.contains("grant_type=refresh_token")) {
                    (2, true) => refused.clone(),
                    _ => ok(&token_for(&number.to_string(), HOUR)),
                }
            });
            let more = [(OAUTH_GRANT_TYPE, "password"), (OAUTH_USERNAME, "anne"), (OAUTH_PASSWORD, "p")];
            let job = server.client(Some(&folder), &more);
            gives(&job, "0");
            advance(HOUR);
            gives(&job, "1");
            advance(HOUR);
            gives(&job, "3"); // no person: the grant itself, in the same call
            let kinds: Vec<_> =
                server.requests().iter().map(|content| parameter_of(content, "grant_type")).collect();
            assert_eq!(kinds, ["password", "refresh_token", "refresh_token", "password"]);
            assert_eq!(parameter_of(&server.requests()[1], "refresh_token"), "SECRET-refresh-0");
            // By name, the grant itself is asked, and its token is everybody's.
            assert_eq!(request_token(&job, ""), 0, "{}", error_text());
            assert_eq!(parameter_of(&server.requests()[4], "grant_type"), "password");
            gives(&server.client(Some(&folder), &more), "4");
        });
    }
    table.end();
}

#[test]
fn the_last_word_on_both_holds_until_either_would_be_asked_otherwise() {
    if !own_process("machine::the_last_word_on_both_holds_until_either_would_be_asked_otherwise") {
        return;
    }
    let folder = Folder::new();
    let server = Script::start(|number, content| {
        if content.contains("password=right") {
            ok(&token_for(&number.to_string(), HOUR))
        } else {
            answer(400, JSON, "{\"error\":\"invalid_grant\"}")
        }
    });
    let right = [(OAUTH_GRANT_TYPE, "password"), (OAUTH_USERNAME, "anne"), (OAUTH_PASSWORD, "right")];
    let job = server.client(Some(&folder), &right);
    gives(&job, "0");
    advance(HOUR);
    // The refresh token is dead, and the password was changed over there.
    job.must_set(OAUTH_PASSWORD, "old");
    for _ in 0..3 {
        assert_eq!(job.header().0, OAUTH_ERROR_INVALID_GRANT, "{}", error_text());
        assert_eq!(server.count(), 3, "a refresh and the grant, once");
    }
    job.must_set(OAUTH_PASSWORD, "right");
    gives(&job, "4");
}

#[test]
fn a_refresh_in_trouble_asks_for_nothing_else() {
    if !own_process("machine::a_refresh_in_trouble_asks_for_nothing_else") {
        return;
    }
    hurry(true);
    let server = Script::start(|number, _| match number {
        0 => ok(&token_for("0", HOUR)),
        _ => answer(503, "", ""),
    });
    let job = server.client(None, &[(OAUTH_GRANT_TYPE, "client_credentials")]);
    gives(&job, "0");
    advance(HOUR);
    assert_eq!(job.header().0, OAUTH_ERROR_UNAVAILABLE, "{}", error_text());
    assert!(server.requests()[1..].iter().all(|content| content.contains("refresh_token=SECRET-refresh-0")));
}

/// RFC 7523 section 3: a `jti` is used once, also where no answer came to it.
#[cfg(feature = "sign")]
#[test]
fn each_try_is_signed_anew() {
    if !own_process("machine::each_try_is_signed_anew") {
        return;
    }
    hurry(true);
    let server = Script::start(|number, _| match number {
        0 | 1 => answer(503, "", "later"),
        _ => ok(&token_for("1", HOUR)),
    });
    let key = include_str!("../keys/ed25519.pem");
    for grant in ["client_credentials", JWT_BEARER] {
        let set = [(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, key), (OAUTH_GRANT_TYPE, grant)];
        gives(&server.client(None, &set), "1");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4, "three tries, and one");
    let name =
        |content: &str| if content.contains("client_assertion=") { "client_assertion" } else { "assertion" };
    let assertions: Vec<_> = requests.iter().map(|content| parameter_of(content, name(content))).collect();
    for (at, assertion) in assertions.iter().enumerate() {
        assert_eq!(assertion.split('.').count(), 3, "{assertion}");
        assert!(!assertions[..at].contains(assertion), "sent twice: {assertion}");
    }
}

#[test]
fn a_refusal_is_a_final_no_that_a_person_cannot_mend() {
    if !own_process("machine::a_refusal_is_a_final_no_that_a_person_cannot_mend") {
        return;
    }
    let mut table = Table::default();
    for (grant, error, number, advice) in [
        ("client_credentials", "invalid_grant", OAUTH_ERROR_INVALID_GRANT, "check client_id"),
        ("client_credentials", "invalid_scope", OAUTH_ERROR_INVALID_SCOPE, "check scope"),
        ("client_credentials", "invalid_client", OAUTH_ERROR_INVALID_CLIENT, "client_secret"),
        ("client_credentials", "unauthorized_client", OAUTH_ERROR_UNAUTHORIZED, "check grant_type"),
        ("client_credentials", "login_required", OAUTH_ERROR_REFUSED, "refused"),
        ("client_credentials", "invalid_target", OAUTH_ERROR_INVALID_TARGET, "check audience and resource"),
        ("password", "invalid_grant", OAUTH_ERROR_INVALID_GRANT, "check username and password"),
        (JWT_BEARER, "invalid_grant", OAUTH_ERROR_INVALID_GRANT, "clock"),
        ("fb_exchange_token", "invalid_grant", OAUTH_ERROR_INVALID_GRANT, "token_params"),
        ("openapi_2lo", "unsupported_grant_type", OAUTH_ERROR_UNSUPPORTED_GRANT, "does not know it"),
    ] {
        table.row(&format!("{grant}: {error}"), || {
            let folder = Folder::new();
            let server = Script::start(move |number, _| match number {
                0..2 => answer(400, JSON, &refusal(error)),
                _ => ok(&token_for(&number.to_string(), HOUR)),
            });
            let more = [
                (OAUTH_GRANT_TYPE, grant),
                (OAUTH_USERNAME, "anne"),
                (OAUTH_PASSWORD, "p"),
                (OAUTH_ASSERTION, "a.b.c"),
            ];
            let jobs = [server.client(Some(&folder), &more), server.client(Some(&folder), &more)];
            for call in 0..10 {
                assert_eq!(jobs[call % 2].header().0, number, "{}", error_text());
                assert_eq!(error_action(), OAUTH_ACTION_FIX, "{}", error_text());
                assert!(error_text().contains(advice), "{}", error_text());
                assert!(!error_text().contains("sign in"), "{}", error_text());
            }
            assert_eq!(server.count(), 1, "said once, and remembered");
            // The server's side may have been mended: after a pause it is asked, and after a longer one again.
            advance(301);
            assert_eq!(jobs[0].header().0, number, "{}", error_text());
            assert_eq!(server.count(), 2);
            advance(301);
            assert_eq!(jobs[0].header().0, number, "{}", error_text());
            assert_eq!(server.count(), 2);
            // So may the settings have been.
            jobs[0].must_set(OAUTH_CLIENT_SECRET, "another-secret");
            gives(&jobs[0], "2");
            gives(&jobs[1], "2");
        });
    }
    table.end();
}

#[test]
fn a_refusal_of_one_assertion_is_not_shared_with_who_waits_with_another() {
    if !own_process("machine::a_refusal_of_one_assertion_is_not_shared_with_who_waits_with_another") {
        return;
    }
    let folder = Folder::new();
    let before = waiters();
    let server = Script::start(move |number, content| {
        if number == 0 {
            until(|| waiters() > before);
        }
        if content.contains("anne") {
            return answer(400, JSON, &refusal("invalid_grant"));
        }
        ok(&token_for("berts", HOUR))
    });
    let job = |assertion| {
        server.client(Some(&folder), &[(OAUTH_GRANT_TYPE, JWT_BEARER), (OAUTH_ASSERTION, assertion)])
    };
    let (anne, bert) = (job("anne.s.word"), job("bert.s.word"));
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(anne.header().0, OAUTH_ERROR_INVALID_GRANT, "{}", error_text()));
        until(|| server.count() == 1);
        gives(&bert, "berts");
    });
    assert_eq!(server.count(), 2);
}

#[test]
fn what_was_forgotten_is_asked_for_anew() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    let (one, other) =
        (server.client(Some(&folder), &[BY_CLIENT]), server.client(Some(&folder), &[BY_CLIENT]));
    gives(&one, "0");
    gives(&other, "0");
    assert_eq!(one.forget(), 0);
    gives(&one, "1");
    assert_eq!(other.refresh(), 0, "{}", error_text());
    gives(&other, "2");
    assert_eq!(one.forget(), 0);
    assert_eq!(other.refresh(), 0, "{}", error_text());
    gives(&other, "3");
}

#[test]
fn accounts_are_those_of_the_same_grant() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    let person = server.holder(Some(&folder), &[(OAUTH_ACCOUNT, "anne")]);
    let machine = server.client(Some(&folder), &[BY_CLIENT, (OAUTH_ACCOUNT, "nightly")]);
    gives(&machine, "1");
    assert_eq!(person.accounts(1).1, "anne\n");
    assert_eq!(machine.accounts(1).1, "nightly\n");
}

#[test]
fn a_grant_by_name_leaves_the_persons_token_where_it_is() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    let client = server.holder(Some(&folder), &[]);
    gives(&client, "0");
    assert_eq!(request_token(&client, "client_credentials"), 0, "{}", error_text());
    gives(&client, "1");
    assert_eq!(client.get(OAUTH_GRANT_TYPE), "client_credentials");
    client.must_set(OAUTH_GRANT_TYPE, "");
    gives(&client, "0");
    assert_eq!(server.count(), 2);
    // A person's grant is none that can be asked for so, and a machine's needs no sign-in.
    assert_eq!(request_token(&client, ""), OAUTH_ERROR_VALUE, "{}", error_text());
    assert!(error_text().contains("needs a person"), "{}", error_text());
    client.must_set(OAUTH_GRANT_TYPE, "password");
    assert_eq!(client.exchange("?code=c&state=s"), OAUTH_ERROR_VALUE);
    assert!(error_text().contains("needs no sign-in"), "{}", error_text());
    let url = crate::common::out(|buffer, capacity| unsafe {
        ffi::oauth_build_authorize_url(client.0, buffer, capacity)
    });
    assert_eq!(url.0, OAUTH_ERROR_VALUE);
    assert_eq!(client.header().0, OAUTH_ERROR_MISSING);
    assert!(error_text().contains("username is not set"), "{}", error_text());
    assert_eq!(server.count(), 2);
}

#[test]
fn settings_that_change_while_a_token_is_on_its_way_cost_nobody_a_sign_in() {
    let mut table = Table::default();
    for (setting, text) in [(OAUTH_SCOPE, "write"), (OAUTH_ACCOUNT, "bert"), (OAUTH_AUDIENCE, "x")] {
        for in_folder in [true, false] {
            table.row(&format!("{setting}, in a folder: {in_folder}"), || {
                let folder = Folder::new();
                let client = client_with(&[BY_CLIENT]);
                if in_folder {
                    client.must_set(OAUTH_STORE, &folder.setting());
                }
                assert_eq!(client.header().0, OAUTH_HTTP_NEEDED);
                client.must_set(setting, text);
                // It is for who has asked.
                assert!(answer_token(&client, "1") > 0, "{}", error_text());
                assert_eq!(client.header().0, OAUTH_HTTP_NEEDED, "and for nobody else");
                assert!(answer_token(&client, "2") > 0, "{}", error_text());
                gives(&client, "2");
                client.must_set(setting, "");
                gives(&client, "1");
            });
        }
    }
    table.end();
}

#[test]
fn memory_has_a_token_for_each_thing_that_was_asked_for() {
    let server = Script::of_tokens(HOUR);
    let client = server.client(None, &[BY_CLIENT]);
    for (scope, token) in [("a", "0"), ("b", "1"), ("a", "0"), ("b", "1"), ("c", "2"), ("a", "0")] {
        client.must_set(OAUTH_SCOPE, scope);
        gives(&client, token);
    }
    assert_eq!(client.forget(), 0);
    gives(&client, "3");
    client.must_set(OAUTH_SCOPE, "b");
    gives(&client, "1");
    // Into a folder goes what is of now; what memory had besides is not brought back from there.
    let folder = Folder::new();
    client.must_set(OAUTH_STORE, &folder.setting());
    gives(&client, "1");
    client.must_set(OAUTH_STORE, "memory:");
    client.must_set(OAUTH_SCOPE, "a");
    gives(&client, "4");
}

#[test]
fn a_grant_by_name_that_fails_changes_nothing() {
    for store in ["memory:", "file:"] {
        let folder = Folder::new();
        let server = Script::start(|number, content| {
            if content.contains("grant_type=nix") {
                answer(400, JSON, &refusal("unsupported_grant_type"))
            } else {
                ok(&token_for(&number.to_string(), HOUR))
            }
        });
        let client = server.holder(Some(&folder).filter(|_| store == "file:"), &[]);
        for name in ["nix", "authorization_code", "refresh_token", "a b"] {
            assert!(request_token(&client, name) < 0);
            assert_eq!(client.get(OAUTH_GRANT_TYPE), "authorization_code", "{name}");
            gives(&client, "0");
            assert_eq!(client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-0");
        }
    }
    let client = client_with(&[]);
    assert_eq!(request_token(&client, "nix"), OAUTH_HTTP_NEEDED);
    let answer = client.respond(400, JSON, refusal("unsupported_grant_type").as_bytes());
    assert_eq!(answer, OAUTH_ERROR_UNSUPPORTED_GRANT, "{}", error_text());
    assert_eq!(client.get(OAUTH_GRANT_TYPE), "authorization_code");
    assert_eq!(request_token(&client, "client_credentials"), OAUTH_HTTP_NEEDED);
    assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
    assert_eq!(client.get(OAUTH_GRANT_TYPE), "client_credentials");
}

#[test]
fn each_jobs_refusal_is_remembered_beside_the_others() {
    let folder = Folder::new();
    let server = Script::start(|number, content| {
        if content.contains("right") {
            ok(&token_for(&number.to_string(), HOUR))
        } else {
            answer(400, JSON, &refusal("invalid_grant"))
        }
    });
    let job = |assertion| {
        server.client(Some(&folder), &[(OAUTH_GRANT_TYPE, JWT_BEARER), (OAUTH_ASSERTION, assertion)])
    };
    let jobs = [job("wrong.1.x"), job("wrong.2.x"), job("right.3.x")];
    for call in 0..30 {
        let expected = if call % 3 == 2 { 36 } else { OAUTH_ERROR_INVALID_GRANT };
        assert_eq!(jobs[call % 3].header().0.signum(), expected.signum(), "{}", error_text());
    }
    assert_eq!(server.count(), 3, "one for each");
}

#[test]
fn what_is_remembered_tells_no_password() {
    let folder = Folder::new();
    let server = Script::start(|_, _| answer(400, JSON, &refusal("invalid_grant")));
    let job = |password| {
        let more = [(OAUTH_GRANT_TYPE, "password"), (OAUTH_USERNAME, "anne"), (OAUTH_PASSWORD, password)];
        server.client(Some(&folder), &more)
    };
    for password in ["pass&word=1", "pass&word=2", "pass&word=1", "pass&word=2"] {
        assert_eq!(job(password).header().0, OAUTH_ERROR_INVALID_GRANT);
    }
    assert_eq!(server.count(), 2, "another password is another request");
    // Sixteen bits stand for it: of some words that are tried one has the hash of a wrong one, too.
    let hash = |password: &str| {
        let folder = Folder::new();
        let client =
            server.client(Some(&folder), &[(OAUTH_GRANT_TYPE, "password"), (OAUTH_USERNAME, "anne")]);
        client.must_set(OAUTH_PASSWORD, password);
        assert_eq!(client.header().0, OAUTH_ERROR_INVALID_GRANT);
        let files = files_below(&folder.store());
        let notes = files.iter().find(|file| file.extension() == Some("lock".as_ref())).unwrap();
        let notes = std::fs::read(notes).unwrap();
        let notes: serde_json::Value =
            serde_json::from_slice(notes.split(|b| *b == b'\n').next().unwrap()).unwrap();
        notes["final_answers"][0]["request_hash"].as_str().unwrap().to_owned()
    };
    let words: Vec<_> = (0..1000).map(|word| hash(&format!("word {word}"))).collect();
    let different: std::collections::BTreeSet<_> = words.iter().collect();
    assert!(different.len() < words.len(), "each word has a hash of its own");
}

#[test]
fn a_refresh_that_the_server_fails_over_is_followed_by_the_grant() {
    if !own_process("machine::a_refresh_that_the_server_fails_over_is_followed_by_the_grant") {
        return;
    }
    let mut table = Table::default();
    for (name, said) in [
        ("500", answer(500, "", "oops")),
        ("404", answer(404, "", "")),
        ("a page", answer(200, "Content-Type: text/html\r\n", "<html>hello</html>")),
        ("nothing", ok("{}")),
    ] {
        table.row(name, || {
            let server = Script::start(move |number, content| {
                if content.contains("grant_type=refresh_token") {
                    said.clone()
                } else {
                    ok(&token_for(&number.to_string(), HOUR))
                }
            });
            let job = server.client(None, &[BY_CLIENT]);
            gives(&job, "0");
            advance(HOUR);
            gives(&job, "2");
        });
    }
    table.end();
}

#[test]
fn no_sentence_repeats_the_token_before() {
    let mut table = Table::default();
    for secret in ["SECRET-access-0", "SECRET-refresh-0"] {
        table.row(secret, || {
            let server = Script::start(move |number, _| match number {
                0 => ok(&token_for("0", HOUR)),
                _ => answer(400, JSON, &refusal("invalid_client").replace("words", secret)),
            });
            let job = server.client(None, &[BY_CLIENT]);
            gives(&job, "0");
            assert_eq!(request_token(&job, ""), OAUTH_ERROR_INVALID_CLIENT);
            assert!(!error_text().contains(secret), "{}", error_text());
            assert!(!job.get(OAUTH_ERROR_DESCRIPTION).contains(secret));
            assert!(!job.status().contains(secret), "{}", job.status());
        });
    }
    table.end();
}

#[test]
fn what_differs_in_writing_alone_is_the_same() {
    let folder = Folder::new();
    let server = Script::of_tokens(HOUR);
    for more in [
        &[(OAUTH_TOKEN_PARAMS, "a=1&b=2"), (OAUTH_TOKEN_HEADERS, "X-Tenant: t")] as &[(i32, &str)],
        &[(OAUTH_TOKEN_PARAMS, "b=2&a=1"), (OAUTH_TOKEN_HEADERS, "x-tenant=t&User-Agent=job-2")],
        &[(OAUTH_TOKEN_PARAMS, "?b=%32&a=1"), (OAUTH_TOKEN_HEADERS, "X-Tenant:t")],
        &[
            (OAUTH_TOKEN_PARAMS, "a=1&b=2&nonce=17&timestamp=1"),
            (OAUTH_TOKEN_HEADERS, "X-Tenant: t\nX-Request-Id: 4711"),
        ],
    ] {
        gives(&server.client(Some(&folder), &[&[BY_CLIENT], more].concat()), "0");
    }
}
