//! What is asked of the tokens that are kept, and what is done to them.
#![forbid(unsafe_code)]

use std::time::SystemTime;

use oauth::constants as number;

use crate::arguments::Arguments;
use crate::edge::{Client, Failure};
use crate::failure::{Ended, OK, SIGN_IN};
use crate::output::{self, Json};

/// The exit code says whether a header can be had without a person, as far as is known here.
pub fn status(client: &Client, arguments: &Arguments) -> Result<i32, Ended> {
    let line = client.get(number::OAUTH_STATUS_LINE)?;
    let code = match standing(client) {
        Ok(Standing::Good) => OK,
        Ok(Standing::SignIn) => SIGN_IN,
        Err(failure) => failure.exit_code(),
    };
    if !arguments.is_json {
        output::answer(&output::fit_answer(&line))?;
        return Ok(code);
    }
    let property = |number| client.get(number).unwrap_or_default();
    let json = Json::default()
        .text("profile", &arguments.profile)
        .text("account", &property(number::OAUTH_ACCOUNT))
        .text("client_id", &property(number::OAUTH_CLIENT_ID))
        .truth("has_token", !property(number::OAUTH_ACCESS_TOKEN).is_empty())
        .truth("has_refresh_token", !property(number::OAUTH_REFRESH_TOKEN).is_empty())
        .maybe("token_type", &property(number::OAUTH_TOKEN_TYPE))
        .maybe("expires_at", &property(number::OAUTH_EXPIRES_AT))
        .maybe("granted_scope", &property(number::OAUTH_GRANTED_SCOPE))
        .number("generation", property(number::OAUTH_GENERATION).parse().unwrap_or_default())
        .text("status", &line);
    output::answer(&json.end())?;
    Ok(code)
}

pub enum Standing {
    Good,
    SignIn,
}

/// What the next header would find; nobody is asked.
pub fn standing(client: &Client) -> Result<Standing, Failure> {
    let is_machine = needs_nobody(client)?;
    let is_empty = |number| client.get(number).map(|text| text.is_empty());
    let has_token = !is_empty(number::OAUTH_ACCESS_TOKEN)?;
    let can_refresh = !is_empty(number::OAUTH_REFRESH_TOKEN)?;
    let expires = client.get(number::OAUTH_EXPIRES_AT)?;
    let is_over =
        !expires.is_empty() && expires < humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let is_good = is_machine || can_refresh || (has_token && !is_over);
    Ok(if is_good { Standing::Good } else { Standing::SignIn })
}

/// The profile's grant is a machine's.
pub fn needs_nobody(client: &Client) -> Result<bool, Failure> {
    let grant = client.get(number::OAUTH_GRANT_TYPE)?;
    Ok(!grant.is_empty() && grant != "authorization_code")
}

/// An account without a name is an empty line, and an empty text of JSON.
pub fn accounts(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    let mut all = String::new();
    for page in 1.. {
        let accounts = client.accounts(page)?;
        if accounts.is_empty() {
            break;
        }
        all.push_str(&accounts);
    }
    if arguments.is_json {
        let json = Json::default().list("accounts", all.lines().map(output::quoted));
        return Ok(output::answer(&json.end())?);
    }
    if let Some(all) = all.strip_suffix('\n') {
        return Ok(output::answer(&output::in_charset(all))?);
    }
    output::note("nobody has a token here");
    Ok(())
}

/// Now, valid or not, and also what the server has refused before.
pub fn refresh(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    client.refresh()?;
    let until = client.get(number::OAUTH_EXPIRES_AT)?;
    if arguments.is_json {
        return Ok(output::answer(&Json::default().maybe("expires_at", &until).end())?);
    }
    output::note(&format!(
        "refreshed: valid until {}",
        if until.is_empty() { "an API says no" } else { &until }
    ));
    Ok(())
}

pub fn forget(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    let had_token = has_token(client);
    client.forget()?;
    let said = if had_token {
        "forgotten: the token is no longer kept here; the server was not told, oauth revoke does"
    } else {
        "there was no token to forget"
    };
    done(arguments, "forgotten", had_token, said)
}

pub fn revoke(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    let had_token = has_token(client);
    client.revoke()?;
    let said = if had_token {
        "revoked: the server takes the tokens no longer, and they are no longer kept here"
    } else {
        "there was no token to revoke, and the server was not asked"
    };
    done(arguments, "revoked", had_token, said)
}

pub fn reseal(client: &Client, arguments: &Arguments) -> Result<(), Ended> {
    let written = client.reseal()?;
    if arguments.is_json {
        return Ok(output::answer(&Json::default().number("resealed", written.into()).end())?);
    }
    match written {
        0 => output::note("every record was as store_key says: none had to be written"),
        1 => output::note("1 record was written anew, as store_key says"),
        many => output::note(&format!("{many} records were written anew, as store_key says")),
    }
    Ok(())
}

fn has_token(client: &Client) -> bool {
    client.get(number::OAUTH_ACCESS_TOKEN).is_ok_and(|token| !token.is_empty())
}

fn done(arguments: &Arguments, name: &str, is_done: bool, said: &str) -> Result<(), Ended> {
    if arguments.is_json {
        return Ok(output::answer(&Json::default().truth(name, is_done).end())?);
    }
    output::note(said);
    Ok(())
}
