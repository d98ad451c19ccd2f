//! Each known server is signed in to, or asked for a machine's token; it refreshes, and refuses a dead token and a wrong
//! secret. With both carriers.

use crate::common::carrier::{header, run, send, Carrier};
use crate::common::rows::Table;
use crate::common::{error_action, error_text, Client};
use crate::support::Files;
use oauth::constants::*;
use practice_server::catalogue::{entries, Entry};
use practice_server::{sign_in, Options, Server, SignIn};
use std::time::UNIX_EPOCH;

#[test]
fn every_known_server_gives_tokens_refreshes_and_refuses() {
    let server = Server::start(Options::default()).unwrap();
    let files = Files::new();
    let mut table: Table<()> = Table::default();
    for entry in entries() {
        for carrier in [Carrier::Builtin, Carrier::Caller] {
            let flow = Flow { server: &server, files: &files, entry, carrier };
            table.row(&format!("{} {carrier:?}", entry.name), || {
                if entry.needs_person() {
                    flow.with_person();
                } else {
                    flow.without_person();
                }
            });
        }
    }
    table.end();
}

struct Flow<'a> {
    server: &'a Server,
    files: &'a Files,
    entry: &'static Entry,
    carrier: Carrier,
}

impl Flow<'_> {
    fn with_person(&self) {
        self.wrong_secret_of_a_sign_in();
        let client = self.client();
        self.sign_in(&client);
        let first = self.good_header(&client);
        self.expires_as_it_says(&client);
        if !self.entry.gives_refresh_tokens() {
            assert_eq!(client.refresh(), OAUTH_ERROR_SIGN_IN, "{}", error_text());
            return;
        }
        // Twice: the second time with what the first has brought.
        for _ in 0..2 {
            assert_eq!(run(self.carrier, &client, || client.refresh()), 0, "{}", error_text());
            assert_ne!(self.good_header(&client), first);
            self.expires_as_it_says(&client);
        }
        self.is_renewed_in_time(&client);
        self.server.revoke_all();
        let n = run(self.carrier, &client, || client.refresh());
        assert!(n < 0, "a dead token was taken");
        assert_eq!(error_action(), OAUTH_ACTION_SIGN_IN, "{n} {}", error_text());
        self.sign_in(&client);
        self.good_header(&client);
        self.is_revoked(&client);
    }

    fn without_person(&self) {
        let wrong = self.files.wrong(self.entry, self.server.url());
        let wrong = self.files.client(self.entry, &wrong, self.carrier);
        let n = run(self.carrier, &wrong, || wrong.header().0);
        self.says_fix(n, &wrong);
        let client = self.client();
        let first = self.good_header(&client);
        self.expires_as_it_says(&client);
        // A refresh token, where one came, or the grant again.
        assert_eq!(client.rejected(), 0);
        assert_ne!(self.good_header(&client), first);
        self.is_renewed_in_time(&client);
        // With none that is alive, the grant.
        let last = self.good_header(&client);
        self.server.revoke_all();
        assert_eq!(client.rejected(), 0);
        assert_ne!(self.good_header(&client), last);
        self.is_revoked(&client);
    }

    /// Where the server takes tokens back.
    fn is_revoked(&self, client: &Client) {
        if self.entry.key("revocation_endpoint").is_empty() {
            return;
        }
        let header = self.good_header(client);
        let n = run(self.carrier, client, || oauth::ffi::oauth_revoke(client.0));
        assert_eq!(n, 0, "{}", error_text());
        assert_eq!(self.api(&header), 401, "it is as good as before");
    }

    fn wrong_secret_of_a_sign_in(&self) {
        let wrong = self.files.wrong(self.entry, self.server.url());
        let wrong = self.files.client(self.entry, &wrong, self.carrier);
        let came_back = sign_in(&wrong.authorize_url(), &SignIn::default());
        if wrong.get(OAUTH_CLIENT_AUTH) == "none" {
            assert!(came_back.is_err(), "the page takes a client that it does not know");
            return;
        }
        let came_back = came_back.unwrap();
        let n = run(self.carrier, &wrong, || wrong.exchange(&came_back));
        self.says_fix(n, &wrong);
    }

    fn says_fix(&self, n: i32, client: &Client) {
        assert!(n < 0, "a wrong secret was taken");
        assert_eq!(error_action(), OAUTH_ACTION_FIX, "{n} {}", error_text());
        let has_words =
            self.entry.key("error_path").is_empty() || !self.entry.key("error_text_path").is_empty();
        assert_eq!(!client.get(OAUTH_ERROR_DESCRIPTION).is_empty(), has_words, "{}", error_text());
    }

    fn client(&self) -> Client {
        let settings = self.files.settings(self.entry, self.server.url());
        self.files.client(self.entry, &settings, self.carrier)
    }

    fn sign_in(&self, client: &Client) {
        let came_back = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
        assert_eq!(run(self.carrier, client, || client.exchange(&came_back)), 0, "{}", error_text());
    }

    /// One that the server's API takes.
    fn good_header(&self, client: &Client) -> String {
        let header = header(self.carrier, client);
        assert_eq!(self.api(&header), 200, "the API refuses what came");
        header
    }

    fn api(&self, header: &str) -> i32 {
        let url = format!("{}/as/{}/api/me", self.server.url(), self.entry.name);
        send("GET", &url, &format!("{header}\r\n"), "").0
    }

    /// In an hour, or, where the answer says nothing, when the entry has it taken for expired.
    fn expires_as_it_says(&self, client: &Client) {
        let at = client.get(OAUTH_EXPIRES_AT);
        if !self.entry.key("assume_expires_in").is_empty() {
            assert_eq!(at, "", "the answer says nothing");
            return;
        }
        let at = humantime::parse_rfc3339(&at).unwrap_or_else(|_| panic!("expires at {at:?}"));
        let left = at.duration_since(UNIX_EPOCH).unwrap().as_secs().abs_diff(self.server.now());
        assert!((3300..3610).contains(&left), "expires in {left} seconds");
    }

    /// When the token's time is over there is another without a person.
    fn is_renewed_in_time(&self, client: &Client) {
        let life = self.entry.key("assume_expires_in").parse().unwrap_or(3600_u32);
        let first = self.good_header(client);
        self.advance(life / 2);
        assert_eq!(self.good_header(client), first, "renewed too early");
        self.advance(life / 2);
        assert_ne!(self.good_header(client), first, "not renewed");
    }

    fn advance(&self, seconds: u32) {
        oauth::system::testing::advance(seconds.into());
        self.server.advance(seconds.into());
    }
}
