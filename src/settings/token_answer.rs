//! How the server answers; the protocol's [`crate::protocol::answer::AnswerDialect`].
#![forbid(unsafe_code)]

use super::row::{text, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::protocol::answer::{Answer, ExpiresInUnit};
use crate::protocol::message::Response;
use crate::protocol::redactor::Redactor;
use crate::protocol::refusal::Asked;
use crate::secret::Secret;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_RESPONSE_PATH,
        key: "response_path",
        kind: Kind::Text(text, |s| &s.answer.response_path, |s| &mut s.answer.response_path),
    },
    Row {
        number: number::OAUTH_EXPIRES_IN_UNIT,
        key: "expires_in_unit",
        kind: Kind::Word(|s| &s.answer.expires_in_unit, |s| &mut s.answer.expires_in_unit),
    },
];

impl Words for ExpiresInUnit {
    const WORDS: &'static [(&'static str, Self)] =
        &[("seconds", Self::Seconds), ("milliseconds", Self::Milliseconds)];
}

impl Settings {
    /// What came back from an endpoint that was asked for that, `now`. No sentence about it repeats `secrets`, or those of the settings.
    pub fn answer_from<'a>(
        &'a self,
        (endpoint, asked): (&'static str, Asked),
        response: &'a Response,
        now: i64,
        mut secrets: Vec<Secret>,
    ) -> Answer<'a> {
        secrets.extend(self.secrets());
        Answer { response, dialect: &self.answer, words: Redactor::new(secrets), now, endpoint, asked }
    }
}
