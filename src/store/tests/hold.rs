//! Who alone has a token is seen by others.
#![forbid(unsafe_code)]

use super::World;

/// Fingerprints of refresh tokens.
const TOKENS: [&str; 3] =
    ["7e48de62e1e04ec1f44e3d4d2ff09e2c", "ffffffffffffffffffffffffffffffff", "0000000000000000"];

pub fn is_seen(world: &World) {
    let seen = |account| TOKENS.map(|fingerprint| world.lease(account).is_held(fingerprint));
    let lease = world.lease("anne");
    let Some(hold) = lease.hold(TOKENS[0]) else {
        assert!(!lease.is_shared());
        return;
    };
    assert!(!lease.is_held(TOKENS[0]), "one's own is no other's");
    drop(lease);
    assert_eq!(seen("anne"), [true, false, false]);
    let others = TOKENS.map(|fingerprint| world.lease("anne").hold(fingerprint));
    assert_eq!(seen("anne"), [true, true, true]);
    assert_eq!(seen("bert"), [false, false, false], "it is another record's");
    drop(others);
    assert_eq!(seen("anne"), [true, false, false], "several may have one");
    drop(hold.clone());
    assert_eq!(seen("anne"), [true, false, false]);
    drop(hold);
    assert_eq!(seen("anne"), [false, false, false]);
}
