//! Gives the shared library its soname: a literal, because Debian's OAuth 1.0a library owns `liboauth.so.0`. And packs
//! its relocations, 70 KB of them, where the C library of this machine can read that.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") != "linux" {
        return;
    }
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,liboauth.so.2");
    let is_native = std::env::var("HOST") == std::env::var("TARGET");
    if is_native && target("ENV") == "gnu" && glibc().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,pack-relative-relocs");
    }
}

/// `glibc 2.36`
fn glibc() -> Option<(u32, u32)> {
    let answer = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let version = String::from_utf8(answer.stdout).ok()?;
    let (major, minor) = version.trim().rsplit(' ').next()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
