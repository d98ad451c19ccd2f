//! The token that a client gives out, refreshes and revokes.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::carry::Carrier;
use super::process::{Errand, Process};
use super::task::{Aim, Renewal, Task};
use super::Client;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::operation::{renewing, Revocation};
use crate::renewal::cache::Brought;
use crate::renewal::{RenewalRequest, Way};
use crate::settings::Snapshot;
use crate::store::Fingerprint;
use crate::system::lock;
use crate::token::{BearerToken, Purpose};

impl Client {
    pub fn refresh(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let is_lacking = process.needs_token_endpoint(&snapshot)?;
        let snapshot = self.known(snapshot, is_lacking, |client| client.refresh().map(|()| 0))?;
        process.renew(&snapshot, RenewalRequest::by_hand(Way::RefreshFirst)).map(drop)
    }

    /// A token by that grant, which is the client's from now on; empty: by the one it has.
    pub fn request_token(&self, grant_type: &str) -> Result<()> {
        let snapshot = self.process().snapshot.load_full();
        let (again, is_lacking) =
            (grant_type.to_owned(), snapshot.settings.endpoints.token_endpoint.is_empty());
        self.known(snapshot, is_lacking, move |client| client.request_token(&again).map(|()| 0))?;
        let before = self.get(number::OAUTH_GRANT_TYPE)?;
        if !grant_type.is_empty() {
            self.set(number::OAUTH_GRANT_TYPE, grant_type)?;
        }
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let asked = snapshot.settings.demands_machine();
        let asked = asked.and_then(|()| process.renew(&snapshot, RenewalRequest::by_hand(Way::GrantAlone)));
        match asked {
            Ok(_) => Ok(()),
            Err(Error::HttpNeeded) => {
                lock(&process.state).grant_before = Some(before);
                Err(Error::HttpNeeded)
            }
            Err(error) => {
                self.set(number::OAUTH_GRANT_TYPE, before.expose())?;
                Err(error)
            }
        }
    }

    /// A token that is valid for as long as asked for. Until it is fetched, this thread is given the same one.
    pub fn fresh(&self, purpose: Purpose) -> Result<Arc<BearerToken>> {
        let bearer = self.fresh_of_any_type(purpose)?;
        purpose.check(&bearer)?;
        Ok(bearer)
    }

    fn fresh_of_any_type(&self, purpose: Purpose) -> Result<Arc<BearerToken>> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        if let Some(bearer) = process.cache.undelivered() {
            return Ok(bearer);
        }
        let token = process.source(&snapshot).token()?;
        if let Some(bearer) = token.as_deref().and_then(|token| process.cache.publish(token)) {
            return Ok(bearer);
        }
        let wanted = RenewalRequest {
            purpose: Some(purpose),
            stale_serial: token.as_ref().map(|token| token.serial),
            way: Way::RefreshFirst,
            is_early: token.is_some_and(|token| token.is_alive(snapshot.settings.freshness)),
        };
        let again = move |client: &Self| client.length(purpose, &*client.fresh(purpose)?);
        let is_lacking = process.needs_token_endpoint(&snapshot)?;
        let known = self.known_for(Some(purpose), wanted.is_early, snapshot.clone(), is_lacking, again);
        let renewed = known.and_then(|snapshot| process.renew(&snapshot, wanted));
        self.after_renewal(&snapshot, renewed)
    }

    /// A failure to renew a token early is none as long as it lives: what happened can be read.
    pub(super) fn after_renewal(
        &self,
        snapshot: &Snapshot,
        renewed: Result<Brought>,
    ) -> Result<Arc<BearerToken>> {
        let process = self.process();
        let source = process.source(snapshot);
        let bearer = match renewed {
            Ok(Some(token)) => process.cache.ready(&token),
            Ok(None) => source.newest()?,
            Err(Error::HttpNeeded) => return Err(Error::HttpNeeded),
            Err(error) => match source.cached() {
                Some(cached) if cached.is_alive(snapshot.settings.freshness) => {
                    let _ = self.record_failure::<()>(Err(error));
                    process.cache.unpublished(&cached)
                }
                _ => return Err(error),
            },
        };
        process.cache.remember_undelivered(&bearer);
        Ok(bearer)
    }

    /// This thread has the text.
    pub fn delivered(&self) {
        self.process().cache.delivered();
    }

    /// An API answered 401 to that token, or to the one in memory where the caller does not know which.
    pub fn token_rejected(&self, serial: Option<u32>) {
        self.process().cache.reject(serial);
    }

    /// Has the server revoke the newest tokens there are, and removes them.
    pub fn revoke(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let is_lacking = snapshot.settings.endpoints.revocation_endpoint.is_empty();
        let snapshot = self.known(snapshot, is_lacking, |client| client.revoke().map(|()| 0))?;
        snapshot.settings.revocation_url()?;
        process.revoke(&snapshot).map(drop)
    }
}

