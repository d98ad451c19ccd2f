//! Renewing a token that many share: one job sends the refresh token, the others get what it brings.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Client;
use crate::conversation::{Operation, WaitingRequest};
use crate::error::{Action, Error, Result};
use crate::lease::RenewalLease;
use crate::process::Process;
use crate::protocol::message::Request;
use crate::renewal::cache::{CachedToken, Durability, Newer, Replaces};
use crate::settings::{Http, Settings, TokenKey};
use crate::store::{Failure, FileStamp, Locked, Locking, Place, Wait};
use crate::system;
use crate::token::{Purpose, Token};

/// Who has waited for less has not waited for another's refresh.
const MOMENT: Duration = Duration::from_millis(5);

/// Why a token is to be renewed.
#[derive(Clone, Copy)]
pub(super) struct RenewalRequest {
    /// What the caller wanted; without it a valid token, too, is renewed.
    pub(super) purpose: Option<Purpose>,
    /// The token that is not good enough, as this client counts them.
    pub(super) stale_serial: Option<u32>,
    /// It still lives: whoever would have to wait goes on with it.
    pub(super) is_early: bool,
}

impl Client {
    pub(super) fn renew(&self, settings: &Arc<Settings>, wanted: RenewalRequest) -> Result<()> {
        let process = self.process();
        if settings.http() == Http::Caller {
            let _claimed = process.claim_caller_http(settings.timeout())?;
            return self.renew_alone(&process, settings, wanted);
        }
        process
            .flight
            .run(&TokenKey::of(settings), wanted.is_early, || self.renew_alone(&process, settings, wanted))
    }

    /// As the only thread of this client that does so.
    fn renew_alone(&self, process: &Process, settings: &Arc<Settings>, wanted: RenewalRequest) -> Result<()> {
        if wanted.stale_serial.is_some() && self.serial(settings) != wanted.stale_serial {
            return Ok(());
        }
        let place = Place::of(settings)?;
        // What is stored from here on, another job has stored since this one was called.
        let seen = place.as_ref().and_then(Place::mark);
        // Before there is a token, there need not be a folder.
        if self.held(settings)?.is_none() {
            return Err(Error::sign_in("there is no token yet"));
        }
        let Some(mut lease) = self.acquire(process, settings, wanted, place, seen)? else { return Ok(()) };
        let mut operation = Operation::refresh(wanted.purpose);
        let request = self.request(settings, &mut operation)?;
        Self::honour_retry_after(&lease, settings, wanted)?;
        if let Some(refresh_token) = operation.refresh_token() {
            lease.begin(refresh_token)?;
        }
        if settings.http() == Http::Caller {
            return Err(process.begin(WaitingRequest::new(
                operation,
                settings.clone(),
                request,
                Some(lease),
            )));
        }
        let outcome = Self::send(process, settings, &operation, &request, &mut lease, wanted);
        self.finish(process, settings, operation, outcome, Some(lease))
    }

    /// `None`: another job has renewed the token since this one asked.
    fn acquire(
        &self,
        process: &Process,
        settings: &Settings,
        wanted: RenewalRequest,
        place: Option<Place>,
        mut seen: Option<FileStamp>,
    ) -> Result<Option<RenewalLease>> {
        let Some(place) = place else { return Ok(Some(RenewalLease::in_memory(process.notes()))) };
        let wait = if wanted.is_early { Wait::No } else { Wait::Seconds(settings.lock_timeout()) };
        let (start, began) = (system::now(), Instant::now());
        loop {
            match place.lock(wait, seen)? {
                Locking::Locked(mut locked) => {
                    let is_other = self.reconcile(process, settings, &mut locked)?;
                    let was_renewed = place.mark() != seen && self.is_alive(settings);
                    if is_other && (was_renewed || self.is_served(settings, wanted)) {
                        return Ok(None);
                    }
                    // Whoever waited for a refresh shares its failure, too: one try is enough for all.
                    let failed = locked.notes.last_error.clone();
                    let has_waited = began.elapsed() > MOMENT;
                    match failed.filter(|failed| has_waited && failed.is_shared && failed.at >= start) {
                        Some(Failure { process, sentence, .. }) => {
                            let retry_after = locked.notes.retry_after();
                            return Err(Error::JustFailed { process, sentence, retry_after });
                        }
                        None => return Ok(Some(RenewalLease::in_store(locked))),
                    }
                }
                Locking::Replaced => {
                    seen = place.mark();
                    // Written by somebody, but perhaps only sealed anew; and read without the lock.
                    let held = self.cached(settings);
                    let is_newer = |stored: &Token| {
                        held.as_ref().is_none_or(|held| {
                            !held.is_unsaved() && stored.generation > held.token.generation
                        })
                    };
                    let newer = place.read()?.filter(is_newer);
                    let adopted = Self::adopt(process, settings, held.as_deref(), newer);
                    if adopted == Ok(true) && self.is_alive(settings) {
                        return Ok(None);
                    }
                }
                Locking::Busy => return Err(Error::Busy),
            }
        }
    }

