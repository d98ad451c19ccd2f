//! One job's right to renew a token, and its duty to write down for those after it what became of that.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use crate::constants::OAUTH_ERROR_SIGN_IN;
use crate::error::{Action, Error, Refusal, Result};
use crate::store::{
    Failure, Forgotten, Hold, Lease, LeaseNotes, Record, Remembered, SentAnswer, SentRefresh, Wait,
};
use crate::system;
use crate::time::rfc3339;
use crate::token::Token;

pub struct RenewalLease {
    lease: Box<dyn Lease>,
    /// When it was had.
    since: i64,
    /// The generation of the record when it was last looked at; 0: there is none.
    seen: u32,
    /// A refresh before this one, with the same refresh token, that may have brought a new one.
    unknown: Option<SentRefresh>,
    /// Hashes of the request that is sent, and of what is spent with it.
    request: String,
    spent: String,
}

/// Longer than this no server is obeyed.
const LONGEST_WAIT: i64 = 3600;

impl RenewalLease {
    pub fn new(lease: Box<dyn Lease>) -> Self {
        Self {
            lease,
            since: system::now(),
            seen: 0,
            unknown: None,
            request: String::new(),
            spent: String::new(),
        }
    }

    /// For who changes the record, whatever it is by then.
    pub fn to_write(record: &dyn Record, wait: Wait) -> Result<Self> {
        Ok(Self::new(record.lease_to_write(wait)?))
    }

    /// The token as it is stored now.
    pub fn read(&mut self) -> Result<Option<Arc<Token>>> {
        let stored = self.lease.read()?;
        self.seen = stored.as_ref().map_or(0, |stored| stored.generation);
        Ok(stored)
    }

    pub fn seen(&self) -> u32 {
        self.seen
    }

    pub fn notes(&self) -> &LeaseNotes {
        self.lease.notes()
    }

    pub fn is_shared(&self) -> bool {
        self.lease.is_shared()
    }

    /// Whether the token was taken away because the server no longer takes it.
    pub fn was_revoked(&self) -> bool {
        self.notes().forgotten.as_ref().is_some_and(|forgotten| forgotten.is_revoked)
    }

    /// How long no refresh may be sent; `is_early`: by one whose token still lives.
    pub fn retry_not_before(&self, is_early: bool) -> Option<Duration> {
        let notes = self.notes();
        let seconds = notes.wait_until?.saturating_sub(system::now());
        // Further away than anybody has written it: the clock was set.
        let is_meant = (1..=LONGEST_WAIT).contains(&seconds) && (is_early || notes.from_server);
        is_meant.then(|| Duration::from_secs(seconds.unsigned_abs()))
    }

    /// Refused where another process alone has what came for that refresh token.
    pub fn check_newest(&self, fingerprint: &str) -> Result<()> {
        let sent = self.notes().sent.as_ref().filter(|sent| sent.refresh_token == fingerprint);
        match sent.filter(|sent| sent.blocks_others(self.lease.is_held(fingerprint))) {
            Some(SentRefresh { process, .. }) => Err(Error::UnsavedElsewhere { process: *process }),
            None => Ok(()),
        }
    }

    /// Whether the server has given its last word on that very request.
    /// A token that is dead is so in any request.
    pub fn final_answer(&self, request: &str, spent: Option<&str>) -> Option<Error> {
        let holds =
            |last: &&Remembered| last.holds_for(request) || spent.is_some_and(|spent| last.holds_for(spent));
        let last = self.notes().final_answers.iter().find(holds)?;
        Some(Error::Final(Box::new(last.answer.clone())))
    }

    /// An early refresh with that refresh token has brought nothing. Perhaps the server has renewed it: where a
    /// second one is taken for a theft, what is left of the access token's life is all there is left.
    pub fn check_not_lost(&self, fingerprint: &str) -> Result<()> {
        let is_lost =
            |sent: &&SentRefresh| sent.refresh_token == fingerprint && sent.answer != SentAnswer::Trouble;
        match self.notes().sent.as_ref().filter(is_lost) {
            Some(SentRefresh { process, at, .. }) => {
                Err(Error::EarlyLost { process: *process, at: rfc3339(*at) })
            }
            None => Ok(()),
        }
    }

    /// Before a renewal is sent: there is room for the new token, and whatever becomes of the answer, the next job knows of
    /// it. `request`: its hash; `spent`: the fingerprint of what in it is good for one use.
    pub fn sending(&mut self, request: String, spent: Option<&str>) -> Result<()> {
        self.request = request;
        self.spent = spent.unwrap_or_default().to_owned();
        if let Some(fingerprint) = spent {
            self.check_newest(fingerprint)?;
        }
        self.lease.reserve()?;
        spent.map_or(Ok(()), |fingerprint| self.note_sent(fingerprint))
    }

    fn note_sent(&mut self, fingerprint: &str) -> Result<()> {
        let sent = SentRefresh {
            process: std::process::id(),
            at: system::now(),
            host: system::host_name(),
            refresh_token: fingerprint.to_owned(),
            answer: SentAnswer::None,
        };
        let before = self.notes().sent.clone().filter(|before| before.refresh_token == sent.refresh_token);
        let last = self.lease.notes_mut().sent.replace(sent);
        if let Err(error) = self.lease.write_notes_ahead() {
            self.lease.notes_mut().sent = last;
            return Err(error);
        }
        self.unknown = before;
        Ok(())
    }

