//! What is a key, in whatever dress, and what is said of what is none.
#![forbid(unsafe_code)]

use super::vectors::RSA_7515;
use super::*;
use Algorithm::{EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../../../tests/keys/", $name, ".pem"))
    };
}

const P256: &str = pem!("p256");
const SECRET: &str = r#"{"kty":"oct","k":"c2VjcmV0"}"#;

#[test]
fn every_key_signs_with_all_that_fits_it() {
    let rows: &[(&str, &[Algorithm])] = &[
        (pem!("rsa"), &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]),
        (pem!("rsa_pkcs1"), &[Rs256]),
        (pem!("rsa_4096"), &[Rs256, Ps512]),
        (RSA_7515, &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]),
        (pem!("rsa_pss"), &[Ps256, Ps384, Ps512]),
        (P256, &[Es256]),
        (pem!("p256_sec1"), &[Es256]),
        (pem!("p384"), &[Es384]),
        (pem!("ed25519"), &[EdDsa]),
        (SECRET, &[Hs256, Hs384, Hs512]),
    ];
    for (text, fitting) in rows {
        let key = key(text);
        assert_eq!(key.algorithm(None), Ok(fitting[0]), "the usual one of {text}");
        for (name, algorithm) in Algorithm::ALL {
            let claims = Json::object([("sub", Json::of_text("somebody"))]);
            let more = vec![("kid".to_owned(), Json::of_text("1"))];
            let signed = jwt(&key, algorithm, more, &claims);
            if !fitting.contains(&algorithm) && !matches!(key.pair, Pair::Rsa(_)) {
                let fault = signed.unwrap_err().to_string();
                assert!(fault.starts_with(&format!("{name} does not fit this ")), "{fault}");
                assert!(fault.contains(fitting[0].name()) && fault.len() < 80, "{fault}");
                continue;
            }
            let Ok(signed) = signed else { continue };
            assert!(is_signed(&key, algorithm, signed.expose()), "{name} by {text}");
            let header = serde_json::json!({"alg": name, "typ": "JWT", "kid": "1"});
            assert_eq!(parts(signed.expose()), [header, serde_json::json!({"sub": "somebody"})]);
        }
    }
    assert!(key(RSA_7515).algorithm(Some(Es256)).is_err());
    let es384 = format!("{},\"alg\":\"PS384\"}}", RSA_7515.strip_suffix('}').unwrap());
    assert_eq!(key(&es384).algorithm(None), Ok(Ps384), "as its JWK says");
    assert_eq!(key(&es384).algorithm(Some(Rs512)), Ok(Rs512), "as it is asked for");
}

