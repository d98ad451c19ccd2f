//! The key that records are sealed with, and where it is read: the environment, a file, the setting itself.
#![forbid(unsafe_code)]

use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::fs::{Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::{env, fmt};
use zeroize::optimization_barrier;

use crate::error::{Error, Result};
use crate::secret::{Secret, Wipe, Wiped};
use crate::store::{file, hex};
use crate::system::{self, GivenPath};

const LENGTH: usize = 32;
const MAX_FILE: u64 = 4096;

const NO_KEY_OR_PLACE: &str =
    "use file:PATH, env:NAME or 32 random bytes (openssl rand -hex 32): a password can be guessed";
const NO_KEY: &str =
    "this is no key: write 32 random bytes (openssl rand -hex 32), as a password can be guessed";

/// Made of what was set; wiped when dropped, and never printed.
#[derive(Clone)]
pub struct Key {
    bytes: Wiped<Vec<u8>>,
    id: String,
}

impl Key {
    /// 32 bytes in hexadecimal or base64. Nothing else is a key: whoever has a copy of the store can try out passwords.
    /// What seals, and what is written into the sealed text, are two hashes of it.
    fn of(text: &str) -> Option<Self> {
        let given = decoded(text)?;
        let bytes = hash(&[b"liboauth seal 1", &given]);
        Some(Self { bytes, id: hex(&hash(&[b"liboauth key id 1", &given])[..8]) })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Tells keys apart, and nothing of the key.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

/// Where the key is, as `store_key` says it. Read whenever it is needed: a file can be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    Environment(String),
    File(GivenPath),
    Text(Secret),
}

impl KeySource {
    /// `env:NAME`, `file:PATH`, or the key itself; `None` where `text` is empty.
    pub fn parse(key: &'static str, text: &str) -> Result<Option<Self>> {
        let wrong = |reason: &str| Err(Error::Value { key, reason: reason.to_owned() });
        if text.is_empty() {
            return Ok(None);
        }
        // In whatever case: FILE:/x is a path that was meant.
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        if scheme.eq_ignore_ascii_case("env") {
            return match rest {
                "" => wrong("use env:NAME, with the name of an environment variable"),
                _ if rest.contains('=') => wrong("the name of an environment variable has no ="),
                _ => Ok(Some(Self::Environment(rest.to_owned()))),
            };
        }
        if !scheme.eq_ignore_ascii_case("file") {
            return match Key::of(text.trim_end()) {
                Some(_) => Ok(Some(Self::Text(Secret::new(text)))),
                None => wrong(NO_KEY_OR_PLACE),
            };
        }
        match rest {
            "" => wrong("use file:PATH, with the path of the key's file"),
            // A shell's work.
            _ if rest.starts_with('~') => wrong("~ is not expanded: write the whole path"),
            _ => Ok(Some(Self::File(GivenPath::new(key, rest)?))),
        }
    }

    /// As it was set.
    pub fn written(&self) -> Secret {
        match self {
            Self::Environment(name) => Secret::new(format!("env:{name}")),
            Self::File(file) => Secret::new(format!("file:{}", file.written)),
            Self::Text(text) => text.clone(),
        }
    }

    pub fn read(&self) -> Result<Key> {
        let (text, place) = self.text()?;
        // An editor leaves a line end in a file, and not in a variable: the key is the same.
        match text.expose().trim_end() {
            "" => Err(refused(place, "the key is empty: write one, or change store_key")),
            key => Key::of(key).ok_or_else(|| refused(place, NO_KEY)),
        }
    }

    /// As it stands there, and where that is.
    fn text(&self) -> Result<(Secret, String)> {
        Ok(match self {
            Self::Environment(name) => (from_environment(name)?, format!("env:{name}")),
            Self::File(file) => (from_file(&file.absolute)?, file.absolute.display().to_string()),
            Self::Text(text) => (text.clone(), "the setting".to_owned()),
        })
    }
}

/// What records are sealed with, and what they were sealed with before.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub now: Option<KeySource>,
    pub before: Option<KeySource>,
    /// Where there is a key: whether what is not sealed is read all the same.
    pub allow_plain: bool,
}

impl Keys {
    /// What new records are sealed with.
    pub fn sealing(&self) -> Result<Option<Key>> {
        self.now.as_ref().map(KeySource::read).transpose()
    }

    /// Whether what is not sealed is refused: somebody else may have put it there.
    pub fn refuse_plain(&self) -> bool {
        self.now.is_some() && !self.allow_plain
    }

    /// What a record may be sealed with. Each is read only when a sealed record is met.
    /// The same keys, read: for who opens many records.
    pub fn held(&self) -> Result<Self> {
        let text = |source: &KeySource| source.text().map(|(text, _)| KeySource::Text(text));
        let held = |source: &Option<KeySource>| source.as_ref().map(text).transpose();
        self.opening()?;
        Ok(Self { now: held(&self.now)?, before: held(&self.before)?, ..*self })
    }

    pub fn opening(&self) -> Result<Vec<Key>> {
        [&self.now, &self.before].into_iter().flatten().map(KeySource::read).collect()
    }
}

fn from_environment(name: &str) -> Result<Secret> {
    let refused = |reason: &str| refused(format!("env:{name}"), reason);
    if system::is_privileged() {
        return Err(refused("a setuid program does not trust its environment: use file:PATH"));
    }
    let value =
        env::var_os(name).ok_or_else(|| refused("the variable is not set: set it, or change store_key"))?;
    value.into_string().map(Secret::new).map_err(|value| {
        value.into_encoded_bytes().wipe();
        refused("the variable is not UTF-8: write the key in hexadecimal")
    })
}

fn from_file(path: &Path) -> Result<Secret> {
    let failed = |e: &io::Error| {
        let reason = format!(
            "the key's file cannot be read ({}): make it for this user, or change store_key",
            system::words(e)
        );
        Error::StoreKey { path: path.display().to_string(), reason }
    };
    let refused = |reason: &str| refused(path.display().to_string(), reason);
    let file = file::open_file(OpenOptions::new().read(true), path).map_err(|e| match e.raw_os_error() {
        Some(libc::ELOOP) => unsafe_file(path, "the key's file is a symbolic link (name the file itself)"),
        _ => failed(&e),
    })?;
    check_file(path, &file.metadata().map_err(|e| failed(&e))?)?;
    // Never grown, which would leave a copy.
    let mut bytes = Wiped::new(Vec::with_capacity(8192));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(refused("the key's file is over 4 KiB, which no key is: check the path"));
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| refused("the key's file is not UTF-8: write the key in hexadecimal"))?;
    Ok(Secret::new(text))
}

