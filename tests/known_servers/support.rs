//! A client of a known server, set up as a user would: by a profile file that builds on its name.

use crate::common::carrier::Carrier;
use crate::common::{error_text, scratch, Client};
use practice_server::catalogue::{Entry, CERTIFICATE, CLIENT_ID, KEY, OTHER_KEY, SERVICE_ACCOUNT_KEY_ID};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A folder with a client's keys and profiles; gone with the test.
pub struct Files(PathBuf);

impl Files {
    pub fn new() -> Self {
        let files = Self(scratch::folder("known-servers"));
        files.write("key.pem", KEY);
        files.write("other-key.pem", OTHER_KEY);
        files.write("certificate.pem", CERTIFICATE);
        files
    }

    /// A file of its owner's alone, and its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The settings that a user adds at the server of that URL.
    pub fn settings(&self, entry: &Entry, url: &str) -> BTreeMap<String, String> {
        let mut settings = entry.settings(url);
        let endpoint = settings.get("token_endpoint").cloned().unwrap_or_default();
        for (key, value) in &mut settings {
            match key.as_str() {
                "private_key" => *value = self.source("key.pem"),
                "key_certificate" => *value = self.source("certificate.pem"),
                "service_account" => *value = self.account("account", &endpoint, KEY),
                _ => {}
            }
        }
        // TLS shows it, and there is none here.
        settings.retain(|key, _| key != "client_cert_file" && key != "client_key_file");
        settings
    }

    /// The same with what the server does not know: a secret, a key, an assertion, or else the client itself.
    pub fn wrong(&self, entry: &Entry, url: &str) -> BTreeMap<String, String> {
        let mut settings = self.settings(entry, url);
        let endpoint = settings.get("token_endpoint").cloned().unwrap_or_default();
        let secrets = ["client_secret", "private_key", "service_account", "assertion", "client_id"];
        let key = secrets.into_iter().find(|key| settings.contains_key(*key)).unwrap();
        let value = match key {
            "private_key" => self.source("other-key.pem"),
            "service_account" => self.account("wrong-account", &endpoint, OTHER_KEY),
            _ => "not-the-right-one".to_owned(),
        };
        settings.insert(key.to_owned(), value);
        // It would be another key's.
        settings.remove("key_certificate");
        settings
    }

    /// A service account's file as Google hands it out.
    fn account(&self, name: &str, endpoint: &str, key: &str) -> String {
        let (key, id) = (key.escape_default(), SERVICE_ACCOUNT_KEY_ID);
        let text = format!(
            "{{\"type\": \"service_account\", \"client_email\": \"{CLIENT_ID}\", \"private_key_id\": \"{id}\", \
             \"private_key\": \"{key}\", \"token_uri\": \"{endpoint}\"}}"
        );
        self.write(name, &text);
        self.source(name)
    }

    fn source(&self, name: &str) -> String {
        format!("file:{}", self.0.join(name).display())
    }

    pub fn client(&self, entry: &Entry, settings: &BTreeMap<String, String>, carrier: Carrier) -> Client {
        let http = if carrier == Carrier::Caller { "caller" } else { "builtin" };
        let lines: Vec<_> = settings.iter().map(|(key, value)| format!("{key} = {value:?}\n")).collect();
        let text = format!("[mine]\nprofile = \"{}\"\nhttp = \"{http}\"\n{}", entry.name, lines.concat());
        let path = self.write("profile.toml", &text);
        Client::open(&path).unwrap_or_else(|n| panic!("{n} {}", error_text()))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
