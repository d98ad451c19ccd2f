//! Grants that need no person (RFC 6749 sections 4.3 and 4.4, RFC 7521 section 4.1, RFC 8693, vendors' own): what is sent.

use crate::common::{error_text, Client};
use crate::support::{ask, client, parameter_of, sent, sign_in, Settings, Table, SECRET};
use oauth::constants::*;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SAML2_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

struct Case {
    name: &'static str,
    set: Settings<'static>,
    /// All parameters in their order.
    sent: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        name: "client_credentials",
        set: &[(OAUTH_GRANT_TYPE, "client_credentials")],
        sent: &[("grant_type", "client_credentials")],
    },
    Case {
        name: "scope, audience, resources, more parameters",
        set: &[
            (OAUTH_GRANT_TYPE, "client_credentials"),
            (OAUTH_SCOPE, "read  write"),
            (OAUTH_AUDIENCE, "https://api.example/?a=b&c"),
            (OAUTH_RESOURCE, "https://a.example https://b.example"),
            (OAUTH_TOKEN_PARAMS, "tenant=t%26u"),
        ],
        sent: &[
            ("grant_type", "client_credentials"),
            ("scope", "read write"),
            ("audience", "https://api.example/?a=b&c"),
            ("resource", "https://a.example"),
            ("resource", "https://b.example"),
            ("tenant", "t&u"),
        ],
    },
    Case {
        name: "authorization details (RFC 9396 section 6)",
        set: &[
            (OAUTH_GRANT_TYPE, "client_credentials"),
            (OAUTH_AUTHORIZATION_DETAILS, "[{\"type\":\"payment\"}]"),
        ],
        sent: &[("grant_type", "client_credentials"), ("authorization_details", "[{\"type\":\"payment\"}]")],
    },
    Case {
        name: "commas between scopes",
        set: &[
            (OAUTH_GRANT_TYPE, "client_credentials"),
            (OAUTH_SCOPE, "a b"),
            (OAUTH_SCOPE_SEPARATOR, "comma"),
        ],
        sent: &[("grant_type", "client_credentials"), ("scope", "a,b")],
    },
    Case {
        name: "password",
        set: &[
            (OAUTH_GRANT_TYPE, "password"),
            (OAUTH_USERNAME, "anne@example.com"),
            (OAUTH_PASSWORD, "p&s=%+ "),
        ],
        sent: &[("grant_type", "password"), ("username", "anne@example.com"), ("password", "p&s=%+ ")],
    },
    Case {
        name: "a JWT that the caller has made",
        set: &[(OAUTH_GRANT_TYPE, JWT_BEARER), (OAUTH_ASSERTION, "aaa.bbb.ccc"), (OAUTH_SCOPE, "s")],
        sent: &[("grant_type", JWT_BEARER), ("assertion", "aaa.bbb.ccc"), ("scope", "s")],
    },
    Case {
        name: "a SAML assertion",
        set: &[(OAUTH_GRANT_TYPE, SAML2_BEARER), (OAUTH_ASSERTION, "PHNhbWw-")],
        sent: &[("grant_type", SAML2_BEARER), ("assertion", "PHNhbWw-")],
    },
    Case {
        name: "on behalf of",
        set: &[
            (OAUTH_GRANT_TYPE, JWT_BEARER),
            (OAUTH_ASSERTION, "a.users.token"),
            (OAUTH_TOKEN_PARAMS, "requested_token_use=on_behalf_of"),
        ],
        sent: &[
            ("grant_type", JWT_BEARER),
            ("assertion", "a.users.token"),
            ("requested_token_use", "on_behalf_of"),
        ],
    },
    Case {
        name: "token exchange",
        set: &[
            (OAUTH_GRANT_TYPE, TOKEN_EXCHANGE),
            (OAUTH_AUDIENCE, "backend"),
            (OAUTH_TOKEN_PARAMS, "subject_token=st&subject_token_type=urn:ietf:params:oauth:token-type:jwt"),
        ],
        sent: &[
            ("grant_type", TOKEN_EXCHANGE),
            ("audience", "backend"),
            ("subject_token", "st"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ],
    },
    Case {
        name: "a vendor's",
        set: &[(OAUTH_GRANT_TYPE, "account_credentials"), (OAUTH_TOKEN_PARAMS, "account_id=42")],
        sent: &[("grant_type", "account_credentials"), ("account_id", "42")],
    },
    Case {
        name: "another name for it among the parameters",
        set: &[(OAUTH_GRANT_TYPE, "client_credentials"), (OAUTH_TOKEN_PARAMS, "grant_type=mine")],
        sent: &[("grant_type", "mine")],
    },
];

