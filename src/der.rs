//! DER: one element after another (X.690 section 8.1).
#![forbid(unsafe_code)]

pub const INTEGER: u8 = 0x02;
#[cfg(feature = "sign")]
pub const BIT_STRING: u8 = 0x03;
#[cfg(feature = "sign")]
pub const OCTET_STRING: u8 = 0x04;
#[cfg(feature = "sign")]
pub const OBJECT_IDENTIFIER: u8 = 0x06;
pub const UTC_TIME: u8 = 0x17;
pub const GENERALIZED_TIME: u8 = 0x18;
pub const SEQUENCE: u8 = 0x30;
pub const CONTEXT_0: u8 = 0xa0;
#[cfg(feature = "sign")]
pub const CONTEXT_1: u8 = 0xa1;

/// What is left to read of one DER element's content.
#[derive(Clone, Copy)]
pub struct Elements<'a>(pub &'a [u8]);

impl<'a> Elements<'a> {
    /// The content of the next element, if that has this tag.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
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

    /// All of the next element, with tag and length.
    pub fn take_whole(&mut self, tag: u8) -> Option<&'a [u8]> {
        let from_here = self.0;
        self.take(tag)?;
        Some(&from_here[..from_here.len() - self.0.len()])
    }
}
