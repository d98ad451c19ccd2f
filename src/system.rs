//! Clock, randomness, process and paths: what tests replace, and what std does not offer.
#![forbid(unsafe_code)]

use arc_swap::ArcSwapOption;
use std::any::Any;
use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::os;
use crate::time::Moment;

pub use crate::os::{
    awaited, bells, check_writable, close, close_in_child, create_at, effective_user, file_system_type,
    flush_folder, fork_count, hold_byte, host_name, is_byte_held, is_of_address_family, is_of_link,
    is_of_locking, is_of_path, is_privileged, is_running, keep_in_child, keeping_errno, make_folder_at,
    number_of, open_at, open_file, open_folder, path_of, poll, read_at, real_path, remove_at,
    remove_folder_at, rename_at, ring, settings_folders, stat, stat_above, stat_at, stat_path,
    trusted_certificates, try_lock, unlock, whole_in_a_fork, write_all_at, AtomicNumber, Awaits, Bell, Found,
    Opening, Polled, CLOSE_FILE, CLOSE_FOLDER, CLOSE_KEY, CLOSE_TO_WRITERS, FILE_TYPE, FOLDER,
    LEAVES_BYTES_ALONE, LINK, NO_BELL, REGULAR,
};

#[cfg(windows)]
pub use crate::os::{last_error, set_last_error, stay_loaded};

/// Seconds since 1970.
#[inline(always)]
pub fn now() -> i64 {
    #[cfg(feature = "testing")]
    return testing::stands_at().unwrap_or_else(os::coarse_seconds) + testing::offset();
    #[cfg(not(feature = "testing"))]
    os::coarse_seconds()
}

/// The clock's moment, with the system's randomness.
pub fn moment() -> Moment {
    Moment { now: now(), random }
}

/// This thread's number. std's own would keep memory for a thread that it did not start.
pub fn thread_number() -> u64 {
    // Relaxed: a number that nobody else has is all that is asked.
    static THREADS: AtomicU64 = AtomicU64::new(0);
    thread_local! { static NUMBER: Cell<u64> = const { Cell::new(0) } }
    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(THREADS.fetch_add(1, Ordering::Relaxed) + 1);
        }
        number.get()
    })
}

/// The clock that nobody sets.
pub fn instant() -> Instant {
    #[cfg(feature = "testing")]
    return Instant::now() + testing::ahead();
    #[cfg(not(feature = "testing"))]
    Instant::now()
}

/// Does nothing for so long.
pub fn pause(duration: Duration) {
    waits();
    #[cfg(feature = "testing")]
    testing::count_pause(duration);
    #[cfg(feature = "testing")]
    if testing::is_hurried() {
        return testing::advance(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX).max(1));
    }
    std::thread::sleep(duration);
}

/// For the child of a fork: what a thread of its parent's had in hand, which the child does not have, is never freed. It
/// is no leak, so it is found here. Who has it in hand otherwise frees it as ever.
pub fn remember_inherited<T: Any + Send + Sync>(inherited: &Arc<T>) {
    struct Inherited {
        _this: Weak<dyn Any + Send + Sync>,
        _before: Option<Arc<Inherited>>,
    }
    static ALL: ArcSwapOption<Inherited> = ArcSwapOption::const_empty();
    // The one is the caller's.
    if Arc::strong_count(inherited) > 1 {
        let this: Arc<dyn Any + Send + Sync> = inherited.clone();
        ALL.rcu(|before| Arc::new(Inherited { _this: Arc::downgrade(&this), _before: before.clone() }));
    }
}

/// This thread is about to wait for another, or for time.
pub fn waits() {
    #[cfg(feature = "testing")]
    testing::count_wait();
}

/// Data behind our locks is whole at every moment: a panic elsewhere does not spoil it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the operating system says of a fault: without its number, which Rust adds in brackets.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or_default().to_owned()
}

/// Fills `bytes` from the system's random number generator: one system call.
pub fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|e| Error::System(e.to_string()))
}

/// Differs where a file was replaced or written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileStamp(Option<[i64; 4]>);

