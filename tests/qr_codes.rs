//! QR codes as a telephone sees them: drawn by the C functions, painted as the screen shows them, and read by zbarimg.
#![allow(clippy::wildcard_imports)]

mod common;

use common::rows::Table;
use common::{error_text, Client};
use oauth::constants::*;
use oauth::ffi;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Pixels of a module, and of what is around the text on the screen.
const SCALE: usize = 4;
const AROUND: usize = 40;

/// A screen: which of its modules are bright.
struct Screen {
    is_bright: bool,
    rows: Vec<Vec<bool>>,
}

impl Screen {
    /// `is_bright`: dark letters on it, or bright ones on dark.
    fn show(text: &str, is_bright: bool) -> Self {
        let mut rows = Vec::new();
        for line in text.lines() {
            let ink = |upper: char| -> Vec<bool> {
                line.chars().map(|c| (c == upper || c == '\u{2588}') != is_bright).collect()
            };
            if text.is_ascii() {
                // A character is twice as high as it is wide.
                rows.push(line.chars().step_by(2).map(|c| (c == '#') != is_bright).collect());
            } else {
                rows.extend([ink('\u{2580}'), ink('\u{2584}')]);
            }
        }
        Self { is_bright, rows }
    }

    /// As a picture (PGM).
    fn painted(&self) -> Vec<u8> {
        let (width, height) = (self.rows[0].len() * SCALE + 2 * AROUND, self.rows.len() * SCALE + 2 * AROUND);
        let mut picture = format!("P5\n{width} {height}\n255\n").into_bytes();
        for y in 0..height {
            for x in 0..width {
                let row = y.checked_sub(AROUND).and_then(|y| self.rows.get(y / SCALE));
                let module = row.zip(x.checked_sub(AROUND)).and_then(|(row, x)| row.get(x / SCALE));
                // Neither is quite black or white on a screen.
                picture.push(if *module.unwrap_or(&self.is_bright) { 220 } else { 30 });
            }
        }
        picture
    }

    fn read(&self, name: &str) -> String {
        let file = std::env::temp_dir().join(format!("liboauth-qr-{}-{name}.pgm", std::process::id()));
        fs::write(&file, self.painted()).unwrap();
        let read = zbarimg(&file);
        fs::remove_file(&file).unwrap();
        read
    }
}

fn zbarimg(file: &PathBuf) -> String {
    let output = Command::new("zbarimg").args(["--raw", "--quiet"]).arg(file).output();
    let output = output.expect("zbarimg is needed: tests/tools test");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A client whose server sends a person there.
fn client(address: &str, style: &str, lines: &str) -> Client {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
        (OAUTH_DEVICE_ENDPOINT, "https://as.example/device"),
        (OAUTH_CLIENT_ID, "screen"),
        (OAUTH_QR_STYLE, style),
        (OAUTH_QR_LINES, lines),
    ]);
    assert_eq!(ffi::oauth_device_start(client.0), OAUTH_HTTP_NEEDED, "{}", error_text());
    let answer =
        format!(r#"{{"device_code":"a-device-code","user_code":"A","verification_uri":"{address}"}}"#);
    let answered = client.respond(200, "Content-Type: application/json\r\n", answer.as_bytes());
    assert_eq!(answered, 0, "{}", error_text());
    client
}

#[test]
fn a_telephone_reads_each_version_in_each_style() {
    // The shortest and the longest text of each version, which has error correction M or L.
    const LENGTHS: &[usize] = &[
        13, 14, 17, 18, 26, 32, 33, 42, 53, 54, 78, 79, 106, 107, 134, 135, 154, 155, 192, 193, 230, 231, 271,
    ];
    let mut table = Table::<()>::default();
    for length in LENGTHS {
        let address: String = "https://a.ex/device?user_code=WDJB-MJHT&"
            .chars()
            .chain("0aZ_.~".chars().cycle())
            .take(*length)
            .collect();
        for (style, is_bright) in
            [("blocks", false), ("inverse", true), ("plain", false), ("plain_inverse", true)]
        {
            for lines in ["24", "80"] {
                // What has no room is refused: see the tests of protocol.
                let is_plain = style.starts_with("plain");
                let most = match (is_plain, lines) {
                    (true, "24") => 17,
                    (true, _) => 106,
                    (false, "24") => 154,
                    (false, _) => 271,
                };
                table.row(&format!("{length} bytes, {style}, {lines} lines"), || {
                    let client = client(&address, style, lines);
                    if *length > most {
                        let call = |b, c| unsafe { ffi::oauth_get(client.0, OAUTH_QR_CODE, b, c) };
                        assert_eq!(common::out(call).0, OAUTH_ERROR_QR);
                        return;
                    }
                    let screen = Screen::show(&client.get(OAUTH_QR_CODE), is_bright);
                    assert_eq!(screen.read(&format!("{length}-{style}-{lines}")), address);
                });
            }
        }
    }
    table.end();
}
