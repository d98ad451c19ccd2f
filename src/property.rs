//! What can be set and read: a property's number, its key in a profile, and how its text is parsed and written.
#![forbid(unsafe_code)]

use std::sync::OnceLock;

use crate::constants as number;
use crate::error::{Error, Result};
use crate::protocol::authorization::{ScopeSeparator, DEFAULT_RESPONSE_TYPE};
use crate::protocol::client_auth::{BasicEncoding, ClientAuth};
use crate::protocol::pkce::Pkce;
use crate::protocol::token_request::RequestBody;
use crate::protocol::token_response::ExpiresInUnit;
use crate::protocol::uri;
use crate::secret::Secret;
use crate::settings::{Http, Settings, StoreSetting};
use crate::store::KeySource;
use crate::system::GivenPath;
use crate::transport::Proxy;

/// Every setting's number and key; the key is the constant's name in lower case, without `OAUTH_`.
pub const SETTINGS: &[(i32, &str)] = &[
    (number::OAUTH_PROFILE, "profile"),
    (number::OAUTH_BASE_URL, "base_url"),
    (number::OAUTH_ISSUER, "issuer"),
    (number::OAUTH_AUTHORIZATION_ENDPOINT, "authorization_endpoint"),
    (number::OAUTH_TOKEN_ENDPOINT, "token_endpoint"),
    (number::OAUTH_REFRESH_ENDPOINT, "refresh_endpoint"),
    (number::OAUTH_CLIENT_ID, "client_id"),
    (number::OAUTH_CLIENT_SECRET, "client_secret"),
    (number::OAUTH_CLIENT_AUTH, "client_auth"),
    (number::OAUTH_BASIC_ENCODING, "basic_encoding"),
    (number::OAUTH_REQUEST_BODY, "request_body"),
    (number::OAUTH_REDIRECT_URI, "redirect_uri"),
    (number::OAUTH_SCOPE, "scope"),
    (number::OAUTH_SCOPE_SEPARATOR, "scope_separator"),
    (number::OAUTH_RESPONSE_TYPE, "response_type"),
    (number::OAUTH_PKCE, "pkce"),
    (number::OAUTH_AUTHORIZE_PARAMS, "authorize_params"),
    (number::OAUTH_TOKEN_PARAMS, "token_params"),
    (number::OAUTH_REFRESH_PARAMS, "refresh_params"),
    (number::OAUTH_RESPONSE_PATH, "response_path"),
    (number::OAUTH_EXPIRES_IN_UNIT, "expires_in_unit"),
    (number::OAUTH_STORE, "store"),
    (number::OAUTH_ACCOUNT, "account"),
    (number::OAUTH_MIN_VALID, "min_valid"),
    (number::OAUTH_TIMEOUT, "timeout"),
    (number::OAUTH_CA_FILE, "ca_file"),
    (number::OAUTH_CLIENT_CERT_FILE, "client_cert_file"),
    (number::OAUTH_CLIENT_KEY_FILE, "client_key_file"),
    (number::OAUTH_PROXY, "proxy"),
    (number::OAUTH_HTTP, "http"),
    (number::OAUTH_ALLOW_HTTP, "allow_http"),
    (number::OAUTH_STORE_KEY, "store_key"),
    (number::OAUTH_STORE_OLD_KEY, "store_old_key"),
    (number::OAUTH_LOCK_TIMEOUT, "lock_timeout"),
    (number::OAUTH_ASSUME_EXPIRES_IN, "assume_expires_in"),
    (number::OAUTH_PENDING_EXPIRES_IN, "pending_expires_in"),
];

/// Every result's number and key.
pub const RESULTS: &[(i32, &str)] = &[
    (number::OAUTH_STATE, "state"),
    (number::OAUTH_ACCESS_TOKEN, "access_token"),
    (number::OAUTH_REFRESH_TOKEN, "refresh_token"),
    (number::OAUTH_ID_TOKEN, "id_token"),
    (number::OAUTH_TOKEN_TYPE, "token_type"),
    (number::OAUTH_EXPIRES_AT, "expires_at"),
    (number::OAUTH_GRANTED_SCOPE, "granted_scope"),
    (number::OAUTH_ERROR, "error"),
    (number::OAUTH_ERROR_DESCRIPTION, "error_description"),
    (number::OAUTH_ERROR_URI, "error_uri"),
    (number::OAUTH_HTTP_STATUS, "http_status"),
    (number::OAUTH_RETRY_AFTER, "retry_after"),
    (number::OAUTH_NONCE, "nonce"),
    (number::OAUTH_GENERATION, "generation"),
    (number::OAUTH_TOKEN_RECORD, "token_record"),
    (number::OAUTH_STATUS_LINE, "status_line"),
];

