//! Seals what is stored, so that whoever reads the folder, a backup or a database row has no token.
//!
//! A sealed text is JSON, as a plain record is: `format` (1), `sealed` (the algorithm), `key` (which one, not the
//! key), `nonce`, `data`. It opens only under its own kind and name: moved to another's place, it is refused.
#![forbid(unsafe_code)]

mod key;
#[cfg(test)]
mod tests;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use std::path::Path;

pub use key::{Key, KeySource, Keys};

use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::Wiped;
use crate::system;

const FORMAT: i64 = 1;
const ALGORITHM: &str = "xchacha20poly1305";
const NONCE: usize = 24;
const TAG: usize = 16;

/// `plain` as sealed JSON. `kind` is "record" or "pending", `name` the file's stem.
pub fn seal(key: &Key, kind: &str, name: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let internal = |what: &str| Error::Internal(format!("{what} at sealing"));
    // Drawn at random, 24 bytes do not come twice.
    let mut nonce = [0; NONCE];
    system::random(&mut nonce)?;
    // It would be plain still if sealing failed.
    let mut data = Wiped::new(Vec::with_capacity(plain.len() + TAG));
    data.extend_from_slice(plain);
    let tag = cipher(key)?
        .encrypt_in_place_detached(&XNonce::from(nonce), &place(kind, name), &mut data)
        .map_err(|_| internal("the text is too long"))?;
    data.extend_from_slice(&tag);
    let text = Json::of_text;
    let sealed = Json::object([
        ("format", Json::Number(FORMAT.into())),
        ("sealed", text(ALGORITHM)),
        ("key", text(key.id())),
        ("nonce", text(&STANDARD.encode(nonce))),
        ("data", text(&STANDARD.encode(&*data))),
    ]);
    let mut bytes = Vec::with_capacity(256 + data.len() / 3 * 4);
    serde_json::to_writer_pretty(&mut bytes, &sealed).map_err(|_| internal("no JSON"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Also one whose algorithm's name is damaged: a plain record has no `data`.
pub fn is_sealed(json: &Json) -> bool {
    ["sealed", "data"].iter().any(|name| json.member(name).is_some())
}

/// The plain text, and which of `keys` opened it. `path` is for the error's sentence.
pub fn open(
    keys: &[Key],
    kind: &str,
    name: &str,
    path: &Path,
    json: &Json,
) -> Result<(Wiped<Vec<u8>>, usize)> {
    let wrong =
        |reason: &str| Error::StoreFormat { path: path.display().to_string(), reason: reason.to_owned() };
    let damaged = |what: &str| {
        wrong(&format!("the record is damaged ({what}): move it away, then sign in or ask again"))
    };
    let newer = || wrong("the record is of a newer version: update the library");
    match json.member("format") {
        Some(Json::Number(format)) if format.as_i64() == Some(FORMAT) => {}
        Some(Json::Number(format)) if format.as_f64().is_some_and(|f| f > 1.0) => return Err(newer()),
        _ => return Err(damaged("no format")),
    }
    let text =
        |name: &str| json.member(name).and_then(Json::text).ok_or_else(|| damaged(&format!("no {name}")));
    if text("sealed")? != ALGORITHM {
        return Err(newer());
    }
    let at = find(keys, text("key")?, path)?;
    let bytes =
        |name: &str| STANDARD.decode(text(name)?).map_err(|_| damaged(&format!("{name} is no base64")));
    let nonce: [u8; NONCE] = bytes("nonce")?.try_into().map_err(|_| damaged("nonce is of another length"))?;
    let mut data = Wiped::new(bytes("data")?);
    let length = data.len().checked_sub(TAG).ok_or_else(|| damaged("data is too short"))?;
    let tag: [u8; TAG] = data[length..].try_into().map_err(|_| damaged("data is too short"))?;
    data.truncate(length);
    cipher(&keys[at])?
        .decrypt_in_place_detached(&XNonce::from(nonce), &place(kind, name), &mut data, &Tag::from(tag))
        .map_err(|_| damaged("changed, or moved here from another name"))?;
    Ok((data, at))
}

fn find(keys: &[Key], id: &str, path: &Path) -> Result<usize> {
    let refused = |reason: String| Error::StoreKey { path: path.display().to_string(), reason };
    if let Some(at) = keys.iter().position(|key| key.id() == id) {
        return Ok(at);
    }
    Err(if keys.is_empty() {
        refused("the record is sealed, and no key is set (set store_key)".to_owned())
    } else if id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        refused(format!("another key sealed the record: set it as store_old_key (id {id})"))
    } else {
        let reason = "the record is damaged (no key): move it away, then sign in or ask again".to_owned();
        Error::StoreFormat { path: path.display().to_string(), reason }
    })
}

fn cipher(key: &Key) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.bytes())
        .map_err(|_| Error::Internal("the key is of another length".to_owned()))
}

/// What is sealed along with the text, and stands nowhere in it: where it belongs.
fn place(kind: &str, name: &str) -> Vec<u8> {
    format!("liboauth {FORMAT}\n{kind}\n{name}").into_bytes()
}
