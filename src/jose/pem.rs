//! Textual encodings of keys and certificates (RFC 7468), as editors, variables and one-line fields leave them.
#![forbid(unsafe_code)]

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::Engine;

use super::KeyFault;
use crate::secret::Wiped;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// What stands between a BEGIN and its END.
pub struct Block<'a> {
    pub label: &'a str,
    body: &'a str,
}

/// All that is in a text, whatever stands between: OpenSSL writes what it knows of a key above it. `text` is a
/// [`with_line_ends`].
pub fn blocks(text: &str) -> Result<Vec<Block<'_>>, KeyFault> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, from_label)) = rest.split_once(BEGIN) {
        let (label, from_body) = from_label.split_once(DASHES).ok_or(KeyFault::CutOff)?;
        let (body, from_end) = from_body.split_once(END).ok_or(KeyFault::CutOff)?;
        let (end, after) = from_end.split_once(DASHES).ok_or(KeyFault::CutOff)?;
        if end != label {
            return Err(KeyFault::Damaged("END is not BEGIN's"));
        }
        found.push(Block { label, body });
        rest = after;
    }
    Ok(found)
}

/// JSON and variables have `\n` for a line end.
pub fn with_line_ends(text: &str) -> Wiped<String> {
    let mut plain = Wiped::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        plain.push('\n');
        rest = after.strip_prefix(['n', 'r']).unwrap_or(after);
    }
    plain.push_str(rest);
    plain
}

impl Block<'_> {
    pub fn is_private_key(&self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }

    pub fn is_public_key(&self) -> bool {
        self.label.ends_with("PUBLIC KEY")
    }

    /// OpenSSL's own adds what it is trusted for, behind the certificate.
    pub fn is_certificate(&self) -> bool {
        ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].contains(&self.label)
    }

    /// RFC 1421 section 4.6.1.1
    pub fn has_old_encryption(&self) -> bool {
        self.body.contains("Proc-Type:") && self.body.contains("ENCRYPTED")
    }

    /// Line ends may have become blanks, or be gone.
    pub fn der(&self) -> Result<Wiped<Vec<u8>>, KeyFault> {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let mut letters = Wiped::new(Vec::with_capacity(self.body.len()));
        letters.extend(self.body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let mut der = Wiped::new(vec![0; letters.len() / 4 * 3 + 3]);
        let length = GeneralPurpose::new(&STANDARD, config)
            .decode_slice(&*letters, &mut der)
            .map_err(|_| KeyFault::Damaged("no base64"))?;
        der.truncate(length);
        Ok(der)
    }
}
