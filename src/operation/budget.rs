//! What is left of OAUTH_TIMEOUT: one budget for all requests and pauses of an operation.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::system;

pub struct Budget {
    since: Instant,
    limit: Duration,
    /// So much longer than it took: a pause need not take time in a test.
    paused: Duration,
}

impl Budget {
    pub fn of_seconds(seconds: u32) -> Self {
        let limit = Duration::from_secs(seconds.into());
        Self { since: Instant::now(), limit, paused: Duration::ZERO }
    }

    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed()).saturating_sub(self.paused)
    }

    pub fn has_paused(&self) -> bool {
        !self.paused.is_zero()
    }

    pub fn pause(&mut self, duration: Duration) {
        let before = self.since.elapsed();
        system::pause(duration);
        self.paused += duration.saturating_sub(self.since.elapsed().saturating_sub(before));
    }
}
