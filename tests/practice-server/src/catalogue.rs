#![forbid(unsafe_code)]
//! The known servers of the library's catalogue, each below `/as/NAME`: its entry is read anew here, and played to the
//! letter. What an entry does not say is as the RFCs have it.

mod answer;
mod assertion;
mod authorize;
mod memory;
mod refusal;
mod request;
mod token;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use toml::{Table, Value};

use crate::api;
use crate::form::Params;
use crate::record::Recorded;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

pub use assertion::{CERTIFICATE, KEY, OTHER_KEY, SERVICE_ACCOUNT_KEY_ID};
pub use memory::Memory;

/// The files of the catalogue, by their names.
pub const FILES: &[(&str, &str)] = &[
    ("business", include_str!("../../../src/settings/known_servers/business.toml")),
    ("carriers", include_str!("../../../src/settings/known_servers/carriers.toml")),
    ("health", include_str!("../../../src/settings/known_servers/health.toml")),
    ("identity", include_str!("../../../src/settings/known_servers/identity.toml")),
    ("payments", include_str!("../../../src/settings/known_servers/payments.toml")),
    ("shops", include_str!("../../../src/settings/known_servers/shops.toml")),
    ("social", include_str!("../../../src/settings/known_servers/social.toml")),
    ("storage", include_str!("../../../src/settings/known_servers/storage.toml")),
    ("work", include_str!("../../../src/settings/known_servers/work.toml")),
];

pub const CLIENT_ID: &str = "catalogue-client";
/// With what encodings of HTTP Basic disagree on.
pub const CLIENT_SECRET: &str = "p@ss:w%rd+/= &x~";
pub const REDIRECT_URI: &str = "http://127.0.0.1:9999/cb";

/// Where redirects say that the tokens are, if they say so.
const TOKEN_HOST: &str = "127.0.0.1";

/// What is read of an entry here. Another key is played by nobody.
pub const PLAYED: &[&str] = &[
    "assertion_audience",
    "assertion_claims",
    "assertion_expires_in",
    "assume_expires_in",
    "authorization_endpoint",
    "authorize_names",
    "authorize_params",
    "base_url",
    "basic_encoding",
    "client_auth",
    "error_path",
    "error_text_path",
    "grant_type",
    "pkce",
    "redirect_names",
    "redirect_uri",
    "refresh_auth",
    "refresh_endpoint",
    "refresh_names",
    "refresh_params",
    "request_body",
    "response_names",
    "response_path",
    "response_type",
    "revocation_endpoint",
    "scope",
    "scope_separator",
    "sign_in_errors",
    "signing_alg",
    "token_endpoint",
    "token_headers",
    "token_host_param",
    "token_hosts",
    "token_names",
    "token_params",
];

/// One known server.
pub struct Entry {
    pub name: String,
    /// Settings and remarks, as they are written.
    pub written: BTreeMap<String, String>,
    /// What a user has to set, with examples. They are played as if they were meant.
    pub needs: BTreeMap<String, String>,
}

/// In the order of the files.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| FILES.iter().flat_map(read).collect());
    &ENTRIES
}

fn read((file, text): &(&str, &str)) -> Vec<Entry> {
    let tables: Table = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
    let texts = |table: &Table| -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        table.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
    };
    let entry = |(name, value): (&String, &Value)| {
        let table = value.as_table().unwrap_or_else(|| panic!("{file}: {name} is no table"));
        let needs = table.get("needs").and_then(Value::as_table).map(texts).unwrap_or_default();
        Entry { name: name.clone(), written: texts(table), needs }
    };
    tables.iter().map(entry).collect()
}

impl Entry {
    /// A setting, of the user or of the entry; empty where there is none.
    pub fn key(&self, key: &str) -> &str {
        self.needs.get(key).or_else(|| self.written.get(key)).map_or("", String::as_str)
    }

    pub fn needs_person(&self) -> bool {
        self.key("grant_type").is_empty()
    }

    pub fn gives_refresh_tokens(&self) -> bool {
        let is_usual = self.needs_person() || self.key("grant_type") == "password";
        is_usual && self.key("refreshes") != "no"
    }

    /// How a client shows who it is.
    pub fn client_auth(&self) -> &str {
        Some(self.key("client_auth")).filter(|method| !method.is_empty()).unwrap_or("client_secret_basic")
    }

