//! A server's certificate in words: whose it is, by whom, until when (RFC 5280 section 4.1). Nothing is checked here.
#![forbid(unsafe_code)]

const INTEGER: u8 = 0x02;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// id-at-commonName 2.5.4.3, and id-at-organizationName 2.5.4.10.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// Such as `as.example, by Example CA, 2026-01-01 to 2026-12-31`; `None` where it is damaged.
pub fn in_words(der: &[u8]) -> Option<String> {
    let (tag, mut certificate, _) = element(der)?;
    let mut rest = take(&mut certificate, SEQUENCE)?;
    if tag != SEQUENCE {
        return None;
    }
    // Of version 1, none says so.
    let _version = take(&mut rest, VERSION);
    let _serial_number = take(&mut rest, INTEGER)?;
    let _algorithm = take(&mut rest, SEQUENCE)?;
    let issuer = name(take(&mut rest, SEQUENCE)?);
    let mut validity = take(&mut rest, SEQUENCE)?;
    let subject = name(take(&mut rest, SEQUENCE)?);
    let (from, to) = (date(&mut validity)?, date(&mut validity)?);
    let by = if issuer == subject { "itself".to_owned() } else { issuer };
    Some(format!("{subject}, by {by}, {from} to {to}"))
}

/// Its common name, or else its organization's.
fn name(name: &[u8]) -> String {
    let attribute = |wanted: &[u8]| {
        let mut name = name;
        while let Some(mut set) = take(&mut name, SET) {
            let Some(mut attribute) = take(&mut set, SEQUENCE) else { continue };
            if take(&mut attribute, OBJECT_IDENTIFIER) == Some(wanted) {
                let (_, text, _) = element(attribute)?;
                return Some(shortened(text));
            }
        }
        None
    };
    attribute(COMMON_NAME).or_else(|| attribute(ORGANIZATION)).unwrap_or_else(|| "(no name)".to_owned())
}

/// One line, and not a long one.
fn shortened(text: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(text).chars().take(64).collect();
    text.replace('\n', "?")
}

/// Section 4.1.2.5: `260131120000Z` or `20260131120000Z`.
fn date(validity: &mut &[u8]) -> Option<String> {
    let (tag, text, rest) = element(validity)?;
    *validity = rest;
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    Some(format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..8)?))
}

/// The content of the next element, if that has this tag.
fn take<'a>(elements: &mut &'a [u8], wanted: u8) -> Option<&'a [u8]> {
    let (tag, content, rest) = element(elements)?;
    if tag != wanted {
        return None;
    }
    *elements = rest;
    Some(content)
}

/// Tag, content and what comes after (X.690 section 8.1).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([tag, first], rest) = der.split_first_chunk::<2>()?;
    // From 128 on, it says how many bytes of length follow.
    let more = usize::from(first & 0x7f) * usize::from(first >> 7);
    let (digits, rest) = rest.split_at_checked(more)?;
    let length = match digits {
        [] => usize::from(*first),
        digits if digits.len() <= 3 => {
            digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
