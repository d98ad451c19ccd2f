//! Header, bindings and library say the same, and each language's own compiler, where there is one, takes
//! them. A missing tool is a failure.
#![forbid(unsafe_code)]

#[path = "bindings/exports.rs"]
mod exports;
#[path = "bindings/generator.rs"]
mod generator;
#[path = "bindings/languages.rs"]
mod languages;
#[path = "common/runnable.rs"]
mod runnable;

use exports::listed;
use runnable::{runnable, tool};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;

const HEADER: &str = "include/liboauth.h";
const COPYBOOK: &str = "bindings/cobol/OAUTH.cpy";
/// For compilers without level 78.
const COPYBOOK_OF_IBM: &str = "bindings/cobol/OAUTHIBM.cpy";
const FIELDS_OF_IBM: &str = "bindings/cobol/OAUTHIWS.cpy";
const LINKAGE: &str = "bindings/cobol/OAUTHILE.cpy";
const MEMBER: &str = "bindings/rpg/OAUTH_H.rpgleinc";
const MEMBER_UTF_8: &str = "bindings/rpg/OAUTHU_H.rpgleinc";
const MEMBER_FIXED: &str = "bindings/rpg/OAUTHF_H.rpgleinc";
const BINDER_SOURCE: &str = "bindings/ibmi/OAUTH.bnd";
const PROTOTYPES: &str = "bindings/python/_liboauth.py";
const LIST: &str = "docs/known-servers.md";
const GENERATED: &[&str] = &[
    HEADER,
    COPYBOOK,
    "bindings/cobol/OAUTHWS.cpy",
    COPYBOOK_OF_IBM,
    FIELDS_OF_IBM,
    LINKAGE,
    MEMBER,
    MEMBER_UTF_8,
    MEMBER_FIXED,
    BINDER_SOURCE,
    "bindings/ibmi/OAUTHX.c",
    "bindings/ibmi/OAUTHX.h",
    PROTOTYPES,
    LIST,
    "bindings/cpp/liboauth.hpp",
    "bindings/pascal/liboauth.pas",
    "bindings/csharp/LibOAuth.cs",
    "bindings/java/liboauth/LibOAuth.java",
    "bindings/java/liboauth/OAuthClient.java",
    "bindings/node/liboauth.js",
    "bindings/go/liboauth.go",
    "bindings/perl/LibOAuth/Functions.pm",
    "bindings/ruby/liboauth/functions.rb",
    "bindings/lua/liboauth/functions.lua",
    "bindings/php/functions.php",
    "bindings/php/liboauth.ffi.h",
    "bindings/fortran/liboauth.f90",
    "bindings/ada/liboauth_c.ads",
    "bindings/ada/liboauth.ads",
    "bindings/ada/liboauth.adb",
    "bindings/tcl/functions.h",
    "bindings/tcl/functions.tcl",
];

// ---- what is committed is what the source says ----

#[test]
fn committed_files_are_as_generated() {
    let out = Folder::new();
    succeed(generator(&root()).arg("--check"));
    succeed(generator(&root()).arg("--out").arg(&out.path));
    for name in GENERATED {
        assert!(read(&out.path.join(name)) == read(&root().join(name)), "{name}: --check does not see it");
    }
    assert_eq!(files(&out.path).len(), GENERATED.len(), "a generated file that this test does not know");
}

#[test]
fn check_names_the_file_and_the_line_that_differ() {
    let out = Folder::new();
    succeed(generator(&root()).arg("--out").arg(&out.path));
    let path = out.path.join(BINDER_SOURCE);
    let text = read(&path).replace("oauth_client_open", "oauth_client_opened");
    let line = text.lines().position(|l| l.contains("opened")).unwrap() + 1;
    fs::write(&path, text).unwrap();
    fs::remove_file(out.path.join(HEADER)).unwrap();
    let said = fail(generator(&root()).arg("--check").arg("--out").arg(&out.path));
    assert!(said.contains(&format!("{BINDER_SOURCE}:{line}: ")), "{said}");
    assert!(said.contains(&format!("{HEADER}: ")), "{said}");
    assert!(!said.contains(COPYBOOK), "{said}");
}

