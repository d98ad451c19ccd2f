//! `oauth doctor`: a line for each fault that says what to do, nothing changed, and nothing sent that is worth anything.

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use common::terminal::Terminal;
use common::{json, oauth, ran, World, CLIENT_SECRET};
use practice_server::{Certificate, Fault, Options};

#[test]
fn all_is_well_and_nothing_changes() {
    let world = World::new().signed_in();
    let (before, requests) = (everything(&world.folder), world.server.requests().len());
    let doctor = world.oauth("doctor", &[]);
    doctor.is(0, &doctor.out, "");
    for line in [
        "\nok   profile: of ",
        "\nok   store: of ",
        "\nok   lock: nobody has one\n",
        "\nok   token: no account name, client demo",
        "\nok   port: 127.0.0.1:",
        "\nok   answer: status 405 to a request that asks for nothing\n",
        "\nok   request: a refresh, as it would be sent, secrets masked: POST http://127.0.0.1:",
        "\n     Authorization: Basic ***\n",
        "\n     grant_type=refresh_token\n     refresh_token=***\n",
        "\nAll is well: oauth header ",
    ] {
        assert!(doctor.out.contains(line), "{line:?} is not in {}", doctor.out);
    }
    assert!(
        doctor.out.lines().all(|line| line.starts_with("ok ")
            || line.starts_with("note ")
            || line.starts_with("    ")
            || line.starts_with("All")),
        "{}",
        doctor.out
    );
    assert_eq!(everything(&world.folder), before);
    // Neither a code nor a refresh token, nor who we are.
    for request in &world.server.requests()[requests..] {
        let said = format!("{request:?}");
        assert!(
            !said.contains("refresh") && !said.contains(CLIENT_SECRET) && !said.contains("demo\""),
            "{said}"
        );
    }
    let findings = json(&world.oauth("doctor", &["--json"]).out);
    assert_eq!(findings["exit_code"], 0);
    assert!(findings["findings"].as_array().unwrap().len() > 6);
}

/// Each file with what is in it, and when it was changed.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>, SystemTime)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        if path.is_dir() {
            all.extend(everything(&path));
        }
        all.push((path.display().to_string(), fs::read(&path).unwrap_or_default(), changed));
    }
    all.sort();
    all
}

type Break = fn(&World);

/// What is wrong, the exit code, and the line.
const FAULTS: &[(&str, Break, i32, &str)] = &[
    (
        "profile 0644",
        |world| world.write_profile("", 0o644),
        78,
        "FIX  profile: others can read the secret in it: chmod 600 /",
    ),
    (
        "profile 0644, with a secret in its proxy alone",
        |world| {
            world.write_profile("proxy = \"http://me:SECRET@127.0.0.1:1\"\nclient_auth = \"none\"\n", 0o644);
            let text = fs::read_to_string(world.profile()).unwrap();
            world.write("p.toml", &text.replace("client_secret", "#client_secret"), 0o644);
        },
        78,
        "FIX  profile: others can read the secret in it: chmod 600 /",
    ),
    (
        "profile 0666",
        |world| world.write_profile("", 0o666),
        78,
        "FIX  profile: others can write to the profile file",
    ),
    (
        "no profile",
        |world| fs::remove_file(world.profile()).unwrap(),
        78,
        "FIX  profile: the profile file does not exist",
    ),
    ("store 0777", |world| open_to_all(&world.store(), 0o777), 78, "FIX  store: store refused: "),
    (
        "store 0755",
        |world| open_to_all(&world.store(), 0o755),
        0,
        "note store: others can see whose tokens are in it",
    ),
    ("record 0644", |world| open_to_all(&world.stored("json")[0], 0o644), 78, "FIX  token: store refused: "),
    ("store is a link", |world| linked(&world.store()), 78, "FIX  store: "),
    (
        "no store yet",
        |world| fs::remove_dir_all(world.store()).unwrap(),
        77,
        "note store: is made by the first sign-in: /",
    ),
    ("nobody has signed in", |world| fs::remove_dir_all(world.store()).unwrap(), 77, "SIGN IN token: "),
    ("in memory", |world| world.write_profile("account = \"a\"\n", 0o600), 77, "no token: sign in"),
    (
        "damaged record",
        |world| fs::write(&world.stored("json")[0], "{").unwrap(),
        78,
        "FIX  token: store not readable",
    ),
    (
        "key not there",
        |world| key(world, "file:/none/key"),
        78,
        "FIX  store_key: cannot be read (no such file or directory), check the path: /none/key",
    ),
    (
        "key of all",
        |world| {
            world.write("key", "x", 0o644);
            key(world, &format!("file:{}/key", world.folder.display()));
        },
        78,
        "FIX  store_key: others can get at it: chmod 600 /",
    ),
    ("key not set", |world| key(world, "env:NO_SUCH_KEY"), 78, "FIX  store_key: NO_SUCH_KEY is not set"),
    ("record is plain", |world| key(world, &"0f".repeat(32)), 78, "FIX  token: store key: "),
    (
        "ca_file not there",
        |world| world.write_profile("ca_file = \"/none.pem\"\n", 0o600),
        78,
        "FIX  ca_file: cannot be read",
    ),
    ("port closed", |world| world.server.stop(), 75, "RETRY port: 127.0.0.1:"),
    (
        "server in trouble",
        |world| world.server.set_fault(Fault::parse("status=503&count=0").unwrap()),
        75,
        "RETRY answer: status 503, the server cannot serve now",
    ),
    (
        "wrong path",
        |world| replaced(world, "\"/token\"", "\"/tocken\""),
        78,
        "FIX  answer: status 404, nothing is there, check the path: /strict/tocken",
    ),
    (
        "no such name",
        |world| replaced(world, "http://127.0.0.1", "https://no-such-name.invalid"),
        75,
        "RETRY name: no-such-name.invalid cannot be resolved",
    ),
    (
        "no TLS there",
        |world| replaced(world, "http://127.0.0.1", "https://127.0.0.1"),
        78,
        "FIX  TLS: no secure connection to 127.0.0.1",
    ),
    (
        "no client_id",
        |world| replaced(world, "client_id", "#client_id"),
        78,
        "FIX  request: client_id is not set",
    ),
    (
        "proxy that is none",
        |world| {
            world.write_profile("proxy = \"http://me:SECRET@127.0.0.1:1\"\n", 0o600);
            replaced(world, "http://127.0.0.1", "https://127.0.0.1");
        },
        75,
        "ok   proxy: 127.0.0.1:1, as the profile says: it looks up the name, and connects\nRETRY connection: no connection to ",
    ),
];

