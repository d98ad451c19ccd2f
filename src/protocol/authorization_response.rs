//! The authorization response as a person, or a web server, brings it (RFC 6749 section 4.1.2).
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::iter;

use super::names::{Known, Names};
use crate::error::{Error, Refusal, Result};
use crate::uri;

/// What a server may call otherwise. Without any of them an answer cannot be read.
pub const KNOWN: Known = Known { names: OURS, needed: OURS };
const OURS: &[&str] = &["code", "state", "error", "error_description", "error_uri", "iss"];
/// Those that only an authorization response has.
const MARKS: &[&str] = &["code", "state", "error"];

/// What came back from the sign-in.
#[derive(Debug, PartialEq)]
pub struct AuthorizationResponse {
    pub code: String,
    pub origin: Origin,
    pub issuer: Option<String>,
    /// Parameters that are not ours, such as `realmId`.
    pub extra: Vec<(String, String)>,
}

/// Where the code stood, which says what has to show that it is an answer to us.
#[derive(Debug, PartialEq)]
pub enum Origin {
    /// A redirect, or a piece of one: whatever has parameters. Anybody could have made it, so its state has to be ours.
    Redirect { state: Option<String> },
    /// The page that shows the code where the redirect URI is out of band (Doorkeeper). The host is that of a whole
    /// address.
    Page { host: Option<String> },
    /// The code was alone.
    Alone,
}

/// Why there is no code in it.
#[derive(Debug)]
pub enum NoCode {
    /// The server said so. State and issuer come along: a forged refusal is to be told from a real one.
    Refused {
        refusal: Box<Refusal>,
        state: Option<String>,
        issuer: Option<String>,
    },
    NotUnderstood(Error),
}

/// Finds the code in a redirect URL, in its query or fragment, in the last part of a path, before its state
/// (`code#state`), or alone. Quotes and blanks around it, line breaks within and `&amp;` are forgiven. `names`: what the
/// server calls its parameters.
pub fn parse(pasted: &str, names: &Names) -> std::result::Result<AuthorizationResponse, NoCode> {
    let dialect = Dialect::of(names);
    let text = tidy(pasted);
    if text.is_empty() {
        return Err(no_code(
            "the text is empty: paste the whole address after signing in, or the code alone",
        ));
    }
    let Some(parameters) = Parameters::find(&text, &dialect) else {
        if is_jwt(&text) {
            return Err(no_code(A_JWT));
        }
        return without_parameters(&text, &dialect);
    };
    let found = parameters.map_err(NoCode::NotUnderstood)?;
    if let Some(error) = found.error.filter(|error| !error.is_empty()) {
        let refusal =
            Box::new(Refusal { error, description: found.description, uri: found.uri, ..Refusal::default() });
        return Err(NoCode::Refused { refusal, state: found.state, issuer: found.issuer });
    }
    let code = found.code.filter(|code| !code.is_empty()).ok_or_else(|| no_code(NOT_THE_REDIRECT))?;
    check_code(&code).map_err(NoCode::NotUnderstood)?;
    let origin = match native_page(&text) {
        Some(page) if found.state.is_none() => page,
        _ => Origin::Redirect { state: found.state },
    };
    Ok(AuthorizationResponse { code, origin, issuer: found.issuer, extra: found.extra })
}

const NOT_THE_REDIRECT: &str = "this address has none: paste the one that you end at after signing in";
const A_PIECE: &str = "this is a piece of something: paste the whole address, or the code alone";

const A_JWT: &str = "it came as a JWT (JARM): set response_mode to query, and sign in again";

fn no_code(reason: &str) -> NoCode {
    NoCode::NotUnderstood(Error::Code(reason.to_owned()))
}

/// Takes away what mail programs, terminals and people add.
fn tidy(pasted: &str) -> Cow<'_, str> {
    const LINE_ENDS: [char; 3] = ['\r', '\n', '\t'];
    const ESCAPED: [&str; 3] = ["&amp;", "&#38;", "&#x26;"];
    if pasted.contains(LINE_ENDS) || ESCAPED.iter().any(|escaped| pasted.contains(escaped)) {
        let text: String = pasted.split(LINE_ENDS).map(str::trim).collect();
        let text = trimmed(&text).to_owned();
        return ESCAPED.iter().fold(text, |text, escaped| text.replace(escaped, "&")).into();
    }
    trimmed(pasted).into()
}

