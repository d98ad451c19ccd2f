//! Waiting for a person: for how long still, in one line that is written anew each second, and ended by Ctrl-C.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::edge;
use crate::failure::{Ended, SIGN_IN};
use crate::output;

pub struct Waiting {
    what: &'static str,
    end: Instant,
    is_shown: bool,
}

impl Waiting {
    /// `what`: for what, such as `for the browser`.
    pub fn begin(what: &'static str, limit: Duration) -> Self {
        edge::note_interrupts();
        let waiting = Self { what, end: Instant::now() + limit, is_shown: output::is_terminal() };
        if !waiting.is_shown {
            output::say(&format!("Waiting {what}, for {}.", span(limit)));
        }
        waiting
    }

    /// Says it; an error where Ctrl-C or the time has ended it.
    pub fn go_on(&self) -> Result<(), Ended> {
        if edge::is_interrupted() {
            if self.is_shown {
                output::write("\n");
            }
            return Err(Ended::Interrupted);
        }
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.clear();
            return Err(Ended::Said(
                SIGN_IN,
                "nobody has signed in in time, and nothing was stored".to_owned(),
            ));
        }
        if self.is_shown {
            let room = output::width().saturating_sub(1);
            let left = format!("{}:{:02} left. Ctrl-C ends.", left.as_secs() / 60, left.as_secs() % 60);
            let line = format!("Waiting {}, {left}", self.what);
            let line = if line.len() > room { left } else { line };
            // There may be a digit less than before. What the terminal shows of Ctrl-C stands behind.
            output::write(&format!("\r{line} \u{8}"));
        }
        Ok(())
    }

    /// A second, or less where Ctrl-C ends it.
    pub fn second() {
        edge::pause(1000);
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if self.is_shown {
            let room = output::width().saturating_sub(1);
            output::write(&format!("\r{:room$}\r", ""));
        }
    }
}

/// Such as `2 days`, rounded down to one unit.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        172_800.. => format!("{} days", seconds / 86_400),
        7200.. => format!("{} hours", seconds / 3600),
        120.. => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    }
}
