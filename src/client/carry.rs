//! Operations that need the server: sent by the built-in HTTPS, or left to the caller's own HTTP.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::Client;
use crate::constants as number;
use crate::conversation::{Conversation, Operation};
use crate::error::{Error, Result};
use crate::flight::lock;
use crate::process::Process;
use crate::protocol::message::{Request, Response};
use crate::secret::{Secret, Wiped};
use crate::settings::{Http, Settings};
use crate::system;
use crate::token::Token;

impl Client {
    /// Sends the operation's request itself, or leaves it to the caller's own HTTP.
    pub(super) fn carry(
        &self,
        process: &Process,
        settings: &Arc<Settings>,
        mut operation: Operation,
        stale: Option<u32>,
    ) -> Result<()> {
        if operation.is_refresh() && self.adopt_stored(process, settings)? {
            if let (Some(_), Some(held)) = (operation.purpose(), self.held_in_memory(settings)) {
                if self.make_ready(&held).is_some() {
                    return Ok(()); // another job has refreshed
                }
            }
        }
        let _given_back = GiveBack::of(process, &operation);
        let request = match self.request(settings, &mut operation) {
            Ok(request) => request,
            Err(error) => return self.finish(process, settings, operation, Err(error)),
        };
        if settings.http() == Http::Caller {
            let conversation = Conversation::new(operation, settings.clone(), request);
            return process.begin(conversation, || stale.is_some() && self.generation(settings) != stale);
        }
        let outcome = process
            .transport(settings)
            .and_then(|transport| transport.send(&request))
            .and_then(|response| operation.response(settings, &response, system::now()));
        self.finish(process, settings, operation, outcome)
    }

    fn request(&self, settings: &Settings, operation: &mut Operation) -> Result<Request> {
        let held = self.held(settings)?;
        operation.prepare(held.as_deref().map(|held| (&held.token, held.generation)))?;
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
        let (waiting, _answering) = process.answer().ok_or(Error::NoRequest)?;
        let Conversation { operation, settings, .. } = waiting;
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
        let result = self.finish(&process, &settings, operation, outcome);
        let Some(purpose) = purpose else { return result.map(|()| 0) };
        let ready = match result {
            Ok(()) => self.newest(&settings),
            Err(error) => self.old_token(&settings, error),
        }?;
        self.keep_for_thread(&ready);
        i32::try_from(purpose.text(&ready).len()).map_err(|_| Error::TooLarge { status: 0 })
    }

    /// Takes over the token, or the reason why there is none.
    fn finish(
        &self,
        process: &Process,
        settings: &Settings,
        operation: Operation,
        outcome: Result<Token>,
    ) -> Result<()> {
        match (outcome, operation) {
            (Ok(token), Operation::Exchange(answer)) => {
                lock(&process.state).pending.used(&answer);
                self.accept(process, settings, token, None)
            }
            (Ok(token), Operation::Refresh { generation, .. }) => {
                self.accept(process, settings, token, Some(generation))
            }
            (Err(error), Operation::Exchange(answer)) => {
                lock(&process.state).pending.give_back(&answer);
                Err(error)
            }
            // RFC 6749 section 5.2: the refresh token is no longer good, perhaps because another job has used it.
            (Err(Error::Refused(refusal)), Operation::Refresh { generation, .. })
                if refusal.error == "invalid_grant" =>
            {
                let is_replaced = self.generation(settings).is_some_and(|now| now != generation);
                if is_replaced || self.adopt_stored(process, settings)? {
                    return Ok(());
                }
                // The old one is kept all the same: nothing is deleted on a server's word.
                let words =
                    if refusal.description.is_empty() { &refusal.error } else { &refusal.description };
                let reason = format!("the server no longer takes the refresh token (\"{words}\")");
                Err(Error::SignIn { reason, refusal: Some(refusal) })
            }
            (Err(error), Operation::Refresh { .. }) => Err(error),
        }
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
