//! How answers are tried: each is given twice, as the answer to a code and as the answer to a refresh, where a failure
//! must leave the old tokens as they were.

use crate::common::Client;
use crate::support::{ask, client, now, sign_in, Row, Settings, Table};
use oauth::constants::*;
use std::borrow::Cow;

pub const JSON: &str = "Content-Type: application/json\r\n";
pub const ASKED: &str = "asked for";
pub const OLD: &str =
    r#"{"access_token":"old-at","refresh_token":"old-rt","expires_in":3600,"scope":"old scope"}"#;

pub struct Case {
    name: &'static str,
    status: i32,
    headers: Cow<'static, str>,
    body: Cow<'static, [u8]>,
    set: Settings<'static>,
    want: Want,
}

pub enum Want {
    Token(Token),
    Failure(Failure),
}

pub struct Token {
    access: &'static str,
    refresh: &'static str,
    id: &'static str,
    kind: &'static str,
    /// Whether it may be sent as a Bearer.
    is_bearer: bool,
    /// `None` where the answer does not say.
    scope: Option<&'static str>,
    expires: Expires,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Expires {
    Unknown,
    In(i64),
    At(&'static str),
}

pub struct Failure {
    number: i32,
    action: i32,
    error: &'static str,
    description: &'static str,
    retry_after: &'static str,
    /// To a refresh it means that a person must sign in.
    is_dead: bool,
}

/// A token: `at`, no refresh token, Bearer, what was asked for, unknown expiry.
pub fn ok(name: &'static str, body: impl Into<Body>) -> Case {
    let token = Token {
        access: "at",
        refresh: "",
        id: "",
        kind: "Bearer",
        is_bearer: true,
        scope: None,
        expires: Expires::Unknown,
    };
    Case { name, status: 200, headers: JSON.into(), body: body.into().0, set: &[], want: Want::Token(token) }
}

/// No token.
pub fn no(name: &'static str, status: i32, body: impl Into<Body>, number: i32, action: i32) -> Case {
    let failure = Failure { number, action, error: "", description: "", retry_after: "", is_dead: false };
    Case { name, status, headers: JSON.into(), body: body.into().0, set: &[], want: Want::Failure(failure) }
}

/// An error of the server's.
pub fn refused(
    name: &'static str,
    status: i32,
    body: impl Into<Body>,
    number: i32,
    action: i32,
    error: &'static str,
) -> Case {
    no(name, status, body, number, action).error(error)
}

pub struct Body(Cow<'static, [u8]>);

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text.as_bytes()))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(bytes))
    }
}

impl Case {
    pub fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }

    pub fn headers(mut self, headers: impl Into<Cow<'static, str>>) -> Self {
        self.headers = headers.into();
        self
    }

    pub fn set(mut self, set: Settings<'static>) -> Self {
        self.set = set;
        self
    }

    fn token(mut self, change: impl FnOnce(&mut Token)) -> Self {
        match &mut self.want {
            Want::Token(token) => change(token),
            Want::Failure(_) => panic!("{} is a failure", self.name),
        }
        self
    }

    pub fn access(self, access: &'static str) -> Self {
        self.token(|token| token.access = access)
    }

    pub fn refresh(self, refresh: &'static str) -> Self {
        self.token(|token| token.refresh = refresh)
    }

    pub fn id(self, id: &'static str) -> Self {
        self.token(|token| token.id = id)
    }

    pub fn kind(self, kind: &'static str) -> Self {
        self.token(|token| token.kind = kind)
    }

    /// A type that is no Bearer's.
    pub fn other_kind(self, kind: &'static str) -> Self {
        self.token(|token| (token.kind, token.is_bearer) = (kind, false))
    }

    pub fn scope(self, scope: &'static str) -> Self {
        self.token(|token| token.scope = Some(scope))
    }

    pub fn expires(self, expires: Expires) -> Self {
        self.token(|token| token.expires = expires)
    }

    fn failure(mut self, change: impl FnOnce(&mut Failure)) -> Self {
        match &mut self.want {
            Want::Failure(failure) => change(failure),
            Want::Token(_) => panic!("{} is a token", self.name),
        }
        self
    }

    pub fn error(self, error: &'static str) -> Self {
        self.failure(|failure| failure.error = error)
    }

    pub fn says(self, description: &'static str) -> Self {
        self.failure(|failure| failure.description = description)
    }

    /// To a refresh it means that a person must sign in.
    pub fn dead(self) -> Self {
        self.failure(|failure| failure.is_dead = true)
    }

    pub fn retry(self, retry_after: &'static str) -> Self {
        self.failure(|failure| failure.retry_after = retry_after)
    }
}

