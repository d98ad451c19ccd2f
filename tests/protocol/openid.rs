//! Who has signed in (OpenID Connect Core): ID tokens that are taken and those that are not, with the negative cases of
//! OpenID's certification of basic clients; the server's keys; userinfo; and the page for signing out.

use crate::common::issuer::{answer, at_hash, claims, encoded, jwk, jwks, signed, ISSUER, KEYS, SUBJECT};
use crate::common::{error_text, out, Client};
use crate::profiles::Folder;
use crate::support::{client, now, parameter_of, sent, Row, Settings, Table, SECRET};
use oauth::constants::*;
use oauth::ffi;
use serde_json::{json, Value};

const OPENID: Settings = &[(OAUTH_SCOPE, "openid profile"), (OAUTH_ISSUER, ISSUER)];
const WITH_KEYS: (i32, &str) = (OAUTH_JWKS_URI, KEYS);

fn openid(settings: Settings) -> Client {
    client(&[OPENID, settings].concat())
}

pub fn field(client: &Client, source: i32, name: &str) -> (i32, String) {
    let length = i32::try_from(name.len()).unwrap();
    out(|buffer, capacity| unsafe {
        ffi::oauth_field(client.0, source, name.as_ptr().cast(), length, buffer, capacity)
    })
}

fn claim(client: &Client, name: &str) -> (i32, String) {
    field(client, OAUTH_FIELD_ID_TOKEN, name)
}

/// Brings a code back; the token request waits. The nonce of the URL.
fn ask(client: &Client) -> String {
    let url = client.authorize_url();
    let state = client.get(OAUTH_STATE);
    assert_eq!(
        client.exchange(&format!("?code=c-{state}&state={state}")),
        OAUTH_HTTP_NEEDED,
        "{}",
        error_text()
    );
    parameter_of(&url, "nonce").unwrap_or_default()
}

/// The server answers the token request with that ID token, and then, where it is asked, with these keys.
fn answered(client: &Client, id_token: &str, keys: Option<&str>) -> i32 {
    let n = client.respond(200, "", answer("SECRET-at", id_token).as_bytes());
    match keys {
        Some(keys) if n == OAUTH_HTTP_NEEDED => client.respond(200, "", keys.as_bytes()),
        _ => n,
    }
}

/// Nothing of a sign-in that was refused is there.
fn has_nothing(row: &mut Row, client: &Client) {
    row.eq("ID token", client.get(OAUTH_ID_TOKEN).as_str(), "");
    row.eq("access token", client.access_token().0, OAUTH_ERROR_SIGN_IN);
    row.eq("claims", claim(client, "sub").0, OAUTH_ERROR_SIGN_IN);
}

struct Case {
    name: &'static str,
    /// Of header and claims.
    change: fn(&mut Value, &mut Value),
    settings: Settings<'static>,
    /// 0, or what is said.
    says: &'static str,
}

const fn case(name: &'static str, change: fn(&mut Value, &mut Value), says: &'static str) -> Case {
    Case { name, change, settings: &[], says }
}

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().unwrap().remove(name);
}

const CASES: &[Case] = &[
    case("as it should be", |_, _| {}, ""),
    case("aud is a list of one", |_, c| c["aud"] = json!(["client"]), ""),
    case(
        "several audiences, and azp is the client",
        |_, c| (c["aud"], c["azp"]) = (json!(["other", "client"]), json!("client")),
        "",
    ),
    case("at_hash", |_, c| c["at_hash"] = json!(at_hash("SECRET-at")), ""),
    case(
        "times with fractions",
        |_, c| c["exp"] = serde_json::from_str(&format!("{}.5", now() + 60)).unwrap(),
        "",
    ),
    case("expired a moment ago: clocks differ", |_, c| c["exp"] = json!(now() - 50), ""),
    case("made in a moment: clocks differ", |_, c| c["iat"] = json!(now() + 50), ""),
    case("wrong iss", |_, c| c["iss"] = json!("https://evil.example"), "iss is not issuer"),
    case("iss with a slash more", |_, c| c["iss"] = json!("https://as.example/"), "iss is not issuer"),
    case("no iss", |_, c| remove(c, "iss"), "iss is not issuer"),
    case("no sub", |_, c| remove(c, "sub"), "whose it is (sub)"),
    case("an empty sub", |_, c| c["sub"] = json!(""), "whose it is (sub)"),
    case("a number for sub", |_, c| c["sub"] = json!(7), "whose it is (sub)"),
    case("wrong aud", |_, c| c["aud"] = json!("other"), "for another client"),
    case("aud that only begins so", |_, c| c["aud"] = json!("client2"), "for another client"),
    case("no aud", |_, c| remove(c, "aud"), "has no aud"),
    case("an empty list as aud", |_, c| c["aud"] = json!([]), "for another client"),
    case("several audiences without azp", |_, c| c["aud"] = json!(["client", "other"]), "(azp)"),
    case("wrong azp", |_, c| c["azp"] = json!("other"), "(azp)"),
    case("expired", |_, c| c["exp"] = json!(now() - 61), "has expired"),
    case("no exp", |_, c| remove(c, "exp"), "does not say when (exp)"),
    case("a text for exp", |_, c| c["exp"] = json!("never"), "exp is no number"),
    case("exp without end below zero", |_, c| c["exp"] = json!(-1e300), "has expired"),
    case("iat in the future", |_, c| c["iat"] = json!(now() + 120), "from the future"),
    case("no iat", |_, c| remove(c, "iat"), "does not say when (iat)"),
    case("nbf in the future", |_, c| c["nbf"] = json!(now() + 120), "from the future"),
    case("wrong nonce", |_, c| c["nonce"] = json!("another"), "nonce is not"),
    case("no nonce", |_, c| remove(c, "nonce"), "nonce is not"),
    case("wrong at_hash", |_, c| c["at_hash"] = json!(at_hash("another")), "(at_hash)"),
    case("alg none", |h, _| h["alg"] = json!("none"), "not signed"),
    case("alg nOnE", |h, _| h["alg"] = json!("nOnE"), "not signed"),
    case("no alg", |h, _| remove(h, "alg"), "no JSON object with alg"),
    case("an unknown alg", |h, _| h["alg"] = json!("XS256"), "see id_token_alg"),
    case("HS256, which nobody has allowed", |h, _| h["alg"] = json!("HS256"), "alg is HS256"),
    case("crit", |h, _| h["crit"] = json!(["exp"]), "crit or b64"),
    case("b64", |h, _| h["b64"] = json!(false), "crit or b64"),
    case("a number for kid", |h, _| h["kid"] = json!(1), "no JSON object with alg"),
    Case {
        name: "an algorithm that is not wanted",
        change: |_, _| {},
        settings: &[(OAUTH_ID_TOKEN_ALG, "ES256 EdDSA")],
        says: "alg is RS256",
    },
    Case {
        name: "expired by a second, where clocks agree",
        change: |_, c| c["exp"] = json!(now() - 1),
        settings: &[(OAUTH_CLOCK_SKEW, "0")],
        says: "has expired",
    },
    Case {
        name: "signed in as lately as asked",
        change: |_, c| c["auth_time"] = json!(now() - 300),
        settings: &[(OAUTH_MAX_AGE, "300")],
        says: "",
    },
    Case {
        name: "signed in too long ago",
        change: |_, c| c["auth_time"] = json!(now() - 400),
        settings: &[(OAUTH_MAX_AGE, "300")],
        says: "longer ago than max_age",
    },
    Case {
        name: "nobody says when the person signed in",
        change: |_, _| {},
        settings: &[(OAUTH_AUTHORIZE_PARAMS, "max_age=300")],
        says: "(auth_time)",
    },
];

