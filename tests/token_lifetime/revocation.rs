//! Tokens that the server is told to revoke (RFC 7009): what is sent, and what is gone then.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

pub const ENDPOINT: (i32, &str) = (OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");

/// What a server says: status, headers, body.
pub type Said = (u16, &'static str, &'static str);

pub const YES: Said = (200, "", "");

pub const BOTH: [&str; 2] = ["refresh_token SECRET-refresh-1", "access_token SECRET-access-1"];
pub const ACCESS_ALONE: &str = "{\"access_token\":\"SECRET-access-1\",\"token_type\":\"bearer\"}";

/// A client with the tokens `1`, and what its server says to its revocations, in this order; to any more: yes.
pub struct Scene {
    pub client: Client,
    says: Vec<Said>,
    /// Of the built-in HTTP; with the caller's own, the server is the test.
    server: Option<Script>,
    carried: RefCell<Vec<String>>,
    stored: Option<Folder>,
}

impl Scene {
    pub fn new(is_builtin: bool, is_stored: bool, says: &[Said]) -> Self {
        let stored = is_stored.then(Folder::new);
        let says = says.to_vec();
        let server = is_builtin.then(|| server(says.clone()));
        let client = client_of(server.as_ref(), stored.as_ref());
        match &server {
            Some(_) => {
                let state = parameter_of(&client.authorize_url(), "state");
                assert_eq!(client.exchange(&format!("?code=SECRET&state={state}")), 0, "{}", error_text());
            }
            None => assert_eq!(sign_in(&client, "1"), 0, "{}", error_text()),
        }
        Self { client, says, server, carried: RefCell::default(), stored }
    }

    /// Another job, or this one when it comes again.
    pub fn other(&self) -> Client {
        client_of(self.server.as_ref(), self.stored.as_ref())
    }

    pub fn revoke(&self) -> i32 {
        let mut answer = self.client.revoke();
        while answer == OAUTH_HTTP_NEEDED {
            let number = self.carried.borrow().len();
            self.carried.borrow_mut().push(content(&self.client));
            let (status, headers, body) = self.says.get(number).copied().unwrap_or(YES);
            answer = self.client.respond(status.into(), headers, body.as_bytes());
        }
        answer
    }

    /// The hint and the token of each revocation.
    pub fn sent(&self) -> Vec<String> {
        let all = self.server.as_ref().map_or_else(|| self.carried.borrow().clone(), Script::requests);
        let hint = |content: &String| maybe_parameter(content, "token_type_hint");
        let sent = all.iter().filter_map(|content| Some((hint(content)?, parameter_of(content, "token"))));
        sent.map(|(hint, token)| format!("{hint} {token}")).collect()
    }

    fn records(&self) -> usize {
        self.stored.as_ref().map_or(0, |folder| contents(folder).len())
    }

    /// Here and for other jobs.
    #[track_caller]
    pub fn all_is_gone(&self) {
        fails(self.client.header().0, OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet");
        fails(self.other().header().0, OAUTH_ERROR_SIGN_IN, "sign in: there is no token yet");
        assert_eq!(self.client.get(OAUTH_REFRESH_TOKEN), "");
        assert_eq!(self.records(), 0);
    }

    /// Here and for other jobs; and nobody has the lock.
    #[track_caller]
    pub fn all_is_there(&self) {
        gives(&self.client, "1");
        assert_eq!(self.client.get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-1");
        assert_eq!(self.records(), usize::from(self.stored.is_some()));
        if let Some(folder) = &self.stored {
            gives(&self.other(), "1");
            assert!(Held::file(&lock_file(folder)).is_some(), "somebody has the lock");
        }
    }
}

fn server(says: Vec<Said>) -> Script {
    let count = AtomicUsize::new(0);
    Script::start(move |_, content| {
        if maybe_parameter(content, "token_type_hint").is_none() {
            return ok(&token_for("1", HOUR));
        }
        let (status, headers, body) = says.get(count.fetch_add(1, Ordering::Relaxed)).copied().unwrap_or(YES);
        answer(status, headers, body)
    })
}

fn client_of(server: Option<&Script>, stored: Option<&Folder>) -> Client {
    let Some(server) = server else {
        let store = stored.map_or_else(|| "memory:".to_owned(), Folder::setting);
        return client_with(&[ENDPOINT, (OAUTH_STORE, &store)]);
    };
    server.client(stored, &[(OAUTH_REVOCATION_ENDPOINT, &format!("{}/revoke", server.url()))])
}

/// A row for each kind of HTTP and of store.
pub fn rows(table: &mut Table, name: &str, says: &[Said], test: impl Fn(&Scene)) {
    for (http, is_builtin) in [("caller", false), ("builtin", true)] {
        for (store, is_stored) in [("memory:", false), ("file:", true)] {
            table.row(&format!("{name}, {http}, {store}"), || test(&Scene::new(is_builtin, is_stored, says)));
        }
    }
}

#[test]
fn both_tokens_are_revoked_and_then_gone_for_all_jobs() {
    let mut table = Table::default();
    rows(&mut table, "both", &[YES, (204, "", "")], |scene| {
        let other = scene.other();
        assert_eq!(scene.revoke(), 0, "{}", error_text());
        assert_eq!(scene.sent(), BOTH);
        scene.all_is_gone();
        fails(other.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
        // It is as before any sign-in.
        assert_eq!(scene.revoke(), 0, "{}", error_text());
        assert_eq!(scene.sent().len(), 2);
    });
    rows(&mut table, "and expired", &[], |scene| {
        assert_eq!(scene.client.rejected(), 0);
        assert_eq!(scene.revoke(), 0, "{}", error_text());
        assert_eq!(scene.sent(), BOTH, "nothing is refreshed for that");
        scene.all_is_gone();
    });
    for stored in [false, true] {
        table.row(&format!("an access token alone, stored: {stored}"), || {
            let folder = Folder::new();
            let client = client_of(None, stored.then_some(&folder));
            sign_in_with(&client, "", ACCESS_ALONE);
            assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
            assert_eq!(content(&client), "token=SECRET-access-1&token_type_hint=access_token");
            assert_eq!(client.respond(200, "", b""), 0, "{}", error_text());
            fails(client.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
            assert_eq!(contents(&folder), Vec::new());
        });
    }
    table.row("and not the authorizations that are pending", || {
        let folder = Folder::new();
        let client = client_with(&[ENDPOINT, (OAUTH_STORE, &folder.setting())]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        let state = parameter_of(&client.authorize_url(), "state");
        assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED);
        assert_eq!(client.respond(200, "", b""), 0, "{}", error_text());
        let n = client.exchange(&format!("?code=SECRET&state={state}"));
        assert_eq!(n, OAUTH_HTTP_NEEDED, "{}", error_text());
    });
    table.row("another account stays", || {
        let folder = Folder::new();
        let client = client_with(&[ENDPOINT, (OAUTH_STORE, &folder.setting())]);
        for account in ["a", "b"] {
            client.must_set(OAUTH_ACCOUNT, account);
            assert_eq!(sign_in(&client, account), 0, "{}", error_text());
        }
        assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED);
        assert_eq!(parameter_of(&content(&client), "token"), "SECRET-refresh-b");
        // Whose token is removed was settled when the first request was made.
        client.must_set(OAUTH_ACCOUNT, "a");
        assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED);
        assert_eq!(parameter_of(&content(&client), "token"), "SECRET-access-b");
        assert_eq!(client.respond(200, "", b""), 0, "{}", error_text());
        assert_eq!(client.accounts(1), (2, "a\n".to_owned()));
        gives(&client, "a");
    });
    table.end();
}

#[test]
fn where_there_is_no_token_nothing_is_sent() {
    let mut table = Table::default();
    for (http, is_builtin) in [("caller", false), ("builtin", true)] {
        let server = is_builtin.then(|| server(Vec::new()));
        for (store, is_stored) in [("memory:", false), ("file:", true)] {
            let new = |folder: &Folder| client_of(server.as_ref(), is_stored.then_some(folder));
            let nothing = |client: &Client| {
                assert_eq!(client.revoke(), 0, "{}", error_text());
                assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing waits");
                assert!(server.as_ref().is_none_or(|server| server.count() == 0), "nothing was sent");
            };
            table.row(&format!("never, {http}, {store}"), || {
                let folder = Folder::new();
                nothing(&new(&folder));
                assert!(!folder.store().exists(), "no folder was made");
            });
            table.row(&format!("a sign-in is pending, {http}, {store}"), || {
                let folder = Folder::new();
                let client = new(&folder);
                client.authorize_url();
                nothing(&client);
            });
        }
    }
    for stored in [false, true] {
        table.row(&format!("forgotten, stored: {stored}"), || {
            let scene = Scene::new(false, stored, &[]);
            assert_eq!(scene.client.forget(), 0, "{}", error_text());
            assert_eq!(scene.revoke(), 0, "{}", error_text());
            assert_eq!(scene.sent(), [""; 0]);
        });
    }
    for removed in ["forgotten", "revoked"] {
        table.row(&format!("{removed} by another job"), || {
            let scene = Scene::new(true, true, &[]);
            let other = scene.other();
            gives(&other, "1");
            assert_eq!(if removed == "forgotten" { scene.client.forget() } else { scene.revoke() }, 0);
            let before = scene.sent().len();
            assert_eq!(other.revoke(), 0, "{}", error_text());
            // Of what was only forgotten the server does not know.
            assert_eq!(scene.sent().len(), before + if removed == "forgotten" { 2 } else { 0 });
            fails(other.header().0, OAUTH_ERROR_SIGN_IN, "no token yet");
        });
    }
    table.end();
}

/// Settings, and the request for the refresh token: its URL, its headers, its content.
type Request = (&'static str, &'static [(i32, &'static str)], &'static str, &'static str, &'static str);

const CONTENT: &str = "token=SECRET-refresh-1&token_type_hint=refresh_token";
const FORM: &str = "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n";
const BASIC_FORM: &str = "Accept: application/json\r\n\
     Authorization: Basic ZWRnZTpTRUNSRVQtb2YtdGhlLWNsaWVudA==\r\n\
     Content-Type: application/x-www-form-urlencoded\r\n";

const REQUESTS: &[Request] = &[
    ("the usual", &[], ENDPOINT.1, BASIC_FORM, CONTENT),
    (
        "client_secret_post",
        &[(OAUTH_CLIENT_AUTH, "client_secret_post")],
        ENDPOINT.1,
        FORM,
        "token=SECRET-refresh-1&token_type_hint=refresh_token&client_id=edge&client_secret=SECRET-of-the-client",
    ),
    (
        "none",
        &[(OAUTH_CLIENT_AUTH, "none")],
        ENDPOINT.1,
        FORM,
        "token=SECRET-refresh-1&token_type_hint=refresh_token&client_id=edge",
    ),
    (
        "json",
        &[(OAUTH_CLIENT_AUTH, "client_secret_post"), (OAUTH_REQUEST_BODY, "json")],
        ENDPOINT.1,
        "Accept: application/json\r\nContent-Type: application/json\r\n",
        "{\"client_id\":\"edge\",\"client_secret\":\"SECRET-of-the-client\",\
         \"token\":\"SECRET-refresh-1\",\"token_type_hint\":\"refresh_token\"}",
    ),
    (
        "query",
        &[(OAUTH_CLIENT_AUTH, "none"), (OAUTH_REQUEST_BODY, "query")],
        "https://as.example/revoke?token=SECRET-refresh-1&token_type_hint=refresh_token&client_id=edge",
        "Accept: application/json\r\n",
        "",
    ),
    (
        "query behind the endpoint's own",
        &[
            (OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke?tenant=1"),
            (OAUTH_CLIENT_AUTH, "none"),
            (OAUTH_REQUEST_BODY, "query"),
        ],
        "https://as.example/revoke?tenant=1&token=SECRET-refresh-1&token_type_hint=refresh_token&client_id=edge",
        "Accept: application/json\r\n",
        "",
    ),
    (
        "a path below base_url",
        &[(OAUTH_BASE_URL, "https://as.example/base/"), (OAUTH_REVOCATION_ENDPOINT, "/oauth/revoke")],
        "https://as.example/base/oauth/revoke",
        BASIC_FORM,
        CONTENT,
    ),
    (
        "http:// where it is allowed",
        &[(OAUTH_ALLOW_HTTP, "yes"), (OAUTH_REVOCATION_ENDPOINT, "http://as.example/revoke")],
        "http://as.example/revoke",
        BASIC_FORM,
        CONTENT,
    ),
    // Those are for the token endpoint.
    (
        "without the parameters of token requests",
        &[
            (OAUTH_REFRESH_ENDPOINT, "https://as.example/refresh"),
            (OAUTH_TOKEN_PARAMS, "audience=a"),
            (OAUTH_REFRESH_PARAMS, "audience=b&token=c"),
        ],
        ENDPOINT.1,
        BASIC_FORM,
        CONTENT,
    ),
];

#[test]
fn requests_are_as_the_settings_say() {
    let mut table = Table::default();
    for (name, settings, url, headers, sent) in REQUESTS.iter().copied() {
        table.row(name, || {
            let client = client_with(&[ENDPOINT]);
            for (property, text) in settings {
                client.must_set(*property, text);
            }
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            assert_eq!(client.revoke(), OAUTH_HTTP_NEEDED, "{}", error_text());
            let request = |client: &Client| {
                let parts =
                    [OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_REQUEST_HEADERS, OAUTH_REQUEST_CONTENT];
                parts.map(|part| client.request(part).1)
            };
            assert_eq!(request(&client), ["POST", url, headers, sent]);
            assert_eq!(client.respond(200, "", b""), OAUTH_HTTP_NEEDED, "{}", error_text());
            let second = |text: &str| {
                text.replace("SECRET-refresh-1", "SECRET-access-1").replace("refresh_token", "access_token")
            };
            assert_eq!(request(&client), ["POST", &second(url), headers, &second(sent)]);
        });
    }
    table.end();
}

#[test]
fn an_endpoint_that_is_missing_or_not_safe_is_said() {
    let mut table = Table::default();
    let path = (OAUTH_REVOCATION_ENDPOINT, "/revoke");
    for (name, settings, code, says) in [
        ("none", &[][..], OAUTH_ERROR_MISSING, "revocation_endpoint is not set: set it before oauth_revoke"),
        ("a path alone", &[path], OAUTH_ERROR_MISSING, "base_url is not set: set it before oauth_revoke"),
        (
            "http:// when allow_http was taken back",
            &[
                (OAUTH_ALLOW_HTTP, "yes"),
                (OAUTH_REVOCATION_ENDPOINT, "http://as.example/revoke"),
                (OAUTH_ALLOW_HTTP, ""),
            ],
            OAUTH_ERROR_INSECURE,
            "revocation_endpoint is http:// and not on loopback",
        ),
    ] {
        table.row(name, || {
            for client in [client(), holder("1")] {
                for (property, text) in settings {
                    client.must_set(*property, text);
                }
                fails(client.revoke(), code, says);
                assert_eq!(client.request(OAUTH_REQUEST_URL).0, OAUTH_ERROR_SEQUENCE, "nothing waits");
            }
        });
    }
    table.row("http:// is not set", || {
        let client = client();
        let n = client.set(OAUTH_REVOCATION_ENDPOINT, "http://as.example/revoke");
        fails(n, OAUTH_ERROR_INSECURE, "revocation_endpoint is http:// and not on loopback");
        let n = client.set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke#x");
        fails(n, OAUTH_ERROR_VALUE, "revocation_endpoint: a URL for requests has no fragment");
    });
    table.row("a request that waits goes on waiting", || {
        let client = holder("1");
        assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED);
        fails(client.revoke(), OAUTH_ERROR_MISSING, "revocation_endpoint");
        assert_eq!(answer_token(&client, "2"), 0, "{}", error_text());
        gives(&client, "2");
    });
    table.end();
}
