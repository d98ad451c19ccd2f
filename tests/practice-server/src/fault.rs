#![forbid(unsafe_code)]
//! What goes wrong on purpose.

use std::time::Duration;

use crate::form::Params;
use crate::response::{Body, Delivery, Response};

/// A mishap, and the requests that it happens to. Mishaps can be combined: late and cut, say.
///
/// ```
/// let fault = practice_server::Fault::parse("status=503&retry_after=2&count=3").unwrap();
/// assert_eq!(fault.status, Some(503));
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
pub struct Fault {
    /// How many requests it happens to; 0: all.
    pub count: u32,
    /// Which endpoint.
    pub at: Endpoint,
    /// Only below this base path.
    pub base: Option<String>,
    /// Only token requests of this grant type.
    pub grant_type: Option<String>,
    /// Carry out the request behind an answer that replaces the real one (`status`, `html`, `empty`,
    /// `huge`, `deep`, `body`, `redirect`). Without it, those leave the code or refresh token unspent.
    /// All other faults carry it out, save `reset`.
    pub process: bool,

    /// Wait so many milliseconds before the answer.
    pub late: u64,
    pub status: Option<u16>,
    pub retry_after: Option<String>,
    /// An HTML page.
    pub html: bool,
    /// An empty body.
    pub empty: bool,
    /// A body of so many bytes.
    pub huge: Option<u64>,
    /// JSON nested so deep.
    pub deep: Option<usize>,
    /// Exactly this body.
    pub body: Option<String>,
    pub content_type: Option<String>,
    /// 302 to this URL.
    pub redirect: Option<String>,

    /// Content-Length says more than comes, and the connection ends.
    pub cut: bool,
    /// The connection ends without an answer.
    pub drop: bool,
    /// The connection is reset while the request is still coming in.
    pub reset: bool,

    /// `access_token` comes twice, the first is a decoy.
    pub duplicate: bool,
    /// `access_token` is a number, `expires_in` an object.
    pub wrong_types: bool,
    /// The access token has a line end and a header in it.
    pub crlf: bool,
    /// Raw JSON for `expires_in`, or `omit`. The server's own idea of the token's life stays.
    pub expires_in: Option<String>,
    /// What a refresh at `/strict` answers with.
    pub rotate: Option<Rotate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    Token,
    Revocation,
    Api,
}

/// Which refresh token comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotate {
    /// None; the one that was sent stays good.
    None,
    Same,
    New,
}

impl Default for Fault {
    fn default() -> Fault {
        Fault {
            count: 1,
            at: Endpoint::Token,
            base: None,
            grant_type: None,
            process: false,
            late: 0,
            status: None,
            retry_after: None,
            html: false,
            empty: false,
            huge: None,
            deep: None,
            body: None,
            content_type: None,
            redirect: None,
            cut: false,
            drop: false,
            reset: false,
            duplicate: false,
            wrong_types: false,
            crlf: false,
            expires_in: None,
            rotate: None,
        }
    }
}

/// Names whose value is 1 or 0.
pub const SWITCHES: [&str; 9] =
    ["process", "html", "empty", "cut", "drop", "reset", "duplicate", "wrong_types", "crlf"];

/// Names that take a value.
pub const VALUES: [&str; 14] = [
    "count",
    "at",
    "base",
    "grant_type",
    "late",
    "status",
    "retry_after",
    "huge",
    "deep",
    "body",
    "content_type",
    "redirect",
    "expires_in",
    "rotate",
];

impl Fault {
    /// From a form, as `POST /control` takes it.
    pub fn parse(form: &str) -> Result<Fault, String> {
        Fault::from_params(&Params::parse(form))
    }

