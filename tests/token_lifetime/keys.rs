//! The ways to write a key: `env:NAME`, `file:PATH`, the key itself.

use crate::common::error_text;
use crate::support::*;
use oauth::constants::*;
use std::fs;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn one_key_may_be_written_in_several_ways() {
    if !own_process("keys::one_key_may_be_written_in_several_ways") {
        return;
    }
    let folder = Folder::new();
    let path = folder.path().join("key");
    fs::write(&path, format!("{HEX}\n")).unwrap(); // as openssl rand -hex 32 writes it
    chmod(&path, 0o400);
    std::env::set_var("LIBOAUTH_LIFE_KEY", HEX);
    let file = format!("file:{}", path.display());
    let ways = [HEX, BASE64, BASE64.trim_end_matches('='), "env:LIBOAUTH_LIFE_KEY", &file];
    let mut table = Table::default();
    for one in ways {
        let store = Folder::new();
        assert_eq!(sign_in(&client_in(&store, &[(OAUTH_STORE_KEY, one)]), "1"), 0, "{one}: {}", error_text());
        for other in ways {
            table.row(&format!("{one} {other}"), || {
                let client = client_in(&store, &[(OAUTH_STORE_KEY, other)]);
                gives(&client, "1");
                assert_eq!(client.get(OAUTH_STORE_KEY), other);
                assert_eq!(client.reseal(), 0, "{}", error_text());
                gives(&client_in(&store, &[(OAUTH_STORE_KEY, OTHER_KEY), (OAUTH_STORE_OLD_KEY, other)]), "1");
            });
        }
    }
    table.row("a password is none, wherever it stands", || {
        let long = "x".repeat(4000);
        let nearly =
            [&HEX[1..], &format!("{HEX}0"), &BASE64[1..], &format!("0x{HEX}"), &HEX.replace('f', "g")];
        let words = ["p", "pass word", "\u{e9}\u{65e5}\u{1f511}", &long, "a:b", "/etc/key", "flie:/etc/key"];
        for password in words.into_iter().chain(nearly) {
            let store = Folder::new();
            let client = client_in(&store, &[]);
            for setting in [OAUTH_STORE_KEY, OAUTH_STORE_OLD_KEY] {
                fails(
                    client.set(setting, password),
                    OAUTH_ERROR_VALUE,
                    "use file:PATH, env:NAME or 32 random bytes",
                );
                assert!(password == "p" || !error_text().contains(password), "it is shown: {}", error_text());
            }
            std::env::set_var("LIBOAUTH_LIFE_KEY", password);
            fs::remove_file(&path).unwrap();
            fs::write(&path, format!("{password}\n")).unwrap();
            chmod(&path, 0o400);
            for place in ["env:LIBOAUTH_LIFE_KEY", &file] {
                client.must_set(OAUTH_STORE_KEY, place);
                fails(
                    sign_in(&client, "1"),
                    OAUTH_ERROR_STORE_KEY,
                    "store key: this is no key: write 32 random bytes",
                );
                assert!(error_text().ends_with(place.trim_start_matches("file:")), "{}", error_text());
            }
            assert!(files_below(&store.store()).is_empty());
        }
        std::env::set_var("LIBOAUTH_LIFE_KEY", HEX);
    });
    table.row("what names no key", || {
        let client = client();
        for wrong in [" ", "\t", "env:", "file:", "env:A=B", "file:~/key"] {
            fails(client.set(OAUTH_STORE_KEY, wrong), OAUTH_ERROR_VALUE, "store_key");
            fails(client.set(OAUTH_STORE_OLD_KEY, wrong), OAUTH_ERROR_VALUE, "store_old_key");
            assert_eq!(client.get(OAUTH_STORE_KEY), "");
        }
    });
    table.row("a key that is read anew", || {
        let store = Folder::new();
        let client = client_in(&store, &[(OAUTH_STORE_KEY, "env:LIBOAUTH_LIFE_KEY")]);
        assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
        std::env::set_var("LIBOAUTH_LIFE_KEY", OTHER_KEY);
        fails(client.refresh(), OAUTH_ERROR_STORE_KEY, "store key");
        gives(&client, "1");
        std::env::set_var("LIBOAUTH_LIFE_KEY", HEX);
        client.refresh_to("2");
    });
    table.row("nobody is sent to sign in where the key is missing", || {
        let store = Folder::new();
        let client = client_in(&store, &[(OAUTH_STORE_KEY, "env:LIBOAUTH_LIFE_MISSING")]);
        fails(sign_in(&client, "1"), OAUTH_ERROR_STORE_KEY, "store key");
        assert_eq!(client.get(OAUTH_STATE), "");
        assert!(files_below(&store.store()).is_empty());
    });
    table.end();
}
