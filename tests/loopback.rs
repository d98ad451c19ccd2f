//! The redirect on loopback (RFC 8252 section 7.3), by the public functions: whole sign-ins against the practice server, and
//! whoever else comes to a port of this machine.

mod common;

use common::carrier::{header, run, send, Carrier};
use common::rows::Table;
use common::{cpu_time, error_action, error_text, own_process, scratch, Client};
use oauth::constants::*;
use oauth::ffi;
use practice_server::{sign_in, Fault, Options, Server, SignIn};
use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// For whatever is certain to come.
const PATIENCE: i32 = 60;

// ---- whole sign-ins ----

/// How a browser comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Query,
    /// OAuth 2.0 Form Post Response Mode.
    FormPost,
}

#[test]
fn a_person_signs_in_with_a_browser() {
    let server = Server::start(Options::default()).unwrap();
    let mut table: Table<()> = Table::default();
    let any = ["http://127.0.0.1:0/callback", "http://localhost:0/callback"];
    let own = format!("http://127.0.0.1:{}/callback", free_port());
    let mut redirect_uris: Vec<(&str, bool)> = any.iter().map(|uri| (*uri, false)).collect();
    redirect_uris.push((&own, false));
    if has_ipv6() {
        redirect_uris.extend([("http://[::1]:0/cb", true), ("http://localhost:0/cb", true)]);
    }
    for (redirect_uri, by_ipv6) in redirect_uris {
        for carrier in [Carrier::Builtin, Carrier::Caller] {
            for mode in [Mode::Query, Mode::FormPost] {
                for in_folder in [false, true] {
                    let name =
                        format!("{redirect_uri} ipv6={by_ipv6} {carrier:?} {mode:?} folder={in_folder}");
                    table.row(&name, || whole_flow(&server, redirect_uri, by_ipv6, carrier, mode, in_folder));
                }
            }
        }
    }
    table.end();
}

fn whole_flow(
    server: &Server,
    redirect_uri: &str,
    by_ipv6: bool,
    carrier: Carrier,
    mode: Mode,
    in_folder: bool,
) {
    let folder = Folder::new();
    let client = client(server, redirect_uri);
    if carrier == Carrier::Caller {
        client.must_set(OAUTH_HTTP, "caller");
    }
    if in_folder {
        client.must_set(OAUTH_STORE, &folder.setting());
    }
    let url = client.authorize_url();
    assert_eq!(client.get(OAUTH_REDIRECT_URI), redirect_uri);
    assert_eq!(ffi::oauth_await_redirect(client.0, 0), OAUTH_PENDING, "{}", error_text());
    let location = sign_in(&url, &SignIn::default()).unwrap();
    assert!(!location.contains(":0"), "{location}");
    let (answer, shown) = thread::scope(|scope| {
        let browser = scope.spawn(|| Browser::at(&location, by_ipv6).opens(&location, mode));
        let answer = ffi::oauth_await_redirect(client.0, PATIENCE);
        (answer, browser.join().unwrap())
    });
    match carrier {
        Carrier::Builtin => {
            shown.is(200, "You are signed in");
            assert_eq!(answer, 0);
        }
        Carrier::Caller => {
            shown.is(200, "Your answer has arrived");
            assert_eq!(answer, OAUTH_HTTP_NEEDED);
            let (status, headers, body) = send(
                &client.request(OAUTH_REQUEST_METHOD).1,
                &client.request(OAUTH_REQUEST_URL).1,
                &client.request(OAUTH_REQUEST_HEADERS).1,
                &client.request(OAUTH_REQUEST_CONTENT).1,
            );
            assert_eq!(client.respond(status, &headers, &body), 0, "{}", error_text());
        }
    }
    assert!(header(carrier, &client).starts_with("Authorization: Bearer "));
    // It listens no more.
    assert!(Browser::connect(&location, by_ipv6).is_err());
}

