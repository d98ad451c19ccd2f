//! An operation that is tried again after a fault that passes.
#![forbid(unsafe_code)]

use std::time::Duration;

use super::{Event, Operation, Repeat, Step};
use crate::error::{Action, Error};
use crate::time::Moment;

pub struct Retry<'a> {
    operation: &'a mut dyn Operation,
    /// How many requests may go out in all.
    most: u32,
    sent: u32,
    /// What the last request allows.
    repeat: Repeat,
    /// Whether the server may have it.
    was_sent: bool,
}

impl<'a> Retry<'a> {
    pub fn new(operation: &'a mut dyn Operation, most: u32) -> Self {
        Self { operation, most, sent: 0, repeat: Repeat::Never, was_sent: false }
    }

    fn may_repeat(&self, error: &Error) -> bool {
        let is_allowed = match self.repeat {
            Repeat::Never => false,
            Repeat::IfNotSent => !self.was_sent,
            Repeat::Always => true,
        };
        // A success that was none is an answer all the same.
        let has_succeeded = matches!(error.status(), Some(200..=299));
        is_allowed && !has_succeeded && self.sent < self.most && error.action() == Action::Retry
    }
}

impl Operation for Retry<'_> {
    fn step(&mut self, event: Event<'_>, at: &Moment) -> Step {
        self.was_sent = !matches!(event, Event::NoAnswer { was_sent: false, .. });
        match self.operation.step(event, at) {
            Step::Send(dispatch) => {
                self.sent += 1;
                self.repeat = dispatch.repeat;
                Step::Send(dispatch)
            }
            Step::Done(Err(because)) if self.may_repeat(&because) => {
                match pause_after(&because, self.sent, at) {
                    Some(duration) => Step::Pause { duration, because },
                    None => Step::Done(Err(because)),
                }
            }
            step => step,
        }
    }
}

/// As long as the server asked for; else a moment that grows, and is not the same for all who wait.
fn pause_after(error: &Error, number: u32, at: &Moment) -> Option<Duration> {
    if let Some(seconds) = error.retry_after() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let mut random = [0];
    (at.random)(&mut random).ok()?;
    let longest = Duration::from_millis(250 << number);
    Some(longest / 2 + longest / 512 * u32::from(random[0]))
}
