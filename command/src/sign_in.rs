//! A person signs in. How: as told, or else by what there is.
#![forbid(unsafe_code)]

mod paste;

use oauth::constants as number;

use crate::arguments::{Arguments, Way};
use crate::edge::Client;
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
    match arguments.way {
        Some(Way::Paste) | None => paste::run(client)?,
    }
    let until = match client.get(number::OAUTH_EXPIRES_AT)? {
        until if until.is_empty() => String::new(),
        until => format!(" until {until}, then renewed by whoever needs it"),
    };
    output::say(&format!("Signed in. The token is valid{until}: oauth header {profile}"));
    Ok(())
}
