//! Where tokens live when the program has ended: `file:FOLDER`, one place in it for each token endpoint, client and
//! account. The folder and what is in it are their owner's alone. `NAME` is made of two hashes:
//!
//! - `NAME.json`: the record, as [`record`] writes it, or sealed, as [`seal`] does. Never changed, always replaced.
//! - `NAME.lock`: locked from re-reading the record until its successor is written. Its text are [`LeaseNotes`].
//! - `NAME.tmp`: the successor while it is written, by whoever holds the lock.
//! - `NAME.pending/`: the authorization URLs that wait for their codes, a file each.
#![forbid(unsafe_code)]

mod accounts;
mod files;
mod lock;
mod network;
mod notes;
mod pending;
mod record;
mod seal;

pub use accounts::{accounts, reseal};
pub use files::FileStamp;
pub use lock::{Locked, Locking, Wait};
pub use notes::{Failure, Forgotten, LeaseNotes, SentRefresh};
pub use pending::{Claim, Found, StoredPending};
pub use seal::KeySource;

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::secret::{Secret, Wiped};
use crate::settings::{Settings, StoreSetting};
use crate::token::{Identity, Token};
use seal::Key;

/// Where one account's token is kept.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    name: String,
    keys: Keys,
}

/// What records are sealed with, and what they were sealed with before.
#[derive(Clone, Debug)]
struct Keys {
    now: Option<KeySource>,
    before: Option<KeySource>,
}

impl Place {
    /// `None` where tokens live in memory alone.
    pub fn of(settings: &Settings) -> Result<Option<Self>> {
        let Some(folder) = folder(settings) else { return Ok(None) };
        let name = name(&Identity::of(settings)?);
        Ok(Some(Self { folder, name, keys: Keys::of(settings) }))
    }

    /// The stored token, as it is at this moment; no lock is needed for that.
    pub fn read(&self) -> Result<Option<Token>> {
        Ok(self.contents()?.map(|(_, token, _)| token))
    }

    /// Whose token it is, the token, and whether it would be written in another way now.
    fn contents(&self) -> Result<Option<(Identity, Token, bool)>> {
        let path = self.path("json");
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let (identity, token, is_stale) = record::read(&self.keys, "record", &self.name, &path, &bytes)?;
        if name(&identity) != self.name {
            return Err(Error::StoreFormat {
                path: path.display().to_string(),
                reason: "the record is another client's (move it away and sign in again)".to_owned(),
            });
        }
        Ok(Some((identity, token, is_stale)))
    }

    /// Whether anything was ever stored here.
    pub fn has_folder(&self) -> bool {
        self.folder.symlink_metadata().is_ok()
    }

    /// Changes whenever the record is replaced.
    pub fn mark(&self) -> Option<FileStamp> {
        files::mark(&self.path("json"))
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.name))
    }
}

impl Keys {
    fn of(settings: &Settings) -> Self {
        Self { now: settings.storage.key.clone(), before: settings.storage.old_key.clone() }
    }

    /// What new records are sealed with.
    fn sealing(&self) -> Result<Option<Key>> {
        self.now.as_ref().map(KeySource::read).transpose()
    }

    /// What a record may be sealed with. Each is read only when a sealed record is met.
    fn opening(&self) -> Result<Vec<Key>> {
        [&self.now, &self.before].into_iter().flatten().map(KeySource::read).collect()
    }
}

/// The stored token. `None` where there is none, or where tokens live in memory alone.
pub fn load(settings: &Settings) -> Result<Option<Token>> {
    Place::of(settings)?.map_or(Ok(None), |place| place.read())
}

/// A token as one text for a database of the program's own.
pub fn export(settings: &Settings, token: &Token) -> Result<Secret> {
    let identity = Identity::of(settings)?;
    let bytes = record::write(&Keys::of(settings), "record", &name(&identity), &identity, token, false)?;
    let text = std::str::from_utf8(&bytes).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Secret::new(text.trim_end()))
}

/// The token of such a text, if it is this client's.
pub fn import(settings: &Settings, text: &str) -> Result<Token> {
    const KEY: &str = "token_record";
    let ours = Identity::of(settings)?;
    let bytes = Wiped::new(text.as_bytes().to_vec());
    let read = record::read(&Keys::of(settings), "record", &name(&ours), KEY.as_ref(), &bytes);
    let (identity, token, _) = match read {
        Err(Error::StoreFormat { reason, .. }) => {
            // What helps a file does not help a text.
            let reason = reason.split(": move").next().unwrap_or_default().to_owned();
            return Err(Error::Value { key: KEY, reason });
        }
        read => read?,
    };
    // What was written by somebody else must be such that it can be read again.
    let token = token.with_extra(std::iter::empty());
    if identity != ours {
        let reason = "it is another's: token_endpoint, client_id or account differ".to_owned();
        return Err(Error::Value { key: KEY, reason });
    }
    Ok(token)
}

fn folder(settings: &Settings) -> Option<PathBuf> {
    match &settings.storage.store {
        StoreSetting::Folder(folder) => Some(folder.absolute.clone()),
        StoreSetting::Memory => None,
    }
}

/// Two hashes: of the client, so that its accounts can be found among others', and of all.
fn name(identity: &Identity) -> String {
    let Identity { token_endpoint, client_id, account } = identity;
    format!("{}-{}", client_prefix(identity), hash(&[token_endpoint, client_id, account], 16))
}

fn client_prefix(identity: &Identity) -> String {
    hash(&[&identity.token_endpoint, &identity.client_id], 8)
}

/// The first bytes of a hash in hexadecimal.
pub fn hash(parts: &[&str], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..bytes])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
