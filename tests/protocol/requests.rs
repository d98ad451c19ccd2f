//! Token requests (RFC 6749 sections 2.3, 4.1.3 and 6): one client authentication method, wherever the parameters
//! stand.

use crate::common::error_text;
use crate::support::{self, ask, client, sent, sign_in, Settings, Table, REDIRECT, SECRET};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use oauth::constants::*;

const ODD_ID: &str = "odd:id";
const ODD_SECRET: &str = "p@ss:w%rd+/= &x~é";
const GRANT: &str = "grant_type";

/// Every method with every encoding and every place for the parameters.
#[test]
fn client_authentication() {
    let encodings = [
        // RFC 6749 appendix B. What is unreserved stays as it is: some servers compare without decoding.
        ("form", "odd%3Aid:p%40ss%3Aw%25rd%2B%2F%3D+%26x~%C3%A9"),
        ("raw", "odd:id:p@ss:w%rd+/= &x~é"),
        ("percent", "odd%3Aid:p%40ss%3Aw%25rd%2B%2F%3D%20%26x~%C3%A9"),
    ];
    let mut table = Table::new("client authentication");
    for method in [
        "client_secret_basic",
        "client_secret_post",
        // Who the client is shows in the connection (RFC 8705).
        "tls_client_auth",
        "self_signed_tls_client_auth",
        "none",
    ] {
        for (encoding, pair) in encodings {
            for body in ["form", "json", "query"] {
                for operation in ["exchange", "refresh"] {
                    table.row(&format!("{method}, {encoding}, {body}, {operation}"), |row| {
                        let client = client(&[
                            (OAUTH_CLIENT_ID, ODD_ID),
                            (OAUTH_CLIENT_SECRET, ODD_SECRET),
                            (OAUTH_CLIENT_AUTH, method),
                            (OAUTH_BASIC_ENCODING, encoding),
                            (OAUTH_REQUEST_BODY, body),
                        ]);
                        if operation == "refresh" {
                            sign_in(&client, r#"{"access_token":"at","refresh_token":"rt"}"#);
                            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
                        } else {
                            ask(&client, "c");
                        }
                        let request = sent(&client);
                        let basic: Vec<String> = request
                            .header("Authorization")
                            .iter()
                            .map(|value| value.strip_prefix("Basic ").expect("Basic"))
                            .map(|coded| String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap())
                            .collect();
                        let (header, id, secret) = match method {
                            "client_secret_basic" => (vec![pair.to_owned()], None, None),
                            "client_secret_post" => (vec![], Some(ODD_ID), Some(ODD_SECRET)),
                            _ => (vec![], Some(ODD_ID), None),
                        };
                        row.eq("Authorization", basic, header);
                        row.eq("client_id", request.parameter("client_id").as_deref(), id);
                        row.eq("client_secret", request.parameter("client_secret").as_deref(), secret);
                        row.eq("method", request.method.as_str(), "POST");
                        row.eq("Accept", request.header("Accept"), vec!["application/json"]);
                        let content_type = match body {
                            "form" => vec!["application/x-www-form-urlencoded"],
                            "json" => vec!["application/json"],
                            _ => vec![],
                        };
                        row.eq("Content-Type", request.header("Content-Type"), content_type);
                        row.eq(
                            "headers",
                            request.headers.len(),
                            1 + content_len(body) + request_auth(method),
                        );
                        if body != "query" {
                            row.eq("URL", request.url.as_str(), "https://as.example/token");
                        }
                    });
                }
            }
        }
    }
    #[cfg(not(feature = "sign"))]
    table.row("in a build that signs nothing", |row| {
        use crate::common::error_text;
        for (method, key) in [("private_key_jwt", "private_key"), ("client_secret_jwt", "client_auth")] {
            let client = client(&[
                (OAUTH_CLIENT_AUTH, method),
                (OAUTH_PRIVATE_KEY, include_str!("../keys/p256.pem")),
                (OAUTH_GRANT_TYPE, "client_credentials"),
            ]);
            row.returned(client.header().0, OAUTH_ERROR_CERTIFICATE);
            let says = format!("{key} cannot be used: this build signs nothing: build the library with its");
            row.holds(&error_text(), error_text().starts_with(&says));
            row.action(OAUTH_ACTION_FIX);
        }
    });
    table.end();
}

fn content_len(body: &str) -> usize {
    usize::from(body != "query")
}

fn request_auth(method: &str) -> usize {
    usize::from(method == "client_secret_basic")
}

struct Case {
    name: &'static str,
    set: Settings<'static>,
    code: &'static str,
    url: &'static str,
    content: &'static str,
}

/// As a server sees them on the wire. `{verifier}` stands for what is new each time.
const EXCHANGES: &[Case] = &[
    Case {
        name: "the usual",
        set: &[],
        code: "SplxlOBeZQQYbYS6WxSbIA",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA\
                  &redirect_uri=https%3A%2F%2Fapp.example%2Fcb&code_verifier={verifier}",
    },
    Case {
        name: "a code of any characters",
        set: &[(OAUTH_PKCE, "off")],
        code: "4%2F0A%2Bb%3D%26%25%22",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=4%2F0A%2Bb%3D%26%25%22\
                  &redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
    },
    Case {
        name: "blanks are + in a form",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_PARAMS, "audience=a%20b+c")],
        code: "c",
        url: "https://as.example/token",
        content:
            "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&audience=a+b+c",
    },
    Case {
        name: "blanks are %20 in a query",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_PARAMS, "audience=a%20b+c"), (OAUTH_REQUEST_BODY, "query")],
        code: "c",
        url: "https://as.example/token?grant_type=authorization_code&code=c\
              &redirect_uri=https%3A%2F%2Fapp.example%2Fcb&audience=a%20b%20c",
        content: "",
    },
    Case {
        name: "a query behind the endpoint's own",
        set: &[
            (OAUTH_PKCE, "off"),
            (OAUTH_TOKEN_ENDPOINT, "https://as.example/token?tenant=1"),
            (OAUTH_REQUEST_BODY, "query"),
        ],
        code: "c",
        url: "https://as.example/token?tenant=1&grant_type=authorization_code&code=c\
              &redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        content: "",
    },
    Case {
        name: "a form, and the endpoint's own query",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_ENDPOINT, "https://as.example/token?tenant=1")],
        code: "c",
        url: "https://as.example/token?tenant=1",
        content: "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
    },
    Case {
        name: "no redirect_uri in the URL, none here (section 4.1.3)",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_REDIRECT_URI, "")],
        code: "c",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=c",
    },
    Case {
        name: "grant_type replaced",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_PARAMS, "grant_type=fb_exchange_token")],
        code: "c",
        url: "https://as.example/token",
        content: "code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&grant_type=fb_exchange_token",
    },
    Case {
        name: "further parameters (Withings, BambooHR)",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_PARAMS, "?action=requesttoken&request=token&empty=")],
        code: "c",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
                  &action=requesttoken&request=token&empty=",
    },
    Case {
        name: "a further parameter twice (RFC 8707 section 2)",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_PARAMS, "resource=a&resource=b")],
        code: "c",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
                  &resource=a&resource=b",
    },
    Case {
        name: "parameters of a refresh do not stand here",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_REFRESH_PARAMS, "a=1")],
        code: "c",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
    },
    Case {
        name: "the client in the content as well as in Basic, as asked",
        set: &[(OAUTH_PKCE, "off"), (OAUTH_TOKEN_PARAMS, "client_id=client")],
        code: "c",
        url: "https://as.example/token",
        content: "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
                  &client_id=client",
    },
];

