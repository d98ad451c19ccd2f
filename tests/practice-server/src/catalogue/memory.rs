#![forbid(unsafe_code)]
//! What the played servers of the catalogue have given away.

use std::collections::HashMap;

use super::Entry;
use crate::grants::random;

#[derive(Default)]
pub struct Memory {
    codes: HashMap<String, Code>,
    /// Tokens, and the server that has given each.
    access: HashMap<String, &'static str>,
    refresh: HashMap<String, &'static str>,
    given: u64,
}

/// What a code is for.
pub struct Code {
    pub entry: &'static Entry,
    /// Code challenge and its method.
    pub challenge: Option<(String, String)>,
}

pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// How many have been given before, by any server.
    pub number: u64,
}

impl Memory {
    pub fn give_code(&mut self, code: Code) -> String {
        let text = random("code");
        self.codes.insert(text.clone(), code);
        text
    }

    /// A code is good once, and at its own server.
    pub fn take_code(&mut self, entry: &Entry, code: &str) -> Option<Code> {
        self.codes.remove(code).filter(|given| given.entry.name == entry.name)
    }

    pub fn give_tokens(&mut self, entry: &'static Entry, with_refresh_token: bool) -> Tokens {
        let name = entry.name.as_str();
        let access_token = random("at");
        self.access.insert(access_token.clone(), name);
        let refresh_token = with_refresh_token.then(|| random("rt"));
        self.refresh.extend(refresh_token.clone().map(|token| (token, name)));
        self.given += 1;
        Tokens { access_token, refresh_token, number: self.given - 1 }
    }

    /// A refresh token is good once, and at its own server.
    pub fn take_refresh_token(&mut self, entry: &Entry, token: &str) -> bool {
        self.refresh.remove(token).is_some_and(|name| name == entry.name)
    }

    pub fn is_live(&self, entry: &Entry, token: &str) -> bool {
        self.access.get(token).is_some_and(|name| *name == entry.name)
    }

    pub fn revoke(&mut self, entry: &Entry, token: &str) {
        for tokens in [&mut self.access, &mut self.refresh] {
            if tokens.get(token).is_some_and(|name| *name == entry.name) {
                tokens.remove(token);
            }
        }
    }

    pub fn revoke_access_tokens(&mut self) {
        self.access.clear();
    }

    pub fn revoke_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }
}
