//! The C interface: a file a theme of exported functions, each a guard around one call into the client.
//! Their comments are those of the header and of all bindings, their order is that of `bindings/exports.txt`. Only
//! `int32_t` and texts cross this edge.

#![allow(unsafe_code)]

mod accounts;
mod caller_http;
#[cfg_attr(windows, path = "cancel_windows.rs")]
mod cancel;
mod clients;
mod device;
mod errors;
mod guard;
mod handle;
mod heap;
mod inquiries;
mod mail;
mod properties;
mod registration;
mod requests;
mod sign_in;
mod text;
mod tokens;

pub use crate::constants::*;
pub use accounts::*;
pub use caller_http::*;
pub use clients::*;
pub use device::*;
pub use errors::*;
pub use inquiries::*;
pub use mail::*;
pub use properties::*;
pub use registration::*;
pub use requests::*;
pub use sign_in::*;
pub use tokens::*;
