#![forbid(unsafe_code)]
//! `/strict`: RFC 6749 and RFC 9700 to the letter.

mod support;

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use practice_server::{code_of, sign_in, Fault, Server, SignIn};
use ring::hmac;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};
use support::*;

const AUTHORIZE: &str = "strict/authorize";
const TOKEN: &str = "/strict/token";
const OFFLINE: &str = "&scope=profile%20offline_access";

fn fresh_code(server: &Server, more: &str) -> String {
    code(server, AUTHORIZE, "demo", more)
}

fn tokens(server: &Server) -> Reply {
    let code = fresh_code(server, OFFLINE);
    post(server, TOKEN, &code_params(&code))
}

fn basic(id: &str, secret: &str) -> String {
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

#[test]
fn a_client_and_a_password_give_tokens_without_a_sign_in() {
    let server = start();
    let client = "grant_type=client_credentials&client_id=demo&client_secret=demo-secret&scope=read";
    let reply = post(&server, TOKEN, client);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.json().get("refresh_token").is_none(), "RFC 6749 section 4.4.3: {}", reply.body);
    let token = reply.member("access_token");
    assert_eq!(me(&server, "strict", &format!("Bearer {token}")).json()["client"], "demo");
    post(&server, TOKEN, "grant_type=client_credentials&client_id=public")
        .is_error(400, "unsupported_grant_type");
    post(&server, TOKEN, &client.replace("read", "forbidden")).is_error(400, "invalid_scope");

    let person = "grant_type=password&client_id=demo&client_secret=demo-secret&username=alice&password=secret&scope=offline_access";
    let reply = post(&server, TOKEN, person);
    assert!(reply.member("refresh_token").starts_with("rt-"), "{}", reply.body);
    let token = reply.member("access_token");
    assert_eq!(me(&server, "strict", &format!("Bearer {token}")).json()["user"], "alice");
    post(&server, TOKEN, &person.replace("=secret", "=wrong")).is_error(400, "invalid_grant");
}

/// A JWT of the client `demo`, signed by its secret.
fn assertion(claims: &serde_json::Value) -> String {
    let parts = [json!({"alg": "HS256"}), claims.clone()];
    let message = parts.map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"demo-secret");
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes())))
}

/// RFC 7523 section 3
#[test]
fn an_assertion_is_for_this_server_now_and_once() {
    let server = start();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let ask = |more: &str, jwt: &str| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let asked = "grant_type=client_credentials&client_assertion_type";
        post(&server, TOKEN, &format!("{asked}={kind}&client_assertion={jwt}{more}"))
    };
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = json!({"iss": "demo", "sub": "demo", "aud": server.base("strict") + "/token",
            "exp": now + 300, "iat": now, "jti": format!("{name} {value}")});
        claims[name] = value;
        assertion(&claims)
    };
    let good = with("jti", "1".into());
    assert_eq!(ask("", &good).status, 200);
    ask("", &good).is_error(401, "invalid_client"); // twice
    assert_eq!(ask("&client_id=demo", &with("aud", server.base("strict").into())).status, 200);
    ask("&client_secret=demo-secret", &with("jti", "2".into())).is_error(400, "invalid_request");
    ask("&client_id=public", &with("jti", "3".into())).is_error(401, "invalid_client");
    for (name, value) in [
        ("iss", json!("public")),
        ("sub", json!("public")),
        ("aud", json!("https://other.example/token")),
        ("exp", json!(now - 1)),
        ("exp", json!(now + 100_000)),
        ("iat", json!(now + 1000)),
        ("jti", json!(null)),
    ] {
        ask("", &with(name, value)).is_error(401, "invalid_client");
    }
    let forged = with("jti", "4".into());
    ask("", &forged[..forged.len() - 4]).is_error(401, "invalid_client");

    let grant = |jwt: &str| {
        let kind = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        post(&server, TOKEN, &format!("grant_type={kind}&assertion={jwt}"))
    };
    let token = grant(&with("sub", "alice".into())).member("access_token");
    assert_eq!(me(&server, "strict", &format!("Bearer {token}")).json()["user"], "alice");
    grant(&with("sub", "bob".into())).is_error(400, "invalid_grant");
}

