//! The authorization request as a URL (RFC 6749 section 4.1.1).
#![forbid(unsafe_code)]

use super::grant::Grant;
use super::names::{Named, Names};
use super::pkce::Pkce;
use crate::error::{Error, Result};
use crate::uri::{self, Escape};

/// What each authorization request of a client says (RFC 6749 section 4.1.1).
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    pub redirect_uri: String,
    /// Schemes that it may have although they are not safe, in small letters, with blanks between them.
    pub allow_redirect_uri: String,
    /// Scopes with blanks between them.
    pub scope: String,
    pub scope_separator: ScopeSeparator,
    pub response_type: String,
    /// How the answer comes back; empty: as the server likes.
    pub response_mode: String,
    /// OpenID Connect Core section 3.1.2.1.
    pub prompt: String,
    pub max_age: Option<u32>,
    pub login_hint: String,
    /// A JSON object (OpenID Connect Core section 5.5).
    pub claims: String,
    pub pkce: Pkce,
    /// More parameters, as a query string; they stand for those of the same name.
    pub extra: String,
    pub names: Names,
    /// Apollo, Shopline: the endpoint's fragment is a page's route, and the query goes behind it.
    pub query_in_fragment: bool,
}

/// An authorization URL without what is new each time.
#[derive(Debug)]
pub struct UrlTemplate {
    pub before_state: String,
    /// Empty where there is no nonce of ours.
    pub before_nonce: String,
    pub before_challenge: String,
    pub end: String,
    /// How much of its beginning is the endpoint, and of its end the endpoint's fragment.
    around: (usize, usize),
}

impl UrlTemplate {
    /// What stands in a URL that was made by it.
    pub fn parameters(&self, url: &str) -> Vec<(String, String)> {
        let (endpoint, fragment) = self.around;
        uri::parse_query(&url[endpoint..url.len() - fragment])
    }

    /// One with these in their place.
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let (endpoint, fragment) = self.around;
        let mut url = self.before_state[..endpoint].to_owned();
        for (at, (name, value)) in parameters.iter().enumerate() {
            url.push_str(if at == 0 { "" } else { "&" });
            uri::escape_into(&mut url, name, Escape::Percent);
            url.push('=');
            uri::escape_into(&mut url, value, Escape::Percent);
        }
        url.push_str(&self.end[self.end.len() - fragment..]);
        url
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScopeSeparator {
    #[default]
    Space,
    Comma,
    Other(char),
}

pub const DEFAULT_RESPONSE_TYPE: &str = "code";

impl Default for AuthorizationRequest {
    fn default() -> Self {
        Self {
            redirect_uri: String::new(),
            allow_redirect_uri: String::new(),
            scope: String::new(),
            scope_separator: ScopeSeparator::default(),
            response_type: DEFAULT_RESPONSE_TYPE.to_owned(),
            response_mode: String::new(),
            prompt: String::new(),
            max_age: None,
            login_hint: String::new(),
            claims: String::new(),
            pkce: Pkce::default(),
            extra: String::new(),
            names: Names::default(),
            query_in_fragment: false,
        }
    }
}

/// These make the request ours: fixed ones would be no protection.
const PROOF: [&str; 3] = ["state", "code_challenge", "code_challenge_method"];

impl AuthorizationRequest {
    pub fn url_template(&self, endpoint: &str, client_id: &str, grant: &Grant) -> Result<UrlTemplate> {
        if client_id.is_empty() {
            return Err(Error::Missing { key: "client_id", operation: "oauth_build_authorize_url" });
        }
        let parameters = self.parameters(client_id, grant)?;
        let added = parameters.iter().filter(|(name, _)| name == self.names.of("redirect_uri"));
        let added = added.map(|(_, value)| uri::unescape(value, false));
        for redirect_uri in added.chain([self.redirect_uri.clone()]) {
            uri::check_redirect_uri(&redirect_uri, &self.allow_redirect_uri)?;
        }
        let mut query = String::new();
        for (name, value) in &parameters {
            uri::escape_into(&mut query, name, Escape::Percent);
            query.extend(["=", value, "&"]);
        }
        let [state, challenge, method] = PROOF.map(|ours| uri::escape(self.names.of(ours), Escape::Percent));
        query.extend([&state, "="]);
        let (endpoint, fragment) = match endpoint.find('#') {
            Some(at) if !self.query_in_fragment => endpoint.split_at(at),
            _ => (endpoint, ""),
        };
        let method = match self.pkce.method() {
            Some(word) if !method.is_empty() => format!("&{method}={word}"),
            _ => String::new(),
        };
        let before_state = uri::with_query(endpoint, &query);
        let has_challenge = self.pkce != Pkce::Off;
        Ok(UrlTemplate {
            around: (before_state.len() - query.len(), fragment.len()),
            before_state,
            before_nonce: if self.makes_nonce() { "&nonce=".to_owned() } else { String::new() },
            before_challenge: if has_challenge { format!("&{challenge}=") } else { String::new() },
            end: method + fragment,
        })
    }

