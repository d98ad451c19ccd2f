//! A person who was asked and has not answered yet, as all jobs of a store see it: when the server may be polled again,
//! and what has come of it.
#![forbid(unsafe_code)]

use crate::error::{Action, Error, Meaning, Refusal, Result};
use crate::json::Json;
use crate::protocol::device::{PersonAsked, Way, USUAL_INTERVAL};
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store::{Document, DocumentName, Hold};
use crate::time::{rfc3339, timestamp};
use crate::token::Identity;

#[derive(Clone, Debug, PartialEq)]
pub struct PendingPerson {
    /// Its interval grows.
    pub asked: PersonAsked,
    /// Polls in a row that had no answer of use.
    failures: u32,
    /// Not before that time.
    next_at: i64,
    /// For how long that was, when it was set.
    wait: u32,
    /// Until when it is polled, whether or not the server has said so.
    ends_at: i64,
    outcome: Outcome,
}

/// What has come of it. Whoever polls after that is told the same.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    None,
    Granted,
    Refused(Refusal),
}

/// What there is to do about it.
pub enum Due {
    /// The server may be asked.
    Now,
    /// Not before so many seconds.
    In(u32),
    /// The token has come.
    Granted,
}

impl PendingPerson {
    /// Where the server does not say how long a code is good, as long as in RFC 8628 section 3.2.
    const USUAL_LIFE: i64 = 1800;
    const LONGEST_LIFE: i64 = 604_800;
    /// So long it can be told afterwards what has come of it.
    const KEPT: i64 = 86_400;
    /// RFC 8628 section 3.5
    const SLOWER: u32 = 5;
    const LONGEST_WAIT: u32 = 3600;

    pub fn new(asked: PersonAsked, now: i64) -> Self {
        let ends_at = asked.expires_at.unwrap_or(now + Self::USUAL_LIFE).min(now + Self::LONGEST_LIFE);
        let wait = asked.interval;
        let next_at = now + i64::from(wait);
        Self { asked, failures: 0, next_at, wait, ends_at, outcome: Outcome::None }
    }

    // ---- the store ----

    /// The newest, whatever has come of it.
    pub fn read(snapshot: &Snapshot) -> Result<Option<Self>> {
        let document = snapshot.store().document(&name(snapshot)?)?;
        Ok(document.and_then(|document| Self::parse(&document.json)))
    }

    /// The same; nobody has been asked where not even the server is named.
    pub fn known(snapshot: &Snapshot) -> Result<Option<Self>> {
        snapshot.key.identity.as_ref().map_or(Ok(None), |_| Self::read(snapshot))
    }

    /// While it is held, nobody else polls, nor asks anew. `None`: somebody does.
    pub fn try_claim(snapshot: &Snapshot) -> Result<Option<Hold>> {
        snapshot.store().claim_document(&name(snapshot)?)
    }

    /// The same, when whoever polls has had an answer.
    pub fn claim(snapshot: &Snapshot) -> Result<Hold> {
        snapshot.store().claim_document_waiting(&name(snapshot)?, snapshot.settings.lock_timeout())
    }

    /// In the place of whatever is there.
    pub fn write(&self, snapshot: &Snapshot) -> Result<()> {
        let expires_at = Some(self.ends_at.saturating_add(Self::KEPT));
        let document = Document { json: self.to_json(), expires_at };
        snapshot.store().keep_document(&name(snapshot)?, &document)
    }

    /// In the place of what it was made of, unless that was forgotten.
    pub fn replace(&self, snapshot: &Snapshot, before: &Self) -> Result<()> {
        match Self::read(snapshot)? {
            Some(stored) if stored.asked.code == before.asked.code && stored != *self => self.write(snapshot),
            _ => Ok(()),
        }
    }

    pub fn forget(snapshot: &Snapshot) -> Result<()> {
        match name(snapshot) {
            Ok(name) => snapshot.store().remove_document(&name),
            Err(_) => Ok(()), // none can be there
        }
    }

    // ---- what is to be done ----

    pub fn due(&self, now: i64) -> Result<Due> {
        match &self.outcome {
            Outcome::Granted => Ok(Due::Granted),
            Outcome::Refused(refusal) => Err(Error::Refused(Box::new(refusal.clone()))),
            Outcome::None if now >= self.ends_at => Err(Error::Expired),
            Outcome::None => Ok(match u32::try_from(self.next_at - now) {
                // More than it ever was: the clock has been set back.
                Ok(left) if (1..=self.wait).contains(&left) => Due::In(left),
                _ => Due::Now,
            }),
        }
    }

    /// What a person can still act on.
    pub fn shown(&self, now: i64) -> Option<&PersonAsked> {
        let is_open = self.outcome == Outcome::None && now < self.ends_at;
        is_open.then_some(&self.asked)
    }

    // ---- what happens ----

    /// The server is asked. If no answer is seen, because this process ends, others wait all the same.
    pub fn polling(&mut self, now: i64) {
        self.wait_for(self.asked.interval, now);
    }

    /// The token has come: the code is good for nothing any more.
    pub fn granted(&mut self) {
        self.end(Outcome::Granted);
    }

