//! A person at a terminal signs in.

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use common::terminal::Terminal;
use common::{oauth, ran, url_in, World, CLIENT_SECRET};
use practice_server::SignIn;

fn sign_in(world: &World, columns: u16, more: &[&str]) -> Terminal {
    let mut program = oauth();
    program.args(["sign-in", &world.profile()]).args(more);
    Terminal::start(program, columns)
}

#[test]
fn an_address_is_shown_and_what_comes_back_is_pasted() {
    let world = World::new();
    let mut terminal = sign_in(&world, 80, &["--paste"]);
    let url = terminal.when(url_in);
    terminal.shows("2 days left");
    terminal.when(|screen| screen.ends_with("> ").then_some(()));
    // What is none is asked for again.
    terminal.types("hello there\r");
    terminal.shows("Paste it once more");
    terminal.types("http://127.0.0.1/cb?code=stolen&state=forged\r");
    terminal.shows("state differs");
    terminal.types(&format!("wrong\u{15}{}\r", world.browse(&url)));
    assert_eq!(terminal.ended(), 0, "{}", terminal.screen());
    terminal.shows("Signed in. The token is valid until");
    assert!(terminal.is_as_before());
    assert!(!terminal.screen().contains(CLIENT_SECRET));
    assert_eq!(world.oauth("header", &[]).code, 0);
}

#[test]
fn an_address_may_be_longer_than_a_terminals_line() {
    let world = World::new();
    let mut terminal = sign_in(&world, 80, &["--paste"]);
    let url = terminal.when(url_in);
    terminal.when(|_| terminal.is_raw().then_some(()));
    let redirect = world.browse(&url);
    terminal.types(&format!("{redirect}&padding={}\r", "x".repeat(60_000)));
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn ctrl_c_at_the_prompt_stores_nothing_and_leaves_the_terminal_as_it_was() {
    for keys in ["\u{3}", "half an addr\u{3}", "\u{1c}"] {
        let world = World::new();
        let mut terminal = sign_in(&world, 80, &["--paste"]);
        terminal.when(|_| terminal.is_raw().then_some(()));
        terminal.types(keys);
        assert_eq!(terminal.ended(), 130);
        assert!(terminal.is_as_before());
        assert!(world.stored("json").is_empty() && world.stored("tmp").is_empty());
    }
}

#[test]
fn a_signal_at_the_prompt_leaves_the_terminal_as_it_was() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
        let world = World::new();
        let mut terminal = sign_in(&world, 80, &["--paste"]);
        terminal.when(|_| terminal.is_raw().then_some(()));
        terminal.signal(signal);
        assert_eq!(terminal.ended(), -1, "the signal ends it");
        assert!(terminal.is_as_before());
    }
}

#[test]
fn who_pastes_nothing_has_not_signed_in() {
    let world = World::new();
    let mut terminal = sign_in(&world, 80, &["--paste"]);
    terminal.when(|_| terminal.is_raw().then_some(()));
    terminal.types("\r\u{4}");
    assert_eq!(terminal.ended(), 77);
    terminal.shows("nothing was stored");
    assert!(terminal.is_as_before());
}

#[test]
fn two_sign_ins_at_once_do_not_disturb_each_other() {
    let world = World::new();
    let mut first = sign_in(&world, 80, &["--paste"]);
    let mut second = sign_in(&world, 80, &["--paste"]);
    let urls = [first.when(url_in), second.when(url_in)];
    let [first_answer, second_answer] = urls.map(|url| world.browse(&url));
    second.when(|_| second.is_raw().then_some(()));
    // Each takes its own answer, or the other's, but each once.
    second.types(&format!("{second_answer}\r"));
    assert_eq!(second.ended(), 0, "{}", second.screen());
    first.types(&format!("{first_answer}\r"));
    assert_eq!(first.ended(), 0, "{}", first.screen());
    assert_eq!(world.oauth("header", &[]).code, 0);
    assert_eq!(world.stored("json").len(), 1);
}

#[test]
fn one_job_may_show_the_address_and_another_take_the_answer() {
    let world = World::new();
    let shown = world.oauth("sign-in", &["--paste"]);
    assert_eq!(shown.code, 77, "{shown:?}");
    let answer = world.browse(&url_in(&shown.err).unwrap());
    let mut program = oauth();
    program.args(["sign-in", "--paste", &world.profile()]);
    assert_eq!(ran(program, &answer).code, 0);
    assert_eq!(world.oauth("header", &[]).code, 0);
}

#[test]
fn forty_columns_are_enough() {
    let world = World::new();
    let mut terminal = sign_in(&world, 40, &["--paste"]);
    terminal.when(|_| terminal.is_raw().then_some(()));
    for line in terminal.screen().lines().filter(|line| !line.starts_with("http")) {
        assert!(line.chars().count() < 40, "{line:?}");
    }
    terminal.types("\u{3}");
    assert_eq!(terminal.ended(), 130);
}

