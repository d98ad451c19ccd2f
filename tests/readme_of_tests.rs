//! README.md beside this file says which rule is held where: what it names is there, and what is there it names.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};

/// What a file has in it that holds tests of its own.
const MARKS: &[&str] = &["#[test]\n", "\n@case(", "unittest.TestCase", "\ndef cases(", "\ndef sweeps("];

#[test]
fn every_name_in_the_map_exists() {
    let map = map();
    let mut missing = Vec::new();
    let mut file = None;
    for (number, line) in (1..).zip(map.lines()) {
        // What is named behind a file is in it, to the end of the row or the paragraph.
        file = file.filter(|_| line.starts_with("  "));
        for word in line.split('`').skip(1).step_by(2) {
            let is_file = word.contains(['/', '.']) && !word.starts_with("/etc/");
            if is_file {
                file = Some(word);
            }
            if !is_there(word, is_file, file) {
                missing.push(format!("line {number}: {word}"));
            }
        }
        let is_command = line.starts_with("    ");
        let named = line.split_whitespace().filter(|word| is_command && word.starts_with("tests/"));
        missing
            .extend(named.filter(|word| find(word).is_none()).map(|word| format!("line {number}: {word}")));
    }
    assert!(missing.is_empty(), "tests/README.md names what is not there:\n{}\n", missing.join("\n"));
}

fn is_there(word: &str, is_file: bool, file: Option<&str>) -> bool {
    match file.map(find) {
        Some(Some(path)) => is_file || fs::read_to_string(path).is_ok_and(|text| defines(&text, word)),
        Some(None) => false,
        None => true, // a setting, a folder of the system
    }
}

#[test]
fn every_file_of_tests_is_in_the_map() {
    let (map, tests) = (map(), root().join("tests"));
    let holds_tests = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_default();
        MARKS.iter().any(|mark| text.contains(mark))
    };
    let names = files(&tests).into_iter().filter(holds_tests);
    let names = names.map(|path| path.strip_prefix(&tests).unwrap().to_str().unwrap().to_owned());
    let unnamed: Vec<String> = names.filter(|name| !map.contains(name)).collect();
    assert!(unnamed.is_empty(), "tests/README.md does not name {}", unnamed.join(", "));
}

/// Each row of the project's README that says what it can names what shows that.
#[test]
fn what_the_readme_names_is_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let words = readme.split('`').skip(1).step_by(2).filter_map(|word| word.split(' ').next());
    let folders = ["tests/", "bindings/", "command/", "examples/", "docs/"];
    let named: Vec<_> = words.filter(|word| folders.iter().any(|f| word.starts_with(f))).collect();
    let missing: Vec<_> = named.iter().filter(|word| !root().join(word).exists()).collect();
    assert!(named.len() > 20 && missing.is_empty(), "README.md names what is not there: {missing:?}");
    for row in table(&readme, "## What it can", 1) {
        assert!(row.contains("tests/"), "no test is named in {row}");
    }
}

/// Who can call it, and where: each row says what shows that, and no binding is left out.
#[test]
fn the_readme_has_a_row_for_each_caller() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let known: Vec<_> = makefile.lines().filter_map(|line| line.strip_prefix(".PHONY:")).collect();
    let known: Vec<_> = known.iter().flat_map(|line| line.split(' ')).collect();
    let title = "## Who can call it";
    for row in table(&readme, title, 1).chain(table(&readme, title, 2)) {
        let by = row.rsplit('|').nth(1).unwrap();
        let goals: Vec<_> = by.split('`').filter_map(|word| word.strip_prefix("make ")).collect();
        let unknown: Vec<_> = goals.iter().filter(|goal| !known.contains(goal)).collect();
        assert!(unknown.is_empty(), "no goal of make: {unknown:?} in {row}");
        assert!(!goals.is_empty() || by.contains("tests/"), "nothing is named that shows {row}");
    }
    for entry in fs::read_dir(root().join("bindings")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let is_caller = entry.path().is_dir() && !["c", "generator", "windows"].contains(&&*name);
        assert!(!is_caller || readme.contains(&format!("bindings/{name}")), "README.md does not name {name}");
    }
}

/// The rows of the table in that paragraph of a section.
fn table<'a>(readme: &'a str, section: &str, paragraph: usize) -> impl Iterator<Item = &'a str> {
    let text = readme.split(section).nth(1).and_then(|text| text.split("\n\n").nth(paragraph));
    text.unwrap().lines().skip(2)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn map() -> String {
    fs::read_to_string(root().join("tests/README.md")).unwrap()
}

/// Below tests/, or else below the root.
fn find(name: &str) -> Option<PathBuf> {
    [root().join("tests").join(name), root().join(name)].into_iter().find(|path| path.exists())
}

/// Whether a function, a class, a type or a table has that name there, in Rust, Python, a shell or C.
fn defines(text: &str, name: &str) -> bool {
    let begins = ["fn ", "def ", "class ", "struct ", "const ", "static void ", "\n"];
    let ends = ["(", "<", ":", ";", " {", "() {"];
    begins.iter().any(|before| ends.iter().any(|after| text.contains(&format!("{before}{name}{after}"))))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| !path.ends_with("node_modules"));
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
