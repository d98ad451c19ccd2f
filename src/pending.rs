//! Pending authorizations: the URLs that people have been sent to and have not come back from.
#![forbid(unsafe_code)]

use std::sync::Arc;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::protocol::authorization::{self, AuthorizationResponse, NoCode};
use crate::protocol::pkce::{Proof, Text, RANDOM};
use crate::secret::Secret;
use crate::settings::{Pkce, Settings};
use crate::system;

/// How many URLs are remembered: a person may have opened more than one.
const MOST: usize = 8;

/// A URL that was made; handed out in parts so that it needs no memory of its own.
pub struct AuthorizationUrl {
    settings: Arc<Settings>,
    proof: Proof,
    challenge: Option<Text<43>>,
}

impl AuthorizationUrl {
    pub fn new(settings: &Arc<Settings>) -> Result<Self> {
        if settings.authorization_prefix.get().is_none() {
            // Two threads may both make it; it is the same text.
            let _ = settings.authorization_prefix.set(authorization::prefix(settings)?);
        }
        let mut random = Zeroizing::new([0; RANDOM]);
        system::random(&mut random[..])?;
        let proof = Proof::new(&random);
        let challenge = (settings.pkce == Pkce::S256).then(|| proof.challenge());
        Ok(Self { settings: settings.clone(), proof, challenge })
    }

    /// The URL's parts in order.
    pub fn parts(&self) -> [&str; 6] {
        let prefix = self.settings.authorization_prefix.get().map(String::as_str).unwrap_or_default();
        let state = self.proof.state.as_str();
        let (name, challenge, method) = match (self.settings.pkce, &self.challenge) {
            (Pkce::S256, Some(challenge)) => {
                ("&code_challenge=", challenge.as_str(), "&code_challenge_method=S256")
            }
            (Pkce::Plain, _) => {
                ("&code_challenge=", self.proof.verifier.as_str(), "&code_challenge_method=plain")
            }
            _ => ("", "", ""),
        };
        [prefix, "state=", state, name, challenge, method]
    }

    pub fn into_pending(self) -> Pending {
        Pending { settings: self.settings, proof: self.proof, status: Status::Open }
    }
}

/// What is remembered of a URL until its code comes.
pub struct Pending {
    /// As they were when the URL was made: the redirect URI must be the same again (RFC 6749 section 4.1.3).
    settings: Arc<Settings>,
    proof: Proof,
    status: Status,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Open,
    /// Its code is on the way to the server.
    Sent,
    Used,
}

#[derive(Default)]
pub struct PendingList(Vec<Pending>);

/// A code that came back, with what its request needs.
pub struct Answer {
    pub code: Secret,
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    pub extra: Vec<(String, String)>,
    state: Option<String>,
}

impl PendingList {
    pub fn add(&mut self, pending: Pending) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        if self.0.capacity() == 0 {
            self.0.reserve_exact(MOST);
        }
        self.0.push(pending);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn last_state(&self) -> Secret {
        self.0.last().map(|pending| Secret::new(pending.proof.state.as_str())).unwrap_or_default()
    }

    /// The server gave tokens for this code: it must not be sent again, or they are revoked.
    pub fn used(&mut self, answer: &Answer) {
        self.mark(answer, Status::Used);
    }

    /// The code brought no tokens; the same or another may be tried.
    pub fn give_back(&mut self, answer: &Answer) {
        self.mark(answer, Status::Open);
    }

    fn mark(&mut self, answer: &Answer, status: Status) {
        let Some(state) = &answer.state else { return };
        for pending in &mut self.0 {
            if pending.proof.state.as_str() == state && pending.status != Status::Used {
                pending.status = status;
            }
        }
    }

    /// The one with that state or, for a code that came alone, the last.
    fn find(&mut self, state: Option<&str>) -> Result<Option<&mut Pending>> {
        match state {
            None => Ok(self.0.last_mut()),
            Some(state) => {
                let found = self.0.iter_mut().find(|pending| same(pending.proof.state.as_str(), state));
                found.map(Some).ok_or(Error::State(
                    "this answer is not to a URL that was made here: sign in again with a new one",
                ))
            }
        }
    }
}

impl Pending {
    /// Finds the code in what came back, and the URL that it answers.
    pub fn answer(list: &mut PendingList, settings: &Settings, pasted: &str) -> Result<Answer> {
        let redirect_uri = list
            .0
            .last()
            .map_or(settings.redirect_uri.as_str(), |p| p.settings.redirect_uri.as_str())
            .to_owned();
        let response = match authorization::parse_response(pasted, &redirect_uri) {
            Ok(response) => response,
            Err(NoCode::NotUnderstood(error)) => return Err(error),
            Err(NoCode::Refused { refusal, state, issuer }) => {
                // A forged refusal must not look like the server's.
                if state.is_some() || !list.0.is_empty() {
                    list.find(state.as_deref())?;
                }
                check_issuer(settings, issuer.as_deref())?;
                return Err(Error::Refused(refusal));
            }
        };
        Self::take(list, settings, response)
    }

    fn take(list: &mut PendingList, settings: &Settings, response: AuthorizationResponse) -> Result<Answer> {
        let Some(pending) = list.find(response.state.as_deref())? else {
            if settings.pkce != Pkce::Off {
                return Err(Error::Sequence(
                    "no authorization is pending: make a URL with oauth_build_authorize_url first",
                ));
            }
            // Somebody made the URL by hand, without a proof key: there is nothing to remember.
            return Ok(Answer {
                code: Secret::new(response.code),
                redirect_uri: settings.redirect_uri.clone(),
                verifier: None,
                extra: response.extra,
                state: None,
            });
        };
        if response.state.is_none() && response.is_redirect {
            return Err(Error::State(
                "the redirect has no state: if the server gives none, paste the code alone",
            ));
        }
        check_issuer(settings, response.issuer.as_deref())?;
        match pending.status {
            Status::Open => pending.status = Status::Sent,
            Status::Sent => return Err(Error::Busy),
            Status::Used => {
                return Err(Error::Sequence("this code was used already: sign in again with a new URL"));
            }
        }
        Ok(Answer {
            code: Secret::new(response.code),
            redirect_uri: pending.settings.redirect_uri.clone(),
            verifier: (pending.settings.pkce != Pkce::Off)
                .then(|| Secret::new(pending.proof.verifier.as_str())),
            extra: response.extra,
            state: Some(pending.proof.state.as_str().to_owned()),
        })
    }
}

/// RFC 9207 section 2.4. A server that sends no `iss` is not one of those that must.
fn check_issuer(settings: &Settings, issuer: Option<&str>) -> Result<()> {
    match issuer {
        Some(issuer) if !settings.issuer.is_empty() && issuer != settings.issuer => {
            Err(Error::Issuer { expected: settings.issuer.clone() })
        }
        _ => Ok(()),
    }
}

/// Takes as long wherever the first difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |different, (x, y)| different | (x ^ y)) == 0
}