impl FileStamp {
    pub fn of(path: &Path) -> Self {
        Self(std::fs::metadata(path).ok().as_ref().map(os::stamp_of))
    }

    /// Whether files are those that were read; what was read of one that is gone since is still good.
    pub fn are_still(now: &[Self], read: &[Self]) -> bool {
        now.len() == read.len() && now.iter().zip(read).all(|(now, read)| now.0.is_none() || now == read)
    }

    /// As a text that can be hashed.
    pub fn written(self) -> String {
        format!("{:?}", self.0)
    }
}

/// A path as somebody wrote it, and made absolute at that moment: the host may change its folder later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenPath {
    pub written: String,
    pub absolute: PathBuf,
}

impl GivenPath {
    /// Another folder of the process would have made another path of it.
    pub fn is_relative(&self) -> bool {
        Path::new(&self.written).is_relative()
    }

    /// `key`: the setting that it is for.
    pub fn new(key: &'static str, written: &str) -> Result<Self> {
        let absolute = std::path::absolute(written)
            .map_err(|e| Error::Value { key, reason: format!("not a path ({})", words(&e)) })?;
        if os::is_no_file(&absolute) {
            return Err(Error::Value {
                key,
                reason: "the name of a device, or of a stream: use another".to_owned(),
            });
        }
        Ok(Self { written: written.to_owned(), absolute })
    }
}

/// For this project's own tests.
#[cfg(feature = "testing")]
pub mod testing {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
    use std::sync::Mutex;
    use std::time::Duration;

    use crate::system::{lock, thread_number};

    static OFFSET: AtomicI64 = AtomicI64::new(0);
    static PANIC: AtomicBool = AtomicBool::new(false);

    /// Moves this process's clock.
    pub fn advance(seconds: i64) {
        OFFSET.fetch_add(seconds, Ordering::SeqCst);
    }

    /// From now on this process's clock moves by [`advance`] alone, however slow the machine is.
    pub fn stand_still() {
        STANDS_AT.store(crate::os::coarse_seconds(), Ordering::SeqCst);
    }

    static STANDS_AT: AtomicI64 = AtomicI64::new(i64::MIN);

    pub(super) fn stands_at() -> Option<i64> {
        Some(STANDS_AT.load(Ordering::SeqCst)).filter(|at| *at != i64::MIN)
    }

    /// The next look at the clock panics, once.
    pub fn panic_at_clock() {
        PANIC.store(true, Ordering::SeqCst);
    }

    static HURRIED: AtomicBool = AtomicBool::new(false);

    /// Whether a pause moves the clock instead of taking time.
    pub fn hurry(is_hurried: bool) {
        HURRIED.store(is_hurried, Ordering::SeqCst);
    }

    /// By thread, how often it has waited.
    static WAITS: Mutex<BTreeMap<u64, usize>> = Mutex::new(BTreeMap::new());

    pub(super) fn count_wait() {
        *lock(&WAITS).entry(thread_number()).or_default() += 1;
    }

    static PAUSED: AtomicU64 = AtomicU64::new(0);

    pub(super) fn count_pause(duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        PAUSED.fetch_add(micros, Ordering::SeqCst);
    }

    /// For how long the threads of this process have meant to do nothing; a busy machine may take longer.
    pub fn paused() -> Duration {
        Duration::from_micros(PAUSED.load(Ordering::SeqCst))
    }

    /// How often a thread of this process has waited for another, or for time.
    pub fn waits() -> usize {
        lock(&WAITS).values().sum()
    }

    /// How many threads of this process have ever waited so.
    pub fn waiters() -> usize {
        lock(&WAITS).len()
    }

    pub(super) fn ahead() -> Duration {
        Duration::from_secs(OFFSET.load(Ordering::SeqCst).max(0).unsigned_abs())
    }

    pub(super) fn is_hurried() -> bool {
        HURRIED.load(Ordering::SeqCst)
    }

    pub(super) fn offset() -> i64 {
        assert!(!PANIC.swap(false, Ordering::SeqCst), "forced by a test");
        OFFSET.load(Ordering::SeqCst)
    }
}
