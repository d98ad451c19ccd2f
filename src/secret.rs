//! Text that is wiped when dropped and never printed.
#![forbid(unsafe_code)]

use std::fmt;
use std::ops::{Deref, DerefMut};
use zeroize::optimization_barrier;

/// A token, a client secret, a code verifier: readable only by [`Secret::expose`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Wiped<String>);

impl Secret {
    pub const EMPTY: Self = Self(Wiped(String::new()));

    pub fn new(text: impl Into<String>) -> Self {
        Self(Wiped::new(text.into()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// As `zeroize::Zeroizing`, only not a byte at a time: a token is copied several times on its way to the caller.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wiped<T: Wipe>(T);

impl<T: Wipe> Wiped<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T: Wipe> Deref for Wiped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Wipe> DerefMut for Wiped<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl AsRef<[u8]> for Wiped<Vec<u8>> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<T: Wipe> Drop for Wiped<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

pub trait Wipe {
    fn wipe(&mut self);
}

impl Wipe for [u8] {
    fn wipe(&mut self) {
        self.fill(0);
        // The compiler must not take the last writes for useless ones.
        optimization_barrier(self);
    }
}

impl<const N: usize> Wipe for [u8; N] {
    fn wipe(&mut self) {
        self[..].wipe();
    }
}

impl Wipe for Vec<u8> {
    /// Also what it held before it was shortened.
    fn wipe(&mut self) {
        const ZEROS: [u8; 256] = [0; 256];
        self.fill(0);
        // A block at a time: `resize` takes each byte for itself.
        while self.len() < self.capacity() {
            let block = (self.capacity() - self.len()).min(ZEROS.len());
            self.extend_from_slice(&ZEROS[..block]);
        }
        optimization_barrier(&self[..]);
        self.clear();
    }
}

impl Wipe for String {
    fn wipe(&mut self) {
        std::mem::take(self).into_bytes().wipe();
    }
}
