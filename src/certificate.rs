//! The few parts of a certificate that are needed here, of any version (RFC 5280 section 4.1).
#![forbid(unsafe_code)]

use crate::der::{Elements, CONTEXT_0, GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME};

// Who only signs asks for no dates.
#[cfg_attr(not(feature = "net"), allow(dead_code))]
pub struct Certificate<'a> {
    /// Fourteen digits each, the year first: they compare as texts do.
    pub not_before: String,
    pub not_after: String,
    /// With the algorithm: SubjectPublicKeyInfo.
    pub public_key: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// `None` where it is damaged.
    pub fn read(der: &'a [u8]) -> Option<Self> {
        let mut certificate = Elements(Elements(der).take(SEQUENCE)?);
        let mut fields = Elements(certificate.take(SEQUENCE)?);
        // A certificate of version 1 does not say so.
        let _version = fields.take(CONTEXT_0);
        let _serial_number = fields.take(INTEGER)?;
        let _signature_algorithm = fields.take(SEQUENCE)?;
        let _issuer = fields.take(SEQUENCE)?;
        let mut validity = Elements(fields.take(SEQUENCE)?);
        let _subject = fields.take(SEQUENCE)?;
        Some(Self {
            not_before: date(&mut validity)?,
            not_after: date(&mut validity)?,
            public_key: fields.take_whole(SEQUENCE)?,
        })
    }
}

/// Section 4.1.2.5
fn date(validity: &mut Elements<'_>) -> Option<String> {
    let utc = validity.take(UTC_TIME).map(|text| {
        let century: &[u8] = if text < b"50".as_slice() { b"20" } else { b"19" };
        [century, text].concat()
    });
    let text = utc.or_else(|| validity.take(GENERALIZED_TIME).map(<[u8]>::to_vec))?;
    let digits = text.strip_suffix(b"Z")?;
    let is_date = digits.len() == 14 && digits.iter().all(u8::is_ascii_digit);
    is_date.then(|| String::from_utf8_lossy(digits).into_owned())
}
