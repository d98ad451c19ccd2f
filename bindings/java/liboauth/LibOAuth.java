package liboauth;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;

/**
 * The functions of the C header of liboauth 0.1.0, for JNA 5, and its constants.
 * {@link OAuthClient} is a class over them.
 *
 * <p>A text in is UTF-8 and its length, or with a NUL behind it OAUTH_NUL_TERMINATED; a text out
 * is a buffer and its capacity. The sentence of an error is the thread's that has got it.
 *
 * <p>Made by `cargo run -p liboauth-bindings` from src/constants, src/ffi and a template.
 */
public interface LibOAuth extends Library {

    /**
     * The library, loaded on the first call; each function is looked up when it is first called. It
     * is looked for where jna.library.path says, and then where the system does.
     */
    LibOAuth INSTANCE = Found.load();

    // ---- text ----

    /**
     * A text's length: up to the NUL that ends it, taken as it is. Since 0.1.
     */
    int OAUTH_NUL_TERMINATED = -1;

    // ---- why there is no answer: what every function can return instead of one ----

    /**
     * Not a failure: send the HTTP request that oauth_http_request describes and give its
     * answer to oauth_http_response. Only with OAUTH_HTTP set to "caller". A second
     * operation of the client by the same thread gives the waiting request up: tasks that
     * share threads hold a lock of their own from an operation to its last answer.
     * Since 0.1.
     */
    int OAUTH_HTTP_NEEDED = -2;
    /**
     * Not a failure: whoever is waited for has not come yet. Call the same function again;
     * oauth_device_poll when OAUTH_RETRY_AFTER seconds are over. Since 0.1.
     */
    int OAUTH_PENDING = -3;

    // The caller's mistake: -100 to -199.

    /**
     * The handle was never given out, or its client is closed. Since 0.1.
     */
    int OAUTH_ERROR_HANDLE = -100;
    /**
     * The buffer is too small; it holds an empty text. Nothing is lost: call again with a
     * larger one. A capacity of 0 asks for the length. Since 0.1.
     */
    int OAUTH_ERROR_BUFFER = -101;
    /**
     * A text or a buffer is a null pointer. Since 0.1.
     */
    int OAUTH_ERROR_NULL = -102;
    /**
     * A length or a capacity is negative (and not OAUTH_NUL_TERMINATED), or a text is
     * longer than 1 MiB. Since 0.1.
     */
    int OAUTH_ERROR_LENGTH = -103;
    /**
     * A text is not UTF-8. Since 0.1.
     */
    int OAUTH_ERROR_ENCODING = -104;
    /**
     * No property, or no part of a request, has this number, or it is a result that cannot
     * be set. Since 0.1.
     */
    int OAUTH_ERROR_PROPERTY = -105;
    /**
     * The text makes no sense as the value of this property. Since 0.1.
     */
    int OAUTH_ERROR_VALUE = -106;
    /**
     * A call out of order: no authorization is pending, it has had its code already, no
     * request waits for a response, or the client is somebody else's before the call that
     * waited could go on. Since 0.1.
     */
    int OAUTH_ERROR_SEQUENCE = -107;
    /**
     * Another thread's request to the server is under way: in the caller's own HTTP, or
     * with the same code. Call again later. Since 0.1.
     */
    int OAUTH_ERROR_BUSY = -108;
    /**
     * No authorization code can be found in the text, or more than one. Since 0.1.
     */
    int OAUTH_ERROR_CODE = -109;
    /**
     * The state that came back is not the one that was sent, or none came: not our
     * authorization request, perhaps a forged redirect (RFC 6749 section 10.12). Nothing
     * was sent. Since 0.1.
     */
    int OAUTH_ERROR_STATE = -110;
    /**
     * The redirect comes from another issuer than OAUTH_ISSUER, or from none that is named
     * although OAUTH_REQUIRE_ISS is set (RFC 9207). Since 0.1.
     */
    int OAUTH_ERROR_ISSUER = -111;
    /**
     * Too many clients are open, or this process has opened too many. Since 0.1.
     */
    int OAUTH_ERROR_LIMIT = -112;
    /**
     * oauth_stop_waiting, or the end of its client, has ended the call. Since 0.1.
     */
    int OAUTH_ERROR_CANCELLED = -113;

    // Configuration: -200 to -299.

    /**
     * A property that this operation needs is not set. Since 0.1.
     */
    int OAUTH_ERROR_MISSING = -200;
    /**
     * The profile does not exist, or its file is wrong: oauth_error_text names file, line
     * and key. Since 0.1.
     */
    int OAUTH_ERROR_PROFILE = -201;
    /**
     * A URL is http:// and not on loopback, and OAUTH_ALLOW_HTTP is not set; or
     * OAUTH_REDIRECT_URI has a scheme that is not safe, and OAUTH_ALLOW_REDIRECT_URI does
     * not name it. Since 0.1.
     */
    int OAUTH_ERROR_INSECURE = -202;
    /**
     * A CA file, a certificate, a private key or a service account cannot be read or used,
     * or others can read it; or OAUTH_SIGNING_ALG does not fit the key. Since 0.1.
     */
    int OAUTH_ERROR_CERTIFICATE = -203;
    /**
     * The server says of itself that it lacks what the settings ask for: an endpoint, a
     * PKCE method, a way to authenticate, a grant, a response type (RFC 8414 section 2).
     * Nothing was sent. Since 0.1.
     */
    int OAUTH_ERROR_UNSUPPORTED = -204;
    /**
     * The port of OAUTH_REDIRECT_URI cannot be listened on: another program has it, it is
     * kept for the system, or the URI is not on loopback (RFC 8252 section 7.3). Since 0.1.
     */
    int OAUTH_ERROR_PORT = -205;

    // Network: -300 to -399.

    /**
     * The server's name cannot be resolved. Since 0.1.
     */
    int OAUTH_ERROR_RESOLVE = -300;
    /**
     * No connection to the server or the proxy; where the proxy refuses, trying again does
     * not help. Since 0.1.
     */
    int OAUTH_ERROR_CONNECT = -301;
    /**
     * No secure connection: the server's certificate is not trusted, or TLS failed.
     * Since 0.1.
     */
    int OAUTH_ERROR_TLS = -302;
    /**
     * No answer within OAUTH_TIMEOUT seconds. Since 0.1.
     */
    int OAUTH_ERROR_TIMEOUT = -303;
    /**
     * The connection broke before the answer was complete. Since 0.1.
     */
    int OAUTH_ERROR_DISCONNECTED = -304;
    /**
     * The server is there but cannot serve now: status 408, 429 or 5xx; or it is too early
     * to ask it. See OAUTH_RETRY_AFTER. Since 0.1.
     */
    int OAUTH_ERROR_UNAVAILABLE = -305;

    // Refused by the authorization server: -400 to -499, one per error code of the RFCs.

    /**
     * "invalid_request" (RFC 6749 sections 4.1.2.1 and 5.2). Of a refresh token, unless it
     * speaks of the client, it is OAUTH_ERROR_SIGN_IN instead. Since 0.1.
     */
    int OAUTH_ERROR_INVALID_REQUEST = -400;
    /**
     * "invalid_client": client_id, client_secret or OAUTH_CLIENT_AUTH is wrong (RFC 6749
     * section 5.2). Since 0.1.
     */
    int OAUTH_ERROR_INVALID_CLIENT = -401;
    /**
     * "invalid_grant": the code is wrong, used or too old (RFC 6749 section 5.2), or what a
     * machine's grant is made of, such as a password or an assertion. A refused refresh
     * token is OAUTH_ERROR_SIGN_IN instead. Since 0.1.
     */
    int OAUTH_ERROR_INVALID_GRANT = -402;
    /**
     * "unauthorized_client" (RFC 6749 sections 4.1.2.1 and 5.2). Since 0.1.
     */
    int OAUTH_ERROR_UNAUTHORIZED = -403;
    /**
     * "unsupported_grant_type": the server does not know OAUTH_GRANT_TYPE, or not for this
     * client (RFC 6749 section 5.2). Since 0.1.
     */
    int OAUTH_ERROR_UNSUPPORTED_GRANT = -404;
    /**
     * "invalid_scope" (RFC 6749 sections 4.1.2.1 and 5.2). Since 0.1.
     */
    int OAUTH_ERROR_INVALID_SCOPE = -405;
    /**
     * "access_denied": the person, or the server, said no (RFC 6749 section 4.1.2.1).
     * Since 0.1.
     */
    int OAUTH_ERROR_ACCESS_DENIED = -406;
    /**
     * "unsupported_response_type" (RFC 6749 section 4.1.2.1). Since 0.1.
     */
    int OAUTH_ERROR_RESPONSE_TYPE = -407;
    /**
     * "server_error" (RFC 6749 section 4.1.2.1). Since 0.1.
     */
    int OAUTH_ERROR_SERVER_ERROR = -408;
    /**
     * "temporarily_unavailable" (RFC 6749 section 4.1.2.1). Since 0.1.
     */
    int OAUTH_ERROR_TEMP_UNAVAILABLE = -409;
    /**
     * "unsupported_token_type": the server does not revoke tokens of that type (RFC 7009
     * section 2.2.1). Since 0.1.
     */
    int OAUTH_ERROR_UNSUPPORTED_TOKEN = -410;
    /**
     * "expired_token": nobody has agreed in time, by the server's clock or ours (RFC 8628
     * section 3.5). Begin again with oauth_device_start or oauth_ciba_start. Since 0.1.
     */
    int OAUTH_ERROR_EXPIRED_TOKEN = -411;
    /**
     * "invalid_target": OAUTH_RESOURCE or OAUTH_AUDIENCE names what the server does not
     * know (RFC 8707 section 2). Since 0.1.
     */
    int OAUTH_ERROR_INVALID_TARGET = -413;
    /**
     * "invalid_request_object", "invalid_request_uri", "request_not_supported" or
     * "request_uri_not_supported": a request that was signed or pushed is refused, or has
     * become too old (RFC 9101 section 7). Since 0.1.
     */
    int OAUTH_ERROR_REQUEST_OBJECT = -414;
    /**
     * "invalid_dpop_proof", or "use_dpop_nonce" again and again: a proof of OAUTH_DPOP is
     * not taken (RFC 9449). Since 0.1.
     */
    int OAUTH_ERROR_INVALID_DPOP = -415;
    /**
     * "invalid_authorization_details": what OAUTH_AUTHORIZATION_DETAILS says is not as the
     * server has it (RFC 9396 section 5). Since 0.1.
     */
    int OAUTH_ERROR_AUTH_DETAILS = -416;
    /**
     * "invalid_token": an endpoint such as OAUTH_USERINFO_ENDPOINT does not take the access
     * token (RFC 6750 section 3.1). The next call gets another one first. Since 0.1.
     */
    int OAUTH_ERROR_INVALID_TOKEN = -419;
    /**
     * "insufficient_scope": the access token is good, and not for that (RFC 6750 section
     * 3.1). Since 0.1.
     */
    int OAUTH_ERROR_SCOPE = -420;
    /**
     * "invalid_redirect_uri": the server registers no client with OAUTH_REDIRECT_URI (RFC
     * 7591 section 3.2.2). Since 0.1.
     */
    int OAUTH_ERROR_INVALID_REDIRECT = -417;
    /**
     * "invalid_client_metadata": nor with OAUTH_CLIENT_METADATA (RFC 7591 section 3.2.2).
     * Since 0.1.
     */
    int OAUTH_ERROR_INVALID_METADATA = -418;
    /**
     * Another error code than those of the RFCs; OAUTH_ERROR has its name, and
     * oauth_error_action tells by its words what it means: in a redirect, a person's no.
     * Since 0.1.
     */
    int OAUTH_ERROR_REFUSED = -498;
    /**
     * No usable token: a person must sign in (again). The server has refused the refresh
     * token, in whatever words, or there is none. What was refused is not sent again for a
     * while, by no job: oauth_refresh asks at once. Since 0.1.
     */
    int OAUTH_ERROR_SIGN_IN = -499;

