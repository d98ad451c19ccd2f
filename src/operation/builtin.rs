//! Carries an operation to its end with the built-in HTTPS.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::budget::Budget;
use super::{Dispatch, Event, Operation, Outcome, Step, Watcher};
use crate::error::{Error, Result};
use crate::system;
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
    let mut budget = Budget::of_seconds(seconds);
    let mut has_sent = false;
    let mut step = operation.step(Event::Start, &system::moment());
    loop {
        step = match step {
            Step::Send(dispatch) => {
                let may_go = if has_sent { Ok(()) } else { delay(watcher, &dispatch, &mut budget) };
                if let Err(error) = may_go.and_then(|()| watcher.sending(&dispatch)) {
                    operation.step(Event::Abandoned, &system::moment());
                    return ended(has_sent, Err(error));
                }
                let left = (has_sent || budget.has_paused()).then(|| budget.left());
                has_sent = true;
                match transport().and_then(|transport| transport.send(&dispatch.request, left)) {
                    Ok(response) => operation.step(Event::Answer(&response), &system::moment()),
                    Err(error) => {
                        let was_sent = error.leaves_unknown();
                        operation.step(Event::NoAnswer { was_sent, error }, &system::moment())
                    }
                }
            }
            Step::Pause { duration, because } => {
                if duration >= budget.left() {
                    operation.step(Event::Abandoned, &system::moment());
                    return ended(has_sent, Err(because));
                }
                watcher.retrying(&because);
                budget.pause(duration);
                operation.step(Event::Start, &system::moment())
            }
            Step::Done(outcome) => return ended(has_sent, outcome),
        }
    }
}

/// Waits as long as it has to, if there is time for that.
fn delay(watcher: &mut dyn Watcher, dispatch: &Dispatch, budget: &mut Budget) -> Result<()> {
    let Some(wait) = watcher.delay(dispatch)? else { return Ok(()) };
    if wait >= budget.left() {
        return Err(Error::too_early(wait));
    }
    budget.pause(wait);
    Ok(())
}

fn ended(has_sent: bool, outcome: Outcome) -> Carried {
    match outcome {
        Err(error) if !has_sent => Carried::NotSent(error),
        outcome => Carried::Done(outcome),
    }
}
