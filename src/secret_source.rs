//! A secret text, and where it stands: in the environment, in a file of its owner's alone, or in the setting itself.
#![forbid(unsafe_code)]

use std::env;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::secret::{Secret, Wipe, Wiped};
use crate::system::{self, Found, GivenPath, CLOSE_KEY, FILE_TYPE, REGULAR};

/// Read whenever it is needed: a file can be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    Environment(String),
    File(GivenPath),
    Text(Secret),
}

/// What is read, as sentences speak of it.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// The setting that says where it is.
    pub setting: &'static str,
    /// Such as "key".
    pub what: &'static str,
    pub kibibytes: u16,
    /// What to do with bytes that are no UTF-8.
    pub as_text: &'static str,
}

/// Why it cannot be used, and where it was looked for.
#[derive(Debug)]
pub struct Unread {
    pub place: String,
    pub reason: String,
    /// Others can read or replace it.
    pub is_unsafe: bool,
}

impl SecretSource {
    /// `env:NAME`, `file:PATH`, or anything else as the text itself; `None` where `text` is empty.
    pub fn parse(key: &'static str, text: &str) -> Result<Option<Self>> {
        let wrong = |reason: &str| Err(Error::Value { key, reason: reason.to_owned() });
        if text.is_empty() {
            return Ok(None);
        }
        // In whatever case: FILE:/x is a path that was meant.
        let (scheme, rest) = text.split_once(':').unwrap_or_default();
        if scheme.eq_ignore_ascii_case("env") {
            return match rest {
                "" => wrong("use env:NAME, with the name of an environment variable"),
                _ if rest.contains('=') => wrong("the name of an environment variable has no ="),
                _ => Ok(Some(Self::Environment(rest.to_owned()))),
            };
        }
        if !scheme.eq_ignore_ascii_case("file") {
            return Ok(Some(Self::Text(Secret::new(text))));
        }
        match rest {
            "" => wrong("use file:PATH, with the path of its file"),
            // A shell's work.
            _ if rest.starts_with('~') => wrong("~ is not expanded: write the whole path"),
            _ => Ok(Some(Self::File(GivenPath::new(key, rest)?))),
        }
    }

    /// As it was set.
    pub fn written(&self) -> Secret {
        match self {
            Self::Environment(name) => Secret::new(format!("env:{name}")),
            Self::File(file) => Secret::new(format!("file:{}", file.written)),
            Self::Text(text) => text.clone(),
        }
    }

    /// Whether it stands in the setting itself.
    pub fn is_here(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Where it is, for a sentence.
    pub fn place(&self) -> String {
        match self {
            Self::Environment(name) => format!("env:{name}"),
            Self::File(file) => file.absolute.display().to_string(),
            Self::Text(_) => "the setting".to_owned(),
        }
    }

    /// As it stands there.
    pub fn read(&self, wanted: Wanted) -> std::result::Result<Secret, Unread> {
        match self {
            Self::Environment(name) => wanted.in_environment(name),
            Self::File(file) => wanted.in_file(&file.absolute),
            Self::Text(text) => Ok(text.clone()),
        }
        .map_err(|(reason, is_unsafe)| Unread { place: self.place(), reason, is_unsafe })
    }
}

/// The reason, and whether others can read or replace it.
type Refused = (String, bool);

impl Wanted {
    fn in_environment(self, name: &str) -> std::result::Result<Secret, Refused> {
        if system::is_privileged() {
            return unusable("a setuid program does not trust its environment: use file:PATH");
        }
        let Some(value) = env::var_os(name) else {
            return unusable(format!("the variable is not set: set it, or change {}", self.setting));
        };
        value.into_string().map(Secret::new).or_else(|value| {
            value.into_encoded_bytes().wipe();
            unusable(format!("the variable is not UTF-8: {}", self.as_text))
        })
    }

    fn in_file(self, path: &Path) -> std::result::Result<Secret, Refused> {
        let Self { setting, what, kibibytes, as_text } = self;
        let failed = |e: &io::Error| {
            let reason = system::words(e);
            format!("the {what}'s file cannot be read ({reason}): make it for this user, or change {setting}")
        };
        let file = match system::open_file(path, false) {
            Ok(file) => file,
            Err(e) if system::is_of_link(&e) => {
                return open_to_others(format!("the {what}'s file is a symbolic link (name the file itself)"))
            }
            Err(e) => return unusable(failed(&e)),
        };
        self.check_file(&system::stat(&file).map_err(|e| (failed(&e), false))?)?;
        // Never grown, which would leave a copy.
        let most = u64::from(kibibytes) * 1024;
        let mut bytes = Wiped::new(Vec::with_capacity((usize::from(kibibytes) + 1) * 1024));
        file.take(most + 1).read_to_end(&mut bytes).map_err(|e| (failed(&e), false))?;
        if bytes.len() as u64 > most {
            let reason =
                format!("the {what}'s file is over {kibibytes} KiB, which no {what} is: check the path");
            return unusable(reason);
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Secret::new(text)),
            Err(_) => unusable(format!("the {what}'s file is not UTF-8: {as_text}")),
        }
    }

    fn check_file(self, found: &Found) -> std::result::Result<(), Refused> {
        let Self { setting, what, .. } = self;
        if found.mode & FILE_TYPE != REGULAR {
            return unusable(format!("this is no file: check the path of {setting}"));
        }
        // Root's are what a service manager hands out.
        if found.owner != system::effective_user() && found.owner != 0 {
            return open_to_others(format!(
                "the {what}'s file belongs to another user (use one of your own)"
            ));
        }
        // systemd hands root's out with a list of who may read (LoadCredential): it shows as the group's right.
        let is_handed_out = found.owner == 0 && found.group == 0 && system::effective_user() != 0;
        let others = if is_handed_out { 0o037 } else { 0o077 };
        if found.mode & others != 0 {
            return open_to_others(format!("other users can read the {what}'s file ({CLOSE_KEY})"));
        }
        Ok(())
    }
}

fn unusable<T>(reason: impl Into<String>) -> std::result::Result<T, Refused> {
    Err((reason.into(), false))
}

fn open_to_others<T>(reason: String) -> std::result::Result<T, Refused> {
    Err((reason, true))
}
