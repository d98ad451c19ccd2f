//! A record that is damaged, newer than the library, or another client's: refused, and left byte for byte.

use crate::common::{error_text, Client};
use crate::support::*;
use oauth::constants::*;
use oauth::ffi;
use std::fs;
use std::path::PathBuf;

/// What became of a record.
type Damage = fn(&str) -> Vec<u8>;

const DAMAGES: &[(&str, Damage)] = &[
    ("zero length", |_| Vec::new()),
    ("one byte", |_| b"{".to_vec()),
    ("cut by a byte", |record| record[..record.len() - 2].into()),
    ("cut in the middle", |record| record[..record.len() / 2].into()),
    ("zeros, as after a power cut", |record| vec![0; record.len()]),
    ("zeros at the end", |record| [&record.as_bytes()[..record.len() - 8], &[0; 8]].concat()),
    ("blanks", |record| vec![b' '; record.len()]),
    ("twice", |record| record.repeat(2).into()),
    ("a web page", |_| b"<html></html>".to_vec()),
    ("not UTF-8", |record| [record.as_bytes(), b"\xff"].concat()),
    ("not UTF-8 in a token", |record| replace_bytes(record, b"SECRET-access-1", b"SECRET-acc\xffss-1")),
    ("UTF-16", |record| record.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("null", |_| b"null".to_vec()),
    ("a list", |record| format!("[{record}]").into()),
    ("no member", |_| b"{}".to_vec()),
    ("no format", |record| record.replace("\"format\"", "\"f0rmat\"").into()),
    ("a newer format", |record| record.replace("\"format\": 1", "\"format\": 2").into()),
    ("a much newer format", |record| record.replace("\"format\": 1", "\"format\": 99999999999").into()),
    ("a newer format with other members", |_| b"{\"format\": 2, \"sealed\": \"SECRET\"}".to_vec()),
    ("format 0", |record| record.replace("\"format\": 1", "\"format\": 0").into()),
    ("a negative format", |record| record.replace("\"format\": 1", "\"format\": -1").into()),
    ("half a format", |record| record.replace("\"format\": 1", "\"format\": 1.5").into()),
    ("a format in words", |record| record.replace("\"format\": 1", "\"format\": \"1\"").into()),
    ("an access token that is a number", |record| record.replace("\"SECRET-access-1\"", "7").into()),
    ("an empty access token", |record| record.replace("SECRET-access-1", "").into()),
    ("no access token", |record| record.replace("\"access_token\"", "\"acces_token\"").into()),
    ("two access tokens", |record| {
        record.replacen("\"access_token\"", "\"access_token\": \"SECRET-2\", \"access_token\"", 1).into()
    }),
    ("a header in the access token", |record| record.replace("access-1", "access-1\\r\\nX-Evil: 1").into()),
    ("a letter that no token has", |record| record.replace("access-1", "access-\u{e9}").into()),
    ("a refresh token that is a number", |record| record.replace("\"SECRET-refresh-1\"", "7").into()),
    ("an expiry in words", |record| member(record, "expires_at", "\"tomorrow\"")),
    ("an expiry that is no number of seconds", |record| member(record, "expires_at", "1e300")),
    ("another client_id", |record| record.replace("\"edge\"", "\"edgf\"").into()),
    ("another token endpoint", |record| record.replace("as.example/token", "as.example/tokem").into()),
    ("another account", |record| record.replace("\"account\": \"\"", "\"account\": \"anne\"").into()),
    ("5 MiB", |record| record.replace("\"read write\"", &format!("\"{}\"", "x".repeat(5 << 20))).into()),
    ("nested too deeply", |record| member(record, "extra", &("[".repeat(100_000) + &"]".repeat(100_000)))),
];

#[test]
fn a_damaged_record_is_an_error_and_left_byte_for_byte() {
    let mut table = Table::default();
    for (name, damage) in DAMAGES {
        table.row(name, || {
            let (folder, record, good) = stored();
            let bad = damage(&good);
            assert_ne!(bad, good.as_bytes(), "the damage is none");
            fs::write(&record, &bad).unwrap();
            is_refused_by(&folder.client());
            assert!(fs::read(&record).unwrap() == bad, "the record has changed");
            // Mended, all is as before.
            fs::write(&record, &good).unwrap();
            gives(&folder.client(), "1");
        });
    }
    table.end();
}

#[test]
fn who_has_a_token_in_memory_goes_on_and_leaves_a_damaged_record_too() {
    let mut table = Table::default();
    for (name, damage) in DAMAGES {
        table.row(name, || {
            let folder = Folder::new();
            let client = folder.client();
            assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
            let record = folder.record();
            let bad = damage(&fs::read_to_string(&record).unwrap());
            fs::write(&record, &bad).unwrap();
            gives(&client, "1");
            fails(client.refresh(), OAUTH_ERROR_STORE_FORMAT, "store not readable");
            gives(&client, "1");
            // Somebody signs in again: the newest token is given out, and what nobody understands is still there.
            fails(sign_in(&client, "2"), OAUTH_ERROR_STORE_FORMAT, "store not readable");
            for _ in 0..3 {
                gives(&client, "2");
            }
            assert!(fs::read(&record).unwrap() == bad, "the record has changed");
            fs::remove_file(&record).unwrap();
            gives(&client, "2");
            gives(&folder.client(), "2");
        });
    }
    table.end();
}

#[test]
fn another_clients_record_under_our_name_is_refused() {
    let (folder, record, good) = stored();
    let another = client_with(&[(OAUTH_STORE, &folder.setting()), (OAUTH_ACCOUNT, "anne")]);
    assert_eq!(sign_in(&another, "of-anne"), 0, "{}", error_text());
    let theirs = folder.records().into_iter().find(|p| *p != record).unwrap();
    fs::copy(&theirs, &record).unwrap();
    let copied = fs::read(&record).unwrap();
    let client = folder.client();
    is_refused_by(&client);
    fails(client.header().0, OAUTH_ERROR_STORE_FORMAT, "another client's");
    assert_eq!(fs::read(&record).unwrap(), copied);
    fs::write(&record, good).unwrap();
    gives(&folder.client(), "1");
    drop(another);
    gives(&client_with(&[(OAUTH_STORE, &folder.setting()), (OAUTH_ACCOUNT, "anne")]), "of-anne");
}

/// Each bit of the record once. In the value of a token, a time, a scope or a member that is not ours it cannot be
/// told from another value, but never makes another client's token of it, or one that breaks a header.
#[test]
fn a_flipped_bit_is_noticed_wherever_it_can_be() {
    let (folder, record, good) = stored();
    let client = folder.client();
    let mut table = Table::default();
    for at in 0..good.trim_end().len() {
        for bit in 0..8 {
            let mut bad = good.clone().into_bytes();
            bad[at] ^= 1 << bit;
            let near = &good[at.saturating_sub(12)..(at + 6).min(good.len())];
            table.row(&format!("byte {at}, bit {bit}, in {near:?}"), || {
                fs::write(&record, &bad).unwrap();
                // Forgets what was read before.
                client.must_set(OAUTH_STORE, "");
                client.must_set(OAUTH_STORE, &folder.setting());
                let mut header = [0; 256];
                let answer = unsafe { ffi::oauth_bearer_header(client.0, header.as_mut_ptr().cast(), 256) };
                assert!(fs::read(&record).unwrap() == bad, "the record has changed");
                if answer == OAUTH_ERROR_STORE_FORMAT {
                    return fails(answer, OAUTH_ERROR_STORE_FORMAT, "store not readable");
                }
                let header = String::from_utf8_lossy(&header[..usize::try_from(answer.max(0)).unwrap()]);
                let can_be_any = in_value(&good, at) && bad.is_ascii();
                assert!(can_be_any, "{answer}: {header}: {}", error_text());
                assert!(!header.chars().any(char::is_control), "{header:?}");
            });
        }
    }
    table.end();
}

/// Whether the byte is in a value that may be any, or is white space.
fn in_value(record: &str, at: usize) -> bool {
    let line_start = record[..at].rfind('\n').map_or(0, |n| n + 1);
    let line = record[line_start..].lines().next().unwrap();
    let (name, value) = line.split_once(": ").unwrap_or((line, ""));
    let value_start = line_start + name.len() + 2;
    let value = value.trim_end_matches(',').trim_matches('"');
    let in_value = at >= value_start && at <= value_start + value.len();
    let may_be_any = [
        "generation",
        "renewed_by",
        "access_token",
        "refresh_token",
        "id_token",
        "token_type",
        "scope",
        "expires_at",
        "obtained_at",
    ];
    let is_blank = record.as_bytes()[at].is_ascii_whitespace();
    is_blank || (in_value && may_be_any.iter().any(|n| name.trim() == format!("\"{n}\"")))
}

/// A store with a record, and its text.
fn stored() -> (Folder, PathBuf, String) {
    let folder = Folder::new();
    let client = folder.client();
    assert_eq!(sign_in(&client, "1"), 0, "{}", error_text());
    let record = folder.record();
    let text = fs::read_to_string(&record).unwrap();
    (folder, record, text)
}

/// Nothing that this client does gets by the record.
#[track_caller]
fn is_refused_by(client: &Client) {
    let says = "store not readable";
    fails(client.header().0, OAUTH_ERROR_STORE_FORMAT, says);
    fails(client.access_token().0, OAUTH_ERROR_STORE_FORMAT, says);
    fails(client.refresh(), OAUTH_ERROR_STORE_FORMAT, says);
    fails(sign_in(client, "2"), OAUTH_ERROR_STORE_FORMAT, says);
    assert_eq!(client.rejected(), 0);
    fails(client.header().0, OAUTH_ERROR_STORE_FORMAT, says);
}

fn member(record: &str, name: &str, value: &str) -> Vec<u8> {
    let start = record.find(&format!("\"{name}\": ")).unwrap();
    let end = start + record[start..].find('\n').unwrap();
    let comma = if record[..end].ends_with(',') { "," } else { "" };
    format!("{}\"{name}\": {value}{comma}{}", &record[..start], &record[end..]).into()
}

fn replace_bytes(record: &str, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = record.as_bytes().windows(from.len()).position(|w| w == from).unwrap();
    [&record.as_bytes()[..at], to, &record.as_bytes()[at + from.len()..]].concat()
}
