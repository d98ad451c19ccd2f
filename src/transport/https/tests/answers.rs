//! What servers send that is an answer, however they write it, and what they get.
#![forbid(unsafe_code)]

use super::*;
use crate::protocol::message::MAX_BODY;

#[test]
fn a_get_carries_its_headers_and_no_content() {
    let server = Server::once(|mut stream| {
        answer(&mut stream, "HTTP/1.1 200 OK\r\ndate: now\r\nContent-Length: 2\r\n\r\n{}")
    });
    let mut request = get(&server.url());
    request.headers.push(("Accept".into(), Secret::new("application/json")));
    let response = https().send(&request, None).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, &b"{}"[..]));
    assert_eq!(response.header("DATE"), Some("now"));

    let host = format!("Host: {}\r\n", server.address);
    let seen = server.end();
    assert!(seen.starts_with("GET /token?code=s3cret HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains(&host), "{seen}");
    assert!(seen.contains(concat!("User-Agent: liboauth/", env!("CARGO_PKG_VERSION"), "\r\n")), "{seen}");
    assert!(seen.contains("Accept: application/json\r\n"), "{seen}");
    assert!(seen.contains("Accept-Encoding: identity\r\n") && !seen.contains("Content-Length"), "{seen}");
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
    assert!(seen.contains("Content-Length: 11\r\n") && seen.ends_with("\r\n\r\ncode=s3cret"), "{seen}");
}

#[test]
fn a_post_without_content_says_so() {
    let server = Server::once(|mut stream| answer(&mut stream, OK));
    https().send(&request("POST", &server.url(), ""), None).unwrap();
    assert!(server.end().contains("Content-Length: 0\r\n"));
}

#[test]
fn large_content_and_headers_get_through() {
    let content = "x".repeat(300_000);
    let value = "y".repeat(15_000);
    let server = Server::once(|mut stream| answer(&mut stream, OK));
    let mut request = request("POST", &server.url(), &content);
    request.headers.push(("X-One".into(), Secret::new(value.clone())));
    request.headers.push(("X-Two".into(), Secret::new(value.clone())));
    https().send(&request, None).unwrap();
    let seen = server.end();
    assert!(seen.ends_with(&content));
    assert!(seen.contains(&format!("X-One: {value}\r\n")) && seen.contains(&format!("X-Two: {value}\r\n")));
}

/// A server that was made by hand compares them letter for letter.
#[test]
fn names_of_headers_are_written_as_they_are_given() {
    let content = "content-type: x\r\naccept: y\r\n\r\nhost: z".to_owned() + &"\r\nlong: er".repeat(3_000);
    let server = Server::once(|mut stream| [answer(&mut stream, OK), answer(&mut stream, OK)]);
    let https = https();
    for _ in 0..2 {
        let mut request = request("POST", &server.url(), &content);
        for name in ["Authorization", "Content-Type", "x-request-ID"] {
            request.headers.push((name.into(), Secret::new("a-b: c")));
        }
        https.send(&request, None).unwrap();
    }
    let address = server.address;
    for seen in server.end() {
        let (head, seen_content) = seen.split_once("\r\n\r\n").unwrap();
        assert_eq!(seen_content, content);
        let mut lines: Vec<&str> = head.lines().collect();
        lines[1..].sort_unstable();
        let mut expected = vec![
            "POST /token?code=s3cret HTTP/1.1".to_owned(),
            "Accept: */*".to_owned(),
            "Accept-Encoding: identity".to_owned(),
            "Authorization: a-b: c".to_owned(),
            format!("Content-Length: {}", content.len()),
            "Content-Type: a-b: c".to_owned(),
            format!("Host: {address}"),
            concat!("User-Agent: liboauth/", env!("CARGO_PKG_VERSION")).to_owned(),
            "x-request-ID: a-b: c".to_owned(),
        ];
        expected[1..].sort_unstable();
        assert_eq!(lines, expected);
    }
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
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok"),
        // Chunks, as they are written and as curl reads them.
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n00000003\r\nabc\r\n000\r\n\r\n", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n A \r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3; name=\"a value of more than twenty bytes\"\r\nabc\r\n0\r\nX-Sum: 1\r\nX: 2\r\n\r\n", "abc"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", "abc"),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabcd", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: own\r\nContent-Length: 3\r\n\r\nabcd", "abcd"),
        // Lengths.
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: \t 003 \t\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        // What goes before the answer.
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
        ("HTTP/1.1 100 Continue\r\nDate: now\r\nContent-Length: 9\r\n\r\nHTTP/1.1 100 Go\n\nHTTP/1.1 199 x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
        ("\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
    ] {
        read_as(text.to_owned(), 200, body);
    }
}

fn read_as(text: String, status: u16, body: &str) {
    let shown = text.clone();
    let server = Server::once(move |mut stream| {
        answer(&mut stream, &text);
    });
    let response = https().send(&post(&server.url()), None);
    let response = response.unwrap_or_else(|error| panic!("{shown:.200}: {error}"));
    assert_eq!(
        (response.status, String::from_utf8_lossy(&response.body)),
        (status, body.into()),
        "{shown:.200}"
    );
    server.end();
}

#[test]
fn a_head_that_curl_reads_is_read() {
    let many = "X-Many: x\r\n".repeat(1_000);
    for head in [
        "HTTP/1.1 200",
        "HTTP/1.1 200 ",
        "HTTP/1.1 200OK",
        "HTTP/1.1   200   fine",
        "HTTP/1.1 200 \u{1}gr\u{fc}n",
        "http/1.1 200 OK",
        " HTTP/1.1 200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/1 200 OK",
        "HTTP/2 200",
        "HTTP/1.1 200 OK\r\nServer : a blank",
        "HTTP/1.1 200 OK\r\nServer\t \t: blanks",
        "HTTP/1.1 200 OK\r\nX: folded\r\n into\r\n\tthree",
        "HTTP/1.1 200 OK\r\n folded into nothing",
        "HTTP/1.1 200 OK\r\n \r\nX: after a line of blanks",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=\u{1}\u{7f}\0; path=/",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=\u{e9}",
        "HTTP/1.1 200 OK\r\nX: a lone \r in it",
        "HTTP/1.1 200 OK\r\nX: an end of its own\r\r",
        "HTTP/1.1 200 OK\r\nno colon",
        "HTTP/1.1 200 OK\r\n: no name",
        "HTTP/1.1 200 OK\r\nX Y: a name of two words",
        "HTTP/1.1 200 OK\r\nX(Y)\u{e9}: a name of no token",
        "HTTP/1.1 200 OK\r\nX:",
        &format!("HTTP/1.1 200 OK\r\n{}", many.trim_end()),
    ] {
        read_as(format!("{head}\r\nContent-Length: 2\r\n\r\nok"), 200, "ok");
        read_as(format!("{head}\r\nContent-Length: 2\r\n\r\nok").replace("\r\n", "\n"), 200, "ok");
    }
}

#[test]
fn a_header_that_is_needed_is_read_however_it_is_written() {
    for line in [
        "RETRY-AFTER:7",
        "Retry-After : 7",
        "retry-after:\t7\t",
        "Retry-After:\r\n 7",
        "Retry-After:\r\n\t\r\n  7",
        "Retry-After: \u{1}7\0",
        "X: y\r\n z\r\nRetry-After: 7\r\nX: y\r\n z",
        "Retry-After: 7\r\nRetry-After: 8",
    ] {
        let text = format!("HTTP/1.1 503 Busy\r\n{line}\r\nContent-Length: 0\r\n\r\n");
        let server = Server::once(move |mut stream| {
            answer(&mut stream, &text);
        });
        let response = https().send(&post(&server.url()), None).unwrap();
        assert_eq!((response.status, response.header("Retry-After")), (503, Some("7")), "{line:?}");
        server.end();
    }
}

/// What is whole as JSON lacks nothing, whatever its connection says; no other body shows that.
#[test]
fn json_that_is_whole_needs_no_proper_end() {
    const JSON: &str = "{\"access_token\":\"}\\\"]\",\"list\":[{}]}";
    for (head, body, is_read) in [
        ("Content-Length: 99", JSON, true),
        ("Content-Length: 99", "\u{feff}\r\n[{\"a\":1}]", true),
        ("Content-Length: 99", "{\"access_token\":\"a\"", false),
        ("Content-Length: 99", "{\"access_token\":\"}", false),
        ("Content-Length: 99", "{\"access_token\":[}", false),
        ("Content-Length: 99", "access_token=a", false),
        ("Content-Length: 99", "\"{}\"", false),
        ("Content-Length: 99", "", false),
        ("Transfer-Encoding: chunked", "29\r\n{\"access_token\":\"}\\\"]\",\"list\":[{}]}", true),
        ("Transfer-Encoding: chunked", "2\r\n{}\r\n", true),
        ("Transfer-Encoding: chunked", "2\r\n{}\r\nzz\r\n", true),
        ("Transfer-Encoding: chunked", "2\r\n{\"\r\n", false),
    ] {
        // As HTTP/1.0 as well, and where the time runs out instead.
        for waits in [false, true] {
            let (done, is_done) = mpsc::channel::<()>();
            let server = Server::once(move |mut stream| {
                answer(&mut stream, &format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"));
                if waits {
                    let _ = is_done.recv();
                }
            });
            let limit = Duration::from_millis(if waits { 300 } else { 10_000 });
            let result = Https::with_limit(&config(), limit).unwrap().send(&post(&server.url()), None);
            drop(done);
            assert_eq!(result.is_ok(), is_read, "{head} {body}: {result:?}");
            server.end();
        }
    }
}

#[test]
fn what_is_odd_ends_its_connection() {
    for (head, is_used_again) in [
        ("HTTP/1.1 200 OK", true),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive", true),
        ("HTTP/1.1 200 OK\r\nX: \u{e9}", true),
        ("HTTP/1.0 200 OK", false),
        ("HTTP/1.1 200 OK\r\nConnection: x, Close", false),
        ("HTTP/1.1 200 OK\r\nno colon", false),
        ("HTTP/1.1 200 OK\r\nX : y", false),
        ("HTTP/1.1 200 OK\r\nX: y\r\n z", false),
        ("HTTP/1.1 200 OK\r\nX: \u{1}", false),
    ] {
        let server = Server::start(move |listener| {
            let text = format!("{head}\r\nContent-Length: 2\r\n\r\nok");
            let mut first = accept(&listener);
            answer(&mut first, &text);
            if is_used_again {
                answer(&mut first, &text);
            } else {
                answer(&mut accept(&listener), &text);
            }
        });
        let https = https();
        for _ in 0..2 {
            assert_eq!(https.send(&post(&server.url()), None).unwrap().body.as_slice(), b"ok", "{head}");
        }
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
            Ok(response) => assert!(is_read && response.body.as_slice() == b"ok"),
            Err(Error::Unreadable { reason, status: 200, .. }) => {
                assert!(!is_read && reason.contains("64 KiB of headers, at line 2"), "{reason}");
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
