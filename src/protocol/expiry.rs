//! When an access token expires, in the ways in which servers say so.
#![forbid(unsafe_code)]

use super::dialect::ExpiresInUnit;
use crate::jose;
use crate::json::Json;
use crate::time::{self, Clock};

/// More than 2001 in seconds: no duration.
const ABSOLUTE: i64 = 1_000_000_000;
/// The end of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// By how long it lives. `None` where that is not said, or makes no sense.
pub fn after(expires_in: &Json, unit: ExpiresInUnit, clock: Clock) -> Option<i64> {
    let after = |seconds: i64| clock.now.saturating_add(seconds);
    let Some(number) = whole(expires_in) else {
        let text = expires_in.text()?.trim();
        let at = clock_time(text).or_else(|| iso_duration(text)).map(after);
        return at.filter(|at| *at <= LATEST).or_else(|| point(text, clock));
    };
    let at = match unit {
        // An absolute time, whatever it is called.
        ExpiresInUnit::Seconds if number >= ABSOLUTE => clock.ours(epoch(number)),
        ExpiresInUnit::Seconds => after(number),
        ExpiresInUnit::Milliseconds => after(number / 1000),
        ExpiresInUnit::Minutes => after(number.saturating_mul(60)),
        ExpiresInUnit::Hours => after(number.saturating_mul(3600)),
        ExpiresInUnit::Days => after(number.saturating_mul(86_400)),
    };
    Some(at).filter(|at| *at <= LATEST)
}

/// By a point in time: seconds or milliseconds since 1970, RFC 3339, or a header's date (ASP.NET).
pub fn at(expires_at: &Json, clock: Clock) -> Option<i64> {
    match whole(expires_at) {
        Some(number) if number < ABSOLUTE => None,
        Some(number) => Some(clock.ours(epoch(number))).filter(|at| *at <= LATEST),
        None => point(expires_at.text()?.trim(), clock),
    }
}

fn point(text: &str, clock: Clock) -> Option<i64> {
    time::timestamp(text).or_else(|| time::http_date(text)).map(|at| clock.ours(at))
}

/// By `exp` of an access token that is a JWT (RFC 7519 section 4.1.4). Nobody has checked who signed it: it says when to
/// renew, and nothing else. Whatever is odd about it says nothing.
pub fn of_jwt(access_token: &str, clock: Clock) -> Option<i64> {
    let claims = jose::claims(access_token)?;
    let exp = claims.member("exp").filter(|exp| matches!(exp, Json::Number(_)))?;
    whole(exp).filter(|at| (ABSOLUTE..=LATEST).contains(at)).map(|at| clock.ours(at))
}

/// Seconds since 1970 of what may be milliseconds.
fn epoch(number: i64) -> i64 {
    if number >= 100_000_000_000 {
        number / 1000
    } else {
        number
    }
}

/// A number, also as text (PayPal, Stamps.com, AD FS), also with a fraction.
fn whole(json: &Json) -> Option<i64> {
    let number = match json {
        Json::Number(number) => number.as_f64()?,
        Json::Text(text) => text.expose().trim().parse::<f64>().ok()?,
        _ => return None,
    };
    // Beyond this no time is meant.
    #[allow(clippy::cast_possible_truncation)]
    (number.is_finite() && number.abs() < 1e15).then_some(number as i64)
}

/// `177:05:38`, as Tableau writes it: hours, minutes and seconds, which may have a fraction.
fn clock_time(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (whole_seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (minutes, seconds) = (digits(minutes)?, digits(whole_seconds)?);
    digits(fraction)?;
    if parts.next().is_some() || minutes > 59 || seconds > 59 {
        return None;
    }
    Some(digits(hours)? * 3600 + minutes * 60 + seconds)
}

/// `PT1H30M`, `P14D` (ISO 8601). A month and a year have no length.
fn iso_duration(text: &str) -> Option<i64> {
    let (date, time) = text.strip_prefix('P')?.split_once('T').unwrap_or((&text[1..], "0S"));
    let days = counted(date, &[('W', 604_800), ('D', 86_400)])?;
    Some(days + counted(time, &[('H', 3600), ('M', 60), ('S', 1)])?)
}

/// Numbers, each with its unit behind it, in this order.
fn counted(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut rest, mut sum) = (text, 0);
    for (unit, seconds) in units {
        if let Some((number, behind)) = rest.split_once(*unit) {
            let number = number.split_once('.').map_or(number, |(number, _)| number);
            sum += digits(number)? * seconds;
            rest = behind;
        }
    }
    rest.is_empty().then_some(sum)
}

/// A number of few digits, and nothing else.
fn digits(text: &str) -> Option<i64> {
    let are_digits = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    are_digits.then(|| text.parse().ok()).flatten()
}
