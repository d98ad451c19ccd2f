//! What an authorization server says of itself (RFC 8414, OpenID Connect Discovery 1.0).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::answer::Answer;
use super::caching;
use super::message::Request;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::line::one_line;

#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// All of them as one object of JSON.
    pub text: Arc<str>,
    /// Those that are asked for here.
    members: Json,
    /// When they are asked for again.
    pub fresh_until: i64,
    /// Until when they are better than none.
    pub serve_until: i64,
}

/// How long they are not asked for again at most.
const LONGEST_FRESH: i64 = 86_400;
/// How long after that they serve where the server cannot be reached.
const SERVE: i64 = 30 * 86_400;

/// Whether a member is one that a program may ask for, and this library does not: most of the text are such lists.
fn is_list_of_others(name: &str) -> bool {
    const OURS: [&str; 2] = ["dpop_signing_alg_values_supported", "id_token_signing_alg_values_supported"];
    let is_list = ["_values_supported", "_locales_supported"].iter().any(|end| name.ends_with(end));
    (is_list || matches!(name, "claims_supported" | "scopes_supported")) && !OURS.contains(&name)
}

/// Why an answer is none.
pub enum NoMetadata {
    /// They are somewhere else.
    NotHere(String),
    /// Whoever answers cannot do so now, or has somebody else's.
    Failed(Error),
}

/// Where an issuer's metadata are: as OpenID Connect Discovery section 4 has it, which most servers do, and as RFC 8414
/// section 3.1 does.
pub fn urls(issuer: &str) -> [String; 2] {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    let host_at = issuer.find("://").map_or(0, |at| at + 3);
    let path_at = issuer[host_at..].find('/').map_or(issuer.len(), |at| host_at + at);
    let (server, path) = issuer.split_at(path_at);
    [
        format!("{issuer}/.well-known/openid-configuration"),
        format!("{server}/.well-known/oauth-authorization-server{path}"),
    ]
}

/// Anybody may ask (RFC 8414 section 3.1): no secret is in it.
pub fn request(url: &str) -> Request {
    Request::get(url, "application/json")
}

pub fn parse(answer: &Answer<'_>, issuer: &str) -> std::result::Result<Metadata, NoMetadata> {
    let status = answer.response.status;
    let unread = match answer.members() {
        Ok(Ok(members @ Json::Members(_))) if answer.is_success() => {
            let fresh_until = fresh_until(answer);
            let until = (fresh_until, fresh_until.saturating_add(SERVE));
            let read = check(&members, issuer)
                .and_then(|()| Metadata::read(&bounded(members).written(), until, issuer));
            return read.map_err(|reason| NoMetadata::Failed(Error::Metadata { reason }));
        }
        Ok(Ok(_)) if answer.is_success() => "it is no JSON object".into(),
        Ok(Ok(_)) => "an error".into(),
        Ok(Err(unread)) => unread,
        Err(_) => "it is larger than 1 MiB".into(),
    };
    match answer.not_understood(&unread) {
        // A fault of that URL alone, as of one that nobody has written a page for.
        error @ Error::Unavailable { .. } if status != 500 => Err(NoMetadata::Failed(error)),
        _ => Err(NoMetadata::NotHere(format!("status {status}, {}", unread.reason))),
    }
}

/// As long as the answer says, within bounds.
fn fresh_until(answer: &Answer<'_>) -> i64 {
    const HOUR: i64 = 3600;
    let seconds = caching::lifetime(answer.response).unwrap_or(HOUR).clamp(HOUR / 6, LONGEST_FRESH);
    answer.now.saturating_add(seconds)
}

