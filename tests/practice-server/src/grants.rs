#![forbid(unsafe_code)]
//! What has been granted: codes, and the families of tokens that came of them.

use std::collections::HashMap;

use base64::prelude::{Engine as _, BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::dialect::{Dialect, Pkce, RefreshToken as Policy, Revocation, Rotation};
use crate::people::Client;
use crate::refusal::{Reason, Refusal};

/// RFC 6749 §4.1.2 recommends at most ten minutes; a person may be typing it over.
const CODE_LIFETIME: u64 = 600;

/// What a user has said yes to.
#[derive(Clone)]
pub struct Consent {
    pub dialect: &'static Dialect,
    pub client: &'static Client,
    /// `None`: nobody, as the client acts for itself.
    pub user: Option<&'static str>,
    pub redirect_uri: String,
    pub scope: Vec<String>,
    pub challenge: Option<Challenge>,
    /// Of the authorization request (OpenID Connect Core section 3.1.2.1).
    pub nonce: Option<String>,
}

impl Consent {
    /// Nobody was asked: RFC 6749 §4.3 and §4.4.
    pub fn without_sign_in(
        dialect: &'static Dialect,
        client: &'static Client,
        user: Option<&'static str>,
        scope: Vec<String>,
    ) -> Self {
        Self { dialect, client, user, redirect_uri: String::new(), scope, challenge: None, nonce: None }
    }
}

/// RFC 7636
#[derive(Clone)]
pub struct Challenge {
    pub value: String,
    pub plain: bool,
}

/// A consent and all tokens that came of it: the family that dies together.
pub struct Grant {
    pub consent: Consent,
    pub refreshed: u32,
    /// The key that its refresh tokens are bound to.
    pub jkt: Option<String>,
    ended: bool,
    /// No refresh token of it is taken any more.
    refresh_ended: bool,
}

struct Code {
    grant: usize,
    expires_at: u64,
    used: bool,
}

pub struct AccessToken {
    pub grant: usize,
    pub scope: Vec<String>,
    /// How often the grant had been refreshed when this one was made.
    pub refreshed: u32,
    /// The key that it is bound to (RFC 9449 §6).
    pub jkt: Option<String>,
    expires_at: Option<u64>,
    ended: bool,
}

struct RefreshToken {
    grant: usize,
    /// The one that this one came for.
    parent: Option<String>,
    used_at: Option<u64>,
    used_twice: bool,
}

#[derive(Default)]
pub struct Grants {
    all: Vec<Grant>,
    codes: HashMap<String, Code>,
    access: HashMap<String, AccessToken>,
    refresh: HashMap<String, RefreshToken>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    AccessToken,
    RefreshToken,
}

/// What a code must come with to be taken.
pub struct CodeUse<'a> {
    pub dialect: &'static Dialect,
    pub client: &'static Client,
    pub code: &'a str,
    pub redirect_uri: Option<&'a str>,
    pub verifier: Option<&'a str>,
}

impl Grants {
    pub fn grant(&self, index: usize) -> &Grant {
        &self.all[index]
    }

    pub fn issue_code(&mut self, now: u64, consent: Consent) -> String {
        let code = random("code") + consent.dialect.code_tail;
        let grant = self.give(consent);
        self.codes.insert(code.clone(), Code { grant, expires_at: now + CODE_LIFETIME, used: false });
        code
    }

    /// A family without tokens yet.
    pub fn give(&mut self, consent: Consent) -> usize {
        self.all.push(Grant { consent, refreshed: 0, jkt: None, ended: false, refresh_ended: false });
        self.all.len() - 1
    }

    /// Takes a code; the answer is its grant. A code that is refused for what came with it stays good.
    pub fn use_code(&mut self, now: u64, with: &CodeUse) -> Result<usize, Refusal> {
        let refuse = |why| Err(Refusal::new(Reason::Code, why));
        let Some(code) = self.codes.get_mut(with.code) else { return refuse("no such code") };
        let grant = &mut self.all[code.grant];
        let consent = &grant.consent;
        if consent.client.id != with.client.id || !consent.dialect.is(with.dialect) {
            return refuse("the code was given to another client");
        }
        if code.used {
            // RFC 6749 §4.1.2: the tokens that came of it are revoked.
            grant.ended |= with.dialect.exact;
            return refuse("the code was used before");
        }
        if now >= code.expires_at {
            return refuse("the code has expired");
        }
        if with.redirect_uri != Some(consent.redirect_uri.as_str()) {
            let why = "the redirect_uri is not the one of the authorization request";
            return Err(Refusal::new(Reason::Redirect, why));
        }
        check_verifier(with.dialect, consent.challenge.as_ref(), with.verifier)?;
        code.used = true;
        Ok(code.grant)
    }

    pub fn issue_access_token(
        &mut self,
        grant: usize,
        scope: Vec<String>,
        expires_at: Option<u64>,
    ) -> String {
        let token = random("at");
        let refreshed = self.all[grant].refreshed;
        let entry = AccessToken { grant, scope, refreshed, jkt: None, expires_at, ended: false };
        self.access.insert(token.clone(), entry);
        token
    }

    /// Binds an access token to a key; the refresh tokens of a client without a secret are bound, too (RFC 9449 §5).
    pub fn bind(&mut self, access_token: &str, jkt: &str) {
        let Some(entry) = self.access.get_mut(access_token) else { return };
        entry.jkt = Some(jkt.to_owned());
        let grant = &mut self.all[entry.grant];
        if grant.consent.client.secret.is_none() {
            grant.jkt = Some(jkt.to_owned());
        }
    }