#[test]
fn exchanges_on_the_wire() {
    let mut table = Table::new("exchanges");
    for case in EXCHANGES {
        table.row(case.name, |row| {
            let client = client(case.set);
            ask(&client, case.code);
            let request = sent(&client);
            let verifier = request.parameter("code_verifier").unwrap_or_default();
            row.eq("URL", request.url.as_str(), case.url);
            row.eq("content", request.content, case.content.replace("{verifier}", &verifier));
        });
    }
    table.row("texts in JSON are escaped", |row| {
        let odd = "q\"b\\s/é☂\u{7f}";
        let client = client(&[
            (OAUTH_CLIENT_ID, "q\"b\\s/é☂"),
            (OAUTH_CLIENT_AUTH, "client_secret_post"),
            (OAUTH_REQUEST_BODY, "json"),
            (OAUTH_TOKEN_PARAMS, "note=q%22b%5Cs%2F%C3%A9%E2%98%82%7F"),
        ]);
        ask(&client, "c");
        let request = sent(&client);
        row.eq("note", request.parameter("note").as_deref(), Some(odd));
        row.eq("client_id", request.parameter("client_id").as_deref(), Some("q\"b\\s/é☂"));
        row.eq("client_secret", request.parameter("client_secret").as_deref(), Some(SECRET));
        row.eq("redirect_uri", request.parameter("redirect_uri").as_deref(), Some(REDIRECT));
    });
    table.row("the redirect_uri is the one of the URL (section 4.1.3)", |row| {
        let client = client(&[]);
        client.authorize_url();
        client.must_set(OAUTH_REDIRECT_URI, "https://app.example/other");
        row.returned(client.exchange("c"), OAUTH_HTTP_NEEDED);
        row.eq("redirect_uri", sent(&client).parameter("redirect_uri").as_deref(), Some(REDIRECT));
    });
    table.row("Basic where there is a secret, none where there is none", |row| {
        let client = client(&[]);
        ask(&client, "c");
        row.eq("Basic", sent(&client).header("Authorization").len(), 1);
        row.eq("client_id beside Basic", sent(&client).parameter("client_id"), None);
        client.must_set(OAUTH_CLIENT_SECRET, "");
        ask(&client, "d");
        row.eq("none", sent(&client).header("Authorization").len(), 0);
        row.eq("client_id", sent(&client).parameter("client_id").as_deref(), Some("client"));
    });
    table.row("a secret as the user name of Basic (Stripe)", |row| {
        let client = client(&[
            (OAUTH_CLIENT_ID, "sk_live_1"),
            (OAUTH_CLIENT_SECRET, ""),
            (OAUTH_CLIENT_AUTH, "client_secret_basic"),
        ]);
        ask(&client, "c");
        let expected = format!("Basic {}", STANDARD.encode("sk_live_1:"));
        row.eq("Authorization", sent(&client).header("Authorization"), vec![expected.as_str()]);
    });
    table.end();
}

