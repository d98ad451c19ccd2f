//! How tokens are come by; the protocol's [`crate::protocol::grant::Grant`].
#![forbid(unsafe_code)]

use super::row::{text, Given, Kind, Row};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, GrantKind, Result};
use crate::jose;
use crate::json::Json;
use crate::protocol::client_auth::{is_proof, names_secret, ClientAuth};
use crate::protocol::device::Way;
use crate::protocol::grant::{Grant, AUTHORIZATION_CODE};
use crate::protocol::message::Request;
use crate::secret::Secret;
use crate::store::fingerprint_of;
use crate::time::Moment;
use crate::token::MachineIdentity;
use crate::uri;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_GRANT_TYPE,
        key: "grant_type",
        kind: Kind::Text(grant_type, |s| &s.grant.grant_type, |s| &mut s.grant.grant_type),
    },
    Row {
        number: number::OAUTH_USERNAME,
        key: "username",
        kind: Kind::Text(text, |s| &s.grant.username, |s| &mut s.grant.username),
    },
    Row {
        number: number::OAUTH_PASSWORD,
        key: "password",
        kind: Kind::Secret(text, |s| &s.grant.password, |s| &mut s.grant.password),
    },
    Row {
        number: number::OAUTH_ASSERTION,
        key: "assertion",
        kind: Kind::Secret(text, |s| &s.grant.assertion, |s| &mut s.grant.assertion),
    },
    Row {
        number: number::OAUTH_AUDIENCE,
        key: "audience",
        kind: Kind::Text(text, |s| &s.grant.audience, |s| &mut s.grant.audience),
    },
    Row {
        number: number::OAUTH_RESOURCE,
        key: "resource",
        kind: Kind::Text(text, |s| &s.grant.resource, |s| &mut s.grant.resource),
    },
    Row {
        number: number::OAUTH_AUTHORIZATION_DETAILS,
        key: "authorization_details",
        kind: Kind::Text(
            authorization_details,
            |s| &s.grant.authorization_details,
            |s| &mut s.grant.authorization_details,
        ),
    },
];

/// Any name: vendors have grants of their own.
fn grant_type(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if text == "refresh_token" {
        return Err(given.refused("refresh tokens are used by themselves: name the grant that comes first"));
    }
    if Way::of_grant_type(text).is_some() {
        let reason =
            "leave it: oauth_device_poll asks so by itself, after oauth_device_start or oauth_ciba_start";
        return Err(given.refused(reason));
    }
    if !text.bytes().all(|b| (0x21..=0x7e).contains(&b)) {
        return Err(given.refused("use the name of one grant, such as client_credentials"));
    }
    Ok(if text.is_empty() { AUTHORIZATION_CODE } else { text }.to_owned())
}

/// RFC 9396 section 2
fn authorization_details(_: &Settings, given: Given<'_>) -> Result<String> {
    let has_type = |details: &Json| details.member("type").and_then(Json::text).is_some();
    match given.json()? {
        None => Ok(String::new()),
        Some(Json::List(list)) if !list.is_empty() && list.iter().all(has_type) => {
            Ok(given.raw.trim().to_owned())
        }
        _ => {
            Err(given
                .refused("use a JSON list of objects that have a type, such as [{\"type\":\"payment\"}]"))
        }
    }
}

impl Settings {
    /// The grant, where no person is needed for it.
    pub fn machine_grant(&self) -> Option<&Grant> {
        Some(&self.grant).filter(|grant| !grant.needs_person())
    }

    pub fn grant_request(&self, at: &Moment) -> Result<Request> {
        let made = self.makes_grant_assertion().then(|| self.grant_assertion(at)).transpose()?;
        self.demands_credentials()?;
        let mut request = self.token_request(None, at)?;
        if made.is_some() && self.client.method.is_none() && self.client.client_secret.is_empty() {
            request.method = None; // it names the client itself
        }
        self.grant.request(request, &self.authorization.scopes(), made)
    }

    /// RFC 6749 section 4.4: only who can show who it is acts for itself.
    fn demands_credentials(&self) -> Result<()> {
        let is_secret = matches!(self.client.method, None | Some(ClientAuth::Basic | ClientAuth::Post));
        let by_secret = is_secret && self.assertions.private_key.is_none();
        let has_other = self.token_requests.headers.value("Authorization").is_some()
            || !self.token_params(is_proof).is_empty();
        if self.grant.kind() == GrantKind::Client
            && by_secret
            && self.client.client_secret.is_empty()
            && !has_other
        {
            let operation = "a token is asked for without a person (or set private_key)";
            return Err(Error::Missing { key: "client_secret", operation });
        }
        Ok(())
    }

