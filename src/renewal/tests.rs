//! Two threads of one client, or a thread and another job, on one record: every order in which they can come between each
//! other at two points of their choice, through the code that renews, accepts and stores. No server, no files, no time.
#![forbid(unsafe_code)]

mod record;
pub mod schedule;

use std::sync::{Arc, Mutex};

use super::cache::{Durability, TokenCache};
use super::{RenewalLease, RenewalRequest, TokenSource, Way};
use crate::constants::{OAUTH_CLIENT_ID, OAUTH_LOCK_TIMEOUT, OAUTH_TOKEN_ENDPOINT};
use crate::error::{Error, Meaning, Refusal, Result};
use crate::secret::Secret;
use crate::settings::{Settings, Snapshot};
use crate::store::{Record, Wait};
use crate::system::{self, lock};
use crate::token::{Freshness, Identity, PublishedToken, Purpose, Token};
use record::TestRecord;

type Actor = (&'static str, fn(&World));

/// What a thread does. A token's name says where it comes from: a renewal adds a `+` to that of the token that it renews.
const ACTORS: &[Actor] = &[
    ("a sign-in", World::sign_in),
    ("a renewal", |world| drop(world.renew(None))),
    ("a refused renewal", |world| drop(world.renew(Some("invalid_grant")))),
    ("another job's renewal", World::another_job),
    ("a rejection", |world| {
        world.cache.reject(world.source().cached().map(|cached| cached.serial));
        drop(world.header());
    }),
    ("a header", |world| drop(world.header())),
    ("saving", |world| drop(world.source().save(Wait::No))),
    ("forgetting", World::forget),
    ("the end", |world| world.cache.close()),
];

#[test]
fn no_order_of_two_threads_loses_a_sign_in_or_publishes_what_is_not_stored() {
    let mut orders = 0;
    for (is_shared, lock_timeout) in [(true, "0"), (true, "60"), (false, "60")] {
        for (at, (first, a)) in ACTORS.iter().enumerate() {
            for (second, b) in &ACTORS[at..] {
                // Nobody else sees what memory has.
                if !is_shared && [*first, *second].contains(&"another job's renewal") {
                    continue;
                }
                let what = format!("{first} and {second}, shared: {is_shared}, waiting {lock_timeout} s");
                let mut tried = |switches: &[usize]| {
                    orders += 1;
                    let world = World::new(is_shared, lock_timeout);
                    let points = schedule::run(0, switches, [&|| a(&world), &|| b(&world)]);
                    world.check(&format!("{what}, {switches:?}"), [*first, *second]);
                    points
                };
                let points = tried(&[]) + 4;
                for one in 0..points {
                    tried(&[one]);
                    for two in one + 1..points {
                        tried(&[one, two]);
                    }
                }
            }
        }
    }
    assert!(orders > 10_000, "{orders} orders are not all");
}

struct World {
    snapshot: Snapshot,
    cache: TokenCache,
    published: &'static PublishedToken,
    /// Which sign-in has begun, or could not be stored, one after the other.
    log: Mutex<Vec<(SignIn, usize)>>,
}

#[derive(Clone, Copy, PartialEq)]
enum SignIn {
    Begun,
    NotStored,
}

impl World {
    /// With a token that is stored and in memory, and no longer good.
    fn new(is_shared: bool, lock_timeout: &str) -> Self {
        let mut settings = Settings::default();
        for (number, text) in [
            (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
            (OAUTH_CLIENT_ID, "me"),
            (OAUTH_LOCK_TIMEOUT, lock_timeout),
        ] {
            settings.set(number, text).unwrap();
        }
        let record = TestRecord::new(Identity::of(&settings).unwrap(), is_shared);
        let snapshot = Snapshot::with_record(Arc::new(settings), Arc::new(record));
        let published: &'static PublishedToken = Box::leak(Box::new(PublishedToken::new()));
        let cache = TokenCache::new(1, published, snapshot.key.clone(), Freshness::default());
        let world = Self { snapshot, cache, published, log: Mutex::default() };
        world.accept_sign_in(token("old")).unwrap();
        world.cache.reject(None);
        world
    }

    fn source(&self) -> TokenSource<'_> {
        TokenSource { snapshot: &self.snapshot, cache: &self.cache }
    }

    fn record(&self) -> &dyn Record {
        self.snapshot.record().unwrap()
    }

    fn sign_in(&self) {
        let number = lock(&self.log).iter().filter(|(what, _)| *what == SignIn::Begun).count();
        lock(&self.log).push((SignIn::Begun, number));
        if self.accept_sign_in(token(&format!("sign-in {number}"))).is_err() {
            lock(&self.log).push((SignIn::NotStored, number));
        }
    }

    fn accept_sign_in(&self, token: Token) -> Result<()> {
        self.source().accept_sign_in(Arc::new(token), self.record().reserve()?)
    }

    /// As a client does it, with the network left out. `refusal`: what the server says instead of a new token.
    fn renew(&self, refusal: Option<&str>) -> Result<()> {
        let source = self.source();
        let seen = self.record().stamp();
        if source.token()?.is_none() {
            return Err(Error::sign_in("there is no token yet"));
        }
        let wanted = RenewalRequest {
            purpose: Some(Purpose::Header),
            stale_serial: None,
            is_early: false,
            way: Way::RefreshFirst,
        };
        let Some((mut lease, old)) = source.acquire(wanted, seen)? else { return Ok(()) };
        let old = old.ok_or_else(|| Error::sign_in("there is no token yet"))?;
        let serial = Some(old.serial);
        lease.sending(String::new(), Some(name(&old.token)))?;
        schedule::point();
        match refusal {
            Some(error) => {
                let meaning = Meaning::Dead;
                let refusal = Refusal { error: error.to_owned(), meaning, ..Refusal::default() };
                source.not_renewed(Error::Refused(Box::new(refusal)), serial, lease).map(drop)
            }
            None => source
                .accept_renewal(Arc::new(token(&format!("{}+", name(&old.token)))), serial, lease)
                .map(drop),
        }
    }

    fn header(&self) -> Result<()> {
        let Some(token) = self.source().token()? else { return Ok(()) };
        match self.cache.publish(&token) {
            Some(_) => Ok(()),
            None => self.renew(None).and_then(|()| self.source().newest().map(drop)),
        }
    }

    /// It has a memory of its own, and knows of this client by the record alone.
    fn another_job(&self) {
        let Ok(lease) = self.record().lease_to_write(Wait::No) else { return };
        let mut lease = RenewalLease::new(lease);
        let Ok(Some(stored)) = lease.read() else { return };
        let generation = stored.next_generation();
        lease.write(&Arc::new(Token { generation, ..token(&format!("{}+", name(&stored))) })).unwrap();
    }

    fn forget(&self) {
        let lease = self.record().lease_to_write(Wait::Seconds(60));
        drop(lease.and_then(|lease| RenewalLease::new(lease).forget()));
        self.cache.forget(&self.snapshot.key);
    }

    /// What must be so, whatever came between.
    fn check(&self, what: &str, actors: [&str; 2]) {
        let cached = self.source().cached();
        let stored = self.record().read().unwrap();
        let has = |actor: &str| actors.contains(&actor);
        let unsaved = cached.as_ref().filter(|cached| cached.is_unsaved());

        // What the next call would find.
        let newest = unsaved.map(|cached| name(&cached.token).to_owned());
        let newest = newest.or_else(|| stored.as_ref().map(|stored| name(stored).to_owned()));
        if !has("forgetting") {
            let newest = newest.unwrap_or_else(|| panic!("nothing is left: {what}"));
            let origin = if has("a sign-in") { "sign-in" } else { "old" };
            assert!(newest.starts_with(origin), "{newest} is left: {what}");
            // Its caller was told that the next call stores it.
            if let Some((SignIn::NotStored, number)) = lock(&self.log).last() {
                let promised = format!("sign-in {number}");
                assert!(newest.starts_with(&promised), "{newest} is left and not {promised}: {what}");
            }
            let waits = self.snapshot.settings.lock_timeout() != Wait::Seconds(0);
            if waits && has("a renewal") && Self::is_lone(&actors) {
                assert_eq!(newest, "old+", "{what}");
            }
        }
        if let (Some(cached), Some(stored)) = (&cached, &stored) {
            // By the generations: but an unsaved sign-in is newer than any.
            let is_known = cached.token.generation <= stored.generation;
            assert!(cached.is_unsaved() || is_known, "memory is ahead of the record: {what}");
            let is_same = cached.token.generation != stored.generation || cached.token.is_same(stored);
            assert!(cached.is_unsaved() || is_same, "two tokens of one generation: {what}");
            let is_ours = !has("another job's renewal") && !has("forgetting");
            let is_stored = cached.token.is_same(stored);
            assert!(
                cached.is_unsaved() || is_stored || !is_ours,
                "{} is not {}, which is stored: {what}",
                name(&cached.token),
                name(stored)
            );
        }
        if let Some(serial) = self.published.read(1, system::now(), |bearer| bearer.serial) {
            let cached = cached.as_ref().unwrap_or_else(|| panic!("published what is gone: {what}"));
            assert_eq!(serial, cached.serial, "published what is not cached: {what}");
            assert_eq!(cached.durability, Durability::Stored, "published what is not stored: {what}");
            assert!(!cached.is_rejected, "published what was rejected: {what}");
            assert!(!has("the end"), "published by a closed client: {what}");
        }
    }

    /// Nobody else brings a token.
    fn is_lone(actors: &[&str; 2]) -> bool {
        actors.iter().all(|actor| matches!(*actor, "a renewal" | "the end" | "a refused renewal"))
            && actors[0] != actors[1]
    }
}

fn name(token: &Token) -> &str {
    token.access_token.expose()
}

/// With a refresh token of the same name.
fn token(name: &str) -> Token {
    Token {
        access_token: Secret::new(name),
        refresh_token: Some(Secret::new(name)),
        id_token: None,
        is_id_checked: false,
        token_type: "Bearer".to_owned(),
        scope: None,
        expires_at: None,
        obtained_at: system::now(),
        generation: 0,
        renewed_by: 0,
        basis: None,
        extra: Vec::new(),
        code_verifier: None,
        token_host: None,
        redirect: Vec::new(),
        dpop_key: None,
    }
}
