//! The few things that std does not offer: each a system call behind a safe function, by the same name and meaning on
//! each system. Knows nothing of OAuth.

#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub use unix::*;
