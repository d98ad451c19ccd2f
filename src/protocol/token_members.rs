//! Where the members of a token response stand, and what they are called (RFC 6749 section 5.1, and what servers make of it).
#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::ptr;

use super::dialect::AnswerDialect;
use super::refusal::is_called;
use crate::json::Json;
use crate::secret::Secret;

/// A member's name, and how servers call it without regard to case and separators.
pub type Member = (&'static str, &'static [&'static str]);

/// Sentry: `token`; Plentymarkets: `accessToken`.
pub const ACCESS: Member = ("access_token", &["accesstoken", "token"]);
pub const REFRESH: Member = ("refresh_token", &["refreshtoken"]);
pub const ID: Member = ("id_token", &["idtoken"]);
pub const TYPE: Member = ("token_type", &["tokentype"]);
pub const SCOPE: Member = ("scope", &["scope", "scopes"]);
pub const EXPIRES_IN: Member = ("expires_in", &["expiresin", "expires"]);
pub const EXPIRES_AT: Member =
    ("expires_at", &["expiresat", "expireson", "accesstokenexpiration", "expiretime"]);

/// Those that are not kept as a stranger's.
pub const OURS: &[Member] = &[ACCESS, REFRESH, ID, TYPE, SCOPE, EXPIRES_IN, EXPIRES_AT];

/// The members of ours: none is null or false.
pub struct Found<'a> {
    pub dialect: &'a AnswerDialect,
    top: &'a Json,
    /// Where they stand.
    place: &'a Json,
    pub access: Option<&'a Json>,
    pub refresh: Option<&'a Json>,
    pub id: Option<&'a Json>,
    pub kind: Option<&'a Json>,
    pub scope: Option<&'a Json>,
    pub expires_in: Option<&'a Json>,
    pub expires_at: Option<&'a Json>,
}

impl<'a> Found<'a> {
    /// Where the settings say, or else where they are found.
    pub fn of(dialect: &'a AnswerDialect, answer: &'a Json) -> Result<Self, String> {
        let top = answer.only();
        let is_named = dialect.path_of(ACCESS.0).is_some();
        let place = match dialect.response_path.as_str() {
            "" if is_named => top,
            "" => nested(top).unwrap_or(top),
            path => at(answer, path, "response_path")?.only(),
        };
        Ok(Self::within(dialect, top, place))
    }

    /// At the answer's top, whatever the settings say.
    pub fn at_top(dialect: &'a AnswerDialect, answer: &'a Json) -> Self {
        Self::within(dialect, answer.only(), answer.only())
    }

    fn within(dialect: &'a AnswerDialect, top: &'a Json, place: &'a Json) -> Self {
        let find = |(name, aliases): Member| match dialect.path_of(name) {
            Some(path) if path.is_empty() => None,
            Some(path) => place.at_path(&path).ok().filter(|value| is_there(value)),
            None => first(place, aliases),
        };
        Self {
            dialect,
            top,
            place,
            access: find(ACCESS),
            refresh: find(REFRESH),
            id: find(ID),
            kind: find(TYPE),
            scope: find(SCOPE),
            expires_in: find(EXPIRES_IN),
            expires_at: find(EXPIRES_AT),
        }
    }

    /// Whether an access token stands where a setting says so by name.
    pub fn has_named_token(&self) -> bool {
        self.dialect.path_of(ACCESS.0).is_some() && self.access.is_some_and(|access| access.text().is_some())
    }

    /// What must not be seen of it.
    pub fn secrets(&self) -> Vec<Secret> {
        let texts = [self.access, self.refresh, self.id].into_iter().flatten().filter_map(Json::text);
        texts.map(Secret::new).collect()
    }

    /// For who has to set `response_path` or `response_names`: what there is instead of an access token.
    pub fn nothing(&self) -> String {
        if let Some(path) = self.dialect.path_of(ACCESS.0) {
            let lost = at(self.place, &path, "response_names").err();
            return lost.unwrap_or_else(|| format!("there is no token at {path}: check response_names"));
        }
        match (self.place, self.place.plain_names()) {
            (Json::List(_), _) => "it is a JSON list: set response_path to an item's number".to_owned(),
            (_, Some(names)) => format!("it has no access_token: set response_path (it has {names})"),
            (_, None) => "it has no access_token".to_owned(),
        }
    }

    /// Members that are not ours: what stands around, what stands beside, and once more where that stands below others,
    /// so that it can be read by its name as well as by its path.
    pub fn extra(&self) -> Vec<(String, Json)> {
        let members = |json: &'a Json| match json {
            Json::Members(members) => &members[..],
            _ => &[],
        };
        let around = if ptr::eq(self.place, self.top) { &[] } else { members(self.top) };
        let (above, around): (Vec<_>, Vec<_>) = around.iter().partition(|(_, value)| self.is_in(value));
        let mut names = HashSet::new();
        let mut extra = Vec::new();
        for (name, value) in around.into_iter().chain(members(self.place)).chain(above) {
            if !is_ours(name) && !self.is_ours(value) && names.insert(name.as_str()) {
                extra.push((name.clone(), self.strangers(value)));
            }
        }
        extra
    }

    /// The same without members of ours.
    fn strangers(&self, json: &Json) -> Json {
        let is_place = ptr::eq(json, self.place);
        match json {
            Json::Members(members) => {
                let kept = members
                    .iter()
                    .filter(|(name, value)| !(is_place && is_ours(name) || self.is_ours(value)));
                Json::Members(kept.map(|(name, value)| (name.clone(), self.strangers(value))).collect())
            }
            Json::List(list) => Json::List(list.iter().map(|item| self.strangers(item)).collect()),
            other => other.clone(),
        }
    }

    /// Whether it is one that was found, whatever it is called.
    fn is_ours(&self, value: &Json) -> bool {
        let all =
            [self.access, self.refresh, self.id, self.kind, self.scope, self.expires_in, self.expires_at];
        all.into_iter().flatten().any(|ours| ptr::eq(ours, value))
    }

    /// Whether the place is there, or below.
    fn is_in(&self, json: &Json) -> bool {
        ptr::eq(json, self.place)
            || match json {
                Json::Members(members) => members.iter().any(|(_, value)| self.is_in(value)),
                Json::List(list) => list.iter().any(|item| self.is_in(item)),
                _ => false,
            }
    }
}

