//! The request for a token as it would be sent, with its secrets masked. A client of its own makes it, which keeps all in
//! memory and has its requests sent by its caller: and this one sends none.
#![forbid(unsafe_code)]

use oauth::constants as number;
use serde_json::Value;

use super::Report;
use crate::arguments::Arguments;
use crate::edge::{Client, Failure};
use crate::tokens;

/// Parameters that show no secret; whatever else stands there is masked.
const HARMLESS: &[&str] = &[
    "audience",
    "client_assertion_type",
    "client_id",
    "grant_type",
    "redirect_uri",
    "requested_token_type",
    "resource",
    "response_type",
    "scope",
    "subject_token_type",
];
const HARMLESS_HEADERS: &[&str] = &["accept", "content-type", "user-agent"];
/// Stands where the code would.
const CODE: &str = "code-that-came-back";
const MASK: &str = "***";

pub struct Prepared {
    pub url: String,
    method: String,
    headers: String,
    content: String,
    what: &'static str,
}

/// The same client, which keeps nothing.
pub fn copy(arguments: &Arguments) -> Result<Client, Failure> {
    let copy = crate::open(arguments)?;
    copy.set(number::OAUTH_STORE, "memory:")?;
    Ok(copy)
}

pub fn prepared(client: &Client, copy: &Client) -> Result<Prepared, Failure> {
    copy.set(number::OAUTH_HTTP, "caller")?;
    let (what, asked) = ask(client, copy)?;
    if let Err(failure) = asked {
        if failure.number != number::OAUTH_HTTP_NEEDED {
            return Err(failure);
        }
    }
    Ok(Prepared {
        url: copy.request(number::OAUTH_REQUEST_URL)?,
        method: copy.request(number::OAUTH_REQUEST_METHOD)?,
        headers: copy.request(number::OAUTH_REQUEST_HEADERS)?,
        content: copy.request(number::OAUTH_REQUEST_CONTENT)?,
        what,
    })
}

/// What the next header, or the next sign-in, would ask for.
fn ask(client: &Client, copy: &Client) -> Result<(&'static str, Result<(), Failure>), Failure> {
    let has_refresh = client.get(number::OAUTH_REFRESH_TOKEN).is_ok_and(|token| !token.is_empty());
    let record = client.get(number::OAUTH_TOKEN_RECORD).unwrap_or_default();
    if has_refresh && copy.import_token(&record).is_ok() {
        return Ok(("a refresh", copy.refresh()));
    }
    if tokens::needs_nobody(client)? {
        return Ok(("a token", copy.access_token().map(drop)));
    }
    let is_empty = |number| copy.get(number).map(|text| text.is_empty());
    if is_empty(number::OAUTH_AUTHORIZATION_ENDPOINT)? && !is_empty(number::OAUTH_DEVICE_ENDPOINT)? {
        return Ok(("a device code", copy.device_start()));
    }
    if let Err(failure) = copy.authorize_url() {
        // It is pushed (RFC 9126), and that comes first.
        return Ok(("a sign-in's request", Err(failure)));
    }
    let asked = match copy.exchange_code(CODE) {
        // Where the issuer must be named, it is.
        Err(failure) if failure.number == number::OAUTH_ERROR_ISSUER => {
            let (state, issuer) = (copy.get(number::OAUTH_STATE)?, copy.get(number::OAUTH_ISSUER)?);
            copy.exchange_code(&format!("code={CODE}&state={state}&iss={issuer}"))
        }
        asked => asked,
    };
    Ok(("a code's exchange", asked))
}

impl Prepared {
    pub fn show(&self, report: &mut Report) {
        let Self { url, method, headers, content, what } = self;
        let mut lines =
            vec![format!("{what}, as it would be sent, secrets masked: {method} {}", masked_url(url))];
        lines.extend(headers.lines().map(masked_header));
        lines.extend(masked_content(content));
        report.fine("request", &lines.join("\n"));
    }
}

fn masked_url(url: &str) -> String {
    match url.split_once('?') {
        Some((place, query)) => format!("{place}?{}", masked_form(query).join("&")),
        None => url.to_owned(),
    }
}

/// Of the client's authentication, which way it goes.
fn masked_header(line: &str) -> String {
    let (name, value) = line.split_once(": ").unwrap_or((line, ""));
    if HARMLESS_HEADERS.contains(&&*name.to_ascii_lowercase()) {
        return line.to_owned();
    }
    match value.split_once(' ') {
        Some((scheme, _)) if name.eq_ignore_ascii_case("authorization") => format!("{name}: {scheme} {MASK}"),
        _ => format!("{name}: {MASK}"),
    }
}

fn masked_content(content: &str) -> Vec<String> {
    match serde_json::from_str(content) {
        _ if content.is_empty() => Vec::new(),
        Ok(Value::Object(members)) => {
            let member = |(name, value): (&String, &Value)| match value.as_str() {
                Some(text) => masked(name, text),
                None => masked(name, MASK),
            };
            members.iter().map(member).collect()
        }
        _ => masked_form(content),
    }
}

fn masked_form(form: &str) -> Vec<String> {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => masked(name, value),
        None => MASK.to_owned(),
    };
    form.split('&').map(pair).collect()
}

fn masked(name: &str, value: &str) -> String {
    format!("{name}={}", if HARMLESS.contains(&name) { value } else { MASK })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_harmless_is_shown() {
        let rows = [
            ("grant_type=refresh_token&refresh_token=SECRET", "grant_type=refresh_token refresh_token=***"),
            (
                "{\"client_id\":\"me\",\"client_secret\":\"SECRET\",\"n\":7}",
                "client_id=me client_secret=*** n=***",
            ),
            ("client_assertion=SECRET&SECRET", "client_assertion=*** ***"),
            ("", ""),
        ];
        for (content, expected) in rows {
            assert_eq!(masked_content(content).join(" "), expected, "{content}");
        }
        let url = "https://as.example/token?client_secret=SECRET&grant_type=password";
        assert_eq!(masked_url(url), "https://as.example/token?client_secret=***&grant_type=password");
        let headers = [
            ("Authorization: Basic SECRET", "Authorization: Basic ***"),
            ("authorization: SECRET", "authorization: ***"),
            ("Accept: application/json", "Accept: application/json"),
            ("X-Gateway-Key: SECRET", "X-Gateway-Key: ***"),
        ];
        for (header, expected) in headers {
            assert_eq!(masked_header(header), expected);
        }
    }
}
