      * OAUTHILE.cpy - liboauth 0.1.0 for ILE COBOL: says that what
      * OAUTHIBM.cpy calls are procedures, as CALL means a program
      * otherwise. It ends the paragraph:
      *
      *     SPECIAL-NAMES.
      *         COPY OAUTHILE.
      *
      * The names are in small letters: OPTION(*NOMONOPRC).
      *
      * Made by "cargo run -p liboauth-bindings" from src/ffi.
           LINKAGE TYPE IS PROCEDURE FOR
               "oauth_client_new"
               "oauth_client_open"
               "oauth_client_close"
               "oauth_set"
               "oauth_get"
               "oauth_build_authorize_url"
               "oauth_exchange_code"
               "oauth_refresh"
               "oauth_bearer_header"
               "oauth_access_token"
               "oauth_token_rejected"
               "oauth_accounts"
               "oauth_forget"
               "oauth_store_reseal"
               "oauth_import_token"
               "oauth_http_request"
               "oauth_http_response"
               "oauth_error_text"
               "oauth_error_action"
               "oauth_version"
               "oauth_revoke"
               "oauth_request_token"
               "oauth_field"
               "oauth_introspect"
               "oauth_discover"
               "oauth_request_headers"
               "oauth_api_response"
               "oauth_await_redirect"
               "oauth_stop_waiting"
               "oauth_userinfo"
               "oauth_end_session_url"
               "oauth_sasl_response"
               "oauth_device_start"
               "oauth_device_poll"
               "oauth_ciba_start"
               "oauth_register"
               "oauth_unregister".