    /// Where a server separates scopes in its own way, it is asked for two.
    pub fn scope(&self) -> String {
        match (self.key("scope"), self.key("scope_separator")) {
            (scope, "") => scope.to_owned(),
            ("", _) => "one another".to_owned(),
            (scope, _) if scope.contains(' ') => scope.to_owned(),
            (scope, _) => format!("{scope} another"),
        }
    }

    /// What a client of this server at `url` has to set: the user's own settings, and where the server is.
    pub fn settings(&self, url: &str) -> BTreeMap<String, String> {
        let mut settings = self.needs.clone();
        let mut set = |key: &str, value: &str| settings.insert(key.to_owned(), value.to_owned());
        set("client_id", CLIENT_ID);
        if self.client_auth().starts_with("client_secret") {
            set("client_secret", CLIENT_SECRET);
        }
        if self.scope() != self.written.get("scope").map_or("", String::as_str) {
            set("scope", &self.scope());
        }
        if self.needs_person() && self.redirect_uri() == REDIRECT_URI {
            set("redirect_uri", REDIRECT_URI);
        }
        for (key, text) in self.written.iter().chain(&self.needs) {
            if let Some((_, path)) = origin_and_path(text).filter(|_| is_address(key)) {
                settings.insert(key.clone(), format!("{url}/as/{}{path}", self.name));
            }
        }
        if !self.key("token_hosts").is_empty() {
            // Nobody is at the usual host: the redirect has to say where the tokens are.
            let path = self.path("token_endpoint").unwrap_or_default();
            let elsewhere = format!("{}/as/{}{path}", url.replace(TOKEN_HOST, "127.0.0.9"), self.name);
            settings.insert("token_endpoint".to_owned(), elsewhere);
            settings.insert("token_hosts".to_owned(), format!("127.0.0.8 {TOKEN_HOST}"));
        }
        settings
    }

    /// What the client names in its requests; another than ours where the entry says so.
    fn redirect_uri(&self) -> &str {
        let is_added = Params::parse(self.key("authorize_params")).get("redirect_uri").is_some();
        match self.key("redirect_uri") {
            _ if is_added => "",
            "" => REDIRECT_URI,
            own => own,
        }
    }

    /// Below `/as/NAME`; of a whole URL the host is forgotten.
    fn path(&self, key: &str) -> Option<String> {
        match self.key(key) {
            "" => None,
            below if below.starts_with('/') => {
                let base = origin_and_path(self.key("base_url")).map_or("", |(_, path)| path);
                Some(format!("{}{below}", base.trim_end_matches('/')))
            }
            whole => origin_and_path(whole).map(|(_, path)| path.to_owned()),
        }
    }
}

fn is_address(key: &str) -> bool {
    key == "base_url" || key == "issuer" || key.ends_with("_endpoint")
}

fn origin_and_path(url: &str) -> Option<(&str, &str)> {
    let host = url.strip_prefix("https://")?;
    let path = host.find('/').map_or("", |at| &host[at..]);
    Some((&url[..url.len() - path.len()], path))
}

/// Answers a request below `/as/`.
pub fn answer(state: &mut State, request: &Request, below: &str, connection: u64) -> Response {
    let (name, path) = below.find('/').map_or((below, ""), |at| below.split_at(at));
    let Some(entry) = entries().iter().find(|entry| entry.name == name) else {
        return Response::text(404, "No known server has that name.");
    };
    let is = |key| entry.path(key).as_deref() == Some(path);
    if path == "/api/me" {
        return me(state, entry, request);
    }
    if is("authorization_endpoint") && request.method == "GET" {
        return authorize::authorize(state, entry, request);
    }
    let refresh_endpoint =
        if entry.key("refresh_endpoint").is_empty() { "token_endpoint" } else { "refresh_endpoint" };
    let (takes_grants, takes_refreshes) = (is("token_endpoint"), is(refresh_endpoint));
    if takes_grants || takes_refreshes {
        state.record(Recorded::new(&entry.name, request, connection));
        return token::token(state, entry, request, (takes_grants, takes_refreshes));
    }
    if is("revocation_endpoint") {
        state.record(Recorded::new(&entry.name, request, connection));
        return token::revoke(state, entry, request);
    }
    Response::text(404, "That server has nothing here.")
}

fn me(state: &State, entry: &'static Entry, request: &Request) -> Response {
    let token = request.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    match token.filter(|token| state.catalogue.is_live(entry, token)) {
        Some(_) => Response::text(200, &entry.name),
        None => api::unauthorized("the token is unknown or revoked"),
    }
}
