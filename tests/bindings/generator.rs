//! What the generator of the bindings takes, and what it refuses.
#![forbid(unsafe_code)]

use std::fs;

use super::exports::EXPORTS;
use super::{between, fail, files, generator, read, succeed, Folder, BINDER_SOURCE, HEADER, MEMBER};

const GOOD_CONSTANT: &str = "/// Fine. Since 0.1.\npub const OAUTH_FINE: i32 = -1;\n";
const GOOD_FUNCTION: &str =
    "/// Fine. Since 0.1.\n#[no_mangle]\npub extern \"C\" fn oauth_fine() -> i32 { 0 }\n";

#[test]
fn the_generator_takes_what_is_right() {
    let every_shape = "/// It is. Since 0.12.\n///\n/// # Safety\n/// None.\n#[unsafe(no_mangle)]\n\
                       pub unsafe extern \"C\" fn oauth_b(text: *const c_char, length: i32, \
                       url: *mut c_char, url_capacity: i32, read: i32) -> i32 { 0 }\n";
    let another_section = "fn private() {}\n\n// ---- another section ----\n\n\
                           /// It is. Since 0.1.\npub const OAUTH_OTHER: i32 = -1;\n";
    let right = [
        ("", "fn private() {}\nstruct Private;\nuse std::ffi::c_char;\nmod elsewhere;\n"),
        ("", every_shape),
        (another_section, ""),
    ];
    for (constants, functions) in right {
        let source = source(&format!("{GOOD_CONSTANT}{constants}"), &format!("{GOOD_FUNCTION}{functions}"));
        succeed(&mut generator(&source.path));
        let member = read(&source.path.join(MEMBER));
        assert_eq!(member.contains("  dcl-parm read int(10) value;\n"), functions.contains("read"));
        assert!(!read(&source.path.join(HEADER)).contains("None."));
    }
}

#[test]
fn the_generator_refuses_what_not_every_language_can_call() {
    let exported = |signature: &str| {
        format!("/// It is. Since 0.1.\n#[no_mangle]\npub unsafe extern \"C\" fn {signature} {{ todo!() }}\n")
    };
    let with = |parameters: &str| exported(&format!("oauth_bad({parameters}) -> i32"));
    let declared = |before: &str| format!("{before} fn oauth_bad() -> i32 {{ 0 }}\n");
    let right = "#[no_mangle] pub extern \"C\"";
    let commented = |comment: &str| format!("{comment}\n{}", declared(right));
    let plain = |text: &str| text.to_owned();
    let shape = "neither an i32, nor a text";
    let cases: Vec<(String, &str)> = vec![
        // parameters
        (with("x: i64"), shape),
        (with("x: u32"), shape),
        (with("x: usize"), shape),
        (with("x: bool"), shape),
        (with("x: f64"), shape),
        (with("x: *mut i32"), shape),
        (with("x: *const c_void"), shape),
        (with("x: *const *const c_char, length: i32"), shape),
        (with("x: &i32"), shape),
        (with("x: Option<extern \"C\" fn()>"), shape),
        (with("x: Settings"), shape),
        (with("text: *const c_char"), "text: an i32 length or text_length comes after it"),
        (with("text: *const c_char, length: i64"), "text: an i32 length"),
        (with("text: *const c_char, capacity: i32"), "text: an i32 length"),
        (with("text: *const c_char, other: i32"), "text: an i32 length"),
        (with("text: *const c_char, url_length: i32"), "text: an i32 length"),
        (with("url: *mut c_char"), "url: an i32 capacity or url_capacity comes after it"),
        (with("url: *mut c_char, length: i32"), "url: an i32 capacity"),
        (with("length: i32"), "length: no text stands before it"),
        (with("url_capacity: i32"), "url_capacity: no text stands before it"),
        (with("_: i32"), "a plain lower-case name"),
        (with("_x: i32"), "a plain lower-case name"),
        (with("aB: i32"), "a plain lower-case name"),
        (with("x: i32, ..."), "not a plain C function"),
        // results
        (exported("oauth_bad()"), "returns i32"),
        (exported("oauth_bad() -> i64"), "returns i32"),
        (exported("oauth_bad() -> *const c_char"), "returns i32"),
        (exported("oauth_bad() -> Result<i32>"), "returns i32"),
        (exported("oauth_bad<T>(x: i32) -> i32"), "not a plain C function"),
        // names
        (exported("bad() -> i32"), "begins with oauth_"),
        (exported("oauth_Bad() -> i32"), "not a name that every language takes"),
        (exported("oauth_bad_() -> i32"), "not a name that every language takes"),
        (exported("oauth_() -> i32"), "not a name that every language takes"),
        (exported("oauth_a_name_that_is_far_too_long() -> i32"), "33 characters; COBOL takes 30"),
        (exported("oauth_fine() -> i32"), "declared twice"),
        // how it is exported
        (declared("/// It is. Since 0.1.\npub extern \"C\""), "#[no_mangle]"),
        (declared("/// It is. Since 0.1.\n#[no_mangle] extern \"C\""), "#[no_mangle]"),
        (declared("/// It is. Since 0.1.\n#[no_mangle] pub"), "#[no_mangle]"),
        (declared("/// It is. Since 0.1.\n#[no_mangle] pub extern \"system\""), "#[no_mangle]"),
        (declared("/// It is. Since 0.1.\n#[export_name = \"x\"] pub extern \"C\""), "#[no_mangle]"),
        (commented("/// It is. Since 0.1.\n#[cfg(x)]"), "every build exports every function"),
        (plain("exports!(oauth_bad);\n"), "a macro can hide exports"),
        // what else could be exported
        (plain("pub enum Kind { A }\n"), "Kind: no enum can be exported"),
        (plain("#[repr(C)]\nstruct Settings { a: i32 }\n"), "Settings: no struct can be exported"),
        (plain("pub struct Settings;\n"), "Settings: no struct can be exported"),
        (plain("pub union U { a: i32 }\n"), "U: no union can be exported"),
        (plain("pub type Handle = i32;\n"), "Handle: no type can be exported"),
        (plain("#[no_mangle]\nstatic OAUTH_X: i32 = 0;\n"), "OAUTH_X: no static can be exported"),
        (plain("pub const OAUTH_X: i32 = 0;\n"), "OAUTH_X: constants stand in src/constants"),
        // comments
        (commented(""), "does not end with \"Since 0.x.\""),
        (commented("/// It is."), "does not end with"),
        (commented("/// Since 0.1. It is."), "does not end with"),
        (commented("/// It is `half. Since 0.1."), "half a pair of backticks"),
        (commented("/// It */ is. Since 0.1."), "would end a C comment"),
        (commented("/// It \u{e4} is. Since 0.1."), "has the character \u{e4}"),
        (commented("/// See OAUTH_GONE. Since 0.1."), "names OAUTH_GONE, which does not exist"),
        (commented("/// See `oauth_gone`. Since 0.1."), "names oauth_gone, which does not exist"),
        (plain("not Rust"), "src/ffi/mod.rs: "),
    ];
    for (functions, expected) in cases {
        refuses(GOOD_CONSTANT, &format!("{GOOD_FUNCTION}{functions}"), expected);
    }
}