#[test]
fn a_request_that_was_pushed_comes_back_to_its_port() {
    let server = Server::start(Options::default()).unwrap();
    let mut table: Table<()> = Table::default();
    for carrier in [Carrier::Builtin, Carrier::Caller] {
        table.row(&format!("{carrier:?}"), || {
            let client = client(&server, FREE);
            client.must_set(OAUTH_PAR, "yes");
            client.must_set(OAUTH_PAR_ENDPOINT, "/par");
            if carrier == Carrier::Caller {
                client.must_set(OAUTH_HTTP, "caller");
            }
            // A length alone is pushed, too, and is that of the text.
            let ask = || unsafe { ffi::oauth_build_authorize_url(client.0, std::ptr::null_mut(), 0) };
            let length = run(carrier, &client, ask);
            let (n, url) = client.build_url();
            assert_eq!(n, length, "{}", error_text());
            assert!(url.contains("request_uri="), "{url}");
            let location = sign_in(&url, &SignIn::default()).unwrap();
            let (answer, shown) = comes(&client, &location);
            assert_eq!(
                answer,
                if carrier == Carrier::Builtin { 0 } else { OAUTH_HTTP_NEEDED },
                "{}",
                error_text()
            );
            shown.is(200, "");
        });
    }
    table.end();
}

#[test]
fn a_url_of_another_process_is_answered_here() {
    let server = Server::start(Options::default()).unwrap();
    let folder = Folder::new();
    let redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
    let [shows, waits] = [(); 2].map(|()| {
        let client = client(&server, &redirect_uri);
        client.must_set(OAUTH_STORE, &folder.setting());
        client
    });
    let location = sign_in(&shows.authorize_url(), &SignIn::default()).unwrap();
    let (answer, page) = comes(&waits, &location);
    assert_eq!(answer, 0, "{}", error_text());
    page.is(200, "You are signed in");
    assert_eq!(shows.header(), waits.header());
}

#[test]
fn what_is_pasted_meanwhile_is_taken() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
    let answer = thread::scope(|scope| {
        let waits = scope.spawn(|| ffi::oauth_await_redirect(client.0, PATIENCE));
        assert_eq!(client.exchange(&location), 0, "{}", error_text());
        // The page is loaded all the same.
        Browser::at(&location, false).opens(&location, Mode::Query).is(400, "Not a sign-in of this program");
        assert_eq!(ffi::oauth_stop_waiting(client.0), 0);
        waits.join().unwrap()
    });
    assert_eq!(answer, OAUTH_ERROR_CANCELLED);
    assert!(client.header().0 > 0);
}

// ---- what the person is told ----

#[test]
fn what_went_wrong_is_shown() {
    let server = Server::start(Options::default()).unwrap();
    let mut table: Table<()> = Table::default();
    table.row("the person says no", || {
        let client = client(&server, FREE);
        let person = SignIn { deny: true, ..SignIn::default() };
        let location = sign_in(&client.authorize_url(), &person).unwrap();
        let (answer, shown) = comes(&client, &location);
        assert_eq!(answer, OAUTH_ERROR_ACCESS_DENIED);
        shown.is(400, "The sign-in has failed");
        shown.is(400, "<p>access_denied: sign-in was refused");
    });
    table.row("the client's secret is wrong", || {
        let client = client(&server, FREE);
        client.must_set(OAUTH_CLIENT_SECRET, "a-wrong-one");
        let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
        let (answer, shown) = comes(&client, &location);
        assert_eq!(answer, OAUTH_ERROR_INVALID_CLIENT);
        shown.is(400, "check client_id, client_secret");
        assert!(!shown.body.contains("a-wrong-one"));
    });
    table.row("words that are markup", || {
        let client = client(&server, FREE);
        let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
        let (uri, query) = location.split_once('?').unwrap();
        let state = query.split('&').find(|pair| pair.starts_with("state=")).unwrap();
        let words = "%3Cscript%3Ealert(%22a%26b%22)%3C/script%3E%0D%0ASet-Cookie:%20x";
        let location = format!("{uri}?error=access_denied&{state}&error_description={words}");
        let (answer, shown) = comes(&client, &location);
        assert_eq!(answer, OAUTH_ERROR_ACCESS_DENIED);
        shown.is(400, "&lt;script&gt;alert(");
        assert!(!shown.body.contains("<script") && !shown.head.contains("Set-Cookie"), "{}", shown.body);
    });
    table.row("the server is away: the page can be loaded again", || {
        let client = client(&server, FREE);
        let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
        server.set_fault(Fault { status: Some(503), ..Fault::default() });
        let (answer, shown) = comes(&client, &location);
        assert_eq!(answer, OAUTH_ERROR_UNAVAILABLE, "{}", error_text());
        shown.is(400, "try again later");
        let (answer, shown) = comes(&client, &location);
        assert_eq!(answer, 0, "{}", error_text());
        shown.is(200, "You are signed in");
    });
    table.end();
}

