//! Requests to the token endpoint (RFC 6749 sections 4.1.3 and 6), and to others at which the client shows who it is.
#![forbid(unsafe_code)]

use std::borrow::Cow;

use super::added_headers::AddedHeaders;
use super::client_auth::{is_proof, ClientAuth, ClientCredentials};
use super::message::{Request, Signed};
use super::names::{Named, Names};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::secret::{Secret, Wiped};
use crate::uri::{self, Escape};

/// Where the parameters stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestBody {
    #[default]
    Form,
    Json,
    /// BellaDati's and Metamaps' documents: everything in the query of a POST without content.
    Query,
    /// Facebook, Instagram: everything in the query of a GET.
    Get,
}

/// A request to an endpoint at which the client shows who it is.
pub struct TokenRequest<'a> {
    pub url: String,
    pub client: &'a ClientCredentials,
    pub body: RequestBody,
    /// More parameters, as a query string; they stand for those of the same name.
    pub extra: &'a Secret,
    /// URIs of what the token is for, with blanks between them (RFC 8707 section 2).
    pub resource: &'a str,
    pub names: &'a Names,
    pub headers: &'a AddedHeaders,
    /// How the client shows who it is; `None`: what it has signed says that.
    pub method: Option<ClientAuth>,
    /// The client's own assertion, where that is how.
    pub assertion: Option<Signed>,
}

/// They are borrowed from where they are for good, and stand nowhere else before they are written.
pub type Parameters<'a> = Named<'a, Cow<'a, str>>;

impl TokenRequest<'_> {
    /// Asks for tokens for a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
    pub fn exchange(self, code: &Secret, redirect_uri: &str, verifier: Option<&str>) -> Result<Request> {
        let redirect_uri = Some(redirect_uri).filter(|uri| !uri.is_empty());
        self.with([
            ("grant_type", Some("authorization_code")),
            ("code", Some(code.expose())),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ])
    }

    /// Asks for a new access token for a refresh token (RFC 6749 section 6). `verifier`: of the sign-in, for IBM's WebSphere.
    pub fn refresh(self, refresh_token: &Secret, verifier: Option<&Secret>) -> Result<Request> {
        self.with([
            ("grant_type", Some("refresh_token")),
            ("refresh_token", Some(refresh_token.expose())),
            ("code_verifier", verifier.map(Secret::expose)),
        ])
    }

    /// The request with these parameters, the client's authentication and what settings add.
    pub fn with<'p>(
        self,
        given: impl IntoIterator<Item = (&'static str, Option<&'p str>)>,
    ) -> Result<Request> {
        const USUAL: usize = 8;
        let mut parameters = Parameters::with_capacity(USUAL);
        let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
        parameters.extend(given.map(|(name, value)| (name.into(), value.into())));
        self.with_all(parameters)
    }

    /// The same of any names: a client_id that is among them stands once.
    pub fn with_all(self, given: Parameters<'_>) -> Result<Request> {
        if self.client.client_id.is_empty() {
            return Err(Error::Missing { key: "client_id", operation: "tokens are asked for" });
        }
        let mut parameters = given;
        let shown = self.method.map(|method| self.client.parameters(method)).into_iter().flatten();
        let assertion = self.assertion.iter().map(|signed| ("client_assertion", signed.text.expose()));
        let resources = self.resource.split_whitespace().map(|resource| ("resource", resource));
        let is_there = parameters.iter().any(|(name, _)| name == "client_id");
        let shown = shown.filter(|(name, _)| !(is_there && *name == "client_id"));
        let ours = shown.chain(assertion).chain(resources);
        parameters.extend(ours.map(|(name, value)| (name.into(), value.into())));
        let headers = self.headers()?;
        let extra = uri::parse_query(self.extra.expose()).into_iter();
        let extra = extra.map(|(name, value)| (name.into(), value.into())).collect();
        let parameters = self.names.merge(parameters, extra)?;
        let in_query = |url: &str| uri::with_query(url, query(&parameters, Escape::Percent).expose());
        let (method, url, content) = match self.body {
            RequestBody::Form => ("POST", self.url, query(&parameters, Escape::Form)),
            RequestBody::Json => ("POST", self.url, json(&parameters)?),
            RequestBody::Query => ("POST", in_query(&self.url), Secret::default()),
            RequestBody::Get => ("GET", in_query(&self.url), Secret::default()),
        };
        let (url, signed) = (Secret::new(url), self.assertion.into_iter().collect());
        Ok(Request { method, url, headers, content, signed, guessable: Vec::new() })
    }

    /// Ours, but for those of a name that settings have a header of.
    fn headers(&self) -> Result<Vec<(Cow<'static, str>, Secret)>> {
        self.check_added()?;
        // GitHub answers in form encoding to whoever does not ask for JSON.
        let accept = Some(("Accept", Secret::new("application/json")));
        let basic = (self.method == Some(ClientAuth::Basic)).then(|| self.client.header());
        let kind = self.body.content_type().map(|kind| ("Content-Type", Secret::new(kind)));
        let ours = [accept, basic, kind].into_iter().flatten();
        let ours = ours.filter(|(name, _)| self.headers.value(name).is_none());
        let ours = ours.map(|(name, value)| (Cow::Borrowed(name), value));
        let added = self.headers.iter().map(|(name, value)| (Cow::Owned(name.to_owned()), value.clone()));
        Ok(ours.chain(added).collect())
    }

    fn check_added(&self) -> Result<()> {
        let wrong = |reason: &str| Error::Value { key: "token_headers", reason: reason.to_owned() };
        let is_replaced = matches!(self.method, None | Some(ClientAuth::Basic | ClientAuth::None));
        // RFC 6749 section 2.3
        if self.headers.value("Authorization").is_some() && !is_replaced {
            return Err(wrong("Authorization is a second way to authenticate: set client_auth to none"));
        }
        let names_proof = uri::parse_query(self.extra.expose()).iter().any(|(name, _)| is_proof(name));
        if names_proof && !matches!(self.method, None | Some(ClientAuth::Post | ClientAuth::None)) {
            let reason = "it has a second way to authenticate: set client_auth to none".to_owned();
            return Err(Error::Value { key: "token_params", reason });
        }
        let kind =
            self.headers.value("Content-Type").map(|value| value.split(';').next().unwrap_or_default());
        if kind.is_some_and(|kind| !self.body.is_of(&kind.trim().to_ascii_lowercase())) {
            return Err(wrong("Content-Type says other than request_body: make them fit each other"));
        }
        Ok(())
    }
}