#[test]
fn one_key_may_be_written_in_several_ways() {
    let rows: &[(&str, String)] = &[
        ("with line ends of Windows", P256.replace('\n', "\r\n")),
        ("with a mark of UTF-8", format!("\u{feff}{P256}")),
        ("with \\n for line ends, as JSON has it", P256.replace('\n', "\\n")),
        ("with \\r\\n for line ends", P256.replace('\n', "\\r\\n")),
        ("with \\\\n for line ends, escaped twice", P256.replace('\n', "\\\\n")),
        ("with blanks for line ends", P256.replace('\n', " ")),
        ("without line ends", P256.replace('\n', "")),
        ("in quotes", format!("\"{}\"", P256.replace('\n', "\\n"))),
        ("indented", P256.replace('\n', "\n    ")),
        (
            "with a text above",
            format!("Bag Attributes\n    localKeyID: 01 \nKey Attributes: <No Attributes>\n{P256}"),
        ),
        ("with its certificate", format!("{}{P256}", pem!("p256_certificate"))),
        (
            "with another's certificate before its own",
            [pem!("rsa_certificate"), P256, pem!("p256_certificate")].concat(),
        ),
        ("with its public key", format!("{P256}{}", pem!("p256_public"))),
        ("by SEC 1", pem!("p256_sec1").to_owned()),
        (
            "by SEC 1 without EC PARAMETERS",
            pem!("p256_sec1").split_once("PARAMETERS-----\n-").unwrap().1.replacen("----", "-----", 1),
        ),
    ];
    let expected = key(P256).thumbprint();
    for (row, text) in rows {
        let key = key(text);
        assert_eq!(key.thumbprint(), expected, "{row}");
        assert_eq!(key.certificate_thumbprints().is_some(), text.contains("CERTIFICATE"), "{row}");
    }
    for (row, text) in [
        ("AES", pem!("p256_encrypted")),
        ("3DES and SHA-1", pem!("p256_encrypted_des3")),
        ("scrypt", pem!("p256_encrypted_scrypt")),
    ] {
        let opened = |password: &str| SigningKey::parse(text, Some(&Secret::new(password)));
        assert_eq!(opened("opens").unwrap().thumbprint(), expected, "{row}");
        for password in ["", "opens ", "Opens", "\u{e9}"] {
            assert_eq!(opened(password).unwrap_err(), KeyFault::Password, "{row} {password:?}");
        }
        assert_eq!(SigningKey::parse(text, None).unwrap_err(), KeyFault::Encrypted, "{row}");
    }
    assert_eq!(SigningKey::parse(P256, Some(&Secret::new("needless"))).unwrap().thumbprint(), expected);
    // A JWK as programs write it that leave zeros out, or have one more, or pad.
    let jwk = |d: &str| format!(r#"{{"kty":"EC","crv":"P-256","x":"{X_7515}","y":"{Y_7515}","d":"{d}"}}"#);
    for d in ["jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI=", "AI6bEJ5xkJi_mASH3x9dd-nLKWBuvtImO19XwhPfhPSy"]
    {
        assert_eq!(
            key(&jwk(d)).thumbprint(),
            key(&jwk("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")).thumbprint()
        );
    }
}

const X_7515: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const Y_7515: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

#[test]
fn what_is_no_key_is_said_with_what_mends_it() {
    let without = |name: &str| RSA_7515.replace(&format!("\"{name}\":"), "\"x\":");
    let cut = &P256[..P256.len() - 30];
    let rows: &[(&str, String, KeyFault)] = &[
        ("empty", String::new(), KeyFault::NoKey),
        ("a word", "password".to_owned(), KeyFault::NoKey),
        ("a request for a certificate", pem!("request").to_owned(), KeyFault::NoKey),
        ("a public key", pem!("rsa_public").to_owned(), KeyFault::Public),
        ("a public key of PKCS #1", pem!("rsa_public_pkcs1").to_owned(), KeyFault::Public),
        ("a public JWK", without("d"), KeyFault::Public),
        (
            "a public JWK of an EC key",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{X_7515}","y":"{Y_7515}"}}"#),
            KeyFault::Public,
        ),
        ("a certificate", pem!("rsa_certificate").to_owned(), KeyFault::Certificate),
        ("two keys", format!("{P256}{}", pem!("rsa")), KeyFault::Several),
        ("a key twice", P256.repeat(2), KeyFault::Several),
        ("cut off", cut.to_owned(), KeyFault::CutOff),
        ("its first line alone", "-----BEGIN PRIVATE KEY-----".to_owned(), KeyFault::CutOff),
        ("no end of its first line", "-----BEGIN PRIVATE KEY".to_owned(), KeyFault::CutOff),
        (
            "another's end",
            P256.replace("END PRIVATE", "END RSA PRIVATE"),
            KeyFault::Damaged("END is not BEGIN's"),
        ),
        ("no base64", P256.replace("MI", "!!"), KeyFault::Damaged("no base64")),
        (
            "no DER",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".to_owned(),
            KeyFault::Damaged("no PKCS #8"),
        ),
        (
            "empty PEM",
            "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----".to_owned(),
            KeyFault::Damaged("no RSA key"),
        ),
        ("encrypted as before 2010", pem!("p256_encrypted_old").to_owned(), KeyFault::OldEncryption),
        ("OpenSSH's", pem!("openssh").to_owned(), KeyFault::OpenSsh),
        ("another kind's", P256.replace("PRIVATE", "DSA PRIVATE"), KeyFault::Kind),
        ("P-521", pem!("p521").to_owned(), KeyFault::Curve),
        ("secp256k1", pem!("secp256k1").to_owned(), KeyFault::Curve),
        ("Ed448", pem!("ed448").to_owned(), KeyFault::Curve),
        ("X25519", pem!("x25519").to_owned(), KeyFault::Curve),
        ("a curve without a name", pem!("p256_unnamed").to_owned(), KeyFault::UnnamedCurve),
        ("no public key", pem!("p256_no_public").to_owned(), KeyFault::NoPublic),
        ("RSA 1024", pem!("rsa_1024").to_owned(), KeyFault::Short(1024)),
        ("RSA 2304", pem!("rsa_2304").to_owned(), KeyFault::Length(2304)),
        ("exponent 3", pem!("rsa_exponent_3").to_owned(), KeyFault::Exponent),
        ("JSON that is none", "{\"kty\":".to_owned(), KeyFault::Damaged("no valid JSON")),
        ("JSON of something else", "{\"type\":\"service_account\"}".to_owned(), KeyFault::NoJwk),
        ("an empty JWK Set", "{\"keys\":[]}".to_owned(), KeyFault::NoKey),
        ("a JWK of another kind", "{\"kty\":\"AKP\"}".to_owned(), KeyFault::Kind),
        (
            "a JWK on another curve",
            "{\"kty\":\"EC\",\"crv\":\"P-521\",\"d\":\"AA\"}".to_owned(),
            KeyFault::Curve,
        ),
        ("a JWK that lacks a member", without("qi"), KeyFault::Lacks("qi")),
        (
            "a JWK with no base64url",
            RSA_7515.replace("\"AQAB\"", "\"A+/A\""),
            KeyFault::Damaged("no base64url"),
        ),
        (
            "a JWK whose parts are of two keys",
            RSA_7515.replace("\"p\":\"4B", "\"p\":\"4C"),
            KeyFault::Inconsistent,
        ),
        (
            "an EC key whose parts are of two",
            format!(r#"{{"kty":"EC","crv":"P-256","x":"{X_7515}","y":"{Y_7515}","d":"AQ"}}"#),
            KeyFault::Inconsistent,
        ),
        (
            "an EC key with a huge number",
            format!(
                r#"{{"kty":"EC","crv":"P-256","x":"{X_7515}","y":"{Y_7515}","d":"{}"}}"#,
                "Q".repeat(4000)
            ),
            KeyFault::Damaged("a number is too long"),
        ),
    ];
    for (row, text, expected) in rows {
        let fault = SigningKey::parse(text, None).unwrap_err();
        assert_eq!(fault, *expected, "{row}");
        assert!(format!("private_key cannot be used: {fault}").len() <= 110, "{row}: {fault}");
    }
    let opened = |text: &str| SigningKey::parse(text, Some(&Secret::new("opens"))).unwrap_err();
    assert_eq!(opened(pem!("p256_encrypted_pbes1")), KeyFault::Encryption);
    assert_eq!(opened(&pem!("p256_encrypted").replace("MIH", "MIA")), KeyFault::Damaged("no PKCS #8"));
}

#[test]
fn a_damaged_key_is_an_error_and_no_fault() {
    for text in [P256, pem!("rsa_pkcs1"), pem!("ed25519"), pem!("p256_sec1"), RSA_7515] {
        for at in (0..text.len()).step_by(7) {
            let changed = format!("{}Q{}", &text[..at], &text[at + 1..]);
            let password = Secret::new("opens");
            for text in [&changed[..], &text[..at]] {
                let _ = SigningKey::parse(text, Some(&password)).map(|key| key.sign(Rs256, b""));
            }
        }
    }
}

#[test]
fn a_certificate_is_its_keys_own() {
    let thumbprints = |name: &str| match name {
        "p256" => key(P256).with_certificate(pem!("p256_certificate")),
        _ => key(pem!("rsa")).with_certificate(&[pem!("p256_certificate"), pem!("rsa_certificate")].concat()),
    };
    for name in ["p256", "rsa"] {
        let pem = if name == "p256" { pem!("p256_certificate") } else { pem!("rsa_certificate") };
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        let sha256 = URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, &der));
        let [(x5t, short), (x5t_s256, long)] = thumbprints(name).unwrap().certificate_thumbprints().unwrap();
        assert_eq!((x5t, x5t_s256, short.len(), long), ("x5t", "x5t#S256", 27, sha256), "{name}");
    }
    let fault = |certificate: &str| key(P256).with_certificate(certificate).unwrap_err();
    assert_eq!(fault(pem!("rsa_certificate")), KeyFault::OtherCertificate);
    assert_eq!(fault(P256), KeyFault::NoCertificate);
    assert_eq!(fault(""), KeyFault::NoCertificate);
    assert_eq!(fault(&pem!("p256_certificate").replace('\n', "")[..300]), KeyFault::CutOff);
}
