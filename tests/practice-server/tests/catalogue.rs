#![forbid(unsafe_code)]
//! Known servers: each as its entry says, and nothing besides.

mod support;

use base64::prelude::{Engine as _, BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use practice_server::catalogue::{CLIENT_ID, CLIENT_SECRET, KEY, OTHER_KEY};
use practice_server::{code_of, sign_in, Server, SignIn};
use ring::rand::SystemRandom;
use ring::signature::{RsaKeyPair, RSA_PKCS1_SHA256};
use serde_json::{json, Value};
use support::*;

const ACCEPT: &str = "Accept: application/json";
const UPS: &str = "/as/ups/security/v1/oauth/token";
const GRANT: &str = "grant_type=client_credentials";

fn basic(secret: &str) -> String {
    let pair = format!("{}:{}", encode(CLIENT_ID), encode(secret));
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(pair))
}

/// The method, the path, headers, the content, and what the server says.
type Row<'a> = (&'a str, &'a str, &'a [&'a str], &'a str, &'a str);

#[test]
fn a_request_that_is_not_the_entrys_is_refused() {
    let server = start();
    let good = basic(CLIENT_SECRET);
    let headers = [ACCEPT, FORM, &good];
    let reply = send(&server, "POST", UPS, &headers, GRANT);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(reply.json()["refresh_token"].is_null());

    let wrong = basic("wrong");
    let twice = [ACCEPT, FORM, &good, &good];
    let second = format!("{GRANT}&client_id={CLIENT_ID}&client_secret={}", encode(CLIENT_SECRET));
    let query = format!("{UPS}?{GRANT}");
    let rows: &[Row] = &[
        ("POST", UPS, &headers, "grant_type=client_credentials&x=1", "x is unknown here"),
        ("POST", UPS, &headers, "scope=read&grant_type=client_credentials", "scope is unknown here"),
        ("POST", UPS, &headers, "scope=read", "grant_type is missing"),
        ("POST", UPS, &headers, "grant_type=password", "grant_type is wrong"),
        (
            "POST",
            UPS,
            &headers,
            "grant_type=client_credentials&grant_type=client_credentials",
            "more than once",
        ),
        ("POST", UPS, &headers, &second, "client_id is unknown here"),
        ("POST", UPS, &[ACCEPT, FORM, &wrong], GRANT, "wrong secret"),
        ("POST", UPS, &[ACCEPT, FORM], GRANT, "no Basic credentials"),
        ("POST", UPS, &twice, GRANT, "no Basic credentials"),
        ("POST", UPS, &[FORM, &good], GRANT, "accept is missing"),
        ("POST", UPS, &[ACCEPT, JSON, &good], "{\"grant_type\":\"client_credentials\"}", "Content-Type"),
        ("POST", &query, &headers, GRANT, "another place"),
        ("POST", &query, &headers, "", "another place"),
        ("GET", &query, &[ACCEPT, &good], "", "another method"),
    ];
    for (method, target, headers, body, said) in rows {
        let reply = send(&server, method, target, headers, body);
        let error = &reply.json()["response"]["errors"][0];
        let text = error["message"].as_str().unwrap_or_else(|| panic!("{}", reply.body));
        assert!(text.contains(said), "{method} {target} {body}: {text}");
        let is_client = said.contains("secret") || said.contains("Basic");
        let expected = if is_client { (401, "invalid_client") } else { (400, "invalid_request") };
        assert_eq!((reply.status, error["code"].as_str().unwrap()), expected, "{text}");
    }
    for path in ["/as/ups/oauth/token", "/as/nobody/token", "/as/ups"] {
        assert_eq!(send(&server, "POST", path, &headers, GRANT).status, 404, "{path}");
    }
}

#[test]
fn names_and_headers_are_the_entrys() {
    let server = start();
    let path = "/as/tiktok-application/v2/oauth/token/";
    let secret = encode(CLIENT_SECRET);
    let form = format!("{GRANT}&client_key={CLIENT_ID}&client_secret={secret}");
    assert_eq!(send(&server, "POST", path, &[ACCEPT, FORM], &form).status, 200);
    let other = form.replace("client_key", "client_id");
    send(&server, "POST", path, &[ACCEPT, FORM], &other).is_error(400, "invalid_request");
    let basic = basic(CLIENT_SECRET);
    send(&server, "POST", path, &[ACCEPT, FORM, &basic], &form).is_error(401, "invalid_client");

    let path = "/as/walmart/v3/token";
    let own = [
        ACCEPT,
        FORM,
        &basic,
        "WM_SVC.NAME: Walmart Marketplace",
        "WM_QOS.CORRELATION_ID: 00000000-0000-4000-8000-000000000000",
    ];
    assert_eq!(send(&server, "POST", path, &own, GRANT).status, 200);
    send(&server, "POST", path, &own[..4], GRANT).is_error(400, "invalid_request");
}

/// What the page at a known server, `path`, sends back for these parameters.
fn landed(server: &Server, path: &str, query: &str) -> std::io::Result<String> {
    let url = format!("{}/as/{path}?client_id={CLIENT_ID}&redirect_uri={}{query}", server.url(), encode(CB));
    sign_in(&url, &SignIn::default())
}

#[test]
fn codes_and_refresh_tokens_are_good_once_and_where_they_are_from() {
    let server = start();
    let query = format!(
        "&response_type=code&state=s&scope=identify&code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    let landed = |query: &str| landed(&server, "discord/api/oauth2/authorize", query);
    let back = landed(&query).unwrap();
    assert!(back.starts_with(&format!("{CB}?code=")) && back.ends_with("&state=s"), "{back}");
    for wrong in
        [query.replace("S256", "plain"), query.replace("&state=s", ""), query.replace("identify", "email")]
    {
        assert!(landed(&wrong).is_err(), "{wrong}");
    }
    assert!(landed(&format!("{query}&nonce=n")).is_err());

    let basic = basic(CLIENT_SECRET);
    let headers = [ACCEPT, FORM, &basic];
    let discord = |form: &str| send(&server, "POST", "/as/discord/api/oauth2/token", &headers, form);
    let form = |code: &str, verifier: &str| {
        let redirect_uri = encode(CB);
        format!(
            "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&code_verifier={verifier}"
        )
    };
    let fresh = || code_of(&landed(&query).unwrap()).unwrap();
    discord(&form(&fresh(), "another")).is_error(400, "invalid_grant");
    let elsewhere = send(&server, "POST", "/as/spotify/api/token", &headers, &form(&fresh(), VERIFIER));
    elsewhere.is_error(400, "invalid_grant");
    let code = fresh();
    let tokens = discord(&form(&code, VERIFIER));
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    discord(&form(&code, VERIFIER)).is_error(400, "invalid_grant");

    let refresh = format!("grant_type=refresh_token&refresh_token={}", tokens.member("refresh_token"));
    let again = discord(&refresh);
    assert_eq!(again.status, 200, "{}", again.body);
    discord(&refresh).is_error(400, "invalid_grant");
    let access_token = again.member("access_token");
    let bearer = format!("Bearer {access_token}");
    assert_eq!(me(&server, "as/discord", &bearer).status, 200);
    assert_eq!(me(&server, "as/spotify", &bearer).status, 401);
    let revoke = format!("token={access_token}&token_type_hint=access_token");
    assert_eq!(send(&server, "POST", "/as/discord/api/oauth2/token/revoke", &headers, &revoke).status, 200);
    assert_eq!(me(&server, "as/discord", &bearer).status, 401);
}

fn jwt(key: &str, header: &Value, claims: &Value) -> String {
    let der: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let pair = RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(der).unwrap()).unwrap();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn assertions_are_verified_and_used_once() {
    let server = start();
    let now = server.now();
    let header = json!({"alg": "RS256", "kid": "KEY_ID"});
    let audience = format!("{}/as/okta-jwt/oauth2/v1/token", server.url());
    let claims = |jti: &str| {
        json!({
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": audience, "iat": now, "exp": now + 300, "jti": jti,
        })
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims(&format!("with {name}"));
        claims[name] = value;
        claims
    };
    let ask = |assertion: &str| {
        let kind = encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let form = format!(
            "{GRANT}&scope=okta.users.read&client_id={CLIENT_ID}&client_assertion_type={kind}&client_assertion={assertion}"
        );
        send(&server, "POST", "/as/okta-jwt/oauth2/v1/token", &[ACCEPT, FORM], &form)
    };
    let good = jwt(KEY, &header, &claims("1"));
    assert_eq!(ask(&good).status, 200, "{}", ask(&good).body);
    let rows = [
        (good.clone(), "used before"),
        (jwt(OTHER_KEY, &header, &claims("2")), "signature is wrong"),
        (jwt(KEY, &json!({"alg": "RS256"}), &claims("3")), "kid in the assertion's header"),
        (jwt(KEY, &json!({"alg": "none", "kid": "KEY_ID"}), &claims("4")), "alg in the assertion's header"),
        (jwt(KEY, &header, &with("aud", json!("https://other"))), "the claim aud"),
        (jwt(KEY, &header, &with("sub", json!("other"))), "the claim sub"),
        (jwt(KEY, &header, &with("exp", json!(now + 301))), "another time"),
        (jwt(KEY, &header, &with("iat", json!(now - 3600))), "another time"),
        (jwt(KEY, &header, &with("jti", Value::Null)), "no jti"),
        (jwt(KEY, &header, &with("scope", json!("all"))), "the claim scope is unknown"),
        ("no-jwt".to_owned(), "no JWT"),
    ];
    for (assertion, said) in rows {
        let reply = ask(&assertion);
        reply.is_error(401, "invalid_client");
        let text = reply.member("error_description");
        assert!(text.contains(said), "{said}: {text}");
    }
}
