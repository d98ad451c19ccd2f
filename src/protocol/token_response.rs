//! A token endpoint's answer, read into a token or the reason why there is none (RFC 6749 sections 5.1 and 5.2).
#![forbid(unsafe_code)]

use std::collections::HashSet;

use super::answer::{Answer, AnswerDialect, ExpiresInUnit};
use super::refusal::is_called;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::line::{in_line, one_line};
use crate::secret::Secret;
use crate::time::{self, Clock};
use crate::token::Token;

pub fn parse(answer: &Answer<'_>) -> Result<Token> {
    let members = match answer.members()? {
        Ok(members) => members,
        Err(unread) => return Err(answer.not_understood(&unread)),
    };
    if let Some(refusal) = answer.refusal(&members) {
        return Err(Error::Refused(Box::new(refusal)));
    }
    if !answer.is_success() {
        return Err(answer.without_code(&members));
    }
    let token = token(answer.dialect, &members, answer.clock());
    token.map_err(|reason| answer.not_understood(&reason.as_str().into()))
}

fn token(dialect: &AnswerDialect, answer: &Json, clock: Clock) -> std::result::Result<Token, String> {
    let top = answer.only();
    let place = if dialect.response_path.is_empty() {
        nested(top).unwrap_or(top)
    } else {
        dialect.at_path(answer).ok_or_else(|| format!("it has nothing at {}", dialect.response_path))?.only()
    };
    if let Json::List(_) = place {
        return Err("it is a JSON list: set response_path to an item's number".to_owned());
    }
    // Sentry: `token`; Plentymarkets: `accessToken`.
    let access = first(place, ACCESS).ok_or_else(|| nothing_in(place))?;
    let access_token = token_text(access, "access_token")?.ok_or("its access_token is empty")?;
    let optional = |names: &[&str], what| first(place, names).map_or(Ok(None), |json| token_text(json, what));
    let Json::Members(members) = place else { return Err("it has no access_token".to_owned()) };
    let around = if let Json::Members(top) = top { &top[..] } else { &[] };
    let kept = around
        .iter()
        .filter(|(_, v)| !std::ptr::eq(v.only(), place))
        .chain(members.iter().filter(|_| !std::ptr::eq(place, top)));
    let mut extra: Vec<(String, Json)> = Vec::new();
    let mut names = HashSet::new();
    for (name, value) in kept {
        if !OURS.iter().any(|ours| ours.iter().any(|ours| is_called(name, ours)))
            && names.insert(name.as_str())
        {
            extra.push((name.clone(), value.clone()));
        }
    }
    Ok(Token {
        access_token,
        refresh_token: optional(REFRESH, "refresh_token")?,
        id_token: optional(ID, "id_token")?,
        // LinkedIn, VK, Slack write none; eBay writes a phrase.
        token_type: first(place, TYPE)
            .and_then(Json::text)
            .map(|text| one_line(text).trim().chars().take(64).collect::<String>())
            .filter(|t| !t.is_empty())
            .unwrap_or_else(|| "Bearer".to_owned()),
        scope: first(place, SCOPE).and_then(scope),
        // A token that has just been given has not expired: the number means something else, or a clock is wrong.
        expires_at: expires_at(dialect, place, clock).filter(|at| *at > clock.now),
        obtained_at: clock.now,
        generation: 0,
        renewed_by: 0,
        basis: None,
        extra,
        redirect: Vec::new(),
    })
}

/// For who has to set `response_path`: what there is instead.
fn nothing_in(place: &Json) -> String {
    const MOST: usize = 6;
    const LONGEST: usize = 24;
    let is_plain = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-');
    // What has two capitals in a row may be a token.
    let is_plain = |name: &str| {
        let capitals = name.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase));
        name.len() <= LONGEST && !capitals && name.chars().all(is_plain)
    };
    let names: Vec<_> = match place {
        Json::Members(members) => members.iter().map(|(name, _)| name.as_str()).take(MOST).collect(),
        _ => Vec::new(),
    };
    let are_names = names.iter().all(|name| is_plain(name));
    if names.is_empty() || !are_names {
        return "it has no access_token".to_owned();
    }
    format!("it has no access_token: set response_path (it has {})", names.join(", "))
}

