//! Where `oauth_client_open` looks for a profile that is asked for by name.

use crate::common::runnable::runnable;
use crate::common::{error_action, error_text, Client};
use crate::profiles::{Folder, SECRET};
use crate::support::Table;
use oauth::constants::*;
use std::path::Path;
use std::process::Command;

/// Runs in a process of its own, whose environment is the case.
#[test]
#[ignore = "started by search_path"]
fn asks_for_a_profile() {
    let name = std::env::var("PROFILE_ASKED_FOR").expect("set by search_path");
    if let Ok(user) = std::env::var("PROFILE_ASKED_BY") {
        assert_eq!(unsafe { libc::setuid(user.parse().unwrap()) }, 0);
    }
    let (n, client_id) = match Client::open(&name) {
        Ok(client) => (0, client.get(OAUTH_CLIENT_ID)),
        Err(n) => (n, String::new()),
    };
    let (action, text) = (error_action(), if n < 0 { error_text() } else { String::new() });
    println!("\nFOUND {n}|{client_id}|{action}|{text}");
}

/// Name, what is asked for, variables, files, and client_id or what the sentence of OAUTH_ERROR_PROFILE holds. `@`
/// stands for the folder.
type Search = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
    Result<&'static str, &'static str>,
);

const OWN: (&str, &str) = ("own.toml", "[a]\nclient_id = \"own\"\n");
const XDG: (&str, &str) =
    ("xdg/liboauth/profiles.toml", "[a]\nclient_id = \"xdg\"\n[xx]\nclient_id = \"x\"\n");
const HOME: (&str, &str) =
    ("home/.config/liboauth/profiles.toml", "[a]\nclient_id = \"home\"\n[h]\nclient_id = \"h\"\n");
const ALL: &[(&str, &str)] =
    &[("LIBOAUTH_PROFILES", "@/own.toml"), ("XDG_CONFIG_HOME", "@/xdg"), ("HOME", "@/home")];

const SEARCHES: &[Search] = &[
    ("LIBOAUTH_PROFILES first", "a", ALL, &[OWN, XDG, HOME], Ok("own")),
    ("then XDG_CONFIG_HOME", "xx", ALL, &[OWN, XDG, HOME], Ok("x")),
    ("not HOME where XDG_CONFIG_HOME is set", "h", ALL, &[OWN, XDG, HOME], Err("h")),
    ("HOME", "a", &[("HOME", "@/home")], &[OWN, XDG, HOME], Ok("home")),
    (
        "empty variables are not set",
        "h",
        &[("LIBOAUTH_PROFILES", ""), ("XDG_CONFIG_HOME", ""), ("HOME", "@/home")],
        &[HOME],
        Ok("h"),
    ),
    (
        "a file that is not there is passed over",
        "a",
        &[("XDG_CONFIG_HOME", "@/xdg"), ("HOME", "@/home")],
        &[HOME, XDG],
        Ok("xdg"),
    ),
    ("a file that a variable names must be there", "a", ALL, &[HOME, XDG], Err("LIBOAUTH_PROFILES names")),
    ("known servers last", "stamps", ALL, &[OWN], Ok("")),
    (
        "ours before the known server",
        "stamps",
        ALL,
        &[("own.toml", "[stamps]\nprofile=\"stamps\"\nclient_id=\"ours\"\n")],
        Ok("ours"),
    ),
    ("no variable, known server", "metamaps", &[], &[], Ok("")),
    ("no variable, nothing", "a", &[], &[], Err("a")),
    ("nowhere", "zzz", ALL, &[OWN, XDG], Err("zzz")),
    (
        "a damaged file on the way is said",
        "a",
        ALL,
        &[("own.toml", "[a]\nclient_secret = hunter2-s3cr3t\n"), XDG],
        Err("own.toml line 2"),
    ),
    ("a path needs no variable", "@/own.toml#a", &[], &[OWN], Ok("own")),
    (
        "built on one of another file: not",
        "b",
        ALL,
        &[("own.toml", "[b]\nprofile=\"xx\"\n"), XDG],
        Err("line 2"),
    ),
];

#[test]
fn search_path() {
    let mut table = Table::new("search path");
    for (name, asked, variables, files, expected) in SEARCHES {
        table.row(name, |row| {
            let folder = Folder::new();
            let at = |text: &str| text.replace('@', folder.0.to_str().unwrap());
            for (name, text) in *files {
                folder.file(name, text);
            }
            let mut child = Command::new(runnable(std::env::current_exe().unwrap()));
            child.args(["--exact", "profile_search::asks_for_a_profile", "--ignored", "--nocapture"]);
            for variable in ["LIBOAUTH_PROFILES", "XDG_CONFIG_HOME", "HOME"] {
                child.env_remove(variable);
            }
            child.envs(variables.iter().map(|(name, value)| (name, at(value))));
            child.env("PROFILE_ASKED_FOR", at(asked)).current_dir(Path::new("/"));
            let output = String::from_utf8(child.output().unwrap().stdout).unwrap();
            let found = output.lines().find_map(|line| line.strip_prefix("FOUND "));
            let parts: Vec<&str> = found.unwrap_or_default().splitn(4, '|').collect();
            let [n, client_id, action, text] = parts[..] else {
                row.holds(&format!("the child says: {output}"), false);
                return;
            };
            row.holds(&format!("holds no secret: {text}"), !text.contains(SECRET));
            match expected {
                Ok(expected) => {
                    row.eq("returned", n, "0");
                    row.eq("client_id", client_id, *expected);
                }
                Err(says) => {
                    row.eq("returned", n, OAUTH_ERROR_PROFILE.to_string().as_str());
                    row.eq("action", action, OAUTH_ACTION_FIX.to_string().as_str());
                    row.holds(&format!("says {says}: {text}"), text.contains(*says));
                }
            }
        });
    }
    table.end();
}
