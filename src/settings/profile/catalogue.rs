//! The known servers: files of TOML, a file a field, a table a server. Where each table begins is known when this is
//! compiled: of the whole text only the table that is asked for is ever read.
#![forbid(unsafe_code)]

use crate::line::distance;

/// As `build.rs` writes it: without what stands there for people.
const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/known_servers.toml"));

/// Where they are listed for people.
pub const LIST: &str = "docs/known-servers.md";

/// So many names are offered for one that nobody has.
const MOST_NEAR: usize = 3;

const COUNT: usize = begin(&mut []);

/// Of each table the place of its `[`.
static BEGINS: [usize; COUNT] = {
    let mut begins = [0; COUNT];
    begin(&mut begins);
    begins
};

/// How many tables there are; writes down where they begin, as far as there is room.
const fn begin(begins: &mut [usize]) -> usize {
    let text = TEXT.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        if text[at] == b'[' && (at == 0 || text[at - 1] == b'\n') {
            if count < begins.len() {
                begins[count] = at;
            }
            count += 1;
        }
        at += 1;
    }
    count
}

/// The name and the rest of a table that begins there.
fn server(begin: usize) -> (&'static str, &'static str) {
    TEXT[begin + 1..].split_once(']').unwrap_or_default()
}

pub fn names() -> impl Iterator<Item = &'static str> {
    BEGINS.iter().map(|begin| server(*begin).0)
}

/// The TOML of that server, alone.
pub fn table(name: &str) -> Option<&'static str> {
    let at = BEGINS.iter().position(|begin| server(*begin).0 == name)?;
    let end = BEGINS.get(at + 1).copied().unwrap_or(TEXT.len());
    Some(&TEXT[BEGINS[at]..end])
}

/// Asks for the names that may have been meant, or nothing.
pub fn near(wanted: &str) -> String {
    let wanted = wanted.to_ascii_lowercase();
    let mut near: Vec<_> = names().filter_map(|name| Some((how_near(&wanted, name)?, name))).collect();
    near.sort_unstable();
    one_of(near.into_iter().take(MOST_NEAR).map(|(_, name)| name))
}

/// A name's beginning (`dhl`, `stamps.com`) is as near as a letter that is wrong.
fn how_near(wanted: &str, name: &str) -> Option<usize> {
    let (short, long) = if wanted.len() < name.len() { (wanted, name) } else { (name, wanted) };
    let begins = short.len() > 2 && long.starts_with(short);
    let most = (1 + name.len() / 5).min(name.len() - 1);
    // What is asked for may have a mebibyte.
    let is_as_long = wanted.len().abs_diff(name.len()) <= most;
    let letters = is_as_long.then(|| distance(wanted, name)).filter(|letters| *letters <= most);
    letters.or(begins.then_some(1))
}

/// `did you mean a, b or c?`; nothing, where there is none.
fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<_> = words.collect();
    let Some(last) = words.pop() else { return String::new() };
    let or = if words.is_empty() { "" } else { " or " };
    format!("did you mean {}{or}{last}?", words.join(", "))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::profile::source::REMARKS;

    /// What is compiled in says what the files say, but for their remarks, and nothing is lost with them.
    #[test]
    fn the_files_are_all_there_without_their_remarks() {
        let mut all = toml::Table::new();
        for file in fs::read_dir("src/settings/known_servers").unwrap() {
            all.extend(fs::read_to_string(file.unwrap().path()).unwrap().parse::<toml::Table>().unwrap());
        }
        for (_, server) in &mut all {
            server.as_table_mut().unwrap().retain(|key, _| !REMARKS.contains(&key));
        }
        assert_eq!(TEXT.parse::<toml::Table>().unwrap(), all);
        assert_eq!(names().count(), all.len());
        assert!(names().all(|name| all.contains_key(name) && table(name).is_some()));
    }
}
