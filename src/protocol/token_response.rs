//! A token endpoint's answer as real servers give it, read into a token or the reason why there is none
//! (RFC 6749 sections 5.1 and 5.2). What an answer is shows in its first byte before its Content-Type.
#![forbid(unsafe_code)]

use std::collections::HashSet;

use super::message::{Response, MAX_BODY};
use super::redactor::Redactor;
use super::uri;
use crate::error::{Error, Refusal, Result};
use crate::json::Json;
use crate::secret::{Secret, Wiped};
use crate::time::{self, Clock};
use crate::token::Token;

/// How a server's answers differ from the RFC's.
#[derive(Clone, Debug, Default)]
pub struct AnswerDialect {
    /// Where the token's members stand, as names with dots between them. Empty: at the top, or where they are found.
    pub response_path: String,
    pub expires_in_unit: ExpiresInUnit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiresInUnit {
    #[default]
    Seconds,
    Milliseconds,
}

/// Reads the answer to a token request. `now` is when it came; `words` are those of the server, without our secrets.
pub fn parse(dialect: &AnswerDialect, response: &Response, words: &Redactor<'_>, now: i64) -> Result<Token> {
    if response.body.len() > MAX_BODY {
        return Err(Error::TooLarge { status: response.status });
    }
    let mended;
    let text = if let Ok(text) = std::str::from_utf8(&response.body) {
        text
    } else {
        mended = Wiped::new(String::from_utf8_lossy(&response.body).into_owned());
        mended.as_str()
    };
    // A BOM, or a newline that a plug-in leaves before the brace.
    let answer = match read(trim(text), response) {
        Ok(answer) => answer,
        Err(reason) => return Err(not_understood(response, &reason, words, now)),
    };
    // An `error` decides, whatever the status: GitHub and others refuse with 200.
    if let Some(refusal) = refusal(dialect, &answer, response, words, now) {
        return Err(Error::Refused(Box::new(refusal)));
    }
    if !(200..300).contains(&response.status) {
        return Err(not_understood(response, "it has no error code", words, now));
    }
    token(dialect, &answer, clock(response, now)).map_err(|reason| Error::Response {
        status: response.status,
        reason,
        is_transient: false,
    })
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace())
}

/// The members of the answer, whichever way they are written.
fn read(text: &str, response: &Response) -> std::result::Result<Json, String> {
    let content_type = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    match text.as_bytes().first() {
        None => Err("it is empty".to_owned()),
        Some(b'{') => Json::parse(text),
        Some(b'<') => Err("it is a web page: check token_endpoint, or the server is in trouble".to_owned()),
        Some(b'[') => Err("it is a JSON list".to_owned()),
        Some(_) if content_type.contains("x-www-form-urlencoded") && text.contains('=') => form(text),
        // GitHub, Facebook, IBM SmartCloud: a query string, also as text/plain.
        Some(_) if text.contains('=') && !text.contains(['\n', ' ', '<']) => form(text),
        Some(_) if content_type.contains("json") => Err("it is no JSON object".to_owned()),
        Some(_) => Err("it is neither JSON nor a form".to_owned()),
    }
}

fn form(text: &str) -> std::result::Result<Json, String> {
    let mut members: Vec<(String, Json)> = Vec::new();
    let mut names = HashSet::new();
    for (name, value) in uri::parse_query(text) {
        if !names.insert(name.clone()) {
            return Err("a member stands twice".to_owned());
        }
        members.push((name, Json::Text(Secret::new(value))));
    }
    Ok(Json::Members(members))
}

/// An answer without a token and without an OAuth error: what it means hangs on the status.
fn not_understood(response: &Response, reason: &str, words: &Redactor<'_>, now: i64) -> Error {
    let status = response.status;
    match status {
        408 | 429 | 500.. => Error::Unavailable { status, retry_after: retry_after(response, now) },
        // RFC 6749 section 5.2: 401 is invalid_client, said in the header where there is one.
        401 => Error::Refused(Box::new(Refusal {
            error: challenge_error(response, words)
                .map_or_else(|| "invalid_client".to_owned(), |e| words.code(e)),
            status,
            ..Refusal::default()
        })),
        300..=399 => Error::Response {
            status,
            reason:
                "the server redirects, which is not followed with secrets: set token_endpoint to the new URL"
                    .to_owned(),
            is_transient: false,
        },
        404 | 405 | 410 => Error::Response {
            status,
            reason: format!("{reason}; nothing takes token requests at this URL: check token_endpoint"),
            is_transient: false,
        },
        // A maintenance page, a captive portal: it passes.
        _ => {
            Error::Response { status, reason: reason.to_owned(), is_transient: (200..300).contains(&status) }
        }
    }
}

/// `error="…"` of a WWW-Authenticate header (RFC 6750 section 3).
fn challenge_error<'a>(response: &'a Response, words: &Redactor<'_>) -> Option<&'a str> {
    let challenge = response.header("www-authenticate").filter(|text| !words.repeat_a_secret(text))?;
    let error = challenge.split("error=\"").nth(1)?.split('"').next()?;
    (!error.is_empty()).then_some(error)
}

fn clock(response: &Response, now: i64) -> Clock {
    Clock::of(response.header("date"), now)
}

/// Seconds, or a date (RFC 9110 section 10.2.3); no more than a day.
fn retry_after(response: &Response, now: i64) -> Option<u32> {
    const DAY: u32 = 86_400;
    let text = response.header("retry-after")?;
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(u32::try_from(seconds).unwrap_or(DAY).min(DAY));
    }
    let date = clock(response, now).ours(time::http_date(text)?);
    let seconds = date.saturating_sub(now).clamp(0, DAY.into());
    u32::try_from(seconds).ok()
}