pub fn run(name: &'static str, cases: &[Case]) {
    let mut table = Table::new(name);
    for case in cases {
        table.row(case.name, |row| {
            let client = client(&[(OAUTH_SCOPE, ASKED)]);
            for (property, text) in case.set {
                client.must_set(*property, text);
            }
            ask(&client, "abc");
            let n = client.respond(case.status, &case.headers, &case.body);
            match &case.want {
                Want::Token(token) => {
                    row.returned(n, 0);
                    is_held(row, &client, token, ASKED);
                }
                Want::Failure(failure) => {
                    row.returned(n, failure.number);
                    row.action(failure.action);
                    has_failed(row, &client, case, failure);
                    row.eq("access token", client.get(OAUTH_ACCESS_TOKEN), String::new());
                }
            }
        });
        table.row(&format!("{}, to a refresh", case.name), |row| {
            let client = client(&[(OAUTH_SCOPE, ASKED)]);
            sign_in(&client, OLD);
            for (property, text) in case.set {
                client.must_set(*property, text);
            }
            let properties = [
                OAUTH_ACCESS_TOKEN,
                OAUTH_REFRESH_TOKEN,
                OAUTH_TOKEN_TYPE,
                OAUTH_EXPIRES_AT,
                OAUTH_GRANTED_SCOPE,
            ];
            let before = properties.map(|p| client.get(p));
            row.returned(client.refresh(), OAUTH_HTTP_NEEDED);
            let n = client.respond(case.status, &case.headers, &case.body);
            match &case.want {
                Want::Token(token) => {
                    row.returned(n, 0);
                    is_held(row, &client, token, "old scope");
                }
                Want::Failure(failure) => {
                    // A refresh token that is no longer good is a case of its own.
                    if failure.is_dead || failure.number == OAUTH_ERROR_INVALID_GRANT {
                        row.returned(n, OAUTH_ERROR_SIGN_IN);
                        row.action(OAUTH_ACTION_SIGN_IN);
                    } else {
                        row.returned(n, failure.number);
                        row.action(failure.action);
                    }
                    has_failed(row, &client, case, failure);
                    row.eq("the old tokens", properties.map(|p| client.get(p)), before);
                    row.eq("the old header", client.header().1.as_str(), "Authorization: Bearer old-at");
                }
            }
        });
    }
    table.end();
}

fn is_held(row: &mut Row, client: &Client, token: &Token, usual_scope: &str) {
    let is_refresh = usual_scope != ASKED;
    row.eq("access token", client.get(OAUTH_ACCESS_TOKEN).as_str(), token.access);
    let kept = if is_refresh && token.refresh.is_empty() { "old-rt" } else { token.refresh };
    row.eq("refresh token", client.get(OAUTH_REFRESH_TOKEN).as_str(), kept);
    row.eq("ID token", client.get(OAUTH_ID_TOKEN).as_str(), token.id);
    row.eq("token type", client.get(OAUTH_TOKEN_TYPE).as_str(), token.kind);
    row.eq("granted scope", client.get(OAUTH_GRANTED_SCOPE).as_str(), token.scope.unwrap_or(usual_scope));
    let expires_at = client.get(OAUTH_EXPIRES_AT);
    match token.expires {
        Expires::Unknown => row.eq("expires at", expires_at.as_str(), ""),
        Expires::At(time) => row.eq("expires at", expires_at.as_str(), time),
        Expires::In(seconds) => {
            let at = humantime::parse_rfc3339(&expires_at).ok();
            let at = at.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).map(|d| d.as_secs());
            // The clock has gone on since the answer; a busy machine's for some while.
            let since = at.and_then(|at| i64::try_from(at).ok()).map(|at| now() - (at - seconds));
            row.holds(
                &format!("expires at {expires_at}, not in {seconds} s"),
                since.is_some_and(|since| (0..120).contains(&since)),
            );
        }
    }
    // RFC 6750 section 2.1, whatever letters the server writes it in.
    if token.expires == Expires::Unknown || matches!(token.expires, Expires::In(60..)) {
        if token.is_bearer {
            row.eq("header", client.header().1, format!("Authorization: Bearer {}", token.access));
        } else {
            // RFC 6749 section 7.1: not of a type that is not understood; nothing is asked for anew.
            for _ in 0..2 {
                row.returned(client.header().0, OAUTH_ERROR_RESPONSE);
                row.action(OAUTH_ACTION_FIX);
                row.returned(client.access_token().0, i32::try_from(token.access.len()).unwrap());
            }
        }
    }
}

fn has_failed(row: &mut Row, client: &Client, case: &Case, failure: &Failure) {
    row.eq("OAUTH_ERROR", client.get(OAUTH_ERROR).as_str(), failure.error);
    row.eq("OAUTH_ERROR_DESCRIPTION", client.get(OAUTH_ERROR_DESCRIPTION).as_str(), failure.description);
    row.eq("OAUTH_HTTP_STATUS", client.get(OAUTH_HTTP_STATUS), case.status.to_string());
    row.eq("OAUTH_RETRY_AFTER", client.get(OAUTH_RETRY_AFTER).as_str(), failure.retry_after);
}

/// A token in an answer of that many bytes.
pub fn padded(bytes: usize) -> String {
    let mut body = r#"{"access_token":"at","x":""#.to_owned();
    body.push_str(&"x".repeat(bytes - body.len() - 2));
    body.push_str("\"}");
    body
}
