//! Headers that settings add to requests: keys of gateways, tenants, a name of the program.
#![forbid(unsafe_code)]

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::message::head::is_token;
use crate::secret::{Secret, Wiped};
use crate::uri;

#[derive(Clone, Debug, Default)]
pub struct AddedHeaders {
    /// As somebody wrote them.
    pub written: Secret,
    headers: Vec<(String, Secret)>,
}

impl AddedHeaders {
    /// `Name: value` a line, or `Name=value&Other=value`: what comes first says which. Every value can stand in a request
    /// and means nothing to those who carry it on.
    pub fn parse(text: &str) -> Result<Self, String> {
        const MOST: usize = 64;
        const LONGEST: usize = 15 * 1024; // no server takes more
        let mut added = Self { written: Secret::new(text), headers: Vec::new() };
        if text.len() > LONGEST {
            return Err(format!("they are longer than the {LONGEST} bytes that can be sent"));
        }
        for (at, header) in pairs(text).into_iter().enumerate() {
            let (name, value) = header.ok_or_else(|| nameless(at))?;
            check(&name, value.expose(), at)?;
            if added.value(&name).is_some() {
                return Err(format!("{name} stands twice: keep one"));
            }
            if at == MOST {
                return Err(format!("there are more than {MOST} headers"));
            }
            added.headers.push((name, value));
        }
        Ok(added)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.expose())
    }

    /// What no sentence may repeat: values, and what stands in them behind a scheme, in a pair, or in Base64.
    pub fn secrets(&self) -> Vec<Secret> {
        const PLAIN: &[&str] = &["Accept", "Accept-Encoding", "Accept-Language", "Content-Type"];
        let is_plain = |name: &str| PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(name));
        self.iter().filter(|(name, _)| !is_plain(name)).flat_map(|(_, value)| secrets_in(value)).collect()
    }
}

fn secrets_in(value: &Secret) -> Vec<Secret> {
    let mut secrets = vec![value.clone()];
    let text = value.expose();
    let pairs = text.split([';', ',']).filter_map(|pair| pair.trim().split_once('='));
    secrets.extend(pairs.map(|(_, secret)| Secret::new(secret.trim_matches('"'))));
    if let Some((scheme, credentials)) = text.split_once(' ') {
        secrets.push(Secret::new(credentials.trim()));
        let basic = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
        let pair = basic.and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new);
        let password = pair.as_ref().and_then(|pair| pair.expose().split_once(':'));
        secrets.extend(password.map(|(_, password)| Secret::new(password)));
    }
    secrets
}

/// `None` for what is no pair.
fn pairs(text: &str) -> Vec<Option<(String, Secret)>> {
    if text.find([':', '=']).is_some_and(|at| text[at..].starts_with('=')) {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            let value = Wiped::new(uri::unescape(value, true));
            Some((uri::unescape(name, true), Secret::new(value.trim_matches([' ', '\t']))))
        };
        return text.split('&').filter(|p| !p.is_empty()).map(pair).collect();
    }
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        // A profile's lines are often indented.
        Some((name.trim_start().to_owned(), Secret::new(value.trim_matches([' ', '\t']))))
    };
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.filter(|line| !line.trim().is_empty()).map(pair).collect()
}

/// A value in the wrong place may be a secret: it is not repeated.
fn nameless(at: usize) -> String {
    format!("header {} has no name: write Name: value, one a line, or Name=value&Other=value", at + 1)
}

/// What would split a request, or frame it in another way for whoever reads it next (RFC 9112 section 11).
fn check(name: &str, value: &str, at: usize) -> Result<(), String> {
    const FRAMING: &[&str] = &[
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    const LONGEST_NAME: usize = 64;
    if !is_token(name.as_bytes()) || name.len() > LONGEST_NAME {
        return Err(nameless(at));
    }
    // Some servers read one for the other.
    let lower = name.to_ascii_lowercase().replace('_', "-");
    if FRAMING.contains(&lower.as_str()) || lower.starts_with("proxy-") {
        return Err(format!("{name} is for whoever carries the request: take it out"));
    }
    // RFC 9110 section 5.5, without what is obsolete: servers differ on its encoding.
    if !value.bytes().all(|b| (0x20..=0x7e).contains(&b) || b == b'\t') {
        return Err(format!("{name} has a character that no header can carry, such as a line end"));
    }
    if value.trim().is_empty() {
        return Err(format!("{name} has no value: write one, or take it out"));
    }
    Ok(())
}
