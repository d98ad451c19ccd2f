//! How the server answers; the protocol's [`crate::protocol::answer::AnswerDialect`].
#![forbid(unsafe_code)]

use super::row::{plain, put, word, Row};
use crate::constants as number;
use crate::protocol::answer::ExpiresInUnit;

const UNITS: &[(&str, ExpiresInUnit)] =
    &[("seconds", ExpiresInUnit::Seconds), ("milliseconds", ExpiresInUnit::Milliseconds)];

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_RESPONSE_PATH,
        key: "response_path",
        get: |settings| plain(&settings.answer.response_path),
        set: |settings, given| put(given.text(), &mut settings.answer.response_path),
    },
    Row {
        number: number::OAUTH_EXPIRES_IN_UNIT,
        key: "expires_in_unit",
        get: |settings| word(UNITS, &settings.answer.expires_in_unit),
        set: |settings, given| put(given.choice(UNITS), &mut settings.answer.expires_in_unit),
    },
];
