//! What an operation is for: what is written down before each of its requests, and what is made of its outcome.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use super::device::PollAim;
use super::inquiries::forget_answers;
use super::process::Process;
use super::Client;
use crate::constants::{
    OAUTH_CA_FILE, OAUTH_CLIENT_CERT_FILE, OAUTH_CLIENT_KEY_FILE, OAUTH_HTTP, OAUTH_PROXY,
};
use crate::error::{Action, Error, Result};
use crate::json::Json;
use crate::operation::{Dispatch, Operation, Outcome, Product, Watcher};
use crate::protocol::message::{Request, Signed};
use crate::renewal::cache::Brought;
use crate::renewal::{RenewalLease, TokenSource};
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store::{fingerprint_of, Claim, Fingerprint, Reservation};
use crate::system::lock;
use crate::token::{Purpose, Token};
use crate::uri::{self, Escape};

pub struct Task {
    /// As the settings were when it began.
    pub snapshot: Arc<Snapshot>,
    pub aim: Aim,
}

pub enum Aim {
    /// A token that is newer than any other.
    SignIn(SignIn),
    /// A token in the place of the one that is in memory.
    Renewal(Renewal),
    /// No token: the one that it brings to an end is removed. Nobody renews it meanwhile.
    Removal { lease: RenewalLease, token: Arc<Token> },
    /// A token like a sign-in's, once a person has agreed.
    Poll(Box<PollAim>),
    /// Whatever else is asked.
    Inquiry(Inquiry),
}

/// A question whose answer is no token of this client's.
pub struct Inquiry {
    /// What is made of the outcome.
    pub end: End,
    /// With the caller's HTTP: the call that needs the answer first, and then begins.
    pub resume: Option<Resume>,
    /// What the caller of the whole wanted.
    pub purpose: Option<Purpose>,
    pub most_requests: u32,
    /// It ends also where its request is given up: what came before it, for a code that is good for nothing now, must not
    /// be lost.
    pub ends_given_up: bool,
}

pub type End = Box<dyn FnOnce(&Process, &Arc<Snapshot>, Outcome) -> Result<Ended> + Send>;
pub type Resume = Box<dyn FnOnce(&Client) -> Result<i32> + Send>;

/// How a task has ended that has not failed.
pub enum Ended {
    Brought(Brought),
    /// There is one more thing to ask.
    Next(Box<dyn Operation>, Task),
    /// A call can begin that needed this.
    Resume(Resume),
}

pub struct SignIn {
    /// Of the code.
    pub fingerprint: Fingerprint,
    /// Given back by being dropped, also by a panic.
    pub claim: Claim,
    /// Of the tokens that it brings.
    pub place: Box<dyn Reservation>,
}

pub struct Renewal {
    pub lease: RenewalLease,
    /// Of the token that is renewed, if there is one.
    pub serial: Option<u32>,
    /// What the caller wanted, where it was not the renewal itself.
    pub purpose: Option<Purpose>,
    /// The token still lives.
    pub is_early: bool,
    /// A hash of the first request, until it goes out.
    pub request: Option<String>,
}

impl Task {
    /// What the caller gets when all is well: nothing, or a token.
    pub fn purpose(&self) -> Option<Purpose> {
        match &self.aim {
            Aim::Renewal(renewal) => renewal.purpose,
            Aim::Inquiry(inquiry) => inquiry.purpose,
            Aim::SignIn(_) | Aim::Poll(_) | Aim::Removal { .. } => None,
        }
    }

    /// How often the built-in HTTPS sends a request at most.
    pub fn most_requests(&self) -> u32 {
        match &self.aim {
            // A person waits, who can try again.
            Aim::SignIn(_) | Aim::Poll(_) => 1,
            // Who has a token that lives tries again at another time.
            Aim::Renewal(renewal) if renewal.is_early => 1,
            Aim::Renewal(_) | Aim::Removal { .. } => 3,
            Aim::Inquiry(inquiry) => inquiry.most_requests,
        }
    }

