//! TLS by rustls with ring: set up on first use, spoken over a [`Wire`].
#![forbid(unsafe_code)]

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use once_cell::sync::OnceCell;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name, Resumption};
use rustls::crypto::{
    ring, verify_tls12_signature, verify_tls13_signature, CryptoProvider, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    CertificateError, CipherSuite, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
};

use super::certificate::check_dates;
use super::fault::Fault;
use super::tls_reason::{not_proven, refused_authorities, refused_identity, why, Misfit};
use super::wire::Wire;
use super::{roots, TransportConfig};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::system::GivenPath;

/// One server, perhaps under two names.
const REMEMBERED_SESSIONS: usize = 8;

/// What all TLS connections of a client share, session tickets included.
#[derive(Debug)]
pub(super) struct Tls {
    ca_file: Option<PathBuf>,
    client_cert_file: Option<PathBuf>,
    client_key_file: Option<PathBuf>,
    ready: OnceCell<Ready>,
}

#[derive(Debug)]
pub(super) struct Ready {
    config: Arc<ClientConfig>,
    authorities: Arc<Authorities>,
}

impl Tls {
    pub(super) fn new(config: &TransportConfig) -> Self {
        let path = |file: &Option<GivenPath>| file.as_ref().map(|file| file.absolute.clone());
        Self {
            ca_file: path(&config.ca_file),
            client_cert_file: path(&config.client_cert_file),
            client_key_file: path(&config.client_key_file),
            ready: OnceCell::new(),
        }
    }

    /// Done once. Before a connection is made, so that an unusable client certificate is found without one.
    pub(super) fn prepare(&self) -> Result<&Ready> {
        self.ready.get_or_try_init(|| self.set_up())
    }

    pub(super) fn open(&self, host: &str, wire: Wire) -> std::result::Result<Box<TlsStream>, Fault> {
        let mut stream = self.begin(host, wire)?;
        stream.shake_hands()?;
        Ok(stream)
    }

    /// A frame of its own: a session is large until it is in its box, and a handshake goes deep.
    #[inline(never)]
    fn begin(&self, host: &str, wire: Wire) -> std::result::Result<Box<TlsStream>, Fault> {
        let ready = self.prepare()?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Fault::Tls("the host in the URL is no name that a certificate can hold".to_owned())
        })?;
        let authorities = ready.authorities.clone();
        let session = ClientConnection::new(ready.config.clone(), name)
            .map_err(|e| why(&e, authorities.ca_file.as_deref()))?;
        Ok(Box::new(TlsStream { session, wire, authorities, outgoing: Vec::new() }))
    }

    fn set_up(&self) -> Result<Ready> {
        let provider = provider();
        let authorities = Arc::new(Authorities {
            ca_file: self.ca_file.clone(),
            algorithms: provider.signature_verification_algorithms,
            roots: OnceCell::new(),
            named: OnceCell::new(),
        });
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Internal("TLS has no versions".to_owned()))?
            // "Dangerous" is what rustls calls any verifier of one's own. This one asks rustls's own checks.
            .dangerous()
            .with_custom_certificate_verifier(authorities.clone());
        let identity = roots::identity(self.client_cert_file.as_deref(), self.client_key_file.as_deref())?;
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let identity = certified(chain, &key).map_err(refused_identity)?;
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity)))
            }
        };
        config.resumption = Resumption::in_memory_sessions(REMEMBERED_SESSIONS);
        Ok(Ready { config: Arc::new(config), authorities })
    }
}

/// As rustls makes it of a certificate of version 3. One of version 1, which many a company's own authority has made, is
/// shown as well: whether it is good enough is for the server to say.
fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'_>,
) -> std::result::Result<CertifiedKey, Misfit> {
    let key = ring::sign::any_supported_type(key).map_err(|_| Misfit::Key)?;
    let shown = Certificate::read(&chain[0]).ok_or(Misfit::Certificate)?;
    if key.public_key().is_some_and(|public| *public != *shown.public_key) {
        return Err(Misfit::Pair);
    }
    Ok(CertifiedKey::new(chain, key))
}

/// ring's, with the short keys first as browsers have them: what follows from SHA-384 costs a sixth of a handshake.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    let (mut suites, others): (Vec<_>, Vec<_>) = provider.cipher_suites.into_iter().partition(|suite| {
        matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        )
    });
    suites.extend(others);
    provider.cipher_suites = suites;
    provider
}

