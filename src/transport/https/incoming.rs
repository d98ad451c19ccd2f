//! What has come and is not read yet, wiped as soon as it is: it holds secrets.
#![forbid(unsafe_code)]

use zeroize::optimization_barrier;

const BUFFER: usize = 16 * 1024;

/// Bytes from a server. Made on first use.
#[derive(Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Incoming {
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn consume(&mut self, amount: usize) {
        let end = (self.start + amount).min(self.end);
        wipe(&mut self.bytes[self.start..end]);
        self.start = end;
    }

    /// Room for more, never none.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.end == self.bytes.len() {
            // Growing in place would leave the old bytes behind.
            let kept = self.end - self.start;
            let mut larger = vec![0; (kept * 2).max(BUFFER)];
            larger[..kept].copy_from_slice(self.rest());
            wipe(&mut self.bytes[self.start..]);
            *self = Self { bytes: larger, start: 0, end: kept };
        }
        &mut self.bytes[self.end..]
    }

    pub(super) fn filled(&mut self, amount: usize) {
        self.end = (self.end + amount).min(self.bytes.len());
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        wipe(&mut self.bytes[self.start..self.end]);
    }
}

/// As `Zeroize` does it, only not a byte at a time: this is every byte that comes.
fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    optimization_barrier(bytes);
}
