//! Grants that need no person (RFC 6749 sections 4.3 and 4.4, RFC 7521 section 4.1, and vendors' own).
#![forbid(unsafe_code)]

use super::message::{Request, Signed};
use super::token_request::TokenRequest;
use crate::error::{Error, GrantKind, Result};
use crate::secret::Secret;

pub const AUTHORIZATION_CODE: &str = "authorization_code";
const PASSWORD: &str = "password";
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SAML2_BEARER: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

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
        }
    }
}

impl Grant {
    pub fn needs_person(&self) -> bool {
        self.grant_type == AUTHORIZATION_CODE
    }

    pub fn kind(&self) -> GrantKind {
        match self.grant_type.as_str() {
            "client_credentials" => GrantKind::Client,
            PASSWORD => GrantKind::Password,
            JWT_BEARER | SAML2_BEARER => GrantKind::Assertion,
            _ => GrantKind::Other,
        }
    }

    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resource.split_whitespace()
    }

    /// Asks for a token. `scope`: with the server's separator in it; `made`: an assertion, where none is given.
    pub fn request(&self, request: TokenRequest<'_>, scope: String, made: Option<Signed>) -> Result<Request> {
        let assertion = made.as_ref().map_or(&self.assertion, |signed| &signed.text);
        let missing = |key| Err(Error::Missing { key, operation: "a token is asked for by this grant" });
        match self.kind() {
            GrantKind::Password if self.username.is_empty() => return missing("username"),
            GrantKind::Assertion if assertion.is_empty() => return missing("assertion"),
            _ => {}
        }
        let text = |name: &str, text: &str| (name.to_owned(), Secret::new(text));
        // A password may be empty, where there is a username.
        let password = (!self.username.is_empty()).then(|| ("password".to_owned(), self.password.clone()));
        let mut parameters = vec![text("grant_type", &self.grant_type), text("username", &self.username)];
        parameters.extend(password);
        parameters.push(("assertion".to_owned(), assertion.clone()));
        parameters.push(("scope".to_owned(), Secret::new(scope)));
        parameters.push(text("audience", &self.audience));
        parameters.retain(|(name, value)| !value.is_empty() || name == "password");
        let mut request = request.with(parameters)?;
        request.signed.extend(made);
        Ok(request)
    }
}
