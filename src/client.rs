//! The client: settings, token, pending authorizations. The only place that orders steps.
#![forbid(unsafe_code)]

use arc_swap::{ArcSwap, ArcSwapOption};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::Arc;
use zeroize::Zeroizing;

use crate::constants as number;
use crate::conversation::{Conversation, Operation};
use crate::error::{Action, Error, Result};
use crate::flight::lock;
use crate::pending::{AuthorizationUrl, Pending};
use crate::process::Process;
use crate::profile;
use crate::property;
use crate::protocol::message::Response;
use crate::protocol::token_response;
use crate::secret::Secret;
use crate::settings::{Http, Settings, StoreSetting};
use crate::store;
use crate::system;
use crate::token::{Current, Purpose, Ready, Token};

pub struct Client {
    handle: i32,
    /// Where readers find the valid token without coming here.
    current: &'static Current,
    closed: AtomicBool,
    settings: ArcSwap<Settings>,
    held: ArcSwapOption<Held>,
    generations: AtomicU32,
    /// Locks, connections, conversations: what a forked child must not share.
    process: ArcSwap<Process>,
}

/// The token that the client has, and what became of it.
struct Held {
    token: Token,
    generation: u32,
    /// An API answered 401 to it.
    rejected: AtomicBool,
    /// It could not be stored: only memory has it.
    unsaved: AtomicBool,
}

impl Client {
    pub fn new(handle: i32, current: &'static Current) -> Self {
        Self::with_settings(handle, current, Settings::default())
    }

    /// A client that is set up from a profile; see `oauth_client_open`.
    pub fn open(handle: i32, current: &'static Current, profile: &str) -> Result<Self> {
        let mut settings = Settings::default();
        profile::open(&mut settings, profile)?;
        Ok(Self::with_settings(handle, current, settings))
    }

    fn with_settings(handle: i32, current: &'static Current, settings: Settings) -> Self {
        Self {
            handle,
            current,
            closed: AtomicBool::new(false),
            settings: ArcSwap::from_pointee(settings),
            held: ArcSwapOption::const_empty(),
            generations: AtomicU32::new(0),
            process: ArcSwap::from_pointee(Process::new(system::fork_generation())),
        }
    }

    pub fn handle(&self) -> i32 {
        self.handle
    }

    /// Forgets everything. Calls of other threads that are under way keep what they hold until they end.
    pub fn close(&self) {
        let process = self.process();
        let mut state = lock(&process.state);
        self.closed.store(true, Ordering::SeqCst);
        state.pending.clear();
        state.conversation = None;
        self.held.store(None);
        self.settings.store(Arc::new(Settings::default()));
        self.current.clear();
    }

    // ---- properties ----

    pub fn set(&self, property: i32, text: &str) -> Result<()> {
        let process = self.process();
        let _writing = lock(&process.state);
        let before = self.settings.load_full();
        let mut settings = Settings::clone(&before);
        if property == number::OAUTH_PROFILE {
            profile::apply_known(&mut settings, text)?;
        } else {
            property::set(&mut settings, property, text)?;
        }
        self.follow_store(&before, &settings);
        self.settings.store(Arc::new(settings));
        self.current.clear(); // made ready again with the new settings
        Ok(())
    }

    /// What is in memory belongs to the record that the settings name.
    fn follow_store(&self, before: &Settings, after: &Settings) {
        let whose = |s: &Settings| (s.account.clone(), s.client_id.clone(), s.token_url().ok());
        if whose(before) != whose(after) {
            self.held.store(None);
        } else if before.store == StoreSetting::Memory {
            // A token that only memory has moves into the new store.
            if let Some(held) = self.held.load_full() {
                held.unsaved.store(after.store != StoreSetting::Memory, Ordering::SeqCst);
            }
        } else if before.store != after.store {
            self.held.store(None);
        }
    }

    pub fn get(&self, property: i32) -> Result<Secret> {
        if let Some(text) = property::setting(&self.settings.load(), property) {
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
            _ => {
                drop(state);
                self.token_property(property)
            }
        }
    }

