//! One line from a person, or from a pipe where that was asked for. A terminal's own lines end after 4095 bytes, which is
//! less than some addresses have: so keys are read one by one, up to 64 KiB.
#![forbid(unsafe_code)]

use std::io::{self, IsTerminal, Read};

use crate::edge::Keys;
use crate::failure::Ended;
use crate::output;

const LONGEST: usize = 64 * 1024;

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const CTRL_U: u8 = 21;
const CTRL_BACKSLASH: u8 = 28;
const ESCAPE: u8 = 27;
const DELETE: u8 = 127;

/// Standard input is a person's terminal, and so is what they read.
pub fn is_person() -> bool {
    io::stdin().is_terminal() && output::is_terminal()
}

/// `None`: no more comes, as by Ctrl-D.
pub fn line() -> Result<Option<String>, Ended> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return piped(&mut stdin.lock());
    }
    let unreadable =
        |e: io::Error| Ended::Said(crate::failure::IO, format!("the terminal cannot be read: {e}"));
    let keys = Keys::take().map_err(unreadable)?;
    let typed = typed(&mut stdin.lock(), &output::echo);
    drop(keys);
    output::write("\n");
    match typed.map_err(unreadable)? {
        Typed::Line(line) => Ok(Some(line)),
        Typed::End => Ok(None),
        Typed::Interrupted => Err(Ended::Interrupted),
    }
}

/// A line that is too long is cut, and then no code that the library takes.
fn piped(input: &mut impl Read) -> Result<Option<String>, Ended> {
    let mut bytes = Vec::with_capacity(LONGEST + 1);
    let read = input.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|e| Ended::Said(crate::failure::IO, format!("standard input cannot be read: {e}")))?;
    if bytes.len() > LONGEST {
        return Err(too_long());
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

fn too_long() -> Ended {
    let sentence = "that is longer than 64 KiB: paste the address that you end at, and nothing else";
    Ended::Said(crate::failure::USAGE, sentence.to_owned())
}

enum Typed {
    Line(String),
    End,
    Interrupted,
}

/// Until Enter. A line end with more right behind it came with what was pasted, and is part of it.
fn typed(input: &mut impl Read, show: &dyn Fn(&[u8])) -> io::Result<Typed> {
    let mut line = Vec::new();
    let mut escape = Escape::None;
    let mut chunk = vec![0_u8; 8192];
    loop {
        let count = match input.read(&mut chunk) {
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if count == 0 {
            return Ok(if line.is_empty() { Typed::End } else { ended(&line) });
        }
        let mut echo = Vec::with_capacity(count);
        for (at, byte) in chunk[..count].iter().copied().enumerate() {
            if escape.takes(byte) {
                continue;
            }
            match byte {
                CTRL_C | CTRL_BACKSLASH => return Ok(Typed::Interrupted),
                CTRL_D if line.is_empty() => return Ok(Typed::End),
                // Nothing to take yet.
                b'\n' | b'\r' if line.is_empty() => {}
                b'\n' | b'\r' if at + 1 == count => return Ok(ended(&line)),
                b'\n' | b'\r' => line.push(b' '),
                BACKSPACE | DELETE => echo.extend(erase(&mut line)),
                CTRL_U => {
                    while !line.is_empty() {
                        echo.extend(erase(&mut line));
                    }
                }
                b'\t' => line.push(b' '),
                // No key of a code's.
                0..=31 => {}
                byte if line.len() < LONGEST => {
                    line.push(byte);
                    echo.push(byte);
                }
                _ => {}
            }
        }
        show(&echo);
    }
}

fn ended(line: &[u8]) -> Typed {
    Typed::Line(String::from_utf8_lossy(line).into_owned())
}

/// Takes the last letter away, which may be several bytes; what takes it off the screen.
fn erase(line: &mut Vec<u8>) -> &'static [u8] {
    while let Some(byte) = line.pop() {
        // Of UTF-8, all bytes of a letter but its first begin with 10.
        if byte & 0b1100_0000 != 0b1000_0000 {
            return b"\x08 \x08";
        }
    }
    b""
}

/// Where in the bytes of a key such as an arrow we are.
enum Escape {
    None,
    Begun,
    Inside,
}

impl Escape {
    /// Whether the byte is part of one.
    fn takes(&mut self, byte: u8) -> bool {
        *self = match (&self, byte) {
            (_, ESCAPE) => Self::Begun,
            (Self::Begun, b'[' | b'O') => Self::Inside,
            (Self::Inside, 0x40..=0x7e) | (Self::Begun, _) => {
                *self = Self::None;
                return true;
            }
            (Self::Inside, _) => Self::Inside,
            (Self::None, _) => return false,
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_a_line() {
        let long = "x".repeat(LONGEST + 9);
        let rows: &[(&[&str], Option<&str>)] = &[
            (&["abc\r"], Some("abc")),
            (&["ab", "c", "\n"], Some("abc")),
            (&["a\u{8}bc\u{7f}d\n"], Some("bd")),
            (&["\u{7f}\u{e4}\u{7f}o\n"], Some("o")),
            (&["wrong\u{15}right\n"], Some("right")),
            (&["http://a\n/cb?code=1\n"], Some("http://a /cb?code=1")),
            (&["\u{1b}[200~pasted\u{1b}[201~\n"], Some("pasted")),
            (&["a\u{1b}[Db\u{1b}OAc", "\n"], Some("abc")),
            (&["a\tb\u{7}\n"], Some("a b")),
            (&["\r", "\n\r", "\u{4}"], None),
            (&["a\u{4}\n"], Some("a")),
            (&["ab"], Some("ab")),
            (&[], None),
            (&[&long, "\n"], Some(&long[..LONGEST])),
        ];
        for (chunks, expected) in rows {
            match typed(&mut Chunks(chunks.iter().map(|chunk| chunk.as_bytes()).collect()), &|_| {}).unwrap()
            {
                Typed::Line(line) => assert_eq!(Some(&*line), *expected, "{chunks:?}"),
                Typed::End => assert_eq!(None, *expected, "{chunks:?}"),
                Typed::Interrupted => panic!("{chunks:?}"),
            }
        }
        for chunk in ["\u{3}", "half\u{3}", "half\u{1c}\n"] {
            assert!(matches!(
                typed(&mut Chunks(vec![chunk.as_bytes()]), &|_| {}).unwrap(),
                Typed::Interrupted
            ));
        }
    }

    /// Each is what one read gives.
    struct Chunks<'a>(Vec<&'a [u8]>);

    impl Read for Chunks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(chunk) = self.0.first_mut() else { return Ok(0) };
            let count = chunk.len().min(buffer.len());
            buffer[..count].copy_from_slice(&chunk[..count]);
            *chunk = &chunk[count..];
            if chunk.is_empty() {
                self.0.remove(0);
            }
            Ok(count)
        }
    }
}
