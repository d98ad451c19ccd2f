/* OAUTHX.h - liboauth for ILE C: constants and prototypes.
 * What they mean stands in liboauth.h, and for IBM i below. Version 0.1.0.
 * Made by "cargo run -p liboauth-bindings" from src/constants and src/ffi.
 */
#ifndef OAUTHX_H
#define OAUTHX_H

#ifdef __cplusplus
extern "C" {
#endif

#define OAUTH_NUL_TERMINATED (-1)
#define OAUTH_HTTP_NEEDED (-2)
#define OAUTH_PENDING (-3)
#define OAUTH_ERROR_HANDLE (-100)
#define OAUTH_ERROR_BUFFER (-101)
#define OAUTH_ERROR_NULL (-102)
#define OAUTH_ERROR_LENGTH (-103)
#define OAUTH_ERROR_ENCODING (-104)
#define OAUTH_ERROR_PROPERTY (-105)
#define OAUTH_ERROR_VALUE (-106)
#define OAUTH_ERROR_SEQUENCE (-107)
#define OAUTH_ERROR_BUSY (-108)
#define OAUTH_ERROR_CODE (-109)
#define OAUTH_ERROR_STATE (-110)
#define OAUTH_ERROR_ISSUER (-111)
#define OAUTH_ERROR_LIMIT (-112)
#define OAUTH_ERROR_CANCELLED (-113)
#define OAUTH_ERROR_MISSING (-200)
#define OAUTH_ERROR_PROFILE (-201)
#define OAUTH_ERROR_INSECURE (-202)
#define OAUTH_ERROR_CERTIFICATE (-203)
#define OAUTH_ERROR_UNSUPPORTED (-204)
#define OAUTH_ERROR_PORT (-205)
#define OAUTH_ERROR_RESOLVE (-300)
#define OAUTH_ERROR_CONNECT (-301)
#define OAUTH_ERROR_TLS (-302)
#define OAUTH_ERROR_TIMEOUT (-303)
#define OAUTH_ERROR_DISCONNECTED (-304)
#define OAUTH_ERROR_UNAVAILABLE (-305)
#define OAUTH_ERROR_INVALID_REQUEST (-400)
#define OAUTH_ERROR_INVALID_CLIENT (-401)
#define OAUTH_ERROR_INVALID_GRANT (-402)
#define OAUTH_ERROR_UNAUTHORIZED (-403)
#define OAUTH_ERROR_UNSUPPORTED_GRANT (-404)
#define OAUTH_ERROR_INVALID_SCOPE (-405)
#define OAUTH_ERROR_ACCESS_DENIED (-406)
#define OAUTH_ERROR_RESPONSE_TYPE (-407)
#define OAUTH_ERROR_SERVER_ERROR (-408)
#define OAUTH_ERROR_TEMP_UNAVAILABLE (-409)
#define OAUTH_ERROR_UNSUPPORTED_TOKEN (-410)
#define OAUTH_ERROR_EXPIRED_TOKEN (-411)
#define OAUTH_ERROR_INVALID_TARGET (-413)
#define OAUTH_ERROR_REQUEST_OBJECT (-414)
#define OAUTH_ERROR_INVALID_DPOP (-415)
#define OAUTH_ERROR_AUTH_DETAILS (-416)
#define OAUTH_ERROR_INVALID_TOKEN (-419)
#define OAUTH_ERROR_SCOPE (-420)
#define OAUTH_ERROR_INVALID_REDIRECT (-417)
#define OAUTH_ERROR_INVALID_METADATA (-418)
#define OAUTH_ERROR_REFUSED (-498)
#define OAUTH_ERROR_SIGN_IN (-499)
#define OAUTH_ERROR_RESPONSE (-500)
#define OAUTH_ERROR_TOO_LARGE (-501)
#define OAUTH_ERROR_NO_FIELD (-502)
#define OAUTH_ERROR_METADATA (-504)
#define OAUTH_ERROR_ID_TOKEN (-503)
#define OAUTH_ERROR_QR (-505)
#define OAUTH_ERROR_STORE (-600)
#define OAUTH_ERROR_STORE_UNSAFE (-601)
#define OAUTH_ERROR_STORE_FORMAT (-602)
#define OAUTH_ERROR_LOCK (-603)
#define OAUTH_ERROR_STORE_KEY (-604)
#define OAUTH_ERROR_GENERATION (-605)
#define OAUTH_ERROR_PASE (-800)
#define OAUTH_ERROR_PASE_32 (-801)
#define OAUTH_ERROR_LIBRARY (-802)
#define OAUTH_ERROR_CCSID (-803)
#define OAUTH_ERROR_INTERNAL (-900)
#define OAUTH_ERROR_SYSTEM (-901)
#define OAUTH_ACTION_NONE 0
#define OAUTH_ACTION_RETRY 1
#define OAUTH_ACTION_SIGN_IN 2
#define OAUTH_ACTION_FIX 3
#define OAUTH_PROFILE 1
#define OAUTH_BASE_URL 2
#define OAUTH_ISSUER 3
#define OAUTH_AUTHORIZATION_ENDPOINT 4
#define OAUTH_TOKEN_ENDPOINT 5
#define OAUTH_REFRESH_ENDPOINT 6
#define OAUTH_CLIENT_ID 7
#define OAUTH_CLIENT_SECRET 8
#define OAUTH_CLIENT_AUTH 9
#define OAUTH_BASIC_ENCODING 10
#define OAUTH_REQUEST_BODY 11
#define OAUTH_REDIRECT_URI 12
#define OAUTH_SCOPE 13
#define OAUTH_SCOPE_SEPARATOR 14
#define OAUTH_RESPONSE_TYPE 15
#define OAUTH_PKCE 16
#define OAUTH_AUTHORIZE_PARAMS 17
#define OAUTH_TOKEN_PARAMS 18
#define OAUTH_REFRESH_PARAMS 19
#define OAUTH_RESPONSE_PATH 20
#define OAUTH_EXPIRES_IN_UNIT 21
#define OAUTH_STORE 22
#define OAUTH_ACCOUNT 23
#define OAUTH_MIN_VALID 24
#define OAUTH_TIMEOUT 25
#define OAUTH_CA_FILE 26
#define OAUTH_CLIENT_CERT_FILE 27
#define OAUTH_CLIENT_KEY_FILE 28
#define OAUTH_PROXY 29
#define OAUTH_HTTP 30
#define OAUTH_ALLOW_HTTP 31
#define OAUTH_STORE_KEY 32
#define OAUTH_STORE_OLD_KEY 33
#define OAUTH_LOCK_TIMEOUT 34
#define OAUTH_ASSUME_EXPIRES_IN 35
#define OAUTH_PENDING_EXPIRES_IN 36
#define OAUTH_REVOCATION_ENDPOINT 37
#define OAUTH_REQUIRE_ISS 38
#define OAUTH_ALLOW_REDIRECT_URI 39
#define OAUTH_STORE_ALLOW_PLAIN 40
#define OAUTH_GRANT_TYPE 41
#define OAUTH_USERNAME 42
#define OAUTH_PASSWORD 43
#define OAUTH_ASSERTION 44
#define OAUTH_SERVICE_ACCOUNT 45
#define OAUTH_PRIVATE_KEY 46
#define OAUTH_PRIVATE_KEY_PASSWORD 47
#define OAUTH_KEY_ID 48
#define OAUTH_SIGNING_ALG 49
#define OAUTH_TOKEN_HEADERS 50
#define OAUTH_AUDIENCE 51
#define OAUTH_RESOURCE 52
#define OAUTH_ASSERTION_CLAIMS 53
#define OAUTH_ASSERTION_AUDIENCE 54
#define OAUTH_ASSERTION_EXPIRES_IN 55
#define OAUTH_KEY_CERTIFICATE 56
#define OAUTH_REFRESH_AUTH 57
#define OAUTH_AUTHORIZE_NAMES 58
#define OAUTH_TOKEN_NAMES 59
#define OAUTH_REFRESH_NAMES 60
#define OAUTH_REDIRECT_NAMES 61
#define OAUTH_RESPONSE_NAMES 62
#define OAUTH_EXPIRES_FROM_JWT 63
#define OAUTH_ERROR_PATH 64
#define OAUTH_ERROR_TEXT_PATH 65
#define OAUTH_SIGN_IN_ERRORS 66
#define OAUTH_REFRESH_PROLONGS 67
#define OAUTH_REFRESH_WINDOW 68
#define OAUTH_REFRESH_VERIFIER 69
#define OAUTH_QUERY_IN_FRAGMENT 70
#define OAUTH_TOKEN_HOSTS 71
#define OAUTH_TOKEN_HOST_PARAM 72
#define OAUTH_INTROSPECTION_ENDPOINT 73
#define OAUTH_JWKS_URI 78
#define OAUTH_USERINFO_ENDPOINT 79
#define OAUTH_END_SESSION_ENDPOINT 80
#define OAUTH_POST_LOGOUT_REDIRECT_URI 81
#define OAUTH_ID_TOKEN_ALG 82
#define OAUTH_CLOCK_SKEW 83
#define OAUTH_DEVICE_ENDPOINT 74
#define OAUTH_QR_STYLE 75
#define OAUTH_QR_LINES 76
#define OAUTH_DEVICE_PARAMS 77
#define OAUTH_PROMPT 84
#define OAUTH_MAX_AGE 85
#define OAUTH_LOGIN_HINT 86
#define OAUTH_CLAIMS 87
#define OAUTH_AUTHORIZATION_DETAILS 88
#define OAUTH_RESPONSE_MODE 89
#define OAUTH_PAR 90
#define OAUTH_PAR_ENDPOINT 91
#define OAUTH_REQUEST_OBJECT 92
#define OAUTH_METADATA_URL 97
#define OAUTH_DPOP 95
#define OAUTH_DPOP_ALG 96
#define OAUTH_ALLOW_UNSUPPORTED 98
#define OAUTH_CIBA_ENDPOINT 405
#define OAUTH_BINDING_MESSAGE 406
#define OAUTH_CIBA_PARAMS 407
#define OAUTH_REGISTRATION_ENDPOINT 99
#define OAUTH_CLIENT_METADATA 100
#define OAUTH_INITIAL_ACCESS_TOKEN 401
#define OAUTH_STATE 101
#define OAUTH_ACCESS_TOKEN 102
#define OAUTH_REFRESH_TOKEN 103
#define OAUTH_ID_TOKEN 104
#define OAUTH_TOKEN_TYPE 105
#define OAUTH_EXPIRES_AT 106
#define OAUTH_GRANTED_SCOPE 107
#define OAUTH_ERROR 108
#define OAUTH_ERROR_DESCRIPTION 109
#define OAUTH_ERROR_URI 110
#define OAUTH_HTTP_STATUS 111
#define OAUTH_RETRY_AFTER 112
#define OAUTH_NONCE 113
#define OAUTH_GENERATION 114
#define OAUTH_TOKEN_RECORD 115
#define OAUTH_STATUS_LINE 116
#define OAUTH_DPOP_JKT 132
#define OAUTH_END_SESSION_STATE 128
#define OAUTH_USER_CODE 121
#define OAUTH_VERIFICATION_URI 122
#define OAUTH_VERIFICATION_COMPLETE 123
#define OAUTH_QR_CODE 124
#define OAUTH_DEVICE_EXPIRES_AT 125
#define OAUTH_REQUEST_METHOD 201
#define OAUTH_REQUEST_URL 202
#define OAUTH_REQUEST_HEADERS 203
#define OAUTH_REQUEST_CONTENT 204
#define OAUTH_FIELD_TOKEN 301
#define OAUTH_FIELD_REDIRECT 302
#define OAUTH_FIELD_INTROSPECTION 303
#define OAUTH_FIELD_METADATA 306
#define OAUTH_FIELD_REGISTRATION 308
#define OAUTH_FIELD_ID_TOKEN 304
#define OAUTH_FIELD_USERINFO 305
#define OAUTH_FIELD_DEVICE 307
#define OAUTH_SASL_XOAUTH2 501
#define OAUTH_SASL_OAUTHBEARER 502
int oauth_client_new(void);
int oauth_client_open(const char *profile, int length);
int oauth_client_close(int client);
int oauth_set(int client, int property, const char *text, int length);
int oauth_get(int client, int property, char *buffer, int capacity);
int oauth_build_authorize_url(int client, char *url, int capacity);
int oauth_exchange_code(int client, const char *code, int length);
int oauth_refresh(int client);
int oauth_bearer_header(int client, char *header, int capacity);
int oauth_access_token(int client, char *token, int capacity);
int oauth_token_rejected(int client);
int oauth_accounts(int client, int page, char *buffer, int capacity);
int oauth_forget(int client);
int oauth_store_reseal(int client);
int oauth_import_token(int client, int expected, const char *record,
                       int length);
int oauth_http_request(int client, int part, char *buffer, int capacity);
int oauth_http_response(int client, int status, const char *headers,
                        int headers_length, const char *body, int body_length);
int oauth_error_text(char *buffer, int capacity);
int oauth_error_action(void);
int oauth_version(char *buffer, int capacity);
int oauth_revoke(int client);
int oauth_request_token(int client, const char *grant_type, int length);
int oauth_field(int client, int source, const char *name, int length,
                char *buffer, int capacity);
int oauth_introspect(int client);
int oauth_discover(int client);
int oauth_request_headers(int client, const char *method, int method_length,
                          const char *url, int url_length, char *headers,
                          int capacity);
int oauth_api_response(int client, const char *url, int url_length, int status,
                       const char *headers, int headers_length);
int oauth_await_redirect(int client, int seconds);
int oauth_stop_waiting(int client);
int oauth_userinfo(int client);
int oauth_end_session_url(int client, char *url, int capacity);
int oauth_sasl_response(int client, int mechanism, char *response,
                        int capacity);
int oauth_device_start(int client);
int oauth_device_poll(int client);
int oauth_ciba_start(int client);
int oauth_register(int client);
int oauth_unregister(int client);

/* From now on the texts of this activation group, in all its threads, are in
 * ccsid, such as 37, or 1208 for UTF-8. 0: in the job's, as before the first
 * call; that of a job with 65535 is its default one. Every text is meant, also
 * the headers and the body of an HTTP answer; lengths and capacities are bytes
 * of that CCSID.
 *
 * Returns 0, or OAUTH_ERROR_CCSID where the system cannot convert it, or a
 * character has more than a byte in it, as in UTF-16: then nothing has changed.
 * Since 0.1.
 */
int oauth_bridge_ccsid(int ccsid);

#ifdef __cplusplus
}
#endif

#endif
