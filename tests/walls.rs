//! The walls of the house: which room of `src/` may import from which, that unsafe code stays at the edge, and that no
//! file grows too long.
#![forbid(unsafe_code)]

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from top to bottom, as `src/lib.rs` has them. An import goes to the same floor or down, never up.
const FLOORS: &[&[&str]] = &[
    &["ffi"],
    &["client"],
    &["operation", "renewal", "pending"],
    &["settings"],
    &["listener", "protocol", "store", "transport"],
    &["token", "jose"],
    &[
        "alarm",
        "certificate",
        "constants",
        "der",
        "error",
        "json",
        "line",
        "os",
        "qr",
        "secret",
        "secret_source",
        "system",
        "time",
        "uri",
    ],
];

/// Rooms that import from nobody on their own floor.
const ALONE: &[&str] =
    &["operation", "renewal", "pending", "listener", "protocol", "store", "transport", "token", "jose"];

/// But these may. A request and its response are plain data.
const DOORS: &[(&str, &str)] = &[("transport", "protocol::message")];

/// No clock, randomness or I/O: given the same, it answers the same.
const PURE: &[&str] = &["protocol"];
const IMPURE: &[&str] = &["system", "os"];

const LONGEST: usize = 400;

/// What still breaks a rule, and how. A line goes with its fault.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn imports_run_down() {
    stands(&sources().iter().flat_map(wrong_imports).collect::<Vec<_>>());
}

/// What is asked of a server is said without a file: a snapshot leads to the store.
#[test]
fn an_operation_reaches_no_store() {
    let sources = sources();
    let reaches = |source: &&Source| source.room() == "operation" && source.text.contains("Snapshot");
    let faults = sources.iter().filter(reaches).map(|source| source.fault(1, "reaches the store".to_owned()));
    stands(&faults.collect::<Vec<_>>());
}

#[test]
fn unsafe_code_stays_at_the_edge() {
    stands(&sources().iter().filter_map(may_be_unsafe).collect::<Vec<_>>());
}

#[test]
fn no_file_is_long() {
    stands(&sources().iter().filter_map(too_long).collect::<Vec<_>>());
}

/// The command is a house of its own, of one room.
#[test]
fn the_command_keeps_them_too() {
    let sources = sources_in("command/src");
    let is_edge = |source: &Source| source.file.ends_with("edge.rs");
    let is_main = |source: &Source| source.file.ends_with("main.rs");
    let attribute = |source: &Source| {
        let attribute = if is_main(source) { "#![deny(unsafe_code)]" } else { "#![forbid(unsafe_code)]" };
        is_edge(source) || source.text.lines().any(|line| line == attribute)
    };
    let open = sources.iter().filter(|source| !attribute(source));
    let open: Vec<_> = open.map(|source| source.fault(1, "may be unsafe".to_owned())).collect();
    stands(&open);
    stands(&sources.iter().filter_map(too_long).collect::<Vec<_>>());
}

#[test]
fn every_exception_is_still_needed() {
    let sources = sources();
    let faults: Vec<_> = sources
        .iter()
        .flat_map(wrong_imports)
        .chain(sources.iter().filter_map(may_be_unsafe))
        .chain(sources.iter().filter_map(too_long))
        .collect();
    for exception in EXCEPTIONS {
        assert!(faults.iter().any(|fault| fault.is(exception)), "no longer needed: {exception:?}");
    }
}

#[test]
fn a_wrong_import_is_found_wherever_it_stands() {
    let rows: &[(&str, &str, Option<&str>)] = &[
        ("src/token.rs", "use crate::settings::Settings;", Some("token imports settings")),
        ("src/json.rs", "fn f(token: &crate::token::Token) {}", Some("json imports token")),
        ("src/settings/mod.rs", "pub use crate::client;", Some("settings imports client")),
        ("src/settings/row.rs", "use crate::pending::Pending;", Some("settings imports pending")),
        ("src/renewal/mod.rs", "use crate::operation::Refresh;", Some("renewal imports operation")),
        ("src/protocol/pkce.rs", "use crate::system::now;", Some("protocol imports system")),
        ("src/protocol/pkce.rs", "use crate::transport::Proxy;", Some("protocol imports transport")),
        ("src/store/seal/key.rs", "    use crate::protocol::pkce;", Some("store imports protocol")),
        ("src/transport/https.rs", "use crate::protocol::pkce;", Some("transport imports protocol")),
        ("src/jose/pem.rs", "use crate::protocol::pkce;", Some("jose imports protocol")),
        ("src/jose/pem.rs", "use crate::token::Token;", Some("jose imports token")),
        ("src/protocol/client_auth.rs", "use crate::jose::SigningKey;", None),
        ("src/ffi/os/mod.rs", "use crate::error::Error;", None),
        ("src/ffi/os/unix.rs", "use crate::client::Client;", Some("os imports client")),
        ("src/ffi/os/unix/locks.rs", "use crate::client::Client;", Some("os imports client")),
        ("src/ffi/os/unix/locks.rs", "use super::super::super::client;", Some("leaves its room by super")),
        ("src/ffi/os/unix/locks.rs", "use super::super::mod_of_its_own;", None),
        ("src/token.rs", "use super::settings;", Some("leaves its room by super")),
        ("src/client/mod.rs", "use super::ffi;", Some("leaves its room by super")),
        ("src/store/seal/key.rs", "use super::super::super::ffi;", Some("leaves its room by super")),
        ("src/token.rs", "use crate::{error, settings};", Some("imports several rooms in one path")),
        ("src/garden/mod.rs", "use crate::error::Error;", Some("garden stands on no floor")),
        ("src/token.rs", "use crate::garden::Error;", Some("token imports garden")),
        ("src/transport/https.rs", "use crate::protocol::message::Request;", None),
        ("src/client/mod.rs", "use crate::settings::Settings;", None),
        ("src/store/seal/key.rs", "use super::super::files;", None),
        ("src/error.rs", "    use super::*;", None),
        ("src/token.rs", "/// As crate::settings::Settings has it.", None),
        ("src/token.rs", "pub(crate) fn f() {} // of crate::client", None),
        ("src/lib.rs", "use crate::client;", None),
    ];
    for (file, line, expected) in rows {
        let source = Source { file: PathBuf::from(file), text: format!("\n{line}\n") };
        let faults: Vec<_> = wrong_imports(&source).collect();
        let expected: Vec<_> = expected.map(|how| format!("{file}:2: {how}")).into_iter().collect();
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{line}");
    }
}

