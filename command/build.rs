//! Links what unwinds a panic into the program, where this machine's C compiler has it to link: else each start of the
//! program looks for a library more, libgcc_s, which takes a sixth of an empty process's time.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CC");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let is_native = std::env::var("HOST") == std::env::var("TARGET");
    if !is_native || target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    if let Some(folder) = folder_of("libgcc_eh.a") {
        println!("cargo::rustc-link-search=native={folder}");
        println!("cargo::rustc-link-lib=static:+whole-archive=gcc_eh");
    }
}

/// Where the C compiler looks for it. It says the name alone where it has none.
fn folder_of(library: &str) -> Option<String> {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let answer = Command::new(compiler).arg(format!("-print-file-name={library}")).output().ok()?;
    let path = String::from_utf8(answer.stdout).ok()?;
    let folder = Path::new(path.trim()).parent().filter(|folder| folder.is_absolute())?;
    folder.to_str().map(str::to_owned)
}
