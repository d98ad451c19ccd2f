//! A person signs in. How: as told, or else by what there is.
#![forbid(unsafe_code)]

mod browser;
mod device;
mod paste;
mod waiting;

use std::env;

use oauth::constants as number;

use crate::arguments::{Arguments, Way};
use crate::edge::{Client, Failure};
use crate::failure::{Ended, FIX, SIGN_IN, USAGE};
use crate::{output, prompt, tokens};

pub fn run(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    let again = &arguments.again;
    if tokens::needs_nobody(client)? {
        let sentence = "nobody has to sign in with this profile's grant_type";
        return Err(Ended::Said(USAGE, format!("{sentence}: oauth header {again}")));
    }
    let store = client.get(number::OAUTH_STORE)?;
    if store.is_empty() || store == "memory:" {
        let sentence = "the token would be lost at once: add store = \"file:FOLDER\" to the profile";
        return Err(Ended::Said(FIX, sentence.to_owned()));
    }
    if arguments.way.is_none() && !prompt::is_person() {
        let sentence =
            "sign in at a terminal: there is none here, and none of --browser, --device and --paste";
        return Err(Ended::Said(SIGN_IN, format!("{sentence} was given [oauth sign-in {again}]")));
    }
    match arguments.way.map_or_else(|| by_what_there_is(client), Ok)? {
        Way::Browser => browser::run(client)?,
        Way::Device => match client.device_start() {
            Ok(()) => device::run(client)?,
            // The server has codes, and none for this client: nobody has asked for that way.
            Err(failure) if arguments.way.is_none() => {
                output::say(&format!("No code for another screen: {}", failure.sentence));
                paste::run(client)?;
            }
            Err(failure) => return Err(failure.into()),
        },
        Way::Paste => paste::run(client)?,
    }
    let until = client.get(number::OAUTH_EXPIRES_AT)?;
    let is_renewed = !client.get(number::OAUTH_REFRESH_TOKEN)?.is_empty();
    let valid = match (until.as_str(), is_renewed) {
        ("", true) => "until an API refuses it, and renewed then".to_owned(),
        ("", false) => "until an API refuses it".to_owned(),
        (until, true) => format!("until {until}, and renewed by whoever needs it then"),
        (until, false) => format!("until {until}: the server gives none to renew it by"),
    };
    output::say(&format!("Signed in. The token is valid {valid}. Next: oauth header {again}"));
    Ok(())
}

fn by_what_there_is(client: &Client) -> Result<Way, Failure> {
    if has_browser() && browser::comes_back_here(&client.get(number::OAUTH_REDIRECT_URI)?) {
        return Ok(Way::Browser);
    }
    if !client.get(number::OAUTH_DEVICE_ENDPOINT)?.is_empty() || says_it_has_devices(client)? {
        return Ok(Way::Device);
    }
    Ok(Way::Paste)
}

/// Of a server that says of itself what it has.
fn says_it_has_devices(client: &Client) -> Result<bool, Failure> {
    const NAME: &str = "device_authorization_endpoint";
    if client.get(number::OAUTH_ISSUER)?.is_empty() || !client.get(number::OAUTH_TOKEN_ENDPOINT)?.is_empty() {
        return Ok(false);
    }
    client.discover()?;
    Ok(client.metadata(NAME).is_ok_and(|endpoint| !endpoint.is_empty()))
}

/// A screen on which one could open.
fn has_browser() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(target_os = "macos") || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set)
}