fn check_file(path: &Path, found: &Metadata) -> Result<()> {
    let unsafe_because = |reason| Err(unsafe_file(path, reason));
    if !found.is_file() {
        return Err(refused(path.display().to_string(), "this is no file: check the path of store_key"));
    }
    // Root's are what a service manager hands out.
    if found.uid() != system::effective_user() && found.uid() != 0 {
        return unsafe_because("the key's file belongs to another user (use one of your own)");
    }
    if found.mode() & 0o077 != 0 {
        return unsafe_because("other users can read the key's file (chmod 400)");
    }
    Ok(())
}

fn refused(path: String, reason: &str) -> Error {
    Error::StoreKey { path, reason: reason.to_owned() }
}

fn unsafe_file(path: &Path, reason: &'static str) -> Error {
    Error::StoreUnsafe { path: path.display().to_string(), reason }
}

fn decoded(text: &str) -> Option<Wiped<Vec<u8>>> {
    match text.len() {
        64 => hexadecimal(text),
        43 | 44 => [STANDARD, URL_SAFE].iter().find_map(|alphabet| base64(alphabet, text)),
        _ => None,
    }
}

fn base64(alphabet: &Alphabet, text: &str) -> Option<Wiped<Vec<u8>>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    // Also what was read before a wrong character is wiped.
    let mut bytes = Wiped::new(vec![0; LENGTH + 4]);
    let length = GeneralPurpose::new(alphabet, config).decode_slice(text, &mut bytes).ok()?;
    bytes.truncate(length);
    (length == LENGTH).then_some(bytes)
}

fn hexadecimal(text: &str) -> Option<Wiped<Vec<u8>>> {
    let mut bytes = Wiped::new(Vec::with_capacity(LENGTH));
    for pair in text.as_bytes().chunks(2) {
        let value = pair.iter().try_fold(0, |value, c| Some(value * 16 + char::from(*c).to_digit(16)?))?;
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}

fn hash(parts: &[&[u8]]) -> Wiped<Vec<u8>> {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let mut digest = hasher.finalize_reset();
    let bytes = Wiped::new(digest.to_vec());
    digest[..].wipe();
    // It still has its last block, less the length at the end.
    hasher.update([0; 63]);
    optimization_barrier(&hasher);
    bytes
}