    fn token_property(&self, property: i32) -> Result<Secret> {
        let known = property::RESULTS.iter().any(|(n, _)| *n == property);
        if !known {
            return Err(Error::Property { number: property, what: "property" });
        }
        let Some(held) = self.held()? else { return Ok(Secret::default()) };
        let token = &held.token;
        Ok(match property {
            number::OAUTH_ACCESS_TOKEN => token.access_token.clone(),
            number::OAUTH_REFRESH_TOKEN => token.refresh_token.clone().unwrap_or_default(),
            number::OAUTH_ID_TOKEN => token.id_token.clone().unwrap_or_default(),
            number::OAUTH_TOKEN_TYPE => Secret::new(token.token_type.as_str()),
            number::OAUTH_EXPIRES_AT => {
                Secret::new(token.expires_at.map(token_response::rfc3339).unwrap_or_default())
            }
            // RFC 6749 section 5.1: left out where it is what was asked for.
            _ => Secret::new(token.scope.clone().unwrap_or_else(|| self.settings.load().scope.clone())),
        })
    }

    // ---- signing in ----

    /// Makes an authorization URL. It counts only once it is remembered.
    pub fn build_authorize_url(&self) -> Result<AuthorizationUrl> {
        AuthorizationUrl::new(&self.settings.load_full())
    }

    pub fn remember(&self, url: AuthorizationUrl) {
        lock(&self.process().state).pending.add(url.into_pending());
    }

    pub fn exchange_code(&self, pasted: &str) -> Result<()> {
        let settings = self.settings.load_full();
        let process = self.process();
        process.abandon_conversation(settings.timeout())?;
        let operation = {
            let mut state = lock(&process.state);
            Operation::Exchange(Pending::answer(&mut state.pending, &settings, pasted)?)
        };
        self.carry(&process, &settings, operation)
    }

    // ---- tokens ----

    pub fn refresh(&self) -> Result<()> {
        self.renew(Operation::refresh(None), None)
    }

    /// A token that is valid for as long as asked for.
    pub fn fresh(&self, purpose: Purpose) -> Result<Arc<Ready>> {
        let held = self.held()?;
        if let Some(ready) = held.as_deref().and_then(|held| self.make_ready(held)) {
            return Ok(ready);
        }
        let stale = held.as_ref().map(|held| held.generation);
        if let Err(error) = self.renew(Operation::refresh(Some(purpose)), stale) {
            return self.old_token(error);
        }
        let held = self.held()?.ok_or_else(|| Error::sign_in("there is no token yet"))?;
        // However short it lives, it is the newest there is.
        self.make_ready(&held).map_or_else(|| Ok(self.ready(&held, i64::MIN)), Ok)
    }

    /// In a fault that passes, a token that has not expired is still given out.
    fn old_token(&self, error: Error) -> Result<Arc<Ready>> {
        let passes = matches!(error.action(), Action::Retry);
        match self.held.load_full() {
            Some(held) if passes && held.is_alive() => Ok(self.ready(&held, i64::MIN)),
            _ => Err(error),
        }
    }

    /// An API answered 401 to that token, or to the one that is held where the caller does not know which.
    pub fn token_rejected(&self, generation: Option<u32>) {
        if let Some(held) = self.held.load_full() {
            if generation.is_none_or(|g| g == held.generation) {
                held.rejected.store(true, Ordering::SeqCst);
                self.current.clear();
            }
        }
    }

    /// Refreshes unless the token that was stale is no longer the one that is held.
    fn renew(&self, operation: Operation, stale: Option<u32>) -> Result<()> {
        let settings = self.settings.load_full();
        let process = self.process();
        if settings.http() == Http::Caller {
            process.abandon_conversation(settings.timeout())?;
            return self.carry(&process, &settings, operation);
        }
        process.flight.join(|| {
            let now_held = self.held.load().as_ref().map(|held| held.generation);
            if stale.is_some() && now_held != stale {
                return Ok(());
            }
            self.carry(&process, &settings, operation)
        })
    }