// ---- the same in every language ----

#[test]
fn every_language_has_the_headers_constants() {
    let header = read(&root().join(HEADER));
    let constants = constants(&header);
    assert!(constants.len() > 80 && constants["OAUTH_ERROR_HANDLE"] == -100, "{constants:?}");
    for line in header.lines().filter(|line| line.starts_with("#define") && line.contains('-')) {
        assert!(line.ends_with(')'), "{line}: a negative number without parentheses");
    }

    for (copybook, level) in [(COPYBOOK, "       78  "), (COPYBOOK_OF_IBM, "       01  ")] {
        let cobol: BTreeMap<_, _> = read(&root().join(copybook))
            .lines()
            .filter_map(|line| line.strip_prefix(level)?.strip_suffix('.')?.rsplit_once("VALUE "))
            .map(|(name, value)| {
                let name = name.trim_end().trim_end_matches("PIC S9(9) COMP-5").trim_end();
                (name.replace('-', "_"), value.parse::<i32>().unwrap())
            })
            .collect();
        assert_eq!(cobol, constants, "{copybook}");
    }

    for (path, before, between, after) in languages::CONSTANTS {
        let written: BTreeMap<_, _> = read(&root().join(path))
            .replace("...\n     D", "") // a long name of fixed-form RPG
            .lines()
            .filter_map(|line| line.strip_prefix(before)?.strip_suffix(after)?.split_once(between))
            .filter(|(name, _)| name.starts_with("OAUTH_"))
            .map(|(name, value)| (with_its_name(name.trim()), value.parse::<i32>().unwrap()))
            .collect();
        assert_eq!(written, constants, "{path}");
    }

    let code = "import _liboauth as m\n\
                for k, v in vars(m).items():\n    if k.startswith('OAUTH_'): print(k, v)\n";
    let python: BTreeMap<_, _> = succeed(&mut prototypes(code))
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse::<i32>().unwrap()))
        .collect();
    assert_eq!(python, constants);
}

fn constants(header: &str) -> BTreeMap<String, i32> {
    let defined = header.lines().filter_map(|line| line.strip_prefix("#define OAUTH_")?.split_once(' '));
    defined
        .map(|(name, value)| {
            (format!("OAUTH_{name}"), value.trim_matches(['(', ')']).parse::<i32>().unwrap())
        })
        .collect()
}

/// Where a language does not tell capitals from small letters: see `caseless` of the generator.
fn with_its_name(name: &str) -> String {
    let plain = name.trim_end_matches("_PROPERTY");
    let gave_way = name != plain && listed().contains(&plain.to_lowercase());
    (if gave_way { plain } else { name }).to_owned()
}

#[test]
fn nothing_generated_goes_over_a_line_or_beyond_ascii() {
    for name in GENERATED.iter().filter(|name| **name != LIST) {
        let most = if name.contains("cobol/") {
            72
        } else if name.contains("rpg/") || name.contains("ibmi/") {
            80
        } else {
            100
        };
        for (number, line) in (1..).zip(read(&root().join(name)).lines()) {
            let is_blank = line.trim().is_empty() && !line.is_empty();
            assert!(line.is_ascii() && line.len() <= most && !is_blank, "{name}:{number}: {line}");
            let comment = if name.contains("OAUTHI") { "      *" } else { "      *>" };
            let is_comment = line == comment || line.starts_with(&format!("{comment} "));
            let is_fixed = line.is_empty() || is_comment || line.starts_with("       ");
            assert!(!name.contains("cobol/") || is_fixed, "{name}:{number}: {line}");
        }
    }
}

// ---- C and C++ ----

