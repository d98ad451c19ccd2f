//! A TLS server whose certificates are made on the spot.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SignatureAlgorithm, SigningKey,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
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

    /// Its own certificate, of version 1.
    pub(super) fn pem_of_version_1(&self) -> String {
        pem(&version_1(self.0.der(), self.0.key()))
    }

    pub(super) fn key(&self) -> &KeyPair {
        self.0.key()
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
        Issued { certificate: params.signed_by(&key, &self.0).unwrap().der().clone(), key }
    }
}

pub(super) struct Issued {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: KeyPair,
}

/// Signed by its own key, and an authority's: `openssl req -x509` makes such a one for a server.
pub(super) fn self_signed(names: &[&str], adjust: impl FnOnce(&mut CertificateParams)) -> Issued {
    let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    adjust(&mut params);
    let key = KeyPair::generate().unwrap();
    Issued { certificate: params.self_signed(&key).unwrap().der().clone(), key }
}

/// The same of version 1 (RFC 5280 section 4.1): without the number and what only version 3 has.
pub(super) fn version_1(certificate: &[u8], signer: &KeyPair) -> CertificateDer<'static> {
    let [certificate] = &elements(certificate)[..] else { panic!() };
    let [to_sign, algorithm, _] = &elements(content(certificate))[..] else { panic!() };
    let fields: Vec<&[u8]> = elements(content(to_sign)).into_iter().filter(|e| e[0] < 0xa0).collect();
    let to_sign = element(0x30, &fields.concat());
    let signature = element(0x03, &[&[0], &signer.sign(&to_sign).unwrap()[..]].concat());
    element(0x30, &[&to_sign, *algorithm, &signature].concat()).into()
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let head = match content.len() {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}

fn head(element: &[u8]) -> (usize, usize) {
    match element[1] {
        0x82 => (4, usize::from(element[2]) << 8 | usize::from(element[3])),
        0x81 => (3, element[2].into()),
        length => (2, length.into()),
    }
}

fn content(element: &[u8]) -> &[u8] {
    &element[head(element).0..]
}

/// The elements that follow each other there, each whole.
fn elements(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (start, length) = head(rest);
        let (element, after) = rest.split_at(start + length);
        found.push(element);
        rest = after;
    }
    found
}

impl Issued {
    pub(super) fn pem(&self) -> String {
        pem(&self.certificate)
    }

    fn chain(&self) -> Vec<CertificateDer<'static>> {
        vec![self.certificate.clone()]
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.serialize_pem().as_bytes()).unwrap()
    }
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
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
    // Of any version, unlike `with_single_cert`.
    let key = ring::sign::any_supported_type(&issued.key()).unwrap();
    builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::new(issued.chain(), key))))
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