    pub fn end(self, process: &Process, outcome: Outcome) -> Result<Ended> {
        let source = process.source(&self.snapshot);
        let brought = match (self.aim, outcome) {
            (Aim::SignIn(sign_in), Ok(Product::Token(token))) => {
                let place = sign_in.used(process);
                source.accept_sign_in(token, place).map(|()| None)
            }
            (Aim::SignIn(sign_in), Ok(Product::Identified(token, claims))) => {
                return sign_in.identified(process, &self.snapshot, token, *claims)
            }
            (Aim::Renewal(renewal), Ok(Product::Identified(token, claims))) => {
                return renewal.identified(process, &self.snapshot, token, &claims)
            }
            (Aim::Renewal(Renewal { lease, serial, .. }), Ok(Product::Token(token))) => {
                source.accept_renewal(token, serial, lease)
            }
            (Aim::Renewal(renewal), Ok(Product::Rotated(token, error))) => {
                return renewal.rotated(&source, token, *error)
            }
            (Aim::Renewal(Renewal { lease, serial, .. }), Err(error)) => {
                source.not_renewed(error, serial, lease)
            }
            (Aim::Removal { lease, token }, Ok(_)) => {
                forget_answers(&mut lock(&process.state).answers);
                source.remove(&token, lease).map(|()| None)
            }
            (Aim::SignIn(sign_in), Err(error)) => {
                sign_in.failed(&error);
                Err(error)
            }
            (Aim::Poll(poll), outcome) => return poll.end(process, &self.snapshot, outcome),
            (Aim::Inquiry(inquiry), outcome) => return inquiry.end(process, &self.snapshot, outcome),
            (Aim::Removal { .. }, Err(error)) => Err(error),
            (Aim::SignIn(_) | Aim::Renewal(_), Ok(_)) => {
                Err(Error::Internal("an operation for a token has brought none".to_owned()))
            }
        };
        brought.map(Ended::Brought)
    }

    /// Its request was given up before an answer came.
    pub fn given_up(self, process: &Process) {
        match self.aim {
            Aim::Inquiry(inquiry) if inquiry.ends_given_up => {
                let _ = inquiry.end(process, &self.snapshot, Err(Error::NoAnswer));
            }
            _ => {}
        }
    }
}

impl Ended {
    pub fn brought(self) -> Brought {
        match self {
            Self::Brought(brought) => brought,
            Self::Next(..) | Self::Resume(_) => None,
        }
    }
}

impl Inquiry {
    pub fn new(most_requests: u32, end: End) -> Self {
        Self { end, resume: None, purpose: None, most_requests, ends_given_up: false }
    }

    fn end(self, process: &Process, snapshot: &Arc<Snapshot>, outcome: Outcome) -> Result<Ended> {
        match ((self.end)(process, snapshot, outcome)?, self.resume) {
            (Ended::Brought(_), Some(resume)) => Ok(Ended::Resume(resume)),
            (ended, _) => Ok(ended),
        }
    }
}

impl Watcher for Task {
    fn delay(&mut self, dispatch: &Dispatch) -> Result<Option<Duration>> {
        let Aim::Renewal(renewal) = &mut self.aim else { return Ok(None) };
        let request = renewal.request.insert(request_hash(dispatch, &self.snapshot));
        // Who refreshes by hand wants to know whether it is still so.
        let last = renewal.lease.final_answer(request, dispatch.spends.as_deref());
        if let Some(last) = last.filter(|_| renewal.purpose.is_some()) {
            return Err(last);
        }
        let wait = renewal.lease.retry_not_before(renewal.is_early);
        if renewal.is_early {
            dispatch.spends.as_deref().map_or(Ok(()), |spent| renewal.lease.check_not_lost(spent))?;
            return wait.map_or(Ok(None), |wait| Err(Error::too_early(wait)));
        }
        Ok(wait)
    }

    fn sending(&mut self, dispatch: &Dispatch) -> Result<()> {
        let renewal = match &mut self.aim {
            Aim::SignIn(sign_in) => return sign_in.claim.sending(),
            Aim::Poll(poll) => return poll.sending(&self.snapshot),
            Aim::Renewal(renewal) => renewal,
            Aim::Removal { .. } | Aim::Inquiry(_) => return Ok(()),
        };
        let Some(request) = renewal.request.take() else { return Ok(()) };
        renewal.lease.sending(request, dispatch.spends.as_deref())
    }

