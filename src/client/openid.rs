//! Who has signed in: the ID token that came with a token, the server's keys, and what the server says besides.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::process::Process;
use super::sign_in::length_of;
use super::task::{Aim, End, Ended, Inquiry, Renewal, SignIn, Task};
use super::Client;
use crate::constants as number;
use crate::error::{Action, Error, Result};
use crate::jose::{self, PublicKeys, Verdict};
use crate::json::Json;
use crate::operation::{KeyRequest, Outcome, Product, UserinfoRequest};
use crate::protocol::end_session::RANDOM;
use crate::protocol::id_token::{refused, SignedClaims};
use crate::secret::Secret;
use crate::settings::{Settings, Snapshot};
use crate::store::{Document, DocumentName, Reservation};
use crate::system::{self, lock};
use crate::token::{Purpose, Scheme, Token};

/// So long keys are taken for the server's of now.
const FRESH: i64 = 86_400;
/// So long they are better than none.
const KEPT: i64 = 30 * FRESH;
/// So often they are looked up at most.
const PAUSE: i64 = 60;

/// The keys of a server, as this process has them.
pub struct KeptKeys {
    url: String,
    keys: PublicKeys,
    looked_up_at: i64,
    /// Also in vain.
    tried_at: i64,
}

/// What is known of who has signed something.
enum Signature {
    /// Whoever was to, or the server has handed it over itself.
    Checked,
    Unchecked,
    /// The keys have to be looked up there.
    Ask(String),
}

/// Whom the userinfo endpoint is asked about.
struct Asked {
    /// Of the token that is shown.
    serial: u32,
    /// Whose it is by the ID token that came with it.
    subject: Option<Secret>,
}

impl Client {
    /// Asks the server who has signed in.
    pub fn userinfo(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let is_lacking = snapshot.settings.openid.userinfo_endpoint.is_empty();
        let snapshot = self.known(snapshot, is_lacking, |client| client.userinfo().map(|()| 0))?;
        let url = snapshot.settings.userinfo_url()?;
        lock(&process.state).answers.remove(&number::OAUTH_FIELD_USERINFO);
        let ready = self.fresh(Purpose::Userinfo)?;
        self.delivered();
        let cached = process.source(&snapshot).own_token()?;
        let of_token = cached.and_then(|cached| jose::claims(cached.token.id_token.as_ref()?.expose()));
        let subject = match of_token.as_ref().and_then(|claims| claims.member("sub")) {
            Some(Json::Text(subject)) => Some(subject.clone()),
            _ => None,
        };
        let carrier = process.carrier(&snapshot)?;
        let access_token = Secret::new(ready.access_token());
        let settings = snapshot.settings.clone();
        let asking =
            |scheme| UserinfoRequest { settings, scheme, access_token: access_token.clone() }.operation();
        let operation = match &ready.scheme {
            Scheme::Dpop(Some(key)) => {
                process.showing(asking("DPoP"), &snapshot, &url, key, access_token.clone())?
            }
            _ => asking("Bearer"),
        };
        let asked = Asked { serial: ready.serial, subject };
        let end: End = Box::new(move |process, snapshot, outcome| asked.end(process, snapshot, outcome));
        let aim = Aim::Inquiry(Inquiry::new(3, end));
        process.run(&carrier, operation, Task { snapshot, aim }).map(drop)
    }
}

impl Client {
    /// Makes the URL of the page where a person signs out, and gives it to `put`.
    pub fn end_session_url(&self, put: impl FnOnce(&[&[u8]]) -> Result<i32>, is_made: bool) -> Result<i32> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let is_lacking = snapshot.settings.openid.end_session_endpoint.is_empty();
        let again = |client: &Self| client.end_session_url(length_of, false);
        let snapshot = self.known(snapshot, is_lacking, again)?;
        let endpoint = snapshot.settings.end_session_url()?;
        let cached = process.source(&snapshot).own_token()?;
        let id_token = cached.and_then(|cached| cached.token.id_token.clone());
        let mut random = [0; RANDOM];
        system::random(&mut random)?;
        let (url, state) = snapshot.settings.end_session_request(&endpoint, id_token.as_ref(), &random);
        let length = put(&[url.expose().as_bytes()])?;
        if is_made {
            lock(&process.state).end_session_state = state;
        }
        Ok(length)
    }
}

