//! The properties that can be read and not set: what operations have brought.
#![forbid(unsafe_code)]

use crate::constants as number;

/// Every result's number and key.
pub const RESULTS: &[(i32, &str)] = &[
    (number::OAUTH_STATE, "state"),
    (number::OAUTH_ACCESS_TOKEN, "access_token"),
    (number::OAUTH_REFRESH_TOKEN, "refresh_token"),
    (number::OAUTH_ID_TOKEN, "id_token"),
    (number::OAUTH_TOKEN_TYPE, "token_type"),
    (number::OAUTH_EXPIRES_AT, "expires_at"),
    (number::OAUTH_GRANTED_SCOPE, "granted_scope"),
    (number::OAUTH_ERROR, "error"),
    (number::OAUTH_ERROR_DESCRIPTION, "error_description"),
    (number::OAUTH_ERROR_URI, "error_uri"),
    (number::OAUTH_HTTP_STATUS, "http_status"),
    (number::OAUTH_RETRY_AFTER, "retry_after"),
    (number::OAUTH_NONCE, "nonce"),
    (number::OAUTH_GENERATION, "generation"),
    (number::OAUTH_TOKEN_RECORD, "token_record"),
    (number::OAUTH_STATUS_LINE, "status_line"),
    (number::OAUTH_DPOP_JKT, "dpop_jkt"),
    (number::OAUTH_END_SESSION_STATE, "end_session_state"),
    (number::OAUTH_USER_CODE, "user_code"),
    (number::OAUTH_VERIFICATION_URI, "verification_uri"),
    (number::OAUTH_VERIFICATION_COMPLETE, "verification_complete"),
    (number::OAUTH_QR_CODE, "qr_code"),
    (number::OAUTH_DEVICE_EXPIRES_AT, "device_expires_at"),
];
