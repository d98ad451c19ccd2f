//! Authorization URLs that people have been sent to: one process shows the URL, another takes the code. Each is a file
//! that is written once, and locked while its code is on the way to the server. Its name says how far it has come:
//!
//! - `STATE.json`, by a hash of its state: it waits.
//! - `STATE.sent-CODE`: that code was sent, by its fingerprint, and no other is taken.
//! - `STATE.used`: its code has come to its end.
#![forbid(unsafe_code)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::files::{failed, Successor};
use super::folder::Folder;
use super::guard::{Guard, LockFile};
use super::record::{self, Fields};
use super::Place;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::Secret;
use crate::store::{hash, hex, Claim, Claimed, Found, PendingAuthorization};
use crate::system::{self, Opening};
use crate::time::rfc3339;

/// So many of one account wait at most: whoever asks for the sign-in page again and again must not fill the disk.
const MOST: usize = 4096;

/// So often somebody else may come between who adds to the folder and who takes it away.
const TRIES: u32 = 32;

pub fn add(place: &Place, folder: &Arc<Folder>, pending: &PendingAuthorization) -> Result<()> {
    let inner = place.name("pending");
    if folder.has_folder(&inner)? {
        tidy(&folder.path(&inner), Duration::from_secs(pending.request.expires_in.into()));
    }
    let stem = stem(pending.state());
    let expires_at = system::now() + i64::from(pending.request.expires_in);
    let text = record::text(&members(pending, expires_at), true)?;
    let name = format!("{}/{stem}", place.name);
    let bytes = record::seal_with(place.keys.sealing()?.as_ref(), "pending", &name, text)?;
    let name = format!("{inner}/{stem}.json");
    for _ in 0..TRIES {
        match write(folder, &inner, &stem, &bytes) {
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            written => return written.map_err(|e| failed(&folder.path(&name), "cannot be written", &e)),
        }
    }
    // Forgotten each time as soon as it was there, as the account is: this URL is one of those.
    folder.check_again()
}

/// Another job may take all of it away at any moment.
fn write(folder: &Arc<Folder>, inner: &str, stem: &str, bytes: &[u8]) -> io::Result<()> {
    let opened = folder.make_folder(inner)?;
    let mut file = Successor::reserve(folder, format!("{inner}/{stem}.tmp"), 0)?;
    file.replace(&format!("{inner}/{stem}.json"), bytes)?;
    system::flush_folder(&opened)
}

/// A file that nobody else writes, for what comes of an authorization.
pub fn temporary(place: &Place, folder: &Folder) -> Result<String> {
    let inner = place.name("pending");
    folder.make_folder(&inner).map_err(|e| failed(&folder.path(&inner), "the folder cannot be made", &e))?;
    folder.has_folder(&inner)?;
    let mut random = [0; 16];
    system::random(&mut random)?;
    Ok(format!("{inner}/{}.tmp", hex(&random)))
}

/// Whether a URL with that state has come so far: nothing is claimed.
pub fn has(place: &Place, state: &str, kind: &str) -> bool {
    place.path("pending").join(stem(state)).with_extension(kind).exists()
}

/// The one with that state or, for a code that came alone, the newest.
pub fn claim(place: &Place, folder: &Folder, state: Option<&str>, code: &str) -> Result<Found> {
    let inner = place.name("pending");
    if !folder.has_folder(&inner)? {
        return Ok(Found::None);
    }
    let Some(stem) = state.map(stem).or_else(|| newest(&folder.path(&inner))) else {
        return Ok(Found::None);
    };
    let kinds = ["json", &format!("sent-{code}")];
    for kind in kinds {
        match claim_file(place, folder, &stem, kind, code)? {
            Found::None => {}
            found => return Ok(found),
        }
    }
    let kind_of = |path: &Path| {
        let kind = path.extension().unwrap_or_default().to_str().map(str::to_owned);
        kind.filter(|kind| kind != "tmp" && path.file_stem().is_some_and(|name| name == stem.as_str()))
    };
    Ok(match entries(&folder.path(&inner)).iter().find_map(|(_, path)| kind_of(path)) {
        None => Found::None,
        // Somebody else's at this moment.
        Some(kind) if kinds.contains(&kind.as_str()) => Found::Busy,
        Some(_) => Found::Used,
    })
}

fn claim_file(place: &Place, folder: &Folder, stem: &str, kind: &str, code: &str) -> Result<Found> {
    let name = format!("{}/{stem}.{kind}", place.name("pending"));
    let path = folder.path(&name);
    let Some(bytes) = folder.read(&name)? else { return Ok(Found::None) };
    let file = match folder.open_file(&name, Opening::Write) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Found::None), // at this moment
        file => file.map_err(|e| failed(&path, "cannot be locked", &e))?,
    };
    let Some(guard) = Guard::of(LockFile::new(file)).map_err(|e| failed(&path, "cannot be locked", &e))?
    else {
        return Ok(Found::Busy);
    };
    if !guard.has_name(folder, &name) {
        return Ok(Found::None);
    }
    let (json, _) = record::open(&place.keys, "pending", &format!("{}/{stem}", place.name), &path, &bytes)?;
    record::check_format(&path, &json)?;
    let fields = Fields { path: &path, record: &json };
    fields.needed("state")?;
    let (redirect_uri, nonce) = (fields.needed("redirect_uri")?, fields.optional("nonce")?);
    let verifier = fields.optional("code_verifier")?;
    if system::now() >= fields.time("expires_at")?.unwrap_or_default() {
        return Ok(Found::Expired);
    }
    let claimed = Box::new(FileClaim { path, code: code.to_owned(), _guard: guard });
    Ok(Found::Claim(Claim { redirect_uri, verifier, nonce, claimed }))
}