#[test]
fn the_generator_refuses_constants_that_not_every_language_can_have() {
    let cases = [
        ("/// It is. Since 0.1.\npub const OAUTH_BAD: i64 = 1;\n", "a plain number of type i32"),
        ("/// It is. Since 0.1.\npub const OAUTH_BAD: &str = \"a\";\n", "a plain number of type i32"),
        ("/// It is. Since 0.1.\npub const OAUTH_BAD: i32 = 1 + 1;\n", "a plain number of type i32"),
        ("/// It is. Since 0.1.\npub const OAUTH_BAD: i32 = 3_000_000_000;\n", "a plain number of type i32"),
        ("/// It is. Since 0.1.\n#[cfg(x)]\npub const OAUTH_BAD: i32 = 1;\n", "a plain number of type i32"),
        ("/// It is. Since 0.1.\npub const BAD: i32 = 1;\n", "begins with OAUTH_"),
        ("/// It is. Since 0.1.\npub const OAUTH_bad: i32 = 1;\n", "not a name that every language takes"),
        ("/// It is. Since 0.1.\npub const OAUTH_A__B: i32 = 1;\n", "not a name that every language takes"),
        ("/// It is. Since 0.1.\npub const OAUTH_A_NAME_THAT_IS_TOO_LONG_X: i32 = 1;\n", "COBOL takes 30"),
        (
            "/// It is. Since 0.1.\npub const OAUTH_BAD: i32 = -1;\n",
            "OAUTH_BAD: has the number of OAUTH_FINE",
        ),
        ("pub const OAUTH_BAD: i32 = 1;\n", "does not end with"),
        ("pub enum Kind { A }\n", "Kind: no enum can be exported"),
    ];
    for (constants, expected) in cases {
        refuses(&format!("{GOOD_CONSTANT}{constants}"), GOOD_FUNCTION, expected);
    }
}

