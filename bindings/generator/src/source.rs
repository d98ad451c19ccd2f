//! The interface as the repository has it: the constants, the functions of all themes, the order of the exports.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::declaration;
use crate::exports::Exports;
use crate::model::{is_word, Constant, Function, Interface, Result, CONSTANTS, EDGE};

pub fn interface(source: &Path) -> Result<Interface> {
    let mut problems = Vec::new();
    let version = version(&read(source, "Cargo.toml")?)?;
    let constant_files = rust_files(source, CONSTANTS)?;
    let mut constants = Vec::new();
    for file in &constant_files {
        constants.extend(declaration::constants(file, &read(source, file)?, &mut problems)?);
    }
    let mut functions = Vec::new();
    for file in rust_files(source, EDGE)? {
        functions.extend(declaration::functions(&file, &read(source, &file)?, &mut problems)?);
    }
    refuse_clashing_constants(&constants, &mut problems);
    refuse_clashing_functions(&functions, &mut problems);
    let mut interface = Interface { version, constant_files, constants, functions };
    refuse_unknown_words(&interface, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    interface.functions = Exports::read(source)?.put_in_order(interface.functions)?;
    Ok(interface)
}

/// Those in `folder` itself, by name.
fn rust_files(source: &Path, folder: &str) -> Result<Vec<String>> {
    let wrong = |error: std::io::Error| vec![format!("{folder}: {error}")];
    let mut files = Vec::new();
    for entry in fs::read_dir(source.join(folder)).map_err(wrong)? {
        let name = entry.map_err(wrong)?.file_name();
        if Path::new(&name).extension().is_some_and(|end| end == "rs") {
            files.push(format!("{folder}/{}", name.to_string_lossy()));
        }
    }
    files.sort();
    Ok(files)
}

fn refuse_clashing_constants(constants: &[Constant], problems: &mut Vec<String>) {
    let (mut names, mut values) = (BTreeSet::new(), BTreeMap::new());
    for constant in constants {
        if !names.insert(&constant.name) {
            problems.push(format!("{}: declared twice", constant.name));
        }
        if let Some(other) = values.insert((&constant.place.section, constant.value), &constant.name) {
            problems.push(format!("{}: has the number of {other}, {}", constant.name, constant.value));
        }
    }
}

fn refuse_clashing_functions(functions: &[Function], problems: &mut Vec<String>) {
    let mut files = BTreeMap::new();
    for function in functions {
        if let Some(first) = files.insert(&function.name, &function.file) {
            let (file, name) = (&function.file, &function.name);
            problems
                .push(format!("{file}: {name}: declared twice, and first in {first}: give one another name"));
        }
    }
}

/// A comment that names what does not exist is as wrong as code that does.
fn refuse_unknown_words(interface: &Interface, problems: &mut Vec<String>) {
    let constants = interface.constants.iter().map(|c| (&c.name, &c.doc));
    for (name, doc) in constants.chain(interface.functions.iter().map(|f| (&f.name, &f.doc))) {
        for word in doc.paragraphs.iter().flat_map(|p| p.split(|c: char| !is_word(c))) {
            let is_constant = word.starts_with("OAUTH_") && !word.ends_with('_');
            let is_function = word.starts_with("oauth_") && !word.ends_with('_');
            if is_constant && !interface.has_constant(word) || is_function && !interface.has_function(word) {
                problems.push(format!("{name}: its comment names {word}, which does not exist"));
            }
        }
    }
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
