//! One line about a token, for a person: no secret in it.
#![forbid(unsafe_code)]

use super::process::Process;
use crate::line::one_line;
use crate::renewal::cache::CachedToken;
use crate::settings::{Settings, Snapshot};
use crate::store::{LeaseNotes, SentAnswer};
use crate::system;
use crate::time::rfc3339;
use crate::token::Identity;

impl Process {
    pub fn status(&self, snapshot: &Snapshot) -> String {
        let settings = &snapshot.settings;
        // Another job may have renewed it since.
        let stored = snapshot.record().map(|record| (record.notes(), record.read()));
        let (notes, stored) = stored.unwrap_or_else(|_| (LeaseNotes::default(), Ok(None)));
        let mut parts = vec![whose(settings)];
        match (stored, self.cache.cached(&snapshot.key)) {
            (Ok(Some(stored)), cached) if cached.as_ref().is_none_or(|cached| !cached.is_unsaved()) => {
                let is_rejected = cached.is_some_and(|cached| cached.token == stored && cached.is_rejected);
                parts.extend(token(&stored, settings, is_rejected));
            }
            (stored, Some(cached)) => {
                parts.extend(token(&cached.token, settings, cached.is_rejected));
                parts.extend(unsaved(&cached));
                parts.extend(stored.err().map(|error| error.to_string()));
            }
            (Ok(_), None) => parts.push(no_token(settings).to_owned()),
            (Err(error), None) => parts.push(error.to_string()),
        }
        parts.extend(said(&notes));
        let open = settings.open_profile.as_ref();
        parts.extend(open.map(|path| format!("others can read the secret in the profile: chmod 600 {path}")));
        // A server's words and an account's name may hold what ends a line, or turns it around.
        one_line(&parts.join("; "))
    }
}

fn no_token(settings: &Settings) -> &'static str {
    match settings.machine_grant() {
        None => "no token: sign in",
        Some(_) => "no token yet: the next call asks for one",
    }
}

fn whose(settings: &Settings) -> String {
    let account =
        if settings.storage.account.is_empty() { "no account name" } else { &settings.storage.account };
    match Identity::of(settings) {
        Ok(Identity { client_id, token_endpoint, .. }) => {
            // Some have a key in their query.
            let endpoint = token_endpoint.split('?').next().unwrap_or_default();
            format!("{account}, client {client_id} at {endpoint}")
        }
        Err(_) => format!("{account}, client {} at no token endpoint", settings.client.client_id),
    }
}

fn token(token: &crate::token::Token, settings: &Settings, is_rejected: bool) -> Vec<String> {
    let valid = match token.expires_at(settings.freshness) {
        _ if is_rejected => "refused by an API".to_owned(),
        Some(at) if token.is_expired(settings.freshness, system::now()) => {
            format!("expired at {}", rfc3339(at))
        }
        Some(at) => format!("valid until {}", rfc3339(at)),
        None => "valid, the server does not say until when".to_owned(),
    };
    let renewed = format!(
        "generation {} of {} by process {}",
        token.generation,
        rfc3339(token.obtained_at),
        token.renewed_by
    );
    let refresh = token.refresh_token.is_none().then(|| "no refresh token".to_owned());
    [Some(valid), Some(renewed), refresh].into_iter().flatten().collect()
}

fn unsaved(cached: &CachedToken) -> Option<String> {
    cached.is_unsaved().then(|| "in memory alone: it could not be stored yet".to_owned())
}

fn said(notes: &LeaseNotes) -> Vec<String> {
    let holder = notes
        .holder
        .as_ref()
        .map(|holder| format!("process {} is renewing it since {}", holder.process, rfc3339(holder.since)));
    let sent = notes.sent.as_ref().filter(|_| notes.holder.is_none()).map(|sent| {
        let fate = match sent.answer {
            SentAnswer::None => "got no answer",
            SentAnswer::Trouble => "found the server in trouble",
            SentAnswer::Unread => "got an answer that was not understood",
            SentAnswer::Unstored | SentAnswer::Held => "got an answer that is not stored yet",
        };
        format!("the refresh by process {} at {} {fate}", sent.process, rfc3339(sent.at))
    });
    let wait = notes
        .wait_until
        .filter(|until| *until > system::now())
        .map(|until| format!("no refresh before {}", rfc3339(until)));
    let last = notes.final_answers.first().map(|last| last.until).filter(|until| *until > system::now());
    let last = last
        .map(|until| format!("the server's last word: by itself nothing is sent before {}", rfc3339(until)));
    let error = notes.last_error.as_ref().map(|error| {
        format!("last error, of process {} at {}: {}", error.process, rfc3339(error.at), error.sentence)
    });
    [holder, sent, wait, last, error].into_iter().flatten().collect()
}
