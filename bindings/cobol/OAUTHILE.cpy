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

      * ---- what the bridge has besides; OAUTH-CCSID is a field of the
      * program's own, PIC S9(9) COMP-5 ----

      * From now on the texts of this activation group, in all its
      * threads, are in ccsid, such as 37, or 1208 for UTF-8. 0: in the
      * job's, as before the first call; that of a job with 65535 is its
      * default one. Every text is meant, also the headers and the body
      * of an HTTP answer; lengths and capacities are bytes of that
      * CCSID.
      *
      * Returns 0, or OAUTH-ERROR-CCSID where the system cannot convert
      * it, or a character has more than a byte in it, as in UTF-16:
      * then nothing has changed. Since 0.1.
      *
      *     CALL "oauth_bridge_ccsid" USING
      *         BY VALUE OAUTH-CCSID
      *         RETURNING OAUTH-RC
      *     END-CALL

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
               "oauth_unregister"
               "oauth_bridge_ccsid".
