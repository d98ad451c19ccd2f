//! What is set and read by number.
#![forbid(unsafe_code)]

// ---- properties: settings, for oauth_set and oauth_get ----

/// Known server whose settings to take over, all at once, such as `stamps`; `docs/known-servers.md` lists them.
/// Set it first. Since 0.1.
pub const OAUTH_PROFILE: i32 = 1;
/// What every endpoint that begins with `/` is appended to, such as `https://example.com/tenant`. Since 0.1.
pub const OAUTH_BASE_URL: i32 = 2;
/// Issuer identifier, letter for letter as the server writes it; a redirect that names another is refused (RFC 9207). An
/// endpoint that is not set is then the one of the server's metadata, which are looked up when an operation first needs
/// them, and kept in OAUTH_STORE (RFC 8414): see `oauth_discover`. Since 0.1.
pub const OAUTH_ISSUER: i32 = 3;
/// URL of the page where a person signs in, or a path below OAUTH_BASE_URL (RFC 6749 section 3.1). Since 0.1.
pub const OAUTH_AUTHORIZATION_ENDPOINT: i32 = 4;
/// URL that gives tokens, or a path below OAUTH_BASE_URL (RFC 6749 section 3.2). Since 0.1.
pub const OAUTH_TOKEN_ENDPOINT: i32 = 5;
/// URL that refreshes, where it is not the token endpoint. Since 0.1.
pub const OAUTH_REFRESH_ENDPOINT: i32 = 6;
/// The client's identifier at the authorization server (RFC 6749 section 2.2). Since 0.1.
pub const OAUTH_CLIENT_ID: i32 = 7;
/// The client's secret (RFC 6749 section 2.3.1). Since 0.1.
pub const OAUTH_CLIENT_SECRET: i32 = 8;
/// How the client authenticates: `client_secret_basic` (usual with a secret), `client_secret_post` (usual with one where
/// the server's metadata have that and not Basic), `client_secret_jwt`, `private_key_jwt` (usual with OAUTH_PRIVATE_KEY and
/// no secret, unless that signs the grant), `tls_client_auth` or `self_signed_tls_client_auth` with OAUTH_CLIENT_CERT_FILE,
/// or `none` (RFC 6749 section 2.3, RFC 7523 section 2.2, RFC 8705). A token that came by TLS may be bound to the
/// certificate: call the API with the same one. Since 0.1.
pub const OAUTH_CLIENT_AUTH: i32 = 9;
/// How Basic encodes client_id and client_secret first: `form` (RFC 6749), `raw`, or `percent`. Since 0.1.
pub const OAUTH_BASIC_ENCODING: i32 = 10;
/// Where the parameters of a token request stand: `form` (RFC 6749), `json`, `query`, or `get`: in the query of a GET.
/// Since 0.1.
pub const OAUTH_REQUEST_BODY: i32 = 11;
/// Where the browser is sent with the code (RFC 6749 section 3.1.2): https, http on loopback, an application's own scheme,
/// or `urn:ietf:wg:oauth:2.0:oob`; others as OAUTH_ALLOW_REDIRECT_URI says. On loopback port 0 stands for one that is free:
/// see `oauth_await_redirect`. Since 0.1.
pub const OAUTH_REDIRECT_URI: i32 = 12;
/// Scopes to ask for, with blanks between them (RFC 6749 section 3.3). Since 0.1.
pub const OAUTH_SCOPE: i32 = 13;
/// What stands between scopes in a request: `space` (RFC 6749), `comma`, or one character. Since 0.1.
pub const OAUTH_SCOPE_SEPARATOR: i32 = 14;
/// Response type, sent as it is; `code` unless set (RFC 6749 section 3.1.1). Since 0.1.
pub const OAUTH_RESPONSE_TYPE: i32 = 15;
/// Proof key: `S256` (usual), `plain`, or `off` (RFC 7636). Since 0.1.
pub const OAUTH_PKCE: i32 = 16;
/// More parameters of the authorization request, as a query string; one that is there already is replaced. Since 0.1.
pub const OAUTH_AUTHORIZE_PARAMS: i32 = 17;
/// More parameters of a code's exchange or a machine's grant, as a query string; one that is there already is replaced.
/// Since 0.1.
pub const OAUTH_TOKEN_PARAMS: i32 = 18;
/// More parameters of a refresh, as a query string; one that is there already is replaced. Since 0.1.
pub const OAUTH_REFRESH_PARAMS: i32 = 19;
/// Where in an answer the token's members stand, such as `data`, `body.token` or, of a list, `data.0`; usually at the top.
/// Since 0.1.
pub const OAUTH_RESPONSE_PATH: i32 = 20;
/// Unit of `expires_in`: `seconds` (RFC 6749), `milliseconds`, `minutes`, `hours` or `days`. A text such as `177:05:38` or
/// `PT1H` (ISO 8601) says it itself. Since 0.1.
pub const OAUTH_EXPIRES_IN_UNIT: i32 = 21;
/// Where tokens live: `memory:` (usual), or `file:FOLDER`, which is made if it is not there. A relative folder is
/// below the current one at the time of the call; `~` has no meaning. The folder is this user's, every folder above it
/// this user's or root's, and nobody else can write to any of them, but for a sticky one above such as `/tmp`. Since 0.1.
pub const OAUTH_STORE: i32 = 22;
/// Whose token it is, for stores that keep several: any text. Since 0.1.
pub const OAUTH_ACCOUNT: i32 = 23;
/// Seconds that a token must still be valid to be given out; unless set 30, but no more than half of its life. One
/// that lives, but not for so long, is renewed by whoever asks first; others get it meanwhile. Since 0.1.
pub const OAUTH_MIN_VALID: i32 = 24;
/// Seconds that an operation may take from its first request to the last answer, 1 to 3600; 30 unless set. Tries after a
/// fault that passes are included, and a pause that the server has asked an earlier job for. Since 0.1.
pub const OAUTH_TIMEOUT: i32 = 25;
/// PEM file of the certificate authorities to trust, or of the server's own certificate; the system's authorities unless
/// set. Since 0.1.
pub const OAUTH_CA_FILE: i32 = 26;
/// PEM file of the certificate that the client shows to the server, chain included. Since 0.1.
pub const OAUTH_CLIENT_CERT_FILE: i32 = 27;
/// PEM file of that certificate's private key. Since 0.1.
pub const OAUTH_CLIENT_KEY_FILE: i32 = 28;
/// `http://[user:password@]host:port`, `none` (usual), or `env` to read the environment's as curl does, with names and
/// networks in `no_proxy`. Since 0.1.
pub const OAUTH_PROXY: i32 = 29;
/// Who sends the requests: `builtin`, or `caller` (see `oauth_http_request`). Since 0.1.
pub const OAUTH_HTTP: i32 = 30;
/// `yes` allows http:// to other hosts than loopback: whoever is on the way can read the tokens. Since 0.1.
pub const OAUTH_ALLOW_HTTP: i32 = 31;
/// Key that stored tokens are sealed with: `env:NAME` of an environment variable, `file:PATH` of a file of its owner's
/// alone, or the key itself. It is 32 random bytes in hexadecimal or base64, such as `openssl rand -hex 32` prints;
/// a password is refused, as it can be guessed. Empty (usual): not sealed. Since 0.1.
pub const OAUTH_STORE_KEY: i32 = 32;
/// The key before: what is sealed with it can still be read, and is sealed with OAUTH_STORE_KEY when it is next
/// written, or by `oauth_store_reseal`. Written as OAUTH_STORE_KEY is. Since 0.1.
pub const OAUTH_STORE_OLD_KEY: i32 = 33;
/// Seconds to wait for another process that is refreshing the same token, 0 to 3600; 60 unless set. Since 0.1.
pub const OAUTH_LOCK_TIMEOUT: i32 = 34;
/// Seconds that a token is taken to live where the server does not say; unless set it is used until an API
/// refuses it. Since 0.1.
pub const OAUTH_ASSUME_EXPIRES_IN: i32 = 35;
/// Seconds that the store keeps a pending authorization, 60 to 31536000; 172800, two days, unless set. Since 0.1.
pub const OAUTH_PENDING_EXPIRES_IN: i32 = 36;
/// URL that revokes tokens, or a path below OAUTH_BASE_URL (RFC 7009). Since 0.1.
pub const OAUTH_REVOCATION_ENDPOINT: i32 = 37;
/// `yes` demands `iss` in each answer to a sign-in, equal to OAUTH_ISSUER (RFC 9207 section 2.4): for servers that send
/// it, but for those whose metadata say so: they are held to it without that. A code alone is refused then. Since 0.1.
pub const OAUTH_REQUIRE_ISS: i32 = 38;
/// Schemes that OAUTH_REDIRECT_URI may have although they are not safe, with blanks between them: `http` lets others on
/// the way read the code, `javascript` and its like are run by the browser. Since 0.1.
pub const OAUTH_ALLOW_REDIRECT_URI: i32 = 39;
/// `yes`: what is not sealed is read though OAUTH_STORE_KEY is set, and sealed when it is next written, or by
/// `oauth_store_reseal`. For the time in which a store is sealed that was not: whoever can write to the store can put
/// such a record there, with a token of his own. Since 0.1.
pub const OAUTH_STORE_ALLOW_PLAIN: i32 = 40;
/// How tokens are come by: `authorization_code` (usual: a person signs in), or without a person `client_credentials`,
/// `password`, `urn:ietf:params:oauth:grant-type:jwt-bearer`, `urn:ietf:params:oauth:grant-type:saml2-bearer`,
/// `urn:ietf:params:oauth:grant-type:token-exchange`, or a vendor's by its name. Then `oauth_bearer_header` asks for a token
/// when there is none, and it is stored and shared as any other: one for each grant, OAUTH_SCOPE, OAUTH_AUDIENCE and
/// OAUTH_RESOURCE. A refresh token that comes along is used first (RFC 6749 sections 4.3 and 4.4). Since 0.1.
pub const OAUTH_GRANT_TYPE: i32 = 41;
/// Username for grants that take one, such as `password` (RFC 6749 section 4.3), and of the mailbox for
/// `oauth_sasl_response`. Since 0.1.
pub const OAUTH_USERNAME: i32 = 42;
/// Its password. The program learns it, and no second factor can be asked for: only for servers that know nothing else
/// (RFC 9700 section 2.4). Since 0.1.
pub const OAUTH_PASSWORD: i32 = 43;
/// Assertion for grants that take one, as the caller has got or made it: a JWT (RFC 7523 section 2.1), or a SAML 2.0
/// assertion in base64url (RFC 7522 section 2.1). A token that came for an assertion that says something else is not given
/// out; a JWT's iat, exp, nbf and jti do not count. Who has many people's sets OAUTH_ACCOUNT for each, too. Since 0.1.
pub const OAUTH_ASSERTION: i32 = 44;
/// Service account as its server hands it out, in JSON: `file:PATH` of a file of its owner's alone, `env:NAME`, or the JSON
/// itself. It is read at once and sets what it has, as a profile does; set it before the others. Known are Google's
/// (`service_account`), Zitadel's (`serviceaccount`), Box's, and the service keys of SAP's XSUAA. Since 0.1.
pub const OAUTH_SERVICE_ACCOUNT: i32 = 45;
/// Private key that signs assertions: `file:PATH` of a file of its owner's alone, `env:NAME` of an environment variable, or
/// the key itself. It is PEM of any kind (PKCS #8, PKCS #1, SEC 1), where `\n` may stand for a line end, or a JWK: RSA of
/// 2048, 3072 or 4096 bits, EC on P-256 or P-384, or Ed25519. Since 0.1.
pub const OAUTH_PRIVATE_KEY: i32 = 46;
/// What opens OAUTH_PRIVATE_KEY where it is an encrypted PKCS #8: `file:PATH`, `env:NAME`, or the password itself. Since 0.1.
pub const OAUTH_PRIVATE_KEY_PASSWORD: i32 = 47;
/// What the server calls the key: `kid` in the header of assertions. Unless set, that of the JWK. Since 0.1.
pub const OAUTH_KEY_ID: i32 = 48;
/// What assertions are signed with: `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384` or `EdDSA`, and
/// with the client's secret `HS256`, `HS384` or `HS512` (RFC 7518 section 3). Unless set, what fits the key. Since 0.1.
pub const OAUTH_SIGNING_ALG: i32 = 49;
/// More headers of requests for, refreshes of and revocations of tokens, such as a gateway's key: `Name: value`, one a
/// line, or `Name=value&Other=value`, a query string. One replaces ours of that name, such as Accept or User-Agent;
/// Authorization, the client's by Basic. Those that frame a request, such as Host or Content-Length, are refused. Since 0.1.
pub const OAUTH_TOKEN_HEADERS: i32 = 50;
/// Whom the token is for, as the server calls it: the parameter `audience`, of a sign-in and of a machine's grant. Since 0.1.
pub const OAUTH_AUDIENCE: i32 = 51;
/// URIs of what the token is for, with blanks between them: a parameter `resource` for each, in all requests (RFC 8707
/// section 2). Since 0.1.
pub const OAUTH_RESOURCE: i32 = 52;
/// More claims of the assertion that is made here, in the place of ours of the same name: a query string such as
/// `sub=me@example.com`, or a JSON object. They are the grant's where that is an assertion, and else the client's; an
/// empty value leaves a claim out. Since 0.1.
pub const OAUTH_ASSERTION_CLAIMS: i32 = 53;
/// Whom assertions are for, `aud`: unless set the token endpoint, `issuer` for OAUTH_ISSUER, or any text (RFC 7523 section
/// 3). Since 0.1.
pub const OAUTH_ASSERTION_AUDIENCE: i32 = 54;
/// Seconds that an assertion is good for, 1 to 86400; 300 unless set. Since 0.1.
pub const OAUTH_ASSERTION_EXPIRES_IN: i32 = 55;
/// Certificate of OAUTH_PRIVATE_KEY, as PEM: `file:PATH`, `env:NAME`, or itself. Its thumbprints stand in the header of
/// assertions, `x5t` and `x5t#S256`, as do those of one beside the key (RFC 7515 sections 4.1.7 and 4.1.8). Since 0.1.
pub const OAUTH_KEY_CERTIFICATE: i32 = 56;
/// How the client authenticates when it refreshes, where that is not as OAUTH_CLIENT_AUTH says: its words. Since 0.1.
pub const OAUTH_REFRESH_AUTH: i32 = 57;
/// What the server calls parameters of the authorization request, as a query string: `client_id=app_id&scope=scopes`. A
/// parameter without a name, as in `response_type=`, is left out. Since 0.1.
pub const OAUTH_AUTHORIZE_NAMES: i32 = 58;
/// What the server calls parameters of token requests and revocations, as a query string: `client_id=client_key`. A
/// parameter without a name, as in `client_secret=`, is left out. Since 0.1.
pub const OAUTH_TOKEN_NAMES: i32 = 59;
/// The same for refreshes; OAUTH_TOKEN_NAMES unless set. Since 0.1.
pub const OAUTH_REFRESH_NAMES: i32 = 60;
/// What the server calls parameters of its redirect, as a query string: `code=spapi_oauth_code&state=payload`. What has
/// another name is not taken under the usual one. Since 0.1.
pub const OAUTH_REDIRECT_NAMES: i32 = 61;
/// Where members of a token response stand that are called otherwise, as a query string such as
/// `access_token=accessJwt&expires_in=session.ttl`: each a path from OAUTH_RESPONSE_PATH. It goes for `access_token`,
/// `refresh_token`, `id_token`, `token_type`, `scope`, `expires_in` and `expires_at`; no other place is looked at then, and
/// for an empty one none at all. Since 0.1.
pub const OAUTH_RESPONSE_NAMES: i32 = 62;
/// `yes`: where the answer does not say when the access token expires, the `exp` of one that is a JWT does (RFC 7519
/// section 4.1.4). It is believed unchecked, for nothing but the time of the next refresh. Since 0.1.
pub const OAUTH_EXPIRES_FROM_JWT: i32 = 63;
/// Where an answer says that it is an error, from its top, such as `code` or `status.error`: what stands there is its
/// code, unless it is 0, empty, null, `false`, `ok`, `success` or their like, or one from 200 to 299, as of HTTP. Since 0.1.
pub const OAUTH_ERROR_PATH: i32 = 64;
/// Where an error's words stand, from the answer's top; usually they are found. Since 0.1.
pub const OAUTH_ERROR_TEXT_PATH: i32 = 65;
/// Error codes, with blanks between them (`%20` for one within), by which this server says that the code or the refresh
/// token is no longer good: a person must sign in. Usually that is understood by their words. Since 0.1.
pub const OAUTH_SIGN_IN_ERRORS: i32 = 66;
/// `yes`: the server may answer a refresh without a token, by which the old one lives on: for as long as the answer says,
/// or as it did before. With OAUTH_ERROR_PATH set, that has to say that all is well. Since 0.1.
pub const OAUTH_REFRESH_PROLONGS: i32 = 67;
/// Seconds before its end in which the server refreshes a token, for one that refuses to do so before. OAUTH_MIN_VALID is
/// no more than that then; `oauth_refresh` is refused earlier with OAUTH_ERROR_UNAVAILABLE and OAUTH_RETRY_AFTER, and
/// nothing is sent. A token that an API has rejected, or whose end is not known, is refreshed at any time. Since 0.1.
pub const OAUTH_REFRESH_WINDOW: i32 = 68;
/// `yes`: the code verifier is kept with the token, and sent with each refresh. Since 0.1.
pub const OAUTH_REFRESH_VERIFIER: i32 = 69;
/// `yes`: the fragment of OAUTH_AUTHORIZATION_ENDPOINT is a page's route, and the query goes behind it. Unless set, the
/// query goes before the fragment (RFC 3986 section 3). Since 0.1.
pub const OAUTH_QUERY_IN_FRAGMENT: i32 = 70;
/// Hosts, with blanks between them, of which a redirect may name one by OAUTH_TOKEN_HOST_PARAM: where people's data are in
/// several countries. The code goes to OAUTH_TOKEN_ENDPOINT's path at that host and its port, and so do refresh and
/// revocation. Another is refused. Since 0.1.
pub const OAUTH_TOKEN_HOSTS: i32 = 71;
/// The redirect's parameter that names the host, alone or as `https://host`, such as `accounts-server`. Where it is not
/// there, the host is OAUTH_TOKEN_ENDPOINT's. Since 0.1.
pub const OAUTH_TOKEN_HOST_PARAM: i32 = 72;
/// URL that says what a token is, or a path below OAUTH_BASE_URL (RFC 7662 section 2). Since 0.1.
pub const OAUTH_INTROSPECTION_ENDPOINT: i32 = 73;
/// URL of the server's public keys (a JWK Set, RFC 7517), or a path below OAUTH_BASE_URL: the signature of each ID token is
/// then checked by them. They are kept in the store for a day, and looked up anew where an ID token names another key, at
/// most once a minute. See OAUTH_FIELD_ID_TOKEN. Since 0.1.
pub const OAUTH_JWKS_URI: i32 = 78;
/// URL that says who has signed in, or a path below OAUTH_BASE_URL (OpenID Connect Core section 5.3). Since 0.1.
pub const OAUTH_USERINFO_ENDPOINT: i32 = 79;
/// URL of the page where a person signs out, or a path below OAUTH_BASE_URL (OpenID Connect RP-Initiated Logout).
/// Since 0.1.
pub const OAUTH_END_SESSION_ENDPOINT: i32 = 80;
/// Where the server sends the browser after that, as it is registered with the server. Since 0.1.
pub const OAUTH_POST_LOGOUT_REDIRECT_URI: i32 = 81;
/// Algorithms by which an ID token may be signed, with blanks between them, such as `ES256 EdDSA`. Not set: RS256, RS384,
/// RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA. HS256, HS384 and HS512, whose key is OAUTH_CLIENT_SECRET, count only
/// where they are named. Since 0.1.
pub const OAUTH_ID_TOKEN_ALG: i32 = 82;
/// Seconds by which the server's clock and ours may differ where an ID token's times are looked at; 60 where it is not set.
/// Since 0.1.
pub const OAUTH_CLOCK_SKEW: i32 = 83;
/// URL that gives device codes, or a path below OAUTH_BASE_URL: the `device_authorization_endpoint` of RFC 8628 section 4,
/// as `oauth_device_start` asks it. Since 0.1.
pub const OAUTH_DEVICE_ENDPOINT: i32 = 74;
/// How OAUTH_QR_CODE is drawn. `blocks` or `plain`: what is light of it, for bright letters on a dark screen; `inverse` or
/// `plain_inverse`: what is dark of it, for dark letters on a light screen or on paper. Drawn the wrong way round, many
/// phones do not read it. `blocks` and `inverse` put two rows into a line, by U+2580, U+2584 and U+2588, and need UTF-8;
/// the others have a line for each row, of `#` and blanks, two to a module, and need a screen or paper of more lines.
/// Usually `blocks`. Since 0.1.
pub const OAUTH_QR_STYLE: i32 = 75;
/// Lines that OAUTH_QR_CODE may have, 12 to 80; usually 24. Its width is up to 80 characters. Since 0.1.
pub const OAUTH_QR_LINES: i32 = 76;
/// More parameters for the request of `oauth_device_start`, as a query string; OAUTH_TOKEN_PARAMS are for the request
/// that polls. Since 0.1.
pub const OAUTH_DEVICE_PARAMS: i32 = 77;
/// Whether the person is asked, words with blanks between them: `none`, `login`, `consent`, `select_account`, or the
/// server's own (OpenID Connect Core section 3.1.2.1). Since 0.1.
pub const OAUTH_PROMPT: i32 = 84;
/// Seconds since the person has last signed in, after which the server asks again (OpenID Connect Core section 3.1.2.1).
/// Since 0.1.
pub const OAUTH_MAX_AGE: i32 = 85;
/// Who is about to sign in, such as an e-mail address: the server's page has it already (OpenID Connect Core section
/// 3.1.2.1). Since 0.1.
pub const OAUTH_LOGIN_HINT: i32 = 86;
/// Claims to ask for one by one: a JSON object such as `{"userinfo":{"email":null}}` (OpenID Connect Core section 5.5).
/// Since 0.1.
pub const OAUTH_CLAIMS: i32 = 87;
/// What the token is to be good for in detail: a JSON list of objects, each with its `type` (RFC 9396 section 2). It
/// stands in the authorization request, in one for a device or by CIBA, or in a machine's for a token; `oauth_field` reads
/// what was granted from the token's answer, `authorization_details`. Since 0.1.
pub const OAUTH_AUTHORIZATION_DETAILS: i32 = 88;
/// How the answer to a sign-in comes back: `query` (usual), `fragment`, or `form_post`, a form that the browser sends to
/// OAUTH_REDIRECT_URI, whose content is what `oauth_exchange_code` takes (OAuth 2.0 Multiple Response Type Encoding
/// Practices section 2.1, OAuth 2.0 Form Post Response Mode). Answers that are JWTs (JARM) cannot be read. Since 0.1.
pub const OAUTH_RESPONSE_MODE: i32 = 89;
/// Whether the authorization request is pushed to the server before the person goes there, whose URL then holds nothing
/// else than what the server calls it (RFC 9126): `yes`, `no`, or `auto` (usual): where the server says that it takes no
/// other. Since 0.1.
pub const OAUTH_PAR: i32 = 90;
/// URL that authorization requests are pushed to, or a path below OAUTH_BASE_URL (RFC 9126 section 2). Since 0.1.
pub const OAUTH_PAR_ENDPOINT: i32 = 91;
/// `signed`: the authorization request is a JWT that OAUTH_PRIVATE_KEY signs, for OAUTH_ISSUER or, where that is not set, for
/// OAUTH_ASSERTION_AUDIENCE, and for OAUTH_ASSERTION_EXPIRES_IN seconds; it stands in the URL, or is pushed (RFC 9101). `no`
/// is usual. Since 0.1.
pub const OAUTH_REQUEST_OBJECT: i32 = 92;
/// URL of the server's metadata, where it is not what OAUTH_ISSUER leads to: `ISSUER/.well-known/openid-configuration`
/// (OpenID Connect Discovery section 4), or `/.well-known/oauth-authorization-server` before the issuer's path (RFC 8414
/// section 3). Since 0.1.
pub const OAUTH_METADATA_URL: i32 = 97;
/// `yes`: tokens are bound to a key, such that who has stolen one cannot use it (RFC 9449); `required`: and an answer
/// with another token is refused; `no` unless set. The key is made with the first token and kept beside it, sealed as that
/// is: who renews it, in whichever process, has it, too. Requests for tokens and refreshes carry proofs; those to the API
/// get theirs by `oauth_request_headers`. A token that was bound stays so, whatever is set. Where the server gives a Bearer
/// all the same, `yes` takes it, and it is sent as one. It needs a build with the feature `sign`. Since 0.1.
pub const OAUTH_DPOP: i32 = 95;
/// What keys for OAUTH_DPOP are made for: `ES256` unless set, `ES384` or `EdDSA`. A key that is there stays until the next
/// sign-in. Since 0.1.
pub const OAUTH_DPOP_ALG: i32 = 96;
/// `yes`: the server is asked also for what its metadata say that it lacks. For servers that have more than they say; usually
/// that is OAUTH_ERROR_UNSUPPORTED before anything is sent. Since 0.1.
pub const OAUTH_ALLOW_UNSUPPORTED: i32 = 98;
/// URL at which the server is told to ask a person, or a path below OAUTH_BASE_URL: the
/// `backchannel_authentication_endpoint` of OpenID Connect CIBA Core section 4, as `oauth_ciba_start` asks it. Since 0.1.
pub const OAUTH_CIBA_ENDPOINT: i32 = 405;
/// What the person's telephone shows beside the question, such as a number that this screen shows, too: few letters and
/// digits (OpenID Connect CIBA Core section 7.1). Since 0.1.
pub const OAUTH_BINDING_MESSAGE: i32 = 406;
/// More parameters for the request of `oauth_ciba_start`, as a query string: `acr_values`, `requested_expiry`, the person's
/// `user_code`, or `login_hint_token` or `id_token_hint` in the place of OAUTH_LOGIN_HINT. Since 0.1.
pub const OAUTH_CIBA_PARAMS: i32 = 407;
/// URL at which `oauth_register` registers clients, or a path below OAUTH_BASE_URL (RFC 7591 section 3). Since 0.1.
pub const OAUTH_REGISTRATION_ENDPOINT: i32 = 99;
/// What `oauth_register` says of the client, a JSON object such as `{"client_name":"Invoices"}` (RFC 7591 section 2). What
/// it lacks is filled from other settings: `redirect_uris`, `grant_types`, `response_types`, `scope`, and
/// `token_endpoint_auth_method` from OAUTH_CLIENT_AUTH; null leaves a member out. A `software_statement` is one of its
/// members. Since 0.1.
pub const OAUTH_CLIENT_METADATA: i32 = 100;
/// Token without which the server registers nobody, as its operator gives it (RFC 7591 section 3). Since 0.1.
pub const OAUTH_INITIAL_ACCESS_TOKEN: i32 = 401;

