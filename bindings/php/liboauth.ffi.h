#define FFI_SCOPE "liboauth"
#define FFI_LIB "liboauth.so.2"
/* The functions of liboauth 0.1.0 for PHP's FFI, which reads no other header.
 *
 * Made by `cargo run -p liboauth-bindings` from src/constants and src/ffi: change those.
 */
int32_t oauth_client_new();
int32_t oauth_client_open(const char *profile, int32_t length);
int32_t oauth_client_close(int32_t client);
int32_t oauth_set(int32_t client, int32_t property, const char *text, int32_t length);
int32_t oauth_get(int32_t client, int32_t property, char *buffer, int32_t capacity);
int32_t oauth_build_authorize_url(int32_t client, char *url, int32_t capacity);
int32_t oauth_exchange_code(int32_t client, const char *code, int32_t length);
int32_t oauth_refresh(int32_t client);
int32_t oauth_bearer_header(int32_t client, char *header, int32_t capacity);
int32_t oauth_access_token(int32_t client, char *token, int32_t capacity);
int32_t oauth_token_rejected(int32_t client);
int32_t oauth_accounts(int32_t client, int32_t page, char *buffer, int32_t capacity);
int32_t oauth_forget(int32_t client);
int32_t oauth_store_reseal(int32_t client);
int32_t oauth_import_token(int32_t client, int32_t expected, const char *record, int32_t length);
int32_t oauth_http_request(int32_t client, int32_t part, char *buffer, int32_t capacity);
int32_t oauth_http_response(int32_t client, int32_t status, const char *headers,
    int32_t headers_length, const char *body, int32_t body_length);
int32_t oauth_error_text(char *buffer, int32_t capacity);
int32_t oauth_error_action();
int32_t oauth_version(char *buffer, int32_t capacity);
int32_t oauth_revoke(int32_t client);
int32_t oauth_request_token(int32_t client, const char *grant_type, int32_t length);
int32_t oauth_field(int32_t client, int32_t source, const char *name, int32_t length, char *buffer,
    int32_t capacity);
int32_t oauth_introspect(int32_t client);
int32_t oauth_discover(int32_t client);
int32_t oauth_request_headers(int32_t client, const char *method, int32_t method_length,
    const char *url, int32_t url_length, char *headers, int32_t capacity);
int32_t oauth_api_response(int32_t client, const char *url, int32_t url_length, int32_t status,
    const char *headers, int32_t headers_length);
int32_t oauth_await_redirect(int32_t client, int32_t seconds);
int32_t oauth_stop_waiting(int32_t client);
int32_t oauth_userinfo(int32_t client);
int32_t oauth_end_session_url(int32_t client, char *url, int32_t capacity);
int32_t oauth_sasl_response(int32_t client, int32_t mechanism, char *response, int32_t capacity);
int32_t oauth_device_start(int32_t client);
int32_t oauth_device_poll(int32_t client);
int32_t oauth_ciba_start(int32_t client);
int32_t oauth_register(int32_t client);
int32_t oauth_unregister(int32_t client);
