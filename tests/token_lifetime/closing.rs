//! A client that is closed with a token that only its memory has.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use std::fs;
use std::time::Duration;

/// A client that has token 2 in memory, where the store has token 1: something lies in the way of the record.
fn unsaved(folder: &Folder, more: &[(i32, &str)]) -> Client {
    let client = client_in(folder, more);
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    assert_eq!(client.refresh(), OAUTH_HTTP_NEEDED, "{}", error_text());
    fs::rename(folder.store(), folder.path().join("away")).unwrap();
    assert_eq!(answer_token(&client, "2"), OAUTH_ERROR_STORE, "{}", error_text());
    gives(&client, "2");
    client
}

fn mend(folder: &Folder) {
    fs::rename(folder.path().join("away"), folder.store()).unwrap();
}

#[test]
fn what_could_not_be_stored_is_stored_or_said() {
    let mut table = Table::default();
    table.row("nothing is unsaved", || {
        let folder = Folder::new();
        assert_eq!(holder_in(&folder, "1").close(), 0);
        assert_eq!(holder("1").close(), 0);
        assert_eq!(client().close(), 0);
    });
    table.row("it cannot be stored", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[]);
        let handle = client.0;
        fails(client.close(), OAUTH_ERROR_STORE, "store: ");
        assert_eq!(oauth::ffi::oauth_client_close(handle), OAUTH_ERROR_HANDLE, "it is closed all the same");
        mend(&folder);
        gives(&folder.client(), "1");
    });
    table.row("it can be stored by now", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[]);
        mend(&folder);
        assert_eq!(client.close(), 0, "{}", error_text());
        gives(&folder.client(), "2");
        assert_eq!(folder.client().get(OAUTH_REFRESH_TOKEN), "SECRET-refresh-2");
    });
    table.row("another has signed in since: that one counts", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[]);
        mend(&folder);
        std::thread::sleep(Duration::from_millis(1100)); // newer by the clock
        assert_eq!(sign_in(&folder.client(), "3"), 0, "{}", error_text());
        assert_eq!(client.close(), 0, "{}", error_text());
        gives(&folder.client(), "3");
    });
    table.row("the record is damaged by now", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[]);
        mend(&folder);
        fs::write(record_of(&folder), "{").unwrap();
        fails(client.close(), OAUTH_ERROR_STORE_FORMAT, "store not readable");
        assert_eq!(fs::read(record_of(&folder)).unwrap(), b"{");
    });
    table.row("others can write to the folder by now", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[]);
        mend(&folder);
        chmod(&folder.store(), 0o777);
        fails(client.close(), OAUTH_ERROR_STORE_UNSAFE, "store refused");
        chmod(&folder.store(), 0o700);
        gives(&folder.client(), "1");
    });
    table.row("a sign-in that could not be stored", || {
        let folder = Folder::new();
        let client = folder.client();
        client.authorize_url();
        assert_eq!(client.exchange("SECRET-code"), OAUTH_HTTP_NEEDED, "{}", error_text());
        chmod(&folder.store(), 0o777);
        assert_eq!(answer_token(&client, "1"), OAUTH_ERROR_STORE_UNSAFE, "{}", error_text());
        chmod(&folder.store(), 0o700);
        assert_eq!(client.close(), 0, "{}", error_text());
        gives(&folder.client(), "1");
    });
    table.end();
}

///
/// The newest refresh token is never dropped silently: a lock that another job holds for a moment is waited for, as
/// everywhere, and one that it holds for longer is OAUTH_ERROR_LOCK.
#[test]
fn a_lock_that_another_holds_is_waited_for() {
    let mut table = Table::default();
    let lock = |folder: &Folder| Held::file(&lock_file(folder)).unwrap();
    table.row("for a moment", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[(OAUTH_LOCK_TIMEOUT, "10")]);
        mend(&folder);
        let holder = lock(&folder);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(300));
                drop(holder);
            });
            assert_eq!(client.close(), 0, "{}", error_text());
        });
        gives(&folder.client(), "2");
    });
    table.row("for longer", || {
        let folder = Folder::new();
        let client = unsaved(&folder, &[(OAUTH_LOCK_TIMEOUT, "1")]);
        mend(&folder);
        let holder = lock(&folder);
        fails(client.close(), OAUTH_ERROR_LOCK, "store locked");
        drop(holder);
        gives(&folder.client(), "1");
    });
    table.end();
}
