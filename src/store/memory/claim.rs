//! A URL of the memory store whose code is on the way.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{MemoryStore, Pending, Status};
use crate::error::Result;
use crate::store::pending::Claimed;
use crate::system::{self, lock};

pub struct MemoryClaim {
    pub store: MemoryStore,
    pub state: [u8; 22],
    pub code: Arc<str>,
    /// The child of a fork has another store, and this one's lock may be held for ever.
    pub fork_count: u32,
    /// What becomes of the URL when the claim ends.
    pub outcome: Status,
}

impl MemoryClaim {
    fn change(&self, change: impl FnOnce(&mut Pending)) {
        if self.fork_count != system::fork_count() {
            return;
        }
        let mut contents = lock(&self.store.0);
        contents.pending.iter_mut().find(|url| url.authorization.state == self.state).map(change);
    }
}

impl Claimed for MemoryClaim {
    fn sending(&mut self) -> Result<()> {
        self.change(|url| url.code = Some(self.code.clone()));
        Ok(())
    }

    fn not_sent(&mut self) {
        self.change(|url| url.code = None);
    }

    fn used(&mut self) {
        self.outcome = Status::Used;
    }
}

impl Drop for MemoryClaim {
    fn drop(&mut self) {
        self.change(|url| url.status = self.outcome);
    }
}
