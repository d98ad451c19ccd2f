//! Files: who owns them, and who else can read or change them.
#![forbid(unsafe_code)]

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use oauth::constants as number;

use super::{locks, Report};
use crate::edge::{effective_user, Client};

/// How the library ends its line about a token where that is so: it knows what is a secret.
const IS_OPEN: &str = "others can read the secret in the profile";

/// Settings that name a file, by `file:PATH` or as they are; whether it is a secret.
const FILES: &[(&str, i32, bool)] = &[
    ("store_key", number::OAUTH_STORE_KEY, true),
    ("store_old_key", number::OAUTH_STORE_OLD_KEY, true),
    ("private_key", number::OAUTH_PRIVATE_KEY, true),
    ("private_key_password", number::OAUTH_PRIVATE_KEY_PASSWORD, true),
    ("service_account", number::OAUTH_SERVICE_ACCOUNT, true),
    ("key_certificate", number::OAUTH_KEY_CERTIFICATE, false),
    ("client_key_file", number::OAUTH_CLIENT_KEY_FILE, true),
    ("client_cert_file", number::OAUTH_CLIENT_CERT_FILE, false),
    ("ca_file", number::OAUTH_CA_FILE, false),
];

/// Such as `as user carol (1000)`.
pub fn whoami() -> String {
    format!("as user {}", user(effective_user()))
}

fn user(id: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
    });
    named.map_or_else(|| id.to_string(), |name| format!("{name} ({id})"))
}

/// It was read, so what is left to say is where it is, and who else can read it.
pub fn profile(client: &Client, profile: &str, report: &mut Report) {
    let Some(path) = profile_file(profile) else {
        return report.fine("profile", &format!("{profile}, of the servers that the library knows"));
    };
    let shown = path.display();
    let found = match fs::metadata(&path) {
        Ok(found) => found,
        Err(e) => return report.fix("profile", &format!("cannot be looked at ({}): {shown}", words(&e))),
    };
    let is_open = |line: String| line.rsplit("; ").next().is_some_and(|last| last.starts_with(IS_OPEN));
    if client.get(number::OAUTH_STATUS_LINE).is_ok_and(is_open) {
        return report.fix("profile", &format!("others can read the secret in it: chmod 600 {shown}"));
    }
    report.fine("profile", &format!("{}: {shown}", rights(&found)));
}

/// As `oauth_client_open` looks for it.
fn profile_file(profile: &str) -> Option<PathBuf> {
    if profile.contains('/') {
        return Some(PathBuf::from(profile.rsplit_once('#').map_or(profile, |(path, _)| path)));
    }
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")));
    let files = [
        set("LIBOAUTH_PROFILES"),
        config.map(|folder| folder.join("liboauth/profiles.toml")),
        Some(PathBuf::from("/etc/liboauth/profiles.toml")),
    ];
    files.into_iter().flatten().find(|path| has_profile(path, profile))
}

fn has_profile(path: &Path, name: &str) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let headers = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split(']').next());
    headers.map(|header| header.trim().trim_matches(['"', '\''])).any(|header| header == name)
}

/// What keys and certificates stand in.
pub fn keys(client: &Client, report: &mut Report) {
    for (key, property, is_secret) in FILES {
        let text = client.get(*property).unwrap_or_default();
        match (text.strip_prefix("file:"), text.strip_prefix("env:")) {
            (Some(path), _) => file(key, path, *is_secret, report),
            (_, Some(name)) if env::var_os(name).is_some() => {
                report.fine(key, &format!("in the environment's {name}"));
            }
            (_, Some(name)) => report.fix(key, &format!("{name} is not set: set it where the job starts")),
            _ if text.is_empty() => {}
            _ if key.ends_with("_file") => file(key, &text, *is_secret, report),
            _ => report.fine(key, "in the profile itself"),
        }
    }
}

fn file(key: &str, path: &str, is_secret: bool, report: &mut Report) {
    match fs::metadata(path) {
        Err(e) => report.fix(key, &format!("cannot be read ({}), check the path: {path}", words(&e))),
        Ok(found) if is_secret && found.mode() & 0o077 != 0 => {
            report.fix(key, &format!("others can get at it: chmod 600 {path}"));
        }
        Ok(found) if found.mode() & 0o022 != 0 => {
            report.fix(key, &format!("others can change it: chmod go-w {path}"));
        }
        Ok(found) if found.uid() != effective_user() && found.uid() != 0 => {
            report.fix(key, &format!("it belongs to {}: use one of your own: {path}", user(found.uid())));
        }
        Ok(found) => match fs::File::open(path) {
            Ok(_) => report.fine(key, &format!("{}: {path}", rights(&found))),
            Err(e) => report.fix(key, &format!("cannot be read ({}), check its rights: {path}", words(&e))),
        },
    }
}

pub fn store(client: &Client, store: &str, report: &mut Report) {
    let Some(folder) = store.strip_prefix("file:") else {
        return report.note(
            "store",
            "memory: every process signs in by itself; to keep tokens, store = \"file:FOLDER\"",
        );
    };
    let place = if Path::new(folder).is_relative() {
        format!("{folder} (below the current folder: another job may start elsewhere)")
    } else {
        folder.to_owned()
    };
    // The library looks at the folders above, too, and changes nothing by that.
    match (client.accounts(1), fs::metadata(folder)) {
        (Err(failure), _) if failure.number <= number::OAUTH_ERROR_STORE => report.failed("store", &failure),
        (_, Ok(found)) if found.mode() & 0o077 != 0 => {
            report.note("store", &format!("others can see whose tokens are in it: chmod 700 {place}"));
        }
        (_, Ok(found)) => report.fine("store", &format!("{}: {place}", rights(&found))),
        (_, Err(e)) if e.kind() == io::ErrorKind::NotFound => {
            report.note("store", &format!("is made by the first sign-in: {place}"));
        }
        (_, Err(e)) => report.fix("store", &format!("cannot be looked at ({}): {place}", words(&e))),
    }
    locks::look(Path::new(folder), report);
}

/// Such as `of carol (1000), 0600`.
fn rights(found: &fs::Metadata) -> String {
    format!("of {}, {:04o}", user(found.uid()), found.mode() & 0o7777)
}

/// Without the number that means nothing to a person.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
