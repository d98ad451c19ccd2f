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

impl ClientCredentials {
    /// The parameters that a method adds to a request, but for an assertion.
    pub fn parameters(&self, method: ClientAuth) -> Vec<(&'static str, Secret)> {
        let id = ("client_id", Secret::new(self.client_id.as_str()));
        match method {
            ClientAuth::Basic => Vec::new(),
            ClientAuth::Post => vec![id, ("client_secret", self.client_secret.clone())],
            ClientAuth::SecretJwt | ClientAuth::PrivateKeyJwt => {
                vec![id, ("client_assertion_type", Secret::new(CLIENT_ASSERTION_TYPE))]
            }
            // RFC 8705 section 2: the server finds the client by its name.
            ClientAuth::Tls | ClientAuth::SelfSignedTls | ClientAuth::None => vec![id],
        }
    }

    /// The header that Basic adds to a request.
    pub fn header(&self) -> (&'static str, Secret) {
        let encode = |text: &str| match self.basic_encoding {
            BasicEncoding::Form => uri::escape(text, Escape::Basic),
            BasicEncoding::Raw => text.to_owned(),
            BasicEncoding::Percent => uri::escape(text, Escape::Percent).replace("%7E", "~"),
        };
        let secret = Wiped::new(encode(self.client_secret.expose()));
        let pair = Wiped::new(format!("{}:{}", encode(&self.client_id), secret.as_str()));
        let coded = Wiped::new(STANDARD.encode(pair.as_bytes()));
        ("Authorization", Secret::new(format!("Basic {}", coded.as_str())))
    }

    /// What must not be seen of it: the secret, the credentials as the header has them, and what looks like a secret
    /// among the parameters that settings add to requests.
    pub fn secrets<'a>(&self, added: impl IntoIterator<Item = &'a Secret>) -> Vec<Secret> {
        let is_basic = |method: ClientAuth| method == ClientAuth::Basic;
        let may_be_basic = self.refresh_method.is_some_and(is_basic)
            || self.method.map_or(!self.client_secret.is_empty(), is_basic);
        let is_secret = |name: &str| {
            ["secret", "password", "assertion", "token", "key"]
                .iter()
                .any(|part| name.to_ascii_lowercase().contains(part))
        };
        let header = may_be_basic.then(|| self.header());
        let credentials =
            header.as_ref().and_then(|(_, value)| value.expose().strip_prefix("Basic ")).map(Secret::new);
        let added = added
            .into_iter()
            .flat_map(|params| uri::parse_query(params.expose()))
            .filter(|(name, _)| is_secret(name))
            .map(|(_, value)| Secret::new(value));
        [Some(self.client_secret.clone()), credentials].into_iter().flatten().chain(added).collect()
    }
}
