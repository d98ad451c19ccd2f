//! A token and notes in which nothing is left out.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::error::{Action, FinalAnswer, Refusal};
use crate::json::Json;
use crate::secret::Secret;
use crate::store::{Failure, Forgotten, LeaseNotes, Remembered, SentAnswer, SentRefresh};
use crate::token::Token;

/// A token with all that a token can have.
pub fn token(generation: u32) -> Arc<Token> {
    let secret = |name: &str| Secret::new(format!("{name}-{generation}"));
    Arc::new(Token {
        access_token: secret("access"),
        refresh_token: Some(secret("refresh")),
        id_token: Some(secret("id")),
        is_id_checked: true,
        token_type: "bearer".to_owned(),
        scope: Some("read write".to_owned()),
        expires_at: Some(1_800_003_600),
        obtained_at: 1_800_000_000,
        generation,
        renewed_by: 42,
        basis: None,
        extra: vec![("instance_url".to_owned(), Json::of_text("https://api.example"))],
        code_verifier: Some(secret("verifier")),
        token_host: Some("eu.as.example".to_owned()),
        redirect: vec![("realmId".to_owned(), Json::of_text("4711"))],
        dpop_key: Some(Secret::new("RECORD+key/of/the/proofs=")),
    })
}

/// Notes with all that notes can have, but for who has the lease.
pub fn notes() -> LeaseNotes {
    let host = "host.example".to_owned();
    LeaseNotes {
        holder: None,
        sent: Some(SentRefresh {
            process: 42,
            at: 1_800_000_000,
            host,
            refresh_token: "0123abcd".to_owned(),
            answer: SentAnswer::Held,
        }),
        wait_until: Some(1_800_000_060),
        from_server: true,
        failures: 3,
        last_error: Some(Failure {
            at: 1_800_000_001,
            process: 43,
            sentence: "no connection".to_owned(),
            is_shared: true,
        }),
        final_answers: vec![Remembered {
            request: "4567cdef".to_owned(),
            until: 1_800_000_300,
            times: 2,
            answer: FinalAnswer {
                at: 1_800_000_003,
                process: 44,
                number: -499,
                action: Action::SignIn,
                sentence: "sign in again: so it is".to_owned(),
                refusal: Refusal {
                    error: "invalid_grant".to_owned(),
                    description: "so it is".to_owned(),
                    uri: "https://as.example/why".to_owned(),
                    status: 400,
                    ..Refusal::default()
                },
            },
        }],
        forgotten: Some(Forgotten { at: 1_800_000_002, generation: 7, is_revoked: true }),
    }
}