#[test]
fn the_page_gives_nothing_away() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
    let (_, shown) = comes(&client, &location);
    for line in [
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "Content-Security-Policy: default-src 'none'; style-src 'sha256-",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ] {
        assert!(shown.head.contains(line), "{line}: {}", shown.head);
    }
    assert!(!shown.body.contains("<script") && !shown.body.contains("http"), "{}", shown.body);
    for secret in location.split(['?', '&', '=']).filter(|part| part.len() > 12 && !part.contains(':')) {
        assert!(!shown.body.contains(secret) && !shown.head.contains(secret), "{secret}");
    }
}

// ---- strangers ----

type Strange<'a> = (&'a str, Vec<u8>, Option<(u16, &'a str)>);

#[test]
#[allow(clippy::too_many_lines)] // most of it is the table
fn strangers_are_answered_and_do_not_end_the_waiting() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
    let (_, rest) = location.split_once("://").unwrap();
    let (host, target) = rest.split_once('/').unwrap();
    let (path, query) = target.split_once('?').unwrap();
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
    let with = |method: &str, head: &str, body: &str| {
        format!("{method} /{path}?{query} HTTP/1.1\r\nHost: {host}\r\n{head}\r\n{body}").into_bytes()
    };
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let megabyte = "x".repeat(1 << 20);
    let state = query.split('&').find(|pair| pair.starts_with("state=")).unwrap();
    let rows: Vec<Strange<'_>> = vec![
        ("an icon", get("/favicon.ico"), Some((404, "at another address"))),
        ("the root", get("/"), Some((404, "at another address"))),
        ("a path below", get(&format!("/{path}/more?{query}")), Some((404, "at another address"))),
        ("nothing in the query", get(&format!("/{path}")), Some((400, "Not a sign-in of this program"))),
        (
            "a code without a state",
            get(&format!("/{path}?code=abc")),
            Some((400, "Not a sign-in of this program")),
        ),
        (
            "a forged state",
            get(&format!("/{path}?code=abc&state=0123456789012345678901")),
            Some((400, "Not a sign-in")),
        ),
        (
            "a forged refusal",
            get(&format!("/{path}?error=access_denied&state=x")),
            Some((400, "Not a sign-in")),
        ),
        (
            "a refusal without a state",
            get(&format!("/{path}?error=access_denied")),
            Some((400, "Not a sign-in")),
        ),
        ("two codes", get(&format!("/{path}?code=a&code=b&{state}")), Some((400, "Not a sign-in"))),
        ("two states", get(&format!("/{path}?code=a&state=x&{state}")), Some((400, "Not a sign-in"))),
        (
            "another server's name",
            format!("GET /{path}?{query} HTTP/1.1\r\nHost: rebound.example\r\n\r\n").into_bytes(),
            Some((421, "another server")),
        ),
        (
            "no name",
            format!("GET /{path}?{query} HTTP/1.1\r\n\r\n").into_bytes(),
            Some((421, "another server")),
        ),
        ("a link's preview", with("HEAD", "", ""), Some((405, ""))),
        (
            "a preflight",
            with(
                "OPTIONS",
                "Origin: https://a.example\r\nAccess-Control-Request-Private-Network: true\r\n",
                "",
            ),
            Some((405, "GET or POST")),
        ),
        (
            "JSON",
            with("POST", "Content-Type: application/json\r\nContent-Length: 2\r\n", "{}"),
            Some((415, "not the form")),
        ),
        (
            "a body in pieces",
            with("POST", &format!("{form}Transfer-Encoding: chunked\r\n"), "0\r\n\r\n"),
            Some((411, "how long")),
        ),
        (
            "a body of a megabyte",
            with("POST", &format!("{form}Content-Length: {}\r\n", megabyte.len()), &megabyte),
            Some((413, "as long as this")),
        ),
        ("a head of a megabyte", get(&format!("/{megabyte}")), Some((431, "as long as this"))),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), Some((400, "no request"))),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), Some((400, "no request"))),
        ("nonsense", vec![0xff; 4096], Some((400, "no request"))),
        ("a port scanner", Vec::new(), None),
        ("half a request", format!("GET /{path}?{query} HTT").into_bytes(), None),
    ];
    let mut table: Table<()> = Table::default();
    let answer = thread::scope(|scope| {
        let waits = scope.spawn(|| ffi::oauth_await_redirect(client.0, PATIENCE));
        // These stay, and say nothing.
        let silent: Vec<_> = (0..8).map(|_| TcpStream::connect(host).unwrap()).collect();
        for (name, bytes, expected) in &rows {
            table.row(name, || {
                let mut stream = TcpStream::connect(host).unwrap();
                let _ = stream.write_all(bytes);
                match expected {
                    None => drop(stream),
                    Some((status, says)) => Shown::read(stream).is(*status, says),
                }
                assert!(!waits.is_finished(), "this has ended the waiting");
            });
        }
        table.row("ten browsers at once", || {
            let browsers: Vec<_> = (0..10)
                .map(|_| scope.spawn(|| Browser::at(&location, false).sends(&get("/favicon.ico"))))
                .collect();
            for browser in browsers {
                browser.join().unwrap().is(404, "");
            }
        });
        table.row("a hundred that say nothing", || {
            let crowd: Vec<_> = (0..100).map(|_| TcpStream::connect(host).unwrap()).collect();
            Browser::at(&location, false).sends(&get("/favicon.ico")).is(404, "");
            drop(crowd);
        });
        table.row("a hundred that begin to say something", || {
            let crowd = crowd_that_begins(host);
            let browser = Browser::at(&location, false);
            // It is let in before it says anything.
            Browser::at(&location, false).sends(&get("/favicon.ico")).is(404, "");
            browser.sends(&get("/favicon.ico")).is(404, "");
            drop(crowd);
        });
        table.row("the real one, a byte at a time", || {
            let mut stream = TcpStream::connect(host).unwrap();
            stream.set_nodelay(true).unwrap();
            for byte in get(&format!("/{path}?{query}")) {
                stream.write_all(&[byte]).unwrap();
            }
            Shown::read(stream).is(200, "You are signed in");
        });
        drop(silent);
        waits.join().unwrap()
    });
    assert_eq!(answer, 0);
    table.end();
}

