//! What well-behaved servers send, and what they get.
#![forbid(unsafe_code)]

use super::*;

#[test]
fn a_get_carries_its_headers_and_no_content() {
    let server = Server::once(|mut stream| answer(&mut stream, OK));
    let mut request = get(&server.url());
    request.headers.push(("Accept", Secret::new("application/json")));
    let response = https().send(&request, None).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, &b"{}"[..]));
    assert_eq!(response.header("content-LENGTH"), Some("2"));

    let host = format!("host: {}\r\n", server.address);
    let seen = server.end();
    assert!(seen.starts_with("GET /token?code=s3cret HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains(&host), "{seen}");
    assert!(seen.contains(concat!("user-agent: liboauth/", env!("CARGO_PKG_VERSION"), "\r\n")), "{seen}");
    assert!(seen.contains("accept: application/json\r\n"), "{seen}");
    assert!(!seen.contains("accept-encoding") && !seen.contains("content-length"), "{seen}");
}

#[test]
fn a_post_leaves_in_one_piece() {
    let server = Server::once(|mut stream| {
        let mut piece = [0; 4096];
        let amount = stream.read(&mut piece).unwrap();
        stream.write_all(OK.as_bytes()).unwrap();
        String::from_utf8(piece[..amount].to_vec()).unwrap()
    });
    https().send(&post(&server.url()), None).unwrap();
    let seen = server.end();
    assert!(seen.contains("content-length: 11\r\n") && seen.ends_with("\r\n\r\ncode=s3cret"), "{seen}");
}

#[test]
fn a_post_without_content_says_so() {
    let server = Server::once(|mut stream| answer(&mut stream, OK));
    https().send(&request("POST", &server.url(), ""), None).unwrap();
    assert!(server.end().contains("content-length: 0\r\n"));
}

#[test]
fn large_content_and_headers_get_through() {
    let content = "x".repeat(300_000);
    let value = "y".repeat(15_000);
    let server = Server::once(|mut stream| answer(&mut stream, OK));
    let mut request = request("POST", &server.url(), &content);
    request.headers.push(("X-One", Secret::new(value.clone())));
    request.headers.push(("X-Two", Secret::new(value.clone())));
    https().send(&request, None).unwrap();
    let seen = server.end();
    assert!(seen.ends_with(&content));
    assert!(seen.contains(&format!("x-one: {value}\r\n")) && seen.contains(&format!("x-two: {value}\r\n")));
}

#[test]
fn any_status_is_an_answer() {
    for (status, rest) in [
        (302, "Location: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        (307, "Location: /elsewhere\r\nContent-Length: 5\r\n\r\nmoved"),
        (304, "\r\n"),
        (204, "\r\n"),
        (400, "Content-Length: 25\r\n\r\n{\"error\":\"invalid_grant\"}"),
        (503, "Retry-After: 3\r\nContent-Length: 0\r\n\r\n"),
    ] {
        let server = Server::once(move |mut stream| {
            answer(&mut stream, &format!("HTTP/1.1 {status} \r\n{rest}"));
        });
        let response = https().send(&post(&server.url()), None).unwrap();
        assert_eq!(response.status, status);
        assert_eq!(response.body.as_slice(), rest.split_once("\r\n\r\n").map_or("", |r| r.1).as_bytes());
        server.end();
    }
}

#[test]
fn every_framing_is_understood() {
    for (text, body) in [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde"),
        ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok"),
    ] {
        let server = Server::once(move |mut stream| {
            answer(&mut stream, text);
        });
        let response = https().send(&post(&server.url()), None).unwrap();
        assert_eq!((response.status, response.body.as_slice()), (200, body.as_bytes()));
        server.end();
    }
}

#[test]
fn the_length_in_an_answer_to_head_is_not_read() {
    let server = Server::once(|mut stream| {
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n");
        answer(&mut stream, OK)
    });
    let https = https();
    assert!(https.send(&request("HEAD", &server.url(), ""), None).unwrap().body.is_empty());
    https.send(&get(&server.url()), None).unwrap();
    assert!(server.end().starts_with("GET "));
}

#[test]
fn long_headers_are_read_up_to_their_limit() {
    for (size, is_read) in [(60 * 1024, true), (65 * 1024, false)] {
        let server = Server::once(move |mut stream| {
            read_request(&mut stream);
            let value = "v".repeat(size);
            // The client may hang up before all is written.
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nX-Long: {value}\r\nContent-Length: 2\r\n\r\nok");
        });
        let result = https().send(&post(&server.url()), None);
        server.end();
        match result {
            Ok(response) => assert!(is_read && response.header("x-long").unwrap().len() == size),
            Err(Error::Disconnected { reason, .. }) => {
                assert!(!is_read && reason.contains("64 KiB"), "{reason}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_body_is_read_up_to_its_limit() {
    let length = |size: usize| format!("Content-Length: {size}\r\n\r\n{}", "b".repeat(size));
    let chunk = |size: usize| {
        format!("Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{}\r\n0\r\n\r\n", "b".repeat(size))
    };
    let end = |size: usize| format!("Connection: close\r\n\r\n{}", "b".repeat(size));
    for (rest, fits) in [
        (length(MAX_BODY), true),
        (length(MAX_BODY + 1), false),
        (chunk(MAX_BODY), true),
        (chunk(MAX_BODY + 1), false),
        (end(MAX_BODY), true),
        (end(MAX_BODY + 1), false),
        ("Content-Length: 99999999999\r\n\r\n".to_owned(), false),
    ] {
        let server = Server::once(move |mut stream| {
            read_request(&mut stream);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{rest}");
        });
        match https().send(&post(&server.url()), None) {
            Ok(response) => assert!(fits && response.body.len() == MAX_BODY),
            Err(error) => assert!(!fits && matches!(error, Error::TooLarge { .. }), "{error}"),
        }
        server.end();
    }
}
