//! How the client shows the token endpoint who it is: one method a request, never two (RFC 6749 section 2.3).
#![forbid(unsafe_code)]

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::uri::{self, Escape};
use crate::secret::{Secret, Wiped};
use crate::settings::{BasicEncoding, ClientAuth, Settings};

/// The parameters that the method adds to the request.
pub fn parameters(settings: &Settings) -> Vec<(&'static str, Secret)> {
    let id = || ("client_id", Secret::new(settings.client_id.as_str()));
    match settings.client_auth() {
        ClientAuth::Basic => Vec::new(),
        ClientAuth::Post => vec![id(), ("client_secret", settings.client_secret.clone())],
        ClientAuth::None => vec![id()],
    }
}

/// What must not be seen of it: the secret, the credentials as the header has them, and what looks like a secret among
/// the parameters that a setting adds.
pub fn secrets(settings: &Settings) -> Vec<Secret> {
    let is_secret = |name: &str| {
        ["secret", "password", "assertion", "token", "key"]
            .iter()
            .any(|part| name.to_ascii_lowercase().contains(part))
    };
    let header = header(settings);
    let credentials =
        header.as_ref().and_then(|(_, value)| value.expose().strip_prefix("Basic ")).map(Secret::new);
    let added = [&settings.token_params, &settings.refresh_params]
        .into_iter()
        .flat_map(|params| uri::parse_query(params.expose()))
        .filter(|(name, _)| is_secret(name))
        .map(|(_, value)| Secret::new(value));
    [Some(settings.client_secret.clone()), credentials].into_iter().flatten().chain(added).collect()
}

/// The header that the method adds to the request.
pub fn header(settings: &Settings) -> Option<(&'static str, Secret)> {
    if settings.client_auth() != ClientAuth::Basic {
        return None;
    }
    let encode = |text: &str| match settings.basic_encoding {
        // RFC 6749 section 2.3.1 and appendix B.
        BasicEncoding::Form => uri::escape(text, Escape::Basic),
        // Amazon Cognito, Doorkeeper.
        BasicEncoding::Raw => text.to_owned(),
        BasicEncoding::Percent => uri::escape(text, Escape::Percent).replace("%7E", "~"),
    };
    let secret = Wiped::new(encode(settings.client_secret.expose()));
    let pair = Wiped::new(format!("{}:{}", encode(&settings.client_id), secret.as_str()));
    let coded = Wiped::new(STANDARD.encode(pair.as_bytes()));
    Some(("Authorization", Secret::new(format!("Basic {}", coded.as_str()))))
}
