//! Texts across the edge: the only code that touches a caller's memory.

use std::ffi::c_char;
use std::slice;

use super::OAUTH_NUL_TERMINATED;
use crate::error::{Error, Result};

/// No text of OAuth's is longer: a larger length is a mistake, and its memory is not touched.
const MAX_TEXT: usize = 1024 * 1024;

/// A text that the caller gave, readable for the length of the call.
pub struct TextIn<'a>(&'a str);

impl<'a> TextIn<'a> {
    /// A C string as it is, or a field: up to its NUL if it has one, without the blanks that pad it.
    ///
    /// # Safety
    /// `text` is readable for `length` bytes or, with OAUTH_NUL_TERMINATED, up to its NUL, for the whole call.
    pub unsafe fn read(name: &'static str, text: *const c_char, length: i32) -> Result<Self> {
        // SAFETY: the caller's promise.
        let (bytes, is_field) = unsafe { up_to_nul(name, text, length) }?;
        let text = std::str::from_utf8(bytes).map_err(|_| Error::Encoding(name))?;
        Ok(Self(if is_field { text.trim_end_matches(' ') } else { text }))
    }

    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

/// Bytes as they came: exactly `length` of them or, with OAUTH_NUL_TERMINATED, up to the NUL.
///
/// # Safety
/// As for [`TextIn::read`].
pub unsafe fn bytes<'a>(name: &'static str, text: *const c_char, length: i32) -> Result<&'a [u8]> {
    if length == OAUTH_NUL_TERMINATED {
        // SAFETY: the caller's promise.
        return Ok(unsafe { up_to_nul(name, text, length) }?.0);
    }
    let count = usize::try_from(length).map_err(|_| Error::Length { what: name, length: length.into() })?;
    if text.is_null() {
        // An HTTP library has nothing to point at where nothing came.
        return if count == 0 { Ok(&[]) } else { Err(Error::Null(name)) };
    }
    // SAFETY: not null, and readable for that many bytes by the caller's promise.
    Ok(unsafe { slice::from_raw_parts(text.cast(), count) })
}

/// # Safety
/// As for [`TextIn::read`].
unsafe fn up_to_nul<'a>(name: &'static str, text: *const c_char, length: i32) -> Result<(&'a [u8], bool)> {
    let wrong = |length: i64| Error::Length { what: name, length };
    if text.is_null() {
        return Err(Error::Null(name));
    }
    let is_field = length != OAUTH_NUL_TERMINATED;
    let limit = if is_field {
        usize::try_from(length).ok().filter(|n| *n <= MAX_TEXT).ok_or_else(|| wrong(length.into()))?
    } else {
        MAX_TEXT + 1
    };
    // SAFETY: not null; strnlen reads up to the NUL or the limit, whichever comes first.
    let count = unsafe { libc::strnlen(text, limit) };
    if count > MAX_TEXT {
        return Err(wrong(i64::try_from(count).unwrap_or(i64::MAX)));
    }
    // SAFETY: strnlen has just read these bytes.
    Ok((unsafe { slice::from_raw_parts(text.cast(), count) }, is_field))
}

/// A caller's buffer as it was given. To make one calls nothing: see `cancel`.
#[derive(Clone, Copy)]
pub struct Buffer {
    name: &'static str,
    start: *mut c_char,
    capacity: i32,
}

impl Buffer {
    /// # Safety
    /// `buffer` is writable for `capacity` bytes for the whole call.
    #[allow(improper_ctypes_definitions)]
    pub(super) const unsafe extern "C" fn new(
        name: &'static str,
        buffer: *mut c_char,
        capacity: i32,
    ) -> Self {
        Self { name, start: buffer, capacity }
    }

    /// Whatever goes wrong later, the caller has an empty text and not yesterday's.
    #[inline(always)]
    pub fn text_out(&self) -> Result<TextOut> {
        let capacity = usize::try_from(self.capacity)
            .map_err(|_| Error::Length { what: "capacity", length: self.capacity.into() })?;
        if self.start.is_null() && capacity > 0 {
            return Err(Error::Null(self.name));
        }
        let out = TextOut { start: self.start.cast(), capacity };
        out.clear();
        Ok(out)
    }
}

/// A buffer for one text: all of it and a NUL, or nothing.
pub struct TextOut {
    start: *mut u8,
    capacity: usize,
}

impl TextOut {
    /// Takes the text back.
    pub fn clear(&self) {
        if self.capacity > 0 {
            // SAFETY: not null, and at least one byte long by the promise given to `Buffer::new`.
            unsafe { self.start.write(0) };
        }
    }

    /// Writes the parts as one text; with a capacity of 0 only tells its length.
    #[inline(always)]
    pub fn put(&self, parts: &[&[u8]]) -> Result<i32> {
        let length: usize = parts.iter().map(|p| p.len()).sum();
        let answer = i32::try_from(length).map_err(|_| Error::TooLarge { status: 0 })?;
        if self.capacity == 0 {
            return Ok(answer);
        }
        if length >= self.capacity {
            return Err(Error::Buffer { needed: length + 1 });
        }
        let mut at = self.start;
        for part in parts {
            // SAFETY: all parts and the NUL fit, as just checked, into memory that is writable by the promise
            // given to `Buffer::new`; a text of ours and a caller's buffer do not overlap.
            unsafe {
                at.copy_from_nonoverlapping(part.as_ptr(), part.len());
                at = at.add(part.len());
            }
        }
        // SAFETY: as above.
        unsafe { at.write(0) };
        Ok(answer)
    }
}
