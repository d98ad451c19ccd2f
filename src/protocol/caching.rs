//! How long an answer may be kept, as it says itself (RFC 9111 section 4.2).
#![forbid(unsafe_code)]

use super::message::Response;
use crate::time::http_date;

/// Seconds; `None` where it does not say.
pub fn lifetime(response: &Response) -> Option<i64> {
    let all = response.headers.iter().filter(|(name, _)| *name == "Cache-Control");
    let directives = || all.clone().flat_map(|(_, value)| value.split(',')).map(str::trim);
    if directives().any(|word| ["no-store", "no-cache"].iter().any(|no| word.eq_ignore_ascii_case(no))) {
        return Some(0);
    }
    let max_age = directives().find_map(|word| {
        let (name, seconds) = word.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("max-age");
        seconds.trim().trim_matches('"').parse::<u32>().ok().filter(|_| is_it)
    });
    if let Some(seconds) = max_age {
        let age = response.header("Age").and_then(|age| age.parse::<u32>().ok()).unwrap_or(0);
        return Some(i64::from(seconds).saturating_sub(age.into()).max(0));
    }
    // Section 5.3: what is no date, such as 0, is over.
    let expires = http_date(response.header("Expires")?).unwrap_or(0);
    let date = response.header("Date").and_then(http_date)?;
    Some(expires.saturating_sub(date).max(0))
}
