//! How each language writes what is generated, and that it writes all of it. Their own compilers are in `tests/callers`.
#![forbid(unsafe_code)]

use super::{between, read, root, HEADER, MEMBER, MEMBER_FIXED, MEMBER_UTF_8};

/// A file, and what stands before a constant's name, before its value, and behind that.
pub const CONSTANTS: &[(&str, &str, &str, &str)] = &[
    (MEMBER, "dcl-c ", " ", ";"),
    (MEMBER_UTF_8, "dcl-c ", " ", ";"),
    (MEMBER_FIXED, "     D ", " C                   CONST(", ")"),
    ("bindings/pascal/liboauth.pas", "  ", " = ", ";"),
    ("bindings/csharp/LibOAuth.cs", "        public const int ", " = ", ";"),
    ("bindings/java/liboauth/LibOAuth.java", "    int ", " = ", ";"),
    ("bindings/node/liboauth.js", "  ", ": ", ","),
    ("bindings/go/liboauth.go", "\t", " = ", ""),
    ("bindings/perl/LibOAuth/Functions.pm", "    ", " => ", ","),
    ("bindings/ruby/liboauth/functions.rb", "  ", " = ", ""),
    ("bindings/lua/liboauth/functions.lua", "constants.", " = ", ""),
    ("bindings/php/functions.php", "    const ", " = ", ";"),
    ("bindings/fortran/liboauth.f90", "  integer(c_int32_t), parameter :: ", " = ", ""),
    ("bindings/ada/liboauth_c.ads", "   ", " : constant := ", ";"),
    ("bindings/tcl/functions.tcl", "    variable ", " ", ""),
];

/// A language that writes prototypes of its own.
struct Prototypes {
    path: &'static str,
    /// What stands before a function's name.
    before: &'static str,
    int: &'static str,
    text_in: &'static str,
    text_out: &'static str,
}

const PROTOTYPES: &[Prototypes] = &[
    Prototypes {
        path: "bindings/pascal/liboauth.pas",
        before: "\nfunction ",
        int: ": Integer",
        text_in: ": PAnsiChar",
        text_out: ": PAnsiChar",
    },
    Prototypes {
        path: "bindings/csharp/LibOAuth.cs",
        before: " extern int ",
        int: "int ",
        text_in: "byte[] ",
        text_out: "byte[] ",
    },
    Prototypes {
        path: "bindings/java/liboauth/LibOAuth.java",
        before: "\n    int ",
        int: "int ",
        text_in: "byte[] ",
        text_out: "byte[] ",
    },
    Prototypes {
        path: "bindings/perl/LibOAuth/Functions.pm",
        before: "\n    ",
        int: "INT",
        text_in: "TEXT_IN",
        text_out: "TEXT_OUT",
    },
    Prototypes {
        path: "bindings/ruby/liboauth/functions.rb",
        before: "\n      ",
        int: "INT",
        text_in: "TEXT",
        text_out: "TEXT",
    },
    Prototypes {
        path: "bindings/lua/liboauth/functions.lua",
        before: "\nint32_t ",
        int: "int32_t ",
        text_in: "const char *",
        text_out: "char *",
    },
    Prototypes {
        path: "bindings/ada/liboauth_c.ads",
        before: "\n   function ",
        int: " : int",
        text_in: " : System.Address",
        text_out: " : System.Address",
    },
    Prototypes {
        path: "bindings/php/liboauth.ffi.h",
        before: "\nint32_t ",
        int: "int32_t ",
        text_in: "const char *",
        text_out: "char *",
    },
];

/// Those with a method for each function that takes a client, but for the one that closes it.
/// With what stands before and behind the function's name where they call it.
const METHODS: &[(&str, &str, &str)] = &[
    ("bindings/cpp/liboauth.hpp", "", "("),
    ("bindings/pascal/liboauth.pas", "", "("),
    ("bindings/csharp/LibOAuth.cs", "", "("),
    ("bindings/java/liboauth/OAuthClient.java", "", "("),
    ("bindings/node/liboauth.js", "", "("),
    ("bindings/go/liboauth.go", "", "("),
    ("bindings/perl/LibOAuth/Functions.pm", "('", "'"),
    ("bindings/ruby/liboauth/functions.rb", "(:", ""),
    ("bindings/lua/liboauth/functions.lua", "(\"", "\""),
    ("bindings/php/functions.php", "('", "'"),
    ("bindings/fortran/liboauth.f90", "", "(self%handle"),
    ("bindings/ada/liboauth.adb", "Liboauth_C.", ""),
    ("bindings/tcl/functions.tcl", "::liboauth::c::", " "),
    ("bindings/tcl/functions.h", "return ", "(given[0].number"),
];

/// The header's functions, with the types of their parameters as they stand there.
fn functions() -> Vec<(String, Vec<String>)> {
    let mut declared = between(&root().join(HEADER), "\nint32_t ", ';');
    declared.retain(|text| text.contains('('));
    let apart = |text: String| {
        let (name, parameters) = text.trim_end_matches(')').split_once('(')?;
        let types = parameters.split(',').map(|parameter| match parameter.trim() {
            text if text.starts_with("const char *") => "in",
            text if text.starts_with("char *") => "out",
            _ => "int",
        });
        let types = if parameters == "void" { Vec::new() } else { types.map(str::to_owned).collect() };
        Some((name.to_owned(), types))
    };
    let functions: Vec<_> = declared.into_iter().filter_map(apart).collect();
    assert!(functions.len() > 30, "{functions:?}");
    functions
}

#[test]
fn each_prototype_has_the_headers_parameters() {
    let functions = functions();
    for language in PROTOTYPES {
        let (path, text) = (language.path, read(&root().join(language.path)));
        assert_eq!(text.matches(&format!("{}oauth_", language.before)).count(), functions.len(), "{path}");
        for (name, types) in &functions {
            let head = format!("{}{name}", language.before);
            let after = text.split(&head).find(|rest| rest.starts_with(['(', ':', ' ', '\n']));
            let after = after.unwrap_or_else(|| panic!("{path}: no {name}"));
            let inner = [("(", ')'), ("\n     (", ')'), (": [", ']'), (" => [", ']')].iter();
            let mut inner = inner.filter_map(|(open, close)| after.strip_prefix(open)?.split(*close).next());
            let inner = inner.next_back().unwrap_or_default();
            let found: Vec<_> = inner.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()).collect();
            assert_eq!(found.len(), types.len(), "{path}: {name}({inner})");
            for (parameter, ty) in found.iter().zip(types) {
                let wanted = match ty.as_str() {
                    "in" => language.text_in,
                    "out" => language.text_out,
                    _ => language.int,
                };
                assert!(parameter.contains(wanted), "{path}: {name}: {parameter} is no {wanted}");
            }
        }
    }
}

#[test]
fn a_client_has_a_method_for_each_function() {
    for (path, before, behind) in METHODS {
        let text = read(&root().join(path));
        for (name, _) in functions() {
            let is_called = |line: &str| {
                line.starts_with([' ', '\t']) && line.contains(&format!("{before}{name}{behind}"))
            };
            let takes_client =
                read(&root().join(HEADER)).contains(&format!("\nint32_t {name}(int32_t client"));
            let takes_client = takes_client && name != "oauth_client_close";
            assert!(!takes_client || text.lines().any(is_called), "{path}: {name} is not called");
        }
    }
}