#[test]
fn a_code_gives_tokens_and_the_token_opens_the_api() {
    let server = start();
    let landed = land(&server, AUTHORIZE, "demo", "&scope=profile%20offline_access&state=a+b%26c");
    assert!(landed.starts_with(&format!("{CB}?code=")), "{landed}");
    assert!(landed.contains("&state=a+b%26c&iss=http%3A%2F%2F127.0.0.1%3A"), "{landed}");
    assert!(landed.ends_with("%2Fstrict"), "{landed}");

    let reply = post(&server, TOKEN, &code_params(&code_of(&landed).unwrap()));
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.member("token_type"), "Bearer");
    assert_eq!(reply.json()["expires_in"], 3600);
    assert_eq!(reply.member("scope"), "profile offline_access");

    let token = reply.member("access_token");
    let answer = me(&server, "strict", &format!("Bearer {token}"));
    assert_eq!(answer.body, r#"{"refreshed":0,"scope":"profile offline_access","user":"alice"}"#);
    for wrong in [format!("bearer {token}"), format!("Bearer {token}x"), token.clone()] {
        let answer = me(&server, "strict", &wrong);
        assert_eq!(answer.status, 401);
        assert!(answer
            .header("www-authenticate")
            .starts_with("Bearer realm=\"practice\", error=\"invalid_token\""));
    }
    assert_eq!(me(&server, "stamps", &format!("Bearer {token}")).status, 401);

    server.advance(3599);
    assert_eq!(me(&server, "strict", &format!("Bearer {token}")).status, 200);
    server.advance(1);
    assert_eq!(me(&server, "strict", &format!("Bearer {token}")).status, 401);

    let counts = server.counts("strict");
    assert_eq!((counts.authorize, counts.token_requests, counts.code_exchanges), (1, 1, 1));
    assert_eq!((counts.api_calls, counts.api_refused, counts.refused), (6, 4, 0));
}

#[test]
fn no_refresh_token_without_offline_access() {
    let server = start();
    let reply = post(&server, TOKEN, &code_params(&fresh_code(&server, "")));
    assert!(reply.json()["refresh_token"].is_null());
}

#[test]
fn a_reused_code_ends_its_tokens() {
    let server = start();
    let code = fresh_code(&server, OFFLINE);
    let reply = post(&server, TOKEN, &code_params(&code));
    post(&server, TOKEN, &code_params(&code)).is_error(400, "invalid_grant");
    let token = reply.member("access_token");
    assert_eq!(me(&server, "strict", &format!("Bearer {token}")).status, 401);
    post(&server, TOKEN, &refresh_params(&reply.member("refresh_token"))).is_error(400, "invalid_grant");
}

#[test]
fn an_old_code_is_refused() {
    let server = start();
    let code = fresh_code(&server, "");
    server.advance(600);
    post(&server, TOKEN, &code_params(&code)).is_error(400, "invalid_grant");
}

#[test]
fn a_reused_refresh_token_ends_the_family() {
    let server = start();
    let first = tokens(&server).member("refresh_token");
    let reply = post(&server, TOKEN, &refresh_params(&first));
    let second = reply.member("refresh_token");
    assert_ne!(first, second);
    let access = format!("Bearer {}", reply.member("access_token"));
    assert_eq!(me(&server, "strict", &access).json()["refreshed"], 1);

    post(&server, TOKEN, &refresh_params(&first)).is_error(400, "invalid_grant");
    post(&server, TOKEN, &refresh_params(&second)).is_error(400, "invalid_grant");
    assert_eq!(me(&server, "strict", &access).status, 401);
    assert_eq!((server.counts("strict").refreshes, server.counts("strict").refused), (1, 2));
}