    // ---- carrying an operation ----

    /// Sends the operation's request itself, or leaves it to the caller's own HTTP.
    fn carry(&self, process: &Process, settings: &Arc<Settings>, mut operation: Operation) -> Result<()> {
        if matches!(operation, Operation::Refresh { .. }) && self.adopt_stored(process, settings)? {
            if let (Some(_), Some(held)) = (operation.purpose(), self.held.load_full()) {
                if self.make_ready(&held).is_some() {
                    return Ok(()); // another job has refreshed
                }
            }
        }
        operation.prepare(self.held()?.as_deref().map(|held| &held.token))?;
        if settings.http() == Http::Caller {
            let request = operation.request(settings)?;
            lock(&process.state).conversation = Some(Conversation::new(operation, settings.clone(), request));
            return Err(Error::HttpNeeded);
        }
        let outcome = operation
            .request(settings)
            .and_then(|request| process.transport(settings)?.send(&request))
            .and_then(|response| operation.response(settings, &response, system::now()));
        self.finish(process, settings, operation, outcome)
    }

    pub fn http_request(&self, part: i32) -> Result<Secret> {
        let process = self.process();
        let state = lock(&process.state);
        let waiting = state.conversation.as_ref().ok_or(NO_REQUEST)?;
        let request = &waiting.request;
        match part {
            number::OAUTH_REQUEST_METHOD => Ok(Secret::new(request.method)),
            number::OAUTH_REQUEST_URL => Ok(request.url.clone()),
            number::OAUTH_REQUEST_HEADERS => Ok(request.header_lines()),
            number::OAUTH_REQUEST_CONTENT => Ok(request.content.clone()),
            _ => Err(Error::Property { number: part, what: "part of a request" }),
        }
    }

    /// Goes on with the operation whose request was answered.
    pub fn http_response(&self, status: i32, headers: &[u8], body: &[u8]) -> Result<i32> {
        let process = self.process();
        let waiting = lock(&process.state).conversation.take().ok_or(NO_REQUEST)?;
        let Conversation { operation, settings, .. } = waiting;
        let purpose = operation.purpose();
        let outcome = match u16::try_from(status) {
            Ok(status) if status > 0 => {
                let body = Zeroizing::new(body.to_vec());
                let response = Response { status, headers: Response::parse_headers(headers), body };
                operation.response(&settings, &response, system::now())
            }
            _ => Err(Error::Disconnected {
                host: "the server".to_owned(),
                reason: "the caller's HTTP got no answer; try again later".to_owned(),
            }),
        };
        let result = self.finish(&process, &settings, operation, outcome);
        let Some(purpose) = purpose else { return result.map(|()| 0) };
        let ready = match result {
            Ok(()) => self.fresh(purpose),
            Err(error) => self.old_token(error),
        }?;
        i32::try_from(purpose.text(&ready).len()).map_err(|_| Error::TooLarge)
    }

    /// Takes over the token, or the reason why there is none.
    fn finish(
        &self,
        process: &Process,
        settings: &Settings,
        operation: Operation,
        outcome: Result<Token>,
    ) -> Result<()> {
        match (outcome, operation) {
            (Ok(token), Operation::Exchange(answer)) => {
                lock(&process.state).pending.used(&answer);
                self.accept(process, settings, token)
            }
            (Ok(token), Operation::Refresh { .. }) => self.accept(process, settings, token),
            (Err(error), Operation::Exchange(answer)) => {
                lock(&process.state).pending.give_back(&answer);
                Err(error)
            }
            // RFC 6749 section 5.2: the refresh token is no longer good, perhaps because another job has used it.
            (Err(Error::Refused(refusal)), Operation::Refresh { .. }) if refusal.error == "invalid_grant" => {
                if self.adopt_stored(process, settings)? {
                    return Ok(());
                }
                // The old one is kept all the same: nothing is deleted on a server's word.
                let words =
                    if refusal.description.is_empty() { &refusal.error } else { &refusal.description };
                let reason = format!("the server no longer takes the refresh token (\"{words}\")");
                Err(Error::SignIn { reason, refusal: Some(refusal) })
            }
            (Err(error), Operation::Refresh { .. }) => Err(error),
        }
    }

