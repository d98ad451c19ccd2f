//! What a client says of itself to a server that does not know it yet.
#![forbid(unsafe_code)]

use super::row::{text, Given, Kind, Row, Word};
use super::Settings;
use crate::constants as number;
use crate::error::Result;
use crate::json::Json;
use crate::protocol::client_auth::ClientAuth;
use crate::secret::Secret;
use crate::store::DocumentName;

#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// A JSON object; what it lacks is filled from other settings.
    pub metadata: String,
    pub initial_access_token: Secret,
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_CLIENT_METADATA,
        key: "client_metadata",
        kind: Kind::Text(metadata, |s| &s.registration.metadata, |s| &mut s.registration.metadata),
    },
    Row {
        number: number::OAUTH_INITIAL_ACCESS_TOKEN,
        key: "initial_access_token",
        kind: Kind::Secret(
            text,
            |s| &s.registration.initial_access_token,
            |s| &mut s.registration.initial_access_token,
        ),
    },
];

fn metadata(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if !text.is_empty() && !matches!(Json::parse(text), Ok(Json::Members(_))) {
        return Err(given.refused("use a JSON object, such as {\"client_name\":\"Invoices\"}"));
    }
    Ok(text.to_owned())
}

impl Settings {
    /// RFC 7591 section 2. A null leaves out what would be filled in.
    pub fn client_metadata(&self) -> Json {
        let mut members = match Json::parse(&self.registration.metadata) {
            Ok(Json::Members(members)) => members,
            _ => Vec::new(),
        };
        let is_machine = self.machine_grant().is_some();
        let list = |words: &[&str]| Json::List(words.iter().map(|word| Json::of_text(word)).collect());
        let redirect_uri = self.authorization.redirect_uri.as_str();
        let grants: &[&str] =
            if is_machine { &[&self.grant.grant_type] } else { &["authorization_code", "refresh_token"] };
        let method = self.client.method.unwrap_or(ClientAuth::Basic);
        let scope = self.authorization.scopes();
        let ours = [
            ("redirect_uris", (!is_machine && !redirect_uri.is_empty()).then(|| list(&[redirect_uri]))),
            ("grant_types", Some(list(grants))),
            ("response_types", Some(list(if is_machine { &[] } else { &["code"] }))),
            ("token_endpoint_auth_method", Some(Json::of_text(Some(method).written()))),
            ("scope", (!scope.is_empty()).then(|| Json::of_text(&scope))),
        ];
        for (name, value) in ours {
            if !members.iter().any(|(given, _)| given == name) {
                members.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        members.retain(|(_, value)| !value.is_null());
        Json::Members(members)
    }

    /// Under which other jobs find what was registered: who says the same of itself at the same server is the same client.
    pub fn registration_name(&self) -> Result<DocumentName> {
        let metadata = self.client_metadata().written();
        Ok(DocumentName::new("client", &[&self.registration_url()?, &metadata]))
    }
}
