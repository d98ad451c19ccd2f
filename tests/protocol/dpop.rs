//! Tokens that are bound to a key: proofs, and what servers answer to them (RFC 9449).

use crate::common::proof::{hash, Proof};
use crate::common::{error_text, Client};
use crate::support::{ask, client, now, sent, Row, Sent, Settings, Table};
use oauth::constants::*;

/// Figures 3 and 12.
const EXAMPLES: &[&str] = &[
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo\
     RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJq\
     dGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0Ijox\
     NTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo\
     RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJq\
     dGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNv\
     dXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqz\
     hrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA",
];
/// Section 7.1: the token of those figures, and section 6.1: the thumbprint of their key.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const ATH: &str = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

const API: &str = "https://resource.example.org/protectedresource";
const JSON: &str = "Content-Type: application/json\r\n";

fn token(kind: &str) -> String {
    format!(r#"{{"access_token":"{TOKEN}","refresh_token":"R1","token_type":"{kind}","expires_in":3600}}"#)
}

fn refused(error: &str) -> String {
    format!(r#"{{"error":"{error}","error_description":"words"}}"#)
}

fn zlib_of(text: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(text, 6)
}

/// Binds tokens to a key, unless `settings` say otherwise.
fn bound(settings: Settings) -> Client {
    client(&[&[(OAUTH_DPOP, "yes")], settings].concat())
}

/// One that has such a token.
fn signed_in(settings: Settings) -> Client {
    let client = bound(settings);
    ask(&client, "code");
    assert_eq!(client.respond(200, JSON, token("DPoP").as_bytes()), 0, "{}", error_text());
    client
}

/// The proof of a request that waits.
fn proof(sent: &Sent) -> Proof {
    let proofs = sent.header("DPoP");
    assert_eq!(proofs.len(), 1, "{:?}", sent.headers);
    Proof::of(proofs[0])
}

/// The proof that stands in an API's headers.
fn api_proof(lines: &str) -> Proof {
    let line = lines.split("\r\n").find_map(|line| line.strip_prefix("DPoP: "));
    Proof::of(line.unwrap_or_else(|| panic!("no proof: {lines}")))
}

fn is_good(row: &mut Row, proof: &Proof, method: &str, target: &str) {
    row.holds("it is signed by its key", proof.is_signed);
    row.eq("typ", proof.header["typ"].as_str(), Some("dpop+jwt"));
    row.eq("members of the header", proof.header.as_object().unwrap().len(), 3);
    row.holds("no private key is in it", proof.header["jwk"].get("d").is_none());
    row.eq("htm", proof.claim("htm"), method);
    row.eq("htu", proof.claim("htu"), target);
    row.holds("jti has 128 bits", proof.claim("jti").len() == 22);
    let iat = proof.claims["iat"].as_i64().unwrap_or_default();
    row.holds(&format!("iat is now: {iat}"), (now() - iat).abs() <= 2);
}

/// What reads proofs here reads the RFC's, too.
#[test]
fn proofs_are_those_of_the_rfc() {
    let mut table = Table::new("proofs");
    for (at, example) in EXAMPLES.iter().enumerate() {
        table.row(&format!("example {at}"), |row| {
            let proof = Proof::of(example);
            row.holds("it is signed by its key", proof.is_signed);
            row.eq("jkt", proof.jkt.as_str(), JKT);
        });
    }
    table.row("ath", |row| row.eq("ath", hash(TOKEN).as_str(), ATH));
    for (alg, curve) in [("", "P-256"), ("ES256", "P-256"), ("ES384", "P-384"), ("EdDSA", "Ed25519")] {
        table.row(&format!("alg {alg}"), |row| {
            let client = bound(&[(OAUTH_DPOP_ALG, alg)]);
            ask(&client, "code");
            let first = proof(&sent(&client));
            is_good(row, &first, "POST", "https://as.example/token");
            row.eq("crv", first.header["jwk"]["crv"].as_str(), Some(curve));
            row.eq("claims", first.claims.as_object().unwrap().len(), 4);
            row.returned(client.respond(200, JSON, token("dpop").as_bytes()), 0);
            row.eq("thumbprint", client.get(OAUTH_DPOP_JKT), first.jkt.clone());
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            let second = proof(&sent(&client));
            is_good(row, &second, "POST", "https://as.example/token");
            row.eq("the same key", second.jkt.as_str(), first.jkt.as_str());
            row.holds("another jti", second.claim("jti") != first.claim("jti"));
            row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), 0);

            let (n, lines) = client.request_headers("GET", &format!("{API}?page=2#top"));
            row.returned(n, i32::try_from(lines.len()).unwrap());
            row.holds("two lines", lines.ends_with("\r\n") && lines.matches("\r\n").count() == 2);
            let begin = format!("Authorization: DPoP {TOKEN}\r\nDPoP: ");
            row.holds(&format!("they begin so: {lines}"), lines.starts_with(&begin));
            let third = api_proof(&lines);
            is_good(row, &third, "GET", API);
            row.eq("ath", third.claim("ath"), ATH);
            row.eq("the same key again", third.jkt, first.jkt);
            row.eq("another each time", client.request_headers("GET", API).1.len(), lines.len());
            row.holds("another text", client.request_headers("GET", API).1 != lines);
        });
    }
    table.row("a new key for each sign-in", |row| {
        let client = signed_in(&[]);
        let first = client.get(OAUTH_DPOP_JKT);
        ask(&client, "another");
        row.holds("another key", proof(&sent(&client)).jkt != first);
    });
    table.row("a machine's grant", |row| {
        let client = bound(&[(OAUTH_GRANT_TYPE, "client_credentials")]);
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let first = proof(&sent(&client));
        is_good(row, &first, "POST", "https://as.example/token");
        row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), OAUTH_ERROR_RESPONSE);
        row.holds("it says what to call", error_text().contains("oauth_request_headers"));
        row.eq("request headers", api_proof(&client.request_headers("PUT", API).1).jkt, first.jkt);
    });
    table.row("a machine that is refused asks no more, by whatever key", |row| {
        let client = bound(&[(OAUTH_GRANT_TYPE, "client_credentials")]);
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
        let answered = client.respond(401, JSON, refused("invalid_client").as_bytes());
        row.returned(answered, OAUTH_ERROR_INVALID_CLIENT);
        row.returned(client.header().0, OAUTH_ERROR_INVALID_CLIENT);
        client.must_set(OAUTH_CLIENT_SECRET, "another");
        row.returned(client.header().0, OAUTH_HTTP_NEEDED);
    });
    table.row("the parameters stand in the query", |row| {
        let client = bound(&[(OAUTH_REQUEST_BODY, "query")]);
        ask(&client, "code");
        is_good(row, &proof(&sent(&client)), "POST", "https://as.example/token");
    });
    table.row("turned off later", |row| {
        let client = signed_in(&[]);
        let key = client.get(OAUTH_DPOP_JKT);
        client.must_set(OAUTH_DPOP, "");
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("the token stays bound", proof(&sent(&client)).jkt, key);
    });
    table.row("turned on later", |row| {
        let client = bound(&[(OAUTH_DPOP, "no")]);
        ask(&client, "code");
        row.eq("no proof", sent(&client).header("DPoP"), Vec::<&str>::new());
        row.returned(client.respond(200, JSON, token("Bearer").as_bytes()), 0);
        row.eq("no key", client.get(OAUTH_DPOP_JKT), String::new());
        client.must_set(OAUTH_DPOP, "yes");
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let key = proof(&sent(&client)).jkt;
        row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), 0);
        row.eq("the key of that", client.get(OAUTH_DPOP_JKT), key);
    });
    table.end();
}

