//! Who the client is; the protocol's [`crate::protocol::client_auth::ClientCredentials`].
#![forbid(unsafe_code)]

use super::row::{text, Kind, Row, Words};
use crate::constants as number;
use crate::protocol::client_auth::{BasicEncoding, ClientAuth};

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_CLIENT_ID,
        key: "client_id",
        kind: Kind::Text(text, |s| &s.client.client_id, |s| &mut s.client.client_id),
    },
    Row {
        number: number::OAUTH_CLIENT_SECRET,
        key: "client_secret",
        kind: Kind::Secret(text, |s| &s.client.client_secret, |s| &mut s.client.client_secret),
    },
    Row {
        number: number::OAUTH_CLIENT_AUTH,
        key: "client_auth",
        kind: Kind::Word(|s| &s.client.method, |s| &mut s.client.method),
    },
    Row {
        number: number::OAUTH_BASIC_ENCODING,
        key: "basic_encoding",
        kind: Kind::Word(|s| &s.client.basic_encoding, |s| &mut s.client.basic_encoding),
    },
];

impl Words for Option<ClientAuth> {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("client_secret_basic", Some(ClientAuth::Basic)),
        ("client_secret_post", Some(ClientAuth::Post)),
        ("none", Some(ClientAuth::None)),
    ];
}

impl Words for BasicEncoding {
    const WORDS: &'static [(&'static str, Self)] =
        &[("form", Self::Form), ("raw", Self::Raw), ("percent", Self::Percent)];
}
