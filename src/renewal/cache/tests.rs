//! Every order in which two threads can do what they do to a cached token. Each step takes the mutex once, so that an
//! order of threads is an order of steps: all of them are tried, and a few lines that say what should be there judge.
#![forbid(unsafe_code)]

use super::*;
use crate::constants::{OAUTH_CLIENT_ID, OAUTH_STORE, OAUTH_TOKEN_ENDPOINT};
use crate::secret::Secret;
use crate::settings::Settings;

/// What a thread does in one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Looks at the token, as everybody does who renews, adopts, rejects or stores it.
    Look,
    SignIn(Durability),
    /// A renewal, or another job's token, in the place of the one that was looked at.
    Replace(Durability),
    /// The token that was looked at has been stored.
    SetStored,
    Reject,
    /// It was removed from the store by another job.
    Clear,
    Forget,
    Publish,
    Close,
}

use Durability::{Stored, UnsavedRefresh, UnsavedSignIn};
use Step::{Clear, Close, Forget, Look, Publish, Reject, Replace, SetStored, SignIn};

const THREADS: &[(&str, &[Step])] = &[
    ("a sign-in", &[SignIn(Stored)]),
    ("a sign-in that cannot be stored", &[SignIn(UnsavedSignIn)]),
    ("a sign-in that is stored later", &[SignIn(UnsavedSignIn), Look, SetStored, Publish]),
    ("a renewal", &[Look, Replace(Stored), Look, Publish]),
    ("a renewal that cannot be stored", &[Look, Replace(UnsavedRefresh), Look, Publish]),
    ("another job's token", &[Look, Replace(Stored)]),
    ("a rejection", &[Look, Reject, Publish]),
    ("a removal by another job", &[Look, Clear]),
    ("a person's wish to forget", &[Forget]),
    ("a reader", &[Look, Publish, Look, Publish]),
    ("the end", &[Close]),
];

/// What should be there.
#[derive(Clone, Debug, Default, PartialEq)]
struct Expected {
    cached: Option<(u32, Durability, bool)>,
    serials: u32,
    is_closed: bool,
}

struct Run {
    cache: TokenCache,
    key: TokenKey,
    expected: Expected,
    /// What each of the two threads has looked at.
    looked: [Option<Arc<CachedToken>>; 2],
    trace: Vec<(usize, Step)>,
}

#[test]
fn whatever_two_threads_do_the_newest_token_is_kept_and_no_other_is_published() {
    let mut orders = 0;
    for (first, a) in THREADS {
        for (second, b) in THREADS {
            for start in [None, Some(Stored), Some(UnsavedSignIn), Some(UnsavedRefresh)] {
                for order in orders_of(a.len(), b.len()) {
                    let mut run = Run::new(start);
                    let (mut a, mut b) = (a.iter(), b.iter());
                    for thread in order {
                        let step = if thread == 0 { a.next() } else { b.next() };
                        run.step(thread, *step.unwrap(), &format!("{first} and {second}, from {start:?}"));
                    }
                    orders += 1;
                }
            }
        }
    }
    assert!(orders > 7_000, "{orders} orders are not all");
}

/// Every way to mix so many steps of one thread with so many of another.
fn orders_of(a: usize, b: usize) -> Vec<Vec<usize>> {
    match (a, b) {
        (0, 0) => vec![Vec::new()],
        _ => [(0, a, b), (1, b, a)]
            .into_iter()
            .filter(|(_, mine, _)| *mine > 0)
            .flat_map(|(thread, ..)| {
                let rest = if thread == 0 { orders_of(a - 1, b) } else { orders_of(a, b - 1) };
                rest.into_iter().map(move |rest| [vec![thread], rest].concat())
            })
            .collect(),
    }
}

impl Run {
    fn new(start: Option<Durability>) -> Self {
        let key = TokenKey::of(&Settings::default());
        let published: &'static PublishedToken = Box::leak(Box::new(PublishedToken::new()));
        let cache = TokenCache::new(1, published, key.clone(), Freshness::default());
        let mut run =
            Self { cache, key, expected: Expected::default(), looked: [None, None], trace: Vec::new() };
        if let Some(durability) = start {
            run.step(0, SignIn(durability), "the start");
        }
        run
    }

    fn step(&mut self, thread: usize, step: Step, what: &str) {
        self.trace.push((thread, step));
        let before = self.expected.clone();
        let looked = self.looked[thread].clone();
        let serial = looked.as_ref().map(|looked| looked.serial);
        let is_same = before.cached.map(|(serial, ..)| serial) == serial;
        let next = before.serials + 1;
        match step {
            Look => self.looked[thread] = self.cache.cached(&self.key),
            SignIn(durability) => {
                assert!(self
                    .cache
                    .replace(Replaces::Any, &self.key, Arc::new(token(next)), durability)
                    .is_ok());
                self.expected.cached = Some((next, durability, false));
                self.expected.serials = next;
            }
            Replace(durability) => {
                let replaced =
                    self.cache.replace(Replaces::Only(serial), &self.key, Arc::new(token(next)), durability);
                assert_eq!(replaced.is_ok(), is_same, "{what}: {:?}", self.trace);
                if is_same {
                    self.expected.cached = Some((next, durability, false));
                    self.expected.serials = next;
                }
            }
            SetStored => {
                if let Some(looked) = &looked {
                    self.cache.set_stored(looked);
                }
                self.expected.cached = before.cached.map(|(serial, durability, is_rejected)| {
                    (serial, if is_same { Stored } else { durability }, is_rejected)
                });
            }
            Reject => {
                self.cache.reject(serial);
                let is_it = is_same || serial.is_none();
                self.expected.cached =
                    before.cached.map(|(serial, durability, was)| (serial, durability, was || is_it));
            }
            Clear => {
                if let Some(looked) = &looked {
                    self.cache.clear(looked);
                }
                self.expected.cached = before.cached.filter(|_| !is_same);
            }
            Forget => {
                self.cache.forget(&self.key);
                self.expected.cached = None;
            }
            Publish => {
                if let Some(looked) = looked {
                    let is_rejected =
                        before.cached.is_some_and(|(s, _, rejected)| s == looked.serial && rejected);
                    let bearer = self.cache.publish(&looked);
                    let is_given = !is_rejected && !looked.is_rejected;
                    assert!(bearer.is_some() || !is_given, "{what}: {:?}", self.trace);
                    assert!(bearer.is_none() || !is_rejected, "{what}: {:?}", self.trace);
                }
            }
            Close => {
                self.cache.close();
                self.expected.is_closed = true;
            }
        }
        self.check(what);
    }

