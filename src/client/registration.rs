//! A client that registers itself (RFC 7591): what the server has made of it is kept, and is this client from then on.
#![forbid(unsafe_code)]

use super::task::{Aim, End, Ended, Inquiry, Resume, Task};
use super::Client;
use crate::constants as number;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::operation::{Product, Registration, Unregistration};
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Document;
use crate::system::{self, lock};
use crate::time::rfc3339;
use crate::uri;

impl Client {
    /// Is from now on the client that was registered with these settings, by whichever job; else registers it.
    pub fn register(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let is_lacking = snapshot.settings.endpoints.registration_endpoint.is_empty();
        let snapshot = self.known(snapshot, is_lacking, |client| client.register().map(|()| 0))?;
        let name = snapshot.settings.registration_name()?;
        if let Some(kept) = snapshot.store().document(&name)? {
            return self.adopt(&snapshot.settings, kept.json);
        }
        if !snapshot.settings.client.client_id.is_empty() {
            let reason =
                "it is set, and not by a registration: take it back, to register a new client".to_owned();
            return Err(Error::Value { key: "client_id", reason });
        }
        let wait = snapshot.settings.lock_timeout();
        // Nobody is registered whom the store cannot take.
        drop(snapshot.store().claim_document_waiting(&name, wait)?);
        snapshot.keys().sealing()?;
        let carrier = process.carrier(&snapshot)?;
        let operation = Registration { settings: snapshot.settings.clone() }.operation();
        let end: End = Box::new(move |_, snapshot, outcome| {
            let store = snapshot.store();
            let Product::Members(json) = outcome? else { return Ok(Ended::Brought(None)) };
            // Of two jobs at once the first one's client is both's, also where both look at once.
            let _claim = store.claim_document_waiting(&name, wait)?;
            if store.document(&name)?.is_none() {
                store.keep_document(&name, &Document { json, expires_at: None })?;
            }
            Ok(Ended::Brought(None))
        });
        let resume: Resume = Box::new(|client| client.register().map(|()| 0));
        let inquiry = Inquiry { resume: Some(resume), ..Inquiry::new(1, end) };
        process.run(&carrier, operation, Task { snapshot: snapshot.clone(), aim: Aim::Inquiry(inquiry) })?;
        drop(carrier);
        self.register()
    }

    /// Has the server forget the client, and forgets it here.
    pub fn unregister(&self) -> Result<()> {
        let process = self.process();
        let snapshot = process.snapshot.load_full();
        let is_lacking = snapshot.settings.endpoints.registration_endpoint.is_empty();
        let snapshot = self.known(snapshot, is_lacking, |client| client.unregister().map(|()| 0))?;
        let name = snapshot.settings.registration_name()?;
        let Some(Document { json, .. }) = snapshot.store().document(&name)? else { return Ok(()) };
        let (url, token) =
            (text(&json, "registration_client_uri"), secret(&json, "registration_access_token"));
        if url.is_empty() || token.is_empty() {
            let reason =
                "the server has not said where a registration is taken back: ask who runs it".to_owned();
            return Err(Error::Value { key: "registration_endpoint", reason });
        }
        uri::check_endpoint("registration_endpoint", &url, snapshot.settings.endpoints.allow_http)?;
        let carrier = process.carrier(&snapshot)?;
        let operation = Unregistration { settings: snapshot.settings.clone(), url, token }.operation();
        let end: End = Box::new(move |_, snapshot, outcome| {
            outcome?;
            snapshot.store().remove_document(&name)?;
            Ok(Ended::Brought(None))
        });
        let resume: Resume = Box::new(|client| client.forget_registration().map(|()| 0));
        let inquiry = Inquiry { resume: Some(resume), ..Inquiry::new(3, end) };
        process.run(&carrier, operation, Task { snapshot: snapshot.clone(), aim: Aim::Inquiry(inquiry) })?;
        drop(carrier);
        self.forget_registration()
    }

    fn adopt(&self, settings: &Settings, registered: Json) -> Result<()> {
        let (id, client_secret) = (text(&registered, "client_id"), secret(&registered, "client_secret"));
        let known = &settings.client;
        if !known.client_id.is_empty() && known.client_id != id {
            let reason =
                "it is set, and another was registered: take it back, or call oauth_unregister".to_owned();
            return Err(Error::Value { key: "client_id", reason });
        }
        // RFC 7591 section 3.2.1: 0 is never.
        let over = registered.member("client_secret_expires_at").and_then(Json::whole);
        let over = over.filter(|at| *at > 0 && *at <= system::now());
        if let Some(at) = over {
            let reason =
                format!("it has expired ({}): call oauth_unregister, then oauth_register", rfc3339(at));
            return Err(Error::Value { key: "client_secret", reason });
        }
        let Json::Members(members) = registered else { return Ok(()) };
        lock(&self.process().state).answers.insert(number::OAUTH_FIELD_REGISTRATION, members);
        if known.client_id != id || known.client_secret != client_secret {
            self.set(number::OAUTH_CLIENT_SECRET, client_secret.expose())?;
            self.set(number::OAUTH_CLIENT_ID, &id)?;
        }
        Ok(())
    }

    fn forget_registration(&self) -> Result<()> {
        lock(&self.process().state).answers.remove(&number::OAUTH_FIELD_REGISTRATION);
        self.set(number::OAUTH_CLIENT_ID, "")?;
        self.set(number::OAUTH_CLIENT_SECRET, "")
    }
}

fn text(registered: &Json, name: &str) -> String {
    registered.member(name).and_then(Json::text).unwrap_or_default().to_owned()
}

fn secret(registered: &Json, name: &str) -> Secret {
    Secret::new(text(registered, name))
}
