//! Carries an operation to its end with the built-in HTTPS.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::budget::Budget;
use super::{Event, Moment, Operation, Outcome, Step, Watcher};
use crate::error::{Error, Result};
use crate::transport::Transport;

pub enum Carried {
    /// No request went out, for this reason.
    NotSent(Error),
    Done(Outcome),
}

/// `transport` is asked for when it is needed. `seconds` are for all requests and pauses together.
pub fn carry(
    operation: &mut dyn Operation,
    watcher: &mut dyn Watcher,
    transport: impl Fn() -> Result<Arc<dyn Transport>>,
    seconds: u32,
) -> Carried {
    let mut budget = None;
    let mut step = operation.step(Event::Start, &Moment::now());
    loop {
        step = match step {
            Step::Send(dispatch) => {
                if let Err(error) = watcher.sending(&dispatch) {
                    operation.step(Event::Abandoned, &Moment::now());
                    return ended(budget.is_some(), Err(error));
                }
                let left = budget.as_ref().map(Budget::left);
                budget.get_or_insert_with(|| Budget::of_seconds(seconds));
                match transport().and_then(|transport| transport.send(&dispatch.request, left)) {
                    Ok(response) => operation.step(Event::Answer(&response), &Moment::now()),
                    Err(error) => {
                        let was_sent = error.leaves_unknown();
                        operation.step(Event::NoAnswer { was_sent, error }, &Moment::now())
                    }
                }
            }
            Step::Pause { duration, because } => {
                let Some(budget) = budget.as_mut().filter(|budget| duration < budget.left()) else {
                    operation.step(Event::Abandoned, &Moment::now());
                    return ended(budget.is_some(), Err(because));
                };
                watcher.retrying(&because);
                budget.pause(duration);
                operation.step(Event::Start, &Moment::now())
            }
            Step::Done(outcome) => return ended(budget.is_some(), outcome),
        }
    }
}

fn ended(has_sent: bool, outcome: Outcome) -> Carried {
    match outcome {
        Err(error) if !has_sent => Carried::NotSent(error),
        outcome => Carried::Done(outcome),
    }
}
