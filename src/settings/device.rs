//! How a person is asked elsewhere (RFC 8628, CIBA Core), and how the address is drawn.
#![forbid(unsafe_code)]

use super::row::{query, text, Given, Kind, Row, Words};
use super::{Endpoints, Settings};
use crate::constants as number;
use crate::error::{Error, Result};
use crate::protocol::device::{Asks, Way};
use crate::protocol::message::Request;
use crate::qr::Style;
use crate::secret::Secret;
use crate::time::Moment;
use crate::uri;

#[derive(Clone, Debug)]
pub struct Device {
    /// More parameters for the request that asks, as a query string.
    pub params: Secret,
    /// What a person who is asked by the server sees of it.
    pub binding_message: String,
    /// As `params`, for the server that asks.
    pub ciba_params: Secret,
    pub qr_style: Style,
    pub qr_lines: u32,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            params: Secret::default(),
            binding_message: String::new(),
            ciba_params: Secret::default(),
            qr_style: Style::default(),
            qr_lines: USUAL_LINES,
        }
    }
}

/// Of a screen.
const USUAL_LINES: u32 = 24;

pub const ROWS: &[Row] = &[
    Row {
        number: number::OAUTH_DEVICE_PARAMS,
        key: "device_params",
        kind: Kind::Secret(query, |s| &s.device.params, |s| &mut s.device.params),
    },
    Row {
        number: number::OAUTH_BINDING_MESSAGE,
        key: "binding_message",
        kind: Kind::Text(text, |s| &s.device.binding_message, |s| &mut s.device.binding_message),
    },
    Row {
        number: number::OAUTH_CIBA_PARAMS,
        key: "ciba_params",
        kind: Kind::Secret(query, |s| &s.device.ciba_params, |s| &mut s.device.ciba_params),
    },
    Row {
        number: number::OAUTH_QR_STYLE,
        key: "qr_style",
        kind: Kind::Word(|s| &s.device.qr_style, |s| &mut s.device.qr_style),
    },
    Row {
        number: number::OAUTH_QR_LINES,
        key: "qr_lines",
        kind: Kind::Own { get: |s| Secret::new(s.device.qr_lines.to_string()), set: set_lines },
    },
];

impl Words for Style {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("blocks", Self::Blocks),
        ("inverse", Self::Inverse),
        ("plain", Self::Plain),
        ("plain_inverse", Self::PlainInverse),
    ];
}

fn set_lines(settings: &mut Settings, given: Given<'_>) -> Result<()> {
    let text = given.checked()?;
    settings.device.qr_lines = match text.parse() {
        Err(_) if text.is_empty() => USUAL_LINES,
        Ok(lines @ 12..=80) => lines,
        _ => return Err(given.refused("use a number of lines from 12 to 80")),
    };
    Ok(())
}

impl Settings {
    /// Where the server is told to ask a person.
    pub fn person_url(&self, way: Way) -> Result<String> {
        match way {
            Way::Device => self.device_url(),
            Way::Backchannel => self.ciba_url(),
        }
    }

    /// Whether it must be found out first where that is, and where tokens are.
    pub fn lacks_for_person(&self, way: Way) -> bool {
        let Endpoints { device_endpoint, ciba_endpoint, token_endpoint, .. } = &self.endpoints;
        let asks = if way == Way::Device { device_endpoint } else { ciba_endpoint };
        asks.is_empty() || token_endpoint.is_empty()
    }

    /// Asks the server to ask a person.
    pub fn person_request(&self, way: Way, at: &Moment) -> Result<Request> {
        let extra = match way {
            Way::Device => &self.device.params,
            Way::Backchannel => &self.device.ciba_params,
        };
        if way == Way::Backchannel {
            self.demands_hint(extra)?;
        }
        let request = self.request_to(self.person_url(way)?, None, extra, self.method(), at)?;
        let asks = Asks {
            scope: &self.authorization.scopes(),
            audience: &self.grant.audience,
            authorization_details: &self.grant.authorization_details,
            login_hint: &self.authorization.login_hint,
            binding_message: &self.device.binding_message,
        };
        way.request(request, &asks)
    }

    /// CIBA Core section 7.1: the server must be told whom to ask.
    fn demands_hint(&self, extra: &Secret) -> Result<()> {
        const HINTS: [&str; 3] = ["login_hint", "login_hint_token", "id_token_hint"];
        let mut extra = uri::parse_query(extra.expose()).into_iter();
        if self.authorization.login_hint.is_empty() && !extra.any(|(name, _)| HINTS.contains(&name.as_str()))
        {
            return Err(Error::Missing { key: "login_hint", operation: "oauth_ciba_start: whom to ask" });
        }
        Ok(())
    }
}
