//! Whether an ID token is what was asked for (OpenID Connect Core sections 3.1.3.7, 3.1.3.8 and 12.2). Who has signed it is
//! not looked at here.
#![forbid(unsafe_code)]

#[cfg(all(test, feature = "sign"))]
mod speed;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

use crate::error::{Action, Error, Result};
use crate::jose::{self, Algorithm, Jws};
use crate::json::Json;
use crate::secret::Secret;
use crate::time::Clock;

/// What an ID token must say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub algorithms: &'a [Algorithm],
    /// Seconds that clocks may differ.
    pub skew: u32,
    /// That of the authorization request, if it had one.
    pub nonce: Option<&'a Secret>,
    /// Seconds since the person has shown who they are, where the request had a limit.
    pub max_age: Option<u32>,
    /// What came with it.
    pub access_token: &'a Secret,
    pub clock: Clock,
}

/// Claims that say what was expected; who has signed them is to be looked at.
pub struct SignedClaims {
    pub text: Secret,
    /// The text's parts.
    pub jws: Jws,
}

pub fn check(text: &Secret, expected: &Expected<'_>) -> Result<SignedClaims> {
    let jws = expected.parse(text)?;
    expected.by_whom(&jws)?;
    expected.when(&jws.claims)?;
    expected.bound_to(&jws)?;
    Ok(SignedClaims { text: text.clone(), jws })
}

/// Whether a refreshed one is of the same person, server and client as the one `before` (section 12.2).
pub fn check_same(text: &str, before: &str) -> Result<()> {
    let (Some(now), Some(before)) = (jose::claims(text), jose::claims(before)) else { return Ok(()) };
    let differs = |name: &&str| match (now.member(name), before.member(name)) {
        (Some(now), Some(before)) => match *name {
            "aud" => audiences(before).any(|audience| !audiences(now).any(|other| other == audience)),
            _ => now != before,
        },
        (now, before) => now.is_some() != before.is_some(),
    };
    match ["sub", "iss", "aud"].iter().find(|name| differs(name)) {
        Some(name) => Err(refused(format!(
            "after a refresh its {name} is another than at the sign-in: sign in again, or tell the server's people"
        ))),
        None => Ok(()),
    }
}

impl Expected<'_> {
    fn parse(&self, text: &Secret) -> Result<Jws> {
        let jws = Jws::parse(text.expose()).map_err(|fault| refused(fault.to_string()))?;
        if !self.algorithms.contains(&jws.algorithm) {
            let name = jws.algorithm.name();
            return Err(misconfigured(format!("its alg is {name}, which id_token_alg lacks: add it there")));
        }
        Ok(jws)
    }

    /// An answer of the userinfo endpoint that is signed (section 5.3.2).
    pub fn check_signed_answer(&self, text: Secret) -> Result<SignedClaims> {
        let jws = self.parse(&text)?;
        if jws.text("iss").is_some_and(|issuer| issuer != self.issuer) {
            return Err(misconfigured("userinfo is from another issuer: check issuer"));
        }
        let audience = jws.claims.member("aud");
        if audience.is_some_and(|all| !audiences(all).any(|audience| audience == self.client_id)) {
            return Err(misconfigured("userinfo is for another client: check client_id"));
        }
        Ok(SignedClaims { text, jws })
    }

    fn by_whom(&self, jws: &Jws) -> Result<()> {
        if jws.text("iss") != Some(self.issuer) {
            return Err(misconfigured("its iss is not issuer: write issuer as the server does"));
        }
        let audience =
            jws.claims.member("aud").ok_or_else(|| refused("it has no aud: tell the server's people"))?;
        if !audiences(audience).any(|audience| audience == self.client_id) {
            return Err(misconfigured("it is for another client: check client_id"));
        }
        let is_of_many = matches!(audience, Json::List(list) if list.len() > 1);
        match jws.claims.member("azp") {
            None if is_of_many => Err(refused(
                "it is for several clients and does not say for which (azp): tell the server's people",
            )),
            Some(party) if party.text() != Some(self.client_id) => {
                Err(misconfigured("it was given to another client (azp): check client_id"))
            }
            _ if jws.text("sub").is_none_or(str::is_empty) => {
                Err(refused("it does not say whose it is (sub): tell the server's people"))
            }
            _ => Ok(()),
        }
    }

    /// By the server's own clock where that is known: it has just made it.
    fn when(&self, claims: &Json) -> Result<()> {
        let (now, skew) = (self.clock.now.saturating_add(self.clock.ahead()), i64::from(self.skew));
        let needed = |name: &str| {
            seconds(claims, name)?
                .ok_or_else(|| refused(format!("it does not say when ({name}): tell the server's people")))
        };
        if now >= needed("exp")?.saturating_add(skew) {
            return Err(refused("it has expired: sign in again, and check this machine's clock"));
        }
        let begins = seconds(claims, "nbf")?.into_iter().chain([needed("iat")?]).max();
        if begins.is_some_and(|begins| begins > now.saturating_add(skew)) {
            return Err(refused("it is from the future: check this machine's clock, or raise clock_skew"));
        }
        let Some(max_age) = self.max_age else { return Ok(()) };
        match seconds(claims, "auth_time")? {
            None => Err(refused(
                "it does not say when the person signed in (auth_time), as max_age needs: leave max_age out",
            )),
            Some(at) if now.saturating_sub(at) > skew.saturating_add(max_age.into()) => {
                Err(refused("the person signed in longer ago than max_age allows: sign in again"))
            }
            Some(_) => Ok(()),
        }
    }

    /// To this sign-in, and to what came with it.
    fn bound_to(&self, jws: &Jws) -> Result<()> {
        if self.nonce.is_some_and(|nonce| jws.text("nonce") != Some(nonce.expose())) {
            return Err(refused("its nonce is not this sign-in's: sign in again with a new URL"));
        }
        match jws.claims.member("at_hash") {
            Some(hash) if hash.text() != Some(&half_hash(jws.algorithm, self.access_token.expose())) => {
                Err(refused("it belongs to another access token (at_hash): sign in again"))
            }
            _ => Ok(()),
        }
    }
}

fn audiences(audience: &Json) -> impl Iterator<Item = &str> {
    let (one, many) = match audience {
        Json::List(list) => (None, &list[..]),
        one => (one.text(), &[][..]),
    };
    one.into_iter().chain(many.iter().filter_map(Json::text))
}

/// RFC 7519 section 2: NumericDate, also with a fraction.
fn seconds(claims: &Json, name: &str) -> Result<Option<i64>> {
    #[allow(clippy::cast_possible_truncation)] // saturates
    let whole =
        |number: &serde_json::Number| number.as_i64().or_else(|| Some(number.as_f64()?.floor() as i64));
    match claims.member(name) {
        None => Ok(None),
        Some(Json::Number(number)) => Ok(whole(number)),
        Some(_) => Err(refused(format!("its {name} is no number: tell the server's people"))),
    }
}

/// Section 3.1.3.6: the left half of the hash that the algorithm uses.
fn half_hash(algorithm: Algorithm, text: &str) -> String {
    let hash = algorithm.hash(text);
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

/// Another sign-in may bring a better one.
pub fn refused(reason: impl Into<String>) -> Error {
    Error::IdToken { reason: reason.into(), action: Action::SignIn }
}

/// The next one would be refused, too.
fn misconfigured(reason: impl Into<String>) -> Error {
    Error::IdToken { reason: reason.into(), action: Action::Fix }
}
