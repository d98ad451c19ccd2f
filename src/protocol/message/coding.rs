//! A body that is compressed although nobody asked for that (RFC 9110 section 8.4.1), read within the bounds of any other.
#![forbid(unsafe_code)]

use super::inflate::{inflate, Out};
use super::MAX_BODY;
use crate::secret::Wiped;

const GZIP: &[u8] = &[0x1f, 0x8b];
/// What is not read, by how it begins. Brotli begins with anything.
const OTHERS: &[(&[u8], &str)] = &[(&[0x28, 0xb5, 0x2f, 0xfd], "zstd"), (&[0x1f, 0x9d], "compress")];

/// Why a body cannot be decompressed.
#[derive(Debug)]
pub enum Undecoded {
    TooLarge,
    Because(String),
}

/// `None` where the body is as it is meant. What it is shows in its first bytes before its Content-Encoding: a caller's
/// HTTP may have decompressed it and left the header.
pub fn decoded(body: &[u8], codings: &str) -> Result<Option<Wiped<Vec<u8>>>, Undecoded> {
    let names = || codings.split(',').map(str::trim);
    if body.starts_with(GZIP) {
        let once = gunzip(body)?;
        // Compressed by the server, and by a proxy once more.
        return Ok(Some(if once.starts_with(GZIP) { gunzip(&once)? } else { once }));
    }
    if body.is_empty() || is_text(body) {
        return Ok(None);
    }
    if is_zlib(body) {
        return unzlib(body).map(Some);
    }
    // As some servers read "deflate": without zlib's head and sum.
    if names().any(|name| name.eq_ignore_ascii_case("deflate")) {
        let mut inflated = Inflated::default();
        inflated.add(body, "deflate")?;
        return Ok(Some(inflated.bytes));
    }
    let known = OTHERS.iter().find(|(magic, _)| body.starts_with(magic)).map(|(_, name)| *name);
    match known.or_else(|| names().find(|name| is_name(name))) {
        None => Ok(None),
        Some(name) if name.ends_with("gzip") => Err(damaged(name)),
        Some(name) => Err(unread(name, "")),
    }
}

/// All members of it (RFC 1952 section 2.2). What follows the last is no part of it.
fn gunzip(body: &[u8]) -> Result<Wiped<Vec<u8>>, Undecoded> {
    let mut inflated = Inflated::default();
    let mut rest = body;
    while rest.starts_with(GZIP) {
        let content = member(rest).ok_or_else(|| damaged("gzip"))?;
        let before = inflated.bytes.len();
        let used = inflated.add(content, "gzip")?;
        let (sum, after) = content[used..].split_at_checked(8).unwrap_or_default();
        // The content has an end of its own: that its sum was cut off takes nothing from it.
        if !sum.is_empty() && sum[..4] != crc32(&inflated.bytes[before..]).to_le_bytes() {
            return Err(damaged("gzip"));
        }
        rest = after;
    }
    Ok(inflated.bytes)
}

/// What follows a member's header (RFC 1952 section 2.3).
fn member(bytes: &[u8]) -> Option<&[u8]> {
    const HEADER_SUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let flags = *bytes.get(3).filter(|_| bytes[2] == 8)?;
    let mut rest = bytes.get(10..)?;
    if flags & EXTRA != 0 {
        let length = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            rest = &rest[rest.iter().position(|b| *b == 0)? + 1..];
        }
    }
    rest.get(if flags & HEADER_SUM == 0 { 0 } else { 2 }..)
}

/// RFC 1950 section 2.2, without a dictionary.
fn is_zlib(body: &[u8]) -> bool {
    let is_head = |a: u8, b: u8| a & 15 == 8 && b & 32 == 0 && (u16::from(a) << 8 | u16::from(b)) % 31 == 0;
    matches!(body, [a, b, ..] if is_head(*a, *b))
}

fn unzlib(body: &[u8]) -> Result<Wiped<Vec<u8>>, Undecoded> {
    let mut inflated = Inflated::default();
    let used = inflated.add(&body[2..], "deflate")?;
    match body[2 + used..].get(..4) {
        Some(sum) if sum != adler32(&inflated.bytes).to_be_bytes() => Err(damaged("deflate")),
        _ => Ok(inflated.bytes),
    }
}

/// What was inflated so far. It grows without leaving a copy behind.
#[derive(Default)]
struct Inflated {
    bytes: Wiped<Vec<u8>>,
    is_full: bool,
}

impl Inflated {
    /// Returns how much of `input` it was.
    fn add(&mut self, input: &[u8], name: &str) -> Result<usize, Undecoded> {
        inflate(input, self).ok_or_else(|| if self.is_full { Undecoded::TooLarge } else { damaged(name) })
    }
}

impl Out for Inflated {
    fn put(&mut self, byte: u8) -> Option<()> {
        let length = self.bytes.len();
        self.is_full = length == MAX_BODY;
        if self.is_full {
            return None;
        }
        if length == self.bytes.capacity() {
            let mut larger = Wiped::new(Vec::with_capacity((length * 2).clamp(4 * 1024, MAX_BODY)));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        self.bytes.push(byte);
        Some(())
    }

    fn back(&self, distance: usize) -> Option<u8> {
        self.bytes.len().checked_sub(distance).and_then(|at| self.bytes.get(at)).copied()
    }
}

fn damaged(name: &str) -> Undecoded {
    unread(name, " and damaged")
}

fn unread(name: &str, how: &str) -> Undecoded {
    Undecoded::Because(format!("it is compressed ({name}){how}: have the server or proxy send it plain"))
}

/// JSON, a form, a page: without control characters, of which anything that is compressed has some.
fn is_text(body: &[u8]) -> bool {
    let is_plain = |b: &u8| !b.is_ascii_control() || b.is_ascii_whitespace();
    let begins_like_one = || matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'<'));
    body.iter().all(is_plain) && (std::str::from_utf8(body).is_ok() || begins_like_one())
}

fn is_name(coding: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=20).contains(&coding.len())
        && coding.bytes().all(is_letter)
        && !coding.eq_ignore_ascii_case("identity")
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1)))
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65521;
        (low, (high + low) % 65521)
    });
    high << 16 | low
}
