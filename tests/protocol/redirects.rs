//! Habits of servers in what they send back: parameters under other names, and the host where the tokens are.

use crate::common::{error_text, Client};
use crate::support::{client, parameter_of, sent, sign_in, Row, Settings, Table};
use oauth::constants::*;
use oauth::ffi;

enum Want {
    Sends(&'static str),
    /// This number, and these words in the sentence; nothing is sent.
    Fails(i32, &'static str),
}
use Want::{Fails, Sends};

/// `{state}` stands for the state that was sent.
type Case = (&'static str, &'static str, Want);

/// The server says `auth_code`, `custom` and `err`.
const NAMES: (i32, &str) = (OAUTH_REDIRECT_NAMES, "code=auth_code&state=custom&error=err&iss=from");

const NAMED: &[Case] = &[
    ("redirect", "https://app.example/cb?auth_code=abc&custom={state}", Sends("abc")),
    ("state first, and more", "https://app.example/cb?x=1&custom={state}&auth_code=abc&y=2", Sends("abc")),
    ("in the fragment", "https://app.example/cb#auth_code=abc&custom={state}", Sends("abc")),
    ("an escaped name", "https://app.example/cb?%61uth%5Fcode=abc&custo%6D={state}", Sends("abc")),
    ("path and query", "/cb?auth_code=abc&custom={state}", Sends("abc")),
    ("query without a mark", "auth_code=abc&custom={state}", Sends("abc")),
    ("from the second parameter on", "&auth_code=abc&custom={state}", Sends("abc")),
    ("copied from the code on", "abc&custom={state}", Sends("abc")),
    ("from another parameter on", "x=5f0c&auth_code=abc&custom={state}", Sends("abc")),
    ("a query of its own", "https://app.example/cb?tenant=1?auth_code=abc&custom={state}", Sends("abc")),
    (
        "quotes, HTML, a line break",
        "\"https://app.example/cb?auth_code=a\r\n bc&amp;custom={state}\"",
        Sends("abc"),
    ),
    ("the code alone", "abc", Sends("abc")),
    ("code and state", "abc#{state}", Sends("abc")),
    ("a plus in the code", "?auth_code=a+b&custom={state}", Sends("a+b")),
    ("our issuer", "?auth_code=abc&custom={state}&from=https%3A%2F%2Fas.example", Sends("abc")),
    // ---- as strict as ever ----
    (
        "another issuer",
        "?auth_code=abc&custom={state}&from=https://evil.example",
        Fails(OAUTH_ERROR_ISSUER, ""),
    ),
    ("no state", "https://app.example/cb?auth_code=abc", Fails(OAUTH_ERROR_STATE, "no state")),
    ("another state", "?auth_code=abc&custom=x", Fails(OAUTH_ERROR_STATE, "not to a URL that was made here")),
    ("no code", "https://app.example/cb?custom={state}", Fails(OAUTH_ERROR_CODE, "this address has none")),
    (
        "the code twice",
        "?auth_code=abc&auth_code=abc&custom={state}",
        Fails(OAUTH_ERROR_CODE, "auth_code stands twice"),
    ),
    (
        "the state twice",
        "?auth_code=abc&custom={state}&custom={state}",
        Fails(OAUTH_ERROR_CODE, "custom stands twice"),
    ),
    (
        "refused",
        "?err=access_denied&error_description=no&custom={state}",
        Fails(OAUTH_ERROR_ACCESS_DENIED, "no"),
    ),
    ("refused, unproven", "?err=access_denied", Fails(OAUTH_ERROR_STATE, "access_denied")),
    // ---- the usual names mean something else ----
    (
        "a code of both names",
        "?auth_code=abc&code=US&custom={state}",
        Fails(OAUTH_ERROR_CODE, "code, which redirect_names"),
    ),
    (
        "a state of both names",
        "?auth_code=abc&state={state}&custom={state}",
        Fails(OAUTH_ERROR_CODE, "has state, which"),
    ),
    ("a code of the usual name", "?code=abc&custom={state}", Fails(OAUTH_ERROR_CODE, "calls auth_code")),
    ("a state of the usual name", "?auth_code=abc&state={state}", Fails(OAUTH_ERROR_CODE, "calls custom")),
    (
        "both of the usual names",
        "https://app.example/cb?code=abc&state={state}",
        Fails(OAUTH_ERROR_CODE, "redirect_names"),
    ),
    ("without a mark", "code=abc&state={state}", Fails(OAUTH_ERROR_CODE, "redirect_names")),
    (
        "an error of the usual name",
        "?error=access_denied&custom={state}",
        Fails(OAUTH_ERROR_CODE, "calls err"),
    ),
];

#[test]
fn a_code_and_its_state_under_other_names() {
    let mut table = Table::new("redirect names");
    for (name, text, want) in NAMED {
        table.row(name, |row| comes_back(row, &[NAMES], text, want));
    }
    let more: &[(&str, &str, &str, Want)] = &[
        (
            "the code's name alone (Amazon)",
            "code=spapi_oauth_code",
            "?spapi_oauth_code=abc&state={state}",
            Sends("abc"),
        ),
        (
            "what is not renamed is as ever",
            "code=spapi_oauth_code",
            "?error=x&state={state}",
            Fails(OAUTH_ERROR_REFUSED, "x"),
        ),
        (
            "the state's name alone (Crisp)",
            "state=payload",
            "https://app.example/cb?code=abc&payload={state}",
            Sends("abc"),
        ),
        ("names that change places", "code=state&state=code", "?state=abc&code={state}", Sends("abc")),
        ("names as usual", "code=code", "?code=abc&state={state}", Sends("abc")),
        ("a name with signs", "code=a.b%26c", "?a.b%26c=abc&state={state}", Sends("abc")),
    ];
    for (name, names, text, want) in more {
        table.row(name, |row| comes_back(row, &[(OAUTH_REDIRECT_NAMES, names)], text, want));
    }
    table.end();
}

fn comes_back(row: &mut Row, settings: Settings, text: &str, want: &Want) {
    let client = client(&[(OAUTH_ISSUER, "https://as.example")]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    client.authorize_url();
    let state = client.get(OAUTH_STATE);
    let n = client.exchange(&text.replace("{state}", &state));
    match want {
        Sends(code) => {
            row.returned(n, OAUTH_HTTP_NEEDED);
            if n == OAUTH_HTTP_NEEDED {
                row.eq("code", sent(&client).parameter("code").as_deref(), Some(*code));
            }
        }
        Fails(number, words) => {
            row.returned(n, *number);
            row.holds(&error_text(), error_text().contains(words));
            row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            // Nothing is spoiled.
            client.must_set(OAUTH_REDIRECT_NAMES, "");
            row.returned(client.exchange(&format!("?code=right&state={state}")), OAUTH_HTTP_NEEDED);
        }
    }
}

const TOKEN: &[u8] = br#"{"access_token":"at","refresh_token":"rt"}"#;

/// Accounts of a server with data in several countries (Zoho).
const HOSTS: Settings = &[
    (OAUTH_TOKEN_HOSTS, "accounts.example.eu Accounts.Example.IN"),
    (OAUTH_TOKEN_HOST_PARAM, "accounts-server"),
    (OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke"),
];

fn of_countries(more: Settings) -> Client {
    let client = client(HOSTS);
    for (property, text) in more {
        client.must_set(*property, text);
    }
    client
}

fn back(client: &Client, named: &str) -> String {
    client.authorize_url();
    format!("https://app.example/cb?state={}&location=eu&code=c{named}", client.get(OAUTH_STATE))
}

#[test]
fn tokens_come_from_a_host_of_the_list() {
    // What the redirect names, and where the code goes.
    let taken = [
        ("", "https://as.example/token"),
        ("&accounts-server=", "https://as.example/token"),
        ("&accounts-server=https%3A%2F%2Faccounts.example.eu", "https://accounts.example.eu/token"),
        ("&accounts-server=https://accounts.example.eu/", "https://accounts.example.eu/token"),
        ("&accounts-server=accounts.example.eu", "https://accounts.example.eu/token"),
        ("&accounts-server=HTTPS://ACCOUNTS.example.in:443", "https://accounts.example.in/token"),
        ("&accounts-server=accounts.example.in%3A443", "https://accounts.example.in/token"),
        ("&accounts-server=https%3A%2F%2Fas.example", "https://as.example/token"),
        ("&Accounts-Server=evil.example", "https://as.example/token"),
    ];
    let mut table = Table::new("token hosts");
    for (named, url) in taken {
        table.row(&format!("taken: {named}"), |row| {
            let client = of_countries(&[]);
            row.returned(client.exchange(&back(&client, named)), OAUTH_HTTP_NEEDED);
            row.eq("the code goes to", sent(&client).url.as_str(), url);
            row.returned(client.respond(200, "", TOKEN), 0);
            // Refreshed here, in another process by its record, and revoked.
            let other = of_countries(&[]);
            for _ in 0..2 {
                row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
                row.eq("the refresh token goes to", sent(&client).url.as_str(), url);
                row.returned(client.respond(200, "", br#"{"access_token":"at"}"#), 0);
            }
            other.must_set(OAUTH_TOKEN_RECORD, &client.get(OAUTH_TOKEN_RECORD));
            row.returned(other.refresh(), OAUTH_HTTP_NEEDED);
            row.eq("the imported one goes to", sent(&other).url.as_str(), url);
            row.returned(ffi::oauth_revoke(client.0), OAUTH_HTTP_NEEDED);
            row.eq("the revocation goes to", sent(&client).url, url.replace("/token", "/revoke"));
        });
    }
    let refused = [
        "https://evil.example",
        "evil.example",
        "http://accounts.example.eu",
        "https://accounts.example.eu.evil.example",
        "https://accounts.example.eu@evil.example",
        "https://evil.example/accounts.example.eu",
        "https://evil.example%23accounts.example.eu",
        "https://evil.example%3Faccounts.example.eu",
        "https://evil.example%5C@accounts.example.eu",
        "https://accounts.example.eu/evil",
        "https://accounts.example.eu//",
        "https://accounts.example.eu:8443",
        "https://accounts.example.eu:",
        "https://accounts.example.eu.",
        "accounts.example.eu/",
        "//accounts.example.eu",
        "sub.accounts.example.eu",
        "example.eu",
        "https:accounts.example.eu",
        "%20accounts.example.eu",
        "accounts.example.eu%20evil.example",
        "accounts.example.eu%0d%0aHost:evil",
        "accounts.example.eu%00",
        "accounts%252Eexample%252Eeu",
        "*",
        "accounts.ex%C3%A4mple.eu",
    ];
    for named in refused {
        table.row(&format!("refused: {named}"), |row| {
            let client = of_countries(&[]);
            let back = back(&client, "");
            row.returned(client.exchange(&format!("{back}&accounts-server={named}")), OAUTH_ERROR_VALUE);
            row.holds(&error_text(), error_text().starts_with("token_hosts: "));
            row.action(OAUTH_ACTION_FIX);
            row.eq("what waits to be sent", client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE);
            // Nothing is lost.
            let named = "&accounts-server=accounts.example.eu";
            row.returned(client.exchange(&(back + named)), OAUTH_HTTP_NEEDED);
        });
    }
    table.row("named twice", |row| {
        let client = of_countries(&[]);
        let named = "&accounts-server=accounts.example.eu&accounts-server=accounts.example.in";
        row.returned(client.exchange(&back(&client, named)), OAUTH_ERROR_CODE);
        row.action(OAUTH_ACTION_SIGN_IN);
    });
    table.row("a forged redirect is that first", |row| {
        let client = of_countries(&[]);
        back(&client, "");
        row.returned(client.exchange("?code=c&state=x&accounts-server=evil.example"), OAUTH_ERROR_STATE);
    });
    table.row("the configured port stays", |row| {
        let client = of_countries(&[(OAUTH_TOKEN_ENDPOINT, "https://as.example:8443/token?a=as.example")]);
        let named = "&accounts-server=https://accounts.example.eu";
        row.returned(client.exchange(&back(&client, &format!("{named}:443"))), OAUTH_ERROR_VALUE);
        row.returned(client.exchange(&back(&client, named)), OAUTH_HTTP_NEEDED);
        let expected = "https://accounts.example.eu:8443/token?a=as.example";
        row.eq("the code goes to", sent(&client).url.as_str(), expected);
    });
    table.row("not over http", |row| {
        let client = of_countries(&[(OAUTH_TOKEN_ENDPOINT, "http://127.0.0.1:1/token")]);
        let back = back(&client, "&accounts-server=accounts.example.eu");
        row.returned(client.exchange(&back), OAUTH_ERROR_INSECURE);
    });
    table.row("no longer in the list", |row| {
        let client = of_countries(&[]);
        let named = "&accounts-server=accounts.example.eu";
        row.returned(client.exchange(&back(&client, named)), OAUTH_HTTP_NEEDED);
        row.returned(client.respond(200, "", TOKEN), 0);
        client.must_set(OAUTH_TOKEN_HOSTS, "accounts.example.in");
        for n in [client.refresh(), ffi::oauth_revoke(client.0)] {
            row.returned(n, OAUTH_ERROR_VALUE);
            row.action(OAUTH_ACTION_FIX);
        }
        row.returned(client.refresh(), OAUTH_ERROR_VALUE);
        let said = "token_hosts: accounts.example.eu, where the token is from, is not among them";
        row.holds(&error_text(), error_text().starts_with(said));
        row.eq("the token", client.header().1.as_str(), "Authorization: Bearer at");
        client.must_set(OAUTH_TOKEN_HOSTS, "accounts.example.eu");
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
    });
    table.row("without a parameter's name, no host is looked for", |row| {
        let client = of_countries(&[(OAUTH_TOKEN_HOST_PARAM, "")]);
        row.returned(client.exchange(&back(&client, "&accounts-server=evil.example")), OAUTH_HTTP_NEEDED);
        row.eq("the code goes to", sent(&client).url.as_str(), "https://as.example/token");
    });
    table.row("a later sign-in elsewhere", |row| {
        let client = of_countries(&[]);
        row.returned(
            client.exchange(&back(&client, "&accounts-server=accounts.example.eu")),
            OAUTH_HTTP_NEEDED,
        );
        row.returned(client.respond(200, "", TOKEN), 0);
        sign_in(&client, r#"{"access_token":"at-2","refresh_token":"rt-2"}"#);
        row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
        row.eq("the refresh token goes to", sent(&client).url.as_str(), "https://as.example/token");
    });
    table.end();
}

/// OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode, RFC 9207.
const MODES: &[Case] = &[
    ("query", "https://app.example/cb?code=abc&state={state}&iss=https%3A%2F%2Fas.example", Sends("abc")),
    ("fragment", "https://app.example/cb#code=abc&state={state}&iss=https%3A%2F%2Fas.example", Sends("abc")),
    (
        "fragment of hybrid flow",
        "https://app.example/cb#code=abc&id_token=eyJhbGciOiJub25lIn0.e30.&state={state}",
        Sends("abc"),
    ),
    ("fragment behind our own query", "https://app.example/cb?a=1#state={state}&code=abc", Sends("abc")),
    ("form_post, the content", "code=abc&state={state}&iss=https%3A%2F%2Fas.example", Sends("abc")),
    ("form_post, the state first", "state={state}&code=abc", Sends("abc")),
    ("form_post, iss first", "iss=https%3A%2F%2Fas.example&state={state}&code=abc", Sends("abc")),
    ("form_post, its end of line", "state={state}&code=a%2Fb%2Bc\r\n", Sends("a/b+c")),
    (
        "form_post, a refusal",
        "error=access_denied&error_description=not+today&state={state}",
        Fails(OAUTH_ERROR_ACCESS_DENIED, "not today"),
    ),
    // ---- a mix-up is one in each of them ----
    (
        "query of another issuer",
        "https://app.example/cb?code=abc&state={state}&iss=https%3A%2F%2Fevil.example",
        Fails(OAUTH_ERROR_ISSUER, "another issuer"),
    ),
    (
        "fragment of another issuer",
        "https://app.example/cb#code=abc&state={state}&iss=https%3A%2F%2Fevil.example",
        Fails(OAUTH_ERROR_ISSUER, "another issuer"),
    ),
    (
        "form_post of another issuer",
        "iss=https%3A%2F%2Fas.example.evil.example&code=abc&state={state}",
        Fails(OAUTH_ERROR_ISSUER, "another issuer"),
    ),
    (
        "a refusal of another issuer",
        "error=access_denied&state={state}&iss=https%3A%2F%2Fevil.example",
        Fails(OAUTH_ERROR_ISSUER, "another issuer"),
    ),
    (
        "iss twice, in query and fragment",
        "https://app.example/cb?iss=https%3A%2F%2Fas.example#code=abc&state={state}&iss=https%3A%2F%2Fevil.example",
        Fails(OAUTH_ERROR_CODE, "iss stands twice"),
    ),
    ("iss of other letters", "code=abc&state={state}&iss=https%3A%2F%2FAS.example", Fails(OAUTH_ERROR_ISSUER, "")),
    ("iss with a slash", "code=abc&state={state}&iss=https%3A%2F%2Fas.example%2F", Fails(OAUTH_ERROR_ISSUER, "")),
    ("form_post without a state", "code=abc&iss=https%3A%2F%2Fas.example", Fails(OAUTH_ERROR_STATE, "no state")),
    // ---- JARM is not read ----
    (
        "query.jwt",
        "https://app.example/cb?response=eyJhbGciOiJub25lIn0.eyJjb2RlIjoiYWJjIn0.",
        Fails(OAUTH_ERROR_CODE, "set response_mode to query"),
    ),
    (
        "fragment.jwt",
        "https://app.example/cb#response=eyJhbGciOiJub25lIn0.eyJjb2RlIjoiYWJjIn0.",
        Fails(OAUTH_ERROR_CODE, "set response_mode to query"),
    ),
    (
        "form_post.jwt",
        "response=eyJhbGciOiJub25lIn0.eyJjb2RlIjoiYWJjIn0.",
        Fails(OAUTH_ERROR_CODE, "set response_mode to query"),
    ),
];

#[test]
fn answers_in_each_response_mode() {
    let mut table = Table::new("response modes");
    for (name, text, want) in MODES {
        table.row(name, |row| comes_back(row, &[], text, want));
    }
    for (mode, text) in [
        ("query", "https://app.example/cb?code=abc&state={state}"),
        ("fragment", "https://app.example/cb#code=abc&state={state}"),
        ("form_post", "code=abc&state={state}"),
    ] {
        table.row(&format!("{mode}: no iss where it is demanded"), |row| {
            let client = client(&[(OAUTH_ISSUER, "https://as.example")]);
            client.must_set(OAUTH_REQUIRE_ISS, "yes");
            client.must_set(OAUTH_RESPONSE_MODE, mode);
            let url = client.authorize_url();
            row.eq("response_mode", parameter_of(&url, "response_mode").as_deref(), Some(mode));
            let text = text.replace("{state}", &client.get(OAUTH_STATE));
            row.returned(client.exchange(&text), OAUTH_ERROR_ISSUER);
            row.holds(&error_text(), error_text().contains("no iss came back"));
            let iss = "&iss=https%3A%2F%2Fas.example";
            row.returned(client.exchange(&format!("{text}{iss}")), OAUTH_HTTP_NEEDED);
        });
    }
    table.end();
}

/// OpenID Connect Core section 3.1.2.6: of a URL that asks nobody.
#[test]
fn who_was_not_asked_is_told_how_to_be() {
    let mut table = Table::new("prompt=none");
    for (error, words) in [
        ("login_required", "nobody is signed in there: make a URL without prompt=none"),
        ("interaction_required", "a person is needed: make a URL without prompt=none"),
        ("consent_required", "a person has to agree: make a URL without prompt=none"),
        ("account_selection_required", "make a URL without prompt=none, to choose one"),
    ] {
        table.row(error, |row| {
            let client = client(&[(OAUTH_PROMPT, "none")]);
            row.eq("prompt", parameter_of(&client.authorize_url(), "prompt").as_deref(), Some("none"));
            let n = client.exchange(&format!("?error={error}&state={}", client.get(OAUTH_STATE)));
            row.returned(n, OAUTH_ERROR_REFUSED);
            row.action(OAUTH_ACTION_SIGN_IN);
            let start: String = error_text().chars().take(80).collect();
            row.eq("the sentence", start, format!("{error}: {words}"));
        });
    }
    table.end();
}
