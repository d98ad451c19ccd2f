//! What a person is asked to agree to; the protocol's
//! [`crate::protocol::authorization::AuthorizationRequest`].
#![forbid(unsafe_code)]

use super::row::{query, text, Given, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::protocol::authorization::{ScopeSeparator, DEFAULT_RESPONSE_TYPE};
use crate::protocol::names::Known;
use crate::protocol::pkce::Pkce;
use crate::secret::Secret;
use crate::uri;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_REDIRECT_URI,
        key: "redirect_uri",
        kind: Kind::Text(
            redirect_uri,
            |s| &s.authorization.redirect_uri,
            |s| &mut s.authorization.redirect_uri,
        ),
    },
    Row {
        number: number::OAUTH_ALLOW_REDIRECT_URI,
        key: "allow_redirect_uri",
        kind: Kind::Text(
            schemes,
            |s| &s.authorization.allow_redirect_uri,
            |s| &mut s.authorization.allow_redirect_uri,
        ),
    },
    Row {
        number: number::OAUTH_SCOPE,
        key: "scope",
        kind: Kind::Text(text, |s| &s.authorization.scope, |s| &mut s.authorization.scope),
    },
    Row {
        number: number::OAUTH_SCOPE_SEPARATOR,
        key: "scope_separator",
        kind: Kind::Own { get: written_separator, set: set_separator },
    },
    Row {
        number: number::OAUTH_RESPONSE_TYPE,
        key: "response_type",
        kind: Kind::Text(
            response_type,
            |s| &s.authorization.response_type,
            |s| &mut s.authorization.response_type,
        ),
    },
    Row {
        number: number::OAUTH_PKCE,
        key: "pkce",
        kind: Kind::Word(|s| &s.authorization.pkce, |s| &mut s.authorization.pkce),
    },
    Row {
        number: number::OAUTH_AUTHORIZE_PARAMS,
        key: "authorize_params",
        kind: Kind::Text(query, |s| &s.authorization.extra, |s| &mut s.authorization.extra),
    },
    Row {
        number: number::OAUTH_AUTHORIZE_NAMES,
        key: "authorize_names",
        kind: Kind::Own {
            get: |s| Secret::new(s.authorization.names.written()),
            set: |s, given| given.names(&KNOWN, &mut s.authorization.names),
        },
    },
    Row {
        number: number::OAUTH_QUERY_IN_FRAGMENT,
        key: "query_in_fragment",
        kind: Kind::Word(|s| &s.authorization.query_in_fragment, |s| &mut s.authorization.query_in_fragment),
    },
];

/// What may stand in an authorization URL.
const KNOWN: Known = Known {
    names: &[
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "audience",
        "resource",
    ],
    // Without a state no answer is ours; without the challenge no verifier fits.
    needed: &["state", "code_challenge"],
};

impl Words for Pkce {
    const WORDS: &'static [(&'static str, Self)] =
        &[("S256", Self::S256), ("plain", Self::Plain), ("off", Self::Off)];
}

/// Any absolute URI: `https://…`, `com.example.app:/cb`, `urn:ietf:wg:oauth:2.0:oob` (RFC 8252 section 7). Whether its
/// scheme is safe is looked at when it is used: what allows it may be set later.
fn redirect_uri(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if text.is_empty() {
        return Ok(String::new());
    }
    let parsed = uri::parse(text).map_err(|e| given.refused(format!("not a URI ({e})")))?;
    if parsed.fragment().is_some() {
        return Err(given.refused("a redirect URI has no fragment (RFC 6749 section 3.1.2)"));
    }
    if text.contains(' ') {
        return Err(given.refused("a URI has no blanks"));
    }
    // A browser forgives `http:host` and `http:\\host`, and goes where nobody sees that it does.
    let is_web = matches!(parsed.scheme(), "http" | "https");
    if is_web && (!has_host(text) || text.contains('\\') || !parsed.username().is_empty()) {
        return Err(given.refused("use https://host/path"));
    }
    Ok(text.to_owned())
}

fn has_host(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'))
}

/// Names of schemes, as they are compared.
fn schemes(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?.to_ascii_lowercase();
    if text.bytes().any(|b| !b.is_ascii_alphanumeric() && !b" +-.".contains(&b)) {
        return Err(given.refused("use names of schemes with blanks between them, such as http"));
    }
    Ok(text)
}

fn response_type(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    Ok(if text.is_empty() { DEFAULT_RESPONSE_TYPE } else { text }.to_owned())
}

fn written_separator(settings: &Settings) -> Secret {
    match settings.authorization.scope_separator {
        ScopeSeparator::Space => Secret::new("space"),
        ScopeSeparator::Comma => Secret::new("comma"),
        ScopeSeparator::Other(character) => Secret::new(character),
    }
}

fn set_separator(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    let text = given.checked()?;
    let mut characters = text.chars();
    settings.authorization.scope_separator = match (characters.next(), characters.next()) {
        (None | Some(' '), None) => ScopeSeparator::Space,
        (Some(','), None) => ScopeSeparator::Comma,
        (Some(other), None) if other.is_ascii_punctuation() && !"\"\\&=#?%".contains(other) => {
            ScopeSeparator::Other(other)
        }
        _ if text.eq_ignore_ascii_case("space") => ScopeSeparator::Space,
        _ if text.eq_ignore_ascii_case("comma") => ScopeSeparator::Comma,
        _ => return Err(given.refused("use space, comma, or one character")),
    };
    Ok(())
}
