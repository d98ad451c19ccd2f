//! Where tokens live when a call has ended: one interface, and the engines behind it.
//!
//! A [`Store`] has a [`Record`] for each token endpoint, client and account: the token, the authorization URLs that wait
//! for their codes, and what the jobs that share it tell each other ([`LeaseNotes`]). Whoever changes a record has a
//! [`Lease`] on it: the right to write its successor, and the duty to write down what became of it. A lease can be lost
//! (a lock that somebody broke, a job that slept too long): what is written with it then is refused, by the generation.
#![forbid(unsafe_code)]

mod document;
mod export;
mod file;
mod memory;
mod notes;
mod pending;
mod record;
mod remembered;
mod seal;
#[cfg(test)]
mod tests;

pub use document::{Document, DocumentName};
pub use export::{export, import};
pub use file::FileStore;
pub use memory::MemoryStore;
pub use notes::{Failure, Forgotten, Holder, LeaseNotes, SentAnswer, SentRefresh};
pub use pending::{Claim, Claimed, Found, PendingAuthorization, PendingRequest};
pub use remembered::Remembered;
use seal::Key;
pub use seal::{KeySource, Keys};

use sha2::{Digest, Sha256};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::system;
use crate::token::{Identity, Token};

/// The records of many accounts.
pub trait Store: Send + Sync {
    fn record(&self, identity: Arc<Identity>) -> Arc<dyn Record>;

    /// What there is of that token endpoint and client at this moment.
    fn list(&self, client: &Identity) -> Result<Listing>;

    /// The accounts of that list from `start` on, `count` at most, and where the rest begins. What is gone since, and a
    /// record that is damaged, is passed over.
    fn accounts(
        &self,
        client: &Identity,
        listing: &Listing,
        start: usize,
        count: usize,
    ) -> Result<(Vec<String>, usize)>;

    /// Writes every record anew that is not sealed as new ones are. Returns how many were.
    fn reseal(&self, wait: Wait) -> Result<i32>;

    /// What is kept under that name; `None` where there is none, or none that is still good.
    fn document(&self, name: &DocumentName) -> Result<Option<Document>>;

    /// Keeps it in the place of whatever is there.
    fn keep_document(&self, name: &DocumentName, document: &Document) -> Result<()>;

    /// The right to change it: nobody else's, in this process or another, until the value is dropped. `None`: somebody has
    /// it.
    fn claim_document(&self, name: &DocumentName) -> Result<Option<Hold>>;

    /// Nothing is to be removed where there is nothing.
    fn remove_document(&self, name: &DocumentName) -> Result<()>;
}

/// What is kept of one account.
pub trait Record: Send + Sync {
    /// The token as it is at this moment; no lease is needed for that.
    fn read(&self) -> Result<Option<Arc<Token>>>;

    /// Changes whenever the token is replaced; `None` where there is none.
    fn stamp(&self) -> Option<Stamp>;

    /// Makes what a first token needs, such as a folder.
    fn prepare(&self) -> Result<()>;

    /// Whether there is a place where anything could be stored.
    fn exists(&self) -> bool;

    /// Makes what a first token needs, opens it and makes room: for a token that no lease waits for.
    fn reserve(&self) -> Result<Box<dyn Reservation>>;

    /// `seen`: the stamp when the caller last looked.
    fn lease(&self, wait: Wait, seen: Option<Stamp>) -> Result<Leasing>;

    /// The notes as they stand; whoever has the lease may just be changing them.
    fn notes(&self) -> LeaseNotes;

    /// Remembers a URL that a person is about to be sent to.
    fn add_pending(&self, pending: PendingAuthorization) -> Result<()>;

    /// The URL with that state or, for a code that came alone, the newest: nobody else's until the claim is dropped.
    /// `code`: the fingerprint of the code that is to be sent.
    fn claim_pending(&self, state: Option<&str>, code: &str) -> Result<Found>;

    /// Whether a URL with that state was made here and waits for its code: nothing is claimed.
    fn has_pending(&self, state: &str) -> bool;

    /// Whether the code of that fingerprint was sent for the URL with that state, and may be sent again: nothing is claimed.
    fn takes_again(&self, state: &str, code: &str) -> bool;
}

/// Room for a token, before what brings it is spent.
pub trait Reservation: Send {
    /// The lease that writes it there. As after [`Lease::reserve`], no descriptor is needed for that.
    fn lease(self: Box<Self>, wait: Wait) -> Result<Box<dyn Lease>>;
}

/// The right to change one record.
pub trait Lease: Send {
    fn read(&mut self) -> Result<Option<Arc<Token>>>;

