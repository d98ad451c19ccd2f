//! An endpoint's answer as real servers give it: its members, or the reason why it is not what was asked for
//! (RFC 6749 section 5.2). What an answer is shows in its first byte before its Content-Type.
#![forbid(unsafe_code)]

use std::collections::HashSet;

use super::message::{Response, MAX_BODY};
use super::redactor::Redactor;
use crate::error::{Error, Refusal, Result};
use crate::json::Json;
use crate::secret::{Secret, Wiped};
use crate::time::{self, Clock};
use crate::uri;

/// How a server's answers differ from the RFC's.
#[derive(Clone, Debug, Default)]
pub struct AnswerDialect {
    /// Where the token's members stand, as names with dots between them. Empty: at the top, or where they are found.
    pub response_path: String,
    pub expires_in_unit: ExpiresInUnit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiresInUnit {
    #[default]
    Seconds,
    Milliseconds,
}

/// An answer that is to be read.
pub struct Answer<'a> {
    pub response: &'a Response,
    pub dialect: &'a AnswerDialect,
    /// The server's words, without our secrets.
    pub words: Redactor,
    /// When it came.
    pub now: i64,
    /// Who answered, as the setting of its URL is called.
    pub endpoint: &'static str,
}

impl Answer<'_> {
    /// The members, whichever way they are written; or why there are none.
    pub fn members(&self) -> Result<std::result::Result<Json, String>> {
        let response = self.response;
        if response.body.len() > MAX_BODY {
            return Err(Error::TooLarge { status: response.status });
        }
        let mended;
        let text = if let Ok(text) = std::str::from_utf8(&response.body) {
            text
        } else {
            mended = Wiped::new(String::from_utf8_lossy(&response.body).into_owned());
            mended.as_str()
        };
        // A BOM, or a newline that a plug-in leaves before the brace.
        let text = text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
        Ok(read(text, response, self.endpoint))
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.response.status)
    }

    /// What the server said instead. An `error` decides, whatever the status: GitHub and others refuse with 200.
    pub fn refusal(&self, members: &Json) -> Option<Refusal> {
        let at_path = self.dialect.at_path(members);
        [Some(members), at_path].into_iter().flatten().find_map(|json| {
            let (error, description) = error_of(json)?;
            let names = ["error_description", "message", "error_message"];
            let description = description.or_else(|| names.iter().find_map(|n| short(json.member(n)?)));
            let words = &self.words;
            Some(Refusal {
                error: words.code(&error),
                description: words.text(&description.unwrap_or_default()),
                uri: json.member("error_uri").and_then(short).map(|u| words.text(&u)).unwrap_or_default(),
                status: self.response.status,
                retry_after: self.retry_after(),
            })
        })
    }

    /// Neither what was asked for nor an OAuth error: what it means hangs on the status.
    pub fn not_understood(&self, reason: &str) -> Error {
        let (status, endpoint) = (self.response.status, self.endpoint);
        match status {
            408 | 429 | 500.. => Error::Unavailable { status, retry_after: self.retry_after() },
            // RFC 6749 section 5.2: 401 is invalid_client, said in the header where there is one.
            401 => Error::Refused(Box::new(Refusal {
                error: self
                    .challenge_error()
                    .map_or_else(|| "invalid_client".to_owned(), |error| self.words.code(error)),
                status,
                ..Refusal::default()
            })),
            300..=399 => Error::Response {
                status,
                reason: format!(
                    "the server redirects, which is not followed with secrets: set {endpoint} to the new URL"
                ),
                is_transient: false,
            },
            404 | 405 | 410 => {
                let what = endpoint.trim_end_matches("_endpoint");
                Error::Response {
                    status,
                    reason: format!("{reason}; nothing takes {what} requests at this URL: check {endpoint}"),
                    is_transient: false,
                }
            }
            // A maintenance page, a captive portal: it passes.
            _ => Error::Response { status, reason: reason.to_owned(), is_transient: self.is_success() },
        }
    }

    pub fn clock(&self) -> Clock {
        Clock::of(self.response.header("date"), self.now)
    }

    /// `error="…"` of a WWW-Authenticate header (RFC 6750 section 3).
    fn challenge_error(&self) -> Option<&str> {
        let challenge = self.response.header("www-authenticate");
        let challenge = challenge.filter(|text| !self.words.repeat_a_secret(text))?;
        let error = challenge.split("error=\"").nth(1)?.split('"').next()?;
        (!error.is_empty()).then_some(error)
    }

    /// Seconds, or a date (RFC 9110 section 10.2.3); no more than a day.
    fn retry_after(&self) -> Option<u32> {
        const DAY: u32 = 86_400;
        let text = self.response.header("retry-after")?;
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(u32::try_from(seconds).unwrap_or(DAY).min(DAY));
        }
        let date = self.clock().ours(time::http_date(text)?);
        let seconds = date.saturating_sub(self.now).clamp(0, DAY.into());
        u32::try_from(seconds).ok()
    }
}

impl AnswerDialect {
    /// Where the token's members stand, where a setting says so.
    pub fn at_path<'a>(&self, answer: &'a Json) -> Option<&'a Json> {
        if self.response_path.is_empty() {
            return None;
        }
        self.response_path.split('.').try_fold(answer, |json, name| json.member(name))
    }
}

fn read(text: &str, response: &Response, endpoint: &str) -> std::result::Result<Json, String> {
    let content_type = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    match text.as_bytes().first() {
        None => Err("it is empty".to_owned()),
        Some(b'{') => Json::parse(text),
        Some(b'<') => Err(format!("it is a web page: check {endpoint}, or the server is in trouble")),
        Some(b'[') => Err("it is a JSON list".to_owned()),
        Some(_) if content_type.contains("x-www-form-urlencoded") && text.contains('=') => form(text),
        // GitHub, Facebook, IBM SmartCloud: a query string, also as text/plain.
        Some(_) if text.contains('=') && !text.contains(['\n', ' ', '<']) => form(text),
        Some(_) if content_type.contains("json") => Err("it is no JSON object".to_owned()),
        Some(_) => Err("it is neither JSON nor a form".to_owned()),
    }
}

fn form(text: &str) -> std::result::Result<Json, String> {
    let mut members: Vec<(String, Json)> = Vec::new();
    let mut names = HashSet::new();
    for (name, value) in uri::parse_query(text) {
        if !names.insert(name.clone()) {
            return Err("a member stands twice".to_owned());
        }
        members.push((name, Json::Text(Secret::new(value))));
    }
    Ok(Json::Members(members))
}

/// The error code, and the words if they stand beside it.
fn error_of(json: &Json) -> Option<(String, Option<String>)> {
    match json.member("error") {
        Some(Json::Text(error)) if !error.is_empty() => return Some((error.expose().to_owned(), None)),
        // Google's and Facebook's APIs: an object with message, type and code.
        Some(object @ Json::Members(_)) => return Some(error_object(object)),
        _ => {}
    }
    // Fitbit: a list of objects; UPS the same below `response`.
    let errors = json.member("errors").or_else(|| json.member("response")?.member("errors"))?;
    match errors {
        Json::List(list) => list.first().map(error_object),
        _ => None,
    }
}

fn error_object(object: &Json) -> (String, Option<String>) {
    let first = |names: &[&str]| names.iter().find_map(|n| short(object.member(n)?));
    let error = first(&["errorType", "type", "status", "code"]).unwrap_or_else(|| "error".to_owned());
    (error, first(&["message", "error_description"]))
}

fn short(json: &Json) -> Option<String> {
    match json {
        Json::Text(text) => Some(text.expose().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
