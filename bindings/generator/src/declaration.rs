//! Constants and functions as the source declares them, with their comments.
//! Refuses whatever a COBOL, RPG or ctypes caller could not use.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use syn::{
    Attribute, Expr, FnArg, Item, ItemConst, ItemFn, Lit, Meta, Pat, ReturnType, Type, UnOp, Visibility,
};

use crate::model::{Constant, Doc, Function, Parameter, Place, Result, CONSTANTS};

/// COBOL's longest name.
const LONGEST_NAME: usize = 30;

pub fn constants(path: &str, source: &str, problems: &mut Vec<String>) -> Result<Vec<Constant>> {
    let places = places(source);
    Ok(take(path, &items(path, source)?, problems, |item| constant(item, &places)))
}

/// What a file of the edge exports. One that exports nothing may have types of its own.
pub fn functions(path: &str, source: &str, problems: &mut Vec<String>) -> Result<Vec<Function>> {
    let items = items(path, source)?;
    let is_theme = items.iter().any(is_exported);
    Ok(take(path, &items, problems, |item| function(path, item, is_theme)))
}

fn items(path: &str, source: &str) -> Result<Vec<Item>> {
    Ok(syn::parse_file(source).map_err(|error| vec![format!("{path}: {error}")])?.items)
}

/// What `read` makes of each item; it gives nothing for an item that is not for callers.
fn take<T>(
    path: &str,
    items: &[Item],
    problems: &mut Vec<String>,
    read: impl Fn(&Item) -> std::result::Result<Option<T>, String>,
) -> Vec<T> {
    let mut taken = Vec::new();
    for item in items {
        match read(item) {
            Ok(found) => taken.extend(found),
            Err(problem) => problems.push(format!("{path}: {problem}")),
        }
    }
    taken
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

fn function(path: &str, item: &Item, is_theme: bool) -> std::result::Result<Option<Function>, String> {
    match item {
        Item::Fn(function) if is_exported(item) => {
            exported(path, function).map(Some).map_err(|problem| format!("{}: {problem}", function.sig.ident))
        }
        Item::Macro(item) if item.mac.path.is_ident("thread_local") => Ok(None),
        other if is_theme || matches!(other, Item::Macro(_)) => refuse_public(other).map(|()| None),
        _ => Ok(None),
    }
}

fn is_exported(item: &Item) -> bool {
    match item {
        Item::Fn(item) => {
            item.attrs.iter().any(names_a_symbol) || item.sig.abi.is_some() && is_public(&item.vis)
        }
        Item::Static(item) => item.attrs.iter().any(names_a_symbol),
        _ => false,
    }
}

fn exported(path: &str, item: &ItemFn) -> std::result::Result<Function, String> {
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
    Ok(Function { name, file: path.to_owned(), parameters: parameters(item)?, doc: doc(&item.attrs)? })
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
