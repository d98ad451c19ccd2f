//! Stores that came from another machine, whose processor has its numbers in the other order. Each of `elsewhere/` was written
//! there by `writes_a_store`, which is run by hand:
//!
//!     LIBOAUTH_WRITES=tests/token_lifetime/elsewhere/x86_64 cargo test --test token_lifetime -- --ignored elsewhere

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;
use std::path::{Path, PathBuf};

const KEY: (i32, &str) =
    (OAUTH_STORE_KEY, "4b1d5e7f00112233445566778899aabbccddeeff0123456789abcdef01234567");
const ACCOUNTS: [(&str, &[(i32, &str)]); 2] = [("plain", &[]), ("sealed", &[KEY])];

fn client(folder: &Folder, account: &str, more: &[(i32, &str)]) -> Client {
    let client = client_in(folder, more);
    client.must_set(OAUTH_ACCOUNT, account);
    client
}

/// With all that a job leaves: a record that was replaced, and the notes of a request that the server has put off.
fn leave(client: &Client) {
    let years = 900_000_000;
    sign_in_with(client, "", &token_for("1", years));
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(200, JSON, token_for("2", years).as_bytes()), 0, "{}", error_text());
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    assert_eq!(client.respond(503, "", b""), OAUTH_ERROR_UNAVAILABLE, "{}", error_text());
}

#[test]
fn a_store_is_read_on_any_processor() {
    let mut table = Table::default();
    for from in ["x86_64", "powerpc64"] {
        for (account, key) in ACCOUNTS {
            table.row(&format!("{account}, from {from}"), || {
                let folder = Folder::new();
                copy(&stored(from), &folder.store());
                let client = client(&folder, account, key);
                gives(&client, "2");
                assert_eq!(client.generation(), "2");
                assert_eq!(client.get(OAUTH_EXPIRES_AT).get(..3), Some("205"));
                client.refresh_to("3");
                gives(&self::client(&folder, account, key), "3");
                assert_eq!(client.generation(), "3");
            });
        }
    }
    table.end();
}

#[test]
#[ignore = "writes what is committed"]
fn writes_a_store() {
    let folder = Folder::new();
    for (account, key) in ACCOUNTS {
        leave(&client(&folder, account, key));
    }
    copy(&folder.store(), Path::new(&std::env::var("LIBOAUTH_WRITES").unwrap()));
}

fn stored(from: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/token_lifetime/elsewhere").join(from)
}

/// But for the URLs that people were sent to, which live for minutes; git keeps no rights.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    chmod(to, 0o700);
    for path in files_below(from).into_iter().filter(|path| path.parent() == Some(from)) {
        let copied = to.join(path.file_name().unwrap());
        fs::copy(&path, &copied).unwrap();
        chmod(&copied, 0o600);
    }
}
