//! What the check of an ID token adds to the check of its signature: a figure, and no test.
//!
//!     cargo test --release --lib protocol::id_token::speed -- --ignored --nocapture
#![forbid(unsafe_code)]

use std::time::Instant;

use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, UnparsedPublicKey};

use super::*;
use crate::jose::{jwt, PublicKeys, SigningKey, Verdict};

const NOW: i64 = 1_800_000_000;

/// As usual servers have them: a dozen claims, and two keys.
fn id_token(key: &SigningKey, algorithm: Algorithm) -> Secret {
    let claims = r#"{"iss":"https://as.example","sub":"248289761001","aud":"client","azp":"client","exp":1800003600,
        "iat":1800000000,"auth_time":1799999990,"nonce":"n-0S6_WzA2Mj-n-0S6_WzA","name":"Jane Doe","given_name":"Jane",
        "family_name":"Doe","email":"janedoe@example.com","email_verified":true,"picture":"https://as.example/me.jpg"}"#;
    let kid = vec![("kid".to_owned(), Json::of_text("one"))];
    jwt(key, algorithm, kid, &Json::parse(claims).unwrap()).unwrap()
}

#[test]
#[ignore = "a figure that hangs on the machine"]
fn check_of_an_id_token_against_its_bare_signature() {
    for (name, pem, algorithm) in [
        ("RS256, 2048 bits", include_str!("../../../tests/keys/rsa.pem"), Algorithm::Rs256),
        ("ES256", include_str!("../../../tests/keys/p256.pem"), Algorithm::Es256),
        ("EdDSA", include_str!("../../../tests/keys/ed25519.pem"), Algorithm::EdDsa),
    ] {
        let key = SigningKey::parse(pem, None).unwrap();
        let text = id_token(&key, algorithm);
        let (public, members) = public_key(pem, algorithm);
        let set = Json::parse(&jwks(&members)).unwrap();
        let keys = PublicKeys::of(&set).unwrap();
        let nonce = Secret::new("n-0S6_WzA2Mj-n-0S6_WzA");
        let expected = Expected {
            issuer: "https://as.example",
            client_id: "client",
            algorithms: &[algorithm],
            skew: 60,
            nonce: Some(&nonce),
            max_age: None,
            access_token: &nonce,
            clock: Clock::of(None, NOW),
        };
        let whole = || {
            let claims = check(&text, &expected).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(keys.verify(&claims.jws, claims.text.expose()), Verdict::Good);
        };
        let (message, signature) = text.expose().rsplit_once('.').unwrap();
        let (message, signature) = (message.as_bytes(), URL_SAFE_NO_PAD.decode(signature).unwrap());
        let bare = || public.verify(message, &signature).unwrap();
        let mut ratios: Vec<_> = (0..51).map(|_| time(&whole) / time(&bare)).collect();
        ratios.sort_by(f64::total_cmp);
        let bare = time(&bare) * 1e6;
        println!("{name}: {:.2} x the bare check of {bare:.1} us (goal: 1.30 x)", ratios[25]);
    }
}

/// Of one, in seconds.
fn time(work: &dyn Fn()) -> f64 {
    const ROUNDS: u32 = 200;
    let start = Instant::now();
    (0..ROUNDS).for_each(|_| work());
    start.elapsed().as_secs_f64() / f64::from(ROUNDS)
}

/// As ring takes it, and the members of its JWK.
fn public_key(pem: &str, algorithm: Algorithm) -> (UnparsedPublicKey<Vec<u8>>, String) {
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(lines).unwrap();
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match algorithm {
        Algorithm::Es256 => {
            let signing = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair = EcdsaKeyPair::from_pkcs8(signing, &der, &SystemRandom::new()).unwrap();
            let point = pair.public_key().as_ref().to_vec();
            let (x, y) = (encoded(&point[1..33]), encoded(&point[33..]));
            let members = format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#);
            (UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point), members)
        }
        Algorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).unwrap();
            let point = pair.public_key().as_ref().to_vec();
            let members = format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, encoded(&point));
            (UnparsedPublicKey::new(&signature::ED25519, point), members)
        }
        _ => {
            let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
            let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
            let members = format!(r#""kty":"RSA","n":"{}","e":"{}""#, encoded(&n), encoded(&e));
            let public = pair.public().as_ref().to_vec();
            (UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public), members)
        }
    }
}

fn jwks(members: &str) -> String {
    format!(r#"{{"keys":[{{"kid":"other",{members}}},{{"kid":"one","use":"sig",{members}}}]}}"#)
}
