//! What the jobs that share a token tell each other beside the record: the text of the lock's file, one line of JSON,
//! written in place by whoever holds the lock. Nothing hangs on it that a crash may not take: where it cannot be read,
//! there are no notes. No secret is in it.
#![forbid(unsafe_code)]

use super::remembered::Remembered;
use crate::error::Error;
use crate::json::Json;
use crate::system;
use crate::time::{rfc3339, timestamp};
use crate::token::Token;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaseNotes {
    /// Who has the lock; left there by one that was killed.
    pub holder: Option<Holder>,
    /// A refresh whose answer has not come.
    pub sent: Option<SentRefresh>,
    /// No refresh before this time.
    pub wait_until: Option<i64>,
    /// It was the server that asked for it; else only those wait who still have a token that lives.
    pub from_server: bool,
    /// Refreshes in a row that a passing fault has ended.
    pub failures: u32,
    pub last_error: Option<Failure>,
    /// What the server would only say again, each to a request of its own; the last first.
    pub final_answers: Vec<Remembered>,
    /// The token was removed on purpose: nobody brings it back.
    pub forgotten: Option<Forgotten>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    pub process: u32,
    pub host: String,
    pub since: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SentRefresh {
    pub process: u32,
    pub at: i64,
    pub host: String,
    /// A hash: of another token this says nothing.
    pub refresh_token: String,
    pub answer: SentAnswer,
}

/// What became of a refresh that has brought no token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SentAnswer {
    /// None has come, or it is not known.
    #[default]
    None,
    /// The server, or one before it, was in trouble.
    Trouble,
    /// It was not understood: a new token may have been in it.
    Unread,
    /// It could not be stored: that process alone has the new token.
    Unstored,
    /// The same, and as long as that process has it, there is a [`Hold`](super::Hold).
    Held,
}

impl SentAnswer {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::None, "none"),
        (Self::Trouble, "trouble"),
        (Self::Unread, "not understood"),
        (Self::Unstored, "not stored"),
        (Self::Held, "not stored, held"),
    ];

    /// That of a try which has ended so.
    pub fn of(error: &Error) -> Self {
        match error.status() {
            // It had none, and came all the same.
            None if matches!(error, Error::Unreadable { .. }) => Self::Unread,
            // 504: the one before the server got none.
            None | Some(504) => Self::None,
            Some(200..=299) => Self::Unread,
            Some(_) => Self::Trouble,
        }
    }

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(answer, _)| *answer == self).map_or("", |(_, word)| word)
    }

    fn of_word(word: &str) -> Self {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(answer, _)| *answer).unwrap_or_default()
    }
}

impl SentRefresh {
    /// Whether another token is all but certain to be there: to send the old one would end the sign-in. `is_held`: now.
    pub fn blocks_others(&self, is_held: bool) -> bool {
        const LONGEST: i64 = 600;
        let is_new = (0..LONGEST).contains(&system::now().saturating_sub(self.at));
        is_new && (is_held || self.answer == SentAnswer::Unstored && self.may_run())
    }

