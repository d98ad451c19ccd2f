//! The script that CL and RPG run under QSH on IBM i, by the commands that stand in their sources, in a shell of this system.

mod common;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{oauth, ran, World};

/// What stands in the sources for a path of IBM i's, and for one of the user's.
const SHELL: &str = "/QOpenSys/usr/bin/sh";
const HOME: &str = "/home/ME";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rpg").canonicalize().unwrap()
}

/// The value of `CHGVAR VAR(&CMD)` in GETHDR, with what its variables have.
fn command_of_cl(profile: &str) -> String {
    let source = fs::read_to_string(examples().join("GETHDR.clle")).unwrap();
    let joined = source.split("+\n").map(str::trim).collect::<Vec<_>>().join(" ");
    let value = |name: &str| {
        let declared = joined.split(&format!("VAR(&{name}) TYPE(*CHAR) ")).nth(1).unwrap();
        declared.split("VALUE('").nth(1).unwrap().split("')").next().unwrap().to_owned()
    };
    let padded = |text: &str, length: usize| format!("{text:length$}"); // as a field of CL is
    let variables = HashMap::from([
        ("&SCRIPT", padded(&value("SCRIPT"), 96)),
        ("&PROFILE", format!("{profile:32}")),
        ("&PATH", padded(&format!("{}/oauth.123456", value("FOLDER")), 64)),
    ]);
    let expression = joined.split("CHGVAR     VAR(&CMD) VALUE(").nth(1).unwrap();
    let (mut command, mut operator, mut rest) = (String::new(), "*CAT", expression);
    loop {
        let operand;
        (operand, rest) = if let Some(literal) = rest.strip_prefix('\'') {
            let end = end_of_literal(literal);
            (literal[..end].replace("''", "'"), literal[end + 1..].trim_start())
        } else {
            let end = rest.find([' ', ')']).unwrap();
            (variables[&rest[..end]].clone(), rest[end..].trim_start())
        };
        command = match operator {
            "*CAT" => command + &operand,
            "*TCAT" => command.trim_end().to_owned() + &operand,
            "*BCAT" => format!("{} {operand}", command.trim_end()),
            _ => panic!("{operator}"),
        };
        if rest.starts_with(')') {
            return command.trim_end().to_owned();
        }
        (operator, rest) = rest.split_once(' ').unwrap();
        rest = rest.trim_start();
    }
}

/// Two apostrophes are one.
fn end_of_literal(text: &str) -> usize {
    let mut at = 0;
    loop {
        at += text[at..].find('\'').unwrap();
        if !text[at + 1..].starts_with('\'') {
            return at;
        }
        at += 2;
    }
}

/// What APICALLH gives QCMDEXC: a command of CL, and within it one for QSH.
fn command_of_rpg(profile: &str, is_refused: bool) -> String {
    let source = fs::read_to_string(examples().join("APICALLH.rpgle")).unwrap();
    let constant = |name: &str| {
        let declared = source.split(&format!("dcl-c {name} '")).nth(1).unwrap();
        declared.split("';").next().unwrap().to_owned()
    };
    let path = format!("{}/oauth.654321", constant("FOLDER"));
    let mut command = String::new();
    for line in
        source.lines().map(str::trim).filter(|line| line.starts_with("command") && line.contains("= "))
    {
        let (_, expression) = line.trim_end_matches(';').split_once("= ").unwrap();
        if line.contains("refresh") && !is_refused {
            continue;
        }
        for part in expression.split(" + ") {
            command += &match part {
                "GETHEADER" => constant("GETHEADER"),
                "%trimr(profile)" => profile.to_owned(),
                "path" => path.clone(),
                literal => literal[1..literal.len() - 1].replace("''", "'"),
            };
        }
    }
    command.strip_prefix("QSH CMD('").unwrap().strip_suffix("')").unwrap().replace("''", "'")
}

/// Runs it as QSH would, with this machine's paths, and gives the line that the program reads. Nobody else can read it.
fn read_by(world: &World, command: &str, shell: &str, environment: &str) -> String {
    let home = world.folder.display().to_string();
    let command = command
        .replace(&format!("{HOME}/liboauth/examples/rpg"), &examples().display().to_string())
        .replace(SHELL, shell)
        .replace(HOME, &home);
    let file = PathBuf::from(command.split(' ').find(|word| word.contains("/oauth.")).unwrap());
    let mut run = Command::new("sh");
    run.args(["-c", &command]).env("OAUTH", environment).env("LANG", "C");
    let ran = ran(run, "");
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{command}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let line = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    line
}

fn program() -> String {
    oauth().get_program().to_str().unwrap().to_owned()
}