struct Refresh {
    name: &'static str,
    set: Settings<'static>,
    url: &'static str,
    content: &'static str,
}

const REFRESHES: &[Refresh] = &[
    Refresh {
        name: "the usual",
        set: &[],
        url: "https://as.example/token",
        content: "grant_type=refresh_token&refresh_token=r%2Ft%2B1%3D",
    },
    Refresh {
        name: "at a URL of its own",
        set: &[(OAUTH_REFRESH_ENDPOINT, "https://refresh.example/oauth/refresh")],
        url: "https://refresh.example/oauth/refresh",
        content: "grant_type=refresh_token&refresh_token=r%2Ft%2B1%3D",
    },
    Refresh {
        name: "at a path of its own",
        set: &[(OAUTH_BASE_URL, "https://as.example/v2"), (OAUTH_REFRESH_ENDPOINT, "/refresh")],
        url: "https://as.example/v2/refresh",
        content: "grant_type=refresh_token&refresh_token=r%2Ft%2B1%3D",
    },
    Refresh {
        name: "grant_type replaced (Basecamp, Instagram)",
        set: &[(OAUTH_REFRESH_PARAMS, "type=refresh&grant_type=ig_refresh_token")],
        url: "https://as.example/token",
        content: "refresh_token=r%2Ft%2B1%3D&type=refresh&grant_type=ig_refresh_token",
    },
    Refresh {
        name: "parameters of the exchange do not stand here",
        set: &[(OAUTH_TOKEN_PARAMS, "action=requesttoken")],
        url: "https://as.example/token",
        content: "grant_type=refresh_token&refresh_token=r%2Ft%2B1%3D",
    },
    Refresh {
        name: "in the query",
        set: &[(OAUTH_REQUEST_BODY, "query")],
        url: "https://as.example/token?grant_type=refresh_token&refresh_token=r%2Ft%2B1%3D",
        content: "",
    },
    Refresh {
        name: "a further parameter twice",
        set: &[(OAUTH_REFRESH_PARAMS, "resource=a&resource=b")],
        url: "https://as.example/token",
        content: "grant_type=refresh_token&refresh_token=r%2Ft%2B1%3D&resource=a&resource=b",
    },
];