const SEPARATORS: &[(&str, ScopeSeparator)] =
    &[("space", ScopeSeparator::Space), ("", ScopeSeparator::Space), ("comma", ScopeSeparator::Comma)];
const AUTHS: &[(&str, ClientAuth)] = &[
    ("client_secret_basic", ClientAuth::Basic),
    ("client_secret_post", ClientAuth::Post),
    ("none", ClientAuth::None),
];
const ENCODINGS: &[(&str, BasicEncoding)] =
    &[("form", BasicEncoding::Form), ("raw", BasicEncoding::Raw), ("percent", BasicEncoding::Percent)];
const BODIES: &[(&str, RequestBody)] =
    &[("form", RequestBody::Form), ("json", RequestBody::Json), ("query", RequestBody::Query)];
const PKCES: &[(&str, Pkce)] = &[("S256", Pkce::S256), ("plain", Pkce::Plain), ("off", Pkce::Off)];
const UNITS: &[(&str, ExpiresInUnit)] =
    &[("seconds", ExpiresInUnit::Seconds), ("milliseconds", ExpiresInUnit::Milliseconds)];
const YES_NO: &[(&str, bool)] =
    &[("yes", true), ("no", false), ("true", true), ("false", false), ("1", true), ("0", false)];
#[cfg(feature = "net")]
const CARRIERS: &[(&str, Http)] = &[("builtin", Http::Builtin), ("caller", Http::Caller)];
#[cfg(not(feature = "net"))]
const CARRIERS: &[(&str, Http)] = &[("caller", Http::Caller)];

/// The setting of that key.
pub fn setting_of_key(key: &str) -> Option<i32> {
    SETTINGS.iter().find(|(_, k)| *k == key).map(|(n, _)| *n)
}

