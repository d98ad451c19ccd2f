//! What rustls checks in no certificate that is trusted by itself: its dates.
#![forbid(unsafe_code)]

use rustls::pki_types::UnixTime;
use rustls::CertificateError;

use crate::certificate::Certificate;
use crate::time;

pub(super) fn check_dates(certificate: &Certificate<'_>, now: UnixTime) -> Result<(), CertificateError> {
    let mut now = time::rfc3339(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
    now.retain(|c| c.is_ascii_digit());
    if now < certificate.not_before {
        return Err(CertificateError::NotValidYet);
    }
    if now > certificate.not_after {
        return Err(CertificateError::Expired);
    }
    Ok(())
}
