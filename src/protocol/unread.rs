//! What can be told from an answer that was not understood: its words, as far as they are certain to be no token.
#![forbid(unsafe_code)]

pub struct Unread {
    pub reason: String,
    /// What it says to a person.
    pub words: Option<String>,
    /// A web page, which any machine on the way may have sent.
    pub is_page: bool,
}

impl Unread {
    pub fn new(reason: String, text: &str, is_success: bool) -> Self {
        let is_page = text.starts_with('<');
        let is_json = text.starts_with(['{', '[', '"']);
        let line = if is_page { title(text) } else { (!is_json).then_some(text) };
        let line = line.and_then(|text| text.lines().map(str::trim).find(|line| !line.is_empty()));
        // What is no success has no token in it.
        let words = if is_success {
            line.and_then(prose)
        } else if text.starts_with('"') {
            Some(text.trim_matches('"').to_owned())
        } else if is_page && line.is_none() {
            Some(between_tags(text)).filter(|text| !text.is_empty())
        } else {
            line.map(str::to_owned)
        };
        Self { reason, words, is_page }
    }

    /// What is in it cannot be told: it is a page as much as anything.
    pub fn packed(reason: String) -> Self {
        Self { reason, words: None, is_page: true }
    }
}

impl From<&str> for Unread {
    /// Its members were read, and have nothing in them.
    fn from(reason: &str) -> Self {
        Self { reason: reason.to_owned(), words: None, is_page: false }
    }
}

/// What a page is about.
fn title(page: &str) -> Option<&str> {
    ["title", "h1"].iter().find_map(|name| {
        let start = find(page, &format!("<{name}"))?;
        let text = page[start..].split_once('>')?.1;
        Some(text.split('<').next().unwrap_or_default().trim()).filter(|text| !text.is_empty())
    })
}

/// What stands between the tags of XML, or of a page without a title.
fn between_tags(text: &str) -> String {
    const LONGEST: usize = 300;
    let inner = text.split('<').filter_map(|part| part.split_once('>')).map(|(_, inner)| inner.trim());
    let inner: Vec<_> = inner.filter(|inner| !inner.is_empty()).take(8).collect();
    inner.join("; ").chars().take(LONGEST).collect()
}

/// Where it is, in capitals or not.
fn find(text: &str, ascii: &str) -> Option<usize> {
    text.as_bytes().windows(ascii.len()).position(|part| part.eq_ignore_ascii_case(ascii.as_bytes()))
}

/// As many words as there are before one that may be a token; a word alone may be one, too.
fn prose(line: &str) -> Option<String> {
    const LONGEST: usize = 14;
    const NEXT_IS_ONE: &[&str] = &["token", "bearer", "key", "code", "secret", "password", "is"];
    let mut is_over = false;
    let is_word = |word: &&str| {
        let word = word.trim_end_matches(['.', ',', '!', '?', ';']);
        let was_over = is_over;
        is_over = NEXT_IS_ONE.contains(&word.to_ascii_lowercase().as_str());
        !was_over
            && !word.is_empty()
            && word.chars().count() <= LONGEST
            && !word.chars().skip(1).any(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || c == '\'')
    };
    let words: Vec<_> = line.split_whitespace().take_while(is_word).collect();
    (words.len() > 1).then(|| words.join(" "))
}
