//! Requests and responses as plain data, built and parsed by pure functions: no I/O, clock or randomness below here.
#![forbid(unsafe_code)]

pub mod added_headers;
pub mod answer;
pub mod assertion;
pub mod authorization;
pub mod authorization_response;
pub mod caching;
pub mod client_auth;
pub mod device;
pub mod dialect;
pub mod dpop;
pub mod end_session;
mod expiry;
pub mod grant;
pub mod id_token;
pub mod introspection;
pub mod message;
pub mod metadata;
pub mod names;
pub mod pkce;
pub mod pushed;
pub mod redactor;
pub mod refusal;
pub mod registration;
pub mod request_object;
pub mod revocation;
pub mod sasl;
pub mod token_members;
pub mod token_request;
pub mod token_response;
mod unread;
pub mod userinfo;
