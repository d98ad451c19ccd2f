#![forbid(unsafe_code)]
//! A certificate authority that lives as long as the server, and what it signs.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    date_time_ymd, BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::grants::random;
use crate::{named, Certificate, Options};

/// Files and configuration of a server that speaks TLS.
pub struct Tls {
    pub config: Arc<ServerConfig>,
    pub ca_file: PathBuf,
    pub client_cert_file: PathBuf,
    pub client_key_file: PathBuf,
    _folder: Option<Folder>,
}

impl Tls {
    pub fn new(options: &Options) -> io::Result<Tls> {
        let (ca_file, folder) = if let Some(file) = &options.ca_out {
            (file.clone(), None)
        } else {
            let folder = Folder::new()?;
            (folder.0.join("ca.pem"), Some(folder))
        };
        let (client_cert_file, client_key_file) =
            (ca_file.with_file_name("client.pem"), ca_file.with_file_name("client.key"));

        let ca_key = KeyPair::generate().map_err(io::Error::other)?;
        let ca_params = ca_params()?;
        let ca = ca_params.self_signed(&ca_key).map_err(io::Error::other)?;
        let issuer = Issuer::new(ca_params, ca_key);
        write(&ca_file, &ca.pem(), 0o644)?;

        let server_key = KeyPair::generate().map_err(io::Error::other)?;
        let server = sign(&server_params(options.certificate)?, &server_key, &issuer)?;

        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = if options.require_client_cert {
            let client_key = KeyPair::generate().map_err(io::Error::other)?;
            let client = sign(&client_params()?, &client_key, &issuer)?;
            write(&client_cert_file, &client.pem(), 0o644)?;
            write(&client_key_file, &client_key.serialize_pem(), 0o600)?;
            let mut roots = RootCertStore::empty();
            roots.add(ca.der().clone()).map_err(io::Error::other)?;
            let provider = Arc::new(default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map_err(io::Error::other)?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(server_key.serialize_der().into());
        let config = builder.with_single_cert(vec![server.der().clone()], key).map_err(io::Error::other)?;
        Ok(Tls { config: Arc::new(config), ca_file, client_cert_file, client_key_file, _folder: folder })
    }
}

fn sign(
    params: &CertificateParams,
    key: &KeyPair,
    issuer: &Issuer<'_, KeyPair>,
) -> io::Result<rcgen::Certificate> {
    params.signed_by(key, issuer).map_err(io::Error::other)
}

fn ca_params() -> io::Result<CertificateParams> {
    let mut params = params("Practice server CA", &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn server_params(certificate: Certificate) -> io::Result<CertificateParams> {
    let names: &[&str] = match certificate {
        Certificate::WrongHost => &["wrong-host.example"],
        Certificate::Good | Certificate::Expired => &["127.0.0.1", "localhost", "::1"],
    };
    let mut params = params("Practice server", names)?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    if certificate == Certificate::Expired {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    }
    Ok(params)
}

fn client_params() -> io::Result<CertificateParams> {
    let mut params = params("Practice client", &[])?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params)
}

fn params(name: &str, hosts: &[&str]) -> io::Result<CertificateParams> {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = CertificateParams::new(hosts).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// A folder that only its owner can look into, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Folder> {
        let path = std::env::temp_dir().join(random("practice-server"));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?; // an error if it is there already, so nobody can have prepared it
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg_attr(not(unix), allow(unused_variables))]
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| named(&error, &path.display().to_string()))
}
