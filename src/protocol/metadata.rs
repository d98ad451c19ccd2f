//! What an authorization server says of itself (RFC 8414, OpenID Connect Discovery 1.0).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::caching;
use super::message::Request;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::line::one_line;

#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// As they came.
    pub members: Vec<(String, Json)>,
    /// When they are asked for again.
    pub fresh_until: i64,
}

/// Where an issuer's metadata are: as OpenID Connect Discovery section 4 has it, and as RFC 8414 section 3.1 does.
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

/// Nobody has to show who asks.
pub fn request(url: &str) -> Request {
    Request::get(url, "application/json")
}

/// Those of `issuer`. What cannot be used says so in its reason.
pub fn parse(answer: &Answer<'_>, issuer: &str) -> Result<Metadata> {
    let (status, unread) = match answer.members()? {
        Ok(Json::Members(members)) if answer.is_success() => {
            check(&members, issuer)?;
            return Ok(Metadata { members, fresh_until: fresh_until(answer) });
        }
        Ok(_) => (answer.response.status, "it is no JSON object".into()),
        Err(unread) => (answer.response.status, unread),
    };
    match answer.not_understood(&unread) {
        error @ Error::Unavailable { .. } => Err(error),
        _ => Err(wrong(format!("status {status}, {}", unread.reason))),
    }
}

/// As they were kept: `None` where they are not `issuer`'s.
pub fn kept(members: Vec<(String, Json)>, fresh_until: i64, issuer: &str) -> Option<Metadata> {
    check(&members, issuer).ok()?;
    Some(Metadata { members, fresh_until })
}

/// As long as the answer says, within bounds.
fn fresh_until(answer: &Answer<'_>) -> i64 {
    const HOUR: i64 = 3600;
    let seconds = caching::lifetime(answer.response).unwrap_or(HOUR).clamp(HOUR / 6, 24 * HOUR);
    answer.now.saturating_add(seconds)
}

fn wrong(reason: String) -> Error {
    Error::Metadata { reason }
}

/// RFC 8414 section 3.3: letter for letter, or they are somebody else's.
fn check(members: &[(String, Json)], issuer: &str) -> Result<()> {
    let named = members.iter().find(|(name, _)| name == "issuer").and_then(|(_, value)| value.text());
    let Some(named) = named else { return Err(wrong("they have no member issuer: check issuer".to_owned())) };
    if named != issuer {
        let named: String = one_line(named).chars().take(200).collect();
        return Err(wrong(format!(
            "the server's issuer is {named}: set issuer to that, if it is your server"
        )));
    }
    Ok(())
}

impl Metadata {
    pub fn is_over(&self, now: i64) -> bool {
        now >= self.fresh_until
    }

    /// The URL of that name. `by_tls`: where the server asks for a certificate, if it has a place for that (RFC 8705
    /// section 5).
    pub fn endpoint(&self, name: &str, by_tls: bool) -> Result<Option<&str>> {
        let aliases = self.member("mtls_endpoint_aliases").filter(|_| by_tls);
        let alias = aliases.and_then(|aliases| aliases.member(name));
        match alias.or_else(|| self.member(name)) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(url)) => Ok(Some(url.expose())),
            Some(_) => Err(wrong(format!("{name} is no text: set {name}"))),
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

    fn member(&self, name: &str) -> Option<&Json> {
        self.members.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}
