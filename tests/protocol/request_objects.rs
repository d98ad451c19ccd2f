//! Authorization requests that are signed (RFC 9101), in the URL or pushed: what they say, that their signatures hold, and
//! what is said where none can be made.

use crate::assertions::{verified, Jwt};
use crate::common::{error_text, Client};
use crate::support::{client, now, parameter_of, sent, Row, Settings, Table, SECRET};
use oauth::constants::*;
use oauth::ffi;
use serde_json::{json, Value};

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../keys/", $name, ".pem"))
    };
}

const P256: &str = pem!("p256");

const SIGNED: Settings =
    &[(OAUTH_REQUEST_OBJECT, "signed"), (OAUTH_PRIVATE_KEY, P256), (OAUTH_ISSUER, "https://as.example")];

fn signing(set: Settings) -> Client {
    let client = client(SIGNED);
    for (property, text) in set {
        client.must_set(*property, text);
    }
    client
}

/// What a URL says by its request object, which must be of that key; and nothing else stands in it.
fn said_by(row: &mut Row, url: &str, client_id: &str, key: &str) -> Jwt {
    let object = parameter_of(url, "request").expect("request");
    let id: String = url::form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
    row.eq("URL", url, format!("https://as.example/authorize?client_id={id}&request={object}").as_str());
    verified(key, &object)
}

/// Takes what is new each time out of the claims.
fn without_times(row: &mut Row, client: &Client, claims: &mut Value, expires_in: i64) {
    let claims = claims.as_object_mut().unwrap();
    for (name, expected) in [("iat", now()), ("nbf", now()), ("exp", now() + expires_in)] {
        let time = claims.remove(name).and_then(|time| time.as_i64()).unwrap_or_default();
        row.holds(&format!("{name} is {time}"), (time - expected).abs() < 60);
    }
    let mut text =
        |name: &str| claims.remove(name).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    row.holds("jti is long enough", text("jti").len() >= 22);
    row.eq("state", text("state"), client.get(OAUTH_STATE));
    row.eq("length of the challenge", text("code_challenge").len(), 43);
    row.eq("method", text("code_challenge_method").as_str(), "S256");
}

