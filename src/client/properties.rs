//! Setting a property, and reading one.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::inquiries::forget_answers;
use super::process::Process;
use super::{results, Client};
use crate::constants as number;
use crate::error::{Error, Result};
use crate::renewal::cache::{Followed, Unsaved};
use crate::secret::Secret;
use crate::settings::{Settings, Snapshot};
use crate::store::Wait;
use crate::system::lock;

impl Client {
    pub fn set(&self, property: i32, text: &str) -> Result<()> {
        if property == number::OAUTH_TOKEN_RECORD {
            return self.import(None, text);
        }
        let process = self.process();
        loop {
            let saved = process.save_unsaved();
            match process.try_set(property, text)? {
                Ok(Followed::Stays) => return Ok(()),
                // Into memory it is saved at once; whether a folder takes it is said by who uses it.
                Ok(Followed::Moved) => {
                    let snapshot = process.snapshot.load_full();
                    if snapshot.is_memory() {
                        let _ = process.source(&snapshot).save(Wait::No);
                    }
                    return Ok(());
                }
                // Or else the token would be lost; unless it became unsaved after that look.
                Err(Unsaved) => saved?,
            }
        }
    }

    pub fn get(&self, property: i32) -> Result<Secret> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        if let Some(text) = snapshot.settings.get(property) {
            return Ok(text);
        }
        let row = results::ROWS.iter().find(|row| row.number == property);
        let row = row.ok_or(Error::Property { number: property, what: "property" })?;
        row.text(&process, &snapshot)
    }
}

impl Process {
    fn try_set(&self, property: i32, text: &str) -> Result<std::result::Result<Followed, Unsaved>> {
        let mut state = lock(&self.state);
        let mut settings = Settings::clone(&self.snapshot.load().settings);
        settings.set(property, text)?;
        let snapshot = Snapshot::new(Arc::new(settings), self.memory.clone());
        let followed = match self.cache.follow(snapshot.key.clone(), snapshot.settings.freshness) {
            Err(unsaved) => return Ok(Err(unsaved)),
            Ok(followed) => followed,
        };
        if !self.snapshot.load().key.is_same_token(&snapshot.key) {
            forget_answers(&mut state.answers);
        }
        // What was wrong may be mended.
        state.no_metadata = None;
        if followed == Followed::Moved {
            // If that fails, the token stays unsaved, and who saves it is told why.
            let _ = snapshot.record()?.prepare();
        }
        if snapshot.is_memory() {
            self.memory.keep(snapshot.owner_in_memory());
        } else {
            self.memory.keep_none();
        }
        self.snapshot.store(Arc::new(snapshot));
        Ok(Ok(followed))
    }

    /// What only memory has does not outlive a change of its place.
    pub fn save_unsaved(&self) -> Result<()> {
        if self.cache.unsaved().is_none() {
            return Ok(());
        }
        let snapshot = self.snapshot.load_full();
        self.source(&snapshot).save(snapshot.settings.lock_timeout())
    }
}
