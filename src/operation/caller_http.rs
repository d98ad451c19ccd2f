//! Operations whose requests the caller sends. One request waits at a time: for whom it is, who may send it, and how
//! long others leave it alone.
#![forbid(unsafe_code)]

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Dispatch, Event, Operation, Outcome, Step, Watcher};
use crate::error::{Error, Result};
use crate::protocol::message::{Request, Response};
use crate::system::{self, lock};

/// `T`: what the operation is for.
pub struct CallerHttp<T>(Mutex<State<T>>);

/// Held for moments, never while a request is made or its answer read; nothing is locked below it.
struct State<T> {
    waiting: Option<WaitingRequest<T>>,
    /// Threads whose request was given up for another's: an answer of theirs must not be taken for its.
    replaced: Vec<u64>,
    /// A thread is making a request or reading its answer: no other begins before it is done.
    is_claimed: bool,
}

/// A request that the caller is to send, and the operation that goes on with its answer.
pub struct WaitingRequest<T> {
    operation: Box<dyn Operation>,
    task: T,
    request: Request,
    thread: u64,
    /// Since the operation's first request.
    since: Instant,
}

/// How far an operation has come.
pub enum Progress<T> {
    /// A request waits.
    Waits,
    /// No request went out, for this reason.
    NotSent(Error),
    Done(T, Outcome),
}

impl<T> Default for CallerHttp<T> {
    fn default() -> Self {
        Self(Mutex::new(State { waiting: None, replaced: Vec::new(), is_claimed: false }))
    }
}

impl<T: Watcher> CallerHttp<T> {
    /// Until the value is dropped no other thread makes a request. One that waits is busy until its answer comes, until
    /// the thread that made it calls again, or until its time is over: `seconds` after its operation began. What it was
    /// for comes along.
    pub fn claim(&self, seconds: u32) -> Result<(CallerHttpGuard<'_, T>, Option<T>)> {
        let mut state = lock(&self.0);
        if state.is_claimed || state.waiting.as_ref().is_some_and(|waiting| waiting.is_busy(seconds)) {
            return Err(Error::Busy);
        }
        let given_up = state.give_up();
        state.is_claimed = true;
        drop(state);
        Ok((CallerHttpGuard(self), given_up.map(WaitingRequest::abandon)))
    }

    /// Reads the request that waits, for whoever may send it: any thread but one whose own was given up.
    pub fn read<R>(&self, read: impl FnOnce(&Request) -> R) -> Option<R> {
        lock(&self.0).waiting().map(|waiting| read(&waiting.request))
    }

    /// Takes the request whose answer has come; until the second value is dropped no other begins.
    pub fn answer(&self) -> Option<(WaitingRequest<T>, CallerHttpGuard<'_, T>)> {
        let mut state = lock(&self.0);
        state.waiting()?;
        let waiting = state.waiting.take()?;
        state.is_claimed = true;
        Some((waiting, CallerHttpGuard(self)))
    }

    /// Nobody waits for it any more. What it was for.
    pub fn give_up(&self) -> Option<T> {
        let given_up = lock(&self.0).waiting.take();
        given_up.map(WaitingRequest::abandon)
    }

    fn wait(&self, waiting: WaitingRequest<T>) {
        let mut state = lock(&self.0);
        state.replaced.retain(|thread| *thread != waiting.thread);
        state.waiting = Some(waiting);
    }
}

/// While it lives, a thread is making a request or reading its answer.
pub struct CallerHttpGuard<'a, T>(&'a CallerHttp<T>);

impl<T> Drop for CallerHttpGuard<'_, T> {
    fn drop(&mut self) {
        lock(&self.0 .0).is_claimed = false;
    }
}

impl<T: Watcher> CallerHttpGuard<'_, T> {
    /// Begins an operation.
    pub fn begin(&self, mut operation: Box<dyn Operation>, task: T) -> Progress<T> {
        match operation.step(Event::Start, &system::moment()) {
            Step::Done(Err(error)) => Progress::NotSent(error),
            step => self.put_away(step, operation, task, None),
        }
    }

    /// Goes on with the operation whose request was answered; `None`: no answer came.
    pub fn go_on(&self, mut waiting: WaitingRequest<T>, answer: Option<&Response>) -> Progress<T> {
        let event = match answer {
            Some(response) => Event::Answer(response),
            None => Event::NoAnswer { was_sent: true, error: Error::NoAnswer },
        };
        let step = waiting.operation.step(event, &system::moment());
        let WaitingRequest { operation, task, since, .. } = waiting;
        self.put_away(step, operation, task, Some(since))
    }

    fn put_away(
        &self,
        step: Step,
        operation: Box<dyn Operation>,
        mut task: T,
        since: Option<Instant>,
    ) -> Progress<T> {
        match step {
            Step::Send(dispatch) => {
                let delay = if since.is_none() { task.delay(&dispatch) } else { Ok(None) };
                // The caller may wait, and call again.
                let may_go = delay.and_then(|delay| delay.map_or(Ok(()), |wait| Err(Error::too_early(wait))));
                if let Err(error) = may_go.and_then(|()| task.sending(&dispatch)) {
                    return match since {
                        None => Progress::NotSent(error),
                        Some(_) => Progress::Done(task, Err(error)),
                    };
                }
                let Dispatch { request, .. } = dispatch;
                let since = since.unwrap_or_else(system::instant);
                let thread = system::thread_number();
                self.0.wait(WaitingRequest { operation, task, request, thread, since });
                Progress::Waits
            }
            // The caller may wait, and call again.
            Step::Pause { because, .. } => Progress::Done(task, Err(because)),
            Step::Done(outcome) => Progress::Done(task, outcome),
        }
    }
}

impl<T> State<T> {
    fn waiting(&self) -> Option<&WaitingRequest<T>> {
        self.waiting.as_ref().filter(|_| !self.replaced.contains(&system::thread_number()))
    }

    /// Takes the request that waits away, for another's.
    fn give_up(&mut self) -> Option<WaitingRequest<T>> {
        const MOST: usize = 64;
        let given_up = self.waiting.take()?;
        if given_up.thread != system::thread_number() {
            if self.replaced.len() == MOST {
                self.replaced.remove(0); // most likely, that thread has ended
            }
            self.replaced.push(given_up.thread);
        }
        Some(given_up)
    }
}

impl<T> Drop for State<T> {
    /// With its client, or in the child of a fork, where it is the parent's.
    fn drop(&mut self) {
        self.waiting.take().map(WaitingRequest::abandon);
    }
}

impl<T> WaitingRequest<T> {
    /// Whom it was for learns that by being dropped.
    fn abandon(mut self) -> T {
        self.operation.step(Event::Abandoned, &system::moment());
        self.task
    }

    pub fn task(&self) -> &T {
        &self.task
    }

    /// Whether another thread may still be sending it. A thread that calls again has given its request up.
    fn is_busy(&self, seconds: u32) -> bool {
        self.thread != system::thread_number()
            && system::instant().saturating_duration_since(self.since) < Duration::from_secs(seconds.into())
    }
}