    /// Stores a new token before anybody gets it.
    fn accept(&self, process: &Process, settings: &Settings, token: Token) -> Result<()> {
        let saved = store::save(settings, &token);
        self.hold(process, token, saved.is_err());
        saved
    }

    /// Takes over the stored token if another job has stored a newer one.
    fn adopt_stored(&self, process: &Process, settings: &Settings) -> Result<bool> {
        let Some(held) = self.held.load_full() else { return Ok(false) };
        match store::load(settings)? {
            Some(stored) if !held.unsaved.load(Ordering::SeqCst) && stored != held.token => {
                Ok(self.hold(process, stored, false).is_some())
            }
            _ => Ok(false),
        }
    }

    fn hold(&self, process: &Process, token: Token, unsaved: bool) -> Option<Arc<Held>> {
        let _writing = lock(&process.state);
        if self.closed.load(Ordering::SeqCst) {
            return None;
        }
        let held = Arc::new(Held {
            token,
            generation: self.generations.fetch_add(1, Ordering::SeqCst) + 1,
            rejected: AtomicBool::new(false),
            unsaved: AtomicBool::new(unsaved),
        });
        self.current.clear();
        self.held.store(Some(held.clone()));
        Some(held)
    }

    /// The token in memory, or else the stored one.
    fn held(&self) -> Result<Option<Arc<Held>>> {
        let settings = self.settings.load_full();
        if let Some(held) = self.held.load_full() {
            if held.unsaved.load(Ordering::SeqCst) && store::save(&settings, &held.token).is_ok() {
                held.unsaved.store(false, Ordering::SeqCst);
            }
            return Ok(Some(held));
        }
        match store::load(&settings)? {
            Some(token) => Ok(self.hold(&self.process(), token, false)),
            None => Ok(None),
        }
    }

    /// Puts a token that is valid for long enough where readers find it.
    fn make_ready(&self, held: &Held) -> Option<Arc<Ready>> {
        let usable_until = held.token.usable_until(self.settings.load().min_valid);
        if held.rejected.load(Ordering::SeqCst) || system::now() >= usable_until {
            return None;
        }
        let ready = self.ready(held, usable_until);
        let process = self.process();
        let _writing = lock(&process.state);
        let is_still_held = self.held.load().as_ref().is_some_and(|h| h.generation == held.generation);
        // One that only memory has is not published: each call tries to store it.
        if is_still_held && !held.unsaved.load(Ordering::SeqCst) && !held.rejected.load(Ordering::SeqCst) {
            self.current.publish(ready.clone());
        }
        Some(ready)
    }

    fn ready(&self, held: &Held, usable_until: i64) -> Arc<Ready> {
        Arc::new(Ready::new(self.handle, held.generation, &held.token, usable_until))
    }

    // ---- faults and forks ----

    /// Keeps the reason of a failure for OAUTH_ERROR and its like.
    pub fn noting<T>(&self, result: Result<T>) -> Result<T> {
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
    fn process(&self) -> Arc<Process> {
        let process = self.process.load_full();
        let forks = system::fork_generation();
        if process.forks == forks {
            return process;
        }
        let fresh = Arc::new(Process::after_fork(&process, forks));
        self.process.compare_and_swap(&process, fresh);
        self.process.load_full()
    }
}

impl Held {
    fn is_alive(&self) -> bool {
        !self.rejected.load(Ordering::SeqCst) && !self.token.is_expired(system::now())
    }
}

const NO_REQUEST: Error =
    Error::Sequence("no request waits: call oauth_http_response once, after OAUTH_HTTP_NEEDED");
