//! `liboauth`: OAuth 2.0 for programs that already have their HTTP code and can call C.
//!
//! Data flows one way: a caller -> `ffi` -> `client` -> `protocol` (build) -> `transport` -> `protocol` (parse)
//! -> `token` -> `store`. The C interface is in `ffi`; its numbers are in `constants`.
#![deny(unsafe_code)]

pub mod constants;
pub mod ffi;
pub mod system;

mod client;
mod conversation;
mod error;
mod lease;
mod pending;
mod process;
mod profile;
mod property;
mod protocol;
mod renewal;
mod secret;
mod settings;
mod single_flight;
mod store;
mod token;
mod transport;
