//! How the client shows the token endpoint who it is: one method a request, never two (RFC 6749 section 2.3).
#![forbid(unsafe_code)]

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::assertion::CLIENT_ASSERTION_TYPE;
use crate::secret::{Secret, Wiped};
use crate::uri::{self, Escape};

#[derive(Clone, Debug, Default)]
pub struct ClientCredentials {
    pub client_id: String,
    pub client_secret: Secret,
    /// Not set: what the client has decides.
    pub method: Option<ClientAuth>,
    /// Of refreshes, where that is another.
    pub refresh_method: Option<ClientAuth>,
    pub basic_encoding: BasicEncoding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    Basic,
    Post,
    /// A JWT by the secret (RFC 7523 section 2.2, OpenID Connect Core section 9).
    SecretJwt,
    /// A JWT by a private key.
    PrivateKeyJwt,
    /// The certificate that TLS shows, of an authority that the server trusts (RFC 8705 section 2.1).
    Tls,
    /// The same of one that the server knows itself (section 2.2).
    SelfSignedTls,
    None,
}

/// No two servers agree on what Basic does with a colon or a plus first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasicEncoding {
    /// RFC 6749 section 2.3.1 and appendix B.
    #[default]
    Form,
    /// Amazon Cognito, Doorkeeper.
    Raw,
    Percent,
}

/// Whether what has that name is a secret, by the look of it.
pub fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["secret", "password", "assertion", "token", "key"].iter().any(|part| name.contains(part))
}

/// Whether a parameter of that name shows who the client is.
pub fn is_proof(name: &str) -> bool {
    matches!(name, "client_secret" | "client_assertion")
}

impl ClientCredentials {
    /// The parameters that a method adds to a request, but for an assertion.
    pub fn parameters(&self, method: ClientAuth) -> impl Iterator<Item = (&'static str, &str)> {
        let id = (method != ClientAuth::Basic).then_some(("client_id", self.client_id.as_str()));
        let proof = match method {
            ClientAuth::Post => Some(("client_secret", self.client_secret.expose())),
            ClientAuth::SecretJwt | ClientAuth::PrivateKeyJwt => {
                Some(("client_assertion_type", CLIENT_ASSERTION_TYPE))
            }
            // RFC 8705 section 2: the server finds the client by its name.
            ClientAuth::Basic | ClientAuth::Tls | ClientAuth::SelfSignedTls | ClientAuth::None => None,
        };
        id.into_iter().chain(proof)
    }

    /// The header that Basic adds to a request.
    pub fn header(&self) -> (&'static str, Secret) {
        const SCHEME: &str = "Basic ";
        let (id, secret) = (self.client_id.as_str(), self.client_secret.expose());
        // Of the right size at once: growing would leave secrets behind.
        let mut pair = Wiped::new(String::with_capacity(3 * (id.len() + secret.len()) + 1));
        for (text, end) in [(id, ":"), (secret, "")] {
            match self.basic_encoding {
                BasicEncoding::Form => uri::escape_into(&mut pair, text, Escape::Basic),
                BasicEncoding::Raw => pair.push_str(text),
                BasicEncoding::Percent => {
                    pair.push_str(&uri::escape(text, Escape::Percent).replace("%7E", "~"));
                }
            }
            pair.push_str(end);
        }
        let mut header = String::with_capacity(SCHEME.len() + pair.len().div_ceil(3) * 4);
        header.push_str(SCHEME);
        STANDARD.encode_string(pair.as_bytes(), &mut header);
        ("Authorization", Secret::new(header))
    }

    /// What must not be seen of it: the secret, the credentials as the header has them, and what looks like a secret
    /// among the parameters that settings add to requests.
    pub fn secrets<'a>(&self, added: impl IntoIterator<Item = &'a Secret>) -> Vec<Secret> {
        let is_basic = |method: ClientAuth| method == ClientAuth::Basic;
        let may_be_basic = self.refresh_method.is_some_and(is_basic)
            || self.method.map_or(!self.client_secret.is_empty(), is_basic);
        let header = may_be_basic.then(|| self.header());
        let credentials =
            header.as_ref().and_then(|(_, value)| value.expose().strip_prefix("Basic ")).map(Secret::new);
        let added = added
            .into_iter()
            .flat_map(|params| uri::parse_query(params.expose()))
            .filter(|(name, _)| names_secret(name))
            .map(|(_, value)| Secret::new(value));
        [Some(self.client_secret.clone()), credentials].into_iter().flatten().chain(added).collect()
    }
}