// As they are called without regard to case and separators.
const ACCESS: &[&str] = &["accesstoken", "token"];
const REFRESH: &[&str] = &["refreshtoken"];
const ID: &[&str] = &["idtoken"];
const TYPE: &[&str] = &["tokentype"];
const SCOPE: &[&str] = &["scope", "scopes"];
const EXPIRES_IN: &[&str] = &["expiresin", "expires"];
const EXPIRES_AT: &[&str] = &["expiresat", "expireson", "accesstokenexpiration", "expiretime"];
const OURS: &[&[&str]] = &[ACCESS, REFRESH, ID, TYPE, SCOPE, EXPIRES_IN, EXPIRES_AT];

/// The first member of one of these names that is there, and neither null nor false.
fn first<'a>(json: &'a Json, names: &[&str]) -> Option<&'a Json> {
    let Json::Members(members) = json else { return None };
    let is_there = |value: &Json| !value.is_null() && *value != Json::Bool(false);
    let of_name = |name: &&str| members.iter().find(|(n, value)| is_called(n, name) && is_there(value));
    names.iter().find_map(of_name).map(|(_, value)| value)
}

/// Slack puts a person's token below `authed_user`, others below `data`: taken where only one object has a token.
fn nested(answer: &Json) -> Option<&Json> {
    let Json::Members(members) = answer else { return None };
    if first(answer, ACCESS).is_some() {
        return None;
    }
    let mut having = members
        .iter()
        .map(|(_, v)| v.only())
        .filter(|v| first(v, ACCESS).is_some_and(|t| t.text().is_some()));
    let only = having.next()?;
    having.next().is_none().then_some(only)
}

/// Visible ASCII and blanks (RFC 6749 appendix A.12): anything else could end the header that it will stand in.
fn token_text(json: &Json, what: &str) -> std::result::Result<Option<Secret>, String> {
    match json {
        Json::Text(text) if text.expose().trim().is_empty() => Ok(None),
        Json::Text(text) if text.expose().bytes().all(|b| (0x20..=0x7e).contains(&b)) => {
            Ok(Some(text.clone()))
        }
        Json::Text(_) => Err(format!("its {what} holds a character that no token has")),
        _ => Err(format!("its {what} is no text")),
    }
}

/// Twitch writes a list.
fn scope(json: &Json) -> Option<String> {
    let text = match json {
        Json::Text(text) => text.expose().to_owned(),
        Json::List(list) => list.iter().filter_map(Json::text).collect::<Vec<_>>().join(" "),
        _ => return None,
    };
    // An empty one says that nothing was granted (GitHub); only none at all means what was asked for.
    Some(text.chars().filter(|c| !c.is_control()).filter_map(in_line).take(4096).collect())
}

/// When the access token expires. `None` where the answer does not say, or says nothing that makes sense.
fn expires_at(dialect: &AnswerDialect, place: &Json, clock: Clock) -> Option<i64> {
    // An absolute time: more than 2001 in seconds cannot be a duration.
    const ABSOLUTE: i64 = 1_000_000_000;
    if let Some(seconds) = first(place, EXPIRES_IN).and_then(whole) {
        return match seconds {
            // Mailchimp: never; that is unknown.
            ..=0 => None,
            ABSOLUTE.. if dialect.expires_in_unit == ExpiresInUnit::Seconds => {
                Some(clock.ours(epoch(seconds)))
            }
            _ => match dialect.expires_in_unit {
                ExpiresInUnit::Seconds => Some(clock.now + seconds),
                ExpiresInUnit::Milliseconds => Some(clock.now.saturating_add(seconds / 1000)),
            },
        };
    }
    let at = first(place, EXPIRES_AT)?;
    match whole(at) {
        Some(seconds) if seconds >= ABSOLUTE => Some(clock.ours(epoch(seconds))),
        Some(_) => None,
        None => time::timestamp(at.text()?).map(|at| clock.ours(at)),
    }
}

/// Seconds since 1970 of what may be milliseconds.
fn epoch(number: i64) -> i64 {
    if number >= 100_000_000_000 {
        number / 1000
    } else {
        number
    }
}

/// A number, also as text (PayPal, Stamps.com, AD FS), also with a fraction.
fn whole(json: &Json) -> Option<i64> {
    let number = match json {
        Json::Number(number) => number.as_f64()?,
        Json::Text(text) => text.expose().trim().parse::<f64>().ok()?,
        _ => return None,
    };
    // Beyond this no time is meant.
    #[allow(clippy::cast_possible_truncation)]
    (number.is_finite() && number.abs() < 1e15).then_some(number as i64)
}
