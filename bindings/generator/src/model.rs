//! What the library offers, read from its source: constants and functions with their comments.
//! Refuses whatever a COBOL, RPG or ctypes caller could not use.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::{
    Attribute, Expr, FnArg, Item, ItemConst, ItemFn, Lit, Meta, Pat, ReturnType, Type, UnOp, Visibility,
};

pub const CONSTANTS: &str = "src/constants.rs";
pub const FUNCTIONS: &str = "src/ffi/mod.rs";

/// COBOL's longest name.
const LONGEST_NAME: usize = 30;

pub type Result<T> = std::result::Result<T, Vec<String>>;

pub struct Interface {
    pub version: String,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
}

pub struct Constant {
    pub name: String,
    pub value: i32,
    pub doc: Doc,
    pub place: Place,
}

/// Under which comments of the source a constant stands.
#[derive(Clone, Default, PartialEq)]
pub struct Place {
    /// From `// ---- a line such as this ----`.
    pub section: String,
    /// From a plain comment between constants, if there is one.
    pub group: String,
}

pub struct Function {
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub doc: Doc,
}

/// The three shapes, and nothing else.
pub enum Parameter {
    Int(String),
    TextIn { text: String, length: String },
    TextOut { text: String, capacity: String },
}

pub struct Doc {
    /// As in the source, each on one line, without `# Safety`.
    pub paragraphs: Vec<String>,
    pub since: (u32, u32),
}

impl Interface {
    pub fn read(source: &Path) -> Result<Self> {
        let manifest = read(source, "Cargo.toml")?;
        let (constants, functions) = (read(source, CONSTANTS)?, read(source, FUNCTIONS)?);
        let mut problems = Vec::new();
        let places = places(&constants);
        let interface = Self {
            version: version(&manifest)?,
            constants: items(CONSTANTS, &constants, &mut problems, |item| constant(item, &places))?,
            functions: items(FUNCTIONS, &functions, &mut problems, function)?,
        };
        interface.refuse_clashes(&mut problems);
        interface.refuse_unknown_words(&mut problems);
        if problems.is_empty() {
            return Ok(interface);
        }
        Err(problems)
    }

    pub fn has_constant(&self, name: &str) -> bool {
        self.constants.iter().any(|c| c.name == name)
    }

    pub fn has_function(&self, name: &str) -> bool {
        self.functions.iter().any(|f| f.name == name)
    }

    fn refuse_clashes(&self, problems: &mut Vec<String>) {
        let mut names = BTreeSet::new();
        for name in self.constants.iter().map(|c| &c.name).chain(self.functions.iter().map(|f| &f.name)) {
            if !names.insert(name) {
                problems.push(format!("{name}: declared twice"));
            }
        }
        let mut values = BTreeMap::new();
        for constant in &self.constants {
            if let Some(other) = values.insert((&constant.place.section, constant.value), &constant.name) {
                problems.push(format!("{}: has the number of {other}, {}", constant.name, constant.value));
            }
        }
    }

    /// A comment that names what does not exist is as wrong as code that does.
    fn refuse_unknown_words(&self, problems: &mut Vec<String>) {
        let constants = self.constants.iter().map(|c| (&c.name, &c.doc));
        for (name, doc) in constants.chain(self.functions.iter().map(|f| (&f.name, &f.doc))) {
            for word in doc.paragraphs.iter().flat_map(|p| p.split(|c: char| !is_word(c))) {
                let is_constant = word.starts_with("OAUTH_") && !word.ends_with('_');
                let is_function = word.starts_with("oauth_") && !word.ends_with('_');
                if is_constant && !self.has_constant(word) || is_function && !self.has_function(word) {
                    problems.push(format!("{name}: its comment names {word}, which does not exist"));
                }
            }
        }
    }
}

pub fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn read(source: &Path, name: &str) -> Result<String> {
    fs::read_to_string(source.join(name)).map_err(|error| vec![format!("{name}: {error}")])
}

fn version(manifest: &str) -> Result<String> {
    let package = manifest.lines().skip_while(|line| line.trim() != "[package]").skip(1);
    package
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| vec!["Cargo.toml: no version = \"...\" under [package]".to_owned()])
}

/// Comments that are not doc comments are not in the syntax tree: one look at the lines finds them.
fn places(source: &str) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::new();
    let mut place = Place::default();
    let mut before = "";
    for line in source.lines() {
        if let Some(title) = line.strip_prefix("// ---- ").and_then(|rest| rest.strip_suffix(" ----")) {
            place = Place { section: title.to_owned(), group: String::new() };
        } else if let Some(text) = line.strip_prefix("// ") {
            if before.starts_with("// ") {
                place.group.push(' ');
            } else {
                place.group.clear();
            }
            place.group.push_str(text);
        } else if let Some((name, _)) = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(':'))
        {
            places.insert(name.to_owned(), place.clone());
        }
        before = line;
    }
    places
}