fn crowd_that_begins(host: &str) -> Vec<TcpStream> {
    let begin = |_| {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(b"GET /").unwrap();
        stream
    };
    (0..100).map(begin).collect()
}

#[test]
fn a_browser_that_sends_the_code_twice_gets_the_same_page_twice() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
    let target = &location[location.find("://").unwrap() + 3..];
    let (host, target) = target.split_once('/').unwrap();
    let request = format!("GET /{target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let mut both = [(); 2].map(|()| TcpStream::connect(host).unwrap_or_else(|_| unreachable!()));
    for stream in &mut both {
        stream.write_all(request.as_bytes()).unwrap();
    }
    assert_eq!(ffi::oauth_await_redirect(client.0, PATIENCE), 0, "{}", error_text());
    for stream in both {
        Shown::read(stream).is(200, "You are signed in");
    }
    assert_eq!(server.requests().len(), 1);
}

// ---- time ----

#[test]
fn the_time_is_over_and_it_listens_on() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let url = client.authorize_url();
    for seconds in [0, 1] {
        let start = Instant::now();
        assert_eq!(ffi::oauth_await_redirect(client.0, seconds), OAUTH_PENDING);
        assert!(error_text().contains("call oauth_await_redirect again"), "{}", error_text());
        assert_eq!(error_action(), OAUTH_ACTION_RETRY);
        assert!(start.elapsed() >= Duration::from_secs(seconds.unsigned_abs().into()));
    }
    // In between a browser queues.
    let location = sign_in(&url, &SignIn::default()).unwrap();
    thread::scope(|scope| {
        let browser = scope.spawn(|| Browser::at(&location, false).opens(&location, Mode::Query));
        while ffi::oauth_await_redirect(client.0, 1) != 0 {
            assert_eq!(error_action(), OAUTH_ACTION_RETRY, "{}", error_text());
        }
        browser.join().unwrap().is(200, "You are signed in");
    });
}

