//! How fresh a token must be; its own [`crate::token::Freshness`].
#![forbid(unsafe_code)]

use super::row::{digits, Row, YEAR};
use crate::constants as number;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_MIN_VALID,
        key: "min_valid",
        get: |settings| digits(settings.freshness.min_valid),
        set: |settings, given| given.seconds(0..=YEAR).map(|seconds| settings.freshness.min_valid = seconds),
    },
    Row {
        number: number::OAUTH_ASSUME_EXPIRES_IN,
        key: "assume_expires_in",
        get: |settings| digits(settings.freshness.assume_expires_in),
        set: |settings, given| {
            given.seconds(1..=YEAR).map(|seconds| settings.freshness.assume_expires_in = seconds)
        },
    },
];
