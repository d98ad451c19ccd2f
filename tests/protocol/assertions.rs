//! Assertions (RFC 7521, RFC 7523) as a server sees them: verified by its key, of the right claims, new each time; what
//! else stands in the request; and what is said where none can be made, or one is refused.

use crate::common::{error_text, out, scratch, Client};
use crate::support::{ask, client, now, sent, sign_in, Row, Sent, Settings, Table, SECRET};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use oauth::constants::*;
use oauth::ffi;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use ring::{digest, hmac};
use serde_json::{json, Value};
use std::fs;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::{Path, PathBuf};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../keys/", $name, ".pem"))
    };
}

const RSA: &str = pem!("rsa");
const P256: &str = pem!("p256");

/// A client that shows who it is by a private key.
const BY_KEY: Settings = &[(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, P256)];

// ---- the server's side ----

pub struct Jwt {
    pub header: Value,
    pub claims: Value,
}

/// The JWT, whose signature must be by the key that `name` names.
pub fn verified(name: &str, jwt: &str) -> Jwt {
    let (message, signature) = jwt.rsplit_once('.').expect("a compact JWS");
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url without padding");
    let mut parts = message.split('.').map(|part| serde_json::from_slice(&decoded(part)).expect("JSON"));
    let (header, claims): (Value, Value) = (parts.next().unwrap(), parts.next().unwrap());
    let (message, signature) = (message.as_bytes(), decoded(signature));
    if name == "secret" {
        let hash = match header["alg"].as_str().unwrap() {
            "HS256" => hmac::HMAC_SHA256,
            "HS384" => hmac::HMAC_SHA384,
            _ => hmac::HMAC_SHA512,
        };
        hmac::verify(&hmac::Key::new(hash, SECRET.as_bytes()), message, &signature).expect("verified");
    } else {
        let algorithm: &'static dyn VerificationAlgorithm = match header["alg"].as_str().unwrap() {
            "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
            "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
            "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
            "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
            "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
            "ES384" => &signature::ECDSA_P384_SHA384_FIXED,
            "EdDSA" => &signature::ED25519,
            other => panic!("not expected: {other}"),
        };
        UnparsedPublicKey::new(algorithm, public_key(name)).verify(message, &signature).expect("verified");
    }
    Jwt { header, claims }
}

/// As it stands at the end of the public key's DER.
fn public_key(name: &str) -> Vec<u8> {
    let (pem, skipped) = match name {
        "rsa" => (pem!("rsa_public"), 24),
        "p256" => (pem!("p256_public"), 26),
        "p384" => (pem!("p384_public"), 23),
        "ed25519" => (pem!("ed25519_public"), 12),
        _ => panic!("no key is called {name}"),
    };
    der(pem)[skipped..].to_vec()
}

fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

/// The one way in which the client shows who it is: an assertion, by that key.
fn client_assertion(row: &mut Row, request: &Sent, name: &str) -> Jwt {
    row.eq("Authorization", request.header("Authorization").len(), 0);
    row.eq("client_secret", request.parameter("client_secret"), None);
    row.eq("client_id", request.parameter("client_id").as_deref(), Some("client"));
    let kind = request.parameter("client_assertion_type");
    row.eq("client_assertion_type", kind.as_deref(), Some(CLIENT_ASSERTION_TYPE));
    verified(name, &request.parameter("client_assertion").expect("client_assertion"))
}

fn is_near(row: &mut Row, what: &str, claim: &Value, expected: i64) {
    let got = claim.as_i64().unwrap_or_default();
    row.holds(&format!("{what} is {got}, and should be about {expected}"), (got - expected).abs() < 60);
}

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn set_all(client: &Client, set: Settings) {
    for (property, text) in set {
        client.must_set(*property, text);
    }
}

// ---- what is sent ----

/// Every method that signs, each kind of key, wherever the parameters stand, in each request.
#[test]
fn clients_show_who_they_are_by_an_assertion() {
    let methods: &[(&str, &str, Settings, &str)] = &[
        ("client_secret_jwt", "secret", &[], "HS256"),
        ("client_secret_jwt", "secret", &[(OAUTH_SIGNING_ALG, "hs512")], "HS512"),
        ("private_key_jwt", "rsa", &[(OAUTH_PRIVATE_KEY, RSA)], "RS256"),
        ("private_key_jwt", "rsa", &[(OAUTH_PRIVATE_KEY, RSA), (OAUTH_SIGNING_ALG, "PS384")], "PS384"),
        ("private_key_jwt", "p256", &[(OAUTH_PRIVATE_KEY, P256)], "ES256"),
        ("private_key_jwt", "p384", &[(OAUTH_PRIVATE_KEY, pem!("p384"))], "ES384"),
        ("private_key_jwt", "ed25519", &[(OAUTH_PRIVATE_KEY, pem!("ed25519"))], "EdDSA"),
    ];
    let mut table = Table::new("client assertions");
    for (method, key, set, algorithm) in methods {
        for body in ["form", "json", "query"] {
            for operation in ["exchange", "refresh", "client_credentials", "revoke"] {
                table.row(&format!("{method}, {algorithm}, {body}, {operation}"), |row| {
                    let client = client(set);
                    client.must_set(OAUTH_CLIENT_AUTH, method);
                    client.must_set(OAUTH_REQUEST_BODY, body);
                    client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");
                    let mut seen = Vec::new();
                    for _ in 0..2 {
                        begin(row, &client, operation);
                        let Jwt { header, claims } = client_assertion(row, &sent(&client), key);
                        row.eq("header", &header, &json!({"alg": algorithm, "typ": "JWT"}));
                        row.eq("claims", names(&claims), vec!["aud", "exp", "iat", "iss", "jti", "sub"]);
                        row.eq("iss", &claims["iss"], &json!("client"));
                        row.eq("sub", &claims["sub"], &json!("client"));
                        row.eq("aud", &claims["aud"], &json!("https://as.example/token"));
                        is_near(row, "iat", &claims["iat"], now());
                        is_near(row, "exp", &claims["exp"], now() + 300);
                        let jti = claims["jti"].as_str().unwrap_or_default().to_owned();
                        row.holds("a jti is random", jti.len() >= 20 && !seen.contains(&jti));
                        seen.push(jti);
                    }
                });
            }
        }
    }
    table.end();
}

