//! The few parts of a certificate that rustls keeps to itself, of any version (RFC 5280 section 4.1).
#![forbid(unsafe_code)]

use rustls::pki_types::UnixTime;
use rustls::CertificateError;

use crate::time;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

pub(super) struct Certificate<'a> {
    not_before: String,
    not_after: String,
    /// With the algorithm: SubjectPublicKeyInfo.
    pub(super) public_key: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// `None` where it is damaged.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let mut certificate = Elements(Elements(der).take(SEQUENCE)?);
        let mut fields = Elements(certificate.take(SEQUENCE)?);
        // A certificate of version 1 does not say so.
        let _ = fields.take(VERSION);
        let _serial_number = fields.take(INTEGER)?;
        let _signature_algorithm = fields.take(SEQUENCE)?;
        let _issuer = fields.take(SEQUENCE)?;
        let mut validity = Elements(fields.take(SEQUENCE)?);
        let _subject = fields.take(SEQUENCE)?;
        let from_key = fields.0;
        let _public_key = fields.take(SEQUENCE)?;
        Some(Self {
            not_before: validity.date()?,
            not_after: validity.date()?,
            public_key: &from_key[..from_key.len() - fields.0.len()],
        })
    }

    pub(super) fn check_dates(&self, now: UnixTime) -> Result<(), CertificateError> {
        let mut now = time::rfc3339(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        now.retain(|c| c.is_ascii_digit());
        if now < self.not_before {
            return Err(CertificateError::NotValidYet);
        }
        if now > self.not_after {
            return Err(CertificateError::Expired);
        }
        Ok(())
    }
}

/// What is left to read of one DER element's content.
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// The content of the next element, if that has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_first_chunk::<2>()?;
        if head[0] != tag {
            return None;
        }
        // From 128 on, the first byte says how many bytes of length follow.
        let more = usize::from(head[1] & 0x7f) * usize::from(head[1] >> 7);
        let (digits, rest) = rest.split_at_checked(more)?;
        let length = match digits {
            [] => usize::from(head[1]),
            [high @ 0..=3, middle, low] => {
                usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low)
            }
            [high, low] => usize::from(*high) << 8 | usize::from(*low),
            [low] => usize::from(*low),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// Fourteen digits, the year first, so that dates compare as texts do (section 4.1.2.5).
    fn date(&mut self) -> Option<String> {
        let utc = self.take(UTC_TIME).map(|text| {
            let century: &[u8] = if text < b"50".as_slice() { b"20" } else { b"19" };
            [century, text].concat()
        });
        let text = utc.or_else(|| self.take(GENERALIZED_TIME).map(<[u8]>::to_vec))?;
        let digits = text.strip_suffix(b"Z")?;
        let is_date = digits.len() == 14 && digits.iter().all(u8::is_ascii_digit);
        is_date.then(|| String::from_utf8_lossy(digits).into_owned())
    }
}