/// Parses `text` into the setting `property`; an empty text takes it back. `profile` is not set here: a profile is
/// many settings.
pub fn set(settings: &mut Settings, property: i32, text: &str) -> Result<()> {
    let Some((_, key)) = SETTINGS.iter().find(|(n, _)| *n == property) else {
        return Err(match RESULTS.iter().find(|(n, _)| *n == property) {
            Some((_, key)) => Error::ReadOnly { key },
            None => Error::Property { number: property, what: "property" },
        });
    };
    check_text(key, text)?;
    settings.authorization_prefix = OnceLock::new();
    settings.checked_token_url = OnceLock::new();
    match property {
        number::OAUTH_PROFILE => settings.profile = text.to_owned(),
        number::OAUTH_BASE_URL => settings.base_url = url(key, text, settings.allow_http, false)?,
        number::OAUTH_ISSUER => settings.issuer = text.to_owned(),
        number::OAUTH_AUTHORIZATION_ENDPOINT => {
            settings.authorization_endpoint = url(key, text, settings.allow_http, true)?;
        }
        number::OAUTH_TOKEN_ENDPOINT => {
            settings.token_endpoint = no_fragment(key, url(key, text, settings.allow_http, true)?)?;
        }
        number::OAUTH_REFRESH_ENDPOINT => {
            settings.refresh_endpoint = no_fragment(key, url(key, text, settings.allow_http, true)?)?;
        }
        number::OAUTH_CLIENT_ID => settings.client.client_id = text.to_owned(),
        number::OAUTH_CLIENT_SECRET => settings.client.client_secret = Secret::new(text),
        number::OAUTH_CLIENT_AUTH => settings.client.method = choice(key, text, AUTHS)?,
        number::OAUTH_BASIC_ENCODING => {
            settings.client.basic_encoding = choice_or(key, text, ENCODINGS, BasicEncoding::default())?;
        }
        number::OAUTH_REQUEST_BODY => {
            settings.request_body = choice_or(key, text, BODIES, RequestBody::default())?;
        }
        number::OAUTH_REDIRECT_URI => settings.authorization.redirect_uri = redirect_uri(key, text)?,
        number::OAUTH_SCOPE => settings.authorization.scope = text.to_owned(),
        number::OAUTH_SCOPE_SEPARATOR => settings.authorization.scope_separator = separator(key, text)?,
        number::OAUTH_RESPONSE_TYPE => {
            settings.authorization.response_type =
                if text.is_empty() { DEFAULT_RESPONSE_TYPE.to_owned() } else { text.to_owned() };
        }
        number::OAUTH_PKCE => settings.authorization.pkce = choice_or(key, text, PKCES, Pkce::default())?,
        number::OAUTH_AUTHORIZE_PARAMS => settings.authorization.extra = params(text),
        number::OAUTH_TOKEN_PARAMS => settings.token_params = Secret::new(params(text)),
        number::OAUTH_REFRESH_PARAMS => settings.refresh_params = Secret::new(params(text)),
        number::OAUTH_RESPONSE_PATH => settings.answer.response_path = text.to_owned(),
        number::OAUTH_EXPIRES_IN_UNIT => {
            settings.answer.expires_in_unit = choice_or(key, text, UNITS, ExpiresInUnit::default())?;
        }
        number::OAUTH_STORE => settings.store = store(key, text)?,
        number::OAUTH_ACCOUNT => settings.account = text.to_owned(),
        number::OAUTH_MIN_VALID => settings.freshness.min_valid = seconds(key, text, 0, 31_536_000)?,
        number::OAUTH_TIMEOUT => settings.timeout = seconds(key, text, 1, 3600)?,
        number::OAUTH_CA_FILE => settings.ca_file = file(key, text)?,
        number::OAUTH_CLIENT_CERT_FILE => settings.client_cert_file = file(key, text)?,
        number::OAUTH_CLIENT_KEY_FILE => settings.client_key_file = file(key, text)?,
        number::OAUTH_PROXY => settings.proxy = proxy(key, text)?,
        number::OAUTH_HTTP => settings.http = choice(key, text, CARRIERS)?,
        number::OAUTH_ALLOW_HTTP => settings.allow_http = choice_or(key, text, YES_NO, false)?,
        number::OAUTH_STORE_KEY => settings.store_key = KeySource::parse(key, text)?,
        number::OAUTH_STORE_OLD_KEY => settings.store_old_key = KeySource::parse(key, text)?,
        number::OAUTH_LOCK_TIMEOUT => settings.lock_timeout = seconds(key, text, 0, 3600)?,
        number::OAUTH_ASSUME_EXPIRES_IN => {
            settings.freshness.assume_expires_in = seconds(key, text, 1, 31_536_000)?;
        }
        number::OAUTH_PENDING_EXPIRES_IN => settings.pending_expires_in = seconds(key, text, 60, 31_536_000)?,
        _ => return Err(Error::Property { number: property, what: "property" }),
    }
    Ok(())
}

