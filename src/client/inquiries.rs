//! What is asked of the server besides tokens, and what it has said: kept until it is asked again.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use super::process::Process;
use super::task::{Aim, End, Ended, Inquiry, Task};
use super::Client;
use crate::constants as number;
use crate::error::Result;
use crate::json::Json;
use crate::operation::{Introspection, Product};
use crate::settings::Snapshot;
use crate::system::lock;

/// The members of the last answers, each by the number of its source (`oauth_field`).
pub type Answers = BTreeMap<i32, Vec<(String, Json)>>;

/// What was said of a person, or of a token, is said of no other.
pub fn forget_answers(answers: &mut Answers) {
    answers.retain(|source, _| {
        !matches!(*source, number::OAUTH_FIELD_USERINFO | number::OAUTH_FIELD_INTROSPECTION)
    });
}

impl Process {
    /// Unless the client is somebody else's by now.
    pub fn keep_answer(&self, snapshot: &Snapshot, source: i32, members: Vec<(String, Json)>) {
        let mut state = lock(&self.state);
        if self.snapshot.load().key.is_same_token(&snapshot.key) {
            state.answers.insert(source, members);
        }
    }
}

impl Client {
    /// Asks the server what the newest access token is.
    pub fn introspect(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let token = process.source(&snapshot).own_token()?.ok_or_else(|| snapshot.settings.no_token())?;
        let is_lacking = snapshot.settings.endpoints.introspection_endpoint.is_empty();
        let snapshot = self.known(snapshot, is_lacking, |client| client.introspect().map(|()| 0))?;
        snapshot.settings.introspection_url()?;
        let carrier = process.carrier(&snapshot)?;
        let settings = snapshot.settings.clone();
        let operation = Introspection { settings, token: token.token.clone() }.operation();
        let aim = Aim::Inquiry(Inquiry::kept(number::OAUTH_FIELD_INTROSPECTION));
        process.run(&carrier, operation, Task { snapshot, aim }).map(drop)
    }
}

impl Inquiry {
    /// One whose answer is read member by member.
    fn kept(source: i32) -> Self {
        let end: End = Box::new(move |process, snapshot, outcome| {
            if let Product::Members(Json::Members(members)) = outcome? {
                process.keep_answer(snapshot, source, members);
            }
            Ok(Ended::Brought(None))
        });
        Self::new(3, end)
    }
}
