//! Certificates and keys from PEM files.
#![forbid(unsafe_code)]

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::RootCertStore;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Where systems keep the certificates of the authorities that they trust; the first that exists is read.
pub(super) const SYSTEM_CA_FILES: [&str; 15] = [
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Red Hat 7 and later
    "/etc/ssl/ca-bundle.pem",             // SUSE
    "/var/lib/ca-certificates/ca-bundle.pem", // SUSE, newer
    "/etc/ssl/cert.pem",                  // Alpine, macOS, OpenBSD, FreeBSD
    "/usr/local/etc/ssl/cert.pem",        // FreeBSD
    "/usr/local/share/certs/ca-root-nss.crt", // FreeBSD, DragonFly
    "/etc/openssl/certs/ca-certificates.crt", // NetBSD
    "/etc/certs/ca-certificates.crt",     // Solaris
    "/var/ssl/certs/ca-bundle.crt",       // AIX
    "/var/ssl/cert.pem",                  // AIX
    "/opt/freeware/etc/ssl/certs/ca-bundle.crt", // AIX Toolbox
    "/QOpenSys/etc/ssl/certs/ca-bundle.crt", // IBM i
    "/QOpenSys/pkgs/etc/ssl/certs/ca-bundle.crt", // IBM i, open source packages
];

/// A bundle of all public authorities has a quarter of a megabyte.
const MAX_FILE: u64 = 16 * 1024 * 1024;
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const CERTIFICATE: &str = "CERTIFICATE-----";

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The authorities in `ca_file`, or else the system's. What cannot be read in a bundle is passed over, as every
/// other TLS library does it: one odd certificate must not stop a machine.
pub(super) fn trusted(ca_file: Option<&Path>) -> Result<RootCertStore> {
    let path = match ca_file {
        Some(path) => path,
        None => system_ca_file().ok_or_else(|| Error::Certificate {
            key: "ca_file",
            reason: "this system has no file of certificates where one is expected: set ca_file".to_owned(),
        })?,
    };
    let text = read("ca_file", path)?;
    let mut store = RootCertStore::empty();
    for_each_certificate(&String::from_utf8_lossy(&text), |der| {
        // Not an error: see above.
        let _ = store.add(CertificateDer::from(der));
    });
    if store.is_empty() {
        return Err(unusable(
            "ca_file",
            path,
            "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        ));
    }
    Ok(store)
}

/// The client's own certificate, followed by those between it and its authority, and its key.
pub(super) fn identity(certificate: Option<&Path>, key: Option<&Path>) -> Result<Option<Identity>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => return Err(alone("client_key_file", "client_cert_file")),
        (None, Some(_)) => return Err(alone("client_cert_file", "client_key_file")),
    };
    let text = read("client_cert_file", certificate)?;
    let mut chain = Vec::new();
    for_each_certificate(&String::from_utf8_lossy(&text), |der| {
        chain.push(CertificateDer::from(der.to_vec()));
    });
    if chain.is_empty() {
        return Err(unusable("client_cert_file", certificate, "holds no certificate in PEM form"));
    }
    Ok(Some((chain, private_key(key)?)))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let text = read("client_key_file", path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        let reason = if String::from_utf8_lossy(&text).contains("ENCRYPTED") {
            "is encrypted: write a plain copy with \"openssl pkey -in FILE -out FILE2\", readable by its owner only"
        } else {
            "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"
        };
        unusable("client_key_file", path, reason)
    })
}

fn system_ca_file() -> Option<&'static Path> {
    SYSTEM_CA_FILES.iter().map(Path::new).find(|path| path.is_file())
}

/// rustls-pki-types decodes a byte at a time, which takes more than twice as long: a third of a new process's whole
/// request. So lines are joined here, and decoded by the base64 crate.
pub(super) fn for_each_certificate(pem: &str, mut found: impl FnMut(&[u8])) {
    let (mut joined, mut der) = (String::with_capacity(4096), Vec::with_capacity(4096));
    let mut inside = false;
    for line in pem.lines() {
        let line = line.trim_ascii_end();
        if !line.starts_with("-----") {
            if inside {
                joined.push_str(line);
            }
        } else if let Some(label) = line.strip_prefix(BEGIN) {
            inside = label == CERTIFICATE;
            joined.clear();
        } else if line.starts_with(END) && inside {
            inside = false;
            der.clear();
            if STANDARD.decode_vec(&joined, &mut der).is_ok() {
                found(&der);
            }
        }
    }
}

/// Regular files only: a named pipe would wait for ever.
fn read(key: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |e: std::io::Error| unusable(key, path, &format!("cannot be read: {e}"));
    let about = fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(unusable(key, path, "is no file"));
    }
    if about.len() > MAX_FILE {
        return Err(unusable(key, path, "is larger than 16 MiB: this is no PEM file"));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0) + 1));
    File::open(path).map_err(failed)?.take(MAX_FILE).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn unusable(key: &'static str, path: &Path, what: &str) -> Error {
    Error::Certificate { key, reason: format!("{} {what}", path.display()) }
}

fn alone(key: &'static str, other: &str) -> Error {
    Error::Certificate { key, reason: format!("it is not set, but {other} is: set both or neither") }
}