    // The answer is not understood: -500 to -599.

    /**
     * The server's answer is not a token response: no HTTP, a web page, cut off, without an
     * access token. It is not asked for again: a new token may have been in it. Or the
     * token is of a type that cannot be sent as "Bearer". Since 0.1.
     */
    int OAUTH_ERROR_RESPONSE = -500;
    /**
     * The server's answer is larger than 1 MiB. Since 0.1.
     */
    int OAUTH_ERROR_TOO_LARGE = -501;
    /**
     * What was sent has no member of that name, or null there; see oauth_field. Since 0.1.
     */
    int OAUTH_ERROR_NO_FIELD = -502;
    /**
     * The server's metadata, or its keys, cannot be found or used, or they are another
     * issuer's. Since 0.1.
     */
    int OAUTH_ERROR_METADATA = -504;
    /**
     * The ID token is not what was asked for: of another issuer, client or sign-in, too
     * old, or not signed by the server (OpenID Connect Core section 3.1.3.7). The tokens
     * that came with it are not kept. Or a claim was asked for of one that was not checked:
     * see OAUTH_FIELD_ID_TOKEN. Since 0.1.
     */
    int OAUTH_ERROR_ID_TOKEN = -503;
    /**
     * The address is too long for a QR code of so many lines: see OAUTH_QR_CODE. Since 0.1.
     */
    int OAUTH_ERROR_QR = -505;

    // Storage: -600 to -699.

    /**
     * The store cannot be read or written. A token in memory is still given out. Since 0.1.
     */
    int OAUTH_ERROR_STORE = -600;
    /**
     * The store's folder or file is open to other users, as is a folder above it, or is a
     * symbolic link. Since 0.1.
     */
    int OAUTH_ERROR_STORE_UNSAFE = -601;
    /**
     * The stored record is damaged or of a newer format. It is left as it is. Since 0.1.
     */
    int OAUTH_ERROR_STORE_FORMAT = -602;
    /**
     * Another process has been refreshing for longer than OAUTH_LOCK_TIMEOUT;
     * oauth_error_text names it. Since 0.1.
     */
    int OAUTH_ERROR_LOCK = -603;
    /**
     * OAUTH_STORE_KEY is not the key that the record was sealed with, or is no key, or
     * cannot be read; or it is set and the record is not sealed, and
     * OAUTH_STORE_ALLOW_PLAIN is not set. The record is left as it is. Since 0.1.
     */
    int OAUTH_ERROR_STORE_KEY = -604;
    /**
     * The token is not of the generation that was expected: somebody has renewed it. Read
     * it again. Since 0.1.
     */
    int OAUTH_ERROR_GENERATION = -605;

    // The bridge's, on IBM i only: -800 to -899. See bindings/ibmi/README.md.

    /**
     * PASE cannot be started in this job, or a call into it failed: the job's log says why.
     * Since 0.1.
     */
    int OAUTH_ERROR_PASE = -800;
    /**
     * A 32-bit PASE is active in this job, and the library is 64-bit: call it before
     * whatever starts that one, or in a job of its own. Since 0.1.
     */
    int OAUTH_ERROR_PASE_32 = -801;
    /**
     * The library for PASE, or a function in it, was not found: it is not installed where
     * the bridge looks, or is older than the bridge. Since 0.1.
     */
    int OAUTH_ERROR_LIBRARY = -802;
    /**
     * A text cannot be converted between the caller's CCSID and UTF-8: a character has no
     * place there, or the system knows no such conversion. Since 0.1.
     */
    int OAUTH_ERROR_CCSID = -803;

    // Internal: -900 to -999.

    /**
     * A fault in the library; please report its text. Since 0.1.
     */
    int OAUTH_ERROR_INTERNAL = -900;
    /**
     * The system gave no randomness. Since 0.1.
     */
    int OAUTH_ERROR_SYSTEM = -901;

    // ---- what to do now: oauth_error_action ----

    /**
     * Nothing. Since 0.1.
     */
    int OAUTH_ACTION_NONE = 0;
    /**
     * Try again later: a fault that passes. Since 0.1.
     */
    int OAUTH_ACTION_RETRY = 1;
    /**
     * A person must sign in again, beginning with oauth_build_authorize_url. Since 0.1.
     */
    int OAUTH_ACTION_SIGN_IN = 2;
    /**
     * Mend the configuration or the program: trying again will not help. Since 0.1.
     */
    int OAUTH_ACTION_FIX = 3;

    // ---- properties: settings, for oauth_set and oauth_get ----

