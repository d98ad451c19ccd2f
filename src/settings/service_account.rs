//! The files that servers hand out for a job's own account: each is a grant, and all that it needs.
#![forbid(unsafe_code)]

use super::assertions::read;
use super::row::{Given, Kind, Row};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::protocol::client_auth::ClientAuth;
use crate::protocol::grant::JWT_BEARER;
use crate::secret::Secret;
use crate::secret_source::{SecretSource, Wanted};

pub const ROWS: &[Row] = &[Row {
    number: number::OAUTH_SERVICE_ACCOUNT,
    key: "service_account",
    kind: Kind::Own {
        get: |settings| settings.service_account.as_ref().map(SecretSource::written).unwrap_or_default(),
        set,
    },
}];

const WANTED: Wanted = Wanted {
    setting: "service_account",
    what: "account",
    kibibytes: 64,
    as_text: "take the JSON file as the server made it",
};

/// Whose file it is, by members that it has, and how it is read.
type Form = (fn(&Json) -> bool, fn(&File<'_>, &mut Settings) -> Result<()>);
const FORMS: &[Form] = &[
    (|json| says(json, "type", "service_account"), google),
    (|json| says(json, "type", "serviceaccount"), zitadel),
    (|json| json.member("boxAppSettings").is_some(), box_app),
    (|json| json.member("clientid").is_some() && json.member("clientsecret").is_some(), xsuaa),
];

/// Read at once, as a profile is: what is set later stands in its place.
fn set(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    let source = given.source(|given| given.lines().map(|_| ()))?;
    if let Some(source) = &source {
        let text = read(source, WANTED)?;
        let json = Json::parse(text.expose().trim_start_matches('\u{feff}').trim());
        let json = json.map_err(|reason| given.refused(format!("this is no service account: {reason}")))?;
        let mut changed = settings.clone();
        File { given, json: &json }.apply(&mut changed)?;
        *settings = changed;
    }
    settings.service_account = source;
    Ok(())
}

struct File<'a> {
    given: Given<'a>,
    json: &'a Json,
}

impl File<'_> {
    fn apply(&self, settings: &mut Settings) -> Result<()> {
        // Cloud Foundry puts a service key into `credentials`, and some services theirs into `uaa`.
        let inner = [Some(self.json), self.json.member("credentials"), self.json.member("uaa")];
        let deeper = self.json.member("credentials").and_then(|json| json.member("uaa"));
        for json in inner.into_iter().chain([deeper]).flatten() {
            if let Some((_, take)) = FORMS.iter().find(|(is_it, _)| is_it(json)) {
                return take(&File { json, ..*self }, settings);
            }
        }
        Err(self.unknown())
    }

    fn unknown(&self) -> Error {
        // gcloud's, of a person, and of a workload elsewhere.
        let kind = self.json.member("type").and_then(Json::text).unwrap_or_default();
        let reason = match kind {
            "authorized_user" => "this is a person's sign-in, and no service account: sign in by this library",
            "external_account" => "this names another's tokens, and has no key: set grant_type to a token exchange (RFC 8693)",
            _ => {
                "no known service account: looked for type (service_account, serviceaccount), boxAppSettings, or \
                 clientid with clientsecret"
            }
        };
        self.given.refused(reason)
    }

    /// A member that has to be there, by its path.
    fn text(&self, path: &'static str) -> Result<&str> {
        let member = path.split('.').try_fold(self.json, Json::member);
        member.and_then(Json::text).filter(|text| !text.is_empty()).ok_or_else(|| {
            self.given
                .refused(format!("the service account lacks {path}: take the file as the server made it"))
        })
    }

    /// The key itself: what the file's maker writes is no place on this machine.
    fn key(&self, path: &'static str) -> Result<&str> {
        let text = self.text(path)?;
        if !text.contains("-----BEGIN") && !text.trim_start().starts_with('{') {
            return Err(self
                .given
                .refused(format!("its {path} is no key: take the file as the server made it")));
        }
        Ok(text)
    }

    /// What is there goes through the same checks as what is set.
    fn set(&self, settings: &mut Settings, number: i32, text: &str) -> Result<()> {
        settings.set(number, text).map_err(|error| match error {
            Error::Value { key, reason } => self.given.refused(format!("its {key}: {reason}")),
            other => other,
        })
    }

    fn set_all(&self, settings: &mut Settings, all: &[(i32, &str)]) -> Result<()> {
        all.iter().try_for_each(|(number, text)| self.set(settings, *number, text))
    }
}

