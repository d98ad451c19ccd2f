//! A person who is asked elsewhere, and polled for: device authorization (RFC 8628), and OpenID Connect's
//! Client-Initiated Backchannel Authentication in its poll mode (CIBA Core 1.0).
#![forbid(unsafe_code)]

use super::answer::Answer;
use super::client_auth::ClientAuth;
use super::expiry;
use super::message::Request;
use super::token_request::TokenRequest;
use super::token_response;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::line::in_line;
use crate::secret::Secret;
use crate::token::{bound, Token};
use crate::uri;

/// How the person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a code, which the person types where there is a browser.
    Device,
    /// By the server, on the person's telephone.
    Backchannel,
}

/// What a request for a person's consent has beside the client's own parameters.
pub struct Asks<'a> {
    /// With the server's separator in it.
    pub scope: &'a str,
    pub audience: &'a str,
    /// A JSON list (RFC 9396 section 3).
    pub authorization_details: &'a str,
    pub login_hint: &'a str,
    pub binding_message: &'a str,
}

/// A person has been asked: what the server said of that.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonAsked {
    pub way: Way,
    /// Stands for the person until the token has come: `device_code`, `auth_req_id`.
    pub code: Secret,
    /// These three are empty where the server asks by itself.
    pub user_code: String,
    pub verification_uri: String,
    pub verification_complete: String,
    pub expires_at: Option<i64>,
    /// Seconds between two polls.
    pub interval: u32,
    /// All members but the code.
    pub members: Json,
}

/// RFC 8628 section 3.5, CIBA Core section 7.3: where the server does not say.
pub const USUAL_INTERVAL: u32 = 5;

impl Way {
    pub fn grant_type(self) -> &'static str {
        match self {
            Self::Device => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Backchannel => "urn:openid:params:grant-type:ciba",
        }
    }

    pub fn of_grant_type(grant_type: &str) -> Option<Self> {
        [Self::Device, Self::Backchannel].into_iter().find(|way| way.grant_type() == grant_type)
    }

    fn code_name(self) -> &'static str {
        match self {
            Self::Device => "device_code",
            Self::Backchannel => "auth_req_id",
        }
    }

    /// Asks the server to ask a person (RFC 8628 section 3.1, CIBA Core section 7.1).
    pub fn request(self, request: TokenRequest<'_>, asks: &Asks<'_>) -> Result<Request> {
        let text = |text| Some(text).filter(|text: &&str| !text.is_empty());
        // Google and others want it in the request, however the client shows who it is.
        let by_header = self == Self::Device && request.method == Some(ClientAuth::Basic);
        let client_id = text(&request.client.client_id).filter(|_| by_header);
        let of_person = |given| text(given).filter(|_| self == Self::Backchannel);
        request.with([
            ("client_id", client_id),
            ("scope", text(asks.scope)),
            ("audience", text(asks.audience)),
            ("authorization_details", text(asks.authorization_details)),
            ("login_hint", of_person(asks.login_hint)),
            ("binding_message", of_person(asks.binding_message)),
        ])
    }

    /// Asks whether the person has agreed (RFC 8628 section 3.4, CIBA Core section 10.1).
    pub fn poll(self, request: TokenRequest<'_>, code: &Secret) -> Result<Request> {
        request.with([("grant_type", Some(self.grant_type())), (self.code_name(), Some(code.expose()))])
    }

    /// RFC 8628 section 3.2, CIBA Core section 7.3.
    pub fn parse(self, answer: &Answer<'_>, allow_http: bool) -> Result<PersonAsked> {
        let members = answer.needed_members()?;
        let top = members.only();
        let below = members.at_path(&answer.dialect.response_path).unwrap_or(top);
        let ours = [top, below].into_iter().find(|json| json.member(self.code_name()).is_some());
        match ours.filter(|_| answer.is_success()) {
            Some(ours) => {
                let read = self.read(ours, answer, allow_http);
                read.map_err(|reason| answer.not_understood(&reason.as_str().into()))
            }
            None => Err(answer.lacking(&members, self.code_name())),
        }
    }

    fn read(
        self,
        members: &Json,
        answer: &Answer<'_>,
        allow_http: bool,
    ) -> std::result::Result<PersonAsked, String> {
        let clock = answer.clock();
        // What a person was just given is good for a while, or the number means something else.
        let after = |name| expiry::after(members.member(name)?, answer.dialect.expires_in_unit, clock);
        let expires_at = after("expires_in").filter(|at| *at > clock.now);
        let uri = |names| text_of(members, names).map(|uri: String| checked(&uri, allow_http)).transpose();
        let (mut user_code, mut verification_uri, mut verification_complete) = Default::default();
        if self == Self::Device {
            user_code =
                text_of(members, &["user_code"]).ok_or("it has no user_code: check device_endpoint")?;
            if !is_typed(&user_code) {
                return Err(
                    "its user_code is nothing that a person can type: check device_endpoint".to_owned()
                );
            }
            // Google, and drafts of the RFC, write url.
            let found = uri(&["verification_uri", "verification_url"])?;
            verification_uri = found.ok_or("it has no verification_uri: check device_endpoint")?;
            let complete = uri(&["verification_uri_complete", "verification_url_complete"]);
            verification_complete = complete.ok().flatten().unwrap_or_default();
        }
        Ok(PersonAsked {
            way: self,
            code: code(members, self.code_name())?,
            user_code,
            verification_uri,
            verification_complete,
            expires_at,
            interval: interval(members, expires_at.map(|at| at - clock.now)).unwrap_or(USUAL_INTERVAL),
            members: without(members, self.code_name()),
        })
    }
}

