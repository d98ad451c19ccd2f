//! Why TLS failed, in words that say what to do.
#![forbid(unsafe_code)]

use std::path::Path;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::fault::Fault;
use crate::error::Error;

/// `ca_file` is what the caller set.
pub(super) fn why(error: &rustls::Error, ca_file: Option<&Path>) -> Fault {
    Fault::Tls(match error {
        rustls::Error::InvalidCertificate(error) => certificate(error, ca_file),
        rustls::Error::AlertReceived(alert) => refused(*alert),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the server does not speak TLS on this port: check port and https://".to_owned()
        }
        rustls::Error::PeerIncompatible(_) => {
            "server and client have no TLS version or cipher in common: it must offer TLS 1.2 or 1.3"
                .to_owned()
        }
        rustls::Error::NoCertificatesPresented => "the server shows no certificate".to_owned(),
        rustls::Error::UnsupportedNameType => "the host in the URL is no name for a certificate".to_owned(),
        rustls::Error::FailedToGetCurrentTime => "this machine's clock is not set".to_owned(),
        rustls::Error::FailedToGetRandomBytes => return Error::System("TLS got none".to_owned()).into(),
        other => format!("the TLS messages are damaged or not understood ({other})"),
    })
}

fn certificate(error: &CertificateError, ca_file: Option<&Path>) -> String {
    let reason = match (error, ca_file) {
        (CertificateError::UnknownIssuer, Some(path)) => {
            return format!(
                "its certificate is not trusted by {} (ca_file): \
                 use the file of the authority that signed the server's certificate",
                path.display()
            );
        }
        (CertificateError::UnknownIssuer, None) => {
            "its certificate is not trusted: set ca_file to the authority's PEM file"
        }
        (CertificateError::Expired | CertificateError::ExpiredContext { .. }, _) => {
            "its certificate expired, or this machine's clock is wrong"
        }
        (CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }, _) => {
            "its certificate is not valid yet, or this machine's clock is wrong"
        }
        (CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }, _) => {
            "its certificate is for another name: check the host in the URL"
        }
        (CertificateError::Revoked, _) => "its certificate is revoked: do not trust it",
        (CertificateError::BadSignature, _) => "its certificate has a wrong signature: check ca_file",
        (CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. }, _) => {
            "its certificate is not for servers"
        }
        (other, _) => return format!("its certificate cannot be used ({other})"),
    };
    reason.to_owned()
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
            return format!("the server refused the client certificate ({alert:?}): check client_cert_file");
        }
        AlertDescription::UnrecognisedName => "the server knows no such name: check the host in the URL",
        AlertDescription::ProtocolVersion => "the server has neither TLS 1.2 nor 1.3",
        other => {
            return format!("the server refused the handshake ({other:?}): it may want a client certificate");
        }
    };
    reason.to_owned()
}

/// rustls refused the client's own certificate or key.
pub(super) fn refused_identity(error: &rustls::Error) -> Error {
    let (key, reason) = match error {
        rustls::Error::InconsistentKeys(_) => {
            ("client_key_file", "the key does not belong to the certificate in client_cert_file".to_owned())
        }
        rustls::Error::InvalidCertificate(error) => {
            ("client_cert_file", format!("its first certificate is damaged ({error})"))
        }
        other => (
            "client_key_file",
            format!("use an RSA (2048 bits or more), P-256, P-384 or Ed25519 key ({other})"),
        ),
    };
    Error::Certificate { key, reason }
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