    fn retrying(&mut self, because: &Error) {
        if let Aim::Renewal(renewal) = &mut self.aim {
            if because.leaves_unknown() {
                renewal.lease.has_lost_one(because);
            }
        }
    }
}

impl Renewal {
    /// The access token is as good as it was.
    fn rotated(self, source: &TokenSource<'_>, mut token: Arc<Token>, error: Error) -> Result<Ended> {
        if source.cached().is_none_or(|cached| cached.is_rejected) {
            Arc::make_mut(&mut token).expires_at = Some(token.obtained_at);
        }
        source.accept_renewal(token, self.serial, self.lease)?;
        Err(error)
    }
}

impl SignIn {
    /// The server gave tokens for the code. Returns the place for them.
    pub fn used(self, process: &Process) -> Box<dyn Reservation> {
        let mut state = lock(&process.state);
        state.codes.set_used(self.fingerprint);
        state.nonce = self.claim.nonce.clone().unwrap_or_default();
        forget_answers(&mut state.answers);
        drop(state);
        self.claim.used();
        self.place
    }

    /// A code is good for one answer (RFC 6749 section 4.1.2). It may be sent again where none came, or one that says
    /// nothing of it, such as that the secret is wrong or the server busy.
    fn failed(self, error: &Error) {
        let was_taken = error.refusal().is_none() && error.status().is_some_and(|status| status / 100 == 2);
        let was_taken = was_taken || matches!(error, Error::IdToken { .. });
        if was_taken || error.action() == Action::SignIn {
            self.claim.used();
        } else if error.status().is_none() && !error.leaves_unknown() {
            self.claim.not_sent();
        }
    }
}

/// Of a request and what may come after it, of the way that they go, and of what their answers are read by: the same again
/// would end the same.
fn request_hash(dispatch: &Dispatch, snapshot: &Snapshot) -> String {
    let requests = [Some(&dispatch.request), dispatch.or_else.as_deref()];
    let requests = requests.map(|request| request.map(timeless).unwrap_or_default());
    let answer: Vec<_> = snapshot.settings.answer_texts().collect();
    let way = [OAUTH_CLIENT_CERT_FILE, OAUTH_CLIENT_KEY_FILE, OAUTH_CA_FILE, OAUTH_PROXY, OAUTH_HTTP];
    let way = way.map(|setting| snapshot.settings.get(setting).unwrap_or_default());
    // A certificate that was replaced is another way.
    let files: Vec<_> =
        snapshot.settings.transport.stamps().into_iter().map(|s| Secret::new(s.written())).collect();
    let texts = requests.iter().flatten().chain(&answer).chain(&way).chain(&files).map(Secret::expose);
    fingerprint_of(&texts.collect::<Vec<_>>())
}

/// All that is sent, without what is another each time.
fn timeless(request: &Request) -> [Secret; 4] {
    let Request { method, url, content, signed, guessable, .. } = request;
    // An assertion is another each time, and says the same.
    let timeless = |text: &Secret| {
        let of_all = |text: Secret, signed: &Signed| {
            Secret::new(text.expose().replace(signed.text.expose(), &signed.basis))
        };
        let text = signed.iter().fold(text.clone(), of_all);
        guessable.iter().fold(text, |text, guessable| without(&text, guessable))
    };
    [Secret::new(*method), timeless(url), timeless(&request.header_lines()), timeless(content)]
}

/// A few bits stand for it, in whatever way it is written: nobody finds it out by trying words, and a changed one is
/// another all but once in 65,536 times.
fn without(text: &Secret, guessable: &Secret) -> Secret {
    let plain = guessable.expose();
    if plain.is_empty() {
        return text.clone();
    }
    let bits = &Fingerprint::of(guessable)[..4];
    let in_json = Json::of_text(plain).written();
    let ways = [
        uri::escape(plain, Escape::Form),
        uri::escape(plain, Escape::Percent),
        in_json.trim_matches('"').to_owned(),
    ];
    ways.into_iter()
        .map(Secret::new)
        .fold(text.clone(), |text, way| Secret::new(text.expose().replace(way.expose(), bits)))
}
