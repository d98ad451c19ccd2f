//! A code is typed, or a QR code photographed, on whatever has a browser (RFC 8628).
#![forbid(unsafe_code)]

use std::time::{Duration, Instant, SystemTime};

use oauth::constants as number;

use super::waiting::Waiting;
use crate::edge::{self, Client};
use crate::failure::Ended;
use crate::output;

/// Where the server does not say how long its code is good for.
const PATIENCE: Duration = Duration::from_secs(1800);
/// What a QR code leaves of the screen, for the lines around it.
const LINES_BESIDE: usize = 6;

/// After `device_start`.
pub fn run(client: &Client) -> Result<(), Ended> {
    let place = client.get(number::OAUTH_VERIFICATION_URI)?;
    let code = client.get(number::OAUTH_USER_CODE)?;
    if let Some(drawn) = qr_code(client) {
        output::show(&drawn);
        output::say(&format!(
            "Photograph this, or open the address below, and compare or type the code {code}:"
        ));
        output::show(&place);
    } else {
        output::say("Open this address, on a telephone or wherever there is a browser:");
        output::show(&format!("\n{place}\n"));
        output::say(&format!("and type the code {code}"));
    }
    let waiting = Waiting::begin("for you to agree there", time_left(client));
    // Too early, and told how early.
    let mut next = Instant::now();
    loop {
        waiting.go_on()?;
        if Instant::now() < next {
            Waiting::second();
            continue;
        }
        match client.device_poll() {
            Ok(true) => break,
            // A fault that passes ends nothing.
            Ok(false) => next = Instant::now() + pause(client),
            Err(failure) if failure.action == number::OAUTH_ACTION_RETRY => {
                next = Instant::now() + pause(client);
            }
            Err(failure) => {
                waiting.clear();
                return Err(failure.into());
            }
        }
    }
    waiting.clear();
    Ok(())
}

/// As the server says, or as RFC 8628 section 3.2 has it.
fn pause(client: &Client) -> Duration {
    let seconds = client.get(number::OAUTH_RETRY_AFTER).ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

fn time_left(client: &Client) -> Duration {
    let until = client.get(number::OAUTH_DEVICE_EXPIRES_AT).unwrap_or_default();
    let until = humantime::parse_rfc3339(&until).ok();
    until.and_then(|until| until.duration_since(SystemTime::now()).ok()).unwrap_or(PATIENCE)
}

/// Where the screen has room for one.
fn qr_code(client: &Client) -> Option<String> {
    if !output::is_terminal() {
        return None;
    }
    if !output::is_utf8() {
        let is_inverse = client.get(number::OAUTH_QR_STYLE).ok()?.ends_with("inverse");
        client.set(number::OAUTH_QR_STYLE, if is_inverse { "plain_inverse" } else { "plain" }).ok()?;
    }
    let lines = edge::lines().unwrap_or(24).saturating_sub(LINES_BESIDE).clamp(12, 80);
    client.set(number::OAUTH_QR_LINES, &lines.to_string()).ok()?;
    let drawn = client.get(number::OAUTH_QR_CODE).ok()?;
    let width = drawn.lines().map(|line| line.chars().count()).max()?;
    (width < output::width()).then_some(drawn)
}