impl RequestBody {
    fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Json => Some("application/json"),
            Self::Query | Self::Get => None,
        }
    }

    /// Whether the content may be said to be of that type; where there is none, of any.
    fn is_of(self, kind: &str) -> bool {
        match self {
            Self::Form => Some(kind) == self.content_type(),
            Self::Json => kind.ends_with("json"),
            Self::Query | Self::Get => true,
        }
    }
}

fn query(parameters: &Parameters<'_>, escape: Escape) -> Secret {
    let length: usize = parameters.iter().map(|(n, v)| n.len() + 3 * v.len() + 2).sum();
    let mut text = String::with_capacity(length);
    for (name, value) in parameters {
        if !text.is_empty() {
            text.push('&');
        }
        uri::escape_into(&mut text, name, escape);
        text.push('=');
        uri::escape_into(&mut text, value, escape);
    }
    Secret::new(text)
}

/// Sorted by name; those that stand twice are a list.
fn json(parameters: &Parameters<'_>) -> Result<Secret> {
    let length: usize = parameters.iter().map(|(n, v)| n.len() + 2 * v.len() + 8).sum();
    let mut bytes = Wiped::new(Vec::with_capacity(length));
    let mut members: Vec<(String, Json)> = Vec::with_capacity(parameters.len());
    for (name, value) in parameters {
        let value = Json::of_text(value);
        match members.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
            Ok(at) => match &mut members[at].1 {
                Json::List(list) => list.push(value),
                one => *one = Json::List(vec![std::mem::replace(one, Json::Null), value]),
            },
            Err(at) => members.insert(at, (name.clone().into_owned(), value)),
        }
    }
    serde_json::to_writer(&mut *bytes, &Json::Members(members))
        .map_err(|e| Error::Internal(e.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Secret::new(text))
}
