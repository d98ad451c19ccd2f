//! The header: cbindgen's declarations between the comments of the source.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::model::{Doc, Interface, Parameter, Result};
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn header(interface: &Interface, source: &Path) -> Result<String> {
    let declarations = declarations(interface, source)?;
    compare(interface, &declarations)?;
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n/* ---- {title} ---- */\n\n"),
        |group| format!("\n/* {group} */\n\n"),
        |constant| {
            let value = parenthesised(constant.value);
            format!("{}#define {} {value}\n", comment(&style, &constant.doc, &[]), constant.name)
        },
    );
    let functions = prose::each(&interface.functions, |f| {
        format!("\n{}{}\n", comment(&style, &f.doc, &f.parameters), declarations[&f.name])
    });
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
    ];
    Ok(prose::fill(include_str!("../templates/liboauth.h.in"), &values))
}

/// Two readings of the source, ours and cbindgen's, see the same.
fn compare(interface: &Interface, declarations: &BTreeMap<String, String>) -> Result<()> {
    let mut problems = Vec::new();
    for constant in &interface.constants {
        let expected = format!("#define {} {}", constant.name, constant.value);
        if declarations.get(&constant.name) != Some(&expected) {
            problems.push(format!("{}: cbindgen does not read `{expected}`", constant.name));
        }
    }
    for function in interface.functions.iter().filter(|f| !declarations.contains_key(&f.name)) {
        problems.push(format!("{}: cbindgen does not see it", function.name));
    }
    let others = declarations.keys().filter(|n| !interface.has_constant(n) && !interface.has_function(n));
    problems.extend(others.map(|name| format!("{name}: only cbindgen sees it")));
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems)
}

/// What fits on one line stays one line.
fn comment(style: &Style, doc: &Doc, parameters: &[Parameter]) -> String {
    let text = style.comment(" * ", doc, parameters);
    let line = text.trim_start_matches(" * ").trim_end();
    if !line.contains('\n') && line.len() + 6 <= style.width {
        return format!("/* {line} */\n");
    }
    format!("/* {line}\n */\n")
}

/// `1 -OAUTH_X` must stay what it looks like.
fn parenthesised(value: i32) -> String {
    if value < 0 {
        return format!("({value})");
    }
    value.to_string()
}

/// Each `#define` and each prototype by its name, as cbindgen writes them.
fn declarations(interface: &Interface, source: &Path) -> Result<BTreeMap<String, String>> {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        documentation: false,
        no_includes: true,
        line_length: WIDTH,
        ..cbindgen::Config::default()
    };
    config.function.args = cbindgen::Layout::Auto;
    let of_functions = interface.functions.iter().map(|f| f.file.as_str());
    let files: BTreeSet<_> =
        of_functions.chain(interface.constant_files.iter().map(String::as_str)).collect();
    let builder = cbindgen::Builder::new().with_config(config);
    let bindings = files
        .into_iter()
        .fold(builder, |builder, file| builder.with_src(source.join(file)))
        .generate()
        .map_err(|error| vec![format!("cbindgen: {error}")])?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| vec![format!("cbindgen: {error}")])?;
    Ok(by_name(&text))
}

fn by_name(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut statement: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        statement.push(line);
        let define = line.strip_prefix("#define ").and_then(|rest| rest.split(' ').next());
        if define.is_none() && !line.ends_with(';') {
            continue;
        }
        let head = statement[0].split('(').next().unwrap_or_default();
        let name = define.or_else(|| head.split([' ', '*']).next_back()).unwrap_or_default();
        found.insert(name.to_owned(), statement.join("\n"));
        statement.clear();
    }
    found
}
