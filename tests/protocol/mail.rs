//! What mail servers are shown: fresh as a header, and of a token that can be sent so.

use crate::common::rows::Table;
use crate::common::{error_text, out, Client, Got};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use oauth::constants::*;
use oauth::ffi;

fn client(settings: &[(i32, &str)]) -> Client {
    let client = Client::with(&[
        (OAUTH_HTTP, "caller"),
        (OAUTH_AUTHORIZATION_ENDPOINT, "https://as.example/authorize"),
        (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
        (OAUTH_CLIENT_ID, "me"),
        (OAUTH_CLIENT_SECRET, "s3cret"),
    ]);
    for (property, text) in settings {
        client.must_set(*property, text);
    }
    client
}

/// With a token of that name and type.
fn signed_in(token_type: &str, settings: &[(i32, &str)]) -> Client {
    let client = client(settings);
    client.authorize_url();
    assert_eq!(client.exchange("a-code"), OAUTH_HTTP_NEEDED);
    assert_eq!(brings(&client, "old", token_type), 0, "{}", error_text());
    client
}

fn brings(client: &Client, token: &str, token_type: &str) -> i32 {
    let body = format!(
        r#"{{"access_token":"{token}","token_type":"{token_type}","expires_in":3600,"refresh_token":"rt"}}"#
    );
    client.respond(200, "Content-Type: application/json\r\n", body.as_bytes())
}

fn sasl(client: &Client, mechanism: i32) -> Got {
    out(|buffer, capacity| unsafe { ffi::oauth_sasl_response(client.0, mechanism, buffer, capacity) })
}

fn decoded((n, text): Got) -> String {
    assert!(n > 0, "{n} {}", error_text());
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

#[test]
fn a_mail_server_is_shown_a_fresh_token() {
    let mut table: Table<()> = Table::default();
    for (name, mechanism, user) in [
        ("XOAUTH2", OAUTH_SASL_XOAUTH2, "user=me@example.com"),
        ("OAUTHBEARER", OAUTH_SASL_OAUTHBEARER, "n,a=me@example.com,"),
    ] {
        table.row(name, || {
            let client = signed_in("Bearer", &[(OAUTH_ACCOUNT, "me@example.com")]);
            let of = |token: &str| format!("{user}\x01auth=Bearer {token}\x01\x01");
            assert_eq!(decoded(sasl(&client, mechanism)), of("old"));
            // The mail server has refused it.
            assert_eq!(client.rejected(), 0);
            assert_eq!(sasl(&client, mechanism).0, OAUTH_HTTP_NEEDED);
            let length = brings(&client, "a-longer-one", "Bearer");
            let fresh = sasl(&client, mechanism);
            assert_eq!(fresh.0, length, "{}", error_text());
            assert_eq!(decoded(fresh), of("a-longer-one"));
            // A length alone is no delivery, nor is a buffer that is too small.
            assert_eq!(client.rejected(), 0);
            assert_eq!(sasl(&client, mechanism).0, OAUTH_HTTP_NEEDED);
            let length = brings(&client, "third", "Bearer");
            let mut small = [0; 8];
            let short = unsafe { ffi::oauth_sasl_response(client.0, mechanism, small.as_mut_ptr(), 8) };
            assert_eq!(short, OAUTH_ERROR_BUFFER);
            assert_eq!(sasl(&client, mechanism).0, length);
        });
    }
    table.end();
}

#[test]
fn what_no_mail_server_is_shown() {
    let mut table: Table<()> = Table::default();
    table.row("another mechanism", || {
        let client = signed_in("Bearer", &[(OAUTH_USERNAME, "me")]);
        for mechanism in [0, 500, 503, -1, OAUTH_FIELD_TOKEN] {
            assert_eq!(sasl(&client, mechanism).0, OAUTH_ERROR_PROPERTY);
            assert!(error_text().contains("mechanism of SASL"), "{}", error_text());
        }
    });
    table.row("nobody's mailbox: nothing is asked for", || {
        let client = client(&[(OAUTH_GRANT_TYPE, "client_credentials"), (OAUTH_ACCOUNT, "the-shop")]);
        assert_eq!(sasl(&client, OAUTH_SASL_XOAUTH2).0, OAUTH_ERROR_MISSING);
        assert!(error_text().starts_with("username is not set"), "{}", error_text());
        // This one's server knows it by the token.
        assert_eq!(sasl(&client, OAUTH_SASL_OAUTHBEARER).0, OAUTH_HTTP_NEEDED);
        assert!(brings(&client, "T", "Bearer") > 0, "{}", error_text());
        assert_eq!(decoded(sasl(&client, OAUTH_SASL_OAUTHBEARER)), "n,,\x01auth=Bearer T\x01\x01");
    });
    table.row("a token of another type", || {
        let client = signed_in("mac", &[(OAUTH_USERNAME, "me@example.com")]);
        assert_eq!(sasl(&client, OAUTH_SASL_XOAUTH2).0, OAUTH_ERROR_RESPONSE);
    });
    table.row("nobody has signed in", || {
        let client = client(&[(OAUTH_USERNAME, "me@example.com")]);
        assert_eq!(sasl(&client, OAUTH_SASL_XOAUTH2).0, OAUTH_ERROR_SIGN_IN);
    });
    table.end();
}