/// A request of that operation waits to be sent.
fn begin(row: &mut Row, client: &Client, operation: &str) {
    client.must_set(OAUTH_GRANT_TYPE, "");
    match operation {
        "exchange" => ask(client, "c"),
        "refresh" => {
            sign_in(client, r#"{"access_token":"at","refresh_token":"rt"}"#);
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        }
        "revoke" => {
            sign_in(client, r#"{"access_token":"at","refresh_token":"rt"}"#);
            row.returned(ffi::oauth_revoke(client.0), OAUTH_HTTP_NEEDED);
        }
        grant => {
            client.must_set(OAUTH_GRANT_TYPE, grant);
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        }
    }
}

struct Said {
    name: &'static str,
    set: Settings<'static>,
    header: fn(Value) -> Value,
    claims: fn(Value) -> Value,
}

fn same(value: Value) -> Value {
    value
}

fn with(mut object: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => object.as_object_mut().unwrap().remove(name),
            value => object.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    object
}

const SAID: &[Said] = &[
    Said { name: "the usual", set: &[], header: same, claims: same },
    Said {
        name: "key_id",
        set: &[(OAUTH_KEY_ID, "k \"1\"")],
        header: |usual| with(usual, &json!({"kid": "k \"1\""})),
        claims: same,
    },
    Said {
        name: "the certificate of the key",
        set: &[(OAUTH_KEY_CERTIFICATE, pem!("p256_certificate"))],
        header: |usual| with(usual, &thumbprints()),
        claims: same,
    },
    Said {
        name: "the certificate beside the key",
        set: &[(OAUTH_PRIVATE_KEY, concat!(pem!("p256_certificate"), pem!("p256")))],
        header: |usual| with(usual, &thumbprints()),
        claims: same,
    },
    Said {
        name: "for the issuer",
        set: &[(OAUTH_ASSERTION_AUDIENCE, "issuer"), (OAUTH_ISSUER, "https://as.example")],
        header: same,
        claims: |usual| with(usual, &json!({"aud": "https://as.example"})),
    },
    Said {
        name: "for any text",
        set: &[(OAUTH_ASSERTION_AUDIENCE, "urn:bank")],
        header: same,
        claims: |usual| with(usual, &json!({"aud": "urn:bank"})),
    },
    Said {
        name: "claims as a query string",
        set: &[(OAUTH_ASSERTION_CLAIMS, "iss=team%201&role=admin&a=b+c")],
        header: same,
        claims: |usual| with(usual, &json!({"iss": "team 1", "role": "admin", "a": "b c"})),
    },
    Said {
        name: "claims as JSON",
        set: &[(OAUTH_ASSERTION_CLAIMS, r#"{"aud":["a","b"],"n":1,"o":{"p":true}}"#)],
        header: same,
        claims: |usual| with(usual, &json!({"aud": ["a", "b"], "n": 1, "o": {"p": true}})),
    },
    Said {
        name: "claims that are left out",
        set: &[(OAUTH_ASSERTION_CLAIMS, "sub=&jti=")],
        header: same,
        claims: |usual| with(usual, &json!({"sub": null, "jti": null})),
    },
    Said {
        name: "claims that are left out, as JSON",
        set: &[(OAUTH_ASSERTION_CLAIMS, r#"{"sub":null,"exp":1}"#)],
        header: same,
        claims: |usual| with(usual, &json!({"sub": null, "exp": 1})),
    },
];

fn thumbprints() -> Value {
    let of = |algorithm| URL_SAFE_NO_PAD.encode(digest::digest(algorithm, &der(pem!("p256_certificate"))));
    json!({"x5t": of(&digest::SHA1_FOR_LEGACY_USE_ONLY), "x5t#S256": of(&digest::SHA256)})
}

/// Of the client's assertion, and of one that is a grant.
#[test]
fn assertions_say_what_settings_have_them_say() {
    let mut table = Table::new("what assertions say");
    for Said { name, set, header, claims } in SAID {
        for grant in ["client_credentials", JWT_BEARER] {
            table.row(&format!("{name}, {grant}"), |row| {
                let client = client(BY_KEY);
                set_all(&client, set);
                begin(row, &client, grant);
                let request = sent(&client);
                let jwt = match grant {
                    JWT_BEARER => verified("p256", &request.parameter("assertion").expect("assertion")),
                    _ => client_assertion(row, &request, "p256"),
                };
                row.eq("header", &jwt.header, &header(json!({"alg": "ES256", "typ": "JWT"})));
                let ours = json!({"iss": "client", "sub": "client", "aud": "https://as.example/token",
                    "iat": jwt.claims["iat"], "exp": jwt.claims["exp"], "jti": jwt.claims["jti"]});
                row.eq("claims", &jwt.claims, &claims(ours));
            });
        }
    }
    table.row("how long they are good", |row| {
        let client = client(BY_KEY);
        client.must_set(OAUTH_ASSERTION_EXPIRES_IN, "60");
        begin(row, &client, "exchange");
        let Jwt { claims, .. } = client_assertion(row, &sent(&client), "p256");
        row.eq("life", claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    });
    table.row("a JWK, with its own name", |row| {
        let jwk = r#"{"kty":"OKP","crv":"Ed25519","kid":"mine","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        for (key_id, expected) in [("", "mine"), ("other", "other")] {
            let client = client(&[(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, jwk), (OAUTH_KEY_ID, key_id)]);
            begin(row, &client, "exchange");
            let jwt = sent(&client).parameter("client_assertion").unwrap();
            let header = URL_SAFE_NO_PAD.decode(jwt.split('.').next().unwrap()).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            row.eq("header", &header, &json!({"alg": "EdDSA", "typ": "JWT", "kid": expected}));
        }
    });
    table.end();
}

#[test]
fn a_grant_is_an_assertion_that_is_made_here() {
    let mut table = Table::new("grants that are assertions");
    table.row("nothing else shows who the client is", |row| {
        let client = client(BY_KEY);
        client.must_set(OAUTH_SCOPE, "read write");
        client.must_set(OAUTH_ASSERTION_CLAIMS, "sub=me@example.com");
        begin(row, &client, JWT_BEARER);
        let request = sent(&client);
        let names: Vec<_> = request.parameters().into_iter().map(|(name, _)| name).collect();
        row.eq("parameters", names, ["grant_type", "assertion", "scope"].map(str::to_owned).to_vec());
        row.eq("Authorization", request.header("Authorization").len(), 0);
        let Jwt { claims, .. } = verified("p256", &request.parameter("assertion").unwrap());
        row.eq("scope", &claims["scope"], &json!("read write"));
        row.eq("iss", &claims["iss"], &json!("client"));
        row.eq("sub", &claims["sub"], &json!("me@example.com"));
        let answer = br#"{"access_token":"at","expires_in":3600}"#;
        row.holds("the answer is the header's length", client.respond(200, "", answer) > 0);
        row.eq("header", client.header().1.as_str(), "Authorization: Bearer at");
    });
    table.row("but what settings say", |row| {
        for (set, header, names) in [
            (&[(OAUTH_CLIENT_SECRET, SECRET)] as Settings, 1, vec![]),
            (&[(OAUTH_CLIENT_AUTH, "none")], 0, vec!["client_id"]),
            (
                &[(OAUTH_CLIENT_SECRET, SECRET), (OAUTH_CLIENT_AUTH, "client_secret_post")],
                0,
                vec!["client_id", "client_secret"],
            ),
            (
                &[(OAUTH_CLIENT_AUTH, "private_key_jwt"), (OAUTH_ASSERTION_CLAIMS, "sub=other")],
                0,
                vec!["client_id", "client_assertion_type", "client_assertion"],
            ),
        ] {
            let client = client(BY_KEY);
            set_all(&client, set);
            begin(row, &client, JWT_BEARER);
            let request = sent(&client);
            row.eq("Authorization", request.header("Authorization").len(), header);
            let parameters = request.parameters();
            let others = parameters.iter().map(|(name, _)| name.as_str());
            let others: Vec<_> = others.filter(|name| !["grant_type", "assertion"].contains(name)).collect();
            row.eq("parameters", others, names);
            verified("p256", &request.parameter("assertion").unwrap());
            if let Some(assertion) = request.parameter("client_assertion") {
                row.eq("its sub", &verified("p256", &assertion).claims["sub"], &json!("client"));
            }
        }
    });
    table.row("one that is given is sent, and the key is the client's", |row| {
        let client = client(BY_KEY);
        client.must_set(OAUTH_ASSERTION, "a.users.token");
        begin(row, &client, JWT_BEARER);
        row.eq("assertion", sent(&client).parameter("assertion").as_deref(), Some("a.users.token"));
        client_assertion(row, &sent(&client), "p256");
    });
    table.row("a token for another person is another", |row| {
        let client = client(BY_KEY);
        client.must_set(OAUTH_ASSERTION_CLAIMS, "sub=anne");
        begin(row, &client, JWT_BEARER);
        client.respond(200, "", br#"{"access_token":"annes","expires_in":3600}"#);
        client.must_set(OAUTH_ASSERTION_CLAIMS, "sub=bert");
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        client.respond(200, "", br#"{"access_token":"berts","expires_in":3600}"#);
        row.eq("header", client.header().1.as_str(), "Authorization: Bearer berts");
    });
    table.end();
}

/// Which method it is where none is set, and of a refresh.
#[test]
fn the_method_follows_from_what_the_client_has() {
    let mut table = Table::new("methods that are not set");
    let shown = |request: &Sent| match () {
        () if request.parameter("client_assertion").is_some() => "assertion",
        () if !request.header("Authorization").is_empty() => "Basic",
        () if request.parameter("client_secret").is_some() => "post",
        () if request.parameter("client_id").is_some() => "client_id",
        () => "nothing",
    };
    for (name, set, operation, expected) in [
        ("a secret", &[] as Settings, "exchange", "Basic"),
        ("a key", BY_KEY, "exchange", "assertion"),
        ("a key, to refresh", BY_KEY, "refresh", "assertion"),
        ("a secret and a key", &[(OAUTH_PRIVATE_KEY, P256)], "exchange", "Basic"),
        ("neither", &[(OAUTH_CLIENT_SECRET, "")], "exchange", "client_id"),
        ("none on refresh", &[(OAUTH_REFRESH_AUTH, "none")], "refresh", "client_id"),
        ("none on refresh alone", &[(OAUTH_REFRESH_AUTH, "none")], "exchange", "Basic"),
        (
            "post on refresh",
            &[(OAUTH_CLIENT_AUTH, "none"), (OAUTH_REFRESH_AUTH, "client_secret_post")],
            "refresh",
            "post",
        ),
        (
            "a key on refresh",
            &[(OAUTH_PRIVATE_KEY, P256), (OAUTH_REFRESH_AUTH, "private_key_jwt")],
            "refresh",
            "assertion",
        ),
        ("TLS", &[(OAUTH_CLIENT_AUTH, "tls_client_auth")], "exchange", "client_id"),
        ("TLS, self-signed", &[(OAUTH_CLIENT_AUTH, "self_signed_tls_client_auth")], "refresh", "client_id"),
    ] {
        table.row(name, |row| {
            let client = client(set);
            begin(row, &client, operation);
            row.eq("shown", shown(&sent(&client)), expected);
        });
    }
    table.end();
}

// ---- service accounts ----

/// A server that checks `aud` is the one that the assertion goes to.
#[test]
fn an_assertion_is_for_the_host_that_the_redirect_has_named() {
    let mut table = Table::new("assertions at another host");
    table.row("code and refresh", |row| {
        let client = client(BY_KEY);
        client.must_set(OAUTH_TOKEN_HOSTS, "as.eu.example");
        client.must_set(OAUTH_TOKEN_HOST_PARAM, "accounts-server");
        client.authorize_url();
        let back = format!("?code=c&state={}&accounts-server=as.eu.example", client.get(OAUTH_STATE));
        row.returned(client.exchange(&back), OAUTH_HTTP_NEEDED);
        let url = "https://as.eu.example/token";
        row.eq("URL", sent(&client).url.as_str(), url);
        let jwt = client_assertion(row, &sent(&client), "p256");
        row.eq("aud", jwt.claims["aud"].as_str(), Some(url));
        row.returned(client.respond(200, "", br#"{"access_token":"at","refresh_token":"rt"}"#), 0);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let jwt = client_assertion(row, &sent(&client), "p256");
        row.eq("aud", jwt.claims["aud"].as_str(), Some(url));
    });
    table.end();
}

const GOOGLE: &str = r#"{"type":"service_account","project_id":"p","private_key_id":"kid-1","private_key":"@",
    "client_email":"job@p.iam.example","client_id":"1234","token_uri":"https://oauth2.example/token"}"#;
const ZITADEL: &str = r#"{"type":"serviceaccount","keyId":"kid-2","key":"@","userId":"4711"}"#;
const BOX: &str = r#"{"boxAppSettings":{"clientID":"box-client","clientSecret":"box-secret","appAuth":{
    "publicKeyID":"kid-3","privateKey":"@","passphrase":"opens"}},"enterpriseID":"42"}"#;
const XSUAA: &str = r#"{"clientid":"sb-app!t1","clientsecret":"xs-secret=","url":"https://t.authentication.example",
    "xsappname":"app!t1"}"#;

/// With a key in it, as JSON writes it.
fn account(form: &str, pem: &str) -> String {
    form.replace("\"@\"", &format!("\"{}\"", pem.replace('\n', "\\n")))
}

#[test]
fn a_service_account_is_one_property() {
    let mut table = Table::new("service accounts");
    table.row("Google's", |row| {
        let client = of_account(&account(GOOGLE, RSA), &[(OAUTH_SCOPE, "https://www.example/auth/drive")]);
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let request = sent(&client);
        row.eq("URL", request.url.as_str(), "https://oauth2.example/token");
        row.eq("client_id", request.parameter("client_id"), None);
        row.eq("Authorization", request.header("Authorization").len(), 0);
        row.eq("grant_type", request.parameter("grant_type").as_deref(), Some(JWT_BEARER));
        let Jwt { header, claims } = verified("rsa", &request.parameter("assertion").unwrap());
        row.eq("header", &header, &json!({"alg": "RS256", "typ": "JWT", "kid": "kid-1"}));
        row.eq("iss", &claims["iss"], &json!("job@p.iam.example"));
        row.eq("aud", &claims["aud"], &json!("https://oauth2.example/token"));
        row.eq("scope", &claims["scope"], &json!("https://www.example/auth/drive"));
        row.eq("sub", claims.get("sub"), None);
    });
    table.row("Google's, for a person, whichever is set first", |row| {
        for claims_first in [true, false] {
            let client = Client::with(&[(OAUTH_HTTP, "caller")]);
            let claims = |is_now: bool| {
                if is_now {
                    client.must_set(OAUTH_ASSERTION_CLAIMS, "sub=anne@example.com");
                }
            };
            claims(claims_first);
            client.must_set(OAUTH_SERVICE_ACCOUNT, &account(GOOGLE, RSA));
            claims(!claims_first);
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            let Jwt { claims, .. } = verified("rsa", &sent(&client).parameter("assertion").unwrap());
            row.eq("sub", &claims["sub"], &json!("anne@example.com"));
        }
    });
    table.row("Zitadel's", |row| {
        let set =
            [(OAUTH_TOKEN_ENDPOINT, "https://z.example/oauth/v2/token"), (OAUTH_ISSUER, "https://z.example")];
        let client = of_account(&account(ZITADEL, RSA), &set);
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let Jwt { header, claims } = verified("rsa", &sent(&client).parameter("assertion").unwrap());
        row.eq("kid", &header["kid"], &json!("kid-2"));
        row.eq("iss", &claims["iss"], &json!("4711"));
        row.eq("sub", &claims["sub"], &json!("4711"));
        row.eq("aud", &claims["aud"], &json!("https://z.example"));
    });
    table.row("Box's, whose key is encrypted", |row| {
        let client = of_account(&account(BOX, pem!("p256_encrypted_des3")), &[]);
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let request = sent(&client);
        row.eq("URL", request.url.as_str(), "https://api.box.com/oauth2/token");
        row.eq("client_id", request.parameter("client_id").as_deref(), Some("box-client"));
        row.eq("client_secret", request.parameter("client_secret").as_deref(), Some("box-secret"));
        let Jwt { header, claims } = verified("p256", &request.parameter("assertion").unwrap());
        row.eq("kid", &header["kid"], &json!("kid-3"));
        row.eq("sub", &claims["sub"], &json!("42"));
        row.eq("box_sub_type", &claims["box_sub_type"], &json!("enterprise"));
        let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        row.holds("no longer than Box takes", life < 60);
    });
    for (name, text) in [
        ("XSUAA's", XSUAA.to_owned()),
        ("as Cloud Foundry prints it", format!(r#"{{"credentials":{XSUAA}}}"#)),
        ("as a service has it", format!(r#"{{"credentials":{{"uaa":{XSUAA}}}}}"#)),
    ] {
        table.row(name, |row| {
            let client = of_account(&text, &[]);
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            let request = sent(&client);
            row.eq("URL", request.url.as_str(), "https://t.authentication.example/oauth/token");
            row.eq("content", request.content.as_str(), "grant_type=client_credentials");
            let basic = format!("Basic {}", STANDARD.encode("sb-app%21t1:xs-secret%3D"));
            row.eq("Authorization", request.header("Authorization"), vec![basic.as_str()]);
        });
    }
    table.row("in a file, whose other keys stand in the place of its own", |row| {
        let folder = Folder::new("account");
        let path = folder.file("account.json", account(GOOGLE, RSA), 0o600);
        let profile = format!(
            "[job]\nhttp = \"caller\"\naudience = \"a\"\nclient_id = \"other@p.example\"\nservice_account = \"file:{}\"\n",
            path.display()
        );
        let profile = folder.file("profiles.toml", &profile, 0o600);
        let client = Client::open(&profile.display().to_string()).unwrap_or_else(|_| panic!("{}", error_text()));
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let Jwt { claims, .. } = verified("rsa", &sent(&client).parameter("assertion").unwrap());
        row.eq("iss", &claims["iss"], &json!("other@p.example"));
        row.eq("it comes back", client.get(OAUTH_SERVICE_ACCOUNT), format!("file:{}", path.display()));
    });
    table.end();
}

fn of_account(text: &str, set: Settings) -> Client {
    let client = Client::with(&[(OAUTH_HTTP, "caller"), (OAUTH_SERVICE_ACCOUNT, text)]);
    set_all(&client, set);
    client
}

#[test]
fn what_is_no_service_account_says_what_was_looked_for() {
    let mut table = Table::new("no service accounts");
    for (name, text, says) in [
        ("nothing of it", "{}".to_owned(), "service_account: no known service account: looked for type ("),
        ("no JSON", "{\"type\":".to_owned(), "service_account: this is no service account: it is cut off"),
        ("a text", "account.json".to_owned(), "service_account: this is no service account: no valid JSON"),
        (
            "a person's",
            r#"{"type":"authorized_user","refresh_token":"rt-secret"}"#.to_owned(),
            "service_account: this is a person's sign-in, and no service account",
        ),
        (
            "another's",
            r#"{"type":"external_account"}"#.to_owned(),
            "service_account: this names another's tokens, and has no key",
        ),
        (
            "without a key",
            GOOGLE.replace("\"private_key\"", "\"x\""),
            "service_account: the service account lacks private_key: take the file",
        ),
        (
            "with what is no key",
            GOOGLE.to_owned(),
            "service_account: its private_key is no key: take the file as the server made it",
        ),
        (
            "without Box's secret",
            account(BOX, P256).replace("clientSecret", "x"),
            "service_account: the service account lacks boxAppSettings.clientSecret",
        ),
        (
            "a URL that is none",
            XSUAA.replace("https://", ""),
            "service_account: its token_endpoint: use https://host/path",
        ),
    ] {
        table.row(name, |row| {
            let client = Client::with(&[(OAUTH_CLIENT_ID, "mine")]);
            row.returned(client.set(OAUTH_SERVICE_ACCOUNT, &text), OAUTH_ERROR_VALUE);
            row.holds(&error_text(), error_text().starts_with(says) && !error_text().contains("rt-secret"));
            row.eq("nothing is taken over", client.get(OAUTH_CLIENT_ID).as_str(), "mine");
            row.eq("nor the text", client.get(OAUTH_SERVICE_ACCOUNT).as_str(), "");
        });
    }
    table.row("a URL that is not safe", |row| {
        let client = Client::new();
        let text = XSUAA.replace("https:", "http:");
        row.returned(client.set(OAUTH_SERVICE_ACCOUNT, &text), OAUTH_ERROR_INSECURE);
    });
    table.end();
}

// ---- keys that are none ----

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(scratch::folder(&format!("assertions-{name}")).canonicalize().unwrap())
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn keys_are_read_where_they_are() {
    let folder = Folder::new("places");
    let file = |path: &Path| format!("file:{}", path.display());
    let key = file(&folder.file("key.pem", P256, 0o600));
    let encrypted = file(&folder.file("encrypted.pem", pem!("p256_encrypted"), 0o400));
    let password = file(&folder.file("password", "opens\n", 0o600));
    let certificate = file(&folder.file("certificate.pem", pem!("p256_certificate"), 0o600));
    std::env::set_var("LIBOAUTH_TEST_KEY", P256.replace('\n', "\\n"));
    std::env::set_var("LIBOAUTH_TEST_PASSWORD", "opens");
    let mut table = Table::new("keys and their places");
    for (name, set) in [
        ("a file", &[(OAUTH_PRIVATE_KEY, key.as_str())] as Settings),
        ("a variable", &[(OAUTH_PRIVATE_KEY, "env:LIBOAUTH_TEST_KEY")]),
        ("the key itself", &[(OAUTH_PRIVATE_KEY, P256)]),
        ("the key in one line", &[(OAUTH_PRIVATE_KEY, &P256.replace('\n', " "))]),
        ("a password", &[(OAUTH_PRIVATE_KEY, &encrypted), (OAUTH_PRIVATE_KEY_PASSWORD, "opens")]),
        ("a password in a file", &[(OAUTH_PRIVATE_KEY, &encrypted), (OAUTH_PRIVATE_KEY_PASSWORD, &password)]),
        (
            "a password in a variable",
            &[(OAUTH_PRIVATE_KEY, &encrypted), (OAUTH_PRIVATE_KEY_PASSWORD, "env:LIBOAUTH_TEST_PASSWORD")],
        ),
        ("a certificate in a file", &[(OAUTH_PRIVATE_KEY, &key), (OAUTH_KEY_CERTIFICATE, &certificate)]),
    ] {
        table.row(name, |row| {
            let client = client(set);
            client.must_set(OAUTH_CLIENT_AUTH, "private_key_jwt");
            begin(row, &client, "exchange");
            client_assertion(row, &sent(&client), "p256");
            for (property, text) in set {
                row.eq("it comes back", client.get(*property).as_str(), text);
            }
        });
    }
    table.row("a key that is replaced", |row| {
        let path = folder.file("changing.pem", P256, 0o600);
        let client = client(&[(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, &file(&path))]);
        begin(row, &client, "exchange");
        client_assertion(row, &sent(&client), "p256");
        folder.file("changing.pem", RSA, 0o600);
        begin(row, &client, "exchange");
        client_assertion(row, &sent(&client), "rsa");
    });
    table.end();
}

#[test]
fn keys_that_cannot_be_used_are_said_before_anything_is_sent() {
    let folder = Folder::new("refused");
    let file = |path: &Path| format!("file:{}", path.display());
    let open = file(&folder.file("open.pem", P256, 0o640));
    let binary = file(&folder.file("key.der", [0x30, 0x82, 0xff, 0xfe], 0o600));
    let large = file(&folder.file("large.pem", P256.repeat(400), 0o600));
    let empty = file(&folder.file("empty.pem", "", 0o600));
    let encrypted = file(&folder.file("encrypted.pem", pem!("p256_encrypted"), 0o600));
    symlink(folder.0.join("encrypted.pem"), folder.0.join("link.pem")).unwrap();
    let link = file(&folder.0.join("link.pem"));
    let missing = file(&folder.0.join("missing.pem"));
    let own_folder = file(&folder.0);
    let (cert, key) = (OAUTH_ERROR_CERTIFICATE, OAUTH_PRIVATE_KEY);
    let mut table = Table::new("keys that cannot be used");
    for (name, set, number, says) in [
        (
            "open to a group",
            &[(key, open.as_str())] as Settings,
            cert,
            "private_key cannot be used: other users can read the key's file (chmod 400)",
        ),
        ("a link", &[(key, &link)], cert, "private_key cannot be used: the key's file is a symbolic link"),
        ("a folder", &[(key, &own_folder)], cert, "private_key cannot be used: this is no file"),
        ("not there", &[(key, &missing)], cert, "private_key cannot be used: the key's file cannot be read"),
        (
            "DER",
            &[(key, &binary)],
            cert,
            "private_key cannot be used: the key's file is not UTF-8: openssl pkey",
        ),
        ("too large", &[(key, &large)], cert, "private_key cannot be used: the key's file is over 64 KiB"),
        ("empty", &[(key, &empty)], cert, "private_key cannot be used: there is no private key in it"),
        (
            "no variable",
            &[(key, "env:LIBOAUTH_TEST_NO_KEY")],
            cert,
            "private_key cannot be used: the variable is not set",
        ),
        (
            "encrypted",
            &[(key, &encrypted)],
            cert,
            "private_key cannot be used: it is encrypted: set private_key_password",
        ),
        (
            "a wrong password",
            &[(key, &encrypted), (OAUTH_PRIVATE_KEY_PASSWORD, "opens not")],
            cert,
            "private_key cannot be used: private_key_password does not open it",
        ),
        (
            "two keys",
            &[(key, concat!(pem!("p256"), pem!("rsa")))],
            cert,
            "private_key cannot be used: it has several private keys",
        ),
        (
            "too short",
            &[(key, pem!("rsa_1024"))],
            cert,
            "private_key cannot be used: RSA with 1024 bits is too short",
        ),
        (
            "a public key",
            &[(key, pem!("rsa_public"))],
            cert,
            "private_key cannot be used: this is a public key",
        ),
        (
            "a certificate",
            &[(key, pem!("rsa_certificate"))],
            cert,
            "private_key cannot be used: this is a certificate",
        ),
        (
            "old encryption",
            &[(key, pem!("p256_encrypted_old"))],
            cert,
            "private_key cannot be used: its old encryption is not read: openssl pkcs8",
        ),
        (
            "another algorithm",
            &[(key, P256), (OAUTH_SIGNING_ALG, "RS256")],
            cert,
            "signing_alg cannot be used: RS256 does not fit this P-256 key: use ES256",
        ),
        (
            "another's certificate",
            &[(key, P256), (OAUTH_KEY_CERTIFICATE, pem!("rsa_certificate"))],
            cert,
            "key_certificate cannot be used: the certificate is another key's",
        ),
        ("no key", &[], OAUTH_ERROR_MISSING, "private_key is not set"),
        (
            "no issuer",
            &[(key, P256), (OAUTH_ASSERTION_AUDIENCE, "issuer")],
            OAUTH_ERROR_MISSING,
            "issuer is not set",
        ),
    ] {
        for grant in ["client_credentials", JWT_BEARER] {
            table.row(&format!("{name}, {grant}"), |row| {
                let client = client(set);
                client.must_set(OAUTH_GRANT_TYPE, grant);
                client.must_set(OAUTH_CLIENT_AUTH, if grant == JWT_BEARER { "" } else { "private_key_jwt" });
                row.returned(client.header().0, number);
                let text = error_text();
                row.holds(&text, text.starts_with(says) && text.len() < 512);
                row.holds("no key in it", !text.contains("MII") && !text.contains("opens not"));
                row.action(OAUTH_ACTION_FIX);
                row.eq("nothing is sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            });
        }
    }
    table.row("no secret to sign with", |row| {
        let client = client(&[(OAUTH_CLIENT_SECRET, ""), (OAUTH_CLIENT_AUTH, "client_secret_jwt")]);
        client.must_set(OAUTH_GRANT_TYPE, "client_credentials");
        row.returned(client.header().0, OAUTH_ERROR_MISSING);
        row.holds(&error_text(), error_text().starts_with("client_secret is not set"));
    });
    table.row("a code is not lost to a wrong key", |row| {
        let client = client(&[(OAUTH_CLIENT_SECRET, ""), (OAUTH_PRIVATE_KEY, &open)]);
        client.authorize_url();
        let state = client.get(OAUTH_STATE);
        row.returned(client.exchange(&format!("?code=c&state={state}")), OAUTH_ERROR_CERTIFICATE);
        client.must_set(OAUTH_PRIVATE_KEY, P256);
        row.returned(client.exchange(&format!("?code=c&state={state}")), OAUTH_HTTP_NEEDED);
        row.eq("code", sent(&client).parameter("code").as_deref(), Some("c"));
    });
    table.row("TLS without a certificate", |row| {
        if !cfg!(feature = "net") {
            return;
        }
        for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
            let client = client(&[(OAUTH_CLIENT_AUTH, method), (OAUTH_HTTP, "builtin")]);
            client.must_set(OAUTH_GRANT_TYPE, "client_credentials");
            row.returned(client.header().0, OAUTH_ERROR_MISSING);
            row.holds(&error_text(), error_text().starts_with("client_cert_file is not set"));
        }
    });
    table.row("an account that others can read", |row| {
        let path = folder.file("account.json", account(GOOGLE, RSA), 0o644);
        let client = Client::new();
        row.returned(client.set(OAUTH_SERVICE_ACCOUNT, &file(&path)), OAUTH_ERROR_CERTIFICATE);
        let says = "service_account cannot be used: other users can read the account's file (chmod 400)";
        row.holds(&error_text(), error_text().starts_with(says));
    });
    table.end();
}

// ---- assertions that are refused ----

#[test]
fn a_clock_that_is_off_is_said() {
    let date = |seconds: i64| {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs((now() + seconds).unsigned_abs());
        format!("Date: {}\r\n", httpdate::fmt_http_date(time))
    };
    let body = |code: &str, words: &str| json!({"error": code, "error_description": words}).to_string();
    let google =
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check \
                  your iat and exp values in the JWT claim.";
    let mut table = Table::new("clocks");
    for (name, operation, headers, body, says) in [
        (
            "behind",
            JWT_BEARER,
            date(3650),
            body("invalid_grant", "no"),
            "invalid_grant: this machine's clock is 36",
        ),
        (
            "ahead",
            "client_credentials",
            date(-7200),
            body("invalid_client", ""),
            "invalid_client: this machine's clock is 7",
        ),
        (
            "in a sign-in",
            "exchange",
            date(650),
            body("invalid_client", ""),
            "invalid_client: this machine's clock is 6",
        ),
        (
            "no difference",
            JWT_BEARER,
            date(10),
            body("invalid_grant", "no"),
            "invalid_grant: check the assertion",
        ),
        (
            "no Date",
            JWT_BEARER,
            String::new(),
            body("invalid_grant", google),
            "invalid_grant: the assertion's times are refused: check this machine's clock",
        ),
        (
            "words, and the same time",
            JWT_BEARER,
            date(0),
            body("invalid_grant", google),
            "invalid_grant: the assertion's times are refused: check assertion_expires_in",
        ),
        (
            "words of a client's",
            "client_credentials",
            String::new(),
            body("invalid_client", "assertion expired"),
            "invalid_client: the assertion's times are refused",
        ),
        (
            "of the key",
            "client_credentials",
            date(0),
            body("invalid_client", "unknown kid"),
            "invalid_client: check client_id, the key, key_id and assertion_audience",
        ),
        (
            "of something else",
            JWT_BEARER,
            date(3600),
            body("invalid_scope", ""),
            "invalid_scope: check scope",
        ),
        (
            "of a code",
            "exchange",
            date(3600),
            body("invalid_grant", "code expired"),
            "invalid_grant: the code is wrong",
        ),
        (
            "of a refresh token",
            "refresh",
            date(3600),
            body("invalid_grant", "token expired"),
            "sign in again: ",
        ),
    ] {
        table.row(name, |row| {
            let client = client(BY_KEY);
            begin(row, &client, operation);
            let n = client.respond(400, &headers, body.as_bytes());
            row.holds("is a failure", n < OAUTH_HTTP_NEEDED);
            row.holds(&error_text(), error_text().starts_with(says));
            if says.contains("clock is") {
                row.holds(&error_text(), error_text().contains(" the server's: set it right"));
                let side = if headers.contains(&date(-7200)[6..20]) && name == "ahead" {
                    " s ahead of "
                } else {
                    " s behind "
                };
                row.holds(&error_text(), error_text().contains(side));
                row.action(OAUTH_ACTION_FIX);
            }
        });
    }
    table.row("without an assertion", |row| {
        let client = client(&[(OAUTH_GRANT_TYPE, "client_credentials")]);
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        client.respond(401, &date(3600), body("invalid_client", "").as_bytes());
        row.holds(&error_text(), error_text().starts_with("invalid_client: check client_id, client_secret"));
    });
    table.end();
}

/// Though the assertion is another each time.
#[test]
fn a_refusal_of_an_assertion_is_remembered() {
    let refused = br#"{"error":"invalid_client","error_description":"who?"}"#;
    for grant in ["client_credentials", JWT_BEARER] {
        let client = client(BY_KEY);
        client.must_set(OAUTH_GRANT_TYPE, grant);
        assert_eq!(client.header().0, OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(401, "", refused), OAUTH_ERROR_INVALID_CLIENT);
        assert_eq!(client.header().0, OAUTH_ERROR_INVALID_CLIENT, "{grant}: it is not asked again");
        for (property, text) in [
            (OAUTH_KEY_ID, "2"),
            (OAUTH_PRIVATE_KEY, RSA),
            (OAUTH_ASSERTION_AUDIENCE, "other"),
            (OAUTH_ASSERTION_EXPIRES_IN, "60"),
        ] {
            client.must_set(property, text);
            assert_eq!(client.header().0, OAUTH_HTTP_NEEDED, "{grant}: {property} is another");
            assert_eq!(client.respond(401, "", refused), OAUTH_ERROR_INVALID_CLIENT);
            assert_eq!(client.header().0, OAUTH_ERROR_INVALID_CLIENT, "{grant}: nor is that");
        }
    }
}

/// `oauth_request_token`, which asks by hand.
#[test]
fn each_try_is_signed_anew() {
    let client = client(BY_KEY);
    let request_token = || {
        let (text, length) = (JWT_BEARER.as_ptr().cast(), i32::try_from(JWT_BEARER.len()).unwrap());
        unsafe { ffi::oauth_request_token(client.0, text, length) }
    };
    let mut seen = Vec::new();
    for _ in 0..3 {
        assert_eq!(request_token(), OAUTH_HTTP_NEEDED, "{}", error_text());
        let assertion = sent(&client).parameter("assertion").unwrap();
        verified("p256", &assertion);
        assert!(!seen.contains(&assertion));
        seen.push(assertion);
        client.respond(500, "", b"later");
    }
    let (n, _) = out(|b, c| unsafe { ffi::oauth_get(client.0, OAUTH_PRIVATE_KEY, b, c) });
    assert_eq!(usize::try_from(n).unwrap(), P256.len());
}
