//! What the server says of itself, found by its issuer: before the first operation that needs it (RFC 8414).
#![forbid(unsafe_code)]

use std::sync::{Arc, OnceLock};

use super::carry::Carrier;
use super::process::Process;
use super::task::{Aim, Ended, Inquiry, Task};
use super::Client;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::operation::{Discovery, Outcome, Product};
use crate::protocol::metadata::Metadata;
use crate::settings::Snapshot;
use crate::store::Document;
use crate::system::{self, lock};
use crate::token::Purpose;

/// Seconds in which nobody waits for them who has a token that lives.
const PAUSE: i64 = 60;
/// There may be two URLs to ask at.
const MOST_REQUESTS: u32 = 4;

impl Client {
    /// The settings for an operation that is about to begin: where an endpoint that it needs is not set (`is_lacking`), with
    /// what the server says of itself. Then `settings.endpoint(…)` finds it. An operation begins so, before it has a
    /// carrier and before it has done anything:
    ///
    /// ```text
    /// let process = self.process();
    /// let snapshot = process.snapshot.load_full();
    /// let is_lacking = snapshot.settings.endpoints.introspection_endpoint.is_empty();
    /// let snapshot = self.known(snapshot, is_lacking, |client| client.introspect().map(|()| 0))?;
    /// let url = snapshot.settings.introspection_url()?;
    /// ```
    ///
    /// `again` is the call itself, for the caller's own HTTP: this is [`Error::HttpNeeded`] then, and the call begins anew
    /// when the metadata have come. For a call that gives a text it gives the length. Nothing is sent where no issuer is
    /// set, or where what it says is known.
    pub(super) fn known(
        &self,
        snapshot: Arc<Snapshot>,
        is_lacking: bool,
        again: impl FnOnce(&Self) -> Result<i32> + Send + 'static,
    ) -> Result<Arc<Snapshot>> {
        self.known_for(None, false, snapshot, is_lacking, again)
    }

    /// The same for a token that is wanted: where it fails, one that still lives is given out. `is_early`: there is one.
    pub(super) fn known_for(
        &self,
        purpose: Option<Purpose>,
        is_early: bool,
        snapshot: Arc<Snapshot>,
        is_lacking: bool,
        again: impl FnOnce(&Self) -> Result<i32> + Send + 'static,
    ) -> Result<Arc<Snapshot>> {
        if !is_lacking || !snapshot.settings.endpoints.wants_metadata() {
            return Ok(snapshot);
        }
        let (process, now) = (self.process(), system::now());
        let kept = kept(&snapshot);
        if let Some(fresh) = kept.clone().filter(|kept| !kept.is_over(now)) {
            return Ok(process.learn(&snapshot, fresh));
        }
        let before = lock(&process.state).no_metadata.clone();
        if let Some((_, error)) = before.filter(|(until, _)| is_early && now < *until) {
            return Err(error);
        }
        let most_requests = if is_early { 1 } else { MOST_REQUESTS };
        let inquiry =
            Inquiry { resume: Some(Box::new(again)), purpose, most_requests, ..Inquiry::of_metadata() };
        let found = process.discover(&snapshot, kept, is_early, inquiry);
        if let Some(error) = found.as_ref().err().filter(|e| !matches!(e, Error::HttpNeeded | Error::Busy)) {
            process.has_no_metadata(error);
        }
        Ok(process.learn(&snapshot, found?))
    }

    /// Asks now, whatever is known.
    pub fn discover(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        process.discover(&snapshot, None, false, Inquiry::of_metadata()).map(drop)
    }

    /// What is known of the server, without asking it.
    pub(super) fn metadata(&self) -> Option<Arc<Metadata>> {
        kept(&self.process().snapshot.load())
    }
}

