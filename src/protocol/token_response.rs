//! A token endpoint's answer, read into a token or the reason why there is none (RFC 6749 sections 5.1 and 5.2).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::expiry;
use super::refusal::{has_bad_code, is_called, may_have_token};
use super::token_members::{Found, Member, ACCESS, ID, REFRESH};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::line::in_line;
use crate::secret::Secret;
use crate::time::Clock;
use crate::token::Token;

type Read<T> = std::result::Result<T, String>;

pub fn parse(answer: &Answer<'_>) -> Result<Token> {
    let members = understood(answer)?;
    let read = Found::of(answer.dialect, &members).and_then(|found| token(&found, answer.clock()));
    read.map_err(|reason| answer.not_understood(&reason.as_str().into()))
}

/// The answer to a refresh of the `old` one, which may say less.
pub fn parse_refreshed(answer: &Answer<'_>, old: &Token) -> Result<Token> {
    let members = understood(answer)?;
    let read = if prolongs(answer, &members) {
        let found = Found::of(answer.dialect, &members);
        prolonged(&found.unwrap_or_else(|_| Found::at_top(answer.dialect, &members)), answer.clock(), old)
    } else {
        Found::of(answer.dialect, &members).and_then(|found| token(&found, answer.clock()))
    };
    let token = read.map_err(|reason| answer.not_understood(&reason.as_str().into()))?;
    Ok(token.keeping(old))
}

/// The members of an answer that is no refusal.
fn understood(answer: &Answer<'_>) -> Result<Json> {
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
    Ok(members)
}

fn token(found: &Found<'_>, clock: Clock) -> Read<Token> {
    let access_token = text_of(found.access.ok_or_else(|| found.nothing())?, ACCESS)?;
    let access_token = access_token.ok_or("its access_token is empty")?;
    Ok(Token {
        // What the answer says goes first: a duration has no clock in it. Who wants the JWT's leaves that out by name.
        expires_at: expires_at(found, clock).or_else(|| {
            let jwt = found.dialect.expires_from_jwt.then_some(access_token.expose())?;
            expiry::of_jwt(jwt, clock).filter(|at| *at > clock.now)
        }),
        access_token,
        refresh_token: optional(found.refresh, REFRESH)?,
        id_token: optional(found.id, ID)?,
        is_id_checked: false,
        token_type: found.kind.and_then(Json::text).and_then(kind).unwrap_or_else(|| "Bearer".to_owned()),
        scope: found.scope.and_then(scope),
        obtained_at: clock.now,
        generation: 0,
        renewed_by: 0,
        basis: None,
        extra: found.extra(),
        code_verifier: None,
        token_host: None,
        redirect: Vec::new(),
        dpop_key: None,
    })
}

/// Coros answers a refresh with `{"result":"0000","message":"OK"}`. Where there could be a token, under whatever name, it
/// must not be lost; and where a setting says which member means an error, that has to say that all is well.
fn prolongs(answer: &Answer<'_>, members: &Json) -> bool {
    let dialect = answer.dialect;
    let found = Found::of(dialect, members);
    let has = |is_there: fn(&Found<'_>) -> bool| found.as_ref().is_ok_and(is_there);
    dialect.refresh_prolongs
        && !has(|found| found.access.is_some())
        && (has(|found| found.refresh.is_some()) || !may_have_token(members) && !members.is_cut())
        && (dialect.says_well(members) || dialect.error_path.is_empty() && may_be_well(members))
}

/// Where no setting says which member means an error: an object in which nothing looks like one.
fn may_be_well(answer: &Json) -> bool {
    const TROUBLE: &[&str] = &["fault", "exception", "accesstoken"];
    let Json::Members(members) = answer else { return false };
    let is_trouble = |name: &str| TROUBLE.iter().any(|trouble| is_called(name, trouble));
    !has_bad_code(answer) && !members.iter().any(|(name, _)| is_trouble(name))
}

/// The old token, given anew: for as long as the answer says, or as it was given for before.
fn prolonged(found: &Found<'_>, clock: Clock, old: &Token) -> Read<Token> {
    let before = old.expires_at.map(|at| at.saturating_sub(old.obtained_at)).filter(|life| *life > 0);
    Ok(Token {
        expires_at: expires_at(found, clock).or_else(|| Some(clock.now.saturating_add(before?))),
        obtained_at: clock.now,
        refresh_token: optional(found.refresh, REFRESH)?,
        id_token: optional(found.id, ID)?,
        is_id_checked: false,
        scope: found.scope.and_then(scope),
        extra: found.extra(),
        ..old.clone()
    })
}

/// A token that has just been given has not expired: the number means something else, or a clock is wrong.
fn expires_at(found: &Found<'_>, clock: Clock) -> Option<i64> {
    let after = found.expires_in.and_then(|after| expiry::after(after, found.dialect.expires_in_unit, clock));
    let at = || found.expires_at.and_then(|at| expiry::at(at, clock));
    after.or_else(at).filter(|at| *at > clock.now)
}

fn optional(json: Option<&Json>, member: Member) -> Read<Option<Secret>> {
    json.map_or(Ok(None), |json| text_of(json, member))
}

/// Visible ASCII and blanks (RFC 6749 appendix A.12): anything else could end the header that it will stand in.
fn text_of(json: &Json, (member, _): Member) -> Read<Option<Secret>> {
    match json {
        Json::Text(text) if text.expose().trim().is_empty() => Ok(None),
        Json::Text(text) if text.expose().bytes().all(|b| (0x20..=0x7e).contains(&b)) => {
            Ok(Some(text.clone()))
        }
        Json::Text(_) => Err(format!("its {member} holds a character that no token has")),
        _ => Err(format!("its {member} is no text")),
    }
}

/// LinkedIn, VK, Slack write none; eBay writes a phrase.
fn kind(text: &str) -> Option<String> {
    let seen = text.chars().filter_map(in_line).skip_while(|c| c.is_whitespace());
    let mut kind: String = seen.take(64).collect();
    kind.truncate(kind.trim_end().len());
    (!kind.is_empty()).then_some(kind)
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