struct FileClaim {
    /// As it is named now.
    path: PathBuf,
    code: String,
    _guard: Guard,
}

impl Claimed for FileClaim {
    fn sending(&mut self) -> Result<()> {
        let kind = format!("sent-{}", self.code);
        self.rename(&kind).map_err(|e| match e.kind() {
            // Forgotten, at this moment.
            ErrorKind::NotFound => Error::NoPending,
            _ => failed(&self.path, "cannot be renamed", &e),
        })
    }

    fn not_sent(&mut self) {
        let _ = self.rename("json");
    }

    /// What is left only says so.
    fn used(&mut self) {
        let _ = self.rename("used");
    }
}

impl FileClaim {
    /// The lock stays: it is the file's, whatever its name.
    fn rename(&mut self, kind: &str) -> io::Result<()> {
        let path = self.path.with_extension(kind);
        fs::rename(&self.path, &path)?;
        self.path = path;
        Ok(())
    }
}

/// What others add at the same time is newer, and may stay.
pub fn remove_all(place: &Place, folder: &Folder) -> Result<()> {
    let inner = place.name("pending");
    let cannot = |e: io::Error| failed(&folder.path(&inner), "cannot be removed", &e);
    if folder.has_folder(&inner).is_err() {
        return folder.remove(&inner).map_err(cannot); // no folder of ours
    }
    for _ in 0..TRIES {
        for (_, path) in entries(&folder.path(&inner)) {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            folder.remove(&format!("{inner}/{name}")).map_err(cannot)?;
        }
        match folder.remove_folder(&inner) {
            Err(e) if matches!(e.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {}
            removed => return removed.map_err(cannot),
        }
    }
    Ok(())
}

/// What a pending authorization's file is called, but for its kind.
fn stem(state: &str) -> String {
    hash(&[state], 16)
}

/// Takes away what is too old, and the oldest of too many.
fn tidy(folder: &Path, lifetime: Duration) {
    let now = SystemTime::now();
    let is_old = |at: &SystemTime| now.duration_since(*at).is_ok_and(|age| age > lifetime);
    let (mut goes, stays): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|(at, _)| is_old(at));
    if stays.len() >= MOST {
        let mut oldest: BinaryHeap<_> = stays.into_iter().map(Reverse).collect();
        while oldest.len() >= MOST {
            goes.extend(oldest.pop().map(|Reverse(entry)| entry));
        }
    }
    for (_, path) in goes {
        let _ = fs::remove_file(path);
    }
}

fn newest(folder: &Path) -> Option<String> {
    let is_pending = |path: &Path| path.extension().is_some_and(|kind| kind != "tmp");
    let all = entries(folder).into_iter().filter(|(_, path)| is_pending(path));
    let (_, path) = all.max()?;
    path.file_stem()?.to_str().map(str::to_owned)
}

fn entries(folder: &Path) -> Vec<(SystemTime, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let dated = |entry: DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
    entries.flatten().filter_map(dated).collect()
}

fn members(pending: &PendingAuthorization, expires_at: i64) -> Json {
    let text = Json::of_text;
    let secret = |secret: Option<Secret>| secret.map_or(Json::Null, Json::Text);
    Json::object([
        ("format", Json::Number(1.into())),
        ("state", text(pending.state())),
        ("redirect_uri", text(&pending.request.redirect_uri)),
        ("code_verifier", secret(pending.verifier())),
        ("nonce", secret(pending.nonce())),
        ("expires_at", text(&rfc3339(expires_at))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_too_many_go() {
        let folder = std::env::temp_dir().join(format!("liboauth-tidy-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let now = SystemTime::now();
        let add = |name: usize, age: u64| {
            let file = fs::File::create(folder.join(format!("{name}.json"))).unwrap();
            file.set_modified(now - Duration::from_secs(age)).unwrap();
        };
        (0..=MOST).for_each(|name| add(name, 1));
        add(7, 3);
        add(9, 2);
        add(11, 3600);
        tidy(&folder, Duration::from_secs(60));
        let left = |name: usize| folder.join(format!("{name}.json")).exists();
        let count = fs::read_dir(&folder).unwrap().count();
        let [oldest, next, too_old] = [7, 9, 11].map(left);
        tidy(&folder, Duration::from_secs(60));
        let again = fs::read_dir(&folder).unwrap().count();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((count, again), (MOST - 1, MOST - 1));
        assert_eq!((oldest, next, too_old), (false, true, false));
    }
}
