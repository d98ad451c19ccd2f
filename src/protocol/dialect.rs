//! How a server's answers differ from the RFC's, as settings say: never a guess.
#![forbid(unsafe_code)]

use super::refusal::{says_error, text_in};
use crate::json::Json;
use crate::uri;

#[derive(Clone, Debug, Default)]
pub struct AnswerDialect {
    /// Where the token's members stand, as names and numbers of items with dots between them. Empty: at the top, or where
    /// they are found.
    pub response_path: String,
    /// Where members of ours stand from there, as a query string: `access_token=accessJwt`.
    pub response_names: String,
    pub expires_in_unit: ExpiresInUnit,
    /// Whether an access token that is a JWT says itself when it expires, where the answer does not.
    pub expires_from_jwt: bool,
    /// Where an answer says that it is an error, from its top.
    pub error_path: String,
    /// Where its words stand.
    pub error_text_path: String,
    /// Codes that mean that a person must sign in, with blanks between them.
    pub sign_in_errors: String,
    /// Whether a refresh may be answered without a token: the old one lives on.
    pub refresh_prolongs: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiresInUnit {
    #[default]
    Seconds,
    Milliseconds,
    Minutes,
    Hours,
    Days,
}

impl AnswerDialect {
    /// Where a member of ours stands from `response_path`, if that is said; an empty path: nowhere.
    pub fn path_of(&self, member: &str) -> Option<String> {
        let mut names = uri::parse_query(&self.response_names).into_iter();
        names.find(|(ours, _)| ours == member).map(|(_, path)| path)
    }

    /// What a path says from `response_path` on, if it goes that way.
    pub fn below_path<'a>(&self, path: &'a str) -> Option<&'a str> {
        let is_said = !self.response_path.is_empty();
        path.strip_prefix(self.response_path.as_str())?.strip_prefix('.').filter(|_| is_said)
    }

    /// The member that says that this answer is an error.
    pub fn error_in<'a>(&self, answer: &'a Json) -> Option<&'a Json> {
        at(&self.error_path, answer).filter(|error| says_error(error))
    }

    /// Whether that member is there, and says that all is well.
    pub fn says_well(&self, answer: &Json) -> bool {
        at(&self.error_path, answer).is_some_and(|error| !says_error(error))
    }

    /// An error's words.
    pub fn error_text_in(&self, answer: &Json) -> Option<String> {
        at(&self.error_text_path, answer).and_then(text_in)
    }

    pub fn means_sign_in(&self, code: &str) -> bool {
        let code = code.to_lowercase();
        let mut errors = self.sign_in_errors.split(' ').filter(|error| !error.is_empty());
        errors.any(|error| uri::unescape(error, false).to_lowercase() == code)
    }
}

fn at<'a>(path: &str, answer: &'a Json) -> Option<&'a Json> {
    if path.is_empty() {
        return None;
    }
    answer.at_path(path).ok()
}
