//! No name that only a Rust programmer knows is in a text, whatever a server does.
#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{
    AlertDescription, CertificateError as Certificate, ContentType, Error as Tls, HandshakeType,
    InvalidMessage, OtherError, PeerIncompatible, PeerMisbehaved, ServerConnection,
};
use webpki::Error as Rule;

use super::super::tls_reason::{not_proven, why};
use super::tls_server::*;
use super::*;

/// One line in plain words: no `CamelCase`, `Name(…)`, `Name {…}`, path, or escape.
#[track_caller]
fn plain(text: &str) {
    let text = text.replace("subjectAltName", "");
    let letters: Vec<char> = text.chars().collect();
    let is_camel = letters.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let is_call = letters.windows(2).any(|w| w[0].is_ascii_alphanumeric() && w[1] == '(');
    assert!(!is_camel && !is_call, "{text}");
    assert!(!text.contains(['{', '}', '\\', '\n', '[']) && !text.contains("::"), "{text}");
    assert!(text.len() > 20 && text.chars().all(|c| !c.is_control()), "{text}");
}

/// What can be wrong with a certificate.
fn of_certificates() -> Vec<Certificate> {
    let expected = ServerName::try_from("as.example").unwrap();
    let rules = [
        Rule::CaUsedAsEndEntity,
        Rule::EmptyEkuExtension,
        Rule::EndEntityUsedAsCa,
        Rule::ExtensionValueInvalid,
        Rule::InvalidNetworkMaskConstraint,
        Rule::InvalidSerialNumber,
        Rule::MalformedDnsIdentifier,
        Rule::MalformedExtensions,
        Rule::MalformedNameConstraint,
        Rule::MaximumPathBuildCallsExceeded,
        Rule::MaximumPathDepthExceeded,
        Rule::MaximumSignatureChecksExceeded,
        Rule::NameConstraintViolation,
        Rule::PathLenConstraintViolated,
        Rule::SignatureAlgorithmMismatch,
        Rule::UnsupportedCertVersion,
        Rule::UnsupportedCriticalExtension,
        Rule::UnsupportedNameType,
    ];
    let rules = rules.map(|rule| Certificate::Other(OtherError(Arc::new(rule))));
    let stranger = Certificate::Other(OtherError(Arc::new(std::io::Error::other("Some(Debug { text })"))));
    let mut errors = rules.to_vec();
    errors.extend([
        stranger,
        Certificate::BadEncoding,
        Certificate::Expired,
        Certificate::NotValidYet,
        Certificate::Revoked,
        Certificate::UnhandledCriticalExtension,
        Certificate::UnknownIssuer,
        Certificate::UnknownRevocationStatus,
        Certificate::BadSignature,
        Certificate::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: vec![1],
            supported_algorithms: vec![],
        },
        Certificate::NotValidForName,
        Certificate::NotValidForNameContext { expected: expected.clone(), presented: Vec::new() },
        Certificate::NotValidForNameContext { expected, presented: vec!["DnsName(\"a\")".to_owned()] },
        Certificate::InvalidPurpose,
        Certificate::InvalidOcspResponse,
        Certificate::ApplicationVerificationFailure,
    ]);
    errors
}

#[test]
fn whatever_tls_says_is_said_in_words() {
    let mut errors: Vec<Tls> = of_certificates().into_iter().map(Tls::InvalidCertificate).collect();
    errors.extend((0..=255).map(|n| Tls::AlertReceived(AlertDescription::from(n))));
    errors.extend(
        [
            InvalidMessage::InvalidContentType,
            InvalidMessage::MessageTooLarge,
            InvalidMessage::MissingData("ServerHello"),
            InvalidMessage::UnexpectedMessage("HelloRequest"),
            InvalidMessage::UnknownProtocolVersion,
            InvalidMessage::DuplicateExtension(7),
        ]
        .map(Tls::InvalidMessage),
    );
    errors.extend(
        [
            PeerIncompatible::NoCipherSuitesInCommon,
            PeerIncompatible::ServerDoesNotSupportTls12Or13,
            PeerIncompatible::ServerRejectedEncryptedClientHello(None),
        ]
        .map(Tls::PeerIncompatible),
    );
    errors.extend(
        [
            PeerMisbehaved::SelectedUnofferedCipherSuite,
            PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme,
            PeerMisbehaved::AttemptedDowngradeToTls12WhenTls13IsSupported,
        ]
        .map(Tls::PeerMisbehaved),
    );
    errors.extend([
        Tls::InappropriateMessage {
            expect_types: vec![ContentType::Handshake],
            got_type: ContentType::ApplicationData,
        },
        Tls::InappropriateHandshakeMessage {
            expect_types: vec![HandshakeType::ServerHello],
            got_type: HandshakeType::Finished,
        },
        Tls::NoCertificatesPresented,
        Tls::UnsupportedNameType,
        Tls::DecryptError,
        Tls::EncryptError,
        Tls::PeerSentOversizedRecord,
        Tls::HandshakeNotComplete,
        Tls::NoApplicationProtocol,
        Tls::FailedToGetCurrentTime,
        Tls::FailedToGetRandomBytes,
        Tls::BadMaxFragmentSize,
        Tls::Other(OtherError(Arc::new(std::io::Error::other("Some(Debug { text })")))),
        not_proven(Tls::InvalidCertificate(Certificate::BadSignature)),
    ]);
    for error in errors {
        for ca_file in [None, Some(Path::new("/etc/ca.pem"))] {
            plain(&why(&error, ca_file).into_error("as.example:443", 30).to_string());
        }
    }
}

