//! Starting an operation with whoever carries it, and going on with one that the caller carries.
#![forbid(unsafe_code)]

use super::process::Process;
use super::task::{Ended, Task};
use super::Client;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::operation::builtin::{carry, Carried};
use crate::operation::caller_http::{CallerHttpGuard, Progress};
use crate::operation::{Operation, Outcome, Retry};
use crate::protocol::message::head::Head;
use crate::protocol::message::{Request, Response, MAX_BODY};
use crate::renewal::cache::Brought;
use crate::secret::{Secret, Wiped};
use crate::settings::{Http, Snapshot};
use crate::system::lock;
use crate::token::Purpose;

/// Who carries the operations of a call.
pub enum Carrier<'a> {
    Builtin,
    Caller(CallerHttpGuard<'a, Task>),
}

impl Process {
    /// With the caller's own HTTP one thread at a time makes a request; a request of this thread's that waits is given
    /// up, and with it the lease that it has.
    pub fn carrier(&self, snapshot: &Snapshot) -> Result<Carrier<'_>> {
        match snapshot.settings.http {
            Http::Builtin => Ok(Carrier::Builtin),
            Http::Caller => {
                let (guard, given_up) = self.caller_http.claim(snapshot.settings.transport.timeout)?;
                if let Some(task) = given_up {
                    task.given_up(self);
                }
                lock(&self.state).grant_before = None; // what waited was given up
                Ok(Carrier::Caller(guard))
            }
        }
    }

    /// Nobody answers the request that waits for the caller any more.
    pub fn give_up(&self) {
        if let Some(task) = self.caller_http.give_up() {
            task.given_up(self);
        }
    }

    /// Carries the operation, and whatever comes after it, to its end, or as far as it goes until the caller has sent a
    /// request.
    pub fn run(&self, carrier: &Carrier<'_>, operation: Box<dyn Operation>, task: Task) -> Result<Brought> {
        let ended = match carrier {
            Carrier::Builtin => self.run_builtin(operation, task),
            Carrier::Caller(guard) => self.progressed(guard, guard.begin(operation, task)),
        };
        Ok(ended?.brought())
    }

    fn run_builtin(&self, operation: Box<dyn Operation>, task: Task) -> Result<Ended> {
        let mut next = (operation, task);
        loop {
            let (mut operation, mut task) = next;
            let snapshot = task.snapshot.clone();
            let config = &snapshot.settings.transport;
            let mut operation = Retry::new(&mut *operation, task.most_requests());
            let carried = carry(&mut operation, &mut task, || self.transport(config), config.timeout);
            next = match carried {
                Carried::NotSent(error) => return Err(error),
                Carried::Done(outcome) => match self.end(task, outcome)? {
                    Ended::Next(operation, task) => (operation, task),
                    ended => return Ok(ended),
                },
            }
        }
    }

    /// What was asked for one is done for no other.
    fn check_same(&self, asked: &Snapshot) -> Result<()> {
        let is_same = self.snapshot.load().key.is_same_token(&asked.key);
        is_same.then_some(()).ok_or(Error::Another)
    }

    /// What else was learned is written after what it was for.
    fn end(&self, task: Task, outcome: Outcome) -> Result<Ended> {
        let snapshot = task.snapshot.clone();
        let ended = task.end(self, outcome);
        self.keep_nonces(&snapshot);
        ended
    }

    fn progressed(&self, guard: &CallerHttpGuard<'_, Task>, mut progress: Progress<Task>) -> Result<Ended> {
        loop {
            progress = match progress {
                Progress::Waits => return Err(Error::HttpNeeded),
                Progress::NotSent(error) => return Err(error),
                Progress::Done(task, outcome) => match self.end(task, outcome)? {
                    Ended::Next(operation, task) => guard.begin(operation, task),
                    ended => return Ok(ended),
                },
            }
        }
    }
}

impl Client {
    pub fn http_request(&self, part: i32) -> Result<Secret> {
        let read = |request: &Request| match part {
            number::OAUTH_REQUEST_METHOD => Ok(Secret::new(request.method)),
            number::OAUTH_REQUEST_URL => Ok(request.url.clone()),
            number::OAUTH_REQUEST_HEADERS => Ok(request.header_lines()),
            number::OAUTH_REQUEST_CONTENT => Ok(request.content.clone()),
            _ => Err(Error::Property { number: part, what: "part of a request" }),
        };
        self.process().caller_http.read(read).ok_or(Error::NoRequest)?
    }

    /// Goes on with the operation whose request was answered. Of a body that is too large no byte is touched: zeros stand
    /// for it, a byte too many.
    pub fn http_response(&self, status: i32, headers: &[u8], body: &[u8]) -> Result<i32> {
        let process = self.process();
        let (waiting, guard) = process.caller_http.answer().ok_or(Error::NoRequest)?;
        let (purpose, snapshot) = (waiting.task().purpose(), waiting.task().snapshot.clone());
        let response = u16::try_from(status).ok().filter(|status| *status > 0).map(|status| Response {
            status,
            headers: Head::last_of(first_lines(headers)).headers,
            body: Wiped::new(if body.len() > MAX_BODY { vec![0; MAX_BODY + 1] } else { body.to_vec() }),
        });
        let result = match process.progressed(&guard, guard.go_on(waiting, response.as_ref())) {
            Ok(Ended::Resume(resume)) => {
                drop(guard);
                process.check_same(&snapshot)?;
                return resume(self);
            }
            ended => ended.map(Ended::brought),
        };
        if !matches!(result, Err(Error::HttpNeeded)) {
            let before = lock(&process.state).grant_before.take();
            if let Some(before) = before.filter(|_| result.is_err()) {
                self.set(number::OAUTH_GRANT_TYPE, before.expose())?;
            }
        }
        let Some(purpose) = purpose else { return result.map(|_| 0) };
        let bearer = self.after_renewal(&snapshot, result)?;
        purpose.check(&bearer)?;
        drop(guard);
        if purpose == Purpose::Userinfo {
            process.check_same(&snapshot)?;
        }
        self.length(purpose, &bearer)
    }
}

/// As many whole lines as one is to look at; a head has a few kilobytes.
pub fn first_lines(head: &[u8]) -> &[u8] {
    match head.get(..MAX_BODY) {
        Some(beginning) => &head[..beginning.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1)],
        None => head,
    }
}
