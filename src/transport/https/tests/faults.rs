//! Servers that are slow, gone, or talk nonsense.
#![forbid(unsafe_code)]

use super::*;

const LIMIT: Duration = Duration::from_millis(150);

fn hasty() -> Https {
    Https::with_limit(&config(), LIMIT).unwrap()
}

fn assert_timeout(result: &Result<Response>, start: Instant) {
    assert!(matches!(result, Err(Error::Timeout { seconds: 10, .. })), "{result:?}");
    let took = start.elapsed();
    assert!(took >= LIMIT, "{took:?}");
}

/// Writes a byte at a time until the client has gone.
fn drip(stream: &mut TcpStream, head: &str) {
    let _ = stream.write_all(head.as_bytes());
    while stream.write_all(b"x").is_ok() {
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn silence_and_dripping_end_at_the_deadline() {
    for head in
        ["HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nX-Header: ", "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"]
    {
        let server = Server::once(move |mut stream| {
            read_request(&mut stream);
            drip(&mut stream, head);
        });
        let start = Instant::now();
        assert_timeout(&hasty().send(&post(&server.url()), None), start);
        server.end();
    }
}

#[test]
fn a_server_that_does_not_read_ends_at_the_deadline() {
    let (over, is_over) = mpsc::channel::<()>();
    let server = Server::once(move |mut stream| {
        let mut rest = Vec::new();
        let _ = is_over.recv();
        let _ = stream.read_to_end(&mut rest);
    });
    let start = Instant::now();
    assert_timeout(&hasty().send(&request("POST", &server.url(), &"x".repeat(30_000_000)), None), start);
    drop(over);
    server.end();
}

#[test]
fn a_broken_answer_is_told_from_a_complete_one() {
    for text in [
        "",
        "HTTP",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ] {
        let server = Server::once(move |mut stream| {
            answer(&mut stream, text);
        });
        let result = https().send(&post(&server.url()), None);
        assert!(matches!(result, Err(Error::Disconnected { .. })), "{text:?}: {result:?}");
        let host = server.address.to_string();
        assert!(sentence(result).starts_with(&format!("the connection to {host} broke")));
        server.end();
    }
}

/// It came, so it is not asked for again; what it holds is not shown.
#[test]
fn an_answer_that_cannot_be_read_says_which_line() {
    let endless = "0".repeat(70_000);
    for (text, status, what) in [
        (
            "SSH-2.0-OpenSSH_9.2\r\n",
            0,
            "line 1 is no HTTP (\"SSH-2.0-OpenSSH_9.2\"): check the URL and its port",
        ),
        ("220 mail.example ESMTP", 0, "line 1 is no HTTP (\"220 mail.example ESMTP\")"),
        ("\u{15}\u{3}\u{1}\0\u{2}\u{2}P", 0, "line 1 is no HTTP:"),
        ("<html>no HTTP at all</html>", 0, "line 1 is no HTTP:"),
        ("{\"access_token\":\"s3cret\"}", 0, "line 1 is no HTTP:"),
        ("answer=s3cret", 0, "line 1 is no HTTP (\"answer\"):"),
        ("s3cret is what you sent", 0, "line 1 is no HTTP:"),
        ("HTTP/0.9 200 OK\r\n\r\n", 0, "line 1 is no HTTP (\"HTTP/0.9 200 OK\")"),
        ("HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n", 0, "line 1 is no HTTP (\"HTTP/9.9 200 OK\")"),
        ("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n", 0, "line 1 is no HTTP (\"HTTP/1.1 099 Odd\")"),
        ("HTTP/1.1 2000 OK\r\n\r\n", 0, "line 1 is no HTTP"),
        ("HTTP/1.1 OK\r\n\r\n", 0, "line 1 is no HTTP"),
        ("HTTP/1.1 100 Continue\r\nX: y\r\n\r\nnot HTTP", 0, "line 4 is no HTTP (\"not HTTP\")"),
        ("HTTP/1.1 200 OK\r\nX: y\r\n{\"a\":\"s3cret\"}\r\n", 200, "line 3 is no header"),
        ("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcde", 200, "line 2, Content-Length, is no number"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcde", 200, "line 2, Content-Length, is no number"),
        (
            "HTTP/1.1 400 No\r\nX: y\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
            400,
            "line 4, Content-Length",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nabcde", 200, "line 2, Content-Length"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
            200,
            "its chunks have no sizes",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n0\r\n\r\n",
            200,
            "its chunks have no sizes",
        ),
        (&format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{endless}"), 200, "64 KiB"),
        (&format!("HTTP/1.1 {endless}"), 0, "64 KiB"),
        (&format!("HTTP/1.1 200 {endless}"), 0, "64 KiB"),
        (&"HTTP/1.1 100 Continue\r\n\r\n".repeat(4_000), 0, "64 KiB"),
    ] {
        let owned = text.to_owned();
        let server = Server::once(move |mut stream| {
            read_request(&mut stream);
            // The client may hang up before all is written.
            let _ = stream.write_all(owned.as_bytes());
        });
        let result = https().send(&post(&server.url()), None);
        let address = server.address;
        match &result {
            Err(error @ Error::Unreadable { status: of_answer, .. }) => {
                assert_eq!(*of_answer, status, "{text:.80}");
                assert_eq!(error.action(), crate::error::Action::Fix);
                assert!(error.leaves_unknown());
            }
            other => panic!("{text:.80}: {other:?}"),
        }
        let shown = sentence(result);
        assert!(
            shown.starts_with(&format!("the answer of {address} cannot be read: {what}"))
                || shown.contains(what) && what.starts_with("64"),
            "{shown}"
        );
        assert!(!shown.chars().any(char::is_control) && shown.len() < 250, "{shown}");
        server.end();
    }
}

/// Closing with unread bytes sends a reset.
#[test]
fn a_reset_is_no_end() {
    let server = Server::once(|mut stream| {
        stream.read_exact(&mut [0; 4]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhalf of an answer").unwrap();
    });
    let result = https().send(&request("POST", &server.url(), &"x".repeat(2_000_000)), None);
    assert!(matches!(result, Err(Error::Disconnected { .. })), "{result:?}");
    server.end();
}

#[test]
fn an_early_answer_is_read_although_the_server_stopped_listening() {
    let server = Server::once(|mut stream| {
        stream.read_exact(&mut [0; 4]).unwrap();
        stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nstop").unwrap();
    });
    let response = https().send(&request("POST", &server.url(), &"x".repeat(4_000_000)), None).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (413, &b"stop"[..]));
    server.end();
}

#[test]
fn a_connection_is_used_again() {
    let (closed, is_closed) = mpsc::channel();
    let server = Server::start(move |listener| {
        let mut stream = accept(&listener);
        let seen = [answer(&mut stream, OK), answer(&mut stream, OK), answer(&mut stream, OK)];
        drop(stream);
        closed.send(()).unwrap();
        // The fourth request finds the connection closed and makes another.
        answer(&mut accept(&listener), OK);
        seen
    });
    let https = https();
    for _ in 0..3 {
        https.send(&post(&server.url()), None).unwrap();
    }
    is_closed.recv().unwrap();
    https.send(&post(&server.url()), None).unwrap();
    assert_eq!(server.end().map(|seen| seen.ends_with("code=s3cret")), [true; 3]);
}

#[test]
fn what_comes_unasked_ends_a_connection() {
    let server = Server::start(|listener| {
        let mut stream = accept(&listener);
        answer(&mut stream, &format!("{OK}{OK}"));
        answer(&mut accept(&listener), "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    });
    let https = https();
    assert_eq!(https.send(&post(&server.url()), None).unwrap().status, 200);
    assert_eq!(https.send(&post(&server.url()), None).unwrap().status, 201);
    server.end();
}

#[test]
fn nothing_is_sent_twice() {
    let server = Server::start(|listener| {
        let mut stream = accept(&listener);
        answer(&mut stream, OK);
        // Takes the second request and dies of it.
        read_request(&mut stream);
        drop(stream);
        is_called_again(&listener)
    });
    let https = https();
    https.send(&post(&server.url()), None).unwrap();
    let result = https.send(&post(&server.url()), None);
    assert!(matches!(result, Err(Error::Disconnected { .. })), "{result:?}");
    assert!(!server.end());
}

#[test]
fn nobody_there_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let text = sentence(https().send(&post(&format!("http://{address}/?code=s3cret")), None));
    assert_eq!(
        text,
        format!("no connection to {address}: {address} refused it: check the port, and that the server runs")
    );
}

#[test]
fn the_next_address_is_tried() {
    let server = Server::once(|mut stream| stream.read(&mut [0]).unwrap());
    let addresses = ["127.0.0.1:1".parse().unwrap(), "[::1]:1".parse().unwrap(), server.address];
    let deadline = Instant::now() + Duration::from_secs(10);
    drop(wire::Wire::connect_any(&addresses, deadline).unwrap());
    assert_eq!(server.end(), 0);
    assert!(wire::Wire::connect_any(&addresses[..2], deadline).is_err());
    assert!(matches!(wire::Wire::connect_any(&addresses, Instant::now()), Err(Fault::Timeout)));
}

/// RFC 6761 section 6.3: a resolver may say another machine of it, or of a name below it nothing at all.
#[test]
fn localhost_is_this_machine_and_nobody_is_asked() {
    for name in ["localhost", "LocalHost", "localhost.", "no-resolver-knows-this.localhost"] {
        assert!(wire::is_localhost(name));
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let listener = match TcpListener::bind(address) {
                // A machine without IP version 6.
                Err(error)
                    if address.starts_with('[') && error.kind() == std::io::ErrorKind::AddrNotAvailable =>
                {
                    continue
                }
                listener => listener.unwrap(),
            };
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || answer(&mut accept(&listener), OK));
            https().send(&post(&format!("http://{name}:{port}/")), None).unwrap();
            assert!(server.join().unwrap().contains(&format!("\r\nHost: {name}:{port}\r\n")));
        }
    }
    for name in ["localhost.example", "notlocalhost", "local", "", ".", "127.0.0.1"] {
        assert!(!wire::is_localhost(name), "{name}");
    }
    let text = sentence(https().send(&post("http://localhost:1/"), None));
    assert!(text.starts_with("no connection to localhost:1: 127.0.0.1:1 refused it"), "{text}");
}

#[test]
fn an_unknown_name_is_named() {
    let text =
        sentence(https().send(&post("https://user:s3cret@no-such-host.invalid:444/?code=s3cret"), None));
    assert!(text.starts_with("the name no-such-host.invalid cannot be resolved"), "{text}");
}

#[test]
fn what_cannot_be_sent_is_not_shown() {
    let long = "s3cret".repeat(5_000);
    for url in [
        "",
        "s3cret",
        "/s3cret",
        "ftp://host/s3cret",
        "http://",
        "https://ho st/s3cret",
        "http://h/s3cret\r\nX: y",
    ] {
        assert!(sentence(https().send(&post(url), None)).starts_with("url: "), "{url}");
    }
    assert!(sentence(https().send(&post(&format!("http://h/{long}")), None)).starts_with("url: "));
    for value in ["s3cret\r\nX: y", "s3cret\0", &long] {
        let mut request = post("http://127.0.0.1:1/");
        request.headers.push(("Authorization".into(), Secret::new(value)));
        assert!(sentence(https().send(&request, None)).starts_with("Authorization: "));
    }
}

#[test]
fn it_can_be_shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Https>();
}