impl SignIn {
    pub fn identified(
        self,
        process: &Process,
        snapshot: &Arc<Snapshot>,
        token: Arc<Token>,
        claims: SignedClaims,
    ) -> Result<Ended> {
        let place = self.used(process);
        process.accept_identified(snapshot, token, claims, place)
    }
}

impl Renewal {
    /// Whatever is wrong with the new ID token, the new tokens are kept, and the claims that were checked before.
    pub fn identified(
        self,
        process: &Process,
        snapshot: &Arc<Snapshot>,
        token: Arc<Token>,
        claims: &SignedClaims,
    ) -> Result<Ended> {
        let Self { lease, serial, purpose, .. } = self;
        let signature =
            process.signature(snapshot, claims, Settings::refresh_url, true).unwrap_or(Signature::Unchecked);
        let token = with(token, claims, &signature);
        let brought = process.source(snapshot).accept_renewal(token, serial, lease)?;
        match signature {
            // For the next one.
            Signature::Ask(url) => {
                Ok(after_keys(snapshot, url, purpose, move |_, _| Ok(Ended::Brought(brought))))
            }
            _ => Ok(Ended::Brought(brought)),
        }
    }
}

/// The token, with the ID token that came with it once that was checked.
fn with(mut token: Arc<Token>, claims: &SignedClaims, signature: &Signature) -> Arc<Token> {
    if matches!(signature, Signature::Checked) {
        let token = Arc::make_mut(&mut token);
        token.id_token = Some(claims.text.clone());
        token.is_id_checked = true;
    }
    token
}

/// The server's keys are looked up at `url`, and then it goes on, also without them. `purpose`: what the caller of the whole
/// wanted.
fn after_keys(
    snapshot: &Arc<Snapshot>,
    url: String,
    purpose: Option<Purpose>,
    then: impl FnOnce(&Process, &Arc<Snapshot>) -> Result<Ended> + Send + 'static,
) -> Ended {
    let operation = KeyRequest { settings: snapshot.settings.clone(), url: url.clone() }.operation();
    let end: End = Box::new(move |process, snapshot, outcome| {
        process.looked_up(snapshot, &url, outcome);
        then(process, snapshot)
    });
    let inquiry = Inquiry { purpose, ends_given_up: true, ..Inquiry::new(1, end) };
    Ended::Next(operation, Task { snapshot: snapshot.clone(), aim: Aim::Inquiry(inquiry) })
}

impl Asked {
    fn end(self, process: &Process, snapshot: &Arc<Snapshot>, outcome: Outcome) -> Result<Ended> {
        match outcome {
            Ok(Product::Members(members)) => self.keep(process, snapshot, members),
            Ok(Product::Signed(claims)) => {
                match process.signature(snapshot, &claims, Settings::userinfo_url, true)? {
                    Signature::Ask(url) => Ok(after_keys(snapshot, url, None, move |process, snapshot| {
                        let signature =
                            process.signature(snapshot, &claims, Settings::userinfo_url, false)?;
                        self.keep_signed(process, snapshot, *claims, &signature)
                    })),
                    signature => self.keep_signed(process, snapshot, *claims, &signature),
                }
            }
            Ok(_) => Err(Error::Internal("userinfo has brought no claims".to_owned())),
            Err(error) => {
                if error.code() == number::OAUTH_ERROR_INVALID_TOKEN {
                    process.cache.reject(Some(self.serial));
                }
                Err(error)
            }
        }
    }

