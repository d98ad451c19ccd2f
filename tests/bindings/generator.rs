//! What the generator of the bindings takes, and what it refuses.
#![forbid(unsafe_code)]

use std::fs;

use super::{fail, files, generator, read, succeed, Folder, BINDER_SOURCE, HEADER, MEMBER};

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
        (plain("pub const OAUTH_X: i32 = 0;\n"), "OAUTH_X: constants stand in src/constants.rs"),
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

#[test]
fn later_functions_stand_last_in_the_binder_source() {
    let function = |name: &str, version: &str| {
        format!("/// It is. Since {version}.\n#[no_mangle]\npub extern \"C\" fn {name}() -> i32 {{ 0 }}\n")
    };
    let functions =
        [function("oauth_a", "0.10"), function("oauth_c", "0.1"), function("oauth_b", "0.2")].concat();
    let source = source(GOOD_CONSTANT, &functions);
    succeed(&mut generator(&source.path));
    let text = read(&source.path.join(BINDER_SOURCE));
    let place = |name: &str| text.find(name).unwrap();
    assert!(
        place("\"oauth_c\"") < place("\"oauth_b\"") && place("\"oauth_b\"") < place("\"oauth_a\""),
        "{text}"
    );
}

fn refuses(constants: &str, functions: &str, expected: &str) {
    let source = source(constants, functions);
    let said = fail(&mut generator(&source.path));
    assert!(said.contains(expected), "said:\n{said}\nfor:\n{constants}{functions}");
    assert_eq!(files(&source.path).len(), 3, "it wrote something all the same");
}

/// A repository with these two files.
fn source(constants: &str, functions: &str) -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path.join("src/ffi")).unwrap();
    fs::write(folder.path.join("Cargo.toml"), "[package]\nname = \"x\"\nversion = \"0.9.8\"\n").unwrap();
    fs::write(folder.path.join("src/constants.rs"), constants).unwrap();
    fs::write(folder.path.join("src/ffi/mod.rs"), functions).unwrap();
    folder
}
