//! Profiles: named settings, of known servers (`known_servers.toml`) and from files of the user's own.
#![forbid(unsafe_code)]

mod file;
mod nesting;
mod source;

use std::path::Path;

use super::row::{Kind, Row};
use super::Settings;
use crate::constants::OAUTH_PROFILE;
use crate::error::{Error, Result};
use crate::secret::Secret;
use file::{FileText, Origin};
use source::{apply_known, known_names, take_known, Source};

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
}

fn open(settings: &mut Settings, wanted: &str) -> Result<()> {
    if wanted.is_empty() {
        return Err(Error::Profile("the profile's name is empty".to_owned()));
    }
    if wanted.contains('/') {
        return open_file(settings, wanted);
    }
    let mut looked = Vec::new();
    for (place, path) in file::search_path() {
        let name = path.display();
        let text = match (file::read(&path)?, place) {
            (FileText::Text(text), _) => text,
            (FileText::Nothing, Origin::Variable) => {
                return Err(Error::Profile(format!(
                    "LIBOAUTH_PROFILES names {name}, which does not exist: correct or unset it"
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
            return Ok(());
        }
        looked.push(name.to_string());
    }
    if take_known(settings, wanted)? {
        return Ok(());
    }
    Err(not_found(wanted, &looked.join(", "), &known_names()?))
}

/// `FILE` or `FILE#NAME`
fn open_file(settings: &mut Settings, wanted: &str) -> Result<()> {
    let (path, name) = wanted.rsplit_once('#').unwrap_or((wanted, ""));
    let text = match file::read(Path::new(path))? {
        FileText::Text(text) => text,
        FileText::Denied(error) => return Err(error),
        FileText::Nothing => {
            return Err(Error::Profile(format!("the profile file {path} does not exist: check the path")));
        }
    };
    let file = Source { name: path, text: &text };
    let name = if name.is_empty() { file.only_name()? } else { name.to_owned() };
    if file.open(settings, &name)? {
        return Ok(());
    }
    Err(Error::Profile(format!("{path} has no profile [{name}]: check the name")))
}

fn not_found(wanted: &str, looked: &str, known: &str) -> Error {
    Error::Profile(if Path::new(wanted).is_file() {
        format!(
            "no profile [{wanted}]: did you mean the file ./{wanted}? A name is looked for in {looked}, \
             and among the known servers ({known})"
        )
    } else {
        format!(
            "no profile [{wanted}] in {looked}, and no known server of that name ({known}); \
             for a file, write ./{wanted}"
        )
    })
}