/// RFC 8414 section 3.3: letter for letter, or they are somebody else's.
fn check(members: &Json, issuer: &str) -> std::result::Result<(), String> {
    const LONGEST: usize = 200;
    let Some(named) = members.member("issuer").and_then(Json::text) else {
        return Err("no issuer is named in them: check issuer, or set metadata_url".to_owned());
    };
    if named == issuer {
        return Ok(());
    }
    let written: String = one_line(named).chars().take(LONGEST).collect();
    Err(match (named.strip_suffix('/'), issuer.strip_suffix('/')) {
        _ if named.contains("{tenantid}") => format!(
            "set issuer to {written}, with your tenant's id for {{tenantid}}. For people of any tenant: as it stands, \
             and metadata_url to where this was found"
        ),
        (Some(named), None) if named == issuer => format!("set issuer to {written}, with the / at its end"),
        (None, Some(issuer)) if named == issuer => format!("set issuer to {written}, without the / at its end"),
        _ => format!("set issuer to {written}, as the server writes it, if that is your server; else check it"),
    })
}

/// What nobody asks for need not be kept without bounds: of the rest no more than that.
fn bounded(json: Json) -> Json {
    const MOST_BYTES: usize = 64 * 1024;
    const LONGEST: usize = 4096;
    const DEEPEST: usize = 16;
    let Json::Members(mut members) = json else { return json };
    let mut total = 0;
    // The short ones first, among which all endpoints are.
    let is_short = |size: usize| size <= LONGEST;
    for wanted in [true, false] {
        members.retain(|(name, value)| {
            let (depth, size) = value.measure();
            let size = size + name.len();
            if is_short(size) != wanted {
                return true;
            }
            total += size;
            total <= MOST_BYTES && depth <= DEEPEST
        });
    }
    Json::Members(members)
}

impl Metadata {
    /// Those of `issuer`, or why these are not. `until`: when they are asked for again, and until when they serve.
    pub fn read(text: &str, until: (i64, i64), issuer: &str) -> std::result::Result<Self, String> {
        let (fresh_until, serve_until) = until;
        let members = Json::parse_some(text, &|name| !is_list_of_others(name))?;
        check(&members, issuer)?;
        Ok(Self { text: text.into(), members, fresh_until, serve_until })
    }

    /// The same for longer.
    pub fn until(&self, fresh_until: i64) -> Self {
        Self { fresh_until, ..self.clone() }
    }

    /// All members.
    pub fn all(&self) -> Vec<(String, Json)> {
        match Json::parse(&self.text) {
            Ok(Json::Members(members)) => members,
            _ => Vec::new(),
        }
    }

    /// Where the clock was set back it says nothing.
    pub fn is_over(&self, now: i64) -> bool {
        !(self.fresh_until.saturating_sub(LONGEST_FRESH)..self.fresh_until).contains(&now)
    }

    /// Whether they are better than none.
    pub fn serves(&self, now: i64) -> bool {
        now < self.serve_until
    }

    /// The URL of that name. `by_tls`: where the server asks for a certificate, if it has a place of its own for that (RFC
    /// 8705 section 5).
    pub fn endpoint(&self, name: &str, by_tls: bool) -> Result<Option<&str>> {
        let aliases = self.member("mtls_endpoint_aliases").filter(|_| by_tls);
        match aliases.and_then(|aliases| aliases.member(name)).or_else(|| self.member(name)) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(url)) if url.is_empty() => Ok(None),
            Some(Json::Text(url)) => Ok(Some(url.expose())),
            Some(_) => Err(Error::Metadata { reason: format!("their {name} is no text: set {name}") }),
        }
    }

    /// Whether that is true.
    pub fn says(&self, name: &str) -> bool {
        self.member(name) == Some(&Json::Bool(true))
    }

    /// Whether it says that it is not so.
    pub fn denies(&self, name: &str) -> bool {
        self.member(name) == Some(&Json::Bool(false))
    }

    /// The words of a list; `None` where the server says nothing of it: an empty one says nothing either.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&str>>> {
        let items = match self.member(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::List(items)) => items.iter().map(Json::text).collect::<Option<Vec<_>>>(),
            Some(_) => None,
        };
        match items {
            Some(items) => Ok(Some(items).filter(|items| !items.is_empty())),
            None => Err(Error::Metadata {
                reason: format!("their {name} is no list of texts: set allow_unsupported to yes"),
            }),
        }
    }

    fn member(&self, name: &str) -> Option<&Json> {
        self.members.member(name)
    }
}
