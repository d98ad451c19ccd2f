//! Programs that were built for another processor than this machine's, as far as tests start and build them.
#![allow(dead_code)] // each test program uses a part

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// What to start for that program: itself, or where TEST_RUNNER says what runs it (`qemu-ppc64 -L /usr/powerpc64-linux-gnu`),
/// a script beside it that does.
pub fn runnable(program: impl AsRef<Path>) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    // Another process writes it: of a file that this one has written, a child of another thread may still have the
    // descriptor, and then it cannot be started.
    const WRITE: &str =
        r#"printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$1" "$2" >"$3" && chmod 755 "$3" && mv "$3" "$4""#;
    let program = program.as_ref();
    let Some(runner) = std::env::var("TEST_RUNNER").ok().filter(|runner| !runner.is_empty()) else {
        return program.to_owned();
    };
    let script = PathBuf::from(format!("{}.run", program.display()));
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if !script.exists() {
        let new = format!("{}-{}", script.display(), std::process::id());
        let mut shell = Command::new("sh");
        shell.args(["-c", WRITE, "sh", &runner]).args([program, new.as_ref(), &script]);
        assert!(shell.status().unwrap().success(), "{} cannot be written", script.display());
    }
    script
}

/// The compiler, or another tool, for the processor that tests run on: TEST_TOOLS is what stands before its name.
pub fn tool(name: &str) -> String {
    format!("{}{name}", std::env::var("TEST_TOOLS").unwrap_or_default())
}
