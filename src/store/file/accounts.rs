//! All accounts of a store: listing them, and sealing their records anew.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::files::failed;
use super::folder::{check_place, Folder};
use super::record::client_prefix;
use super::{FileRecord, FileStore};
use crate::error::{Error, Result};
use crate::store::{hex, Listing, Record, Wait};
use crate::token::Identity;

/// See [`Store::list`](crate::store::Store::list).
pub fn list(store: &FileStore, client: &Identity) -> Result<Listing> {
    let Some(folder) = Folder::open(&store.folder)? else {
        return check_place(&store.folder).map(|()| Listing(Vec::new()));
    };
    let prefix = format!("{}-", client_prefix(client));
    let hash = |name: String| unhex(name.strip_prefix(&prefix)?);
    let listing = Listing(names(&store.folder, &prefix)?.into_iter().filter_map(hash).collect());
    if listing.0.is_empty() {
        folder.check_writable()?;
    }
    Ok(listing)
}

/// See [`Store::accounts`](crate::store::Store::accounts).
pub fn page(
    store: &FileStore,
    client: &Identity,
    listing: &Listing,
    start: usize,
    count: usize,
) -> Result<(Vec<String>, usize)> {
    let (mut accounts, mut damaged, mut next) = (Vec::new(), None, start);
    let Some(folder) = Folder::open(&store.folder)? else { return Ok((accounts, next)) };
    let prefix = client_prefix(client);
    let mut place = store.place(String::new());
    if start < listing.0.len() {
        place.keys = place.keys.held()?;
    }
    for hash in listing.0.iter().skip(start) {
        if accounts.len() == count {
            break;
        }
        next += 1;
        place.name = format!("{prefix}-{}", hex(hash));
        match place.owner(&folder) {
            Ok(owner) => accounts.extend(owner.map(|identity| identity.account)),
            Err(error @ Error::StoreFormat { .. }) => damaged = Some(error),
            // The key: the others will be no better.
            Err(error) => return Err(error),
        }
    }
    // An empty page would say that there are no more.
    match damaged.filter(|_| accounts.is_empty()) {
        Some(error) => Err(error),
        None => Ok((accounts, next)),
    }
}

/// See [`Store::reseal`](crate::store::Store::reseal).
pub fn reseal(store: &FileStore, wait: Wait) -> Result<i32> {
    let mut written = 0;
    let Some(folder) = Folder::open(&store.folder)? else {
        return check_place(&store.folder).map(|()| 0);
    };
    let names = names(&store.folder, "")?;
    if names.is_empty() {
        folder.check_writable()?;
    }
    for name in names {
        let place = store.place(name);
        let Some((identity, _, true)) = place.contents(&folder)? else { continue };
        let record: &dyn Record = &FileRecord { place: place.clone(), identity: Arc::new(identity) };
        let mut lease = record.lease_to_write(wait)?;
        // Another job may just have written it.
        if let Some((_, token, true)) = place.contents(&folder)? {
            let generation = token.generation;
            lease.write(&Arc::new(token), generation)?;
            written += 1;
        }
    }
    Ok(written)
}

/// The names of the records that begin like this, in order.
fn names(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let cannot = |e| failed(folder, "cannot be read", &e);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let name = entry.map_err(cannot)?.file_name();
        let record = name.to_str().and_then(|name| name.strip_suffix(".json"));
        names.extend(record.filter(|name| name.starts_with(prefix)).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}

fn unhex(digits: &str) -> Option<[u8; 16]> {
    (digits.len() == 32 && digits.is_ascii()).then_some(())?;
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}
