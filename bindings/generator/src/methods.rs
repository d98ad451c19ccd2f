//! The functions that take a client, as the methods that languages with objects have of them.
#![forbid(unsafe_code)]

use crate::model::{Function, Interface, Parameter};
use crate::prose::Style;

pub struct Method<'a> {
    pub function: &'a Function,
    /// Without `oauth_`.
    pub name: &'a str,
    /// Without the client and without the buffer.
    pub arguments: Vec<Argument<'a>>,
    pub gives_text: bool,
}

pub enum Argument<'a> {
    Int(&'a str),
    /// Up to its NUL, taken as it is.
    Text(&'a str),
    /// A part of an HTTP answer: bytes as they came.
    Bytes(&'a str),
}

/// All but the one that closes: an object does that by itself.
pub fn methods(interface: &Interface) -> Vec<Method<'_>> {
    let takes_client =
        |f: &&Function| matches!(f.parameters.first(), Some(Parameter::Int(name)) if name == "client");
    let functions = interface.functions.iter().filter(takes_client);
    functions.filter(|f| f.name != "oauth_client_close").map(method).collect()
}

fn method(function: &Function) -> Method<'_> {
    let parameters = &function.parameters[1..];
    let arguments = parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Int(name) => Some(Argument::Int(name)),
        Parameter::TextIn { text, .. } if text == "headers" || text == "body" => Some(Argument::Bytes(text)),
        Parameter::TextIn { text, .. } => Some(Argument::Text(text)),
        Parameter::TextOut { .. } => None,
    });
    Method {
        function,
        name: function.name.trim_start_matches("oauth_"),
        arguments: arguments.collect(),
        gives_text: matches!(parameters.last(), Some(Parameter::TextOut { .. })),
    }
}

impl<'a> Argument<'a> {
    pub fn name(&self) -> &'a str {
        let (Self::Int(name) | Self::Text(name) | Self::Bytes(name)) = self;
        name
    }
}

impl Method<'_> {
    /// What the function does, in its first sentence, and where the rest stands.
    pub fn summary(&self, style: &Style, prefix: &str) -> String {
        let first = self.function.doc.paragraphs[0].split_inclusive(". ").next().unwrap_or_default();
        let text = format!("{} See {}.", first.trim_end(), self.function.name);
        let doc = crate::model::Doc { paragraphs: vec![text], since: self.function.doc.since };
        style.comment(prefix, &doc, &self.function.parameters)
    }

    /// In its language's manner: `of` writes an argument.
    pub fn arguments(&self, of: impl Fn(&Argument) -> String) -> String {
        self.arguments.iter().map(of).collect::<Vec<_>>().join(", ")
    }
}

/// Code without lines that are too long: they go on behind a comma or a semicolon. Comments are left as they are.
pub fn folded(code: &str, width: usize) -> String {
    let mut folded = String::new();
    for line in code.lines() {
        let start = line.len() - line.trim_start().len();
        let indent = line[..start].to_owned() + if line.starts_with('\t') { "\t" } else { "    " };
        let mut rest = line.to_owned();
        while rest.len() > width && !line[start..].starts_with(['/', '*', '#']) {
            let Some(end) = rest[..width].rfind([',', ';']).filter(|end| *end > indent.len()) else { break };
            folded.push_str(&rest[..=end]);
            folded.push('\n');
            rest = format!("{indent}{}", rest[end + 1..].trim_start());
        }
        folded.push_str(&rest);
        folded.push('\n');
    }
    folded
}

/// `build_authorize_url` as `BuildAuthorizeUrl`.
pub fn capitals(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
