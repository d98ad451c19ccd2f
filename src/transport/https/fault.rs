//! What can go wrong between two machines, before the name of the host is added.
#![forbid(unsafe_code)]

use std::io::{self, ErrorKind};

use crate::error::Error;
use crate::system;

/// No text in it holds a secret.
#[derive(Debug)]
pub(super) enum Fault {
    /// The name that no address was found for.
    Resolve(String),
    Connect(String),
    /// A proxy that will say the same again.
    Proxy(String),
    Tls(String),
    Timeout,
    Broken(String),
    /// An answer came.
    Unreadable {
        /// 0 where it has none.
        status: u16,
        reason: String,
    },
    NoHttp {
        line: usize,
        /// How that line begins.
        begin: String,
    },
    TooLarge {
        status: u16,
    },
    /// What has its own sentence already: a setting that cannot be used.
    Setting(Error),
}

impl Fault {
    pub(super) fn broken(reason: &str) -> Self {
        Self::Broken(reason.to_owned())
    }

    pub(super) fn unreadable(status: u16, reason: String) -> Self {
        Self::Unreadable { status, reason }
    }

    /// Without what the server wrote, where that repeats what was sent.
    pub(super) fn without(self, is_repeated: impl Fn(&str) -> bool) -> Self {
        match self {
            Self::NoHttp { line, begin } if is_repeated(&begin) => {
                Self::NoHttp { line, begin: String::new() }
            }
            other => other,
        }
    }

    /// `host` is the host and port of the URL, without anything else of it.
    pub(super) fn into_error(self, host: &str, seconds: u32) -> Error {
        let host = host.to_owned();
        match self {
            Self::Resolve(name) => Error::Resolve { host: name },
            Self::Connect(reason) => Error::Connect { host, reason },
            Self::Proxy(reason) => Error::Proxy { host, reason },
            Self::Tls(reason) => Error::Tls { host, reason },
            Self::Timeout => Error::Timeout { host, seconds },
            Self::Broken(reason) => Error::Disconnected { host, reason },
            Self::Unreadable { status, reason } => {
                let reason = format!("{reason}: mend the server, or the proxy before it");
                Error::Unreadable { host, status, reason }
            }
            Self::NoHttp { line, begin } => {
                let begin = if begin.is_empty() { begin } else { format!(" (\"{begin}\")") };
                let reason = format!("line {line} is no HTTP{begin}: check the URL and its port");
                Error::Unreadable { host, status: 0, reason }
            }
            Self::TooLarge { status } => Error::TooLarge { status },
            Self::Setting(error) => error,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Setting(error)
    }
}

/// What a socket says while a connection is open.
impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::Timeout,
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                Self::broken("the server cut it off")
            }
            ErrorKind::UnexpectedEof => Self::broken("the server closed it"),
            _ => Self::Broken(system::words(&error)),
        }
    }
}

/// Without the URL: it may hold a secret.
pub(super) fn bad_url() -> Error {
    Error::Value {
        key: "url",
        reason: "the URL of the request is not http:// or https:// and a host".to_owned(),
    }
}
