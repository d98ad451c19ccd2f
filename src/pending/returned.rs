//! A code that came back, and the URL that it answers.
#![forbid(unsafe_code)]

use crate::error::{Error, Result};
use crate::protocol::authorization::{self, AuthorizationResponse, NoCode};
use crate::protocol::pkce::Pkce;
use crate::protocol::redactor::Redactor;
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store::{fingerprint, Claim, Found, Record};

/// A code that came back, with what its request needs.
pub struct ReturnedCode {
    pub code: Secret,
    /// Of the code.
    pub fingerprint: String,
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    pub nonce: Option<Secret>,
    pub extra: Vec<(String, String)>,
    /// The URL that it answers, nobody else's meanwhile. None where somebody made the URL by hand.
    pub claim: Option<Claim>,
}

impl ReturnedCode {
    /// Finds the code in what came back, and the URL that it answers.
    /// `is_used`: whether the code of that fingerprint has brought tokens.
    pub fn find(pasted: &str, snapshot: &Snapshot, is_used: impl Fn(&str) -> bool) -> Result<Self> {
        let memory = snapshot.memory_record();
        let mut redirect_uris = memory.pending_redirect_uris();
        redirect_uris.push(snapshot.settings.authorization.redirect_uri.clone());
        let redirect_uris: Vec<_> = redirect_uris.iter().map(String::as_str).collect();
        let mut response = match authorization::parse_response(pasted, &redirect_uris) {
            Ok(response) => response,
            Err(no_code) => return Err(refusal(snapshot, &*memory, no_code)?),
        };
        let code = Secret::new(std::mem::take(&mut response.code));
        let fingerprint = fingerprint(&code);
        if is_used(&fingerprint) {
            return Err(Error::CodeUsed);
        }
        check_issuer(snapshot, response.issuer.as_deref())?;
        let claim = claim(snapshot, &*memory, &response)?;
        let mut found = Self {
            code,
            fingerprint,
            redirect_uri: snapshot.settings.authorization.redirect_uri.clone(),
            verifier: None,
            nonce: None,
            extra: response.extra,
            claim: None,
        };
        if let Some(claim) = claim {
            found.redirect_uri.clone_from(&claim.redirect_uri);
            (found.verifier, found.nonce) = (claim.verifier.clone(), claim.nonce.clone());
            found.claim = Some(claim);
        }
        Ok(found)
    }
}

/// The error that the pasted text is; `Err` where that cannot even be found out.
fn refusal(snapshot: &Snapshot, memory: &dyn Record, no_code: NoCode) -> Result<Error> {
    let (mut refusal, state, issuer, is_redirect) = match no_code {
        NoCode::NotUnderstood(error) => return Ok(error),
        NoCode::Refused { refusal, state, issuer, is_redirect } => (refusal, state, issuer, is_redirect),
    };
    // A forged refusal must not look like the server's.
    if state.is_some() && !has_asked(snapshot, memory, state.as_deref())? {
        return Ok(NOT_OURS);
    }
    if state.is_none() && is_redirect {
        return Ok(NO_STATE);
    }
    check_issuer(snapshot, issuer.as_deref())?;
    let words = Redactor::new(snapshot.settings.secrets());
    refusal.error = words.code(&refusal.error);
    refusal.description = words.text(&refusal.description);
    refusal.uri = words.text(&refusal.uri);
    Ok(Error::Refused(refusal))
}

/// Whether it was we who asked, in this process or another.
fn has_asked(snapshot: &Snapshot, memory: &dyn Record, state: Option<&str>) -> Result<bool> {
    Ok(memory.has_pending(state) || snapshot.record()?.has_pending(state))
}

/// The URL with that state or, for a code that came alone, the newest.
fn claim(
    snapshot: &Snapshot,
    memory: &dyn Record,
    response: &AuthorizationResponse,
) -> Result<Option<Claim>> {
    let state = response.state.as_deref();
    let found = match memory.claim_pending(state)? {
        Found::None => snapshot.record()?.claim_pending(state)?,
        found => found,
    };
    if !matches!(found, Found::None) && state.is_none() && response.is_redirect {
        return Err(NO_STATE);
    }
    match found {
        Found::Claim(claim) => Ok(Some(claim)),
        Found::Busy => Err(Error::Busy),
        Found::Used => Err(Error::CodeUsed),
        Found::Expired => Err(Error::State("the URL was made too long ago: sign in again with a new one")),
        Found::None if state.is_some() => Err(NOT_OURS),
        // Neither a proof key nor a state would show that a redirect is ours.
        Found::None if snapshot.settings.authorization.pkce != Pkce::Off || response.is_redirect => {
            Err(Error::NoPending)
        }
        // Somebody made the URL by hand, without a proof key: there is nothing to remember.
        Found::None => Ok(None),
    }
}

const NOT_OURS: Error =
    Error::State("this answer is not to a URL that was made here: sign in again with a new one");

const NO_STATE: Error =
    Error::State("the address has no state: paste all of it; only if the server sends none, the code alone");

/// RFC 9207 section 2.4. A server that sends no `iss` is not one of those that must.
fn check_issuer(snapshot: &Snapshot, issuer: Option<&str>) -> Result<()> {
    let expected = &snapshot.settings.endpoints.issuer;
    match issuer {
        Some(issuer) if !expected.is_empty() && issuer != expected => {
            Err(Error::Issuer { expected: expected.clone() })
        }
        _ => Ok(()),
    }
}
