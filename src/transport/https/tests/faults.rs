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
    assert!(took >= LIMIT && took < LIMIT * 20, "{took:?}");
}

/// Writes a byte at a time for longer than the client has.
fn drip(stream: &mut TcpStream, head: &str) {
    let _ = stream.write_all(head.as_bytes());
    for _ in 0..20 {
        thread::sleep(Duration::from_millis(20));
        if stream.write_all(b"x").is_err() {
            return;
        }
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
    let server = Server::once(|mut stream| {
        let mut rest = Vec::new();
        thread::sleep(LIMIT * 2);
        let _ = stream.read_to_end(&mut rest);
    });
    let start = Instant::now();
    assert_timeout(&hasty().send(&request("POST", &server.url(), &"x".repeat(30_000_000)), None), start);
    server.end();
}

#[test]
fn a_broken_answer_is_told_from_a_complete_one() {
    for text in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        "HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\u{15}\u{3}\u{1}\0\u{2}\u{2}P",
        "<html>no HTTP at all</html>",
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
        request.headers.push(("Authorization", Secret::new(value)));
        assert!(sentence(https().send(&request, None)).starts_with("Authorization: "));
    }
}

#[test]
fn it_can_be_shared_between_threads() {
    fn assert_shared<T: Send + Sync>() {}
    assert_shared::<Https>();
}
