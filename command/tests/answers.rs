//! `oauth` in scripts: what is on standard output, and nothing else; the exit code; and that nobody is waited for.

mod common;

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use common::{json, mode_of, oauth, ran, World};
use practice_server::Fault;

#[test]
fn header_and_token_are_one_line_and_nothing_else() {
    let world = World::new().signed_in();
    let header = world.oauth("header", &[]);
    let token = world.oauth("token", &[]);
    header.is(0, &format!("Authorization: Bearer {}", token.out), "");
    assert_eq!((header.err.as_str(), token.err.as_str()), ("", ""));
    assert_eq!(token.out.lines().count(), 1);

    world.expire();
    let renewed = world.oauth("header", &[]);
    assert_ne!(renewed.out, header.out);
    assert_eq!(world.server.counts("strict").refreshes, 1);
    // Stored: the next process sends nothing.
    world.oauth("header", &[]).is(0, &renewed.out, "");
    assert_eq!(world.server.counts("strict").refreshes, 1);
}

#[test]
fn exit_codes_say_what_to_do() {
    type Break = fn(&World);
    let rows: &[(&str, Break, i32, &str)] = &[
        ("nobody has signed in", |world| world.oauth("forget", &[]).is(0, "", ""), 77, "sign in"),
        ("the refresh token is dead", |world| world.server.revoke_all(), 77, "[oauth sign-in "),
        ("the server is busy", |world| fault(world, "status=503&count=0"), 75, "try again later"),
        (
            "the client is wrong",
            |world| fault(world, "status=401&body={\"error\":\"invalid_client\"}"),
            78,
            "client",
        ),
        ("the profile is not there", |world| fs::remove_file(world.profile()).unwrap(), 78, "does not exist"),
        ("others can write to the profile", |world| world.write_profile("", 0o666), 78, "chmod go-w"),
        ("the profile has a mistake", |world| world.write_profile("tocken = 1", 0o600), 78, "line 11"),
    ];
    for (name, breaks, code, says) in rows {
        let world = World::new().signed_in();
        world.expire();
        breaks(&world);
        for command in ["header", "token"] {
            let ran = world.oauth(command, &["--set", "timeout=3"]);
            eprintln!("{name}: {}", ran.err);
            ran.is(*code, "", says);
        }
    }
}

#[test]
fn what_to_type_next_is_said() {
    let world = World::new();
    let next = format!("[oauth sign-in {} --account carol]\n", world.profile());
    world.oauth("header", &["--account", "carol"]).is(77, "", &next);
    let next = format!("[oauth doctor {} --set timeout=3]\n", world.profile());
    let world = world.signed_in();
    world.expire();
    fault(&world, "status=401&body={\"error\":\"invalid_client\"}");
    world.oauth("header", &["--set", "timeout=3"]).is(78, "", &next);
}

fn fault(world: &World, fault: &str) {
    world.server.set_fault(Fault::parse(fault).unwrap());
}

#[test]
fn what_is_wrong_with_the_command_line_is_said() {
    let rows: &[(&[&str], &str)] = &[
        (&[], "oauth help"),
        (&["hedaer", "p"], "no command hedaer"),
        (&["header"], "which profile?"),
        (&["header", "a", "b"], "b is too much"),
        (&["header", "p", "--json"], "no --json"),
        (&["header", "p", "--paste"], "signs nobody in"),
        (&["header", "p", "--colour"], "--colour"),
        (&["header", "p", "--account"], "--account"),
        (&["header", "p", "--set", "timeout"], "KEY=VALUE"),
        // Other users see a command line.
        (&["header", "p", "--set", "client_secret=demo-secret"], "does not take client_secret"),
    ];
    for (arguments, says) in rows {
        let mut program = oauth();
        program.args(*arguments);
        ran(program, "").is(64, "", says);
    }
    let world = World::new();
    world.oauth("header", &["--set", "timeout=soon"]).is(78, "", "timeout");
}

