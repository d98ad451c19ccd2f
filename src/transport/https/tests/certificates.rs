//! Certificates as companies make them for themselves: named as they are, without an authority, of version 1.
#![forbid(unsafe_code)]

use std::sync::Arc;

use rcgen::{CertificateParams, IsCa};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};

use super::super::certificate::check_dates;
use super::tls_server::*;
use super::*;
use crate::certificate::Certificate;

fn years(params: &mut CertificateParams, from: i32, to: i32) {
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(to, 1, 1);
}

/// What comes of a request to a server with that certificate.
fn asked(
    issued: &Issued,
    version: &'static rustls::SupportedProtocolVersion,
    ca_file: &str,
) -> Result<Response> {
    let ca_file = TempFile::new(ca_file);
    let config = Arc::new(with_versions(issued, None, &[version]));
    let server = Server::once(move |stream| {
        let mut tls = secure(&config, stream);
        if read_request(&mut tls).ends_with("s3cret") {
            tls.write_all(OK.as_bytes()).unwrap();
        }
    });
    let https = Https::open(&trusting(&ca_file)).unwrap();
    let result = https.send(&post(&https_url("localhost", &server)), None);
    drop(https);
    server.end();
    result
}

#[test]
fn a_certificate_that_is_named_itself_is_taken() {
    let not_an_authority = |p: &mut CertificateParams| p.is_ca = IsCa::NoCa;
    let others = format!("{}{}", Authority::new().pem(), Authority::named("Another").pem());
    for issued in [
        &self_signed(&["localhost"], |_| {}),
        &self_signed(&["127.0.0.1", "*.example.com", "localhost"], |p| years(p, 1999, 2901)),
        &self_signed(&["localhost"], not_an_authority),
        &self_signed(&["localhost"], |p| p.is_ca = IsCa::ExplicitNoCa),
        &Authority::new().issue(&["localhost"], |_| {}),
    ] {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            assert_eq!(asked(issued, version, &issued.pem()).unwrap().status, 200);
            assert_eq!(asked(issued, version, &format!("{others}{}", issued.pem())).unwrap().status, 200);
        }
    }
}

#[test]
fn what_was_read_of_a_file_outlives_it() {
    let issued = self_signed(&["localhost"], |_| {});
    let ca_file = TempFile::new(issued.pem());
    let https = Https::open(&trusting(&ca_file)).unwrap();
    let servers = [(); 2].map(|()| tls_server(server_config(&issued, None), 1));
    https.send(&post(&https_url("localhost", &servers[0])), None).unwrap();
    drop(ca_file);
    https.send(&post(&https_url("localhost", &servers[1])), None).unwrap();
    drop(https);
    assert_eq!(servers.map(Server::end).concat(), [(1, false), (1, false)]);
}

#[test]
fn a_certificate_that_is_named_itself_must_fit_all_the_same() {
    let version =
        |issued: Issued| Issued { certificate: version_1(&issued.certificate, &issued.key), ..issued };
    for (issued, reason) in [
        (
            self_signed(&["example.com"], |_| {}),
            "its certificate is for another name: check the host in the URL",
        ),
        (
            self_signed(&["localhost"], |p| years(p, 2001, 2002)),
            "its certificate expired, or this machine's clock is wrong",
        ),
        (
            self_signed(&["localhost"], |p| years(p, 1999, 2002)),
            "its certificate expired, or this machine's clock is wrong",
        ),
        (
            self_signed(&["localhost"], |p| years(p, 2901, 2902)),
            "its certificate is not valid yet, or this machine's clock is wrong",
        ),
        (
            Authority::new().issue(&["localhost"], |p| years(p, 2001, 2002)),
            "its certificate expired, or this machine's clock is wrong",
        ),
        (
            self_signed(&[], |_| {}),
            "its certificate names no host, a common name is none: make it anew, \
             openssl req -x509 -addext subjectAltName=DNS:localhost",
        ),
        (
            version(self_signed(&["localhost"], |_| {})),
            "its certificate is of version 1, which no longer counts: make it anew, \
             openssl req -x509 -addext subjectAltName=DNS:HOST",
        ),
    ] {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let text = sentence(asked(&issued, version, &issued.pem()));
            assert!(text.ends_with(&format!(": {reason}")), "{text}");
        }
    }
}

/// The same name and the same dates are not enough.
#[test]
fn a_certificate_that_resembles_the_named_one_is_refused() {
    let make = || self_signed(&["localhost"], |_| {});
    let text = sentence(asked(&make(), &rustls::version::TLS13, &make().pem()));
    assert!(text.contains("its certificate is an authority's own, and not in "), "{text}");
    assert!(text.ends_with(" (ca_file): put it there, to trust it"), "{text}");
}

#[test]
fn an_authority_of_version_1_is_trusted() {
    let authority = Authority::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let issued = authority.issue(&["localhost"], |_| {});
        assert_eq!(asked(&issued, version, &authority.pem_of_version_1()).unwrap().status, 200);
    }
}

/// Takes any certificate, whatever its version.
#[derive(Debug)]
struct Whoever;

impl ClientCertVerifier for Whoever {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> std::result::Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[test]
fn a_client_certificate_of_version_1_is_shown() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let mut client = authority.issue(&["client"], |_| {});
    client.certificate = version_1(&client.certificate, authority.key());
    let certificate = TempFile::new(client.pem());
    let key = TempFile::new(client.key.serialize_pem());
    let identity = |key: &TempFile| TransportConfig {
        client_cert_file: Some(given(&certificate.0)),
        client_key_file: Some(given(&key.0)),
        ..trusting(&ca_file)
    };
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let issued = authority.issue(&["localhost"], |_| {});
        let config: ServerConfig = with_versions(&issued, None, &[version]);
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(Arc::new(Whoever));
        let config = Arc::new(builder.with_cert_resolver(config.cert_resolver));
        let server = Server::once(move |stream| {
            let mut tls = secure(&config, stream);
            serve(&mut tls);
            tls.conn.peer_certificates().unwrap()[0].clone().into_owned()
        });
        Https::open(&identity(&key)).unwrap().send(&post(&https_url("localhost", &server)), None).unwrap();
        assert_eq!(server.end(), client.certificate);
    }
    let other = TempFile::new(authority.key().serialize_pem());
    let text = sentence(Https::open(&identity(&other)).unwrap().send(&post("https://127.0.0.1:1/"), None));
    assert!(text.contains("the key does not belong to the certificate in client_cert_file"), "{text}");
}

#[test]
fn what_is_no_certificate_is_not_read() {
    let certificate = self_signed(&["localhost"], |p| years(p, 1999, 2901)).certificate;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    assert!(check_dates(&Certificate::read(&certificate).unwrap(), now).is_ok());
    for length in 0..certificate.len() {
        assert!(Certificate::read(&certificate[..length]).is_none(), "{length}");
    }
    for at in 0..certificate.len() {
        for bit in 0..8 {
            let mut changed = certificate.to_vec();
            changed[at] ^= 1 << bit;
            // Whatever it says, it comes to an end.
            let _ = Certificate::read(&changed).map(|certificate| check_dates(&certificate, now));
        }
    }
}
