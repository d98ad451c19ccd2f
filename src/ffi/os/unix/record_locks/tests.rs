//! Whether another process would find a lock is asked by a lock of another kind (F_OFD_GETLK), which no process has as such.
#![cfg(target_os = "linux")]

use super::*;
use crate::os::{create_at, open_at, open_folder, remove_at, stat_at};
use std::path::Path;
use std::sync::atomic::AtomicU32;

struct Place {
    folder: File,
    name: String,
}

impl Place {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = open_folder(&std::env::temp_dir(), true).unwrap();
        let name = format!("liboauth-records-{}-{number}", std::process::id());
        close(create_at(&folder, &name).unwrap());
        Self { folder, name }
    }

    fn open(&self) -> File {
        open_at(&self.folder, &self.name, Opening::Write).unwrap()
    }

    /// Whether another process could not lock that byte now.
    fn is_locked(&self, at: i64) -> bool {
        let file = self.open();
        let mut lock = lock_of(libc::F_WRLCK, at);
        assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &raw mut lock) }, 0);
        close(file);
        i32::from(lock.l_type) != libc::F_UNLCK
    }

    fn put_aside(&self) -> usize {
        let found = stat_at(&self.folder, &self.name).unwrap();
        files().get(&(found.device, found.inode)).map_or(0, |known| known.put_aside.len())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        remove_at(&self.folder, &self.name).unwrap();
    }
}

fn is_busy(file: &File) -> bool {
    matches!(try_lock(file), Err(TryLockError::WouldBlock))
}

#[test]
fn a_lock_is_one_openings_alone_until_that_is_closed() {
    let place = Place::new();
    let (first, second) = (place.open(), place.open());
    try_lock(&first).unwrap();
    assert!(is_busy(&second) && place.is_locked(WHOLE));
    unlock(&second).unwrap();
    assert!(is_busy(&second) && place.is_locked(WHOLE), "it is not the second one's to unlock");
    unlock(&first).unwrap();
    assert!(!place.is_locked(WHOLE));
    try_lock(&second).unwrap();
    close(first);
    assert!(place.is_locked(WHOLE), "another opening was closed");
    close(second);
    assert!(!place.is_locked(WHOLE));
    assert!(files().is_empty() || place.put_aside() == 0);
}

#[test]
fn what_is_closed_meanwhile_is_opened_again() {
    let place = Place::new();
    let holder = place.open();
    try_lock(&holder).unwrap();
    for _ in 0..100 {
        close(place.open());
        close(open_at(&place.folder, &place.name, Opening::Read).unwrap());
    }
    assert_eq!(place.put_aside(), 1);
    assert!(place.is_locked(WHOLE));
    // What can only be read cannot be locked.
    let reader = File::open(Path::new("/proc/self/fd").join(holder.as_raw_fd().to_string())).unwrap();
    close(place.open());
    close(reader);
    let writers = [place.open(), place.open()];
    assert!(writers.iter().all(is_writable));
    writers.into_iter().for_each(close);
    close(holder);
    assert!(!place.is_locked(WHOLE));
}

#[test]
fn a_byte_is_held_until_the_last_who_holds_it_is_closed() {
    let place = Place::new();
    let (first, second, other) = (place.open(), place.open(), place.open());
    assert!(hold_byte(&first, 7) && hold_byte(&second, 7));
    assert!(is_byte_held(&other, 7) && is_byte_held(&first, 7) && !is_byte_held(&other, 8));
    try_lock(&other).unwrap();
    unlock(&other).unwrap();
    close(first);
    assert!(
        place.is_locked(7) && is_byte_held(&other, 7) && !is_byte_held(&second, 7),
        "one's own is no other's"
    );
    close(second);
    assert!(!place.is_locked(7) && !is_byte_held(&other, 7));
    close(other);
}

#[test]
fn a_child_has_none_of_its_parents_locks() {
    let place = Place::new();
    let holder = place.open();
    assert!(hold_byte(&holder, 7));
    try_lock(&holder).unwrap();
    let other = place.open();
    // Nothing of the test's own is touched in the child, whose other threads are gone.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let is_right = is_busy(&other) && is_byte_held(&other, 7);
        close(other);
        unsafe { libc::_exit(i32::from(!is_right)) };
    }
    let mut status = 0;
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
    assert!(place.is_locked(WHOLE) && place.is_locked(7), "the child has closed what it inherited");
    close(other);
    close(holder);
}

#[test]
fn threads_keep_each_other_out() {
    let place = Place::new();
    let inside = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut rounds = 0;
                while rounds < 200 {
                    let file = place.open();
                    if try_lock(&file).is_ok() {
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        rounds += 1;
                    }
                    close(file);
                }
            });
        }
    });
    assert!(!place.is_locked(WHOLE));
}
