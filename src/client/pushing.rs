//! Authorization URLs that do not say themselves what is asked for: it is signed, or the server has it already.
#![forbid(unsafe_code)]

use std::sync::{Arc, OnceLock};

use super::process::Process;
use super::sign_in::length_of;
use super::task::{Aim, End, Ended, Inquiry, Task};
use super::Client;
use crate::error::{Error, Result};
use crate::operation::{Product, Push};
use crate::pending::AuthorizationUrl;
use crate::settings::Snapshot;
use crate::system::{self, lock};

/// What browsers and servers take; a buffer of 8192 bytes is plenty.
const LONGEST: usize = 8191;

impl Process {
    /// As [`Client::build_authorize_url`]. What was pushed for a caller who then had too small a buffer is given out next
    /// time: it is remembered already.
    #[cold]
    pub(super) fn build_indirect_url(
        &self,
        snapshot: &Arc<Snapshot>,
        url: AuthorizationUrl<'_>,
        put: impl FnOnce(&[&[u8]]) -> Result<i32>,
        is_remembered: bool,
    ) -> Result<i32> {
        if !snapshot.settings.is_pushed() {
            let text = by_value(snapshot, &url)?;
            let length = put(&[text.as_bytes()])?;
            if is_remembered {
                let state = url.remember()?;
                lock(&self.state).codes.begin_anew(state);
            }
            return Ok(length);
        }
        let waiting = lock(&self.state).pushed.waiting(snapshot);
        let (text, state) = match waiting {
            Some(waiting) => waiting,
            None => self.push(snapshot, url)?,
        };
        let length = put(&[text.as_bytes()])?;
        if is_remembered {
            let mut ours = lock(&self.state);
            ours.pushed.delivered();
            ours.codes.begin_anew(state);
        }
        Ok(length)
    }
}

/// What was signed stands in the URL (RFC 9101 section 5).
fn by_value(snapshot: &Snapshot, url: &AuthorizationUrl<'_>) -> Result<String> {
    let object = snapshot.settings.request_object(&url.parameters(), &system::moment())?;
    let object = object.ok_or_else(|| Error::Internal("a request that is not plain is plain".to_owned()))?;
    let text = url.by_reference("request", object.text.expose());
    if text.len() > LONGEST {
        let reason = format!("the URL would have more than {LONGEST} bytes: set par to yes");
        return Err(Error::Value { key: "request_object", reason });
    }
    Ok(text)
}

impl Process {
    /// Has the server keep the request: with the caller's HTTP the call begins anew when it has answered.
    fn push(&self, snapshot: &Arc<Snapshot>, url: AuthorizationUrl<'_>) -> Result<(String, [u8; 22])> {
        let carrier = self.carrier(snapshot)?;
        let settings = snapshot.settings.clone();
        let operation = Push { settings, parameters: url.parameters() }.operation();
        let proof = url.into_proof();
        let made = Arc::new(OnceLock::new());
        let here = made.clone();
        let end: End = Box::new(move |process, snapshot, outcome| {
            let Product::Pushed(pushed) = outcome? else {
                return Err(Error::Internal("a push has brought something else".to_owned()));
            };
            let url = AuthorizationUrl::of(snapshot, proof)?;
            let text = url.by_reference("request_uri", &pushed.request_uri);
            let state = url.remember()?;
            lock(&process.state).pushed.keep(snapshot, text.clone(), state, pushed.expires_in);
            let _ = here.set((text, state));
            Ok(Ended::Brought(None))
        });
        let again = |client: &Client| client.build_authorize_url(length_of, false);
        let inquiry = Inquiry { resume: Some(Box::new(again)), ..Inquiry::new(3, end) };
        let task = Task { snapshot: snapshot.clone(), aim: Aim::Inquiry(inquiry) };
        self.run(&carrier, operation, task)?;
        made.get().cloned().ok_or_else(|| Error::Internal("a push has brought nothing".to_owned()))
    }
}
