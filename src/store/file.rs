//! `file:FOLDER`: one record per token endpoint, client and account, readable by a person and by its owner alone.
//!
//! A record is JSON: `format` (1), `token_endpoint`, `client_id`, `account`, then the token's members; times
//! are seconds since 1970.
//!
//! It is written to a temporary file, flushed and renamed, so that a reader sees the old one or the new.
#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use zeroize::Zeroizing;

use super::Identity;
use crate::error::{Error, Result};
use crate::protocol::json::Json;
use crate::secret::Secret;
use crate::settings::FileSetting;
use crate::system;
use crate::token::Token;

const FORMAT: u32 = 1;
/// A record is a few kilobytes.
const MAX_RECORD: u64 = 4 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Record {
    format: u32,
    token_endpoint: String,
    client_id: String,
    account: String,
    access_token: Json,
    refresh_token: Json,
    id_token: Json,
    token_type: String,
    scope: Option<String>,
    expires_at: Option<i64>,
    obtained_at: i64,
    extra: Json,
}

pub fn load(folder: &FileSetting, identity: &Identity) -> Result<Option<Token>> {
    let path = record_path(folder, identity);
    let found = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(&path, "cannot be read", &e)),
    };
    check_folder(folder_of(&path))?;
    check_record(&path, &found)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0) + 1));
    let file = open_no_link(OpenOptions::new().read(true), &path)
        .map_err(|e| failed(&path, "cannot be read", &e))?;
    file.take(MAX_RECORD + 1).read_to_end(&mut bytes).map_err(|e| failed(&path, "cannot be read", &e))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::StoreFormat {
        path: path.display().to_string(),
        reason: "the record is damaged (not UTF-8): move it away and sign in again".to_owned(),
    })?;
    parse(&path, identity, text).map(Some)
}

pub fn save(folder: &FileSetting, identity: &Identity, token: &Token) -> Result<()> {
    let path = record_path(folder, identity);
    let parent = folder_of(&path);
    make_folder(parent)?;
    check_folder(parent)?;
    // What nobody understands is left as it is.
    load(folder, identity)?;
    let record = Zeroizing::new(write(identity, token).map_err(|e| Error::Internal(e.to_string()))?);
    let temporary = temporary_path(&path);
    let written = write_temporary(&temporary, &record).and_then(|()| fs::rename(&temporary, &path));
    if let Err(e) = written {
        let _ = fs::remove_file(&temporary);
        return Err(failed(&path, "cannot be written", &e));
    }
    // The name is on the disk only when the folder is.
    File::open(parent).and_then(|f| f.sync_all()).map_err(|e| failed(parent, "cannot be flushed", &e))
}

fn record_path(folder: &FileSetting, identity: &Identity) -> PathBuf {
    let mut hash = Sha256::new();
    for part in [&identity.token_endpoint, &identity.client_id, &identity.account] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let mut name = String::with_capacity(40);
    for byte in &hash.finalize()[..16] {
        let _ = write!(name, "{byte:02x}");
    }
    name.push_str(".json");
    folder.path.clone().unwrap_or_default().join(name)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

/// Beside the record, so that a rename is one step; a name that no other writer has.
fn temporary_path(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{}-{count}.tmp", std::process::id()))
}

fn make_folder(folder: &Path) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        // The umask may have taken rights that the owner needs.
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o700)),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
    .map_err(|e| failed(folder, "the folder cannot be made", &e))
}

fn check_folder(folder: &Path) -> Result<()> {
    let unsafe_because = |reason| Err(Error::StoreUnsafe { path: folder.display().to_string(), reason });
    let found = fs::symlink_metadata(folder).map_err(|e| failed(folder, "cannot be read", &e))?;
    if found.file_type().is_symlink() {
        return unsafe_because("the folder is a symbolic link");
    }
    if !found.is_dir() {
        let path = folder.display().to_string();
        return Err(Error::Store { path, reason: "it is a file, and file: names a folder".to_owned() });
    }
    if found.uid() != system::effective_user() {
        return unsafe_because("the folder belongs to another user");
    }
    if found.mode() & 0o022 != 0 {
        return unsafe_because("other users can write to the folder (chmod 700)");
    }
    Ok(())
}