    /**
     * Known server whose settings to take over, all at once, such as "stamps";
     * "docs/known-servers.md" lists them. Set it first. Since 0.1.
     */
    int OAUTH_PROFILE = 1;
    /**
     * What every endpoint that begins with "/" is appended to, such as
     * "https://example.com/tenant". Since 0.1.
     */
    int OAUTH_BASE_URL = 2;
    /**
     * Issuer identifier, letter for letter as the server writes it; a redirect that names
     * another is refused (RFC 9207). An endpoint that is not set is then the one of the
     * server's metadata, which are looked up when an operation first needs them, and kept
     * in OAUTH_STORE (RFC 8414): see oauth_discover. Since 0.1.
     */
    int OAUTH_ISSUER = 3;
    /**
     * URL of the page where a person signs in, or a path below OAUTH_BASE_URL (RFC 6749
     * section 3.1). Since 0.1.
     */
    int OAUTH_AUTHORIZATION_ENDPOINT = 4;
    /**
     * URL that gives tokens, or a path below OAUTH_BASE_URL (RFC 6749 section 3.2).
     * Since 0.1.
     */
    int OAUTH_TOKEN_ENDPOINT = 5;
    /**
     * URL that refreshes, where it is not the token endpoint. Since 0.1.
     */
    int OAUTH_REFRESH_ENDPOINT = 6;
    /**
     * The client's identifier at the authorization server (RFC 6749 section 2.2).
     * Since 0.1.
     */
    int OAUTH_CLIENT_ID = 7;
    /**
     * The client's secret (RFC 6749 section 2.3.1). Since 0.1.
     */
    int OAUTH_CLIENT_SECRET = 8;
    /**
     * How the client authenticates: "client_secret_basic" (usual with a secret),
     * "client_secret_post" (usual with one where the server's metadata have that and not
     * Basic), "client_secret_jwt", "private_key_jwt" (usual with OAUTH_PRIVATE_KEY and no
     * secret, unless that signs the grant), "tls_client_auth" or
     * "self_signed_tls_client_auth" with OAUTH_CLIENT_CERT_FILE, or "none" (RFC 6749
     * section 2.3, RFC 7523 section 2.2, RFC 8705). A token that came by TLS may be bound
     * to the certificate: call the API with the same one. Since 0.1.
     */
    int OAUTH_CLIENT_AUTH = 9;
    /**
     * How Basic encodes client_id and client_secret first: "form" (RFC 6749), "raw", or
     * "percent". Since 0.1.
     */
    int OAUTH_BASIC_ENCODING = 10;
    /**
     * Where the parameters of a token request stand: "form" (RFC 6749), "json", "query", or
     * "get": in the query of a GET. Since 0.1.
     */
    int OAUTH_REQUEST_BODY = 11;
    /**
     * Where the browser is sent with the code (RFC 6749 section 3.1.2): https, http on
     * loopback, an application's own scheme, or "urn:ietf:wg:oauth:2.0:oob"; others as
     * OAUTH_ALLOW_REDIRECT_URI says. On loopback port 0 stands for one that is free: see
     * oauth_await_redirect. Since 0.1.
     */
    int OAUTH_REDIRECT_URI = 12;
    /**
     * Scopes to ask for, with blanks between them (RFC 6749 section 3.3). Since 0.1.
     */
    int OAUTH_SCOPE = 13;
    /**
     * What stands between scopes in a request: "space" (RFC 6749), "comma", or one
     * character. Since 0.1.
     */
    int OAUTH_SCOPE_SEPARATOR = 14;
    /**
     * Response type, sent as it is; "code" unless set (RFC 6749 section 3.1.1). Since 0.1.
     */
    int OAUTH_RESPONSE_TYPE = 15;
    /**
     * Proof key: "S256" (usual), "plain", or "off" (RFC 7636). Since 0.1.
     */
    int OAUTH_PKCE = 16;
    /**
     * More parameters of the authorization request, as a query string; one that is there
     * already is replaced. Since 0.1.
     */
    int OAUTH_AUTHORIZE_PARAMS = 17;
    /**
     * More parameters of a code's exchange or a machine's grant, as a query string; one
     * that is there already is replaced. Since 0.1.
     */
    int OAUTH_TOKEN_PARAMS = 18;
    /**
     * More parameters of a refresh, as a query string; one that is there already is
     * replaced. Since 0.1.
     */
    int OAUTH_REFRESH_PARAMS = 19;
    /**
     * Where in an answer the token's members stand, such as "data", "body.token" or, of a
     * list, "data.0"; usually at the top. Since 0.1.
     */
    int OAUTH_RESPONSE_PATH = 20;
    /**
     * Unit of "expires_in": "seconds" (RFC 6749), "milliseconds", "minutes", "hours" or
     * "days". A text such as "177:05:38" or "PT1H" (ISO 8601) says it itself. Since 0.1.
     */
    int OAUTH_EXPIRES_IN_UNIT = 21;
    /**
     * Where tokens live: "memory:" (usual), or "file:FOLDER", which is made if it is not
     * there. A relative folder is below the current one at the time of the call; "~" has no
     * meaning. The folder is this user's, every folder above it this user's or root's, and
     * nobody else can write to any of them, but for a sticky one above such as "/tmp".
     * Since 0.1.
     */
    int OAUTH_STORE = 22;
    /**
     * Whose token it is, for stores that keep several: any text. Since 0.1.
     */
    int OAUTH_ACCOUNT = 23;
    /**
     * Seconds that a token must still be valid to be given out; unless set 30, but no more
     * than half of its life. One that lives, but not for so long, is renewed by whoever
     * asks first; others get it meanwhile. Since 0.1.
     */
    int OAUTH_MIN_VALID = 24;
    /**
     * Seconds that an operation may take from its first request to the last answer, 1 to
     * 3600; 30 unless set. Tries after a fault that passes are included, and a pause that
     * the server has asked an earlier job for. Since 0.1.
     */
    int OAUTH_TIMEOUT = 25;
    /**
     * PEM file of the certificate authorities to trust, or of the server's own certificate;
     * the system's authorities unless set. Since 0.1.
     */
    int OAUTH_CA_FILE = 26;
    /**
     * PEM file of the certificate that the client shows to the server, chain included.
     * Since 0.1.
     */
    int OAUTH_CLIENT_CERT_FILE = 27;
    /**
     * PEM file of that certificate's private key. Since 0.1.
     */
    int OAUTH_CLIENT_KEY_FILE = 28;
    /**
     * "http://[user:password@]host:port", "none" (usual), or "env" to read the
     * environment's as curl does, with names and networks in "no_proxy". Since 0.1.
     */
    int OAUTH_PROXY = 29;
    /**
     * Who sends the requests: "builtin", or "caller" (see oauth_http_request). Since 0.1.
     */
    int OAUTH_HTTP = 30;
    /**
     * "yes" allows http:// to other hosts than loopback: whoever is on the way can read the
     * tokens. Since 0.1.
     */
    int OAUTH_ALLOW_HTTP = 31;
    /**
     * Key that stored tokens are sealed with: "env:NAME" of an environment variable,
     * "file:PATH" of a file of its owner's alone, or the key itself. It is 32 random bytes
     * in hexadecimal or base64, such as "openssl rand -hex 32" prints; a password is
     * refused, as it can be guessed. Empty (usual): not sealed. Since 0.1.
     */
    int OAUTH_STORE_KEY = 32;
    /**
     * The key before: what is sealed with it can still be read, and is sealed with
     * OAUTH_STORE_KEY when it is next written, or by oauth_store_reseal. Written as
     * OAUTH_STORE_KEY is. Since 0.1.
     */
    int OAUTH_STORE_OLD_KEY = 33;
    /**
     * Seconds to wait for another process that is refreshing the same token, 0 to 3600; 60
     * unless set. Since 0.1.
     */
    int OAUTH_LOCK_TIMEOUT = 34;
    /**
     * Seconds that a token is taken to live where the server does not say; unless set it is
     * used until an API refuses it. Since 0.1.
     */
    int OAUTH_ASSUME_EXPIRES_IN = 35;
    /**
     * Seconds that the store keeps a pending authorization, 60 to 31536000; 172800, two
     * days, unless set. Since 0.1.
     */
    int OAUTH_PENDING_EXPIRES_IN = 36;
    /**
     * URL that revokes tokens, or a path below OAUTH_BASE_URL (RFC 7009). Since 0.1.
     */
    int OAUTH_REVOCATION_ENDPOINT = 37;
    /**
     * "yes" demands "iss" in each answer to a sign-in, equal to OAUTH_ISSUER (RFC 9207
     * section 2.4): for servers that send it, but for those whose metadata say so: they are
     * held to it without that. A code alone is refused then. Since 0.1.
     */
    int OAUTH_REQUIRE_ISS = 38;
    /**
     * Schemes that OAUTH_REDIRECT_URI may have although they are not safe, with blanks
     * between them: "http" lets others on the way read the code, "javascript" and its like
     * are run by the browser. Since 0.1.
     */
    int OAUTH_ALLOW_REDIRECT_URI = 39;
    /**
     * "yes": what is not sealed is read though OAUTH_STORE_KEY is set, and sealed when it
     * is next written, or by oauth_store_reseal. For the time in which a store is sealed
     * that was not: whoever can write to the store can put such a record there, with a
     * token of his own. Since 0.1.
     */
    int OAUTH_STORE_ALLOW_PLAIN = 40;
    /**
     * How tokens are come by: "authorization_code" (usual: a person signs in), or without a
     * person "client_credentials", "password",
     * "urn:ietf:params:oauth:grant-type:jwt-bearer",
     * "urn:ietf:params:oauth:grant-type:saml2-bearer",
     * "urn:ietf:params:oauth:grant-type:token-exchange", or a vendor's by its name. Then
     * oauth_bearer_header asks for a token when there is none, and it is stored and shared
     * as any other: one for each grant, OAUTH_SCOPE, OAUTH_AUDIENCE and OAUTH_RESOURCE. A
     * refresh token that comes along is used first (RFC 6749 sections 4.3 and 4.4).
     * Since 0.1.
     */
    int OAUTH_GRANT_TYPE = 41;
    /**
     * Username for grants that take one, such as "password" (RFC 6749 section 4.3), and of
     * the mailbox for oauth_sasl_response. Since 0.1.
     */
    int OAUTH_USERNAME = 42;
    /**
     * Its password. The program learns it, and no second factor can be asked for: only for
     * servers that know nothing else (RFC 9700 section 2.4). Since 0.1.
     */
    int OAUTH_PASSWORD = 43;
    /**
     * Assertion for grants that take one, as the caller has got or made it: a JWT (RFC 7523
     * section 2.1), or a SAML 2.0 assertion in base64url (RFC 7522 section 2.1). A token
     * that came for an assertion that says something else is not given out; a JWT's iat,
     * exp, nbf and jti do not count. Who has many people's sets OAUTH_ACCOUNT for each,
     * too. Since 0.1.
     */
    int OAUTH_ASSERTION = 44;
    /**
     * Service account as its server hands it out, in JSON: "file:PATH" of a file of its
     * owner's alone, "env:NAME", or the JSON itself. It is read at once and sets what it
     * has, as a profile does; set it before the others. Known are Google's
     * ("service_account"), Zitadel's ("serviceaccount"), Box's, and the service keys of
     * SAP's XSUAA. Since 0.1.
     */
    int OAUTH_SERVICE_ACCOUNT = 45;
    /**
     * Private key that signs assertions: "file:PATH" of a file of its owner's alone,
     * "env:NAME" of an environment variable, or the key itself. It is PEM of any kind (PKCS
     * #8, PKCS #1, SEC 1), where "\n" may stand for a line end, or a JWK: RSA of 2048, 3072
     * or 4096 bits, EC on P-256 or P-384, or Ed25519. Since 0.1.
     */
    int OAUTH_PRIVATE_KEY = 46;
    /**
     * What opens OAUTH_PRIVATE_KEY where it is an encrypted PKCS #8: "file:PATH",
     * "env:NAME", or the password itself. Since 0.1.
     */
    int OAUTH_PRIVATE_KEY_PASSWORD = 47;
    /**
     * What the server calls the key: "kid" in the header of assertions. Unless set, that of
     * the JWK. Since 0.1.
     */
    int OAUTH_KEY_ID = 48;
    /**
     * What assertions are signed with: "RS256", "RS384", "RS512", "PS256", "PS384",
     * "PS512", "ES256", "ES384" or "EdDSA", and with the client's secret "HS256", "HS384"
     * or "HS512" (RFC 7518 section 3). Unless set, what fits the key. Since 0.1.
     */
    int OAUTH_SIGNING_ALG = 49;
    /**
     * More headers of requests for, refreshes of and revocations of tokens, such as a
     * gateway's key: "Name: value", one a line, or "Name=value&amp;Other=value", a query
     * string. One replaces ours of that name, such as Accept or User-Agent; Authorization,
     * the client's by Basic. Those that frame a request, such as Host or Content-Length,
     * are refused. Since 0.1.
     */
    int OAUTH_TOKEN_HEADERS = 50;
    /**
     * Whom the token is for, as the server calls it: the parameter "audience", of a sign-in
     * and of a machine's grant. Since 0.1.
     */
    int OAUTH_AUDIENCE = 51;
    /**
     * URIs of what the token is for, with blanks between them: a parameter "resource" for
     * each, in all requests (RFC 8707 section 2). Since 0.1.
     */
    int OAUTH_RESOURCE = 52;
    /**
     * More claims of the assertion that is made here, in the place of ours of the same
     * name: a query string such as "sub=me@example.com", or a JSON object. They are the
     * grant's where that is an assertion, and else the client's; an empty value leaves a
     * claim out. Since 0.1.
     */
    int OAUTH_ASSERTION_CLAIMS = 53;
    /**
     * Whom assertions are for, "aud": unless set the token endpoint, "issuer" for
     * OAUTH_ISSUER, or any text (RFC 7523 section 3). Since 0.1.
     */
    int OAUTH_ASSERTION_AUDIENCE = 54;
    /**
     * Seconds that an assertion is good for, 1 to 86400; 300 unless set. Since 0.1.
     */
    int OAUTH_ASSERTION_EXPIRES_IN = 55;
    /**
     * Certificate of OAUTH_PRIVATE_KEY, as PEM: "file:PATH", "env:NAME", or itself. Its
     * thumbprints stand in the header of assertions, "x5t" and "x5t#S256", as do those of
     * one beside the key (RFC 7515 sections 4.1.7 and 4.1.8). Since 0.1.
     */
    int OAUTH_KEY_CERTIFICATE = 56;
    /**
     * How the client authenticates when it refreshes, where that is not as
     * OAUTH_CLIENT_AUTH says: its words. Since 0.1.
     */
    int OAUTH_REFRESH_AUTH = 57;
    /**
     * What the server calls parameters of the authorization request, as a query string:
     * "client_id=app_id&amp;scope=scopes". A parameter without a name, as in "response_type=",
     * is left out. Since 0.1.
     */
    int OAUTH_AUTHORIZE_NAMES = 58;
    /**
     * What the server calls parameters of token requests and revocations, as a query
     * string: "client_id=client_key". A parameter without a name, as in "client_secret=",
     * is left out. Since 0.1.
     */
    int OAUTH_TOKEN_NAMES = 59;
    /**
     * The same for refreshes; OAUTH_TOKEN_NAMES unless set. Since 0.1.
     */
    int OAUTH_REFRESH_NAMES = 60;
    /**
     * What the server calls parameters of its redirect, as a query string:
     * "code=spapi_oauth_code&amp;state=payload". What has another name is not taken under the
     * usual one. Since 0.1.
     */
    int OAUTH_REDIRECT_NAMES = 61;
    /**
     * Where members of a token response stand that are called otherwise, as a query string
     * such as "access_token=accessJwt&amp;expires_in=session.ttl": each a path from
     * OAUTH_RESPONSE_PATH. It goes for "access_token", "refresh_token", "id_token",
     * "token_type", "scope", "expires_in" and "expires_at"; no other place is looked at
     * then, and for an empty one none at all. Since 0.1.
     */
    int OAUTH_RESPONSE_NAMES = 62;
    /**
     * "yes": where the answer does not say when the access token expires, the "exp" of one
     * that is a JWT does (RFC 7519 section 4.1.4). It is believed unchecked, for nothing
     * but the time of the next refresh. Since 0.1.
     */
    int OAUTH_EXPIRES_FROM_JWT = 63;
    /**
     * Where an answer says that it is an error, from its top, such as "code" or
     * "status.error": what stands there is its code, unless it is 0, empty, null, "false",
     * "ok", "success" or their like, or one from 200 to 299, as of HTTP. Since 0.1.
     */
    int OAUTH_ERROR_PATH = 64;
    /**
     * Where an error's words stand, from the answer's top; usually they are found.
     * Since 0.1.
     */
    int OAUTH_ERROR_TEXT_PATH = 65;
    /**
     * Error codes, with blanks between them ("%20" for one within), by which this server
     * says that the code or the refresh token is no longer good: a person must sign in.
     * Usually that is understood by their words. Since 0.1.
     */
    int OAUTH_SIGN_IN_ERRORS = 66;
    /**
     * "yes": the server may answer a refresh without a token, by which the old one lives
     * on: for as long as the answer says, or as it did before. With OAUTH_ERROR_PATH set,
     * that has to say that all is well. Since 0.1.
     */
    int OAUTH_REFRESH_PROLONGS = 67;
    /**
     * Seconds before its end in which the server refreshes a token, for one that refuses to
     * do so before. OAUTH_MIN_VALID is no more than that then; oauth_refresh is refused
     * earlier with OAUTH_ERROR_UNAVAILABLE and OAUTH_RETRY_AFTER, and nothing is sent. A
     * token that an API has rejected, or whose end is not known, is refreshed at any time.
     * Since 0.1.
     */
    int OAUTH_REFRESH_WINDOW = 68;
    /**
     * "yes": the code verifier is kept with the token, and sent with each refresh.
     * Since 0.1.
     */
    int OAUTH_REFRESH_VERIFIER = 69;
    /**
     * "yes": the fragment of OAUTH_AUTHORIZATION_ENDPOINT is a page's route, and the query
     * goes behind it. Unless set, the query goes before the fragment (RFC 3986 section 3).
     * Since 0.1.
     */
    int OAUTH_QUERY_IN_FRAGMENT = 70;
    /**
     * Hosts, with blanks between them, of which a redirect may name one by
     * OAUTH_TOKEN_HOST_PARAM: where people's data are in several countries. The code goes
     * to OAUTH_TOKEN_ENDPOINT's path at that host and its port, and so do refresh and
     * revocation. Another is refused. Since 0.1.
     */
    int OAUTH_TOKEN_HOSTS = 71;
    /**
     * The redirect's parameter that names the host, alone or as "https://host", such as
     * "accounts-server". Where it is not there, the host is OAUTH_TOKEN_ENDPOINT's.
     * Since 0.1.
     */
    int OAUTH_TOKEN_HOST_PARAM = 72;
    /**
     * URL that says what a token is, or a path below OAUTH_BASE_URL (RFC 7662 section 2).
     * Since 0.1.
     */
    int OAUTH_INTROSPECTION_ENDPOINT = 73;
    /**
     * URL of the server's public keys (a JWK Set, RFC 7517), or a path below
     * OAUTH_BASE_URL: the signature of each ID token is then checked by them. They are kept
     * in the store for a day, and looked up anew where an ID token names another key, at
     * most once a minute. See OAUTH_FIELD_ID_TOKEN. Since 0.1.
     */
    int OAUTH_JWKS_URI = 78;
    /**
     * URL that says who has signed in, or a path below OAUTH_BASE_URL (OpenID Connect Core
     * section 5.3). Since 0.1.
     */
    int OAUTH_USERINFO_ENDPOINT = 79;
    /**
     * URL of the page where a person signs out, or a path below OAUTH_BASE_URL (OpenID
     * Connect RP-Initiated Logout). Since 0.1.
     */
    int OAUTH_END_SESSION_ENDPOINT = 80;
    /**
     * Where the server sends the browser after that, as it is registered with the server.
     * Since 0.1.
     */
    int OAUTH_POST_LOGOUT_REDIRECT_URI = 81;
    /**
     * Algorithms by which an ID token may be signed, with blanks between them, such as
     * "ES256 EdDSA". Not set: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and
     * EdDSA. HS256, HS384 and HS512, whose key is OAUTH_CLIENT_SECRET, count only where
     * they are named. Since 0.1.
     */
    int OAUTH_ID_TOKEN_ALG = 82;
    /**
     * Seconds by which the server's clock and ours may differ where an ID token's times are
     * looked at; 60 where it is not set. Since 0.1.
     */
    int OAUTH_CLOCK_SKEW = 83;
    /**
     * URL that gives device codes, or a path below OAUTH_BASE_URL: the
     * "device_authorization_endpoint" of RFC 8628 section 4, as oauth_device_start asks it.
     * Since 0.1.
     */
    int OAUTH_DEVICE_ENDPOINT = 74;
    /**
     * How OAUTH_QR_CODE is drawn. "blocks" or "plain": what is light of it, for bright
     * letters on a dark screen; "inverse" or "plain_inverse": what is dark of it, for dark
     * letters on a light screen or on paper. Drawn the wrong way round, many phones do not
     * read it. "blocks" and "inverse" put two rows into a line, by U+2580, U+2584 and
     * U+2588, and need UTF-8; the others have a line for each row, of "#" and blanks, two
     * to a module, and need a screen or paper of more lines. Usually "blocks". Since 0.1.
     */
    int OAUTH_QR_STYLE = 75;
    /**
     * Lines that OAUTH_QR_CODE may have, 12 to 80; usually 24. Its width is up to 80
     * characters. Since 0.1.
     */
    int OAUTH_QR_LINES = 76;
    /**
     * More parameters for the request of oauth_device_start, as a query string;
     * OAUTH_TOKEN_PARAMS are for the request that polls. Since 0.1.
     */
    int OAUTH_DEVICE_PARAMS = 77;
    /**
     * Whether the person is asked, words with blanks between them: "none", "login",
     * "consent", "select_account", or the server's own (OpenID Connect Core section
     * 3.1.2.1). Since 0.1.
     */
    int OAUTH_PROMPT = 84;
    /**
     * Seconds since the person has last signed in, after which the server asks again
     * (OpenID Connect Core section 3.1.2.1). Since 0.1.
     */
    int OAUTH_MAX_AGE = 85;
    /**
     * Who is about to sign in, such as an e-mail address: the server's page has it already
     * (OpenID Connect Core section 3.1.2.1). Since 0.1.
     */
    int OAUTH_LOGIN_HINT = 86;
    /**
     * Claims to ask for one by one: a JSON object such as "{"userinfo":{"email":null}}"
     * (OpenID Connect Core section 5.5). Since 0.1.
     */
    int OAUTH_CLAIMS = 87;
    /**
     * What the token is to be good for in detail: a JSON list of objects, each with its
     * "type" (RFC 9396 section 2). It stands in the authorization request, in one for a
     * device or by CIBA, or in a machine's for a token; oauth_field reads what was granted
     * from the token's answer, "authorization_details". Since 0.1.
     */
    int OAUTH_AUTHORIZATION_DETAILS = 88;
    /**
     * How the answer to a sign-in comes back: "query" (usual), "fragment", or "form_post",
     * a form that the browser sends to OAUTH_REDIRECT_URI, whose content is what
     * oauth_exchange_code takes (OAuth 2.0 Multiple Response Type Encoding Practices
     * section 2.1, OAuth 2.0 Form Post Response Mode). Answers that are JWTs (JARM) cannot
     * be read. Since 0.1.
     */
    int OAUTH_RESPONSE_MODE = 89;
    /**
     * Whether the authorization request is pushed to the server before the person goes
     * there, whose URL then holds nothing else than what the server calls it (RFC 9126):
     * "yes", "no", or "auto" (usual): where the server says that it takes no other.
     * Since 0.1.
     */
    int OAUTH_PAR = 90;
    /**
     * URL that authorization requests are pushed to, or a path below OAUTH_BASE_URL (RFC
     * 9126 section 2). Since 0.1.
     */
    int OAUTH_PAR_ENDPOINT = 91;
    /**
     * "signed": the authorization request is a JWT that OAUTH_PRIVATE_KEY signs, for
     * OAUTH_ISSUER or, where that is not set, for OAUTH_ASSERTION_AUDIENCE, and for
     * OAUTH_ASSERTION_EXPIRES_IN seconds; it stands in the URL, or is pushed (RFC 9101).
     * "no" is usual. Since 0.1.
     */
    int OAUTH_REQUEST_OBJECT = 92;
    /**
     * URL of the server's metadata, where it is not what OAUTH_ISSUER leads to:
     * "ISSUER/.well-known/openid-configuration" (OpenID Connect Discovery section 4), or
     * "/.well-known/oauth-authorization-server" before the issuer's path (RFC 8414 section
     * 3). Since 0.1.
     */
    int OAUTH_METADATA_URL = 97;
    /**
     * "yes": tokens are bound to a key, such that who has stolen one cannot use it (RFC
     * 9449); "required": and an answer with another token is refused; "no" unless set. The
     * key is made with the first token and kept beside it, sealed as that is: who renews
     * it, in whichever process, has it, too. Requests for tokens and refreshes carry
     * proofs; those to the API get theirs by oauth_request_headers. A token that was bound
     * stays so, whatever is set. Where the server gives a Bearer all the same, "yes" takes
     * it, and it is sent as one. It needs a build with the feature "sign". Since 0.1.
     */
    int OAUTH_DPOP = 95;
    /**
     * What keys for OAUTH_DPOP are made for: "ES256" unless set, "ES384" or "EdDSA". A key
     * that is there stays until the next sign-in. Since 0.1.
     */
    int OAUTH_DPOP_ALG = 96;
    /**
     * "yes": the server is asked also for what its metadata say that it lacks. For servers
     * that have more than they say; usually that is OAUTH_ERROR_UNSUPPORTED before anything
     * is sent. Since 0.1.
     */
    int OAUTH_ALLOW_UNSUPPORTED = 98;
    /**
     * URL at which the server is told to ask a person, or a path below OAUTH_BASE_URL: the
     * "backchannel_authentication_endpoint" of OpenID Connect CIBA Core section 4, as
     * oauth_ciba_start asks it. Since 0.1.
     */
    int OAUTH_CIBA_ENDPOINT = 405;
    /**
     * What the person's telephone shows beside the question, such as a number that this
     * screen shows, too: few letters and digits (OpenID Connect CIBA Core section 7.1).
     * Since 0.1.
     */
    int OAUTH_BINDING_MESSAGE = 406;
    /**
     * More parameters for the request of oauth_ciba_start, as a query string: "acr_values",
     * "requested_expiry", the person's "user_code", or "login_hint_token" or
     * "id_token_hint" in the place of OAUTH_LOGIN_HINT. Since 0.1.
     */
    int OAUTH_CIBA_PARAMS = 407;
    /**
     * URL at which oauth_register registers clients, or a path below OAUTH_BASE_URL (RFC
     * 7591 section 3). Since 0.1.
     */
    int OAUTH_REGISTRATION_ENDPOINT = 99;
    /**
     * What oauth_register says of the client, a JSON object such as
     * "{"client_name":"Invoices"}" (RFC 7591 section 2). What it lacks is filled from other
     * settings: "redirect_uris", "grant_types", "response_types", "scope", and
     * "token_endpoint_auth_method" from OAUTH_CLIENT_AUTH; null leaves a member out. A
     * "software_statement" is one of its members. Since 0.1.
     */
    int OAUTH_CLIENT_METADATA = 100;
    /**
     * Token without which the server registers nobody, as its operator gives it (RFC 7591
     * section 3). Since 0.1.
     */
    int OAUTH_INITIAL_ACCESS_TOKEN = 401;

