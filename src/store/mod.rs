//! Where tokens live when the program has ended.
#![forbid(unsafe_code)]

mod file;

use crate::error::Result;
use crate::settings::{Settings, StoreSetting};
use crate::token::Token;

/// Whose token a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub token_endpoint: String,
    pub client_id: String,
    pub account: String,
}

impl Identity {
    pub fn of(settings: &Settings) -> Result<Self> {
        Ok(Self {
            token_endpoint: settings.token_url()?,
            client_id: settings.client_id.clone(),
            account: settings.account.clone(),
        })
    }
}

/// The stored token. `None` where there is none, or where tokens live in memory alone.
pub fn load(settings: &Settings) -> Result<Option<Token>> {
    match &settings.store {
        StoreSetting::Folder(folder) if folder.path.is_some() => file::load(folder, &Identity::of(settings)?),
        _ => Ok(None),
    }
}

/// Stores the token, whole or not at all; it is on the disk when this returns.
pub fn save(settings: &Settings, token: &Token) -> Result<()> {
    match &settings.store {
        StoreSetting::Folder(folder) => file::save(folder, &Identity::of(settings)?, token),
        StoreSetting::Memory => Ok(()),
    }
}
