//! One job's turn at renewing a token: with the store's lock, or in memory alone; and what it leaves to those after it.
#![forbid(unsafe_code)]

use std::time::Duration;

use crate::error::{Action, Error, Result};
use crate::secret::Secret;
use crate::store::{self, Failure, LeaseNotes, Locked, SentRefresh};
use crate::system;
use crate::time::rfc3339;
use crate::token::{Identity, Token};

pub struct RenewalLease {
    place: LeasePlace,
    /// A refresh before this one, with the same refresh token, whose answer never came.
    unknown: Option<SentRefresh>,
}

enum LeasePlace {
    Store(Box<Locked>),
    Memory(LeaseNotes),
}

/// Longer than this no server is obeyed.
const LONGEST_WAIT: i64 = 3600;

impl RenewalLease {
    pub fn in_store(locked: Box<Locked>) -> Self {
        Self { place: LeasePlace::Store(locked), unknown: None }
    }

    pub fn in_memory(notes: LeaseNotes) -> Self {
        Self { place: LeasePlace::Memory(notes), unknown: None }
    }

    pub fn notes(&self) -> &LeaseNotes {
        match &self.place {
            LeasePlace::Store(locked) => &locked.notes,
            LeasePlace::Memory(notes) => notes,
        }
    }

    pub fn locked(&mut self) -> Option<&mut Locked> {
        match &mut self.place {
            LeasePlace::Store(locked) => Some(locked),
            LeasePlace::Memory(_) => None,
        }
    }

    /// How long no refresh may be sent; `is_early`: by one whose token still lives.
    pub fn retry_not_before(&self, is_early: bool) -> Option<Duration> {
        let notes = self.notes();
        let seconds = notes.wait_until?.saturating_sub(system::now());
        // Further away than anybody has written it: the clock was set.
        let is_meant = (1..=LONGEST_WAIT).contains(&seconds) && (is_early || notes.from_server);
        is_meant.then(|| Duration::from_secs(seconds.unsigned_abs()))
    }

    /// Before the refresh token is sent: whatever becomes of the answer, the next job knows of it, and the disk has
    /// room for the new token.
    pub fn begin(&mut self, refresh_token: &Secret) -> Result<()> {
        let sent = SentRefresh {
            process: std::process::id(),
            at: system::now(),
            host: system::host_name(),
            refresh_token: fingerprint(refresh_token),
            was_answered: false,
        };
        let before = self.notes().sent.clone().filter(|before| before.refresh_token == sent.refresh_token);
        if let Some(SentRefresh { process, .. }) = before.as_ref().filter(|before| before.blocks_others()) {
            return Err(Error::UnsavedElsewhere { process: *process });
        }
        if let Some(locked) = self.locked() {
            locked.reserve()?;
        }
        let last = self.notes_mut().sent.replace(sent);
        if let Err(error) = self.write_notes() {
            self.notes_mut().sent = last;
            return Err(error);
        }
        self.unknown = before;
        Ok(())
    }

    /// The answer could not be stored: nobody else may send the old refresh token as long as this process lives.
    pub fn not_stored(&mut self) {
        if let Some(sent) = &mut self.notes_mut().sent {
            sent.was_answered = true;
            let _ = self.write_notes();
        }
    }

    /// A try has had no answer, and another is made.
    pub fn has_lost_one(&mut self) {
        self.unknown = self.notes().sent.clone();
    }

    /// The server's words about a refresh token that it no longer takes, and what may have become of it.
    pub fn refusal_sentence(&self, words: &str) -> String {
        let reason = format!("the server no longer takes the refresh token (\"{words}\")");
        match &self.unknown {
            Some(SentRefresh { process, at, .. }) => format!(
                "{reason}; the answer to an earlier refresh, by process {process} at {}, was lost, and a new token may \
                 have been in it",
                rfc3339(*at)
            ),
            None => reason,
        }
    }

    /// Stores the new token, whole or not at all, and nothing is left of earlier failures.
    pub fn renewed(&mut self, identity: &Identity, token: &Token) -> Result<()> {
        if let Some(locked) = self.locked() {
            locked.write(identity, token)?;
        }
        let holder = self.notes().holder.clone();
        *self.notes_mut() = LeaseNotes { holder, ..LeaseNotes::default() };
        // The record is what counts.
        let _ = self.write_notes();
        Ok(())
    }

    /// What those after this job should know of its failure.
    pub fn failed(&mut self, error: &Error, is_early: bool) {
        let unknown = self.unknown.clone();
        let now = system::now();
        let notes = self.notes_mut();
        if !error.leaves_unknown() {
            notes.sent = unknown;
        }
        let passes = error.action() == Action::Retry;
        if passes || is_early {
            let default = 5_i64 << notes.failures.min(4);
            notes.failures = notes.failures.saturating_add(1);
            notes.from_server = error.retry_after().is_some();
            let seconds = error.retry_after().map_or(default.min(60), i64::from);
            notes.wait_until = Some(now + seconds.min(LONGEST_WAIT));
        }
        notes.last_error = Some(Failure {
            at: now,
            process: std::process::id(),
            sentence: error.to_string(),
            is_shared: passes && !is_early,
        });
        let _ = self.write_notes();
    }

    fn notes_mut(&mut self) -> &mut LeaseNotes {
        match &mut self.place {
            LeasePlace::Store(locked) => &mut locked.notes,
            LeasePlace::Memory(notes) => notes,
        }
    }

    fn write_notes(&mut self) -> Result<()> {
        self.locked().map_or(Ok(()), |locked| locked.write_notes())
    }
}

/// Tells refresh tokens apart, and nothing else of them.
fn fingerprint(token: &Secret) -> String {
    store::hash(&[token.expose()], 16)
}
