/* OAUTHX.c - the functions of liboauth that the service program exports.
 * Made by "cargo run -p liboauth-bindings" from src/ffi: change that.
 */
#include <stddef.h>

#include "OAUTHCORE.h"
#include "OAUTHX.h"

static bridge_function functions[] = {
    { "oauth_client_new", NULL, 0 },
    { "oauth_client_open", NULL, 0 },
    { "oauth_client_close", NULL, 0 },
    { "oauth_set", NULL, 0 },
    { "oauth_get", NULL, 0 },
    { "oauth_build_authorize_url", NULL, 0 },
    { "oauth_exchange_code", NULL, 0 },
    { "oauth_refresh", NULL, 0 },
    { "oauth_bearer_header", NULL, 0 },
    { "oauth_access_token", NULL, 0 },
    { "oauth_token_rejected", NULL, 0 },
    { "oauth_accounts", NULL, 0 },
    { "oauth_forget", NULL, 0 },
    { "oauth_store_reseal", NULL, 0 },
    { "oauth_import_token", NULL, 0 },
    { "oauth_http_request", NULL, 0 },
    { "oauth_http_response", NULL, 0 },
    { "oauth_error_text", NULL, 0 },
    { "oauth_error_action", NULL, 0 },
    { "oauth_version", NULL, 0 },
    { "oauth_revoke", NULL, 0 },
    { "oauth_request_token", NULL, 0 },
    { "oauth_field", NULL, 0 },
    { "oauth_introspect", NULL, 0 },
    { "oauth_discover", NULL, 0 },
    { "oauth_request_headers", NULL, 0 },
    { "oauth_api_response", NULL, 0 },
    { "oauth_await_redirect", NULL, 0 },
    { "oauth_stop_waiting", NULL, 0 },
    { "oauth_userinfo", NULL, 0 },
    { "oauth_end_session_url", NULL, 0 },
    { "oauth_sasl_response", NULL, 0 },
    { "oauth_device_start", NULL, 0 },
    { "oauth_device_poll", NULL, 0 },
    { "oauth_ciba_start", NULL, 0 },
    { "oauth_register", NULL, 0 },
    { "oauth_unregister", NULL, 0 }};

int oauth_client_new(void)
{
    bridge_call call;

    bridge_begin(&call, &functions[0]);
    return bridge_run(&call);
}

int oauth_client_open(const char *profile, int length)
{
    bridge_call call;

    bridge_begin(&call, &functions[1]);
    bridge_text(&call, profile, length);
    return bridge_run(&call);
}

int oauth_client_close(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[2]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_set(int client, int property, const char *text, int length)
{
    bridge_call call;

    bridge_begin(&call, &functions[3]);
    bridge_int(&call, client);
    bridge_int(&call, property);
    bridge_text(&call, text, length);
    return bridge_run(&call);
}

int oauth_get(int client, int property, char *buffer, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[4]);
    bridge_int(&call, client);
    bridge_int(&call, property);
    bridge_read(&call, buffer, capacity);
    return bridge_run(&call);
}

int oauth_build_authorize_url(int client, char *url, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[5]);
    bridge_int(&call, client);
    bridge_made(&call, url, capacity);
    return bridge_run(&call);
}

int oauth_exchange_code(int client, const char *code, int length)
{
    bridge_call call;

    bridge_begin(&call, &functions[6]);
    bridge_int(&call, client);
    bridge_text(&call, code, length);
    return bridge_run(&call);
}

int oauth_refresh(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[7]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_bearer_header(int client, char *header, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[8]);
    bridge_int(&call, client);
    bridge_made(&call, header, capacity);
    return bridge_run(&call);
}

int oauth_access_token(int client, char *token, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[9]);
    bridge_int(&call, client);
    bridge_made(&call, token, capacity);
    return bridge_run(&call);
}

