//! What is wrong with a key, and what mends it. Each sentence stands behind "private_key cannot be used: " and within a
//! line of a screen.
#![forbid(unsafe_code)]

use thiserror::Error;

#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[cfg_attr(not(feature = "sign"), allow(dead_code))]
pub enum KeyFault {
    #[cfg(not(feature = "sign"))]
    #[error("this build signs nothing: build the library with its feature sign")]
    NoSigning,
    #[error("it is empty: set it")]
    NoSecret,
    #[error("there is no private key in it: write one as PEM, or as a JWK")]
    NoKey,
    #[error("this is a public key: set the private one that belongs to it")]
    Public,
    #[error("this is a certificate: set the private key that belongs to it")]
    Certificate,
    #[error("it has several private keys: leave one in it")]
    Several,
    #[error("it is cut off: it has to end with a line -----END ...-----")]
    CutOff,
    #[error("it is damaged ({0}): copy it again from where it was made")]
    Damaged(&'static str),
    #[error("it is encrypted: set private_key_password")]
    Encrypted,
    #[error("private_key_password does not open it: correct the password")]
    Password,
    /// PBES1, PKCS #12's schemes, or what costs more than anybody's.
    #[error("its encryption is too old: openssl pkcs8 -topk8 -in FILE -out NEW")]
    Encryption,
    /// RFC 1421's, in which OpenSSL before 1.0 wrote.
    #[error("its old encryption is not read: openssl pkcs8 -topk8 -in FILE -out NEW")]
    OldEncryption,
    #[error("it is in OpenSSH's form: ssh-keygen -p -m PKCS8 -f COPY rewrites a copy")]
    OpenSsh,
    #[error("it is no RSA, EC or Ed25519 key: make one of these")]
    Kind,
    #[error("its curve is none of P-256, P-384, Ed25519: make a key of one of these")]
    Curve,
    #[error("its curve has no name: openssl ec -in FILE -param_enc named_curve -out NEW")]
    UnnamedCurve,
    #[error("it lacks the public key: openssl pkey -in FILE -out NEW adds it")]
    NoPublic,
    #[error("RSA with {0} bits is too short: openssl genrsa 2048 makes a good one")]
    Short(usize),
    #[error("RSA with {0} bits is not supported: use 2048, 3072 or 4096")]
    Length(usize),
    #[error("its public exponent is below 65537: openssl genrsa 2048 makes a good key")]
    Exponent,
    #[error("its parts do not belong together: copy it again from where it was made")]
    Inconsistent,
    #[error("the JSON is no JWK (it has no kty); a service account's goes into service_account")]
    NoJwk,
    #[error("the JWK lacks {0}: export it with all of its private members")]
    Lacks(&'static str),
    /// What it signs with, and what would fit.
    #[error("{algorithm} does not fit this {kind} key: use {fitting}")]
    Misfit { algorithm: &'static str, kind: &'static str, fitting: &'static str },
    #[error("there is no certificate in it (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    #[error("the certificate is another key's: set the one that was made for private_key")]
    OtherCertificate,
    #[error("ring did not sign: try again, or make a new key")]
    NotSigned,
}
