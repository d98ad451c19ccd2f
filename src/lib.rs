//! `liboauth`: OAuth 2.0 for programs that already have their HTTP code and can call C.
//!
//! Data flows one way: a caller -> `ffi` -> `client` -> what is asked of a server (`operation`), who asks for all
//! (`renewal`), who is waited for (`pending`), each by the `settings` -> how it is written (`protocol`), kept (`store`),
//! carried (`transport`) and brought by a browser (`listener`) -> `token`, and how it is signed (`jose`) -> the floor. A room imports from those below it and from none above, which
//! `tests/walls.rs` holds; `docs/architecture.md` has the picture.
#![deny(unsafe_code)]

pub mod ffi;

mod client;

mod operation;
mod pending;
mod renewal;

mod settings;

mod listener;
mod protocol;
mod store;
mod transport;

mod jose;
mod token;

mod alarm;
#[cfg(any(feature = "net", feature = "sign"))]
mod certificate;
pub mod constants;
#[cfg(any(feature = "net", feature = "sign"))]
mod der;
mod error;
mod json;
mod line;
mod qr;
mod secret;
mod secret_source;
pub mod system;
mod time;
mod uri;

// What std does not offer. It lies beneath everything, and in the one folder that may hold unsafe code.
#[path = "ffi/os/mod.rs"]
#[allow(unsafe_code)]
mod os;