fn refusal(
    dialect: &AnswerDialect,
    answer: &Json,
    response: &Response,
    words: &Redactor<'_>,
    now: i64,
) -> Option<Refusal> {
    let at_path = at_path(dialect, answer);
    [Some(answer), at_path].into_iter().flatten().find_map(|json| {
        let (error, description) = error_of(json)?;
        let description = description
            .or_else(|| {
                ["error_description", "message", "error_message"].iter().find_map(|n| short(json.member(n)?))
            })
            .unwrap_or_default();
        Some(Refusal {
            error: words.code(&error),
            description: words.text(&description),
            uri: json.member("error_uri").and_then(short).map(|u| words.text(&u)).unwrap_or_default(),
            status: response.status,
            retry_after: retry_after(response, now),
        })
    })
}

/// The error code, and the words if they stand beside it.
fn error_of(json: &Json) -> Option<(String, Option<String>)> {
    match json.member("error") {
        Some(Json::Text(error)) if !error.is_empty() => return Some((error.expose().to_owned(), None)),
        // Google's and Facebook's APIs: an object with message, type and code.
        Some(object @ Json::Members(_)) => return Some(error_object(object)),
        _ => {}
    }
    // Fitbit: a list of objects; UPS the same below `response`.
    let errors = json.member("errors").or_else(|| json.member("response")?.member("errors"))?;
    match errors {
        Json::List(list) => list.first().map(error_object),
        _ => None,
    }
}

fn error_object(object: &Json) -> (String, Option<String>) {
    let first = |names: &[&str]| names.iter().find_map(|n| short(object.member(n)?));
    let error = first(&["errorType", "type", "status", "code"]).unwrap_or_else(|| "error".to_owned());
    (error, first(&["message", "error_description"]))
}

fn short(json: &Json) -> Option<String> {
    match json {
        Json::Text(text) => Some(text.expose().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Where the token's members stand, where a setting says so.
fn at_path<'a>(dialect: &AnswerDialect, answer: &'a Json) -> Option<&'a Json> {
    let path = dialect.response_path.as_str();
    if path.is_empty() {
        return None;
    }
    path.split('.').try_fold(answer, |json, name| json.member(name))
}

fn token(dialect: &AnswerDialect, answer: &Json, clock: Clock) -> std::result::Result<Token, String> {
    let Json::Members(top) = answer else { return Err("it is no JSON object".to_owned()) };
    let place = if dialect.response_path.is_empty() {
        nested(answer).unwrap_or(answer)
    } else {
        at_path(dialect, answer).ok_or_else(|| format!("it has nothing at {}", dialect.response_path))?
    };
    // Sentry: `token`; Plentymarkets: `accessToken`.
    let access = first(place, ACCESS).ok_or("it has no access_token")?;
    let access_token = token_text(access, "access_token")?.ok_or("its access_token is empty")?;
    let optional = |names: &[&str], what| first(place, names).map_or(Ok(None), |json| token_text(json, what));
    let Json::Members(members) = place else { return Err("it has no access_token".to_owned()) };
    let kept = top
        .iter()
        .filter(|(_, v)| !std::ptr::eq(v, place))
        .chain(members.iter().filter(|_| !std::ptr::eq(place, answer)));
    let mut extra: Vec<(String, Json)> = Vec::new();
    let mut names = HashSet::new();
    for (name, value) in kept {
        if !OURS.iter().any(|ours| ours.contains(&name.as_str())) && names.insert(name.as_str()) {
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
            .map(one_line)
            .filter(|t| !t.is_empty())
            .unwrap_or_else(|| "Bearer".to_owned()),
        scope: first(place, SCOPE).and_then(scope),
        // A token that has just been given has not expired: the number means something else, or a clock is wrong.
        expires_at: expires_at(dialect, place, clock).filter(|at| *at > clock.now),
        obtained_at: clock.now,
        generation: 0,
        renewed_by: 0,
        extra,
    })
}

const ACCESS: &[&str] = &["access_token", "accessToken", "token"];
const REFRESH: &[&str] = &["refresh_token", "refreshToken"];
const ID: &[&str] = &["id_token", "idToken"];
const TYPE: &[&str] = &["token_type", "tokenType"];
const SCOPE: &[&str] = &["scope", "scopes"];
const EXPIRES_IN: &[&str] = &["expires_in", "expiresIn", "expires"];
const EXPIRES_AT: &[&str] =
    &["expires_at", "expiresAt", "expires_on", "access_token_expiration", "expireTime"];
const OURS: &[&[&str]] = &[ACCESS, REFRESH, ID, TYPE, SCOPE, EXPIRES_IN, EXPIRES_AT];

/// The first member of one of these names that is there and not null.
fn first<'a>(json: &'a Json, names: &[&str]) -> Option<&'a Json> {
    names.iter().find_map(|name| json.member(name).filter(|value| !value.is_null()))
}

/// Slack puts a person's token below `authed_user`, others below `data`: taken where only one object has a token.
fn nested(answer: &Json) -> Option<&Json> {
    let Json::Members(members) = answer else { return None };
    if first(answer, ACCESS).is_some() {
        return None;
    }
    let mut having =
        members.iter().map(|(_, v)| v).filter(|v| first(v, ACCESS).is_some_and(|t| t.text().is_some()));
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

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect::<String>().trim().to_owned()
}

/// Twitch writes a list.
fn scope(json: &Json) -> Option<String> {
    let text = match json {
        Json::Text(text) => text.expose().to_owned(),
        Json::List(list) => list.iter().filter_map(Json::text).collect::<Vec<_>>().join(" "),
        _ => return None,
    };
    let line: String = text.chars().filter(|c| !c.is_control()).take(4096).collect();
    // An empty one says that nothing was granted (GitHub); only none at all means what was asked for.
    Some(line)
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
