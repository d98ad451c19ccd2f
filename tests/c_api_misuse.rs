//! Everything that a clumsy or hostile caller can do through the C functions. Each of it must give a clear error
//! (the right number, a sentence that makes sense in its first 80 characters, no secret in it, what to do now) and
//! lose nothing.
//!
//! Most clients here have OAUTH_HTTP set to `caller`, so that a test plays the server itself. What belongs to a
//! process (clock, umask, current folder, standard output) is tested in a process of its own: see `own_process`.
//!
//! All rows of a table run, or those that ROW chooses; those that fail are named together at its end.
#![allow(clippy::wildcard_imports)]

mod common;
#[path = "c_api_misuse/support.rs"]
mod support;

#[path = "c_api_misuse/buffers.rs"]
mod buffers;
#[path = "c_api_misuse/damage.rs"]
mod damage;
#[path = "c_api_misuse/errors.rs"]
mod errors;
#[path = "c_api_misuse/handles.rs"]
mod handles;
#[path = "c_api_misuse/order.rs"]
mod order;
#[path = "c_api_misuse/panics.rs"]
mod panics;
#[path = "c_api_misuse/settings.rs"]
mod settings;
#[path = "c_api_misuse/store.rs"]
mod store;
#[path = "c_api_misuse/texts.rs"]
mod texts;
