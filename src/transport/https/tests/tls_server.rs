//! A TLS server whose certificates are made on the spot.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SignatureAlgorithm,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;

pub(super) type TlsSide = StreamOwned<ServerConnection, TcpStream>;

/// A file that is removed when it goes out of scope.
pub(super) struct TempFile(pub(super) PathBuf);

impl TempFile {
    pub(super) fn new(content: impl AsRef<[u8]>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("liboauth-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// An authority for these tests.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        Self::named("Test authority")
    }

    pub(super) fn named(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(super) fn issue(&self, names: &[&str], adjust: impl FnOnce(&mut CertificateParams)) -> Issued {
        self.issue_with(&rcgen::PKCS_ECDSA_P256_SHA256, names, adjust)
    }

    pub(super) fn issue_with(
        &self,
        kind: &'static SignatureAlgorithm,
        names: &[&str],
        adjust: impl FnOnce(&mut CertificateParams),
    ) -> Issued {
        let key = KeyPair::generate_for(kind).unwrap();
        let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        adjust(&mut params);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Issued { certificate, key }
    }
}

pub(super) struct Issued {
    pub(super) certificate: Certificate,
    pub(super) key: KeyPair,
}

impl Issued {
    fn chain(&self) -> Vec<CertificateDer<'static>> {
        vec![self.certificate.der().clone()]
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.serialize_pem().as_bytes()).unwrap()
    }
}

/// `clients` is the authority of the clients' certificates, where the server asks for them.
pub(super) fn server_config(issued: &Issued, clients: Option<&Authority>) -> ServerConfig {
    with_versions(issued, clients, rustls::ALL_VERSIONS)
}

pub(super) fn with_versions(
    issued: &Issued,
    clients: Option<&Authority>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions).unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.0.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    builder.with_single_cert(issued.chain(), issued.key()).unwrap()
}

pub(super) fn secure(config: &Arc<ServerConfig>, stream: TcpStream) -> TlsSide {
    StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream)
}

/// Answers requests until the client closes; how many, and whether the session was resumed.
pub(super) fn serve(tls: &mut TlsSide) -> (usize, bool) {
    let mut count = 0;
    while read_request(tls).ends_with("s3cret") {
        tls.write_all(OK.as_bytes()).unwrap();
        count += 1;
    }
    (count, tls.conn.handshake_kind() == Some(rustls::HandshakeKind::Resumed))
}

/// A server for so many connections.
pub(super) fn tls_server(config: ServerConfig, connections: usize) -> Server<Vec<(usize, bool)>> {
    Server::start(move |listener| {
        let config = Arc::new(config);
        (0..connections).map(|_| serve(&mut secure(&config, accept(&listener)))).collect()
    })
}

pub(super) fn trusting(ca_file: &TempFile) -> TransportConfig {
    TransportConfig { ca_file: Some(given(&ca_file.0)), ..config() }
}

pub(super) fn https_url<T: Send + 'static>(host: &str, server: &Server<T>) -> String {
    format!("https://{host}:{}/token?code=s3cret", server.address.port())
}
