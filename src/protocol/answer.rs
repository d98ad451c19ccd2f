//! An endpoint's answer as real servers give it: its members, or the reason why it is not what was asked for
//! (RFC 6749 section 5.2). What an answer is shows in its first byte before its Content-Type.
#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::ptr;

use super::dialect::AnswerDialect;
use super::message::{Response, Undecoded, MAX_BODY};
use super::redactor::Redactor;
use super::refusal::{says_dead, Asked, Said};
use super::token_members::Found;
use super::unread::Unread;
use crate::error::{Doubt, Error, Meaning, Refusal, Result};
use crate::json::Json;
use crate::secret::{Secret, Wiped};
use crate::time::{self, Clock};
use crate::uri;

/// An answer that is to be read.
pub struct Answer<'a> {
    pub response: &'a Response,
    pub dialect: &'a AnswerDialect,
    /// Ours, which no sentence repeats. Asked for only where there is something to say.
    pub secrets: &'a dyn Fn() -> Vec<Secret>,
    /// When it came.
    pub now: i64,
    /// Who answered, as the setting of its URL is called.
    pub endpoint: &'static str,
    pub asked: Asked,
    /// Whether something in the request was signed for it.
    pub has_assertion: bool,
}

impl Answer<'_> {
    /// The members, whichever way they are written; or why there are none.
    pub fn members(&self) -> Result<std::result::Result<Json, Unread>> {
        let response = self.response;
        if response.body.len() > MAX_BODY {
            return Err(Error::TooLarge { status: response.status });
        }
        let decoded = match response.decoded() {
            Ok(decoded) => decoded,
            Err(Undecoded::TooLarge) => return Err(Error::TooLarge { status: response.status }),
            Err(Undecoded::Because(reason)) => return Ok(Err(Unread::packed(reason))),
        };
        let body = decoded.as_ref().unwrap_or(&response.body);
        let mended;
        let text = if let Ok(text) = std::str::from_utf8(body) {
            text
        } else {
            mended = Wiped::new(String::from_utf8_lossy(body).into_owned());
            mended.as_str()
        };
        // A BOM, or a newline that a plug-in leaves before the brace.
        let text = text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
        let read = read(text, response, self.endpoint);
        Ok(read.map_err(|reason| Unread::new(reason, text, self.is_success())))
    }

    /// The members of an answer that has to have some.
    pub fn needed_members(&self) -> Result<Json> {
        self.members()?.map_err(|unread| self.not_understood(&unread))
    }

    /// Why members are not those that were asked for: a refusal, or without what makes them an answer.
    pub fn lacking(&self, members: &Json, what: &str) -> Error {
        match self.refusal(members) {
            Some(refusal) => Error::Refused(Box::new(refusal)),
            None if self.is_success() => self.odd(&format!("it has no {what}")),
            None => self.without_code(members),
        }
    }

    /// Not what was asked for: perhaps something else answers there.
    pub fn odd(&self, what: &str) -> Error {
        self.not_understood(&format!("{what}: check {}", self.endpoint).as_str().into())
    }

    /// The server's words, without our secrets.
    fn words(&self) -> Redactor {
        Redactor::new((self.secrets)())
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.response.status)
    }

    /// What the server said instead. An `error` decides, whatever the status: GitHub and others refuse with 200.
    pub fn refusal(&self, members: &Json) -> Option<Refusal> {
        let ours = Found::of(self.dialect, members).ok();
        let is_well = ours.as_ref().is_some_and(Found::has_named_token) || self.dialect.says_well(members);
        let at_path =
            members.at_path(&self.dialect.response_path).ok().filter(|json| !ptr::eq(*json, members));
        let by_setting = self.dialect.error_in(members).map(|error| Said::by_member(error, members.only()));
        let by_names = [Some(members.only()), at_path].into_iter().flatten();
        let mut by_names = by_names.filter_map(|json| Said::in_members(json, self.is_success(), is_well));
        let counts = |said: &Said| said.has_code() || !self.is_in_trouble();
        let text = self.dialect.error_text_in(members);
        let by_text = || text.clone().filter(|_| !self.is_success()).map(|_| Said::default());
        let said = by_setting
            .filter(counts)
            .or_else(|| by_names.find(counts))
            .or_else(|| by_text().filter(counts))?;
        let said = said.worded(text);
        let mut secrets = tokens_in(members);
        secrets.extend(ours.iter().flat_map(Found::secrets));
        secrets.extend((self.secrets)());
        Some(self.refused(said, &Redactor::new(secrets)))
    }

    /// Members that are neither what was asked for nor a refusal.
    pub fn without_code(&self, members: &Json) -> Error {
        let said = Said::in_members(members.only(), self.is_success(), false).unwrap_or_default();
        let words = said.worded(self.dialect.error_text_in(members)).words(&self.words());
        let words = (!words.is_empty()).then_some(words);
        self.not_understood(&Unread { words, ..Unread::from("it has no error code") })
    }

    /// Neither what was asked for nor an OAuth error: what it means hangs on the status.
    pub fn not_understood(&self, unread: &Unread) -> Error {
        let (status, endpoint) = (self.response.status, self.endpoint);
        let words = unread.words.as_ref().map(|line| self.words().text(line)).unwrap_or_default();
        if self.is_in_trouble() {
            return Error::Unavailable { status, retry_after: self.retry_after(), words };
        }
        if let Some(said) = self.plain_refusal(unread) {
            return Error::Refused(Box::new(self.refused(said, &self.words())));
        }
        let reason = match status {
            300..=399 => {
                format!(
                    "the server redirects, which is not followed with secrets: set {endpoint} to the new URL"
                )
            }
            404 | 405 | 410 => {
                let what = endpoint.trim_end_matches("_endpoint");
                format!("{}; nothing takes {what} requests at this URL: check {endpoint}", unread.reason)
            }
            _ => unread.reason.clone(),
        };
        let said = if words.is_empty() { String::new() } else { format!(" (\"{words}\")") };
        let more = if self.may_have_had_a_token() { self.what_came() } else { String::new() };
        Error::Response { status, reason: format!("{reason}{said}{more}"), words }
    }

    /// A refusal that no member says.
    fn plain_refusal(&self, unread: &Unread) -> Option<Said> {
        let in_words = || unread.words.as_deref().map(Said::in_text).unwrap_or_default();
        match (self.response.status, self.challenge()) {
            // RFC 6749 section 5.2: 401 is invalid_client, said in the header where there is one.
            (400..=499, Some(challenge)) => Some(challenge.and(unread.words.as_ref())),
            (401, None) => Some(in_words().or_code("invalid_client")),
            // It says no, and nobody else could have said it.
            (400 | 402 | 403 | 407 | 409 | 412 | 416..=420 | 422..=425 | 427.., None) => {
                self.is_plain_no(unread).then(in_words)
            }
            _ => None,
        }
    }

    /// A refusal of a refresh token without any code; a page may be from anybody.
    fn is_plain_no(&self, unread: &Unread) -> bool {
        let says_dead = || unread.words.as_deref().is_some_and(|line| says_dead(self.asked, line));
        self.asked == Asked::Refresh && (!unread.is_page || says_dead())
    }

    /// Of a request with a bearer token (RFC 6750 section 3.1): it says so in a header, and 401 alone means the token.
    pub fn bearer_refusal(&self) -> Option<Refusal> {
        let said = match (self.response.status, self.challenge()) {
            (400..=499, Some(said)) => said,
            (401, None) => Said::default().or_code("invalid_token"),
            _ => return None,
        };
        let refusal = self.refused(said, &self.words());
        // Another token may be taken.
        let is_of_token = refusal.error == "invalid_token";
        let meaning = if is_of_token { Meaning::Passing } else { Meaning::AsItSays };
        Some(Refusal { meaning, ..refusal })
    }

    /// A signed JWT in the place of members.
    pub fn jwt(&self) -> Option<Secret> {
        let decoded = self.response.decoded().ok()?;
        let body = decoded.as_ref().unwrap_or(&self.response.body);
        let text = std::str::from_utf8(body).ok()?.trim();
        text.starts_with("eyJ").then(|| Secret::new(text))
    }

    fn is_in_trouble(&self) -> bool {
        matches!(self.response.status, 408 | 429 | 500..)
    }

    fn refused(&self, said: Said, words: &Redactor) -> Refusal {
        let is_for_sign_in = matches!(self.asked, Asked::Code | Asked::Refresh)
            && said.codes().any(|code| self.dialect.means_sign_in(&code));
        let refusal = said.refusal(self.asked, self.response.status, self.retry_after(), words);
        let meaning = if is_for_sign_in { Meaning::Dead } else { refusal.meaning };
        // A proof is signed, and has a time, too (RFC 9449 section 4.3).
        let is_of_proof = refusal.error == "invalid_dpop_proof";
        let doubt = (self.has_assertion || is_of_proof).then(|| self.doubt(&refusal.description));
        Refusal { meaning, doubt, ..refusal }
    }

    /// What is wrong with the assertion. Who refuses it for its times seldom says so, but for the clock's own header.
    fn doubt(&self, words: &str) -> Doubt {
        match (self.clock().ahead(), speaks_of_times(words)) {
            (0, false) => Doubt::Key,
            (0, true) if self.response.header("date").is_some() => Doubt::Life,
            (0, true) => Doubt::Times,
            (ahead, _) => Doubt::Clock(ahead),
        }
    }

    fn may_have_had_a_token(&self) -> bool {
        self.is_success() && self.asked != Asked::Other
    }

    /// For who has to find out why it was not understood.
    fn what_came(&self) -> String {
        let header = |name| self.response.header(name).map(|value| self.words().text(value));
        let kind = header("content-type").unwrap_or_else(|| "no Content-Type".to_owned());
        let coding = header("content-encoding").map(|coding| format!(", {coding}")).unwrap_or_default();
        let length = self.response.body.len();
        format!("; it came as {kind:.60}{coding:.20}, {length} bytes, and a new token may have been in it")
    }

    pub fn clock(&self) -> Clock {
        Clock::of(self.response.header("date"), self.now)
    }

    fn challenge(&self) -> Option<Said> {
        let challenge = self.response.header("www-authenticate");
        Said::in_challenge(challenge.filter(|text| !self.words().repeat_a_secret(text))?)
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

/// Whether a server says of an assertion that it is too old, too young, or good for too long.
fn speaks_of_times(words: &str) -> bool {
    const WORDS: &[&str] =
        &["exp", "iat", "nbf", "clock", "expired", "expiry", "expiration", "lifetime", "skew"];
    const PHRASES: &[&str] = &["not yet valid", "in the future", "too old", "issued at", "timeframe"];
    let words = words.to_ascii_lowercase();
    words.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
        || PHRASES.iter().any(|phrase| words.contains(phrase))
}

fn read(text: &str, response: &Response, endpoint: &str) -> std::result::Result<Json, String> {
    let content_type = || response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    match text.as_bytes().first() {
        None => Err("it is empty".to_owned()),
        Some(b'{' | b'[') => Json::parse(text),
        // JSON in a text of JSON.
        Some(b'"') => match Json::parse(text) {
            Ok(Json::Text(inner)) if inner.expose().trim_start().starts_with(['{', '[']) => {
                Json::parse(inner.expose())
            }
            _ => Err("it is a text of JSON".to_owned()),
        },
        Some(b'<') => Err(format!("it is a web page: check {endpoint}, or the server is in trouble")),
        Some(_) if content_type().contains("x-www-form-urlencoded") && text.contains('=') => form(text),
        // GitHub, Facebook, IBM SmartCloud: a query string, also as text/plain.
        Some(_) if text.contains('=') && !text.contains(['\n', ' ', '<']) => form(text),
        Some(_) if content_type().contains("json") => Err("it is no JSON object".to_owned()),
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

fn is_tokens_name(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("token") || matches!(name, "device_code" | "auth_req_id")
}

/// Tokens that stand beside an error, and must not be seen in its words.
fn tokens_in(json: &Json) -> Vec<Secret> {
    match json {
        Json::Members(members) => members
            .iter()
            .flat_map(|(name, value)| match value {
                Json::Text(text) if is_tokens_name(name) => vec![text.clone()],
                inner => tokens_in(inner),
            })
            .collect(),
        Json::List(list) => list.iter().flat_map(tokens_in).collect(),
        _ => Vec::new(),
    }
}
