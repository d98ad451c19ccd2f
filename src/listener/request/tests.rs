#![forbid(unsafe_code)]

use super::{end_of_head, read, Fault, Reading, MAX_HEAD};

/// What becomes of a request: path and parameters, or why it is refused.
type Row<'a> = (&'a str, &'a str, Result<(&'a str, [&'a str; 2]), Fault>);

#[test]
fn requests_however_they_are_written() {
    let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(MAX_HEAD));
    let rows: &[Row<'_>] = &[
        ("a browser's", "GET /cb?code=1&state=2 HTTP/1.1\r\nHost: h\r\n\r\n", Ok(("/cb", ["code=1&state=2", ""]))),
        ("bare line ends", "GET /cb?code=1 HTTP/1.1\nHost: h\n\n", Ok(("/cb", ["code=1", ""]))),
        ("an empty line before", "\r\nGET /cb HTTP/1.0\r\nhost:h\r\n\r\n", Ok(("/cb", ["", ""]))),
        ("two question marks", "GET /cb?a=1?code=2 HTTP/1.1\r\nHost: h\r\n\r\n", Ok(("/cb", ["a=1?code=2", ""]))),
        (
            "a form",
            "POST /cb?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\
             Content-Length: 7\r\n\r\ncode=12",
            Ok(("/cb", ["x=1", "code=12"])),
        ),
        (
            "a form with more behind it",
            "POST /cb HTTP/1.1\r\nHost: h\r\ncontent-type: Application/X-WWW-Form-Urlencoded\r\ncontent-length: 6\r\n\r\n\
             code=12",
            Ok(("/cb", ["", "code=1"])),
        ),
        ("JSON", "POST /cb HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", Err(Fault::Form)),
        ("no type", "POST /cb HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na=", Err(Fault::Form)),
        ("another method", "DELETE /cb HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::Method)),
        ("a preflight", "OPTIONS /cb HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::Method)),
        ("a link's preview", "HEAD /cb?code=1 HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::Method)),
        ("in pieces", "POST /cb HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Err(Fault::Length)),
        ("a megabyte", "POST /cb HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n", Err(Fault::TooLarge)),
        ("no number", "POST /cb HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello", Err(Fault::NotHttp)),
        ("no number in the world", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", Err(Fault::NotHttp)),
        ("two lengths", "POST /cb HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", Err(Fault::NotHttp)),
        ("two hosts", "GET /cb HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", Err(Fault::NotHttp)),
        ("a proxy's", "GET http://h/cb HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::NotHttp)),
        ("a tunnel", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::NotHttp)),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Err(Fault::NotHttp)),
        ("HTTP/0.9", "GET /cb\r\n\r\n", Err(Fault::NotHttp)),
        ("a blank too many", "GET /cb ?code=1 HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::NotHttp)),
        ("a NUL", "GET /cb\0 HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::NotHttp)),
        ("other letters", "GET /cb?\u{e4} HTTP/1.1\r\nHost: h\r\n\r\n", Err(Fault::NotHttp)),
        ("a line without a name", "GET /cb HTTP/1.1\r\nnonsense\r\n\r\n", Err(Fault::NotHttp)),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}", Err(Fault::NotHttp)),
        ("SSH", "ssh-2.0", Err(Fault::NotHttp)),
        ("a head without an end", &long, Err(Fault::HeadTooLarge)),
    ];
    for (name, text, expected) in rows {
        let bytes = text.as_bytes();
        let found = match read(bytes, end_of_head(bytes, 0)) {
            Reading::Whole(request) => request.check_method().map(|()| (request.path, request.parameters)),
            Reading::Refused(fault) => Err(fault),
            Reading::More => panic!("{name}: wants more"),
        };
        assert_eq!(found, *expected, "{name}");
    }
}

/// Whatever stands in the place of a byte, and wherever it is cut off, there is an answer.
#[test]
fn damaged_requests_are_read_to_their_end() {
    let text = b"POST /cb?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 7\r\n\r\ncode=12";
    for at in 0..text.len() {
        for byte in 0..=u8::MAX {
            let mut damaged = text.to_vec();
            damaged[at] = byte;
            for bytes in [&damaged[..], &damaged[..=at], &damaged[at..]] {
                if let Reading::Whole(request) = read(bytes, end_of_head(bytes, 0)) {
                    let length: usize = request.parameters.iter().map(|part| part.len()).sum();
                    assert!(request.path.starts_with('/') && length < bytes.len(), "{at} {byte}");
                }
            }
        }
    }
}

#[test]
fn a_request_is_the_same_whatever_pieces_it_comes_in() {
    let text = b"POST /cb?x HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 4\r\n\r\na=12";
    let mut head_end = None;
    for end in 0..text.len() {
        assert_eq!(read(&text[..end], head_end), Reading::More, "{end} bytes");
        head_end = head_end.or_else(|| end_of_head(&text[..=end], end));
    }
    assert_eq!(head_end, Some(text.len() - 4));
    assert!(matches!(read(text, head_end), Reading::Whole(request) if request.parameters == ["x", "a=12"]));
}
