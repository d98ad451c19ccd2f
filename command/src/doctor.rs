//! Looks at all that a token needs, from the profile's file to the request that would be sent, and says line by line what
//! it saw and what to do. It changes nothing, and sends neither code nor refresh token nor secret.
#![forbid(unsafe_code)]

mod certificate;
mod files;
mod locks;
mod network;
mod request;
mod tls;

use oauth::constants as number;

use crate::arguments::Arguments;
use crate::edge::{Client, Failure};
use crate::failure::{Ended, FIX, OK, RETRY, SIGN_IN};
use crate::output::{self, Json, Unwritten};
use crate::tokens::{self, Standing};
use request::Prepared;

/// How bad it is, from the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Fine,
    /// To be known.
    Note,
    SignIn,
    Retry,
    Fix,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Note => "note",
            Self::SignIn => "SIGN IN",
            Self::Retry => "RETRY",
            Self::Fix => "FIX",
        }
    }

    fn exit_code(self) -> i32 {
        match self {
            Self::Fine | Self::Note => OK,
            Self::SignIn => SIGN_IN,
            Self::Retry => RETRY,
            Self::Fix => FIX,
        }
    }

    fn of(failure: &Failure) -> Self {
        match failure.action {
            number::OAUTH_ACTION_RETRY => Self::Retry,
            number::OAUTH_ACTION_SIGN_IN => Self::SignIn,
            _ => Self::Fix,
        }
    }
}

/// Says each finding at once: what comes after may take its time.
pub struct Report {
    is_json: bool,
    worst: Mark,
    found: Vec<String>,
    unwritten: Option<Unwritten>,
}

impl Report {
    pub fn say(&mut self, mark: Mark, topic: &str, text: &str) {
        self.worst = self.worst.max(mark);
        if self.is_json {
            let finding = Json::default().text("mark", mark.word()).text("topic", topic).text("text", text);
            return self.found.push(finding.end());
        }
        self.line(&output::fit_item(&format!("{:<4} {topic}: {text}", mark.word())));
    }

    pub fn fine(&mut self, topic: &str, text: &str) {
        self.say(Mark::Fine, topic, text);
    }

    pub fn note(&mut self, topic: &str, text: &str) {
        self.say(Mark::Note, topic, text);
    }

    pub fn fix(&mut self, topic: &str, text: &str) {
        self.say(Mark::Fix, topic, text);
    }

    pub fn failed(&mut self, topic: &str, failure: &Failure) {
        self.say(Mark::of(failure), topic, &failure.sentence);
    }

    fn line(&mut self, line: &str) {
        if self.unwritten.is_none() {
            self.unwritten = output::answer(line).err();
        }
    }
}

pub fn run(arguments: &Arguments) -> Result<i32, Ended> {
    let is_json = arguments.is_json;
    let mut report = Report { is_json, worst: Mark::Fine, found: Vec::new(), unwritten: None };
    look(arguments, &mut report);
    let code = report.worst.exit_code();
    if is_json {
        let found = report.found.drain(..);
        let json = Json::default().list("findings", found).number("exit_code", code.into());
        output::answer(&json.end())?;
        return Ok(code);
    }
    let again = &arguments.again;
    let end = match report.worst {
        Mark::Fine | Mark::Note => format!("All is well: oauth header {again}"),
        Mark::SignIn => format!("Next: oauth sign-in {again}"),
        Mark::Retry => "Next: see RETRY above, and try again later".to_owned(),
        Mark::Fix => "Next: see FIX above, the first one first".to_owned(),
    };
    report.line(&output::fit_answer(&end));
    report.unwritten.map_or(Ok(code), |unwritten| Err(unwritten.into()))
}

fn look(arguments: &Arguments, report: &mut Report) {
    report.fine("program", &format!("oauth {}, {}", crate::edge::version(), files::whoami()));
    let client = match crate::open(arguments) {
        Ok(client) => client,
        Err(failure) => return report.failed("profile", &failure),
    };
    files::profile(&client, &arguments.profile, report);
    files::keys(&client, report);
    let store = client.get(number::OAUTH_STORE).unwrap_or_default();
    files::store(&client, &store, report);
    token(&client, report);
    match server(arguments, &client, report) {
        Ok(request) => request.show(report),
        Err(failure) => report.failed("request", &failure),
    }
}

/// The way to it, and what would be sent there.
fn server(arguments: &Arguments, client: &Client, report: &mut Report) -> Result<Prepared, Failure> {
    let copy = request::copy(arguments)?;
    let issuer = client.get(number::OAUTH_ISSUER)?;
    let is_discovered = !issuer.is_empty() && client.get(number::OAUTH_TOKEN_ENDPOINT)?.is_empty();
    if is_discovered {
        match copy.discover().and_then(|()| copy.metadata("token_endpoint")) {
            Ok(endpoint) => report.fine("discovery", &format!("{issuer} says: token endpoint {endpoint}")),
            Err(failure) => {
                report.failed("discovery", &failure);
                network::look(client, &issuer, report);
            }
        }
    }
    let request = request::prepared(client, &copy)?;
    network::look(client, &request.url, report);
    Ok(request)
}

fn token(client: &Client, report: &mut Report) {
    match (client.get(number::OAUTH_STATUS_LINE), tokens::standing(client)) {
        (Err(failure), _) | (_, Err(failure)) => report.failed("token", &failure),
        (Ok(line), Ok(Standing::Good)) => report.fine("token", &line),
        (Ok(line), Ok(Standing::SignIn)) => report.say(Mark::SignIn, "token", &line),
    }
}
