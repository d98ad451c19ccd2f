/* The functions of liboauth 0.1.0 for the extension of Tcl, which includes this.
 *
 * Made by `cargo run -p liboauth-bindings` from src/constants and src/ffi: change those.
 */

static int32_t call_oauth_client_new(const struct given *given)
{
    (void)given;
    return oauth_client_new();
}

static int32_t call_oauth_client_open(const struct given *given)
{
    return oauth_client_open(given[0].text, given[0].number);
}

static int32_t call_oauth_client_close(const struct given *given)
{
    return oauth_client_close(given[0].number);
}

static int32_t call_oauth_set(const struct given *given)
{
    return oauth_set(given[0].number, given[1].number, given[2].text, given[2].number);
}

static int32_t call_oauth_get(const struct given *given)
{
    return oauth_get(given[0].number, given[1].number, given[2].buffer, given[2].number);
}

static int32_t call_oauth_build_authorize_url(const struct given *given)
{
    return oauth_build_authorize_url(given[0].number, given[1].buffer, given[1].number);
}

static int32_t call_oauth_exchange_code(const struct given *given)
{
    return oauth_exchange_code(given[0].number, given[1].text, given[1].number);
}

static int32_t call_oauth_refresh(const struct given *given)
{
    return oauth_refresh(given[0].number);
}

static int32_t call_oauth_bearer_header(const struct given *given)
{
    return oauth_bearer_header(given[0].number, given[1].buffer, given[1].number);
}

static int32_t call_oauth_access_token(const struct given *given)
{
    return oauth_access_token(given[0].number, given[1].buffer, given[1].number);
}

static int32_t call_oauth_token_rejected(const struct given *given)
{
    return oauth_token_rejected(given[0].number);
}

static int32_t call_oauth_accounts(const struct given *given)
{
    return oauth_accounts(given[0].number, given[1].number, given[2].buffer, given[2].number);
}

static int32_t call_oauth_forget(const struct given *given)
{
    return oauth_forget(given[0].number);
}

static int32_t call_oauth_store_reseal(const struct given *given)
{
    return oauth_store_reseal(given[0].number);
}

static int32_t call_oauth_import_token(const struct given *given)
{
    return oauth_import_token(given[0].number, given[1].number, given[2].text, given[2].number);
}

static int32_t call_oauth_http_request(const struct given *given)
{
    return oauth_http_request(given[0].number, given[1].number, given[2].buffer, given[2].number);
}

static int32_t call_oauth_http_response(const struct given *given)
{
    return oauth_http_response(given[0].number, given[1].number, given[2].text, given[2].number,
        given[3].text, given[3].number);
}

static int32_t call_oauth_error_text(const struct given *given)
{
    return oauth_error_text(given[0].buffer, given[0].number);
}

static int32_t call_oauth_error_action(const struct given *given)
{
    (void)given;
    return oauth_error_action();
}

static int32_t call_oauth_version(const struct given *given)
{
    return oauth_version(given[0].buffer, given[0].number);
}

static int32_t call_oauth_revoke(const struct given *given)
{
    return oauth_revoke(given[0].number);
}

static int32_t call_oauth_request_token(const struct given *given)
{
    return oauth_request_token(given[0].number, given[1].text, given[1].number);
}

static int32_t call_oauth_field(const struct given *given)
{
    return oauth_field(given[0].number, given[1].number, given[2].text, given[2].number,
        given[3].buffer, given[3].number);
}

static int32_t call_oauth_introspect(const struct given *given)
{
    return oauth_introspect(given[0].number);
}

static int32_t call_oauth_discover(const struct given *given)
{
    return oauth_discover(given[0].number);
}

static int32_t call_oauth_request_headers(const struct given *given)
{
    return oauth_request_headers(given[0].number, given[1].text, given[1].number, given[2].text,
        given[2].number, given[3].buffer, given[3].number);
}

static int32_t call_oauth_api_response(const struct given *given)
{
    return oauth_api_response(given[0].number, given[1].text, given[1].number, given[2].number,
        given[3].text, given[3].number);
}

static int32_t call_oauth_await_redirect(const struct given *given)
{
    return oauth_await_redirect(given[0].number, given[1].number);
}

static int32_t call_oauth_stop_waiting(const struct given *given)
{
    return oauth_stop_waiting(given[0].number);
}

static int32_t call_oauth_userinfo(const struct given *given)
{
    return oauth_userinfo(given[0].number);
}

static int32_t call_oauth_end_session_url(const struct given *given)
{
    return oauth_end_session_url(given[0].number, given[1].buffer, given[1].number);
}

