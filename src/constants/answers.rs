//! What functions return instead of an answer, and what to do then.
#![forbid(unsafe_code)]

// ---- text ----

/// A text's length: up to the NUL that ends it, taken as it is. Since 0.1.
pub const OAUTH_NUL_TERMINATED: i32 = -1;

// ---- why there is no answer: what every function can return instead of one ----

/// Not a failure: send the HTTP request that `oauth_http_request` describes and give its answer to
/// `oauth_http_response`. Only with OAUTH_HTTP set to `caller`. A second operation of the client by the same thread gives
/// the waiting request up: tasks that share threads hold a lock of their own from an operation to its last answer.
/// Since 0.1.
pub const OAUTH_HTTP_NEEDED: i32 = -2;
/// Not a failure: whoever is waited for has not come yet. Call the same function again; `oauth_device_poll` when
/// OAUTH_RETRY_AFTER seconds are over. Since 0.1.
pub const OAUTH_PENDING: i32 = -3;

// The caller's mistake: -100 to -199.

/// The handle was never given out, or its client is closed. Since 0.1.
pub const OAUTH_ERROR_HANDLE: i32 = -100;
/// The buffer is too small; it holds an empty text. Nothing is lost: call again with a larger one.
/// A capacity of 0 asks for the length. Since 0.1.
pub const OAUTH_ERROR_BUFFER: i32 = -101;
/// A text or a buffer is a null pointer. Since 0.1.
pub const OAUTH_ERROR_NULL: i32 = -102;
/// A length or a capacity is negative (and not OAUTH_NUL_TERMINATED), or a text is longer than 1 MiB. Since 0.1.
pub const OAUTH_ERROR_LENGTH: i32 = -103;
/// A text is not UTF-8. Since 0.1.
pub const OAUTH_ERROR_ENCODING: i32 = -104;
/// No property, or no part of a request, has this number, or it is a result that cannot be set. Since 0.1.
pub const OAUTH_ERROR_PROPERTY: i32 = -105;
/// The text makes no sense as the value of this property. Since 0.1.
pub const OAUTH_ERROR_VALUE: i32 = -106;
/// A call out of order: no authorization is pending, it has had its code already, no request waits for a response, or
/// the client is somebody else's before the call that waited could go on. Since 0.1.
pub const OAUTH_ERROR_SEQUENCE: i32 = -107;
/// Another thread's request to the server is under way: in the caller's own HTTP, or with the same code. Call again
/// later. Since 0.1.
pub const OAUTH_ERROR_BUSY: i32 = -108;
/// No authorization code can be found in the text, or more than one. Since 0.1.
pub const OAUTH_ERROR_CODE: i32 = -109;
/// The state that came back is not the one that was sent, or none came: not our authorization request, perhaps a
/// forged redirect (RFC 6749 section 10.12). Nothing was sent. Since 0.1.
pub const OAUTH_ERROR_STATE: i32 = -110;
/// The redirect comes from another issuer than OAUTH_ISSUER, or from none that is named although OAUTH_REQUIRE_ISS is set
/// (RFC 9207). Since 0.1.
pub const OAUTH_ERROR_ISSUER: i32 = -111;
/// Too many clients are open, or this process has opened too many. Since 0.1.
pub const OAUTH_ERROR_LIMIT: i32 = -112;
/// `oauth_stop_waiting`, or the end of its client, has ended the call. Since 0.1.
pub const OAUTH_ERROR_CANCELLED: i32 = -113;

// Configuration: -200 to -299.

