//! What stands in a symbol: the text's bits, and those by which a reader mends what it has misread.
#![forbid(unsafe_code)]

/// How much of it may be misread: 7 or 15 percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Low,
    Medium,
}

/// By version: all codewords, then for each level the codewords of correction in a block, and how many blocks there are
/// (ISO/IEC 18004 table 9).
const VERSIONS: [(usize, [(usize, usize); 2]); 10] = [
    (26, [(7, 1), (10, 1)]),
    (44, [(10, 1), (16, 1)]),
    (70, [(15, 1), (26, 1)]),
    (100, [(20, 1), (18, 2)]),
    (134, [(26, 1), (24, 2)]),
    (172, [(18, 2), (16, 4)]),
    (196, [(20, 2), (18, 4)]),
    (242, [(24, 2), (22, 4)]),
    (292, [(30, 2), (22, 5)]),
    (346, [(18, 4), (26, 5)]),
];

/// All codewords, those of correction in a block, blocks.
fn parts(version: usize, level: Level) -> (usize, usize, usize) {
    let (all, levels) = VERSIONS[version - 1];
    let (correction, blocks) = levels[usize::from(level == Level::Medium)];
    (all, correction, blocks)
}

fn data_codewords(version: usize, level: Level) -> usize {
    let (all, correction, blocks) = parts(version, level);
    all - correction * blocks
}

/// How long a text of bytes may be.
fn capacity(version: usize, level: Level) -> usize {
    // The mode has four bits, the length 8 or 16.
    data_codewords(version, level) - if version < 10 { 2 } else { 3 }
}

/// The smallest version that has room for so many bytes, and the better level that has, too.
pub fn smallest(length: usize) -> Option<(usize, Level)> {
    let version = (1..=VERSIONS.len()).find(|version| length <= capacity(*version, Level::Low))?;
    let is_medium = length <= capacity(version, Level::Medium);
    Some((version, if is_medium { Level::Medium } else { Level::Low }))
}

/// In the order in which they are drawn.
pub fn codewords(text: &[u8], version: usize, level: Level) -> Vec<u8> {
    let (all, correction, blocks) = parts(version, level);
    let data = data(text, version, level);
    // The first blocks are a codeword shorter where they cannot all be of the same length.
    let (short, longer) = (data.len() / blocks, data.len() % blocks);
    let mut rest = &data[..];
    let blocks: Vec<_> = (0..blocks)
        .map(|number| {
            let (block, behind) = rest.split_at(short + usize::from(number >= blocks - longer));
            rest = behind;
            (block, remainder(block, &generator(correction)))
        })
        .collect();
    let mut codewords = Vec::with_capacity(all);
    for at in 0..=short {
        codewords.extend(blocks.iter().filter_map(|(block, _)| block.get(at)));
    }
    for at in 0..correction {
        codewords.extend(blocks.iter().map(|(_, correction)| correction[at]));
    }
    codewords
}

/// Mode, length, text, end, and what fills the rest.
fn data(text: &[u8], version: usize, level: Level) -> Vec<u8> {
    const BYTES: u8 = 0b0100;
    const FILLERS: [u8; 2] = [0xec, 0x11];
    let length = text.len().to_be_bytes();
    let length = &length[length.len() - if version < 10 { 1 } else { 2 }..];
    let plain: Vec<u8> = length.iter().chain(text).copied().chain([0]).collect();
    // The mode's four bits move all others, and what is left of the last byte ends the text.
    let mut before = BYTES;
    let moved = plain.iter().map(|byte| {
        let moved = before << 4 | byte >> 4;
        before = *byte;
        moved
    });
    let most = data_codewords(version, level);
    let fillers = FILLERS.iter().copied().cycle();
    moved.chain(fillers).take(most).collect()
}

/// The polynomial that has so many powers of 2 as its roots, without its first coefficient, which is 1.
pub fn generator(degree: usize) -> Vec<u8> {
    let mut coefficients = vec![0; degree];
    coefficients[degree - 1] = 1;
    let mut root = 1;
    for _ in 0..degree {
        for at in 0..degree {
            let next = coefficients.get(at + 1).copied().unwrap_or_default();
            coefficients[at] = times(coefficients[at], root) ^ next;
        }
        root = times(root, 2);
    }
    coefficients
}

/// What a Reed-Solomon code adds.
pub fn remainder(data: &[u8], generator: &[u8]) -> Vec<u8> {
    let mut left = vec![0; generator.len()];
    for byte in data {
        let factor = byte ^ left.remove(0);
        left.push(0);
        left.iter_mut().zip(generator).for_each(|(left, part)| *left ^= times(*part, factor));
    }
    left
}

/// In the field of 256 elements by 0x11d.
fn times(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0, |product: u8, bit| {
        let carry = if product & 0x80 == 0 { 0 } else { 0x1d };
        product << 1 ^ carry ^ if b >> bit & 1 == 0 { 0 } else { a }
    })
}