    /// Whether the token that is held now is what the caller asked for.
    fn is_served(&self, settings: &Settings, wanted: RenewalRequest) -> bool {
        let held = self.cached(settings);
        wanted.purpose.is_some() && held.is_some_and(|held| self.process().cache.publish(&held).is_some())
    }

    fn is_alive(&self, settings: &Settings) -> bool {
        self.cached(settings).is_some_and(|held| held.is_alive(settings.freshness))
    }

    /// Brings memory and the record together, with the lock. Returns whether another job's token is held now.
    pub(super) fn reconcile(
        &self,
        process: &Process,
        settings: &Settings,
        locked: &mut Locked,
    ) -> Result<bool> {
        loop {
            let stored = locked.read()?;
            let cached = self.cached(settings);
            if let Some(cached) = &cached {
                let forgotten = locked.notes.forgotten.as_ref();
                if stored.is_none() && forgotten.is_some_and(|forgotten| forgotten.is(&cached.token)) {
                    process.cache.clear(cached.serial);
                    return Err(Error::sign_in("the token was removed from the store"));
                }
                // By the generations: clocks differ. What a person has just brought is newer than any refresh.
                let is_sign_in = cached.durability == Durability::UnsavedSignIn;
                let is_ours_newer =
                    |stored: &Token| is_sign_in || stored.generation < cached.token.generation;
                if cached.is_unsaved() && stored.as_ref().is_none_or(is_ours_newer) {
                    Self::save(process, settings, cached, stored.as_ref(), locked)?;
                    return Ok(false);
                }
            }
            if let Ok(is_other) = Self::adopt(process, settings, cached.as_deref(), stored) {
                return Ok(is_other);
            }
        }
    }

    /// Takes over the stored token, if it is another than that in memory, `seen` when the caller looked.
    pub(super) fn adopt(
        process: &Process,
        settings: &Settings,
        seen: Option<&CachedToken>,
        stored: Option<Token>,
    ) -> std::result::Result<bool, Newer> {
        let Some(stored) = stored else { return Ok(false) };
        if let Some(seen) = seen.filter(|seen| seen.token.is_same(&stored)) {
            process.cache.set_stored(seen.serial); // another job has put it in place
            return Ok(false);
        }
        let replaces = Replaces::Only(seen.map(|seen| seen.serial));
        process.cache.replace(replaces, &TokenKey::of(settings), stored, Durability::Stored).map(|_| true)
    }

    /// The server, or a failure before, may have asked for some time.
    fn honour_retry_after(lease: &RenewalLease, settings: &Settings, wanted: RenewalRequest) -> Result<()> {
        let Some(wait) = lease.retry_not_before(wanted.is_early) else { return Ok(()) };
        let fits = wait < Duration::from_secs(settings.timeout().into());
        if wanted.is_early || !fits || settings.http() == Http::Caller {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            return Err(Error::TooEarly { seconds });
        }
        system::pause(wait);
        Ok(())
    }

    /// Sends the refresh token; after a fault that passes once more, and once more, as long as there is time.
    fn send(
        process: &Process,
        settings: &Settings,
        operation: &Operation,
        request: &Request,
        lease: &mut RenewalLease,
        wanted: RenewalRequest,
    ) -> Result<Token> {
        const TRIES: u32 = 3;
        let transport = process.transport(settings)?;
        let mut time = Time::new(settings.timeout());
        for number in 1.. {
            let outcome = transport
                .send(request, (number > 1).then(|| time.left()))
                .and_then(|response| operation.response(settings, &response, system::now()));
            let Err(error) = outcome else { return outcome };
            // Who has a token that lives tries again at another time.
            let is_last = number == TRIES || wanted.is_early || error.action() != Action::Retry;
            let Some(pause) = pause_after(&error, number).filter(|pause| !is_last && *pause < time.left())
            else {
                return Err(error);
            };
            if error.leaves_unknown() {
                lease.has_lost_one();
            }
            time.pause(pause);
        }
        Err(Error::Internal("no try was the last".to_owned()))
    }
}

/// As long as the server asked for; else a moment that grows, and is not the same for all who wait.
fn pause_after(error: &Error, number: u32) -> Option<Duration> {
    if let Some(seconds) = error.retry_after() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let mut random = [0];
    system::random(&mut random).ok()?;
    let longest = Duration::from_millis(250 << number);
    Some(longest / 2 + longest / 512 * u32::from(random[0]))
}

/// What is left of OAUTH_TIMEOUT.
struct Time {
    since: Instant,
    limit: Duration,
    /// So much longer than it took: a pause need not take time in a test.
    paused: Duration,
}

impl Time {
    fn new(seconds: u32) -> Self {
        let limit = Duration::from_secs(seconds.into());
        Self { since: Instant::now(), limit, paused: Duration::ZERO }
    }

    fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed()).saturating_sub(self.paused)
    }

    fn pause(&mut self, duration: Duration) {
        let before = self.since.elapsed();
        system::pause(duration);
        self.paused += duration.saturating_sub(self.since.elapsed().saturating_sub(before));
    }
}