/// Section 4.3 point 9: as a server writes the URL that it was called by.
#[test]
fn the_target_is_the_url_without_what_does_not_count() {
    const TARGETS: &[(&str, &str)] = &[
        ("https://api.example", "https://api.example/"),
        ("HTTPS://API.Example:443/a", "https://api.example/a"),
        ("https://api.example:8443/a?b=c#d", "https://api.example:8443/a"),
        ("https://api.example/a/./b/../c%2Fd%7e", "https://api.example/a/c%2Fd%7e"),
        ("https://[::1]:1/%20", "https://[::1]:1/%20"),
        ("http://127.0.0.1:80/", "http://127.0.0.1/"),
        ("https://api.example/?", "https://api.example/"),
    ];
    const NONE: &[(&str, &str, i32)] = &[
        ("GET", "", OAUTH_ERROR_VALUE),
        ("GET", "/path", OAUTH_ERROR_VALUE),
        ("GET", "api.example", OAUTH_ERROR_VALUE),
        ("GET", "ftp://api.example/", OAUTH_ERROR_VALUE),
        ("GET", "https://api.example/\u{e4}", OAUTH_ERROR_VALUE),
        ("GET", "https://api.example/a b", OAUTH_ERROR_VALUE),
        ("GET", "https://api.example/\r\nX: y", OAUTH_ERROR_VALUE),
        ("GET", "https://me:SECRET@api.example/", OAUTH_ERROR_VALUE),
        ("GET", "http://api.example/", OAUTH_ERROR_INSECURE),
        ("", API, OAUTH_ERROR_VALUE),
        ("G T", API, OAUTH_ERROR_VALUE),
        ("GET\"", API, OAUTH_ERROR_VALUE),
        ("GET\r\nX: y", API, OAUTH_ERROR_VALUE),
    ];
    let client = signed_in(&[]);
    let mut table = Table::new("targets");
    for (url, target) in TARGETS {
        table.row(url, |row| {
            let (n, lines) = client.request_headers("GET", url);
            row.holds(&format!("{n}: {}", error_text()), n > 0);
            row.eq("htu", api_proof(&lines).claim("htu"), *target);
        });
    }
    for (method, url, code) in NONE {
        table.row(&format!("{method:?} {url:?}"), |row| {
            row.returned(client.request_headers(method, url).0, *code);
            row.holds("no secret", !error_text().contains("SECRET"));
        });
    }
    table.row("http is allowed", |row| {
        client.must_set(OAUTH_ALLOW_HTTP, "yes");
        row.holds("headers", client.request_headers("GET", "http://api.example/").0 > 0);
    });
    table.end();
}

