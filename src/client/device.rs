//! A person who is asked elsewhere: by a code to type in a browser (RFC 8628), or by the server (CIBA). One job asks and
//! shows, any polls.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::inquiries::forget_answers;
use super::process::Process;
use super::task::{Aim, End, Ended, Inquiry, Task};
use super::Client;
use crate::error::{Error, Result};
use crate::operation::{AskPerson, Outcome, Poll, Product};
use crate::pending::{Due, PendingPerson};
use crate::protocol::device::Way;
use crate::qr;
use crate::secret::Secret;
use crate::settings::{Device, Snapshot};
use crate::store::{Fingerprint, Hold, Reservation};
use crate::system::{self, lock};

impl Client {
    /// Has the server ask a person, in the place of whoever was asked before.
    pub fn ask_person(&self, way: Way) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        snapshot.settings.demands_person()?;
        let is_lacking = snapshot.settings.lacks_for_person(way);
        let snapshot = self.known(snapshot, is_lacking, move |client| client.ask_person(way).map(|()| 0))?;
        snapshot.settings.person_url(way)?;
        snapshot.settings.demands_keys()?;
        let carrier = process.carrier(&snapshot)?;
        // Nobody is asked for a token that could not be stored.
        drop(snapshot.record()?.reserve()?);
        let claim = PendingPerson::claim(&snapshot)?;
        let settings = snapshot.settings.clone();
        let operation = AskPerson { settings, way }.operation();
        let end: End = Box::new(move |_, snapshot, outcome| {
            let _claim = claim;
            if let Product::Person(asked) = outcome? {
                PendingPerson::new(*asked, system::now()).write(snapshot)?;
            }
            Ok(Ended::Brought(None))
        });
        let aim = Aim::Inquiry(Inquiry::new(3, end));
        process.run(&carrier, operation, Task { snapshot, aim }).map(drop)
    }

    /// Asks whether the person has agreed, if it is time for that.
    pub fn poll_person(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        snapshot.settings.demands_person()?;
        let is_lacking = snapshot.settings.endpoints.token_endpoint.is_empty();
        let snapshot = self.known(snapshot, is_lacking, |client| client.poll_person().map(|()| 0))?;
        snapshot.settings.demands_keys()?;
        let carrier = process.carrier(&snapshot)?;
        if process.person_due(&snapshot)?.is_none() {
            return Ok(());
        }
        let Some(claim) = PendingPerson::try_claim(&snapshot)? else {
            return Err(Error::NotYet { seconds: 1, because: None });
        };
        // As it is now that nobody else changes it.
        let Some(person) = process.person_due(&snapshot)? else { return Ok(()) };
        let place = snapshot.record()?.reserve()?;
        let before = process.source(&snapshot).token()?.map(|cached| cached.token.clone());
        let (settings, code) = (snapshot.settings.clone(), person.asked.code.clone());
        let operation = Poll { settings, way: person.asked.way, code, before }.operation();
        let operation = process.proving(operation, &snapshot, None, None)?;
        let aim = Aim::Poll(Box::new(PollAim { person, place, _claim: claim }));
        process.run(&carrier, operation, Task { snapshot, aim }).map(drop)
    }
}

impl Process {
    /// Whom the server may be asked about now; `None`: the token is there.
    fn person_due(&self, snapshot: &Snapshot) -> Result<Option<PendingPerson>> {
        let person = PendingPerson::read(snapshot)?.ok_or(Error::NotAsked)?;
        // It may be that neither the token nor this could be stored.
        if lock(&self.state).codes.is_used(&Fingerprint::of(&person.asked.code)) {
            return self.granted_before(snapshot).map(|()| None);
        }
        match person.due(system::now())? {
            Due::Now => Ok(Some(person)),
            Due::In(seconds) => Err(Error::NotYet { seconds, because: None }),
            Due::Granted => self.granted_before(snapshot).map(|()| None),
        }
    }

    /// The token came to this job or to another.
    fn granted_before(&self, snapshot: &Snapshot) -> Result<()> {
        let source = self.source(snapshot);
        if source.cached().is_some_and(|cached| cached.is_unsaved()) {
            return source.save(snapshot.settings.lock_timeout());
        }
        source.token()?.map(drop).ok_or(Error::NotAsked)
    }
}

/// The address as a QR code; empty where there is none.
pub fn qr_code(snapshot: &Snapshot) -> Result<Secret> {
    let Device { qr_style, qr_lines: lines, .. } = snapshot.settings.device;
    let person = PendingPerson::known(snapshot)?;
    let asked = person.as_ref().and_then(|person| person.shown(system::now()));
    let addresses = asked.map(|asked| [&asked.verification_complete, &asked.verification_uri]);
    let drawn = addresses.into_iter().flatten().filter(|address| !address.is_empty());
    let drawn = drawn.map(|address| qr::draw(address, qr_style, lines));
    // One that is too long with the code in it may do without.
    let drawn = drawn.reduce(std::result::Result::or);
    let drawn = drawn.unwrap_or_else(|| Ok(String::new()));
    drawn.map(Secret::new).map_err(|needed| Error::Qr { lines, needed })
}

/// A poll whose answer may bring the token of a new sign-in.
pub struct PollAim {
    person: PendingPerson,
    /// Of the token.
    place: Box<dyn Reservation>,
    /// Given back by being dropped, also by a panic.
    _claim: Hold,
}

impl PollAim {
    pub fn sending(&mut self, snapshot: &Snapshot) -> Result<()> {
        self.person.polling(system::now());
        self.person.write(snapshot)
    }

    pub fn end(self, process: &Process, snapshot: &Arc<Snapshot>, outcome: Outcome) -> Result<Ended> {
        let Self { person: before, place, _claim } = self;
        let mut person = before.clone();
        if outcome.is_ok() {
            forget_answers(&mut lock(&process.state).answers);
        }
        if matches!(outcome, Ok(Product::Token(_) | Product::Identified(..))) {
            lock(&process.state).codes.set_used(Fingerprint::of(&before.asked.code));
        }
        let told = match outcome {
            Ok(Product::Token(token)) => {
                person.granted();
                process.source(snapshot).accept_sign_in(token, place).map(|()| Ended::Brought(None))
            }
            Ok(Product::Identified(token, claims)) => {
                person.granted();
                process.accept_identified(snapshot, token, *claims, place)
            }
            Ok(_) => Err(Error::Internal("a poll has brought something else".to_owned())),
            Err(error) => Err(person.not_granted(error, system::now())),
        };
        // After the token. What is lost of it is only asked again.
        let _ = person.replace(snapshot, &before);
        told
    }
}
