//! The square: what every symbol has in the same places, where the codewords go, and the mask that is easiest to read.
#![forbid(unsafe_code)]

use super::codewords::Level;

pub struct Symbol {
    size: usize,
    dark: Vec<bool>,
    /// Not the codewords'.
    is_fixed: Vec<bool>,
}

/// Modules in a row.
pub fn size(version: usize) -> usize {
    4 * version + 17
}

impl Symbol {
    pub fn new(version: usize, level: Level, codewords: &[u8]) -> Self {
        let size = size(version);
        let mut plain = Self { size, dark: vec![false; size * size], is_fixed: vec![false; size * size] };
        plain.draw_patterns(version);
        plain.draw_format(level, 0);
        plain.draw_codewords(codewords);
        let masked = |number| {
            let mut symbol = Self { size, dark: plain.dark.clone(), is_fixed: plain.is_fixed.clone() };
            symbol.mask(number);
            symbol.draw_format(level, number);
            symbol
        };
        let all = (0..8).map(masked).map(|symbol| (symbol.penalty(), symbol));
        all.min_by_key(|(penalty, _)| *penalty).map_or(plain, |(_, symbol)| symbol)
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// What is outside is light.
    pub fn is_dark(&self, row: usize, column: usize) -> bool {
        row < self.size && column < self.size && self.dark[row * self.size + column]
    }

    fn fix(&mut self, row: usize, column: usize, is_dark: bool) {
        self.dark[row * self.size + column] = is_dark;
        self.is_fixed[row * self.size + column] = true;
    }

    fn draw_patterns(&mut self, version: usize) {
        let last = self.size - 1;
        for at in 0..self.size {
            self.fix(6, at, at % 2 == 0);
            self.fix(at, 6, at % 2 == 0);
        }
        for (row, column) in [(3, 3), (3, last - 3), (last - 3, 3)] {
            // With what is light around it, as far as that is in the square.
            self.draw_rings(row, column, 4, &[2, 4]);
        }
        let centres = alignments(version);
        for row in &centres {
            for column in &centres {
                let is_finder = [(6, 6), (6, last - 6), (last - 6, 6)].contains(&(*row, *column));
                if !is_finder {
                    self.draw_rings(*row, *column, 2, &[1]);
                }
            }
        }
        if version >= 7 {
            self.draw_version(version);
        }
    }

    /// Rings around a centre up to that distance; those of these distances are light.
    fn draw_rings(&mut self, row: usize, column: usize, distance: usize, light: &[usize]) {
        let within = |centre: usize| centre.saturating_sub(distance)..=(centre + distance).min(self.size - 1);
        let (rows, columns) = (within(row), within(column));
        for r in rows {
            for c in columns.clone() {
                self.fix(r, c, !light.contains(&r.abs_diff(row).max(c.abs_diff(column))));
            }
        }
    }

    /// Level and mask, twice (ISO/IEC 18004 section 7.9).
    fn draw_format(&mut self, level: Level, mask: u32) {
        let level = u32::from(level == Level::Low);
        let bits = with_remainder(level << 3 | mask, 10, 0x537) ^ 0x5412;
        let (last, is_set) = (self.size - 1, |bit: usize| bits >> bit & 1 == 1);
        for bit in 0..15 {
            // Beside the upper left finder, around the lines of timing.
            let at = [0, 1, 2, 3, 4, 5, 7, 8, 7, 5, 4, 3, 2, 1, 0];
            if bit < 8 {
                self.fix(at[bit], 8, is_set(bit));
                self.fix(8, last - bit, is_set(bit));
            } else {
                self.fix(8, at[bit], is_set(bit));
                self.fix(last + bit - 14, 8, is_set(bit));
            }
        }
        self.fix(last - 7, 8, true);
    }

    /// The version, twice (section 7.10).
    fn draw_version(&mut self, version: usize) {
        let bits = with_remainder(u32::try_from(version).unwrap_or_default(), 12, 0x1f25);
        for bit in 0..18 {
            let (near, far) = (bit / 3, self.size - 11 + bit % 3);
            self.fix(near, far, bits >> bit & 1 == 1);
            self.fix(far, near, bits >> bit & 1 == 1);
        }
    }

    /// In pairs of columns from the right, up and down in turns (section 7.7.3).
    fn draw_codewords(&mut self, codewords: &[u8]) {
        let mut bits = codewords.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        let pairs = (0..self.size).rev().filter(|column| *column != 6).collect::<Vec<_>>();
        for (number, pair) in pairs.chunks(2).enumerate() {
            for step in 0..self.size {
                let row = if number % 2 == 0 { self.size - 1 - step } else { step };
                for column in pair {
                    let at = row * self.size + column;
                    if !self.is_fixed[at] {
                        self.dark[at] = bits.next().unwrap_or(false);
                    }
                }
            }
        }
    }

    fn mask(&mut self, number: u32) {
        for row in 0..self.size {
            for column in 0..self.size {
                let at = row * self.size + column;
                self.dark[at] ^= is_masked(number, row, column) && !self.is_fixed[at];
            }
        }
    }

    /// The more, the harder it is to read (section 7.8.3).
    fn penalty(&self) -> usize {
        let across = |row: usize, column: usize| self.is_dark(row, column);
        let down = |row: usize, column: usize| self.is_dark(column, row);
        self.lines(across) + self.lines(down) + self.squares() + self.balance()
    }

    /// Five or more of a kind in a line, and what looks like a finder with room beside it.
    fn lines(&self, is_dark: impl Fn(usize, usize) -> bool) -> usize {
        const FINDER: [bool; 7] = [true, false, true, true, true, false, true];
        let mut penalty = 0;
        for row in 0..self.size {
            let line: Vec<bool> = (0..self.size).map(|column| is_dark(row, column)).collect();
            let runs = line.chunk_by(|a, b| a == b).map(<[bool]>::len);
            penalty += runs.filter(|run| *run >= 5).map(|run| run - 2).sum::<usize>();
            // Around the symbol it is light.
            let is_light = |at: usize| !line.get(at).copied().unwrap_or(false);
            let is_light_before = |at: usize| (1..=4).all(|by| at < by || is_light(at - by));
            let is_light_behind = |at: usize| (0..4).all(|by| is_light(at + by));
            for (at, _) in line.windows(7).enumerate().filter(|(_, seven)| **seven == FINDER) {
                penalty += 40 * usize::from(is_light_before(at));
                penalty += 40 * usize::from(is_light_behind(at + 7));
            }
        }
        penalty
    }

    /// Of two by two modules of a kind.
    fn squares(&self) -> usize {
        let is_one = |row: usize, column: usize| {
            let first = self.is_dark(row, column);
            [(0, 1), (1, 0), (1, 1)].iter().all(|(r, c)| self.is_dark(row + r, column + c) == first)
        };
        let rows = 0..self.size - 1;
        3 * rows.map(|row| (0..self.size - 1).filter(|column| is_one(row, *column)).count()).sum::<usize>()
    }

    /// Ten for each five percent by which the dark part differs from the half.
    fn balance(&self) -> usize {
        let dark = self.dark.iter().filter(|dark| **dark).count();
        (20 * dark).abs_diff(10 * self.dark.len()) / self.dark.len() * 10
    }
}

/// Where the rows and columns of alignment patterns are (annex E).
fn alignments(version: usize) -> Vec<usize> {
    let last = 4 * version + 10;
    match version {
        1 => Vec::new(),
        2..=6 => vec![6, last],
        _ => vec![6, usize::midpoint(6, last), last],
    }
}

/// A number, and behind it what is left of it by a polynomial of that degree.
pub fn with_remainder(number: u32, degree: u32, polynomial: u32) -> u32 {
    let next = |left: u32, _| (left << 1) ^ ((left >> (degree - 1) & 1) * polynomial);
    let left = (0..degree).fold(number, next);
    number << degree | left & ((1 << degree) - 1)
}

fn is_masked(number: u32, row: usize, column: usize) -> bool {
    let (sum, product) = (row + column, row * column);
    0 == match number {
        0 => sum % 2,
        1 => row % 2,
        2 => column % 3,
        3 => sum % 3,
        4 => (row / 2 + column / 3) % 2,
        5 => product % 2 + product % 3,
        6 => (product % 2 + product % 3) % 2,
        _ => (sum % 2 + product % 3) % 2,
    }
}
