//! The settings of a client as they are between two changes, with what is made of them once.
#![forbid(unsafe_code)]

use std::sync::{Arc, OnceLock};

use super::{Settings, StoreSetting, TokenKey};
use crate::error::Result;
use crate::listener::Address;
use crate::protocol::authorization::UrlTemplate;
use crate::protocol::pkce::Pkce;
use crate::secret::Secret;
use crate::store::{FileStore, Keys, MemoryStore, PendingRequest, Record, Store};
use crate::token::Identity;

pub struct Snapshot {
    pub settings: Arc<Settings>,
    /// What selects a token.
    pub key: TokenKey,
    memory: MemoryStore,
    /// What this process alone has of the account: URLs that were made when nothing else was set.
    pub memory_record: Arc<dyn Record>,
    record: OnceLock<Result<Arc<dyn Record>>>,
    authorization: OnceLock<AuthorizationTemplate>,
}

/// What all authorization URLs of these settings have in common.
pub struct AuthorizationTemplate {
    pub url: UrlTemplate,
    pub pkce: Pkce,
    /// The parameters stand in the URL as they are.
    pub is_plain: bool,
    pub request: Arc<PendingRequest>,
    /// Where the redirect is listened for, if its port is not known yet: then no URL is made of this.
    pub free_port: Option<Address>,
}

impl Snapshot {
    /// `memory` is that of the client, in this process.
    pub fn new(settings: Arc<Settings>, memory: MemoryStore) -> Self {
        let key = TokenKey::of(&settings);
        let identity = key.identity.clone().unwrap_or_else(|| Arc::new(Identity::without_server(&settings)));
        let memory_record = memory.record(identity);
        Self { settings, key, memory, memory_record, record: OnceLock::new(), authorization: OnceLock::new() }
    }

    /// For tests of what is done with a record.
    #[cfg(test)]
    pub fn with_record(settings: Arc<Settings>, record: Arc<dyn Record>) -> Self {
        let snapshot = Self::new(settings, MemoryStore::default());
        let _ = snapshot.record.set(Ok(record));
        snapshot
    }

    pub fn is_memory(&self) -> bool {
        self.key.is_memory()
    }

    /// Whose token `memory:` keeps.
    pub fn owner_in_memory(&self) -> Option<Arc<Identity>> {
        self.key.identity.clone().filter(|_| self.is_memory())
    }

    /// Where tokens are kept.
    pub fn store(&self) -> Box<dyn Store> {
        match &self.settings.storage.store {
            StoreSetting::Memory => Box::new(self.memory.clone()),
            StoreSetting::Folder(folder) => Box::new(FileStore::new(&folder.absolute, self.keys())),
        }
    }

    /// The record of the account. In a folder it has no place without a token endpoint or an issuer.
    pub fn record(&self) -> Result<&dyn Record> {
        let make = || match &self.settings.storage.store {
            StoreSetting::Memory => Ok(self.memory_record.clone()),
            StoreSetting::Folder(_) => Ok(self.store().record(Arc::new(Identity::of(&self.settings)?))),
        };
        self.record.get_or_init(make).as_ref().map(|record| &**record).map_err(Clone::clone)
    }

    pub fn keys(&self) -> Keys {
        let storage = &self.settings.storage;
        let (now, before) = (storage.key.clone(), storage.old_key.clone());
        Keys { now, before, allow_plain: storage.allow_plain }
    }

    pub fn authorization(&self) -> Result<&AuthorizationTemplate> {
        if let Some(template) = self.authorization.get() {
            return Ok(template);
        }
        let template = AuthorizationTemplate::of(&self.settings)?;
        // Two threads may both make it; it is the same.
        Ok(self.authorization.get_or_init(|| template))
    }
}

impl AuthorizationTemplate {
    fn of(settings: &Settings) -> Result<Self> {
        let Settings { authorization, client, grant, storage, .. } = settings;
        settings.demands_issuer()?;
        settings.demands_person()?;
        settings.demands_keys()?;
        settings.check_sign_in_supported()?;
        let url = authorization.url_template(&settings.authorization_url()?, &client.client_id, grant)?;
        let free_port = Address::of_free_port(&authorization.redirect_uri);
        let request = PendingRequest {
            token_endpoint: settings.server()?,
            account: storage.account.clone(),
            client_id: client.client_id.clone(),
            redirect_uri: authorization.redirect_uri.clone(),
            nonce: authorization.extra_parameter("nonce").map(Secret::new),
            has_verifier: authorization.pkce != Pkce::Off,
            expires_in: storage.pending_expires_in,
        };
        settings.check_pushing()?;
        let is_plain = !settings.is_pushed() && !settings.is_signed();
        Ok(Self { url, pkce: authorization.pkce, is_plain, request: Arc::new(request), free_port })
    }

    /// Whether each URL has a nonce that is made here.
    pub fn has_nonce(&self) -> bool {
        !self.url.before_nonce.is_empty()
    }
}
