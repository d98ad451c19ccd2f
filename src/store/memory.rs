//! Tokens that end with their client: a record for each account that the settings have named, those of now first.
//!
//! A lease excludes nobody here: a sign-in does not wait for a renewal that is under way. It knows which write it has
//! seen, and what comes too late is refused.
#![forbid(unsafe_code)]

mod claim;
mod documents;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::pending::{Claim, Found, PendingAuthorization};
use super::{
    Document, DocumentName, Hold, Lease, LeaseNotes, Leasing, Listing, Record, Reservation, Stamp, Store,
    Wait,
};
use crate::error::{Error, Result};
use crate::system::{self, lock};
use crate::token::{Identity, Token};
use claim::MemoryClaim;
use documents::{DocumentClaim, Documents};

/// How many URLs are remembered: a person may have opened more than one.
const MOST: usize = 8;
/// How many accounts' tokens are.
const MOST_KEPT: usize = 64;

#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Contents>>);

/// Held for moments; nothing is locked below it.
#[derive(Default)]
struct Contents {
    /// That of the settings of now comes first. Settings that go elsewhere and back find their token again, and what was
    /// asked for meanwhile goes where it belongs.
    kept: VecDeque<Kept>,
    /// Counts what changes any token.
    last_write: u64,
    pending: VecDeque<Pending>,
    documents: Documents,
}

struct Kept {
    owner: Arc<Identity>,
    token: Option<Arc<Token>>,
    /// Which write was the last to change it.
    write: u64,
    notes: LeaseNotes,
}

struct Pending {
    authorization: PendingAuthorization,
    status: Status,
    /// The fingerprint of the one code that it is good for, once that was sent.
    code: Option<Arc<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Open,
    /// Nobody else's: its code is on the way to the server.
    Claimed,
    Used,
}

impl MemoryStore {
    /// From now on it keeps this account's token, too.
    pub fn keep(&self, owner: Option<Arc<Identity>>) {
        if let Some(owner) = owner {
            lock(&self.0).keep(owner);
        }
    }

    /// Tokens are kept elsewhere from now on: what is here would be older than what is there.
    pub fn keep_none(&self) {
        lock(&self.0).kept.clear();
    }

    pub fn of(owner: Option<Arc<Identity>>, token: Option<Arc<Token>>) -> Self {
        let mut contents = Contents::default();
        if let Some(owner) = owner {
            contents.keep(owner).token = token;
        }
        Self(Arc::new(Mutex::new(contents)))
    }

    pub fn clear_pending(&self) {
        lock(&self.0).pending.clear();
    }

    /// Token, URLs and notes of that account.
    pub fn clear(&self, owner: Option<&Arc<Identity>>) {
        let mut contents = lock(&self.0);
        contents.kept.retain(|kept| Some(&kept.owner) != owner);
        contents.pending.clear();
        if let Some(owner) = owner {
            contents.keep(owner.clone());
        }
    }

    /// For the child of a fork, which has `token` in memory: URLs and others' tokens come along, and what was sent was the
    /// parent's. `None` where a thread of the parent was changing something at that very moment.
    pub fn after_fork(
        parent: &Self,
        owner: Option<Arc<Identity>>,
        token: Option<Arc<Token>>,
    ) -> Option<Self> {
        let mut contents = std::mem::take(&mut *parent.0.try_lock().ok()?);
        for kept in &mut contents.kept {
            // The server's last word is to all of them.
            let final_answers = std::mem::take(&mut kept.notes.final_answers);
            kept.notes = LeaseNotes { final_answers, ..LeaseNotes::default() };
        }
        if let Some(owner) = owner {
            contents.keep(owner).token = token;
        }
        for url in contents.pending.iter_mut().filter(|url| url.status == Status::Claimed) {
            url.status = Status::Open;
        }
        contents.documents.give_claims_back();
        Some(Self(Arc::new(Mutex::new(contents))))
    }
}

impl Store for MemoryStore {
    fn record(&self, identity: Arc<Identity>) -> Arc<dyn Record> {
        Arc::new(MemoryRecord { store: self.clone(), identity })
    }