    // ---- properties: results, for oauth_get; an empty text where there is none ----

    /**
     * State of the last authorization URL (RFC 6749 section 4.1.1). Since 0.1.
     */
    int OAUTH_STATE = 101;
    /**
     * Access token as it is, refreshed or not; oauth_access_token gives a fresh one.
     * Since 0.1.
     */
    int OAUTH_ACCESS_TOKEN = 102;
    /**
     * Refresh token. Since 0.1.
     */
    int OAUTH_REFRESH_TOKEN = 103;
    /**
     * ID token (OpenID Connect Core section 2): the newest that was checked or, where none
     * was, the newest. What it says is read with OAUTH_FIELD_ID_TOKEN. Since 0.1.
     */
    int OAUTH_ID_TOKEN = 104;
    /**
     * Token type, as the server wrote it; "Bearer" where it wrote none. A token of another
     * type, such as "mac" or "DPoP", is kept and renewed, but oauth_bearer_header does not
     * send it as a Bearer: see oauth_request_headers. Since 0.1.
     */
    int OAUTH_TOKEN_TYPE = 105;
    /**
     * When the access token expires, such as "2026-01-31T12:00:00Z" (RFC 3339); empty where
     * unknown. Since 0.1.
     */
    int OAUTH_EXPIRES_AT = 106;
    /**
     * Scopes that the token has, as the server wrote them; what was asked for where it
     * wrote none. Since 0.1.
     */
    int OAUTH_GRANTED_SCOPE = 107;
    /**
     * Of the last failure: the server's error code, such as "invalid_grant"; empty where it
     * has none. Since 0.1.
     */
    int OAUTH_ERROR = 108;
    /**
     * Of the last failure: the server's words, in whichever member it wrote them, or as a
     * line of text. Since 0.1.
     */
    int OAUTH_ERROR_DESCRIPTION = 109;
    /**
     * Of the last failure: the server's page about it. Since 0.1.
     */
    int OAUTH_ERROR_URI = 110;
    /**
     * Of the last failure: the HTTP status, where there was an answer. Since 0.1.
     */
    int OAUTH_HTTP_STATUS = 111;
    /**
     * Of the last failure: seconds to wait before the next try, where the server said so
     * (RFC 9110 section 10.2.3). Since 0.1.
     */
    int OAUTH_RETRY_AFTER = 112;
    /**
     * The "nonce" of the last sign-in's URL (OpenID Connect Core section 3.1.2.1): one that
     * was made here where OAUTH_SCOPE has "openid", or else the one of
     * OAUTH_AUTHORIZE_PARAMS. Since 0.1.
     */
    int OAUTH_NONCE = 113;
    /**
     * How often the token's record has been renewed: a number that grows. Since 0.1.
     */
    int OAUTH_GENERATION = 114;
    /**
     * The token's whole record as one text of some kilobytes, for a program that keeps it
     * in a database of its own; sealed where OAUTH_STORE_KEY is set. It can be set, too:
     * see oauth_import_token. Since 0.1.
     */
    int OAUTH_TOKEN_RECORD = 115;
    /**
     * One line for a person: whose token it is, of which server, until when it is valid,
     * which process renewed it last, what went wrong last. No secret is in it. Since 0.1.
     */
    int OAUTH_STATUS_LINE = 116;
    /**
     * Which key the token is bound to, or its refresh token: the thumbprint of the public
     * one (RFC 7638, RFC 9449 section 6). Since 0.1.
     */
    int OAUTH_DPOP_JKT = 132;
    /**
     * The "state" of the last URL of oauth_end_session_url, which comes back to
     * OAUTH_POST_LOGOUT_REDIRECT_URI. Since 0.1.
     */
    int OAUTH_END_SESSION_STATE = 128;
    /**
     * The code that a person types at OAUTH_VERIFICATION_URI, from oauth_device_start until
     * it is of no use any more (RFC 8628 section 3.2). Any job of the same store reads it.
     * Since 0.1.
     */
    int OAUTH_USER_CODE = 121;
    /**
     * Where a person types OAUTH_USER_CODE. It is https, or on this machine. Since 0.1.
     */
    int OAUTH_VERIFICATION_URI = 122;
    /**
     * The same with the code in it ("verification_uri_complete"); empty where the server
     * sends none. The person compares the code all the same: show it (RFC 8628 section
     * 3.3.1). Since 0.1.
     */
    int OAUTH_VERIFICATION_COMPLETE = 123;
    /**
     * OAUTH_VERIFICATION_COMPLETE as a QR code for a telephone, or OAUTH_VERIFICATION_URI
     * where there is none or it is too long. Lines of the same length, each ended by LF, as
     * OAUTH_QR_STYLE and OAUTH_QR_LINES say; up to 10 KB. On 24 lines "blocks" has room for
     * 154 bytes, and "plain" for 17: OAUTH_ERROR_QR says how many lines it takes.
     * Since 0.1.
     */
    int OAUTH_QR_CODE = 124;
    /**
     * Until when a person can agree, such as "2026-01-31T12:00:00Z" (RFC 3339); empty where
     * the server does not say. Since 0.1.
     */
    int OAUTH_DEVICE_EXPIRES_AT = 125;

