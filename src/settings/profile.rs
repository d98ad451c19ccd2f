//! Profiles: named settings, of known servers (`known_servers/`) and from files of the user's own.
#![forbid(unsafe_code)]

mod catalogue;
mod file;
mod nesting;
mod source;

use std::path::{is_separator, Path};

use super::row::{Kind, Row};
use super::Settings;
use crate::constants::{OAUTH_PROFILE, OAUTH_PROXY, OAUTH_SERVICE_ACCOUNT};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::store::KeySource;
use catalogue::LIST;
use file::{FileText, Origin};
use source::{apply_known, take_known, Source};

pub const ROWS: &[Row] = &[Row {
    number: OAUTH_PROFILE,
    key: "profile",
    kind: Kind::Own {
        get: |settings| Secret::new(settings.profile.as_str()),
        // Unchecked: a control character only makes it a name that no server has.
        set: |settings, given| apply_known(settings, given.raw),
    },
}];

impl Settings {
    /// Those of a profile of that name, wherever it is found, or of a file; see `oauth_client_open`.
    pub fn of_profile(wanted: &str) -> Result<Self> {
        let mut settings = Self::default();
        open(&mut settings, wanted)?;
        Ok(settings)
    }

    /// Most editors make files that everybody can read: refused, a job that has long run would stop. So it is said where
    /// a person looks.
    fn note_open(&mut self, is_open: bool, path: &Path) {
        let is_key = |key: &Option<KeySource>| key.as_ref().is_some_and(KeySource::is_key);
        let all = |of: &Self| [of.secrets(), of.assertions.secrets()].concat();
        // What an account has brought is in a file of its own.
        let mut brought = Self::default();
        if let Some(source) = self.service_account.as_ref().filter(|source| !source.is_here()) {
            let _ = brought.set(OAUTH_SERVICE_ACCOUNT, source.written().expose());
        }
        let brought = all(&brought);
        let has_secret = all(self).iter().any(|secret| !secret.is_empty() && !brought.contains(secret))
            || is_key(&self.storage.key)
            || is_key(&self.storage.old_key)
            || self.get(OAUTH_PROXY).is_some_and(|proxy| proxy.expose().contains('@'));
        self.open_profile = (is_open && has_secret).then(|| path.display().to_string());
    }
}

fn open(settings: &mut Settings, wanted: &str) -> Result<()> {
    if wanted.is_empty() {
        return Err(Error::Profile("the profile's name is empty".to_owned()));
    }
    if wanted.contains(is_separator) {
        return open_file(settings, wanted);
    }
    let mut looked = Vec::new();
    for (place, path) in file::search_path() {
        let name = path.display();
        let (text, is_open) = match (file::read(&path)?, place) {
            (FileText::Text { text, is_open }, _) => (text, is_open),
            (FileText::Nothing, Origin::Variable) => {
                return Err(Error::Profile(format!(
                    "LIBOAUTH_PROFILES names a file that does not exist: correct or unset it: {name}"
                )));
            }
            (FileText::Nothing, _) => {
                looked.push(format!("{name} (not there)"));
                continue;
            }
            // A service often has a home that is not its own.
            (FileText::Denied(_), Origin::Home) => {
                looked.push(format!("{name} (not readable)"));
                continue;
            }
            (FileText::Denied(error), _) => return Err(error),
        };
        let file = Source { name: &name.to_string(), text: &text };
        if file.open(settings, wanted)? {
            settings.note_open(is_open, &path);
            return Ok(());
        }
        looked.push(name.to_string());
    }
    if take_known(settings, wanted)? {
        return Ok(());
    }
    Err(not_found(wanted, &looked.join(", ")))
}

/// `FILE` or `FILE#NAME`
fn open_file(settings: &mut Settings, wanted: &str) -> Result<()> {
    let (path, name) = wanted.rsplit_once('#').unwrap_or((wanted, ""));
    let (text, is_open) = match file::read(Path::new(path))? {
        FileText::Text { text, is_open } => (text, is_open),
        FileText::Denied(error) => return Err(error),
        FileText::Nothing => {
            return Err(Error::Profile(format!("the profile file does not exist: check the path: {path}")));
        }
    };
    let file = Source { name: path, text: &text };
    let name = if name.is_empty() { file.only_name()? } else { name.to_owned() };
    if file.open(settings, &name)? {
        settings.note_open(is_open, Path::new(path));
        return Ok(());
    }
    Err(Error::Profile(format!("no profile [{name}] in the file: check the name: {path}")))
}

fn not_found(wanted: &str, looked: &str) -> Error {
    if Path::new(wanted).is_file() {
        return Error::Profile(format!(
            "no profile [{wanted}]: did you mean the file ./{wanted}? A name is looked for among the known servers \
             ({LIST}) and in {looked}"
        ));
    }
    let file = match catalogue::near(wanted) {
        near if near.is_empty() => format!("for a file, write ./{wanted}"),
        near => format!("{near} For a file, write ./{wanted}"),
    };
    Error::Profile(format!(
        "no profile [{wanted}]: {file}; no known server has that name ({LIST}), nor is it in {looked}"
    ))
}
