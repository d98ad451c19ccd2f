//! What else is chosen by a number: a part of a request, where a member is read from, a mechanism.
#![forbid(unsafe_code)]

// ---- parts of a request: oauth_http_request ----

/// HTTP method, such as `POST`. Since 0.1.
pub const OAUTH_REQUEST_METHOD: i32 = 201;
/// URL to send it to. It may hold secrets where OAUTH_REQUEST_BODY is `query` or `get`. Since 0.1.
pub const OAUTH_REQUEST_URL: i32 = 202;
/// Headers, one `Name: value` a line, each ended by CR LF; no Content-Length and no Host. Since 0.1.
pub const OAUTH_REQUEST_HEADERS: i32 = 203;
/// Content to send; empty where there is none. Since 0.1.
pub const OAUTH_REQUEST_CONTENT: i32 = 204;

// ---- where a member is read from: oauth_field ----

/// The answer that brought the token (RFC 6749 section 5.1): its members, and those of the answers before it that have not
/// come again. Since 0.1.
pub const OAUTH_FIELD_TOKEN: i32 = 301;
/// What came with the redirect beside code and state, such as QuickBooks' `realmId`. Since 0.1.
pub const OAUTH_FIELD_REDIRECT: i32 = 302;
/// What the server said last of a token (RFC 7662 section 2.2): see `oauth_introspect`. Since 0.1.
pub const OAUTH_FIELD_INTROSPECTION: i32 = 303;
/// What the server says of itself (RFC 8414 section 2): see `oauth_discover`. Since 0.1.
pub const OAUTH_FIELD_METADATA: i32 = 306;
/// The client as the server has registered it (RFC 7591 section 3.2.1): see `oauth_register`. Since 0.1.
pub const OAUTH_FIELD_REGISTRATION: i32 = 308;
/// What the ID token says of who has signed in, such as `sub`, `email` and `name`: only of one that was checked, or else it
/// is OAUTH_ERROR_ID_TOKEN. It is checked at the sign-in, and when a refresh brings another, where OAUTH_SCOPE has `openid`
/// and OAUTH_ISSUER is set: issuer, client, times, nonce and access token, and the signature by the keys of
/// OAUTH_JWKS_URI. Where that is not set, who it is from is known by TLS, as it comes from OAUTH_TOKEN_ENDPOINT itself
/// (OpenID Connect Core section 3.1.3.7); with the caller's own HTTP by the caller's. Since 0.1.
pub const OAUTH_FIELD_ID_TOKEN: i32 = 304;
/// What the server said last of who has signed in: see `oauth_userinfo`. Since 0.1.
pub const OAUTH_FIELD_USERINFO: i32 = 305;
/// What the server said when a person was to be asked: see `oauth_device_start` and `oauth_ciba_start`. Since 0.1.
pub const OAUTH_FIELD_DEVICE: i32 = 307;

// ---- how a mail server is signed in at: oauth_sasl_response ----

/// XOAUTH2, which Google's and Microsoft's servers know. Since 0.1.
pub const OAUTH_SASL_XOAUTH2: i32 = 501;
/// OAUTHBEARER (RFC 7628). Since 0.1.
pub const OAUTH_SASL_OAUTHBEARER: i32 = 502;
