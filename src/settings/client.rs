//! Who the client is; the protocol's [`crate::protocol::client_auth::ClientCredentials`].
#![forbid(unsafe_code)]

use super::row::{text, Kind, Row, Words};
use super::{Http, Settings};
use crate::constants as number;
use crate::error::{Error, Result};
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
        number: number::OAUTH_REFRESH_AUTH,
        key: "refresh_auth",
        kind: Kind::Word(|s| &s.client.refresh_method, |s| &mut s.client.refresh_method),
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
        ("client_secret_jwt", Some(ClientAuth::SecretJwt)),
        ("private_key_jwt", Some(ClientAuth::PrivateKeyJwt)),
        ("tls_client_auth", Some(ClientAuth::Tls)),
        ("self_signed_tls_client_auth", Some(ClientAuth::SelfSignedTls)),
        ("none", Some(ClientAuth::None)),
    ];
}

impl Settings {
    /// How the client shows who it is, where nothing says otherwise. A key that signs the grant is not for that.
    pub fn method(&self) -> ClientAuth {
        let has_key = self.assertions.private_key.is_some() && !self.makes_grant_assertion();
        self.client.method.unwrap_or(match self.client.client_secret.is_empty() {
            false if self.takes_only_post() => ClientAuth::Post,
            false => ClientAuth::Basic,
            true if has_key => ClientAuth::PrivateKeyJwt,
            true => ClientAuth::None,
        })
    }

    /// RFC 8705: who the client is shows in the connection, which this library makes only where it is built in.
    pub fn check_certificate(&self, method: ClientAuth) -> Result<()> {
        let is_tls = matches!(method, ClientAuth::Tls | ClientAuth::SelfSignedTls);
        if is_tls && self.http == Http::Builtin && self.transport.client_cert_file.is_none() {
            let operation = "the client shows who it is by TLS";
            return Err(Error::Missing { key: "client_cert_file", operation });
        }
        Ok(())
    }
}

impl Words for BasicEncoding {
    const WORDS: &'static [(&'static str, Self)] =
        &[("form", Self::Form), ("raw", Self::Raw), ("percent", Self::Percent)];
}
