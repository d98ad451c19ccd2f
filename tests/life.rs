//! A token's life as the header promises it: freshness, early refresh, retries, refusals, rejections,
//! sealing, pending authorizations, accounts, records in a database of one's own, the line for a person, locks.
//!
//! Several clients on one store stand for several jobs. The server is the test itself (`OAUTH_HTTP` is `caller`) or,
//! for the built-in HTTP, a script of answers on loopback. Clock and environment belong to a process: tests that
//! change them have one of their own.
#![allow(clippy::wildcard_imports)]

mod common;
#[path = "life/support.rs"]
mod support;

#[path = "life/accounts.rs"]
mod accounts;
#[path = "life/clock.rs"]
mod clock;
#[path = "life/closing.rs"]
mod closing;
#[path = "life/early.rs"]
mod early;
#[path = "life/freshness.rs"]
mod freshness;
#[path = "life/keys.rs"]
mod keys;
#[path = "life/locks.rs"]
mod locks;
#[path = "life/pending.rs"]
mod pending;
#[path = "life/records.rs"]
mod records;
#[path = "life/refusals.rs"]
mod refusals;
#[path = "life/retries.rs"]
mod retries;
#[path = "life/sealing.rs"]
mod sealing;
#[path = "life/status.rs"]
mod status;
#[path = "life/together.rs"]
mod together;
