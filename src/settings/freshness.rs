//! How fresh a token must be; its own [`crate::token::Freshness`].
#![forbid(unsafe_code)]

use super::row::{digits, put, Row, YEAR};
use crate::constants as number;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_MIN_VALID,
        key: "min_valid",
        get: |settings| digits(settings.freshness.min_valid),
        set: |settings, given| put(given.seconds(0..=YEAR), &mut settings.freshness.min_valid),
    },
    Row {
        number: number::OAUTH_ASSUME_EXPIRES_IN,
        key: "assume_expires_in",
        get: |settings| digits(settings.freshness.assume_expires_in),
        set: |settings, given| put(given.seconds(1..=YEAR), &mut settings.freshness.assume_expires_in),
    },
];