/// The setting as text, such that setting it again changes nothing; `None` where `property` is no setting.
pub fn setting(settings: &Settings, property: i32) -> Option<Secret> {
    let seconds = |value: Option<u32>| value.map(|s| s.to_string()).unwrap_or_default();
    let plain = |text: &str| text.to_owned();
    let path = |file: Option<&GivenPath>| file.map(|file| file.written.clone()).unwrap_or_default();
    let text = match property {
        number::OAUTH_PROFILE => plain(&settings.profile),
        number::OAUTH_BASE_URL => plain(&settings.base_url),
        number::OAUTH_ISSUER => plain(&settings.issuer),
        number::OAUTH_AUTHORIZATION_ENDPOINT => plain(&settings.authorization_endpoint),
        number::OAUTH_TOKEN_ENDPOINT => plain(&settings.token_endpoint),
        number::OAUTH_REFRESH_ENDPOINT => plain(&settings.refresh_endpoint),
        number::OAUTH_CLIENT_ID => plain(&settings.client.client_id),
        number::OAUTH_CLIENT_SECRET => return Some(settings.client.client_secret.clone()),
        number::OAUTH_CLIENT_AUTH => settings.client.method.map(|a| word(AUTHS, &a)).unwrap_or_default(),
        number::OAUTH_BASIC_ENCODING => word(ENCODINGS, &settings.client.basic_encoding),
        number::OAUTH_REQUEST_BODY => word(BODIES, &settings.request_body),
        number::OAUTH_REDIRECT_URI => plain(&settings.authorization.redirect_uri),
        number::OAUTH_SCOPE => plain(&settings.authorization.scope),
        number::OAUTH_SCOPE_SEPARATOR => match settings.authorization.scope_separator {
            ScopeSeparator::Other(character) => character.into(),
            known => word(SEPARATORS, &known),
        },
        number::OAUTH_RESPONSE_TYPE => plain(&settings.authorization.response_type),
        number::OAUTH_PKCE => word(PKCES, &settings.authorization.pkce),
        number::OAUTH_AUTHORIZE_PARAMS => plain(&settings.authorization.extra),
        number::OAUTH_TOKEN_PARAMS => return Some(settings.token_params.clone()),
        number::OAUTH_REFRESH_PARAMS => return Some(settings.refresh_params.clone()),
        number::OAUTH_RESPONSE_PATH => plain(&settings.answer.response_path),
        number::OAUTH_EXPIRES_IN_UNIT => word(UNITS, &settings.answer.expires_in_unit),
        number::OAUTH_STORE => match &settings.store {
            StoreSetting::Memory => "memory:".to_owned(),
            StoreSetting::Folder(folder) => format!("file:{}", folder.written),
        },
        number::OAUTH_ACCOUNT => plain(&settings.account),
        number::OAUTH_MIN_VALID => seconds(settings.freshness.min_valid),
        number::OAUTH_TIMEOUT => settings.timeout().to_string(),
        number::OAUTH_CA_FILE => path(settings.ca_file.as_ref()),
        number::OAUTH_CLIENT_CERT_FILE => path(settings.client_cert_file.as_ref()),
        number::OAUTH_CLIENT_KEY_FILE => path(settings.client_key_file.as_ref()),
        number::OAUTH_PROXY => match &settings.proxy {
            Proxy::None => "none".to_owned(),
            Proxy::Environment => "env".to_owned(),
            Proxy::Url(url) => return Some(url.clone()),
        },
        number::OAUTH_HTTP => word(CARRIERS, &settings.http()),
        number::OAUTH_ALLOW_HTTP => word(YES_NO, &settings.allow_http),
        number::OAUTH_STORE_KEY => return Some(written(settings.store_key.as_ref())),
        number::OAUTH_STORE_OLD_KEY => return Some(written(settings.store_old_key.as_ref())),
        number::OAUTH_LOCK_TIMEOUT => settings.lock_timeout().to_string(),
        number::OAUTH_ASSUME_EXPIRES_IN => seconds(settings.freshness.assume_expires_in),
        number::OAUTH_PENDING_EXPIRES_IN => settings.pending_expires_in().to_string(),
        _ => return None,
    };
    Some(Secret::new(text))
}

fn written(key: Option<&KeySource>) -> Secret {
    key.map(KeySource::written).unwrap_or_default()
}

/// No property's text goes over a line: it could end a header early.
fn check_text(key: &'static str, text: &str) -> Result<()> {
    if text.chars().any(char::is_control) {
        return Err(Error::Value {
            key,
            reason: "it holds a control character such as a line end".to_owned(),
        });
    }
    Ok(())
}

fn choice_or<T: Copy>(key: &'static str, text: &str, words: &[(&str, T)], default: T) -> Result<T> {
    Ok(choice(key, text, words)?.unwrap_or(default))
}

fn choice<T: Copy>(key: &'static str, text: &str, words: &[(&str, T)]) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Some((_, value)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        return Ok(Some(*value));
    }
    let choice: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    Err(Error::Value { key, reason: format!("use one of {}", choice.join(", ")) })
}

