//! What comes back from the authorization server with a code.
#![forbid(unsafe_code)]

use super::row::{Given, Kind, Row};
use super::Settings;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::line::one_line;
use crate::protocol::authorization_response::KNOWN;
use crate::protocol::names::Names;
use crate::secret::Secret;
use crate::uri;

#[derive(Clone, Debug, Default)]
pub struct Redirect {
    pub names: Names,
    /// Hosts that tokens may come from, with blanks between them.
    pub token_hosts: String,
    /// The parameter that names one of them.
    pub token_host_param: String,
}

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_REDIRECT_NAMES,
        key: "redirect_names",
        kind: Kind::Own { get: |s| Secret::new(s.redirect.names.written()), set: set_names },
    },
    Row {
        number: number::OAUTH_TOKEN_HOSTS,
        key: "token_hosts",
        kind: Kind::Text(hosts, |s| &s.redirect.token_hosts, |s| &mut s.redirect.token_hosts),
    },
    Row {
        number: number::OAUTH_TOKEN_HOST_PARAM,
        key: "token_host_param",
        kind: Kind::Text(name, |s| &s.redirect.token_host_param, |s| &mut s.redirect.token_host_param),
    },
];

fn set_names(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    let mut names = Names::default();
    given.names(&KNOWN, &mut names)?;
    if let Some(hidden) = KNOWN
        .names
        .iter()
        .find(|name| names.of(name) == **name && names.ours(name).is_some_and(|ours| ours != **name))
    {
        return Err(given.refused(format!("{hidden} is another's name then: say what it is called itself")));
    }
    settings.redirect.names = names;
    Ok(())
}

fn hosts(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if text.split_whitespace().any(|host| uri::bare_host(host) != Some((host, None))) {
        return Err(given.refused("use hosts alone with blanks between them, such as accounts.example.eu"));
    }
    Ok(text.to_owned())
}

fn name(_: &Settings, given: Given<'_>) -> Result<String> {
    let text = given.checked()?;
    if !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains(['&', '=']) {
        return Err(given.refused("use the name of one parameter, such as accounts-server"));
    }
    if KNOWN.names.contains(&text) {
        return Err(given.refused("that one says something else: use the name of the one with the host"));
    }
    Ok(text.to_owned())
}

impl Settings {
    /// Where the redirect says that its code's tokens are, if it says so and that is no news. A forged one must not send the
    /// code elsewhere.
    pub fn token_host(&self, parameters: &[(String, String)]) -> Result<Option<String>> {
        let name = &self.redirect.token_host_param;
        let is_named = |(n, value): &&(String, String)| !name.is_empty() && n == name && !value.is_empty();
        let mut named = parameters.iter().filter(is_named);
        let Some((_, value)) = named.next() else { return Ok(None) };
        if named.next().is_some() {
            return Err(Error::Code(format!("{name} stands twice in the address: sign in again")));
        }
        let url = self.token_url()?;
        let (own, port) = uri::server_of(&url);
        match uri::bare_host(value).filter(|(_, given)| given.is_none() || *given == port) {
            Some((host, _)) if host.eq_ignore_ascii_case(own) => Ok(None),
            Some((host, _)) if self.is_token_host(host) => Ok(Some(host.to_ascii_lowercase())),
            Some((host, _)) => {
                Err(refused(format!("{host} is not among them: add it if it is your server's")))
            }
            None => Err(refused(format!("what {name} names in the redirect is no host: do not trust it"))),
        }
    }

    /// An endpoint's URL at the host where a token is from; the list may be another by now.
    pub fn at_token_host(&self, url: String, host: Option<&str>) -> Result<String> {
        let Some(host) = host else { return Ok(url) };
        if !self.is_token_host(host) {
            let host = one_line(host);
            return Err(refused(format!("{host}, where the token is from, is not among them: add it again")));
        }
        let url = uri::with_host(&url, host);
        uri::check_endpoint("token_hosts", &url, self.endpoints.allow_http)?;
        Ok(url)
    }

    fn is_token_host(&self, host: &str) -> bool {
        self.redirect.token_hosts.split_whitespace().any(|known| known.eq_ignore_ascii_case(host))
    }
}

fn refused(reason: String) -> Error {
    Error::Value { key: "token_hosts", reason }
}