fn check_record(path: &Path, found: &fs::Metadata) -> Result<()> {
    let unsafe_because = |reason| Err(Error::StoreUnsafe { path: path.display().to_string(), reason });
    if !found.is_file() {
        return unsafe_because("the record is a symbolic link or no file");
    }
    if found.uid() != system::effective_user() {
        return unsafe_because("the record belongs to another user");
    }
    if found.mode() & 0o077 != 0 {
        return unsafe_because("other users can read the record (chmod 600)");
    }
    Ok(())
}

fn open_no_link(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.custom_flags(libc::O_NOFOLLOW).open(path)
}

fn write_temporary(path: &Path, record: &[u8]) -> io::Result<()> {
    let mut file = open_no_link(OpenOptions::new().write(true).create_new(true).mode(0o600), path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(record)?;
    file.sync_all()
}

fn write(identity: &Identity, token: &Token) -> serde_json::Result<Vec<u8>> {
    let optional = |secret: &Option<Secret>| secret.clone().map_or(Json::Null, Json::Text);
    let record = Record {
        format: FORMAT,
        token_endpoint: identity.token_endpoint.clone(),
        client_id: identity.client_id.clone(),
        account: identity.account.clone(),
        access_token: Json::Text(token.access_token.clone()),
        refresh_token: optional(&token.refresh_token),
        id_token: optional(&token.id_token),
        token_type: token.token_type.clone(),
        scope: token.scope.clone(),
        expires_at: token.expires_at,
        obtained_at: token.obtained_at,
        extra: Json::Members(token.extra.clone()),
    };
    let mut bytes = Vec::with_capacity(8192);
    serde_json::to_writer_pretty(&mut bytes, &record)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn parse(path: &Path, identity: &Identity, text: &str) -> Result<Token> {
    let wrong =
        |reason: &str| Error::StoreFormat { path: path.display().to_string(), reason: reason.to_owned() };
    let json = Json::parse(text).map_err(|reason| {
        wrong(&format!("the record is damaged ({reason}): move it away and sign in again"))
    })?;
    match json.member("format") {
        Some(Json::Number(number)) if number.as_u64() == Some(FORMAT.into()) => {}
        Some(Json::Number(_)) => return Err(wrong("the record is of a newer version: update the library")),
        _ => return Err(wrong("the record is damaged (no format): move it away and sign in again")),
    }
    // serde's sentences can quote what they read, and that can be a token.
    let record: Record = serde_json::from_str(text)
        .map_err(|_| wrong("the record is damaged (a member is missing): move it away and sign in again"))?;
    let whose = Identity {
        token_endpoint: record.token_endpoint,
        client_id: record.client_id,
        account: record.account,
    };
    if whose != *identity {
        return Err(wrong("the record is another client's"));
    }
    let optional = |json: Json| match json {
        Json::Text(text) if !text.expose().chars().any(char::is_control) => {
            Ok(Some(text).filter(|t| !t.is_empty()))
        }
        Json::Null => Ok(None),
        _ => Err(wrong("the record is damaged (a token is none): move it away and sign in again")),
    };
    if ["scope", "expires_at"].iter().any(|name| json.member(name).is_none()) {
        return Err(wrong("the record is damaged (a member is missing): move it away and sign in again"));
    }
    let Some(access_token) = optional(record.access_token)? else {
        return Err(wrong("the record is damaged (no access_token): move it away and sign in again"));
    };
    Ok(Token {
        access_token,
        refresh_token: optional(record.refresh_token)?,
        id_token: optional(record.id_token)?,
        token_type: record.token_type,
        scope: record.scope,
        expires_at: record.expires_at,
        obtained_at: record.obtained_at,
        extra: if let Json::Members(members) = record.extra { members } else { Vec::new() },
    })
}

fn failed(path: &Path, what: &str, e: &io::Error) -> Error {
    Error::Store { path: path.display().to_string(), reason: format!("{what} ({e})") }
}
