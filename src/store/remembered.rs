//! The server's last word on a request, beside the record: who would send the same request finds it there, and does not
//! send it for a while. Many servers lock out who asks again and again.
#![forbid(unsafe_code)]

use super::notes::{number, of_number, of_time, text, time};
use crate::error::{Action, Error, FinalAnswer, Refusal};
use crate::json::Json;
use crate::system;

#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// A hash of the request, and of what its answer is read by: of another it says nothing.
    pub request: String,
    /// Until when it is not sent again.
    pub until: i64,
    /// How often in a row that was the answer.
    pub times: u32,
    pub answer: FinalAnswer,
}

impl Remembered {
    /// Seconds: at first, and at most. The server's side may have been mended.
    const FIRST: i64 = 300;
    const LONGEST: i64 = 3600;

    /// `before`: what was remembered until now. `None`: the next try may have another answer.
    pub fn new(error: &Error, request: &str, before: &[Self]) -> Option<Self> {
        let came = error.status().or(matches!(error, Error::Unreadable { .. }).then_some(0));
        let status = came.filter(|_| matches!(error.action(), Action::SignIn | Action::Fix))?;
        let before = before.iter().find(|before| before.request == request);
        let times = before.map_or(1, |before| before.times.saturating_add(1));
        let (now, pause) = (system::now(), Self::FIRST << (times - 1).min(4));
        let mut refusal = error.refusal().cloned().unwrap_or_default();
        (refusal.status, refusal.description) = (status, error.words().to_owned());
        let answer = FinalAnswer {
            at: now,
            process: std::process::id(),
            number: error.code(),
            action: error.action(),
            sentence: error.to_string(),
            refusal,
        };
        let until = now + pause.min(Self::LONGEST);
        Some(Self { request: request.to_owned(), until, times, answer })
    }

    /// Whether it still holds for that request. A clock that has been set back since may have been the reason.
    pub fn holds_for(&self, request: &str) -> bool {
        let now = system::now();
        self.request == request
            && self.answer.at <= now
            && (1..=Self::LONGEST).contains(&self.until.saturating_sub(now))
    }

    pub(super) fn of(json: &Json) -> Option<Self> {
        let optional = |name| text(json, name).unwrap_or_default();
        let status = number(json, "status").and_then(|status| u16::try_from(status).ok())?;
        let number_of = |name| number(json, name).and_then(|number| i32::try_from(number).ok());
        Some(Self {
            request: text(json, "request_hash")?,
            until: time(json, "until")?,
            times: number(json, "times")?.max(1),
            answer: FinalAnswer {
                at: time(json, "at")?,
                process: number(json, "process")?,
                number: -number_of("number")?,
                action: if json.member("is_sign_in") == Some(&Json::Bool(true)) {
                    Action::SignIn
                } else {
                    Action::Fix
                },
                sentence: text(json, "text")?,
                refusal: Refusal {
                    error: optional("error"),
                    description: optional("error_description"),
                    uri: optional("error_uri"),
                    status,
                    ..Refusal::default()
                },
            },
        })
    }

    pub(super) fn to_json(&self) -> Json {
        let FinalAnswer { at, process, number, action, sentence, refusal } = &self.answer;
        Json::object([
            ("request_hash", Json::of_text(&self.request)),
            ("until", of_time(self.until)),
            ("times", of_number(self.times)),
            ("at", of_time(*at)),
            ("process", of_number(*process)),
            ("number", of_number(number.unsigned_abs())),
            ("is_sign_in", Json::Bool(*action == Action::SignIn)),
            ("text", Json::of_text(sentence)),
            ("error", Json::of_text(&refusal.error)),
            ("error_description", Json::of_text(&refusal.description)),
            ("error_uri", Json::of_text(&refusal.uri)),
            ("status", of_number(refusal.status.into())),
        ])
    }
}
