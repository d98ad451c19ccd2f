//! Gives the shared library its soname: a literal, because Debian's OAuth 1.0a library owns `liboauth.so.0`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if os == "linux" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,liboauth.so.2");
    }
}
