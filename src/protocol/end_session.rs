//! The page where a person signs out at the server (OpenID Connect RP-Initiated Logout 1.0).
#![forbid(unsafe_code)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

use crate::secret::Secret;
use crate::uri::{self, Escape};

/// Octets of a state.
pub const RANDOM: usize = 16;

/// The URL (section 2), and the state in it: only where the browser comes back is there any.
pub fn url(
    endpoint: &str,
    id_token: Option<&Secret>,
    client_id: &str,
    redirect_uri: &str,
    random: &[u8; RANDOM],
) -> (Secret, Secret) {
    let state = if redirect_uri.is_empty() { String::new() } else { URL_SAFE_NO_PAD.encode(random) };
    let parameters = [
        ("id_token_hint", id_token.map_or("", Secret::expose)),
        ("client_id", client_id),
        ("post_logout_redirect_uri", redirect_uri),
        ("state", &state),
    ];
    let length: usize = parameters.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
    let mut query = String::with_capacity(length);
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend([name, "="]);
        uri::escape_into(&mut query, value, Escape::Percent);
    }
    let query = Secret::new(query);
    (Secret::new(uri::with_query(endpoint, query.expose())), Secret::new(state))
}
