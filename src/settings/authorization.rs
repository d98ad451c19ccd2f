//! What a person is asked to agree to; the protocol's
//! [`crate::protocol::authorization::AuthorizationRequest`].
#![forbid(unsafe_code)]

use super::row::{plain, put, word, Given, Row};
use crate::constants as number;
use crate::error::Result;
use crate::protocol::authorization::{ScopeSeparator, DEFAULT_RESPONSE_TYPE};
use crate::protocol::pkce::Pkce;
use crate::secret::Secret;
use crate::uri;

const SEPARATORS: &[(&str, ScopeSeparator)] =
    &[("space", ScopeSeparator::Space), ("comma", ScopeSeparator::Comma)];
const PKCES: &[(&str, Pkce)] = &[("S256", Pkce::S256), ("plain", Pkce::Plain), ("off", Pkce::Off)];

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_REDIRECT_URI,
        key: "redirect_uri",
        get: |settings| plain(&settings.authorization.redirect_uri),
        set: |settings, given| put(redirect_uri(given), &mut settings.authorization.redirect_uri),
    },
    Row {
        number: number::OAUTH_SCOPE,
        key: "scope",
        get: |settings| plain(&settings.authorization.scope),
        set: |settings, given| put(given.text(), &mut settings.authorization.scope),
    },
    Row {
        number: number::OAUTH_SCOPE_SEPARATOR,
        key: "scope_separator",
        get: |settings| match settings.authorization.scope_separator {
            ScopeSeparator::Other(character) => Secret::new(character),
            known => word(SEPARATORS, &known),
        },
        set: |settings, given| put(separator(given), &mut settings.authorization.scope_separator),
    },
    Row {
        number: number::OAUTH_RESPONSE_TYPE,
        key: "response_type",
        get: |settings| plain(&settings.authorization.response_type),
        set: |settings, given| put(response_type(given), &mut settings.authorization.response_type),
    },
    Row {
        number: number::OAUTH_PKCE,
        key: "pkce",
        get: |settings| word(PKCES, &settings.authorization.pkce),
        set: |settings, given| put(given.choice(PKCES), &mut settings.authorization.pkce),
    },
    Row {
        number: number::OAUTH_AUTHORIZE_PARAMS,
        key: "authorize_params",
        get: |settings| plain(&settings.authorization.extra),
        set: |settings, given| put(given.query(), &mut settings.authorization.extra),
    },
];

/// Any absolute URI: `https://…`, `com.example.app:/cb`, `urn:ietf:wg:oauth:2.0:oob` (RFC 8252 section 7).
fn redirect_uri(given: Given<'_>) -> Result<String> {
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
    Ok(text.to_owned())
}

fn response_type(given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    Ok(if text.is_empty() { DEFAULT_RESPONSE_TYPE } else { text }.to_owned())
}

fn separator(given: Given<'_>) -> Result<ScopeSeparator> {
    let mut characters = given.checked()?.chars();
    match (characters.next(), characters.next()) {
        (None | Some(' '), None) => Ok(ScopeSeparator::Space),
        (Some(','), None) => Ok(ScopeSeparator::Comma),
        (Some(other), None) if other.is_ascii_punctuation() && !"\"\\&=#?%".contains(other) => {
            Ok(ScopeSeparator::Other(other))
        }
        _ => given.choice(SEPARATORS).map_err(|_| given.refused("use space, comma, or one character")),
    }
}
