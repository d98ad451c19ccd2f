//! Points in time as servers, records and people write them. Inside they are seconds since 1970.
#![forbid(unsafe_code)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Result;

/// When something is made, and where its randomness is from.
pub struct Moment {
    pub now: i64,
    pub random: fn(&mut [u8]) -> Result<()>,
}

/// What time it is here and, by its `Date` header, at the server (RFC 9110 section 6.6.1).
#[derive(Clone, Copy)]
pub struct Clock {
    pub now: i64,
    /// How far the server's clock is ahead of ours; 0 where that may be the way of the answer.
    ahead: i64,
}

impl Clock {
    pub fn of(servers: Option<&str>, now: i64) -> Self {
        const SAME: i64 = 60;
        let ahead = servers.and_then(http_date).map_or(0, |date| date - now);
        Self { now, ahead: if ahead.abs() > SAME { ahead } else { 0 } }
    }

    /// Seconds, where that is more than the way of an answer.
    pub fn ahead(self) -> i64 {
        self.ahead
    }

    /// A time that the server wrote, by our clock: where one of the two is wrong, what it gave is good for as long.
    pub fn ours(self, servers: i64) -> i64 {
        servers.saturating_sub(self.ahead)
    }
}

pub fn http_date(text: &str) -> Option<i64> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// RFC 3339, as Sentry writes it, with or without a fraction, in any time zone.
pub fn timestamp(text: &str) -> Option<i64> {
    let text = text.trim();
    let offset_at = text.rfind(['+', '-']).filter(|at| text[..*at].contains(':'));
    let (local, offset) = offset_at.map_or((text, "Z"), |at| text.split_at(at));
    let utc = format!("{}Z", local.trim_end_matches(['Z', 'z']));
    let time: SystemTime = humantime::parse_rfc3339_weak(&utc).ok()?;
    let seconds = i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    Some(seconds - offset_seconds(offset)?)
}

/// `+02:00`, `-0530`, `Z`
fn offset_seconds(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset[1..].chars().filter(|c| *c != ':').collect();
    let number = digits.parse::<i64>().ok().filter(|_| digits.len() == 4)?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

/// `2026-01-31T12:00:00Z`
pub fn rfc3339(seconds: i64) -> String {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0).min(253_402_300_799));
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since).to_string()
}
