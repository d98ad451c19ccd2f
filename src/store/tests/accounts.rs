//! Accounts by pages, as every engine lists them.
#![forbid(unsafe_code)]

use super::{identity, World};
use crate::store::{Listing, Wait};
use crate::token::Identity;

pub fn by_pages(world: &World) {
    let client = identity("anne");
    let list = || world.store.list(&client).unwrap();
    let page =
        |listing: &Listing, start, count| world.store.accounts(&client, listing, start, count).unwrap();
    assert!(page(&list(), 0, 1000).0.is_empty());
    for account in ["anne", "bert", "M\u{fc}ller"] {
        world.write(account, 1);
    }
    // Who keeps a single account has a list of one.
    let listing = list();
    let (all, end) = page(&listing, 0, 1000);
    assert!(all.contains(&"anne".to_owned()));
    assert_eq!(all.len(), if world.lease("anne").is_shared() { 3 } else { 1 });
    let (mut one_by_one, mut start) = (Vec::new(), 0);
    for _ in 0..all.len() {
        let (one, next) = page(&listing, start, 1);
        assert_eq!(one.len(), 1);
        one_by_one.extend(one);
        start = next;
    }
    assert_eq!(one_by_one, all);
    assert_eq!(page(&listing, 1, 1000).0, all[1..]);
    assert!(page(&listing, end, 1000).0.is_empty() && page(&listing, 0, 0).0.is_empty());
    let other = Identity { client_id: "you".to_owned(), ..client.clone() };
    let others = world.store.list(&other).unwrap();
    assert!(world.store.accounts(&other, &others, 0, 1000).unwrap().0.is_empty());
    // Who comes later is on no page of that list, and whoever is gone makes none shorter.
    if all.len() == 3 {
        world.write("zoe", 1);
        world.record(&all[0]).lease_to_write(Wait::No).unwrap().remove(1).unwrap();
        assert_eq!(page(&listing, 0, 2).0, all[1..]);
    }
}
