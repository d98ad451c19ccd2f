//! Answers as HTTP libraries hand them over: heads that are odd or several, and bodies that are compressed.

use crate::answers::{no, ok, padded, run, Case};
use crate::common::error_text;
use crate::support::{ask, client, Table};
use oauth::constants::*;
use std::fmt::Write as _;

const RETRY: i32 = OAUTH_ACTION_RETRY;
const TOKEN: &str = r#"{"access_token":"at"}"#;

/// 503, of whose head Retry-After is to be found.
fn waits(name: &'static str, headers: &'static str, retry_after: &'static str) -> Case {
    no(name, 503, "", OAUTH_ERROR_UNAVAILABLE, RETRY).headers(headers).retry(retry_after)
}

#[test]
fn heads_however_they_are_written() {
    run(
        "heads",
        &[
            waits("one line", "Retry-After: 7", "7"),
            waits("LF alone", "X: y\nRetry-After: 7\n\n", "7"),
            waits("CR CR LF", "X: y\r\r\nRetry-After: 7\r\r\n\r\r\n", "7"),
            waits("blanks before the colon", "Retry-After \t: 7\r\n", "7"),
            waits("no blank behind the colon", "retry-after:7\r\n", "7"),
            waits("folded", "Retry-After:\r\n\t7\r\n", "7"),
            waits(
                "folded lines of others",
                "X: y\r\n Retry-After: 8\r\nRetry-After: 7\r\nY: z\r\n 9\r\n",
                "7",
            ),
            waits("folded into nothing", " 8\r\nRetry-After: 7\r\n", "7"),
            waits(
                "control characters",
                "Set-Cookie: a=\u{1}\u{7f}\u{1b}[31m\r\nRetry-After: \u{1}7\u{2}\r\n",
                "7",
            ),
            waits("a lone CR begins no line", "X: y\rRetry-After: 8\r\nRetry-After: 7\r\n", "7"),
            waits(
                "lines that are none",
                "no colon\r\n: no name\r\n\r\n\r\nRetry-After: 7\r\na b: c\r\n",
                "7",
            ),
            waits("no head", "", ""),
            // ---- several ----
            waits("with its status line", "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n", "7"),
            waits("with its status line (curl, HTTP/2)", "HTTP/2 503 \r\nretry-after: 7\r\n\r\n", "7"),
            waits(
                "a proxy's before it (curl)",
                "HTTP/1.1 407 Authenticate\r\nRetry-After: 1\r\n\r\nHTTP/1.1 200 Connection established\r\n\
                 Retry-After: 2\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n",
                "7",
            ),
            waits(
                "100 and 103 before it, LF alone",
                "HTTP/1.1 100 Continue\nRetry-After: 1\n\nHTTP/1.1 103 Early Hints\nRetry-After: 2\n\n\
                 HTTP/1.1 503 Busy\nRetry-After: 7\n\n",
                "7",
            ),
            waits(
                "without blank lines between",
                "HTTP/1.1 302 Found\r\nRetry-After: 1\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7",
                "7",
            ),
            waits(
                "the last has none",
                "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n",
                "",
            ),
            waits("a trailer", "HTTP/1.1 503 Busy\r\nX: y\r\n\r\nRetry-After: 7\r\n\r\n", "7"),
            waits(
                "small letters",
                "http/1.1 302 Found\r\nRetry-After: 1\r\n\r\nhttp/1.1 503 Busy\r\n\r\n",
                "",
            ),
            waits(
                "folded lines end with their head",
                "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\nHTTP/1.1 503 Busy\r\n 8\r\n",
                "",
            ),
            waits("no status line", "HTTP: 2\r\nHTTPS/1: x\r\nRetry-After: 7\r\n", "7"),
        ],
    );
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

// The same token, as Python and zstd(1) write it.
const GZIP: &str = "1f8b0800000000000203ab564a4c4e4e2d2e8e2fc9cf4ecd53b2524a2c51aa0500dfbfd29b15000000";
const WITH_NAME: &str = "1f8b08080700000002ff746f6b656e2e6a736f6e00ab564a4c4e4e2d2e8e2fc9cf4ecd53b2524a2c51aa0500dfbfd29b15000000";
const TWO_MEMBERS: &str = "1f8b0800000000000203ab564a4c4e4e2d2e8e0700ddac16f7090000001f8b08000000000002032bc9cf4ecd53b2524a2c51aa0500aefc817a0c000000";
const ZLIB: &str = "789cab564a4c4e4e2d2e8e2fc9cf4ecd53b2524a2c51aa050055af0782";
const ZLIB_STORED: &str = "7801011500eaff7b226163636573735f746f6b656e223a226174227d55af0782";
const RAW: &str = "ab564a4c4e4e2d2e8e2fc9cf4ecd53b2524a2c51aa0500";
const ZSTD: &str = "28b52ffd0458a900007b226163636573735f746f6b656e223a226174227d63bd2a4d";
const FORM_GZIP: &str = "1f8b08000000000002034b4c4e4e2d2e8e2fc9cf4ecdb34d2c0100aaa3f6b20f000000";
/// As it stores a text that is too short to be compressed.
const BROTLI: &str = "0b0a807b226163636573735f746f6b656e223a226174227d03";

const SAYS_GZIP: &str = "Content-Encoding: gzip\r\n";
const SAYS_DEFLATE: &str = "Content-Encoding: deflate\r\n";

/// A member as RFC 1952 has it, in hexadecimal.
fn gzip_of(text: &[u8]) -> String {
    let sum = !text.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    });
    let length = u32::try_from(text.len()).unwrap();
    let parts: [&[u8]; 4] = [
        &bytes("1f8b0800000000000203"),
        &miniz_oxide::deflate::compress_to_vec(text, 6),
        &sum.to_le_bytes(),
        &length.to_le_bytes(),
    ];
    let mut hex = String::new();
    for byte in parts.concat() {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

fn packed(name: &'static str, headers: &'static str, hex: &str) -> Case {
    ok(name, bytes(hex)).headers(headers)
}

/// With every part that a header can have: extra field, name, comment, sum.
fn full_header() -> String {
    GZIP.replacen("1f8b0800000000000203", "1f8b081e0000000002030300616263616200626300abcd", 1)
}

#[test]
fn bodies_that_are_compressed() {
    // Lengths, distances and codes of every kind.
    let varied: String = (0..60_000_u32).map(|n| char::from(b'a' + (n * n / 7 % 26) as u8)).collect();
    let varied = format!(r#"{{"x":"{varied}{}","access_token":"at"}}"#, "y".repeat(70_000));
    run(
        "compressed",
        &[
            packed("gzip", SAYS_GZIP, GZIP),
            packed("x-gzip", "content-encoding: X-GZip\r\n", GZIP),
            packed("gzip that nobody mentions", "", GZIP),
            packed("gzip that is called something else", "Content-Encoding: br, identity\r\n", GZIP),
            packed("gzip with a name", SAYS_GZIP, WITH_NAME),
            packed("gzip with all that a header can have", SAYS_GZIP, &full_header()),
            packed("gzip in two members", SAYS_GZIP, TWO_MEMBERS),
            packed("gzip and zeros", SAYS_GZIP, &format!("{GZIP}0000000000")),
            packed("gzip without its sum", SAYS_GZIP, &GZIP[..GZIP.len() - 16]),
            packed("gzip with half of its sum", SAYS_GZIP, &GZIP[..GZIP.len() - 10]),
            packed("gzip of many shapes", SAYS_GZIP, &gzip_of(varied.as_bytes())),
            packed("zlib", SAYS_DEFLATE, ZLIB),
            packed("zlib that nobody mentions", "", ZLIB),
            packed("zlib, stored", SAYS_DEFLATE, ZLIB_STORED),
            packed("zlib without its sum", SAYS_DEFLATE, &ZLIB[..ZLIB.len() - 8]),
            packed("deflate without zlib", SAYS_DEFLATE, RAW),
            packed(
                "a form",
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n",
                FORM_GZIP,
            ),
            packed(
                "gzip of gzip",
                "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
                &gzip_of(&bytes(GZIP)),
            ),
            packed("1 MiB", SAYS_GZIP, &gzip_of(padded(1024 * 1024).as_bytes())),
            // ---- it says so, and is not ----
            ok("gzip that somebody has decompressed", TOKEN).headers(SAYS_GZIP),
            ok("deflate that somebody has decompressed", TOKEN).headers(SAYS_DEFLATE),
            ok("br that somebody has decompressed", TOKEN).headers("Content-Encoding: br\r\n"),
            ok("identity", TOKEN).headers("Content-Encoding: identity\r\n"),
            ok("nothing", TOKEN).headers("Content-Encoding:\r\n"),
            ok("a character set", "{\"access_token\":\"at\",\"x\":\"\u{e9}\"}")
                .headers("Content-Encoding: utf-8\r\n"),
            ok("a character set that is Latin-1", b"{\"access_token\":\"at\",\"x\":\"\xe9\"}".to_vec())
                .headers("Content-Encoding: iso-8859-1\r\n"),
        ],
    );
}

fn damaged(name: &'static str, headers: &'static str, hex: &str) -> Case {
    no(name, 200, bytes(hex), OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX).headers(headers)
}

#[test]
fn bodies_that_cannot_be_decompressed() {
    let half = &GZIP[..GZIP.len() / 4 * 2];
    run(
        "compressed and damaged",
        &[
            damaged("gzip cut in two", SAYS_GZIP, half),
            damaged("gzip cut in its header", SAYS_GZIP, &WITH_NAME[..30]),
            damaged("two bytes of gzip", SAYS_GZIP, "1f8b"),
            damaged("gzip of a method that is none", SAYS_GZIP, &GZIP.replacen("1f8b08", "1f8b07", 1)),
            damaged("gzip with a bit flipped", SAYS_GZIP, &GZIP.replacen("4e4e2d", "4e4e2c", 1)),
            damaged("gzip with a wrong sum", SAYS_GZIP, &GZIP.replacen("dfbf", "dfbe", 1)),
            damaged("gzip whose second member is damaged", SAYS_GZIP, &format!("{GZIP}{half}")),
            damaged("no gzip", SAYS_GZIP, "0001020304050607"),
            damaged("zlib cut in two", SAYS_DEFLATE, &ZLIB[..40]),
            damaged("zlib with a dictionary", SAYS_DEFLATE, &ZLIB.replacen("789c", "78bb", 1)),
            damaged("zlib with a wrong sum", SAYS_DEFLATE, &ZLIB.replacen("af07", "af08", 1)),
            damaged("deflate cut in two", SAYS_DEFLATE, &RAW[..20]),
            damaged("no deflate", SAYS_DEFLATE, "ffffffffffffff"),
            damaged("more codes than there are", SAYS_DEFLATE, "05c0ffffffffffffffffffffffff"),
            damaged("looks back beyond the beginning", SAYS_DEFLATE, "030200"),
            damaged("brotli", "Content-Encoding: br\r\n", BROTLI),
            damaged("zstd", "Content-Encoding: zstd\r\n", ZSTD),
            damaged("zstd that nobody mentions", "", ZSTD),
            damaged("compress", "Content-Encoding: compress\r\n", "1f9d90010203040506"),
            damaged("gzip of a web page", SAYS_GZIP, &gzip_of(b"<html></html>")),
            damaged("gzip of nothing", SAYS_GZIP, &gzip_of(b"")),
            // It says no, but nobody can tell what to.
            no("status 400", 400, bytes(BROTLI), OAUTH_ERROR_RESPONSE, OAUTH_ACTION_FIX)
                .headers("Content-Encoding: br\r\n"),
            no("status 503", 503, bytes(half), OAUTH_ERROR_UNAVAILABLE, RETRY).headers(SAYS_GZIP),
            no(
                "1 MiB and a byte",
                200,
                bytes(&gzip_of(&vec![b' '; 1024 * 1024 + 1])),
                OAUTH_ERROR_TOO_LARGE,
                OAUTH_ACTION_FIX,
            ),
            no(
                "a bomb",
                200,
                bytes(&gzip_of(&vec![0; 100_000]).repeat(100)),
                OAUTH_ERROR_TOO_LARGE,
                OAUTH_ACTION_FIX,
            )
            .headers(SAYS_GZIP),
        ],
    );
}

#[test]
fn who_has_compressed_it_is_told_so() {
    let mut table = Table::new("compressed, in words");
    for (name, headers, hex, words) in [
        ("damaged", SAYS_GZIP, &GZIP[..40], "it is compressed (gzip) and damaged: have the server or proxy"),
        (
            "deflate",
            SAYS_DEFLATE,
            &RAW[..20],
            "it is compressed (deflate) and damaged: have the server or proxy",
        ),
        (
            "br",
            "Content-Encoding: br\r\n",
            BROTLI,
            "it is compressed (br): have the server or proxy send it plain",
        ),
        ("zstd", "", ZSTD, "it is compressed (zstd): have the server or proxy send it plain"),
        ("an own one", "Content-Encoding: x-own_1\r\n", BROTLI, "it is compressed (x-own_1): have"),
        ("no name", "Content-Encoding: \"<b>\"\r\n", BROTLI, "it is neither JSON nor a form"),
    ] {
        table.row(name, |row| {
            let client = client(&[]);
            ask(&client, "abc");
            row.returned(client.respond(200, headers, &bytes(hex)), OAUTH_ERROR_RESPONSE);
            let text = error_text();
            row.holds(&text, text.starts_with(&format!("answer not understood (status 200): {words}")));
        });
    }
    table.end();
}