    fn keep_signed(
        self,
        process: &Process,
        snapshot: &Snapshot,
        claims: SignedClaims,
        signature: &Signature,
    ) -> Result<Ended> {
        match signature {
            Signature::Checked => self.keep(process, snapshot, claims.jws.claims),
            _ => Err(refused("userinfo is signed, and the server's keys cannot be had: check jwks_uri")),
        }
    }

    /// Section 5.3.2: of nobody else.
    fn keep(self, process: &Process, snapshot: &Snapshot, claims: Json) -> Result<Ended> {
        let subject = claims.member("sub").and_then(Json::text);
        if self.subject.is_some_and(|expected| subject != Some(expected.expose())) {
            return Err(refused("userinfo is about another person (sub): do not use it, sign in again"));
        }
        if let Json::Members(members) = claims {
            process.keep_answer(snapshot, number::OAUTH_FIELD_USERINFO, members);
        }
        Ok(Ended::Brought(None))
    }
}

impl Process {
    /// Only a token of whom it is known is kept, in that place: what was there before stays.
    pub fn accept_identified(
        &self,
        snapshot: &Arc<Snapshot>,
        token: Arc<Token>,
        claims: SignedClaims,
        place: Box<dyn Reservation>,
    ) -> Result<Ended> {
        let accept = |process: &Self, snapshot: &Snapshot, token| {
            process.source(snapshot).accept_sign_in(token, place).map(|()| Ended::Brought(None))
        };
        match self.signature(snapshot, &claims, Settings::token_url, true)? {
            Signature::Ask(url) => Ok(after_keys(snapshot, url, None, move |process, snapshot| {
                let signature = process.signature(snapshot, &claims, Settings::token_url, false)?;
                accept(process, snapshot, with(token, &claims, &signature))
            })),
            signature => accept(self, snapshot, with(token, &claims, &signature)),
        }
    }

    /// Who has signed it, as far as that can be said without asking. `from`: where it came from. `may_ask`: or where to ask.
    fn signature(
        &self,
        snapshot: &Snapshot,
        claims: &SignedClaims,
        from: fn(&Settings) -> Result<String>,
        may_ask: bool,
    ) -> Result<Signature> {
        let (settings, SignedClaims { text, jws }) = (&snapshot.settings, claims);
        if jws.algorithm.is_symmetric() {
            return match jws.is_signed_with(&settings.client.client_secret, text.expose()) {
                _ if !jose::VERIFIES => Ok(Signature::Unchecked),
                true => Ok(Signature::Checked),
                false => Err(Error::IdToken {
                    reason: "it is not signed with client_secret: check that".to_owned(),
                    action: Action::Fix,
                }),
            };
        }
        let Some(url) = settings.jwks_url()? else {
            let is_sure = from(settings).is_ok_and(|url| Settings::is_sure(&url));
            return Ok(if is_sure { Signature::Checked } else { Signature::Unchecked });
        };
        if !jose::VERIFIES {
            return Ok(Signature::Unchecked);
        }
        let now = system::now();
        let (kept, verdict) = self.verdict(snapshot, &url, claims, now);
        let is_fresh = kept.as_ref().is_some_and(|kept| kept.is_fresh(now));
        let may_ask = may_ask && kept.as_ref().is_none_or(|kept| kept.may_be_looked_up(now));
        let was_in_vain = kept.is_none_or(|kept| kept.tried_at != kept.looked_up_at);
        match verdict {
            Verdict::Good if is_fresh => Ok(Signature::Checked),
            _ if may_ask => Ok(Signature::Ask(url)),
            // The server cannot be reached.
            Verdict::Good => Ok(Signature::Checked),
            Verdict::Unknown if was_in_vain => Ok(Signature::Unchecked),
            Verdict::Unknown => {
                Err(refused("its key is none of the server's at jwks_uri: check that, sign in again"))
            }
            Verdict::Several => {
                Err(refused("it names no key (kid), and the server has several: tell the server's people"))
            }
            Verdict::Bad => Err(refused("its signature is wrong: do not trust it, sign in again")),
        }
    }

