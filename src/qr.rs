//! A text as a QR code of characters (ISO/IEC 18004): in byte mode, versions 1 to 10, of error correction L or, where the
//! same version has room for it, M. Given the same, it draws the same.
#![forbid(unsafe_code)]

mod codewords;
mod symbol;
#[cfg(test)]
mod tests;

use codewords::{codewords, smallest};
use symbol::Symbol;

/// What a screen shows of a symbol: ink where it is light, or where it is dark. A reader wants dark on light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Two rows a line, in half blocks. The letters are bright, and the screen is dark.
    #[default]
    Blocks,
    /// The same, dark letters on light.
    Inverse,
    /// A row a line, two characters a module, in ASCII. Bright letters on dark.
    Plain,
    /// The same, dark letters on light.
    PlainInverse,
}

/// Of a screen.
const COLUMNS: usize = 80;
/// What is light around a symbol: as the standard has it, or less where the screen has no room.
const MARGINS: [usize; 4] = [4, 3, 2, 1];

/// The lines, all of the same length and each ended by a line feed. `Err`: how many lines it takes, where so many would do.
pub fn draw(text: &str, style: Style, lines: u32) -> Result<String, Option<u32>> {
    const MOST_LINES: usize = 80;
    let (version, level) = smallest(text.len()).ok_or(None)?;
    let size = symbol::size(version);
    let lines = usize::try_from(lines).unwrap_or(MOST_LINES);
    let fits = |margin: &usize| style.columns(size + 2 * margin) <= COLUMNS;
    let Some(margin) =
        MARGINS.into_iter().filter(fits).find(|margin| style.lines(size + 2 * margin) <= lines)
    else {
        let needed = MARGINS.into_iter().rev().find(fits).map(|margin| style.lines(size + 2 * margin));
        return Err(needed.filter(|lines| *lines <= MOST_LINES).and_then(|lines| u32::try_from(lines).ok()));
    };
    let symbol = Symbol::new(version, level, &codewords(text.as_bytes(), version, level));
    Ok(style.drawn(&symbol, margin))
}

impl Style {
    fn is_plain(self) -> bool {
        matches!(self, Self::Plain | Self::PlainInverse)
    }

    fn lines(self, rows: usize) -> usize {
        if self.is_plain() {
            rows
        } else {
            rows.div_ceil(2)
        }
    }

    fn columns(self, modules: usize) -> usize {
        if self.is_plain() {
            2 * modules
        } else {
            modules
        }
    }

    fn drawn(self, symbol: &Symbol, margin: usize) -> String {
        let all = symbol.size() + 2 * margin;
        // Around the symbol, and below it to the end of the line, all is light.
        let is_dark = |row: usize, column: usize| {
            row >= margin && column >= margin && symbol.is_dark(row - margin, column - margin)
        };
        let inks_dark = matches!(self, Self::Inverse | Self::PlainInverse);
        let has_ink = |row, column| is_dark(row, column) == inks_dark;
        let mut text = String::with_capacity(self.lines(all) * (3 * self.columns(all) + 1));
        for line in 0..self.lines(all) {
            for column in 0..all {
                text.push_str(match self.is_plain() {
                    true if has_ink(line, column) => "##",
                    true => "  ",
                    false => match (has_ink(2 * line, column), has_ink(2 * line + 1, column)) {
                        (true, true) => "\u{2588}",
                        (true, false) => "\u{2580}",
                        (false, true) => "\u{2584}",
                        (false, false) => " ",
                    },
                });
            }
            text.push('\n');
        }
        text
    }
}