impl Process {
    /// Whether a renewal would ask the server at an endpoint that is not set. Where a person is needed nobody is asked.
    fn needs_token_endpoint(&self, snapshot: &Snapshot) -> Result<bool> {
        let settings = &snapshot.settings;
        if !settings.endpoints.token_endpoint.is_empty() || settings.machine_grant().is_some() {
            return Ok(settings.endpoints.token_endpoint.is_empty());
        }
        let token = self.source(snapshot).token()?;
        let can_refresh = token.is_some_and(|cached| cached.token.refresh_token.is_some());
        Ok(can_refresh && settings.endpoints.refresh_endpoint.is_empty())
    }

    fn renew(&self, snapshot: &Arc<Snapshot>, wanted: RenewalRequest) -> Result<Brought> {
        match self.carrier(snapshot)? {
            Carrier::Builtin => {
                let renew = || self.renew_alone(&Carrier::Builtin, snapshot, wanted);
                self.flight.run(&(snapshot.key.clone(), Errand::Renewal(wanted.way)), wanted.is_early, renew)
            }
            carrier @ Carrier::Caller(_) => self.renew_alone(&carrier, snapshot, wanted),
        }
    }

    /// As the only thread of this client that does so.
    fn renew_alone(
        &self,
        carrier: &Carrier<'_>,
        snapshot: &Arc<Snapshot>,
        wanted: RenewalRequest,
    ) -> Result<Brought> {
        let source = self.source(snapshot);
        let serial = source.cached().map(|cached| cached.serial);
        let has_come = wanted.stale_serial.is_some() || wanted.purpose.is_some() && serial.is_some();
        if has_come && serial != wanted.stale_serial {
            return Ok(None);
        }
        // What is stored from here on, another job has stored since this one was called.
        let seen = snapshot.record()?.stamp();
        if source.token()?.is_none() {
            // Before it is known that one can come, there need not be a place for it.
            snapshot.keys().opening()?;
            renewing(&snapshot.settings, None, true)?;
            snapshot.record()?.prepare()?;
        }
        let Some((lease, old)) = source.acquire(wanted, seen)? else { return Ok(None) };
        let RenewalRequest { purpose, is_early, way, .. } = wanted;
        let may_refresh = way == Way::RefreshFirst;
        let used = old.as_ref().filter(|_| may_refresh);
        if let Some(seconds) = used.and_then(|old| old.refreshed_in(snapshot.settings.freshness)) {
            return Err(Error::TooNew { seconds });
        }
        let before = old.as_ref().map(|old| &old.token);
        let operation = renewing(&snapshot.settings, before, may_refresh)?;
        let host = before.and_then(|token| token.token_host.as_deref());
        let operation = self.proving(operation, snapshot, host, before)?;
        let serial = old.map(|old| old.serial);
        let renewal = Renewal { lease, serial, purpose, is_early, request: None };
        self.run(carrier, operation, Task { snapshot: snapshot.clone(), aim: Aim::Renewal(renewal) })
    }

    fn revoke(&self, snapshot: &Arc<Snapshot>) -> Result<Brought> {
        match self.carrier(snapshot)? {
            Carrier::Builtin => {
                let revoke = || self.revoke_alone(&Carrier::Builtin, snapshot);
                let serial = self.source(snapshot).cached().map(|cached| cached.serial);
                self.flight.run(&(snapshot.key.clone(), Errand::Revocation(serial)), false, revoke)
            }
            carrier @ Carrier::Caller(_) => self.revoke_alone(&carrier, snapshot),
        }
    }

    /// As the only thread of this client that renews or revokes.
    fn revoke_alone(&self, carrier: &Carrier<'_>, snapshot: &Arc<Snapshot>) -> Result<Brought> {
        let source = self.source(snapshot);
        let Some(known) = source.token()? else { return Ok(None) };
        let (lease, newest) = source.lease(snapshot.settings.lock_timeout())?;
        let token = match newest {
            Some(newest) => newest.token.clone(),
            // Another job was faster.
            None if lease.was_revoked() => return Ok(None),
            // It was removed from the store without a word to the server.
            None => known.token.clone(),
        };
        if let Some(refresh_token) = &token.refresh_token {
            lease.check_newest(&Fingerprint::of(refresh_token))?;
        }
        let operation = Box::new(Revocation::new(snapshot.settings.clone(), &token));
        let aim = Aim::Removal { lease, token };
        self.run(carrier, operation, Task { snapshot: snapshot.clone(), aim })
    }
}