#[test]
fn refreshes_on_the_wire() {
    let mut table = Table::new("refresh requests");
    for case in REFRESHES {
        table.row(case.name, |row| {
            let client = client(case.set);
            sign_in(&client, r#"{"access_token":"at","refresh_token":"r/t+1="}"#);
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            let request = sent(&client);
            row.eq("URL", request.url.as_str(), case.url);
            row.eq("content", request.content.as_str(), case.content);
            row.eq("code_verifier", request.parameter("code_verifier"), None);
        });
    }
    table.row("the verifier again, each time (WebSphere)", |row| {
        let client = client(&[(OAUTH_REFRESH_VERIFIER, "yes")]);
        ask(&client, "c");
        let verifier = sent(&client).parameter("code_verifier").unwrap_or_default();
        row.eq("its length", verifier.len(), 43);
        let token = br#"{"access_token":"at","refresh_token":"rt"}"#;
        row.returned(client.respond(200, "", token), 0);
        for _ in 0..2 {
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            let expected = format!("grant_type=refresh_token&refresh_token=rt&code_verifier={verifier}");
            row.eq("content", sent(&client).content, expected);
            row.returned(client.respond(200, "", token), 0);
        }
        // Neither does it stand in a sentence.
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        let words = format!(r#"{{"error":"invalid_request","error_description":"bad {verifier}"}}"#);
        row.returned(client.respond(400, "", words.as_bytes()), OAUTH_ERROR_SIGN_IN);
        row.holds("the verifier in a sentence", !error_text().contains(&verifier));
        // In the record it goes along, and is sent as long as that is wanted.
        let record = client.get(OAUTH_TOKEN_RECORD);
        let other = support::client(&[(OAUTH_REFRESH_VERIFIER, "yes")]);
        other.must_set(OAUTH_TOKEN_RECORD, &record);
        row.returned(other.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("after an import", sent(&other).parameter("code_verifier"), Some(verifier));
        other.must_set(OAUTH_REFRESH_VERIFIER, "no");
        row.returned(other.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("no longer wanted", sent(&other).parameter("code_verifier"), None);
    });
    for (name, settings) in [
        ("wanted, and no proof key", &[(OAUTH_REFRESH_VERIFIER, "yes"), (OAUTH_PKCE, "off")][..]),
        ("not wanted", &[]),
    ] {
        table.row(&format!("no verifier is kept: {name}"), |row| {
            let client = client(settings);
            sign_in(&client, r#"{"access_token":"at","refresh_token":"rt"}"#);
            row.holds("kept", !client.get(OAUTH_TOKEN_RECORD).contains("verifier"));
            client.must_set(OAUTH_REFRESH_VERIFIER, "yes");
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            row.eq("sent", sent(&client).parameter("code_verifier"), None);
        });
    }
    table.row("JSON", |row| {
        let client = client(&[(OAUTH_REQUEST_BODY, "json")]);
        sign_in(&client, r#"{"access_token":"at","refresh_token":"r\"t"}"#);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("refresh_token", sent(&client).parameter("refresh_token").as_deref(), Some("r\"t"));
        row.eq(GRANT, sent(&client).parameter(GRANT).as_deref(), Some("refresh_token"));
    });
    table.end();
}
