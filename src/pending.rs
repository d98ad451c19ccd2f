//! Pending authorizations: the URLs that people have been sent to and have not come back from.
#![forbid(unsafe_code)]

use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::protocol::authorization::{self, AuthorizationResponse, NoCode};
use crate::protocol::pkce::{Pkce, Proof, RANDOM};
use crate::protocol::redactor::Redactor;
use crate::protocol::uri;
use crate::secret::{Secret, Wiped};
use crate::settings::Settings;
use crate::store::{Claim, Found, Place, StoredPending};
use crate::system;

/// How many URLs are remembered: a person may have opened more than one.
const MOST: usize = 8;

/// A URL that was made; handed out in parts so that it needs no memory of its own.
pub struct AuthorizationUrl {
    settings: Arc<Settings>,
    proof: Proof,
}

impl AuthorizationUrl {
    pub fn new(settings: &Arc<Settings>) -> Result<Self> {
        if settings.authorization_prefix.get().is_none() {
            // Two threads may both make it; it is the same text.
            let endpoint = settings.authorization_url()?;
            let prefix = settings.authorization.url_prefix(&endpoint, &settings.client.client_id)?;
            let _ = settings.authorization_prefix.set(prefix);
        }
        let mut random = Wiped::new([0; RANDOM]);
        system::random(&mut random[..])?;
        let proof = Proof::new(&random);
        Ok(Self { settings: settings.clone(), proof })
    }

    /// The URL's parts in order.
    pub fn parts(&self) -> [&[u8]; 6] {
        let prefix = self.settings.authorization_prefix.get().map(String::as_str).unwrap_or_default();
        let state = self.proof.state();
        let (name, challenge, method) = match self.settings.authorization.pkce {
            Pkce::S256 => {
                ("&code_challenge=", self.proof.challenge.as_bytes(), "&code_challenge_method=S256")
            }
            Pkce::Plain => {
                ("&code_challenge=", self.proof.verifier.as_bytes(), "&code_challenge_method=plain")
            }
            Pkce::Off => ("", &[][..], ""),
        };
        [prefix.as_bytes(), b"state=", state, name.as_bytes(), challenge, method.as_bytes()]
    }

    /// Where other processes look for it, if it has a place.
    pub fn place(&self) -> Option<Place> {
        // Without a token endpoint it has none yet.
        Place::of(&self.settings).ok().flatten()
    }

    pub fn store(&self, place: &Place) -> Result<()> {
        // Nobody is sent to sign in for a token that could not be stored.
        if let Err(error @ Error::StoreKey { .. }) = place.read() {
            return Err(error);
        }
        let seconds = self.settings.pending_expires_in();
        let pending = StoredPending {
            state: self.state(),
            redirect_uri: self.settings.authorization.redirect_uri.clone(),
            verifier: verifier(&self.settings, &self.proof),
            nonce: nonce(&self.settings),
            expires_at: system::now() + i64::from(seconds),
        };
        place.add_pending(&pending, Duration::from_secs(seconds.into()))
    }

