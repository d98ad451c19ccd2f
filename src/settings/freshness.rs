//! How fresh a token must be; its own [`crate::token::Freshness`].
#![forbid(unsafe_code)]

use super::row::{Kind, Row, YEAR};
use crate::constants as number;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_MIN_VALID,
        key: "min_valid",
        kind: Kind::Seconds(0..=YEAR, |s| &s.freshness.min_valid, |s| &mut s.freshness.min_valid),
    },
    Row {
        number: number::OAUTH_ASSUME_EXPIRES_IN,
        key: "assume_expires_in",
        kind: Kind::Seconds(
            1..=YEAR,
            |s| &s.freshness.assume_expires_in,
            |s| &mut s.freshness.assume_expires_in,
        ),
    },
    Row {
        number: number::OAUTH_REFRESH_WINDOW,
        key: "refresh_window",
        kind: Kind::Seconds(0..=YEAR, |s| &s.freshness.refresh_window, |s| &mut s.freshness.refresh_window),
    },
];
