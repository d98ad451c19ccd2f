//! Random answers: no fault of ours, and the same whatever pieces they come in.
#![forbid(unsafe_code)]

use super::super::answer::{Answer, Reader};
use super::super::fault::Fault;
use super::super::incoming::Incoming;
use crate::protocol::message::MAX_BODY;

const ANSWERS: [&[u8]; 7] = [
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
    b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.0 200\nRetry-After : 5\nX: a\n b\n\nuntil the end",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nConnection: keep-alive, close\r\nDate: now\r\n\r\n",
    b"HTTP/2 503 \r\nContent-Length: 2, 2\r\nContent-Length: 2\r\nno colon\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 99999\r\n\r\n[{\"a\":\"}\\\"]\"}]",
    b"\r\n\r\nHTTP/1.1 400 \xe9\r\nWWW-Authenticate: Basic\r\n realm=\x01\"x\"\r\n\r\n",
];

/// Reads `text` in pieces of that size.
fn read(text: &[u8], piece: usize) -> std::result::Result<Answer, Fault> {
    let (mut incoming, mut at) = (Incoming::default(), 0);
    let mut receive = |space: &mut [u8]| {
        let amount = space.len().min(piece).min(text.len() - at);
        space[..amount].copy_from_slice(&text[at..at + amount]);
        at += amount;
        Ok(amount)
    };
    Reader::new(&mut incoming, &mut receive).answer(false)
}

/// What does not hang on the pieces. Of what is no HTTP, as much is shown as has come; behind an answer something may
/// wait that has not come yet.
fn outcome(result: std::result::Result<Answer, Fault>) -> String {
    match result {
        Ok(Answer { head, body, .. }) => {
            let body = body.map(|body| body.to_vec());
            assert!(body.as_ref().is_none_or(|body| body.len() <= MAX_BODY));
            assert!(head.headers.iter().all(|(_, value)| !value.chars().any(char::is_control)));
            format!("{} {:?} {body:?}", head.status, head.headers)
        }
        Err(Fault::NoHttp { line, begin }) => {
            assert!(begin.len() <= 32 && begin.bytes().all(|b| (0x20..0x7f).contains(&b)), "{begin:?}");
            format!("no HTTP at line {line}")
        }
        Err(fault) => format!("{fault:?}"),
    }
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit
    }

    fn answer(&mut self) -> Vec<u8> {
        const BYTES: &[u8] = b"\r\n\n \t:;,0129afHTTP/\x00\x01\x7f\xff{}[]\"\\-";
        let mut text = ANSWERS[self.below(ANSWERS.len())].to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(text.len() + 1);
            match self.below(4) {
                0 => text.insert(at, BYTES[self.below(BYTES.len())]),
                1 if at < text.len() => text[at] = BYTES[self.below(BYTES.len())],
                2 if at < text.len() => drop(text.remove(at)),
                3 => {
                    let other = ANSWERS[self.below(ANSWERS.len())];
                    let from = self.below(other.len());
                    text.splice(at..at, other[from..].iter().copied());
                }
                _ => text.truncate(at),
            }
        }
        text
    }
}

#[test]
fn an_answer_is_the_same_whatever_pieces_it_comes_in() {
    let seed = crate::system::now().unsigned_abs() | 1;
    let mut random = Random(seed);
    for _ in 0..5_000 {
        let text = random.answer();
        let whole = outcome(read(&text, usize::MAX));
        for piece in [1, 2, 1 + random.below(40)] {
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(outcome(read(&text, piece)), whole, "seed {seed}, pieces of {piece}: {shown:?}");
        }
    }
}