    /// What has to be said before a person is sent anywhere.
    pub fn demands_person(&self) -> Result<()> {
        match self.machine_grant() {
            None => Ok(()),
            Some(grant) => Err(Error::Value {
                key: "grant_type",
                reason: format!("{} needs no sign-in: call oauth_bearer_header", grant.grant_type),
            }),
        }
    }

    /// What has to be said before a token is asked for without a person.
    pub fn demands_machine(&self) -> Result<()> {
        if self.machine_grant().is_some() {
            return Ok(());
        }
        let reason = "authorization_code needs a person: call oauth_build_authorize_url".to_owned();
        Err(Error::Value { key: "grant_type", reason })
    }

    /// What a machine's token is for. Tokens for one thing are no good for another.
    pub fn machine_identity(&self) -> Option<MachineIdentity> {
        let Grant { grant_type, audience, resource, username, authorization_details, .. } =
            self.machine_grant()?;
        let sorted = |text: &str| {
            let mut words: Vec<_> = text.split_whitespace().collect();
            words.sort_unstable();
            words.dedup();
            words.join(" ")
        };
        let mut more = self.token_params(|name| kind_of(name) == Part::Thing);
        let claims = self.assertions.more().into_iter().filter(|(name, _)| kind_of(name) != Part::Moment);
        more.extend(claims.map(|(name, claim)| (name, Secret::new(claim.written()))));
        let headers = self.token_requests.headers.iter();
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        more.extend(headers.filter(|(name, _)| kind_of(name) == Part::Thing));
        if let Ok(details) = Json::parse(authorization_details) {
            more.push(("authorization_details".to_owned(), Secret::new(details.written())));
        }
        Some(MachineIdentity {
            grant_type: grant_type.clone(),
            scope: sorted(&self.authorization.scope),
            audience: audience.clone(),
            resource: sorted(resource),
            username: username.clone(),
            parameters: hash_of(more),
        })
    }

    /// A hash of whatever else a machine's token hangs on: an assertion can be another person's each time, and a record of
    /// its own for each would be too many.
    pub fn basis(&self) -> Option<String> {
        let assertion = lasting(&self.machine_grant()?.assertion);
        let mut more = self.token_params(|name| kind_of(name) == Part::Person);
        more.push((String::new(), assertion));
        Some(hash_of(more))
    }

    /// Those of OAUTH_TOKEN_PARAMS whose names are such.
    fn token_params(&self, is_such: impl Fn(&str) -> bool) -> Vec<(String, Secret)> {
        let all = uri::parse_query(self.token_requests.token_params.expose()).into_iter();
        all.filter(|(name, _)| is_such(name)).map(|(name, value)| (name, Secret::new(value))).collect()
    }
}

/// What the name of a parameter, a claim or a header tells of its value.
#[derive(PartialEq, Eq)]
enum Part {
    /// It says what the token is for: a tenant, an account.
    Thing,
    /// It says for whom, and is another each time: `subject_token`; or it is a secret, which is changed now and then.
    Person,
    /// It is another each time, and says nothing of the token; or it is the program's own.
    Moment,
}

fn kind_of(name: &str) -> Part {
    const MOMENT: &[&str] = &[
        "iat",
        "exp",
        "nbf",
        "jti",
        "nonce",
        "timestamp",
        "date",
        "accept",
        "accept-encoding",
        "accept-language",
        "user-agent",
        "content-type",
        "traceparent",
        "tracestate",
    ];
    const TRACES: &[&str] = &["request-id", "request_id", "correlation", "trace-id", "idempotency"];
    const SECRET_HEADERS: &[&str] = &["authorization", "cookie"];
    let name = name.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if MOMENT.contains(&name.as_str()) || has(TRACES) {
        Part::Moment
    } else if (names_secret(&name) || has(SECRET_HEADERS)) && !name.ends_with("_type") || name == "code" {
        Part::Person
    } else {
        Part::Thing
    }
}

/// In whatever order; empty where there are none.
fn hash_of(mut parts: Vec<(String, Secret)>) -> String {
    parts.retain(|(name, value)| !(name.is_empty() && value.is_empty()));
    if parts.is_empty() {
        return String::new();
    }
    parts.sort_by(|a, b| (&a.0, a.1.expose()).cmp(&(&b.0, b.1.expose())));
    fingerprint_of(
        &parts.iter().flat_map(|(name, value)| [name.as_str(), value.expose()]).collect::<Vec<_>>(),
    )
}

/// What an assertion says of whom: the next one of the same kind, made later, says the same.
fn lasting(assertion: &Secret) -> Secret {
    let Some(Json::Members(mut claims)) = jose::claims(assertion.expose()) else { return assertion.clone() };
    claims.retain(|(name, _)| kind_of(name) != Part::Moment);
    Secret::new(Json::Members(claims).written())
}
