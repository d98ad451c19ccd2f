//! What is about to be sent and what has come, wiped as soon as it is used: both hold secrets.
#![forbid(unsafe_code)]

use ureq::unversioned::transport::Buffers;
use zeroize::optimization_barrier;

use crate::secret::Wiped;

pub(super) const BUFFER: usize = 16 * 1024;

/// What ureq writes and reads. Unlike its own, the output is collected until it is taken, so that head and content leave
/// in one piece; the input is one whole answer.
#[derive(Default)]
pub(super) struct WipedBuffers {
    output: Vec<u8>,
    queued: usize,
    input: Wiped<Vec<u8>>,
    consumed: usize,
}

impl WipedBuffers {
    /// What was written last.
    pub(super) fn unqueued(&mut self, amount: usize) -> &mut [u8] {
        let end = (self.queued + amount).min(self.output.len());
        &mut self.output[self.queued..end]
    }

    pub(super) fn queue(&mut self, amount: usize) {
        self.queued = (self.queued + amount).min(self.output.len());
    }

    pub(super) fn queued(&self) -> &[u8] {
        &self.output[..self.queued]
    }

    /// A quarter is kept free: content of any length goes through.
    pub(super) fn is_nearly_full(&self) -> bool {
        self.queued > BUFFER / 4 * 3
    }

    pub(super) fn clear_queue(&mut self) {
        wipe(&mut self.output[..self.queued]);
        self.queued = 0;
    }

    /// Hands over an answer.
    pub(super) fn give(&mut self, answer: Wiped<Vec<u8>>) {
        self.input = answer;
        self.consumed = 0;
    }

    fn reserve_output(&mut self, free: usize) {
        let wanted = self.queued + free;
        if self.output.len() < wanted {
            replace(&mut self.output, 0..self.queued, wanted);
        }
    }
}

impl Buffers for WipedBuffers {
    /// For a part of the head: its longest line must fit, whatever is queued.
    fn output(&mut self) -> &mut [u8] {
        self.reserve_output(BUFFER);
        &mut self.output[self.queued..]
    }

    /// For a part of the content, which goes into any space. The other part is for content of unknown length.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.reserve_output(1);
        (&mut [], &mut self.output[self.queued..])
    }

    fn input(&self) -> &[u8] {
        &self.input[self.consumed..]
    }

    /// Nothing is read past the answer.
    fn input_append_buf(&mut self) -> &mut [u8] {
        &mut []
    }

    fn input_appended(&mut self, _: usize) {}

    fn input_consume(&mut self, amount: usize) {
        self.consumed = (self.consumed + amount).min(self.input.len());
        if self.consumed == self.input.len() {
            self.give(Wiped::default());
        }
    }

    fn can_use_input(&self) -> bool {
        self.consumed < self.input.len()
    }
}

impl Drop for WipedBuffers {
    fn drop(&mut self) {
        self.clear_queue();
    }
}

/// Bytes from a server that are not read yet. Made on first use.
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
            let kept = self.end - self.start;
            replace(&mut self.bytes, self.start..self.end, (kept * 2).max(BUFFER));
            (self.start, self.end) = (0, kept);
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

/// As `Zeroize` does it, only not a byte at a time: this is every byte that comes or goes.
fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    optimization_barrier(bytes);
}

/// Growing in place would leave the old bytes behind.
fn replace(buffer: &mut Vec<u8>, used: std::ops::Range<usize>, size: usize) {
    let mut larger = vec![0; size];
    larger[..used.len()].copy_from_slice(&buffer[used.clone()]);
    wipe(&mut buffer[used]);
    *buffer = larger;
}
