//! docs/my-server-is-different.md leads from texts of the library to settings of the library: both are as it says.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../docs/my-server-is-different.md");

/// The cells of each row of its tables.
fn rows() -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && *line != "| text | why | profile |");
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn each_text_is_one_that_the_library_says() {
    let mut source = String::new();
    read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    // A text in several lines of source is one, and what is in braces is filled in.
    let source = source.replace("\\\n", "").replace("{{", "{").replace("}}", "}");
    let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut missing = Vec::new();
    let mut checked = 0;
    for row in rows() {
        for text in quoted(row[0]).filter(|text| text.contains(' ') && !text.starts_with("status ")) {
            checked += 1;
            for part in text.split('…') {
                let part = part.trim_start_matches("metadata: ").trim();
                if !source.contains(part) {
                    missing.push(format!("{text}: {part:?}"));
                }
            }
        }
    }
    assert!(checked > 25, "{checked} texts are no page");
    assert!(missing.is_empty(), "the library does not say:\n{}\n", missing.join("\n"));
}

#[test]
fn each_setting_is_one_that_profiles_have() {
    let constants = include_str!("../src/constants/properties.rs");
    let mut wrong = Vec::new();
    let lines = PAGE.lines().filter_map(|line| line.strip_prefix("       "));
    let cells = rows().into_iter().filter_map(|row| row.get(2).copied());
    let settings = cells.flat_map(quoted).chain(lines).filter(|text| text.contains(" = "));
    let settings: Vec<_> = settings.collect();
    assert!(settings.len() > 40, "{settings:?}");
    for setting in settings {
        let key = setting.split(" = ").next().unwrap().trim();
        if !constants.contains(&format!("pub const OAUTH_{}: i32", key.to_uppercase())) {
            wrong.push(setting);
        }
    }
    assert!(wrong.is_empty(), "no settings: {wrong:?}");
}

fn read_all(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            *into += &fs::read_to_string(path).unwrap();
        }
    }
}
