//! The catalogue of known servers: what each entry says makes sense, and the practice server, which reads it anew, is
//! signed in to, refreshed at and refused by as the entry says.

mod common;

#[path = "known_servers/flows.rs"]
mod flows;
#[path = "known_servers/sense.rs"]
mod sense;
#[path = "known_servers/support.rs"]
mod support;
