//! `oauth sign-in --device`: a code on this screen, and a person elsewhere.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use common::terminal::Terminal;
use common::{oauth, ran, World};

const PENDING: &str = "400 {\"error\":\"authorization_pending\"}";
const YES: &str = "200 {\"access_token\":\"from-the-device\",\"refresh_token\":\"r\",\"expires_in\":3600}";

/// A profile at a server that gives a code, and answers who polls with these, the last one again and again.
fn world(answers: &[&'static str]) -> World {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let world = World::new();
    let profile = format!(
        "[tv]\nbase_url = \"{base}\"\ntoken_endpoint = \"/token\"\ndevice_endpoint = \"/device\"\nclient_id = \"tv\"\n\
         client_auth = \"none\"\nstore = \"file:{}\"\n",
        world.store().display()
    );
    world.write("p.toml", &profile, 0o600);
    let mut answers = answers.to_vec();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let answer = match path_of(&stream).as_str() {
                "/device" if answers[0].contains("unauthorized_client") => answers[0],
                "/device" => {
                    "200 {\"device_code\":\"SECRET\",\"user_code\":\"WDJB-MJHT\",\"verification_uri\":\
                     \"https://as.example/device\",\"expires_in\":900,\"interval\":1}"
                }
                _ if answers.len() > 1 => answers.remove(0),
                _ => answers[0],
            };
            let (status, body) = answer.split_once(' ').unwrap();
            let head = "Content-Type: application/json\r\nConnection: close\r\nContent-Length:";
            write!(stream, "HTTP/1.1 {status} -\r\n{head} {}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    world
}

/// Of a request, which is read whole.
fn path_of(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    lines.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    lines.take(length).read_to_end(&mut Vec::new()).unwrap();
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn sign_in(world: &World, columns: u16, rows: u16, locale: &str) -> Terminal {
    let mut program = oauth();
    program.args(["sign-in", &world.profile()]).env("LANG", locale);
    Terminal::sized(program, columns, rows)
}

#[test]
fn a_code_is_shown_until_a_person_has_agreed() {
    let world = world(&[PENDING, YES]);
    let mut terminal = sign_in(&world, 80, 24, "C.UTF-8");
    terminal.shows("https://as.example/device");
    terminal.shows("type the code WDJB-MJHT");
    let whole = terminal.screen().lines().count();
    assert!(whole <= 24, "the address has left the screen: {whole} lines");
    terminal.shows("Waiting for you to agree there, 14:5");
    assert_eq!(terminal.ended(), 0, "{}", terminal.screen());
    terminal.shows("Signed in. The token is valid until");
    assert!(!terminal.screen().contains("SECRET"));
    world.oauth("token", &[]).is(0, "from-the-device\n", "");
}

#[test]
fn a_qr_code_is_drawn_where_it_fits() {
    let rows = [
        (80, 24, "C.UTF-8", Some('\u{2588}')),
        (80, 60, "C", Some('#')),
        (80, 24, "C", None),
        (30, 24, "C.UTF-8", None),
    ];
    for (columns, lines, locale, expected) in rows {
        let world = world(&[PENDING]);
        let mut terminal = sign_in(&world, columns, lines, locale);
        terminal.shows("WDJB-MJHT");
        terminal.shows("left. Ctrl-C ends.");
        let screen = terminal.screen();
        let drawn = ['\u{2588}', '#'].into_iter().find(|letter| screen.contains(*letter));
        assert_eq!(drawn, expected, "{columns}x{lines} {locale}: {screen}");
        assert!(screen.is_ascii() || locale != "C", "{screen}");
        let widest = screen.split(['\n', '\r']).map(|line| line.chars().count()).max();
        assert!(widest <= Some(columns.into()), "{screen}");
        terminal.types("\u{3}");
        assert_eq!(terminal.ended(), 130, "{}", terminal.screen());
        assert!(world.stored("json").is_empty());
    }
}

#[test]
fn a_no_and_too_late_end_it() {
    for error in ["access_denied", "expired_token"] {
        let answer: &'static str = format!("400 {{\"error\":\"{error}\"}}").leak();
        let world = world(&[answer]);
        let mut terminal = sign_in(&world, 80, 24, "C.UTF-8");
        assert_eq!(terminal.ended(), 77, "{}", terminal.screen());
        terminal.shows("[oauth sign-in ");
        assert!(world.stored("json").is_empty());
    }
}

#[test]
fn where_the_server_has_no_code_for_this_client_the_answer_is_pasted() {
    let world = world(&["400 {\"error\":\"unauthorized_client\"}"]);
    let text = fs::read_to_string(world.profile()).unwrap();
    world.write("p.toml", &format!("{text}authorization_endpoint = \"/authorize\"\n"), 0o600);
    let mut terminal = sign_in(&world, 80, 24, "C.UTF-8");
    terminal.shows("No code for another screen: unauthorized_client");
    terminal.shows("paste it here");
    terminal.types("\u{3}");
    assert_eq!(terminal.ended(), 130);
    world.oauth("sign-in", &["--device"]).is(78, "", "unauthorized_client");
}

#[test]
fn without_a_terminal_it_waits_where_it_is_told_to() {
    let world = world(&[PENDING, YES]);
    let mut program = oauth();
    program.args(["sign-in", "--device", &world.profile()]);
    let ran = ran(program, "");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    assert!(ran.err.contains("WDJB-MJHT") && ran.err.is_ascii() && !ran.err.contains('\r'), "{ran:?}");
    assert!(fs::read_dir(world.store()).is_ok());
}

/// As whoever is started in the background of a script is, and by nohup.
#[test]
fn a_signal_that_is_ignored_ends_nothing() {
    let world = world(&[PENDING, PENDING, YES]);
    let mut program = Command::new("sh");
    program.args(["-c", "trap '' INT; exec \"$0\" sign-in --device \"$1\""]).arg(common::program());
    program.arg(world.profile()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("Waiting ")));
    let number = i32::try_from(child.id()).unwrap();
    assert_eq!(unsafe { libc::kill(number, libc::SIGINT) }, 0);
    let said: Vec<_> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said:?}");
}