/// What `take` makes of each item; it gives nothing for an item that is not for callers.
fn items<T>(
    path: &str,
    source: &str,
    problems: &mut Vec<String>,
    take: impl Fn(&Item) -> std::result::Result<Option<T>, String>,
) -> Result<Vec<T>> {
    let file = syn::parse_file(source).map_err(|error| vec![format!("{path}: {error}")])?;
    let mut taken = Vec::new();
    for item in &file.items {
        match take(item) {
            Ok(found) => taken.extend(found),
            Err(problem) => problems.push(format!("{path}: {problem}")),
        }
    }
    Ok(taken)
}

fn constant(item: &Item, places: &BTreeMap<String, Place>) -> std::result::Result<Option<Constant>, String> {
    match item {
        Item::Const(item) if is_public(&item.vis) => {
            let name = item.ident.to_string();
            let doc = || -> std::result::Result<Constant, String> {
                check_name(&name, "OAUTH_", |c| c.is_ascii_uppercase())?;
                Ok(Constant {
                    value: value(item)?,
                    doc: doc(&item.attrs)?,
                    place: places.get(&name).cloned().unwrap_or_default(),
                    name: name.clone(),
                })
            };
            doc().map(Some).map_err(|problem| format!("{name}: {problem}"))
        }
        other => refuse_public(other).map(|()| None),
    }
}

fn value(item: &ItemConst) -> std::result::Result<i32, String> {
    let wrong = || "a constant is a plain number of type i32".to_owned();
    if !is_type(&item.ty, "i32") || is_conditional(&item.attrs) {
        return Err(wrong());
    }
    let (sign, literal) = match &*item.expr {
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => ("-", &*unary.expr),
        other => ("", other),
    };
    let Expr::Lit(literal) = literal else { return Err(wrong()) };
    let Lit::Int(number) = &literal.lit else { return Err(wrong()) };
    format!("{sign}{}", number.base10_digits()).parse().map_err(|_| wrong())
}

fn function(item: &Item) -> std::result::Result<Option<Function>, String> {
    match item {
        Item::Fn(item) if is_exported(item) => {
            exported(item).map(Some).map_err(|problem| format!("{}: {problem}", item.sig.ident))
        }
        other => refuse_public(other).map(|()| None),
    }
}

fn is_exported(item: &ItemFn) -> bool {
    item.attrs.iter().any(names_a_symbol) || item.sig.abi.is_some() && is_public(&item.vis)
}

fn exported(item: &ItemFn) -> std::result::Result<Function, String> {
    let name = item.sig.ident.to_string();
    check_name(&name, "oauth_", |c| c.is_ascii_lowercase())?;
    let abi = item.sig.abi.as_ref().and_then(|abi| abi.name.as_ref()).map(syn::LitStr::value);
    if !is_public(&item.vis) || abi.as_deref() != Some("C") || !item.attrs.iter().any(is_no_mangle) {
        return Err("an exported function is #[no_mangle] pub extern \"C\", under its own name".to_owned());
    }
    if is_conditional(&item.attrs) {
        return Err("every build exports every function: a #[cfg] stands inside it".to_owned());
    }
    if item.sig.variadic.is_some() || !item.sig.generics.params.is_empty() || item.sig.asyncness.is_some() {
        return Err("not a plain C function".to_owned());
    }
    match &item.sig.output {
        ReturnType::Type(_, ty) if is_type(ty, "i32") => {}
        _ => return Err("a function returns i32".to_owned()),
    }
    Ok(Function { name, parameters: parameters(item)?, doc: doc(&item.attrs)? })
}

fn parameters(item: &ItemFn) -> std::result::Result<Vec<Parameter>, String> {
    let mut taken = Vec::new();
    let mut rest = item.sig.inputs.iter();
    while let Some(input) = rest.next() {
        let (name, ty) = typed(input)?;
        let mut count = |end: &str| {
            rest.next()
                .and_then(|next| typed(next).ok())
                .filter(|(count, ty)| {
                    is_type(ty, "i32") && (count == end || *count == format!("{name}_{end}"))
                })
                .map(|(count, _)| count)
                .ok_or_else(|| format!("parameter {name}: an i32 {end} or {name}_{end} comes after it"))
        };
        taken.push(match ty {
            ty if is_type(ty, "i32") => match name.rsplit('_').next() {
                Some("length" | "capacity") => {
                    return Err(format!("parameter {name}: no text stands before it"));
                }
                _ => Parameter::Int(name),
            },
            Type::Ptr(ptr) if is_type(&ptr.elem, "c_char") && ptr.mutability.is_none() => {
                Parameter::TextIn { length: count("length")?, text: name }
            }
            Type::Ptr(ptr) if is_type(&ptr.elem, "c_char") => {
                Parameter::TextOut { capacity: count("capacity")?, text: name }
            }
            _ => {
                return Err(format!(
                    "parameter {name}: neither an i32, nor a text in (*const c_char and its i32 length), nor a \
                     text out (*mut c_char and its i32 capacity)"
                ));
            }
        });
    }
    Ok(taken)
}

