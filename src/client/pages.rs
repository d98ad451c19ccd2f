//! The accounts of a store, a page at a time: what was listed for the first page is good for those after it.
#![forbid(unsafe_code)]

use crate::error::Result;
use crate::settings::TokenKey;
use crate::store::{Listing, Store};
use crate::token::Identity;

/// So many are on a page.
const PAGE: usize = 1000;

pub struct Pages {
    /// Whose it is, whatever the account.
    of: TokenKey,
    listing: Listing,
    /// The page that was given last, where it began and where the next one does.
    page: usize,
    start: usize,
    next: usize,
    /// What was on it: asked for again, as into a larger buffer, it is the same.
    accounts: Vec<String>,
}

impl Pages {
    /// A page, 1 for the first, and what is kept for the next; `kept`: from the page before.
    pub fn give(
        kept: Option<Self>,
        store: &dyn Store,
        client: &Identity,
        of: &TokenKey,
        page: usize,
    ) -> Result<(Vec<String>, Self)> {
        let is_good = |pages: &Self| page > 1 && page >= pages.page && pages.of.is_same_list(of);
        let mut pages = if let Some(pages) = kept.filter(is_good) {
            pages
        } else {
            let (of, listing) = (of.clone(), store.list(client)?);
            Self { of, listing, page: 0, start: 0, next: 0, accounts: Vec::new() }
        };
        if page == pages.page {
            return Ok((pages.accounts.clone(), pages));
        }
        if page == pages.page + 1 {
            pages.start = pages.next;
        } else {
            pages.start = (page - 1).saturating_mul(PAGE);
        }
        let (accounts, next) = store.accounts(client, &pages.listing, pages.start, PAGE)?;
        (pages.page, pages.next) = (page, next);
        if accounts.is_empty() {
            // The end, and so is whatever comes after it; the list itself need not be kept for that.
            pages.listing = Listing(Vec::new());
        }
        pages.accounts.clone_from(&accounts);
        Ok((accounts, pages))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use crate::constants::{OAUTH_ACCOUNT, OAUTH_CLIENT_ID, OAUTH_TOKEN_ENDPOINT};
    use crate::settings::Settings;
    use crate::store::{Document, DocumentName, Hold, Record, Wait};

    /// Accounts that have numbers for names.
    struct Numbers {
        there: Mutex<Vec<u32>>,
        listed: AtomicUsize,
        read: AtomicUsize,
    }

    impl Store for Numbers {
        fn record(&self, _identity: Arc<Identity>) -> Arc<dyn Record> {
            unreachable!()
        }

        fn list(&self, _client: &Identity) -> Result<Listing> {
            self.listed.fetch_add(1, Ordering::Relaxed);
            let there = self.there.lock().unwrap();
            Ok(Listing(there.iter().map(|number| u128::from(*number).to_be_bytes()).collect()))
        }

        fn accounts(
            &self,
            _client: &Identity,
            listing: &Listing,
            start: usize,
            count: usize,
        ) -> Result<(Vec<String>, usize)> {
            let there = self.there.lock().unwrap();
            let (mut accounts, mut next) = (Vec::new(), start);
            for name in listing.0.iter().skip(start) {
                if accounts.len() == count {
                    break;
                }
                next += 1;
                self.read.fetch_add(1, Ordering::Relaxed);
                let number = u32::try_from(u128::from_be_bytes(*name)).unwrap();
                accounts.extend(there.contains(&number).then(|| number.to_string()));
            }
            Ok((accounts, next))
        }

        fn reseal(&self, _wait: Wait) -> Result<i32> {
            unreachable!()
        }

        fn document(&self, _name: &DocumentName) -> Result<Option<Document>> {
            unreachable!()
        }

        fn keep_document(&self, _name: &DocumentName, _document: &Document) -> Result<()> {
            unreachable!()
        }

        fn claim_document(&self, _name: &DocumentName) -> Result<Option<Hold>> {
            unreachable!()
        }

        fn remove_document(&self, _name: &DocumentName) -> Result<()> {
            unreachable!()
        }
    }

    #[test]
    fn a_store_is_listed_once_for_all_pages() {
        let store = Numbers {
            there: Mutex::new((0..5500).collect()),
            listed: AtomicUsize::default(),
            read: AtomicUsize::default(),
        };
        let key = |account: &str| {
            let mut settings = Settings::default();
            for (number, text) in [
                (OAUTH_TOKEN_ENDPOINT, "https://as.example/token"),
                (OAUTH_CLIENT_ID, "me"),
                (OAUTH_ACCOUNT, account),
            ] {
                settings.set(number, text).unwrap();
            }
            TokenKey::of(&settings)
        };
        let client = key("").identity.unwrap();
        let kept = RefCell::new(None);
        let page = |number: usize| {
            // Who goes through the accounts sets each in turn.
            let of = key(&number.to_string());
            let (accounts, pages) = Pages::give(kept.take(), &store, &client, &of, number).unwrap();
            kept.replace(Some(pages));
            accounts
        };
        let mut all = page(1);
        // All of a page goes, and others come before it.
        store.there.lock().unwrap().retain(|number| !(1000..2500).contains(number));
        store.there.lock().unwrap().insert(0, 9999);
        for number in 2.. {
            let accounts = page(number);
            // Again, with a larger buffer.
            assert_eq!(page(number), accounts);
            if accounts.is_empty() {
                break;
            }
            all.extend(accounts);
        }
        let expected: Vec<_> = (0..1000).chain(2500..5500).map(|number: u32| number.to_string()).collect();
        assert_eq!(all, expected);
        assert_eq!(store.listed.load(Ordering::Relaxed), 1);
        assert_eq!(store.read.load(Ordering::Relaxed), 5500, "each is looked at once");
        assert_eq!(page(2).len(), 1000, "back again");
        assert_eq!(page(1)[0], "9999", "the first page is of now");
    }
}
