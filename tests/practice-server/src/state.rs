#![forbid(unsafe_code)]
//! Everything that the server remembers, and its clock.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::catalogue::Memory;
use crate::device::Device;
use crate::dialect::Dialect;
use crate::dpop::Proofs;
use crate::fault::{Endpoint, Fault};
use crate::grants::{Consent, Grants};
use crate::late::Late;
use crate::pushed::Pushed;
use crate::record::{Counts, Recorded};

/// A person who rehearses for days must not fill the memory.
const MAX_RECORDS: usize = 10_000;
const MAX_PENDING: usize = 10_000;

pub struct State {
    pub url: String,
    pub expires_in: Option<u64>,
    pub overlap: u64,
    pub grants: Grants,
    pub catalogue: Memory,
    /// Pages that wait for their answer, by the request id in them.
    pub pending: HashMap<String, Pending>,
    /// Authorization requests that were pushed, by what they are called.
    pub pushed: HashMap<String, Pushed>,
    pub faults: Vec<Fault>,
    pub requests: Vec<Recorded>,
    pub connections: u64,
    pub late: Arc<Late>,
    /// Those that have shown who a client is, or were a grant: each is good for once (RFC 7523 §3).
    pub used_assertions: HashSet<String>,
    pub proofs: Proofs,
    pub devices: Vec<Device>,
    counts: HashMap<&'static str, Counts>,
    clock: Clock,
}

/// An authorization request that a person is looking at.
pub struct Pending {
    pub consent: Consent,
    pub state: Option<String>,
    pub signed_in: bool,
}

impl State {
    pub fn new(url: String, expires_in: Option<u64>, overlap: u64, faults: Vec<Fault>) -> State {
        State {
            url,
            expires_in,
            overlap,
            grants: Grants::default(),
            catalogue: Memory::default(),
            pending: HashMap::new(),
            pushed: HashMap::new(),
            faults,
            requests: Vec::new(),
            connections: 0,
            late: Arc::default(),
            used_assertions: HashSet::new(),
            proofs: Proofs::default(),
            devices: Vec::new(),
            counts: HashMap::new(),
            clock: Clock::new(),
        }
    }

    /// Seconds since 1970, and what [`State::advance`] has added.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    pub fn advance(&mut self, seconds: u64) {
        self.clock.ahead = self.clock.ahead.saturating_add(seconds);
    }

    pub fn counts(&mut self, dialect: &'static Dialect) -> &mut Counts {
        self.counts.entry(dialect.name).or_default()
    }

    pub fn clear_counts(&mut self) {
        self.counts.clear();
        self.requests.clear();
    }

    pub fn record(&mut self, request: Recorded) {
        if self.requests.len() >= MAX_RECORDS {
            self.requests.remove(0);
        }
        self.requests.push(request);
    }

    pub fn remember(&mut self, id: String, pending: Pending) {
        if self.pending.len() >= MAX_PENDING {
            self.pending.clear();
        }
        self.pending.insert(id, pending);
    }

    /// The fault that happens to this request, and counts it.
    pub fn take_fault(
        &mut self,
        at: Endpoint,
        dialect: &'static Dialect,
        grant_type: Option<&str>,
    ) -> Option<Fault> {
        let fits = |fault: &Fault| !fault.reset && fault.fits(at, dialect.name, grant_type);
        let index = self.faults.iter().position(fits)?;
        Some(self.spend(index, dialect))
    }

    /// Is the connection to be reset before more of this request is read?
    pub fn take_reset(&mut self, at: Endpoint, dialect: &'static Dialect) -> bool {
        let first = self.faults.iter().position(|fault| fault.fits(at, dialect.name, None));
        let Some(index) = first.filter(|&index| self.faults[index].reset) else { return false };
        self.spend(index, dialect);
        true
    }

    fn spend(&mut self, index: usize, dialect: &'static Dialect) -> Fault {
        self.counts(dialect).faults += 1;
        let fault = &mut self.faults[index];
        match fault.count {
            0 => fault.clone(),
            1 => self.faults.remove(index),
            _ => {
                fault.count -= 1;
                fault.clone()
            }
        }
    }
}

struct Clock {
    start: Instant,
    unix_at_start: u64,
    ahead: u64,
}

impl Clock {
    fn new() -> Clock {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Clock { start: Instant::now(), unix_at_start: unix, ahead: 0 }
    }

    fn now(&self) -> u64 {
        self.unix_at_start.saturating_add(self.start.elapsed().as_secs()).saturating_add(self.ahead)
    }
}
