//! What servers have said for the next proof (RFC 9449 sections 8 and 9): their nonces, and how far their clocks are ahead.
//! It is each process's own; what a server has insisted on is in the store, too, where the next process finds it.
#![forbid(unsafe_code)]

use std::sync::Mutex;

use crate::json::Json;
use crate::protocol::dpop::{is_nonce, Refused, Verdict};
use crate::settings::Snapshot;
use crate::store::{Document, DocumentName};
use crate::system::{self, lock};

/// So many servers, the latest. A guard of what is in it; held for moments, and nothing is locked below it.
#[derive(Default)]
pub struct Nonces(Mutex<Vec<Server>>);

struct Server {
    giver: String,
    known: Known,
}

/// What goes into the next proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub nonce: Option<String>,
    pub ahead: i64,
}

const KIND: &str = "nonce";
const MOST: usize = 64;
/// Seconds that a stored one is tried: an old one costs no more than none.
const STORED_FOR: i64 = 3600;

impl Nonces {
    pub fn of(&self, snapshot: &Snapshot, giver: &str) -> Known {
        if let Some(known) = self.in_memory(giver) {
            return known;
        }
        // Without the lock: it may be a file.
        let known = Known { nonce: stored(snapshot, giver), ahead: 0 };
        self.put(giver, known.clone());
        known
    }

    /// Learns from an answer. Returns whether the same request again, with another proof, can end in another way: `used` is
    /// what the proof had.
    pub fn heard(&self, snapshot: &Snapshot, giver: &str, used: &Known, verdict: &Verdict) -> bool {
        let has_other = verdict.nonce.is_some() && verdict.nonce != used.nonce;
        // Where it is our clock that is refused; who accepts it is not told another time.
        let is_off = verdict.refused == Some(Refused::Proof) && verdict.ahead.abs_diff(used.ahead) > 60;
        let nonce = verdict.nonce.clone().or_else(|| used.nonce.clone());
        let ahead = if is_off { verdict.ahead } else { used.ahead };
        let is_refused = matches!(verdict.refused, Some(Refused::Nonce | Refused::Proof));
        if has_other || is_off {
            self.put(giver, Known { nonce, ahead });
        }
        if has_other && is_refused {
            store(snapshot, giver, verdict.nonce.as_deref().unwrap_or_default());
        }
        is_refused && (has_other || is_off)
    }

    fn in_memory(&self, giver: &str) -> Option<Known> {
        lock(&self.0).iter().find(|server| server.giver == giver).map(|server| server.known.clone())
    }

    fn put(&self, giver: &str, known: Known) {
        let mut servers = lock(&self.0);
        servers.retain(|server| server.giver != giver);
        if servers.len() == MOST {
            servers.remove(0);
        }
        servers.push(Server { giver: giver.to_owned(), known });
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

fn store(snapshot: &Snapshot, giver: &str, nonce: &str) {
    if !snapshot.is_memory() {
        let json = Json::object([("nonce", Json::of_text(nonce))]);
        let document = Document { json, expires_at: Some(system::now().saturating_add(STORED_FOR)) };
        // It spares the next process a request, and no more.
        let _ = snapshot.store().keep_document(&DocumentName::new(KIND, &[giver]), &document);
    }
}
