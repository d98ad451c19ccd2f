//! A record as text: JSON that a person can read, or the same sealed.
//!
//! `format` (1), `token_endpoint`, `client_id`, `account`, `generation`, `renewed_by` (a process), then the token's
//! members, some of which are left out where there are none (`dpop_key`: PKCS #8 in base64); of a token without a person, `machine` and `basis`, too.
//! Times are RFC 3339 (seconds since 1970 are read as well). A later format has a higher number.
#![forbid(unsafe_code)]

use std::path::Path;

use super::hash;
use super::seal::{self, Key, Keys};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::{Secret, Wiped};
use crate::time::{rfc3339, timestamp};
use crate::token::{Identity, MachineIdentity, Token};

const FORMAT: i64 = 1;

/// `name`: what a sealed one is bound to.
pub fn write(
    sealing: Option<&Key>,
    kind: &str,
    name: &str,
    identity: &Identity,
    token: &Token,
    is_pretty: bool,
) -> Result<Wiped<Vec<u8>>> {
    let bytes = text(&members(identity, token), is_pretty)?;
    seal_with(sealing, kind, name, bytes)
}

/// The record, and whether it should be written anew: with another key, or sealed at last.
pub fn read(
    keys: &Keys,
    kind: &str,
    name: &str,
    path: &Path,
    bytes: &[u8],
) -> Result<(Identity, Token, bool)> {
    let (record, is_stale) = open(keys, kind, name, path, bytes)?;
    let (identity, token) = parse(path, &record)?;
    Ok((identity, token, is_stale))
}

/// Two hashes: of the client, so that its accounts can be found among others', and of all.
pub fn name(identity: &Identity) -> String {
    let parts = [&client_parts(identity)[..], &[identity.account.as_str()]].concat();
    format!("{}-{}", client_prefix(identity), hash(&parts, 16))
}

pub fn client_prefix(identity: &Identity) -> String {
    hash(&client_parts(identity), 8)
}

/// What a machine's tokens are for tells them apart as the client does.
fn client_parts(identity: &Identity) -> Vec<&str> {
    let mut parts = vec![identity.token_endpoint.as_str(), identity.client_id.as_str()];
    if let Some(machine) = &identity.machine {
        let MachineIdentity { grant_type, scope, audience, resource, username, parameters } = machine;
        parts.extend([grant_type, scope, audience, resource, username, parameters].map(String::as_str));
    }
    parts
}

/// JSON as bytes that end with a line end.
pub fn text(json: &Json, is_pretty: bool) -> Result<Wiped<Vec<u8>>> {
    let mut bytes = Wiped::new(Vec::with_capacity(8192));
    if is_pretty {
        serde_json::to_writer_pretty(&mut *bytes, json)
    } else {
        serde_json::to_writer(&mut *bytes, json)
    }
    .map_err(|e| Error::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub fn seal_with(
    sealing: Option<&Key>,
    kind: &str,
    name: &str,
    plain: Wiped<Vec<u8>>,
) -> Result<Wiped<Vec<u8>>> {
    match sealing {
        Some(key) => Ok(Wiped::new(seal::seal(key, kind, name, &plain)?)),
        None => Ok(plain),
    }
}

/// What was written, unsealed, and whether it would be written in another way now.
pub fn open(keys: &Keys, kind: &str, name: &str, path: &Path, bytes: &[u8]) -> Result<(Json, bool)> {
    open_as(Json::parse, keys, kind, name, path, bytes)
}

/// Whose record it is: all that is read of it.
pub fn owner(keys: &Keys, kind: &str, name: &str, path: &Path, bytes: &[u8]) -> Result<Identity> {
    const MEMBERS: &[&str] =
        &["format", "token_endpoint", "client_id", "account", "machine", "sealed", "key", "nonce", "data"];
    let parse = |text: &str| Json::parse_members(text, MEMBERS);
    let (record, _) = open_as(parse, keys, kind, name, path, bytes)?;
    identity(path, &record)
}

fn open_as(
    parse: fn(&str) -> std::result::Result<Json, String>,
    keys: &Keys,
    kind: &str,
    name: &str,
    path: &Path,
    bytes: &[u8],
) -> Result<(Json, bool)> {
    let json = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).map_err(|_| damaged(path, "not UTF-8"))?;
        parse(text).map_err(|reason| damaged(path, &reason))
    };
    let outer = json(bytes)?;
    if !seal::is_sealed(&outer) {
        if keys.refuse_plain() {
            // What is no record has a sentence of its own.
            check_format(path, &outer)?;
            return Err(plain(path));
        }
        return Ok((outer, keys.now.is_some()));
    }
    let (plain, which) = seal::open(&keys.opening()?, kind, name, path, &outer)?;
    let is_stale = keys.now.is_none() || which > 0;
    Ok((json(&plain)?, is_stale))
}

