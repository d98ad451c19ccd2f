//! Where tokens are kept, for whom, and how.
#![forbid(unsafe_code)]

use super::row::{digits, plain, put, Given, Row, YEAR};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::secret::Secret;
use crate::store::KeySource;
use crate::system::GivenPath;
use crate::token::Identity;

#[derive(Clone, Debug)]
pub struct Storage {
    pub store: StoreSetting,
    pub account: String,
    pub key: Option<KeySource>,
    /// What records may still be sealed with.
    pub old_key: Option<KeySource>,
    pub lock_timeout: u32,
    pub pending_expires_in: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreSetting {
    Memory,
    Folder(GivenPath),
}

const LOCK_TIMEOUT: u32 = 60;
/// "Another job, tomorrow, takes the code."
const PENDING_EXPIRES_IN: u32 = 172_800;

impl Default for Storage {
    fn default() -> Self {
        Self {
            store: StoreSetting::Memory,
            account: String::new(),
            key: None,
            old_key: None,
            lock_timeout: LOCK_TIMEOUT,
            pending_expires_in: PENDING_EXPIRES_IN,
        }
    }
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_STORE,
        key: "store",
        get: |settings| match &settings.storage.store {
            StoreSetting::Memory => plain("memory:"),
            StoreSetting::Folder(folder) => Secret::new(format!("file:{}", folder.written)),
        },
        set: |settings, given| put(store(given), &mut settings.storage.store),
    },
    Row {
        number: number::OAUTH_ACCOUNT,
        key: "account",
        get: |settings| plain(&settings.storage.account),
        set: |settings, given| put(given.text(), &mut settings.storage.account),
    },
    Row {
        number: number::OAUTH_STORE_KEY,
        key: "store_key",
        get: |settings| written(settings.storage.key.as_ref()),
        set: |settings, given| put(key(given), &mut settings.storage.key),
    },
    Row {
        number: number::OAUTH_STORE_OLD_KEY,
        key: "store_old_key",
        get: |settings| written(settings.storage.old_key.as_ref()),
        set: |settings, given| put(key(given), &mut settings.storage.old_key),
    },
    Row {
        number: number::OAUTH_LOCK_TIMEOUT,
        key: "lock_timeout",
        get: |settings| digits(Some(settings.storage.lock_timeout)),
        set: |settings, given| {
            put(given.seconds_or(0..=3600, LOCK_TIMEOUT), &mut settings.storage.lock_timeout)
        },
    },
    Row {
        number: number::OAUTH_PENDING_EXPIRES_IN,
        key: "pending_expires_in",
        get: |settings| digits(Some(settings.storage.pending_expires_in)),
        set: |settings, given| {
            put(given.seconds_or(60..=YEAR, PENDING_EXPIRES_IN), &mut settings.storage.pending_expires_in)
        },
    },
];

fn store(given: Given<'_>) -> Result<StoreSetting> {
    let text = given.checked()?;
    match text.split_once(':') {
        None if text.is_empty() => Ok(StoreSetting::Memory),
        Some(("memory", "")) => Ok(StoreSetting::Memory),
        // A shell's work. Here it would make a folder called ~.
        Some(("file", path)) if path.starts_with('~') => {
            Err(given.refused("~ is not expanded: write the whole path"))
        }
        Some(("file", path)) if !path.is_empty() => {
            Ok(StoreSetting::Folder(GivenPath::new(given.key, path)?))
        }
        _ => Err(given.refused("use memory: or file:FOLDER")),
    }
}

fn key(given: Given<'_>) -> Result<Option<KeySource>> {
    KeySource::parse(given.key, given.checked()?)
}

fn written(key: Option<&KeySource>) -> Secret {
    key.map(KeySource::written).unwrap_or_default()
}

impl Settings {
    pub fn lock_timeout(&self) -> u32 {
        self.storage.lock_timeout
    }
}

impl Identity {
    pub fn of(settings: &Settings) -> Result<Self> {
        Ok(Self {
            token_endpoint: settings.token_url()?,
            client_id: settings.client.client_id.clone(),
            account: settings.storage.account.clone(),
        })
    }
}

/// Whose token it is, and where it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// None while the settings do not name a usable token endpoint.
    pub identity: Option<Identity>,
    store: StoreSetting,
}

impl TokenKey {
    pub fn of(settings: &Settings) -> Self {
        Self { identity: Identity::of(settings).ok(), store: settings.storage.store.clone() }
    }

    pub fn is_memory(&self) -> bool {
        self.store == StoreSetting::Memory
    }

    /// The same person's at the same server, wherever it is kept.
    pub fn is_same_token(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}
