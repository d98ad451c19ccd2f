//! A record of the memory store's, as a folder's is: one job at a time has its lease. Whoever comes to it, another thread
//! may come between.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use super::schedule::{point, wait};
use crate::error::{Error, Result};
use crate::store::{
    Found, Lease, LeaseNotes, Leasing, MemoryStore, PendingAuthorization, Record, Reservation, Stamp, Store,
    Wait,
};
use crate::system::lock;
use crate::token::{Identity, Token};

#[derive(Clone)]
pub struct TestRecord {
    inner: Arc<dyn Record>,
    /// Whether a lease excludes others, as in a folder.
    is_shared: bool,
    is_leased: Arc<Mutex<bool>>,
}

impl TestRecord {
    pub fn new(identity: Identity, is_shared: bool) -> Self {
        let identity = Arc::new(identity);
        let store = MemoryStore::of(Some(identity.clone()), None);
        Self { inner: store.record(identity), is_shared, is_leased: Arc::default() }
    }
}

impl Record for TestRecord {
    fn read(&self) -> Result<Option<Arc<Token>>> {
        point();
        self.inner.read()
    }

    fn stamp(&self) -> Option<Stamp> {
        point();
        self.inner.stamp()
    }

    fn prepare(&self) -> Result<()> {
        Ok(())
    }

    fn exists(&self) -> bool {
        true
    }

    fn reserve(&self) -> Result<Box<dyn Reservation>> {
        Ok(Box::new(self.clone()))
    }

    fn lease(&self, wanted: Wait, seen: Option<Stamp>) -> Result<Leasing> {
        point();
        let mut has_waited = false;
        while self.is_shared && std::mem::replace(&mut *lock(&self.is_leased), true) {
            match wanted {
                Wait::No => return Ok(Leasing::Busy),
                _ if self.inner.stamp() != seen => return Ok(Leasing::Replaced),
                Wait::Seconds(0) => {
                    let path = "test".to_owned();
                    return Err(Error::Locked { path, waited: 0, holder: None });
                }
                Wait::Seconds(_) => wait(),
            }
            has_waited = true;
        }
        let Leasing::Leased { lease, .. } = self.inner.lease(wanted, seen)? else { unreachable!() };
        let is_leased = self.is_leased.clone();
        let lease = Box::new(TestLease { inner: lease, is_shared: self.is_shared, is_leased });
        Ok(Leasing::Leased { lease, has_waited })
    }

    fn notes(&self) -> LeaseNotes {
        self.inner.notes()
    }

    fn add_pending(&self, pending: PendingAuthorization) -> Result<()> {
        self.inner.add_pending(pending)
    }

    fn claim_pending(&self, state: Option<&str>, code: &str) -> Result<Found> {
        self.inner.claim_pending(state, code)
    }

    fn has_pending(&self, state: &str) -> bool {
        self.inner.has_pending(state)
    }

    fn takes_again(&self, state: &str, code: &str) -> bool {
        self.inner.takes_again(state, code)
    }
}

impl Reservation for TestRecord {
    fn lease(self: Box<Self>, wait: Wait) -> Result<Box<dyn Lease>> {
        let record: &dyn Record = &*self;
        record.lease_to_write(wait)
    }
}

struct TestLease {
    inner: Box<dyn Lease>,
    is_shared: bool,
    is_leased: Arc<Mutex<bool>>,
}

impl Lease for TestLease {
    fn read(&mut self) -> Result<Option<Arc<Token>>> {
        point();
        self.inner.read()
    }

    fn reserve(&mut self) -> Result<()> {
        self.inner.reserve()
    }

    fn write(&mut self, token: &Arc<Token>, expected: u32) -> Result<()> {
        point();
        self.inner.write(token, expected)
    }

    fn remove(&mut self, expected: u32) -> Result<()> {
        point();
        self.inner.remove(expected)
    }

    fn remove_pending(&mut self) -> Result<()> {
        self.inner.remove_pending()
    }

    fn notes(&self) -> &LeaseNotes {
        self.inner.notes()
    }

    fn notes_mut(&mut self) -> &mut LeaseNotes {
        self.inner.notes_mut()
    }

    fn write_notes(&mut self) -> Result<()> {
        self.inner.write_notes()
    }

    fn is_shared(&self) -> bool {
        self.is_shared
    }
}

impl Drop for TestLease {
    fn drop(&mut self) {
        point();
        *lock(&self.is_leased) = false;
    }
}
