//! From the comments of the source to those of another language.
#![forbid(unsafe_code)]

use crate::model::{is_word, Doc, Function, Interface, Parameter};

/// How a language writes what the comments of the source write in Rust's way.
pub struct Style<'a> {
    pub interface: &'a Interface,
    /// What stands around a value such as `S256`.
    pub quote: char,
    /// The name of a constant.
    pub constant: fn(&Interface, &str) -> String,
    /// The longest line, with its prefix.
    pub width: usize,
}

impl Style<'_> {
    /// The comment's lines, each behind `prefix`, with an empty one between paragraphs.
    pub fn comment(&self, prefix: &str, doc: &Doc, parameters: &[Parameter]) -> String {
        let paragraphs: Vec<_> =
            doc.paragraphs.iter().map(|p| self.lines(prefix, &self.plain(p, parameters))).collect();
        paragraphs.join(&format!("{}\n", prefix.trim_end()))
    }

    /// One paragraph, broken into lines.
    pub fn lines(&self, prefix: &str, text: &str) -> String {
        let mut lines = Vec::new();
        let mut line = String::new();
        // "Since 0.1." stays on one line.
        let text = text.replace("Since ", "Since\0");
        for word in text.split_whitespace().map(|word| word.replace('\0', " ")) {
            if !line.is_empty() && prefix.len() + line.len() + 1 + word.len() > self.width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
        each(lines, |line| format!("{prefix}{line}\n"))
    }

    /// Without backticks: names stand as they are, values in the language's quotes.
    fn plain(&self, paragraph: &str, parameters: &[Parameter]) -> String {
        let mut plain = String::new();
        for (index, part) in paragraph.split('`').enumerate() {
            let is_name = parameters.iter().any(|p| p.names().any(|name| name == part));
            if index % 2 == 0 || is_name || self.interface.has_function(part) {
                plain.push_str(&self.renamed(part));
            } else {
                plain.push(self.quote);
                plain.push_str(part);
                plain.push(self.quote);
            }
        }
        plain
    }

    fn renamed(&self, text: &str) -> String {
        let mut renamed = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if self.interface.has_constant(word) {
                renamed.push_str(&(self.constant)(self.interface, word));
            } else {
                renamed.push_str(word);
            }
            let next = after.find(is_word).unwrap_or(after.len());
            renamed.push_str(&after[..next]);
            rest = &after[next..];
        }
        renamed
    }
}

/// A constant's name in a language that does not tell `OAUTH_ACCESS_TOKEN` from `oauth_access_token`: the constant
/// gives way.
pub fn caseless(interface: &Interface, constant: &str) -> String {
    if interface.has_function(&constant.to_ascii_lowercase()) {
        return format!("{constant}_PROPERTY");
    }
    constant.to_owned()
}

impl Parameter {
    pub fn names(&self) -> impl Iterator<Item = &String> {
        let (first, second) = match self {
            Self::Int(name) => (name, None),
            Self::TextIn { text, length } => (text, Some(length)),
            Self::TextOut { text, capacity } => (text, Some(capacity)),
        };
        std::iter::once(first).chain(second)
    }
}

/// The constants' comments and declarations, under the headings of the source.
pub fn constants(
    interface: &Interface,
    section: impl Fn(&str) -> String,
    group: impl Fn(&str) -> String,
    constant: impl Fn(&crate::model::Constant) -> String,
) -> String {
    let mut text = String::new();
    let mut before = None;
    for item in &interface.constants {
        let place = Some(&item.place);
        if place != before {
            let is_new = before.is_none_or(|b| b.section != item.place.section);
            if is_new && !item.place.section.is_empty() {
                text.push_str(&section(&item.place.section));
            }
            if !item.place.group.is_empty() {
                text.push_str(&group(&item.place.group));
            }
            before = place;
        }
        text.push_str(&constant(item));
    }
    text
}

/// As C declares it, for languages that read that.
pub fn prototype(function: &Function) -> String {
    let parameters: Vec<_> = function.parameters.iter().map(declared).collect();
    format!("int32_t {}({});\n", function.name, parameters.join(", "))
}

fn declared(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Int(name) => format!("int32_t {name}"),
        Parameter::TextIn { text, length } => format!("const char *{text}, int32_t {length}"),
        Parameter::TextOut { text, capacity } => format!("char *{text}, int32_t {capacity}"),
    }
}

/// The texts of all items, one after the other.
pub fn each<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.into_iter().map(text).collect()
}

/// A template with its `@NAME@` lines and words replaced.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        let lines = format!("@{name}@\n");
        text = text.replace(&lines, value).replace(&format!("@{name}@"), value);
    }
    text
}
