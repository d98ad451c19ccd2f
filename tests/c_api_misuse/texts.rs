//! Texts in: null pointers, absurd lengths, other encodings, padding, and more than 1 MiB.

use crate::common::{error_text, out, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::ffi::{c_char, CString};
use std::ptr;

const MEBIBYTE: usize = 1024 * 1024;

/// A function, the name that its parameter has in an error, and a call of it.
type Function = (&'static str, &'static str, fn(i32, *const c_char, i32) -> i32);

/// Every function that takes a text.
const TEXTS: &[Function] = &[
    ("oauth_client_open", "profile", |_, text, length| unsafe { ffi::oauth_client_open(text, length) }),
    ("oauth_set", "text", |c, text, length| unsafe { ffi::oauth_set(c, OAUTH_ACCOUNT, text, length) }),
    ("oauth_field", "name", |c, text, length| unsafe {
        ffi::oauth_field(c, OAUTH_FIELD_TOKEN, text, length, ptr::null_mut(), 0)
    }),
    ("oauth_exchange_code", "code", |c, text, length| unsafe { ffi::oauth_exchange_code(c, text, length) }),
    ("oauth_request_token", "grant_type", |c, text, length| unsafe {
        ffi::oauth_request_token(c, text, length)
    }),
    ("oauth_request_headers", "method", |c, text, length| unsafe {
        ffi::oauth_request_headers(c, text, length, c"https://api.example/".as_ptr(), -1, ptr::null_mut(), 0)
    }),
    ("oauth_request_headers", "url", |c, text, length| unsafe {
        ffi::oauth_request_headers(c, c"GET".as_ptr(), -1, text, length, ptr::null_mut(), 0)
    }),
    ("oauth_api_response", "url", |c, text, length| unsafe {
        ffi::oauth_api_response(c, text, length, 200, c"".as_ptr(), 0)
    }),
    ("oauth_import_token", "record", |c, text, length| unsafe {
        ffi::oauth_import_token(c, -1, text, length)
    }),
];

/// Every function that takes bytes as they came.
const BYTES: &[Function] = &[
    ("oauth_http_response", "headers", |c, text, length| unsafe {
        ffi::oauth_http_response(c, 200, text, length, c"".as_ptr(), 0)
    }),
    ("oauth_http_response", "body", |c, text, length| unsafe {
        ffi::oauth_http_response(c, 200, c"".as_ptr(), 0, text, length)
    }),
    ("oauth_api_response", "headers", |c, text, length| unsafe {
        ffi::oauth_api_response(c, c"https://api.example/".as_ptr(), -1, 200, text, length)
    }),
];

/// What is no text at all: address, length, the error. Address 1 must not be read.
const NO_TEXTS: &[(usize, i32, i32)] = &[
    (0, OAUTH_NUL_TERMINATED, OAUTH_ERROR_NULL),
    (0, 1, OAUTH_ERROR_NULL),
    (1, -2, OAUTH_ERROR_LENGTH),
    (1, -100, OAUTH_ERROR_LENGTH),
    (1, i32::MIN, OAUTH_ERROR_LENGTH),
];

/// The same, for texts alone.
const NO_UTF8_TEXTS: &[(usize, i32, i32)] = &[
    (0, 0, OAUTH_ERROR_NULL),
    (0, 1_048_576, OAUTH_ERROR_NULL),
    (1, 1_048_577, OAUTH_ERROR_LENGTH),
    (1, i32::MAX, OAUTH_ERROR_LENGTH),
];

#[test]
fn the_tables_have_every_text_that_a_function_takes() {
    let rows: Vec<_> = TEXTS.iter().chain(BYTES).map(|(name, parameter, _)| (*name, *parameter)).collect();
    let mut table = Table::default();
    for (name, parameter) in parameters() {
        let Some(text) = parameter.strip_prefix("const char *") else { continue };
        table.row(&format!("{name}: {text}"), || {
            assert!(rows.contains(&(name, text)), "has no row in TEXTS or BYTES");
        });
    }
    table.end();
}

#[test]
fn no_text_is_an_error_of_every_function_and_changes_nothing() {
    let mut table = Table::default();
    let rows = TEXTS.iter().flat_map(|f| NO_TEXTS.iter().chain(NO_UTF8_TEXTS).map(move |row| (f, row)));
    let rows = rows.chain(BYTES.iter().flat_map(|f| NO_TEXTS.iter().map(move |row| (f, row))));
    for ((function, parameter, call), (address, length, code)) in rows {
        table.row(&format!("{function}: {parameter} at {address}, length {length}"), || {
            let client = waiting();
            let text = ptr::without_provenance(*address);
            fails(call(client.0, text, *length), *code, parameter);
            is_as_before(&client);
        });
    }
    table.end();
}

#[test]
fn a_text_that_is_not_utf8_is_an_error_of_every_function_and_changes_nothing() {
    let texts: &[&[u8]] = &[
        b"\xff",
        b"M\xfcller",         // ISO 8859-1
        b"cut gr\xc3",        // in the middle of a character
        b"\xc0\xaf",          // a slash, overlong
        b"\xed\xa0\x80",      // half of a surrogate pair
        b"\xf4\x90\x80\x80",  // past the last character
        b"\xfe\xff\0c\0o\0d", // UTF-16 with its mark
        b"\x83\x96\x84\x85",  // EBCDIC
    ];
    let mut table = Table::default();
    for ((function, parameter, call), text) in TEXTS.iter().flat_map(|f| texts.iter().map(move |t| (f, t))) {
        let terminated = CString::new(text.split(|b| *b == 0).next().unwrap()).unwrap();
        let lengths = [OAUTH_NUL_TERMINATED, i32::try_from(terminated.as_bytes().len()).unwrap()];
        for length in lengths {
            table.row(&format!("{function}: {text:x?}, length {length}"), || {
                let client = waiting();
                fails(call(client.0, terminated.as_ptr(), length), OAUTH_ERROR_ENCODING, parameter);
                is_as_before(&client);
            });
        }
    }
    table.end();
}

#[test]
fn an_answer_may_be_in_any_encoding() {
    let client = waiting();
    let body = b"\xff M\xfcller";
    let headers = b"Content-Type: text/html; charset=iso-8859-1\r\nServer: M\xfcller\r\n";
    let answer = unsafe {
        ffi::oauth_http_response(
            client.0,
            400,
            headers.as_ptr().cast(),
            i32::try_from(headers.len()).unwrap(),
            body.as_ptr().cast(),
            i32::try_from(body.len()).unwrap(),
        )
    };
    fails(answer, OAUTH_ERROR_RESPONSE, "400");
}

#[test]
fn a_field_ends_at_its_nul_and_loses_its_blanks() {
    let rows: &[(&[u8], i32, &str)] = &[
        (b"acme\0", -1, "acme"),
        (b"acme  \0", -1, "acme  "),
        (b"  acme\0", -1, "  acme"),
        (b"  \0", -1, "  "),
        (b"\0", -1, ""),
        (b"acme", 4, "acme"),
        (b"acme      ", 10, "acme"),
        (b"  acme    ", 10, "  acme"),
        (b"ac me     ", 10, "ac me"),
        (b"acme", 2, "ac"),
        (b"acme", 0, ""),
        (b"          ", 10, ""),
        (b"acme\0corp", 9, "acme"),
        (b"acme  \0corp", 11, "acme"),
        (b"acme  \0    ", 11, "acme"),
        (b"acme\0\0\0\0\0\0", 10, "acme"),
        (b"\0acme", 5, ""),
        // What stands behind the NUL is not looked at, whatever it is.
        (b"acme\0\xff\xff\x01", 8, "acme"),
        // Only blanks pad.
        (b"acme\xc2\xa0  ", 8, "acme\u{a0}"),
        (b"M\xc3\xbcller  ", 9, "M\u{fc}ller"),
        (b"M\xc3\xbc", 3, "M\u{fc}"),
    ];
    let mut table = Table::default();
    let edge = PageEnd::new();
    for (text, length, expected) in rows {
        table.row(&format!("{:?}, length {length}", String::from_utf8_lossy(text)), || {
            let client = client_with(&[(OAUTH_ACCOUNT, "before")]);
            // At the end of a page: a byte too many would be the last.
            let set = unsafe { ffi::oauth_set(client.0, OAUTH_ACCOUNT, edge.put(text), *length) };
            assert_eq!(set, 0, "{}", error_text());
            assert_eq!(client.get(OAUTH_ACCOUNT), *expected);
        });
    }
    table.row("a profile's name", || {
        let text = b"metamaps        ";
        let client = Client(unsafe { ffi::oauth_client_open(edge.put(text), 16) });
        assert!(client.0 > 0, "{}", error_text());
        assert_eq!(client.get(OAUTH_PROFILE), "metamaps");
        let client = unsafe { ffi::oauth_client_open(c"metamaps   ".as_ptr(), -1) };
        fails(client, OAUTH_ERROR_PROFILE, "metamaps");
    });
    table.row("a code", || {
        let client = client();
        client.authorize_url();
        let text = b"a-code          ";
        let needed = unsafe { ffi::oauth_exchange_code(client.0, edge.put(text), 16) };
        fails(needed, OAUTH_HTTP_NEEDED, "HTTP");
        assert!(client.request(OAUTH_REQUEST_CONTENT).1.contains("code=a-code&"), "no blanks");
    });
    table.row("the bytes of an answer all count", || {
        // With its length, a NUL is a part of the body and makes it no JSON; without, it ends it.
        for (length, is_json) in [(-1, true), (i32::try_from(token("1").len()).unwrap() + 3, false)] {
            let client = waiting();
            let body = format!("{}\0x\0", token("1"));
            let answer = unsafe {
                ffi::oauth_http_response(client.0, 200, ptr::null(), 0, edge.put(body.as_bytes()), length)
            };
            assert_eq!(answer == 0, is_json, "length {length}: {answer} {}", error_text());
        }
    });
    table.end();
}

#[test]
fn a_text_of_one_mebibyte_is_good_and_of_a_byte_more_is_not() {
    let long = |length: usize| CString::new(vec![b'a'; length]).unwrap();
    let (most, more) = (long(MEBIBYTE), long(MEBIBYTE + 1));
    let mut table = Table::default();
    for (function, parameter, call) in TEXTS {
        for length in [OAUTH_NUL_TERMINATED, 1_048_577] {
            table.row(&format!("{function}: too long, length {length}"), || {
                let client = waiting();
                fails(call(client.0, more.as_ptr(), length), OAUTH_ERROR_LENGTH, parameter);
                is_as_before(&client);
            });
        }
    }
    for length in [OAUTH_NUL_TERMINATED, 1_048_576] {
        table.row(&format!("oauth_client_open, length {length}"), || {
            let answer = unsafe { ffi::oauth_client_open(most.as_ptr(), length) };
            fails(answer, OAUTH_ERROR_PROFILE, "no profile [aaa");
        });
        table.row(&format!("oauth_set, length {length}"), || {
            let client = client();
            assert_eq!(unsafe { ffi::oauth_set(client.0, OAUTH_ACCOUNT, most.as_ptr(), length) }, 0);
            assert_eq!(client.get(OAUTH_ACCOUNT).len(), MEBIBYTE);
        });
        table.row(&format!("oauth_exchange_code, length {length}"), || {
            let client = client();
            client.authorize_url();
            let needed = unsafe { ffi::oauth_exchange_code(client.0, most.as_ptr(), length) };
            fails(needed, OAUTH_HTTP_NEEDED, "HTTP");
            assert!(client.request(OAUTH_REQUEST_CONTENT).1.len() > MEBIBYTE);
            assert_eq!(answer_token(&client, "1"), 0, "{}", error_text());
        });
        table.row(&format!("oauth_import_token, length {length}"), || {
            let client = client();
            let answer = unsafe { ffi::oauth_import_token(client.0, -1, most.as_ptr(), length) };
            fails(answer, OAUTH_ERROR_VALUE, "record");
        });
    }
    table.row("a long record", || {
        let (client, record) = (client(), holder("1").get(OAUTH_TOKEN_RECORD));
        let field = [record.as_bytes(), &vec![b' '; MEBIBYTE - record.len()]].concat();
        let answer = unsafe { ffi::oauth_import_token(client.0, 0, field.as_ptr().cast(), 1_048_576) };
        assert_eq!(answer, 0, "{}", error_text());
        gives(&client, "1");
    });
    table.row("a long field with little in it", || {
        let client = client();
        let field = [&b"acme"[..], &vec![b' '; MEBIBYTE - 4]].concat();
        assert_eq!(unsafe { ffi::oauth_set(client.0, OAUTH_ACCOUNT, field.as_ptr().cast(), 1_048_576) }, 0);
        assert_eq!(client.get(OAUTH_ACCOUNT), "acme");
    });
    table.row("an answer's body", || {
        let body = |length: usize| {
            let mut body = token("1");
            body.push_str(&" ".repeat(length - body.len()));
            body.into_bytes()
        };
        let client = waiting();
        assert_eq!(client.respond(200, "", &body(MEBIBYTE)), 0, "{}", error_text());
        let client = waiting();
        fails(client.respond(200, "", &body(MEBIBYTE + 1)), OAUTH_ERROR_TOO_LARGE, "larger than 1 MiB");
        // As a C string its length is not known, and it is a text that is too long.
        let client = waiting();
        let text = CString::new(body(MEBIBYTE + 1)).unwrap();
        let answer = unsafe {
            ffi::oauth_http_response(client.0, 200, ptr::null(), 0, text.as_ptr(), OAUTH_NUL_TERMINATED)
        };
        fails(answer, OAUTH_ERROR_LENGTH, "body");
        is_as_before(&client);
    });
    table.row("an answer of which nothing can be read", || {
        for claimed in [MEBIBYTE + 1, 1 << 30, 0x7fff_ffff] {
            let memory = Unreadable::new(claimed);
            let client = waiting();
            let length = i32::try_from(claimed).unwrap();
            let answer = unsafe {
                ffi::oauth_http_response(client.0, 200, ptr::null(), 0, memory.start.cast(), length)
            };
            fails(answer, OAUTH_ERROR_TOO_LARGE, "larger than 1 MiB");
        }
    });
    table.row("headers of which one MiB can be read", || {
        let memory = Unreadable::new(0x7fff_ffff);
        let client = waiting();
        memory.make_readable(MEBIBYTE);
        let (body, length) = (token("1"), i32::try_from(token("1").len()).unwrap());
        let answer = unsafe {
            let body = body.as_ptr().cast();
            ffi::oauth_http_response(client.0, 200, memory.start.cast(), 0x7fff_ffff, body, length)
        };
        assert_eq!(answer, 0, "{}", error_text());
    });
    table.row("an answer's headers", || {
        let client = waiting();
        let headers = format!("X-Long: {}\r\nContent-Type: application/json\r\n", "x".repeat(2 * MEBIBYTE));
        assert_eq!(client.respond(200, &headers, token("1").as_bytes()), 0, "{}", error_text());
    });
    table.end();
}

/// Addresses behind which there is nothing: to read there ends the process.
struct Unreadable {
    start: *mut libc::c_void,
    length: usize,
}

impl Unreadable {
    fn new(length: usize) -> Self {
        #[cfg(not(target_os = "freebsd"))]
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        #[cfg(target_os = "freebsd")]
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let start = unsafe { libc::mmap(ptr::null_mut(), length, libc::PROT_NONE, flags, -1, 0) };
        assert_ne!(start, libc::MAP_FAILED);
        Self { start, length }
    }

    fn make_readable(&self, length: usize) {
        assert_eq!(unsafe { libc::mprotect(self.start, length, libc::PROT_READ) }, 0);
    }
}

impl Drop for Unreadable {
    fn drop(&mut self) {
        unsafe { libc::munmap(self.start, self.length) };
    }
}

/// A client whose request waits for an answer.
fn waiting() -> Client {
    let client = client_with(&[(OAUTH_ACCOUNT, "before")]);
    client.authorize_url();
    fails(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "HTTP");
    client
}

/// Its settings are what they were, and its request waits as it did or can be had again.
#[track_caller]
fn is_as_before(client: &Client) {
    assert_eq!(client.get(OAUTH_ACCOUNT), "before");
    let (n, _) = out(|b, c| unsafe { ffi::oauth_http_request(client.0, OAUTH_REQUEST_URL, b, c) });
    assert!(n > 0, "no request waits any more: {n}");
    assert_eq!(answer_token(client, "1"), 0, "{}", error_text());
    gives(client, "1");
}

/// Memory that ends where nothing may be read.
struct PageEnd(*mut u8, usize);

impl PageEnd {
    fn new() -> Self {
        const PAGES: usize = 64 * 1024;
        unsafe {
            let start = libc::mmap(
                ptr::null_mut(),
                2 * PAGES,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert!(start != libc::MAP_FAILED);
            let start: *mut u8 = start.cast();
            assert_eq!(libc::mprotect(start.add(PAGES).cast(), PAGES, libc::PROT_NONE), 0);
            Self(start, PAGES)
        }
    }

    /// Puts the bytes at the very end.
    fn put(&self, bytes: &[u8]) -> *const c_char {
        unsafe {
            let at = self.0.add(self.1 - bytes.len());
            at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            at.cast()
        }
    }
}

impl Drop for PageEnd {
    fn drop(&mut self) {
        unsafe { libc::munmap(self.0.cast(), 2 * self.1) };
    }
}