#[test]
fn alerts_have_the_names_of_their_rfc() {
    for (number, part) in [
        (40, "(handshake_failure)"),
        (48, "(unknown_ca)"),
        (71, "(insufficient_security)"),
        (80, "(internal_error)"),
        (116, "set client_cert_file"),
        (70, "neither TLS 1.2 nor 1.3"),
        (222, "(alert 222)"),
    ] {
        let fault = why(&Tls::AlertReceived(AlertDescription::from(number)), None);
        let text = fault.into_error("as.example", 30).to_string();
        assert!(text.contains(part), "{text}");
    }
}

/// A server's hello (RFC 8446 section 4.1.3) of that version and cipher, without extensions.
fn hello(version: [u8; 2], cipher: [u8; 2]) -> Vec<u8> {
    let body = [&version[..], &[7; 32], &[0], &cipher, &[0]].concat();
    let message = [&[2, 0, 0, u8::try_from(body.len()).unwrap()], &body[..]].concat();
    [&[0x16, 3, 3, 0, u8::try_from(message.len()).unwrap()], &message[..]].concat()
}

/// What comes of a request to a server that says `text` to whatever it is sent.
fn said(text: Vec<u8>, ca_file: &TempFile) -> String {
    let server = Server::once(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let _ = stream.write_all(&text);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        // Reads on, for the client to find what was said rather than a reset.
        let _ = stream.read(&mut [0; 4096]);
    });
    let https = Https::open(&trusting(ca_file)).unwrap();
    let text = sentence(https.send(&post(&https_url("localhost", &server)), None));
    drop(https);
    server.end();
    text
}

#[test]
fn odd_servers_are_described_in_words() {
    let ca_file = TempFile::new(Authority::new().pem());
    for (bytes, part) in [
        (hello([3, 2], [0xc0, 0x13]), "no TLS version or cipher in common"),
        (hello([3, 0], [0, 10]), "no TLS version or cipher in common"),
        (hello([3, 3], [0, 10]), "breaks the rules of TLS (selected unoffered cipher suite)"),
        (b"\x15\x03\x01\x00\x02\x02\x28".to_vec(), "(handshake_failure): it may want a client certificate"),
        (b"\x15\x03\x03\x00\x02\x02\x46".to_vec(), "neither TLS 1.2 nor 1.3"),
        (b"\x15\x03\x03\x00\x02\x02\x74".to_vec(), "set client_cert_file"),
        (b"\x15\x03\x03\x00\x02\x02\x70".to_vec(), "knows no such name: check the host"),
        (b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00".to_vec(), "(unexpected message)"),
        (b"\x17\x03\x03\x00\x01x".to_vec(), "check port and https://"),
        (b"\x16\x03\x03\xff\xff".to_vec(), "check port and https://"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "does not speak TLS on this port"),
        (b"220 mail.example ESMTP\r\n".to_vec(), "does not speak TLS on this port"),
        (vec![0; 64], "check port and https://"),
        (Vec::new(), "is the port right?"),
    ] {
        let text = said(bytes, &ca_file);
        plain(&text);
        assert!(text.contains(part), "{text}");
    }
}

/// Whatever byte of a server's first words is another.
#[test]
fn damaged_handshakes_are_described_in_words() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    for (version, step) in [(&rustls::version::TLS12, 29), (&rustls::version::TLS13, 61)] {
        let issued = authority.issue(&["localhost"], |_| {});
        let config = Arc::new(with_versions(&issued, None, &[version]));
        let mut at = 0;
        let length = loop {
            let config = config.clone();
            let server = Server::once(move |mut stream| {
                let mut tls = ServerConnection::new(config).unwrap();
                tls.read_tls(&mut stream).unwrap();
                tls.process_new_packets().unwrap();
                let mut words = Vec::new();
                while tls.wants_write() {
                    tls.write_tls(&mut words).unwrap();
                }
                words[at] ^= 0x11;
                let _ = stream.write_all(&words);
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read(&mut [0; 4096]);
                words.len()
            });
            let https = Https::open(&trusting(&ca_file)).unwrap();
            plain(&sentence(https.send(&post(&https_url("localhost", &server)), None)));
            drop(https);
            let length = server.end();
            at += step;
            if at >= length {
                break length;
            }
        };
        assert!(length > 500, "{length}");
    }
}
