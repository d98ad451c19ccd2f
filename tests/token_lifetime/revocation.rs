//! Tokens that the server is told to revoke (RFC 7009): both, in order, and what is left where one stays.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;

fn revoke(client: &Client) -> i32 {
    ffi::oauth_revoke(client.0)
}

/// In either carrier's hands the same requests go out, and the same is left.
#[test]
fn both_tokens_are_revoked_and_then_gone_for_all_jobs() {
    let mut table = Table::default();
    for store in ["memory:", "file:"] {
        table.row(&format!("caller, {store}"), || {
            let folder = Folder::new();
            let client = client();
            client.must_set(OAUTH_STORE, &if store == "file:" { folder.setting() } else { store.to_owned() });
            client.must_set(OAUTH_REVOCATION_ENDPOINT, "https://as.example/revoke");
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            let sent = ["refresh", "access"].map(|token| {
                let answer = if token == "refresh" { revoke(&client) } else { client.respond(200, "", b"") };
                assert_eq!(answer, OAUTH_HTTP_NEEDED, "{}", error_text());
                assert_eq!(client.request(OAUTH_REQUEST_URL).1, "https://as.example/revoke");
                content(&client)
            });
            assert_eq!(parameter_of(&sent[0], "token"), "SECRET-refresh-1");
            assert_eq!(parameter_of(&sent[0], "token_type_hint"), "refresh_token");
            assert_eq!(parameter_of(&sent[1], "token"), "SECRET-access-1");
            assert_eq!(parameter_of(&sent[1], "token_type_hint"), "access_token");
            assert_eq!(client.respond(204, "", b""), 0, "{}", error_text());
            fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in again");
            assert_eq!(contents(&folder), Vec::new());
        });
        table.row(&format!("builtin, {store}"), || {
            let folder = Folder::new();
            let stored = (store == "file:").then_some(&folder);
            let server = Script::of_tokens(HOUR);
            let client =
                server.holder(stored, &[(OAUTH_REVOCATION_ENDPOINT, &format!("{}/revoke", server.url()))]);
            let other = server.client(stored, &[]);
            assert_eq!(revoke(&client), 0, "{}", error_text());
            let sent = server.requests();
            assert_eq!(parameter_of(&sent[1], "token"), "SECRET-refresh-0");
            assert_eq!(parameter_of(&sent[2], "token"), "SECRET-access-0");
            assert_eq!(sent.len(), 3);
            fails(client.header().0, OAUTH_ERROR_SIGN_IN, "sign in again");
            fails(other.header().0, OAUTH_ERROR_SIGN_IN, "sign in again");
        });
    }
    table.end();
}
