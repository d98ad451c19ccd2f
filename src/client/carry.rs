//! Operations that need the server: sent by the built-in HTTPS, or left to the caller's own HTTP.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::Client;
use crate::constants as number;
use crate::conversation::{Operation, WaitingRequest};
use crate::error::{Error, Result};
use crate::lease::RenewalLease;
use crate::pending::Answer;
use crate::process::Process;
use crate::protocol::message::{Request, Response};
use crate::secret::{Secret, Wiped};
use crate::settings::{Http, Settings};
use crate::single_flight::lock;
use crate::system;
use crate::token::Token;

impl Client {
    /// Sends the code, or leaves that to the caller's own HTTP.
    pub(super) fn exchange(&self, process: &Process, settings: &Arc<Settings>, answer: Answer) -> Result<()> {
        // This process may live no longer than its answer: what memory alone has would be lost.
        answer.check_room()?;
        let mut operation = Operation::Exchange(answer);
        let _given_back = GiveBack::of(process, &operation);
        let request = match self.request(settings, &mut operation) {
            Ok(request) => request,
            Err(error) => return self.finish(process, settings, operation, Err(error), None),
        };
        if settings.http() == Http::Caller {
            return Err(process.begin(WaitingRequest::new(operation, settings.clone(), request, None)));
        }
        // Once: a code is good for one use.
        let outcome = process
            .transport(settings)
            .and_then(|transport| transport.send(&request, None))
            .and_then(|response| operation.response(settings, &response, system::now()));
        self.finish(process, settings, operation, outcome, None)
    }

    pub(super) fn request(&self, settings: &Settings, operation: &mut Operation) -> Result<Request> {
        let held = self.held(settings)?;
        operation.prepare(held.as_deref().map(|held| (&*held.token, held.serial)))?;
        operation.request(settings)
    }

    pub fn http_request(&self, part: i32) -> Result<Secret> {
        let process = self.process();
        let state = lock(&process.state);
        let waiting = state.waiting().ok_or(Error::NoRequest)?;
        let request = &waiting.request;
        match part {
            number::OAUTH_REQUEST_METHOD => Ok(Secret::new(request.method)),
            number::OAUTH_REQUEST_URL => Ok(request.url.clone()),
            number::OAUTH_REQUEST_HEADERS => Ok(request.header_lines()),
            number::OAUTH_REQUEST_CONTENT => Ok(request.content.clone()),
            _ => Err(Error::Property { number: part, what: "part of a request" }),
        }
    }

    /// Goes on with the operation whose request was answered.
    pub fn http_response(&self, status: i32, headers: &[u8], body: &[u8]) -> Result<i32> {
        let process = self.process();
        let (waiting, _claimed) = process.answer().ok_or(Error::NoRequest)?;
        let WaitingRequest { operation, settings, lease, .. } = waiting;
        let _given_back = GiveBack::of(&process, &operation);
        let purpose = operation.purpose();
        let outcome = match u16::try_from(status) {
            Ok(status) if status > 0 => {
                let body = Wiped::new(body.to_vec());
                let response = Response { status, headers: Response::parse_headers(headers), body };
                operation.response(&settings, &response, system::now())
            }
            _ => Err(Error::NoAnswer),
        };
        let result = self.finish(&process, &settings, operation, outcome, lease);
        let Some(purpose) = purpose else { return result.map(|()| 0) };
        let ready = match result {
            Ok(()) => self.newest(&settings),
            Err(error) => self.old_token(&settings, error),
        }?;
        process.cache.remember_undelivered(&ready);
        i32::try_from(purpose.text(&ready).len()).map_err(|_| Error::TooLarge { status: 0 })
    }

    /// Takes over the token, or the reason why there is none.
    pub(super) fn finish(
        &self,
        process: &Process,
        settings: &Settings,
        operation: Operation,
        outcome: Result<Token>,
        lease: Option<RenewalLease>,
    ) -> Result<()> {
        match (outcome, operation) {
            (Ok(token), Operation::Exchange(answer)) => {
                let mut state = lock(&process.state);
                state.pending.used(&answer);
                state.nonce = answer.nonce.clone().unwrap_or_default();
                drop(state);
                Self::accept_sign_in(process, settings, token)
            }
            (Ok(token), Operation::Refresh { serial, .. }) => {
                let lease = lease.map_or_else(|| Self::acquire_to_save(process, settings), Ok)?;
                Self::accept_renewal(process, settings, token, serial, lease)
            }
            (Err(error), Operation::Exchange(answer)) => {
                lock(&process.state).pending.give_back(&answer);
                Err(error)
            }
            (Err(error), Operation::Refresh { serial, .. }) => {
                self.not_renewed(process, settings, error, serial, lease)
            }
        }
    }

    fn not_renewed(
        &self,
        process: &Process,
        settings: &Settings,
        error: Error,
        serial: u32,
        lease: Option<RenewalLease>,
    ) -> Result<()> {
        let Some(mut lease) = lease else { return Err(error) };
        let error = match error {
            // RFC 6749 section 5.2: the refresh token is no longer good, perhaps because somebody has used it who
            // knows of no lock.
            Error::Refused(refusal) if refusal.error == "invalid_grant" => {
                let stored = lease.locked().map_or(Ok(None), |locked| locked.read())?;
                let cached = self.cached(settings);
                let is_replaced = cached.as_ref().is_some_and(|now| now.serial != serial);
                if is_replaced || Self::adopt(process, settings, cached.as_deref(), stored) != Ok(false) {
                    return Ok(());
                }
                // The old one is kept all the same: nothing is deleted on a server's word.
                let words =
                    if refusal.description.is_empty() { &refusal.error } else { &refusal.description };
                Error::SignIn { reason: lease.refusal_sentence(words), refusal: Some(refusal) }
            }
            error => error,
        };
        let held = self.cached(settings);
        lease.failed(&error, held.is_some_and(|held| held.is_alive(settings.freshness)));
        process.set_notes(lease.notes());
        Err(error)
    }
}

/// A code whose exchange ends in a panic can be tried again.
struct GiveBack<'a>(&'a Process, Option<String>);

impl<'a> GiveBack<'a> {
    fn of(process: &'a Process, operation: &Operation) -> Self {
        let state = match operation {
            Operation::Exchange(answer) => answer.state.clone(),
            Operation::Refresh { .. } => None,
        };
        Self(process, state)
    }
}

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        if let (true, Some(state)) = (std::thread::panicking(), &self.1) {
            lock(&self.0.state).pending.reopen(state);
        }
    }
}
