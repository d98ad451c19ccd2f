//! Everything that a clumsy or hostile caller can do through the C functions. Each of it must give a clear error
//! (the right number, a sentence that makes sense in its first 80 characters, no secret in it, what to do now) and
//! lose nothing.
//!
//! Most clients here have OAUTH_HTTP set to `caller`, so that a test plays the server itself. What belongs to a
//! process (clock, umask, current folder, standard output) is tested in a process of its own: see `own_process`.
//!
//! All rows of a table run; those that fail are named together at its end.
#![allow(clippy::wildcard_imports)]

mod common;
#[path = "edge/support.rs"]
mod support;

#[path = "edge/buffers.rs"]
mod buffers;
#[path = "edge/damage.rs"]
mod damage;
#[path = "edge/errors.rs"]
mod errors;
#[path = "edge/handles.rs"]
mod handles;
#[path = "edge/order.rs"]
mod order;
#[path = "edge/panics.rs"]
mod panics;
#[path = "edge/settings.rs"]
mod settings;
#[path = "edge/store.rs"]
mod store;
#[path = "edge/texts.rs"]
mod texts;