    // ---- parts of a request: oauth_http_request ----

    /**
     * HTTP method, such as "POST". Since 0.1.
     */
    int OAUTH_REQUEST_METHOD = 201;
    /**
     * URL to send it to. It may hold secrets where OAUTH_REQUEST_BODY is "query" or "get".
     * Since 0.1.
     */
    int OAUTH_REQUEST_URL = 202;
    /**
     * Headers, one "Name: value" a line, each ended by CR LF; no Content-Length and no
     * Host. Since 0.1.
     */
    int OAUTH_REQUEST_HEADERS = 203;
    /**
     * Content to send; empty where there is none. Since 0.1.
     */
    int OAUTH_REQUEST_CONTENT = 204;

    // ---- where a member is read from: oauth_field ----

    /**
     * The answer that brought the token (RFC 6749 section 5.1): its members, and those of
     * the answers before it that have not come again. Since 0.1.
     */
    int OAUTH_FIELD_TOKEN = 301;
    /**
     * What came with the redirect beside code and state, such as QuickBooks' "realmId".
     * Since 0.1.
     */
    int OAUTH_FIELD_REDIRECT = 302;
    /**
     * What the server said last of a token (RFC 7662 section 2.2): see oauth_introspect.
     * Since 0.1.
     */
    int OAUTH_FIELD_INTROSPECTION = 303;
    /**
     * What the server says of itself (RFC 8414 section 2): see oauth_discover. Since 0.1.
     */
    int OAUTH_FIELD_METADATA = 306;
    /**
     * The client as the server has registered it (RFC 7591 section 3.2.1): see
     * oauth_register. Since 0.1.
     */
    int OAUTH_FIELD_REGISTRATION = 308;
    /**
     * What the ID token says of who has signed in, such as "sub", "email" and "name": only
     * of one that was checked, or else it is OAUTH_ERROR_ID_TOKEN. It is checked at the
     * sign-in, and when a refresh brings another, where OAUTH_SCOPE has "openid" and
     * OAUTH_ISSUER is set: issuer, client, times, nonce and access token, and the signature
     * by the keys of OAUTH_JWKS_URI. Where that is not set, who it is from is known by TLS,
     * as it comes from OAUTH_TOKEN_ENDPOINT itself (OpenID Connect Core section 3.1.3.7);
     * with the caller's own HTTP by the caller's. Since 0.1.
     */
    int OAUTH_FIELD_ID_TOKEN = 304;
    /**
     * What the server said last of who has signed in: see oauth_userinfo. Since 0.1.
     */
    int OAUTH_FIELD_USERINFO = 305;
    /**
     * What the server said when a person was to be asked: see oauth_device_start and
     * oauth_ciba_start. Since 0.1.
     */
    int OAUTH_FIELD_DEVICE = 307;

    // ---- how a mail server is signed in at: oauth_sasl_response ----

    /**
     * XOAUTH2, which Google's and Microsoft's servers know. Since 0.1.
     */
    int OAUTH_SASL_XOAUTH2 = 501;
    /**
     * OAUTHBEARER (RFC 7628). Since 0.1.
     */
    int OAUTH_SASL_OAUTHBEARER = 502;

    // ---- functions ----

    /**
     * Makes a client: one registration at one authorization server, with its settings and
     * its token.
     *
     * <p>Set it up with oauth_set, close it with oauth_client_close. Handles are never given
     * out twice.
     *
     * <p>Returns the client's handle, greater than 0, or OAUTH_ERROR_LIMIT. Since 0.1.
     */
    int oauth_client_new();

    /**
     * Makes a client that is set up from a profile.
     *
     * <p>profile: a profile's name, looked for in the files "$LIBOAUTH_PROFILES",
     * "$XDG_CONFIG_HOME/liboauth/profiles.toml" ("~/.config" where that is not set) and
     * "/etc/liboauth/profiles.toml", then among the known servers (see OAUTH_PROFILE). A
     * text with a "/" is a profile file, or a file and a name: "/home/me/oauth.toml#acme".
     * A "$LIBOAUTH_PROFILES" that is set must be there. On Windows the other two are
     * "%APPDATA%\liboauth\profiles.toml" and "%PROGRAMDATA%\liboauth\profiles.toml", and a
     * "\" makes a file of it as well. No other call reads these variables, and none is read
     * in a setuid program.
     *
     * <p>Returns the client's handle, OAUTH_ERROR_PROFILE (oauth_error_text names file, line
     * and key), or OAUTH_ERROR_LIMIT. Since 0.1.
     */
    int oauth_client_open(byte[] profile, int length);