#[test]
fn another_url_has_the_same_port() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let of = |url: String| url.split('&').find(|pair| pair.starts_with("redirect_uri=")).unwrap().to_owned();
    let first = of(client.authorize_url());
    assert_eq!(ffi::oauth_await_redirect(client.0, 0), OAUTH_PENDING);
    assert_eq!(of(client.authorize_url()), first);
    // A length, and a buffer that is too small, open none.
    let other = self::client(&server, FREE);
    let length = unsafe { ffi::oauth_build_authorize_url(other.0, std::ptr::null_mut(), 0) };
    assert!(length > 0, "{}", error_text());
    let mut small = [0; 16];
    assert_eq!(
        unsafe { ffi::oauth_build_authorize_url(other.0, small.as_mut_ptr(), 16) },
        OAUTH_ERROR_BUFFER
    );
    assert_eq!(ffi::oauth_await_redirect(other.0, 0), OAUTH_ERROR_SEQUENCE);
    assert!(usize::try_from(length).unwrap() >= other.authorize_url().len());
}

#[test]
fn waiting_takes_no_processor_time() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let url = client.authorize_url();
    let location = sign_in(&url, &SignIn::default()).unwrap();
    let half: Vec<_> = (0..4).map(|_| Browser::connect(&location, false).unwrap()).collect();
    for mut stream in &half {
        stream.write_all(b"GET /").unwrap();
    }
    let spent = cpu_time(|| assert_eq!(ffi::oauth_await_redirect(client.0, 2), OAUTH_PENDING));
    assert!(spent < 0.02, "{spent} s of 2");
}

// ---- who ends it ----

#[test]
fn another_thread_ends_it() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    client.authorize_url();
    let start = Instant::now();
    let waits = || {
        let answer = waits_for_its_turn(client.0);
        (answer, error_text(), error_action())
    };
    thread::scope(|scope| {
        let first = scope.spawn(waits);
        while ffi::oauth_await_redirect(client.0, 0) == OAUTH_PENDING {
            thread::yield_now(); // until the other one waits
        }
        assert!(error_text().contains("another thread"), "{}", error_text());
        assert_eq!(ffi::oauth_stop_waiting(client.0), 0);
        let (answer, text, action) = first.join().unwrap();
        assert_eq!((answer, action), (OAUTH_ERROR_CANCELLED, OAUTH_ACTION_SIGN_IN));
        assert!(text.contains("oauth_stop_waiting"), "{text}");
    });
    assert_eq!(ffi::oauth_await_redirect(client.0, 0), OAUTH_ERROR_SEQUENCE);
    // Nobody waits: the next one does not, unless there is a new URL.
    client.authorize_url();
    assert_eq!(ffi::oauth_stop_waiting(client.0), 0);
    assert_eq!(ffi::oauth_await_redirect(client.0, PATIENCE), OAUTH_ERROR_CANCELLED);
    assert_eq!(ffi::oauth_stop_waiting(client.0), 0);
    client.authorize_url();
    assert_eq!(ffi::oauth_await_redirect(client.0, 0), OAUTH_PENDING);
    assert!(start.elapsed() < Duration::from_secs(PATIENCE.unsigned_abs().into()));
}

#[test]
fn the_end_of_its_client_ends_it() {
    let server = Server::start(Options::default()).unwrap();
    let client = client(&server, FREE);
    let location = sign_in(&client.authorize_url(), &SignIn::default()).unwrap();
    let handle = client.0;
    let answer = thread::scope(|scope| {
        let waits = scope.spawn(move || waits_for_its_turn(handle));
        while ffi::oauth_await_redirect(handle, 0) == OAUTH_PENDING {
            thread::yield_now();
        }
        drop(client);
        waits.join().unwrap()
    });
    assert_eq!(answer, OAUTH_ERROR_CANCELLED);
    assert!(Browser::connect(&location, false).is_err(), "it listens still");
}

