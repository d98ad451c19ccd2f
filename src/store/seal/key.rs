//! The key that records are sealed with, and where it is read: the environment, a file, the setting itself.
#![forbid(unsafe_code)]

use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::optimization_barrier;

use crate::error::{Error, Result};
use crate::secret::{Secret, Wipe, Wiped};
use crate::secret_source::{SecretSource, Unread, Wanted};
use crate::store::hex;

const LENGTH: usize = 32;

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

/// Where the key is, as `store_key` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySource(pub(super) SecretSource);

const WANTED: Wanted =
    Wanted { setting: "store_key", what: "key", kibibytes: 4, as_text: "write the key in hexadecimal" };

impl KeySource {
    /// `env:NAME`, `file:PATH`, or the key itself; `None` where `text` is empty.
    pub fn parse(key: &'static str, text: &str) -> Result<Option<Self>> {
        let source = SecretSource::parse(key, text)?;
        match &source {
            Some(SecretSource::Text(text)) if Key::of(text.expose().trim_end()).is_none() => {
                Err(Error::Value { key, reason: NO_KEY_OR_PLACE.to_owned() })
            }
            _ => Ok(source.map(Self)),
        }
    }

    /// As it was set.
    pub fn written(&self) -> Secret {
        self.0.written()
    }

    /// Whether whoever reads the setting has the key.
    pub fn is_key(&self) -> bool {
        self.0.is_here()
    }

    pub fn read(&self) -> Result<Key> {
        let text = self.text()?;
        let refused = |reason: &str| Error::StoreKey { path: self.0.place(), reason: reason.to_owned() };
        // An editor leaves a line end in a file, and not in a variable: the key is the same.
        match text.expose().trim_end() {
            "" => Err(refused("the key is empty: write one, or change store_key")),
            key => Key::of(key).ok_or_else(|| refused(NO_KEY)),
        }
    }

    fn text(&self) -> Result<Secret> {
        self.0.read(WANTED).map_err(|Unread { place: path, reason, is_unsafe }| {
            if is_unsafe {
                Error::StoreUnsafe { path, reason }
            } else {
                Error::StoreKey { path, reason }
            }
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
        let text = |source: &KeySource| source.text().map(|text| KeySource(SecretSource::Text(text)));
        let held = |source: &Option<KeySource>| source.as_ref().map(text).transpose();
        self.opening()?;
        Ok(Self { now: held(&self.now)?, before: held(&self.before)?, ..*self })
    }

    pub fn opening(&self) -> Result<Vec<Key>> {
        [&self.now, &self.before].into_iter().flatten().map(KeySource::read).collect()
    }
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
