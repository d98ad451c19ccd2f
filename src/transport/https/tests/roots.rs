//! The files: authorities, and the client's own certificate and key.
#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;

use super::tls_server::*;
use super::*;

/// Why `config` cannot be used for TLS: the property, and the reason.
fn refused(config: &TransportConfig) -> (&'static str, String) {
    // The handshake begins before the authorities are read.
    let server = Server::once(|mut stream| drop(stream.read(&mut [0; 4096])));
    let result = Https::open(config).unwrap().send(&post(&https_url("localhost", &server)), None);
    // A connection that was never made.
    let _ = TcpStream::connect(server.address);
    server.end();
    match result {
        Err(Error::Certificate { key, reason }) => (key, reason),
        other => panic!("{other:?}"),
    }
}

fn refused_ca_file(path: &Path) -> String {
    let (key, reason) = refused(&TransportConfig { ca_file: Some(given(path)), ..config() });
    assert_eq!(key, "ca_file");
    assert!(reason.starts_with(&*path.to_string_lossy()), "{reason}");
    reason
}

#[test]
fn an_unusable_ca_file_is_named_with_the_reason() {
    let file = TempFile::new("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
    assert!(refused_ca_file(&file.0).contains("holds no certificate in PEM form"));
    assert!(refused_ca_file(&TempFile::new("").0).contains("holds no certificate in PEM form"));
    let der = TempFile::new([0x30, 0x82, 0xff, 0x00]);
    assert!(refused_ca_file(&der.0).contains("holds no certificate in PEM form"));
    assert!(refused_ca_file(&std::env::temp_dir()).contains("is no file"));
    assert!(refused_ca_file(Path::new("/dev/zero")).contains("is no file"));
    let missing = refused_ca_file(Path::new("/no/such/file"));
    assert!(missing.contains("cannot be read") && missing.ends_with(": check the path"), "{missing}");
    let large = TempFile::new("");
    std::fs::File::options().write(true).open(&large.0).unwrap().set_len(100 << 20).unwrap();
    assert!(refused_ca_file(&large.0).contains("larger than 16 MiB"));
}

#[test]
fn plain_http_reads_no_file() {
    let server = Server::once(|mut stream| answer(&mut stream, OK));
    let none = Some(given(Path::new("/no/such/file")));
    let config = TransportConfig {
        ca_file: none.clone(),
        client_cert_file: none.clone(),
        client_key_file: none,
        ..config()
    };
    Https::open(&config).unwrap().send(&post(&server.url()), None).unwrap();
    server.end();
}

#[test]
fn a_bundle_may_hold_anything_else() {
    let authority = Authority::new();
    let pem = authority.pem();
    let texts = [
        pem.replace('\n', "\r\n"),
        format!("\u{feff}# Latin-1 follows\n{pem}"),
        format!(
            "subject=x\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n\
             -----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n\
             -----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n\
             -----BEGIN CERTIFICATE-----\nMIIB\n{}\nissuer=x\n{pem}",
            Authority::new().pem()
        ),
        format!("{pem}-----BEGIN CERTIFICATE-----\nMIIB"),
    ];
    let latin: Vec<Vec<u8>> = vec![[b"\xe9t\xe9\n", pem.as_bytes()].concat()];
    for text in texts.map(String::into_bytes).into_iter().chain(latin) {
        let ca_file = TempFile::new(text);
        let server = tls_server(server_config(&authority.issue(&["localhost"], |_| {}), None), 1);
        Https::open(&trusting(&ca_file))
            .unwrap()
            .send(&post(&https_url("localhost", &server)), None)
            .unwrap();
        server.end();
    }
}

#[test]
fn a_client_certificate_is_shown_where_it_is_asked_for() {
    let authority = Authority::new();
    let ca_file = TempFile::new(authority.pem());
    let client = authority.issue(&["client"], |_| {});
    let certificate = TempFile::new(client.pem());
    let key = TempFile::new(client.key.serialize_pem());
    let with_identity = TransportConfig {
        client_cert_file: Some(given(&certificate.0)),
        client_key_file: Some(given(&key.0)),
        ..trusting(&ca_file)
    };
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let config = || with_versions(&authority.issue(&["localhost"], |_| {}), Some(&authority), &[version]);
        let server = tls_server(config(), 1);
        Https::open(&with_identity).unwrap().send(&post(&https_url("localhost", &server)), None).unwrap();
        assert_eq!(server.end(), [(1, false)]);

        let server = Server::once({
            let config = Arc::new(config());
            // Reads on, for the client to find the alert rather than a reset.
            move |stream| {
                let mut tls = secure(&config, stream);
                drop(read_request(&mut tls));
                let _ = tls.sock.read(&mut [0; 4096]);
            }
        });
        let result =
            Https::open(&trusting(&ca_file)).unwrap().send(&post(&https_url("localhost", &server)), None);
        assert!(sentence(result).contains("client certificate"));
        server.end();
    }
}

#[test]
fn an_unusable_identity_is_named_with_the_reason() {
    let authority = Authority::new();
    let client = authority.issue(&["client"], |_| {});
    let certificate = TempFile::new(client.pem());
    let key = TempFile::new(client.key.serialize_pem());
    let other = TempFile::new(authority.issue(&["client"], |_| {}).key.serialize_pem());
    let encrypted = TempFile::new(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBK\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    let damaged = TempFile::new("-----BEGIN PRIVATE KEY-----\nMIGbMFcG\n-----END PRIVATE KEY-----\n");
    let odd = TempFile::new("-----BEGIN CERTIFICATE-----\nMIGbMFcG\n-----END CERTIFICATE-----\n");
    let none = Path::new("/no/such/file");
    let both = [
        (&*certificate.0, &*other.0, "client_key_file", "does not belong to the certificate"),
        (&*certificate.0, &*encrypted.0, "client_key_file", "is encrypted"),
        (&*certificate.0, &*damaged.0, "client_key_file", "use one of RSA"),
        (&*certificate.0, &*certificate.0, "client_key_file", "holds no private key"),
        (&*certificate.0, none, "client_key_file", "cannot be read"),
        (&*key.0, &*key.0, "client_cert_file", "holds no certificate"),
        (&*odd.0, &*key.0, "client_cert_file", "is damaged"),
        (none, &*key.0, "client_cert_file", "cannot be read"),
    ];
    for (certificate, key, property, reason) in both {
        let config = TransportConfig {
            client_cert_file: Some(given(certificate)),
            client_key_file: Some(given(key)),
            ..config()
        };
        let (key, text) = refused(&config);
        assert!(key == property && text.contains(reason), "{key}: {text}");
    }
    let alone = TransportConfig { client_cert_file: Some(given(&certificate.0)), ..config() };
    assert_eq!(refused(&alone).0, "client_key_file");
    let alone = TransportConfig { client_key_file: Some(given(&key.0)), ..config() };
    assert_eq!(refused(&alone).0, "client_cert_file");
}
