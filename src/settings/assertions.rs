//! What assertions are signed with, and what they say; the protocol's [`crate::protocol::assertion::Assertion`].
#![forbid(unsafe_code)]

use super::row::{text, Given, Kind, Row, Words};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::jose::{Algorithm, KeyFault, SigningKey};
use crate::json::Json;
use crate::protocol::assertion::{Assertion, DEFAULT_EXPIRES_IN};
use crate::protocol::client_auth::ClientAuth;
use crate::protocol::grant::JWT_BEARER;
use crate::protocol::message::Signed;
use crate::secret::Secret;
use crate::secret_source::{SecretSource, Unread, Wanted};
use crate::time::Moment;
use crate::uri;

#[derive(Clone, Debug)]
pub struct Assertions {
    pub private_key: Option<SecretSource>,
    pub private_key_password: Option<SecretSource>,
    pub key_certificate: Option<SecretSource>,
    pub key_id: String,
    pub signing_alg: Option<Algorithm>,
    /// A query string or a JSON object.
    pub claims: String,
    /// Empty: the token endpoint.
    pub audience: String,
    pub expires_in: u32,
}

impl Default for Assertions {
    fn default() -> Self {
        Self {
            private_key: None,
            private_key_password: None,
            key_certificate: None,
            key_id: String::new(),
            signing_alg: None,
            claims: String::new(),
            audience: String::new(),
            expires_in: DEFAULT_EXPIRES_IN,
        }
    }
}

/// The word that stands for OAUTH_ISSUER.
pub const ISSUER: &str = "issuer";
const DAY: u32 = 86_400;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_PRIVATE_KEY,
        key: "private_key",
        kind: Kind::Source(a_key, |s| &s.assertions.private_key, |s| &mut s.assertions.private_key),
    },
    Row {
        number: number::OAUTH_PRIVATE_KEY_PASSWORD,
        key: "private_key_password",
        kind: Kind::Source(
            a_password,
            |s| &s.assertions.private_key_password,
            |s| &mut s.assertions.private_key_password,
        ),
    },
    Row {
        number: number::OAUTH_KEY_CERTIFICATE,
        key: "key_certificate",
        kind: Kind::Source(
            a_certificate,
            |s| &s.assertions.key_certificate,
            |s| &mut s.assertions.key_certificate,
        ),
    },
    Row {
        number: number::OAUTH_KEY_ID,
        key: "key_id",
        kind: Kind::Text(text, |s| &s.assertions.key_id, |s| &mut s.assertions.key_id),
    },
    Row {
        number: number::OAUTH_SIGNING_ALG,
        key: "signing_alg",
        kind: Kind::Word(|s| &s.assertions.signing_alg, |s| &mut s.assertions.signing_alg),
    },
    Row {
        number: number::OAUTH_ASSERTION_CLAIMS,
        key: "assertion_claims",
        kind: Kind::Text(claims, |s| &s.assertions.claims, |s| &mut s.assertions.claims),
    },
    Row {
        number: number::OAUTH_ASSERTION_AUDIENCE,
        key: "assertion_audience",
        kind: Kind::Text(text, |s| &s.assertions.audience, |s| &mut s.assertions.audience),
    },
    Row {
        number: number::OAUTH_ASSERTION_EXPIRES_IN,
        key: "assertion_expires_in",
        kind: Kind::SecondsOr(
            DEFAULT_EXPIRES_IN,
            1..=DAY,
            |s| &s.assertions.expires_in,
            |s| &mut s.assertions.expires_in,
        ),
    },
];

impl Words for Option<Algorithm> {
    const WORDS: &'static [(&'static str, Self)] = &algorithms();
}