/// With the server's keys and, by what TLS says of who has handed it over, without.
#[test]
fn id_tokens_that_are_what_was_asked_for_or_not() {
    let mut table = Table::default();
    for Case { name, change, settings, says } in CASES {
        for keys in [&[][..], &[WITH_KEYS]] {
            table.row(&format!("{name}, {} keys", keys.len()), |row| {
                let client = openid(&[settings, keys].concat());
                let nonce = ask(&client);
                let (mut header, mut claims) = (json!({"alg": "RS256", "kid": "rsa"}), claims(&nonce, now()));
                change(&mut header, &mut claims);
                let id_token = signed("rsa", &header, &claims.to_string());
                let n = answered(&client, &id_token, Some(&jwks(&["rsa"])));
                if says.is_empty() {
                    row.returned(n, 0);
                    row.eq("sub", claim(&client, "sub").1.as_str(), SUBJECT);
                    row.eq("country", claim(&client, "address.country").1.as_str(), "NL");
                    row.eq("nonce", client.get(OAUTH_NONCE), nonce);
                    row.eq("token", client.access_token().1.as_str(), "SECRET-at");
                    return;
                }
                row.returned(n, OAUTH_ERROR_ID_TOKEN);
                row.holds(&format!("says {says}: {}", error_text()), error_text().contains(says));
                row.holds("no secret", !error_text().contains("SECRET"));
                has_nothing(row, &client);
                // The code has had its answer.
                let state = client.get(OAUTH_STATE);
                row.returned(
                    client.exchange(&format!("?code=c-{state}&state={state}")),
                    OAUTH_ERROR_SEQUENCE,
                );
            });
        }
    }
    table.end();
}