/// A property that this operation needs is not set. Since 0.1.
pub const OAUTH_ERROR_MISSING: i32 = -200;
/// The profile does not exist, or its file is wrong: `oauth_error_text` names file, line and key. Since 0.1.
pub const OAUTH_ERROR_PROFILE: i32 = -201;
/// A URL is http:// and not on loopback, and OAUTH_ALLOW_HTTP is not set; or OAUTH_REDIRECT_URI has a scheme that is not
/// safe, and OAUTH_ALLOW_REDIRECT_URI does not name it. Since 0.1.
pub const OAUTH_ERROR_INSECURE: i32 = -202;
/// A CA file, a certificate, a private key or a service account cannot be read or used, or others can read it; or
/// OAUTH_SIGNING_ALG does not fit the key. Since 0.1.
pub const OAUTH_ERROR_CERTIFICATE: i32 = -203;
/// The server says of itself that it lacks what the settings ask for: an endpoint, a PKCE method, a way to authenticate, a
/// grant, a response type (RFC 8414 section 2). Nothing was sent. Since 0.1.
pub const OAUTH_ERROR_UNSUPPORTED: i32 = -204;
/// The port of OAUTH_REDIRECT_URI cannot be listened on: another program has it, it is kept for the system, or the URI is
/// not on loopback (RFC 8252 section 7.3). Since 0.1.
pub const OAUTH_ERROR_PORT: i32 = -205;

// Network: -300 to -399.

/// The server's name cannot be resolved. Since 0.1.
pub const OAUTH_ERROR_RESOLVE: i32 = -300;
/// No connection to the server or the proxy; where the proxy refuses, trying again does not help. Since 0.1.
pub const OAUTH_ERROR_CONNECT: i32 = -301;
/// No secure connection: the server's certificate is not trusted, or TLS failed. Since 0.1.
pub const OAUTH_ERROR_TLS: i32 = -302;
/// No answer within OAUTH_TIMEOUT seconds. Since 0.1.
pub const OAUTH_ERROR_TIMEOUT: i32 = -303;
/// The connection broke before the answer was complete. Since 0.1.
pub const OAUTH_ERROR_DISCONNECTED: i32 = -304;
/// The server is there but cannot serve now: status 408, 429 or 5xx; or it is too early to ask it. See OAUTH_RETRY_AFTER.
/// Since 0.1.
pub const OAUTH_ERROR_UNAVAILABLE: i32 = -305;

// Refused by the authorization server: -400 to -499, one per error code of the RFCs.