impl Process {
    /// Asks for them. `old`: what serves where the server cannot be reached.
    fn discover(
        &self,
        snapshot: &Arc<Snapshot>,
        old: Option<Arc<Metadata>>,
        is_early: bool,
        inquiry: Inquiry,
    ) -> Result<Arc<Metadata>> {
        let operation = Discovery::operation(&snapshot.settings, old)?;
        let is_for_call = inquiry.resume.is_some();
        let found = Arc::new(OnceLock::new());
        let task = Task { snapshot: snapshot.clone(), aim: Aim::Inquiry(inquiry.finding(found.clone())) };
        let carrier = self.carrier(snapshot)?;
        let none = || Error::Internal("a discovery has brought nothing".to_owned());
        let run = |carrier: &Carrier<'_>| {
            self.run(carrier, operation, task)?;
            found.get().cloned().ok_or_else(none)
        };
        match carrier {
            Carrier::Builtin => {
                let endpoints = &snapshot.settings.endpoints;
                let key = (endpoints.issuer.clone(), endpoints.metadata_url.clone());
                self.discoveries.run(&key, is_early, || {
                    // Another thread may have found them since this one looked; who asks by hand is not content with that.
                    let known = kept(snapshot).filter(|known| is_for_call && !known.is_over(system::now()));
                    known.map_or_else(|| run(&Carrier::Builtin), Ok)
                })
            }
            carrier @ Carrier::Caller(_) => run(&carrier),
        }
    }

    /// For a while, who has a token that lives does not ask for them.
    fn has_no_metadata(&self, because: &Error) {
        lock(&self.state).no_metadata = Some((system::now().saturating_add(PAUSE), because.clone()));
    }

    /// These settings with that knowledge, which the client has from now on unless it has other settings by now.
    fn learn(&self, snapshot: &Arc<Snapshot>, metadata: Arc<Metadata>) -> Arc<Snapshot> {
        let settings = Arc::new(snapshot.settings.knowing(metadata));
        let learned = Arc::new(Snapshot::new(settings, self.memory.clone()));
        let _changing = lock(&self.state);
        if Arc::ptr_eq(&self.snapshot.load().settings, &snapshot.settings) {
            self.snapshot.store(learned.clone());
        }
        learned
    }
}

/// What memory has, or another job has kept: the newer of the two, and perhaps old.
fn kept(snapshot: &Snapshot) -> Option<Arc<Metadata>> {
    let settings = &snapshot.settings;
    let known = settings.endpoints.metadata().cloned();
    if known.as_ref().is_some_and(|known| !known.is_over(system::now())) {
        return known;
    }
    // What cannot be read is asked for again; a store that is damaged is an error of who needs a token.
    let document = snapshot.store().document(&settings.metadata_name()).ok().flatten();
    let stored = document.and_then(|document| read(&document, &settings.endpoints.issuer)).map(Arc::new);
    let serves = |metadata: &Arc<Metadata>| metadata.serves(system::now());
    [known, stored].into_iter().flatten().filter(serves).max_by_key(|metadata| metadata.fresh_until)
}

/// For other jobs, and later ones. Whether a folder takes it is said by who stores a token.
fn keep(snapshot: &Snapshot, metadata: &Metadata) {
    let json = Json::object([
        ("fresh_until", Json::Number(metadata.fresh_until.into())),
        ("metadata", Json::of_text(&metadata.text)),
    ]);
    let document = Document { json, expires_at: Some(metadata.serve_until) };
    let _ = snapshot.store().keep_document(&snapshot.settings.metadata_name(), &document);
}

fn read(document: &Document, issuer: &str) -> Option<Metadata> {
    let fresh_until = document.json.member("fresh_until")?.whole()?;
    let text = document.json.member("metadata")?.text()?;
    Metadata::read(text, (fresh_until, document.expires_at?), issuer).ok()
}

impl Inquiry {
    fn of_metadata() -> Self {
        Self::new(3, Box::new(|_, _, _| Ok(Ended::Brought(None))))
    }

    fn finding(self, found: Arc<OnceLock<Arc<Metadata>>>) -> Self {
        let is_for_token = self.purpose.is_some();
        let end = Box::new(move |process: &Process, snapshot: &Arc<Snapshot>, outcome: Outcome| {
            if let Some(error) = outcome.as_ref().err().filter(|_| is_for_token) {
                process.has_no_metadata(error);
            }
            if let Product::Metadata(metadata) = outcome? {
                keep(snapshot, &metadata);
                process.learn(snapshot, metadata.clone());
                let _ = found.set(metadata);
            }
            Ok(Ended::Brought(None))
        });
        Self { end, ..self }
    }
}