/// Checks a server's certificate as rustls's own verifier does, less the lists of revoked certificates, of which we have
/// none. And whoever names a server's very certificate as `ca_file` means it: an authority's (`openssl req -x509` makes
/// servers' so) and one that another has signed are good as well, as long as name and dates are. Not so those among
/// the system's: nobody has named them, and they are there to sign.
///
/// The root certificates are read while the server works on its first answer.
struct Authorities {
    ca_file: Option<PathBuf>,
    algorithms: WebPkiSupportedAlgorithms,
    roots: OnceCell<RootCertStore>,
    /// A server's own certificate that was found in `ca_file`.
    named: OnceCell<CertificateDer<'static>>,
}

impl Authorities {
    fn roots(&self) -> Result<&RootCertStore> {
        self.roots.get_or_try_init(|| roots::trusted(self.ca_file.as_deref()).map_err(refused_authorities))
    }

    /// The file is read again for it: to keep a copy of each certificate of a bundle would cost all who have no need of it.
    fn is_named(&self, certificate: &CertificateDer<'_>) -> bool {
        let Some(path) = &self.ca_file else { return false };
        let is_known = self.named.get().is_some_and(|named| named == certificate);
        if !is_known && !roots::is_in(path, certificate).unwrap_or(false) {
            return false;
        }
        let _ = self.named.set(certificate.clone().into_owned());
        true
    }
}

impl ServerCertVerifier for Authorities {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let roots = self.roots().map_err(|e| rustls::Error::General(e.to_string()))?;
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        let chain =
            verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, algorithms);
        match chain {
            Err(_) if self.is_named(end_entity) => {
                let certificate = Certificate::read(end_entity).ok_or(CertificateError::BadEncoding)?;
                check_dates(&certificate, now)?;
            }
            chain => chain?,
        }
        verify_server_name(&certificate, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signature, &self.algorithms).map_err(not_proven)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signature, &self.algorithms).map_err(not_proven)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorities").finish_non_exhaustive()
    }
}

pub(super) struct TlsStream {
    session: ClientConnection,
    wire: Wire,
    authorities: Arc<Authorities>,
    /// Records that leave together: each write of rustls would be a system call.
    outgoing: Vec<u8>,
}

impl TlsStream {
    /// The last message of the handshake leaves with the request.
    fn shake_hands(&mut self) -> std::result::Result<(), Fault> {
        self.flush()?;
        self.authorities.roots()?;
        while self.session.is_handshaking() {
            self.flush()?;
            if self.fill()? == 0 {
                return Err(Fault::broken("the server closed it in the TLS handshake: is the port right?"));
            }
        }
        Ok(())
    }

    pub(super) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> std::result::Result<(), Fault> {
        self.session.writer().write_all(bytes)?;
        self.flush()
    }

    /// 0 is the end, if the server announced it; an end without that may be an attacker's cut.
    pub(super) fn receive(&mut self, space: &mut [u8]) -> std::result::Result<usize, Fault> {
        loop {
            match self.session.reader().read(space) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => return Ok(result?),
            }
            self.flush()?;
            self.fill()?;
        }
    }

    /// Nothing decrypted may be left over either: it would be taken for the next answer.
    pub(super) fn is_quiet(&mut self) -> bool {
        let rest = self.session.reader().read(&mut [0]);
        matches!(rest, Err(error) if error.kind() == ErrorKind::WouldBlock) && self.wire.is_quiet()
    }

    fn flush(&mut self) -> std::result::Result<(), Fault> {
        while self.session.wants_write() {
            self.session.write_tls(&mut self.outgoing)?;
        }
        if !self.outgoing.is_empty() {
            self.wire.write_all(&self.outgoing)?;
            self.outgoing.clear();
        }
        Ok(())
    }

    fn fill(&mut self) -> std::result::Result<usize, Fault> {
        let amount = self.session.read_tls(&mut self.wire)?;
        if let Err(error) = self.session.process_new_packets() {
            // The server's log is to say why: an alert waits to be sent. That it arrives is not our worry.
            let _ = self.flush();
            return Err(why(&error, self.authorities.ca_file.as_deref()));
        }
        Ok(amount)
    }
}
