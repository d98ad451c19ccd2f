//! A token as one text, for a program that keeps it in a database of its own.
#![forbid(unsafe_code)]

use super::record::{self, name};
use super::Keys;
use crate::error::{Error, Result};
use crate::secret::{Secret, Wiped};
use crate::token::{Identity, Token};

/// The record that a folder would have, sealed where there is a key.
pub fn export(keys: &Keys, identity: &Identity, token: &Token) -> Result<Secret> {
    let bytes = record::write(keys.sealing()?.as_ref(), "record", &name(identity), identity, token, false)?;
    let text = std::str::from_utf8(&bytes).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Secret::new(text.trim_end()))
}

/// The token of such a text, if it is this account's.
pub fn import(keys: &Keys, ours: &Identity, text: &str) -> Result<Token> {
    const KEY: &str = "token_record";
    let bytes = Wiped::new(text.as_bytes().to_vec());
    let read = record::read(keys, "record", &name(ours), KEY.as_ref(), &bytes);
    let (identity, token, _) = match read {
        Err(Error::StoreFormat { reason, .. }) => {
            // What helps a file does not help a text.
            let reason = reason.split(": move").next().unwrap_or_default().to_owned();
            return Err(Error::Value { key: KEY, reason });
        }
        // Nor does resealing.
        Err(Error::StoreKey { path, reason }) => {
            let reason = reason.split(", and call").next().unwrap_or_default().to_owned();
            return Err(Error::StoreKey { path, reason });
        }
        read => read?,
    };
    // What was written by somebody else must be such that it can be read again.
    let token = token.bounded();
    if identity != *ours {
        let reason = "it is another's: token_endpoint, client_id, account or grant differ".to_owned();
        return Err(Error::Value { key: KEY, reason });
    }
    Ok(token)
}
