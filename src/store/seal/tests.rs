//! What opens, what does not, and what is said of it.
#![forbid(unsafe_code)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::constants as number;
use crate::secret::Secret;
use crate::secret_source::SecretSource;
use crate::system::{self, GivenPath};

const NAME: &str = "0123456789abcdef-0123456789abcdef0123456789abcdef";
const PLAIN: &[u8] = b"{\"access_token\": \"very secret\"}\n";
/// 32 bytes, 0 to 31.
const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "U0VDUkVUIGtleSBvZiB0aGUgc3RvcmUAAAAAAAAAAAA=";

fn key(text: &str) -> Key {
    KeySource::parse("store_key", text).unwrap().unwrap().read().unwrap()
}

fn sealed(text: &str) -> String {
    String::from_utf8(seal(&key(text), "record", NAME, PLAIN).unwrap()).unwrap()
}

fn opened(keys: &[Key], kind: &str, name: &str, text: &str) -> Result<(Wiped<Vec<u8>>, usize)> {
    open(keys, kind, name, Path::new("/store/x.json"), &Json::parse(text).unwrap())
}

fn code(text: &str, keys: &[Key]) -> i32 {
    refused(keys, "record", NAME, text).code()
}

fn refused(keys: &[Key], kind: &str, name: &str, text: &str) -> Error {
    opened(keys, kind, name, text).err().expect("it opened")
}

/// A folder of this test's own, removed with all that is in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("liboauth-seal-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Of that mode, where files have modes.
    fn file(&self, name: &str, text: &[u8], mode: u32) -> KeySource {
        let path = self.0.join(name);
        let _ = fs::remove_file(&path);
        let mut file = system::create_at(&system::open_folder(&self.0, true).unwrap(), name).unwrap();
        file.write_all(text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        #[cfg(windows)]
        let _ = mode;
        source(&path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn source(path: &Path) -> KeySource {
    KeySource::parse("store_key", &format!("file:{}", path.display())).unwrap().unwrap()
}

#[test]
fn what_is_sealed_opens_and_looks_as_documented() {
    let text = sealed(HEX);
    assert!(
        text.starts_with("{\n  \"format\": 1,\n  \"sealed\": \"xchacha20poly1305\",\n  \"key\": \""),
        "{text}"
    );
    assert!(text.ends_with("\"\n}\n"));
    assert!(!text.contains("secret"));
    let json = Json::parse(&text).unwrap();
    assert!(is_sealed(&json));
    assert!(!is_sealed(&Json::parse("{\"format\": 1, \"access_token\": \"sealed\"}").unwrap()));
    assert_eq!(json.member("key").and_then(Json::text), Some(key(HEX).id()));
    let (plain, which) = opened(&[key(HEX)], "record", NAME, &text).unwrap();
    assert_eq!((&plain[..], which), (PLAIN, 0));
    assert_ne!(text, sealed(HEX), "a nonce is used once");
    for length in [0, 1, 15, 16, 63, 64, 65, 100_000] {
        let plain = vec![7; length];
        let text = String::from_utf8(seal(&key(HEX), "pending", "", &plain).unwrap()).unwrap();
        assert_eq!(*opened(&[key(HEX)], "pending", "", &text).unwrap().0, plain);
    }
}

/// By another implementation (libsodium's), so that a later version reads it too.
#[test]
fn what_another_implementation_sealed_opens() {
    let text = r#"{
  "format": 1, "sealed": "xchacha20poly1305", "key": "23f77cd98958724e",
  "nonce": "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7", "data": "RiWrbjgj7BC3fpFXFxJuLnKw8K1t"
}"#;
    let (plain, _) = opened(&[key(HEX)], "record", "name", text).unwrap();
    assert_eq!(&plain[..], b"known");
}

#[test]
fn moved_to_another_place_it_does_not_open() {
    let (text, keys) = (sealed(HEX), [key(HEX)]);
    let other = NAME.replace('0', "1");
    for (kind, name) in [("pending", NAME), ("record", &other[..]), ("record", ""), ("record\n", &NAME[1..])]
    {
        let error = refused(&keys, kind, name, &text);
        assert_eq!(error.code(), number::OAUTH_ERROR_STORE_FORMAT);
        assert!(error.to_string().contains("damaged"), "{error}");
    }
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    let (text, keys) = (sealed(HEX), [key(HEX)]);
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(Ok(json)) = String::from_utf8(bytes).map(|text| Json::parse(&text)) else {
                continue;
            };
            let error = open(&keys, "record", NAME, Path::new("/x"), &json).err().expect("it opened");
            let known = [number::OAUTH_ERROR_STORE_FORMAT, number::OAUTH_ERROR_STORE_KEY];
            assert!(known.contains(&error.code()), "{at} {bit}: {error}");
        }
    }
    for end in 0..text.len() - 2 {
        assert!(Json::parse(&text[..end]).is_err());
    }
}