#[test]
fn a_machines_request_has_what_its_grant_needs() {
    let mut table = Table::new("grants");
    for case in CASES {
        for body in ["form", "query"] {
            table.row(&format!("{}, {body}", case.name), |row| {
                let client = client(case.set);
                client.must_set(OAUTH_REQUEST_BODY, body);
                row.returned(client.header().0, OAUTH_HTTP_NEEDED);
                let request = sent(&client);
                let parameters = request.parameters();
                let parameters: Vec<_> =
                    parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                row.eq("parameters", &parameters[..], case.sent);
                row.eq("client authentication", request.header("Authorization").len(), 1);
                let answer = br#"{"access_token":"at","expires_in":3600}"#;
                row.holds("the answer is the header's length", client.respond(200, "", answer) > 0);
                row.eq("header", client.header().1.as_str(), "Authorization: Bearer at");
            });
        }
    }
    table.end();
}

#[test]
fn what_a_grant_lacks_is_said_before_anything_is_sent() {
    let mut table = Table::new("grants that lack something");
    for (name, set, number, says) in [
        (
            "password",
            &[(OAUTH_GRANT_TYPE, "password")] as Settings,
            OAUTH_ERROR_MISSING,
            "username is not set",
        ),
        (
            "no password",
            &[(OAUTH_GRANT_TYPE, "password"), (OAUTH_USERNAME, "anne")],
            OAUTH_ERROR_MISSING,
            "password is not set",
        ),
        (
            "no secret",
            &[(OAUTH_GRANT_TYPE, "client_credentials"), (OAUTH_CLIENT_SECRET, "")],
            OAUTH_ERROR_MISSING,
            "client_secret is not set",
        ),
        ("jwt", &[(OAUTH_GRANT_TYPE, SAML2_BEARER)], OAUTH_ERROR_MISSING, "assertion is not set"),
        (
            "no client",
            &[(OAUTH_GRANT_TYPE, "client_credentials"), (OAUTH_CLIENT_ID, "")],
            OAUTH_ERROR_MISSING,
            "client_id is not set",
        ),
        (
            "no endpoint",
            &[(OAUTH_GRANT_TYPE, "client_credentials"), (OAUTH_TOKEN_ENDPOINT, "")],
            OAUTH_ERROR_MISSING,
            "token_endpoint is not set",
        ),
    ] {
        table.row(name, |row| {
            let client = client(set);
            row.returned(client.header().0, number);
            row.holds(&error_text(), error_text().starts_with(says));
            row.action(OAUTH_ACTION_FIX);
        });
    }
    for bad in ["refresh_token", "client credentials", "client_credentials\u{e9}", "a\nb"] {
        table.row(bad, |row| {
            let client = Client::new();
            row.returned(client.set(OAUTH_GRANT_TYPE, bad), OAUTH_ERROR_VALUE);
            row.eq("grant_type", client.get(OAUTH_GRANT_TYPE).as_str(), "authorization_code");
        });
    }
    table.end();
}

