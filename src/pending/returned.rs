//! A code that came back, and the URL that it answers.
#![forbid(unsafe_code)]

use crate::error::{Error, Refusal, Result};
use crate::protocol::authorization_response::{self, AuthorizationResponse, NoCode, Origin};
use crate::protocol::redactor::Redactor;
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store::{Claim, Fingerprint, Found, Record};
use crate::uri;

/// A code that came back, with what its request needs.
pub struct ReturnedCode {
    pub code: Secret,
    /// Of the code.
    pub fingerprint: Fingerprint,
    pub extra: Vec<(String, String)>,
    /// Where it is to be sent, if not to the configured host.
    pub token_host: Option<String>,
    /// The URL that it answers, nobody else's meanwhile.
    pub claim: Claim,
}

impl ReturnedCode {
    /// Finds the code in what came back, and the URL that it answers.
    /// `is_used`: whether the code of that fingerprint has brought tokens.
    pub fn find(pasted: &str, snapshot: &Snapshot, is_used: impl Fn(&str) -> bool) -> Result<Self> {
        let mut response = match authorization_response::parse(pasted, &snapshot.settings.redirect.names) {
            Ok(response) => response,
            Err(no_code) => return Err(refusal(snapshot, no_code)?),
        };
        let code = Secret::new(std::mem::take(&mut response.code));
        let fingerprint = Fingerprint::of(&code);
        if is_used(&fingerprint) {
            return Err(Error::CodeUsed);
        }
        check_issuer(snapshot, response.issuer.as_deref())?;
        let claim = claim(snapshot, &response, &fingerprint)?;
        let token_host = snapshot.settings.token_host(&response.extra)?;
        Ok(Self { code, fingerprint, extra: response.extra, token_host, claim })
    }
}

/// Whether an address that a browser was sent to answers a URL that waits here: by its state, as anybody could have made the
/// rest. A code that nothing came of may be brought again. Nothing is claimed.
pub fn is_awaited(redirect: &Secret, snapshot: &Snapshot) -> Result<bool> {
    match authorization_response::parse(redirect.expose(), &snapshot.settings.redirect.names) {
        Ok(AuthorizationResponse { origin: Origin::Redirect { state: Some(state) }, code, .. }) => {
            let code = Fingerprint::of(&Secret::new(code));
            let takes_again = |record: &dyn Record| record.takes_again(&state, &code);
            Ok(has_asked(snapshot, &state)?
                || takes_again(&*snapshot.memory_record)
                || takes_again(snapshot.record()?))
        }
        Err(NoCode::Refused { state: Some(state), .. }) => has_asked(snapshot, &state),
        _ => Ok(false),
    }
}

/// The error that the pasted text is; `Err` where that cannot even be found out.
fn refusal(snapshot: &Snapshot, no_code: NoCode) -> Result<Error> {
    let (mut refusal, state, issuer) = match no_code {
        NoCode::NotUnderstood(error) => return Ok(error),
        NoCode::Refused { refusal, state, issuer } => (refusal, state, issuer),
    };
    let words = Redactor::new(snapshot.settings.secrets());
    refusal.error = words.code(&refusal.error);
    refusal.description = words.text(&refusal.description);
    refusal.uri = words.text(&refusal.uri);
    // A forged refusal must not look like the server's, nor end the sign-in. Its words may help whoever reads them.
    let forged = |reason| Error::State { reason, says: Some(unproven(&refusal)) };
    match state {
        None => return Ok(forged("no state came back with this refusal: sign in again")),
        Some(state) if !has_asked(snapshot, &state)? => return Ok(forged(NOT_OURS)),
        Some(_) => check_issuer(snapshot, issuer.as_deref())?,
    }
    Ok(Error::Refused(refusal))
}

/// What a refusal says, in a few words.
fn unproven(refusal: &Refusal) -> String {
    const LONGEST: usize = 100;
    let all = [&refusal.error, ": ", &refusal.description].concat();
    let text = all.trim_end_matches(": ").replace('"', "'");
    text.chars().take(LONGEST).collect()
}

/// Whether it was we who asked, in this process or another.
fn has_asked(snapshot: &Snapshot, state: &str) -> Result<bool> {
    Ok(snapshot.memory_record.has_pending(state) || snapshot.record()?.has_pending(state))
}

/// The URL with that state or, for a code that came without one from where none comes, the newest.
fn claim(snapshot: &Snapshot, response: &AuthorizationResponse, code: &str) -> Result<Claim> {
    let state = match &response.origin {
        Origin::Redirect { state } => Some(state.as_deref().ok_or_else(no_state)?),
        Origin::Page { .. } | Origin::Alone => None,
    };
    let found = match snapshot.memory_record.claim_pending(state, code)? {
        Found::None => snapshot.record()?.claim_pending(state, code)?,
        found => found,
    };
    match found {
        Found::Claim(claim) => match &response.origin {
            Origin::Page { host } if !is_our_page(snapshot, &claim, host.as_deref()) => Err(no_state()),
            _ => Ok(claim),
        },
        Found::Busy => Err(Error::Busy),
        Found::Used => Err(Error::Spent),
        Found::Expired => Err(not_ours("the URL was made too long ago: sign in again with a new one")),
        Found::None if state.is_some() => Err(not_ours(NOT_OURS)),
        Found::None => Err(Error::NoPending),
    }
}

/// Whether a page shows the codes of that URL: the server's own where the redirect URI is out of band.
fn is_our_page(snapshot: &Snapshot, claim: &Claim, host: Option<&str>) -> bool {
    let is_servers = |host: &str| {
        let endpoint = snapshot.settings.authorization_url().ok();
        endpoint.and_then(|url| uri::parse(&url).ok()).is_some_and(|url| url.host_str() == Some(host))
    };
    uri::is_out_of_band(&claim.redirect_uri) && host.is_none_or(is_servers)
}

const NOT_OURS: &str = "this answer is not to a URL that was made here: sign in again with a new one";

fn not_ours(reason: &'static str) -> Error {
    Error::State { reason, says: None }
}

fn no_state() -> Error {
    not_ours("the address has no state: paste all of it; only if the server sends none, the code alone")
}

/// RFC 9207 section 2.4. Where it is not demanded, a server that sends no `iss` is not one of those that must.
fn check_issuer(snapshot: &Snapshot, issuer: Option<&str>) -> Result<()> {
    let settings = &snapshot.settings;
    let (expected, is_demanded) = (&settings.endpoints.issuer, settings.demands_issuer()?);
    match issuer {
        None if is_demanded => Err(Error::NoIssuer),
        Some(issuer) if !expected.is_empty() && issuer != expected => {
            Err(Error::Issuer { expected: expected.clone() })
        }
        _ => Ok(()),
    }
}