#[test]
fn what_is_not_as_it_was_written_has_its_own_error() {
    let (text, keys) = (sealed(HEX), [key(HEX)]);
    let id = keys[0].id();
    for (from, to, says) in [
        ("\"format\": 1", "\"format\": 2", "newer version: update"),
        ("\"format\": 1", "\"format\": 1e300", "newer version: update"),
        ("\"format\": 1", "\"format\": 0", "damaged (no format)"),
        ("\"format\": 1", "\"format\": -1", "damaged (no format)"),
        ("\"format\": 1", "\"format\": \"1\"", "damaged (no format)"),
        ("xchacha20poly1305", "aes-256-gcm-siv", "newer version: update"),
        ("\"xchacha20poly1305\"", "1", "damaged (no sealed)"),
        ("\"nonce\": \"", "\"nonce\": \"AAAA", "damaged (nonce is of another length)"),
        ("\"nonce\": \"", "\"nonce\": \"!", "damaged (nonce is no base64)"),
        ("\"data\": \"", "\"data\": \"!", "damaged (data is no base64)"),
        ("\"data\": \"", "\"data\": \"\", \"x\": \"", "damaged (data is too short)"),
        ("\"data\": \"", "\"data\": \"AAAA", "damaged (changed"),
        ("\"data\"", "\"x\"", "damaged (no data)"),
        (id, "nonsense", "damaged (no key)"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = refused(&keys, "record", NAME, &changed);
        assert_eq!(error.code(), number::OAUTH_ERROR_STORE_FORMAT, "{error}");
        assert!(error.to_string().contains(says), "{says}: {error}");
    }
}

#[test]
fn the_key_that_fits_opens() {
    let text = sealed(OTHER);
    let keys = [key(HEX), key(OTHER)];
    assert_eq!(opened(&keys, "record", NAME, &text).unwrap().1, 1);
    assert_eq!(code(&text, &keys[..1]), number::OAUTH_ERROR_STORE_KEY);
    assert_eq!(code(&text, &[]), number::OAUTH_ERROR_STORE_KEY);
    // A key with the right name and other bytes.
    let id = keys[1].id();
    let forged = sealed(HEX).replace(keys[0].id(), id);
    assert_eq!(code(&forged, &keys), number::OAUTH_ERROR_STORE_FORMAT);
    let none = refused(&[], "record", NAME, &text).to_string();
    assert!(none.starts_with("store key: the record is sealed, and no key is set (set store_key)"), "{none}");
    let other = refused(&keys[..1], "record", NAME, &text);
    assert!(other.to_string().contains(&format!("set it as store_old_key (id {id})")), "{other}");
    assert_eq!(other.action(), crate::error::Action::Fix);
}

#[test]
fn one_key_in_several_forms() {
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    for form in [&HEX.to_uppercase(), base64, &format!("{base64}="), &format!("{HEX} \n")] {
        assert_eq!(key(form).bytes(), key(HEX).bytes(), "{form}");
        assert_eq!(key(form).id(), key(HEX).id());
    }
    let high = [0xFB_u8; 32];
    let forms = [STANDARD.encode(high), STANDARD.encode(high).replace('+', "-").replace('/', "_")];
    assert_ne!(forms[0], forms[1]);
    assert_eq!(key(&forms[0]).id(), key(&forms[1]).id());
    assert_eq!(key(&forms[0]).id(), key(&"fb".repeat(32)).id());
    assert_ne!(key(HEX).id(), key(OTHER).id());
    assert_eq!(key(HEX).id().len(), 16);
}

#[test]
fn what_can_be_guessed_is_no_key() {
    // One character more or less, others than there are, bits behind the last byte, fewer bytes, 44 that are no base64.
    let base64 = &STANDARD.encode([0xFB; 32])[..43];
    let last = |c| format!("{}{c}", &base64[..42]);
    let texts = [
        "x",
        "correct horse battery staple",
        &HEX[1..],
        &format!("{HEX}0"),
        &format!(" {HEX}"),
        &"g".repeat(64),
        &base64[1..],
        &last('t'),
        &last('-').replace('-', "!"),
        &STANDARD.encode([7; 31]),
        &STANDARD.encode([7; 33]),
        &"é".repeat(22),
    ];
    let folder = Folder::new("guessed");
    for text in texts {
        let refused = KeySource::parse("store_key", text).unwrap_err();
        assert_eq!(refused.code(), number::OAUTH_ERROR_VALUE, "{text}");
        let refused = folder.file(&text.len().to_string(), text.as_bytes(), 0o600).read().unwrap_err();
        assert_eq!(refused.code(), number::OAUTH_ERROR_STORE_KEY, "{text}");
        assert!(!refused.to_string().contains(text) || text == "x", "{refused}");
    }
    for text in [base64, &last('s')] {
        assert_eq!(
            KeySource::parse("store_key", text).unwrap().unwrap().read().unwrap().bytes().len(),
            32,
            "{text}"
        );
    }
}

#[test]
fn a_key_is_found_where_the_setting_says() {
    let parse = |text: &str| KeySource::parse("store_key", text);
    assert_eq!(parse("").unwrap(), None);
    assert_eq!(parse("env:HOME").unwrap(), Some(KeySource(SecretSource::Environment("HOME".to_owned()))));
    let relative =
        GivenPath { written: "keys/a".to_owned(), absolute: std::env::current_dir().unwrap().join("keys/a") };
    assert_eq!(parse("file:keys/a").unwrap(), Some(KeySource(SecretSource::File(relative))));
    assert_eq!(parse(HEX).unwrap(), Some(KeySource(SecretSource::Text(Secret::new(HEX)))));
    for text in ["env:HOME", "file:keys/a", "file:/keys/a", HEX] {
        assert_eq!(parse(text).unwrap().unwrap().written().expose(), text);
    }
    assert_eq!(parse("FILE:/keys/a").unwrap(), parse("file:/keys/a").unwrap());
    for text in ["env:", "env:A=B", "file:", "file:~/key", "  ", "vault:x"] {
        assert_eq!(parse(text).unwrap_err().code(), number::OAUTH_ERROR_VALUE, "{text}");
    }
    // Of the environment, what is there in any case.
    let path = parse("env:PATH").unwrap().unwrap().read().unwrap_err();
    assert!(path.to_string().starts_with("store key: this is no key: write 32 random bytes"), "{path}");
    let missing = parse("env:LIBOAUTH_NOT_SET").unwrap().unwrap().read().unwrap_err();
    assert_eq!(missing.code(), number::OAUTH_ERROR_STORE_KEY);
    assert!(missing.to_string().ends_with(": env:LIBOAUTH_NOT_SET"), "{missing}");
}

#[cfg(unix)]
#[test]
fn a_key_file_is_its_owners_alone() {
    let folder = Folder::new("file");
    for mode in [0o600, 0o400] {
        let key_file = folder.file("good", format!("{HEX}\n").as_bytes(), mode);
        assert_eq!(key_file.read().unwrap().id(), key(HEX).id());
        fs::remove_file(folder.0.join("good")).unwrap();
    }
    for mode in [0o640, 0o604, 0o620, 0o601] {
        let error = folder.file(&format!("{mode:o}"), HEX.as_bytes(), mode).read().unwrap_err();
        assert_eq!(error.code(), number::OAUTH_ERROR_STORE_UNSAFE, "{error}");
    }
    let good = folder.file("good", HEX.as_bytes(), 0o600);
    std::os::unix::fs::symlink(folder.0.join("good"), folder.0.join("link")).unwrap();
    let error = source(&folder.0.join("link")).read().unwrap_err();
    assert_eq!(error.code(), number::OAUTH_ERROR_STORE_UNSAFE, "{error}");
    assert!(good.read().is_ok());
    // Where this user may give files away.
    let other = folder.file("other", HEX.as_bytes(), 0o600);
    if std::os::unix::fs::chown(folder.0.join("other"), Some(12345), None).is_ok() {
        let error = other.read().unwrap_err();
        assert_eq!(error.code(), number::OAUTH_ERROR_STORE_UNSAFE, "{error}");
    }
}

#[test]
fn a_key_file_without_a_key_is_refused() {
    let folder = Folder::new("none");
    let largest = [HEX.as_bytes(), &[b'\n'; 4096 - 64]].concat();
    folder.file("largest", &largest, 0o600).read().unwrap();
    let sources = [
        folder.file("empty", b"", 0o600),
        folder.file("blank", b" \r\n\n", 0o600),
        folder.file("large", &[&largest[..], b"\n"].concat(), 0o600),
        folder.file("binary", &[7; 32], 0o600),
        folder.file("latin", b"\xE9\n", 0o600),
        source(&folder.0),
        source(&folder.0.join("missing")),
        source(Path::new("/dev/null")),
    ];
    for source in sources {
        let error = source.read().unwrap_err();
        assert_eq!(error.code(), number::OAUTH_ERROR_STORE_KEY, "{error}");
    }
}

#[test]
fn a_key_is_never_printed() {
    let source = KeySource::parse("store_key", HEX).unwrap().unwrap();
    let printed = format!("{source:?} {:?}", source.read().unwrap());
    assert_eq!(printed, "KeySource(Text([secret])) [key]");
}