#[test]
fn a_refresh_may_narrow_the_scope_but_not_widen_it() {
    let server = start();
    let token = tokens(&server).member("refresh_token");
    let wider = format!("{}&scope=profile+admin", refresh_params(&token));
    post(&server, TOKEN, &wider).is_error(400, "invalid_scope");
    let narrower = post(&server, TOKEN, &format!("{}&scope=profile", refresh_params(&token)));
    assert_eq!(narrower.member("scope"), "profile");
}

#[test]
fn the_refresh_token_that_comes_back_can_be_chosen() {
    let server = start();
    let token = tokens(&server).member("refresh_token");
    server.set_fault(Fault::parse("rotate=none&count=2").unwrap());
    for _ in 0..2 {
        let reply = post(&server, TOKEN, &refresh_params(&token));
        assert!(reply.json()["refresh_token"].is_null());
    }
    server.set_fault(Fault::parse("rotate=same").unwrap());
    assert_eq!(post(&server, TOKEN, &refresh_params(&token)).member("refresh_token"), token);
    assert_ne!(post(&server, TOKEN, &refresh_params(&token)).member("refresh_token"), token);
}

#[test]
fn the_client_must_say_who_it_is_in_one_way() {
    let server = start();
    let code = fresh_code(&server, "");
    let bare = format!("grant_type=authorization_code&code={code}&redirect_uri={}", encode(CB));
    let by = |header: &str, body: &str| send(&server, "POST", TOKEN, &[FORM, header], body);

    by(&basic("demo", "wrong"), &bare).is_error(401, "invalid_client");
    by(&basic("nobody", "demo-secret"), &bare).is_error(401, "invalid_client");
    by("Authorization: Bearer x", &bare).is_error(401, "invalid_client");
    post(&server, TOKEN, &bare).is_error(401, "invalid_client");
    post(&server, TOKEN, &format!("{bare}&client_id=demo")).is_error(401, "invalid_client");
    post(&server, TOKEN, &format!("{bare}&client_id=public&client_secret=x")).is_error(401, "invalid_client");
    let two = format!("{bare}&client_id=demo&client_secret=demo-secret");
    by(&basic("demo", "demo-secret"), &two).is_error(400, "invalid_request");
    by(&basic("demo", "demo-secret"), &format!("{bare}&client_id=public")).is_error(400, "invalid_request");
    let refused = by(&basic("demo", "wrong"), &bare);
    assert_eq!(refused.header("www-authenticate"), "Basic realm=\"practice\"");

    assert_eq!(by(&basic("demo", "demo-secret"), &format!("{bare}&client_id=demo")).status, 200);
}

#[test]
fn basic_credentials_are_form_encoded() {
    let server = start();
    let code = code(&server, AUTHORIZE, "odd:id", "");
    let body = format!("grant_type=authorization_code&code={code}&redirect_uri={}", encode(CB));
    let raw = basic("odd:id", "p@ss:w%rd+/= &x");
    send(&server, "POST", TOKEN, &[FORM, &raw], &body).is_error(401, "invalid_client");
    let form = basic("odd%3Aid", "p%40ss%3Aw%25rd%2B%2F%3D+%26x");
    assert_eq!(send(&server, "POST", TOKEN, &[FORM, &form], &body).status, 200);
}

#[test]
fn only_a_form_is_taken_and_every_parameter_once() {
    let server = start();
    let params = code_params(&fresh_code(&server, ""));
    let json = r#"{"grant_type":"authorization_code"}"#;
    send(&server, "POST", TOKEN, &[JSON], json).is_error(400, "invalid_request");
    post(&server, &format!("{TOKEN}?client_id=demo"), &params).is_error(400, "invalid_request");
    post(&server, TOKEN, &format!("{params}&code=x")).is_error(400, "invalid_request");
    post(&server, TOKEN, &params.replace("authorization_code", "vendors"))
        .is_error(400, "unsupported_grant_type");
    post(&server, TOKEN, &params.replace("authorization_code", "")).is_error(400, "invalid_request");
    assert_eq!(send(&server, "GET", &format!("{TOKEN}?{params}"), &[], "").status, 405);
    post(&server, TOKEN, &params.replace("9999", "9998")).is_error(400, "invalid_grant");
    assert_eq!(post(&server, TOKEN, &params).status, 200);
}

