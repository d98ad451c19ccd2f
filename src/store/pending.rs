//! Authorization URLs that people have been sent to: one process shows the URL, another takes the code. Each is a file
//! that is written once, found by its state, and locked while its code is on the way to the server.
#![forbid(unsafe_code)]

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::files::{self, failed, Successor};
use super::lock::Guard;
use super::record::{self, Fields};
use super::{hash, Place};
use crate::error::Result;
use crate::json::Json;
use crate::secret::Secret;
use crate::system;
use crate::time::rfc3339;

/// What is remembered of a URL until its code comes.
pub struct StoredPending {
    pub state: Secret,
    pub redirect_uri: String,
    pub verifier: Option<Secret>,
    pub nonce: Option<Secret>,
    pub expires_at: i64,
}

pub enum Found {
    Claim(Box<Claim>),
    /// Its code is on the way, in another process or thread.
    Busy,
    /// Its code has brought tokens.
    Used,
    Expired,
    /// There is none with this state or, without a state, none at all.
    None,
}

/// A pending authorization that is nobody else's until this is dropped.
pub struct Claim {
    pub pending: StoredPending,
    path: PathBuf,
    _guard: Guard,
}

/// So many of one account wait at most: whoever asks for the sign-in page again and again must not fill the disk.
const MOST: usize = 4096;

impl Place {
    pub fn add_pending(&self, pending: &StoredPending, lifetime: Duration) -> Result<()> {
        self.make_folder()?;
        let folder = self.path("pending");
        files::make_folder(&folder)?;
        files::check_folder(&folder)?;
        tidy(&folder, lifetime);
        let path = path_of(&folder, pending.state.expose());
        let name = format!("{}/{}", self.name, stem(&path));
        let bytes = record::seal_with(&self.keys, "pending", &name, record::text(&members(pending), true)?)?;
        Successor::reserve(&path.with_extension("tmp"), 0)?.replace(&path, &bytes)
    }

    /// The one with that state or, for a code that came alone, the newest.
    pub fn find_pending(&self, state: Option<&str>) -> Result<Found> {
        find(self, state)
    }

    /// Whether a URL with that state was made here: nothing is claimed.
    pub fn has_pending(&self, state: Option<&str>) -> bool {
        let folder = self.path("pending");
        match state {
            Some(state) => path_of(&folder, state).exists(),
            None => newest(&folder).is_some(),
        }
    }
}

fn find(place: &Place, state: Option<&str>) -> Result<Found> {
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
    let pending = parse(&path, &json)?;
    if system::now() >= pending.expires_at {
        return Ok(Found::Expired);
    }
    Ok(Found::Claim(Box::new(Claim { pending, path, _guard: guard })))
}

impl Claim {
    /// Whether a record could be written, too: asked before the code is spent.
    pub fn check_room(&self) -> Result<()> {
        const ENOUGH: u64 = 16 * 1024;
        Successor::reserve(&self.path.with_extension("tmp"), ENOUGH).map(drop)
    }

    /// Its code has brought tokens: what is left only says so.
    pub fn used(&self) {
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
    let (old, mut young): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|(at, _)| is_old(at));
    let too_many = young.len().saturating_sub(MOST - 1);
    if too_many > 0 {
        young.sort();
    }
    for (_, path) in old.iter().chain(&young[..too_many]) {
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

fn members(pending: &StoredPending) -> Json {
    let text = Json::of_text;
    let secret = |secret: &Option<Secret>| secret.clone().map_or(Json::Null, Json::Text);
    Json::object([
        ("format", Json::Number(1.into())),
        ("state", Json::Text(pending.state.clone())),
        ("redirect_uri", text(&pending.redirect_uri)),
        ("code_verifier", secret(&pending.verifier)),
        ("nonce", secret(&pending.nonce)),
        ("expires_at", text(&rfc3339(pending.expires_at))),
    ])
}

fn parse(path: &Path, json: &Json) -> Result<StoredPending> {
    record::check_format(path, json)?;
    let fields = Fields { path, record: json };
    Ok(StoredPending {
        state: Secret::new(fields.needed("state")?),
        redirect_uri: fields.needed("redirect_uri")?,
        verifier: fields.optional("code_verifier")?,
        nonce: fields.optional("nonce")?,
        expires_at: fields.time("expires_at")?.unwrap_or_default(),
    })
}
