//! What the server says of itself (RFC 8414 section 3): asked for at one URL after the other.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, Event, Operation, Product, Repeat, Step};
use crate::error::{Action, Error, Result};
use crate::protocol::answer::Answer;
use crate::protocol::dialect::AnswerDialect;
use crate::protocol::message::Response;
use crate::protocol::metadata::{self, Metadata};
use crate::protocol::refusal::Asked;
use crate::settings::Settings;
use crate::time::Moment;

pub struct Discovery {
    issuer: String,
    urls: Vec<String>,
    /// Which of them is asked.
    at: usize,
    /// Used where no other come.
    old: Option<Arc<Metadata>>,
    /// What was wrong with the first.
    failed: Option<Error>,
}

impl Discovery {
    pub fn operation(settings: &Settings, old: Option<Arc<Metadata>>) -> Result<Box<dyn Operation>> {
        let (issuer, urls) = (settings.endpoints.issuer.clone(), settings.metadata_urls()?);
        Ok(Box::new(Self { issuer, urls, at: 0, old, failed: None }))
    }

    fn ask(&self) -> Step {
        let request = metadata::request(&self.urls[self.at]);
        Step::Send(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, now: i64) -> Result<Metadata> {
        let dialect = &AnswerDialect::default();
        let (endpoint, asked, secrets) = ("metadata_url", Asked::Other, &Vec::new);
        metadata::parse(
            &Answer { response, dialect, secrets, now, endpoint, asked, has_assertion: false },
            &self.issuer,
        )
    }

    fn failed(&mut self, error: Error, now: i64) -> Step {
        /// Seconds until the server is asked again that could not be reached.
        const PAUSE: i64 = 300;
        match &self.old {
            Some(old) => {
                let fresh_until = now.saturating_add(PAUSE);
                Step::Done(Ok(Product::Metadata(Arc::new(Metadata { fresh_until, ..Metadata::clone(old) }))))
            }
            None => Step::Done(Err(self.failed.take().unwrap_or(error))),
        }
    }
}

impl Operation for Discovery {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        match event {
            Event::Start => self.ask(),
            Event::Answer(response) => match self.read(response, at.now) {
                Ok(metadata) => Step::Done(Ok(Product::Metadata(Arc::new(metadata)))),
                Err(error) if self.at + 1 < self.urls.len() && error.action() != Action::Retry => {
                    self.at += 1;
                    self.failed = Some(error);
                    self.ask()
                }
                Err(error) => self.failed(error, at.now),
            },
            Event::NoAnswer { error, .. } => self.failed(error, at.now),
            Event::Abandoned => Step::Done(Err(Error::NoAnswer)),
        }
    }
}
