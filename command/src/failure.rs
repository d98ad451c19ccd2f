//! How the command ends: by the sysexits.h that every shell's scripts know, from what the library says is to be done.
#![forbid(unsafe_code)]

use oauth::constants as number;

use crate::edge::Failure;
use crate::output::{self, Json, Unwritten};

/// Done.
pub const OK: i32 = 0;
/// The command line is wrong.
pub const USAGE: i32 = 64;
/// A fault in the program.
pub const SOFTWARE: i32 = 70;
/// The answer could not be written.
pub const IO: i32 = 74;
/// It passes: try again later.
pub const RETRY: i32 = 75;
/// A person has to sign in.
pub const SIGN_IN: i32 = 77;
/// The configuration is to be mended.
pub const FIX: i32 = 78;
/// As a shell says it of who was ended by Ctrl-C, or by writing to nobody.
pub const INTERRUPTED: i32 = 130;
pub const UNHEARD: i32 = 141;

/// Why the command ends early.
pub enum Ended {
    Library(Failure),
    Unwritten(Unwritten),
    /// By a sentence and a code of its own.
    Said(i32, String),
    /// By Ctrl-C; nothing is to be said.
    Interrupted,
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Library(failure)
    }
}

impl From<Unwritten> for Ended {
    fn from(unwritten: Unwritten) -> Self {
        Self::Unwritten(unwritten)
    }
}

impl Failure {
    /// Where there is none.
    pub fn none() -> Self {
        Self { number: 0, action: number::OAUTH_ACTION_NONE, sentence: String::new() }
    }

    pub fn exit_code(&self) -> i32 {
        match self.action {
            _ if self.number == number::OAUTH_ERROR_INTERNAL => SOFTWARE,
            number::OAUTH_ACTION_RETRY => RETRY,
            number::OAUTH_ACTION_SIGN_IN => SIGN_IN,
            _ => FIX,
        }
    }

    pub fn action_word(&self) -> &'static str {
        match self.action {
            number::OAUTH_ACTION_RETRY => "retry",
            number::OAUTH_ACTION_SIGN_IN => "sign_in",
            _ => "fix",
        }
    }
}

/// Says why, and what to do next; the exit code. `again`: what stands behind the command's name then.
pub fn report(ended: Ended, again: &str, is_json: bool) -> i32 {
    match ended {
        Ended::Library(failure) => {
            if is_json {
                let error = Json::default()
                    .number("error", failure.number.into())
                    .text("action", failure.action_word())
                    .text("text", &failure.sentence);
                let _ = output::answer(&error.end());
            }
            let next = match failure.exit_code() {
                SIGN_IN => format!(" [oauth sign-in {again}]"),
                FIX if failure.number != number::OAUTH_ERROR_PROFILE => format!(" [oauth doctor {again}]"),
                _ => String::new(),
            };
            output::say(&format!("{}{next}", failure.sentence));
            failure.exit_code()
        }
        Ended::Unwritten(Unwritten::Gone) => UNHEARD,
        Ended::Unwritten(Unwritten::Failed(error)) => {
            output::say(&format!("the answer could not be written: {error}"));
            IO
        }
        Ended::Said(code, sentence) => {
            output::say(&sentence);
            code
        }
        Ended::Interrupted => INTERRUPTED,
    }
}
