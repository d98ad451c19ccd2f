//! The browser of this machine comes back by itself, to a port that the library listens at (RFC 8252 section 7.3).
#![forbid(unsafe_code)]

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use oauth::constants as number;

use super::waiting::Waiting;
use crate::edge::Client;
use crate::failure::Ended;
use crate::output;

/// How long a person may take, second factors included.
const PATIENCE: Duration = Duration::from_secs(600);
/// For whoever has set none: a port that is free.
const USUAL: &str = "http://127.0.0.1:0/callback";

/// Settings that may name a variable of the environment which holds a secret.
const SOURCES: &[i32] = &[
    number::OAUTH_PRIVATE_KEY,
    number::OAUTH_PRIVATE_KEY_PASSWORD,
    number::OAUTH_SERVICE_ACCOUNT,
    number::OAUTH_STORE_KEY,
    number::OAUTH_STORE_OLD_KEY,
];

pub fn comes_back_here(redirect_uri: &str) -> bool {
    let Some(rest) = redirect_uri.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    // A port stands behind the last colon, but for those of an address in brackets.
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    };
    ["127.0.0.1", "[::1]", "localhost"].contains(&host)
}

pub fn run(client: &Client) -> Result<(), Ended> {
    if client.get(number::OAUTH_REDIRECT_URI)?.is_empty() {
        client.set(number::OAUTH_REDIRECT_URI, USUAL)?;
    }
    let url = client.authorize_url()?;
    // Before anybody is sent there, it listens.
    client.await_redirect(0)?;
    let way = if super::has_browser() && open(client, &url) {
        "Sign in in the browser that opens now. If none does, open this address on this machine:"
    } else {
        "Open this address in a browser on this machine, and sign in:"
    };
    output::say(way);
    output::show(&format!("\n{url}\n"));
    let waiting = Waiting::begin("for the browser", PATIENCE);
    loop {
        waiting.go_on()?;
        match client.await_redirect(1) {
            Ok(true) => break,
            Ok(false) => {}
            // The page says so, too, and may be loaded again.
            Err(failure) if failure.action == number::OAUTH_ACTION_RETRY => {
                waiting.clear();
                output::say(&failure.sentence);
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

/// Whether one has been started. It gets no secret, and no Ctrl-C of ours.
fn open(client: &Client, url: &str) -> bool {
    let mut programs: Vec<String> = Vec::new();
    // It may be a list of several, or have a place for the address: those are for whoever knows how to read that.
    programs.extend(env::var("BROWSER").ok().filter(|name| !name.is_empty() && !name.contains(['%', ':'])));
    if env::var_os("WSL_DISTRO_NAME").is_some() {
        programs.push("wslview".to_owned());
    }
    programs.push(if cfg!(target_os = "macos") { "open" } else { "xdg-open" }.to_owned());
    programs.iter().any(|program| start(client, program, url))
}

fn start(client: &Client, program: &str, url: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    for source in SOURCES {
        let text = client.get(*source).unwrap_or_default();
        if let Some(name) = text.strip_prefix("env:") {
            command.env_remove(name);
        }
    }
    command.spawn().is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_redirect_to_this_machine_is_told_by_its_host() {
        let rows = [
            ("http://127.0.0.1/cb", true),
            ("http://127.0.0.1:0/cb", true),
            ("http://[::1]:8080/", true),
            ("http://[::1]", true),
            ("http://localhost?x", true),
            ("https://127.0.0.1/cb", false),
            ("http://127.0.0.1.example/cb", false),
            ("http://example/127.0.0.1", false),
            ("urn:ietf:wg:oauth:2.0:oob", false),
            ("", false),
        ];
        for (uri, expected) in rows {
            assert_eq!(super::comes_back_here(uri), expected, "{uri}");
        }
    }
}
