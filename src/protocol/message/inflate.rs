//! DEFLATE (RFC 1951), for the few kilobytes that a server compresses unasked: small rather than fast.
#![forbid(unsafe_code)]

/// Where what was inflated goes, and is looked back into.
pub trait Out {
    /// `None` where there is no room.
    fn put(&mut self, byte: u8) -> Option<()>;
    /// The byte so many places back.
    fn back(&self, distance: usize) -> Option<u8>;
}

/// Returns how many bytes of `input` it was; `None` where it is damaged or cut off, or `out` is full.
pub fn inflate(input: &[u8], out: &mut dyn Out) -> Option<usize> {
    let mut bits = Bits { input, at: 0, held: 0, count: 0 };
    loop {
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, out)?,
            1 => {
                let mut lengths = [8; 288];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                block(&mut bits, &Code::new(&lengths)?, &Code::new(&[5; 30])?, out)?;
            }
            2 => {
                let (literals, distances) = codes(&mut bits)?;
                block(&mut bits, &literals, &distances, out)?;
            }
            _ => return None,
        }
        if is_last {
            return Some(bits.at);
        }
    }
}

/// Least significant first; never more than the byte that is begun is held.
struct Bits<'a> {
    input: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn take(&mut self, number: u32) -> Option<usize> {
        while self.count < number {
            self.held |= u32::from(*self.input.get(self.at)?) << self.count;
            self.at += 1;
            self.count += 8;
        }
        let value = self.held & ((1 << number) - 1);
        self.held >>= number;
        self.count -= number;
        usize::try_from(value).ok()
    }
}

/// Section 3.2.4.
fn stored(bits: &mut Bits<'_>, out: &mut dyn Out) -> Option<()> {
    (bits.held, bits.count) = (0, 0);
    let length = bits.take(16)?;
    if length ^ bits.take(16)? != 0xffff {
        return None;
    }
    for byte in bits.input.get(bits.at..bits.at + length)? {
        out.put(*byte)?;
    }
    bits.at += length;
    Some(())
}

/// A canonical Huffman code (section 3.2.2): how many symbols there are of each length, and the symbols in their order.
struct Code {
    counts: [usize; 16],
    symbols: Vec<usize>,
}

impl Code {
    /// `None` where more codes are given out than there are. Too few are found when one is missed.
    fn new(lengths: &[u8]) -> Option<Self> {
        let mut code = Self { counts: [0; 16], symbols: Vec::with_capacity(lengths.len()) };
        let mut left = 1_usize;
        for wanted in 1..16 {
            let before = code.symbols.len();
            code.symbols.extend((0..lengths.len()).filter(|symbol| usize::from(lengths[*symbol]) == wanted));
            code.counts[wanted] = code.symbols.len() - before;
            left = (left << 1).checked_sub(code.counts[wanted])?;
        }
        Some(code)
    }

    fn next(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code = code << 1 | bits.take(1)?;
            if code < first + count {
                return self.symbols.get(index + code - first).copied();
            }
            index += count;
            first = (first + count) << 1;
        }
        None
    }
}

/// Section 3.2.7: the codes of a block are written in a code of their own.
fn codes(bits: &mut Bits<'_>) -> Option<(Code, Code)> {
    const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    let literals = bits.take(5)? + 257;
    let all = literals + bits.take(5)? + 1;
    let given = bits.take(4)? + 4;
    let mut own = [0; 19];
    for place in &ORDER[..given] {
        own[*place] = u8::try_from(bits.take(3)?).ok()?;
    }
    let own = Code::new(&own)?;
    let mut lengths = Vec::with_capacity(all);
    while lengths.len() < all {
        let (length, times) = match own.next(bits)? {
            16 => (*lengths.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (u8::try_from(length).ok()?, 1),
        };
        lengths.resize(lengths.len() + times, length);
    }
    if lengths.len() > all {
        return None;
    }
    Some((Code::new(&lengths[..literals])?, Code::new(&lengths[literals..])?))
}

/// Section 3.2.5.
fn block(bits: &mut Bits<'_>, literals: &Code, distances: &Code, out: &mut dyn Out) -> Option<()> {
    loop {
        let length = match literals.next(bits)? {
            literal @ 0..=255 => {
                out.put(u8::try_from(literal).ok()?)?;
                continue;
            }
            256 => return Some(()),
            285 => 258,
            symbol @ 257..=264 => symbol - 254,
            symbol @ 265..=284 => {
                let extra = u32::try_from((symbol - 261) / 4).ok()?;
                ((4 + (symbol - 265) % 4) << extra) + 3 + bits.take(extra)?
            }
            _ => return None,
        };
        let distance = match distances.next(bits)? {
            symbol @ 0..=3 => symbol + 1,
            symbol @ 4..=29 => {
                let extra = u32::try_from(symbol / 2 - 1).ok()?;
                ((2 + symbol % 2) << extra) + 1 + bits.take(extra)?
            }
            _ => return None,
        };
        for _ in 0..length {
            out.put(out.back(distance)?)?;
        }
    }
}
