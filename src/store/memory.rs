//! Tokens that end with their client: one record, that of the account that the settings name.
//!
//! A lease excludes nobody here: a sign-in does not wait for a renewal that is under way. It knows which write it has
//! seen, and what comes too late is refused.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::pending::{Claim, Claimed, Found, PendingAuthorization};
use super::{Lease, LeaseNotes, Leasing, Listing, Record, Reservation, Stamp, Store, Wait};
use crate::error::{Error, Result};
use crate::system::{self, lock};
use crate::token::{Identity, Token};

/// How many URLs are remembered: a person may have opened more than one.
const MOST: usize = 8;

#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Contents>>);

/// Held for moments; nothing is locked below it.
#[derive(Default)]
struct Contents {
    /// Whose token is kept; what anybody else brings, whose request began under other settings, is not.
    owner: Option<Identity>,
    token: Option<Arc<Token>>,
    /// Counts what changes the token.
    writes: u64,
    notes: LeaseNotes,
    pending: VecDeque<Pending>,
}

struct Pending {
    authorization: PendingAuthorization,
    status: Status,
    /// The fingerprint of the one code that it is good for, once that was sent.
    code: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Open,
    /// Nobody else's: its code is on the way to the server.
    Claimed,
    Used,
}

impl MemoryStore {
    /// From now on it keeps the token of this account, and no other's.
    pub fn keep_only(&self, owner: Option<Identity>) {
        let mut contents = lock(&self.0);
        if contents.owner != owner {
            contents.owner = owner;
            contents.replace(None);
        }
    }

    pub fn of(owner: Option<Identity>, token: Option<Arc<Token>>) -> Self {
        Self(Arc::new(Mutex::new(Contents { owner, token, ..Contents::default() })))
    }

    pub fn clear_pending(&self) {
        lock(&self.0).pending.clear();
    }

    /// Token, URLs and notes.
    pub fn clear(&self) {
        let mut contents = lock(&self.0);
        contents.replace(None);
        contents.pending.clear();
        contents.notes = LeaseNotes::default();
    }

    /// For the child of a fork, which has `token` in memory: URLs come along, and what was sent was the parent's.
    /// `None` where a thread of the parent was changing something at that very moment.
    pub fn after_fork(parent: &Self, owner: Option<Identity>, token: Option<Arc<Token>>) -> Option<Self> {
        let mut parent = parent.0.try_lock().ok()?;
        let mut pending = std::mem::take(&mut parent.pending);
        // The server's last word is to all of them.
        let final_answer = parent.notes.final_answer.clone();
        let notes = LeaseNotes { final_answer, ..LeaseNotes::default() };
        for url in pending.iter_mut().filter(|url| url.status == Status::Claimed) {
            url.status = Status::Open;
        }
        let contents = Contents { owner, token, notes, pending, ..Contents::default() };
        Some(Self(Arc::new(Mutex::new(contents))))
    }
}

impl Store for MemoryStore {
    fn record(&self, identity: Identity) -> Arc<dyn Record> {
        Arc::new(MemoryRecord { store: self.clone(), identity })
    }

    fn list(&self, client: &Identity) -> Result<Listing> {
        let token = MemoryRecord { store: self.clone(), identity: client.clone() }.read()?;
        Ok(Listing(token.map(|_| [0; 16]).into_iter().collect()))
    }

    fn accounts(
        &self,
        client: &Identity,
        listing: &Listing,
        start: usize,
        count: usize,
    ) -> Result<(Vec<String>, usize)> {
        let of_one = |_: &[u8; 16]| client.account.clone();
        Ok((listing.0.iter().map(of_one).skip(start).take(count).collect(), start.saturating_add(count)))
    }

    fn reseal(&self, _wait: Wait) -> Result<i32> {
        Ok(0)
    }
}

#[derive(Clone)]
struct MemoryRecord {
    store: MemoryStore,
    /// Without a token endpoint where none is set: then there is no token.
    identity: Identity,
}

impl Record for MemoryRecord {
    fn read(&self) -> Result<Option<Arc<Token>>> {
        let contents = lock(&self.store.0);
        Ok(contents.token.clone().filter(|_| contents.owner.as_ref() == Some(&self.identity)))
    }

