//! What servers have said for the next proof (RFC 9449 sections 8 and 9): their nonces, and how far their clocks are ahead.
//! It is each process's own; what a server has insisted on is for the store, too.
#![forbid(unsafe_code)]

use std::sync::Mutex;

use crate::protocol::dpop::{Refused, Verdict};
use crate::system::lock;

/// So many servers, the latest. A guard of what is in it; held for moments, and nothing is locked below it.
#[derive(Default)]
pub struct Nonces(Mutex<Vec<Server>>);

struct Server {
    giver: String,
    known: Known,
    /// It has insisted on its nonce, and nobody has taken that for the store.
    is_new: bool,
}

/// What goes into the next proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub nonce: Option<String>,
    pub ahead: i64,
}

const MOST: usize = 64;

impl Nonces {
    /// `None`: nobody has looked yet.
    pub fn of(&self, giver: &str) -> Option<Known> {
        lock(&self.0).iter().find(|server| server.giver == giver).map(|server| server.known.clone())
    }

    /// What was stored, where nothing newer is known.
    pub fn recall(&self, giver: &str, nonce: Option<String>) {
        if self.of(giver).is_none() {
            self.put(giver, Known { nonce, ahead: 0 }, false);
        }
    }

    /// Learns from an answer. Returns whether the same request again, with another proof, can end in another way: `used` is
    /// what the proof had.
    pub fn heard(&self, giver: &str, used: &Known, verdict: &Verdict) -> bool {
        let has_other = verdict.nonce.is_some() && verdict.nonce != used.nonce;
        // Where it is our clock that is refused; who accepts it is not told another time.
        let is_off = verdict.refused == Some(Refused::Proof) && verdict.ahead.abs_diff(used.ahead) > 60;
        let nonce = verdict.nonce.clone().or_else(|| used.nonce.clone());
        let ahead = if is_off { verdict.ahead } else { used.ahead };
        let is_refused = matches!(verdict.refused, Some(Refused::Nonce | Refused::Proof));
        if has_other || is_off {
            self.put(giver, Known { nonce, ahead }, has_other && is_refused);
        }
        is_refused && (has_other || is_off)
    }

    /// What servers have insisted on since this was asked last: by whom, and the newest.
    pub fn take_new(&self) -> Vec<(String, String)> {
        let mut servers = lock(&self.0);
        let new =
            servers.iter_mut().filter_map(|server| std::mem::take(&mut server.is_new).then_some(server));
        new.filter_map(|server| Some((server.giver.clone(), server.known.nonce.clone()?))).collect()
    }

    fn put(&self, giver: &str, known: Known, is_new: bool) {
        let mut servers = lock(&self.0);
        let before = servers.iter().position(|server| server.giver == giver).map(|at| servers.remove(at));
        if servers.len() == MOST {
            servers.remove(0);
        }
        let is_new = is_new || before.is_some_and(|before| before.is_new);
        servers.push(Server { giver: giver.to_owned(), known, is_new });
    }
}