fn word<T: PartialEq>(words: &[(&str, T)], value: &T) -> String {
    words.iter().find(|(_, v)| v == value).map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

fn url(key: &'static str, text: &str, allow_http: bool, may_be_path: bool) -> Result<String> {
    let is_path = may_be_path && text.starts_with('/') && !text.starts_with("//");
    if is_path {
        uri::check_endpoint(key, &format!("https://host{text}"), false)?;
    } else if may_be_path && !text.is_empty() && !text.contains(':') {
        let reason = "use https://host/path, or /path below base_url".to_owned();
        return Err(Error::Value { key, reason });
    } else if !text.is_empty() {
        uri::check_endpoint(key, text, allow_http)?;
    }
    Ok(text.to_owned())
}

/// RFC 6749 section 3.2. An authorization endpoint may have one: it is a page.
fn no_fragment(key: &'static str, url: String) -> Result<String> {
    if url.contains('#') {
        return Err(Error::Value { key, reason: "a URL for requests has no fragment (#)".to_owned() });
    }
    Ok(url)
}

/// Any absolute URI: `https://…`, `com.example.app:/cb`, `urn:ietf:wg:oauth:2.0:oob` (RFC 8252 section 7).
fn redirect_uri(key: &'static str, text: &str) -> Result<String> {
    let wrong = |reason: &str| Error::Value { key, reason: reason.to_owned() };
    if text.is_empty() {
        return Ok(String::new());
    }
    let parsed = uri::parse(text).map_err(|e| wrong(&format!("not a URI ({e})")))?;
    if parsed.fragment().is_some() {
        return Err(wrong("a redirect URI has no fragment (RFC 6749 section 3.1.2)"));
    }
    if text.contains(' ') {
        return Err(wrong("a URI has no blanks"));
    }
    Ok(text.to_owned())
}

fn separator(key: &'static str, text: &str) -> Result<ScopeSeparator> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (None | Some(' '), None) => Ok(ScopeSeparator::Space),
        (Some(','), None) => Ok(ScopeSeparator::Comma),
        (Some(other), None) if other.is_ascii_punctuation() && !"\"\\&=#?%".contains(other) => {
            Ok(ScopeSeparator::Other(other))
        }
        _ => choice_or(key, text, SEPARATORS, ScopeSeparator::Space)
            .map_err(|_| Error::Value { key, reason: "use space, comma, or one character".to_owned() }),
    }
}

fn params(text: &str) -> String {
    text.trim_start_matches(['?', '&']).to_owned()
}

fn seconds(key: &'static str, text: &str, least: u32, most: u32) -> Result<Option<u32>> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(value) if (least..=most).contains(&value) => Ok(Some(value)),
        _ => Err(Error::Value { key, reason: format!("use a number of seconds from {least} to {most}") }),
    }
}

fn store(key: &'static str, text: &str) -> Result<StoreSetting> {
    match text.split_once(':') {
        None if text.is_empty() => Ok(StoreSetting::Memory),
        Some(("memory", "")) => Ok(StoreSetting::Memory),
        // A shell's work. Here it would make a folder called ~.
        Some(("file", path)) if path.starts_with('~') => {
            Err(Error::Value { key, reason: "~ is not expanded: write the whole path".to_owned() })
        }
        Some(("file", path)) if !path.is_empty() => Ok(StoreSetting::Folder(GivenPath::new(key, path)?)),
        _ => Err(Error::Value { key, reason: "use memory: or file:FOLDER".to_owned() }),
    }
}

fn file(key: &'static str, text: &str) -> Result<Option<GivenPath>> {
    if text.is_empty() {
        return Ok(None);
    }
    GivenPath::new(key, text).map(Some)
}

fn proxy(key: &'static str, text: &str) -> Result<Proxy> {
    let wrong =
        || Error::Value { key, reason: "use http://[user:password@]host:port, none or env".to_owned() };
    match text {
        "" => Ok(Proxy::None),
        _ if text.eq_ignore_ascii_case("none") => Ok(Proxy::None),
        _ if text.eq_ignore_ascii_case("env") => Ok(Proxy::Environment),
        _ => {
            let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
            let url = uri::parse(&whole).map_err(|_| wrong())?;
            if url.scheme() != "http"
                || url.host_str().is_none_or(str::is_empty)
                || !matches!(url.path(), "" | "/")
                || url.query().is_some()
                || url.fragment().is_some()
                || whole.ends_with(':')
            {
                return Err(wrong());
            }
            if !has_port(&whole) {
                let reason = "a proxy's port has no usual number: write it too, http://host:port".to_owned();
                return Err(Error::Value { key, reason });
            }
            Ok(Proxy::Url(Secret::new(whole)))
        }
    }
}

/// Asked of the text: a parsed URL has lost a port 80.
fn has_port(url: &str) -> bool {
    let server = url.trim_end_matches('/').rsplit(['/', '@']).next().unwrap_or_default();
    let port = server.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    port.is_some_and(|port| port != 0)
}
