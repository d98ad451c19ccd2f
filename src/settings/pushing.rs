//! How the authorization request gets to the server: in the URL, signed there, or pushed before.
#![forbid(unsafe_code)]

use super::endpoints::for_requests;
use super::row::{Kind, Row, Words};
use super::{Endpoints, Settings};
use crate::constants as number;
use crate::error::{Error, Result};
use crate::protocol::message::Signed;
use crate::protocol::names::Names;
use crate::protocol::request_object::RequestObject;
use crate::protocol::token_request::{RequestBody, TokenRequest};
use crate::time::Moment;

#[derive(Clone, Debug, Default)]
pub struct Pushing {
    pub par: Par,
    pub endpoint: String,
    pub object: Object,
}

/// Whether the request is pushed (RFC 9126).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Par {
    /// Where the server takes no other.
    #[default]
    Auto,
    Yes,
    No,
}

/// Whether it is a JWT (RFC 9101).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Object {
    #[default]
    No,
    Signed,
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_PAR,
        key: "par",
        kind: Kind::Word(|s| &s.pushing.par, |s| &mut s.pushing.par),
    },
    Row {
        number: number::OAUTH_PAR_ENDPOINT,
        key: "par_endpoint",
        kind: Kind::Text(for_requests, |s| &s.pushing.endpoint, |s| &mut s.pushing.endpoint),
    },
    Row {
        number: number::OAUTH_REQUEST_OBJECT,
        key: "request_object",
        kind: Kind::Word(|s| &s.pushing.object, |s| &mut s.pushing.object),
    },
];

impl Words for Par {
    const WORDS: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("yes", Self::Yes), ("no", Self::No)];
}

impl Words for Object {
    const WORDS: &'static [(&'static str, Self)] = &[("no", Self::No), ("signed", Self::Signed)];
}

impl Settings {
    pub fn is_pushed(&self) -> bool {
        match self.pushing.par {
            Par::Yes => true,
            Par::No => false,
            // RFC 9126 section 5
            Par::Auto => self.says("require_pushed_authorization_requests"),
        }
    }

    /// Whether a URL cannot be made without what the server says of itself.
    pub fn lacks_for_sign_in(&self) -> bool {
        let Endpoints { authorization_endpoint, token_endpoint, .. } = &self.endpoints;
        authorization_endpoint.is_empty()
            || token_endpoint.is_empty()
            || self.pushing.par == Par::Yes && self.pushing.endpoint.is_empty()
    }

    /// What has to be said before a request is made (RFC 9101 section 10.5).
    pub fn check_pushing(&self) -> Result<()> {
        if self.is_pushed() {
            self.par_url()?;
        }
        if !self.is_signed() && self.says("require_signed_request_object") {
            let reason = "the server takes none but signed requests: use signed, and private_key".to_owned();
            return Err(Error::Value { key: "request_object", reason });
        }
        if self.is_signed() && self.denies("request_parameter_supported") {
            let reason = "the server takes no signed requests: set request_object to no".to_owned();
            return Err(Error::Unsupported(reason));
        }
        Ok(())
    }

    fn says(&self, name: &str) -> bool {
        self.endpoints.metadata().is_some_and(|known| known.says(name))
    }

    fn denies(&self, name: &str) -> bool {
        self.endpoints.metadata().is_some_and(|known| known.denies(name))
    }

    pub fn is_signed(&self) -> bool {
        self.pushing.object == Object::Signed
    }

    pub fn par_url(&self) -> Result<String> {
        let name = "pushed_authorization_request_endpoint";
        self.endpoint_called(name, "par_endpoint", &self.pushing.endpoint, "a request is pushed")
    }

    /// What is pushed has the names of an authorization request.
    pub fn par_request(&self, at: &Moment) -> Result<TokenRequest<'_>> {
        const USUAL: &Names = &Names::USUAL;
        let request = self.bare_request(self.par_url()?, None, at)?;
        Ok(TokenRequest { body: RequestBody::Form, names: USUAL, ..request })
    }

    /// The request as a JWT, where it is to be one.
    pub fn request_object(&self, parameters: &[(String, String)], at: &Moment) -> Result<Option<Signed>> {
        if !self.is_signed() {
            return Ok(None);
        }
        let operation = "the request is signed (or set request_object to no)";
        let (key, algorithm) = self.assertions.key_for(operation)?;
        let audience = [&self.endpoints.issuer, &self.assertions.audience];
        let audience = audience.into_iter().find(|text| !text.is_empty());
        let audience = audience.ok_or(Error::Missing { key: "issuer", operation })?;
        let object = RequestObject {
            client_id: &self.client.client_id,
            audience,
            expires_in: self.assertions.expires_in,
            parameters,
            of_json: self.authorization.of_json(),
            key_id: &self.assertions.key_id,
        };
        object.signed(&key, algorithm, at).map(Some)
    }
}
