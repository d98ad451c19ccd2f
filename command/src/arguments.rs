//! What the command is told.
#![forbid(unsafe_code)]

use std::ffi::OsString;

use lexopt::prelude::{Long, Short, Value};

use crate::settings;

pub struct Arguments {
    pub command: Command,
    /// What `oauth_client_open` takes.
    pub profile: String,
    /// The same for whoever calls again: with `--account` and `--set`, as a shell takes it.
    pub again: String,
    pub account: Option<String>,
    /// A property's number and its value.
    pub settings: Vec<(i32, String)>,
    pub is_json: bool,
    pub way: Option<Way>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Command {
    SignIn,
    Header,
    Token,
    Refresh,
    Status,
    Accounts,
    Forget,
    Revoke,
    Reseal,
    Doctor,
    Help,
    Version,
}

/// How a person signs in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Browser,
    Device,
    Paste,
}

const COMMANDS: &[(&str, Command)] = &[
    ("sign-in", Command::SignIn),
    ("header", Command::Header),
    ("token", Command::Token),
    ("refresh", Command::Refresh),
    ("status", Command::Status),
    ("accounts", Command::Accounts),
    ("forget", Command::Forget),
    ("revoke", Command::Revoke),
    ("reseal", Command::Reseal),
    ("doctor", Command::Doctor),
    ("help", Command::Help),
    ("version", Command::Version),
];

const WAYS: &[(&str, Way)] = &[("browser", Way::Browser), ("device", Way::Device), ("paste", Way::Paste)];

impl Command {
    pub fn name(self) -> &'static str {
        COMMANDS.iter().find(|(_, command)| *command == self).map_or("", |(name, _)| name)
    }

    /// Those with an answer that programs read.
    fn takes_json(self) -> bool {
        !matches!(self, Self::SignIn | Self::Header | Self::Token | Self::Help | Self::Version)
    }
}

/// The sentence says what is wrong.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Arguments, String> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut words: Vec<String> = Vec::new();
    let (mut account, mut settings, mut is_json, mut way) = (None, Vec::new(), false, None);
    let mut again = String::new();
    let (mut is_help, mut is_version) = (false, false);
    while let Some(argument) = parser.next().map_err(sentence)? {
        match argument {
            Long("account") => {
                let name = text("--account", parser.value().map_err(sentence)?)?;
                again = format!("{again} --account {}", shell_word(&name));
                account = Some(name);
            }
            Long("set") => {
                let pair = text("--set", parser.value().map_err(sentence)?)?;
                again = format!("{again} --set {}", shell_word(&pair));
                settings.push(settings::given(&pair)?);
            }
            Long("json") => is_json = true,
            Long("help") | Short('h') => is_help = true,
            Long("version") | Short('V') => is_version = true,
            Long(name) if WAYS.iter().any(|(way, _)| *way == name) => {
                let given = WAYS.iter().find(|(way, _)| *way == name).map(|(_, way)| *way);
                if way.is_some() && way != given {
                    return Err("one way to sign in at a time: --browser, --device or --paste".to_owned());
                }
                way = given;
            }
            Value(word) => words.push(text("an argument", word)?),
            other => return Err(sentence(other.unexpected())),
        }
    }
    let mut words = words.into_iter();
    let command = match words.next() {
        _ if is_help => Command::Help,
        _ if is_version => Command::Version,
        Some(word) => named(&word)?,
        None => return Err("what to do is not said: oauth help lists it".to_owned()),
    };
    let is_about_profile = !matches!(command, Command::Help | Command::Version);
    let profile = words.next().unwrap_or_default();
    let name = command.name();
    if is_about_profile && profile.is_empty() {
        return Err(format!("which profile? oauth {name} PROFILE, by name or as a file such as ./acme.toml"));
    }
    if let Some(more) = words.next().filter(|_| is_about_profile) {
        return Err(format!("oauth {name} takes one profile: {more} is too much"));
    }
    if is_json && !command.takes_json() {
        return Err(format!("oauth {name} has no --json"));
    }
    if way.is_some() && command != Command::SignIn {
        return Err(format!("oauth {name} signs nobody in: --browser, --device and --paste are sign-in's"));
    }
    let again = shell_word(&profile) + &again;
    Ok(Arguments { command, profile, again, account, settings, is_json, way })
}

/// In quotes where a shell would understand it otherwise.
fn shell_word(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "./_-+=:,@%#".contains(letter);
    if !word.is_empty() && !word.starts_with('#') && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn named(word: &str) -> Result<Command, String> {
    let known = COMMANDS.iter().find(|(name, _)| *name == word).map(|(_, command)| *command);
    known.ok_or_else(|| format!("oauth has no command {word}: oauth help lists those that it has"))
}

fn text(what: &str, given: OsString) -> Result<String, String> {
    given.into_string().map_err(|_| format!("{what} is not UTF-8: write it in a UTF-8 terminal"))
}

#[allow(clippy::needless_pass_by_value)] // map_err gives it away
fn sentence(error: lexopt::Error) -> String {
    format!("{error}: oauth help lists what there is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_again_is_as_a_shell_takes_it() {
        let rows: &[(&[&str], &str)] = &[
            (&["header", "acme"], "acme"),
            (&["header", "./a b.toml#x"], "'./a b.toml#x'"),
            (&["header", "./a.toml#x", "--account", "o'hara"], "./a.toml#x --account 'o'\\''hara'"),
            (&["header", "--account=", "a", "--set", "timeout=3"], "a --account '' --set timeout=3"),
            (&["header", "$HOME/a.toml"], "'$HOME/a.toml'"),
        ];
        for (words, expected) in rows {
            let Ok(arguments) = parse(words.iter().map(OsString::from)) else { panic!("{words:?}") };
            assert_eq!(arguments.again, *expected, "{words:?}");
        }
    }
}
