//! Why TLS failed, in words that say what to do. What rustls calls its errors is for programmers: no such name is shown
//! as it stands.
#![forbid(unsafe_code)]

use std::path::Path;

use rustls::{AlertDescription, CertificateError, InvalidMessage, OtherError};

use super::fault::Fault;
use crate::error::Error;

/// `ca_file` is what the caller set.
pub(super) fn why(error: &rustls::Error, ca_file: Option<&Path>) -> Fault {
    use rustls::Error as Tls;
    Fault::Tls(match error {
        Tls::InvalidCertificate(error) => certificate(error, ca_file),
        Tls::AlertReceived(alert) => refused(*alert),
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the server does not speak TLS on this port: check port and https://".to_owned()
        }
        Tls::InvalidMessage(damage) => format!(
            "what came is not TLS, or damaged ({}): check port and https://",
            in_words(&format!("{damage:?}"), " ")
        ),
        Tls::PeerIncompatible(_) => {
            "server and client have no TLS version or cipher in common: it must offer TLS 1.2 or 1.3"
                .to_owned()
        }
        Tls::PeerMisbehaved(how) => format!(
            "the server breaks the rules of TLS ({}): its operator has to mend that",
            in_words(&format!("{how:?}"), " ")
        ),
        Tls::InappropriateMessage { .. } | Tls::InappropriateHandshakeMessage { .. } => {
            "the server breaks the rules of TLS (unexpected message): check port and https://".to_owned()
        }
        Tls::DecryptError | Tls::PeerSentOversizedRecord => {
            "what came cannot be decrypted: something on the way changes it, or the server is broken"
                .to_owned()
        }
        Tls::NoCertificatesPresented => "the server shows no certificate".to_owned(),
        Tls::UnsupportedNameType => "the host in the URL is no name for a certificate".to_owned(),
        Tls::FailedToGetCurrentTime => "this machine's clock is not set".to_owned(),
        Tls::FailedToGetRandomBytes => return Error::System("TLS got none".to_owned()).into(),
        // Of rustls, in words; and ours.
        Tls::General(reason) => reason.clone(),
        _ => "TLS failed on this side: report it, with the server's name".to_owned(),
    })
}

fn certificate(error: &CertificateError, ca_file: Option<&Path>) -> String {
    use CertificateError as Why;
    let reason = match (error, ca_file) {
        (Why::UnknownIssuer, Some(path)) => {
            return format!(
                "its certificate is not trusted by {} (ca_file): \
                 use the file of the authority that signed the server's certificate",
                path.display()
            );
        }
        (Why::UnknownIssuer, None) => {
            "its certificate is not trusted: set ca_file to the authority's PEM file"
        }
        (Why::Expired | Why::ExpiredContext { .. }, _) => {
            "its certificate expired, or this machine's clock is wrong"
        }
        (Why::NotValidYet | Why::NotValidYetContext { .. }, _) => {
            "its certificate is not valid yet, or this machine's clock is wrong"
        }
        (Why::NotValidForNameContext { expected, presented }, _) if presented.is_empty() => {
            return format!(
                "its certificate names no host, a common name is none: make it anew, \
                 openssl req -x509 -addext subjectAltName=DNS:{}",
                expected.to_str()
            );
        }
        (Why::NotValidForName | Why::NotValidForNameContext { .. }, _) => {
            "its certificate is for another name: check the host in the URL"
        }
        (Why::Revoked, _) => "its certificate is revoked: do not trust it",
        (Why::BadSignature, _) => {
            "its certificate has a wrong signature, or its authority a key that is too short: check ca_file"
        }
        #[allow(deprecated)]
        (
            Why::UnsupportedSignatureAlgorithm
            | Why::UnsupportedSignatureAlgorithmContext { .. }
            | Why::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
            _,
        ) => "its certificate is signed by a method that is not trusted, as SHA-1 is: make it anew with SHA-256",
        (Why::InvalidPurpose | Why::InvalidPurposeContext { .. }, _) => "its certificate is not for servers",
        (Why::BadEncoding, _) => "its certificate is damaged: make it anew",
        (Why::Other(error), _) => return breach(error, ca_file),
        _ => "its certificate cannot be used: make it anew",
    };
    reason.to_owned()
}

