//! Where tokens are kept, for whom, and how.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::row::{text, Given, Kind, Row, YEAR};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::line::one_line;
use crate::secret::Secret;
use crate::store::{KeySource, Wait};
use crate::system::GivenPath;
use crate::token::{Identity, MachineIdentity};

#[derive(Clone, Debug)]
pub struct Storage {
    pub store: StoreSetting,
    pub account: String,
    pub key: Option<KeySource>,
    /// What records may still be sealed with.
    pub old_key: Option<KeySource>,
    /// Whether records may still be plain, though there is a key.
    pub allow_plain: bool,
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
            allow_plain: false,
            lock_timeout: LOCK_TIMEOUT,
            pending_expires_in: PENDING_EXPIRES_IN,
        }
    }
}

pub const ROWS: &[Row] = &[
    Row { number: number::OAUTH_STORE, key: "store", kind: Kind::Own { get: written_store, set: set_store } },
    Row {
        number: number::OAUTH_ACCOUNT,
        key: "account",
        kind: Kind::Text(text, |s| &s.storage.account, |s| &mut s.storage.account),
    },
    Row {
        number: number::OAUTH_STORE_KEY,
        key: "store_key",
        kind: Kind::Key(|s| &s.storage.key, |s| &mut s.storage.key),
    },
    Row {
        number: number::OAUTH_STORE_OLD_KEY,
        key: "store_old_key",
        kind: Kind::Key(|s| &s.storage.old_key, |s| &mut s.storage.old_key),
    },
    Row {
        number: number::OAUTH_STORE_ALLOW_PLAIN,
        key: "store_allow_plain",
        kind: Kind::Word(|s| &s.storage.allow_plain, |s| &mut s.storage.allow_plain),
    },
    Row {
        number: number::OAUTH_LOCK_TIMEOUT,
        key: "lock_timeout",
        kind: Kind::SecondsOr(
            LOCK_TIMEOUT,
            0..=3600,
            |s| &s.storage.lock_timeout,
            |s| &mut s.storage.lock_timeout,
        ),
    },
    Row {
        number: number::OAUTH_PENDING_EXPIRES_IN,
        key: "pending_expires_in",
        kind: Kind::SecondsOr(
            PENDING_EXPIRES_IN,
            60..=YEAR,
            |s| &s.storage.pending_expires_in,
            |s| &mut s.storage.pending_expires_in,
        ),
    },
];

fn written_store(settings: &Settings) -> Secret {
    match &settings.storage.store {
        StoreSetting::Memory => Secret::new("memory:"),
        StoreSetting::Folder(folder) => Secret::new(format!("file:{}", folder.written)),
    }
}

fn set_store(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    let text = given.checked()?;
    settings.storage.store = match text.split_once(':') {
        None if text.is_empty() => StoreSetting::Memory,
        Some(("memory", "")) => StoreSetting::Memory,
        // A shell's work. Here it would make a folder called ~.
        Some(("file", path)) if path.starts_with('~') => {
            return Err(given.refused("~ is not expanded: write the whole path"));
        }
        Some(("file", path)) if !path.is_empty() => StoreSetting::Folder(GivenPath::new(given.key, path)?),
        _ => return Err(given.refused("use memory: or file:FOLDER")),
    };
    Ok(())
}

impl Settings {
    /// Nobody has signed in, as far as these settings know.
    pub fn no_token(&self) -> Error {
        if self.machine_grant().is_some() {
            return Error::Gone; // it was asked for
        }
        let place = match &self.storage.store {
            StoreSetting::Memory => "; the store is memory: (of this client alone)".to_owned(),
            StoreSetting::Folder(folder) => {
                let from_here = if folder.is_relative() { ", as seen from this folder" } else { "" };
                format!("; the store is {}{from_here}", folder.absolute.display())
            }
        };
        let machine = if self.endpoints.authorization_endpoint.is_empty() && self.endpoints.issuer.is_empty()
        {
            " (a job without a person sets grant_type)"
        } else {
            ""
        };
        Error::NoToken(format!("{}{machine}{place}", self.whose()))
    }

    /// Whose token it is, for the middle of a sentence.
    pub fn whose(&self) -> String {
        const LONGEST: usize = 40;
        let Storage { account, .. } = &self.storage;
        let account = if account.is_empty() {
            String::new()
        } else {
            format!(" for account \"{}\"", one_line(account).chars().take(LONGEST).collect::<String>())
        };
        if self.profile.is_empty() {
            return account;
        }
        let profile: String = one_line(&self.profile).chars().take(LONGEST).collect();
        format!("{account} (profile {profile})")
    }

    /// How long who changes the record waits for its lease.
    pub fn lock_timeout(&self) -> Wait {
        Wait::Seconds(self.storage.lock_timeout)
    }
}

impl Identity {
    pub fn of(settings: &Settings) -> Result<Self> {
        Ok(Self { token_endpoint: settings.server()?, ..Self::without_server(settings) })
    }

    /// Whose, as long as no usable token endpoint is named.
    pub fn without_server(settings: &Settings) -> Self {
        Self {
            token_endpoint: String::new(),
            client_id: settings.client.client_id.clone(),
            account: settings.storage.account.clone(),
            machine: settings.machine_identity(),
        }
    }
}

/// Whose token it is, and where it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// None while the settings name neither a usable token endpoint nor an issuer.
    pub identity: Option<Arc<Identity>>,
    /// What a machine's token was asked for with.
    pub basis: Option<String>,
    store: StoreSetting,
}

impl TokenKey {
    pub fn of(settings: &Settings) -> Self {
        let store = settings.storage.store.clone();
        Self { identity: Identity::of(settings).ok().map(Arc::new), basis: settings.basis(), store }
    }

    pub fn is_memory(&self) -> bool {
        self.store == StoreSetting::Memory
    }

    /// The same but for the account.
    pub fn is_same_list(&self, other: &Self) -> bool {
        fn of(key: &TokenKey) -> Option<(&str, &str, &Option<MachineIdentity>)> {
            key.identity.as_deref().map(|of| (&*of.token_endpoint, &*of.client_id, &of.machine))
        }
        self.store == other.store && of(self) == of(other)
    }

    /// The same person's at the same server, wherever it is kept.
    pub fn is_same_token(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}