#[test]
fn the_header_compiles_as_c99_and_as_cpp11() {
    let folder = Folder::new();
    // Twice, and alone: the guard, and no header that it relies on.
    let text = "#include <liboauth.h>\n#include <liboauth.h>\n\
                int main(void) { return oauth_client_close(0) + 1 -OAUTH_ERROR_HANDLE - 101; }\n";
    for (name, compiler, standard) in [("a.c", "gcc", "c99"), ("a.cpp", "g++", "c++11")] {
        let program = folder.path.join(name).with_extension(compiler);
        fs::write(folder.path.join(name), text).unwrap();
        succeed(
            Command::new(tool(compiler))
                .arg(format!("-std={standard}"))
                .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-I"])
                .args([&root().join("include"), &folder.path.join(name)])
                .arg(linked(&folder).join("liboauth.so"))
                .arg("-o")
                .arg(&program),
        );
        succeed(Command::new(runnable(program)).env("LD_LIBRARY_PATH", &folder.path));
    }
}

// ---- COBOL ----

/// The dialects that each pair of copybooks is for, as flags of cobc.
const DIALECTS: [(&str, &str, &[&[&str]]); 2] = [
    (
        "OAUTH",
        "OAUTHWS",
        &[
            &["-fixed"],
            &["-free"],
            &["-fixed", "-debug"],
            &["-fixed", "-std=ibm"],
            &["-fixed", "-std=mvs"],
            &["-fixed", "-std=mf"],
            &["-free", "-std=mf-strict"],
        ],
    ),
    (
        "OAUTHIBM",
        "OAUTHIWS",
        &[
            &["-fixed"],
            &["-fixed", "-std=ibm-strict", "-debug"],
            &["-fixed", "-std=mvs"],
            &["-fixed", "-std=mf-strict"],
        ],
    ),
];

/// The calls are those of the copybook's comments, so that whoever copies one has one that works.
#[test]
fn the_copybooks_and_their_calls_compile_and_run_in_each_dialect() {
    for (constants, fields, dialects) in DIALECTS {
        for dialect in dialects {
            let said = compiled_and_run(&calls_of(constants, fields), dialect);
            assert_eq!(said, "[blank padded]\ntoo small\n", "{constants}: cobc {dialect:?}");
        }
    }
}

/// The standard has no level 78, and no RETURN-CODE.
#[test]
fn the_copybooks_are_good_for_the_standard_with_level_78() {
    let program = calls_of("OAUTH", "OAUTHWS").replace("           MOVE 0 TO RETURN-CODE\n", "");
    for format in ["-fixed", "-free"] {
        let said = compiled_and_run(&program, &[format, "-std=cobol2014", "-fconstant-78=ok"]);
        assert_eq!(said, "[blank padded]\ntoo small\n", "cobc {format}");
    }
}

/// Each call of the copybook, and a few that say something.
fn calls_of(constants: &str, fields: &str) -> String {
    let copybook = read(&root().join(format!("bindings/cobol/{constants}.cpy")));
    let comment = if constants == "OAUTH" { "      *>     " } else { "      *     " };
    let calls = copybook.lines().filter_map(|line| line.strip_prefix(comment));
    let calls = calls.fold(String::new(), |calls, line| calls + "           " + line + "\n");
    assert_eq!(calls.matches("END-CALL").count(), listed().len());
    let get = |field: &str| {
        format!(
            "           CALL \"oauth_get\" USING\n\
             \x20              BY VALUE OAUTH-CLIENT\n\
             \x20              BY VALUE OAUTH-CLIENT-ID\n\
             \x20              BY REFERENCE {field}\n\
             \x20              BY VALUE LENGTH OF {field}\n\
             \x20              RETURNING OAUTH-RC\n\
             \x20          END-CALL\n"
        )
    };
    format!(
        "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. PROBE.\n       DATA DIVISION.\n       \
         WORKING-STORAGE SECTION.\n       COPY {constants}.\n       COPY {fields}.\n       \
         01  SHORT-FIELD PIC X(3).\n       PROCEDURE DIVISION.\n       MAIN-LINE.\n{calls}\
         \x20          CALL \"oauth_client_new\" RETURNING OAUTH-CLIENT END-CALL\n\
         \x20          MOVE \"blank padded\" TO OAUTH-TEXT\n\
         \x20          CALL \"oauth_set\" USING\n\
         \x20              BY VALUE OAUTH-CLIENT\n\
         \x20              BY VALUE OAUTH-CLIENT-ID\n\
         \x20              BY REFERENCE OAUTH-TEXT\n\
         \x20              BY VALUE LENGTH OF OAUTH-TEXT\n\
         \x20              RETURNING OAUTH-RC\n\
         \x20          END-CALL\n{}\
         \x20          DISPLAY \"[\" OAUTH-BUFFER(1:OAUTH-RC) \"]\"\n{}\
         \x20          IF OAUTH-RC = OAUTH-ERROR-BUFFER DISPLAY \"too small\" END-IF\n\
         \x20          MOVE 0 TO RETURN-CODE\n           STOP RUN.\n",
        get("OAUTH-BUFFER"),
        get("SHORT-FIELD")
    )
}

