//! `file:FOLDER`: one record per token endpoint, client and account, readable by a person and by its owner alone.
//!
//! A record is JSON: `format` (1), `token_endpoint`, `client_id`, `account`, then the token's members; times
//! are seconds since 1970.
//!
//! It is written to a temporary file, flushed and renamed, so that a reader sees the old one or the new.
#![forbid(unsafe_code)]

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Identity;
use crate::error::{Error, Result};
use crate::protocol::json::Json;
use crate::secret::{Secret, Wiped};
use crate::settings::FileSetting;
use crate::system;
use crate::token::Token;

const FORMAT: i64 = 1;
/// A record is a few kilobytes.
const MAX_RECORD: u64 = 4 * 1024 * 1024;

pub fn load(folder: &FileSetting, identity: &Identity) -> Result<Option<Token>> {
    let path = record_path(folder, identity);
    let file = match open_no_link(OpenOptions::new().read(true), &path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            // A symbolic link has a reason of its own.
            if let Ok(found) = fs::symlink_metadata(&path) {
                check_record(&path, &found)?;
            }
            return Err(failed(&path, "cannot be read", &e));
        }
    };
    check_folder(folder_of(&path))?;
    // Of the file that was opened, not of whatever has its name by now.
    let found = file.metadata().map_err(|e| failed(&path, "cannot be read", &e))?;
    check_record(&path, &found)?;
    let mut bytes = Wiped::new(Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0) + 1));
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
    let record = Wiped::new(write(identity, token).map_err(|e| Error::Internal(e.to_string()))?);
    let temporary = temporary_path(&path)?;
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

/// Beside the record, so that a rename is one step; a name that nobody else has, in another container either.
fn temporary_path(path: &Path) -> Result<PathBuf> {
    let mut random = [0; 8];
    system::random(&mut random)?;
    Ok(path.with_extension(format!("{:016x}.tmp", u64::from_ne_bytes(random))))
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
        return unsafe_because("the folder is a symbolic link (name the folder itself)");
    }
    if !found.is_dir() {
        let path = folder.display().to_string();
        return Err(Error::Store {
            path,
            reason: "it is a file, and file: names a folder".to_owned(),
            passes: false,
        });
    }
    if found.uid() != system::effective_user() {
        return unsafe_because("the folder belongs to another user (use one of your own)");
    }
    if found.mode() & 0o022 != 0 {
        return unsafe_because("other users can write to the folder (chmod 700)");
    }
    Ok(())
}

fn check_record(path: &Path, found: &fs::Metadata) -> Result<()> {
    let unsafe_because = |reason| Err(Error::StoreUnsafe { path: path.display().to_string(), reason });
    if !found.is_file() {
        return unsafe_because("the record is a symbolic link or no file (move it away and sign in again)");
    }
    if found.uid() != system::effective_user() {
        return unsafe_because("the record belongs to another user (use a folder of your own)");
    }
    if found.mode() & 0o077 != 0 {
        return unsafe_because("other users can read the record (chmod 600)");
    }
    Ok(())
}

fn open_no_link(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    // A named pipe must not make us wait.
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

fn write_temporary(path: &Path, record: &[u8]) -> io::Result<()> {
    let mut file = open_no_link(OpenOptions::new().write(true).create_new(true).mode(0o600), path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(record)?;
    file.sync_all()
}

fn write(identity: &Identity, token: &Token) -> serde_json::Result<Vec<u8>> {
    let text = |text: &str| Json::Text(Secret::new(text));
    let secret = |secret: &Option<Secret>| secret.clone().map_or(Json::Null, Json::Text);
    let number = |number: i64| Json::Number(number.into());
    let record = Json::Members(
        [
            ("format", number(FORMAT)),
            ("token_endpoint", text(&identity.token_endpoint)),
            ("client_id", text(&identity.client_id)),
            ("account", text(&identity.account)),
            ("access_token", Json::Text(token.access_token.clone())),
            ("refresh_token", secret(&token.refresh_token)),
            ("id_token", secret(&token.id_token)),
            ("token_type", text(&token.token_type)),
            ("scope", token.scope.as_deref().map_or(Json::Null, text)),
            ("expires_at", token.expires_at.map_or(Json::Null, number)),
            ("obtained_at", number(token.obtained_at)),
            ("extra", Json::Members(token.extra.clone())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
    );
    let mut bytes = Vec::with_capacity(8192);
    serde_json::to_writer_pretty(&mut bytes, &record)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn parse(path: &Path, identity: &Identity, text: &str) -> Result<Token> {
    let wrong =
        |reason: &str| Error::StoreFormat { path: path.display().to_string(), reason: reason.to_owned() };
    let damaged =
        |what: &str| wrong(&format!("the record is damaged ({what}): move it away and sign in again"));
    let record = Json::parse(text).map_err(|reason| damaged(&reason))?;
    match whole(&record, "format") {
        Some(FORMAT) => {}
        Some(_) => return Err(wrong("the record is of a newer version: update the library")),
        None => return Err(damaged("no format")),
    }
    let member = |name: &str| record.member(name).ok_or_else(|| damaged(&format!("no {name}")));
    let needed = |name: &str| member(name)?.text().ok_or_else(|| damaged(&format!("no {name}")));
    let optional = |name: &str| match member(name)? {
        Json::Text(text) if !text.expose().chars().any(char::is_control) => {
            Ok(Some(text.clone()).filter(|t| !t.is_empty()))
        }
        Json::Null => Ok(None),
        _ => Err(damaged(&format!("{name} is no text"))),
    };
    let whose = [needed("token_endpoint")?, needed("client_id")?, needed("account")?];
    if whose != [&identity.token_endpoint, &identity.client_id, &identity.account] {
        return Err(wrong("the record is another client's (move it away and sign in again)"));
    }
    let expires_at = match member("expires_at")? {
        Json::Null => None,
        _ => Some(whole(&record, "expires_at").ok_or_else(|| damaged("expires_at is no number"))?),
    };
    Ok(Token {
        access_token: optional("access_token")?.ok_or_else(|| damaged("no access_token"))?,
        refresh_token: optional("refresh_token")?,
        id_token: optional("id_token")?,
        token_type: needed("token_type")?.to_owned(),
        scope: optional("scope")?.map(|scope| scope.expose().to_owned()),
        expires_at,
        obtained_at: whole(&record, "obtained_at").ok_or_else(|| damaged("no obtained_at"))?,
        extra: match member("extra")? {
            Json::Members(members) => members.clone(),
            _ => return Err(damaged("extra is no object")),
        },
    })
}

fn whole(record: &Json, name: &str) -> Option<i64> {
    match record.member(name) {
        Some(Json::Number(number)) => number.as_i64(),
        _ => None,
    }
}

fn failed(path: &Path, what: &str, e: &io::Error) -> Error {
    use io::ErrorKind as Kind;
    let (advice, passes) = match e.kind() {
        Kind::PermissionDenied
        | Kind::NotFound
        | Kind::NotADirectory
        | Kind::IsADirectory
        | Kind::InvalidFilename
        | Kind::ReadOnlyFilesystem => ("make it for this user, or change store", false),
        _ => ("try again later", true),
    };
    Error::Store { path: path.display().to_string(), reason: format!("{what} ({e}): {advice}"), passes }
}