    /// The first refresh token of a grant, if it gets one.
    pub fn issue_refresh_token(&mut self, grant: usize) -> Option<String> {
        let consent = &self.all[grant].consent;
        let wanted = match consent.dialect.refresh_token {
            Policy::Always => true,
            Policy::Never => false,
            Policy::OfflineAccess => consent.scope.iter().any(|scope| scope == "offline_access"),
        };
        wanted.then(|| self.add_refresh_token(grant, None))
    }

    fn add_refresh_token(&mut self, grant: usize, parent: Option<&str>) -> String {
        let token = random("rt");
        let parent = parent.map(str::to_owned);
        self.refresh.insert(token.clone(), RefreshToken { grant, parent, used_at: None, used_twice: false });
        token
    }

    /// The grant of a refresh token that may be used now. Nothing is changed yet, except that a
    /// stolen-looking token ends its family.
    pub fn check_refresh_token(
        &mut self,
        now: u64,
        token: &str,
        client: &'static Client,
        dialect: &'static Dialect,
        overlap: u64,
    ) -> Result<usize, Refusal> {
        let refuse = |why| Err(Refusal::new(Reason::RefreshToken, why));
        let Some(entry) = self.refresh.get(token) else { return refuse("no such refresh token") };
        let grant = entry.grant;
        let consent = &self.all[grant].consent;
        if consent.client.id != client.id || !consent.dialect.is(dialect) {
            return refuse("the refresh token was given to another client");
        }
        if self.all[grant].ended || self.all[grant].refresh_ended {
            return refuse("the grant was revoked");
        }
        let Some(used_at) = entry.used_at else { return Ok(grant) };
        match dialect.rotation {
            Rotation::Overlap
                if now <= used_at + overlap && !entry.used_twice && self.is_last_but_one(token) =>
            {
                Ok(grant)
            }
            Rotation::Detect | Rotation::Overlap => {
                self.all[grant].ended = true;
                refuse("the refresh token was used before; all tokens of this grant are revoked")
            }
            Rotation::Replace | Rotation::Keep => refuse("the refresh token was used before"),
        }
    }

    /// None of those that came for it has been used.
    fn is_last_but_one(&self, token: &str) -> bool {
        let mut children = self.refresh.values().filter(|other| other.parent.as_deref() == Some(token));
        children.all(|child| child.used_at.is_none())
    }

    /// Counts a refresh, and gives the refresh token to answer with.
    pub fn rotate(&mut self, now: u64, token: &str, rotation: Rotation) -> String {
        let entry = self.refresh.get_mut(token).expect("checked before");
        let grant = entry.grant;
        self.all[grant].refreshed += 1;
        if rotation == Rotation::Keep {
            return token.to_owned();
        }
        entry.used_twice = entry.used_at.is_some();
        entry.used_at = entry.used_at.or(Some(now));
        self.add_refresh_token(grant, Some(token))
    }

    pub fn live_access_token(&self, now: u64, token: &str, dialect: &Dialect) -> Option<&AccessToken> {
        let entry = self.access.get(token)?;
        let grant = self.grant(entry.grant);
        let expired = entry.expires_at.is_some_and(|at| now >= at);
        (!expired && !entry.ended && !grant.ended && grant.consent.dialect.is(dialect)).then_some(entry)
    }

    /// Whose token it is, and its kind; `None`: nobody's.
    pub fn find(&self, token: &str) -> Option<(&Consent, Kind)> {
        let refresh = self.refresh.get(token).map(|entry| (entry.grant, Kind::RefreshToken));
        let found = refresh.or_else(|| Some((self.access.get(token)?.grant, Kind::AccessToken)));
        found.map(|(grant, kind)| (&self.all[grant].consent, kind))
    }

    /// Ends a token that was found, and what goes with it (RFC 7009 §2.1).
    pub fn revoke(&mut self, token: &str, how: Revocation) {
        if let Some(entry) = self.refresh.get(token) {
            match how {
                Revocation::Family | Revocation::Pair => self.all[entry.grant].ended = true,
                Revocation::RefreshTokens => self.all[entry.grant].refresh_ended = true,
            }
        } else if let Some(entry) = self.access.get_mut(token) {
            entry.ended = true;
            self.all[entry.grant].ended |= how == Revocation::Pair;
        }
    }

    /// Ends all access tokens at once; refresh tokens stay good.
    pub fn revoke_access_tokens(&mut self) {
        self.access.values_mut().for_each(|token| token.ended = true);
    }

    /// Ends every grant, so that a person must sign in again.
    pub fn revoke_all(&mut self) {
        self.all.iter_mut().for_each(|grant| grant.ended = true);
    }
}

/// RFC 7636 §4.6, and RFC 9700 §2.1.1: no verifier without a challenge before.
fn check_verifier(
    dialect: &Dialect,
    challenge: Option<&Challenge>,
    verifier: Option<&str>,
) -> Result<(), Refusal> {
    if dialect.pkce == Pkce::Unknown {
        return Ok(());
    }
    let matches = match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) if challenge.plain => challenge.value == verifier,
        (Some(challenge), Some(verifier)) => {
            challenge.value == BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
        }
        (Some(_), None) | (None, Some(_)) => false,
    };
    let refusal = Refusal::new(Reason::Code, "the code_verifier does not fit the code_challenge");
    matches.then_some(()).ok_or(refusal)
}

/// A fresh name that nobody can guess; the prefix is for people who read along.
pub fn random(prefix: &str) -> String {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    format!("{prefix}-{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
