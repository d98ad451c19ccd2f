//! Who the client is; the protocol's [`crate::protocol::client_auth::ClientCredentials`].
#![forbid(unsafe_code)]

use super::row::{plain, word, Row};
use crate::constants as number;
use crate::protocol::client_auth::{BasicEncoding, ClientAuth};
use crate::secret::Secret;

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
        set: |settings, given| given.text().map(|text| settings.client.client_id = text.to_owned()),
    },
    Row {
        number: number::OAUTH_CLIENT_SECRET,
        key: "client_secret",
        get: |settings| settings.client.client_secret.clone(),
        set: |settings, given| given.text().map(|text| settings.client.client_secret = Secret::new(text)),
    },
    Row {
        number: number::OAUTH_CLIENT_AUTH,
        key: "client_auth",
        get: |settings| word(METHODS, &settings.client.method),
        set: |settings, given| given.choice(METHODS).map(|method| settings.client.method = method),
    },
    Row {
        number: number::OAUTH_BASIC_ENCODING,
        key: "basic_encoding",
        get: |settings| word(ENCODINGS, &settings.client.basic_encoding),
        set: |settings, given| {
            given.choice(ENCODINGS).map(|encoding| settings.client.basic_encoding = encoding)
        },
    },
];