#[test]
fn what_a_signed_request_says() {
    let rows: &[(&str, Settings, Value)] = &[
        (
            // But for what it says of the proof and of time.
            "RFC 9101 section 4",
            &[
                (OAUTH_CLIENT_ID, "s6BhdRkqt3"),
                (OAUTH_ISSUER, "https://server.example.com"),
                (OAUTH_REDIRECT_URI, "https://client.example.org/cb"),
                (OAUTH_RESPONSE_TYPE, "code id_token"),
                (OAUTH_SCOPE, "openid"),
                (OAUTH_MAX_AGE, "86400"),
                (OAUTH_AUTHORIZE_PARAMS, "nonce=n-0S6_WzA2Mj"),
                (
                    OAUTH_CLAIMS,
                    r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,"picture":null},
                        "id_token":{"gender":null,"acr":{"values":["urn:mace:incommon:iap:silver"]}}}"#,
                ),
            ],
            json!({
                "iss": "s6BhdRkqt3",
                "aud": "https://server.example.com",
                "response_type": "code id_token",
                "client_id": "s6BhdRkqt3",
                "redirect_uri": "https://client.example.org/cb",
                "scope": "openid",
                "nonce": "n-0S6_WzA2Mj",
                "max_age": 86400,
                "claims": {
                    "userinfo": {"given_name": {"essential": true}, "nickname": null, "picture": null},
                    "id_token": {"gender": null, "acr": {"values": ["urn:mace:incommon:iap:silver"]}},
                },
            }),
        ),
        (
            "lists, objects and numbers are what they are; all else is text",
            &[
                (OAUTH_RESOURCE, "https://a.example https://b.example https://c.example"),
                (OAUTH_AUTHORIZATION_DETAILS, r#"[{"type":"payment","amount":1.10}]"#),
                (OAUTH_AUTHORIZE_PARAMS, "max_age=soon&number=1&object={}&prompt=%7B%7D"),
            ],
            json!({
                "iss": "client",
                "aud": "https://as.example",
                "response_type": "code",
                "client_id": "client",
                "redirect_uri": "https://app.example/cb",
                "resource": ["https://a.example", "https://b.example", "https://c.example"],
                "authorization_details": [{"type": "payment", "amount": 1.10}],
                "max_age": "soon",
                "number": "1",
                "object": "{}",
                "prompt": "{}",
            }),
        ),
        (
            "what is signed is not for settings to forge",
            &[
                (
                    OAUTH_AUTHORIZE_PARAMS,
                    "iss=evil&aud=evil&exp=1&jti=1&iat=1&nbf=1&request=x&request_uri=y&sub=s",
                ),
                (OAUTH_ASSERTION_CLAIMS, "tenant=1"),
                (OAUTH_ASSERTION_AUDIENCE, "https://as.example/token"),
            ],
            json!({
                "iss": "client",
                "aud": "https://as.example",
                "response_type": "code",
                "client_id": "client",
                "redirect_uri": "https://app.example/cb",
                "sub": "s",
            }),
        ),
        (
            "for the audience of assertions where there is no issuer; the server's names",
            &[
                (OAUTH_ISSUER, ""),
                (OAUTH_ASSERTION_AUDIENCE, "https://audience.example"),
                (OAUTH_AUTHORIZE_NAMES, "redirect_uri=back"),
            ],
            json!({
                "iss": "client",
                "aud": "https://audience.example",
                "response_type": "code",
                "client_id": "client",
                "back": "https://app.example/cb",
            }),
        ),
    ];
    let mut table = Table::new("request objects");
    for (name, set, expected) in rows {
        table.row(name, |row| {
            let client = signing(set);
            client.must_set(OAUTH_ASSERTION_EXPIRES_IN, "120");
            let url = client.authorize_url();
            let Jwt { header, mut claims } = said_by(row, &url, &client.get(OAUTH_CLIENT_ID), "p256");
            row.eq("header", &header, &json!({"alg": "ES256", "typ": "oauth-authz-req+jwt"}));
            without_times(row, &client, &mut claims, 120);
            row.eq("claims", &claims, expected);
            let n = client.exchange(&format!("?code=abc&state={}", client.get(OAUTH_STATE)));
            row.returned(n, OAUTH_HTTP_NEEDED);
        });
    }
    table.end();
}

/// By value and pushed; beside whatever shows who the client is.
#[test]
fn each_key_signs_requests() {
    let keys: &[(&str, Settings, &str)] = &[
        ("rsa", &[(OAUTH_PRIVATE_KEY, pem!("rsa"))], "RS256"),
        ("rsa", &[(OAUTH_PRIVATE_KEY, pem!("rsa")), (OAUTH_SIGNING_ALG, "PS256")], "PS256"),
        ("p256", &[(OAUTH_PRIVATE_KEY, P256)], "ES256"),
        ("p384", &[(OAUTH_PRIVATE_KEY, pem!("p384"))], "ES384"),
        ("ed25519", &[(OAUTH_PRIVATE_KEY, pem!("ed25519"))], "EdDSA"),
    ];
    let mut table = Table::new("keys of request objects");
    for (key, set, algorithm) in keys {
        table.row(&format!("{algorithm}, in the URL"), |row| {
            let client = signing(set);
            client.must_set(OAUTH_KEY_ID, "key 1");
            let mut seen = Vec::new();
            for _ in 0..2 {
                let Jwt { header, claims } = said_by(row, &client.authorize_url(), "client", key);
                let expected = json!({"alg": algorithm, "typ": "oauth-authz-req+jwt", "kid": "key 1"});
                row.eq("header", &header, &expected);
                seen.push(claims["jti"].clone());
            }
            row.holds("a jti of its own", seen[0] != seen[1]);
        });
        for method in ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] {
            table.row(&format!("{algorithm}, pushed by {method}"), |row| {
                let client = signing(set);
                client.must_set(OAUTH_CLIENT_AUTH, method);
                client.must_set(OAUTH_PAR, "yes");
                client.must_set(OAUTH_PAR_ENDPOINT, "https://as.example/par");
                row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
                let request = sent(&client);
                let Jwt { mut claims, .. } = verified(key, &request.parameter("request").expect("request"));
                // RFC 9126 section 3: nothing stands beside it but what shows who the client is.
                let mut beside: Vec<_> = request.parameters().into_iter().map(|(name, _)| name).collect();
                beside.retain(|name| !name.starts_with("client_assertion") && name != "client_secret");
                row.eq("beside it", beside, vec!["client_id".to_owned(), "request".to_owned()]);
                let shows = request.header("Authorization").len()
                    + usize::from(request.parameter("client_secret").is_some())
                    + usize::from(request.parameter("client_assertion").is_some());
                row.eq("ways to show who the client is", shows, usize::from(method != "none"));
                if let Some(assertion) = request.parameter("client_assertion") {
                    row.eq("typ", &verified(key, &assertion).header["typ"], &json!("JWT"));
                }
                let answer = br#"{"request_uri":"urn:x","expires_in":60}"#;
                assert!(client.respond(201, "", answer) > 0, "{}", error_text());
                row.eq(
                    "URL",
                    client.authorize_url().as_str(),
                    "https://as.example/authorize?client_id=client&request_uri=urn%3Ax",
                );
                without_times(row, &client, &mut claims, 300);
            });
        }
    }
    table.end();
}