/// The thread that waits, while another looks whether it does.
fn waits_for_its_turn(client: i32) -> i32 {
    loop {
        let answer = ffi::oauth_await_redirect(client, PATIENCE);
        if answer != OAUTH_ERROR_BUSY {
            return answer;
        }
    }
}

static STOPS: AtomicI32 = AtomicI32::new(0);

extern "C" fn on_signal(_: i32) {
    let client = STOPS.load(Ordering::SeqCst);
    if client != 0 {
        ffi::oauth_stop_waiting(client);
    }
}

struct Thread(libc::pthread_t);

// Any thread may send it a signal. musl's is a pointer, which has to be told.
unsafe impl Sync for Thread {}

impl Thread {
    fn interrupt(&self) {
        assert_eq!(unsafe { libc::pthread_kill(self.0, libc::SIGUSR1) }, 0);
    }
}

#[test]
fn a_signal_ends_it() {
    if !own_process("a_signal_ends_it") {
        return;
    }
    let server = Server::start(Options::default()).unwrap();
    for flags in [0, libc::SA_RESTART] {
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = on_signal as extern "C" fn(i32) as usize;
        action.sa_flags = flags;
        assert_eq!(unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) }, 0);
        for stops in [false, true] {
            let client = client(&server, FREE);
            client.authorize_url();
            STOPS.store(if stops { client.0 } else { 0 }, Ordering::SeqCst);
            let this = Thread(unsafe { libc::pthread_self() });
            let is_over = AtomicBool::new(false);
            let (answer, text) = thread::scope(|scope| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::SeqCst) {
                        this.interrupt();
                        thread::yield_now();
                    }
                });
                let ended = (ffi::oauth_await_redirect(client.0, PATIENCE), error_text());
                is_over.store(true, Ordering::SeqCst);
                ended
            });
            if stops {
                assert_eq!(answer, OAUTH_ERROR_CANCELLED, "{text}");
            } else {
                assert_eq!(answer, OAUTH_PENDING, "{text}");
                assert!(text.contains("a signal came"), "{text}");
                assert_eq!(ffi::oauth_await_redirect(client.0, 0), OAUTH_PENDING);
            }
        }
    }
}

// ---- what cannot be listened at ----

#[test]
fn what_cannot_be_listened_at_is_said() {
    let server = Server::start(Options::default()).unwrap();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken_uri = format!("http://127.0.0.1:{}/cb", taken.local_addr().unwrap().port());
    let rows: &[(&str, i32, &str)] = &[
        (&taken_uri, OAUTH_ERROR_PORT, "is taken: end the program that has it, or use port 0"),
        (
            "https://127.0.0.1:0/cb",
            OAUTH_ERROR_PORT,
            "no place to listen at: use http://127.0.0.1:0/callback",
        ),
        ("https://app.example/cb", OAUTH_ERROR_PORT, "no place to listen at"),
        ("urn:ietf:wg:oauth:2.0:oob", OAUTH_ERROR_PORT, "no place to listen at"),
        ("com.example.app:/cb", OAUTH_ERROR_PORT, "no place to listen at"),
        ("", OAUTH_ERROR_MISSING, "redirect_uri is not set"),
        (FREE, OAUTH_ERROR_SEQUENCE, "make a URL with oauth_build_authorize_url first"),
    ];
    let mut table: Table<()> = Table::default();
    for (redirect_uri, code, says) in rows {
        table.row(redirect_uri, || {
            let client = client(&server, redirect_uri);
            assert_eq!(ffi::oauth_await_redirect(client.0, 0), *code, "{}", error_text());
            let start: String = error_text().chars().take(80).collect();
            assert!(start.contains(says), "{start}");
        });
    }
    table.row("seconds", || {
        let client = client(&server, FREE);
        client.authorize_url();
        for seconds in [-1, i32::MIN, 86_401, i32::MAX] {
            assert_eq!(ffi::oauth_await_redirect(client.0, seconds), OAUTH_ERROR_VALUE);
        }
    });
    table.row("an address that is not there", || {
        if !has_ipv6() {
            let client = client(&server, "http://[::1]:0/cb");
            assert_eq!(client.build_url().0, OAUTH_ERROR_PORT, "{}", error_text());
        }
    });
    table.end();
}

