//! A token as mail servers take it.
#![forbid(unsafe_code)]

use super::process::Process;
use super::Client;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::protocol::sasl::{self, User};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::token::{BearerToken, Mechanism, Purpose};

impl Client {
    /// With a token that is valid for as long as asked for, and that token's serial.
    pub fn sasl_response(&self, mechanism: i32) -> Result<(Secret, u32)> {
        let mechanism = match mechanism {
            number::OAUTH_SASL_XOAUTH2 => Mechanism::Xoauth2,
            number::OAUTH_SASL_OAUTHBEARER => Mechanism::Oauthbearer,
            _ => return Err(Error::Property { number: mechanism, what: "mechanism of SASL" }),
        };
        let process = self.process();
        // Before a token is asked for in vain.
        user(mechanism, &process.snapshot.load().settings)?;
        let ready = self.fresh(Purpose::Sasl(mechanism))?;
        Ok((process.sasl_text(mechanism, &ready)?, ready.serial))
    }
}

impl Process {
    pub fn sasl_text(&self, mechanism: Mechanism, ready: &BearerToken) -> Result<Secret> {
        let snapshot = self.snapshot.load();
        let user = user(mechanism, &snapshot.settings)?;
        Ok(sasl::response(mechanism, user, ready.access_token()))
    }
}

fn user(mechanism: Mechanism, settings: &Settings) -> Result<User<'_>> {
    User::of(mechanism, &settings.grant.username, &settings.storage.account)
}