/// Nothing shows who has written it.
fn plain(path: &Path) -> Error {
    let reason =
        "it is not sealed: if it is yours, set store_allow_plain to yes, and call oauth_store_reseal once";
    Error::StoreKey { path: path.display().to_string(), reason: reason.to_owned() }
}

pub fn damaged(path: &Path, what: &str) -> Error {
    let reason = format!("the record is damaged ({what}): move it away, then sign in or ask again");
    Error::StoreFormat { path: path.display().to_string(), reason }
}

fn members(identity: &Identity, token: &Token) -> Json {
    let text = Json::of_text;
    let secret = |secret: &Option<Secret>| secret.clone().map_or(Json::Null, Json::Text);
    let number = |number: u32| Json::Number(number.into());
    let time = |time: i64| text(&rfc3339(time));
    let mut members = vec![
        ("format", Json::Number(FORMAT.into())),
        ("token_endpoint", text(&identity.token_endpoint)),
        ("client_id", text(&identity.client_id)),
        ("account", text(&identity.account)),
        ("generation", number(token.generation)),
        ("renewed_by", number(token.renewed_by)),
        ("access_token", Json::Text(token.access_token.clone())),
        ("refresh_token", secret(&token.refresh_token)),
        ("id_token", secret(&token.id_token)),
        ("token_type", text(&token.token_type)),
        ("scope", token.scope.as_deref().map_or(Json::Null, text)),
        ("obtained_at", time(token.obtained_at)),
        ("expires_at", token.expires_at.map_or(Json::Null, time)),
        ("extra", Json::Members(token.extra.clone())),
    ];
    members.extend(token.code_verifier.clone().map(|verifier| ("code_verifier", Json::Text(verifier))));
    members.extend(token.dpop_key.clone().map(|key| ("dpop_key", Json::Text(key))));
    members.extend(token.token_host.as_ref().map(|host| ("token_host", text(host))));
    members.extend(token.is_id_checked.then_some(("id_token_checked", Json::Bool(true))));
    if !token.redirect.is_empty() {
        members.push(("redirect", Json::Members(token.redirect.clone())));
    }
    members.extend(identity.machine.as_ref().map(|machine| ("machine", of_machine(machine))));
    members.extend(token.basis.as_ref().map(|basis| ("basis", text(basis))));
    Json::Members(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn of_machine(machine: &MachineIdentity) -> Json {
    let MachineIdentity { grant_type, scope, audience, resource, username, parameters } = machine;
    Json::object([
        ("grant_type", Json::of_text(grant_type)),
        ("scope", Json::of_text(scope)),
        ("audience", Json::of_text(audience)),
        ("resource", Json::of_text(resource)),
        ("username", Json::of_text(username)),
        ("parameters_hash", Json::of_text(parameters)),
    ])
}

fn parse(path: &Path, record: &Json) -> Result<(Identity, Token)> {
    let identity = identity(path, record)?;
    let fields = Fields { path, record };
    let token = Token {
        access_token: fields.token("access_token")?.ok_or_else(|| damaged(path, "no access_token"))?,
        refresh_token: fields.token("refresh_token")?,
        id_token: fields.token("id_token")?,
        is_id_checked: record.member("id_token_checked") == Some(&Json::Bool(true)),
        token_type: fields.needed("token_type")?,
        scope: fields.scope()?,
        expires_at: fields.time("expires_at")?,
        obtained_at: fields.time("obtained_at")?.ok_or_else(|| damaged(path, "no obtained_at"))?,
        generation: fields.number("generation").and_then(|number| match i32::try_from(number) {
            Ok(_) => Ok(number),
            Err(_) => Err(damaged(path, "generation is out of bounds")),
        })?,
        renewed_by: fields.number("renewed_by")?,
        basis: record.member("basis").map(|_| fields.needed("basis")).transpose()?,
        extra: fields.members("extra")?.ok_or_else(|| fields.no("extra"))?,
        code_verifier: record.member("code_verifier").map_or(Ok(None), |_| fields.token("code_verifier"))?,
        token_host: record.member("token_host").map(|_| fields.needed("token_host")).transpose()?,
        redirect: fields.members("redirect")?.unwrap_or_default(),
        dpop_key: record.member("dpop_key").map_or(Ok(None), |_| fields.token("dpop_key"))?,
    };
    Ok((identity, token))
}

fn identity(path: &Path, record: &Json) -> Result<Identity> {
    check_format(path, record)?;
    let fields = Fields { path, record };
    Ok(Identity {
        token_endpoint: fields.needed("token_endpoint")?,
        client_id: fields.needed("client_id")?,
        account: fields.needed("account")?,
        machine: record.member("machine").map(|machine| machine_in(path, machine)).transpose()?,
    })
}

fn machine_in(path: &Path, machine: &Json) -> Result<MachineIdentity> {
    let fields = Fields { path, record: machine };
    Ok(MachineIdentity {
        grant_type: fields.needed("grant_type")?,
        scope: fields.needed("scope")?,
        audience: fields.needed("audience")?,
        resource: fields.needed("resource")?,
        username: fields.needed("username")?,
        parameters: fields.needed("parameters_hash")?,
    })
}

pub fn check_format(path: &Path, record: &Json) -> Result<()> {
    match record.member("format").map(Json::whole) {
        Some(Some(FORMAT)) => Ok(()),
        Some(Some(_)) => Err(Error::StoreFormat {
            path: path.display().to_string(),
            reason: "the record is of a newer version: update the library".to_owned(),
        }),
        _ => Err(damaged(path, "no format")),
    }
}

/// The members of a record that is to be read.
pub struct Fields<'a> {
    pub path: &'a Path,
    pub record: &'a Json,
}

impl Fields<'_> {
    fn member(&self, name: &str) -> Result<&Json> {
        self.record.member(name).ok_or_else(|| self.no(name))
    }

    fn no(&self, name: &str) -> Error {
        damaged(self.path, &format!("no {name}"))
    }

    pub fn needed(&self, name: &str) -> Result<String> {
        self.member(name)?.text().map(str::to_owned).ok_or_else(|| self.no(name))
    }

    pub fn optional(&self, name: &str) -> Result<Option<Secret>> {
        match self.member(name)? {
            Json::Text(text) if !text.expose().chars().any(char::is_control) => {
                Ok(Some(text.clone()).filter(|t| !t.is_empty()))
            }
            Json::Null => Ok(None),
            _ => Err(damaged(self.path, &format!("{name} is no text"))),
        }
    }

    /// What no server's answer has brought into it stands in no header (RFC 6749 appendix A.12).
    fn token(&self, name: &str) -> Result<Option<Secret>> {
        let token = self.optional(name)?;
        if token.as_ref().is_some_and(|token| !token.expose().is_ascii()) {
            return Err(damaged(self.path, &format!("{name} is no token")));
        }
        Ok(token)
    }

    /// One that is empty says that nothing was granted.
    fn scope(&self) -> Result<Option<String>> {
        match self.member("scope")? {
            Json::Text(text) if text.is_empty() => Ok(Some(String::new())),
            _ => Ok(self.optional("scope")?.map(|scope| scope.expose().to_owned())),
        }
    }

    pub fn time(&self, name: &str) -> Result<Option<i64>> {
        let read = match self.member(name)? {
            Json::Null => return Ok(None),
            Json::Text(text) => timestamp(text.expose()),
            number => number.whole(),
        };
        read.map(Some).ok_or_else(|| damaged(self.path, &format!("{name} is no time")))
    }

    fn members(&self, name: &str) -> Result<Option<Vec<(String, Json)>>> {
        match self.record.member(name) {
            None => Ok(None),
            Some(Json::Members(members)) => Ok(Some(members.clone())),
            Some(_) => Err(damaged(self.path, &format!("{name} is no object"))),
        }
    }

    fn number(&self, name: &str) -> Result<u32> {
        let number = self.member(name)?.whole().and_then(|n| u32::try_from(n).ok());
        number.ok_or_else(|| damaged(self.path, &format!("{name} is no number")))
    }
}