/// What it prints. A warning is a failure.
fn compiled_and_run(program: &str, dialect: &[&str]) -> String {
    let folder = Folder::new();
    let (text, probe) = (folder.path.join("PROBE.cob"), folder.path.join("probe"));
    fs::write(&text, program).unwrap();
    let warnings = succeed_all(
        Command::new("cobc")
            .args(["-x", "-Wall", "-fstatic-call"])
            .args(dialect)
            .arg("-I")
            .arg(root().join("bindings/cobol"))
            .arg("-o")
            .args([&probe, &text])
            .arg("-L")
            .arg(linked(&folder))
            .arg("-loauth"),
    );
    assert_eq!(warnings, "", "cobc {dialect:?}");
    succeed(Command::new(probe).env("LD_LIBRARY_PATH", &folder.path))
}

/// Nobody here has IBM's compilers: columns, levels, names and clauses, as their manuals have them.
#[test]
fn the_copybooks_for_ibm_keep_to_their_columns_levels_and_names() {
    for name in [COPYBOOK_OF_IBM, FIELDS_OF_IBM] {
        let text = read(&root().join(name));
        let entries: Vec<_> =
            text.lines().filter(|line| !line.is_empty() && !line.starts_with("      *")).collect();
        for line in &entries {
            let entry =
                line.strip_prefix("       01  ").unwrap_or_else(|| panic!("{name}: no 01 in area A: {line}"));
            let (field, clauses) = entry.split_once(' ').unwrap();
            let clauses = clauses.trim_start();
            assert!(
                field.starts_with("OAUTH-") && field.len() <= 30 && !field.ends_with('-'),
                "{name}: {line}"
            );
            let is_int =
                clauses.strip_prefix("PIC S9(9) COMP-5 VALUE ").and_then(|value| value.strip_suffix('.'));
            let is_text =
                clauses.strip_prefix("PIC X(").and_then(|rest| rest.strip_suffix(") VALUE SPACES."));
            let good = is_int.or(is_text).is_some_and(|number| number.parse::<i32>().is_ok());
            assert!(good, "{name}: {line}");
        }
        assert!(entries.len() > 25, "{name}");
    }
    let linkage = read(&root().join(LINKAGE));
    let clause = linkage.split_once("\n           LINKAGE TYPE IS PROCEDURE FOR\n").unwrap().1;
    let called = listed().into_iter().chain(["oauth_bridge_ccsid".to_owned()]);
    let names: Vec<_> = called.map(|name| format!("               \"{name}\"")).collect();
    assert_eq!(clause, names.join("\n") + ".\n");
}

// ---- RPG ----