    /// By the keys in memory or, where they do not suffice, by those that another job may have looked up since.
    fn verdict(
        &self,
        snapshot: &Snapshot,
        url: &str,
        claims: &SignedClaims,
        now: i64,
    ) -> (Option<Arc<KeptKeys>>, Verdict) {
        let verify = |kept: Option<&Arc<KeptKeys>>| {
            kept.map_or(Verdict::Unknown, |kept| kept.keys.verify(&claims.jws, claims.text.expose()))
        };
        let kept = lock(&self.keys).clone().filter(|kept| kept.url == url && kept.serves(now));
        let verdict = verify(kept.as_ref());
        if verdict == Verdict::Good && kept.as_ref().is_some_and(|kept| kept.is_fresh(now)) {
            return (kept, verdict);
        }
        let stored = snapshot.store().document(&document_name(url)).ok().flatten();
        let stored = stored.and_then(|document| KeptKeys::of(url, &document.json));
        let stored = stored.filter(|stored| stored.serves(now));
        let before = kept.as_ref().map_or(i64::MIN, |kept| kept.tried_at);
        match stored.filter(|stored| stored.tried_at > before) {
            Some(stored) => {
                let stored = Arc::new(stored);
                *lock(&self.keys) = Some(stored.clone());
                let verdict = verify(Some(&stored));
                (Some(stored), verdict)
            }
            None => (kept, verdict),
        }
    }

    /// Keeps what a look-up has brought, for all jobs; of one in vain, that it was.
    fn looked_up(&self, snapshot: &Snapshot, url: &str, outcome: Outcome) {
        let (now, name) = (system::now(), document_name(url));
        let json = match outcome {
            Ok(Product::Members(json)) => {
                let keys = PublicKeys::essence(json.member("keys").unwrap_or(&Json::Null));
                Some(with_times(keys, now, now))
            }
            Ok(_) => None,
            Err(error) => {
                let before = lock(&self.keys).clone().filter(|kept| kept.url == url);
                lock(&self.state).failure = Some(error);
                let stored = snapshot.store().document(&name).ok().flatten();
                let keys = stored.and_then(|document| document.json.member("keys").cloned());
                before.zip(keys).map(|(before, keys)| with_times(keys, before.looked_up_at, now))
            }
        };
        let Some(json) = json else { return };
        if let Some(kept) = KeptKeys::of(url, &json) {
            *lock(&self.keys) = Some(Arc::new(kept));
        }
        // Who cannot write it looks again.
        let _ = snapshot.store().keep_document(&name, &Document { json, expires_at: Some(now + KEPT) });
    }
}

fn document_name(url: &str) -> DocumentName {
    DocumentName::new("keys", &[url])
}

fn with_times(keys: Json, looked_up_at: i64, tried_at: i64) -> Json {
    let [looked_up_at, tried_at] = [looked_up_at, tried_at].map(|at| Json::Number(at.into()));
    Json::object([("looked_up_at", looked_up_at), ("tried_at", tried_at), ("keys", keys)])
}

impl KeptKeys {
    fn of(url: &str, json: &Json) -> Option<Self> {
        let time = |name| json.member(name).and_then(Json::whole);
        let (looked_up_at, tried_at) = (time("looked_up_at")?, time("tried_at")?);
        Some(Self { url: url.to_owned(), keys: PublicKeys::of(json)?, looked_up_at, tried_at })
    }

    /// Where the clock was set back it says nothing.
    fn is_fresh(&self, now: i64) -> bool {
        (self.looked_up_at..self.looked_up_at.saturating_add(FRESH)).contains(&now)
    }

    fn serves(&self, now: i64) -> bool {
        now < self.looked_up_at.saturating_add(KEPT)
    }

    fn may_be_looked_up(&self, now: i64) -> bool {
        !(self.tried_at..self.tried_at.saturating_add(PAUSE)).contains(&now)
    }
}