    /// By its number, which may be another process's by now.
    fn may_run(&self) -> bool {
        self.host != system::host_name() || system::is_running(self.process)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Forgotten {
    pub at: i64,
    pub generation: u32,
    /// The server has been told.
    pub is_revoked: bool,
}

impl Forgotten {
    /// Whether it was that token, or one that a job had not stored yet; the clock may have been set in between. A sign-in
    /// that is not stored has the generation of nothing that is there.
    pub fn is(&self, token: &Token, is_sign_in: bool) -> bool {
        (token.generation <= self.generation && !is_sign_in) || token.obtained_at <= self.at
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub at: i64,
    pub process: u32,
    pub sentence: String,
    /// Whoever waited for it need not try for itself.
    pub is_shared: bool,
}

/// So many refusals of different requests are remembered: jobs that share a record may have different settings.
const MOST_FINAL: usize = 8;

impl LeaseNotes {
    /// What was said to that request, in the place of what was said to it before.
    pub fn remember(&mut self, last: Remembered) {
        self.final_answers.retain(|before| before.request != last.request);
        self.final_answers.insert(0, last);
        self.final_answers.truncate(MOST_FINAL);
    }

    /// For how many seconds more the server wants to be left alone.
    pub fn retry_after(&self) -> Option<u32> {
        let until = self.wait_until.filter(|_| self.from_server)?;
        u32::try_from(until.saturating_sub(system::now())).ok().map(|seconds| seconds.max(1))
    }

    pub fn parse(bytes: &[u8]) -> Self {
        // Behind the first line stands what a longer text has left.
        let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
        let json = std::str::from_utf8(line).ok().and_then(|text| Json::parse(text).ok());
        json.map(|json| Self::of(&json)).unwrap_or_default()
    }

    fn of(json: &Json) -> Self {
        let part = |name: &str| json.member(name).filter(|part| matches!(part, Json::Members(_)));
        Self {
            holder: part("holder").and_then(|holder| {
                Some(Holder {
                    process: number(holder, "process")?,
                    host: text(holder, "host")?,
                    since: time(holder, "since")?,
                })
            }),
            sent: part("sent").and_then(|sent| {
                Some(SentRefresh {
                    process: number(sent, "process")?,
                    at: time(sent, "at")?,
                    host: text(sent, "host")?,
                    refresh_token: text(sent, "refresh_token_hash")?,
                    answer: text(sent, "answer").map(|word| SentAnswer::of_word(&word)).unwrap_or_default(),
                })
            }),
            wait_until: time(json, "wait_until"),
            from_server: json.member("is_servers_wish") == Some(&Json::Bool(true)),
            failures: number(json, "failures").unwrap_or_default(),
            last_error: part("last_error").and_then(|error| {
                Some(Failure {
                    at: time(error, "at")?,
                    process: number(error, "process")?,
                    sentence: text(error, "text")?,
                    is_shared: error.member("is_for_all") == Some(&Json::Bool(true)),
                })
            }),
            final_answers: match json.member("final_answers") {
                Some(Json::List(list)) => list.iter().filter_map(Remembered::of).take(MOST_FINAL).collect(),
                _ => Vec::new(),
            },
            forgotten: part("forgotten").and_then(|forgotten| {
                Some(Forgotten {
                    at: time(forgotten, "at")?,
                    generation: number(forgotten, "generation")?,
                    is_revoked: forgotten.member("is_revoked") == Some(&Json::Bool(true)),
                })
            }),
        }
    }

    pub fn to_json(&self) -> Json {
        let holder = self.holder.as_ref().map(|holder| {
            Json::object([
                ("process", of_number(holder.process)),
                ("host", Json::of_text(&holder.host)),
                ("since", of_time(holder.since)),
            ])
        });
        let sent = self.sent.as_ref().map(|sent| {
            Json::object([
                ("process", of_number(sent.process)),
                ("at", of_time(sent.at)),
                ("host", Json::of_text(&sent.host)),
                ("refresh_token_hash", Json::of_text(&sent.refresh_token)),
                ("answer", Json::of_text(sent.answer.word())),
            ])
        });
        let last_error = self.last_error.as_ref().map(|error| {
            Json::object([
                ("at", of_time(error.at)),
                ("process", of_number(error.process)),
                ("text", Json::of_text(&error.sentence)),
                ("is_for_all", Json::Bool(error.is_shared)),
            ])
        });
        let forgotten = self.forgotten.as_ref().map(|forgotten| {
            Json::object([
                ("at", of_time(forgotten.at)),
                ("generation", of_number(forgotten.generation)),
                ("is_revoked", Json::Bool(forgotten.is_revoked)),
            ])
        });
        Json::object([
            ("format", of_number(1)),
            ("holder", holder.unwrap_or(Json::Null)),
            ("sent", sent.unwrap_or(Json::Null)),
            ("wait_until", self.wait_until.map_or(Json::Null, of_time)),
            ("is_servers_wish", Json::Bool(self.from_server)),
            ("failures", of_number(self.failures)),
            ("last_error", last_error.unwrap_or(Json::Null)),
            ("final_answers", Json::List(self.final_answers.iter().map(Remembered::to_json).collect())),
            ("forgotten", forgotten.unwrap_or(Json::Null)),
        ])
    }
}

pub(super) fn of_number(number: u32) -> Json {
    Json::Number(number.into())
}

pub(super) fn of_time(time: i64) -> Json {
    Json::of_text(&rfc3339(time))
}

pub(super) fn text(json: &Json, name: &str) -> Option<String> {
    json.member(name)?.text().map(str::to_owned)
}

pub(super) fn time(json: &Json, name: &str) -> Option<i64> {
    timestamp(json.member(name)?.text()?)
}

pub(super) fn number(json: &Json, name: &str) -> Option<u32> {
    json.member(name)?.whole().and_then(|number| u32::try_from(number).ok())
}