    /// No token has come, for this reason. Gives what the caller is told.
    pub fn not_granted(&mut self, error: Error, now: i64) -> Error {
        match &error {
            // A last word is for all who poll.
            error if error.action() == Action::SignIn => {
                self.end(Outcome::Refused(error.refusal().cloned().unwrap_or_default()));
            }
            Error::Refused(refusal) if says(refusal, "authorization_pending") => {
                self.failures = 0;
                self.wait_longer(refusal.retry_after, now);
                return self.pending(error, now);
            }
            Error::Refused(refusal) if says(refusal, "slow_down") => {
                self.failures = 0;
                let told = refusal.retry_after.unwrap_or(0);
                let slower = self.asked.interval.saturating_add(Self::SLOWER).max(told);
                self.asked.interval = slower.min(Self::LONGEST_WAIT);
                self.wait_for(self.asked.interval, now);
                return self.pending(error, now);
            }
            // RFC 8628 section 3.5: who gets no answer asks less often, twice as long each time.
            passing if passing.action() == Action::Retry => {
                self.failures = self.failures.saturating_add(1);
                let doubled = self.asked.interval.saturating_mul(1 << self.failures.min(6));
                self.wait_for(doubled.min(Self::LONGEST_WAIT.max(self.asked.interval)), now);
                self.wait_longer(passing.retry_after(), now);
                return self.pending(error, now);
            }
            // The configuration can be mended meanwhile.
            _ => self.failures = 0,
        }
        error
    }

    fn pending(&self, because: Error, now: i64) -> Error {
        let left = (self.next_at.min(self.ends_at) - now).max(1);
        Error::NotYet { seconds: u32::try_from(left).unwrap_or(u32::MAX), because: Some(Box::new(because)) }
    }

    fn wait_for(&mut self, seconds: u32, now: i64) {
        (self.wait, self.next_at) = (seconds, now.saturating_add(seconds.into()));
    }

    fn wait_longer(&mut self, seconds: Option<u32>, now: i64) {
        if let Some(seconds) = seconds.filter(|seconds| now + i64::from(*seconds) > self.next_at) {
            self.wait_for(seconds, now);
        }
    }

    fn end(&mut self, outcome: Outcome) {
        self.outcome = outcome;
        self.asked.code = Secret::default();
        self.asked.members = Json::Members(Vec::new());
    }

    // ---- as text ----

    fn to_json(&self) -> Json {
        let PersonAsked { way, code, user_code, verification_uri, verification_complete, .. } = &self.asked;
        let text = Json::of_text;
        let number = |number: u32| Json::Number(number.into());
        let time = |at: i64| text(&rfc3339(at));
        let outcome = match &self.outcome {
            Outcome::None => text("none"),
            Outcome::Granted => text("granted"),
            Outcome::Refused(refusal) => Json::object([
                ("error", text(&refusal.error)),
                ("error_description", text(&refusal.description)),
                ("error_uri", text(&refusal.uri)),
                ("status", number(refusal.status.into())),
                ("is_declined", Json::Bool(refusal.meaning == Meaning::Declined)),
            ]),
        };
        Json::object([
            ("grant_type", text(way.grant_type())),
            ("code", Json::Text(code.clone())),
            ("user_code", text(user_code)),
            ("verification_uri", text(verification_uri)),
            ("verification_uri_complete", text(verification_complete)),
            ("expires_at", self.asked.expires_at.map_or(Json::Null, time)),
            ("interval", number(self.asked.interval)),
            ("failures", number(self.failures)),
            ("next_at", time(self.next_at)),
            ("wait", number(self.wait)),
            ("ends_at", time(self.ends_at)),
            ("outcome", outcome),
            ("members", self.asked.members.clone()),
        ])
    }

    /// `None` where it is none, or of a later version.
    fn parse(json: &Json) -> Option<Self> {
        let text = |name: &str| json.member(name).and_then(Json::text);
        let number = |name: &str| number_of(json.member(name)?);
        let outcome = json.member("outcome")?;
        let outcome = match outcome.text() {
            Some("none") => Outcome::None,
            Some("granted") => Outcome::Granted,
            Some(_) => return None,
            None => Outcome::Refused(refusal_of(outcome)),
        };
        Some(Self {
            asked: PersonAsked {
                way: Way::of_grant_type(text("grant_type")?)?,
                code: Secret::new(text("code")?),
                user_code: text("user_code")?.to_owned(),
                verification_uri: text("verification_uri")?.to_owned(),
                verification_complete: text("verification_uri_complete")?.to_owned(),
                expires_at: text("expires_at").and_then(timestamp),
                interval: number("interval").unwrap_or(USUAL_INTERVAL),
                members: json.member("members")?.clone(),
            },
            failures: number("failures").unwrap_or_default(),
            next_at: text("next_at").and_then(timestamp)?,
            wait: number("wait").unwrap_or_default(),
            ends_at: text("ends_at").and_then(timestamp)?,
            outcome,
        })
    }
}

fn name(snapshot: &Snapshot) -> Result<DocumentName> {
    let Identity { token_endpoint, client_id, account, .. } = Identity::of(&snapshot.settings)?;
    Ok(DocumentName::new("person", &[&token_endpoint, &client_id, &account]))
}

/// As its code; Twitch has that in its words.
fn says(refusal: &Refusal, code: &str) -> bool {
    refusal.error == code || refusal.error.is_empty() && refusal.description == code
}

fn number_of(json: &Json) -> Option<u32> {
    json.whole().and_then(|number| u32::try_from(number).ok())
}

fn refusal_of(json: &Json) -> Refusal {
    let text = |name| json.member(name).and_then(Json::text).unwrap_or_default().to_owned();
    let error = text("error");
    let is_declined = json.member("is_declined") == Some(&Json::Bool(true));
    Refusal {
        meaning: match error.as_str() {
            "expired_token" => Meaning::AsItSays,
            _ if is_declined => Meaning::Declined,
            _ => Meaning::Dead,
        },
        description: text("error_description"),
        uri: text("error_uri"),
        status: json.member("status").and_then(number_of).and_then(|n| u16::try_from(n).ok()).unwrap_or(400),
        error,
        ..Refusal::default()
    }
}
