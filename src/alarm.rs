//! What ends a thread's waiting from outside: another thread, or a handler of a signal.
#![forbid(unsafe_code)]

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::system::{self, AtomicNumber, Bell, NO_BELL};

/// Raised for the one who waits, or else for the next who does.
pub struct Alarm {
    /// SeqCst, as all here: it costs nothing beside a wait.
    is_raised: AtomicBool,
    /// The end of a pair of sockets that the one who waits looks at, or none. Whoever uses its number counts in `users`
    /// meanwhile: as long as there are any, it is not closed and another's.
    bell: AtomicNumber,
    users: AtomicU32,
    /// How many forks there had been when the bell was made: the child of a later one does not ring it.
    fork_count: AtomicU32,
}

/// While it lives, its thread hears the alarm.
pub struct Armed<'a> {
    alarm: &'a Alarm,
    hears: Bell,
    bell: Bell,
}

impl Alarm {
    pub const fn new() -> Self {
        Self {
            is_raised: AtomicBool::new(false),
            bell: AtomicNumber::new(NO_BELL),
            users: AtomicU32::new(0),
            fork_count: AtomicU32::new(0),
        }
    }

    /// It takes no lock, no memory and nothing of its thread's: a handler of a signal may call it.
    pub fn raise(&self) {
        self.is_raised.store(true, Ordering::SeqCst);
        self.users.fetch_add(1, Ordering::SeqCst);
        let bell = self.bell.load(Ordering::SeqCst);
        if bell != NO_BELL && self.fork_count.load(Ordering::SeqCst) == system::fork_count() {
            system::ring(bell);
        }
        self.users.fetch_sub(1, Ordering::SeqCst);
    }

    /// Release is enough, and costs a URL nothing: who raises it at this moment does so before or after.
    pub fn clear(&self) {
        self.is_raised.store(false, Ordering::Release);
    }

    /// For one thread at a time.
    pub fn arm(&self) -> io::Result<Armed<'_>> {
        let (hears, bell) = system::bells()?;
        hears.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        let fork_count = system::fork_count();
        if self.fork_count.swap(fork_count, Ordering::SeqCst) != fork_count {
            // Those of the parent's threads that were at it.
            self.users.store(0, Ordering::SeqCst);
        }
        self.bell.store(system::number_of(&bell), Ordering::SeqCst);
        Ok(Armed { alarm: self, hears, bell })
    }
}

impl Armed<'_> {
    /// Can be read as soon as the alarm is raised.
    pub fn heard(&self) -> &Bell {
        &self.hears
    }

    /// Whether it was raised, which is over then.
    pub fn take(&self) -> bool {
        let _ = (&self.hears).read(&mut [0; 16]);
        self.alarm.is_raised.swap(false, Ordering::SeqCst)
    }
}

impl Drop for Armed<'_> {
    fn drop(&mut self) {
        let Alarm { bell, users, fork_count, .. } = self.alarm;
        // Unless somebody else has armed it since.
        let ours = system::number_of(&self.bell);
        let _ = bell.compare_exchange(ours, NO_BELL, Ordering::SeqCst, Ordering::SeqCst);
        let is_ours = || fork_count.load(Ordering::SeqCst) == system::fork_count();
        while is_ours() && users.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
    }
}
