//! What an error tells of the server's answer.
#![forbid(unsafe_code)]

use super::{Error, Refusal};

impl Error {
    /// What the server said, where it said anything.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::SignIn { refusal, .. } => refusal.as_deref(),
            Self::Final(last) => Some(&last.refusal),
            Self::HalfRevoked(cause) => cause.refusal(),
            Self::NotYet { because, .. } => because.as_deref()?.refusal(),
            _ => None,
        }
    }

    /// The server's words.
    pub fn words(&self) -> &str {
        match self {
            Self::Response { words, .. } | Self::Unavailable { words, .. } => words,
            Self::HalfRevoked(cause) => cause.words(),
            _ => self.refusal().map_or("", |refusal| &refusal.description),
        }
    }

    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response { status, .. }
            | Self::Unavailable { status, .. }
            | Self::Unreadable { status, .. }
            | Self::NotBound { status }
            | Self::TooLarge { status } => Some(*status),
            Self::HalfRevoked(cause) => cause.status(),
            Self::NotYet { because, .. } => because.as_deref()?.status(),
            _ => self.refusal().map(|r| r.status),
        }
        .filter(|status| *status != 0)
    }

    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Unavailable { retry_after, .. } | Self::JustFailed { retry_after, .. } => *retry_after,
            Self::HalfRevoked(cause) => cause.retry_after(),
            Self::NotYet { seconds, .. } | Self::TooEarly { seconds } | Self::TooNew { seconds } => {
                Some(*seconds)
            }
            _ => self.refusal().and_then(|r| r.retry_after),
        }
    }
}
