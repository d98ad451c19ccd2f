//! What the memory store keeps besides tokens.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::MemoryStore;
use crate::store::{Document, DocumentName};
use crate::system::{self, lock};

/// How many documents are kept.
const MOST: usize = 64;

#[derive(Default)]
pub struct Documents {
    /// The oldest first.
    kept: VecDeque<(DocumentName, Document)>,
    /// Those that somebody is about to change.
    claims: Vec<DocumentName>,
}

impl Documents {
    pub fn get(&self, name: &DocumentName) -> Option<Document> {
        let (_, document) = self.kept.iter().find(|(known, _)| known == name)?;
        Some(document).filter(|kept| !kept.is_over(system::now())).cloned()
    }

    pub fn keep(&mut self, name: &DocumentName, document: &Document) {
        self.remove(name);
        if self.kept.len() == MOST {
            self.kept.pop_front();
        }
        self.kept.push_back((name.clone(), document.clone()));
    }

    pub fn remove(&mut self, name: &DocumentName) {
        self.kept.retain(|(known, _)| known != name);
    }

    /// For the child of a fork, which has none of the threads that had them.
    pub fn give_claims_back(&mut self) {
        self.claims.clear();
    }
}

pub struct DocumentClaim {
    store: MemoryStore,
    name: DocumentName,
    fork_count: u32,
}

impl DocumentClaim {
    /// `None`: somebody has one.
    pub fn of(store: &MemoryStore, name: &DocumentName) -> Option<Self> {
        let claims = &mut lock(&store.0).documents.claims;
        if claims.contains(name) {
            return None;
        }
        claims.push(name.clone());
        Some(Self { store: store.clone(), name: name.clone(), fork_count: system::fork_count() })
    }
}

impl Drop for DocumentClaim {
    fn drop(&mut self) {
        if self.fork_count == system::fork_count() {
            lock(&self.store.0).documents.claims.retain(|name| *name != self.name);
        }
    }
}