/// What stands at the path that a setting has, or what there is instead.
fn at<'a>(json: &'a Json, path: &str, setting: &str) -> Result<&'a Json, String> {
    json.at_path(path).map_err(|lost| match lost.instead() {
        instead if instead.is_empty() => format!("it has nothing at {path}: check {setting}"),
        instead => format!("it has nothing at {path}: check {setting} ({instead})"),
    })
}

fn is_there(value: &Json) -> bool {
    !value.is_null() && *value != Json::Bool(false)
}

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|(_, aliases)| aliases.iter().any(|ours| is_called(name, ours)))
}

/// The first member of one of these names that is there.
fn first<'a>(json: &'a Json, names: &[&str]) -> Option<&'a Json> {
    let Json::Members(members) = json else { return None };
    let of_name = |name: &&str| members.iter().find(|(n, value)| is_called(n, name) && is_there(value));
    names.iter().find_map(of_name).map(|(_, value)| value)
}

/// Slack puts a person's token below `authed_user`, others below `data`: taken where only one object has a token.
fn nested(answer: &Json) -> Option<&Json> {
    let Json::Members(members) = answer else { return None };
    if first(answer, ACCESS.1).is_some() {
        return None;
    }
    let mut having = members
        .iter()
        .map(|(_, v)| v.only())
        .filter(|v| first(v, ACCESS.1).is_some_and(|t| t.text().is_some()));
    let only = having.next()?;
    having.next().is_none().then_some(only)
}