    /**
     * Closes a client and wipes the library's copies of its secrets from memory; what was
     * handed out is the caller's to wipe. Its store is left as it is.
     *
     * <p>client: from oauth_client_new or oauth_client_open; 0 is harmless. Calls of other
     * threads that are under way end as they would have.
     *
     * <p>Returns 0, OAUTH_ERROR_HANDLE, or OAUTH_ERROR_STORE and its like where tokens could
     * not be stored to the last: the client is closed all the same, and they are lost.
     * Since 0.1.
     */
    int oauth_client_close(int client);

    /**
     * Sets a property.
     *
     * <p>property: a constant such as OAUTH_CLIENT_ID; OAUTH_PROFILE and OAUTH_ALLOW_HTTP
     * before those that hang on them. text: its value; an empty text takes the setting
     * back.
     *
     * <p>Returns 0, OAUTH_ERROR_PROPERTY, OAUTH_ERROR_VALUE, OAUTH_ERROR_INSECURE or
     * OAUTH_ERROR_PROFILE; after an error the property has its old value. Since 0.1.
     */
    int oauth_set(int client, int property, byte[] text, int length);

    /**
     * Reads a property: a setting, or a result such as OAUTH_EXPIRES_AT. It never sends a
     * request. Reading what is known of the last failure, OAUTH_ERROR to OAUTH_RETRY_AFTER,
     * leaves oauth_error_text as it is.
     *
     * <p>property: a constant such as OAUTH_GRANTED_SCOPE. buffer: receives the text and a
     * NUL.
     *
     * <p>Returns the text's length without the NUL, 0 where there is none,
     * OAUTH_ERROR_PROPERTY or OAUTH_ERROR_BUFFER. Since 0.1.
     */
    int oauth_get(int client, int property, byte[] buffer, int capacity);

    /**
     * Makes the URL that a person opens in a browser to sign in (RFC 6749 section 4.1.1),
     * with a fresh state and, unless OAUTH_PKCE is "off", a fresh code challenge (RFC
     * 7636). Both are remembered for oauth_exchange_code: in the store, where any process
     * that has the same settings finds them for OAUTH_PENDING_EXPIRES_IN seconds; with
     * "memory:" in the client, for the last eight URLs.
     *
     * <p>A web program keeps OAUTH_STATE in the browser as well, in a cookie of its own, and
     * takes an answer only from a browser that has the state's cookie: or else a stranger's
     * link could sign people in as the stranger (RFC 6749 section 10.12).
     * examples/c/signin_cgi.c shows it.
     *
     * <p>Where OAUTH_REDIRECT_URI is on loopback with port 0, such as
     * "http://127.0.0.1:0/callback", this begins to listen at a port that is free and puts
     * it into the URL: see oauth_await_redirect.
     *
     * <p>With OAUTH_PAR the server is sent the request first (RFC 9126), and the URL is good
     * for as long as the server says, often a minute. With OAUTH_HTTP set to "caller" that
     * is OAUTH_HTTP_NEEDED; the answer's oauth_http_response returns the URL's length, and
     * this thread's next call gives the URL.
     *
     * <p>url: receives the URL and a NUL; 8192 bytes are plenty. With a capacity of 0, or too
     * small a buffer, nothing is made or remembered; but a request that was pushed is, and
     * this thread's next call gives its URL.
     *
     * <p>Returns the URL's length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING,
     * OAUTH_ERROR_INSECURE, OAUTH_ERROR_PORT, OAUTH_ERROR_BUFFER, OAUTH_ERROR_SYSTEM,
     * OAUTH_ERROR_STORE and its like: better now than when the person comes back;
     * OAUTH_ERROR_CERTIFICATE where OAUTH_REQUEST_OBJECT cannot be signed; where
     * OAUTH_ISSUER leads to the endpoints, OAUTH_ERROR_METADATA and
     * OAUTH_ERROR_UNSUPPORTED; or what the server or the network answered. Since 0.1.
     */
    int oauth_build_authorize_url(int client, byte[] url, int capacity);

    /**
     * Exchanges the code that came back from the sign-in for tokens (RFC 6749 section
     * 4.1.3).
     *
     * <p>code: what came back: the URL of the redirect, its query, "code#state" as some pages
     * show it, or the code alone, also with quotes, blanks and line breaks around it.
     * Whatever has parameters must bring the state of a URL that was made by the same token
     * endpoint, client_id and account: a code alone, or the page that shows it where
     * OAUTH_REDIRECT_URI is "urn:ietf:wg:oauth:2.0:oob", is taken for an answer to the
     * newest. A program that a browser brings the answer to gives all of it, never the code
     * alone. An error in it is reported as the server's.
     *
     * <p>A URL is good for the first code that is sent, and another is OAUTH_ERROR_SEQUENCE
     * (RFC 9700 section 4.2.4). The same one may be given once more where nobody answered,
     * or where the answer says nothing of the code, such as that the client's secret is
     * wrong or the server busy. After a success, an answer of success that was not
     * understood, or a refused code a new URL is needed.
     *
     * <p>An ID token that was asked for is checked first, where OAUTH_ISSUER is set: see
     * OAUTH_FIELD_ID_TOKEN. One that is wrong is OAUTH_ERROR_ID_TOKEN, and nothing of the
     * answer is kept. With the caller's own HTTP a second request may be needed for the
     * server's keys.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_CODE, OAUTH_ERROR_STATE,
     * OAUTH_ERROR_ISSUER, OAUTH_ERROR_SEQUENCE, OAUTH_ERROR_ID_TOKEN, or what the server or
     * the network answered: OAUTH_ERROR_INVALID_GRANT, OAUTH_ERROR_INVALID_CLIENT,
     * OAUTH_ERROR_TIMEOUT and others. After an error the tokens are as they were; but after
     * OAUTH_ERROR_STORE and its like the new ones are in memory, and the next call stores
     * them. Since 0.1.
     */
    int oauth_exchange_code(int client, byte[] code, int length);

    /**
     * Refreshes the access token now, whether or not it is still valid (RFC 6749 section
     * 6); a refresh of another thread or process that is under way is joined. There is
     * seldom a need for it: oauth_bearer_header refreshes by itself.
     *
     * <p>After a fault that passes it tries again, up to three times and within OAUTH_TIMEOUT.
     * A server that asks for time (RFC 9110 section 10.2.3) gets it, from all processes
     * that share the store. A whole answer with a status of 2xx is never asked for again.
     * It also sends what the server has refused for good, which oauth_bearer_header does
     * not for up to an hour.
     *
     * <p>An ID token of another person than before is OAUTH_ERROR_ID_TOKEN, and nothing of
     * that answer is kept. With the caller's own HTTP a second request may be needed for
     * the server's keys, when the new tokens are stored already.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_SIGN_IN (no refresh token, or the server no
     * longer takes it), OAUTH_ERROR_LOCK (another process does not come to an end), or what
     * the server or the network answered. After an error the tokens are as they were. If
     * OAUTH_ERROR_STORE comes before the request, nothing was sent; if it comes after the
     * answer, the new tokens are in memory, and the next call stores them. Since 0.1.
     */
    int oauth_refresh(int client);

    /**
     * Gives the header for a request to the API, "Authorization: Bearer ..." (RFC 6750
     * section 2.1), refreshed first if the token is not valid for OAUTH_MIN_VALID seconds
     * more.
     *
     * <p>header: receives the header, without a line end, and a NUL. A refresh that was needed
     * has been stored even when the buffer is too small. Of the threads and processes that
     * share a store one refreshes, and the others get what it has got: who needs it waits,
     * OAUTH_LOCK_TIMEOUT seconds at most; who has a token that lives, but not for so long,
     * does not. To renew such a token is no more than an attempt: whatever comes of it, the
     * old one is given out as long as it lives, and OAUTH_ERROR and its like say what
     * happened.
     *
     * <p>OAUTH_ERROR_SIGN_IN can come at any time: a sign-in can be revoked. Then begin anew
     * with oauth_build_authorize_url, once: an API that refuses a fresh token refuses it
     * for another reason. With an OAUTH_GRANT_TYPE that needs no person it never comes:
     * where there is no token, one is asked for.
     *
     * <p>A token that the server calls another type than Bearer is no header:
     * OAUTH_ERROR_RESPONSE (RFC 6749 section 7.1). oauth_request_headers sends one of type
     * DPoP as it has to be sent; oauth_access_token gives any, for a program that knows
     * how.
     *
     * <p>Returns the header's length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_SIGN_IN,
     * OAUTH_ERROR_RESPONSE, OAUTH_ERROR_BUFFER, or what the server or the network answered.
     * Since 0.1.
     */
    int oauth_bearer_header(int client, byte[] header, int capacity);

    /**
     * Gives the access token alone, refreshed first as by oauth_bearer_header: for HTTP
     * libraries that make the header themselves.
     *
     * <p>token: receives the token and a NUL.
     *
     * <p>Returns the token's length, or what oauth_bearer_header returns. Since 0.1.
     */
    int oauth_access_token(int client, byte[] token, int capacity);

    /**
     * Says that the API answered 401 to the token that this thread got last: the next
     * oauth_bearer_header refreshes, unless another thread or process has already done so.
     * Forty jobs that say it of one token make one refresh.
     *
     * <p>Returns 0. Since 0.1.
     */
    int oauth_token_rejected(int client);

    /**
     * Lists the accounts (OAUTH_ACCOUNT) that have a token of this token endpoint and
     * client_id in the store.
     *
     * <p>page: 1 for the first thousand, 2 for the next, and so on. buffer: receives the
     * accounts, one a line, each ended by LF. The pages after the first are of the list
     * that was made for it: who has a token all the time stands on one of them, once. A
     * damaged record is passed over.
     *
     * <p>Returns the text's length, 0 where there are no more, OAUTH_ERROR_VALUE,
     * OAUTH_ERROR_BUFFER or OAUTH_ERROR_STORE and its like. Since 0.1.
     */
    int oauth_accounts(int client, int page, byte[] buffer, int capacity);

    /**
     * Removes the token of OAUTH_ACCOUNT from store and memory, and its authorizations that
     * are pending. The server is not told: its tokens stay valid until they expire. Other
     * processes go on with what they have in memory, but do not bring it back.
     *
     * <p>Returns 0, also where there was none, OAUTH_ERROR_LOCK, or OAUTH_ERROR_STORE and its
     * like. Since 0.1.
     */
    int oauth_forget(int client);

    /**
     * Seals every record of the store with OAUTH_STORE_KEY that is not: those sealed with
     * OAUTH_STORE_OLD_KEY and, with OAUTH_STORE_ALLOW_PLAIN, those that are not sealed at
     * all. Without an OAUTH_STORE_KEY it takes the seals away. It ends at the first record
     * that it cannot read; call it again when that is mended.
     *
     * <p>Returns how many records were written, OAUTH_ERROR_STORE_KEY, OAUTH_ERROR_LOCK, or
     * OAUTH_ERROR_STORE and its like. Since 0.1.
     */
    int oauth_store_reseal(int client);

