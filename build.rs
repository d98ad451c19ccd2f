//! Gives the shared library its soname: a literal, because Debian's OAuth 1.0a library owns `liboauth.so.0`. Packs its
//! relocations, 70 KB of them, where the C library of this machine can read that, and has functions that are the same made
//! one, 20 KB, where the linker can. And leaves out of the catalogue of known servers what is written there for people,
//! 50 KB.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Files of known servers, a table a server.
const CATALOGUE: &str = "src/settings/known_servers";
/// What stands there for people: `src/settings/profile/source.rs` passes over it.
const REMARKS: [&str; 7] = ["title", "source", "date", "status", "notes", "refreshes", "needs"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={CATALOGUE}");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("known_servers.toml"), catalogue()).expect("OUT_DIR can be written");
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") != "linux" {
        return;
    }
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,liboauth.so.2");
    if links_with(ONE_OF_SAME) {
        println!("cargo::rustc-cdylib-link-arg={ONE_OF_SAME}");
    }
    let is_native = env::var("HOST") == env::var("TARGET");
    if is_native && target("ENV") == "gnu" && glibc().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,pack-relative-relocs");
    }
}

/// What LLVM's linker understands, which recent compilers bring along, and GNU's does not.
const ONE_OF_SAME: &str = "-Wl,--icf=all";

/// Whether a library can be linked with that, as this one will be.
fn links_with(argument: &str) -> bool {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let (source, library) = (out.join("empty.rs"), out.join("empty.so"));
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut compiler = Command::new(env::var_os("RUSTC").expect("cargo sets RUSTC"));
    compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    compiler.args(["--crate-type", "cdylib", "--target", &env::var("TARGET").unwrap_or_default()]);
    compiler.arg("-C").arg(format!("link-arg={argument}")).arg("-o").args([&library, &source]);
    fs::write(&source, "").is_ok() && compiler.output().is_ok_and(|done| done.status.success())
}

/// `glibc 2.36`
fn glibc() -> Option<(u32, u32)> {
    let answer = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let version = String::from_utf8(answer.stdout).ok()?;
    let (major, minor) = version.trim().rsplit(' ').next()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// All known servers, without remarks.
fn catalogue() -> String {
    let entries = fs::read_dir(CATALOGUE).expect("the known servers are there").flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort_unstable();
    let mut text = String::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "toml")) {
        keep_settings(&fs::read_to_string(file).expect("a file of known servers is UTF-8"), &mut text);
    }
    text
}

/// Line by line: a remark is a line, or goes on to the line that ends its text.
fn keep_settings(file: &str, text: &mut String) {
    const LONG: &str = "\"\"\"";
    let is_remark = |line: &str| line.split_once(" = ").is_some_and(|(key, _)| REMARKS.contains(&key));
    let mut lines = file.lines();
    while let Some(line) = lines.next() {
        if is_remark(line) {
            if line.matches(LONG).count() == 1 {
                lines.find(|line| line.contains(LONG));
            }
        } else if !line.is_empty() && !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
}
