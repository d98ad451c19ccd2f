#![forbid(unsafe_code)]
//! What `/strict` says of itself (RFC 8414 section 3), at the place that its issuer leads to.

use serde_json::json;

use crate::dialect::Dialect;
use crate::response::Response;

/// `below`: what comes after `/.well-known/oauth-authorization-server`; `url`: where this server is.
pub fn metadata(url: &str, below: &str) -> Option<Response> {
    let dialect = below.strip_prefix('/').and_then(Dialect::named).filter(|dialect| dialect.exact)?;
    let issuer = format!("{url}/{}", dialect.name);
    let at = |path: &str| format!("{issuer}{path}");
    let answer = json!({
        "issuer": issuer,
        "authorization_endpoint": at(dialect.authorize[0]),
        "token_endpoint": at(dialect.token),
        "revocation_endpoint": dialect.revoke().map(at),
        "introspection_endpoint": at("/introspect"),
        "pushed_authorization_request_endpoint": at("/par"),
        "response_types_supported": [dialect.response_type],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials", "password",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none",
        ],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": dialect.sends_iss,
    });
    Some(Response::json(200, &answer).with("Cache-Control", "max-age=3600"))
}