/// At a port that is free, and with these words of the profile besides.
fn comes_back(world: &World, more: &str) {
    world.write_profile(more, 0o600);
    let text = fs::read_to_string(world.profile()).unwrap();
    world.write("p.toml", &text.replace("http://127.0.0.1/cb", "http://127.0.0.1:0/cb"), 0o600);
}

/// What the browser is shown where it was sent.
fn load(redirect: &str) -> String {
    let (authority, path) = redirect.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[test]
fn a_browser_comes_back_by_itself() {
    let world = World::new();
    comes_back(&world, "");
    let mut terminal = sign_in(&world, 40, &["--browser"]);
    let url = terminal.when(url_in);
    // There is no room for more.
    terminal.shows("left. Ctrl-C ends.");
    // Whoever else comes ends nothing.
    let redirect = world.browse(&url);
    let (place, _) = redirect.split_once('?').unwrap();
    assert!(load(&format!("{place}?code=forged&state=forged")).starts_with("HTTP/1.1 4"));
    assert!(load(&redirect).starts_with("HTTP/1.1 200"));
    assert_eq!(terminal.ended(), 0, "{}", terminal.screen());
    terminal.shows("Signed in. The token is valid until");
    assert_eq!(world.oauth("header", &[]).code, 0);
}

#[test]
fn a_browser_that_is_here_is_opened_and_learns_no_secret() {
    let world = World::new();
    comes_back(&world, "store_key = \"env:STORE_KEY\"\n");
    let seen = world.folder.join("seen");
    world.write(
        "browser",
        &format!("#!/bin/sh\n(echo $1; env) >{0}.new; mv {0}.new {0}\n", seen.display()),
        0o700,
    );
    let mut program = oauth();
    program.args(["sign-in", &world.profile()]).env("DISPLAY", ":0").env("STORE_KEY", "0f".repeat(32));
    program.env("BROWSER", world.folder.join("browser"));
    let mut terminal = Terminal::start(program, 80);
    let url = terminal.when(url_in);
    terminal.shows("in the browser that opens now");
    let seen = terminal.when(|_| fs::read_to_string(&seen).ok());
    assert_eq!(seen.lines().next(), Some(&*url));
    assert!(
        seen.contains("DISPLAY=:0") && !seen.contains("STORE_KEY") && !seen.contains(CLIENT_SECRET),
        "{seen}"
    );
    load(&world.browse(&url));
    assert_eq!(terminal.ended(), 0, "{}", terminal.screen());
}

#[test]
fn ctrl_c_and_a_no_end_the_waiting_for_a_browser() {
    let world = World::new();
    comes_back(&world, "");
    let mut terminal = sign_in(&world, 80, &["--browser"]);
    terminal.shows("Waiting for the browser");
    terminal.types("\u{3}");
    assert_eq!(terminal.ended(), 130, "{}", terminal.screen());
    assert!(world.stored("json").is_empty());

    let mut terminal = sign_in(&world, 80, &["--browser"]);
    let url = terminal.when(url_in);
    terminal.shows("Waiting for the browser");
    let no = SignIn { deny: true, ..SignIn::default() };
    load(&practice_server::sign_in(&url, &no).unwrap());
    assert_eq!(terminal.ended(), 77, "{}", terminal.screen());
    terminal.shows("access_denied");
}

#[test]
fn where_a_locale_has_no_utf8_all_is_ascii() {
    let world = World::new();
    world.write_profile("account = \"k\u{e4}the \u{201c}x\u{201d}\"\n", 0o600);
    for (locale, expected) in [("C", "k?the \"x\""), ("de_DE.UTF-8", "k\u{e4}the \u{201c}x\u{201d}")] {
        let mut program = oauth();
        program.args(["status", &world.profile()]).env("LC_ALL", locale);
        let status = ran(program, "");
        assert!(status.out.starts_with(expected), "{status:?}");
        let mut program = oauth();
        program.args(["status", "--json", &world.profile()]).env("LC_ALL", locale);
        let status = ran(program, "");
        assert!(status.out.is_ascii());
        assert_eq!(common::json(&status.out)["account"], "k\u{e4}the \u{201c}x\u{201d}");
    }
}

#[test]
fn a_sign_in_that_would_be_lost_is_not_begun() {
    let world = World::new();
    world.oauth("sign-in", &["--paste", "--set", "store=memory:"]).is(78, "", "would be lost");
    world.oauth("sign-in", &["--paste", "--set", "grant_type=client_credentials"]).is(
        64,
        "",
        "nobody has to",
    );
    let ran = thread::scope(|scope| scope.spawn(|| world.oauth("sign-in", &["--paste"])).join().unwrap());
    assert_eq!(ran.code, 77);
}