#[test]
fn a_header_comes_with_0_and_a_reason_with_its_exit_code() {
    let world = World::new();
    let profile = world.profile();
    for shell in ["sh", "bash", "dash"] {
        let commands = [command_of_cl(&profile), command_of_rpg(&profile, false)];
        for command in &commands {
            let line = read_by(&world, command, shell, &program());
            assert!(line.starts_with("77 sign in: ") && line.ends_with('\n'), "{command}: {line}");
        }
    }
    let world = world.signed_in();
    for command in [command_of_cl(&profile), command_of_rpg(&profile, false)] {
        let line = read_by(&world, &command, "sh", &program());
        assert!(line.starts_with("0 Authorization: Bearer ") && line.matches('\n').count() == 1, "{line}");
    }
}

#[test]
fn a_token_that_was_refused_is_renewed_first() {
    let world = World::new().signed_in();
    let profile = world.profile();
    let first = read_by(&world, &command_of_rpg(&profile, false), "sh", &program());
    assert_eq!(read_by(&world, &command_of_rpg(&profile, false), "sh", &program()), first);
    let second = read_by(&world, &command_of_rpg(&profile, true), "sh", &program());
    assert!(second.starts_with("0 Authorization: Bearer ") && second != first, "{second}");
}

/// The command may have words, as ssh's has, and need not be there at all.
#[test]
fn the_command_may_be_on_another_host_or_nowhere() {
    let world = World::new().signed_in();
    let profile = world.profile();
    let elsewhere = format!("env -u HOME {}", program());
    let line = read_by(&world, &command_of_cl(&profile), "sh", &elsewhere);
    assert!(line.starts_with("0 Authorization: Bearer "), "{line}");
    let line = read_by(&world, &command_of_cl(&profile), "sh", "/nowhere/oauth");
    assert!(line.starts_with("127 ") && line.contains("not found"), "{line}");
}

/// What the page gives for the other host, where ssh runs it as sshd would.
#[test]
fn by_ssh_a_key_gives_header_and_refresh_of_one_profile_and_nothing_else() {
    let world = World::new().signed_in();
    let profile = world.profile();
    let page = fs::read_to_string(examples().join("../../docs/ibm-i.md")).unwrap();
    let script = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(script.matches(" stamps\"").count(), 2, "{script}");
    let forced = world.folder.join("for-ibm-i");
    fs::write(&forced, script.replace(" stamps\"", &format!(" {profile}\""))).unwrap();
    let commands = Path::new(&program()).parent().unwrap().display().to_string();
    let path = format!("{commands}:{}", std::env::var("PATH").unwrap());
    let ssh = world.folder.join("ssh");
    let sshd = format!("SSH_ORIGINAL_COMMAND=\"$*\" PATH='{path}' exec sh '{}'\n", forced.display());
    fs::write(&ssh, sshd).unwrap();
    let environment = format!("sh {} oauth", ssh.display());

    let first = read_by(&world, &command_of_cl(&profile), "sh", &environment);
    assert!(first.starts_with("0 Authorization: Bearer "), "{first}");
    let second = read_by(&world, &command_of_rpg(&profile, true), "sh", &environment);
    assert!(second.starts_with("0 Authorization: Bearer ") && second != first, "{second}");
    for other in ["another", "a;id"] {
        let command = command_of_rpg(&profile, false).replace(&profile, &format!("'{other}'"));
        let line = read_by(&world, &command, "sh", &environment);
        assert!(line.starts_with("78 not allowed here: oauth header "), "{line}");
    }
}

/// ssh ends with 255 where it does not reach its host, also between two calls of it.
#[test]
fn a_host_that_is_not_reached_is_a_fault_that_passes() {
    let world = World::new().signed_in();
    let ssh = world.folder.join("ssh");
    let environment = format!("sh {} oauth", ssh.display());
    let scripts = [("exit 255", false), ("exit 255", true), ("[ $2 = refresh ] || exit 255", true)];
    for (script, is_refused) in scripts {
        let says = "echo 'ssh: connect to host: Connection timed out' >&2";
        fs::write(&ssh, format!("{says}\n{script}\n")).unwrap();
        let line = read_by(&world, &command_of_rpg(&world.profile(), is_refused), "sh", &environment);
        assert_eq!(line, "75 ssh: connect to host: Connection timed out\n", "{script}");
    }
}

#[test]
fn what_lies_in_the_way_is_not_written_through() {
    let world = World::new().signed_in();
    let target = world.folder.join("target");
    fs::write(&target, "another's").unwrap();
    std::os::unix::fs::symlink(&target, world.folder.join("oauth.654321")).unwrap();
    let line = read_by(&world, &command_of_rpg(&world.profile(), false), "sh", &program());
    assert!(line.starts_with("0 Authorization: Bearer "), "{line}");
    assert_eq!(fs::read_to_string(target).unwrap(), "another's");
}
