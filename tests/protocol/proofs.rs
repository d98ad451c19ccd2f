//! What makes an authorization request ours: a state (RFC 6749 section 10.12) and a proof key (RFC 7636).

use crate::support::{ask, client, parameter_of, sent, Table};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use oauth::constants::*;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// RFC 6749 section 10.10: not to be guessed, and never the same.
#[test]
fn state_and_challenge_are_new_each_time() {
    const URLS: usize = 400;
    let mut table = Table::new("state and challenge");
    let clients = [client(&[]), client(&[(OAUTH_AUTHORIZE_PARAMS, "state=fixed")])];
    for name in ["state", "code_challenge"] {
        let texts: Vec<String> = (0..URLS)
            .map(|i| parameter_of(&clients[i % 2].authorize_url(), name).expect("it is in the URL"))
            .collect();
        table.row(name, |row| {
            row.eq("different ones", texts.iter().collect::<HashSet<_>>().len(), URLS);
            // 128 bits in base64url are 22 characters.
            row.holds("at least 22 characters", texts.iter().all(|text| text.len() >= 22));
            let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
            row.holds("unreserved characters alone", texts.iter().all(|t| t.bytes().all(is_unreserved)));
            for at in 0..21 {
                let seen: HashSet<u8> = texts.iter().map(|text| text.as_bytes()[at]).collect();
                row.holds(&format!("character {at} changes ({} seen)", seen.len()), seen.len() > 48);
            }
        });
    }
    table.end();
}

/// The challenge in the URL and the verifier in the token request belong together (RFC 7636 sections 4.1 to 4.5).
#[test]
fn verifiers_fit_their_challenges() {
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        ("S256", "S256", "S256", Some("S256")),
        ("in any case", "s256", "s256", Some("S256")),
        ("plain", "plain", "plain", Some("plain")),
        ("off", "off", "off", None),
        // Both or neither, as the URL had it: most servers refuse the one without the other.
        ("off after the URL", "S256", "off", Some("S256")),
        ("on after the URL", "off", "S256", None),
        ("plain after the URL", "S256", "plain", Some("S256")),
    ];
    let mut table = Table::new("proof keys");
    for (name, at_url, at_code, method) in cases {
        table.row(name, |row| {
            let client = client(&[(OAUTH_PKCE, at_url)]);
            let url = client.authorize_url();
            client.must_set(OAUTH_PKCE, at_code);
            let code = format!("?code=c&state={}", client.get(OAUTH_STATE));
            row.returned(client.exchange(&code), OAUTH_HTTP_NEEDED);
            let verifier = sent(&client).parameter("code_verifier");
            let challenge = parameter_of(&url, "code_challenge");
            row.eq("method", parameter_of(&url, "code_challenge_method").as_deref(), *method);
            let Some(verifier) = verifier else {
                row.eq("method without a verifier", *method, None);
                row.eq("challenge without a verifier", challenge, None);
                return;
            };
            row.holds("43 to 128 characters (section 4.1)", (43..=128).contains(&verifier.len()));
            let hashed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            let expected = if *method == Some("S256") { hashed } else { verifier };
            row.eq("challenge", challenge, Some(expected));
        });
    }
    table.row("a verifier is new for each URL", |row| {
        let client = client(&[]);
        let verifiers: HashSet<String> = (0..50)
            .map(|i| {
                ask(&client, &format!("code-{i}"));
                sent(&client).parameter("code_verifier").expect("a verifier")
            })
            .collect();
        row.eq("different ones", verifiers.len(), 50);
    });
    table.end();
}