// ---- properties: results, for oauth_get; an empty text where there is none ----

/// State of the last authorization URL (RFC 6749 section 4.1.1). Since 0.1.
pub const OAUTH_STATE: i32 = 101;
/// Access token as it is, refreshed or not; `oauth_access_token` gives a fresh one. Since 0.1.
pub const OAUTH_ACCESS_TOKEN: i32 = 102;
/// Refresh token. Since 0.1.
pub const OAUTH_REFRESH_TOKEN: i32 = 103;
/// ID token (OpenID Connect Core section 2): the newest that was checked or, where none was, the newest. What it says is
/// read with OAUTH_FIELD_ID_TOKEN. Since 0.1.
pub const OAUTH_ID_TOKEN: i32 = 104;
/// Token type, as the server wrote it; `Bearer` where it wrote none. A token of another type, such as `mac` or `DPoP`, is
/// kept and renewed, but `oauth_bearer_header` does not send it as a Bearer: see `oauth_request_headers`. Since 0.1.
pub const OAUTH_TOKEN_TYPE: i32 = 105;
/// When the access token expires, such as `2026-01-31T12:00:00Z` (RFC 3339); empty where unknown. Since 0.1.
pub const OAUTH_EXPIRES_AT: i32 = 106;
/// Scopes that the token has, as the server wrote them; what was asked for where it wrote none. Since 0.1.
pub const OAUTH_GRANTED_SCOPE: i32 = 107;
/// Of the last failure: the server's error code, such as `invalid_grant`; empty where it has none. Since 0.1.
pub const OAUTH_ERROR: i32 = 108;
/// Of the last failure: the server's words, in whichever member it wrote them, or as a line of text. Since 0.1.
pub const OAUTH_ERROR_DESCRIPTION: i32 = 109;
/// Of the last failure: the server's page about it. Since 0.1.
pub const OAUTH_ERROR_URI: i32 = 110;
/// Of the last failure: the HTTP status, where there was an answer. Since 0.1.
pub const OAUTH_HTTP_STATUS: i32 = 111;
/// Of the last failure: seconds to wait before the next try, where the server said so (RFC 9110 section 10.2.3). Since 0.1.
pub const OAUTH_RETRY_AFTER: i32 = 112;
/// The `nonce` of the last sign-in's URL (OpenID Connect Core section 3.1.2.1): one that was made here where OAUTH_SCOPE
/// has `openid`, or else the one of OAUTH_AUTHORIZE_PARAMS. Since 0.1.
pub const OAUTH_NONCE: i32 = 113;
/// How often the token's record has been renewed: a number that grows. Since 0.1.
pub const OAUTH_GENERATION: i32 = 114;
/// The token's whole record as one text of some kilobytes, for a program that keeps it in a database of its own;
/// sealed where OAUTH_STORE_KEY is set. It can be set, too: see `oauth_import_token`. Since 0.1.
pub const OAUTH_TOKEN_RECORD: i32 = 115;
/// One line for a person: whose token it is, of which server, until when it is valid, which process renewed it
/// last, what went wrong last. No secret is in it. Since 0.1.
pub const OAUTH_STATUS_LINE: i32 = 116;
/// Which key the token is bound to, or its refresh token: the thumbprint of the public one (RFC 7638, RFC 9449 section 6).
/// Since 0.1.
pub const OAUTH_DPOP_JKT: i32 = 132;
/// The `state` of the last URL of `oauth_end_session_url`, which comes back to OAUTH_POST_LOGOUT_REDIRECT_URI. Since 0.1.
pub const OAUTH_END_SESSION_STATE: i32 = 128;
/// The code that a person types at OAUTH_VERIFICATION_URI, from `oauth_device_start` until it is of no use any more (RFC
/// 8628 section 3.2). Any job of the same store reads it. Since 0.1.
pub const OAUTH_USER_CODE: i32 = 121;
/// Where a person types OAUTH_USER_CODE. It is https, or on this machine. Since 0.1.
pub const OAUTH_VERIFICATION_URI: i32 = 122;
/// The same with the code in it (`verification_uri_complete`); empty where the server sends none. The person compares the
/// code all the same: show it (RFC 8628 section 3.3.1). Since 0.1.
pub const OAUTH_VERIFICATION_COMPLETE: i32 = 123;
/// OAUTH_VERIFICATION_COMPLETE as a QR code for a telephone, or OAUTH_VERIFICATION_URI where there is none or it is too
/// long. Lines of the same length, each ended by LF, as OAUTH_QR_STYLE and OAUTH_QR_LINES say; up to 10 KB. On 24 lines
/// `blocks` has room for 154 bytes, and `plain` for 17: OAUTH_ERROR_QR says how many lines it takes. Since 0.1.
pub const OAUTH_QR_CODE: i32 = 124;
/// Until when a person can agree, such as `2026-01-31T12:00:00Z` (RFC 3339); empty where the server does not say. Since 0.1.
pub const OAUTH_DEVICE_EXPIRES_AT: i32 = 125;
