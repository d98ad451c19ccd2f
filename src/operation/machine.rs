//! A token without a person: by the refresh token that came with the last one, if there is one, or else by the grant
//! itself (RFC 6749 sections 4.3 and 4.4, RFC 7521 section 4.1).
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::refresh::Refresh;
use super::{Dispatch, Event, OneRequest, Operation, Outcome, Product, Repeat, Single, Step};
use crate::error::{Action, Error, Result};
use crate::protocol::message::Response;
use crate::protocol::refusal::Asked;
use crate::protocol::token_response;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Moment;
use crate::token::Token;

pub struct Machine {
    refresh: Option<Single<Refresh>>,
    grant: Single<Ask>,
}

impl Machine {
    /// `old` is refreshed if that may be and it was asked for in the same way.
    pub fn new(settings: &Arc<Settings>, old: Option<&Arc<Token>>, may_refresh: bool) -> Self {
        let own = old.filter(|old| may_refresh && old.basis == settings.basis());
        let refresh = own.and_then(|old| Refresh::new(settings.clone(), old.clone()).ok()).map(Single::new);
        Self { refresh, grant: Single::new(Ask { settings: settings.clone(), before: old.cloned() }) }
    }
}

impl Operation for Machine {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        let Some(refresh) = &mut self.refresh else { return self.grant.step(event, at) };
        match refresh.step(event, at) {
            // Whatever is wrong with it, the grant itself needs none. Servers also fail over a refresh token that they do
            // not know.
            Step::Done(Err(error)) if error.action() != Action::Retry || is_servers_fault(&error) => {
                self.refresh = None;
                self.grant.step(Event::Start, at)
            }
            // What it lacks is said when its turn comes.
            Step::Send(dispatch) => {
                let or_else = self.grant.asks.request(at).ok().map(|grant| Box::new(grant.request));
                Step::Send(Dispatch { or_else, ..dispatch })
            }
            step => step,
        }
    }
}

/// One of its own, and not that it is busy or cannot be reached.
fn is_servers_fault(error: &Error) -> bool {
    error.status() == Some(500) && error.retry_after().is_none()
}

/// The grant's own request.
struct Ask {
    settings: Arc<Settings>,
    /// The token before: no sentence repeats it.
    before: Option<Arc<Token>>,
}

impl OneRequest for Ask {
    fn request(&self, at: &Moment) -> Result<Dispatch> {
        // Nothing is spent by asking twice.
        let request = self.settings.grant_request(at)?;
        Ok(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome {
        let asked = ("token_endpoint", Asked::Grant(self.settings.grant.kind()));
        let secrets = || {
            let before = self.before.iter().flat_map(|token| token.secrets());
            self.settings.secrets().into_iter().chain(before).chain(signed.iter().cloned()).collect()
        };
        let answer = self.settings.answer_from(asked, response, now, &secrets, !signed.is_empty());
        let token = token_response::parse(&answer)?;
        Ok(Product::Token(Arc::new(Token { basis: self.settings.basis(), ..token })))
    }
}