#[test]
fn a_port_of_the_systems_is_said() {
    if !own_process("a_port_of_the_systems_is_said") {
        return;
    }
    let client = Client::with(&[
        (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
        (OAUTH_CLIENT_ID, "edge"),
        (OAUTH_REDIRECT_URI, "http://127.0.0.1/callback"),
    ]);
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    unsafe { libc::setuid(65534) };
    let answer = ffi::oauth_await_redirect(client.0, 0);
    if first.trim().parse::<u16>().unwrap() > 80 {
        assert_eq!(answer, OAUTH_ERROR_PORT, "{}", error_text());
        assert!(error_text().starts_with("port 80 is kept for the system: use another in redirect_uri"));
    } else {
        assert_eq!(answer, OAUTH_PENDING, "{}", error_text());
    }
}

// ---- what plays the person ----

const FREE: &str = "http://127.0.0.1:0/callback";

fn client(server: &Server, redirect_uri: &str) -> Client {
    let client = Client::with(&[
        (OAUTH_BASE_URL, &server.base("strict")),
        (OAUTH_AUTHORIZATION_ENDPOINT, "/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "/token"),
        (OAUTH_CLIENT_ID, "demo"),
        (OAUTH_CLIENT_SECRET, "demo-secret"),
        (OAUTH_SCOPE, "read offline_access"),
    ]);
    client.must_set(OAUTH_REDIRECT_URI, redirect_uri);
    client
}

/// A browser is sent there while the client waits.
fn comes(client: &Client, location: &str) -> (i32, Shown) {
    thread::scope(|scope| {
        let answer = scope.spawn(|| ffi::oauth_await_redirect(client.0, PATIENCE));
        // With a port of its own, it listens in a moment.
        let start = Instant::now();
        while Browser::connect(location, false).is_err() && start.elapsed() < Duration::from_secs(30) {
            thread::yield_now();
        }
        let shown = Browser::at(location, false).opens(location, Mode::Query);
        (answer.join().unwrap(), shown)
    })
}

struct Browser(TcpStream);

/// What a browser shows.
struct Shown {
    head: String,
    body: String,
}

impl Browser {
    fn connect(location: &str, by_ipv6: bool) -> std::io::Result<TcpStream> {
        let (_, rest) = location.split_once("://").unwrap();
        let authority = rest.split(['/', '?']).next().unwrap();
        let port: u16 = authority.rsplit(':').next().unwrap().parse().unwrap();
        let ip: IpAddr = if by_ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
        TcpStream::connect((ip, port))
    }

    fn at(location: &str, by_ipv6: bool) -> Self {
        Self(Self::connect(location, by_ipv6).unwrap())
    }

    fn opens(self, location: &str, mode: Mode) -> Shown {
        let (_, rest) = location.split_once("://").unwrap();
        let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap());
        let slash = if target.starts_with('/') { "" } else { "/" };
        let (path, query) = target.split_once('?').unwrap();
        self.sends(
            match mode {
                Mode::Query => format!("GET {slash}{target} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
                Mode::FormPost => format!(
                    "POST {slash}{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\
                     Content-Type: application/x-www-form-urlencoded\r\n\r\n{query}",
                    query.len()
                ),
            }
            .as_bytes(),
        )
    }

    fn sends(mut self, request: &[u8]) -> Shown {
        self.0.write_all(request).unwrap();
        Shown::read(self.0)
    }
}

impl Shown {
    fn read(mut stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let _ = stream.shutdown(Shutdown::Both);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("an HTTP answer");
        Self { head: head.to_owned(), body: body.to_owned() }
    }

    #[track_caller]
    fn is(&self, status: u16, says: &str) {
        let expected = format!("HTTP/1.1 {status} ");
        assert!(self.head.starts_with(&expected), "{expected}: {}", self.head);
        assert!(self.body.contains(says), "{says}: {}", self.body);
        let length = format!("Content-Length: {}\r\n", self.body.len());
        assert!(self.body.is_empty() || self.head.contains(&length), "{}", self.head);
    }
}

fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// One that nobody has at this moment.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A folder that goes with the test, for a store.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(scratch::folder("loopback"))
    }

    fn setting(&self) -> String {
        format!("file:{}", self.0.join("store").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