/// Section 5, and what a server without DPoP does.
#[test]
fn a_token_is_sent_as_what_the_server_calls_it() {
    let mut table = Table::new("token types");
    table.row("a Bearer all the same", |row| {
        let client = bound(&[]);
        ask(&client, "code");
        row.returned(client.respond(200, JSON, token("Bearer").as_bytes()), 0);
        let bearer = format!("Authorization: Bearer {TOKEN}");
        row.eq("header", client.header().1, bearer.clone());
        row.eq("request headers", client.request_headers("GET", API).1, bearer + "\r\n");
        let key = client.get(OAUTH_DPOP_JKT);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("the refresh token may be bound", proof(&sent(&client)).jkt, key);
    });
    table.row("a Bearer where a key is required", |row| {
        let client = bound(&[(OAUTH_DPOP, "required")]);
        ask(&client, "code");
        row.returned(client.respond(200, JSON, token("Bearer").as_bytes()), OAUTH_ERROR_RESPONSE);
        row.action(OAUTH_ACTION_FIX);
        row.holds("it says why", error_text().contains("bound to no key"));
        row.eq("no token", client.get(OAUTH_ACCESS_TOKEN), String::new());
        row.returned(client.header().0, OAUTH_ERROR_SIGN_IN);
    });
    table.row("a Bearer by a refresh, where a key is required", |row| {
        let client = signed_in(&[(OAUTH_DPOP, "required")]);
        let key = client.get(OAUTH_DPOP_JKT);
        client.rejected();
        row.returned(client.request_headers("GET", API).0, OAUTH_HTTP_NEEDED);
        let rotated = token("Bearer").replace(TOKEN, "SECRET-bearer").replace("R1", "R2");
        row.returned(client.respond(200, JSON, rotated.as_bytes()), OAUTH_ERROR_RESPONSE);
        row.holds("it says why", error_text().contains("bound to no key"));
        // It is not shown to anybody, and the refresh token that came with it is not lost: the other is spent.
        row.holds("no Bearer", client.get(OAUTH_ACCESS_TOKEN) != "SECRET-bearer");
        row.returned(client.request_headers("GET", API).0, OAUTH_HTTP_NEEDED);
        let again = sent(&client);
        row.eq("the new one", again.parameter("refresh_token").as_deref(), Some("R2"));
        row.eq("the same key", proof(&again).jkt, key);
        row.holds("bound again", client.respond(200, JSON, token("DPoP").as_bytes()) > 0);
    });
    table.row("bound, and no Bearer", |row| {
        let client = signed_in(&[]);
        row.returned(client.header().0, OAUTH_ERROR_RESPONSE);
        row.holds("it says what to call", error_text().contains("oauth_request_headers"));
        row.eq("the token alone", client.access_token().1, TOKEN.to_owned());
    });
    table.row("DPoP without a key", |row| {
        let client = bound(&[(OAUTH_DPOP, "no")]);
        ask(&client, "code");
        row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), 0);
        row.returned(client.request_headers("GET", API).0, OAUTH_ERROR_RESPONSE);
        row.holds("it says what to set", error_text().contains("set dpop to yes"));
    });
    table.row("another type", |row| {
        let client = bound(&[]);
        ask(&client, "code");
        row.returned(client.respond(200, JSON, token("mac").as_bytes()), 0);
        row.returned(client.request_headers("GET", API).0, OAUTH_ERROR_RESPONSE);
    });
    table.end();
}

