//! What is asked of a server, as a conversation that somebody carries: the built-in HTTPS ([`builtin`]) or the caller's
//! own HTTP ([`caller_http`]). A file an operation; carriers and retries know none of them by name.
#![forbid(unsafe_code)]

mod budget;
pub mod builtin;
pub mod caller_http;
mod device;
mod discovery;
mod exchange;
mod introspection;
mod keys;
mod machine;
mod nonces;
mod proving;
mod push;
mod refresh;
mod registration;
mod retry;
mod revocation;
mod userinfo;

pub use device::{AskPerson, Poll};
pub use discovery::Discovery;
pub use exchange::Exchange;
pub use introspection::Introspection;
pub use keys::KeyRequest;
use machine::Machine;
pub use nonces::{Known, Nonces};
pub use proving::{proof_key, Proving};
pub use push::Push;
use refresh::Refresh;
pub use registration::{Registration, Unregistration};
pub use retry::Retry;
pub use revocation::Revocation;
pub use userinfo::UserinfoRequest;

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::json::Json;
use crate::protocol::device::PersonAsked;
use crate::protocol::id_token::SignedClaims;
use crate::protocol::message::{Request, Response};
use crate::protocol::metadata::Metadata;
use crate::protocol::pushed::Pushed;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Fingerprint;
use crate::time::Moment;
use crate::token::Token;

/// The order of an operation's requests, and what it makes of each answer. It does no I/O.
pub trait Operation: Send {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step;
}

/// What has happened.
pub enum Event<'a> {
    /// The request that is due is wanted: at the beginning, and after each pause. It is made anew each time.
    Start,
    /// A whole answer, whatever its status.
    Answer(&'a Response),
    NoAnswer {
        /// Whether the server may have the request all the same.
        was_sent: bool,
        error: Error,
    },
    /// The thread that carried it has given up, or it finds itself in the child of a fork. Nothing more comes.
    Abandoned,
}

/// What is to be done next.
pub enum Step {
    Send(Dispatch),
    /// Nothing for so long, then [`Event::Start`]; who cannot wait has the reason as an error.
    Pause {
        duration: Duration,
        because: Error,
    },
    Done(Outcome),
}

/// A request, and what its carrier must know of it.
pub struct Dispatch {
    pub request: Request,
    /// The fingerprint of what in it is good for one use: a code, a refresh token.
    pub spends: Option<Fingerprint>,
    pub repeat: Repeat,
    /// What goes out where this one is refused: the last word is then about both.
    pub or_else: Option<Box<Request>>,
}

/// Whether a request may go out again when no answer of use has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    Never,
    /// If the server cannot have it.
    IfNotSent,
    Always,
}

pub type Outcome = Result<Product>;

/// What an operation brings.
pub enum Product {
    Token(Arc<Token>),
    /// With an ID token that says what was expected.
    Identified(Arc<Token>, Box<SignedClaims>),
    /// None that is taken, for that reason: the one before, with the refresh token that it has now.
    Rotated(Arc<Token>, Box<Error>),
    /// Claims that are an answer of their own.
    Signed(Box<SignedClaims>),
    /// The members of an answer.
    Members(Json),
    Metadata(Arc<Metadata>),
    /// What the server calls an authorization request.
    Pushed(Pushed),
    /// A person was asked.
    Person(Box<PersonAsked>),
    Nothing,
}

/// What brings the token that comes after `old`: one road for all that renew. An error where a person is needed.
/// `may_refresh`: or else by a machine's grant itself.
pub fn renewing(
    settings: &Arc<Settings>,
    old: Option<&Arc<Token>>,
    may_refresh: bool,
) -> Result<Box<dyn Operation>> {
    if settings.machine_grant().is_some() {
        return Ok(Box::new(Machine::new(settings, old, may_refresh)));
    }
    let old = old.ok_or_else(|| settings.no_token())?;
    Ok(Box::new(Single::new(Refresh::new(settings.clone(), old.clone())?)))
}

/// Who an operation is carried for.
pub trait Watcher {
    /// Before the operation's first request: for how long it has to wait, if it has to. An error as below.
    fn delay(&mut self, dispatch: &Dispatch) -> Result<Option<Duration>>;

    /// Before a request goes out. An error keeps it from going, and ends the operation.
    fn sending(&mut self, dispatch: &Dispatch) -> Result<()>;

    /// It came to nothing, for this reason, and another is made.
    fn retrying(&mut self, because: &Error);
}

/// An operation that is one request and its answer.
trait OneRequest: Send {
    /// Made anew for each try, with the time and randomness of its moment.
    fn request(&self, at: &Moment) -> Result<Dispatch>;

    /// `signed`: texts that were in the request and must not be seen either.
    fn read(&self, response: &Response, now: i64, signed: &[Secret]) -> Outcome;

    /// No answer, for this reason. Most that are one request ask for a token.
    fn unanswered(&self, error: Error) -> Error {
        error.of_token_request()
    }
}

/// What carries it.
struct Single<O> {
    asks: O,
    /// Of the last request.
    signed: Vec<Secret>,
}

impl<O: OneRequest> Single<O> {
    fn new(asks: O) -> Self {
        Self { asks, signed: Vec::new() }
    }
}

impl<O: OneRequest> Operation for Single<O> {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        match event {
            Event::Start => match self.asks.request(at) {
                Ok(dispatch) => {
                    self.signed = dispatch.request.signed_texts();
                    Step::Send(dispatch)
                }
                Err(error) => Step::Done(Err(error)),
            },
            Event::Answer(response) => Step::Done(self.asks.read(response, at.now, &self.signed)),
            Event::NoAnswer { error, .. } => Step::Done(Err(self.asks.unanswered(error))),
            Event::Abandoned => Step::Done(Err(Error::NoAnswer)),
        }
    }
}
