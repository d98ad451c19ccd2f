//! An authorization request as a JWT that the client has signed (RFC 9101): nobody on the way changes it.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

use super::assertion::key_header;
use super::message::Signed;
use crate::error::{Error, Result};
use crate::jose::{jwt, Algorithm, SigningKey};
use crate::json::Json;
use crate::time::Moment;

/// What it says (section 4).
pub struct RequestObject<'a> {
    pub client_id: &'a str,
    pub audience: &'a str,
    pub expires_in: u32,
    /// Those of the request, as the server calls them.
    pub parameters: &'a [(String, String)],
    /// Those of them whose values are JSON.
    pub of_json: [&'a str; 3],
    /// Empty: as the key's JWK says.
    pub key_id: &'a str,
}

impl RequestObject<'_> {
    /// Another each time.
    pub fn signed(self, key: &SigningKey, algorithm: Algorithm, at: &Moment) -> Result<Signed> {
        /// Clocks differ.
        const BEFORE: i64 = 10;
        let mut random = [0; 16];
        (at.random)(&mut random)?;
        let number = |seconds: i64| Json::Number(seconds.into());
        let mut claims = vec![
            ("iss".to_owned(), Json::of_text(self.client_id)),
            ("aud".to_owned(), Json::of_text(self.audience)),
            ("iat".to_owned(), number(at.now)),
            ("nbf".to_owned(), number(at.now.saturating_sub(BEFORE))),
            ("exp".to_owned(), number(at.now.saturating_add(self.expires_in.into()))),
            ("jti".to_owned(), Json::of_text(&URL_SAFE_NO_PAD.encode(random))),
        ];
        let ours = claims.len();
        for (name, value) in self.parameters {
            // Section 4: neither of the two stands in one.
            if matches!(name.as_str(), "request" | "request_uri") {
                continue;
            }
            let value = self.value(name, value);
            match claims.iter().position(|(known, _)| known == name) {
                Some(at) if at < ours => {}
                // RFC 8707 section 2: several resources are a list.
                Some(at) => match &mut claims[at].1 {
                    Json::List(list) => list.push(value),
                    one => *one = Json::List(vec![std::mem::replace(one, Json::Null), value]),
                },
                None => claims.push((name.clone(), value)),
            }
        }
        let mut header = vec![("typ".to_owned(), Json::of_text("oauth-authz-req+jwt"))];
        header.extend(key_header(key, self.key_id));
        let text = jwt(key, algorithm, header, &Json::Members(claims))
            .map_err(|fault| Error::Certificate { key: "private_key", reason: fault.to_string() })?;
        Ok(Signed { text, basis: String::new() })
    }

    /// A number, a list or an object where that is meant (section 4).
    fn value(&self, name: &str, value: &str) -> Json {
        let is_json = self.of_json.contains(&name);
        is_json.then(|| Json::parse_exactly(value).ok()).flatten().unwrap_or_else(|| Json::of_text(value))
    }
}
