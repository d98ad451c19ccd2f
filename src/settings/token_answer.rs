//! How the server answers; the protocol's [`crate::protocol::dialect::AnswerDialect`].
#![forbid(unsafe_code)]

use super::row::{query, text, Given, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::line::nearest;
use crate::protocol::answer::Answer;
use crate::protocol::dialect::ExpiresInUnit;
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::token_members::{ACCESS, OURS};
use crate::secret::Secret;
use crate::uri;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_RESPONSE_PATH,
        key: "response_path",
        kind: Kind::Text(text, |s| &s.answer.response_path, |s| &mut s.answer.response_path),
    },
    Row {
        number: number::OAUTH_RESPONSE_NAMES,
        key: "response_names",
        kind: Kind::Text(names, |s| &s.answer.response_names, |s| &mut s.answer.response_names),
    },
    Row {
        number: number::OAUTH_EXPIRES_IN_UNIT,
        key: "expires_in_unit",
        kind: Kind::Word(|s| &s.answer.expires_in_unit, |s| &mut s.answer.expires_in_unit),
    },
    Row {
        number: number::OAUTH_EXPIRES_FROM_JWT,
        key: "expires_from_jwt",
        kind: Kind::Word(|s| &s.answer.expires_from_jwt, |s| &mut s.answer.expires_from_jwt),
    },
    Row {
        number: number::OAUTH_ERROR_PATH,
        key: "error_path",
        kind: Kind::Text(text, |s| &s.answer.error_path, |s| &mut s.answer.error_path),
    },
    Row {
        number: number::OAUTH_ERROR_TEXT_PATH,
        key: "error_text_path",
        kind: Kind::Text(text, |s| &s.answer.error_text_path, |s| &mut s.answer.error_text_path),
    },
    Row {
        number: number::OAUTH_SIGN_IN_ERRORS,
        key: "sign_in_errors",
        kind: Kind::Text(text, |s| &s.answer.sign_in_errors, |s| &mut s.answer.sign_in_errors),
    },
    Row {
        number: number::OAUTH_REFRESH_PROLONGS,
        key: "refresh_prolongs",
        kind: Kind::Word(|s| &s.answer.refresh_prolongs, |s| &mut s.answer.refresh_prolongs),
    },
];

impl Words for ExpiresInUnit {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("seconds", Self::Seconds),
        ("milliseconds", Self::Milliseconds),
        ("minutes", Self::Minutes),
        ("hours", Self::Hours),
        ("days", Self::Days),
    ];
}

/// Members of ours, each with the path where it stands.
fn names(settings: &Settings, given: Given<'_>) -> Result<String> {
    let text = query(settings, given)?;
    let names = uri::parse_query(&text);
    for (at, (name, path)) in names.iter().enumerate() {
        if !OURS.iter().any(|(ours, _)| ours == name) {
            // The name itself is not repeated: it could be a secret in a wrong place.
            let ours = || OURS.iter().map(|(ours, _)| *ours);
            let hint = match nearest(name, ours()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("use {}", ours().collect::<Vec<_>>().join(", ")),
            };
            return Err(given.refused(format!("it names no member of ours: {hint}")));
        }
        if names[..at].iter().any(|(before, _)| before == name) {
            return Err(given.refused(format!("{name} stands twice: name one place for it")));
        }
        if name == ACCESS.0 && path.is_empty() {
            return Err(given.refused("access_token has no name: write access_token=NAME"));
        }
    }
    Ok(text)
}

impl Settings {
    /// All that an answer is read by.
    pub fn answer_texts(&self) -> impl Iterator<Item = Secret> + '_ {
        ROWS.iter().map(|row| row.text(self))
    }

    /// What came back from an endpoint that was asked for that, `now`. No sentence about it repeats `secrets`.
    /// `has_assertion`: something in the request was signed for it.
    pub fn answer_from<'a>(
        &'a self,
        (endpoint, asked): (&'static str, Asked),
        response: &'a Response,
        now: i64,
        secrets: &'a dyn Fn() -> Vec<Secret>,
        has_assertion: bool,
    ) -> Answer<'a> {
        Answer { response, dialect: &self.answer, secrets, now, endpoint, asked, has_assertion }
    }
}
