//! What the server says of itself (RFC 8414 section 3): asked for at one URL, and where it is not there, at the other.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::{Dispatch, Event, Operation, Product, Repeat, Step};
use crate::error::{Error, Result};
use crate::protocol::answer::Answer;
use crate::protocol::dialect::AnswerDialect;
use crate::protocol::message::Response;
use crate::protocol::metadata::{self, Metadata, NoMetadata};
use crate::protocol::refusal::Asked;
use crate::settings::Settings;
use crate::time::Moment;

/// Seconds until a server is asked again of which older metadata serve meanwhile.
const PAUSE: i64 = 300;

pub struct Discovery {
    issuer: String,
    urls: Vec<String>,
    /// What was there instead, at as many of the URLs as were asked.
    instead: Vec<String>,
    /// Serves where no other come.
    old: Option<Arc<Metadata>>,
}

impl Discovery {
    pub fn operation(settings: &Settings, old: Option<Arc<Metadata>>) -> Result<Box<dyn Operation>> {
        let (issuer, urls) = (settings.endpoints.issuer.clone(), settings.metadata_urls()?);
        Ok(Box::new(Self { issuer, urls, instead: Vec::new(), old }))
    }

    fn ask(&mut self, at: &Moment) -> Step {
        let Some(url) = self.urls.get(self.instead.len()) else {
            let error = self.nowhere();
            return self.failed(error, at);
        };
        let request = metadata::request(url);
        Step::Send(Dispatch { request, spends: None, repeat: Repeat::Always, or_else: None })
    }

    fn read(&self, response: &Response, at: &Moment) -> std::result::Result<Metadata, NoMetadata> {
        let (dialect, secrets, now) = (&AnswerDialect::default(), &Vec::new, at.now);
        let (endpoint, asked) = ("metadata_url", Asked::Other);
        let answer = Answer { response, dialect, secrets, now, endpoint, asked, has_assertion: false };
        metadata::parse(&answer, &self.issuer)
    }

    fn nowhere(&self) -> Error {
        let tried: Vec<_> = self
            .urls
            .iter()
            .zip(&self.instead)
            .map(|(url, instead)| format!("{url:.120}: {instead}"))
            .collect();
        let advice = match self.urls.len() {
            1 => "none where they should be, check metadata_url",
            _ => "none where they should be, check issuer, or set metadata_url",
        };
        Error::Metadata { reason: format!("{advice} ({})", tried.join("; ")) }
    }

    /// What has served until now serves on.
    fn failed(&mut self, error: Error, at: &Moment) -> Step {
        self.instead.clear();
        Step::Done(match &self.old {
            Some(old) => Ok(Product::Metadata(Arc::new(old.until(at.now.saturating_add(PAUSE))))),
            None => Err(error),
        })
    }
}

impl Operation for Discovery {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        match event {
            Event::Start => self.ask(at),
            Event::Answer(response) => match self.read(response, at) {
                Ok(metadata) => Step::Done(Ok(Product::Metadata(Arc::new(metadata)))),
                // They are not to be used, nor is what was there before: the settings are wrong, or somebody has been there.
                Err(NoMetadata::Failed(error @ Error::Metadata { .. })) => Step::Done(Err(error)),
                Err(NoMetadata::Failed(error)) => self.failed(error, at),
                Err(NoMetadata::NotHere(instead)) => {
                    self.instead.push(instead);
                    self.ask(at)
                }
            },
            Event::NoAnswer { error: Error::TooLarge { .. }, .. } => {
                self.instead.push("it is larger than 1 MiB".to_owned());
                self.ask(at)
            }
            Event::NoAnswer { error, .. } => self.failed(error, at),
            Event::Abandoned => Step::Done(Err(Error::NoAnswer)),
        }
    }
}