#[test]
fn texts_that_are_no_id_token() {
    type Text<'a> = &'a dyn Fn(&str) -> String;
    let good = |nonce: &str| {
        signed("rsa", &json!({"alg": "RS256", "kid": "rsa"}), &claims(nonce, now()).to_string())
    };
    let rows: &[(&str, Text, &str)] = &[
        ("five parts: encrypted", &|n| format!("{}.e30.e30", good(n)), "encrypted, which is not supported"),
        ("six parts", &|n| format!("{}.e30.e30.e30", good(n)), "no signed JWT"),
        ("two parts", &|n| good(n).rsplit_once('.').unwrap().0.to_owned(), "no signed JWT"),
        ("padding", &|n| format!("{}==", good(n)), "no signed JWT"),
        ("a letter that is none", &|n| good(n).replacen('.', ".+", 1), "no signed JWT"),
        (
            "no JSON",
            &|_| format!("{}.{}.AAAA", encoded(r#"{"alg":"RS256"}"#), encoded("claims")),
            "claims are no JSON",
        ),
        (
            "a list",
            &|_| format!("{}.{}.AAAA", encoded(r#"{"alg":"RS256"}"#), encoded("[1]")),
            "claims are no JSON",
        ),
        (
            "a claim stands twice",
            &|n| {
                let claims = claims(n, now()).to_string().replacen('{', r#"{"sub":"another","#, 1);
                signed("rsa", &json!({"alg": "RS256"}), &claims)
            },
            "or one stands twice",
        ),
        (
            "alg stands twice",
            &|_| format!("{}.{}.AAAA", encoded(r#"{"alg":"none","alg":"RS256"}"#), encoded("{}")),
            "no JSON object with alg",
        ),
        ("huge", &|_| "e30.".repeat(100_000), "larger than 128 KiB"),
        ("an empty header", &|_| ".e30.AAAA".to_owned(), "no JSON object with alg"),
        (
            "nested without end",
            &|_| {
                let deep = "[".repeat(40_000) + &"]".repeat(40_000);
                format!("{}.{}.AAAA", encoded(r#"{"alg":"RS256"}"#), encoded(deep))
            },
            "claims are no JSON",
        ),
    ];
    let mut table = Table::default();
    for (name, text, says) in rows {
        table.row(name, |row| {
            let client = openid(&[WITH_KEYS]);
            let nonce = ask(&client);
            row.returned(answered(&client, &text(&nonce), None), OAUTH_ERROR_ID_TOKEN);
            row.holds(&format!("says {says}: {}", error_text()), error_text().contains(says));
            has_nothing(row, &client);
        });
    }
    table.end();
}

fn of_keys(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

fn with(name: &str, member: &str, value: Value) -> Value {
    let mut key = jwk(name);
    key[member] = value;
    key
}

fn without(name: &str, member: &str) -> Value {
    let mut key = jwk(name);
    remove(&mut key, member);
    key
}

/// What the keys say of a token that is well otherwise.
#[test]
fn signatures_by_the_servers_keys() {
    const UNKNOWN: &str = "none of the server's";
    type Keys<'a> = &'a dyn Fn() -> String;
    let rs256 = json!({"alg": "RS256", "kid": "rsa"});
    let nameless = json!({"alg": "RS256"});
    let (n, e) = (jwk("rsa")["n"].clone(), jwk("rsa")["e"].clone());
    let thousand = || {
        let mut keys: Vec<_> = (0..1000).map(|i| with("p256", "kid", json!(format!("k{i}")))).collect();
        keys.push(jwk("rsa"));
        of_keys(&keys)
    };
    let odd = || {
        let others = json!([
            null, 7, "key", [], {}, {"kty": "EC"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"},
            {"kty": "unheard-of", "kid": "rsa"}, {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "rsa"},
            {"kty": "EC", "crv": "P-521", "x": "AAAA", "y": "AAAA"}, {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AA"},
            {"kty": "RSA", "kid": "rsa", "n": "AAAA", "e": "AQAB"}, {"kty": "RSA", "kid": "rsa", "n": "!", "e": "AQAB"},
            {"kty": "RSA", "kid": "rsa", "n": n.clone(), "e": ""}, {"kty": "RSA", "kid": "rsa", "n": n.clone(), "e": n.clone()},
            {"kty": "RSA", "kid": "rsa", "n": "A".repeat(9000), "e": "AQAB"},
        ]);
        let mut keys = others.as_array().unwrap().clone();
        keys.push(jwk("rsa"));
        of_keys(&keys)
    };
    let rows: &[(&str, &str, Value, Keys, &str)] = &[
        ("RS256", "rsa", rs256.clone(), &|| jwks(&["rsa"]), ""),
        ("RS384", "rsa", json!({"alg": "RS384", "kid": "rsa"}), &|| jwks(&["p256", "rsa"]), ""),
        ("RS512", "rsa_4096", json!({"alg": "RS512", "kid": "rsa_4096"}), &|| jwks(&["rsa", "rsa_4096"]), ""),
        ("PS256", "rsa", json!({"alg": "PS256", "kid": "rsa"}), &|| jwks(&["rsa"]), ""),
        ("PS384", "rsa", json!({"alg": "PS384", "kid": "rsa"}), &|| jwks(&["rsa"]), ""),
        ("PS512", "rsa", json!({"alg": "PS512", "kid": "rsa"}), &|| jwks(&["rsa"]), ""),
        ("ES256", "p256", json!({"alg": "ES256", "kid": "p256"}), &|| jwks(&["rsa", "p384", "p256"]), ""),
        ("ES384", "p384", json!({"alg": "ES384", "kid": "p384"}), &|| jwks(&["p256", "p384"]), ""),
        ("EdDSA", "ed25519", json!({"alg": "EdDSA", "kid": "ed25519"}), &|| jwks(&["rsa", "ed25519"]), ""),
        (
            "EdDSA by its curve",
            "ed25519",
            json!({"alg": "Ed25519", "kid": "ed25519"}),
            &|| jwks(&["ed25519"]),
            "",
        ),
        ("no kid, one key", "rsa", nameless.clone(), &|| jwks(&["rsa"]), ""),
        ("no kid, one key that fits", "rsa", nameless.clone(), &|| jwks(&["p256", "rsa", "ed25519"]), ""),
        ("a kid, and one key without any", "rsa", rs256.clone(), &|| of_keys(&[without("rsa", "kid")]), ""),
        (
            "two keys of one kid",
            "rsa",
            rs256.clone(),
            &|| of_keys(&[with("rsa_4096", "kid", json!("rsa")), jwk("rsa")]),
            "",
        ),
        ("use is sig", "rsa", rs256.clone(), &|| of_keys(&[with("rsa", "use", json!("sig"))]), ""),
        (
            "it may verify",
            "rsa",
            rs256.clone(),
            &|| of_keys(&[with("rsa", "key_ops", json!(["verify"]))]),
            "",
        ),
        ("the key's alg", "rsa", rs256.clone(), &|| of_keys(&[with("rsa", "alg", json!("RS256"))]), ""),
        ("a thousand keys", "rsa", rs256.clone(), &thousand, ""),
        ("among what is no key", "rsa", rs256.clone(), &odd, ""),
        (
            "wrong signature: another's key of that name",
            "rsa_4096",
            rs256.clone(),
            &|| jwks(&["rsa"]),
            "signature is wrong",
        ),
        ("no signature", "none", rs256.clone(), &|| jwks(&["rsa"]), "signature is wrong"),
        ("no kid, two keys", "rsa", nameless.clone(), &|| jwks(&["rsa", "rsa_4096"]), "names no key (kid)"),
        ("an unknown kid", "rsa", json!({"alg": "RS256", "kid": "x"}), &|| jwks(&["rsa"]), UNKNOWN),
        ("no keys", "rsa", rs256.clone(), &|| of_keys(&[]), UNKNOWN),
        ("use is enc", "rsa", rs256.clone(), &|| of_keys(&[with("rsa", "use", json!("enc"))]), UNKNOWN),
        (
            "it may only encrypt",
            "rsa",
            rs256.clone(),
            &|| of_keys(&[with("rsa", "key_ops", json!(["encrypt"]))]),
            UNKNOWN,
        ),
        (
            "the key is for another alg",
            "rsa",
            rs256.clone(),
            &|| of_keys(&[with("rsa", "alg", json!("PS256"))]),
            UNKNOWN,
        ),
        (
            "the key is for an alg of nobody's",
            "rsa",
            rs256.clone(),
            &|| of_keys(&[with("rsa", "alg", json!("RSA1_5"))]),
            UNKNOWN,
        ),
        (
            "a key of another kind",
            "p256",
            json!({"alg": "RS256", "kid": "p256"}),
            &|| jwks(&["p256"]),
            UNKNOWN,
        ),
        (
            "HS256 by the bytes of the public key",
            "secret:",
            json!({"alg": "HS256", "kid": "rsa"}),
            &|| of_keys(&[json!({"kty": "oct", "kid": "rsa", "k": ""}), jwk("rsa")]),
            "alg is HS256",
        ),
        (
            "a short key",
            "rsa",
            rs256.clone(),
            &|| of_keys(&[json!({"kty": "RSA", "kid": "rsa", "n": encoded([0xff; 128]), "e": e.clone()})]),
            UNKNOWN,
        ),
    ];
    let mut table = Table::default();
    for (name, key, header, keys, says) in rows {
        table.row(name, |row| {
            let client = openid(&[WITH_KEYS]);
            let nonce = ask(&client);
            let id_token = signed(key, header, &claims(&nonce, now()).to_string());
            let n = answered(&client, &id_token, Some(&keys()));
            row.returned(n, if says.is_empty() { 0 } else { OAUTH_ERROR_ID_TOKEN });
            row.holds(&format!("says {says}: {}", error_text()), error_text().contains(says));
            if says.is_empty() {
                row.eq("sub", claim(&client, "sub").1.as_str(), SUBJECT);
            } else {
                has_nothing(row, &client);
            }
        });
    }
    table.row("HS256 with the client's secret, where that is wanted", |row| {
        for (secret, expected) in [(SECRET, 0), ("another", OAUTH_ERROR_ID_TOKEN), ("", OAUTH_ERROR_ID_TOKEN)]
        {
            let client = openid(&[WITH_KEYS, (OAUTH_ID_TOKEN_ALG, "RS256 HS256")]);
            let nonce = ask(&client);
            let claims = claims(&nonce, now()).to_string();
            let id_token = signed(&format!("secret:{secret}"), &json!({"alg": "HS256"}), &claims);
            row.returned(answered(&client, &id_token, None), expected);
        }
        let secretless = openid(&[(OAUTH_CLIENT_SECRET, ""), (OAUTH_ID_TOKEN_ALG, "HS256")]);
        row.returned(secretless.build_url().0, OAUTH_ERROR_MISSING);
    });
    table.end();
}

/// The request for the keys follows the one for the token, whoever carries it; what becomes of it costs no token.
#[test]
fn keys_are_asked_for_once() {
    let id_token = |nonce: &str| {
        signed("rsa", &json!({"alg": "RS256", "kid": "rsa"}), &claims(nonce, now()).to_string())
    };
    let mut table = Table::default();
    table.row("the request, and none for the next sign-in", |row| {
        let client = openid(&[(OAUTH_BASE_URL, "https://as.example"), (OAUTH_JWKS_URI, "/keys")]);
        let nonce = ask(&client);
        row.returned(
            client.respond(200, "", answer("SECRET-at", &id_token(&nonce)).as_bytes()),
            OAUTH_HTTP_NEEDED,
        );
        let request = sent(&client);
        row.eq("method", request.method.as_str(), "GET");
        row.eq("URL", request.url.as_str(), KEYS);
        row.eq("headers", request.headers.len(), 1);
        row.eq("content", request.content.as_str(), "");
        // Nobody has it before it is known whose it is.
        row.eq("before", client.get(OAUTH_ID_TOKEN).as_str(), "");
        row.returned(client.respond(200, "", jwks(&["rsa"]).as_bytes()), 0);
        row.eq("sub", claim(&client, "sub").1.as_str(), SUBJECT);
        let nonce = ask(&client);
        row.returned(client.respond(200, "", answer("SECRET-2", &id_token(&nonce)).as_bytes()), 0);
        row.eq("token", client.access_token().1.as_str(), "SECRET-2");
    });
    let failures: &[(&str, i32, &str)] = &[
        ("no answer", 0, ""),
        ("a page", 200, "<html>hello</html>"),
        ("no JWK Set", 200, r#"{"keys":7}"#),
        ("trouble", 503, ""),
        ("not there", 404, r#"{"error":"not found"}"#),
        ("larger than anybody's", 200, &"x".repeat(1_100_000)),
    ];
    for (name, status, body) in failures {
        table.row(&format!("look-up in vain: {name}"), |row| {
            let client = openid(&[WITH_KEYS]);
            let nonce = ask(&client);
            let answer = answer("SECRET-at", &id_token(&nonce));
            row.returned(client.respond(200, "", answer.as_bytes()), OAUTH_HTTP_NEEDED);
            row.returned(client.respond(*status, "", body.as_bytes()), 0);
            row.eq("token", client.access_token().1.as_str(), "SECRET-at");
            row.eq("claims of what was not checked", claim(&client, "sub").0, OAUTH_ERROR_ID_TOKEN);
            row.holds(&error_text(), error_text().contains("keys could not be had"));
            // The next one is looked up for again.
            let nonce = ask(&client);
            row.returned(answered(&client, &id_token(&nonce), Some(&jwks(&["rsa"]))), 0);
            row.eq("sub", claim(&client, "sub").1.as_str(), SUBJECT);
        });
    }
    table.row("http is refused before a person is sent anywhere, and before a code is", |row| {
        let client = openid(&[]);
        row.returned(client.set(OAUTH_JWKS_URI, "http://as.example/keys"), OAUTH_ERROR_INSECURE);
        let client = openid(&[
            (OAUTH_ALLOW_HTTP, "yes"),
            (OAUTH_JWKS_URI, "http://as.example/keys"),
            (OAUTH_ALLOW_HTTP, ""),
        ]);
        row.returned(client.build_url().0, OAUTH_ERROR_INSECURE);
    });
    table.end();
}

/// A code is good for one answer: what it has brought is kept, although nobody brings the keys.
#[test]
fn a_lookup_of_keys_that_is_given_up_costs_no_token() {
    type GivesUp<'a> = &'a dyn Fn(Client, &str) -> Client;
    let again = |store: &str| openid(&[WITH_KEYS, (OAUTH_STORE, store), (OAUTH_STORE_ALLOW_PLAIN, "yes")]);
    let ways: &[(&str, GivesUp)] = &[
        ("a token is asked for", &|client, _| {
            assert!(client.header().0 > 0, "{}", error_text());
            client
        }),
        ("another code is brought", &|client, _| {
            client.exchange("?code=another&state=none");
            client
        }),
        ("the server is asked for another", &|client, _| {
            client.refresh();
            client
        }),
        ("the client is closed", &|client, store| {
            drop(client);
            again(store)
        }),
    ];
    let mut table = Table::default();
    for (name, gives_up) in ways {
        table.row(name, |row| {
            let folder = Folder::new();
            let store = format!("file:{}", folder.0.join("store").display());
            let client = again(&store);
            let nonce = ask(&client);
            let id_token =
                signed("rsa", &json!({"alg": "RS256", "kid": "rsa"}), &claims(&nonce, now()).to_string());
            row.returned(
                client.respond(200, "", answer("SECRET-at", &id_token).as_bytes()),
                OAUTH_HTTP_NEEDED,
            );
            let client = gives_up(client, &store);
            row.eq("token", client.access_token().1.as_str(), "SECRET-at");
            row.eq("claims of what was not checked", claim(&client, "sub").0, OAUTH_ERROR_ID_TOKEN);
            drop(client);
            row.eq("it is stored", again(&store).access_token().1.as_str(), "SECRET-at");
        });
    }
    table.end();
}

/// Who has asked for no ID token, or has not said whose, is served as ever; and nobody is fooled.
#[test]
fn what_is_not_checked_is_not_called_checked() {
    let foreign = || signed("p256", &json!({"alg": "ES256"}), r#"{"iss":"https://other.example","sub":"7"}"#);
    let rows: &[(&str, Settings, Option<String>, &str)] = &[
        ("no issuer", &[(OAUTH_ISSUER, "")], Some(foreign()), "set issuer"),
        ("not asked for", &[(OAUTH_SCOPE, "read")], Some(foreign()), "add openid to scope"),
        ("asked for, and none came", &[], None, "the server has sent none"),
        ("neither", &[(OAUTH_SCOPE, "read")], None, "none was asked for"),
        ("no text that anybody can read", &[(OAUTH_ISSUER, "")], Some("opaque".to_owned()), "set issuer"),
        (
            "over http: anybody may have written it",
            &[(OAUTH_ALLOW_HTTP, "yes"), (OAUTH_TOKEN_ENDPOINT, "http://as.example/token")],
            Some("mine".to_owned()),
            "could not be had",
        ),
    ];
    let mut table = Table::default();
    for (name, settings, id_token, says) in rows {
        table.row(name, |row| {
            let client = openid(settings);
            let nonce = ask(&client);
            let good = || signed("rsa", &json!({"alg": "RS256"}), &claims(&nonce, now()).to_string());
            let id_token = id_token.clone().map(|text| if text == "mine" { good() } else { text });
            let mut body: Value =
                serde_json::from_str(&answer("SECRET-at", id_token.as_deref().unwrap_or_default())).unwrap();
            if id_token.is_none() {
                remove(&mut body, "id_token");
            }
            row.returned(client.respond(200, "", body.to_string().as_bytes()), 0);
            row.eq("token", client.access_token().1.as_str(), "SECRET-at");
            row.eq("ID token", client.get(OAUTH_ID_TOKEN), id_token.unwrap_or_default());
            row.eq("claims", claim(&client, "sub").0, OAUTH_ERROR_ID_TOKEN);
            row.holds(&format!("says {says}: {}", error_text()), error_text().contains(says));
        });
    }
    table.end();
}

/// Section 3.1.3.7 point 6 is about who has handed it over, and that may be another endpoint.
#[test]
fn what_came_over_http_is_not_called_checked() {
    let changed = |nonce: &str, kid: &str| {
        let mut claims = claims(nonce, now());
        claims["name"] = json!("Mallory");
        signed("none", &json!({"alg": "RS256", "kid": kid}), &claims.to_string())
    };
    let mut table = Table::default();
    table.row("a refresh", |row| {
        let client =
            signed_in(&[(OAUTH_ALLOW_HTTP, "yes"), (OAUTH_REFRESH_ENDPOINT, "http://as.example/refresh")]);
        row.eq("at the sign-in", claim(&client, "name").1.as_str(), "Jane Doe");
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let refreshed = answer("SECRET-2", &changed("", "x"));
        row.returned(client.respond(200, "", refreshed.as_bytes()), 0);
        row.eq("token", client.access_token().1.as_str(), "SECRET-2");
        row.eq("what was checked stays", claim(&client, "name").1.as_str(), "Jane Doe");
    });
    table.row("userinfo that is signed", |row| {
        let client =
            signed_in(&[(OAUTH_ALLOW_HTTP, "yes"), (OAUTH_USERINFO_ENDPOINT, "http://as.example/me")]);
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", changed("", "x").as_bytes()), OAUTH_ERROR_ID_TOKEN);
        row.holds(&error_text(), error_text().contains("keys cannot be had"));
    });
    table.end();
}

#[test]
fn a_nonce_is_made_for_each_url() {
    let mut table = Table::default();
    table.row("where openid is in the scope", |row| {
        let client = openid(&[]);
        let nonces = [0; 2].map(|_| parameter_of(&client.authorize_url(), "nonce").unwrap());
        row.holds("22 letters, each another", nonces[0].len() == 22 && nonces[0] != nonces[1]);
        let url = client.authorize_url();
        row.eq("once", url.matches("nonce=").count(), 1);
        let elsewhere = openid(&[(OAUTH_SCOPE, ""), (OAUTH_AUTHORIZE_PARAMS, "scope=email%20openid")]);
        row.holds("in authorize_params", elsewhere.authorize_url().contains("&nonce="));
    });
    table.row("and nowhere else", |row| {
        for scope in ["", "read", "openidx", "not:openid"] {
            row.holds(scope, !client(&[(OAUTH_SCOPE, scope)]).authorize_url().contains("nonce"));
        }
    });
    table.row("the caller's own stays", |row| {
        let client = openid(&[(OAUTH_AUTHORIZE_PARAMS, "nonce=of-mine")]);
        let nonce = ask(&client);
        row.eq("nonce", nonce.as_str(), "of-mine");
        let id_token = signed("rsa", &json!({"alg": "RS256"}), &claims("of-mine", now()).to_string());
        row.returned(answered(&client, &id_token, None), 0);
        row.eq("OAUTH_NONCE", client.get(OAUTH_NONCE).as_str(), "of-mine");
    });
    table.row("by the server's clock, where ours is wrong", |row| {
        let client = openid(&[]);
        let nonce = ask(&client);
        let id_token = signed("rsa", &json!({"alg": "RS256"}), &claims(&nonce, now() - 7200).to_string());
        let date = httpdate::fmt_http_date(
            std::time::UNIX_EPOCH + std::time::Duration::from_secs((now() - 7200).unsigned_abs()),
        );
        row.returned(
            client.respond(200, &format!("Date: {date}\r\n"), answer("SECRET-at", &id_token).as_bytes()),
            0,
        );
    });
    table.end();
}

// ---- userinfo ----

const USERINFO: (i32, &str) = (OAUTH_USERINFO_ENDPOINT, "https://as.example/me");

/// Signed in as [`SUBJECT`].
fn signed_in(settings: Settings) -> Client {
    let client = openid(&[&[USERINFO], settings].concat());
    let nonce = ask(&client);
    let id_token = signed("rsa", &json!({"alg": "RS256", "kid": "rsa"}), &claims(&nonce, now()).to_string());
    assert_eq!(answered(&client, &id_token, Some(&jwks(&["rsa"]))), 0, "{}", error_text());
    client
}

fn about(client: &Client, name: &str) -> (i32, String) {
    field(client, OAUTH_FIELD_USERINFO, name)
}

#[test]
fn userinfo_answers() {
    let jwt = |claims: Value| signed("rsa", &json!({"alg": "RS256", "kid": "rsa"}), &claims.to_string());
    let rows: &[(&str, i32, &str, String, i32, &str)] = &[
        ("claims", 200, "", json!({"sub": SUBJECT, "email": "j@e.nl"}).to_string(), 0, ""),
        (
            "signed",
            200,
            "Content-Type: application/jwt\r\n",
            jwt(json!({"sub": SUBJECT, "email": "j@e.nl", "iss": ISSUER, "aud": ["client"]})),
            0,
            "",
        ),
        (
            "signed, of another issuer",
            200,
            "",
            jwt(json!({"sub": SUBJECT, "iss": "https://evil.example"})),
            OAUTH_ERROR_ID_TOKEN,
            "another issuer",
        ),
        (
            "signed, for another client",
            200,
            "",
            jwt(json!({"sub": SUBJECT, "aud": "other"})),
            OAUTH_ERROR_ID_TOKEN,
            "another client",
        ),
        (
            "signed by somebody",
            200,
            "",
            signed("rsa_4096", &json!({"alg": "RS256", "kid": "rsa"}), &json!({"sub": SUBJECT}).to_string()),
            OAUTH_ERROR_ID_TOKEN,
            "signature is wrong",
        ),
        (
            "not signed",
            200,
            "",
            signed("none", &json!({"alg": "none"}), &json!({"sub": SUBJECT}).to_string()),
            OAUTH_ERROR_ID_TOKEN,
            "not signed",
        ),
        (
            "another person",
            200,
            "",
            json!({"sub": "7", "email": "j@e.nl"}).to_string(),
            OAUTH_ERROR_ID_TOKEN,
            "another person",
        ),
        ("signed, another person", 200, "", jwt(json!({"sub": "7"})), OAUTH_ERROR_ID_TOKEN, "another person"),
        ("nobody", 200, "", json!({"email": "j@e.nl"}).to_string(), OAUTH_ERROR_ID_TOKEN, "another person"),
        ("a list", 200, "", "[1]".to_owned(), OAUTH_ERROR_RESPONSE, "no JSON object"),
        ("a page", 200, "", "<html>hello</html>".to_owned(), OAUTH_ERROR_RESPONSE, "userinfo_endpoint"),
        ("401 alone", 401, "", String::new(), OAUTH_ERROR_INVALID_TOKEN, "invalid_token"),
        (
            "401, said in the header",
            401,
            "WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"expired\"\r\n",
            String::new(),
            OAUTH_ERROR_INVALID_TOKEN,
            "expired",
        ),
        (
            "403, said in the header",
            403,
            "WWW-Authenticate: Bearer error=\"insufficient_scope\"\r\n",
            "{}".to_owned(),
            OAUTH_ERROR_SCOPE,
            "add to scope",
        ),
        (
            "403, said in the content",
            403,
            "",
            r#"{"error":"insufficient_scope"}"#.to_owned(),
            OAUTH_ERROR_SCOPE,
            "add to scope",
        ),
        ("trouble", 503, "", String::new(), OAUTH_ERROR_UNAVAILABLE, "try again later"),
        (
            "our token in the words",
            400,
            "",
            r#"{"error":"x","error_description":"SECRET-at is odd"}"#.to_owned(),
            OAUTH_ERROR_REFUSED,
            "withheld",
        ),
    ];
    let mut table = Table::default();
    for (name, status, headers, body, expected, says) in rows {
        table.row(name, |row| {
            let client = signed_in(&[WITH_KEYS]);
            row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
            let request = sent(&client);
            row.eq("method", request.method.as_str(), "GET");
            row.eq("URL", request.url.as_str(), "https://as.example/me");
            row.eq("header", request.header("Authorization"), vec!["Bearer SECRET-at"]);
            row.returned(client.respond(*status, headers, body.as_bytes()), *expected);
            row.holds(&format!("says {says}: {}", error_text()), error_text().contains(says));
            row.holds("no secret is told", !error_text().contains("SECRET"));
            if *expected == 0 {
                row.eq("email", about(&client, "email").1.as_str(), "j@e.nl");
            } else {
                row.eq("nothing is kept", about(&client, "email").0, OAUTH_ERROR_NO_FIELD);
            }
            // Only a token that is not taken is replaced.
            let needs_another = *expected == OAUTH_ERROR_INVALID_TOKEN;
            row.eq("header", client.header().0 == OAUTH_HTTP_NEEDED, needs_another);
        });
    }
    table.end();
}

#[test]
fn userinfo_goes_on_after_what_it_needs() {
    let mut table = Table::default();
    table.row("a token that has to be refreshed first", |row| {
        let client = signed_in(&[]);
        client.rejected();
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
        row.eq("refresh", sent(&client).parameter("grant_type").as_deref(), Some("refresh_token"));
        let refreshed = r#"{"access_token":"SECRET-2","expires_in":3600}"#;
        row.returned(client.respond(200, "", refreshed.as_bytes()), OAUTH_HTTP_NEEDED);
        row.eq("header", sent(&client).header("Authorization"), vec!["Bearer SECRET-2"]);
        row.returned(client.respond(200, "", json!({"sub": SUBJECT}).to_string().as_bytes()), 0);
        row.eq("sub", about(&client, "sub").1.as_str(), SUBJECT);
    });
    table.row("a refresh, and the client is another account's when that has come", |row| {
        let client = signed_in(&[]);
        client.rejected();
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
        client.must_set(OAUTH_ACCOUNT, "bert");
        let refreshed = r#"{"access_token":"SECRET-2","expires_in":3600}"#;
        row.returned(client.respond(200, "", refreshed.as_bytes()), OAUTH_ERROR_SEQUENCE);
    });
    table.row("keys that have to be looked up first", |row| {
        let client = signed_in(&[]);
        client.must_set(OAUTH_JWKS_URI, KEYS);
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
        let jwt =
            signed("p256", &json!({"alg": "ES256", "kid": "p256"}), &json!({"sub": SUBJECT}).to_string());
        row.returned(client.respond(200, "", jwt.as_bytes()), OAUTH_HTTP_NEEDED);
        row.eq("URL", sent(&client).url.as_str(), KEYS);
        row.returned(client.respond(200, "", jwks(&["p256"]).as_bytes()), 0);
        row.eq("sub", about(&client, "sub").1.as_str(), SUBJECT);
    });
    table.row("a server without OpenID", |row| {
        let client = client(&[USERINFO]);
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_ERROR_SIGN_IN);
        crate::support::sign_in(&client, r#"{"access_token":"SECRET-at"}"#);
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", br#"{"login":"octocat","id":1}"#), 0);
        row.eq("login", about(&client, "login").1.as_str(), "octocat");
        client.must_set(OAUTH_USERINFO_ENDPOINT, "");
        row.returned(ffi::oauth_userinfo(client.0), OAUTH_ERROR_MISSING);
        row.eq("what was said before", about(&client, "login").1.as_str(), "octocat");
    });
    table.end();
}

/// Whoever reads by habit what was said last must not take one person for another.
#[test]
fn what_is_said_of_one_person_is_said_of_nobody_else() {
    type Changes<'a> = &'a dyn Fn(&Client);
    let signs_in = |client: &Client| {
        let nonce = ask(client);
        let id_token =
            signed("rsa", &json!({"alg": "RS256", "kid": "rsa"}), &claims(&nonce, now()).to_string());
        assert_eq!(answered(client, &id_token, Some(&jwks(&["rsa"]))), 0, "{}", error_text());
    };
    let ways: &[(&str, Changes)] = &[
        ("another account", &|client| client.must_set(OAUTH_ACCOUNT, "bert")),
        ("another server", &|client| client.must_set(OAUTH_TOKEN_ENDPOINT, "https://b.example/token")),
        ("another sign-in", &|client| signs_in(client)),
        ("the token is forgotten", &|client| assert_eq!(ffi::oauth_forget(client.0), 0)),
        ("the token is revoked", &|client| {
            client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");
            assert_eq!(ffi::oauth_revoke(client.0), OAUTH_HTTP_NEEDED);
            while client.respond(200, "", b"") == OAUTH_HTTP_NEEDED {}
        }),
        ("a token is imported", &|client| {
            let record = client.get(OAUTH_TOKEN_RECORD);
            client.must_set(OAUTH_TOKEN_RECORD, &record);
        }),
    ];
    let mut table = Table::default();
    for (name, changes) in ways {
        table.row(name, |row| {
            let endpoint = (OAUTH_INTROSPECTION_ENDPOINT, "https://as.example/introspect");
            let client = signed_in(&[endpoint, (OAUTH_STORE_ALLOW_PLAIN, "yes")]);
            row.returned(ffi::oauth_userinfo(client.0), OAUTH_HTTP_NEEDED);
            row.returned(client.respond(200, "", json!({"sub": SUBJECT}).to_string().as_bytes()), 0);
            row.returned(ffi::oauth_introspect(client.0), OAUTH_HTTP_NEEDED);
            row.returned(client.respond(200, "", br#"{"active":true}"#), 0);
            client.must_set(OAUTH_TIMEOUT, "20");
            row.eq("sub", about(&client, "sub").1.as_str(), SUBJECT);
            row.eq("active", field(&client, OAUTH_FIELD_INTROSPECTION, "active").1.as_str(), "true");
            changes(&client);
            row.returned(about(&client, "sub").0, OAUTH_ERROR_NO_FIELD);
            row.returned(field(&client, OAUTH_FIELD_INTROSPECTION, "active").0, OAUTH_ERROR_NO_FIELD);
        });
    }
    table.row("the account is another before the answer comes", |row| {
        let client = signed_in(&[(OAUTH_INTROSPECTION_ENDPOINT, "https://as.example/introspect")]);
        for (asks, answer) in [
            (ffi::oauth_userinfo as extern "C" fn(i32) -> i32, json!({"sub": SUBJECT})),
            (ffi::oauth_introspect, json!({"active": true})),
        ] {
            client.must_set(OAUTH_ACCOUNT, "");
            let nonce = ask(&client);
            let id_token = signed("rsa", &json!({"alg": "RS256"}), &claims(&nonce, now()).to_string());
            row.returned(answered(&client, &id_token, None), 0);
            row.returned(asks(client.0), OAUTH_HTTP_NEEDED);
            client.must_set(OAUTH_ACCOUNT, "bert");
            row.returned(client.respond(200, "", answer.to_string().as_bytes()), 0);
            row.returned(about(&client, "sub").0, OAUTH_ERROR_NO_FIELD);
            row.returned(field(&client, OAUTH_FIELD_INTROSPECTION, "active").0, OAUTH_ERROR_NO_FIELD);
        }
    });
    table.end();
}

// ---- signing out ----

#[test]
fn urls_of_the_page_for_signing_out() {
    const PAGE: (i32, &str) = (OAUTH_END_SESSION_ENDPOINT, "https://as.example/end?x=1");
    let url = |client: &Client| out(|b, c| unsafe { ffi::oauth_end_session_url(client.0, b, c) });
    let mut table = Table::default();
    table.row("with all that there is", |row| {
        let client = signed_in(&[PAGE, (OAUTH_POST_LOGOUT_REDIRECT_URI, "https://app.example/bye?a=b&c=d")]);
        let (n, text) = url(&client);
        row.returned(i32::from(n > 0), 1);
        row.holds(&text, text.starts_with("https://as.example/end?x=1&id_token_hint=eyJ"));
        let parameter = |name| parameter_of(&text, name);
        row.eq("id_token_hint", parameter("id_token_hint"), Some(client.get(OAUTH_ID_TOKEN)));
        row.eq("client_id", parameter("client_id").as_deref(), Some("client"));
        let back = parameter("post_logout_redirect_uri");
        row.eq("redirect", back.as_deref(), Some("https://app.example/bye?a=b&c=d"));
        row.eq("state", parameter("state"), Some(client.get(OAUTH_END_SESSION_STATE)));
        row.holds("another each time", url(&client).1 != text);
        let state = client.get(OAUTH_END_SESSION_STATE);
        let length = unsafe { ffi::oauth_end_session_url(client.0, std::ptr::null_mut(), 0) };
        row.returned(length, n);
        row.eq("a length makes none", client.get(OAUTH_END_SESSION_STATE), state);
        row.eq("the token stays", client.access_token().1.as_str(), "SECRET-at");
    });
    table.row("with nothing but the client", |row| {
        let client = client(&[PAGE]);
        row.eq("URL", url(&client).1.as_str(), "https://as.example/end?x=1&client_id=client");
        row.eq("state", client.get(OAUTH_END_SESSION_STATE).as_str(), "");
        client.must_set(OAUTH_END_SESSION_ENDPOINT, "");
        row.returned(url(&client).0, OAUTH_ERROR_MISSING);
    });
    table.end();
}
