//! How the server answers; the protocol's [`crate::protocol::answer::AnswerDialect`].
#![forbid(unsafe_code)]

use super::row::{text, Kind, Row, Words};
use crate::constants as number;
use crate::protocol::answer::ExpiresInUnit;

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