/// `invalid_request` (RFC 6749 sections 4.1.2.1 and 5.2). Of a refresh token, unless it speaks of the client, it is
/// OAUTH_ERROR_SIGN_IN instead. Since 0.1.
pub const OAUTH_ERROR_INVALID_REQUEST: i32 = -400;
/// `invalid_client`: client_id, client_secret or OAUTH_CLIENT_AUTH is wrong (RFC 6749 section 5.2). Since 0.1.
pub const OAUTH_ERROR_INVALID_CLIENT: i32 = -401;
/// `invalid_grant`: the code is wrong, used or too old (RFC 6749 section 5.2), or what a machine's grant is made of, such
/// as a password or an assertion. A refused refresh token is OAUTH_ERROR_SIGN_IN instead. Since 0.1.
pub const OAUTH_ERROR_INVALID_GRANT: i32 = -402;
/// `unauthorized_client` (RFC 6749 sections 4.1.2.1 and 5.2). Since 0.1.
pub const OAUTH_ERROR_UNAUTHORIZED: i32 = -403;
/// `unsupported_grant_type`: the server does not know OAUTH_GRANT_TYPE, or not for this client (RFC 6749 section 5.2).
/// Since 0.1.
pub const OAUTH_ERROR_UNSUPPORTED_GRANT: i32 = -404;
/// `invalid_scope` (RFC 6749 sections 4.1.2.1 and 5.2). Since 0.1.
pub const OAUTH_ERROR_INVALID_SCOPE: i32 = -405;
/// `access_denied`: the person, or the server, said no (RFC 6749 section 4.1.2.1). Since 0.1.
pub const OAUTH_ERROR_ACCESS_DENIED: i32 = -406;
/// `unsupported_response_type` (RFC 6749 section 4.1.2.1). Since 0.1.
pub const OAUTH_ERROR_RESPONSE_TYPE: i32 = -407;
/// `server_error` (RFC 6749 section 4.1.2.1). Since 0.1.
pub const OAUTH_ERROR_SERVER_ERROR: i32 = -408;
/// `temporarily_unavailable` (RFC 6749 section 4.1.2.1). Since 0.1.
pub const OAUTH_ERROR_TEMP_UNAVAILABLE: i32 = -409;
/// `unsupported_token_type`: the server does not revoke tokens of that type (RFC 7009 section 2.2.1). Since 0.1.
pub const OAUTH_ERROR_UNSUPPORTED_TOKEN: i32 = -410;
/// `expired_token`: nobody has agreed in time, by the server's clock or ours (RFC 8628 section 3.5). Begin again with
/// `oauth_device_start` or `oauth_ciba_start`. Since 0.1.
pub const OAUTH_ERROR_EXPIRED_TOKEN: i32 = -411;
/// `invalid_target`: OAUTH_RESOURCE or OAUTH_AUDIENCE names what the server does not know (RFC 8707 section 2). Since 0.1.
pub const OAUTH_ERROR_INVALID_TARGET: i32 = -413;
/// `invalid_request_object`, `invalid_request_uri`, `request_not_supported` or `request_uri_not_supported`: a request that
/// was signed or pushed is refused, or has become too old (RFC 9101 section 7). Since 0.1.
pub const OAUTH_ERROR_REQUEST_OBJECT: i32 = -414;
/// `invalid_dpop_proof`, or `use_dpop_nonce` again and again: a proof of OAUTH_DPOP is not taken (RFC 9449). Since 0.1.
pub const OAUTH_ERROR_INVALID_DPOP: i32 = -415;
/// `invalid_authorization_details`: what OAUTH_AUTHORIZATION_DETAILS says is not as the server has it (RFC 9396 section 5).
/// Since 0.1.
pub const OAUTH_ERROR_AUTH_DETAILS: i32 = -416;
/// `invalid_token`: an endpoint such as OAUTH_USERINFO_ENDPOINT does not take the access token (RFC 6750 section 3.1). The
/// next call gets another one first. Since 0.1.
pub const OAUTH_ERROR_INVALID_TOKEN: i32 = -419;
/// `insufficient_scope`: the access token is good, and not for that (RFC 6750 section 3.1). Since 0.1.
pub const OAUTH_ERROR_SCOPE: i32 = -420;
/// `invalid_redirect_uri`: the server registers no client with OAUTH_REDIRECT_URI (RFC 7591 section 3.2.2). Since 0.1.
pub const OAUTH_ERROR_INVALID_REDIRECT: i32 = -417;
/// `invalid_client_metadata`: nor with OAUTH_CLIENT_METADATA (RFC 7591 section 3.2.2). Since 0.1.
pub const OAUTH_ERROR_INVALID_METADATA: i32 = -418;
/// Another error code than those of the RFCs; OAUTH_ERROR has its name, and `oauth_error_action` tells by its words
/// what it means: in a redirect, a person's no. Since 0.1.
pub const OAUTH_ERROR_REFUSED: i32 = -498;
/// No usable token: a person must sign in (again). The server has refused the refresh token, in whatever words, or there
/// is none. What was refused is not sent again for a while, by no job: `oauth_refresh` asks at once. Since 0.1.
pub const OAUTH_ERROR_SIGN_IN: i32 = -499;

// The answer is not understood: -500 to -599.

