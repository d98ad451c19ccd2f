//! Requests to an API: their headers, and what its answers mean for the next one.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use super::carry::first_lines;
use super::process::Process;
use super::Client;
use crate::error::{Error, Result};
use crate::operation::Known;
use crate::protocol::dpop::{Proof, ProofKey, Refused, Target, Verdict};
use crate::protocol::message::head::{is_token, Head};
use crate::protocol::message::Response;
use crate::secret::{Secret, Wiped};
use crate::settings::Snapshot;
use crate::system::{self, lock};
use crate::token::{BearerToken, Purpose, Scheme};
use crate::uri;

/// What is kept from one request to an API to the next. Held for moments; nothing is locked below it.
#[derive(Default)]
pub struct Prover(Mutex<State>);

#[derive(Default)]
struct State {
    /// The key of the last proof: to read it takes as long as to sign by it.
    key: Option<Arc<ProofKey>>,
    /// What a call asked headers for that had to wait for the caller's HTTP.
    waiting: Option<(String, String)>,
    /// Requests that are to be sent again, by thread and URL: so many times. Those of one URL come to an end.
    repeated: Vec<(u64, String, Repeats)>,
}

#[derive(Clone, Copy, Default)]
struct Repeats {
    for_proof: u32,
    for_token: u32,
}

/// All header lines of one request, and the token that is in them.
pub struct RequestHeaders {
    pub text: Secret,
    pub serial: u32,
}

impl Client {
    /// With a token that is valid for as long as asked for.
    pub fn request_headers(&self, method: &str, url: &str) -> Result<RequestHeaders> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        if !is_token(method.as_bytes()) {
            let reason = "use a method of HTTP, such as GET".to_owned();
            return Err(Error::Value { key: "method", reason });
        }
        uri::check_endpoint("url", url, snapshot.settings.endpoints.allow_http)?;
        let ready = match self.fresh(Purpose::Request) {
            Err(Error::HttpNeeded) => {
                lock(&process.prover.0).waiting = Some((method.to_owned(), url.to_owned()));
                return Err(Error::HttpNeeded);
            }
            ready => ready?,
        };
        let text = process.headers(&snapshot, &ready, method, url)?;
        Ok(RequestHeaders { text, serial: ready.serial })
    }

    /// How long the text is that was asked for, now that the token for it has come.
    pub(super) fn length(&self, purpose: Purpose, ready: &BearerToken) -> Result<i32> {
        if purpose == Purpose::Userinfo {
            return self.userinfo().map(|()| 0);
        }
        let process = self.process();
        if let Purpose::Sasl(mechanism) = purpose {
            let response = process.sasl_text(mechanism, ready)?;
            return i32::try_from(response.expose().len()).map_err(|_| Error::TooLarge { status: 0 });
        }
        let waiting = lock(&process.prover.0).waiting.take().filter(|_| purpose == Purpose::Request);
        let Some((method, url)) = waiting else { return purpose.length(ready) };
        let headers = process.headers(&process.snapshot.load(), ready, &method, &url)?;
        i32::try_from(headers.expose().len()).map_err(|_| Error::TooLarge { status: 0 })
    }

    /// What the API answered to the request to `url` that this thread sent last. Returns whether it is to be sent again.
    /// `serial`: of the token that it had, where that is known.
    pub fn api_response(&self, url: &str, status: i32, headers: &[u8], serial: Option<u32>) -> Result<bool> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let target = Target::of_api(url)?;
        let response = Response {
            status: u16::try_from(status).unwrap_or_default(),
            headers: Head::last_of(first_lines(headers)).headers,
            body: Wiped::default(),
        };
        let now = system::now();
        let verdict = Verdict::of_api(&response, now);
        let used = process.recall(&snapshot, &target.giver);
        // The proof may have had an older one than what is known now.
        let is_given = verdict.refused == Some(Refused::Nonce) && verdict.nonce.is_some();
        let may_help = process.nonces.heard(&target.giver, &used, &verdict) || is_given;
        process.keep_nonces(&snapshot);
        let before = process.prover.repeats(url);
        // What came after the first refusal may be another job's, and as old.
        let is_fresh = || {
            let cached = process.source(&snapshot).cached();
            cached.is_some_and(|cached| cached.token.obtained_at >= now.saturating_sub(FRESH))
        };
        let (after, outcome) = match verdict.refused {
            Some(Refused::Token) if before.for_token == 0 || before.for_token == 1 && !is_fresh() => {
                process.cache.reject(serial);
                (Some(Repeats { for_token: before.for_token + 1, ..before }), Ok(true))
            }
            // An API that refuses a fresh token refuses it for another reason.
            None | Some(Refused::Token) => (None, Ok(false)),
            Some(Refused::Nonce | Refused::Proof) if may_help && before.for_proof < MOST_REPEATS => {
                (Some(Repeats { for_proof: before.for_proof + 1, ..before }), Ok(true))
            }
            Some(refused) => (None, Err(refusal(refused, &verdict))),
        };
        process.prover.set_repeats(url, after);
        outcome
    }
}

