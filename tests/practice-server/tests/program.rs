#![forbid(unsafe_code)]
//! The program, as people start it.

#[path = "../../common/runnable.rs"]
mod runnable;
mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use runnable::runnable;
use support::{encode, CB};

/// Ends with the test, whatever comes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(runnable(env!("CARGO_BIN_EXE_practice-server")));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Starts to serve; gives the lines up to READY.
fn serve(arguments: &[&str]) -> (Running, Vec<String>) {
    let mut child = program(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let running = Running(child);
    let mut lines = Vec::new();
    for line in BufReader::new(out).lines() {
        lines.push(line.unwrap());
        if lines.last().unwrap().starts_with("READY ") {
            return (running, lines);
        }
    }
    panic!("never ready: {lines:?}");
}

#[test]
fn it_serves_and_signs_in() {
    let folder = std::env::temp_dir().join(format!("practice-server-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let ca = folder.join("ca.pem");
    let ca = ca.to_str().unwrap();
    let (running, lines) = serve(&["serve", "--port", "0", "--https", "--ca-out", ca, "--status=503"]);
    assert_eq!(lines[0], format!("CA {ca}"));
    let url = lines[1].strip_prefix("READY ").unwrap();
    assert!(url.starts_with("https://127.0.0.1:"));

    let authorize = format!(
        "{url}/metamaps-real/oauth/authorize?response_type=code&client_id=demo&redirect_uri={}",
        encode("urn:ietf:wg:oauth:2.0:oob")
    );
    let done = run(&["sign-in", "--ca", ca, "--code-only", &authorize]);
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8(done.stdout).unwrap().starts_with("code-"));

    let authorize = format!(
        "{url}/strict/authorize?response_type=code&client_id=demo&state=s&redirect_uri={}",
        encode(CB)
    );
    let denied = run(&["sign-in", "--ca", ca, "--deny", &authorize]);
    assert!(String::from_utf8(denied.stdout).unwrap().starts_with(&format!("{CB}?error=access_denied")));
    assert!(!run(&["sign-in", &authorize]).status.success(), "without the CA");
    drop(running);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn it_explains_itself_and_its_refusals() {
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    for word in ["demo-secret", "alice", "/strict/token", "/belladati/auth/oauth/request:new", "retry_after"]
    {
        assert!(help.contains(word), "{word}");
    }
    for wrong in [
        &["serve", "--nonsense"][..],
        &["serve", "--port", "x"],
        &["serve", "--https=1", "--port", "0"],
        &["serve", "--late"],
        &["serve", "--wrong-host"],
        &["sign-in"],
        &["sign-in", "a", "b"],
        &["nonsense"],
        &[],
    ] {
        let output = run(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stderr.starts_with(b"practice-server: "), "{wrong:?}");
    }
}
