//! What servers answer to whatever is asked besides tokens: random metadata, keys, ID tokens, claims, device codes, clients
//! that were registered; and what comes to a port of this machine.

use crate::common::issuer::{answer, claims, jwks, signed, ISSUER, KEYS};
use crate::common::{error_text, out, Client};
use crate::{harmless, Random, ANSWERS, HEADERS, REFRESH, SECRET};
use oauth::constants::*;
use oauth::ffi;
use serde_json::json;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

const FIRST: &str = r#"{"access_token":"first","refresh_token":"fuzz-refresh-token"}"#;

const METADATA: &[&str] = &[
    r#"{"issuer":"https://as.example","authorization_endpoint":"https://as.example/a","token_endpoint":"https://as.example/t","jwks_uri":"https://as.example/keys","response_types_supported":["code"],"token_endpoint_auth_methods_supported":["client_secret_basic","none"],"authorization_response_iss_parameter_supported":true,"code_challenge_methods_supported":["S256"]}"#,
    r#"{"issuer":"https://as.example","token_endpoint":"http://as.example/t","mtls_endpoint_aliases":{"token_endpoint":"https://mtls.as.example/t"},"grant_types_supported":"code","require_pushed_authorization_requests":true,"pushed_authorization_request_endpoint":"https://as.example/par"}"#,
    r#"{"issuer":"https://as.example/","device_authorization_endpoint":["https://as.example/d"],"dpop_signing_alg_values_supported":["ES256",1,null],"end_session_endpoint":"javascript:alert(1)"}"#,
];
const PERSONS: &[&str] = &[
    r#"{"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://as.example/device","verification_uri_complete":"https://as.example/device?user_code=WDJB-MJHT","expires_in":1800,"interval":5}"#,
    r#"{"device_code":"d","user_code":12345678,"verification_url":"https://as.example/\u00e9","expires_in":"1800","interval":"5.5"}"#,
    r#"{"auth_req_id":"1c266114-a1be-4252-8ad1-04986c5b9ac1","expires_in":120,"interval":2}"#,
    r#"{"error":"slow_down","interval":1e308}"#,
    r#"{"error":"authorization_pending"}"#,
    r#"{"error":"expired_token"}"#,
];
const CLAIMS: &[&str] = &[
    r#"{"sub":"24400320","name":"Jane \u202e Doe","address":{"country":"NL"},"updated_at":1e400}"#,
    r#"{"active":true,"scope":"read write","client_id":"client","exp":1419356238,"aud":["a","b"]}"#,
    r#"{"active":"false","sub":null}"#,
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIyNDQwMDMyMCJ9.",
];
const REGISTERED: &[&str] = &[
    r#"{"client_id":"s6BhdRkqt3","client_secret":"registered-secret","client_secret_expires_at":0,"registration_access_token":"reg-token","registration_client_uri":"https://as.example/register/s6","token_endpoint_auth_method":"client_secret_basic"}"#,
    r#"{"client_id":"x y","client_secret_expires_at":1,"token_endpoint_auth_method":"none","redirect_uris":["http://127.0.0.1/cb"]}"#,
    r#"{"error":"invalid_redirect_uri","error_description":"no"}"#,
];

fn client(more: &[(i32, &str)]) -> Client {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_CLIENT_ID, "client"),
        (OAUTH_CLIENT_SECRET, SECRET),
        (OAUTH_REDIRECT_URI, "http://127.0.0.1/cb"),
    ]);
    for (property, text) in more {
        client.must_set(*property, text);
    }
    client
}