/// RFC 8707 section 2: in the authorization request, and in all token requests. The audience is the sign-in's.
#[test]
fn audience_and_resource_go_where_they_belong() {
    let client = client(&[(OAUTH_AUDIENCE, "api"), (OAUTH_RESOURCE, "https://a.example https://b.example")]);
    let url = client.authorize_url();
    assert_eq!(parameter_of(&url, "audience").as_deref(), Some("api"));
    let resource = "resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example";
    assert!(url.contains(resource), "{url}");
    ask(&client, "c");
    assert!(sent(&client).content.contains(resource));
    assert_eq!(sent(&client).parameter("audience"), None);
    sign_in(&client, r#"{"access_token":"at","refresh_token":"rt"}"#);
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
    assert!(sent(&client).content.contains(resource));
    // What stands among the parameters replaces them.
    client.must_set(OAUTH_AUTHORIZE_PARAMS, "resource=mine&audience=");
    let url = client.authorize_url();
    assert_eq!(parameter_of(&url, "resource").as_deref(), Some("mine"));
    assert_eq!(parameter_of(&url, "audience").as_deref(), Some(""));
}

#[test]
fn no_sentence_repeats_what_a_grant_is_made_of() {
    const GRANT: &[(i32, &str)] = &[
        (OAUTH_USERNAME, "anne"),
        (OAUTH_PASSWORD, "a-long-password-1"),
        (OAUTH_ASSERTION, "the.long.assertion-2"),
        (OAUTH_TOKEN_PARAMS, "subject_token=the-long-subject-3&actor_token=the-long-actor-4"),
    ];
    let mut table = Table::new("echoes of grants");
    for kind in ["password", JWT_BEARER, "vendors"] {
        for secret in
            ["a-long-password-1", "the.long.assertion-2", "the-long-subject-3", "the-long-actor-4", SECRET]
        {
            table.row(&format!("{kind}: {secret}"), |row| {
                let client = client(GRANT);
                client.must_set(OAUTH_GRANT_TYPE, kind);
                row.returned(client.header().0, OAUTH_HTTP_NEEDED);
                let body =
                    format!(r#"{{"error":"invalid_grant","error_description":"got {secret} from you"}}"#);
                let n = client.respond(400, "Content-Type: application/json\r\n", body.as_bytes());
                row.returned(n, OAUTH_ERROR_INVALID_GRANT);
                row.holds(&error_text(), !error_text().contains(secret));
                let said = client.get(OAUTH_ERROR_DESCRIPTION);
                row.holds(&said, !said.contains(secret));
            });
        }
    }
    table.end();
}

#[test]
fn a_name_that_is_nearly_right_is_told() {
    let mut table = Table::new("nearly right");
    for (name, meant) in [
        ("client_credential", "client_credentials"),
        ("Client_Credentials", "client_credentials"),
        ("client-credentials", "client_credentials"),
        ("jwt-bearer", JWT_BEARER),
        ("urn:ietf:params:oauth:grant_type:jwt-bearer", JWT_BEARER),
        ("token-exchange", TOKEN_EXCHANGE),
        ("passwd", "password"),
    ] {
        table.row(name, |row| {
            let client = client(&[(OAUTH_GRANT_TYPE, name)]);
            row.returned(client.header().0, OAUTH_HTTP_NEEDED);
            let n = client.respond(400, "", br#"{"error":"unsupported_grant_type"}"#);
            row.returned(n, OAUTH_ERROR_UNSUPPORTED_GRANT);
            row.holds(&error_text(), error_text().contains(&format!("did you mean {meant}?")));
        });
    }
    table.end();
}

/// What is asked back is no verdict, whatever code stands beside it.
#[test]
fn too_many_requests_are_no_verdict() {
    let mut table = Table::new("no verdicts");
    for (status, headers) in [(429, ""), (429, "Retry-After: 600\r\n"), (503, "Retry-After: 60\r\n")] {
        for error in ["access_denied", "invalid_client", "invalid_grant", "unauthorized_client"] {
            table.row(&format!("{status} {headers:?} {error}"), |row| {
                let client = client(&[(OAUTH_GRANT_TYPE, "client_credentials")]);
                row.returned(client.header().0, OAUTH_HTTP_NEEDED);
                let n = client.respond(status, headers, format!(r#"{{"error":"{error}"}}"#).as_bytes());
                row.holds("it fails", n < 0);
                row.action(OAUTH_ACTION_RETRY);
            });
        }
    }
    table.end();
}

/// In JSON a name stands once.
#[test]
fn several_resources_in_json_are_a_list() {
    let client = client(&[
        (OAUTH_GRANT_TYPE, "client_credentials"),
        (OAUTH_REQUEST_BODY, "json"),
        (OAUTH_RESOURCE, "https://a.example https://b.example https://c.example"),
    ]);
    assert_eq!(client.header().0, OAUTH_HTTP_NEEDED);
    let content: serde_json::Value = serde_json::from_str(&sent(&client).content).unwrap();
    let all = ["https://a.example", "https://b.example", "https://c.example"];
    assert_eq!(content["resource"], serde_json::json!(all));
}