static int32_t call_oauth_sasl_response(const struct given *given)
{
    return oauth_sasl_response(given[0].number, given[1].number, given[2].buffer, given[2].number);
}

static int32_t call_oauth_device_start(const struct given *given)
{
    return oauth_device_start(given[0].number);
}

static int32_t call_oauth_device_poll(const struct given *given)
{
    return oauth_device_poll(given[0].number);
}

static int32_t call_oauth_ciba_start(const struct given *given)
{
    return oauth_ciba_start(given[0].number);
}

static int32_t call_oauth_register(const struct given *given)
{
    return oauth_register(given[0].number);
}

static int32_t call_oauth_unregister(const struct given *given)
{
    return oauth_unregister(given[0].number);
}

/* i: a number, t: a text and its length, b: bytes and their length, o: a buffer. */
static const struct function functions[] = {
    {"::liboauth::c::oauth_client_new", "", NULL, call_oauth_client_new},
    {"::liboauth::c::oauth_client_open", "t", "profile length", call_oauth_client_open},
    {"::liboauth::c::oauth_client_close", "i", "client", call_oauth_client_close},
    {"::liboauth::c::oauth_set", "iit", "client property text length", call_oauth_set},
    {"::liboauth::c::oauth_get", "iio", "client property ?capacity?", call_oauth_get},
    {"::liboauth::c::oauth_build_authorize_url", "io", "client ?capacity?",
        call_oauth_build_authorize_url},
    {"::liboauth::c::oauth_exchange_code", "it", "client code length", call_oauth_exchange_code},
    {"::liboauth::c::oauth_refresh", "i", "client", call_oauth_refresh},
    {"::liboauth::c::oauth_bearer_header", "io", "client ?capacity?", call_oauth_bearer_header},
    {"::liboauth::c::oauth_access_token", "io", "client ?capacity?", call_oauth_access_token},
    {"::liboauth::c::oauth_token_rejected", "i", "client", call_oauth_token_rejected},
    {"::liboauth::c::oauth_accounts", "iio", "client page ?capacity?", call_oauth_accounts},
    {"::liboauth::c::oauth_forget", "i", "client", call_oauth_forget},
    {"::liboauth::c::oauth_store_reseal", "i", "client", call_oauth_store_reseal},
    {"::liboauth::c::oauth_import_token", "iit", "client expected record length",
        call_oauth_import_token},
    {"::liboauth::c::oauth_http_request", "iio", "client part ?capacity?", call_oauth_http_request},
    {"::liboauth::c::oauth_http_response", "iibb",
        "client status headers headers_length body body_length", call_oauth_http_response},
    {"::liboauth::c::oauth_error_text", "o", "?capacity?", call_oauth_error_text},
    {"::liboauth::c::oauth_error_action", "", NULL, call_oauth_error_action},
    {"::liboauth::c::oauth_version", "o", "?capacity?", call_oauth_version},
    {"::liboauth::c::oauth_revoke", "i", "client", call_oauth_revoke},
    {"::liboauth::c::oauth_request_token", "it", "client grant_type length",
        call_oauth_request_token},
    {"::liboauth::c::oauth_field", "iito", "client source name length ?capacity?",
        call_oauth_field},
    {"::liboauth::c::oauth_introspect", "i", "client", call_oauth_introspect},
    {"::liboauth::c::oauth_discover", "i", "client", call_oauth_discover},
    {"::liboauth::c::oauth_request_headers", "itto",
        "client method method_length url url_length ?capacity?", call_oauth_request_headers},
    {"::liboauth::c::oauth_api_response", "itib",
        "client url url_length status headers headers_length", call_oauth_api_response},
    {"::liboauth::c::oauth_await_redirect", "ii", "client seconds", call_oauth_await_redirect},
    {"::liboauth::c::oauth_stop_waiting", "i", "client", call_oauth_stop_waiting},
    {"::liboauth::c::oauth_userinfo", "i", "client", call_oauth_userinfo},
    {"::liboauth::c::oauth_end_session_url", "io", "client ?capacity?", call_oauth_end_session_url},
    {"::liboauth::c::oauth_sasl_response", "iio", "client mechanism ?capacity?",
        call_oauth_sasl_response},
    {"::liboauth::c::oauth_device_start", "i", "client", call_oauth_device_start},
    {"::liboauth::c::oauth_device_poll", "i", "client", call_oauth_device_poll},
    {"::liboauth::c::oauth_ciba_start", "i", "client", call_oauth_ciba_start},
    {"::liboauth::c::oauth_register", "i", "client", call_oauth_register},
    {"::liboauth::c::oauth_unregister", "i", "client", call_oauth_unregister},
};