/// Section 8: what a server asks for costs neither a code nor a refresh token.
#[test]
fn a_server_gets_the_nonce_that_it_asks_for() {
    let with = |nonce: &str| format!("{JSON}DPoP-Nonce: {nonce}\r\n");
    let asked = refused("use_dpop_nonce");
    let (long, longest) = ("n".repeat(4097), "n".repeat(4096));
    // Status, headers, body; the nonce that is sent, or none: then the error is the caller's.
    let rows: &[(&str, i32, String, &str, Option<&str>)] = &[
        ("as the RFC has it", 400, with("eyJ7S_zG"), &asked, Some("eyJ7S_zG")),
        ("in small letters", 400, "dpop-nonce:n1\r\n".to_owned(), &asked, Some("n1")),
        ("all its characters", 400, with("!#[]~'<>&%"), &asked, Some("!#[]~'<>&%")),
        ("the longest", 400, with(&longest), &asked, Some(&longest)),
        (
            "in a challenge",
            401,
            with("n2") + "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n",
            "",
            Some("n2"),
        ),
        ("as a form", 400, with("n3"), "error=use_dpop_nonce", Some("n3")),
        ("the first of two", 400, with("n4") + "DPoP-Nonce: n5\r\n", &asked, Some("n4")),
        ("by another name", 400, with("n6"), &refused("invalid_dpop_proof"), Some("n6")),
        ("none came", 400, JSON.to_owned(), &asked, None),
        ("an empty one", 400, with(""), &asked, None),
        ("one that would end the text", 400, with("a\"b"), &asked, None),
        ("one that would escape", 400, with("a\\b"), &asked, None),
        ("with a blank", 400, with("a b"), &asked, None),
        ("not in ASCII", 400, with("\u{e4}"), &asked, None),
        ("too long", 400, with(&long), &asked, None),
    ];
    let mut table = Table::new("nonces");
    for (name, status, headers, body, nonce) in rows {
        table.row(name, |row| {
            let client = bound(&[]);
            ask(&client, "the-code");
            let first = sent(&client);
            let again = client.respond(*status, headers, body.as_bytes());
            let Some(nonce) = nonce else {
                row.returned(again, OAUTH_ERROR_INVALID_DPOP);
                return;
            };
            row.returned(again, OAUTH_HTTP_NEEDED);
            let second = sent(&client);
            row.eq("the same content", second.content.as_str(), first.content.as_str());
            let (before, after) = (proof(&first), proof(&second));
            row.eq("nonce", after.claim("nonce"), *nonce);
            row.eq("the same key", after.jkt.as_str(), before.jkt.as_str());
            row.holds("another jti", after.claim("jti") != before.claim("jti"));
            row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), 0);
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            row.eq("it is kept", proof(&sent(&client)).claim("nonce"), *nonce);
            // Section 8.2: any answer may bring the next one.
            row.returned(client.respond(200, &with("next"), token("DPoP").as_bytes()), 0);
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            let third = sent(&client);
            row.eq("the next", proof(&third).claim("nonce"), "next");
            row.returned(client.respond(400, &with("other"), asked.as_bytes()), OAUTH_HTTP_NEEDED);
            let fourth = sent(&client);
            row.eq("the refresh token is not spent", fourth.content, third.content);
            row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), 0);
            let api = api_proof(&client.request_headers("GET", API).1);
            row.eq("it is not the API's", api.claims.get("nonce"), None);
        });
    }
    table.row("another each time", |row| {
        let client = bound(&[]);
        ask(&client, "the-code");
        row.returned(client.respond(400, &with("1"), asked.as_bytes()), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(400, &with("2"), asked.as_bytes()), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(400, &with("3"), asked.as_bytes()), OAUTH_ERROR_INVALID_DPOP);
        row.action(OAUTH_ACTION_RETRY);
        row.holds("it says so", error_text().contains("another DPoP nonce each time"));
        row.eq("error", client.get(OAUTH_ERROR), "use_dpop_nonce".to_owned());
        // The code is as good as before.
        let code = format!("?code=the-code&state={}", client.get(OAUTH_STATE));
        row.returned(client.exchange(&code), OAUTH_HTTP_NEEDED);
        row.eq("nonce", proof(&sent(&client)).claim("nonce"), "3");
        row.returned(client.respond(200, JSON, token("DPoP").as_bytes()), 0);
    });
    table.row("the same again", |row| {
        let client = bound(&[]);
        ask(&client, "the-code");
        row.returned(client.respond(400, &with("1"), asked.as_bytes()), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(400, &with("1"), asked.as_bytes()), OAUTH_ERROR_INVALID_DPOP);
    });
    for (name, is_packed) in [("in words", false), ("in words that are packed", true)] {
        table.row(&format!("a server that repeats the proof, {name}, and more than once"), |row| {
            let client = bound(&[]);
            ask(&client, "the-code");
            let sent = sent(&client);
            let proof = sent.header("DPoP")[0];
            let words =
                format!(r#"{{"error":"invalid_request","error_description":"no {proof}, no {proof}"}}"#);
            let (headers, content) = if is_packed {
                ("Content-Encoding: deflate\r\n", zlib_of(words.as_bytes()))
            } else {
                (JSON, words.into_bytes())
            };
            row.returned(client.respond(400, headers, &content), OAUTH_ERROR_INVALID_REQUEST);
            for text in [error_text(), client.get(OAUTH_ERROR_DESCRIPTION)] {
                row.holds(
                    &format!("no proof is told: {text}"),
                    !text.contains("eyJ") && text.contains("no "),
                );
            }
        });
    }
    table.row("a success that speaks of it", |row| {
        let client = bound(&[]);
        ask(&client, "the-code");
        let body = token("DPoP").replace('}', ",\"hint\":\"use_dpop_nonce\"}");
        row.returned(client.respond(200, &with("1"), body.as_bytes()), 0);
    });
    table.row("no proof, no repeat", |row| {
        let client = bound(&[(OAUTH_DPOP, "no")]);
        ask(&client, "the-code");
        row.returned(client.respond(400, &with("1"), asked.as_bytes()), OAUTH_ERROR_INVALID_DPOP);
    });
    table.end();
}