/// RPG does not tell capitals from small letters, and no COBOL field can have the name of a constant.
#[test]
fn the_generator_refuses_names_that_one_language_takes_for_another() {
    let function = |name: &str| {
        format!("/// It is. Since 0.1.\n#[no_mangle]\npub extern \"C\" fn {name}(body: i32) -> i32 {{ 0 }}\n")
    };
    let constant =
        |name: &str, value: i32| format!("/// It is. Since 0.1.\npub const {name}: i32 = {value};\n");
    // RPG: the constant gives way, unless it has nowhere to go.
    let both = constant("OAUTH_TOKEN", 1) + &constant("OAUTH_TOKEN_PROPERTY", 2);
    refuses(&both, &function("oauth_token"), "OAUTH_TOKEN: RPG does not tell it from the function");
    let long = "OAUTH_TWENTY_TWO_LETTERS";
    refuses(&constant(long, 1), &function(&long.to_lowercase()), "RPG does not tell it from the function");
    // COBOL: a parameter's field has a name of its own.
    refuses(&constant("OAUTH_BODY", 1), &function("oauth_send"), "OAUTH-BODY: no name for a field");
}

// ---- the list of exports ----

#[test]
fn later_functions_stand_last_in_the_binder_source() {
    let functions = [since("0.10", "oauth_a"), since("0.1", "oauth_c"), since("0.2", "oauth_b")];
    let source = source(GOOD_CONSTANT, &functions.concat());
    list(&source, "oauth_c\noauth_b\noauth_a\n");
    succeed(&mut generator(&source.path));
    assert_order(&source, &["oauth_c", "oauth_b", "oauth_a"]);
    list(&source, "oauth_c\noauth_b\noauth_a\noauth_d\n");
    add(&source, "src/ffi/late.rs", &since("0.2", "oauth_d"));
    refuses_in(&source, "bindings/exports.txt: oauth_d: stands behind oauth_a, which is newer: append that");
}

/// Programs are bound to its place as well.
#[test]
fn the_bridges_own_function_keeps_its_place() {
    let names: Vec<_> = (0..40).map(|number| format!("oauth_f{number}")).collect();
    let functions: String = names.iter().map(|name| since("0.1", name)).collect();
    let source = source(GOOD_CONSTANT, &functions);
    succeed(&mut generator(&source.path));
    let exported = between(&source.path.join(BINDER_SOURCE), "SYMBOL(\"", '"');
    assert_eq!(exported[37], "oauth_bridge_ccsid");
    assert_eq!((&exported[..37], &exported[38..]), (&names[..37], &names[37..]));
    // What is there is no reason to refuse the list.
    succeed(generator(&source.path).arg("--check"));
}

#[test]
fn functions_stand_in_the_order_of_the_list_whatever_file_they_are_in() {
    let source = source(GOOD_CONSTANT, "mod handle;\nmod themes;\npub use themes::*;\n");
    list(&source, "# The first.\noauth_c\n\n  oauth_a\n# Later.\noauth_b\n");
    add(&source, "src/ffi/themes.rs", &(since("0.1", "oauth_b") + &since("0.1", "oauth_a")));
    add(&source, "src/ffi/other.rs", &since("0.1", "oauth_c"));
    // It exports nothing, and has what a file with exported functions may not have.
    let own = "thread_local! {}\npub struct Handle;\npub enum Kind { A }\npub const PLACES: u32 = 1;\npub fn open() {}\n";
    add(&source, "src/ffi/handle.rs", own);
    add(&source, "src/ffi/notes.txt", "not Rust");
    let wanted = ["oauth_c", "oauth_a", "oauth_b"];
    succeed(&mut generator(&source.path));
    assert_order(&source, &wanted);
    // What moves to another file keeps its place.
    add(&source, "src/ffi/themes.rs", &since("0.1", "oauth_a"));
    add(&source, "src/ffi/other.rs", &(since("0.1", "oauth_b") + &since("0.1", "oauth_c")));
    succeed(generator(&source.path).arg("--check"));
    assert_order(&source, &wanted);
}

#[test]
fn the_generator_refuses_what_is_not_listed_or_listed_in_vain() {
    let source = source(GOOD_CONSTANT, "");
    add(&source, "src/ffi/themes.rs", &(since("0.1", "oauth_a") + &since("0.1", "oauth_b")));
    let cases = [
        ("oauth_a\n", "src/ffi/themes.rs: oauth_b: not in bindings/exports.txt: append it there"),
        ("oauth_a\n# oauth_b\n", "src/ffi/themes.rs: oauth_b: not in bindings/exports.txt: append it there"),
        (
            "oauth_a\noauth_b\n\noauth_c\n",
            "bindings/exports.txt:4: oauth_c: no file of src/ffi exports it: bring",
        ),
        (
            "oauth_a\noauth_b oauth_c\n",
            "bindings/exports.txt:2: oauth_b oauth_c: no file of src/ffi exports it",
        ),
        (
            "oauth_a\noauth_b\noauth_a\n",
            "bindings/exports.txt:3: oauth_a: stands in line 1 already: take this",
        ),
    ];
    for (names, expected) in cases {
        list(&source, names);
        refuses_in(&source, expected);
    }
    fs::remove_file(source.path.join(EXPORTS)).unwrap();
    refuses_in(&source, "bindings/exports.txt: ");
}

