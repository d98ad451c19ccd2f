//! The authorization request as a URL, and the authorization response as a person brings it (RFC 6749 section 4.1).
#![forbid(unsafe_code)]

use super::pkce::Pkce;
use crate::error::{Error, Refusal, Result};
use crate::uri::{self, Escape};

/// What each authorization request of a client says (RFC 6749 section 4.1.1).
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    pub redirect_uri: String,
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
    pub fn url_prefix(&self, endpoint: &str, client_id: &str) -> Result<String> {
        if client_id.is_empty() {
            return Err(Error::Missing { key: "client_id", operation: "oauth_build_authorize_url" });
        }
        let extra = uri::parse_query(&self.extra);
        let mut query = String::new();
        let mut add = |name: &str, value: &str| {
            query.push_str(name);
            query.push('=');
            query.push_str(value);
            query.push('&');
        };
        for (name, value) in [
            ("response_type", uri::escape(&self.response_type, Escape::Percent)),
            ("client_id", uri::escape(client_id, Escape::Percent)),
            ("redirect_uri", uri::escape(&self.redirect_uri, Escape::Percent)),
            ("scope", self.escaped_scope()),
        ] {
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

    /// The scopes, escaped, with the server's separator between them.
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

/// What came back from the sign-in.
#[derive(Debug, Default, PartialEq)]
pub struct AuthorizationResponse {
    pub code: String,
    pub state: Option<String>,
    pub issuer: Option<String>,
    /// Whether it is the redirect itself and not a part of it that somebody copied: then a state is not optional.
    pub is_redirect: bool,
    /// Parameters that are not ours, such as `realmId`.
    pub extra: Vec<(String, String)>,
}

/// Why there is no code in it.
#[derive(Debug)]
pub enum NoCode {
    /// The server said so. The state comes along: a forged refusal is to be told from a real one.
    Refused {
        refusal: Box<Refusal>,
        state: Option<String>,
        issuer: Option<String>,
        is_redirect: bool,
    },
    NotUnderstood(Error),
}

/// Finds the code in a redirect URL, in its query or fragment, in the last part of a path (Doorkeeper's page for
/// `urn:ietf:wg:oauth:2.0:oob`), or alone. Quotes and blanks around it, line breaks within and `&amp;` are forgiven.
/// `redirect_uris` are those that answers can come to.
pub fn parse_response(
    pasted: &str,
    redirect_uris: &[&str],
) -> std::result::Result<AuthorizationResponse, NoCode> {
    let text = tidy(pasted);
    if text.is_empty() {
        return Err(no_code(
            "the text is empty: paste the whole address after signing in, or the code alone",
        ));
    }
    let Some(query) = parameters(&text) else {
        return bare_code(&text).map(|code| AuthorizationResponse { code, ..Default::default() });
    };
    let found = Parameters::collect(&query).map_err(NoCode::NotUnderstood)?;
    let is_redirect = is_redirect(&text, redirect_uris);
    if let Some(error) = found.error.filter(|error| !error.is_empty()) {
        let refusal =
            Box::new(Refusal { error, description: found.description, uri: found.uri, ..Refusal::default() });
        return Err(NoCode::Refused { refusal, state: found.state, issuer: found.issuer, is_redirect });
    }
    let code = found.code.filter(|code| !code.is_empty()).ok_or_else(|| no_code(NOT_THE_REDIRECT))?;
    check_code(&code).map_err(NoCode::NotUnderstood)?;
    Ok(AuthorizationResponse {
        code,
        state: found.state,
        issuer: found.issuer,
        is_redirect,
        extra: found.extra,
    })
}

const NOT_THE_REDIRECT: &str = "this address has none: paste the one that you end at after signing in";

fn no_code(reason: &str) -> NoCode {
    NoCode::NotUnderstood(Error::Code(reason.to_owned()))
}

/// Whether it is the redirect itself: at one of the URIs that answers can come to or, where none is known, at any.
fn is_redirect(text: &str, redirect_uris: &[&str]) -> bool {
    if redirect_uris.iter().all(|uri| uri.is_empty()) {
        return text.contains("://");
    }
    redirect_uris.iter().any(|uri| is_at(text, uri))
}

/// Whether a pasted address is that redirect URI, with what the server added. A browser may have lowered the host's
/// letters, and any port of loopback is as good (RFC 8252 section 7.3).
fn is_at(text: &str, redirect_uri: &str) -> bool {
    let (Ok(pasted), Ok(redirect)) = (uri::parse(text), uri::parse(redirect_uri)) else { return false };
    redirect.scheme() != "urn"
        && pasted.scheme() == redirect.scheme()
        && pasted.host_str() == redirect.host_str()
        && pasted.path().trim_end_matches('/') == redirect.path().trim_end_matches('/')
}

/// Takes away what mail programs, terminals and people add.
fn tidy(pasted: &str) -> String {
    let text: String = pasted.split(['\r', '\n', '\t']).map(str::trim).collect();
    let is_around = |c: char| {
        c.is_whitespace()
            || "\"'<>`".contains(c)
            || matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
    };
    // Facebook's end comes along with whatever is copied.
    let text = text.trim_matches(is_around).trim_end_matches("#_=_").trim_start_matches('&');
    ["&amp;", "&#38;", "&#x26;"].iter().fold(text.to_owned(), |text, escaped| text.replace(escaped, "&"))
}

/// The part of the text that has parameters, if it has one.
fn parameters(text: &str) -> Option<String> {
    let speaks = |part: &str| {
        part.split('&').any(|pair| ["code=", "error=", "state="].iter().any(|name| pair.starts_with(name)))
    };
    // `code=…` alone is what a web server hands to a program.
    let name = text.split(['=', '&']).next().unwrap_or_default();
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && speaks(text)
        && text[name.len()..].starts_with('=')
    {
        return Some(text.to_owned());
    }
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    match before.split_once('?').map(|(_, query)| query) {
        Some(query) if speaks(query) => Some(query.to_owned()),
        _ if speaks(fragment) => Some(fragment.to_owned()),
        // Somebody copied from behind `code=` to the end.
        None if text.contains("&state=") && !text.contains("://") => Some(format!("code={before}")),
        _ => None,
    }
}

#[derive(Default)]
struct Parameters {
    code: Option<String>,
    state: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
    description: String,
    uri: String,
    extra: Vec<(String, String)>,
}

impl Parameters {
    fn collect(query: &str) -> Result<Self> {
        let mut found = Self::default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        for (name, raw) in pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))) {
            let name = uri::unescape(name, true);
            let value = uri::unescape(raw, true);
            let before = match name.as_str() {
                // A code has no blanks: a plus that a server left as it is stays one.
                "code" => found.code.replace(uri::unescape(raw, false)),
                "state" => found.state.replace(value),
                "iss" => found.issuer.replace(value),
                "error" => found.error.replace(value),
                "error_description" => {
                    Some(std::mem::replace(&mut found.description, value)).filter(|d| !d.is_empty())
                }
                "error_uri" => Some(std::mem::replace(&mut found.uri, value)).filter(|u| !u.is_empty()),
                _ => {
                    found.extra.push((name, value));
                    continue;
                }
            };
            if before.is_some() {
                // RFC 6749 section 3.1: no parameter more than once; which one is right would be a guess.
                return Err(Error::Code(format!("{name} stands twice in the address: sign in again")));
            }
        }
        Ok(found)
    }
}

/// A code alone, or as the last part of a page's path: `/oauth/authorize/<code>`.
fn bare_code(text: &str) -> std::result::Result<String, NoCode> {
    let code = match text.rsplit_once("/authorize/") {
        Some((_, code)) => code.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/'),
        None => text,
    };
    // Somebody who copies a code out of the address bar copies its escapes.
    let code = uri::unescape(code, false);
    if code.is_empty() || code == "native" || code.contains("://") || code.starts_with(['?', '#']) {
        return Err(no_code(NOT_THE_REDIRECT));
    }
    check_code(&code).map_err(NoCode::NotUnderstood)?;
    if code.contains(['<', '>', '"', '{', '}', '\\', '&']) {
        return Err(no_code("this is a piece of something: paste the whole address, or the code alone"));
    }
    Ok(code)
}

/// Visible ASCII (RFC 6749 appendix A.11).
fn check_code(code: &str) -> Result<()> {
    if code.bytes().all(|b| (0x21..=0x7e).contains(&b)) {
        return Ok(());
    }
    Err(Error::Code(
        "it has blanks or characters that no code has: paste the whole address, or the code alone".to_owned(),
    ))
}
