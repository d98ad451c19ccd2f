//! What is sent and what is understood, as tables: every request that the library builds and every answer, redirect
//! and profile file that it reads, through the C functions alone. OAUTH_HTTP is `caller`, so nothing goes over a
//! network: a row reads the request with `oauth_http_request` and feeds any answer to `oauth_http_response`.
//!
//! A row says what is right by the RFCs and the documented behaviour. All rows of a table run, or those that ROW
//! chooses; those that fail are named together at its end.
#![allow(clippy::wildcard_imports, clippy::too_many_lines)]

mod common;
#[path = "protocol/support.rs"]
mod support;

#[path = "protocol/answers.rs"]
mod answers;
#[cfg(feature = "sign")]
#[path = "protocol/assertions.rs"]
mod assertions;
#[path = "protocol/authorization.rs"]
mod authorization;
#[path = "protocol/caller_http.rs"]
mod caller_http;
#[path = "protocol/device.rs"]
mod device;
#[path = "protocol/dialects.rs"]
mod dialects;
#[path = "protocol/discovery.rs"]
mod discovery;
#[path = "protocol/documents.rs"]
mod documents;
#[cfg(feature = "sign")]
#[path = "protocol/dpop.rs"]
mod dpop;
#[path = "protocol/echoes.rs"]
mod echoes;
#[path = "protocol/faults.rs"]
mod faults;
#[path = "protocol/grants.rs"]
mod grants;
#[path = "protocol/introspection.rs"]
mod introspection;
#[path = "protocol/mail.rs"]
mod mail;
#[path = "protocol/messages.rs"]
mod messages;
#[cfg(feature = "sign")]
#[path = "protocol/openid.rs"]
mod openid;
#[path = "protocol/par.rs"]
mod par;
#[path = "protocol/paste.rs"]
mod paste;
#[path = "protocol/pending.rs"]
mod pending;
#[path = "protocol/pieces.rs"]
mod pieces;
#[path = "protocol/profile_search.rs"]
mod profile_search;
#[path = "protocol/profiles.rs"]
mod profiles;
#[path = "protocol/proofs.rs"]
mod proofs;
#[path = "protocol/redirects.rs"]
mod redirects;
#[path = "protocol/refreshes.rs"]
mod refreshes;
#[path = "protocol/refusals.rs"]
mod refusals;
#[cfg(feature = "sign")]
#[path = "protocol/request_objects.rs"]
mod request_objects;
#[path = "protocol/requests.rs"]
mod requests;
#[path = "protocol/threads.rs"]
mod threads;
#[path = "protocol/tokens.rs"]
mod tokens;