const fn algorithms() -> [(&'static str, Option<Algorithm>); Algorithm::ALL.len()] {
    let mut words = [("", None); Algorithm::ALL.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = (Algorithm::ALL[at].0, Some(Algorithm::ALL[at].1));
        at += 1;
    }
    words
}

// ---- texts that are set ----

/// What it says is read when it is needed, as a file's is.
fn a_key(given: Given<'_>) -> Result<()> {
    let text = given.lines()?;
    if text.contains("-----BEGIN ") || text.trim_start().starts_with('{') {
        return Ok(());
    }
    Err(given.refused("use file:PATH, env:NAME, or the key itself as PEM or JWK"))
}

fn a_certificate(given: Given<'_>) -> Result<()> {
    if given.lines()?.contains("-----BEGIN ") {
        return Ok(());
    }
    Err(given.refused("use file:PATH, env:NAME, or the certificate itself as PEM"))
}

fn a_password(given: Given<'_>) -> Result<()> {
    given.checked().map(|_| ())
}

fn claims(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if claims_in(text).is_none() {
        return Err(given.refused("use a JSON object, or a query string such as sub=me@example.com"));
    }
    Ok(text.to_owned())
}

/// Of a query string an empty value leaves the claim out, as null does in JSON.
fn claims_in(text: &str) -> Option<Vec<(String, Json)>> {
    if text.trim_start().starts_with('{') {
        return match Json::parse(text) {
            Ok(Json::Members(members)) => Some(members),
            _ => None,
        };
    }
    let claim = |(name, value): (String, String)| {
        let value = if value.is_empty() { Json::Null } else { Json::of_text(&value) };
        (name, value)
    };
    let claims: Vec<_> = uri::parse_query(text).into_iter().map(claim).collect();
    let is_twice = |at: usize| claims[..at].iter().any(|(name, _)| *name == claims[at].0);
    let is_query = text.is_empty() || text.contains('=');
    let is_good = is_query && !(0..claims.len()).any(|at| is_twice(at) || claims[at].0.is_empty());
    is_good.then_some(claims)
}

// ---- what is made of them ----

const KEY: Wanted = Wanted {
    setting: "private_key",
    what: "key",
    kibibytes: 64,
    as_text: "openssl pkey -inform DER -in FILE -out NEW writes PEM (of .p12: openssl pkcs12 -nodes)",
};
const PASSWORD: Wanted =
    Wanted { setting: "private_key_password", what: "password", kibibytes: 4, as_text: "write it in UTF-8" };
const CERTIFICATE: Wanted = Wanted {
    setting: "key_certificate",
    what: "certificate",
    kibibytes: 64,
    as_text: "openssl x509 -inform DER -in FILE -out NEW writes PEM",
};

const AN_ASSERTION: &str = "an assertion is signed (or set service_account, or assertion)";

impl Settings {
    /// That of the client, where that is how it shows who it is.
    pub fn client_assertion(
        &self,
        method: ClientAuth,
        host: Option<&str>,
        at: &Moment,
    ) -> Result<Option<Signed>> {
        let key = match method {
            ClientAuth::PrivateKeyJwt => self.assertions.signing_key(AN_ASSERTION)?,
            ClientAuth::SecretJwt if self.client.client_secret.is_empty() => {
                return Err(Error::Missing { key: "client_secret", operation: "client_secret_jwt is used" })
            }
            ClientAuth::SecretJwt => SigningKey::of_secret(&self.client.client_secret)
                .map_err(|fault| unusable("client_auth", None, &fault))?,
            _ => return Ok(None),
        };
        // Those of a grant are another's.
        let more = if self.makes_grant_assertion() { Vec::new() } else { self.assertions.more() };
        self.signed(&key, String::new(), more, (host, at)).map(Some)
    }

    /// Whether the grant itself is an assertion that is made here.
    pub fn makes_grant_assertion(&self) -> bool {
        self.grant.grant_type == JWT_BEARER && self.grant.assertion.is_empty()
    }

    /// RFC 7523 section 2.1
    pub fn grant_assertion(&self, at: &Moment) -> Result<Signed> {
        let key = self.assertions.signing_key(AN_ASSERTION)?;
        self.signed(&key, self.authorization.scopes(), self.assertions.more(), (None, at))
    }

    fn signed(
        &self,
        key: &SigningKey,
        scope: String,
        more: Vec<(String, Json)>,
        (host, at): (Option<&str>, &Moment),
    ) -> Result<Signed> {
        let Assertions { signing_alg, audience, expires_in, key_id, .. } = &self.assertions;
        let algorithm = key.algorithm(*signing_alg).map_err(|fault| unusable("signing_alg", None, &fault))?;
        let audience = match audience.as_str() {
            "" => self.at_token_host(self.token_url()?, host)?,
            word if word.eq_ignore_ascii_case(ISSUER) && self.endpoints.issuer.is_empty() => {
                return Err(Error::Missing { key: "issuer", operation: "assertion_audience can be issuer" })
            }
            word if word.eq_ignore_ascii_case(ISSUER) => self.endpoints.issuer.clone(),
            text => text.to_owned(),
        };
        if self.client.client_id.is_empty() {
            return Err(Error::Missing { key: "client_id", operation: "tokens are asked for" });
        }
        let client_id = &self.client.client_id;
        Assertion { client_id, audience, expires_in: *expires_in, scope, more, key_id }
            .signed(key, algorithm, at)
    }
}

impl Assertions {
    /// What whoever reads the settings has of the key. None of it is sent anywhere.
    pub fn secrets(&self) -> Vec<Secret> {
        let sources = [&self.private_key, &self.private_key_password].into_iter().flatten();
        sources.filter(|source| source.is_here()).map(SecretSource::written).collect()
    }

    /// Those that are set beside the usual ones.
    pub fn more(&self) -> Vec<(String, Json)> {
        claims_in(&self.claims).unwrap_or_default()
    }

    /// The key, and what it signs with. `operation`: what cannot be done without.
    pub fn key_for(&self, operation: &'static str) -> Result<(SigningKey, Algorithm)> {
        let key = self.signing_key(operation)?;
        let algorithm =
            key.algorithm(self.signing_alg).map_err(|fault| unusable("signing_alg", None, &fault))?;
        Ok((key, algorithm))
    }

    /// Read whenever it is needed: a file can be replaced.
    fn signing_key(&self, operation: &'static str) -> Result<SigningKey> {
        let Some(source) = &self.private_key else {
            return Err(Error::Missing { key: "private_key", operation });
        };
        let text = read(source, KEY)?;
        let password = self.private_key_password.as_ref().map(|source| read(source, PASSWORD)).transpose()?;
        // An editor leaves a line end.
        let password = password.map(|text| Secret::new(text.expose().trim_end_matches(['\n', '\r'])));
        let key = SigningKey::parse(text.expose(), password.as_ref())
            .map_err(|fault| unusable("private_key", Some(source), &fault))?;
        let Some(source) = &self.key_certificate else { return Ok(key) };
        let certificate = read(source, CERTIFICATE)?;
        key.with_certificate(certificate.expose())
            .map_err(|fault| unusable("key_certificate", Some(source), &fault))
    }
}

/// The text, wherever it is.
pub fn read(source: &SecretSource, wanted: Wanted) -> Result<Secret> {
    source.read(wanted).map_err(|Unread { place, reason, .. }| Error::Certificate {
        key: wanted.setting,
        reason: format!("{reason}: {place}"),
    })
}

fn unusable(key: &'static str, source: Option<&SecretSource>, fault: &KeyFault) -> Error {
    let place = source.filter(|source| !source.is_here());
    let place = place.map(|source| format!(": {}", source.place())).unwrap_or_default();
    Error::Certificate { key, reason: format!("{fault}{place}") }
}
