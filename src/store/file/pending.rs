//! Authorization URLs that people have been sent to: one process shows the URL, another takes the code. Each is a file
//! that is written once, found by its state, and locked while its code is on the way to the server.
#![forbid(unsafe_code)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::files::{self, failed, Successor};
use super::guard::Guard;
use super::record::{self, Fields};
use super::Place;
use crate::error::Result;
use crate::json::Json;
use crate::secret::Secret;
use crate::store::{hash, Claim, Claimed, Found, PendingAuthorization};
use crate::system;
use crate::time::rfc3339;

/// So many of one account wait at most: whoever asks for the sign-in page again and again must not fill the disk.
const MOST: usize = 4096;

pub fn add(place: &Place, pending: &PendingAuthorization) -> Result<()> {
    place.make_folder()?;
    let folder = place.path("pending");
    files::make_folder(&folder)?;
    files::check_folder(&folder)?;
    tidy(&folder, Duration::from_secs(pending.request.expires_in.into()));
    let path = path_of(&folder, pending.state());
    let name = format!("{}/{}", place.name, stem(&path));
    let expires_at = system::now() + i64::from(pending.request.expires_in);
    let text = record::text(&members(pending, expires_at), true)?;
    let bytes = record::seal_with(&place.keys, "pending", &name, text)?;
    Successor::reserve(&path.with_extension("tmp"), 0)?.replace(&path, &bytes)
}

/// Whether a URL with that state was made here: nothing is claimed.
pub fn has(place: &Place, state: Option<&str>) -> bool {
    let folder = place.path("pending");
    match state {
        Some(state) => path_of(&folder, state).exists(),
        None => newest(&folder).is_some(),
    }
}

/// The one with that state or, for a code that came alone, the newest.
pub fn claim(place: &Place, state: Option<&str>) -> Result<Found> {
    let folder = place.path("pending");
    let path = match state {
        Some(state) => path_of(&folder, state),
        None => match newest(&folder) {
            Some(path) => path,
            None => return Ok(Found::None),
        },
    };
    if path.with_extension("used").exists() {
        return Ok(Found::Used);
    }
    let Some(bytes) = files::read(&path)? else { return Ok(Found::None) };
    let file = match files::open(OpenOptions::new().read(true).write(true), &path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Used), // at this moment
        file => file.map_err(|e| failed(&path, "cannot be locked", &e))?,
    };
    let Some(guard) = Guard::of(file).map_err(|e| failed(&path, "cannot be locked", &e))? else {
        return Ok(Found::Busy);
    };
    if !guard.has_name(&path) {
        return Ok(Found::Used);
    }
    let name = format!("{}/{}", place.name, stem(&path));
    let (json, _) = record::open(&place.keys, "pending", &name, &path, &bytes)?;
    record::check_format(&path, &json)?;
    let fields = Fields { path: &path, record: &json };
    fields.needed("state")?;
    let (redirect_uri, nonce) = (fields.needed("redirect_uri")?, fields.optional("nonce")?);
    let verifier = fields.optional("code_verifier")?;
    if system::now() >= fields.time("expires_at")?.unwrap_or_default() {
        return Ok(Found::Expired);
    }
    let claimed = Box::new(FileClaim { path, _guard: guard });
    Ok(Found::Claim(Claim { redirect_uri, verifier, nonce, claimed }))
}

struct FileClaim {
    path: PathBuf,
    _guard: Guard,
}

impl Claimed for FileClaim {
    fn check_room(&self) -> Result<()> {
        const ENOUGH: u64 = 16 * 1024;
        Successor::reserve(&self.path.with_extension("tmp"), ENOUGH).map(drop)
    }

    /// What is left only says so.
    fn used(&mut self) {
        let _ = fs::rename(&self.path, self.path.with_extension("used"));
    }
}

pub fn remove_all(place: &Place) -> Result<()> {
    let folder = place.path("pending");
    match fs::remove_dir_all(&folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(&folder, "cannot be removed", &e)),
        _ => Ok(()),
    }
}

fn path_of(folder: &Path, state: &str) -> PathBuf {
    folder.join(hash(&[state], 16)).with_extension("json")
}

fn stem(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_stem().unwrap_or_default().to_string_lossy()
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

fn newest(folder: &Path) -> Option<PathBuf> {
    let is_pending = |path: &Path| path.extension().is_some_and(|kind| kind == "json" || kind == "used");
    let all = entries(folder).into_iter().filter(|(_, path)| is_pending(path));
    all.max().map(|(_, path)| path.with_extension("json"))
}

fn entries(folder: &Path) -> Vec<(SystemTime, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let dated = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
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
        ("nonce", secret(pending.request.nonce.clone())),
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
