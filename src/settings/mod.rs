//! What a client is told, in groups: a file a group, with one row a property beside it. What stands in a request is in
//! `authorization` and `token_request`, how requests travel in `http`. Where a room below takes the group as it is, the
//! group is that room's own struct.
#![forbid(unsafe_code)]

mod assertions;
mod authorization;
mod client;
mod device;
mod dpop;
mod endpoints;
mod freshness;
mod grant;
mod http;
mod metadata;
mod openid;
mod profile;
mod pushing;
mod redirect;
mod registration;
mod results;
mod row;
mod service_account;
mod snapshot;
mod storage;
mod token_answer;
mod token_request;

pub use assertions::Assertions;
pub use device::Device;
pub use endpoints::Endpoints;
pub use http::Http;
pub use openid::OpenId;
pub use pushing::Pushing;
pub use redirect::Redirect;
pub use registration::Registration;
pub use results::RESULTS;
pub use row::Row;
pub use snapshot::{AuthorizationTemplate, Snapshot};
pub use storage::{Storage, StoreSetting, TokenKey};
pub use token_request::TokenRequests;

use crate::error::{Error, Result};
use crate::protocol::authorization::AuthorizationRequest;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::dialect::AnswerDialect;
use crate::protocol::dpop::{Dpop, ProofAlgorithm};
use crate::protocol::grant::Grant;
use crate::secret::Secret;
use crate::secret_source::SecretSource;
use crate::token::Freshness;
use crate::transport::TransportConfig;

#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The name of the profile that the others were taken from.
    pub profile: String,
    /// The profile's file, where others can read the secret in it.
    pub open_profile: Option<String>,
    pub endpoints: Endpoints,
    pub client: ClientCredentials,
    pub grant: Grant,
    pub openid: OpenId,
    pub assertions: Assertions,
    /// Where the account is that the others were taken from.
    pub service_account: Option<SecretSource>,
    pub authorization: AuthorizationRequest,
    pub pushing: Pushing,
    pub redirect: Redirect,
    pub device: Device,
    pub token_requests: TokenRequests,
    pub registration: Registration,
    pub dpop: Dpop,
    pub dpop_alg: ProofAlgorithm,
    pub answer: AnswerDialect,
    pub storage: Storage,
    pub freshness: Freshness,
    pub http: Http,
    pub transport: TransportConfig,
}

impl Settings {
    /// Parses `text` into the setting of that number; an empty text takes it back.
    pub fn set(&mut self, number: i32, text: &str) -> Result<()> {
        match row_of_number(number) {
            Some(row) => row.apply(self, text),
            None => Err(match RESULTS.iter().find(|(n, _)| *n == number) {
                Some((_, key)) => Error::ReadOnly { key },
                None => Error::Property { number, what: "property" },
            }),
        }
    }

    /// The setting as text; `None` where that number is no setting's.
    pub fn get(&self, number: i32) -> Option<Secret> {
        row_of_number(number).map(|row| row.text(self))
    }
}

const ROWS: &[&[Row]] = &[
    profile::ROWS,
    endpoints::ROWS,
    client::ROWS,
    authorization::ROWS,
    pushing::ROWS,
    redirect::ROWS,
    device::ROWS,
    token_request::ROWS,
    dpop::ROWS,
    registration::ROWS,
    token_answer::ROWS,
    storage::ROWS,
    freshness::ROWS,
    grant::ROWS,
    openid::ROWS,
    assertions::ROWS,
    service_account::ROWS,
    http::ROWS,
];

/// Every setting.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().copied().flatten()
}

fn row_of_number(number: i32) -> Option<&'static Row> {
    rows().find(|row| row.number == number)
}

/// The setting that profiles name so.
pub fn row_of_key(key: &str) -> Option<&'static Row> {
    rows().find(|row| row.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_property_has_one_row_with_its_constants_number_and_name() {
        let constants = include_str!("../constants/properties.rs");
        let settings = rows().map(|row| (row.number, row.key));
        let mut seen = BTreeSet::new();
        for (number, key) in settings.chain(RESULTS.iter().copied()) {
            let constant = format!("pub const OAUTH_{}: i32 = {number};\n", key.to_uppercase());
            assert!(constants.contains(&constant), "{key} is not {number}");
            assert!(seen.insert(key), "{key} has two rows");
        }
        let section = &constants[constants.find("// ---- properties: settings").unwrap()..];
        assert_eq!(seen.len(), section.matches("pub const OAUTH_").count(), "a constant has no row");
    }
}