    /**
     * Takes a token over from a database of the program's own: the text that oauth_get gave
     * for OAUTH_TOKEN_RECORD.
     *
     * <p>expected: OAUTH_GENERATION of the token that it replaces, 0 where there is none, or
     * -1 for any. record: the text; token endpoint, client_id and account in it must be
     * those of the client. Where OAUTH_STORE_KEY is set it must be sealed, unless
     * OAUTH_STORE_ALLOW_PLAIN is set.
     *
     * <p>Returns 0, OAUTH_ERROR_GENERATION (somebody has renewed the token meanwhile),
     * OAUTH_ERROR_VALUE (no record, or another's), OAUTH_ERROR_STORE_KEY, or
     * OAUTH_ERROR_STORE and its like; after an error the token is as it was. Since 0.1.
     */
    int oauth_import_token(int client, int expected, byte[] record, int length);

    /**
     * Describes the request that waits to be sent by the caller's own HTTP, after
     * OAUTH_HTTP_NEEDED.
     *
     * <p>part: OAUTH_REQUEST_METHOD, OAUTH_REQUEST_URL, OAUTH_REQUEST_HEADERS or
     * OAUTH_REQUEST_CONTENT. The caller may change what it sends. buffer: receives the text
     * and a NUL.
     *
     * <p>Returns the text's length, OAUTH_ERROR_SEQUENCE where no request waits,
     * OAUTH_ERROR_PROPERTY or OAUTH_ERROR_BUFFER. Since 0.1.
     */
    int oauth_http_request(int client, int part, byte[] buffer, int capacity);

    /**
     * Hands over the answer to the request of oauth_http_request; the operation that needed
     * it goes on.
     *
     * <p>status: the HTTP status, or 0 or less where no answer came. headers: the answer's
     * header lines, as they came; Content-Encoding, Content-Type, Date, DPoP-Nonce,
     * Retry-After and WWW-Authenticate are looked at, and headers may be empty. Of several
     * heads (a proxy's, "100 Continue", a redirect's) the last counts: a line that begins
     * with "HTTP/" begins one. body: the answer's body, as it came; gzip and deflate are
     * read, up to 1 MiB of content. Of these two every byte counts: neither a NUL nor
     * blanks end them unless the length is OAUTH_NUL_TERMINATED. A body of more than 1 MiB
     * is not looked at, and ends the operation with OAUTH_ERROR_TOO_LARGE; of longer
     * headers the first lines are looked at.
     *
     * <p>Returns what the operation returns: 0 for oauth_exchange_code, oauth_refresh and
     * oauth_revoke, the length for oauth_bearer_header, oauth_access_token and
     * oauth_request_headers (this thread's next call of them gives the text and asks for no
     * request), OAUTH_HTTP_NEEDED where there is one more request to send, or the
     * operation's error; OAUTH_ERROR_SEQUENCE where no request waits, or where the call
     * needed something else first and the client is another account's or server's by now:
     * then nothing is done for that one. Since 0.1.
     */
    int oauth_http_response(int client, int status, byte[] headers, int headers_length, byte[] body,
        int body_length);

    /**
     * Gives this thread's last error as a sentence that says what to do, without any secret
     * in it; empty after a success. Its first 80 characters make sense alone.
     *
     * <p>buffer: receives the sentence and a NUL; 512 bytes are plenty.
     *
     * <p>Returns the sentence's length, or OAUTH_ERROR_BUFFER. It does not change what it
     * reports. Since 0.1.
     */
    int oauth_error_text(byte[] buffer, int capacity);

    /**
     * Says what an operator does about this thread's last error: OAUTH_ACTION_NONE,
     * OAUTH_ACTION_RETRY, OAUTH_ACTION_SIGN_IN or OAUTH_ACTION_FIX.
     *
     * <p>Returns that number. It does not change what it reports. Since 0.1.
     */
    int oauth_error_action();

    /**
     * Gives the library's version, such as "0.1.0".
     *
     * <p>buffer: receives the version and a NUL.
     *
     * <p>Returns its length, or OAUTH_ERROR_BUFFER. It does not change what oauth_error_text
     * reports. Since 0.1.
     */
    int oauth_version(byte[] buffer, int capacity);

    /**
     * Has the server revoke the tokens of OAUTH_ACCOUNT, the refresh token and then the
     * access token (RFC 7009), and removes them from store and memory. It needs
     * OAUTH_REVOCATION_ENDPOINT. No other job renews the token meanwhile; a sign-in that
     * comes meanwhile stays, and so do authorizations that are pending. A server that does
     * not revoke access tokens has revoked the refresh token all the same: the access token
     * lives until it expires.
     *
     * <p>Returns 0, also where there was none, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING,
     * OAUTH_ERROR_UNSUPPORTED_TOKEN, OAUTH_ERROR_LOCK, OAUTH_ERROR_STORE and its like, or
     * what the server or the network answered. After an error the tokens are where they
     * were, and can be revoked again: also those that the server no longer takes. Where the
     * first of two has gone, oauth_error_text begins with that. Since 0.1.
     */
    int oauth_revoke(int client);

    /**
     * Asks for a token by a grant that needs no person, now, whether there is a valid one
     * or not, and stores it.
     *
     * <p>grant_type: its name, which becomes OAUTH_GRANT_TYPE, or an empty text for the one
     * that is set; after an error that is as it was. Tokens of another grant stay in the
     * store, also in memory: who sets that grant again has them again. The grant's own
     * parameters are properties, such as OAUTH_SCOPE and OAUTH_USERNAME, and
     * OAUTH_TOKEN_PARAMS. It is seldom needed: oauth_bearer_header asks by OAUTH_GRANT_TYPE
     * whenever it is time.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_VALUE for "authorization_code", which needs
     * a person, OAUTH_ERROR_MISSING, OAUTH_ERROR_LOCK, OAUTH_ERROR_STORE and its like, or
     * what the server or the network answered: OAUTH_ERROR_INVALID_CLIENT,
     * OAUTH_ERROR_UNSUPPORTED_GRANT, OAUTH_ERROR_INVALID_SCOPE and others. Since 0.1.
     */
    int oauth_request_token(int client, byte[] grant_type, int length);

    /**
     * Reads a member of what the server has sent with the token in memory, or else the
     * stored one, such as "instance_url". It never sends a request.
     *
     * <p>source: OAUTH_FIELD_TOKEN, OAUTH_FIELD_REDIRECT, OAUTH_FIELD_ID_TOKEN,
     * OAUTH_FIELD_METADATA, OAUTH_FIELD_USERINFO after oauth_userinfo,
     * OAUTH_FIELD_INTROSPECTION after oauth_introspect, or OAUTH_FIELD_DEVICE after
     * oauth_device_start. name: the member's name, or the way to it, with dots between
     * names and, of a list, an item's number: "authed_user.id", "data.0.id". Where the
     * token stood below others, its neighbours have both their name and that.
     * "access_token", "refresh_token", "id_token", "token_type" and "scope" are the token's
     * own, whatever the server calls them; when it expires is OAUTH_EXPIRES_AT. buffer:
     * receives the text and a NUL: a text as it is, line ends too; a number, "true" or
     * "false" as JSON writes it; an object or a list as JSON. Members that take more than
     * 64 KiB together, or are nested more than 16 deep, are not kept.
     *
     * <p>Returns the text's length without the NUL, 0 for an empty text; OAUTH_ERROR_NO_FIELD
     * where there is no such member, or null; OAUTH_ERROR_SIGN_IN where there is no token,
     * OAUTH_ERROR_PROPERTY for another source, or OAUTH_ERROR_BUFFER. Since 0.1.
     */
    int oauth_field(int client, int source, byte[] name, int length, byte[] buffer, int capacity);

    /**
     * Asks the server what the access token is, at OAUTH_INTROSPECTION_ENDPOINT (RFC 7662).
     * oauth_field with OAUTH_FIELD_INTROSPECTION reads the answer until the next one:
     * "active" is "true" or "false", and beside it stands what the server tells of an
     * active one, such as "scope", "username" and "exp". A token that is not active stays
     * where it is: oauth_token_rejected has the next one asked for.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_SIGN_IN where there is
     * no token, or what the server or the network answered. Since 0.1.
     */
    int oauth_introspect(int client);

    /**
     * Looks up what the server says of itself, by OAUTH_ISSUER (RFC 8414 section 3). That
     * is seldom needed: an operation does it when an endpoint that it needs is not set, and
     * the answer is kept in the store, for all jobs, as long as the server says, between 10
     * minutes and a day; an older one is still used where the server cannot be reached.
     * This call asks now, whatever is kept. oauth_field with OAUTH_FIELD_METADATA reads it.
     * What is set beats what the server says.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING without an issuer,
     * OAUTH_ERROR_METADATA, or what the network answered. Since 0.1.
     */
    int oauth_discover(int client);

    /**
     * Gives all header lines that one request to the API needs, fresh as by
     * oauth_bearer_header: "Authorization: Bearer ...", or for a token that is bound to a
     * key (OAUTH_DPOP) "Authorization: DPoP ..." and "DPoP: ...", a proof for this request
     * alone (RFC 9449 section 7). Each line ends with CR LF.
     *
     * <p>method: the request's, as it is sent, such as "GET". url: where it goes, in ASCII;
     * what stands behind "?" may be left out. http:// is refused unless it is loopback or
     * OAUTH_ALLOW_HTTP is set. headers: receives the lines and a NUL. For the same request
     * they are as long each time, unless the API or another thread has brought something
     * new meanwhile; each proof is another, and good for once and for a few minutes.
     *
     * <p>After each answer, or at least after one of 401, oauth_api_response says whether the
     * request is to be sent again.
     *
     * <p>Returns the lines' length, OAUTH_HTTP_NEEDED, OAUTH_ERROR_VALUE,
     * OAUTH_ERROR_INSECURE, OAUTH_ERROR_CERTIFICATE where this build cannot sign,
     * OAUTH_ERROR_BUFFER, or what oauth_bearer_header returns. Since 0.1.
     */
    int oauth_request_headers(int client, byte[] method, int method_length, byte[] url,
        int url_length, byte[] headers, int capacity);

    /**
     * Hands over what the API answered to a request with oauth_request_headers, and says
     * whether to send it again, at once and with new ones: where the API asks for another
     * nonce (RFC 9449 section 9), where our clock is not its own, and where it refuses the
     * token with 401, the one that this thread got last, which is then renewed as after
     * oauth_token_rejected. It is for tokens of either type. An API that refuses the new
     * token, too, refuses it for another reason: the answer stands. Call it after each
     * answer of 401 at least; after each one, and nonces that come with good answers spare
     * requests.
     *
     * <p>url: where the request went. status: the answer's, or 0 where none came. headers: its
     * header lines, as they came, exactly headers_length bytes; DPoP-Nonce,
     * WWW-Authenticate and Date are looked at.
     *
     * <p>Returns 1: send it again; 0: the answer stands; or OAUTH_ERROR_INVALID_DPOP where no
     * other proof helps: the API asks for a nonce again and again, or refuses the proof
     * itself. Since 0.1.
     */
    int oauth_api_response(int client, byte[] url, int url_length, int status, byte[] headers,
        int headers_length);