    pub fn state(&self) -> Secret {
        Secret::new(String::from_utf8_lossy(self.proof.state()))
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
pub struct PendingList {
    /// Where tokens live in memory alone; else the store has them.
    urls: VecDeque<Pending>,
    /// Of the last URL, where that is in the store.
    stored_state: Option<Secret>,
    /// Hashes of the codes that brought tokens: sent once more, a server would take it for a theft and revoke them.
    used_codes: Vec<[u8; 32]>,
}

/// A code that came back, with what its request needs.
pub struct Answer {
    pub code: Secret,
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    pub extra: Vec<(String, String)>,
    /// The secrets of the token that is held while the code is sent.
    pub held: Vec<Secret>,
    /// Which URL it answers.
    pub state: Option<String>,
    pub nonce: Option<Secret>,
    /// The URL as the store has it, which is nobody else's meanwhile.
    claim: Option<Box<Claim>>,
}

impl PendingList {
    /// Whoever makes a new URL is about to sign in anew: what an old code would revoke is about to be replaced.
    pub fn stored(&mut self, state: Secret) {
        self.used_codes.clear();
        self.stored_state = Some(state);
    }

    pub fn add(&mut self, pending: Pending) {
        self.used_codes.clear();
        self.stored_state = None;
        if self.urls.len() == MOST {
            self.urls.pop_front();
        }
        if self.urls.capacity() == 0 {
            self.urls.reserve_exact(MOST);
        }
        self.urls.push_back(pending);
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn last_state(&self) -> Secret {
        let last = || Some(Secret::new(String::from_utf8_lossy(self.urls.back()?.proof.state())));
        self.stored_state.clone().or_else(last).unwrap_or_default()
    }

    /// The server gave tokens for this code: it must not be sent again, or they are revoked.
    pub fn used(&mut self, answer: &Answer) {
        if self.used_codes.len() == MOST {
            self.used_codes.remove(0);
        }
        self.used_codes.push(hash(answer.code.expose()));
        if let Some(state) = &answer.state {
            self.mark(state, Status::Used);
        }
        if let Some(claim) = &answer.claim {
            claim.used();
        }
    }

    /// The code brought no tokens; the same or another may be tried.
    pub fn give_back(&mut self, answer: &Answer) {
        if let Some(state) = &answer.state {
            self.reopen(state);
        }
    }

    /// In the child of a fork: what was sent was the parent's.
    pub fn reopen_all(&mut self) {
        for pending in &mut self.urls {
            if pending.status == Status::Sent {
                pending.status = Status::Open;
            }
        }
    }

    pub fn reopen(&mut self, state: &str) {
        self.mark(state, Status::Open);
    }

    fn mark(&mut self, state: &str, status: Status) {
        for pending in &mut self.urls {
            if pending.proof.state() == state.as_bytes() && pending.status != Status::Used {
                pending.status = status;
            }
        }
    }

    /// The one with that state or, for a code that came alone, the last: of this account at this server.
    fn find(&mut self, settings: &Settings, state: Option<&str>) -> Option<&mut Pending> {
        let mut ours = self.urls.iter_mut().rev().filter(|pending| pending.is_for(settings));
        match state {
            None => ours.next(),
            Some(state) => ours.find(|pending| same(pending.proof.state(), state.as_bytes())),
        }
    }

    /// Whether it was we who asked, in this process or another.
    fn has_asked(&mut self, settings: &Settings, state: Option<&str>) -> Result<bool> {
        Ok(self.find(settings, state).is_some()
            || Place::of(settings)?.is_some_and(|place| place.has_pending(state)))
    }
}

impl Pending {
    /// A code must not become the token of another account. A client_id that is missing has an error of its own.
    fn is_for(&self, settings: &Settings) -> bool {
        let made = &self.settings;
        let is_same_client =
            made.client.client_id == settings.client.client_id || settings.client.client_id.is_empty();
        made.storage.account == settings.storage.account && is_same_client
    }

    /// Finds the code in what came back, and the URL that it answers.
    pub fn answer(list: &mut PendingList, settings: &Settings, pasted: &str) -> Result<Answer> {
        let redirect_uris: Vec<&str> = list
            .urls
            .iter()
            .map(|pending| pending.settings.authorization.redirect_uri.as_str())
            .chain([settings.authorization.redirect_uri.as_str()])
            .collect();
        let response = match authorization::parse_response(pasted, &redirect_uris) {
            Ok(response) => response,
            Err(NoCode::NotUnderstood(error)) => return Err(error),
            Err(NoCode::Refused { mut refusal, state, issuer, is_redirect }) => {
                // A forged refusal must not look like the server's.
                if state.is_some() && !list.has_asked(settings, state.as_deref())? {
                    return Err(NOT_OURS);
                }
                if state.is_none() && is_redirect {
                    return Err(NO_STATE);
                }
                check_issuer(settings, issuer.as_deref())?;
                let secrets = settings.secrets();
                let words = Redactor::new(secrets.iter().map(Secret::expose));
                refusal.error = words.code(&refusal.error);
                refusal.description = words.text(&refusal.description);
                refusal.uri = words.text(&refusal.uri);
                return Err(Error::Refused(refusal));
            }
        };
        if list.used_codes.contains(&hash(&response.code)) {
            return Err(Error::CodeUsed);
        }
        Self::take(list, settings, response)
    }

    fn take(list: &mut PendingList, settings: &Settings, response: AuthorizationResponse) -> Result<Answer> {
        check_issuer(settings, response.issuer.as_deref())?;
        let state = response.state.as_deref();
        if let Some(pending) = list.find(settings, state) {
            if state.is_none() && response.is_redirect {
                return Err(NO_STATE);
            }
            match pending.status {
                Status::Open => pending.status = Status::Sent,
                Status::Sent => return Err(Error::Busy),
                Status::Used => return Err(Error::CodeUsed),
            }
            return Ok(Answer {
                redirect_uri: pending.settings.authorization.redirect_uri.clone(),
                verifier: verifier(&pending.settings, &pending.proof),
                nonce: nonce(&pending.settings),
                state: Some(String::from_utf8_lossy(pending.proof.state()).into_owned()),
                ..Answer::to_none(response)
            });
        }
        let found = Place::of(settings)?.map_or(Ok(Found::None), |place| place.find_pending(state))?;
        if !matches!(found, Found::None) && state.is_none() && response.is_redirect {
            return Err(NO_STATE);
        }
        match found {
            Found::Claim(claim) => Ok(Answer {
                redirect_uri: claim.pending.redirect_uri.clone(),
                verifier: claim.pending.verifier.clone(),
                nonce: claim.pending.nonce.clone(),
                claim: Some(claim),
                ..Answer::to_none(response)
            }),
            Found::Busy => Err(Error::Busy),
            Found::Used => Err(Error::CodeUsed),
            Found::Expired => {
                Err(Error::State("the URL was made too long ago: sign in again with a new one"))
            }
            Found::None if state.is_some() => Err(NOT_OURS),
            // Neither a proof key nor a state would show that a redirect is ours.
            Found::None if settings.authorization.pkce != Pkce::Off || response.is_redirect => {
                Err(Error::NoPending)
            }
            // Somebody made the URL by hand, without a proof key: there is nothing to remember.
            Found::None => Ok(Answer {
                redirect_uri: settings.authorization.redirect_uri.clone(),
                ..Answer::to_none(response)
            }),
        }
    }
}

impl Answer {
    /// Where the URL is in the store, the token will be there, too.
    pub fn check_room(&self) -> Result<()> {
        self.claim.as_ref().map_or(Ok(()), |claim| claim.check_room())
    }

    fn to_none(response: AuthorizationResponse) -> Self {
        Self {
            code: Secret::new(response.code),
            redirect_uri: String::new(),
            verifier: None,
            extra: response.extra,
            held: Vec::new(),
            state: None,
            nonce: None,
            claim: None,
        }
    }
}

fn verifier(settings: &Settings, proof: &Proof) -> Option<Secret> {
    (settings.authorization.pkce != Pkce::Off).then(|| Secret::new(proof.verifier.as_str()))
}

/// What the caller has put among the parameters of the authorization request.
fn nonce(settings: &Settings) -> Option<Secret> {
    let mut parameters = uri::parse_query(&settings.authorization.extra).into_iter();
    parameters.find(|(name, _)| name == "nonce").map(|(_, value)| Secret::new(value))
}

const NOT_OURS: Error =
    Error::State("this answer is not to a URL that was made here: sign in again with a new one");

const NO_STATE: Error =
    Error::State("the address has no state: paste all of it; only if the server sends none, the code alone");

fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code).into()
}

/// RFC 9207 section 2.4. A server that sends no `iss` is not one of those that must.
fn check_issuer(settings: &Settings, issuer: Option<&str>) -> Result<()> {
    match issuer {
        Some(issuer) if !settings.endpoints.issuer.is_empty() && issuer != settings.endpoints.issuer => {
            Err(Error::Issuer { expected: settings.endpoints.issuer.clone() })
        }
        _ => Ok(()),
    }
}

/// Takes as long wherever the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (x, y)| different | (x ^ y)) == 0
}
