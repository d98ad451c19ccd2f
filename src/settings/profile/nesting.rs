//! How deep a profile file is nested: TOML's parser calls itself for each bracket, on a stack that is the caller's.
#![forbid(unsafe_code)]

/// Where brackets are nested deeper than in any file that could be right. Texts and comments may hold any.
pub fn too_deep(text: &str) -> Option<usize> {
    const DEEPEST: usize = 32;
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let mark = rest.as_bytes()[0];
        at += match mark {
            b'"' | b'\'' => length_of_text(rest),
            b'#' => rest.find('\n').unwrap_or(rest.len()),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        match mark {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// Of the text that begins there, with its quotes; one in single quotes ends at the line's end, if not before.
fn length_of_text(rest: &str) -> usize {
    let quote =
        ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote)).unwrap_or_default();
    let (has_escapes, is_of_one_line) = (quote.starts_with('"'), quote.len() == 1);
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(quote.len()) {
        match character {
            '\n' if is_of_one_line => return at,
            _ if is_escaped => is_escaped = false,
            '\\' if has_escapes => is_escaped = true,
            _ if rest[at..].starts_with(quote) => return at + quote.len(),
            _ => {}
        }
    }
    rest.len()
}
