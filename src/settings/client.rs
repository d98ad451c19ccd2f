//! Who the client is; the protocol's [`crate::protocol::client_auth::ClientCredentials`].
#![forbid(unsafe_code)]

use super::row::{plain, put, word, Row};
use crate::constants as number;
use crate::protocol::client_auth::{BasicEncoding, ClientAuth};

const METHODS: &[(&str, Option<ClientAuth>)] = &[
    ("client_secret_basic", Some(ClientAuth::Basic)),
    ("client_secret_post", Some(ClientAuth::Post)),
    ("none", Some(ClientAuth::None)),
];
const ENCODINGS: &[(&str, BasicEncoding)] =
    &[("form", BasicEncoding::Form), ("raw", BasicEncoding::Raw), ("percent", BasicEncoding::Percent)];

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_CLIENT_ID,
        key: "client_id",
        get: |settings| plain(&settings.client.client_id),
        set: |settings, given| put(given.text(), &mut settings.client.client_id),
    },
    Row {
        number: number::OAUTH_CLIENT_SECRET,
        key: "client_secret",
        get: |settings| settings.client.client_secret.clone(),
        set: |settings, given| put(given.secret(), &mut settings.client.client_secret),
    },
    Row {
        number: number::OAUTH_CLIENT_AUTH,
        key: "client_auth",
        get: |settings| word(METHODS, &settings.client.method),
        set: |settings, given| put(given.choice(METHODS), &mut settings.client.method),
    },
    Row {
        number: number::OAUTH_BASIC_ENCODING,
        key: "basic_encoding",
        get: |settings| word(ENCODINGS, &settings.client.basic_encoding),
        set: |settings, given| put(given.choice(ENCODINGS), &mut settings.client.basic_encoding),
    },
];
