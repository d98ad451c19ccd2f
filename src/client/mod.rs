//! The client: settings, token, pending authorizations. The only place that orders steps.
#![forbid(unsafe_code)]

mod accounts;
mod carry;
mod renew;
mod status;
mod tokens;

use arc_swap::{ArcSwap, Guard};
use std::sync::Arc;

use crate::constants as number;
use crate::error::{Error, Result};
use crate::pending::{AuthorizationUrl, Pending};
use crate::process::Process;
use crate::renewal::cache::{Followed, TokenCache, Unsaved};
use crate::secret::Secret;
use crate::settings::{self, Http, Settings, TokenKey};
use crate::single_flight::lock;
use crate::store::{self, Place, Wait};
use crate::system;
use crate::time;
use crate::token::PublishedToken;

pub struct Client {
    handle: i32,
    settings: ArcSwap<Settings>,
    /// Token, locks, connections, requests: what a forked child must not share.
    process: ArcSwap<Process>,
}

impl Client {
    pub fn new(handle: i32, published: &'static PublishedToken) -> Self {
        Self::with_settings(handle, published, Settings::default())
    }

    /// A client that is set up from a profile; see `oauth_client_open`.
    pub fn open(handle: i32, published: &'static PublishedToken, profile: &str) -> Result<Self> {
        Ok(Self::with_settings(handle, published, Settings::of_profile(profile)?))
    }

    fn with_settings(handle: i32, published: &'static PublishedToken, settings: Settings) -> Self {
        let cache = TokenCache::new(handle, published, TokenKey::of(&settings), settings.freshness);
        Self {
            handle,
            settings: ArcSwap::from_pointee(settings),
            process: ArcSwap::from_pointee(Process::new(system::fork_count(), cache)),
        }
    }

    pub fn handle(&self) -> i32 {
        self.handle
    }

    /// Publishes no token any more. Calls of other threads that are under way end as they would have, with what they
    /// need; the last of them takes the secrets along.
    pub fn close(&self) -> Result<()> {
        let saved = self.save_unsaved();
        let process = self.process();
        let mut state = lock(&process.state);
        process.cache.close();
        state.pending.clear();
        state.conversation = None;
        saved
    }

    // ---- properties ----

    pub fn set(&self, property: i32, text: &str) -> Result<()> {
        if property == number::OAUTH_TOKEN_RECORD {
            return self.import(None, text);
        }
        loop {
            let saved = self.save_unsaved();
            match self.try_set(property, text)? {
                Ok(()) => return Ok(()),
                // Or else the token would be lost; unless it became unsaved after that look.
                Err(Unsaved) => saved?,
            }
        }
    }

    fn try_set(&self, property: i32, text: &str) -> Result<std::result::Result<(), Unsaved>> {
        let process = self.process();
        let _writing = lock(&process.state);
        let mut settings = Settings::clone(&self.settings.load());
        settings.set(property, text)?;
        match process.cache.follow(TokenKey::of(&settings), settings.freshness) {
            Err(unsaved) => return Ok(Err(unsaved)),
            Ok(Followed::Stays) => {}
            Ok(Followed::Moved) => {
                if let Some(place) = Place::of(&settings)? {
                    // If it cannot be made, the token stays unsaved, and who saves it is told why.
                    let _ = place.make_folder();
                }
            }
        }
        self.settings.store(Arc::new(settings));
        Ok(Ok(()))
    }

    /// What only memory has does not outlive a change of its place.
    fn save_unsaved(&self) -> Result<()> {
        match self.process().cache.unsaved() {
            Some(_) => {
                let settings = self.settings.load_full();
                self.save_cached(&settings, Wait::Seconds(settings.lock_timeout()))
            }
            None => Ok(()),
        }
    }