/// As for the requests that are made here.
const MOST_REPEATS: u32 = 2;
/// Seconds for which a token is one that has just come.
const FRESH: i64 = 60;

fn refusal(refused: Refused, verdict: &Verdict) -> Error {
    Error::Proof(match (refused, verdict.ahead) {
        (Refused::Nonce, _) if verdict.nonce.is_none() => {
            "the API asks for a DPoP nonce and gives none: hand over its DPoP-Nonce header".to_owned()
        }
        (Refused::Nonce, _) => {
            "the API asks for another DPoP nonce each time: hand over each of its answers".to_owned()
        }
        (_, 0) => "the API refuses the DPoP proof: check method and URL, and this machine's clock".to_owned(),
        (_, ahead) => {
            let side = if ahead > 0 { "behind" } else { "ahead of" };
            let seconds = ahead.unsigned_abs();
            format!("the API refuses the DPoP proof: this machine's clock is {seconds} s {side} its own")
        }
    })
}

impl Process {
    /// One `Name: value` a line, each ended by CR LF.
    fn headers(&self, snapshot: &Snapshot, ready: &BearerToken, method: &str, url: &str) -> Result<Secret> {
        let Scheme::Dpop(Some(key)) = &ready.scheme else {
            return Ok(Secret::new([ready.header(), "\r\n"].concat()));
        };
        // RFC 9449 section 7.1
        let key = self.prover.key(key)?;
        let target = Target::of_api(url)?;
        let Known { nonce, ahead } = self.recall(snapshot, &target.giver);
        let (token, nonce) = (ready.access_token(), nonce.as_deref());
        let proof = Proof { method, target: &target, access_token: Some(token), nonce, ahead };
        let proof = key.proof(&proof, &system::moment())?;
        Ok(Secret::new(["Authorization: DPoP ", token, "\r\nDPoP: ", proof.expose(), "\r\n"].concat()))
    }
}

impl Prover {
    fn key(&self, text: &Secret) -> Result<Arc<ProofKey>> {
        let known = lock(&self.0).key.clone();
        if let Some(key) = known.filter(|key| key.text == *text) {
            return Ok(key);
        }
        let key = Arc::new(ProofKey::of(text.clone())?);
        lock(&self.0).key = Some(key.clone());
        Ok(key)
    }

    fn repeats(&self, url: &str) -> Repeats {
        let thread = system::thread_number();
        let state = lock(&self.0);
        let mut all = state.repeated.iter();
        all.find(|(of, to, _)| *of == thread && to == url).map(|(.., repeats)| *repeats).unwrap_or_default()
    }

    fn set_repeats(&self, url: &str, repeats: Option<Repeats>) {
        const MOST: usize = 64;
        let thread = system::thread_number();
        let mut state = lock(&self.0);
        state.repeated.retain(|(of, to, _)| *of != thread || to != url);
        if let Some(repeats) = repeats {
            if state.repeated.len() == MOST {
                state.repeated.remove(0); // most likely, nobody sends it again
            }
            state.repeated.push((thread, url.to_owned(), repeats));
        }
    }
}
