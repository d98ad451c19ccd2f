//! What a member of an answer says: that all is well, or that something is wrong.
#![forbid(unsafe_code)]

use super::{MOST_WORDS, WORDS};
use crate::json::Json;

/// `"error": true`, `"ok": false`, `"Success": false`.
pub fn has_failed(json: &Json) -> bool {
    const GOOD: &[&str] = &["ok", "success", "issuccess", "successful", "succeeded"];
    let Json::Members(members) = json else { return false };
    members.iter().any(|(name, value)| match value {
        Json::Bool(true) => is_called(name, "error"),
        Json::Bool(false) => GOOD.iter().any(|good| is_called(name, good)),
        _ => false,
    })
}

/// Words that only errors have.
pub fn has_words(json: &Json) -> bool {
    let Json::Members(members) = json else { return false };
    let is_text = |value: &Json| value.text().is_some_and(|text| !text.is_empty());
    members.iter().any(|(name, value)| is_called(name, "errordescription") && is_text(value))
}

/// Whether what stands where errors are told tells one.
pub fn says_error(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Bool(is_error) => *is_error,
        Json::Text(_) | Json::Number(_) => code_in(json).is_some(),
        Json::List(list) => list.iter().any(says_error),
        Json::Members(members) => members.iter().any(|(_, value)| says_error(value)),
    }
}

/// TikTok, Lazada, Coros and others answer 200 with a code that is no success, and words; beside nothing that could be a
/// token.
pub fn fails_by_code(json: &Json) -> bool {
    let Json::Members(members) = json else { return false };
    let word = |name: &str| WORDS.iter().any(|word| is_called(name, word));
    has_bad_code(json) && members.iter().any(|(name, value)| word(name) && text_in(value).is_some())
}

/// A code that is no success, with or without words.
pub fn has_bad_code(json: &Json) -> bool {
    const CODES: &[&str] =
        &["code", "errno", "ret", "retcode", "result", "resultcode", "status", "statuscode"];
    let Json::Members(members) = json else { return false };
    let code = |name: &str| CODES.iter().any(|code| is_called(name, code));
    let is_bad = |value: &Json| text_in(value).is_some_and(|text| !is_good(&text));
    members.iter().any(|(name, value)| code(name) && is_bad(value))
}

/// What says that all is well, or says nothing.
fn is_good(text: &str) -> bool {
    const GOOD: &[&str] =
        &["", "ok", "okay", "success", "successful", "succeeded", "none", "null", "false", "noerror"];
    match text.trim().parse::<i64>() {
        Ok(number) => number == 0 || (200..300).contains(&number),
        Err(_) => GOOD.iter().any(|good| is_called(text, good)),
    }
}

pub fn may_have_token(json: &Json) -> bool {
    match json {
        Json::Members(members) => members.iter().any(|(name, value)| {
            let is_text = value.text().is_some_and(|text| !text.is_empty());
            is_text && squeezed(name).ends_with("token") || may_have_token(value)
        }),
        Json::List(list) => list.iter().any(may_have_token),
        _ => false,
    }
}

pub fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// A name or a number that is no success.
pub fn code_in(json: &Json) -> Option<String> {
    text_in(json).filter(|code| !is_good(code))
}

/// Texts of a list stand side by side.
pub fn text_in(json: &Json) -> Option<String> {
    let text = match json {
        Json::Text(text) => text.expose().trim().to_owned(),
        Json::Number(number) => number.to_string(),
        Json::List(list) => {
            let texts: Vec<_> = list.iter().take(MOST_WORDS).filter_map(Json::text).collect();
            texts.join("; ")
        }
        _ => String::new(),
    };
    (!text.is_empty()).then_some(text)
}

/// Whether a member has that name, without regard to case and separators.
#[inline(always)]
pub fn is_called(member: &str, name: &str) -> bool {
    // Each member is compared with dozens of names, nearly all of which begin otherwise.
    let (begin, other) = (member.bytes().next(), name.bytes().next());
    let begin = begin.filter(u8::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase());
    (begin.is_none() || begin == other) && has_letters(member, name)
}

fn has_letters(member: &str, name: &str) -> bool {
    let letters = member.bytes().filter(u8::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).eq(name.bytes())
}

/// Small letters and digits alone.
pub fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