/// The server's answer is not a token response: no HTTP, a web page, cut off, without an access token. It is not asked
/// for again: a new token may have been in it. Or the token is of a type that cannot be sent as `Bearer`. Since 0.1.
pub const OAUTH_ERROR_RESPONSE: i32 = -500;
/// The server's answer is larger than 1 MiB. Since 0.1.
pub const OAUTH_ERROR_TOO_LARGE: i32 = -501;
/// What was sent has no member of that name, or null there; see `oauth_field`. Since 0.1.
pub const OAUTH_ERROR_NO_FIELD: i32 = -502;
/// The server's metadata, or its keys, cannot be found or used, or they are another issuer's. Since 0.1.
pub const OAUTH_ERROR_METADATA: i32 = -504;
/// The ID token is not what was asked for: of another issuer, client or sign-in, too old, or not signed by the server
/// (OpenID Connect Core section 3.1.3.7). The tokens that came with it are not kept. Or a claim was asked for of one that
/// was not checked: see OAUTH_FIELD_ID_TOKEN. Since 0.1.
pub const OAUTH_ERROR_ID_TOKEN: i32 = -503;
/// The address is too long for a QR code of so many lines: see OAUTH_QR_CODE. Since 0.1.
pub const OAUTH_ERROR_QR: i32 = -505;

// Storage: -600 to -699.

/// The store cannot be read or written. A token in memory is still given out. Since 0.1.
pub const OAUTH_ERROR_STORE: i32 = -600;
/// The store's folder or file is open to other users, as is a folder above it, or is a symbolic link. Since 0.1.
pub const OAUTH_ERROR_STORE_UNSAFE: i32 = -601;
/// The stored record is damaged or of a newer format. It is left as it is. Since 0.1.
pub const OAUTH_ERROR_STORE_FORMAT: i32 = -602;
/// Another process has been refreshing for longer than OAUTH_LOCK_TIMEOUT; `oauth_error_text` names it. Since 0.1.
pub const OAUTH_ERROR_LOCK: i32 = -603;
/// OAUTH_STORE_KEY is not the key that the record was sealed with, or is no key, or cannot be read; or it is set and the
/// record is not sealed, and OAUTH_STORE_ALLOW_PLAIN is not set. The record is left as it is. Since 0.1.
pub const OAUTH_ERROR_STORE_KEY: i32 = -604;
/// The token is not of the generation that was expected: somebody has renewed it. Read it again. Since 0.1.
pub const OAUTH_ERROR_GENERATION: i32 = -605;

// The bridge's, on IBM i only: -800 to -899. See bindings/ibmi/README.md.

/// PASE cannot be started in this job, or a call into it failed: the job's log says why. Since 0.1.
pub const OAUTH_ERROR_PASE: i32 = -800;
/// A 32-bit PASE is active in this job, and the library is 64-bit: call it before whatever starts that one, or in a job of
/// its own. Since 0.1.
pub const OAUTH_ERROR_PASE_32: i32 = -801;
/// The library for PASE, or a function in it, was not found: it is not installed where the bridge looks, or is older than
/// the bridge. Since 0.1.
pub const OAUTH_ERROR_LIBRARY: i32 = -802;
/// A text cannot be converted between the caller's CCSID and UTF-8: a character has no place there, or the system knows
/// no such conversion. Since 0.1.
pub const OAUTH_ERROR_CCSID: i32 = -803;

// Internal: -900 to -999.

/// A fault in the library; please report its text. Since 0.1.
pub const OAUTH_ERROR_INTERNAL: i32 = -900;
/// The system gave no randomness. Since 0.1.
pub const OAUTH_ERROR_SYSTEM: i32 = -901;

// ---- what to do now: oauth_error_action ----

/// Nothing. Since 0.1.
pub const OAUTH_ACTION_NONE: i32 = 0;
/// Try again later: a fault that passes. Since 0.1.
pub const OAUTH_ACTION_RETRY: i32 = 1;
/// A person must sign in again, beginning with `oauth_build_authorize_url`. Since 0.1.
pub const OAUTH_ACTION_SIGN_IN: i32 = 2;
/// Mend the configuration or the program: trying again will not help. Since 0.1.
pub const OAUTH_ACTION_FIX: i32 = 3;
