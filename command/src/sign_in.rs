//! A person signs in. How: as told, or else by what there is.
#![forbid(unsafe_code)]

mod browser;
mod paste;
mod waiting;

use std::env;

use oauth::constants as number;

use crate::arguments::{Arguments, Way};
use crate::edge::{Client, Failure};
use crate::failure::{Ended, FIX, SIGN_IN, USAGE};
use crate::{output, prompt, tokens};

pub fn run(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    let profile = &arguments.profile;
    if tokens::needs_nobody(client)? {
        let sentence = "nobody has to sign in with this profile's grant_type";
        return Err(Ended::Said(USAGE, format!("{sentence}: oauth header {profile}")));
    }
    let store = client.get(number::OAUTH_STORE)?;
    if store.is_empty() || store == "memory:" {
        let sentence = "the token would be lost at once: add store = \"file:FOLDER\" to the profile";
        return Err(Ended::Said(FIX, sentence.to_owned()));
    }
    if arguments.way.is_none() && !prompt::is_person() {
        let sentence =
            "sign in at a terminal: there is none here, and none of --browser, --device and --paste";
        return Err(Ended::Said(SIGN_IN, format!("{sentence} was given [oauth sign-in {profile}]")));
    }
    match arguments.way.map_or_else(|| by_what_there_is(client), Ok)? {
        Way::Browser => browser::run(client)?,
        Way::Paste => paste::run(client)?,
    }
    let until = match client.get(number::OAUTH_EXPIRES_AT)? {
        until if until.is_empty() => String::new(),
        until => format!(" until {until}, then renewed by whoever needs it"),
    };
    output::say(&format!("Signed in. The token is valid{until}: oauth header {profile}"));
    Ok(())
}

fn by_what_there_is(client: &Client) -> Result<Way, Failure> {
    if has_browser() && browser::comes_back_here(&client.get(number::OAUTH_REDIRECT_URI)?) {
        return Ok(Way::Browser);
    }
    Ok(Way::Paste)
}

/// A screen on which one could open.
fn has_browser() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(target_os = "macos") || ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set)
}