#[test]
fn each_fault_has_a_line_that_says_what_to_do() {
    let mut wrong = Vec::new();
    for (name, breaks, code, line) in FAULTS {
        let world = World::new().signed_in();
        breaks(&world);
        let doctor = world.oauth("doctor", &[]);
        if !doctor.out.contains(line) || doctor.code != *code {
            wrong.push(format!("{name}: {code} and {line:?} are not {} and {}", doctor.code, doctor.out));
        }
        assert!(
            !doctor.out.contains(CLIENT_SECRET) && !doctor.out.contains("SECRET"),
            "{name}: {}",
            doctor.out
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn open_to_all(path: &Path, rights: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(rights)).unwrap();
}

fn linked(path: &Path) {
    fs::rename(path, path.with_extension("moved")).unwrap();
    symlink(path.with_extension("moved"), path).unwrap();
}

fn key(world: &World, key: &str) {
    world.write_profile(&format!("store_key = \"{key}\"\n"), 0o600);
}

fn replaced(world: &World, old: &str, new: &str) {
    let text = fs::read_to_string(world.profile()).unwrap();
    assert!(text.contains(old));
    world.write("p.toml", &text.replace(old, new), 0o600);
}

#[test]
fn a_lock_that_somebody_holds_is_said_with_who_does() {
    let world = World::new().signed_in();
    let lock = fs::File::open(&world.stored("lock")[0]).unwrap();
    lock.lock().unwrap();
    let doctor = world.oauth("doctor", &[]);
    let line = format!("RETRY lock: process {} is renewing a token", std::process::id());
    assert!(doctor.out.contains(&line) && doctor.code == 75, "{}", doctor.out);
    // Aloud: a child of another test's may have the file open, too.
    lock.unlock().unwrap();
    assert!(world.oauth("doctor", &[]).out.contains("ok   lock: nobody has one"));
}

#[test]
fn certificates_are_said_in_words() {
    type Rights = fn(&World);
    let trusted: Rights = |world| {
        world.write_profile(&format!("ca_file = \"{}\"\n", world.server.ca_file().display()), 0o600);
    };
    let rows: &[(Certificate, Rights, i32, &str)] = &[
        (Certificate::Good, trusted, 77, "ok   TLS: the certificate is trusted, for this name and now"),
        (Certificate::Good, |_| {}, 78, "its certificate is not trusted: set ca_file"),
        (Certificate::WrongHost, trusted, 78, "its certificate is for another name"),
        (Certificate::Expired, trusted, 78, "its certificate expired, or this machine's clock is wrong"),
    ];
    for (certificate, rights, code, line) in rows {
        let options = Options { https: true, certificate: *certificate, ..Options::default() };
        let world = World::with(options);
        rights(&world);
        let doctor = world.oauth("doctor", &[]);
        assert!(doctor.out.contains(line) && doctor.code == *code, "{line:?} is not in {}", doctor.out);
        assert!(
            doctor.out.contains("\nnote certificate: Practice server, by Practice server CA, "),
            "{}",
            doctor.out
        );
    }
}

#[test]
fn clocks_are_compared() {
    let rows: &[(&str, i32, &str)] = &[
        ("Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n", 78, "FIX  clock: this machine's is "),
        ("date:  Thu, 01 Jan 2099 00:00:00 GMT\r\n", 78, " s behind the server's: set it (NTP)"),
        ("Date: soon\r\n", 77, "note clock: the server does not show its own"),
        ("", 77, "note clock: the server does not show its own"),
    ];
    for (header, code, line) in rows {
        let world = World::new();
        let port =
            answers(&format!("HTTP/1.1 405 No\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n"));
        let own = format!("127.0.0.1:{}", world.server.port());
        replaced(&world, &own, &format!("127.0.0.1:{port}"));
        let doctor = world.oauth("doctor", &[]);
        assert!(doctor.out.contains(line) && doctor.code == *code, "{line:?} is not in {}", doctor.out);
    }
}

/// A server that says the same to all.
fn answers(answer: &str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, answer) = (listener.local_addr().unwrap().port(), answer.to_owned());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0_u8; 4096];
            let _ = stream.read(&mut head);
            let _ = stream.write_all(answer.replace("PORT", &port.to_string()).as_bytes());
        }
    });
    port
}