    /**
     * Waits until the browser comes back from the sign-in to OAUTH_REDIRECT_URI on this
     * machine, exchanges the code as oauth_exchange_code does, and then shows the person a
     * page that says what has become of it (RFC 8252 section 7.3).
     *
     * <p>seconds: how long to wait, 0 to 86400; with 0 it begins to listen and takes what has
     * come. OAUTH_REDIRECT_URI is "http://" at "127.0.0.1", "[::1]" or "localhost" (which
     * listens at both), with the port and path that the server knows of. With port 0
     * oauth_build_authorize_url has chosen one that is free: most servers take any for
     * programs like this. With another port this begins to listen: call it with 0 seconds
     * before the browser is opened. The program opens the browser.
     *
     * <p>Only an answer with the state of a URL that waits, of this client or of another
     * process with the same store, ends it; whoever else comes is answered, and the waiting
     * goes on. After OAUTH_PENDING it goes on listening, at the same port, and the next
     * call waits on; in between browsers wait, too. Meanwhile oauth_exchange_code may take
     * what a person pastes: then call oauth_stop_waiting. It listens until an answer has
     * come, the waiting is stopped, or the client is closed; after an error that passes it
     * goes on, and the person may load the page again. It takes no processor time while it
     * waits. The exchange takes OAUTH_TIMEOUT seconds at most, which the browser waits,
     * too.
     *
     * <p>A signal that the program handles ends the call with OAUTH_PENDING, whatever
     * SA_RESTART says: look at what the handler has noted, and call again. With OAUTH_HTTP
     * set to "caller" the page says that the program goes on, and the request waits as
     * after oauth_exchange_code.
     *
     * <p>Returns 0, OAUTH_PENDING where the time is over, OAUTH_ERROR_CANCELLED,
     * OAUTH_ERROR_PORT, OAUTH_ERROR_VALUE, OAUTH_ERROR_SEQUENCE where no URL has chosen a
     * port, OAUTH_ERROR_BUSY where another thread waits, or what oauth_exchange_code
     * returns of the answer. Since 0.1.
     */
    int oauth_await_redirect(int client, int seconds);

    /**
     * Ends the oauth_await_redirect that waits, or else the next one: it returns
     * OAUTH_ERROR_CANCELLED. A new URL by oauth_build_authorize_url takes that back. Any
     * thread may call it, and so may the handler of a signal: it takes no lock and no
     * memory, and leaves the thread's last error alone.
     *
     * <p>Returns 0, or OAUTH_ERROR_HANDLE. Since 0.1.
     */
    int oauth_stop_waiting(int client);

    /**
     * Asks the server who has signed in, at OAUTH_USERINFO_ENDPOINT (OpenID Connect Core
     * section 5.3), with an access token that is refreshed first where that is needed.
     * oauth_field with OAUTH_FIELD_USERINFO reads the answer until the next call: "sub",
     * and what the server tells besides, such as "name" and "email". A signed answer is
     * checked as an ID token is. Where an ID token came with the token, the answer must be
     * about the same person, or else it is OAUTH_ERROR_ID_TOKEN and nothing of it is kept.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_SIGN_IN,
     * OAUTH_ERROR_ID_TOKEN, OAUTH_ERROR_INVALID_TOKEN where the server does not take the
     * access token (the next call gets another one first), OAUTH_ERROR_SCOPE, or what the
     * server or the network answered. Since 0.1.
     */
    int oauth_userinfo(int client);

    /**
     * Makes the URL of the page where a person signs out at the server (OpenID Connect
     * RP-Initiated Logout): of OAUTH_END_SESSION_ENDPOINT, with the ID token as
     * "id_token_hint", and with OAUTH_POST_LOGOUT_REDIRECT_URI, if it is set, and a fresh
     * "state", which OAUTH_END_SESSION_STATE has. It sends nothing, and the tokens stay:
     * see oauth_revoke and oauth_forget, which come after it, as they take the ID token
     * away.
     *
     * <p>url: receives the URL and a NUL; it is some kilobytes long, as the ID token is in it.
     * With a capacity of 0, or too small a buffer, no state is made.
     *
     * <p>Returns the URL's length, OAUTH_ERROR_MISSING, OAUTH_ERROR_INSECURE,
     * OAUTH_ERROR_BUFFER, OAUTH_ERROR_SYSTEM, or OAUTH_ERROR_STORE and its like. Since 0.1.
     */
    int oauth_end_session_url(int client, byte[] url, int capacity);

    /**
     * Gives what a mail server is shown instead of a password, for IMAP's AUTHENTICATE and
     * SMTP's AUTH, fresh as by oauth_bearer_header: the client's first response, in base64
     * and in one line.
     *
     * <p>mechanism: OAUTH_SASL_XOAUTH2 or OAUTH_SASL_OAUTHBEARER, whichever the server names.
     * The mailbox is OAUTH_USERNAME or, unless that is set, OAUTH_ACCOUNT where it has an
     * "@"; OAUTH_SASL_OAUTHBEARER goes without. response: receives the text and a NUL; it
     * is longer than the token by a third, and by the mailbox's name.
     *
     * <p>A server that refuses it answers with a line of base64, JSON that says why, and
     * waits: send it an empty line for OAUTH_SASL_XOAUTH2, and "AQ==" for
     * OAUTH_SASL_OAUTHBEARER (RFC 7628 section 3.2.3). Then oauth_token_rejected has the
     * next call bring another token.
     *
     * <p>Returns the text's length, OAUTH_ERROR_PROPERTY for another mechanism,
     * OAUTH_ERROR_MISSING, OAUTH_ERROR_VALUE where the mailbox has control characters,
     * OAUTH_ERROR_BUFFER, or what oauth_bearer_header returns. Since 0.1.
     */
    int oauth_sasl_response(int client, int mechanism, byte[] response, int capacity);

    /**
     * Begins a sign-in for a screen without a browser (RFC 8628): asks
     * OAUTH_DEVICE_ENDPOINT for a code, which a person types on whatever has a browser.
     * Show OAUTH_USER_CODE and OAUTH_VERIFICATION_URI, and OAUTH_QR_CODE, by which a
     * telephone goes there; oauth_field with OAUTH_FIELD_DEVICE reads what else the server
     * said. Then call oauth_device_poll until it is done. The code is in the store, where
     * any process that has the same settings reads and polls for it; with "memory:" in this
     * client. It takes the place of the one before.
     *
     * <p>The request has OAUTH_SCOPE, OAUTH_AUDIENCE, OAUTH_RESOURCE and OAUTH_DEVICE_PARAMS,
     * and the client shows who it is as in a token request.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_RESPONSE where the
     * answer has no code or sends people to what is not https, OAUTH_ERROR_STORE and its
     * like, or what the server or the network answered. Since 0.1.
     */
    int oauth_device_start(int client);

    /**
     * Asks whether the person has agreed, after oauth_device_start or oauth_ciba_start, in
     * this process or another. With the answer comes the token, as after
     * oauth_exchange_code. Until then it is OAUTH_PENDING: wait for OAUTH_RETRY_AFTER
     * seconds, and call again. Whoever calls earlier is told how long still, and nothing is
     * sent; the wait grows where the server says so, or does not answer, and such a fault
     * ends nothing: oauth_error_text tells it. Any number of jobs may poll: one asks at a
     * time, and all are told what came of it. The request has OAUTH_TOKEN_PARAMS.
     *
     * <p>Returns 0; OAUTH_PENDING; OAUTH_HTTP_NEEDED; OAUTH_ERROR_ACCESS_DENIED where the
     * person said no; OAUTH_ERROR_EXPIRED_TOKEN where nobody has agreed in time;
     * OAUTH_ERROR_SEQUENCE where nobody is asked; OAUTH_ERROR_STORE and its like, before
     * the token is asked for; or what the server answered. Where oauth_error_action is not
     * OAUTH_ACTION_SIGN_IN, it can be called again. Since 0.1.
     */
    int oauth_device_poll(int client);

    /**
     * Has the server ask a person by itself, on the person's telephone, at
     * OAUTH_CIBA_ENDPOINT (OpenID Connect CIBA Core, poll mode). OAUTH_LOGIN_HINT says
     * whom, OAUTH_BINDING_MESSAGE what is shown there and here; OAUTH_SCOPE has "openid" in
     * it, and OAUTH_CIBA_PARAMS adds what else the server wants. Then call
     * oauth_device_poll until it is done. All that is said of the code of
     * oauth_device_start holds for this question; the two take each other's place.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_RESPONSE,
     * OAUTH_ERROR_STORE and its like, or what the server or the network answered:
     * OAUTH_ERROR_REFUSED with an OAUTH_ERROR such as "unknown_user_id". Since 0.1.
     */
    int oauth_ciba_start(int client);

    /**
     * Registers the client at OAUTH_REGISTRATION_ENDPOINT (RFC 7591), with
     * OAUTH_CLIENT_METADATA, and is that client from then on: OAUTH_CLIENT_ID and
     * OAUTH_CLIENT_SECRET, which are left empty for that, are those that the server has
     * given. They are kept in the store, sealed as it is: a call in any process with the
     * same endpoint and metadata finds them there and sends nothing, so a program calls
     * this each time before anything else. Of jobs that do it at once the first one's
     * client is all's. oauth_field with OAUTH_FIELD_REGISTRATION reads what the server has
     * registered.
     *
     * <p>Returns 0, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING, OAUTH_ERROR_VALUE where a client
     * is set already or the secret has expired, OAUTH_ERROR_INVALID_REDIRECT,
     * OAUTH_ERROR_INVALID_METADATA, OAUTH_ERROR_STORE and its like, or what the server or
     * the network answered. Since 0.1.
     */
    int oauth_register(int client);

    /**
     * Has the server forget the client that oauth_register has registered (RFC 7592 section
     * 2.3), and takes it out of the store and of this client's settings. Its tokens stay in
     * the store: revoke them before.
     *
     * <p>Returns 0, also where there was none, OAUTH_HTTP_NEEDED, OAUTH_ERROR_MISSING,
     * OAUTH_ERROR_VALUE where the server has not said how, OAUTH_ERROR_STORE and its like,
     * or what the server or the network answered. Since 0.1.
     */
    int oauth_unregister(int client);
}

final class Found {

    /** On Linux that of this version: liboauth.so is for compilers, and Debian has another's. */
    static LibOAuth load() {
        if (Platform.isLinux()) {
            try {
                return Native.load("liboauth.so.2", LibOAuth.class);
            } catch (UnsatisfiedLinkError missing) {
                // As cargo builds it, it has the other name alone.
            }
        }
        return Native.load("oauth", LibOAuth.class);
    }
}