fn typed(input: &FnArg) -> std::result::Result<(String, &Type), String> {
    let wrong = "a parameter has a plain lower-case name";
    let FnArg::Typed(input) = input else { return Err(wrong.to_owned()) };
    let Pat::Ident(pattern) = &*input.pat else { return Err(wrong.to_owned()) };
    let name = pattern.ident.to_string();
    if !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') || name.starts_with('_') {
        return Err(format!("{wrong}, not {name}"));
    }
    Ok((name, &input.ty))
}

fn check_name(name: &str, prefix: &str, letter: fn(char) -> bool) -> std::result::Result<(), String> {
    let rest = name.strip_prefix(prefix).ok_or_else(|| format!("a name begins with {prefix}"))?;
    let plain = rest.chars().all(|c| letter(c) || c.is_ascii_digit() || c == '_');
    if !plain || rest.is_empty() || rest.starts_with('_') || rest.ends_with('_') || rest.contains("__") {
        return Err("not a name that every language takes".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("a name of {} characters; COBOL takes {LONGEST_NAME}", name.len()));
    }
    Ok(())
}

/// Only constants and functions cross the edge.
fn refuse_public(item: &Item) -> std::result::Result<(), String> {
    let (what, name, attributes, public) = match item {
        Item::Enum(item) => ("enum", item.ident.to_string(), &item.attrs, is_public(&item.vis)),
        Item::Struct(item) => ("struct", item.ident.to_string(), &item.attrs, is_public(&item.vis)),
        Item::Union(item) => ("union", item.ident.to_string(), &item.attrs, is_public(&item.vis)),
        Item::Static(item) => ("static", item.ident.to_string(), &item.attrs, is_public(&item.vis)),
        Item::Type(item) => ("type", item.ident.to_string(), &item.attrs, is_public(&item.vis)),
        Item::Const(item) if is_public(&item.vis) => {
            return Err(format!("{}: constants stand in {CONSTANTS}", item.ident));
        }
        Item::Macro(item) => {
            let name = item.mac.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
            return Err(format!("{name}!: a macro can hide exports: write them out"));
        }
        _ => return Ok(()),
    };
    let repr = attributes.iter().any(|a| a.path().is_ident("repr"));
    if public || repr || attributes.iter().any(names_a_symbol) {
        return Err(format!("{name}: no {what} can be exported: only numbers and texts cross the edge"));
    }
    Ok(())
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_type(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none()
        && path.path.segments.last().is_some_and(|s| s.ident == name && s.arguments.is_none()))
}

fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("cfg") || a.path().is_ident("cfg_attr"))
}

/// `#[no_mangle]` or, as the 2024 edition writes it, `#[unsafe(no_mangle)]`.
fn is_no_mangle(attribute: &Attribute) -> bool {
    is_symbol_attribute(attribute, &["no_mangle"])
}

fn names_a_symbol(attribute: &Attribute) -> bool {
    is_symbol_attribute(attribute, &["no_mangle", "export_name"])
}

fn is_symbol_attribute(attribute: &Attribute, names: &[&str]) -> bool {
    let is_one = |path: &syn::Path| names.iter().any(|name| path.is_ident(name));
    if attribute.path().is_ident("unsafe") {
        return attribute.parse_args::<Meta>().is_ok_and(|meta| is_one(meta.path()));
    }
    is_one(attribute.path())
}

fn doc(attributes: &[Attribute]) -> std::result::Result<Doc, String> {
    let paragraphs = paragraphs(attributes);
    let text = paragraphs.join(" ");
    if let Some(odd) = text.chars().find(|c| !c.is_ascii()) {
        return Err(format!("its comment has the character {odd}: not all compilers read it"));
    }
    if text.contains("*/") || text.contains("/*") || text.matches('`').count() % 2 != 0 {
        return Err("its comment has half a pair of backticks, or would end a C comment".to_owned());
    }
    let since = text.rsplit_once("Since ").and_then(|(_, version)| {
        let (major, minor) = version.strip_suffix('.')?.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    });
    let since = since.ok_or_else(|| "its comment does not end with \"Since 0.x.\"".to_owned())?;
    Ok(Doc { paragraphs, since })
}

fn paragraphs(attributes: &[Attribute]) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in attributes.iter().filter_map(doc_line) {
        let line = line.trim().replace('…', "...");
        if line.starts_with("# ") {
            break; // `# Safety` is for callers in Rust
        }
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() && !last.is_empty() => *last = format!("{last} {line}"),
            Some(last) if last.is_empty() => *last = line,
            _ => paragraphs.push(line),
        }
    }
    paragraphs.retain(|p| !p.is_empty());
    paragraphs
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &meta.value else { return None };
    match &literal.lit {
        Lit::Str(text) if meta.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}
