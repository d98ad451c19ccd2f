//! The properties that operations bring: one row a result.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::process::Process;
use crate::constants as number;
use crate::error::{Error, Refusal, Result};
use crate::renewal::cache::CachedToken;
use crate::secret::Secret;
use crate::settings::Snapshot;
use crate::store;
use crate::system::lock;
use crate::time::rfc3339;
use crate::token::{Identity, Token};

/// A result. Its key is the one in [`crate::settings::RESULTS`].
pub struct Row {
    pub number: i32,
    /// An empty text where there is none.
    pub read: fn(&Process, &Snapshot) -> Result<Secret>,
}

pub const ROWS: &[Row] = &[
    Row { number: number::OAUTH_STATE, read: |process, _| Ok(lock(&process.state).codes.last_state()) },
    Row { number: number::OAUTH_NONCE, read: |process, _| Ok(lock(&process.state).nonce.clone()) },
    Row {
        number: number::OAUTH_ACCESS_TOKEN,
        read: |process, snapshot| of_token(process, snapshot, |token| token.access_token.clone()),
    },
    Row {
        number: number::OAUTH_REFRESH_TOKEN,
        read: |process, snapshot| {
            of_token(process, snapshot, |token| token.refresh_token.clone().unwrap_or_default())
        },
    },
    Row {
        number: number::OAUTH_ID_TOKEN,
        read: |process, snapshot| {
            of_token(process, snapshot, |token| token.id_token.clone().unwrap_or_default())
        },
    },
    Row {
        number: number::OAUTH_TOKEN_TYPE,
        read: |process, snapshot| of_token(process, snapshot, |token| Secret::new(token.token_type.as_str())),
    },
    Row {
        number: number::OAUTH_EXPIRES_AT,
        read: |process, snapshot| {
            of_token(process, snapshot, |token| {
                Secret::new(token.expires_at.map(rfc3339).unwrap_or_default())
            })
        },
    },
    Row {
        // RFC 6749 section 5.1: left out where it is what was asked for.
        number: number::OAUTH_GRANTED_SCOPE,
        read: |process, snapshot| {
            let asked_for = &snapshot.settings.authorization.scope;
            of_token(process, snapshot, |token| {
                Secret::new(token.scope.as_ref().unwrap_or(asked_for).as_str())
            })
        },
    },
    Row {
        number: number::OAUTH_GENERATION,
        read: |process, snapshot| {
            of_token(process, snapshot, |token| Secret::new(token.generation.to_string()))
        },
    },
    Row {
        number: number::OAUTH_TOKEN_RECORD,
        read: |process, snapshot| {
            let Some(cached) = token(process, snapshot)? else { return Ok(Secret::default()) };
            store::export(&snapshot.keys(), &Identity::of(&snapshot.settings)?, &cached.token)
        },
    },
    Row {
        number: number::OAUTH_STATUS_LINE,
        read: |process, snapshot| Ok(Secret::new(process.status(snapshot))),
    },
    Row { number: number::OAUTH_ERROR, read: |process, _| Ok(of_refusal(process, |said| &said.error)) },
    Row {
        number: number::OAUTH_ERROR_DESCRIPTION,
        read: |process, _| Ok(of_refusal(process, |said| &said.description)),
    },
    Row { number: number::OAUTH_ERROR_URI, read: |process, _| Ok(of_refusal(process, |said| &said.uri)) },
    Row {
        number: number::OAUTH_HTTP_STATUS,
        read: |process, _| Ok(of_failure(process, |failure| failure.status().map(u32::from))),
    },
    Row { number: number::OAUTH_RETRY_AFTER, read: |process, _| Ok(of_failure(process, Error::retry_after)) },
];

fn token(process: &Process, snapshot: &Snapshot) -> Result<Option<Arc<CachedToken>>> {
    process.source(snapshot).token()
}

fn of_token(process: &Process, snapshot: &Snapshot, read: impl FnOnce(&Token) -> Secret) -> Result<Secret> {
    Ok(token(process, snapshot)?.map(|cached| read(&cached.token)).unwrap_or_default())
}

/// What the server said, where it said anything.
fn of_refusal(process: &Process, read: fn(&Refusal) -> &String) -> Secret {
    let state = lock(&process.state);
    let refusal = state.failure.as_ref().and_then(Error::refusal);
    refusal.map(|refusal| Secret::new(read(refusal).as_str())).unwrap_or_default()
}

fn of_failure(process: &Process, read: impl FnOnce(&Error) -> Option<u32>) -> Secret {
    let number = lock(&process.state).failure.as_ref().and_then(read);
    Secret::new(number.map(|number| number.to_string()).unwrap_or_default())
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