    pub fn get(&self, property: i32) -> Result<Secret> {
        if let Some(text) = self.settings.load().get(property) {
            return Ok(text);
        }
        if property == number::OAUTH_STATE {
            return Ok(lock(&self.process().state).pending.last_state());
        }
        let process = self.process();
        let state = lock(&process.state);
        let failure = state.failure.as_ref();
        let said = |part: fn(&crate::error::Refusal) -> &String| {
            Secret::new(failure.and_then(Error::refusal).map(|r| part(r).clone()).unwrap_or_default())
        };
        let digits = |number: Option<u32>| Secret::new(number.map(|n| n.to_string()).unwrap_or_default());
        match property {
            number::OAUTH_ERROR => Ok(said(|r| &r.error)),
            number::OAUTH_ERROR_DESCRIPTION => Ok(said(|r| &r.description)),
            number::OAUTH_ERROR_URI => Ok(said(|r| &r.uri)),
            number::OAUTH_HTTP_STATUS => Ok(digits(failure.and_then(Error::status).map(u32::from))),
            number::OAUTH_RETRY_AFTER => Ok(digits(failure.and_then(Error::retry_after))),
            number::OAUTH_NONCE => Ok(state.nonce.clone()),
            _ => {
                drop(state);
                self.token_property(property)
            }
        }
    }

    fn token_property(&self, property: i32) -> Result<Secret> {
        let known = settings::RESULTS.iter().any(|(n, _)| *n == property);
        if !known {
            return Err(Error::Property { number: property, what: "property" });
        }
        let settings = self.settings.load_full();
        if property == number::OAUTH_STATUS_LINE {
            return Ok(Secret::new(self.status(&settings)));
        }
        let Some(held) = self.held(&settings)? else { return Ok(Secret::default()) };
        let token = &held.token;
        Ok(match property {
            number::OAUTH_ACCESS_TOKEN => token.access_token.clone(),
            number::OAUTH_REFRESH_TOKEN => token.refresh_token.clone().unwrap_or_default(),
            number::OAUTH_ID_TOKEN => token.id_token.clone().unwrap_or_default(),
            number::OAUTH_TOKEN_TYPE => Secret::new(token.token_type.as_str()),
            number::OAUTH_EXPIRES_AT => Secret::new(token.expires_at.map(time::rfc3339).unwrap_or_default()),
            number::OAUTH_GENERATION => Secret::new(token.generation.to_string()),
            number::OAUTH_TOKEN_RECORD => store::export(&settings, token)?,
            // RFC 6749 section 5.1: left out where it is what was asked for.
            _ => Secret::new(token.scope.clone().unwrap_or_else(|| settings.authorization.scope.clone())),
        })
    }

    // ---- signing in ----

    /// Makes an authorization URL. It counts only once it is remembered.
    pub fn build_authorize_url(&self) -> Result<AuthorizationUrl> {
        AuthorizationUrl::new(&self.settings.load_full())
    }

    /// In the store, where another process can find it; else in memory.
    pub fn remember(&self, url: AuthorizationUrl) -> Result<()> {
        let process = self.process();
        if let Some(place) = url.place() {
            url.store(&place)?;
            lock(&process.state).pending.stored(url.state());
        } else {
            lock(&process.state).pending.add(url.into_pending());
        }
        Ok(())
    }

    pub fn exchange_code(&self, pasted: &str) -> Result<()> {
        let settings = self.settings.load_full();
        let process = self.process();
        // Built in, several codes can be on the way at once.
        let is_callers = settings.http() == Http::Caller;
        let _claimed = is_callers.then(|| process.claim_caller_http(settings.timeout())).transpose()?;
        let answer = Pending::answer(&mut lock(&process.state).pending, &settings, pasted);
        match answer {
            Ok(answer) => self.exchange(&process, &settings, answer),
            // It brought a token that could not be stored: that is what is tried again.
            Err(Error::CodeUsed) if self.cached(&settings).is_some_and(|held| held.is_unsaved()) => {
                self.save_cached(&settings, Wait::Seconds(settings.lock_timeout()))
            }
            Err(error) => Err(error),
        }
    }

    // ---- faults and forks ----

    /// Keeps the reason of a failure for OAUTH_ERROR and its like.
    pub fn record_failure<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            // A caller's mistake says nothing of the server.
            if error.code() <= number::OAUTH_ERROR_MISSING {
                lock(&self.process().state).failure = Some(error.clone());
            }
        }
        result
    }

    /// This process's part. In the child of a fork it is made anew: the parent's locks may be held by threads that
    /// the child does not have, and its connections are the parent's.
    fn process(&self) -> Guard<Arc<Process>> {
        let process = self.process.load();
        let fork_count = system::fork_count();
        if process.fork_count == fork_count {
            return process;
        }
        let fresh = Arc::new(Process::after_fork(&process, fork_count, &self.settings.load()));
        self.process.compare_and_swap(&process, fresh);
        self.process.load()
    }
}