const ENDPOINTS: &[(i32, &str)] =
    &[(OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/a"), (OAUTH_TOKEN_ENDPOINT, "https://as.example/t")];

fn signed_in(more: &[(i32, &str)]) -> Client {
    let client = client(&[ENDPOINTS, more].concat());
    client.authorize_url();
    assert_eq!(client.exchange("code"), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(200, "", FIRST.as_bytes()), 0, "{}", error_text());
    client
}

/// The server's answer, changed at random; now and then that to another question.
fn answered(client: &Client, random: &mut Random, answers: &[&str]) -> (i32, Vec<u8>) {
    let is_others = random.below(16) == 0;
    let body = random.mutated(if is_others { ANSWERS } else { answers });
    let headers = match random.below(3) {
        0 => String::from_utf8_lossy(&random.mutated(HEADERS)).into_owned(),
        _ => "Content-Type: application/json\r\nCache-Control: max-age=5\r\n".to_owned(),
    };
    let status = [200, 200, 200, 201, 204, 400, 401, 404, 500, 0][random.below(10)];
    let result = client.respond(status, &headers, &body);
    harmless(result, &body);
    (result, body)
}

/// Members by random names, and none of them is a secret that a log may have.
fn members_are_texts(client: &Client, source: i32, random: &mut Random) {
    const NAMES: &[&str] =
        &["sub", "address.country", "issuer", "user_code", "scope", "aud.0", "client_id", "error", "."];
    let name = String::from_utf8_lossy(&random.mutated(NAMES)).replace('\0', "");
    let length = i32::try_from(name.len()).unwrap();
    let (n, text) =
        out(|b, c| unsafe { ffi::oauth_field(client.0, source, name.as_ptr().cast(), length, b, c) });
    harmless(n, name.as_bytes());
    assert!(n >= 0 || text.is_empty(), "{n}: {text}");
}

/// What was held stays, whatever the answer was.
fn token_is_held(client: &Client, body: &[u8]) {
    let held = (client.get(OAUTH_ACCESS_TOKEN), client.get(OAUTH_REFRESH_TOKEN));
    assert_eq!(held, ("first".to_owned(), REFRESH.to_owned()), "{:?}", String::from_utf8_lossy(body));
}

pub fn metadata(random: &mut Random) {
    let client = client(&[(OAUTH_ISSUER, ISSUER)]);
    assert_eq!(ffi::oauth_discover(client.0), OAUTH_HTTP_NEEDED);
    let (mut result, mut body) = answered(&client, random, METADATA);
    if result == OAUTH_HTTP_NEEDED {
        (result, body) = answered(&client, random, METADATA);
    }
    members_are_texts(&client, OAUTH_FIELD_METADATA, random);
    if result != 0 {
        return;
    }
    // Whatever they say, nobody is sent to what is not https.
    let (n, url) = client.build_url();
    if n == OAUTH_HTTP_NEEDED {
        let to = client.request(OAUTH_REQUEST_URL).1;
        assert!(to.starts_with("https://"), "{to}: {:?}", String::from_utf8_lossy(&body));
        return;
    }
    harmless(n, &body);
    assert!(n < 0 || url.starts_with("https://"), "{url}: {:?}", String::from_utf8_lossy(&body));
    assert!(!url.contains(|letter: char| !(' '..='~').contains(&letter)), "{url:?}");
}

pub fn person(random: &mut Random) {
    let client = signed_in(&[
        (OAUTH_DEVICE_ENDPOINT, "https://as.example/d"),
        (OAUTH_CIBA_ENDPOINT, "https://as.example/c"),
        (OAUTH_LOGIN_HINT, "anne"),
        (OAUTH_SCOPE, "openid"),
    ]);
    let start = [ffi::oauth_device_start, ffi::oauth_ciba_start][random.below(2)];
    assert_eq!(start(client.0), OAUTH_HTTP_NEEDED, "{}", error_text());
    let (result, body) = answered(&client, random, PERSONS);
    members_are_texts(&client, OAUTH_FIELD_DEVICE, random);
    let uri = client.get(OAUTH_VERIFICATION_URI);
    assert!(uri.is_empty() || (result == 0 && uri.starts_with("https://")), "{uri}");
    let shown = [client.get(OAUTH_USER_CODE), uri, client.get(OAUTH_VERIFICATION_COMPLETE)];
    assert!(!shown.concat().contains(char::is_control), "{shown:?} of {:?}", String::from_utf8_lossy(&body));
    let (n, drawn) = out(|b, c| unsafe { ffi::oauth_get(client.0, OAUTH_QR_CODE, b, c) });
    assert!(n >= 0 || n == OAUTH_ERROR_QR, "{n} {drawn}");
    token_is_held(&client, &body);
    oauth::system::testing::advance(3600);
    let poll = ffi::oauth_device_poll(client.0);
    oauth::system::testing::advance(-3600);
    harmless(poll, &body);
    if poll == OAUTH_HTTP_NEEDED {
        let (result, body) = answered(&client, random, PERSONS);
        if result < 0 {
            token_is_held(&client, &body);
        }
    }
}

/// A sign-in whose ID token, or the keys that it is checked by, are damaged: nothing of it is there.
pub fn identity(random: &mut Random) {
    let client = client(
        &[ENDPOINTS, &[(OAUTH_ISSUER, ISSUER), (OAUTH_SCOPE, "openid"), (OAUTH_JWKS_URI, KEYS)]].concat(),
    );
    let url = client.authorize_url();
    let nonce = url.split("nonce=").nth(1).unwrap().split('&').next().unwrap();
    let state = client.get(OAUTH_STATE);
    assert_eq!(client.exchange(&format!("?code=c&state={state}")), OAUTH_HTTP_NEEDED);
    let (algorithm, key) = [("RS256", "rsa"), ("ES256", "p256"), ("EdDSA", "ed25519")][random.below(3)];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let payload = claims(nonce, i64::try_from(now).unwrap()).to_string();
    let header = json!({"alg": algorithm, "kid": key});
    // Signed as it is, whatever it is.
    let is_damaged = random.below(2) == 0;
    let mut payload = if is_damaged { random.mutated(&[&payload]) } else { payload.into_bytes() };
    payload.retain(|byte| *byte != 0);
    let token = signed(key, &header, &String::from_utf8_lossy(&payload));
    let token = if random.below(3) == 0 { random.mutated(&[&token, CLAIMS[3]]) } else { token.into_bytes() };
    let token = String::from_utf8_lossy(&token).into_owned();
    let mut result = client.respond(200, "", answer("first", &token).as_bytes());
    harmless(result, token.as_bytes());
    if result == OAUTH_HTTP_NEEDED {
        let keys = jwks(&["rsa", "p256", "ed25519"]);
        let keys = if random.below(2) == 0 { random.mutated(&[&keys]) } else { keys.into_bytes() };
        result = client.respond(200, "", &keys);
        harmless(result, &keys);
    }
    for _ in 0..3 {
        members_are_texts(&client, OAUTH_FIELD_ID_TOKEN, random);
    }
    if result < 0 {
        for held in [OAUTH_ACCESS_TOKEN, OAUTH_REFRESH_TOKEN, OAUTH_ID_TOKEN] {
            assert_eq!(client.get(held), "", "{result} after {token}");
        }
    }
}

pub fn claims_of(random: &mut Random) {
    let client = signed_in(&[
        (OAUTH_USERINFO_ENDPOINT, "https://as.example/u"),
        (OAUTH_INTROSPECTION_ENDPOINT, "https://as.example/i"),
    ]);
    let (ask, source) = [
        (ffi::oauth_userinfo as extern "C" fn(i32) -> i32, OAUTH_FIELD_USERINFO),
        (ffi::oauth_introspect, OAUTH_FIELD_INTROSPECTION),
    ][random.below(2)];
    assert_eq!(ask(client.0), OAUTH_HTTP_NEEDED, "{}", error_text());
    let (_, body) = answered(&client, random, CLAIMS);
    for _ in 0..3 {
        members_are_texts(&client, source, random);
    }
    token_is_held(&client, &body);
}

pub fn registration(random: &mut Random) {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_REGISTRATION_ENDPOINT, "https://as.example/register"),
        (OAUTH_REDIRECT_URI, "http://127.0.0.1/cb"),
    ]);
    for (property, text) in ENDPOINTS {
        client.must_set(*property, text);
    }
    assert_eq!(ffi::oauth_register(client.0), OAUTH_HTTP_NEEDED, "{}", error_text());
    let (result, body) = answered(&client, random, REGISTERED);
    members_are_texts(&client, OAUTH_FIELD_REGISTRATION, random);
    let (id, secret) = (client.get(OAUTH_CLIENT_ID), client.get(OAUTH_CLIENT_SECRET));
    assert_eq!(result == 0, !id.is_empty(), "{id}: {:?}", String::from_utf8_lossy(&body));
    assert!(result == 0 || secret.is_empty(), "{secret}");
    if result == 0 && ffi::oauth_unregister(client.0) == OAUTH_HTTP_NEEDED {
        let to = client.request(OAUTH_REQUEST_URL).1;
        assert!(to.starts_with("https://"), "{to}: {:?}", String::from_utf8_lossy(&body));
        answered(&client, random, REGISTERED);
    }
}

