//! Renewing a token that many share.
#![forbid(unsafe_code)]

pub mod cache;