#[test]
fn nobody_is_waited_for_without_a_terminal() {
    let world = World::new();
    world.oauth("sign-in", &[]).is(77, "", "sign in at a terminal");
    assert!(world.stored("json").is_empty());
    // Closed rather than empty.
    let closed = format!("exec {} sign-in {} <&- >&- 2>&-", common::program().display(), world.profile());
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &closed]);
    assert_eq!(ran(shell, "").code, 77);
    // Told to, it reads what there is, and that is nothing.
    let told = world.oauth("sign-in", &["--paste"]);
    assert_eq!((told.code, told.out.as_str()), (77, ""));
    assert!(told.err.ends_with("nothing was pasted, and nothing was stored\n"), "{told:?}");
}

#[test]
fn who_does_not_read_the_answer_is_no_fault_and_a_full_disk_is() {
    let world = World::new().signed_in();
    let piped = format!("{} header {} | true; echo done", common::program().display(), world.profile());
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &piped]);
    ran(shell, "").is(0, "done\n", "");

    let mut gone = oauth();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = gone.args(["header", &world.profile()]).stdout(writer).output().unwrap();
    assert_eq!((output.status.signal(), output.stderr.as_slice()), (Some(libc::SIGPIPE), &b""[..]));

    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = oauth().args(["token", &world.profile()]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(74));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not be written"));
}

#[test]
fn tokens_are_looked_after() {
    let world = World::new();
    world.oauth("status", &[]).is(77, &world.oauth("status", &[]).out, "");
    world.oauth("accounts", &[]).is(0, "", "");
    assert_eq!(json(&world.oauth("accounts", &["--json"]).out)["accounts"].as_array().unwrap().len(), 0);

    let world = world.signed_in();
    let status = world.oauth("status", &[]);
    assert_eq!((status.code, status.out.lines().count()), (0, 1), "{status:?}");
    assert!(status.out.contains("valid until"), "{status:?}");
    let status = json(&world.oauth("status", &["--json"]).out);
    assert_eq!((&status["has_token"], &status["generation"]), (&true.into(), &1.into()), "{status}");
    assert!(status["expires_at"].as_str().unwrap().starts_with("20"));
    world.oauth("accounts", &[]).is(0, "\n", "");
    assert_eq!(json(&world.oauth("accounts", &["--json"]).out)["accounts"][0], "");
    world.oauth("status", &["--account", "k\u{e4}the"]).is(
        77,
        &world.oauth("status", &["--account", "k\u{e4}the"]).out,
        "",
    );

    let key = "0123456789abcdef".repeat(4);
    world.write_profile(&format!("store_key = \"{key}\"\nstore_allow_plain = true\n"), 0o600);
    assert_eq!(json(&world.oauth("reseal", &["--json"]).out)["resealed"], 1);
    world.oauth("reseal", &[]).is(0, "", "");
    assert_eq!(mode_of(&world.stored("json")[0]), 0o600);

    let token = world.oauth("token", &[]).out;
    world.oauth("revoke", &[]).is(0, "", "");
    assert_eq!(world.server.counts("strict").revocations, 2);
    assert!(!token.is_empty() && world.stored("json").is_empty());
    assert_eq!(json(&world.oauth("revoke", &["--json"]).out)["revoked"], false);

    let world = world.signed_in();
    assert_eq!(json(&world.oauth("forget", &["--json"]).out)["forgotten"], true);
    world.oauth("forget", &[]).is(0, "", "");
    let failed = world.oauth("refresh", &["--json"]);
    assert_eq!((json(&failed.out)["action"].as_str(), failed.code), (Some("sign_in"), 77), "{failed:?}");
    let world = world.signed_in();
    assert!(json(&world.oauth("refresh", &["--json"]).out)["expires_at"].is_string());
    assert_eq!(world.server.counts("strict").refreshes, 1);
}

#[test]
fn help_and_version() {
    for arguments in [&["help"][..], &["--help"], &["header", "-h"]] {
        let mut program = oauth();
        program.args(arguments);
        let help = ran(program, "");
        assert_eq!((help.code, help.err.as_str()), (0, ""));
        assert!(help.out.is_ascii() && help.out.lines().all(|line| line.len() <= 79), "{}", help.out);
    }
    let mut program = oauth();
    program.arg("--version").stdout(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    assert_eq!(said, format!("oauth {}\n", env!("CARGO_PKG_VERSION")));
}