/// A rule of RFC 5280 section 6 that the certificate breaks, or one that stands above it.
fn breach(error: &OtherError, ca_file: Option<&Path>) -> String {
    match (error.0.downcast_ref(), ca_file) {
        (Some(webpki::Error::CaUsedAsEndEntity), None) => {
            "its certificate is an authority's own: set ca_file to that very certificate, to trust it"
                .to_owned()
        }
        (Some(webpki::Error::CaUsedAsEndEntity), Some(path)) => format!(
            "its certificate is an authority's own, and not in {} (ca_file): put it there, to trust it",
            path.display()
        ),
        (Some(webpki::Error::UnsupportedCertVersion), _) => {
            "its certificate is of version 1, which no longer counts: make it anew, \
             openssl req -x509 -addext subjectAltName=DNS:HOST"
                .to_owned()
        }
        (Some(rule), _) => format!(
            "its certificate, or one above it, breaks a rule ({}): make it anew",
            in_words(&format!("{rule:?}"), " ")
        ),
        (None, _) => "its certificate cannot be used: make it anew".to_owned(),
    }
}

/// The server's signature in the handshake did not fit the key in its certificate, which has passed by then.
pub(super) fn not_proven(error: rustls::Error) -> rustls::Error {
    match error {
        rustls::Error::InvalidCertificate(_) => rustls::Error::General(
            "the server does not prove that its certificate is its own, or the key is too short: \
             it needs RSA of 2048 bits, P-256 or more"
                .to_owned(),
        ),
        other => other,
    }
}

fn refused(alert: AlertDescription) -> String {
    let reason = match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "the server wants a client certificate: set client_cert_file, client_key_file"
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::AccessDenied
        | AlertDescription::UnknownCA
        | AlertDescription::DecryptError => {
            return format!(
                "the server refused the client certificate ({}): check client_cert_file",
                name_of(alert)
            );
        }
        AlertDescription::UnrecognisedName => "the server knows no such name: check the host in the URL",
        AlertDescription::ProtocolVersion => "the server has neither TLS 1.2 nor 1.3",
        other => {
            return format!(
                "the server refused the handshake ({}): it may want a client certificate, or other ciphers",
                name_of(other)
            );
        }
    };
    reason.to_owned()
}

/// As RFC 8446 section 6 writes it: `handshake_failure`.
fn name_of(alert: AlertDescription) -> String {
    if let AlertDescription::Unknown(number) = alert {
        return format!("alert {number}");
    }
    in_words(&format!("{alert:?}"), "_")
}

/// A variant's name as words: `NoTimeLeft(3)` is "no time left". What it holds is left out.
fn in_words(name: &str, between: &str) -> String {
    let mut words = String::new();
    let mut was_small = false;
    for letter in name.chars().take_while(char::is_ascii_alphanumeric) {
        if was_small && letter.is_ascii_uppercase() {
            words.push_str(between);
        }
        was_small = !letter.is_ascii_uppercase();
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// What is wrong with the client's own certificate and key.
#[derive(Clone, Copy)]
pub(super) enum Misfit {
    Certificate,
    Key,
    Pair,
}

pub(super) fn refused_identity(misfit: Misfit) -> Error {
    let (key, reason) = match misfit {
        Misfit::Certificate => ("client_cert_file", "its first certificate is damaged: copy it anew"),
        Misfit::Key => (
            "client_key_file",
            "the key does not fit: use one of RSA (2048 bits or more), P-256, P-384 or Ed25519",
        ),
        Misfit::Pair => ("client_key_file", "the key does not belong to the certificate in client_cert_file"),
    };
    Error::Certificate { key, reason: reason.to_owned() }
}

/// A file that cannot be read has most often another path.
pub(super) fn refused_authorities(error: Error) -> Error {
    match error {
        Error::Certificate { key, reason } if reason.contains(" cannot be read: ") => {
            Error::Certificate { key, reason: format!("{reason}: check the path") }
        }
        other => other,
    }
}
