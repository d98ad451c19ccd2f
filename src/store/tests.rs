//! What every engine keeps, through the traits alone: the same rules for each. A new engine is a line of [`ENGINES`].
#![forbid(unsafe_code)]

mod accounts;
mod documents;
mod hold;
mod pending;
mod samples;

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::error::Error;
use samples::{notes, token};

type Open = fn(&Path) -> Box<dyn Store>;

struct Engine {
    name: &'static str,
    /// A store for anne; what it keeps on a disk is in that folder.
    open: Open,
    /// Takes a lease away from who has it, as far as somebody is kept out at all.
    lose_lease: fn(&Path),
    /// The same store with another key.
    open_rekeyed: Option<Open>,
}

const ENGINES: &[Engine] = &[
    Engine { name: "memory", open: memory, lose_lease: |_| {}, open_rekeyed: None },
    Engine { name: "file", open: file, lose_lease: remove_locks, open_rekeyed: Some(sealed_file) },
    Engine { name: "sealed file", open: sealed_file, lose_lease: remove_locks, open_rekeyed: Some(file) },
];

/// A rule of the traits, and what shows it.
type Rule = (&'static str, fn(&World));

const RULES: &[Rule] = &[
    ("a store is there once it is prepared", is_there_once_prepared),
    ("a token that was written is read back", written_is_read_back),
    ("nobody finds the token of another", nobody_finds_anothers),
    ("the stamp says that a token was replaced", stamp_changes),
    ("a lease that was lost is refused", lost_lease_is_refused),
    ("a lease on nothing is lost, too", lost_lease_on_nothing),
    ("notes go from lease to lease", notes_go_on),
    ("notes that are written ahead are for other jobs", notes_written_ahead),
    ("what is removed is gone", removed_is_gone),
    ("room that was made is a lease when it is needed", reserved),
    ("what was removed meanwhile can be written all the same", reserved_and_removed),
    ("one has the lease where others see the record", second_lease),
    ("who waits is told that the record was replaced", who_waits_is_told),
    ("who alone has a new token is seen as long as it has it", hold::is_seen),
    ("accounts are listed by pages", accounts::by_pages),
    ("what is sealed in another way is written anew", resealed),
    ("what is kept besides tokens is there until it expires", documents::until_they_expire),
    ("what has expired besides tokens is taken away", documents::none_piles_up),
    ("what is kept besides tokens is sealed anew, too", documents::sealed_anew),
];

#[test]
fn every_engine_keeps_the_rules_of_a_store() {
    holds(RULES);
}

/// Each rule, for each engine in a store of its own.
fn holds(rules: &[Rule]) {
    let mut wrong = Vec::new();
    for engine in ENGINES {
        for (rule, shows) in rules {
            let world = World::new(engine);
            if panic::catch_unwind(AssertUnwindSafe(|| shows(&world))).is_err() {
                wrong.push(format!("{}: {rule}", engine.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn is_there_once_prepared(world: &World) {
    let record = world.record("anne");
    record.prepare().unwrap();
    record.prepare().unwrap();
    assert!(record.exists());
    assert!(record.read().unwrap().is_none() && record.stamp().is_none());
}

fn written_is_read_back(world: &World) {
    let (record, other) = (world.record("anne"), world.record("anne"));
    let mut lease = world.lease("anne");
    assert!(lease.read().unwrap().is_none());
    for generation in 1..=3 {
        lease.reserve().unwrap();
        lease.write(&token(generation), generation - 1).unwrap();
        assert_eq!(lease.read().unwrap(), Some(token(generation)));
        // Who has no lease sees it at once.
        assert_eq!(record.read().unwrap(), Some(token(generation)));
        assert_eq!(other.read().unwrap(), Some(token(generation)));
    }
    drop(lease);
    assert_eq!(other.read().unwrap(), Some(token(3)));
    assert_eq!(world.lease("anne").read().unwrap(), Some(token(3)));
}

fn nobody_finds_anothers(world: &World) {
    world.write("anne", 1);
    let others = [
        identity("bert"),
        Identity { client_id: "you".to_owned(), ..identity("anne") },
        Identity { token_endpoint: "https://other.example/token".to_owned(), ..identity("anne") },
    ];
    for other in others {
        assert!(world.store.record(Arc::new(other.clone())).read().unwrap().is_none(), "{other:?}");
    }
}

fn stamp_changes(world: &World) {
    let record = world.record("anne");
    let mut lease = world.lease("anne");
    let mut before = record.stamp();
    assert_eq!(before, None);
    for generation in 1..=3 {
        lease.write(&token(generation), generation - 1).unwrap();
        let now = record.stamp();
        assert!(now.is_some() && now != before, "generation {generation}");
        assert_eq!(world.record("anne").stamp(), now);
        lease.notes_mut().failures = generation;
        lease.write_notes().unwrap();
        assert_eq!(record.stamp(), now, "notes are no token");
        before = now;
    }
    lease.remove(3).unwrap();
    assert_eq!(record.stamp(), None);
}

fn lost_lease_is_refused(world: &World) {
    world.write("anne", 1);
    let mut lost = world.lease("anne");
    world.lose_lease();
    let mut new = world.lease("anne");
    new.write(&token(2), 1).unwrap();
    let refused = lost.write(&token(2), 1);
    assert!(matches!(refused, Err(Error::Generation { found: 2, expected: 1 })), "{refused:?}");
    new.write(&token(3), 2).unwrap();
    assert!(lost.write(&token(2), 1).is_err());
    assert!(lost.remove(1).is_err());
    drop(lost);
    assert_eq!(world.record("anne").read().unwrap(), Some(token(3)));
}

fn lost_lease_on_nothing(world: &World) {
    let mut lost = world.lease("anne");
    world.lose_lease();
    world.write("anne", 1);
    let refused = lost.write(&token(1), 0);
    assert!(matches!(refused, Err(Error::Generation { found: 1, expected: 0 })), "{refused:?}");
}

fn notes_go_on(world: &World) {
    let mut lease = world.lease("anne");
    *lease.notes_mut() = notes();
    lease.write_notes().unwrap();
    assert_eq!(lease.notes(), &notes());
    assert_eq!(without_holder(world.record("anne").notes()), notes());
    drop(lease);
    assert_eq!(world.record("anne").notes(), notes(), "nobody has the lease");
    let mut lease = world.lease("anne");
    assert_eq!(without_holder(lease.notes().clone()), notes());
    *lease.notes_mut() = LeaseNotes::default();
    lease.write_notes().unwrap();
    drop(lease);
    assert_eq!(without_holder(world.lease("anne").notes().clone()), LeaseNotes::default());
}

fn notes_written_ahead(world: &World) {
    let mut lease = world.lease("anne");
    *lease.notes_mut() = notes();
    lease.write_notes_ahead().unwrap();
    let seen = without_holder(world.record("anne").notes());
    assert_eq!(seen, if lease.is_shared() { notes() } else { LeaseNotes::default() });
    lease.write_notes().unwrap();
    assert_eq!(without_holder(world.record("anne").notes()), notes());
}

fn removed_is_gone(world: &World) {
    world.write("anne", 1);
    let record = world.record("anne");
    record.add_pending(pending::url("anne", b'a')).unwrap();
    let mut lease = world.lease("anne");
    *lease.notes_mut() = notes();
    lease.write_notes().unwrap();
    lease.remove(1).unwrap();
    assert!(lease.read().unwrap().is_none());
    assert!(record.has_pending(&pending::state(b'a')), "who waits for a code is not meant");
    lease.remove_pending().unwrap();
    drop(lease);
    assert!(record.read().unwrap().is_none() && record.stamp().is_none());
    assert!(!record.has_pending(&pending::state(b'a')));
    assert!(matches!(record.claim_pending(None, "code").unwrap(), Found::None));
    assert_eq!(record.notes(), notes(), "they say that it was on purpose");
    world.lease("anne").remove(0).unwrap();
    world.write("anne", 1);
    assert_eq!(record.read().unwrap(), Some(token(1)));
}

fn reserved(world: &World) {
    let record = world.record("anne");
    let (first, second) = (record.reserve().unwrap(), record.reserve().unwrap());
    // Nobody is kept out by it.
    world.write("anne", 1);
    let mut lease = first.lease(Wait::No).unwrap();
    assert_eq!(lease.read().unwrap(), Some(token(1)));
    lease.write(&token(2), 1).unwrap();
    drop(lease);
    let mut lease = second.lease(Wait::No).unwrap();
    assert!(matches!(lease.write(&token(2), 1), Err(Error::Generation { .. })) || !lease.is_shared());
    assert_eq!(lease.read().unwrap(), Some(token(2)));
    lease.write(&token(3), 2).unwrap();
    assert_eq!(record.read().unwrap(), Some(token(3)));
}

fn reserved_and_removed(world: &World) {
    let record = world.record("anne");
    let place = record.reserve().unwrap();
    let mut lease = world.lease("anne");
    lease.remove(0).unwrap();
    lease.remove_pending().unwrap();
    drop(lease);
    place.lease(Wait::No).unwrap().write(&token(1), 0).unwrap();
    assert_eq!(record.read().unwrap(), Some(token(1)));
}

fn second_lease(world: &World) {
    world.write("anne", 1);
    let record = world.record("anne");
    let first = world.lease("anne");
    for wait in [Wait::No, Wait::Seconds(0)] {
        let second = record.lease(wait, record.stamp());
        match (first.is_shared(), wait, &second) {
            (true, Wait::No, Ok(Leasing::Busy))
            | (true, Wait::Seconds(_), Err(Error::Locked { .. }))
            | (false, _, Ok(Leasing::Leased { has_waited: false, .. })) => {}
            _ => panic!("{wait:?} is not what it should be"),
        }
    }
    drop(first);
    let next = record.lease(Wait::No, record.stamp()).unwrap();
    assert!(matches!(next, Leasing::Leased { has_waited: false, .. }), "it was given back");
}

fn who_waits_is_told(world: &World) {
    let record = world.record("anne");
    let seen = record.stamp();
    let mut first = world.lease("anne");
    first.write(&token(1), 0).unwrap();
    match (first.is_shared(), record.lease(Wait::Seconds(60), seen).unwrap()) {
        (true, Leasing::Replaced) | (false, Leasing::Leased { .. }) => {}
        _ => panic!("neither waits nor has it"),
    }
}

fn resealed(world: &World) {
    for account in ["anne", "bert"] {
        world.write(account, 1);
    }
    assert_eq!(world.store.reseal(Wait::No).unwrap(), 0);
    let Some(rekeyed) = world.open_rekeyed() else { return };
    assert_eq!(rekeyed.reseal(Wait::No).unwrap(), 2);
    assert_eq!(rekeyed.reseal(Wait::No).unwrap(), 0);
    assert_eq!(rekeyed.record(Arc::new(identity("anne"))).read().unwrap(), Some(token(1)));
}

/// A store of an engine, in a folder that goes with it.
struct World {
    engine: &'static Engine,
    store: Box<dyn Store>,
    folder: PathBuf,
}

impl World {
    fn new(engine: &'static Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("liboauth-store-{}-{count}", std::process::id()));
        let name = folder.file_name().unwrap().to_str().unwrap();
        let parent = system::open_folder(&std::env::temp_dir(), true).unwrap();
        system::make_folder_at(&parent, name).unwrap();
        Self { engine, store: (engine.open)(&folder), folder }
    }

    fn open_rekeyed(&self) -> Option<Box<dyn Store>> {
        self.engine.open_rekeyed.map(|open| open(&self.folder))
    }

    fn lose_lease(&self) {
        (self.engine.lose_lease)(&self.folder);
    }

    fn record(&self, account: &str) -> Arc<dyn Record> {
        self.store.record(Arc::new(identity(account)))
    }

    fn lease(&self, account: &str) -> Box<dyn Lease> {
        let record = self.record(account);
        record.prepare().unwrap();
        record.lease_to_write(Wait::No).unwrap()
    }

    /// Replaces the generation before by this one.
    fn write(&self, account: &str, generation: u32) {
        self.lease(account).write(&token(generation), generation - 1).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn memory(_folder: &Path) -> Box<dyn Store> {
    Box::new(MemoryStore::of(Some(Arc::new(identity("anne"))), None))
}

fn file(folder: &Path) -> Box<dyn Store> {
    Box::new(FileStore::new(&folder.join("store"), Keys { before: Some(key()), ..Keys::default() }))
}

fn sealed_file(folder: &Path) -> Box<dyn Store> {
    Box::new(FileStore::new(
        &folder.join("store"),
        Keys { now: Some(key()), allow_plain: true, ..Keys::default() },
    ))
}

fn key() -> KeySource {
    KeySource::parse("store_key", &"5a".repeat(32)).unwrap().unwrap()
}

/// As somebody does who takes a lock for a forgotten one.
fn remove_locks(folder: &Path) {
    let files = fs::read_dir(folder.join("store")).unwrap().map(|entry| entry.unwrap().path());
    for lock in files.filter(|path| path.extension().is_some_and(|kind| kind == "lock")) {
        fs::remove_file(lock).unwrap();
    }
}

fn identity(account: &str) -> Identity {
    Identity {
        token_endpoint: "https://as.example/token".to_owned(),
        client_id: "me".to_owned(),
        account: account.to_owned(),
        machine: None,
    }
}

fn without_holder(notes: LeaseNotes) -> LeaseNotes {
    LeaseNotes { holder: None, ..notes }
}