    /// A try has ended so, and another is made.
    pub fn has_lost_one(&mut self, because: &Error) {
        let lost = self.notes().sent.clone();
        let before = self.unknown.take().filter(|before| before.answer != SentAnswer::Trouble);
        self.unknown = before.or_else(|| Some(SentRefresh { answer: SentAnswer::of(because), ..lost? }));
    }

    /// The answer could not be stored: nobody else may send the old refresh token as long as this process has the new one.
    pub fn not_stored(&mut self) -> Option<Hold> {
        let sent = self.notes().sent.clone()?;
        let hold = self.lease.hold(&sent.refresh_token);
        let answer = if hold.is_some() { SentAnswer::Held } else { SentAnswer::Unstored };
        self.lease.notes_mut().sent = Some(SentRefresh { answer, ..sent });
        let _ = self.lease.write_notes();
        hold
    }

    /// The server's words about a refresh token that it no longer takes, and what may have become of it.
    pub fn refusal_sentence(&self, whose: &str, refusal: &Refusal) -> String {
        let or_else = match (refusal.status, refusal.error.as_str()) {
            (401, _) => "; or client_id, client_secret, client_auth or basic_encoding is wrong",
            (_, "invalid_request") => "; if that does not help, check request_body and refresh_params",
            _ => "",
        };
        let lost = self.unknown.as_ref().map(|SentRefresh { process, at, answer, .. }| {
            let fate = if *answer == SentAnswer::Unread { "was not understood" } else { "was lost" };
            format!(
                "; the answer to an earlier refresh, by process {process} at {}, {fate}, and a new token may have been \
                 in it",
                rfc3339(*at)
            )
        });
        let lost = lost.unwrap_or_default();
        format!("the server no longer takes the refresh token{whose}: {}{or_else}{lost}", refusal.said())
    }

    /// Stores a token in the place of the one that was seen, whole or not at all; nothing is left of earlier failures.
    pub fn write(&mut self, token: &Arc<Token>) -> Result<()> {
        self.put(token)?;
        let mut others = std::mem::take(&mut self.lease.notes_mut().final_answers);
        others.retain(|last| last.request != self.request);
        self.clear_notes();
        if token.basis.is_some() {
            // Other jobs ask with other passwords or assertions: a success of this one's says nothing of theirs.
            self.lease.notes_mut().final_answers = others;
        }
        // The record is what counts.
        let _ = self.lease.write_notes();
        Ok(())
    }

    /// The same, and the notes stay.
    pub fn put(&mut self, token: &Arc<Token>) -> Result<()> {
        self.lease.write(token, self.seen)?;
        self.seen = token.generation;
        Ok(())
    }

    /// What those after this job should know of its failure.
    pub fn failed(&mut self, error: &Error, is_early: bool) {
        if error.leaves_unknown() {
            self.has_lost_one(error);
        }
        let is_dead = error.code() == OAUTH_ERROR_SIGN_IN && !self.spent.is_empty();
        let request = std::mem::take(if is_dead { &mut self.spent } else { &mut self.request });
        let unknown = self.unknown.clone();
        let now = system::now();
        let notes = self.lease.notes_mut();
        notes.sent = unknown;
        if let Some(last) = Remembered::new(error, &request, &notes.final_answers) {
            notes.remember(last);
        }
        let is_transient = error.action() == Action::Retry;
        if is_transient || is_early {
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
            is_shared: is_transient && !is_early,
        });
        let _ = self.lease.write_notes();
    }

    /// Takes the token away, whatever it is, and the authorization URLs that wait.
    pub fn forget(mut self) -> Result<()> {
        // Also one that cannot be read.
        let generation = self.lease.read().ok().flatten().map_or(0, |token| token.generation);
        self.take_away(Forgotten { at: system::now(), generation, is_revoked: false })?;
        self.lease.remove_pending()
    }

    /// Takes that token away, if it is still there. What was obtained since the lease was had is not meant.
    pub fn remove(mut self, token: &Token) -> Result<()> {
        if !self.lease.read()?.is_some_and(|stored| stored.is_same(token)) {
            return Ok(());
        }
        // Times are whole seconds.
        let (at, generation) = (self.since - 1, token.generation);
        match self.take_away(Forgotten { at, generation, is_revoked: true }) {
            Err(Error::Generation { .. }) => Ok(()),
            removed => removed,
        }
    }

    /// The note comes first, or else a job that has the token in memory would bring it back.
    fn take_away(&mut self, forgotten: Forgotten) -> Result<()> {
        let generation = forgotten.generation;
        self.lease.notes_mut().forgotten = Some(forgotten.clone());
        self.lease.write_notes()?;
        self.lease.remove(generation)?;
        self.clear_notes();
        self.lease.notes_mut().forgotten = Some(forgotten);
        Ok(())
    }

    /// All but who has the lease.
    fn clear_notes(&mut self) {
        let notes = self.lease.notes_mut();
        *notes = LeaseNotes { holder: notes.holder.take(), ..LeaseNotes::default() };
    }
}
