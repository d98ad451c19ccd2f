//! All accounts of a store: listing them, and sealing their records anew.
#![forbid(unsafe_code)]

use std::fs;
use std::io;
use std::path::Path;

use super::files::failed;
use super::{client_prefix, folder, Keys, Place, Wait};
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::token::Identity;

/// The accounts that have a token of this client's: `count` of them after the first `skip`, always in the same order.
/// A damaged record is passed over.
pub fn accounts(settings: &Settings, skip: usize, count: usize) -> Result<Vec<String>> {
    let prefix = format!("{}-", client_prefix(&Identity::of(settings)?));
    let (mut accounts, mut damaged) = (Vec::new(), None);
    for place in places(settings, &prefix)?.into_iter().skip(skip).take(count) {
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

/// Writes every record anew that is not sealed with the key that is set. Returns how many were.
pub fn reseal(settings: &Settings) -> Result<i32> {
    let mut written = 0;
    for place in places(settings, "")? {
        if !place.contents()?.is_some_and(|(_, _, is_stale)| is_stale) {
            continue;
        }
        // Another job may just have written it.
        let mut locked = place.lock_to_write(Wait::Seconds(settings.lock_timeout()))?;
        if let Some((identity, token, true)) = place.contents()? {
            locked.write(&identity, &token)?;
            written += 1;
        }
    }
    Ok(written)
}

/// Every place whose name begins like this, in order.
fn places(settings: &Settings, prefix: &str) -> Result<Vec<Place>> {
    let Some(folder) = folder(settings) else { return Ok(Vec::new()) };
    let names = match names(&folder, prefix) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        names => names.map_err(|e| failed(&folder, "cannot be read", &e))?,
    };
    let keys = Keys::of(settings);
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