// ---- the rules ----

fn wrong_imports(source: &Source) -> impl Iterator<Item = Fault<'_>> {
    let way_to_root = source.way_to_root();
    source.lines().flat_map(move |(number, line)| {
        let from_above = paths(line, "crate::").filter_map(|path| wrong_path(source.room(), path));
        // A module of a few lines within a file says `super::*`.
        let by_super = paths(line, &way_to_root).find(|path| !path.is_empty());
        let by_super = by_super.map(|_| "leaves its room by super".to_owned());
        from_above.chain(by_super).map(|how| source.fault(number, how)).collect::<Vec<_>>()
    })
}

/// What is wrong with a path behind `crate::` in that room.
fn wrong_path(room: &str, path: &str) -> Option<String> {
    let to = path.split("::").next().unwrap_or_default();
    if room == "lib" || to == room || is_door(room, path) {
        return None;
    }
    if to.is_empty() {
        return Some("imports several rooms in one path".to_owned());
    }
    let Some(from) = floor(room) else { return Some(format!("{room} stands on no floor")) };
    let is_allowed = match floor(to) {
        None => false,
        Some(floor) if floor == from => !ALONE.contains(&room),
        Some(floor) => floor > from && !(PURE.contains(&room) && IMPURE.contains(&to)),
    };
    (!is_allowed).then(|| format!("{room} imports {to}"))
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn is_door(room: &str, path: &str) -> bool {
    DOORS.iter().any(|(from, to)| *from == room && (path == *to || path.starts_with(&format!("{to}::"))))
}

fn may_be_unsafe(source: &Source) -> Option<Fault<'_>> {
    let is_edge = source.file.starts_with("src/ffi");
    let attribute = if source.room() == "lib" { "#![deny(unsafe_code)]" } else { "#![forbid(unsafe_code)]" };
    let is_safe = is_edge || source.text.lines().any(|line| line == attribute);
    (!is_safe).then(|| source.fault(1, format!("has no {attribute}")))
}

fn too_long(source: &Source) -> Option<Fault<'_>> {
    let length = source.text.lines().count();
    (length > LONGEST).then(|| source.fault(length, format!("is longer than {LONGEST} lines")))
}

fn stands(faults: &[Fault<'_>]) {
    let is_excused = |fault: &&Fault<'_>| EXCEPTIONS.iter().any(|exception| fault.is(exception));
    let left: Vec<_> = faults.iter().filter(|fault| !is_excused(fault)).map(ToString::to_string).collect();
    assert!(left.is_empty(), "\n{}\n", left.join("\n"));
}

// ---- reading the source ----

struct Source {
    file: PathBuf,
    text: String,
}

struct Fault<'a> {
    file: &'a Path,
    line: usize,
    how: String,
}

impl Fault<'_> {
    fn is(&self, (file, how): &(&str, &str)) -> bool {
        self.file == Path::new(file) && self.how == *how
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.how)
    }
}

impl Source {
    /// `store` for all of `src/store/`, `token` for `src/token.rs`.
    fn room(&self) -> &str {
        // In the folder of the edge, and not of it: see src/lib.rs.
        if self.file.starts_with("src/ffi/os") {
            return "os";
        }
        let name = self.file.iter().nth(1).and_then(|name| name.to_str()).unwrap_or_default();
        name.trim_end_matches(".rs")
    }

    /// `super::` as often as it takes to the root.
    fn way_to_root(&self) -> String {
        let is_mod = self.file.ends_with("mod.rs");
        let depth = self.file.iter().count() - 1 - usize::from(is_mod) - usize::from(self.room() == "os");
        "super::".repeat(depth)
    }

    fn fault(&self, line: usize, how: String) -> Fault<'_> {
        Fault { file: &self.file, line, how }
    }

    /// Each line's number and what stands in it before a comment.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
    }
}

/// What follows each `root` in a line: a path, or nothing where no name does.
fn paths<'a>(line: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(root).map(move |(at, _)| {
        let path = &line[at + root.len()..];
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(path.len());
        path[..end].trim_end_matches(':')
    })
}

fn sources() -> Vec<Source> {
    let sources = sources_in("src");
    assert!(sources.len() > 50, "these are not all");
    sources
}

fn sources_in(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let file = path.strip_prefix(root).unwrap().to_owned();
                sources.push(Source { text: fs::read_to_string(&path).unwrap(), file });
            }
        }
    }
    assert!(!sources.is_empty(), "nothing is in {folder}");
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    sources
}
