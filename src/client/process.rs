//! All of a client that belongs to one process. The child of a fork makes it anew.
#![forbid(unsafe_code)]

use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex};

use super::inquiries::Answers;
use super::listening::Listening;
use super::openid::KeptKeys;
use super::pages::Pages;
use super::requests::Prover;
use super::task::Task;
use crate::error::{Error, Result};
use crate::operation::caller_http::CallerHttp;
use crate::operation::Nonces;
use crate::pending::{Codes, PushedUrls};
use crate::protocol::metadata::Metadata;
use crate::renewal::cache::{Brought, TokenCache};
use crate::renewal::{SingleFlight, TokenSource, Way};
use crate::secret::Secret;
use crate::settings::{Settings, Snapshot, TokenKey};
use crate::store::MemoryStore;
use crate::system::{lock, FileStamp};
use crate::token::PublishedToken;
use crate::transport::{Transport, TransportConfig};

pub struct Process {
    /// How many forks there had been when it was made.
    pub fork_count: u32,
    /// The settings of now. Changed with `state`; read without.
    pub snapshot: ArcSwap<Snapshot>,
    pub cache: TokenCache,
    /// What `memory:` keeps.
    pub memory: MemoryStore,
    /// One renewal or revocation at a time, where the built-in HTTPS carries it.
    pub flight: SingleFlight<(TokenKey, Errand), Brought>,
    /// One look-up of an issuer's metadata at a time, by issuer and URL, where the built-in HTTPS carries it.
    pub discoveries: SingleFlight<(String, String), Arc<Metadata>>,
    pub caller_http: CallerHttp<Task>,
    /// What servers have said for the next proof.
    pub nonces: Arc<Nonces>,
    /// What proves that this client has the token's key.
    pub prover: Prover,
    /// Where the redirect is listened for.
    pub listening: Listening,
    /// Guards the server's keys; held for moments.
    pub keys: Mutex<Option<Arc<KeptKeys>>>,
    pub state: Mutex<State>,
    /// Guards the one that is set up, with what it was set up by; also while it is made, which reads no file.
    transport: Mutex<Option<SetUp>>,
}

/// A transport, and what it was set up by.
struct SetUp {
    config: TransportConfig,
    /// Of its files.
    read: Vec<FileStamp>,
    transport: Arc<dyn Transport>,
}

/// What a flight is for: who waits for it shares the outcome of its own kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    Renewal(Way),
    /// Of the token of that serial.
    Revocation(Option<u32>),
}

/// Guards what is in it, and the change of settings. Held for moments, never while a request is under way; the cache's
/// and the memory store's locks are taken below it.
#[derive(Default)]
pub struct State {
    pub codes: Codes,
    pub pushed: PushedUrls,
    pub failure: Option<Error>,
    /// Of the last sign-in.
    pub nonce: Secret,
    /// Of the last URL for signing out.
    pub end_session_state: Secret,
    pub pages: Option<Pages>,
    /// What the server has said besides tokens.
    pub answers: Answers,
    /// Why no metadata were found, and until when no early renewal asks for them again.
    pub no_metadata: Option<(i64, Error)>,
    /// While a request of `oauth_request_token` waits: the grant that stays if it comes to nothing.
    pub grant_before: Option<Secret>,
}

impl Process {
    pub fn new(fork_count: u32, handle: i32, published: &'static PublishedToken, settings: Settings) -> Self {
        let memory = MemoryStore::default();
        let snapshot = Snapshot::new(Arc::new(settings), memory.clone());
        memory.keep(snapshot.owner_in_memory());
        let cache = TokenCache::new(handle, published, snapshot.key.clone(), snapshot.settings.freshness);
        Self::with(fork_count, snapshot, cache, memory, State::default())
    }

    /// For the child of a fork: settings, token and pending authorizations come along, the last unless a thread of the
    /// parent was changing them at that very moment. Requests under way and connections are the parent's.
    pub fn after_fork(parent: &Arc<Self>, fork_count: u32) -> Self {
        let before = parent.snapshot.load_full();
        let (owner, freshness) = (before.owner_in_memory(), before.settings.freshness);
        let cache = TokenCache::after_fork(&parent.cache, before.key.clone(), freshness);
        let token = cache.cached(&before.key).filter(|_| owner.is_some());
        let token = token.map(|cached| cached.token.clone());
        let memory = MemoryStore::after_fork(&parent.memory, owner.clone(), token.clone());
        let state = parent.state.try_lock().ok().map(|mut state| std::mem::take(&mut *state));
        if memory.is_none() || state.is_none() {
            // Half changed, for ever: not even to be dropped.
            std::mem::forget(parent.clone());
        }
        let memory = memory.unwrap_or_else(|| MemoryStore::of(owner, token));
        let codes = state.map(|state| state.codes).unwrap_or_default();
        let snapshot = Snapshot::new(before.settings.clone(), memory.clone());
        Self::with(fork_count, snapshot, cache, memory, State { codes, ..State::default() })
    }

    fn with(
        fork_count: u32,
        snapshot: Snapshot,
        cache: TokenCache,
        memory: MemoryStore,
        state: State,
    ) -> Self {
        Self {
            fork_count,
            snapshot: ArcSwap::from_pointee(snapshot),
            cache,
            memory,
            flight: SingleFlight::default(),
            discoveries: SingleFlight::default(),
            caller_http: CallerHttp::default(),
            nonces: Arc::default(),
            prover: Prover::default(),
            listening: Listening::default(),
            keys: Mutex::default(),
            state: Mutex::new(state),
            transport: Mutex::default(),
        }
    }

    pub fn source<'a>(&'a self, snapshot: &'a Snapshot) -> TokenSource<'a> {
        TokenSource { snapshot, cache: &self.cache }
    }

    /// The built-in HTTPS, made on first need and again when its settings have changed.
    pub fn transport(&self, config: &TransportConfig) -> Result<Arc<dyn Transport>> {
        let mut made = lock(&self.transport);
        // Certificates are renewed in place.
        let read = config.stamps();
        match made.as_ref() {
            Some(made) if made.config == *config && FileStamp::are_still(&read, &made.read) => {
                Ok(made.transport.clone())
            }
            _ => {
                let transport = builtin(config)?;
                *made = Some(SetUp { config: config.clone(), read, transport: transport.clone() });
                Ok(transport)
            }
        }
    }
}

#[cfg(feature = "net")]
fn builtin(config: &TransportConfig) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(crate::transport::Https::open(config)?))
}

#[cfg(not(feature = "net"))]
fn builtin(_config: &TransportConfig) -> Result<Arc<dyn Transport>> {
    Err(Error::Missing { key: "http", operation: "a request is sent: this build has no network of its own" })
}