    fn list(&self, client: &Identity) -> Result<Listing> {
        let token = self.record(Arc::new(client.clone())).read()?;
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

    fn document(&self, name: &DocumentName) -> Result<Option<Document>> {
        Ok(lock(&self.0).documents.get(name))
    }

    fn keep_document(&self, name: &DocumentName, document: &Document) -> Result<()> {
        lock(&self.0).documents.keep(name, document);
        Ok(())
    }

    fn claim_document(&self, name: &DocumentName) -> Result<Option<Hold>> {
        Ok(DocumentClaim::of(self, name).map(|claim| Arc::new(claim) as Hold))
    }

    fn remove_document(&self, name: &DocumentName) -> Result<()> {
        lock(&self.0).documents.remove(name);
        Ok(())
    }
}

#[derive(Clone)]
struct MemoryRecord {
    store: MemoryStore,
    /// Without a token endpoint where none is set: then there is no token.
    identity: Arc<Identity>,
}

impl Record for MemoryRecord {
    fn read(&self) -> Result<Option<Arc<Token>>> {
        let contents = lock(&self.store.0);
        Ok(contents.of(&self.identity).and_then(|kept| kept.token.clone()))
    }

    fn stamp(&self) -> Option<Stamp> {
        let contents = lock(&self.store.0);
        let kept = contents.of(&self.identity).filter(|kept| kept.token.is_some());
        kept.map(|kept| Stamp([kept.write, 0, 0, 0, 0]))
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
        lock(&self.store.0).of(&self.identity).map(|kept| kept.notes.clone()).unwrap_or_default()
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
            (Status::Open, Some(sent)) if **sent != *code => return Ok(Found::Used),
            (Status::Open, _) => pending.status = Status::Claimed,
        }
        let url = &pending.authorization;
        let claimed = MemoryClaim {
            store: self.store.clone(),
            state: url.state,
            code: code.into(),
            fork_count: system::fork_count(),
            outcome: Status::Open,
        };
        Ok(Found::Claim(Claim {
            redirect_uri: url.request.redirect_uri.clone(),
            verifier: url.verifier(),
            nonce: url.nonce(),
            claimed: Box::new(claimed),
        }))
    }

    fn has_pending(&self, state: &str) -> bool {
        let mut contents = lock(&self.store.0);
        let waits = |url: &Pending| url.status != Status::Used && url.code.is_none();
        contents.find(&self.identity, Some(state)).is_some_and(|url| waits(url))
    }

    fn takes_again(&self, state: &str, code: &str) -> bool {
        let mut contents = lock(&self.store.0);
        let takes = |url: &Pending| url.status != Status::Used && url.code.as_deref() == Some(code);
        contents.find(&self.identity, Some(state)).is_some_and(|url| takes(url))
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
        let (write, notes) =
            contents.of(&self.identity).map(|kept| (kept.write, kept.notes.clone())).unwrap_or_default();
        MemoryLease { record: self.clone(), write, notes }
    }
}

impl Contents {
    fn of(&self, owner: &Identity) -> Option<&Kept> {
        self.kept.iter().find(|kept| *kept.owner == *owner)
    }

    /// The account's, which is the first from now on.
    fn keep(&mut self, owner: Arc<Identity>) -> &mut Kept {
        let at = self.kept.iter().position(|kept| kept.owner == owner);
        let kept = at.and_then(|at| self.kept.remove(at)).unwrap_or_else(|| {
            self.last_write += 1;
            Kept { owner, token: None, write: self.last_write, notes: LeaseNotes::default() }
        });
        self.kept.truncate(MOST_KEPT - 1);
        self.kept.push_front(kept);
        &mut self.kept[0]
    }

    /// By a lease that has seen that write as the last. Who is not kept any more keeps it for itself.
    fn replace(
        &mut self,
        owner: &Identity,
        write: &mut u64,
        token: Option<Arc<Token>>,
        expected: u32,
    ) -> Result<()> {
        let Some(kept) = self.kept.iter_mut().find(|kept| *kept.owner == *owner) else { return Ok(()) };
        if kept.write != *write {
            let found = kept.token.as_ref().map_or(0, |token| token.generation);
            return Err(Error::Generation { found, expected });
        }
        self.last_write += 1;
        (kept.token, kept.write, *write) = (token, self.last_write, self.last_write);
        Ok(())
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
    /// The last write that it has seen.
    write: u64,
    notes: LeaseNotes,
}

impl MemoryLease {
    fn replace(&mut self, token: Option<Arc<Token>>, expected: u32) -> Result<()> {
        let mut contents = lock(&self.record.store.0);
        contents.replace(&self.record.identity, &mut self.write, token, expected)
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
        let mut contents = lock(&self.record.store.0);
        let kept = contents.kept.iter_mut().find(|kept| kept.owner == self.record.identity);
        if let Some(kept) = kept {
            kept.notes = self.notes.clone();
        }
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
