//! What a server says of itself (RFC 8414, OpenID Connect Discovery 1.0): where it is asked for, what is taken, and what
//! becomes of settings that it does not fit.

use crate::common::{error_text, out, Client};
use crate::profiles::Folder;
use crate::support::{parameter_of, sent, Settings, Table, SECRET};
use oauth::constants::*;
use oauth::ffi;

const JSON: &str = "Content-Type: application/json\r\n";

/// RFC 8414 section 3.2's example.
const EXAMPLE: &str = r#"{
    "issuer": "https://server.example.com",
    "authorization_endpoint": "https://server.example.com/authorize",
    "token_endpoint": "https://server.example.com/token",
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
    "userinfo_endpoint": "https://server.example.com/userinfo",
    "jwks_uri": "https://server.example.com/jwks.json",
    "registration_endpoint": "https://server.example.com/register",
    "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
    "response_types_supported": ["code", "code token"],
    "service_documentation": "http://server.example.com/service_documentation.html",
    "ui_locales_supported": ["en-US", "en-GB", "en-CA", "fr-FR", "fr-CA"]
}"#;

/// The client's metadata have to be asked for. Rows add what they are about.
fn unknown(settings: Settings) -> Client {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_ISSUER, "https://as.example"),
        (OAUTH_CLIENT_ID, "client"),
        (OAUTH_CLIENT_SECRET, SECRET),
        (OAUTH_REDIRECT_URI, "https://app.example/cb"),
    ]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    client
}

/// Those of `https://as.example`; `more` begins with a comma, or is empty.
fn metadata(more: &str) -> String {
    format!(
        "{{\"issuer\":\"https://as.example\",\"authorization_endpoint\":\"https://as.example/a\",\
         \"token_endpoint\":\"https://as.example/t\",\"response_types_supported\":[\"code\"]{more}}}"
    )
}

