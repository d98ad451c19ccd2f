//! `oauth`: the library for a person at a terminal, for shells, cron and CL. It calls what a caller calls: a file a
//! command, `edge.rs` the only one with unsafe code, `output.rs` the only one that writes.
#![deny(unsafe_code)]
// What std does before its own `main` takes as long as reading the token: see `edge.rs`.
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(dead_code))] // which nobody begins

mod arguments;
mod doctor;
mod edge;
mod failure;
mod output;
mod prompt;
mod settings;
mod sign_in;
mod tokens;

use std::ffi::OsString;

use oauth::constants::{OAUTH_ACCOUNT, OAUTH_HTTP};

use arguments::{Arguments, Command};
use edge::Client;
use failure::{Ended, OK, USAGE};

const HELP: &str = include_str!("help.txt");

/// The exit code. `words`: the command line's, without the program's name.
fn begin(words: Vec<OsString>) -> i32 {
    match arguments::parse(words.into_iter()) {
        Ok(arguments) => match run(&arguments) {
            Ok(code) => code,
            Err(ended) => failure::report(ended, &arguments.again, arguments.is_json),
        },
        Err(sentence) => failure::report(Ended::Said(USAGE, sentence), "", false),
    }
}

fn run(arguments: &Arguments) -> Result<i32, Ended> {
    match arguments.command {
        Command::Help => output::answer(HELP.trim_end())?,
        Command::Version => output::answer(&format!("oauth {}", edge::version()))?,
        Command::Header => output::answer(&open(arguments)?.bearer_header()?)?,
        Command::Token => output::answer(&open(arguments)?.access_token()?)?,
        Command::SignIn => sign_in::run(&open(arguments)?, arguments)?,
        Command::Refresh => tokens::refresh(&open(arguments)?, arguments)?,
        Command::Status => return tokens::status(&open(arguments)?, arguments),
        Command::Accounts => tokens::accounts(&open(arguments)?, arguments)?,
        Command::Forget => tokens::forget(&open(arguments)?, arguments)?,
        Command::Revoke => tokens::revoke(&open(arguments)?, arguments)?,
        Command::Reseal => tokens::reseal(&open(arguments)?, arguments)?,
        Command::Doctor => return doctor::run(arguments),
    }
    Ok(OK)
}

/// The profile's client, with what the command line says otherwise.
fn open(arguments: &Arguments) -> edge::Result<Client> {
    let client = Client::open(&arguments.profile)?;
    // There is no other HTTP here.
    if client.get(OAUTH_HTTP)? == "caller" {
        client.set(OAUTH_HTTP, "builtin")?;
    }
    for (property, value) in &arguments.settings {
        client.set(*property, value)?;
    }
    if let Some(account) = &arguments.account {
        client.set(OAUTH_ACCOUNT, account)?;
    }
    Ok(client)
}