    fn check(&self, what: &str) {
        let cached = self.cache.cached(&self.key);
        let found = cached.as_ref().map(|now| (now.serial, now.durability, now.is_rejected));
        assert_eq!(found, self.expected.cached, "{what}: {:?}", self.trace);
        let number = cached.map(|now| now.token.access_token.expose().to_owned());
        assert_eq!(number, found.map(|(serial, ..)| serial.to_string()), "{what}: {:?}", self.trace);
        if let Some(serial) = self.cache.published.read(1, system::now(), |bearer| bearer.serial) {
            let is_right = found == Some((serial, Stored, false)) && !self.expected.is_closed;
            assert!(is_right, "published {serial}, {what}: {:?}", self.trace);
        }
    }
}

/// A token whose text is its serial.
fn token(serial: u32) -> Token {
    Token {
        access_token: Secret::new(serial.to_string()),
        refresh_token: None,
        id_token: None,
        is_id_checked: false,
        token_type: "Bearer".to_owned(),
        scope: None,
        expires_at: None,
        obtained_at: system::now(),
        generation: serial,
        renewed_by: 0,
        basis: None,
        extra: Vec::new(),
        code_verifier: None,
        token_host: None,
        redirect: Vec::new(),
        dpop_key: None,
    }
}

#[test]
fn what_only_memory_has_follows_to_another_store_and_never_to_another_identity() {
    let settings = |property: &[(i32, &str)]| {
        let mut settings = Settings::default();
        for (number, text) in [(OAUTH_TOKEN_ENDPOINT, "https://example.com/token"), (OAUTH_CLIENT_ID, "me")]
            .iter()
            .chain(property)
        {
            settings.set(*number, text).unwrap();
        }
        TokenKey::of(&settings)
    };
    let (memory, file) = (settings(&[]), settings(&[(OAUTH_STORE, "file:/a")]));
    let (other_file, other) = (
        settings(&[(OAUTH_STORE, "file:/b")]),
        settings(&[(OAUTH_CLIENT_ID, "you"), (OAUTH_STORE, "file:/a")]),
    );
    let rows = [
        ("stays", &file, Stored, &file, Ok((Followed::Stays, Some(Stored)))),
        ("from memory", &memory, Stored, &file, Ok((Followed::Moved, Some(UnsavedRefresh)))),
        ("stored elsewhere", &file, Stored, &other_file, Ok((Followed::Stays, None))),
        ("unsaved", &file, UnsavedSignIn, &other_file, Ok((Followed::Moved, Some(UnsavedSignIn)))),
        ("into memory", &file, UnsavedRefresh, &memory, Ok((Followed::Moved, Some(UnsavedRefresh)))),
        ("another's", &file, Stored, &other, Ok((Followed::Stays, None))),
        ("another's, and unsaved", &file, UnsavedRefresh, &other, Err(Unsaved)),
    ];
    for (name, before, durability, after, expected) in rows {
        let published: &'static PublishedToken = Box::leak(Box::new(PublishedToken::new()));
        let cache = TokenCache::new(1, published, before.clone(), Freshness::default());
        cache.replace(Replaces::Any, before, Arc::new(token(1)), durability).unwrap();
        let followed = cache.follow(after.clone(), Freshness::default());
        let found = followed.map(|how| (how, cache.cached(after).map(|now| now.durability)));
        assert_eq!(found, expected, "{name}");
        let unsaved = cache.unsaved().is_some();
        assert_eq!(unsaved, expected.map_or(true, |(_, now)| now.is_some_and(|now| now != Stored)), "{name}");
    }
}

#[test]
fn a_cached_token_outranks_the_stored_one_by_its_durability_and_generation() {
    // Whether it outranks a stored token that is older, of the same generation, and newer.
    let rows = [
        (Stored, [false, false, false]),
        (UnsavedRefresh, [true, false, false]),
        (UnsavedSignIn, [true, true, true]),
    ];
    for (durability, expected) in rows {
        let key = TokenKey::of(&Settings::default());
        let cached = CachedToken {
            token: Arc::new(token(2)),
            key,
            serial: 1,
            durability,
            is_rejected: false,
            _hold: None,
        };
        let found = [1, 2, 3].map(|generation| cached.outranks(&token(generation)));
        assert_eq!(found, expected, "{durability:?}");
    }
}
