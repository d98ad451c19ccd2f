//! The few things that std does not offer: each a system call behind a safe function, by the same name and meaning on
//! each system. Knows nothing of OAuth.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;

/// What an open file is for.
#[derive(Clone, Copy)]
pub enum Opening {
    Read,
    Write,
}

/// What is waited for on a socket.
#[derive(Clone, Copy)]
pub enum Awaits {
    Input,
    Output,
    Nothing,
}