#[test]
fn what_a_server_says_of_itself_is_looked_up() {
    let world = World::new();
    let issuer = world.server.base("strict");
    world.write("p.toml", &format!("[p]\nissuer = \"{issuer}\"\nclient_id = \"public\"\n"), 0o600);
    let doctor = world.oauth("doctor", &[]);
    assert!(doctor.out.contains(" discovery: "), "{}", doctor.out);
}

/// Whatever a server says, it does not write to the terminal.
#[test]
fn what_a_server_says_moves_no_cursor() {
    let world = World::new();
    let port = answers(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\
         {\"issuer\":\"http://127.0.0.1:PORT\",\"token_endpoint\":\"https://as.example/\\u001b[2J\\u009b\\u202e\\r\"}",
    );
    let issuer = format!("http://127.0.0.1:{port}");
    world.write("p.toml", &format!("[p]\nissuer = \"{issuer}\"\nclient_id = \"public\"\n"), 0o600);
    let doctor = world.oauth("doctor", &[]);
    assert!(doctor.out.contains(" says: token endpoint https://as.example/"), "{}", doctor.out);
    let text = doctor.out.replace('\n', "");
    assert!(text.chars().all(|letter| (' '..='~').contains(&letter)), "{text:?}");
}

#[test]
fn a_sign_in_that_is_pushed_is_shown() {
    let world = World::new();
    world.write_profile("par = \"yes\"\npar_endpoint = \"/par\"\n", 0o600);
    let doctor = world.oauth("doctor", &[]);
    assert!(
        doctor.out.contains("\nok   request: a sign-in's request, as it would be sent"),
        "{}",
        doctor.out
    );
    assert_eq!(doctor.code, 77, "{}", doctor.out);
}

#[test]
fn who_speaks_a_byte_at_a_time_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 405 No\r\nX: ");
            thread::spawn(move || {
                while stream.write_all(b"x").is_ok() {
                    thread::sleep(Duration::from_millis(50));
                }
            });
        }
    });
    let world = World::new();
    world.write_profile("timeout = 1\n", 0o600);
    let own = format!("127.0.0.1:{}", world.server.port());
    replaced(&world, &own, &format!("127.0.0.1:{port}"));
    let mut doctor = oauth();
    doctor.args(["doctor", &world.profile()]).stdout(Stdio::null()).stderr(Stdio::null());
    let (start, mut doctor) = (Instant::now(), doctor.spawn().unwrap());
    while doctor.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            doctor.kill().unwrap();
            panic!("it waits still");
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Only root can give files away.
#[test]
fn what_belongs_to_another_is_said() {
    let world = World::new().signed_in();
    if fs::metadata("/proc/self").map(|found| std::os::unix::fs::MetadataExt::uid(&found)).unwrap() != 0 {
        // Who is not root can give nothing away: of root's files others are warned by their rights.
        key(&world, "file:/etc/passwd");
        let doctor = world.oauth("doctor", &[]);
        assert!(
            doctor.out.contains("FIX  store_key: others can get at it: chmod 600 /etc/passwd"),
            "{doctor:?}"
        );
        return;
    }
    world.write("key", &"0f".repeat(32), 0o600);
    std::os::unix::fs::chown(world.folder.join("key"), Some(65534), None).unwrap();
    key(&world, &format!("file:{}/key", world.folder.display()));
    let doctor = world.oauth("doctor", &[]);
    assert!(
        doctor.out.contains("FIX  store_key: it belongs to nobody (65534): use one of your own: /"),
        "{doctor:?}"
    );

    fs::set_permissions(&world.folder, fs::Permissions::from_mode(0o755)).unwrap();
    world.write_profile("", 0o644);
    let mut program = std::process::Command::new("setpriv");
    program.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(common::program()).arg("doctor");
    program.arg(world.profile());
    let doctor = ran(program, "");
    assert!(doctor.out.contains("as user nobody (65534)\n"), "{doctor:?}");
    assert!(doctor.out.contains("\nFIX  store: ") && doctor.code == 78, "{doctor:?}");
}

#[test]
fn forty_columns_are_enough() {
    let world = World::new();
    let mut program = oauth();
    program.args(["doctor", &world.profile()]);
    let mut terminal = Terminal::start(program, 40);
    assert_eq!(terminal.ended(), 77);
    let long = |line: &&str| line.len() > 40 && line.trim().contains(' ');
    assert_eq!(terminal.screen().lines().find(long), None, "{}", terminal.screen());
}