/// Whatever comes to the port, the waiting goes on: nobody knows the state.
pub fn browser(random: &mut Random) {
    const REQUESTS: &[&str] = &[
        "GET /cb?code=abc&state=xyz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAccept: */*\r\n\r\n",
        "POST /cb HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n\r\ncode=abc&state=xyz",
        "GET /cb?error=access_denied&state=xyz HTTP/1.0\nhost: [::1]:PORT\n\n",
        "POST /cb?response=eyJhbGciOiJub25lIn0.e30. HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncode=\r\n0\r\n\r\n",
    ];
    let client = client(ENDPOINTS);
    client.must_set(OAUTH_REDIRECT_URI, "http://127.0.0.1:0/cb");
    let url = client.authorize_url();
    let port = url.split("127.0.0.1%3A").nth(1).unwrap().split('%').next().unwrap();
    let requests = REQUESTS.iter().map(|request| request.replace("PORT", port));
    let requests: Vec<_> = requests.collect();
    let requests: Vec<_> = requests.iter().map(String::as_str).collect();
    for _ in 0..=random.below(4) {
        let bytes = random.mutated(&requests);
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        let middle = random.below(bytes.len() + 1);
        // Who is answered before all is written may have gone.
        let _ = stream.write_all(&bytes[..middle]);
        assert_eq!(ffi::oauth_await_redirect(client.0, 0), OAUTH_PENDING, "{}", error_text());
        let _ = stream.write_all(&bytes[middle..]);
        let _ = stream.shutdown(Shutdown::Write);
        let answer = ffi::oauth_await_redirect(client.0, 0);
        assert_eq!(answer, OAUTH_PENDING, "{} {:?}", error_text(), String::from_utf8_lossy(&bytes));
    }
}
