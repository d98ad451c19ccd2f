//! Grants that need no person (RFC 6749 sections 4.3 and 4.4, RFC 7521 section 4.1, and vendors' own).
#![forbid(unsafe_code)]

use super::message::{Request, Signed};
use super::token_request::TokenRequest;
use crate::error::{Error, GrantKind, Result};
use crate::line::distance;
use crate::secret::Secret;

pub const AUTHORIZATION_CODE: &str = "authorization_code";
const CLIENT_CREDENTIALS: &str = "client_credentials";
const PASSWORD: &str = "password";
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SAML2_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// What tokens are asked for with.
#[derive(Clone, Debug)]
pub struct Grant {
    /// [`AUTHORIZATION_CODE`] where a person signs in.
    pub grant_type: String,
    pub username: String,
    pub password: Secret,
    /// What somebody else has said of the client, or of a person.
    pub assertion: Secret,
    /// Whom the token is for, in the server's words.
    pub audience: String,
    /// The same as URIs (RFC 8707), with blanks between them.
    pub resource: String,
    /// What the token is to be good for in detail, a JSON list (RFC 9396).
    pub authorization_details: String,
}

impl Default for Grant {
    fn default() -> Self {
        Self {
            grant_type: AUTHORIZATION_CODE.to_owned(),
            username: String::new(),
            password: Secret::default(),
            assertion: Secret::default(),
            audience: String::new(),
            resource: String::new(),
            authorization_details: String::new(),
        }
    }
}

impl Grant {
    pub fn needs_person(&self) -> bool {
        self.grant_type == AUTHORIZATION_CODE
    }

    pub fn kind(&self) -> GrantKind {
        match self.grant_type.as_str() {
            CLIENT_CREDENTIALS => GrantKind::Client,
            PASSWORD => GrantKind::Password,
            JWT_BEARER | SAML2_BEARER => GrantKind::Assertion,
            TOKEN_EXCHANGE => GrantKind::Other,
            other => nearly(other).map_or(GrantKind::Other, GrantKind::Nearly),
        }
    }

    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resource.split_whitespace()
    }

    /// Asks for a token. `scope`: with the server's separator in it; `made`: an assertion, where none is given.
    pub fn request(&self, request: TokenRequest<'_>, scope: &str, made: Option<Signed>) -> Result<Request> {
        let assertion = made.as_ref().map_or(&self.assertion, |signed| &signed.text);
        let missing = |key| Err(Error::Missing { key, operation: "a token is asked for by this grant" });
        match self.kind() {
            GrantKind::Password if self.username.is_empty() => return missing("username"),
            GrantKind::Password if self.password.is_empty() => return missing("password"),
            GrantKind::Assertion if assertion.is_empty() => return missing("assertion"),
            _ => {}
        }
        // A vendor's grant may take any of them.
        let names_person = !matches!(self.kind(), GrantKind::Client | GrantKind::Assertion);
        let asserts = !matches!(self.kind(), GrantKind::Client | GrantKind::Password);
        let text = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let mut request = request.with([
            ("grant_type", text(&self.grant_type)),
            ("username", text(&self.username).filter(|_| names_person)),
            ("password", text(self.password.expose()).filter(|_| names_person)),
            ("assertion", text(assertion.expose()).filter(|_| asserts)),
            ("scope", text(scope)),
            ("audience", text(&self.audience)),
            // RFC 9396 section 6
            ("authorization_details", text(&self.authorization_details)),
        ])?;
        request.signed.extend(made);
        request.guessable.push(self.password.clone());
        Ok(request)
    }
}

/// The known grant that was meant, most likely: what stands behind the last colon is what people remember.
fn nearly(grant_type: &str) -> Option<&'static str> {
    const KNOWN: &[&str] = &[CLIENT_CREDENTIALS, PASSWORD, JWT_BEARER, SAML2_BEARER, TOKEN_EXCHANGE];
    let last =
        |name: &str| name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase().replace('-', "_");
    let is_near = |known: &&&str| distance(&last(known), &last(grant_type)) <= 3;
    KNOWN.iter().find(is_near).copied()
}
