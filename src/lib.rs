//! `liboauth`: OAuth 2.0 for programs that already have their HTTP code and can call C.
//!
//! Data flows one way: a caller -> `ffi` -> `client` -> `protocol` (build) -> `transport` -> `protocol` (parse)
//! -> `token` -> `store`. The C interface is in `ffi`; its numbers are in `constants`. The rooms stand in this order:
//! each imports from its own group and those below it, and from none above (`tests/walls.rs`).
#![deny(unsafe_code)]

pub mod ffi;

mod client;

mod operation;
mod pending;
mod renewal;
mod settings;

mod protocol;
mod store;
mod transport;

mod token;

pub mod constants;
mod error;
mod json;
mod secret;
pub mod system;
mod time;
mod uri;

// What std does not offer. It lies beneath everything, and in the one folder that may hold unsafe code.
#[path = "ffi/os.rs"]
#[allow(unsafe_code)]
mod os;
