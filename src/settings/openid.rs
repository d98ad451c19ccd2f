//! Who has signed in (OpenID Connect): where the server's keys are, what an ID token must say, and where else to ask.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::endpoints::{for_requests, url_or_path};
use super::row::{Given, Kind, Row};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::jose::Algorithm;
use crate::protocol::end_session;
use crate::protocol::id_token::Expected;
use crate::protocol::metadata::Metadata;
use crate::secret::Secret;
use crate::time::Clock;
use crate::uri;

const CLOCK_SKEW: u32 = 60;

#[derive(Clone, Debug)]
pub struct OpenId {
    pub jwks_uri: String,
    pub userinfo_endpoint: String,
    pub end_session_endpoint: String,
    pub post_logout_redirect_uri: String,
    /// None: all that need no common secret.
    pub algorithms: Vec<Algorithm>,
    pub clock_skew: u32,
}

impl Default for OpenId {
    fn default() -> Self {
        Self {
            jwks_uri: String::new(),
            userinfo_endpoint: String::new(),
            end_session_endpoint: String::new(),
            post_logout_redirect_uri: String::new(),
            algorithms: Vec::new(),
            clock_skew: CLOCK_SKEW,
        }
    }
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_JWKS_URI,
        key: "jwks_uri",
        kind: Kind::Text(for_requests, |s| &s.openid.jwks_uri, |s| &mut s.openid.jwks_uri),
    },
    Row {
        number: number::OAUTH_USERINFO_ENDPOINT,
        key: "userinfo_endpoint",
        kind: Kind::Text(for_requests, |s| &s.openid.userinfo_endpoint, |s| &mut s.openid.userinfo_endpoint),
    },
    Row {
        number: number::OAUTH_END_SESSION_ENDPOINT,
        key: "end_session_endpoint",
        kind: Kind::Text(
            url_or_path,
            |s| &s.openid.end_session_endpoint,
            |s| &mut s.openid.end_session_endpoint,
        ),
    },
    Row {
        number: number::OAUTH_POST_LOGOUT_REDIRECT_URI,
        key: "post_logout_redirect_uri",
        kind: Kind::Text(
            absolute,
            |s| &s.openid.post_logout_redirect_uri,
            |s| &mut s.openid.post_logout_redirect_uri,
        ),
    },
    Row {
        number: number::OAUTH_ID_TOKEN_ALG,
        key: "id_token_alg",
        kind: Kind::Own { get: written_algorithms, set: set_algorithms },
    },
    Row {
        number: number::OAUTH_CLOCK_SKEW,
        key: "clock_skew",
        kind: Kind::SecondsOr(CLOCK_SKEW, 0..=3600, |s| &s.openid.clock_skew, |s| &mut s.openid.clock_skew),
    },
];

fn absolute(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if !text.is_empty() {
        uri::parse(text).map_err(|e| given.refused(format!("not a URI ({e})")))?;
    }
    Ok(text.to_owned())
}

fn written_algorithms(settings: &Settings) -> Secret {
    let names: Vec<_> = settings.openid.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    Secret::new(names.join(" "))
}

fn set_algorithms(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    let named = |name| {
        Algorithm::of_name(name).ok_or_else(|| {
            let all: Vec<_> = Algorithm::ALL.iter().map(|(name, _)| *name).collect();
            given.refused(format!("use names of algorithms with blanks between them: {}", all.join(", ")))
        })
    };
    settings.openid.algorithms = given.checked()?.split_whitespace().map(named).collect::<Result<_>>()?;
    Ok(())
}

impl Settings {
    /// Whether the ID token of a sign-in is looked at: one is asked for, and it is known who is to have made it.
    pub fn checks_id_token(&self) -> bool {
        self.authorization.asks_for_id_token() && !self.endpoints.issuer.is_empty()
    }

    /// What an ID token must say that came with that access token, to an answer of that time.
    pub fn expected_of_id_token<'a>(
        &'a self,
        access_token: &'a Secret,
        nonce: Option<&'a Secret>,
        clock: Clock,
    ) -> Expected<'a> {
        const ASYMMETRIC: &[Algorithm] = &[
            Algorithm::Rs256,
            Algorithm::Rs384,
            Algorithm::Rs512,
            Algorithm::Ps256,
            Algorithm::Ps384,
            Algorithm::Ps512,
            Algorithm::Es256,
            Algorithm::Es384,
            Algorithm::EdDsa,
        ];
        let chosen = &self.openid.algorithms[..];
        Expected {
            issuer: &self.endpoints.issuer,
            client_id: &self.client.client_id,
            algorithms: if chosen.is_empty() { ASYMMETRIC } else { chosen },
            skew: self.openid.clock_skew,
            nonce,
            max_age: match self.authorization.extra_parameter("max_age") {
                Some(age) => age.parse().ok(),
                None => self.authorization.max_age,
            },
            access_token,
            clock,
        }
    }

    /// Where the server's keys are; `None`: nobody knows.
    pub fn jwks_url(&self) -> Result<Option<String>> {
        let (set, metadata) = (&self.openid.jwks_uri, self.endpoints.metadata());
        let names_none = |known: &Arc<Metadata>| matches!(known.endpoint("jwks_uri", false), Ok(None));
        if set.is_empty() && metadata.is_none_or(names_none) {
            return Ok(None);
        }
        self.endpoint("jwks_uri", set, "an ID token is checked").map(Some)
    }

    pub fn userinfo_url(&self) -> Result<String> {
        self.endpoint("userinfo_endpoint", &self.openid.userinfo_endpoint, "oauth_userinfo")
    }

    pub fn end_session_url(&self) -> Result<String> {
        self.endpoint("end_session_endpoint", &self.openid.end_session_endpoint, "oauth_end_session_url")
    }

    pub fn end_session_request(
        &self,
        endpoint: &str,
        id_token: Option<&Secret>,
        random: &[u8; end_session::RANDOM],
    ) -> (Secret, Secret) {
        let OpenId { post_logout_redirect_uri: redirect_uri, .. } = &self.openid;
        end_session::url(endpoint, id_token, &self.client.client_id, redirect_uri, random)
    }

    /// Whether nobody can have come between that endpoint and us: its answer needs no other signature (section 3.1.3.7 point
    /// 6).
    pub fn is_sure(url: &str) -> bool {
        uri::check_endpoint("token_endpoint", url, false).is_ok()
    }

    /// What has to be said before a person is sent anywhere, or a code is sent.
    pub fn demands_keys(&self) -> Result<()> {
        if self.checks_id_token() {
            self.jwks_url()?;
        }
        let needs_secret = self.openid.algorithms.iter().any(|algorithm| algorithm.is_symmetric());
        if self.checks_id_token() && needs_secret && self.client.client_secret.is_empty() {
            return Err(Error::Missing { key: "client_secret", operation: "id_token_alg can be HS256" });
        }
        Ok(())
    }
}
