//! Authorization URLs that wait for their codes, as every engine keeps them.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::{holds, identity, Rule, World};
use crate::secret::{Secret, Wiped};
use crate::store::{Arc, Claim, Found, PendingAuthorization, PendingRequest, Record, Wait};
use crate::token::Identity;

const RULES: &[Rule] = &[
    ("a URL is found by its state", found_by_state),
    ("a code alone answers the newest", newest_without_a_state),
    ("what waits for its answer is nobody else's", busy_while_claimed),
    ("a claim that was dropped is open again", open_when_dropped),
    ("a code is used once", used_once),
    ("a URL is good for the first code that is sent", bound_when_sent),
    ("what was not sent is open again", open_when_not_sent),
    ("a URL has its time where other jobs see it", expired),
    ("what was not asked for is not found", not_found),
    ("what was not set is not there", what_a_request_has),
    ("URLs are made while others forget them", made_and_forgotten),
];

/// The fingerprint of a code.
const CODE: &str = "00112233445566778899aabbccddeeff";

#[test]
fn every_engine_keeps_the_rules_of_pending_authorizations() {
    holds(RULES);
}

fn found_by_state(world: &World) {
    let record = with_urls(world, b"ab");
    for name in *b"ab" {
        assert!(record.has_pending(&state(name)));
        let claim = claimed(&*record, Some(name));
        assert_eq!(claim.redirect_uri, redirect_uri(name));
        assert_eq!(claim.verifier.as_ref().map(Secret::expose), Some(&*text::<43>(name)));
        assert_eq!(claim.nonce.as_ref().map(Secret::expose), Some("a nonce"));
    }
}

fn newest_without_a_state(world: &World) {
    let record = with_urls(world, b"cab");
    assert_eq!(claimed(&*record, None).redirect_uri, redirect_uri(b'b'));
    // Not the one before it: a code must not go with another's verifier.
    claimed(&*record, None).used();
    assert!(matches!(record.claim_pending(None, CODE).unwrap(), Found::Used));
}

fn busy_while_claimed(world: &World) {
    let (record, other) = (with_urls(world, b"ab"), world.record("anne"));
    let claim = claimed(&*record, Some(b'b'));
    for state in [Some(&*state(b'b')), None] {
        assert!(matches!(other.claim_pending(state, CODE).unwrap(), Found::Busy), "{state:?}");
    }
    assert!(other.has_pending(&state(b'b')), "nothing is claimed by a look");
    assert_eq!(claimed(&*other, Some(b'a')).redirect_uri, redirect_uri(b'a'));
    drop(claim);
}

fn open_when_dropped(world: &World) {
    let record = with_urls(world, b"a");
    for _ in 0..3 {
        drop(claimed(&*record, Some(b'a')));
        drop(claimed(&*record, None));
    }
}

fn used_once(world: &World) {
    let (record, other) = (with_urls(world, b"ab"), world.record("anne"));
    claimed(&*record, Some(b'a')).used();
    for record in [&record, &other] {
        assert!(matches!(record.claim_pending(Some(&state(b'a')), CODE).unwrap(), Found::Used));
    }
    claimed(&*other, Some(b'b')).used();
    assert!(matches!(record.claim_pending(None, CODE).unwrap(), Found::Used));
}

fn bound_when_sent(world: &World) {
    let (record, other) = (with_urls(world, b"ab"), world.record("anne"));
    let (state, newest) = (state(b'b'), None);
    let mut claim = claimed(&*record, Some(b'b'));
    claim.sending().unwrap();
    for code in [CODE, "another"] {
        assert!(
            matches!(other.claim_pending(Some(&state), code).unwrap(), Found::Busy | Found::Used),
            "{code}"
        );
    }
    assert!(!other.has_pending(&state), "nobody says no to it any more");
    // A job that dies now does no more than this.
    drop(claim);
    for record in [&record, &other] {
        for state in [Some(&*state), newest] {
            assert!(matches!(record.claim_pending(state, "another").unwrap(), Found::Used), "{state:?}");
        }
        let mut again = claimed(&**record, None);
        assert_eq!(again.redirect_uri, redirect_uri(b'b'));
        assert_eq!(again.verifier.as_ref().map(Secret::expose), Some(&*text::<43>(b'b')));
        again.sending().unwrap();
    }
    assert_eq!(claimed(&*other, Some(b'a')).redirect_uri, redirect_uri(b'a'));
    let mut last = claimed(&*other, Some(b'b'));
    last.sending().unwrap();
    last.used();
    for code in [CODE, "another"] {
        assert!(matches!(record.claim_pending(Some(&state), code).unwrap(), Found::Used), "{code}");
    }
}

fn open_when_not_sent(world: &World) {
    let record = with_urls(world, b"a");
    for code in ["one", "another", CODE] {
        let Found::Claim(mut claim) = record.claim_pending(Some(&state(b'a')), code).unwrap() else {
            panic!("{code} is not taken");
        };
        claim.sending().unwrap();
        claim.not_sent();
        assert!(record.has_pending(&state(b'a')));
    }
}