#[test]
fn what_cannot_be_signed_is_said() {
    let long = format!("https://app.example/{}", "a".repeat(6000));
    let rows: &[(&str, Settings, i32, &str)] = &[
        ("no key", &[(OAUTH_PRIVATE_KEY, "")], OAUTH_ERROR_MISSING, "private_key is not set"),
        ("no audience", &[(OAUTH_ISSUER, "")], OAUTH_ERROR_MISSING, "issuer is not set"),
        (
            "no such file",
            &[(OAUTH_PRIVATE_KEY, "file:/nowhere/key.pem")],
            OAUTH_ERROR_CERTIFICATE,
            "private_key cannot be used",
        ),
        (
            "an algorithm of another key",
            &[(OAUTH_SIGNING_ALG, "RS256")],
            OAUTH_ERROR_CERTIFICATE,
            "signing_alg cannot be used",
        ),
        (
            "an algorithm of secrets",
            &[(OAUTH_SIGNING_ALG, "HS256")],
            OAUTH_ERROR_CERTIFICATE,
            "signing_alg cannot be used",
        ),
        ("too long for a URL", &[(OAUTH_REDIRECT_URI, &long)], OAUTH_ERROR_VALUE, "set par to yes"),
    ];
    let mut table = Table::new("requests that cannot be signed");
    for (name, set, number, says) in rows {
        table.row(name, |row| {
            let client = signing(set);
            row.returned(client.build_url().0, *number);
            row.action(OAUTH_ACTION_FIX);
            let start: String = error_text().chars().take(80).collect();
            row.holds(&start, start.contains(says) && !start.contains(SECRET));
            row.eq("state", client.get(OAUTH_STATE), String::new());
        });
    }
    table.row("what is too long for a URL can be pushed", |row| {
        let client = signing(&[
            (OAUTH_REDIRECT_URI, &long),
            (OAUTH_PAR, "yes"),
            (OAUTH_PAR_ENDPOINT, "https://as.example/par"),
        ]);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
    });
    table.row("a short buffer makes none, and its length is right", |row| {
        let client = signing(&[]);
        let mut buffer = [0; 4096];
        let length = unsafe { ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr(), 0) };
        let n = unsafe { ffi::oauth_build_authorize_url(client.0, buffer.as_mut_ptr(), length) };
        row.returned(n, OAUTH_ERROR_BUFFER);
        row.eq("state", client.get(OAUTH_STATE), String::new());
        row.eq("length", client.build_url().0, length);
    });
    table.end();
}
