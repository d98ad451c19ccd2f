//! An operation whose requests prove that the client has the key that its tokens are bound to (RFC 9449 section 5).
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::sync::Arc;

use super::nonces::{Known, Nonces};
use super::{Event, Operation, Outcome, Product, Step};
use crate::error::{Error, Result};
use crate::protocol::dpop::{Dpop, Proof, ProofKey, Target, Verdict};
use crate::protocol::message::{Request, Response};
use crate::secret::{Secret, Wiped};
use crate::settings::Settings;
use crate::time::Moment;
use crate::token::Token;

/// The name of the header that a proof stands in.
const HEADER: &str = "DPoP";
/// How often a request is sent again because of its proof: a nonce that is another each time leads nowhere.
const MOST_REPEATS: u32 = 2;

pub struct Proving {
    operation: Box<dyn Operation>,
    dpop: Dpop,
    nonces: Arc<Nonces>,
    key: ProofKey,
    /// What the token that comes is to take the place of.
    before: Option<Arc<Token>>,
    /// That the requests show to an API.
    access_token: Option<Secret>,
    /// Of the request that is out.
    sent: Option<Sent>,
    repeats: u32,
}

struct Sent {
    giver: String,
    used: Known,
    proof: Secret,
}

/// What requests for the token after `before` are proved by: the key that one was bound to, or a new one; `None`: no token
/// is to be bound. The key stays as long as its refresh token, which may be bound, too (section 5). For a sign-in it is made
/// when the code is there: it need not live longer than the process that asks, as an authorization request without
/// `dpop_jkt` binds no code (section 10), and another process can send the code again with a key of its own.
pub fn proof_key(settings: &Settings, before: Option<&Token>) -> Result<Option<ProofKey>> {
    match before.and_then(|token| token.dpop_key.clone()) {
        Some(text) => ProofKey::of(text).map(Some),
        None if settings.dpop == Dpop::No => Ok(None),
        None => ProofKey::generate(settings.dpop_alg).map(Some),
    }
}

impl Proving {
    /// `operation`, which brings a token in the place of the one `before`.
    pub fn of_tokens(
        operation: Box<dyn Operation>,
        dpop: Dpop,
        nonces: Arc<Nonces>,
        key: ProofKey,
        before: Option<Arc<Token>>,
    ) -> Self {
        Self { operation, dpop, nonces, key, before, access_token: None, sent: None, repeats: 0 }
    }

    /// `operation`, which shows a token that is bound to that key (section 7).
    pub fn showing(
        operation: Box<dyn Operation>,
        dpop: Dpop,
        nonces: Arc<Nonces>,
        key: ProofKey,
        access_token: Secret,
    ) -> Self {
        Self { access_token: Some(access_token), ..Self::of_tokens(operation, dpop, nonces, key, None) }
    }
}

impl Operation for Proving {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        let status = match &event {
            Event::Answer(response) => response.status,
            _ => 0,
        };
        let step = match event {
            // The server has looked at the proof before all else: nothing was spent (section 8).
            Event::Answer(response) if self.is_to_repeat(response, at) => {
                self.repeats += 1;
                self.operation.step(Event::Start, at)
            }
            Event::Answer(response) => {
                let blanked = self.sent.as_ref().and_then(|sent| without(&sent.proof, response));
                self.operation.step(Event::Answer(blanked.as_ref().unwrap_or(response)), at)
            }
            event => self.operation.step(event, at),
        };
        match step {
            Step::Send(mut dispatch) => match self.prove(&mut dispatch.request, at) {
                Ok(()) => Step::Send(dispatch),
                Err(error) => Step::Done(Err(error)),
            },
            Step::Done(Ok(Product::Token(token))) => Step::Done(self.bound(token, status, Product::Token)),
            Step::Done(Ok(Product::Identified(token, claims))) => {
                Step::Done(self.bound(token, status, |token| Product::Identified(token, claims)))
            }
            step => step,
        }
    }
}

impl Proving {
    fn is_to_repeat(&self, response: &Response, at: &Moment) -> bool {
        let Some(sent) = &self.sent else { return false };
        let verdict = match self.access_token {
            None => Verdict::of_token_endpoint(response, at.now),
            Some(_) => Verdict::of_api(response, at.now),
        };
        self.nonces.heard(&sent.giver, &sent.used, &verdict) && self.repeats < MOST_REPEATS
    }

    fn prove(&mut self, request: &mut Request, at: &Moment) -> Result<()> {
        let url = request.url.expose();
        // An API, and that is userinfo, has nonces of its own (section 9).
        let target = if self.access_token.is_some() { Target::of_api(url) } else { Target::of_tokens(url) }?;
        let used = self.nonces.of(&target.giver).unwrap_or_default();
        let (nonce, ahead) = (used.nonce.as_deref(), used.ahead);
        let access_token = self.access_token.as_ref().map(Secret::expose);
        let proof = Proof { method: request.method, target: &target, access_token, nonce, ahead };
        let proof = self.key.proof(&proof, at)?;
        request.headers.push((Cow::Borrowed(HEADER), proof.clone()));
        request.signed.push(self.key.signed(proof.clone()));
        self.sent = Some(Sent { giver: target.giver, used, proof });
        Ok(())
    }

    /// The key goes where its token goes, also where the server has given a Bearer: the refresh token may be bound (section
    /// 5). Where that is not taken, the refresh token in it still is: the one before is spent.
    fn bound(
        &self,
        mut token: Arc<Token>,
        status: u16,
        product: impl FnOnce(Arc<Token>) -> Product,
    ) -> Outcome {
        if self.dpop != Dpop::Required || token.is_dpop() {
            Arc::make_mut(&mut token).dpop_key = Some(self.key.text.clone());
            return Ok(product(token));
        }
        let error = Error::NotBound { status };
        let has_other = |before: &&Arc<Token>| {
            before.basis == token.basis
                && before.refresh_token.is_some()
                && before.refresh_token != token.refresh_token
        };
        let Some(before) = self.before.as_ref().filter(has_other) else { return Err(error) };
        let (refresh_token, dpop_key) = (token.refresh_token.clone(), Some(self.key.text.clone()));
        let kept = Token { refresh_token, dpop_key, ..Token::clone(before) };
        Ok(Product::Rotated(Arc::new(kept), Box::new(error)))
    }
}

/// The answer without the proof, where it repeats that.
fn without(proof: &Secret, response: &Response) -> Option<Response> {
    const INSTEAD: &str = "[proof]";
    let (proof, decoded) = (proof.expose(), response.decoded().ok().flatten());
    let body = decoded.as_ref().unwrap_or(&response.body);
    let next = |rest: &[u8]| rest.windows(proof.len()).position(|window| window == proof.as_bytes());
    let is_in_head = response.headers.iter().any(|(_, value)| value.contains(proof));
    if !is_in_head && next(body).is_none() {
        return None;
    }
    let mut blanked = Wiped::new(Vec::with_capacity(body.len()));
    let mut rest = &body[..];
    while let Some(at) = next(rest) {
        blanked.extend_from_slice(&rest[..at]);
        blanked.extend_from_slice(INSTEAD.as_bytes());
        rest = &rest[at + proof.len()..];
    }
    blanked.extend_from_slice(rest);
    let is_left = |name: &str| decoded.is_none() || name != "Content-Encoding";
    let headers = response.headers.iter().filter(|(name, _)| is_left(name));
    let headers = headers.map(|(name, value)| (*name, value.replace(proof, INSTEAD))).collect();
    Some(Response { status: response.status, headers, body: blanked })
}
