//! What is sent, letter for letter, and over which connection.
#![forbid(unsafe_code)]

use super::super::request::{message, Origin, Target};
use super::*;

fn written(request: &Request) -> String {
    message(request, &Target::of(request).unwrap()).unwrap().expose().to_owned()
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn a_request_is_written_as_it_was_given() {
    let mut request = request("POST", "https://as.example/a/../token?x=%2f{y}#z", "code=s3cret");
    for (name, value) in [("Authorization", "Basic \u{e9}\tx"), ("DPoP", "e.e.e"), ("X-API-KEY", "")] {
        request.headers.push((name.into(), Secret::new(value)));
    }
    assert_eq!(
        written(&request),
        format!(
            "POST /a/../token?x=%2f{{y}} HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Length: 11\r\n\
             User-Agent: liboauth/{VERSION}\r\nAccept: */*\r\nHost: as.example\r\n\
             Authorization: Basic \u{e9}\tx\r\nDPoP: e.e.e\r\nX-API-KEY: \r\n\r\ncode=s3cret"
        )
    );
}

#[test]
fn a_header_that_is_given_is_no_second_one() {
    let mut request = get("HTTP://as.example:8080?x");
    request.headers = [("accept", "text/plain"), ("User-Agent", "mine")]
        .map(|(name, value)| (name.into(), Secret::new(value)))
        .to_vec();
    assert_eq!(
        written(&request),
        "GET /?x HTTP/1.1\r\nAccept-Encoding: identity\r\nHost: as.example:8080\r\n\
         accept: text/plain\r\nUser-Agent: mine\r\n\r\n"
    );
}

#[test]
fn length_and_host_are_told_where_they_must_be() {
    for (method, content, length) in [
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "x", Some(1)),
        ("POST", "", Some(0)),
        ("PUT", "", Some(0)),
        ("PATCH", "\u{e9}", Some(2)),
    ] {
        let text = written(&request(method, "http://as.example", content));
        let told = text.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        assert_eq!(told.map(|length| length.parse().unwrap()), length, "{text}");
        assert!(text.starts_with(&format!("{method} / HTTP/1.1\r\n")), "{text}");
    }
    for (url, host) in [
        ("http://as.example:80/", "as.example"),
        ("https://as.example:443/", "as.example"),
        ("https://as.example:80/", "as.example:80"),
        ("http://AS.example:443/", "AS.example:443"),
        ("http://as.example:/", "as.example"),
        ("https://[::1]/", "[::1]"),
        ("https://[::1]:8443/", "[::1]:8443"),
    ] {
        assert!(written(&get(url)).contains(&format!("\r\nHost: {host}\r\n")), "{url}");
    }
}

#[test]
fn what_is_no_url_with_a_host_goes_nowhere() {
    for url in [
        "http:///s3cret",
        "http:/h/s3cret",
        "//h/s3cret",
        "http://h:s3cret/",
        "http://h:65536/",
        "http://a:b:1/",
        "http://::1/",
        "http://[::1/",
        "http://[]/",
        "http://[h",
        "http://x]y/",
        "http://a@/",
        "http://h\\x/",
        "http://h%41/",
        "http://h/\u{7f}",
        "http://h/\u{e9}",
        "http://h/\ts3cret",
        "http://h?a b",
        "*",
    ] {
        assert!(sentence(https().send(&get(url), None)).starts_with("url: "), "{url}");
    }
}

/// The second is answered before the first.
#[test]
fn two_threads_at_once_have_a_connection_each() {
    let server = Server::start(|listener| {
        let (mut first, mut second) = (accept(&listener), accept(&listener));
        answer(&mut second, OK);
        answer(&mut first, OK);
        // Both are used again.
        answer(&mut first, OK);
        answer(&mut second, OK);
        is_called_again(&listener)
    });
    let (https, url) = (https(), server.url());
    for _ in 0..2 {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| https.send(&post(&url), None).unwrap());
            }
        });
    }
    assert!(!server.end());
}

#[test]
fn a_connection_waits_for_its_own_server_and_not_for_long() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, now) = (listener.local_addr().unwrap().port(), Instant::now());
    let origin = |number| Origin { is_secure: false, host: format!("{number}.example"), port };
    let waiting = Waiting::default();
    let mut servers = Vec::new();
    let mut keep = |number, seconds| {
        let deadline = Instant::now() + Duration::from_secs(10);
        let connection = Connection::plain(Wire::connect("127.0.0.1", port, deadline).unwrap());
        servers.push(accept(&listener));
        waiting.keep(origin(number), connection, now + Duration::from_secs(seconds));
    };
    let take = |number, seconds| waiting.take(&origin(number), now + Duration::from_secs(seconds)).is_some();

    keep(1, 0);
    assert!(!take(2, 0) && take(1, 14) && !take(1, 14));
    keep(1, 0);
    assert!(!take(1, 15));
    // No more than two for a server, and four in all: the oldest goes.
    for seconds in 1..4 {
        keep(1, seconds);
    }
    assert!(take(1, 16) && take(1, 16) && !take(1, 16));
    for (number, seconds) in [(1, 0), (1, 1), (2, 2), (3, 3), (4, 4)] {
        keep(number, seconds);
    }
    assert!(take(1, 5) && !take(1, 5) && take(2, 5) && take(3, 5) && take(4, 5));
    let other = Origin { is_secure: true, ..origin(5) };
    keep(5, 6);
    assert!(waiting.take(&other, now).is_none());
}
