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
}

impl Pages {
    /// A page, 1 for the first, and what is kept for the next; `kept`: from the page before.
    pub fn give(
        kept: Option<Self>,
        store: &dyn Store,
        client: &Identity,
        of: &TokenKey,
        page: usize,
    ) -> Result<(Vec<String>, Option<Self>)> {
        let mut pages = match kept.filter(|pages| page > 1 && pages.of.is_same_list(of)) {
            Some(pages) => pages,
            None => Self { of: of.clone(), listing: store.list(client)?, page: 0, start: 0, next: 0 },
        };
        if page == pages.page + 1 {
            pages.start = pages.next;
        } else if page != pages.page {
            pages.start = (page - 1).saturating_mul(PAGE);
        }
        let (accounts, next) = store.accounts(client, &pages.listing, pages.start, PAGE)?;
        (pages.page, pages.next) = (page, next);
        // An empty page is the end.
        let kept = (!accounts.is_empty()).then_some(pages);
        Ok((accounts, kept))
    }
}
