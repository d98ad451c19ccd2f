//! What servers insist on for proofs (RFC 9449 section 8), in the store: it spares the next process a request.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::process::Process;
use crate::error::Result;
use crate::json::Json;
use crate::operation::{proof_key, Known, Operation, Proving};
use crate::protocol::dpop::{is_nonce, ProofKey, Target};
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store::{Document, DocumentName};
use crate::system;
use crate::token::Token;

const KIND: &str = "nonce";
/// Seconds that a stored one is tried: an old one costs no more than none.
const STORED_FOR: i64 = 3600;

impl Process {
    /// `operation`, which brings a token in the place of the one `before`, with proofs where there are to be some. `host`: as
    /// a redirect has said.
    pub fn proving(
        &self,
        operation: Box<dyn Operation>,
        snapshot: &Snapshot,
        host: Option<&str>,
        before: Option<&Arc<Token>>,
    ) -> Result<Box<dyn Operation>> {
        let settings = &snapshot.settings;
        let Some(key) = proof_key(settings, before.map(|token| &**token))? else { return Ok(operation) };
        for url in settings.urls_of_tokens(host) {
            self.recall(snapshot, &Target::of_tokens(&url)?.giver);
        }
        Ok(Box::new(Proving::of_tokens(operation, settings.dpop, self.nonces.clone(), key, before.cloned())))
    }

    /// `operation`, which shows `url` a token that is bound to that key.
    pub fn showing(
        &self,
        operation: Box<dyn Operation>,
        snapshot: &Snapshot,
        url: &str,
        key: &Secret,
        access_token: Secret,
    ) -> Result<Box<dyn Operation>> {
        let key = ProofKey::of(key.clone())?;
        self.recall(snapshot, &Target::of_api(url)?.giver);
        Ok(Box::new(Proving::showing(
            operation,
            snapshot.settings.dpop,
            self.nonces.clone(),
            key,
            access_token,
        )))
    }

    /// What is known of that server.
    pub fn recall(&self, snapshot: &Snapshot, giver: &str) -> Known {
        if let Some(known) = self.nonces.of(giver) {
            return known;
        }
        self.nonces.recall(giver, stored(snapshot, giver));
        self.nonces.of(giver).unwrap_or_default()
    }

    /// What servers have insisted on since.
    pub fn keep_nonces(&self, snapshot: &Snapshot) {
        for (giver, nonce) in self.nonces.take_new() {
            if !snapshot.is_memory() {
                let json = Json::object([("nonce", Json::of_text(&nonce))]);
                let document = Document { json, expires_at: Some(system::now().saturating_add(STORED_FOR)) };
                let _ = snapshot.store().keep_document(&DocumentName::new(KIND, &[&giver]), &document);
            }
        }
    }
}

/// A nonce that cannot be read is none: the server gives another.
fn stored(snapshot: &Snapshot, giver: &str) -> Option<String> {
    if snapshot.is_memory() {
        return None;
    }
    let document = snapshot.store().document(&DocumentName::new(KIND, &[giver])).ok()??;
    document.json.member("nonce").and_then(Json::text).filter(|nonce| is_nonce(nonce)).map(str::to_owned)
}