int oauth_token_rejected(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[10]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_accounts(int client, int page, char *buffer, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[11]);
    bridge_int(&call, client);
    bridge_int(&call, page);
    bridge_read(&call, buffer, capacity);
    return bridge_run(&call);
}

int oauth_forget(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[12]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_store_reseal(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[13]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_import_token(int client, int expected, const char *record,
                       int length)
{
    bridge_call call;

    bridge_begin(&call, &functions[14]);
    bridge_int(&call, client);
    bridge_int(&call, expected);
    bridge_text(&call, record, length);
    return bridge_run(&call);
}

int oauth_http_request(int client, int part, char *buffer, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[15]);
    bridge_int(&call, client);
    bridge_int(&call, part);
    bridge_read(&call, buffer, capacity);
    return bridge_run(&call);
}

int oauth_http_response(int client, int status, const char *headers,
                        int headers_length, const char *body, int body_length)
{
    bridge_call call;

    bridge_begin(&call, &functions[16]);
    bridge_int(&call, client);
    bridge_int(&call, status);
    bridge_bytes(&call, headers, headers_length);
    bridge_bytes(&call, body, body_length);
    return bridge_run(&call);
}

int oauth_error_text(char *buffer, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[17]);
    bridge_read(&call, buffer, capacity);
    return bridge_run_inquiry(&call);
}

int oauth_error_action(void)
{
    bridge_call call;

    bridge_begin(&call, &functions[18]);
    return bridge_run_inquiry(&call);
}

int oauth_version(char *buffer, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[19]);
    bridge_read(&call, buffer, capacity);
    return bridge_run(&call);
}

int oauth_revoke(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[20]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_request_token(int client, const char *grant_type, int length)
{
    bridge_call call;

    bridge_begin(&call, &functions[21]);
    bridge_int(&call, client);
    bridge_text(&call, grant_type, length);
    return bridge_run(&call);
}

int oauth_field(int client, int source, const char *name, int length,
                char *buffer, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[22]);
    bridge_int(&call, client);
    bridge_int(&call, source);
    bridge_text(&call, name, length);
    bridge_read(&call, buffer, capacity);
    return bridge_run(&call);
}

int oauth_introspect(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[23]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_discover(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[24]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_request_headers(int client, const char *method, int method_length,
                          const char *url, int url_length, char *headers,
                          int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[25]);
    bridge_int(&call, client);
    bridge_text(&call, method, method_length);
    bridge_text(&call, url, url_length);
    bridge_made(&call, headers, capacity);
    return bridge_run(&call);
}

int oauth_api_response(int client, const char *url, int url_length, int status,
                       const char *headers, int headers_length)
{
    bridge_call call;

    bridge_begin(&call, &functions[26]);
    bridge_int(&call, client);
    bridge_text(&call, url, url_length);
    bridge_int(&call, status);
    bridge_bytes(&call, headers, headers_length);
    return bridge_run(&call);
}

int oauth_await_redirect(int client, int seconds)
{
    bridge_call call;

    bridge_begin(&call, &functions[27]);
    bridge_int(&call, client);
    bridge_int(&call, seconds);
    return bridge_run(&call);
}

int oauth_stop_waiting(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[28]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_userinfo(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[29]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_end_session_url(int client, char *url, int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[30]);
    bridge_int(&call, client);
    bridge_made(&call, url, capacity);
    return bridge_run(&call);
}

int oauth_sasl_response(int client, int mechanism, char *response,
                        int capacity)
{
    bridge_call call;

    bridge_begin(&call, &functions[31]);
    bridge_int(&call, client);
    bridge_int(&call, mechanism);
    bridge_made(&call, response, capacity);
    return bridge_run(&call);
}

int oauth_device_start(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[32]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_device_poll(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[33]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_ciba_start(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[34]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_register(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[35]);
    bridge_int(&call, client);
    return bridge_run(&call);
}

int oauth_unregister(int client)
{
    bridge_call call;

    bridge_begin(&call, &functions[36]);
    bridge_int(&call, client);
    return bridge_run(&call);
}