/// The answer to a poll. Whoever is to slow down may be told how much (GitHub): that stands where a Retry-After does.
pub fn parse_poll(answer: &Answer<'_>) -> Result<Token> {
    token_response::parse(answer).map_err(|error| match error {
        Error::Refused(mut refusal) if refusal.error == "slow_down" => {
            let members = answer.members().ok().and_then(std::result::Result::ok);
            let told = members.and_then(|members| interval(members.only(), None));
            refusal.retry_after = refusal.retry_after.max(told);
            Error::Refused(refusal)
        }
        error => error,
    })
}

/// Seconds, also as text. One that is longer than the code lives makes no sense, nor does none at all.
fn interval(members: &Json, life: Option<i64>) -> Option<u32> {
    const LONGEST: i64 = 3600;
    let seconds = match members.member("interval")? {
        Json::Number(number) => number.as_f64()?.to_string(),
        json => json.text()?.trim().to_owned(),
    };
    let seconds = seconds.split('.').next()?.parse().ok()?;
    let most = life.unwrap_or(LONGEST).min(LONGEST);
    u32::try_from(seconds).ok().filter(|_| (1..=most).contains(&seconds))
}

/// The first of those members that is a text, or a number for one.
fn text_of(members: &Json, names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|name| members.member(name).filter(|json| !json.is_null()))?;
    let text = match found {
        Json::Number(_) => found.written(),
        json => json.text()?.trim().to_owned(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Visible ASCII, as in RFC 6749 appendix A.11: it goes back as it came.
fn code(members: &Json, name: &str) -> std::result::Result<Secret, String> {
    const LONGEST: usize = 16 * 1024;
    let text = members.member(name).and_then(Json::text).unwrap_or_default();
    let is_code = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| (0x20..=0x7e).contains(&b));
    is_code.then(|| Secret::new(text)).ok_or_else(|| format!("its {name} is none"))
}

fn is_typed(user_code: &str) -> bool {
    const LONGEST: usize = 64;
    user_code.chars().count() <= LONGEST && user_code.chars().all(|c| in_line(c) == Some(c))
}

/// Where a person may be sent: nothing that runs in a browser, and nothing that others read on the way.
fn checked(text: &str, allow_http: bool) -> std::result::Result<String, String> {
    const LONGEST: usize = 2048;
    let is_good = text.len() <= LONGEST && uri::check_endpoint("verification_uri", text, allow_http).is_ok();
    let reason = "its verification_uri is not https://, and no person is sent to another";
    is_good.then(|| text.to_owned()).ok_or_else(|| reason.to_owned())
}

/// Such as the store can read again.
fn without(members: &Json, name: &str) -> Json {
    let Json::Members(all) = members else { return Json::Members(Vec::new()) };
    let mut others = all.iter().filter(|(n, _)| n != name).cloned().collect();
    bound(&mut others);
    Json::Members(others)
}
