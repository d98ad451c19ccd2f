//! Certificates and keys from PEM files.
#![forbid(unsafe_code)]

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Take};
use std::path::Path;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::RootCertStore;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::system;

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

/// The largest RSA key has 13 KB.
const KEY_SIZE: usize = 64 * 1024;

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The authorities in `ca_file`, or else the system's. What cannot be read in a bundle is passed over, as every
/// other TLS library does it: one odd certificate must not stop a machine.
pub(super) fn trusted(ca_file: Option<&Path>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    let mut add = |der: &[u8]| {
        // Not an error: see above.
        let _ = store.add(CertificateDer::from(der));
    };
    if ca_file.is_none() && system::trusted_certificates(&mut add) {
        return if store.is_empty() { Err(none_here()) } else { Ok(store) };
    }
    let path = match ca_file {
        Some(path) => path,
        None => system_ca_file().ok_or_else(none_here)?,
    };
    certificates("ca_file", path, add)?;
    if store.is_empty() {
        return Err(unusable(
            "ca_file",
            path,
            "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        ));
    }
    Ok(store)
}

fn none_here() -> Error {
    Error::Certificate {
        key: "ca_file",
        reason: "this system has no file of certificates where one is expected: set ca_file".to_owned(),
    }
}

/// Whether that very certificate is in `ca_file`.
pub(super) fn is_in(ca_file: &Path, wanted: &[u8]) -> Result<bool> {
    let mut is_found = false;
    certificates("ca_file", ca_file, |der| is_found |= der == wanted)?;
    Ok(is_found)
}

/// The client's own certificate, followed by those between it and its authority, and its key.
pub(super) fn identity(certificate: Option<&Path>, key: Option<&Path>) -> Result<Option<Identity>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => return Err(alone("client_key_file", "client_cert_file")),
        (None, Some(_)) => return Err(alone("client_cert_file", "client_key_file")),
    };
    let mut chain = Vec::new();
    certificates("client_cert_file", certificate, |der| chain.push(CertificateDer::from(der.to_vec())))?;
    if chain.is_empty() {
        return Err(unusable("client_cert_file", certificate, "holds no certificate in PEM form"));
    }
    Ok(Some((chain, private_key(key)?)))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    // Of the right size at once: growing would leave parts of the key behind.
    let mut text = Zeroizing::new(Vec::with_capacity(KEY_SIZE));
    open("client_key_file", path)?
        .take(KEY_SIZE as u64)
        .read_to_end(&mut text)
        .map_err(|e| unreadable("client_key_file", path, &e))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        let reason = if text.windows(9).any(|word| word == b"ENCRYPTED") {
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

/// In pieces: a bundle's pages would cost more than its bytes.
fn certificates(key: &'static str, path: &Path, found: impl FnMut(&[u8])) -> Result<()> {
    let reader = BufReader::with_capacity(32 * 1024, open(key, path)?);
    for_each_certificate(reader, found).map_err(|e| unreadable(key, path, &e))
}

/// rustls-pki-types decodes a byte at a time, which takes more than twice as long: a tenth of a new process's whole
/// request. So lines are joined here, and decoded by the base64 crate.
fn for_each_certificate(mut pem: impl BufRead, mut found: impl FnMut(&[u8])) -> io::Result<()> {
    let (mut text, mut der) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    let mut inside = false;
    loop {
        let start = text.len();
        if pem.read_until(b'\n', &mut text)? == 0 {
            return Ok(());
        }
        let line = text[start..].trim_ascii_end();
        if !line.starts_with(b"-----") {
            let end = if inside { start + line.len() } else { 0 };
            text.truncate(end);
            continue;
        }
        if inside && line.starts_with(b"-----END ") {
            der.clear();
            if STANDARD.decode_vec(&text[..start], &mut der).is_ok() {
                found(&der);
            }
        }
        inside = line == b"-----BEGIN CERTIFICATE-----";
        text.clear();
    }
}

/// Regular files only: a named pipe would wait for ever.
fn open(key: &'static str, path: &Path) -> Result<Take<File>> {
    let failed = |e| unreadable(key, path, &e);
    let about = fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(unusable(key, path, "is no file"));
    }
    if about.len() > MAX_FILE {
        return Err(unusable(key, path, "is larger than 16 MiB: this is no PEM file"));
    }
    Ok(File::open(path).map_err(failed)?.take(MAX_FILE))
}

fn unreadable(key: &'static str, path: &Path, error: &io::Error) -> Error {
    unusable(key, path, &format!("cannot be read: {}", system::words(error)))
}

fn unusable(key: &'static str, path: &Path, what: &str) -> Error {
    Error::Certificate { key, reason: format!("{} {what}", path.display()) }
}

fn alone(key: &'static str, other: &str) -> Error {
    Error::Certificate { key, reason: format!("it is not set, but {other} is: set both or neither") }
}
