//! Signing in: a URL for a person, and the code that comes back.
#![forbid(unsafe_code)]

use std::mem;
use std::sync::Arc;

use arc_swap::Guard;

use super::process::Process;
use super::task::{Aim, SignIn, Task};
use super::Client;
use crate::error::{Error, Result};
use crate::operation::Exchange;
use crate::pending::{AuthorizationUrl, ReturnedCode};
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store::Reservation;
use crate::system::lock;
use crate::token::Token;

impl Client {
    /// Makes an authorization URL, and gives its parts to `put`. It counts only if it is remembered: in the store, where
    /// another process can find it, or else in memory.
    pub fn build_authorize_url(
        &self,
        put: impl FnOnce(&[&[u8]]) -> Result<i32>,
        is_remembered: bool,
    ) -> Result<i32> {
        let process = self.process();
        let snapshot = process.snapshot.load();
        let snapshot = if snapshot.settings.lacks_for_sign_in() {
            let again = |client: &Self| client.build_authorize_url(length_of, false);
            Guard::from_inner(self.known(Guard::into_inner(snapshot), true, again)?)
        } else {
            snapshot
        };
        let Some(begun) = process.begin_to_listen(&snapshot, is_remembered)? else {
            return self.build_url(&process, &snapshot, put, is_remembered);
        };
        let made = self.build_url(&process, &begun.snapshot, put, is_remembered);
        begun.end(&made);
        made
    }

    fn build_url(
        &self,
        process: &Process,
        snapshot: &Arc<Snapshot>,
        put: impl FnOnce(&[&[u8]]) -> Result<i32>,
        is_remembered: bool,
    ) -> Result<i32> {
        let url = AuthorizationUrl::new(snapshot)?;
        if is_remembered {
            self.alarm.clear();
        }
        if !url.is_plain() {
            return process.build_indirect_url(snapshot, url, put, is_remembered);
        }
        let length = put(&url.parts())?;
        if is_remembered {
            let state = url.remember()?;
            lock(&process.state).codes.begin_anew(state);
        }
        Ok(length)
    }

    pub fn exchange_code(&self, pasted: &str) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        snapshot.settings.demands_person()?;
        let (again, is_lacking) =
            (Secret::new(pasted), snapshot.settings.endpoints.token_endpoint.is_empty());
        let again = move |client: &Self| client.exchange_code(again.expose()).map(|()| 0);
        let snapshot = self.known(snapshot, is_lacking, again)?;
        snapshot.settings.demands_keys()?;
        // Built in, several codes can be on the way at once.
        let carrier = process.carrier(&snapshot)?;
        let is_used = |code: &str| lock(&process.state).codes.is_used(code);
        let code = match ReturnedCode::find(pasted, &snapshot, is_used) {
            // It brought a token that could not be stored: that is what is tried again.
            Err(Error::CodeUsed) => {
                let source = process.source(&snapshot);
                let is_unsaved = source.cached().is_some_and(|cached| cached.is_unsaved());
                let wait = snapshot.settings.lock_timeout();
                return if is_unsaved { source.save(wait) } else { Err(Error::CodeUsed) };
            }
            code => code?,
        };
        // This process may live no longer than its answer: what memory alone has would be lost.
        let place = snapshot.record()?.reserve()?;
        let before = process.source(&snapshot).token()?.map(|cached| cached.token.clone());
        let (operation, aim) = exchange(&snapshot, code, place, before);
        let host = operation.token_host.clone();
        let operation = process.proving(operation.operation(), &snapshot, host.as_deref(), None)?;
        process.run(&carrier, operation, Task { snapshot: snapshot.clone(), aim }).map(drop)
    }
}

fn exchange(
    snapshot: &Snapshot,
    code: ReturnedCode,
    place: Box<dyn Reservation>,
    before: Option<Arc<Token>>,
) -> (Exchange, Aim) {
    let ReturnedCode { code, fingerprint, extra, token_host, mut claim } = code;
    let (redirect_uri, verifier) = (mem::take(&mut claim.redirect_uri), claim.verifier.take());
    let nonce = claim.nonce.clone();
    let aim = Aim::SignIn(SignIn { fingerprint, claim, place });
    let settings = snapshot.settings.clone();
    (Exchange { settings, code, fingerprint, redirect_uri, verifier, nonce, extra, token_host, before }, aim)
}

/// As long as a buffer would have to be, without its NUL.
pub(super) fn length_of(parts: &[&[u8]]) -> Result<i32> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    i32::try_from(length).map_err(|_| Error::TooLarge { status: 0 })
}