    fn stamp(&self) -> Option<Stamp> {
        let contents = lock(&self.store.0);
        contents.token.as_ref().map(|_| Stamp([contents.writes, 0, 0, 0, 0]))
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

    fn lease(&self, _wait: Wait, _seen: Option<Stamp>) -> Result<Leasing> {
        Ok(Leasing::Leased { lease: Box::new(self.leased()), has_waited: false })
    }

    fn notes(&self) -> LeaseNotes {
        lock(&self.store.0).notes.clone()
    }

    fn add_pending(&self, authorization: PendingAuthorization) -> Result<()> {
        let pending = &mut lock(&self.store.0).pending;
        if pending.len() == MOST {
            pending.pop_front();
        }
        if pending.capacity() == 0 {
            pending.reserve_exact(MOST);
        }
        pending.push_back(Pending { authorization, status: Status::Open, code: None });
        Ok(())
    }

    fn claim_pending(&self, state: Option<&str>, code: &str) -> Result<Found> {
        let mut contents = lock(&self.store.0);
        let Some(pending) = contents.find(&self.identity, state) else { return Ok(Found::None) };
        match (pending.status, &pending.code) {
            (Status::Claimed, _) => return Ok(Found::Busy),
            (Status::Used, _) => return Ok(Found::Used),
            (Status::Open, Some(sent)) if sent != code => return Ok(Found::Used),
            (Status::Open, _) => pending.status = Status::Claimed,
        }
        let url = &pending.authorization;
        let claimed = MemoryClaim {
            store: self.store.clone(),
            state: url.state,
            code: code.to_owned(),
            fork_count: system::fork_count(),
            outcome: Status::Open,
        };
        Ok(Found::Claim(Claim {
            redirect_uri: url.request.redirect_uri.clone(),
            verifier: url.verifier(),
            nonce: url.request.nonce.clone(),
            claimed: Box::new(claimed),
        }))
    }

    fn has_pending(&self, state: &str) -> bool {
        let mut contents = lock(&self.store.0);
        let waits = |url: &Pending| url.status != Status::Used && url.code.is_none();
        contents.find(&self.identity, Some(state)).is_some_and(|url| waits(url))
    }
}

impl Reservation for MemoryRecord {
    fn lease(self: Box<Self>, _wait: Wait) -> Result<Box<dyn Lease>> {
        Ok(Box::new(self.leased()))
    }
}

impl MemoryRecord {
    fn leased(&self) -> MemoryLease {
        let contents = lock(&self.store.0);
        MemoryLease { record: self.clone(), writes: contents.writes, notes: contents.notes.clone() }
    }
}

impl Contents {
    /// Whether a lease that has seen so many writes has seen all.
    fn check(&self, writes: u64, expected: u32) -> Result<()> {
        if self.writes == writes {
            return Ok(());
        }
        let found = self.token.as_ref().map_or(0, |token| token.generation);
        Err(Error::Generation { found, expected })
    }

    fn replace(&mut self, token: Option<Arc<Token>>) {
        self.token = token;
        self.writes += 1;
    }

    /// A code must not go to another server, nor become the token of another account. A setting that is missing has an
    /// error of its own.
    fn find(&mut self, identity: &Identity, state: Option<&str>) -> Option<&mut Pending> {
        let mut ours = self.pending.iter_mut().rev().filter(|pending| {
            let request = &pending.authorization.request;
            let fits = |ours: &str, now: &str| ours == now || now.is_empty();
            request.account == identity.account
                && fits(&request.client_id, &identity.client_id)
                && fits(&request.token_endpoint, &identity.token_endpoint)
        });
        match state {
            None => ours.next(),
            Some(state) => ours.find(|pending| is_same(&pending.authorization.state, state.as_bytes())),
        }
    }
}

/// Takes as long wherever the first difference is.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (x, y)| different | (x ^ y)) == 0
}

struct MemoryLease {
    record: MemoryRecord,
    /// How many writes it has seen.
    writes: u64,
    notes: LeaseNotes,
}

impl MemoryLease {
    fn replace(&mut self, token: Option<Arc<Token>>, expected: u32) -> Result<()> {
        let mut contents = lock(&self.record.store.0);
        if contents.owner.as_ref() != Some(&self.record.identity) {
            return Ok(());
        }
        contents.check(self.writes, expected)?;
        contents.replace(token);
        self.writes = contents.writes;
        Ok(())
    }
}

impl Lease for MemoryLease {
    fn read(&mut self) -> Result<Option<Arc<Token>>> {
        self.record.read()
    }

    fn reserve(&mut self) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, token: &Arc<Token>, expected: u32) -> Result<()> {
        self.replace(Some(token.clone()), expected)
    }

    fn remove(&mut self, expected: u32) -> Result<()> {
        self.replace(None, expected)
    }

    fn remove_pending(&mut self) -> Result<()> {
        lock(&self.record.store.0).pending.clear();
        Ok(())
    }

    fn notes(&self) -> &LeaseNotes {
        &self.notes
    }

    fn notes_mut(&mut self) -> &mut LeaseNotes {
        &mut self.notes
    }

    fn write_notes(&mut self) -> Result<()> {
        lock(&self.record.store.0).notes = self.notes.clone();
        Ok(())
    }

    /// Memory does not outlive the process either.
    fn write_notes_ahead(&mut self) -> Result<()> {
        Ok(())
    }

    fn is_shared(&self) -> bool {
        false
    }
}

struct MemoryClaim {
    store: MemoryStore,
    state: [u8; 22],
    code: String,
    /// The child of a fork has another store, and this one's lock may be held for ever.
    fork_count: u32,
    /// What becomes of the URL when the claim ends.
    outcome: Status,
}

impl MemoryClaim {
    fn change(&self, change: impl FnOnce(&mut Pending)) {
        if self.fork_count != system::fork_count() {
            return;
        }
        let mut contents = lock(&self.store.0);
        contents.pending.iter_mut().find(|url| url.authorization.state == self.state).map(change);
    }
}

impl Claimed for MemoryClaim {
    fn sending(&mut self) -> Result<()> {
        self.change(|url| url.code = Some(self.code.clone()));
        Ok(())
    }

    fn not_sent(&mut self) {
        self.change(|url| url.code = None);
    }

    fn used(&mut self) {
        self.outcome = Status::Used;
    }
}

impl Drop for MemoryClaim {
    fn drop(&mut self) {
        self.change(|url| url.status = self.outcome);
    }
}