fn trimmed(text: &str) -> &str {
    let is_around = |c: char| {
        c.is_whitespace()
            || "\"'<>`".contains(c)
            || matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
    };
    // Facebook's end comes along with whatever is copied.
    text.trim_matches(is_around).trim_end_matches("#_=_").trim_start_matches('&')
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
    /// Those of the text, if it has any of an authorization response, wherever they stand in it.
    fn find(text: &str, dialect: &Dialect<'_>) -> Option<Result<Self>> {
        if !dialect.pieces(text).any(|piece| dialect.is_ours(piece)) {
            return None;
        }
        let pieces: Vec<_> = dialect.pieces(text).collect();
        let (first, more) = pieces.split_first()?;
        let has_address = text[first.len()..].starts_with(['?', '#']);
        if dialect.is_ours(first) {
            return Some(Self::collect(&pieces, None, dialect));
        }
        if has_address || first.contains("://") && !is_pair(first) {
            return Some(Self::collect(more, None, dialect));
        }
        // Copied from somewhere within: from behind `code=` on, or from another parameter on.
        let has_code = more.iter().any(|piece| dialect.name_of(piece) == dialect.names.of("code"));
        match (has_code, is_pair(first)) {
            (false, _) => Some(Self::collect(more, Some(first), dialect)),
            (true, true) => Some(Self::collect(&pieces, None, dialect)),
            (true, false) => Some(Self::collect(more, None, dialect)),
        }
    }

    fn collect(pieces: &[&str], code: Option<&str>, dialect: &Dialect<'_>) -> Result<Self> {
        let mut found = Self { code: code.map(|code| uri::unescape(code, false)), ..Self::default() };
        let pairs = pieces.iter().filter(|piece| !piece.is_empty());
        for (name, raw) in pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))) {
            let name = uri::unescape(name, true);
            let value = uri::unescape(raw, true);
            let before = match dialect.ours(&name)? {
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

/// What a server calls the parameters, made ready to look through many.
struct Dialect<'a> {
    names: &'a Names,
    /// The longest that one of the marks is, escaped.
    longest: usize,
}

impl<'a> Dialect<'a> {
    fn of(names: &'a Names) -> Self {
        let lengths = MARKS.iter().map(|ours| ours.len().max(names.of(ours).len()));
        Self { names, longest: 3 * lengths.max().unwrap_or_default() }
    }

    /// Our name of what the server calls so. One that it calls otherwise means something else, or comes from elsewhere.
    fn ours<'n>(&'n self, theirs: &'n str) -> Result<&'n str> {
        if let Some(ours) = self.names.ours(theirs) {
            return Ok(ours);
        }
        if OURS.contains(&theirs) && self.names.of(theirs) != theirs {
            let name = self.names.of(theirs);
            return Err(Error::Code(format!(
                "the address has {theirs}, which redirect_names calls {name}: correct redirect_names"
            )));
        }
        Ok(theirs)
    }

    /// What stands between the marks of a query and of a fragment. A second `?` is one before a name of ours alone:
    /// servers add their query to a redirect URI that has one.
    fn pieces<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let (mut rest, mut has_query) = (Some(text), false);
        iter::from_fn(move || {
            let text = rest?;
            let mut marks = text.match_indices(['?', '#', '&']);
            let end = marks.find(|(at, mark)| *mark != "?" || !has_query || self.is_ours(&text[at + 1..]));
            has_query |= end.is_some_and(|(_, mark)| mark == "?");
            rest = end.map(|(at, _)| &text[at + 1..]);
            Some(end.map_or(text, |(at, _)| &text[..at]))
        })
    }

    /// Whether it begins with a parameter that only an authorization response has, also by a name that it should not have.
    fn is_ours(&self, piece: &str) -> bool {
        let name = self.name_of(piece);
        !name.is_empty() && MARKS.iter().any(|ours| name == *ours || name == self.names.of(ours))
    }

    /// Empty where it is none that could be ours: no more is looked at, however many pieces there are.
    fn name_of(&self, piece: &str) -> String {
        let end = piece.bytes().take(self.longest + 1).position(|b| b == b'=');
        end.map(|end| uri::unescape(&piece[..end], true)).unwrap_or_default()
    }
}

/// JARM: the one parameter that says all.
fn is_jwt(text: &str) -> bool {
    let mut pieces = text.split(['?', '#', '&']);
    let response = pieces.find_map(|piece| piece.strip_prefix("response="));
    response.is_some_and(|jwt| jwt.starts_with("ey") && jwt.contains('.'))
}

/// `name=value`, and no code with its padding.
fn is_pair(piece: &str) -> bool {
    piece.split_once('=').is_some_and(|(name, value)| {
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name && !value.trim_end_matches('=').is_empty()
    })
}

/// `…/authorize/native?code=…`, or the end of it.
fn native_page(text: &str) -> Option<Origin> {
    let (address, _) = text.split_once('?')?;
    let mut parts = address.rsplit('/');
    let is_page = parts.next() == Some("native") && matches!(parts.next(), None | Some("authorize"));
    is_page.then(|| Origin::Page { host: host(address) })
}

/// The host of a whole address.
fn host(address: &str) -> Option<String> {
    address.contains("://").then(|| {
        let url = uri::parse(address).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    })
}

/// A code alone, with its state behind it (`code#state`), or as the last part of a page's path: `/oauth/authorize/CODE`.
fn without_parameters(
    text: &str,
    dialect: &Dialect<'_>,
) -> std::result::Result<AuthorizationResponse, NoCode> {
    let (code, origin) = match text.rsplit_once("/authorize/") {
        Some((address, code)) => {
            let code = code.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
            (code, Origin::Page { host: host(address) })
        }
        None => match text.split_once('#') {
            // Some codes have several of these in them (eBay).
            Some((code, state)) if !code.is_empty() && !state.contains('#') => {
                (code, Origin::Redirect { state: Some(uri::unescape(state, false)) })
            }
            _ => (text, Origin::Alone),
        },
    };
    let is_piece = |text: &str| is_pair(text) || dialect.pieces(text).any(|piece| dialect.is_ours(piece));
    let is_query = code.contains('?');
    // Somebody who copies a code out of the address bar copies its escapes.
    let code = uri::unescape(code, false);
    if code.is_empty() || code == "native" || code.contains("://") || code.starts_with(['?', '#']) {
        return Err(no_code(NOT_THE_REDIRECT));
    }
    check_code(&code).map_err(NoCode::NotUnderstood)?;
    if is_query || is_piece(&code) || code.contains(['<', '>', '"', '{', '}', '\\', '&']) {
        return Err(no_code(A_PIECE));
    }
    Ok(AuthorizationResponse { code, origin, issuer: None, extra: Vec::new() })
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
