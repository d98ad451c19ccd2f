//! All accounts of a store: listing them, and sealing their records anew.
#![forbid(unsafe_code)]

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::files::failed;
use super::record::client_prefix;
use super::{FileRecord, FileStore, Place};
use crate::error::{Error, Result};
use crate::store::{Record, Wait};
use crate::token::Identity;

/// See [`Store::accounts`](crate::store::Store::accounts).
pub fn list(store: &FileStore, client: &Identity, skip: usize, count: usize) -> Result<Vec<String>> {
    let prefix = format!("{}-", client_prefix(client));
    let (mut accounts, mut damaged) = (Vec::new(), None);
    for place in places(store, &prefix)?.into_iter().skip(skip).take(count) {
        match place.contents() {
            Ok(contents) => accounts.extend(contents.map(|(identity, ..)| identity.account)),
            Err(error @ Error::StoreFormat { .. }) => damaged = Some(error),
            // The key: the others will be no better.
            Err(error) => return Err(error),
        }
    }
    // An empty page would say that there are no more.
    match damaged.filter(|_| accounts.is_empty()) {
        Some(error) => Err(error),
        None => Ok(accounts),
    }
}

/// See [`Store::reseal`](crate::store::Store::reseal).
pub fn reseal(store: &FileStore, wait: Wait) -> Result<i32> {
    let mut written = 0;
    for place in places(store, "")? {
        let Some((identity, _, true)) = place.contents()? else { continue };
        let record: &dyn Record = &FileRecord { place: place.clone(), identity };
        let mut lease = record.lease_to_write(wait)?;
        // Another job may just have written it.
        if let Some((_, token, true)) = place.contents()? {
            let generation = token.generation;
            lease.write(&Arc::new(token), generation)?;
            written += 1;
        }
    }
    Ok(written)
}

/// Every place whose name begins like this, in order.
fn places(store: &FileStore, prefix: &str) -> Result<Vec<Place>> {
    let FileStore { folder, keys } = store;
    let names = match names(folder, prefix) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        names => names.map_err(|e| failed(folder, "cannot be read", &e))?,
    };
    let place = |name| Place { folder: folder.clone(), name, keys: keys.clone() };
    Ok(names.into_iter().map(place).collect())
}

fn names(folder: &Path, prefix: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let record = name.to_str().and_then(|name| name.strip_suffix(".json"));
        names.extend(record.filter(|name| name.starts_with(prefix)).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}
