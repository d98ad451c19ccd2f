//! A token's life as the header promises it: freshness, early refresh, retries, refusals, rejections, revocation,
//! sealing, pending authorizations, accounts, records in a database of one's own, the line for a person, locks.
//!
//! Several clients on one store stand for several jobs. The server is the test itself (`OAUTH_HTTP` is `caller`) or,
//! for the built-in HTTP, a script of answers on loopback. Clock and environment belong to a process: tests that
//! change them have one of their own.
#![allow(clippy::wildcard_imports)]

mod common;
#[path = "token_lifetime/support.rs"]
mod support;

#[path = "token_lifetime/accounts.rs"]
mod accounts;
#[path = "token_lifetime/clock.rs"]
mod clock;
#[path = "token_lifetime/closing.rs"]
mod closing;
#[path = "token_lifetime/descriptors.rs"]
mod descriptors;
#[path = "token_lifetime/device.rs"]
mod device;
#[path = "token_lifetime/discovery.rs"]
mod discovery;
#[cfg(feature = "sign")]
#[path = "token_lifetime/dpop.rs"]
mod dpop;
#[path = "token_lifetime/early.rs"]
mod early;
#[path = "token_lifetime/elsewhere.rs"]
mod elsewhere;
#[path = "token_lifetime/fields.rs"]
mod fields;
#[path = "token_lifetime/freshness.rs"]
mod freshness;
#[path = "token_lifetime/keys.rs"]
mod keys;
#[path = "token_lifetime/last_word.rs"]
mod last_word;
#[path = "token_lifetime/locks.rs"]
mod locks;
#[path = "token_lifetime/machine.rs"]
mod machine;
#[path = "token_lifetime/meanwhile.rs"]
mod meanwhile;
#[path = "token_lifetime/openid.rs"]
mod openid;
#[path = "token_lifetime/pending.rs"]
mod pending;
#[path = "token_lifetime/prolonged.rs"]
mod prolonged;
#[path = "token_lifetime/records.rs"]
mod records;
#[path = "token_lifetime/refusals.rs"]
mod refusals;
#[path = "token_lifetime/registration.rs"]
mod registration;
#[path = "token_lifetime/retries.rs"]
mod retries;
#[path = "token_lifetime/revocation.rs"]
mod revocation;
#[path = "token_lifetime/revocation_answers.rs"]
mod revocation_answers;
#[path = "token_lifetime/revocation_together.rs"]
mod revocation_together;
#[path = "token_lifetime/sealing.rs"]
mod sealing;
#[path = "token_lifetime/status.rs"]
mod status;
#[path = "token_lifetime/together.rs"]
mod together;
#[path = "token_lifetime/wire.rs"]
mod wire;
