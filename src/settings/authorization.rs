//! What a person is asked to agree to; the protocol's
//! [`crate::protocol::authorization::AuthorizationRequest`].
#![forbid(unsafe_code)]

use super::row::{query, text, Given, Kind, Row, Words, YEAR};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::json::Json;
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
        number: number::OAUTH_RESPONSE_MODE,
        key: "response_mode",
        kind: Kind::Text(
            response_mode,
            |s| &s.authorization.response_mode,
            |s| &mut s.authorization.response_mode,
        ),
    },
    Row {
        number: number::OAUTH_PROMPT,
        key: "prompt",
        kind: Kind::Text(prompt, |s| &s.authorization.prompt, |s| &mut s.authorization.prompt),
    },
    Row {
        number: number::OAUTH_MAX_AGE,
        key: "max_age",
        kind: Kind::Seconds(0..=YEAR, |s| &s.authorization.max_age, |s| &mut s.authorization.max_age),
    },
    Row {
        number: number::OAUTH_LOGIN_HINT,
        key: "login_hint",
        kind: Kind::Text(text, |s| &s.authorization.login_hint, |s| &mut s.authorization.login_hint),
    },
    Row {
        number: number::OAUTH_CLAIMS,
        key: "claims",
        kind: Kind::Text(claims, |s| &s.authorization.claims, |s| &mut s.authorization.claims),
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
        "response_mode",
        "prompt",
        "max_age",
        "login_hint",
        "claims",
        "authorization_details",
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

fn response_mode(_: &Settings, given: Given<'_>) -> Result<String> {
    let mode = given.checked()?.to_ascii_lowercase();
    match mode.as_str() {
        "" | "query" | "fragment" | "form_post" => Ok(mode),
        // JARM.
        "jwt" | "query.jwt" | "fragment.jwt" | "form_post.jwt" => {
            Err(given.refused("an answer that is a JWT cannot be read: use query, fragment or form_post"))
        }
        _ => Err(given.refused("use one of query, fragment, form_post")),
    }
}

/// OpenID Connect Core section 3.1.2.1.
fn prompt(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    let mut words = text.split_whitespace();
    if words.clone().any(|word| word == "none") && words.nth(1).is_some() {
        return Err(given.refused("none stands alone: nobody is asked, or somebody is"));
    }
    Ok(text.to_owned())
}

fn claims(_: &Settings, given: Given<'_>) -> Result<String> {
    match given.json()? {
        None | Some(Json::Members(_)) => Ok(given.raw.trim().to_owned()),
        _ => Err(given.refused("use a JSON object such as {\"userinfo\":{\"email\":null}}")),
    }
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
