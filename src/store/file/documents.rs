//! [`Document`]s of a folder, each a file `KIND-HASH.doc`: written whole, replaced whole, sealed as records are. The last
//! who writes one is right: nothing in them is spent by being lost.
#![forbid(unsafe_code)]

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::files::{failed, Successor};
use super::folder::Folder;
use super::guard::{Guard, LockFile};
use super::record::{self, Fields};
use super::FileStore;
use crate::error::Result;
use crate::json::Json;
use crate::store::{hex, Document, Hold, Keys};
use crate::system::{self, Opening};
use crate::time::rfc3339;

/// What one is sealed as.
const SEALED_AS: &str = "document";
/// A process that was killed while it wrote one left a file; so many seconds later nobody writes it any more.
const LEFT_BEHIND: u64 = 3600;

/// Also one that has expired.
pub fn read(store: &FileStore, stem: &str) -> Result<Option<Document>> {
    let Some(folder) = Folder::open(&store.folder)? else { return Ok(None) };
    Ok(read_in(&folder, &store.keys, stem)?.map(|(document, _)| document))
}

/// The document, and whether it would be written in another way now.
fn read_in(folder: &Folder, keys: &Keys, stem: &str) -> Result<Option<(Document, bool)>> {
    let name = file_name(stem);
    let Some(bytes) = folder.read(&name)? else { return Ok(None) };
    let path = folder.path(&name);
    let (json, is_stale) = record::open(keys, SEALED_AS, stem, &path, &bytes)?;
    record::check_format(&path, &json)?;
    let expires_at = Fields { path: &path, record: &json }.time("expires_at")?;
    let inner = json.member("document").filter(|inner| matches!(inner, Json::Members(_)));
    let json = inner.cloned().ok_or_else(|| record::damaged(&path, "no document"))?;
    Ok(Some((Document { json, expires_at }, is_stale)))
}

pub fn write(store: &FileStore, stem: &str, document: &Document) -> Result<()> {
    let folder = Arc::new(Folder::make(&store.folder)?);
    // One that is replaced makes the folder no larger.
    if folder.stamp(&file_name(stem)).is_none() {
        tidy(store, &folder);
    }
    write_in(&folder, &store.keys, stem, document)
}

fn write_in(folder: &Arc<Folder>, keys: &Keys, stem: &str, document: &Document) -> Result<()> {
    let name = file_name(stem);
    let whole = Json::object([
        ("format", Json::Number(1.into())),
        ("expires_at", document.expires_at.map_or(Json::Null, |at| Json::of_text(&rfc3339(at)))),
        ("document", document.json.clone()),
    ]);
    let bytes = record::text(&whole, true)?;
    let bytes = record::seal_with(keys.sealing()?.as_ref(), SEALED_AS, stem, bytes)?;
    let mut random = [0; 8];
    system::random(&mut random)?;
    let temporary = format!("{stem}.{}.new", hex(&random));
    let written = Successor::reserve(folder, temporary, 0).and_then(|mut file| file.replace(&name, &bytes));
    written.map_err(|e| failed(&folder.path(&name), "cannot be written", &e))?;
    folder.sync()
}

pub fn remove(store: &FileStore, stem: &str) -> Result<()> {
    let Some(folder) = Folder::open(&store.folder)? else { return Ok(()) };
    for name in [file_name(stem), claim_name(stem)] {
        folder.remove(&name).map_err(|e| failed(&folder.path(&name), "cannot be removed", &e))?;
    }
    Ok(())
}

/// See [`Store::claim_document`](crate::store::Store::claim_document).
pub fn claim(store: &FileStore, stem: &str) -> Result<Option<Hold>> {
    /// So often somebody else may come between who opens the file and who takes it away.
    const TRIES: u32 = 32;
    let folder = Folder::make(&store.folder)?;
    let name = claim_name(stem);
    let cannot = |e| failed(&folder.path(&name), "cannot be locked", &e);
    for _ in 0..TRIES {
        let opened = folder.create_file(&name).or_else(|e| match e.kind() {
            ErrorKind::AlreadyExists => folder.open_file(&name, Opening::Write),
            _ => Err(e),
        });
        let file = match opened {
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            opened => LockFile::new(opened.map_err(cannot)?),
        };
        file.check(&folder.path(&name))?;
        match Guard::of(file).map_err(cannot)? {
            None => return Ok(None),
            Some(guard) if guard.has_name(&folder, &name) => return Ok(Some(Arc::new(guard))),
            Some(_) => {} // it was taken away
        }
    }
    folder.check_again().map(|()| None)
}

/// Writes those anew that are not sealed as new ones are. Returns how many were.
pub fn reseal(store: &FileStore) -> Result<i32> {
    let Some(folder) = Folder::open(&store.folder)? else { return Ok(0) };
    let folder = Arc::new(folder);
    let mut written = 0;
    for stem in stems(&store.folder)? {
        if let Some((document, true)) = read_in(&folder, &store.keys, &stem)? {
            write_in(&folder, &store.keys, &stem, &document)?;
            written += 1;
        }
    }
    Ok(written)
}

fn file_name(stem: &str) -> String {
    format!("{stem}.doc")
}

fn claim_name(stem: &str) -> String {
    format!("{stem}.claim")
}

fn stems(folder: &Path) -> Result<Vec<String>> {
    let cannot = |e| failed(folder, "cannot be read", &e);
    let mut stems = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let name = entry.map_err(cannot)?.file_name();
        stems.extend(name.to_str().and_then(|name| name.strip_suffix(".doc")).map(str::to_owned));
    }
    stems.sort_unstable();
    Ok(stems)
}

/// What killed processes have left, and what has expired.
fn tidy(store: &FileStore, folder: &Folder) {
    let Ok(entries) = fs::read_dir(&store.folder) else { return };
    let mut stems = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        match path.extension().and_then(OsStr::to_str) {
            Some("new") if age().is_some_and(|age| age.as_secs() > LEFT_BEHIND) => {
                let _ = fs::remove_file(path);
            }
            Some("doc") => stems.extend(path.file_stem().and_then(OsStr::to_str).map(str::to_owned)),
            _ => {}
        }
    }
    remove_expired(store, folder, &stems);
}

/// Of a few at a time, whichever they are: each write adds one at most.
fn remove_expired(store: &FileStore, folder: &Folder, stems: &[String]) {
    const A_FEW: usize = 8;
    let mut random = [0; 4];
    if stems.is_empty() || system::random(&mut random).is_err() {
        return;
    }
    let first = u32::from_ne_bytes(random) as usize % stems.len();
    for stem in stems.iter().cycle().skip(first).take(A_FEW.min(stems.len())) {
        let is_over = || {
            let found = read_in(folder, &store.keys, stem).ok().flatten();
            found.is_some_and(|(document, _)| document.is_over(system::now()))
        };
        // Who is about to change one has it.
        let claim = is_over().then(|| claim(store, stem).ok().flatten()).flatten();
        if claim.is_some() && is_over() {
            let _ = remove(store, stem);
        }
    }
}
