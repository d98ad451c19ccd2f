//! Members of what a server has sent, by their names: of an answer, of a redirect.
#![forbid(unsafe_code)]

use super::Client;
use crate::constants as number;
use crate::error::{Action, Error, Result};
use crate::jose;
use crate::json::Json;
use crate::pending::PendingPerson;
use crate::protocol::device::PersonAsked;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::system::{self, lock};
use crate::token::Token;

impl Client {
    /// A member of that source, as text.
    pub fn field(&self, source: i32, name: &str) -> Result<Secret> {
        let whose = match source {
            number::OAUTH_FIELD_TOKEN => "the token's answer",
            number::OAUTH_FIELD_REDIRECT => "the redirect",
            number::OAUTH_FIELD_ID_TOKEN => "the ID token",
            number::OAUTH_FIELD_USERINFO => {
                return self.field_of_answer(source, name, "userinfo", "oauth_userinfo")
            }
            number::OAUTH_FIELD_INTROSPECTION => {
                return self.field_of_answer(source, name, "the introspection", "oauth_introspect")
            }
            number::OAUTH_FIELD_REGISTRATION => {
                return self.field_of_answer(source, name, "the registration", "oauth_register")
            }
            number::OAUTH_FIELD_METADATA => return self.field_of_metadata(name),
            number::OAUTH_FIELD_DEVICE => return self.field_of_person(name),
            _ => return Err(Error::Property { number: source, what: "source of a field" }),
        };
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let settings = &snapshot.settings;
        let lacks = |instead| no_field(whose, name, instead);
        let Some(cached) = process.source(&snapshot).own_token()? else {
            // No person is needed for one.
            let is_machines = settings.machine_grant().is_some();
            let asked_for = || lacks("there is no token yet, get it by oauth_bearer_header".to_owned());
            return Err(if is_machines { asked_for() } else { settings.no_token() });
        };
        let token = &cached.token;
        let found = match source {
            number::OAUTH_FIELD_REDIRECT => text_at(&token.redirect, name),
            number::OAUTH_FIELD_ID_TOKEN => text_at(&checked_claims(token, settings)?, name),
            // What stood beside the token is kept by its name.
            _ => in_answer(token, name).or_else(|instead| {
                let beside = settings.answer.below_path(name).map(|name| in_answer(token, name));
                beside.and_then(std::result::Result::ok).ok_or(instead)
            }),
        };
        found.map_err(lacks)
    }

    /// A member of what the server says of itself, as far as that is known.
    fn field_of_metadata(&self, name: &str) -> Result<Secret> {
        let found = match self.metadata() {
            Some(metadata) => text_at(&metadata.all(), name),
            None => Err("they are not known yet, call oauth_discover".to_owned()),
        };
        let whose = "the server's metadata";
        found.map_err(|instead| no_field(whose, name, instead))
    }

    /// A member of what the server said when a person was asked, as long as that can still agree.
    fn field_of_person(&self, name: &str) -> Result<Secret> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let person = PendingPerson::known(&snapshot)?;
        let found = match person.as_ref().and_then(|person| person.shown(system::now())) {
            Some(PersonAsked { members: Json::Members(members), .. }) => text_at(members, name),
            _ => Err("nobody is asked now, call oauth_device_start".to_owned()),
        };
        found.map_err(|instead| no_field("the device answer", name, instead))
    }

    /// A member of what the server has said to `call` last.
    fn field_of_answer(&self, source: i32, name: &str, whose: &'static str, call: &str) -> Result<Secret> {
        let process = self.process();
        let state = lock(&process.state);
        let found = match state.answers.get(&source) {
            Some(members) => text_at(members, name),
            None => Err(format!("nothing was asked yet, call {call}")),
        };
        found.map_err(|instead| no_field(whose, name, instead))
    }
}

/// `instead`: what there is, or what to call.
fn no_field(whose: &'static str, name: &str, instead: String) -> Error {
    Error::NoField { whose, name: name.chars().take(40).collect(), instead }
}

/// Only what somebody stands for.
fn checked_claims(token: &Token, settings: &Settings) -> Result<Vec<(String, Json)>> {
    let unchecked = |reason: &str, action| Error::IdToken { reason: reason.to_owned(), action };
    let Some(id_token) = &token.id_token else {
        return Err(if settings.authorization.asks_for_id_token() {
            unchecked("the server has sent none: ask its people, or use oauth_userinfo", Action::Fix)
        } else {
            unchecked("none was asked for: add openid to scope, and sign in again", Action::Fix)
        });
    };
    if !token.is_id_checked {
        return Err(if !settings.authorization.asks_for_id_token() {
            unchecked("it was not checked: add openid to scope, and sign in again", Action::Fix)
        } else if settings.endpoints.issuer.is_empty() {
            unchecked("it was not checked: set issuer, and sign in again", Action::Fix)
        } else if !jose::VERIFIES {
            unchecked("this build checks no signature: build the library with its feature sign", Action::Fix)
        } else {
            let reason = "it was not checked, as the server's keys could not be had: sign in again";
            unchecked(reason, Action::SignIn)
        });
    }
    match jose::claims(id_token.expose()) {
        Some(Json::Members(claims)) => Ok(claims),
        _ => Err(unchecked("it cannot be read: sign in again", Action::SignIn)),
    }
}

fn in_answer(token: &Token, name: &str) -> std::result::Result<Secret, String> {
    of_ours(token, name).map_or_else(|| text_at(&token.extra, name), Ok)
}

/// A member of ours by its name in the RFCs, wherever the server had it.
fn of_ours(token: &Token, name: &str) -> Option<Secret> {
    match name {
        "access_token" => Some(token.access_token.clone()),
        "refresh_token" => token.refresh_token.clone(),
        "id_token" => token.id_token.clone(),
        "token_type" => Some(Secret::new(token.token_type.as_str())),
        "scope" => token.scope.as_deref().map(Secret::new),
        _ => None,
    }
}

/// What stands there, or what there is instead.
fn text_at(members: &[(String, Json)], name: &str) -> std::result::Result<Secret, String> {
    let all = Json::Members(members.to_vec());
    let instead = match all.at_path(name) {
        Ok(_) if name.is_empty() => String::new(),
        Ok(Json::Null) => "it is null".to_owned(),
        Ok(Json::Text(text)) if text.expose().contains('\0') => {
            "it holds a NUL, as no text of C can".to_owned()
        }
        Ok(Json::Text(text)) => return Ok(text.clone()),
        Ok(json) => return Ok(Secret::new(json.written())),
        Err(_) if members.is_empty() => "it came without any".to_owned(),
        Err(lost) => lost.instead(),
    };
    Err(if instead.is_empty() { "check the name".to_owned() } else { instead })
}
