//! The authorization request as a URL (RFC 6749 section 4.1.1).
#![forbid(unsafe_code)]

use super::grant::Grant;
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
    pub pkce: Pkce,
    /// More parameters, as a query string; they stand for those of the same name.
    pub extra: String,
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
            pkce: Pkce::default(),
            extra: String::new(),
        }
    }
}

impl AuthorizationRequest {
    /// The authorization URL without what changes each time. It ends so that `state=…` can follow.
    pub fn url_prefix(&self, endpoint: &str, client_id: &str, grant: &Grant) -> Result<String> {
        if client_id.is_empty() {
            return Err(Error::Missing { key: "client_id", operation: "oauth_build_authorize_url" });
        }
        let extra = uri::parse_query(&self.extra);
        let more = extra.iter().filter(|(name, _)| name == "redirect_uri").map(|(_, value)| value);
        for redirect_uri in more.chain([&self.redirect_uri]) {
            uri::check_redirect_uri(redirect_uri, &self.allow_redirect_uri)?;
        }
        let mut query = String::new();
        let mut add = |name: &str, value: &str| {
            query.push_str(name);
            query.push('=');
            query.push_str(value);
            query.push('&');
        };
        let mut ours = vec![
            ("response_type", uri::escape(&self.response_type, Escape::Percent)),
            ("client_id", uri::escape(client_id, Escape::Percent)),
            ("redirect_uri", uri::escape(&self.redirect_uri, Escape::Percent)),
            ("scope", self.escaped_scope()),
            ("audience", uri::escape(&grant.audience, Escape::Percent)),
        ];
        ours.extend(grant.resources().map(|resource| ("resource", uri::escape(resource, Escape::Percent))));
        for (name, value) in ours {
            if !value.is_empty() && !extra.iter().any(|(n, _)| n == name) {
                add(name, &value);
            }
        }
        for (name, value) in &extra {
            // These make the request ours: a fixed one would be no protection.
            if !matches!(name.as_str(), "state" | "code_challenge" | "code_challenge_method") {
                add(&uri::escape(name, Escape::Percent), &uri::escape(value, Escape::Percent));
            }
        }
        Ok(uri::with_query(endpoint, &query))
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
