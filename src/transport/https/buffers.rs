//! What is about to be sent and what has come, wiped as soon as it is used: both hold secrets.
#![forbid(unsafe_code)]

use ureq::unversioned::transport::Buffers;
use zeroize::optimization_barrier;

pub(super) const BUFFER: usize = 16 * 1024;
/// An answer's headers must fit, and ureq counts them only afterwards.
const MAX_INPUT: usize = 128 * 1024;

/// Made on first use. Unlike ureq's own, the output is collected until it is taken, so that head and content leave
/// in one piece, and the input grows with an answer's headers.
#[derive(Default)]
pub(super) struct WipedBuffers {
    output: Vec<u8>,
    queued: usize,
    input: Vec<u8>,
    consumed: usize,
    filled: usize,
    progress: bool,
}

impl WipedBuffers {
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

    fn reserve_output(&mut self, free: usize) {
        let wanted = self.queued + free;
        if self.output.len() < wanted {
            replace(&mut self.output, self.queued, wanted);
        }
    }

    fn reserve_input(&mut self) {
        if self.consumed == self.filled {
            (self.consumed, self.filled) = (0, 0);
        }
        if self.filled < self.input.len() {
            return;
        }
        if self.consumed > 0 {
            self.input.copy_within(self.consumed..self.filled, 0);
            let kept = self.filled - self.consumed;
            wipe(&mut self.input[kept..self.filled]);
            (self.consumed, self.filled) = (0, kept);
        } else {
            let wanted = (self.input.len() * 2).clamp(BUFFER, MAX_INPUT);
            replace(&mut self.input, self.filled, wanted);
        }
    }
}

/// As `Zeroize` does it, only not a byte at a time: this is every byte that comes or goes.
fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    optimization_barrier(bytes);
}

/// Growing in place would leave the old bytes behind.
fn replace(buffer: &mut Vec<u8>, used: usize, size: usize) {
    let mut larger = vec![0; size];
    larger[..used].copy_from_slice(&buffer[..used]);
    wipe(&mut buffer[..used]);
    *buffer = larger;
}

impl Buffers for WipedBuffers {
    /// For a part of the head: its longest line must fit, whatever is queued.
    fn output(&mut self) -> &mut [u8] {
        self.reserve_output(BUFFER);
        &mut self.output[self.queued..]
    }

    /// For a part of the content, which goes into any space.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.reserve_output(1);
        self.reserve_input();
        (&mut self.input[self.filled..], &mut self.output[self.queued..])
    }

    fn input(&self) -> &[u8] {
        &self.input[self.consumed..self.filled]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.reserve_input();
        &mut self.input[self.filled..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled = (self.filled + amount).min(self.input.len());
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        let end = (self.consumed + amount).min(self.filled);
        wipe(&mut self.input[self.consumed..end]);
        self.consumed = end;
    }

    fn can_use_input(&self) -> bool {
        self.consumed < self.filled && self.progress
    }
}

impl Drop for WipedBuffers {
    fn drop(&mut self) {
        self.clear_queue();
        wipe(&mut self.input[..self.filled]);
    }
}