#[test]
fn the_generator_refuses_a_list_that_has_not_only_grown() {
    let functions = ["oauth_a", "oauth_b", "oauth_c"].map(|name| since("0.1", name)).concat();
    let source = source(GOOD_CONSTANT, &functions);
    list(&source, "oauth_a\noauth_b\noauth_c\n");
    succeed(&mut generator(&source.path));
    add(&source, "src/ffi/themes.rs", &since("0.1", "oauth_d"));
    let moved = |line: &str, was: &str| {
        format!(
            "bindings/exports.txt{line} where bindings/ibmi/OAUTH.bnd has {was}: no line moves or goes: bring"
        )
    };
    let cases = [
        ("oauth_b\noauth_a\noauth_c\noauth_d\n", moved(":1: oauth_b", "oauth_a")),
        ("oauth_a\noauth_d\noauth_b\noauth_c\n", moved(":2: oauth_d", "oauth_b")),
        ("oauth_a\noauth_b\noauth_d\n", moved(":3: oauth_d", "oauth_c")),
        ("oauth_a\noauth_b\n", moved(": ends", "oauth_c")),
    ];
    for (names, expected) in cases {
        list(&source, names);
        refuses_in(&source, &expected);
    }
    list(&source, "oauth_a\noauth_b\noauth_c\noauth_d\n");
    succeed(&mut generator(&source.path));
    assert_order(&source, &["oauth_a", "oauth_b", "oauth_c", "oauth_d"]);
    fs::remove_file(source.path.join(BINDER_SOURCE)).unwrap();
    refuses_in(&source, "bindings/ibmi/OAUTH.bnd: ");
}

#[test]
fn every_file_of_the_edge_is_looked_at() {
    let cases = [
        (
            since("0.1", "oauth_fine"),
            "src/ffi/themes.rs: oauth_fine: declared twice, and first in src/ffi/mod.rs",
        ),
        (since("0.1", "bad"), "src/ffi/themes.rs: bad: a name begins with oauth_"),
        (
            since("0.1", "oauth_a") + "pub struct Settings;\n",
            "src/ffi/themes.rs: Settings: no struct can be exported",
        ),
        (
            "#[no_mangle]\nstatic OAUTH_X: i32 = 0;\n".to_owned(),
            "src/ffi/themes.rs: OAUTH_X: no static can be exported",
        ),
        ("exports!(oauth_bad);\n".to_owned(), "src/ffi/themes.rs: exports!: a macro can hide exports"),
        ("not Rust".to_owned(), "src/ffi/themes.rs: "),
    ];
    for (theme, expected) in cases {
        let source = source(GOOD_CONSTANT, GOOD_FUNCTION);
        add(&source, "src/ffi/themes.rs", &theme);
        refuses_in(&source, expected);
    }
}

// ---- helpers ----

/// A function of that version.
fn since(version: &str, name: &str) -> String {
    format!("/// It is. Since {version}.\n#[no_mangle]\npub extern \"C\" fn {name}() -> i32 {{ 0 }}\n")
}

/// Header and binder source have them one after the other, and no others but the bridge's own.
fn assert_order(source: &Folder, names: &[&str]) {
    let mut exported = between(&source.path.join(BINDER_SOURCE), "SYMBOL(\"", '"');
    exported.retain(|name| name != "oauth_bridge_ccsid");
    assert_eq!(exported, names);
    assert_eq!(between(&source.path.join(HEADER), "\nint32_t ", '('), names);
}

fn refuses(constants: &str, functions: &str, expected: &str) {
    refuses_in(&source(constants, functions), expected);
}

fn refuses_in(source: &Folder, expected: &str) {
    let all = || -> Vec<_> { files(&source.path).into_iter().map(|path| (read(&path), path)).collect() };
    let before = all();
    let said = fail(&mut generator(&source.path));
    assert!(said.contains(expected), "said:\n{said}\nfor:\n{before:?}");
    assert!(all() == before, "it wrote something all the same");
}

/// A repository with these two files, whose functions are listed and not yet in the binder source.
fn source(constants: &str, functions: &str) -> Folder {
    let folder = Folder::new();
    add(&folder, "Cargo.toml", "[package]\nname = \"x\"\nversion = \"0.9.8\"\n");
    add(&folder, "src/constants/numbers.rs", constants);
    add(&folder, "src/ffi/mod.rs", functions);
    let exported = functions.split("extern \"C\" fn ").skip(1).filter_map(|rest| rest.split('(').next());
    list(&folder, &exported.collect::<Vec<_>>().join("\n"));
    add(&folder, BINDER_SOURCE, "");
    folder
}

/// Makes this the list of exports.
fn list(source: &Folder, names: &str) {
    add(source, EXPORTS, names);
}

fn add(source: &Folder, name: &str, text: &str) {
    let path = source.path.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
