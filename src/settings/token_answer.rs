//! How the server answers; the protocol's [`crate::protocol::answer::AnswerDialect`].
#![forbid(unsafe_code)]

use super::row::{plain, word, Row};
use crate::constants as number;
use crate::protocol::answer::ExpiresInUnit;

const UNITS: &[(&str, ExpiresInUnit)] =
    &[("seconds", ExpiresInUnit::Seconds), ("milliseconds", ExpiresInUnit::Milliseconds)];

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_RESPONSE_PATH,
        key: "response_path",
        get: |settings| plain(&settings.answer.response_path),
        set: |settings, given| given.text().map(|text| settings.answer.response_path = text.to_owned()),
    },
    Row {
        number: number::OAUTH_EXPIRES_IN_UNIT,
        key: "expires_in_unit",
        get: |settings| word(UNITS, &settings.answer.expires_in_unit),
        set: |settings, given| given.choice(UNITS).map(|unit| settings.answer.expires_in_unit = unit),
    },
];
