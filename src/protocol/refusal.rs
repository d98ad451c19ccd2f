//! A refusal in a server's own words (RFC 6749 section 5.2): where its code and its words stand, and what they mean.
#![forbid(unsafe_code)]

mod meaning;
mod signs;

pub use meaning::{says_dead, Asked};
pub use signs::{has_bad_code, is_called, may_have_token, says_error, text_in};

use crate::error::Refusal;
use crate::json::Json;
use meaning::meaning;
use signs::{code_in, fails_by_code, has_failed, has_letter, has_words, squeezed};

use super::redactor::Redactor;

/// What an answer says beside a token: nothing is tidied yet, and secrets may be in it.
#[derive(Debug, Default)]
pub struct Said {
    /// Where a server's own code stands.
    code: Option<String>,
    words: Vec<String>,
    uri: Option<String>,
    /// Not only members that say something: one that is there in an error alone.
    is_error: bool,
}

/// The codes of the RFCs, which servers also write in capitals, with blanks, or with their words behind a colon.
const CODES: &[&str] = &[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "access_denied",
    "unsupported_response_type",
    "server_error",
    "temporarily_unavailable",
    "unsupported_token_type",
    "interaction_required",
    "login_required",
    "consent_required",
    "account_selection_required",
    // RFC 9101, 9396.
    "invalid_request_uri",
    "invalid_request_object",
    "request_not_supported",
    "request_uri_not_supported",
    "invalid_authorization_details",
    // RFC 6750, 8707, 9449, 8628.
    "insufficient_scope",
    "invalid_target",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "authorization_pending",
    "slow_down",
    "expired_token",
];

/// Members that say what is wrong, as they are called without regard to case and separators.
const WORDS: &[&str] = &[
    "errordescription",
    "description",
    "message",
    "errormessage",
    "msg",
    "errmsg",
    "hint",
    "detail",
    "details",
    "reason",
    "title",
    "errorsummary",
    "summary",
    "faultstring",
    "cause",
    "suberror",
    "text",
    "developermessage",
    "usermessage",
    "errormessages",
];

/// Members that hold nothing but an error's code. Supabase, Discord, WeChat and others.
const OWN_CODES: &[&str] = &["errorcode", "errcode", "err", "errorkey", "errorname", "errorid", "faultcode"];

/// Members that hold a code where the answer is an error, and something else where it is not.
const MAYBE_CODES: &[&str] = &["errortype", "type", "status", "code", "name"];

/// Where servers put all that, besides `error` and `errors`: UPS, Apigee.
const INNER: &[&str] = &[
    "response",
    "fault",
    "detail",
    "details",
    "data",
    "result",
    "meta",
    "errorresponse",
    "payload",
    "body",
    "exception",
];

/// So deep it is looked for.
const DEEPEST: u32 = 4;

/// So many words are enough.
const MOST_WORDS: usize = 8;

impl Said {
    /// What an answer says, `error` being the member that says that it is one.
    pub fn by_member(error: &Json, answer: &Json) -> Self {
        let mut said = Self { is_error: true, ..Self::default() };
        said.look_in_error(error, 0);
        said.look(answer, 0);
        said
    }

    /// What the members say; `None`: no error. `is_well`: what only looks like one is none.
    pub fn in_members(json: &Json, is_success: bool, is_well: bool) -> Option<Self> {
        let mut said = Self::default();
        said.look(json, 0);
        let may_be_one = || !is_well && !may_have_token(json);
        said.is_error |= has_failed(json);
        said.is_error |= (has_words(json) || is_success && fails_by_code(json)) && may_be_one();
        if is_success && !said.is_error {
            return None;
        }
        if !is_success && matches!(json.member("error"), Some(Json::Members(_))) {
            said.code.get_or_insert_with(|| "error".to_owned());
        }
        said.look_closer(json);
        (said.is_error || said.code.is_some() || !said.words.is_empty()).then_some(said)
    }

    /// What a line of text says.
    pub fn in_text(line: &str) -> Self {
        match canonical(line) {
            (code, None) if CODES.contains(&code.as_str()) => Self { code: Some(code), ..Self::default() },
            _ => Self { words: vec![line.to_owned()], ..Self::default() },
        }
    }