/// Section 11.1: proofs are good for a short time. A clock that is wrong is told by the server's.
#[test]
fn the_servers_clock_counts_where_ours_is_refused() {
    let date = |ahead: i64| {
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs((now() + ahead).unsigned_abs());
        format!("{JSON}Date: {}\r\n", httpdate::fmt_http_date(at))
    };
    let bad = refused("invalid_dpop_proof");
    let mut table = Table::new("clocks");
    for ahead in [900, -900] {
        table.row(&format!("{ahead} s ahead"), |row| {
            let client = bound(&[]);
            ask(&client, "the-code");
            let first = proof(&sent(&client)).claims["iat"].as_i64().unwrap();
            row.returned(client.respond(400, &date(ahead), bad.as_bytes()), OAUTH_HTTP_NEEDED);
            let second = proof(&sent(&client)).claims["iat"].as_i64().unwrap();
            row.holds(&format!("{first} and {second}"), (second - first - ahead).abs() <= 2);
            row.returned(client.respond(400, &date(ahead), bad.as_bytes()), OAUTH_ERROR_INVALID_DPOP);
            row.action(OAUTH_ACTION_FIX);
            let side = if ahead > 0 { "s behind the server's" } else { "s ahead of the server's" };
            row.holds(&error_text(), error_text().contains("clock is") && error_text().contains(side));
        });
    }
    table.row("it is right", |row| {
        let client = bound(&[]);
        ask(&client, "the-code");
        row.returned(client.respond(400, &date(30), bad.as_bytes()), OAUTH_ERROR_INVALID_DPOP);
        row.action(OAUTH_ACTION_FIX);
        row.holds(&error_text(), error_text().contains("check dpop_alg, and this machine's clock"));
    });
    table.row("who takes our time is not told another", |row| {
        let client = bound(&[]);
        ask(&client, "the-code");
        row.returned(client.respond(200, &date(900), token("DPoP").as_bytes()), 0);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        is_good(row, &proof(&sent(&client)), "POST", "https://as.example/token");
    });
    table.row("an API's", |row| {
        let client = signed_in(&[]);
        let answer = date(-900) + "WWW-Authenticate: DPoP error=\"invalid_dpop_proof\"\r\n";
        row.returned(client.api_response(API, 401, &answer), 1);
        let iat = api_proof(&client.request_headers("GET", API).1).claims["iat"].as_i64().unwrap();
        row.holds(&iat.to_string(), (now() - 900 - iat).abs() <= 2);
        row.returned(client.api_response(API, 401, &answer), OAUTH_ERROR_INVALID_DPOP);
        row.holds(&error_text(), error_text().contains("s ahead of its own"));
    });
    table.end();
}