fn says(json: &Json, name: &str, word: &str) -> bool {
    json.member(name).and_then(Json::text) == Some(word)
}

/// `sub` is whom it acts for, where it may (Google's domain-wide delegation), and else left out.
fn google(file: &File<'_>, settings: &mut Settings) -> Result<()> {
    let key_id = file.json.member("private_key_id").and_then(Json::text).unwrap_or_default();
    let is_own = settings.assertions.claims.is_empty();
    file.set_all(
        settings,
        &[
            (number::OAUTH_GRANT_TYPE, JWT_BEARER),
            (number::OAUTH_CLIENT_ID, file.text("client_email")?),
            (number::OAUTH_PRIVATE_KEY, file.key("private_key")?),
            (number::OAUTH_KEY_ID, key_id),
            (number::OAUTH_TOKEN_ENDPOINT, file.text("token_uri")?),
        ],
    )?;
    if is_own {
        file.set(settings, number::OAUTH_ASSERTION_CLAIMS, "sub=")?;
    }
    Ok(())
}

/// The server is the profile's; its assertions are for the issuer.
fn zitadel(file: &File<'_>, settings: &mut Settings) -> Result<()> {
    file.set_all(
        settings,
        &[
            (number::OAUTH_GRANT_TYPE, JWT_BEARER),
            (number::OAUTH_CLIENT_ID, file.text("userId")?),
            (number::OAUTH_PRIVATE_KEY, file.key("key")?),
            (number::OAUTH_KEY_ID, file.text("keyId")?),
            (number::OAUTH_ASSERTION_AUDIENCE, super::assertions::ISSUER),
        ],
    )
}

fn box_app(file: &File<'_>, settings: &mut Settings) -> Result<()> {
    // Its assertions may live for a minute.
    const EXPIRES_IN: &str = "45";
    let passphrase = "boxAppSettings.appAuth.passphrase";
    let passphrase = passphrase.split('.').try_fold(file.json, Json::member).and_then(Json::text);
    let enterprise = Json::object([
        ("sub", Json::of_text(file.text("enterpriseID")?)),
        ("box_sub_type", Json::of_text("enterprise")),
    ]);
    let claims = serde_json::to_string(&enterprise).map_err(|e| Error::Internal(e.to_string()))?;
    file.set_all(
        settings,
        &[
            (number::OAUTH_GRANT_TYPE, JWT_BEARER),
            (number::OAUTH_CLIENT_ID, file.text("boxAppSettings.clientID")?),
            (number::OAUTH_CLIENT_SECRET, file.text("boxAppSettings.clientSecret")?),
            (number::OAUTH_PRIVATE_KEY, file.text("boxAppSettings.appAuth.privateKey")?),
            (number::OAUTH_KEY_ID, file.text("boxAppSettings.appAuth.publicKeyID")?),
            (number::OAUTH_TOKEN_ENDPOINT, "https://api.box.com/oauth2/token"),
            (number::OAUTH_ASSERTION_CLAIMS, &claims),
            (number::OAUTH_ASSERTION_EXPIRES_IN, EXPIRES_IN),
        ],
    )?;
    settings.client.method = Some(ClientAuth::Post);
    // It is itself, and no place where it is.
    settings.assertions.private_key_password = passphrase.map(|text| SecretSource::Text(Secret::new(text)));
    Ok(())
}

/// SAP's XSUAA, and Cloud Foundry's UAA.
fn xsuaa(file: &File<'_>, settings: &mut Settings) -> Result<()> {
    let token_endpoint = format!("{}/oauth/token", file.text("url")?.trim_end_matches('/'));
    file.set_all(
        settings,
        &[
            (number::OAUTH_GRANT_TYPE, "client_credentials"),
            (number::OAUTH_CLIENT_ID, file.text("clientid")?),
            (number::OAUTH_CLIENT_SECRET, file.text("clientsecret")?),
            (number::OAUTH_TOKEN_ENDPOINT, &token_endpoint),
        ],
    )
}