    /// `error="…"` and what stands beside it in a WWW-Authenticate header (RFC 6750 section 3), also without quotes.
    pub fn in_challenge(challenge: &str) -> Option<Self> {
        let parameter = |name: &str| {
            let (_, value) = challenge.split_once(&format!("{name}="))?;
            let text = match value.chars().next()? {
                quote @ ('"' | '\'') => value[1..].split(quote).next(),
                _ => value.split([',', ' ']).next(),
            };
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let code = parameter("error")?;
        let words = parameter("error_description").into_iter().collect();
        Some(Self { code: Some(code), words, uri: parameter("error_uri"), is_error: true })
    }

    /// The same with that code, if it has none.
    #[must_use]
    pub fn or_code(mut self, code: &str) -> Self {
        self.code.get_or_insert_with(|| code.to_owned());
        self
    }

    /// The same with more words.
    #[must_use]
    pub fn and(mut self, words: Option<&String>) -> Self {
        self.words.extend(words.cloned());
        self
    }

    /// The same in these words, where there are any.
    #[must_use]
    pub fn worded(mut self, words: Option<String>) -> Self {
        self.words = words.map_or(self.words, |words| vec![words]);
        self
    }

    /// Its code, as the server and as the RFC writes it.
    pub fn codes(&self) -> impl Iterator<Item = String> {
        let code = self.code.clone();
        code.into_iter().flat_map(|code| [canonical(&code).0, code])
    }

    /// Whether it has a name or a number for what is wrong.
    pub fn has_code(&self) -> bool {
        self.code.is_some()
    }

    pub fn words(&self, redactor: &Redactor) -> String {
        joined(&self.words, "", redactor)
    }

    /// `status`, and `retry_after` as the answer has them.
    pub fn refusal(
        self,
        asked: Asked,
        status: u16,
        retry_after: Option<u32>,
        redactor: &Redactor,
    ) -> Refusal {
        let (error, behind) = canonical(self.code.as_deref().unwrap_or_default());
        let words: Vec<_> = behind.into_iter().chain(self.words).collect();
        let meaning = meaning(asked, status, &error, &words, retry_after.is_some());
        let error = redactor.code(&error);
        Refusal {
            description: joined(&words, &error, redactor),
            uri: self.uri.map(|uri| redactor.text(&uri)).unwrap_or_default(),
            error,
            status,
            retry_after,
            meaning,
            doubt: None,
        }
    }

    /// What can be nothing else: codes that have a name of their own, and words.
    fn look(&mut self, json: &Json, depth: u32) {
        let Json::Members(members) = json else { return };
        if depth > DEEPEST {
            return;
        }
        let named = |name: &str| members.iter().find(|(n, _)| is_called(n, name)).map(|(_, v)| v);
        named("error").into_iter().chain(named("errors")).for_each(|error| self.look_in_error(error, depth));
        if let Some(code) = OWN_CODES.iter().find_map(|name| code_in(named(name)?)) {
            self.is_error = true;
            self.add_code(code);
        }
        self.words.extend(WORDS.iter().filter_map(|name| code_in(named(name)?)));
        self.uri = self.uri.take().or_else(|| text_in(named("erroruri")?));
        INNER.iter().filter_map(|name| named(name)).for_each(|inner| self.look(inner, depth + 1));
    }

    /// What stands in `error`, or in a list of errors.
    fn look_in_error(&mut self, json: &Json, depth: u32) {
        match json {
            Json::Members(members) => {
                self.look(json, depth + 1);
                let named = |name: &str| members.iter().find(|(n, _)| is_called(n, name)).map(|(_, v)| v);
                let codes = || MAYBE_CODES.iter().filter_map(|name| code_in(named(name)?));
                let code = codes().find(|code| has_letter(code)).or_else(|| codes().next());
                match (&self.code, code) {
                    (None, code) => self.code = code,
                    (Some(_), code) => self.words.extend(code.filter(|code| has_letter(code))),
                }
                if self.code.is_none() && self.words.is_empty() {
                    // Laravel: what is wrong with each parameter.
                    let lists = members.iter().filter(|(_, what)| matches!(what, Json::List(_)));
                    let wrong = lists.filter_map(|(name, what)| Some(format!("{name} {}", text_in(what)?)));
                    self.words.extend(wrong.take(MOST_WORDS));
                }
                self.is_error |= self.code.is_some() || !self.words.is_empty();
            }
            Json::List(list) if depth <= DEEPEST => {
                list.iter().take(MOST_WORDS).for_each(|inner| self.look_in_error(inner, depth + 1));
            }
            text => {
                let code = code_in(text);
                self.is_error |= code.is_some();
                if let Some(code) = code {
                    self.add_code(code);
                }
            }
        }
    }

    /// The first is the code; whatever comes after it is a word more.
    fn add_code(&mut self, code: String) {
        match self.code {
            None => self.code = Some(code),
            Some(_) => self.words.push(code),
        }
    }

    /// It is an error: what else it may say.
    fn look_closer(&mut self, json: &Json) {
        let Json::Members(members) = json else { return };
        let maybe = members.iter().filter(|(name, _)| MAYBE_CODES.iter().any(|maybe| is_called(name, maybe)));
        // RFC 9457: a type is the address of a page.
        let codes = maybe
            .filter_map(|(_, value)| text_in(value))
            .filter(|code| has_letter(code) && !code.contains(':'));
        codes.for_each(|code| self.add_code(code));
    }
}

/// One of [`CODES`] where the text is or begins with it, and what stands behind; else the text.
fn canonical(text: &str) -> (String, Option<String>) {
    let end = text.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '_' | '-' | ' ' | '.')));
    let (head, behind) = text.split_at(end.unwrap_or(text.len()));
    let first = head.split([' ', '.']).next().unwrap_or_default();
    for (head, behind) in [(head, behind), (first, &text[first.len()..])] {
        let is_it = |code: &&&str| squeezed(code) == squeezed(head);
        if let Some(code) = CODES.iter().find(is_it) {
            let behind =
                behind.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | ';' | '-'));
            return ((*code).to_owned(), (!behind.is_empty()).then(|| behind.to_owned()));
        }
    }
    (text.to_owned(), None)
}

/// Each once, as one line.
fn joined(words: &[String], code: &str, redactor: &Redactor) -> String {
    let mut line = String::new();
    for word in words.iter().take(MOST_WORDS).map(|word| redactor.text(word)) {
        if !line.contains(&word) && word != code {
            line.push_str(if line.is_empty() { "" } else { "; " });
            line.push_str(&word);
        }
    }
    redactor.text(&line)
}