/// Name, status, headers; what is returned, the nonce of the next proof, whether a new token is asked for.
type ApiAnswer = (&'static str, i32, &'static str, i32, Option<&'static str>, bool);

/// What an API's answers mean for the next request (section 9, RFC 6750 section 3).
#[test]
fn an_apis_answer_says_whether_to_send_again() {
    const NONCE: &str =
        "WWW-Authenticate: DPoP error=\"use_dpop_nonce\", algs=\"ES256\"\r\nDPoP-Nonce: n1\r\n";
    const INVALID: &str = "WWW-Authenticate: Bearer realm=\"x\", error=\"invalid_token\"\r\n";
    let rows: &[ApiAnswer] = &[
        ("a success", 200, "", 0, None, false),
        ("a success with a nonce", 200, "DPoP-Nonce: n9\r\n", 0, Some("n9"), false),
        ("another failure", 404, "DPoP-Nonce: n9\r\n", 0, Some("n9"), false),
        ("a nonce is asked for", 401, NONCE, 1, Some("n1"), false),
        ("with 400", 400, NONCE, 1, Some("n1"), false),
        (
            "in the second challenge",
            401,
            "WWW-Authenticate: Bearer\r\nWWW-Authenticate: DPoP error=use_dpop_nonce\r\nDPoP-Nonce: n2\r\n",
            1,
            Some("n2"),
            false,
        ),
        ("in both challenges of one line", 401, "WWW-Authenticate: Bearer error=\"invalid_token\", DPoP error=\"use_dpop_nonce\"\r\nDPoP-Nonce: n3\r\n", 1, Some("n3"), false),
        ("the token is refused", 401, INVALID, 1, None, true),
        ("without a word", 401, "", 1, None, true),
        ("the scope is too small", 401, "WWW-Authenticate: DPoP error=\"insufficient_scope\"\r\n", 0, None, false),
        ("forbidden", 403, INVALID, 0, None, false),
        ("no answer", 0, "", 0, None, false),
        ("a server's fault", 500, NONCE, 0, Some("n1"), false),
        ("asked for, and none given", 401, "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n", OAUTH_ERROR_INVALID_DPOP, None, false),
        ("the proof is refused", 401, "WWW-Authenticate: DPoP error=\"invalid_dpop_proof\"\r\n", OAUTH_ERROR_INVALID_DPOP, None, false),
        ("a whole head", 401, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nDPoP-Nonce: n4\r\nWWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n\r\n", 1, Some("n4"), false),
    ];
    let mut table = Table::new("answers of an API");
    for (name, status, headers, expected, nonce, asks) in rows {
        table.row(name, |row| {
            let client = signed_in(&[]);
            client.request_headers("GET", API);
            row.returned(client.api_response(&format!("{API}?a=b"), *status, headers), *expected);
            let (n, lines) = client.request_headers("GET", API);
            if *asks {
                row.returned(n, OAUTH_HTTP_NEEDED);
                let length = client.respond(200, JSON, token("DPoP").replace(TOKEN, "T2").as_bytes());
                let (n, lines) = client.request_headers("GET", API);
                row.returned(n, length);
                row.eq("ath", api_proof(&lines).claim("ath"), hash("T2").as_str());
                return;
            }
            row.eq("nonce", api_proof(&lines).claims["nonce"].as_str(), *nonce);
            let other = api_proof(&client.request_headers("GET", "https://other.example/").1);
            row.eq("another API's", other.claims.get("nonce"), None);
        });
    }
    table.row("another nonce each time", |row| {
        let client = signed_in(&[]);
        for (nonce, expected) in [("1", 1), ("2", 1), ("3", OAUTH_ERROR_INVALID_DPOP), ("4", 1), ("5", 1)] {
            row.returned(client.api_response(API, 401, &NONCE.replace("n1", nonce)), expected);
        }
        row.returned(client.api_response(API, 200, ""), 0);
        row.returned(client.api_response(API, 401, &NONCE.replace("n1", "6")), 1);
    });
    table.row("a nonce that another request has brought meanwhile", |row| {
        let client = signed_in(&[]);
        let urls = [API, "https://resource.example.org/another"];
        for url in urls {
            row.eq(
                "no nonce yet",
                api_proof(&client.request_headers("GET", url).1).claims.get("nonce"),
                None,
            );
        }
        for url in urls {
            row.returned(client.api_response(url, 401, NONCE), 1);
            row.eq("nonce", api_proof(&client.request_headers("GET", url).1).claim("nonce"), "n1");
        }
    });
    table.row("a nonce that is refused, and the same again", |row| {
        let client = signed_in(&[]);
        for expected in [1, 1, OAUTH_ERROR_INVALID_DPOP] {
            row.returned(client.api_response(API, 401, NONCE), expected);
        }
    });
    table.row("a fresh token is refused, too", |row| {
        let client = signed_in(&[]);
        row.holds("headers", client.request_headers("GET", API).0 > 0);
        row.returned(client.api_response(API, 401, INVALID), 1);
        row.returned(client.request_headers("GET", API).0, OAUTH_HTTP_NEEDED);
        row.holds("a token", client.respond(200, JSON, token("DPoP").as_bytes()) > 0);
        row.holds("headers again", client.request_headers("GET", API).0 > 0);
        row.returned(client.api_response(API, 401, INVALID), 0);
        row.holds("it stays", client.request_headers("GET", API).0 > 0);
    });
    table.row("a Bearer", |row| {
        let client = bound(&[(OAUTH_DPOP, "no")]);
        ask(&client, "code");
        row.returned(client.respond(200, JSON, token("Bearer").as_bytes()), 0);
        let (n, lines) = client.request_headers("GET", API);
        row.returned(n, i32::try_from(lines.len()).unwrap());
        row.returned(client.api_response(API, 401, INVALID), 1);
        row.returned(client.request_headers("GET", API).0, OAUTH_HTTP_NEEDED);
        let answer = client.respond(200, JSON, token("Bearer").as_bytes());
        let (n, text) = client.request_headers("GET", API);
        row.returned(n, answer);
        row.eq("headers", text, format!("Authorization: Bearer {TOKEN}\r\n"));
    });
    table.end();
}
