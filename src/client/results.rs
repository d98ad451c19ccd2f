//! The properties that operations bring: one row a result.
#![forbid(unsafe_code)]

use super::device::qr_code;
use super::process::Process;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::pending::PendingPerson;
use crate::protocol::device::PersonAsked;
use crate::protocol::dpop::ProofKey;
use crate::secret::Secret;
use crate::settings::{Settings, Snapshot};
use crate::store;
use crate::system::{self, lock};
use crate::time::rfc3339;
use crate::token::{Identity, Token};

/// A result. Its key is the one in [`crate::settings::RESULTS`].
pub struct Row {
    pub number: i32,
    pub kind: Kind,
}

/// What it is read from; an empty text where there is none.
pub enum Kind {
    Token(fn(&Token, &Settings) -> Secret),
    /// What the server said when the last call failed.
    Said(fn(&Error) -> &str),
    /// A number that the last failure comes with.
    Failure(fn(&Error) -> Option<u32>),
    /// What is shown to a person who is asked.
    Person(fn(&PersonAsked) -> String),
    /// Like no other.
    Own(fn(&Process, &Snapshot) -> Result<Secret>),
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_STATE,
        kind: Kind::Own(|process, _| Ok(lock(&process.state).codes.last_state())),
    },
    Row { number: number::OAUTH_NONCE, kind: Kind::Own(|process, _| Ok(lock(&process.state).nonce.clone())) },
    Row { number: number::OAUTH_ACCESS_TOKEN, kind: Kind::Token(|token, _| token.access_token.clone()) },
    Row {
        number: number::OAUTH_REFRESH_TOKEN,
        kind: Kind::Token(|token, _| token.refresh_token.clone().unwrap_or_default()),
    },
    Row {
        number: number::OAUTH_ID_TOKEN,
        kind: Kind::Token(|token, _| token.id_token.clone().unwrap_or_default()),
    },
    Row {
        number: number::OAUTH_TOKEN_TYPE,
        kind: Kind::Token(|token, _| Secret::new(token.token_type.as_str())),
    },
    Row {
        number: number::OAUTH_EXPIRES_AT,
        kind: Kind::Token(|token, _| Secret::new(token.expires_at.map(rfc3339).unwrap_or_default())),
    },
    Row {
        // RFC 6749 section 5.1: left out where it is what was asked for.
        number: number::OAUTH_GRANTED_SCOPE,
        kind: Kind::Token(|token, settings| {
            Secret::new(token.scope.as_ref().unwrap_or(&settings.authorization.scope).as_str())
        }),
    },
    Row {
        number: number::OAUTH_GENERATION,
        kind: Kind::Token(|token, _| Secret::new(token.generation.to_string())),
    },
    Row { number: number::OAUTH_TOKEN_RECORD, kind: Kind::Own(record) },
    Row {
        number: number::OAUTH_STATUS_LINE,
        kind: Kind::Own(|process, snapshot| Ok(Secret::new(process.status(snapshot)))),
    },
    Row { number: number::OAUTH_USER_CODE, kind: Kind::Person(|asked| asked.user_code.clone()) },
    Row {
        number: number::OAUTH_VERIFICATION_URI,
        kind: Kind::Person(|asked| asked.verification_uri.clone()),
    },
    Row {
        number: number::OAUTH_VERIFICATION_COMPLETE,
        kind: Kind::Person(|asked| asked.verification_complete.clone()),
    },
    Row { number: number::OAUTH_QR_CODE, kind: Kind::Own(|_, snapshot| qr_code(snapshot)) },
    Row {
        number: number::OAUTH_DEVICE_EXPIRES_AT,
        kind: Kind::Person(|asked| asked.expires_at.map(rfc3339).unwrap_or_default()),
    },
    Row {
        number: number::OAUTH_DPOP_JKT,
        kind: Kind::Token(|token, _| {
            let key = token.dpop_key.clone().and_then(|text| ProofKey::of(text).ok());
            Secret::new(key.map(|key| key.thumbprint).unwrap_or_default())
        }),
    },
    Row {
        number: number::OAUTH_END_SESSION_STATE,
        kind: Kind::Own(|process, _| Ok(lock(&process.state).end_session_state.clone())),
    },
    Row {
        number: number::OAUTH_ERROR,
        kind: Kind::Said(|failure| failure.refusal().map_or("", |refusal| &refusal.error)),
    },
    Row { number: number::OAUTH_ERROR_DESCRIPTION, kind: Kind::Said(Error::words) },
    Row {
        number: number::OAUTH_ERROR_URI,
        kind: Kind::Said(|failure| failure.refusal().map_or("", |refusal| &refusal.uri)),
    },
    Row { number: number::OAUTH_HTTP_STATUS, kind: Kind::Failure(|failure| failure.status().map(u32::from)) },
    Row { number: number::OAUTH_RETRY_AFTER, kind: Kind::Failure(Error::retry_after) },
];

impl Row {
    pub fn text(&self, process: &Process, snapshot: &Snapshot) -> Result<Secret> {
        let state = || lock(&process.state);
        Ok(match self.kind {
            Kind::Token(read) => {
                let token = process.source(snapshot).own_token()?;
                token.map(|cached| read(&cached.token, &snapshot.settings)).unwrap_or_default()
            }
            Kind::Said(read) => Secret::new(state().failure.as_ref().map_or("", read)),
            Kind::Failure(read) => {
                let number = state().failure.as_ref().and_then(read);
                number.map(|number| Secret::new(number.to_string())).unwrap_or_default()
            }
            Kind::Person(read) => {
                let person = PendingPerson::known(snapshot)?;
                let shown = person.as_ref().and_then(|person| person.shown(system::now()));
                shown.map(|asked| Secret::new(read(asked))).unwrap_or_default()
            }
            Kind::Own(read) => read(process, snapshot)?,
        })
    }
}

fn record(process: &Process, snapshot: &Snapshot) -> Result<Secret> {
    let Some(cached) = process.source(snapshot).own_token()? else {
        return Ok(Secret::default());
    };
    store::export(&snapshot.keys(), &Identity::of(&snapshot.settings)?, &cached.token)
}

#[cfg(test)]
mod tests {
    use super::ROWS;
    use crate::settings::RESULTS;
    use std::collections::BTreeSet;

    #[test]
    fn each_result_has_a_row() {
        let rows: BTreeSet<_> = ROWS.iter().map(|row| row.number).collect();
        let known: BTreeSet<_> = RESULTS.iter().map(|(number, _)| *number).collect();
        assert_eq!(rows, known);
        assert_eq!(rows.len(), ROWS.len(), "a result has two rows");
    }
}