#[test]
fn the_rpg_members_and_every_rpg_program_pass_the_checker() {
    let mut programs = vec![root().join("tests/bindings/sample.rpgle")];
    let is_ibm_i = |path: &PathBuf| {
        let end = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        ["rpgle", "sqlrpgle", "rpgleinc", "clle", "dspf", "prtf"].contains(&end)
    };
    for folder in ["examples", "bindings/ibmi"] {
        programs.extend(files(&root().join(folder)).into_iter().filter(is_ibm_i));
    }
    let members = [MEMBER, MEMBER_UTF_8, MEMBER_FIXED].map(|member| root().join(member));
    let mut check = python();
    check.arg(root().join("bindings/rpg/check.py")).arg(root().join(HEADER)).args(&members);
    let said = succeed(check.args(&programs));
    let count = said.lines().last().unwrap_or_default();
    let functions = listed().len();
    assert!(count.starts_with(&format!("{functions} prototypes, ")), "{said}");
    assert!(count.contains(&format!(" {} members, {} programs ", members.len(), programs.len())), "{said}");
    assert!(count.ends_with(": 0 problems"), "{said}");
}

#[test]
fn the_rpg_checker_catches_mutants() {
    all_are_caught("tests/bindings/rpg_mutants.py", 2000);
}

/// RPG in both forms, embedded SQL, CL and DDS.
#[test]
fn the_checker_catches_mutants_of_the_examples_for_ibm_i() {
    all_are_caught("tests/bindings/ibm_i_mutants.py", 1000);
}

fn all_are_caught(mutants: &str, least: u32) {
    let said = succeed(python().arg(root().join(mutants)));
    let (count, caught) = said.trim().split_once(" mutants, ").unwrap();
    assert_eq!(caught, format!("{count} caught"));
    assert!(count.parse::<u32>().unwrap() > least, "{said}");
}

// ---- Python ----

#[test]
fn the_python_module_works() {
    let mut tests = python();
    tests.arg(root().join("tests/bindings/test_liboauth.py")).env("LIBOAUTH_LIBRARY", library());
    let output = tests.output().expect("python3");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim_end().ends_with("OK"), "{said}");
}

// ---- helpers ----

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder that cargo built this test in, such as `target/debug`.
fn built() -> PathBuf {
    std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().to_owned()
}

/// The library that is to be checked: what the Makefile built, or what cargo built with this test.
fn library() -> PathBuf {
    let named = std::env::var_os("LIBOAUTH_SO").filter(|path| !path.is_empty()).map(PathBuf::from);
    let path = named.unwrap_or_else(|| built().join("deps/liboauth.so"));
    assert!(path.is_file(), "{}: no such library", path.display());
    path
}

/// `folder` with the library under the name that linkers look for and the one that loaders do.
fn linked(folder: &Folder) -> &Path {
    for name in ["liboauth.so", "liboauth.so.2"] {
        let _ = std::os::unix::fs::symlink(library(), folder.path.join(name));
    }
    &folder.path
}

fn python() -> Command {
    let mut python = Command::new("python3");
    python.arg("-B");
    python
}

/// Python, with the prototypes of the C functions at hand.
fn prototypes(code: &str) -> Command {
    let mut python = python();
    python.arg("-c").arg(code).env("PYTHONPATH", root().join("bindings/python"));
    python
}

/// The generator, run in the repository `source`.
fn generator(source: &Path) -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let program = BUILT.get_or_init(|| {
        let target = built();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", "liboauth-bindings", "--target-dir"]);
        succeed(cargo.arg(target.parent().unwrap()).current_dir(root()));
        target.with_file_name("debug").join("liboauth-bindings")
    });
    let mut generator = Command::new(program);
    generator.arg("--source").arg(source);
    generator
}

/// Runs it to a good end; gives what it wrote to standard output.
fn succeed(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}\n{}", all(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// As [`succeed`], with standard error.
fn succeed_all(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}\n{}", all(&output));
    all(&output)
}

/// Runs it to exit status 1; gives what it wrote to standard error.
fn fail(command: &mut Command) -> String {
    let output = run(command);
    assert_eq!(output.status.code(), Some(1), "{command:?}\n{}", all(&output));
    String::from_utf8(output.stderr).unwrap()
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn all(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a file, each with `before` before it and `after` after it.
fn between(path: &Path, before: &str, after: char) -> Vec<String> {
    let text = read(path);
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap().to_owned()).collect()
}

/// All files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry);
        }
    }
    found
}

/// A folder that is removed with this value.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bindings-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self { path }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