fn expired(world: &World) {
    let is_shared = world.lease("anne").is_shared();
    let record = world.record("anne");
    record.add_pending(with(b'a', |request| request.expires_in = 0)).unwrap();
    for state in [Some(&*state(b'a')), None] {
        match (is_shared, record.claim_pending(state, CODE).unwrap()) {
            (true, Found::Expired) | (false, Found::Claim(_)) => {}
            _ => panic!("not what it should be, {state:?}"),
        }
    }
}

fn not_found(world: &World) {
    let none = |record: &dyn Record, state: Option<&str>| {
        let is_none = matches!(record.claim_pending(state, CODE).unwrap(), Found::None);
        is_none && !state.is_some_and(|state| record.has_pending(state))
    };
    let record = world.record("anne");
    assert!(none(&*record, None) && none(&*record, Some(&state(b'a'))), "nothing waits");
    let record = with_urls(world, b"a");
    for unknown in [&*state(b'b'), "", "a", "../a", &text::<23>(b'a')] {
        assert!(none(&*record, Some(unknown)), "{unknown:?}");
    }
    let others = [
        identity("bert"),
        Identity { client_id: "you".to_owned(), ..identity("anne") },
        Identity { token_endpoint: "https://other.example/token".to_owned(), ..identity("anne") },
    ];
    for other in others {
        let record = world.store.record(Arc::new(other.clone()));
        assert!(none(&*record, None) && none(&*record, Some(&state(b'a'))), "it is anne's: {other:?}");
    }
}

fn what_a_request_has(world: &World) {
    let record = world.record("anne");
    let bare = |request: &mut PendingRequest| {
        request.has_verifier = false;
        request.nonce = None;
    };
    record.add_pending(with(b'a', bare)).unwrap();
    let claim = claimed(&*record, Some(b'a'));
    assert!(claim.verifier.is_none() && claim.nonce.is_none());
}

/// Each comes between the steps of the other, again and again: neither may fail.
fn made_and_forgotten(world: &World) {
    const ROUNDS: u8 = 60;
    let (anne, bert) = (world.record("anne"), world.record("bert"));
    bert.add_pending(with(b'b', |request| request.account = "bert".to_owned())).unwrap();
    world.lease("anne");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let forgets = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let lease = anne.lease_to_write(Wait::Seconds(60));
                lease.and_then(|mut lease| lease.remove_pending()).unwrap();
            }
        });
        let make = |name: u8| {
            let anne = &anne;
            scope.spawn(move || {
                for name in (0..ROUNDS).map(|round| name + round % 26) {
                    anne.add_pending(url("anne", name)).unwrap();
                    for state in [None, Some(state(name))] {
                        anne.claim_pending(state.as_deref(), CODE).map(drop).unwrap();
                    }
                }
            })
        };
        let makers = [make(b'A'), make(b'a')];
        let ended = makers.map(thread::ScopedJoinHandle::join);
        is_over.store(true, Ordering::Relaxed);
        forgets.join().unwrap();
        ended.into_iter().for_each(Result::unwrap);
    });
    // When nobody forgets any more, what is made stays.
    anne.add_pending(url("anne", b'a')).unwrap();
    claimed(&*anne, Some(b'a'));
}

/// Anne's record, with a URL of each name, one after the other.
fn with_urls(world: &World, names: &[u8]) -> Arc<dyn Record> {
    // A file system's clock has steps.
    const STEP: Duration = Duration::from_millis(20);
    let record = world.record("anne");
    for name in names {
        record.add_pending(url("anne", *name)).unwrap();
        thread::sleep(STEP);
    }
    record
}

/// The URL of that name, or the newest: it must be open.
#[track_caller]
fn claimed(record: &dyn Record, name: Option<u8>) -> Claim {
    match record.claim_pending(name.map(state).as_deref(), CODE).unwrap() {
        Found::Claim(claim) => claim,
        _ => panic!("not open"),
    }
}

pub fn url(account: &str, name: u8) -> PendingAuthorization {
    with(name, |request| request.account = account.to_owned())
}

fn with(name: u8, change: impl FnOnce(&mut PendingRequest)) -> PendingAuthorization {
    let mut request = PendingRequest {
        token_endpoint: identity("anne").token_endpoint,
        account: "anne".to_owned(),
        client_id: "me".to_owned(),
        redirect_uri: redirect_uri(name),
        nonce: Some(Secret::new("a nonce")),
        has_verifier: true,
        expires_in: 3600,
    };
    change(&mut request);
    let (state, verifier) = ([name; 22], Wiped::new([name; 43]));
    PendingAuthorization { state, verifier, nonce: None, request: Arc::new(request) }
}

pub fn state(name: u8) -> String {
    text::<22>(name)
}

fn redirect_uri(name: u8) -> String {
    format!("https://app.example/{}", char::from(name))
}

/// So many times that letter.
fn text<const LENGTH: usize>(letter: u8) -> String {
    String::from_utf8(vec![letter; LENGTH]).unwrap()
}