#[test]
fn a_public_client_must_use_pkce() {
    let server = start();
    let landed = land(&server, AUTHORIZE, "public", "&state=s");
    assert!(landed.contains("?error=invalid_request&") && landed.contains("&state=s&iss="), "{landed}");
    let plain = format!("&code_challenge={VERIFIER}&code_challenge_method=plain");
    assert!(land(&server, AUTHORIZE, "public", &plain).contains("?error=invalid_request&"));

    let challenge = format!("&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let code = code(&server, AUTHORIZE, "public", &challenge);
    let body =
        format!("grant_type=authorization_code&client_id=public&code={code}&redirect_uri={}", encode(CB));
    post(&server, TOKEN, &body).is_error(400, "invalid_grant");
    post(&server, TOKEN, &format!("{body}&code_verifier={CHALLENGE}")).is_error(400, "invalid_grant");
    assert_eq!(post(&server, TOKEN, &format!("{body}&code_verifier={VERIFIER}")).status, 200);
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let server = start();
    let params = code_params(&fresh_code(&server, ""));
    post(&server, TOKEN, &format!("{params}&code_verifier={VERIFIER}")).is_error(400, "invalid_grant");
}

#[test]
fn a_person_may_deny() {
    let server = start();
    let url = authorize_url(&server, AUTHORIZE, "demo", "&state=s");
    let landed = sign_in(&url, &SignIn { deny: true, ..SignIn::default() }).unwrap();
    assert!(
        landed.starts_with(&format!("{CB}?error=access_denied&error_description=The+resource")),
        "{landed}"
    );
    assert!(landed.contains("&state=s&iss="), "{landed}");
}

#[test]
fn without_a_known_client_and_redirect_uri_nobody_is_sent_anywhere() {
    let server = start();
    let get =
        |query: &str| send(&server, "GET", &format!("/strict/authorize?response_type=code&{query}"), &[], "");
    for query in [
        format!("client_id=%3Cscript%3E&redirect_uri={}", encode(CB)),
        "client_id=demo&redirect_uri=http%3A%2F%2F127.0.0.1.example%2Fcb".to_owned(),
        "client_id=demo".to_owned(),
        format!("client_id=demo&client_id=demo&redirect_uri={}", encode(CB)),
    ] {
        let reply = get(&query);
        assert_eq!((reply.status, reply.header("location")), (400, ""), "{query}");
        assert!(reply.header("content-type").starts_with("text/html"));
        assert!(!reply.body.contains("<script"));
    }
    let reply = get(&format!("client_id=demo&state=1&state=2&redirect_uri={}", encode(CB)));
    assert!(reply.header("location").contains("?error=invalid_request&"), "{reply:?}");
    let wrong = authorize_url(&server, AUTHORIZE, "demo", "").replace("=code&", "=CODE&");
    assert!(sign_in(&wrong, &SignIn::default()).unwrap().contains("?error=unsupported_response_type&"));
    assert!(land(&server, AUTHORIZE, "demo", "&scope=forbidden").contains("?error=invalid_scope&"));
}

#[test]
fn a_wrong_password_shows_the_form_again_and_each_page_is_good_once() {
    let server = start();
    let url = authorize_url(&server, AUTHORIZE, "demo", "");
    let wrong = SignIn { password: "wrong".to_owned(), ..SignIn::default() };
    assert!(sign_in(&url, &wrong).is_err());

    let id = |page: &str| {
        let start = page.find("name=request value=\"").expect("a form") + "name=request value=\"".len();
        page[start..].split('"').next().unwrap().to_owned()
    };
    let page = send(&server, "GET", &url[server.url().len()..], &[], "");
    let first = id(&page.body);
    let skipped = post(&server, "/strict/consent", &format!("request={first}&decision=allow"));
    assert_eq!(skipped.status, 400, "nobody has signed in");

    let page = send(&server, "GET", &url[server.url().len()..], &[], "");
    let first = id(&page.body);
    let again = post(&server, "/strict/sign-in", &format!("request={first}&user=alice&password=wrong"));
    assert!(again.body.contains("Wrong user or password"));
    let stale = post(&server, "/strict/sign-in", &format!("request={first}&user=alice&password=secret"));
    assert_eq!(stale.status, 400);
    let second = id(&again.body);
    let consent = post(&server, "/strict/sign-in", &format!("request={second}&user=alice&password=secret"));
    assert!(consent.body.contains(">Allow</button>"));
    let last = id(&consent.body);
    let done = post(&server, "/strict/consent", &format!("request={last}&decision=allow"));
    assert_eq!(done.status, 303);
    let twice = post(&server, "/strict/consent", &format!("request={last}&decision=allow"));
    assert_eq!(twice.status, 400);
}

/// RFC 9126 section 4: for its client, once, for a minute.
#[test]
fn a_pushed_request_is_good_once() {
    let server = start();
    let request = "response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&state=pushed";
    let push = |client: &str| post(&server, "/strict/par", &format!("{request}&{client}"));
    let url = |client: &str, request_uri: &str| {
        format!("{}/authorize?client_id={client}&request_uri={request_uri}", server.base("strict"))
    };
    let demo = "client_id=demo&client_secret=demo-secret";
    let reply = push(demo);
    assert_eq!((reply.status, &reply.json()["expires_in"]), (201, &60.into()));
    let at = url("demo", &reply.member("request_uri"));
    let redirect = sign_in(&at, &SignIn::default()).unwrap();
    assert!(redirect.contains("state=pushed"), "{redirect}");
    assert!(sign_in(&at, &SignIn::default()).is_err(), "it was used");
    let other = push(demo).member("request_uri");
    assert!(sign_in(&url("public", &other), &SignIn::default()).is_err(), "it is another client's");
    let old = push(demo).member("request_uri");
    server.advance(61);
    assert!(sign_in(&url("demo", &old), &SignIn::default()).is_err(), "it is too old");
    push("client_id=demo&client_secret=wrong").is_error(401, "invalid_client");
    push(&format!("{demo}&request_uri=urn%3Ax")).is_error(400, "invalid_request");
    assert_eq!((server.counts("strict").pushes, server.counts("strict").refused), (5, 2));
}

/// OpenID Connect Core sections 2, 3.1.3.6 and 5.3
#[test]
fn who_has_signed_in_is_in_the_id_token_and_at_userinfo() {
    let server = start();
    let code = fresh_code(&server, "&scope=openid%20offline_access&nonce=n-1");
    let reply = post(&server, TOKEN, &code_params(&code));
    let (access_token, id_token) = (reply.member("access_token"), reply.member("id_token"));
    let part = |at: usize| {
        let part = id_token.split('.').nth(at).unwrap();
        BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()
    };
    let claims: serde_json::Value = serde_json::from_slice(&part(1)).unwrap();
    for (name, value) in [("sub", "alice"), ("aud", "demo"), ("nonce", "n-1")] {
        assert_eq!(claims[name], value);
    }
    let hash = ring::digest::digest(&ring::digest::SHA256, access_token.as_bytes());
    assert_eq!(claims["at_hash"], BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
    let key = send(&server, "GET", "/strict/keys", &[], "").json()["keys"][0].clone();
    let number = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let key = [vec![4], number("x"), number("y")].concat();
    let (signed, _) = id_token.rsplit_once('.').unwrap();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ECDSA_P256_SHA256_FIXED, key);
    key.verify(signed.as_bytes(), &part(2)).unwrap();
    let about = |token: &str| {
        send(&server, "GET", "/strict/userinfo", &[&format!("Authorization: Bearer {token}")], "")
    };
    assert_eq!(about(&access_token).json()["sub"], "alice");
    assert!(about("invented").header("www-authenticate").contains("invalid_token"));
    let without = post(&server, TOKEN, &code_params(&fresh_code(&server, OFFLINE)));
    assert!(without.json().get("id_token").is_none());
}