    /// Those that the server is to read in another way than from a URL, as it calls them.
    pub fn of_json(&self) -> [&str; 3] {
        ["max_age", "claims", "authorization_details"].map(|ours| self.names.of(ours))
    }

    /// All but the proof's, as the server calls them, values escaped.
    fn parameters(&self, client_id: &str, grant: &Grant) -> Result<Named<'_, String>> {
        let escaped = |value: &str| uri::escape(value, Escape::Percent);
        let mut ours = vec![
            ("response_type", escaped(&self.response_type)),
            ("client_id", escaped(client_id)),
            ("redirect_uri", escaped(&self.redirect_uri)),
            ("scope", self.escaped_scope()),
            ("audience", escaped(&grant.audience)),
        ];
        ours.extend(grant.resources().map(|resource| ("resource", escaped(resource))));
        ours.extend([
            ("response_mode", escaped(&self.response_mode)),
            ("prompt", escaped(&self.prompt)),
            ("max_age", self.max_age.map(|seconds| seconds.to_string()).unwrap_or_default()),
            ("login_hint", escaped(&self.login_hint)),
            ("claims", escaped(&self.claims)),
            ("authorization_details", escaped(&grant.authorization_details)),
        ]);
        let ours = ours.into_iter().filter(|(_, value)| !value.is_empty());
        let proof = PROOF.map(|name| (name, String::new()));
        let ours = ours.chain(proof).map(|(name, value)| (name.into(), value)).collect();
        let is_proof = |name: &str| PROOF.iter().any(|proof| self.names.of(name) == self.names.of(proof));
        let extra = uri::parse_query(&self.extra).into_iter().filter(|(name, _)| !is_proof(name));
        let extra = extra.map(|(name, value)| (name.into(), escaped(&value))).collect();
        let mut parameters = self.names.merge(ours, extra)?;
        parameters.retain(|(name, _)| !PROOF.iter().any(|proof| name == self.names.of(proof)));
        Ok(parameters)
    }

    /// Whether an ID token is asked for (OpenID Connect Core section 3.1.2.1).
    pub fn asks_for_id_token(&self) -> bool {
        let scope = self.extra_parameter("scope");
        scope.as_deref().unwrap_or(&self.scope).split_whitespace().any(|scope| scope == "openid")
    }

    /// Where the caller has none of its own.
    fn makes_nonce(&self) -> bool {
        self.asks_for_id_token() && self.extra_parameter("nonce").is_none()
    }

    /// What the caller has put among the parameters.
    pub fn extra_parameter(&self, name: &str) -> Option<String> {
        uri::parse_query(&self.extra).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The scopes with the server's separator between them.
    pub fn scopes(&self) -> String {
        let separator = match self.scope_separator {
            ScopeSeparator::Space => ' ',
            ScopeSeparator::Comma => ',',
            ScopeSeparator::Other(character) => character,
        };
        let scopes: Vec<_> = self.scope.split_whitespace().collect();
        scopes.join(separator.encode_utf8(&mut [0; 4]))
    }

    /// The same, escaped, with the server's separator between them.
    fn escaped_scope(&self) -> String {
        let separator = match self.scope_separator {
            ScopeSeparator::Space => "%20".to_owned(),
            ScopeSeparator::Comma => "%2C".to_owned(),
            // As it is where a query may hold it: Pennylane and Workable want a bare plus.
            ScopeSeparator::Other(character) if "+;:,!$'()*@/-._~".contains(character) => {
                character.to_string()
            }
            ScopeSeparator::Other(character) => uri::escape(&character.to_string(), Escape::Percent),
        };
        let scopes: Vec<_> = self.scope.split_whitespace().map(|s| uri::escape(s, Escape::Percent)).collect();
        scopes.join(&separator)
    }
}
