//! Habits of servers in what they are asked: headers of gateways, parameters under other names, everything in the query
//! of a GET.

use crate::common::{error_text, Client};
use crate::support::{ask, client, sent, sign_in, Row, Settings, Table};
use oauth::constants::*;
use oauth::ffi;

const TOKEN: &str = r#"{"access_token":"at","refresh_token":"rt"}"#;

/// Brings a client to each request at which it shows who it is, and looks at that.
fn each_request(row: &mut Row, settings: Settings, look: impl Fn(&mut Row, &str, &Client)) {
    let client = client(&[(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke"), (OAUTH_PKCE, "off")]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    ask(&client, "c");
    look(row, "exchange", &client);
    row.returned(client.respond(200, "", TOKEN.as_bytes()), 0);
    row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
    look(row, "refresh", &client);
    row.returned(client.respond(200, "", TOKEN.as_bytes()), 0);
    for what in ["revocation", "revocation of the access token"] {
        let returned =
            if what == "revocation" { ffi::oauth_revoke(client.0) } else { client.respond(200, "", b"") };
        row.returned(returned, OAUTH_HTTP_NEEDED);
        look(row, what, &client);
    }
}

struct Headers {
    name: &'static str,
    set: Settings<'static>,
    /// All of them, sorted.
    sent: &'static [(&'static str, &'static str)],
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("Accept", "application/json");
const BASIC: (&str, &str) = ("Authorization", "Basic Y2xpZW50OnMzY3IzdC1vZi10aGUtY2xpZW50");

const HEADERS: &[Headers] = &[
    Headers {
        name: "a line",
        set: &[(OAUTH_TOKEN_HEADERS, "x-merchant-id: 4711")],
        sent: &[JSON, BASIC, FORM, ("x-merchant-id", "4711")],
    },
    Headers {
        name: "lines, with LF and CRLF, blanks around, an empty line and an indented one",
        set: &[(OAUTH_TOKEN_HEADERS, "\nX-A:1\r\n\n X-B: \t2 \t3\t \nX-C: a=b:c&d\r\n")],
        sent: &[JSON, BASIC, FORM, ("X-A", "1"), ("X-B", "2 \t3"), ("X-C", "a=b:c&d")],
    },
    Headers {
        name: "a query string",
        set: &[(OAUTH_TOKEN_HEADERS, "X-A=1&X-B=a%3Ab+c%26d&&X-C=12:30")],
        sent: &[JSON, BASIC, FORM, ("X-A", "1"), ("X-B", "a:b c&d"), ("X-C", "12:30")],
    },
    Headers {
        name: "ours replaced (USPS wants bare types, Reddit a User-Agent)",
        set: &[(OAUTH_TOKEN_HEADERS, "accept: */*\nUSER-AGENT: a person's/1.0\nCookie: a=b; c=d")],
        sent: &[BASIC, FORM, ("Cookie", "a=b; c=d"), ("USER-AGENT", "a person's/1.0"), ("accept", "*/*")],
    },
    Headers {
        name: "the client's Basic replaced, never a second one",
        set: &[(OAUTH_TOKEN_HEADERS, "authorization: Basic T1RIRVI=")],
        sent: &[JSON, FORM, ("authorization", "Basic T1RIRVI=")],
    },
    Headers {
        name: "a gateway's Authorization beside a client that has no secret",
        set: &[(OAUTH_CLIENT_AUTH, "none"), (OAUTH_TOKEN_HEADERS, "Authorization: Apikey k")],
        sent: &[JSON, ("Authorization", "Apikey k"), FORM],
    },
    Headers {
        name: "the type of what is sent, said more exactly",
        set: &[(OAUTH_TOKEN_HEADERS, "Content-Type: application/x-www-form-urlencoded;charset=UTF-8")],
        sent: &[JSON, BASIC, ("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")],
    },
    Headers {
        name: "JSON of a kind",
        set: &[
            (OAUTH_REQUEST_BODY, "json"),
            (OAUTH_TOKEN_HEADERS, "Content-Type=application/vnd.api%2Bjson"),
        ],
        sent: &[JSON, BASIC, ("Content-Type", "application/vnd.api+json")],
    },
    Headers {
        name: "a type without content",
        set: &[(OAUTH_REQUEST_BODY, "query"), (OAUTH_TOKEN_HEADERS, "Content-Type: text/plain")],
        sent: &[JSON, BASIC, ("Content-Type", "text/plain")],
    },
    Headers {
        name: "taken back",
        set: &[(OAUTH_TOKEN_HEADERS, "X-A: 1"), (OAUTH_TOKEN_HEADERS, "")],
        sent: &[JSON, BASIC, FORM],
    },
];

#[test]
fn headers_that_settings_add() {
    let mut table = Table::new("headers");
    for case in HEADERS {
        table.row(case.name, |row| {
            each_request(row, case.set, |row, what, client| {
                let mut headers = sent(client).headers;
                headers.sort();
                let expected: Vec<_> =
                    case.sent.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
                row.eq(what, headers, expected);
            });
        });
    }
    let refused: &[(&str, Settings)] = &[
        (
            "a secret in the content and an Authorization",
            &[(OAUTH_CLIENT_AUTH, "client_secret_post"), (OAUTH_TOKEN_HEADERS, "Authorization: Basic eDp5")],
        ),
        (
            "an assertion and an Authorization",
            &[
                (OAUTH_CLIENT_AUTH, "client_secret_jwt"),
                (OAUTH_CLIENT_SECRET, "a-secret-of-thirty-two-bytes-or-more"),
                (OAUTH_TOKEN_HEADERS, "Authorization: Basic eDp5"),
            ],
        ),
        (
            "a certificate and an Authorization",
            &[(OAUTH_CLIENT_AUTH, "tls_client_auth"), (OAUTH_TOKEN_HEADERS, "Authorization: Basic eDp5")],
        ),
        ("the type of another content", &[(OAUTH_TOKEN_HEADERS, "Content-Type: application/json")]),
        (
            "a form's type for JSON",
            &[
                (OAUTH_REQUEST_BODY, "json"),
                (OAUTH_TOKEN_HEADERS, "Content-Type: application/x-www-form-urlencoded"),
            ],
        ),
    ];
    // Without the feature nothing is signed.
    for (name, settings) in
        refused.iter().filter(|row| cfg!(feature = "sign") || !row.0.contains("assertion"))
    {
        table.row(name, |row| {
            let client = client(settings);
            client.authorize_url();
            let back = format!("?code=c&state={}", client.get(OAUTH_STATE));
            row.returned(client.exchange(&back), OAUTH_ERROR_VALUE);
            row.holds(&error_text(), error_text().starts_with("token_headers: "));
            row.action(OAUTH_ACTION_FIX);
            // The code is as good as before.
            client.must_set(OAUTH_TOKEN_HEADERS, "");
            row.returned(client.exchange(&back), OAUTH_HTTP_NEEDED);
        });
    }
    table.end();
}

struct Named {
    name: &'static str,
    set: Settings<'static>,
    exchange: &'static str,
    refresh: &'static str,
    revocation: &'static str,
}

const USUAL: Named = Named {
    name: "",
    set: &[],
    exchange: "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
    refresh: "grant_type=refresh_token&refresh_token=rt",
    revocation: "token=rt&token_type_hint=refresh_token",
};

const NAMED: &[Named] = &[
    Named { name: "the usual", ..USUAL },
    Named {
        name: "client_key (TikTok): those of authentication, and refreshes alike",
        set: &[
            (OAUTH_CLIENT_AUTH, "client_secret_post"),
            (OAUTH_CLIENT_SECRET, "s"),
            (OAUTH_TOKEN_NAMES, "client_id=client_key&code=auth_code"),
        ],
        exchange: "grant_type=authorization_code&auth_code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
                   &client_key=client&client_secret=s",
        refresh: "grant_type=refresh_token&refresh_token=rt&client_key=client&client_secret=s",
        revocation: "token=rt&token_type_hint=refresh_token&client_key=client&client_secret=s",
    },
    Named {
        name: "other names in refreshes, and there alone",
        set: &[
            (OAUTH_TOKEN_NAMES, "grant_type=type"),
            (OAUTH_REFRESH_NAMES, "refresh_token=token&grant_type="),
        ],
        exchange: "type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        refresh: "token=rt",
        ..USUAL
    },
    Named {
        name: "names of refreshes that are as usual",
        set: &[(OAUTH_TOKEN_NAMES, "grant_type=type"), (OAUTH_REFRESH_NAMES, "grant_type=grant_type")],
        exchange: "type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        ..USUAL
    },
    Named {
        name: "left out",
        set: &[(OAUTH_TOKEN_NAMES, "redirect_uri=&token_type_hint=&scope=")],
        exchange: "grant_type=authorization_code&code=c",
        revocation: "token=rt",
        ..USUAL
    },
    Named {
        name: "two that change places",
        set: &[(OAUTH_TOKEN_NAMES, "code=grant_type&grant_type=code")],
        exchange: "code=authorization_code&grant_type=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        refresh: "code=refresh_token&refresh_token=rt",
        ..USUAL
    },
    Named {
        name: "what settings add, under our name",
        set: &[
            (OAUTH_TOKEN_NAMES, "grant_type=type&resource=target"),
            (OAUTH_TOKEN_PARAMS, "grant_type=web_server&resource=a&resource=b"),
            (OAUTH_REFRESH_PARAMS, "grant_type=refresh"),
        ],
        exchange: "code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&type=web_server&target=a&target=b",
        refresh: "refresh_token=rt&type=refresh",
        ..USUAL
    },
    Named {
        name: "what settings add, under the server's name",
        set: &[(OAUTH_TOKEN_NAMES, "grant_type=type"), (OAUTH_TOKEN_PARAMS, "type=web_server")],
        exchange: "code=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&type=web_server",
        refresh: "type=refresh_token&refresh_token=rt",
        ..USUAL
    },
    Named {
        name: "a name that has to be escaped",
        set: &[(OAUTH_TOKEN_NAMES, "code=a%26b%3D%2B%22")],
        exchange:
            "grant_type=authorization_code&a%26b%3D%2B%22=c&redirect_uri=https%3A%2F%2Fapp.example%2Fcb",
        ..USUAL
    },
];

#[test]
fn parameters_under_the_servers_names() {
    let mut table = Table::new("names");
    for case in NAMED {
        table.row(case.name, |row| {
            each_request(row, case.set, |row, what, client| {
                let expected = match what {
                    "exchange" => case.exchange,
                    "refresh" => case.refresh,
                    "revocation" => case.revocation,
                    _ => return,
                };
                row.eq(what, sent(client).content.as_str(), expected);
            });
        });
    }
    table.row("in JSON", |row| {
        let client = client(&[
            (OAUTH_PKCE, "off"),
            (OAUTH_REQUEST_BODY, "json"),
            (OAUTH_TOKEN_NAMES, "code=authCode&grant_type=grantType&redirect_uri="),
        ]);
        ask(&client, "c");
        let expected = r#"{"authCode":"c","grantType":"authorization_code"}"#;
        row.eq("content", sent(&client).content.as_str(), expected);
    });
    let twice: &[(&str, Settings)] = &[
        ("two of ours", &[(OAUTH_TOKEN_NAMES, "code=grant_type")]),
        (
            "ours and one that settings add",
            &[(OAUTH_TOKEN_NAMES, "code=x"), (OAUTH_TOKEN_PARAMS, "code=1&x=2")],
        ),
    ];
    for (name, settings) in twice {
        table.row(&format!("two of one name: {name}"), |row| {
            let client = client(settings);
            client.authorize_url();
            let back = format!("?code=c&state={}", client.get(OAUTH_STATE));
            row.returned(client.exchange(&back), OAUTH_ERROR_VALUE);
            row.holds(
                &error_text(),
                error_text().starts_with("token_names: two parameters would be called "),
            );
            row.action(OAUTH_ACTION_FIX);
            client.must_set(OAUTH_TOKEN_NAMES, "");
            row.returned(client.exchange(&back), OAUTH_HTTP_NEEDED);
        });
    }
    table.end();
}

#[test]
fn everything_in_the_query_of_a_get() {
    let mut table = Table::new("GET");
    for (method, query, header) in [
        ("client_secret_post", "&client_id=client&client_secret=s%26%2B%20", 0),
        ("client_secret_basic", "", 1),
        ("none", "&client_id=client", 0),
    ] {
        table.row(method, |row| {
            let set =
                [(OAUTH_REQUEST_BODY, "get"), (OAUTH_CLIENT_SECRET, "s&+ "), (OAUTH_CLIENT_AUTH, method)];
            each_request(row, &set, |row, what, client| {
                let request = sent(client);
                let (url, parameters) = match what {
                    "exchange" => ("https://as.example/token", USUAL.exchange),
                    "refresh" => ("https://as.example/token", USUAL.refresh),
                    "revocation" => ("https://as.example/revoke", USUAL.revocation),
                    _ => return,
                };
                row.eq("method", request.method.as_str(), "GET");
                row.eq(what, request.url, format!("{url}?{parameters}{query}"));
                row.eq("content", request.content.as_str(), "");
                row.eq("headers", request.headers.len(), 1 + header);
            });
        });
    }
    table.row("and it signs in", |row| {
        let client = client(&[(OAUTH_REQUEST_BODY, "get")]);
        sign_in(&client, TOKEN);
        row.eq("header", client.header().1.as_str(), "Authorization: Bearer at");
    });
    table.end();
}

/// In the parts that servers repeat.
#[test]
fn no_sentence_repeats_a_header() {
    let set: &[(&str, &str, &str)] = &[
        ("a key", "X-Api-Key: s3cret-0f-th3-gateway", "s3cret-0f-th3-gateway"),
        ("behind a scheme", "Authorization: Token s3cret9", "s3cret9"),
        ("in Basic", "Authorization: Basic Z2F0ZTpvcGVuc2VzYW1l", "opensesame"),
        ("in a cookie", "Cookie: a=b; sid=\"s3ss10n\"", "s3ss10n"),
        ("in a query string", "X-Api-Key=s3cret%2Ds3cret", "s3cret-s3cret"),
    ];
    let mut table = Table::new("headers in sentences");
    for (name, headers, secret) in set {
        table.row(name, |row| {
            let client = client(&[(OAUTH_TOKEN_HEADERS, headers)]);
            sign_in(&client, TOKEN);
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            let words = format!(r#"{{"error":"invalid_request","error_description":"bad: {secret}."}}"#);
            client.respond(400, "", words.as_bytes());
            let said = [error_text(), client.get(OAUTH_ERROR_DESCRIPTION), client.get(OAUTH_STATUS_LINE)];
            row.holds(&format!("{said:?} has it"), !said.concat().contains(secret));
            row.holds("something is said", said[1].contains("withheld"));
        });
    }
    table.end();
}