    /// Makes sure that a successor can be written: before the refresh token is spent. Reading, writing and what is noted
    /// need no descriptor after that, unless somebody else has replaced the record.
    fn reserve(&mut self) -> Result<()>;

    /// Replaces the token, for good when this returns. `expected` is the generation that the caller has seen, 0 where
    /// there was none: if the record is newer by now, the lease was lost, and this is [`Error::Generation`].
    ///
    /// [`Error::Generation`]: crate::error::Error::Generation
    fn write(&mut self, token: &Arc<Token>, expected: u32) -> Result<()>;

    /// Takes the token away, fenced as [`Lease::write`] is; also one that cannot be read.
    fn remove(&mut self, expected: u32) -> Result<()>;

    /// Takes the authorization URLs away that wait.
    fn remove_pending(&mut self) -> Result<()>;

    fn notes(&self) -> &LeaseNotes;

    fn notes_mut(&mut self) -> &mut LeaseNotes;

    /// Leaves the notes to whoever comes next.
    fn write_notes(&mut self) -> Result<()>;

    /// The same before a request is sent, for whoever comes next if this process does not live to see the answer.
    fn write_notes_ahead(&mut self) -> Result<()> {
        self.write_notes()
    }

    /// As long as it lives, other jobs see that somebody has what came for the refresh token with that fingerprint.
    /// `None` where they could not; then the notes say which process it is.
    fn hold(&self, _fingerprint: &str) -> Option<Hold> {
        None
    }

    /// Whether anybody has such a [`Hold`], in this process or in another.
    fn is_held(&self, _fingerprint: &str) -> bool {
        false
    }

    /// Whether other jobs see the record.
    fn is_shared(&self) -> bool;
}

/// What says that a process lives and has a token: it goes with whoever has it, however that ends. A process's number
/// would not do: it is given out again, and each container has a process 1.
pub type Hold = Arc<dyn Send + Sync>;

/// Whether a lease that another has is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    No,
    /// So many seconds; or until the record is replaced, which is what most wait for.
    Seconds(u32),
}

pub enum Leasing {
    Leased {
        lease: Box<dyn Lease>,
        /// Another job had it first.
        has_waited: bool,
    },
    /// While we waited, another job has replaced the record.
    Replaced,
    /// Another job has it.
    Busy,
}

/// Records of a store, in an order that is always the same: what stands for each is the hash in its name.
pub struct Listing(pub Vec<[u8; 16]>);

/// Differs between a token and the one that has replaced it, and says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp([u64; 5]);

impl dyn Store + '_ {
    /// For who changes the document, whoever has it now.
    pub fn claim_document_waiting(&self, name: &DocumentName, wait: Wait) -> Result<Hold> {
        const PAUSE: Duration = Duration::from_millis(20);
        let seconds = if let Wait::Seconds(seconds) = wait { seconds } else { 0 };
        let start = Instant::now();
        loop {
            match self.claim_document(name)? {
                Some(claim) => return Ok(claim),
                None if start.elapsed() >= Duration::from_secs(seconds.into()) => return Err(Error::Busy),
                None => system::pause(PAUSE),
            }
        }
    }
}

impl dyn Record + '_ {
    /// For who changes the record, whatever it is by then.
    pub fn lease_to_write(&self, wait: Wait) -> Result<Box<dyn Lease>> {
        loop {
            match self.lease(wait, self.stamp())? {
                Leasing::Leased { lease, .. } => return Ok(lease),
                Leasing::Replaced => {}
                Leasing::Busy => return Err(Error::Busy),
            }
        }
    }
}

/// Tells secrets apart, and nothing else of them: digits of a hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub fn of(secret: &Secret) -> Self {
        let mut digits = [0; 32];
        write_hex(&digest(&[secret.expose()])[..16], &mut digits);
        Self(digits)
    }
}

impl Deref for Fingerprint {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// What tells several texts together apart.
pub fn fingerprint_of(parts: &[&str]) -> String {
    hash(parts, 16)
}

/// The first bytes of a hash in hexadecimal.
fn hash(parts: &[&str], bytes: usize) -> String {
    hex(&digest(parts)[..bytes])
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    let mut digits = vec![0; 2 * bytes.len()];
    write_hex(bytes, &mut digits);
    String::from_utf8(digits).unwrap_or_default()
}

fn write_hex(bytes: &[u8], digits: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, two) in bytes.iter().zip(digits.chunks_exact_mut(2)) {
        two.copy_from_slice(&[byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
    }
}