    /// From names and values, as [`Fault::parse`] finds them.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Fault, String> {
        let mut params = Params::default();
        for (name, value) in pairs {
            params.push(name, value);
        }
        Fault::from_params(&params)
    }

    pub(crate) fn from_params(params: &Params) -> Result<Fault, String> {
        let mut fault = Fault::default();
        for (name, value) in params.iter() {
            if SWITCHES.contains(&name) {
                *fault.switch(name) = value != "0";
            } else {
                fault.set(name, value)?;
            }
        }
        Ok(fault)
    }

    fn switch(&mut self, name: &str) -> &mut bool {
        match name {
            "process" => &mut self.process,
            "html" => &mut self.html,
            "empty" => &mut self.empty,
            "cut" => &mut self.cut,
            "drop" => &mut self.drop,
            "reset" => &mut self.reset,
            "duplicate" => &mut self.duplicate,
            "wrong_types" => &mut self.wrong_types,
            _ => &mut self.crlf,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let bad = || format!("{name}={value} is not understood");
        let text = Some(value.to_owned());
        match name {
            "count" => self.count = value.parse().map_err(|_| bad())?,
            "at" => self.at = parse_endpoint(value).ok_or_else(bad)?,
            "base" => self.base = Some(value.trim_matches('/').to_owned()),
            "grant_type" => self.grant_type = text,
            "late" => self.late = value.parse().map_err(|_| bad())?,
            "status" => {
                let status = value.parse().ok().filter(|status| (200..=599).contains(status));
                self.status = Some(status.ok_or_else(bad)?);
            }
            "retry_after" => self.retry_after = text,
            "huge" => self.huge = Some(value.parse().map_err(|_| bad())?),
            "deep" => self.deep = Some(value.parse().ok().filter(|&n| n <= 10_000_000).ok_or_else(bad)?),
            "body" => self.body = text,
            "content_type" => self.content_type = text,
            "redirect" => self.redirect = text,
            "expires_in" => self.expires_in = text,
            "rotate" => self.rotate = Some(parse_rotate(value).ok_or_else(bad)?),
            _ => return Err(format!("{name} is no fault; see practice-server --help")),
        }
        Ok(())
    }

    /// Does it happen to such a request?
    pub(crate) fn fits(&self, at: Endpoint, base: &str, grant_type: Option<&str>) -> bool {
        self.at == at
            && self.base.as_deref().is_none_or(|only| only.trim_matches('/') == base)
            && self.grant_type.as_deref().is_none_or(|only| Some(only) == grant_type)
    }

    /// The answer instead of the real one, if there is one.
    pub(crate) fn replacement(&self) -> Option<Response> {
        let status = self.status.unwrap_or(200);
        let content_type = self.content_type.as_deref().unwrap_or("application/json");
        if let Some(url) = &self.redirect {
            return Some(Response::redirect(302, url));
        }
        if let Some(body) = &self.body {
            return Some(Response::new(status, content_type, body.as_str()));
        }
        if let Some(size) = self.huge {
            let mut response = Response::new(status, content_type, "");
            response.body = Body::Filler(size.max(64));
            return Some(response);
        }
        if let Some(depth) = self.deep {
            let body = format!("{{\"access_token\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
            return Some(Response::new(status, content_type, body));
        }
        if self.empty {
            return Some(Response::new(status, content_type, ""));
        }
        if self.html {
            let page = "<!doctype html><title>Sorry</title><h1>Something went wrong</h1>\n";
            return Some(Response::new(status, "text/html; charset=utf-8", page));
        }
        self.status.map(|status| match (status, self.at) {
            // RFC 6750 §3.1: what a resource server says to a token that it no longer takes.
            (401, Endpoint::Api) => crate::api::unauthorized("the token was revoked"),
            _ => Response::text(status, "out of order"),
        })
    }

    /// What happens to the answer on its way, real or not.
    pub(crate) fn dress(&self, mut response: Response) -> Response {
        if let Some(seconds) = &self.retry_after {
            response = response.with("Retry-After", seconds);
        }
        response.late = Duration::from_millis(self.late);
        if self.cut {
            response.delivery = Delivery::Cut;
        }
        if self.drop {
            response.delivery = Delivery::Dropped;
        }
        response
    }
}

fn parse_endpoint(text: &str) -> Option<Endpoint> {
    match text {
        "token" => Some(Endpoint::Token),
        "revocation" => Some(Endpoint::Revocation),
        "api" => Some(Endpoint::Api),
        _ => None,
    }
}

fn parse_rotate(text: &str) -> Option<Rotate> {
    match text {
        "none" => Some(Rotate::None),
        "same" => Some(Rotate::Same),
        "new" => Some(Rotate::New),
        _ => None,
    }
}