/// One that has found these.
fn found(settings: Settings, more: &str) -> Client {
    let client = unknown(settings);
    assert_eq!(discover(&client), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(says(&client, &metadata(more)), 0, "{}", error_text());
    client
}

fn discover(client: &Client) -> i32 {
    ffi::oauth_discover(client.0)
}

fn says(client: &Client, body: &str) -> i32 {
    client.respond(200, JSON, body.as_bytes())
}

fn field(client: &Client, name: &str) -> (i32, String) {
    let length = i32::try_from(name.len()).unwrap();
    out(|buffer, capacity| unsafe {
        ffi::oauth_field(client.0, OAUTH_FIELD_METADATA, name.as_ptr().cast(), length, buffer, capacity)
    })
}

#[test]
fn where_metadata_are_asked_for() {
    const OPENID: &str = ".well-known/openid-configuration";
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    let rows: &[(&str, Settings, &[&str])] = &[
        // RFC 8414 section 3.1, OpenID Connect Discovery section 4.1
        (
            "a host",
            &[(OAUTH_ISSUER, "https://example.com")],
            &[&format!("https://example.com/{OPENID}"), &format!("https://example.com{OAUTH}")],
        ),
        (
            "a path",
            &[(OAUTH_ISSUER, "https://example.com/issuer1")],
            &[
                &format!("https://example.com/issuer1/{OPENID}"),
                &format!("https://example.com{OAUTH}/issuer1"),
            ],
        ),
        (
            "a host and a slash, as Auth0",
            &[(OAUTH_ISSUER, "https://t.eu.auth0.example/")],
            &[&format!("https://t.eu.auth0.example/{OPENID}"), &format!("https://t.eu.auth0.example{OAUTH}")],
        ),
        (
            "a longer path and a slash, as authentik",
            &[(OAUTH_ISSUER, "https://example.com:8443/application/o/app/")],
            &[
                &format!("https://example.com:8443/application/o/app/{OPENID}"),
                &format!("https://example.com:8443{OAUTH}/application/o/app"),
            ],
        ),
        (
            "this machine",
            &[(OAUTH_ISSUER, "http://127.0.0.1:8080/realms/r")],
            &[
                &format!("http://127.0.0.1:8080/realms/r/{OPENID}"),
                &format!("http://127.0.0.1:8080{OAUTH}/realms/r"),
            ],
        ),
        ("elsewhere", &[(OAUTH_METADATA_URL, "https://b.example/meta?v=2")], &["https://b.example/meta?v=2"]),
        (
            "below base_url",
            &[(OAUTH_BASE_URL, "https://b.example/tenant"), (OAUTH_METADATA_URL, "/meta")],
            &["https://b.example/tenant/meta"],
        ),
    ];
    let mut table = Table::new("where");
    for (name, settings, urls) in rows {
        table.row(name, |row| {
            let client = unknown(settings);
            client.must_set(OAUTH_TOKEN_HEADERS, "X-Api-Key: SECRET");
            row.returned(discover(&client), OAUTH_HTTP_NEEDED);
            for (at, url) in urls.iter().enumerate() {
                let sent = sent(&client);
                row.eq("URL", sent.url.as_str(), *url);
                row.eq("method", sent.method.as_str(), "GET");
                let headers = [("Accept".to_owned(), "application/json".to_owned())];
                row.eq("headers", &sent.headers[..], &headers[..]);
                row.eq("content", sent.content.as_str(), "");
                let is_last = at + 1 == urls.len();
                row.returned(
                    client.respond(404, "Content-Type: text/html\r\n", b"<h1>Not Found</h1>"),
                    if is_last { OAUTH_ERROR_METADATA } else { OAUTH_HTTP_NEEDED },
                );
            }
            row.action(OAUTH_ACTION_FIX);
            for url in *urls {
                row.holds(&format!("{} does not name {url}", error_text()), error_text().contains(url));
            }
        });
    }
    table.end();
}

#[test]
fn what_no_metadata_are_asked_for_with() {
    let rows: &[(&str, Settings, i32, &str)] = &[
        ("no issuer", &[(OAUTH_ISSUER, "")], OAUTH_ERROR_MISSING, "issuer is not set"),
        ("plain http", &[(OAUTH_ISSUER, "http://as.example")], OAUTH_ERROR_INSECURE, "issuer is http://"),
        ("no URL", &[(OAUTH_ISSUER, "as.example")], OAUTH_ERROR_VALUE, "issuer: use https://host/path"),
        (
            "a query",
            &[(OAUTH_ISSUER, "https://as.example?t=1")],
            OAUTH_ERROR_VALUE,
            "issuer: an issuer has no query",
        ),
        (
            "no base_url",
            &[(OAUTH_METADATA_URL, "/meta")],
            OAUTH_ERROR_MISSING,
            "base_url is not set: set it before the server's metadata",
        ),
    ];
    let mut table = Table::new("not asked");
    for (name, settings, code, says) in rows {
        table.row(name, |row| {
            let client = unknown(settings);
            row.returned(discover(&client), *code);
            row.holds(&error_text(), error_text().starts_with(says));
        });
    }
    table.row("nothing is known before it was asked for", |row| {
        let client = unknown(&[]);
        row.returned(field(&client, "issuer").0, OAUTH_ERROR_NO_FIELD);
        row.holds(&error_text(), error_text().contains("call oauth_discover"));
    });
    table.end();
}

#[test]
fn the_example_of_rfc_8414() {
    let client = unknown(&[(OAUTH_ISSUER, "https://server.example.com"), (OAUTH_SCOPE, "openid")]);
    let (n, url) = client.build_url();
    assert_eq!((n, url.as_str()), (OAUTH_HTTP_NEEDED, ""), "{}", error_text());
    assert_eq!(sent(&client).url, "https://server.example.com/.well-known/openid-configuration");
    assert_eq!(client.respond(404, "", b""), OAUTH_HTTP_NEEDED);
    assert_eq!(sent(&client).url, "https://server.example.com/.well-known/oauth-authorization-server");
    let length = says(&client, EXAMPLE);
    let url = client.authorize_url();
    assert_eq!(length, i32::try_from(url.len()).unwrap(), "{}", error_text());
    let begin = "https://server.example.com/authorize?response_type=code&client_id=client&";
    assert!(url.starts_with(begin), "{url}");
    let state = parameter_of(&url, "state").unwrap();
    assert_eq!(client.exchange(&format!("?code=c&state={state}")), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(sent(&client).url, "https://server.example.com/token");
    assert_eq!(field(&client, "registration_endpoint").1, "https://server.example.com/register");
    assert_eq!(field(&client, "ui_locales_supported.3").1, "fr-FR");
    assert_eq!(field(&client, "revocation_endpoint").0, OAUTH_ERROR_NO_FIELD);
}

#[test]
fn what_answers_are_metadata() {
    type Answers<'a> = &'a [(&'a str, (i32, &'a str, &'a str), i32, &'a str)];
    const NONE: &str = "metadata: none where they should be, check issuer, or set metadata_url";
    const MIB: usize = 1024 * 1024;
    let thousand: Vec<_> = (0..1000).map(|n| format!(",\"member_{n}\":\"{n}\"")).collect();
    let thousand = thousand.concat();
    let huge = metadata(&format!(",\"x\":\"{}\"", "x".repeat(10 * MIB)));
    let long = metadata(&format!(",\"scopes_supported\":[\"{}\"]", "x".repeat(MIB / 2)));
    let deep = metadata(&format!(",\"x\":{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    let of = |issuer: &str| metadata("").replace("\"https://as.example\"", issuer);
    let other_endpoints = metadata("").replace("as.example/", "login.other.example/");
    let twice = metadata(",\"issuer\":\"https://evil.example\"");
    let cut = &metadata("")[..60];
    // What the first URL answers; what is said when the other one has none.
    let rows: Answers = &[
        ("as they should be", (200, JSON, &metadata("")), 0, ""),
        ("as a text", (200, "Content-Type: text/plain\r\n", &metadata("")), 0, ""),
        ("a BOM before them", (200, JSON, &format!("\u{feff}{}", metadata(""))), 0, ""),
        ("endpoints at another host, as Google's", (200, JSON, &other_endpoints), 0, ""),
        ("a thousand members", (200, JSON, &metadata(&thousand)), 0, ""),
        ("a list of half a MiB", (200, JSON, &long), 0, ""),
        ("nested 100,000 deep", (200, JSON, &deep), 0, ""),
        ("10 MiB", (200, JSON, &huge), OAUTH_ERROR_METADATA, NONE),
        ("a page", (200, "Content-Type: text/html\r\n", "<html>SPA</html>"), OAUTH_ERROR_METADATA, NONE),
        ("nothing", (200, JSON, ""), OAUTH_ERROR_METADATA, NONE),
        ("a list", (200, JSON, "[]"), OAUTH_ERROR_METADATA, NONE),
        ("cut off", (200, JSON, cut), OAUTH_ERROR_METADATA, NONE),
        ("issuer twice", (200, JSON, &twice), OAUTH_ERROR_METADATA, NONE),
        ("a redirect", (302, "Location: https://x.example\r\n", ""), OAUTH_ERROR_METADATA, NONE),
        ("401", (401, "WWW-Authenticate: Basic\r\n", ""), OAUTH_ERROR_METADATA, NONE),
        ("an error in JSON", (400, JSON, "{\"error\":\"invalid_request\"}"), OAUTH_ERROR_METADATA, NONE),
        ("500 there", (500, "", "oops"), OAUTH_ERROR_METADATA, NONE),
        ("none within an error", (404, JSON, &metadata("")), OAUTH_ERROR_METADATA, NONE),
        ("503", (503, "Retry-After: 7\r\n", ""), OAUTH_ERROR_UNAVAILABLE, "the server cannot serve now"),
        ("429", (429, "", "{\"issuer\":\"https://as.example\"}"), OAUTH_ERROR_UNAVAILABLE, "the server"),
        ("no answer", (0, "", ""), OAUTH_ERROR_DISCONNECTED, "the program's own HTTP got no answer"),
        ("no issuer", (200, JSON, "{}"), OAUTH_ERROR_METADATA, "metadata: no issuer is named in them"),
        ("a number for one", (200, JSON, &of("7")), OAUTH_ERROR_METADATA, "metadata: no issuer is named"),
        ("null for one", (200, JSON, &of("null")), OAUTH_ERROR_METADATA, "metadata: no issuer is named"),
        (
            "another issuer",
            (200, JSON, &of("\"https://evil.example\"")),
            OAUTH_ERROR_METADATA,
            "metadata: set issuer to https://evil.example, as the server writes it, if",
        ),
        (
            "a slash more",
            (200, JSON, &of("\"https://as.example/\"")),
            OAUTH_ERROR_METADATA,
            "metadata: set issuer to https://as.example/, with the / at its end",
        ),
        (
            "other capitals",
            (200, JSON, &of("\"https://AS.example\"")),
            OAUTH_ERROR_METADATA,
            "metadata: set issuer to https://AS.example, as the server writes it",
        ),
        (
            "Microsoft's template",
            (200, JSON, &of("\"https://login.example/{tenantid}/v2.0\"")),
            OAUTH_ERROR_METADATA,
            "metadata: set issuer to https://login.example/{tenantid}/v2.0, with your tenant's id",
        ),
        (
            "lines and colours in one",
            (200, JSON, &of("\"https://evil.example\\r\\n\\u001b[31m\\u202e\"")),
            OAUTH_ERROR_METADATA,
            "metadata: set issuer to https://evil.example",
        ),
        (
            "one of 100 KB",
            (200, JSON, &of(&format!("\"https://{}\"", "e".repeat(100_000)))),
            OAUTH_ERROR_METADATA,
            "metadata: set issuer to https://eeee",
        ),
    ];
    let mut table = Table::new("answers");
    for (name, (status, headers, body), code, says) in rows {
        table.row(name, |row| {
            let client = unknown(&[]);
            row.returned(discover(&client), OAUTH_HTTP_NEEDED);
            let mut answer = client.respond(*status, headers, body.as_bytes());
            if answer == OAUTH_HTTP_NEEDED {
                answer = client.respond(404, "", b"");
            }
            row.returned(answer, *code);
            row.holds(&error_text(), error_text().starts_with(says));
            let known = field(&client, "token_endpoint");
            row.holds(&format!("token_endpoint is {known:?}"), (known.0 > 0) == (*code == 0));
        });
    }
    table.row("a slash less", |row| {
        let client = unknown(&[(OAUTH_ISSUER, "https://as.example/")]);
        row.returned(discover(&client), OAUTH_HTTP_NEEDED);
        row.returned(says(&client, &metadata("")), OAUTH_ERROR_METADATA);
        let text = "metadata: set issuer to https://as.example, without the / at its end";
        row.eq("text", error_text().as_str(), text);
    });
    table.row("none at the first URL, good ones at the second", |row| {
        let client = unknown(&[]);
        row.returned(discover(&client), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "Content-Type: text/html\r\n", b"<html>"), OAUTH_HTTP_NEEDED);
        row.returned(says(&client, &metadata("")), 0);
        row.eq("field", field(&client, "token_endpoint").1.as_str(), "https://as.example/t");
    });
    table.row("any tenant's, as the template stands", |row| {
        let issuer = "https://login.example/{tenantid}/v2.0";
        let url = "https://login.example/common/v2.0/.well-known/openid-configuration";
        let client = unknown(&[(OAUTH_ISSUER, issuer), (OAUTH_METADATA_URL, url)]);
        row.returned(discover(&client), OAUTH_HTTP_NEEDED);
        row.returned(
            says(&client, &metadata("").replace("\"https://as.example\"", &format!("\"{issuer}\""))),
            0,
        );
    });
    table.end();
}

/// The first request that a sign-in, a refresh and whatever else sends after metadata with `more` in them; or why there is
/// none.
#[test]
fn metadata_stand_for_what_is_not_set() {
    type Endpoint = fn(&Client) -> i32;
    type Rows<'a> = &'a [(&'a str, Settings<'a>, &'a str, Endpoint, Result<&'a str, (i32, &'a str)>)];
    const URL: Endpoint = |c| c.build_url().0;
    const REFRESH: Endpoint = |c| c.refresh();
    const REVOKE: Endpoint = |c| ffi::oauth_revoke(c.0);
    const INTROSPECT: Endpoint = |c| ffi::oauth_introspect(c.0);
    let tls: Settings = &[(OAUTH_CLIENT_AUTH, "tls_client_auth"), (OAUTH_CLIENT_SECRET, "")];
    let aliases = ",\"mtls_endpoint_aliases\":{\"token_endpoint\":\"https://mtls.as.example/t\"},\
                   \"revocation_endpoint\":\"https://as.example/r\"";
    let all = ",\"revocation_endpoint\":\"https://as.example/r\",\"introspection_endpoint\":\"https://b.example/i\"";
    let http = ",\"revocation_endpoint\":\"http://as.example/r\"";
    let rows: Rows = &[
        ("refresh", &[], "", REFRESH, Ok("https://as.example/t")),
        ("revocation", &[], all, REVOKE, Ok("https://as.example/r")),
        ("introspection, at another host", &[], all, INTROSPECT, Ok("https://b.example/i")),
        (
            "a setting beats it",
            &[(OAUTH_REVOCATION_ENDPOINT, "https://mine.example/r")],
            all,
            REVOKE,
            Ok("https://mine.example/r"),
        ),
        (
            "a path is below base_url",
            &[(OAUTH_BASE_URL, "https://mine.example"), (OAUTH_REVOCATION_ENDPOINT, "/r")],
            all,
            REVOKE,
            Ok("https://mine.example/r"),
        ),
        // RFC 8705 section 5
        ("by TLS, at the place for it", tls, aliases, REFRESH, Ok("https://mtls.as.example/t")),
        ("by TLS, where there is none", tls, aliases, REVOKE, Ok("https://as.example/r")),
        ("not by TLS", &[], aliases, REFRESH, Ok("https://as.example/t")),
        (
            "none",
            &[],
            "",
            INTROSPECT,
            Err((
                OAUTH_ERROR_UNSUPPORTED,
                "the server names no introspection_endpoint: set it before oauth_intr",
            )),
        ),
        (
            "null",
            &[],
            ",\"introspection_endpoint\":null",
            INTROSPECT,
            Err((OAUTH_ERROR_UNSUPPORTED, "the server names no introspection_endpoint")),
        ),
        ("http", &[], http, REVOKE, Err((OAUTH_ERROR_INSECURE, "revocation_endpoint is http://"))),
        ("http, where it is allowed", &[(OAUTH_ALLOW_HTTP, "yes")], http, REVOKE, Ok("http://as.example/r")),
        ("http, and not needed", &[], http, REFRESH, Ok("https://as.example/t")),
        (
            "a number",
            &[],
            ",\"revocation_endpoint\":7",
            REVOKE,
            Err((OAUTH_ERROR_METADATA, "metadata: their revocation_endpoint is no text: set revoc")),
        ),
        (
            "a path",
            &[],
            ",\"revocation_endpoint\":\"/r\"",
            REVOKE,
            Err((
                OAUTH_ERROR_METADATA,
                "metadata: their revocation_endpoint cannot be used, set it: use https://",
            )),
        ),
        (
            "a script",
            &[],
            ",\"revocation_endpoint\":\"javascript:alert(1)\"",
            REVOKE,
            Err((OAUTH_ERROR_METADATA, "metadata: their revocation_endpoint cannot be used, set it")),
        ),
        (
            "a header within",
            &[],
            ",\"revocation_endpoint\":\"https://as.example/r HTTP/1.1\\r\\nX: y\"",
            REVOKE,
            Err((OAUTH_ERROR_METADATA, "metadata: their revocation_endpoint cannot be used, set it")),
        ),
        ("the page for a person", &[], "", URL, Ok("")),
    ];
    let mut table = Table::new("endpoints");
    for (name, settings, more, call, expected) in rows {
        table.row(name, |row| {
            let client = found(settings, more);
            sign_in(&client);
            match expected {
                Ok("") => row.holds("a URL", call(&client) > 0),
                Ok(url) => {
                    row.returned(call(&client), OAUTH_HTTP_NEEDED);
                    row.eq("URL", sent(&client).url.as_str(), *url);
                }
                Err((code, says)) => {
                    row.returned(call(&client), *code);
                    row.action(OAUTH_ACTION_FIX);
                    row.holds(&error_text(), error_text().starts_with(says));
                }
            }
        });
    }
    table.end();
}

fn sign_in(client: &Client) {
    let state = parameter_of(&client.authorize_url(), "state").unwrap();
    let code = format!("?code=c&state={state}&iss=https%3A%2F%2Fas.example");
    assert_eq!(client.exchange(&code), OAUTH_HTTP_NEEDED, "{}", error_text());
    let token = r#"{"access_token":"SECRET-at","refresh_token":"SECRET-rt","expires_in":3600}"#;
    assert_eq!(says(client, token), 0, "{}", error_text());
}

#[test]
fn what_the_server_lacks_is_said_before_anything_is_sent() {
    const PLAIN: &str = ",\"code_challenge_methods_supported\":[\"plain\"]";
    const S256: &str = ",\"code_challenge_methods_supported\":[\"S256\"]";
    const POST: &str = ",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]";
    const BASIC: &str =
        ",\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\",\"private_key_jwt\"]";
    const KEY: &str = ",\"token_endpoint_auth_methods_supported\":[\"private_key_jwt\"]";
    const IMPLICIT: &str = ",\"grant_types_supported\":[\"implicit\"]";
    const TOKEN: &str = ",\"response_types_supported\":[\"id_token token\",\"code id_token\"]";
    let post: Settings = &[(OAUTH_CLIENT_AUTH, "client_secret_post")];
    let rows: &[(&str, Settings, &str, &str)] = &[
        ("nothing is said", &[], "", ""),
        ("empty lists say nothing", &[], ",\"code_challenge_methods_supported\":[]", ""),
        ("null says nothing", &[], ",\"grant_types_supported\":null", ""),
        ("S256", &[], S256, ""),
        (
            "no S256",
            &[],
            PLAIN,
            "the server has no PKCE by S256: set pkce to plain (it says that it has plain",
        ),
        ("no S256, and plain is set", &[(OAUTH_PKCE, "plain")], PLAIN, ""),
        ("no S256, and nothing is to be", &[(OAUTH_PKCE, "off")], PLAIN, ""),
        ("no plain", &[(OAUTH_PKCE, "plain")], S256, "the server has no PKCE by plain: set pkce to S256"),
        (
            "neither",
            &[],
            ",\"code_challenge_methods_supported\":[\"S512\"]",
            "the server has no PKCE by S256: set pkce to off",
        ),
        ("no S256, and that is not true", &[(OAUTH_ALLOW_UNSUPPORTED, "yes")], PLAIN, ""),
        (
            "no list",
            &[],
            ",\"code_challenge_methods_supported\":\"S256\"",
            "metadata: their code_challenge_methods_supported is no list of texts",
        ),
        (
            "a list of numbers",
            &[],
            ",\"token_endpoint_auth_methods_supported\":[1]",
            "metadata: their token_endpoint_auth_methods_supported is no list of texts",
        ),
        ("the form, and nothing is set", &[], POST, ""),
        ("Basic, and nothing is set", &[], BASIC, ""),
        ("Basic, and the form is set", post, BASIC, "the server has no client_secret_post: set client_auth"),
        ("a key, and a secret is there", &[], KEY, "the server has no client_secret_basic: set client_auth"),
        ("a key, and there is no secret", &[(OAUTH_CLIENT_SECRET, "")], KEY, ""),
        ("no code", &[], IMPLICIT, "the server has no grant authorization_code: set grant_type to another"),
        (
            "no response mode",
            &[(OAUTH_RESPONSE_MODE, "form_post")],
            ",\"response_modes_supported\":[\"query\",\"fragment\"]",
            "the server has no response_mode form_post: set another",
        ),
        (
            "another response type",
            &[(OAUTH_RESPONSE_TYPE, "token code")],
            "",
            "the server has no response_type",
        ),
    ];
    let mut table = Table::new("lacks");
    for (name, settings, more, says) in rows {
        table.row(name, |row| {
            let client = found(settings, more);
            let (n, _) = client.build_url();
            row.holds(&format!("{n} {}", error_text()), (n > 0) == says.is_empty());
            row.holds(&error_text(), error_text().starts_with(says));
            if n < 0 {
                let code =
                    if says.starts_with("metadata") { OAUTH_ERROR_METADATA } else { OAUTH_ERROR_UNSUPPORTED };
                row.returned(n, code);
                row.action(OAUTH_ACTION_FIX);
            }
        });
    }
    table.row("response types in another order", |row| {
        let client = unknown(&[(OAUTH_RESPONSE_TYPE, "id_token code")]);
        row.returned(discover(&client), OAUTH_HTTP_NEEDED);
        row.returned(
            says(&client, &metadata("").replace(",\"response_types_supported\":[\"code\"]", TOKEN)),
            0,
        );
        row.holds(&error_text(), client.build_url().0 > 0);
        client.must_set(OAUTH_RESPONSE_TYPE, "");
        row.returned(client.build_url().0, OAUTH_ERROR_UNSUPPORTED);
    });
    table.row("the secret is in the form where there is no Basic", |row| {
        let client = found(&[], POST);
        let state = parameter_of(&client.authorize_url(), "state").unwrap();
        row.returned(client.exchange(&format!("?code=c&state={state}")), OAUTH_HTTP_NEEDED);
        let sent = sent(&client);
        row.eq("secret", sent.parameter("client_secret").as_deref(), Some(SECRET));
        row.holds("no Basic", sent.header("Authorization").is_empty());
    });
    table.row("a token endpoint that is set is none that the server speaks of", |row| {
        let client = found(&[(OAUTH_TOKEN_ENDPOINT, "https://mine.example/t")], &format!("{POST}{IMPLICIT}"));
        let state = parameter_of(&client.authorize_url(), "state").unwrap();
        row.returned(client.exchange(&format!("?code=c&state={state}")), OAUTH_HTTP_NEEDED);
        row.holds("Basic", !sent(&client).header("Authorization").is_empty());
    });
    table.row("a password is no machine's", |row| {
        let grants = ",\"grant_types_supported\":[\"authorization_code\"]";
        let person = &[(OAUTH_GRANT_TYPE, "password"), (OAUTH_USERNAME, "anne"), (OAUTH_PASSWORD, "SECRET")];
        row.returned(found(person, grants).header().0, OAUTH_ERROR_UNSUPPORTED);
        // Servers list what people need.
        row.returned(
            found(&[(OAUTH_GRANT_TYPE, "client_credentials")], grants).header().0,
            OAUTH_HTTP_NEEDED,
        );
    });
    table.end();
}

#[test]
fn an_issuer_that_says_so_names_itself() {
    const SAYS: &str = ",\"authorization_response_iss_parameter_supported\":true";
    let rows: &[(&str, Settings, &str, &str, i32)] = &[
        ("it does not say so", &[], "", "", OAUTH_HTTP_NEEDED),
        ("it says so, and does", &[], SAYS, "&iss=https%3A%2F%2Fas.example", OAUTH_HTTP_NEEDED),
        ("it says so, and does not", &[], SAYS, "", OAUTH_ERROR_ISSUER),
        ("it says so, and another does", &[], SAYS, "&iss=https%3A%2F%2Fevil.example", OAUTH_ERROR_ISSUER),
        ("it says the contrary", &[], &SAYS.replace("true", "false"), "", OAUTH_HTTP_NEEDED),
        ("it says so in another way", &[], &SAYS.replace("true", "\"true\""), "", OAUTH_HTTP_NEEDED),
        (
            "no page says it",
            &[(OAUTH_REDIRECT_URI, "urn:ietf:wg:oauth:2.0:oob")],
            SAYS,
            "",
            OAUTH_HTTP_NEEDED,
        ),
    ];
    let mut table = Table::new("iss");
    for (name, settings, more, iss, code) in rows {
        table.row(name, |row| {
            let client = found(settings, more);
            let state = parameter_of(&client.authorize_url(), "state").unwrap();
            row.returned(client.exchange(&format!("?code=c&state={state}{iss}")), *code);
        });
    }
    table.end();
}

/// With the caller's own HTTP, a call that needs the metadata asks for them, and begins anew when they have come.
#[test]
fn calls_that_begin_anew() {
    type Call = (&'static str, Settings<'static>, fn(&Client) -> i32, &'static str, bool);
    const MACHINE: Settings = &[(OAUTH_GRANT_TYPE, "client_credentials")];
    let calls: &[Call] = &[
        ("oauth_build_authorize_url", &[], |c| c.build_url().0, "", false),
        ("oauth_exchange_code", &[], |c| c.exchange("?code=c&state=s"), "", false),
        ("oauth_refresh", &[], |c| c.refresh(), "refresh_token", true),
        ("oauth_bearer_header", &[], |c| c.header().0, "refresh_token", true),
        ("oauth_access_token", &[], |c| c.access_token().0, "refresh_token", true),
        ("oauth_bearer_header, a machine's", MACHINE, |c| c.header().0, "grant_type", false),
        (
            "oauth_request_token",
            &[],
            |c| unsafe { ffi::oauth_request_token(c.0, c"client_credentials".as_ptr(), -1) },
            "grant_type",
            false,
        ),
        ("oauth_revoke", &[], |c| ffi::oauth_revoke(c.0), "token", true),
        ("oauth_introspect", &[], |c| ffi::oauth_introspect(c.0), "token", true),
    ];
    let all = ",\"revocation_endpoint\":\"https://as.example/r\",\"introspection_endpoint\":\"https://as.example/i\"";
    let record = {
        let client = found(&[], all);
        sign_in(&client);
        client.get(OAUTH_TOKEN_RECORD)
    };
    let mut table = Table::new("anew");
    for (name, settings, call, parameter, needs_token) in calls {
        table.row(name, |row| {
            let client = unknown(settings);
            if *needs_token {
                client.must_set(OAUTH_TOKEN_RECORD, &record);
                client.rejected();
            }
            row.returned(call(&client), OAUTH_HTTP_NEEDED);
            row.eq("URL", sent(&client).url.as_str(), "https://as.example/.well-known/openid-configuration");
            let answer = says(&client, &metadata(all));
            match *parameter {
                "" if name.contains("exchange") => row.returned(answer, OAUTH_ERROR_STATE),
                "" => row.eq("length", answer, i32::try_from(client.authorize_url().len()).unwrap()),
                parameter => {
                    row.returned(answer, OAUTH_HTTP_NEEDED);
                    row.holds("its own request is next", sent(&client).parameter(parameter).is_some());
                    let token = r#"{"access_token":"SECRET-at2","active":true}"#;
                    let mut answer = says(&client, token);
                    while answer == OAUTH_HTTP_NEEDED {
                        answer = says(&client, token); // one token after the other is revoked
                    }
                    let length = |text: &str| i32::try_from(text.len()).unwrap();
                    row.returned(
                        answer,
                        match *name {
                            name if name.starts_with("oauth_bearer") => {
                                length("Authorization: Bearer SECRET-at2")
                            }
                            "oauth_access_token" => length("SECRET-at2"),
                            _ => 0,
                        },
                    );
                }
            }
        });
        table.row(&format!("{name}, and they do not come"), |row| {
            let client = unknown(settings);
            if *needs_token {
                client.must_set(OAUTH_TOKEN_RECORD, &record);
                client.rejected();
            }
            row.returned(call(&client), OAUTH_HTTP_NEEDED);
            row.returned(client.respond(503, "", b""), OAUTH_ERROR_UNAVAILABLE);
            row.action(OAUTH_ACTION_RETRY);
            row.eq("grant", client.get(OAUTH_GRANT_TYPE) == "client_credentials", !settings.is_empty());
            row.returned(call(&client), OAUTH_HTTP_NEEDED);
        });
    }
    table.row("a token that lives is given out though they do not come", |row| {
        let client = unknown(&[(OAUTH_MIN_VALID, "7200")]);
        client.must_set(OAUTH_TOKEN_RECORD, &record);
        let (length, _) = client.header();
        row.returned(length, OAUTH_HTTP_NEEDED);
        let header = "Authorization: Bearer SECRET-at";
        row.eq("length", client.respond(503, "", b""), i32::try_from(header.len()).unwrap());
        row.eq("header", client.header().1.as_str(), header);
    });
    table.row("settings that change meanwhile", |row| {
        let client = unknown(&[]);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
        client.must_set(OAUTH_ISSUER, "https://other.example");
        row.returned(says(&client, &metadata(all)), OAUTH_ERROR_SEQUENCE);
        row.returned(client.build_url().0, OAUTH_HTTP_NEEDED);
        row.eq("URL", sent(&client).url.as_str(), "https://other.example/.well-known/openid-configuration");
        let theirs = metadata(all).replace("as.example", "other.example");
        row.holds("the other's", says(&client, &theirs) > 0);
        row.holds("the other's", client.authorize_url().starts_with("https://other.example/a?"));
        client.must_set(OAUTH_ISSUER, "https://as.example");
        row.holds(
            "the first's, which are still known",
            client.authorize_url().starts_with("https://as.example/a?"),
        );
    });
    table.end();
}

/// With the caller's HTTP a call goes on when the metadata have come: for whom it was made, and for nobody else.
#[test]
fn a_call_goes_on_for_whom_it_was_made() {
    type Call<'a> = &'a dyn Fn(&Client) -> i32;
    let more = ",\"revocation_endpoint\":\"https://as.example/r\",\"introspection_endpoint\":\"https://as.example/i\"";
    let calls: &[(&str, Call)] = &[
        ("revoke", &|client| ffi::oauth_revoke(client.0)),
        ("introspect", &|client| ffi::oauth_introspect(client.0)),
        ("refresh", &|client| client.refresh()),
        ("a code", &|client| client.exchange("code-of-anne")),
    ];
    let changes: &[(&str, i32, &str)] = &[
        ("account", OAUTH_ACCOUNT, "bert"),
        ("token endpoint", OAUTH_TOKEN_ENDPOINT, "https://b.example/t"),
    ];
    let mut table = Table::default();
    for (call, asks) in calls {
        for (change, property, text) in changes {
            table.row(&format!("{call}, another {change}"), |row| {
                // Both are signed in, each at the server of then; and a URL of bert's waits.
                let client = found(&[(OAUTH_STORE_ALLOW_PLAIN, "yes")], more);
                let folder = Folder::new();
                client.must_set(OAUTH_STORE, &format!("file:{}", folder.0.join("store").display()));
                for whose in [*text, ""] {
                    client.must_set(*property, whose);
                    signs_in(&client);
                    client.authorize_url();
                }
                let later = unknown(&[
                    (OAUTH_STORE_ALLOW_PLAIN, "yes"),
                    (OAUTH_STORE, &format!("file:{}", folder.0.join("store").display())),
                    (OAUTH_METADATA_URL, "https://as.example/m"),
                ]);
                row.returned(asks(&later), OAUTH_HTTP_NEEDED);
                row.eq("metadata first", sent(&later).url.as_str(), "https://as.example/m");
                later.must_set(*property, text);
                row.returned(says(&later, &metadata(more)), OAUTH_ERROR_SEQUENCE);
                row.holds("nothing waits", later.request(OAUTH_REQUEST_URL).0 == OAUTH_ERROR_SEQUENCE);
            });
        }
    }
    table.end();
}

/// While a token lives nobody waits for metadata that could not be had a moment ago; but who has mended the settings does.
#[test]
fn settings_that_are_mended_are_asked_by_at_once() {
    let folder = Folder::new();
    let store = format!("file:{}", folder.0.join("store").display());
    let client = found(&[(OAUTH_STORE, &store)], "");
    signs_in(&client);
    let early = unknown(&[
        (OAUTH_STORE, &store),
        (OAUTH_MIN_VALID, "3700"),
        (OAUTH_METADATA_URL, "https://as.example/wrong"),
    ]);
    assert_eq!(early.header().0, OAUTH_HTTP_NEEDED, "{}", error_text());
    assert!(early.respond(503, "", b"") > 0, "{}", error_text());
    for _ in 0..2 {
        assert!(early.header().0 > 0, "{}", error_text());
    }
    early.must_set(OAUTH_METADATA_URL, "https://as.example/right");
    assert_eq!(early.header().0, OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(sent(&early).url, "https://as.example/right");
}

fn signs_in(client: &Client) {
    client.authorize_url();
    let n = client.exchange(&format!("?code=c&state={}", client.get(OAUTH_STATE)));
    assert_eq!(n, OAUTH_HTTP_NEEDED, "{}", error_text());
    let answer = r#"{"access_token":"SECRET-at","refresh_token":"SECRET-r","expires_in":3600}"#;
    assert_eq!(says(client, answer), 0, "{}", error_text());
}
