//! Writes the C header, the COBOL, RPG and Python bindings and the bridge for IBM i from `src/constants` and `src/ffi`, and
//! the list of known servers.
//!
//! `source` reads it and refuses what callers could not use, `exports` gives each function its place, `prose` turns
//! the comments into those of a language, and one file a language writes the rest. `catalogue` lists the known servers.
#![forbid(unsafe_code)]

mod ada;
mod bridge;
mod c;
mod catalogue;
mod cobol;
mod cpp;
mod csharp;
mod declaration;
mod exports;
mod fortran;
mod go;
mod ibmi;
mod java;
mod lua;
mod methods;
mod model;
mod node;
mod pascal;
mod perl;
mod php;
mod prose;
mod python;
mod rpg;
mod ruby;
mod source;
mod tcl;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use model::Interface;

const USAGE: &str = "\
usage: liboauth-bindings [--check] [--source DIR] [--out DIR]
  --check       write nothing; exit 1 unless the files are as they would be written
  --source DIR  the repository (the current folder unless given)
  --out DIR     where the files are written or checked (the repository unless given)";

struct Options {
    check: bool,
    source: PathBuf,
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("liboauth-bindings: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Vec<String>> {
    let options = options(std::env::args().skip(1))?;
    let interface = source::interface(&options.source)?;
    let files = files(&interface, &options.source)?;
    let out = options.out.as_deref().unwrap_or(&options.source);
    let count = format!(
        "{} files, {} functions, {} constants",
        files.len(),
        interface.functions.len(),
        interface.constants.len()
    );
    if options.check {
        check(&files, out)?;
        return Ok(format!("{count}: all as committed"));
    }
    write(&files, out)?;
    Ok(format!("{count}: written"))
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Vec<String>> {
    let mut options = Options { check: false, source: PathBuf::from("."), out: None };
    while let Some(argument) = arguments.next() {
        let mut folder = || arguments.next().map(PathBuf::from).ok_or_else(|| vec![USAGE.to_owned()]);
        match argument.as_str() {
            "--check" => options.check = true,
            "--source" => options.source = folder()?,
            "--out" => options.out = Some(folder()?),
            _ => return Err(vec![USAGE.to_owned()]),
        }
    }
    Ok(options)
}

type File = (&'static str, String);

fn files(interface: &Interface, source: &Path) -> Result<Vec<File>, Vec<String>> {
    let (constants, fields) = cobol::copybooks(interface, &cobol::OPEN)?;
    let (ibm_constants, ibm_fields) = cobol::copybooks(interface, &cobol::IBM)?;
    let rpg = rpg::Members::of(interface)?;
    let (specification, body) = ada::thick(interface);
    let mut files = vec![
        ("include/liboauth.h", c::header(interface, source)?),
        ("bindings/cobol/OAUTH.cpy", constants),
        ("bindings/cobol/OAUTHWS.cpy", fields),
        ("bindings/cobol/OAUTHIBM.cpy", ibm_constants),
        ("bindings/cobol/OAUTHIWS.cpy", ibm_fields),
        ("bindings/cobol/OAUTHILE.cpy", cobol::linkage(interface)),
        ("bindings/rpg/OAUTH_H.rpgleinc", rpg.free()),
        ("bindings/rpg/OAUTHU_H.rpgleinc", rpg.free_utf8()),
        ("bindings/rpg/OAUTHF_H.rpgleinc", rpg.fixed()),
        (ibmi::BINDER_SOURCE, ibmi::binder_source(interface)),
        ("bindings/ibmi/OAUTHX.c", ibmi::exports(interface)),
        ("bindings/ibmi/OAUTHX.h", ibmi::header(interface)),
        ("bindings/python/_liboauth.py", python::module(interface)),
        ("bindings/pascal/liboauth.pas", pascal::unit(interface)),
        ("bindings/go/liboauth.go", go::package(interface)),
        ("bindings/node/liboauth.js", node::module(interface)),
        ("bindings/csharp/LibOAuth.cs", csharp::file(interface)),
        ("bindings/cpp/liboauth.hpp", cpp::header(interface)),
        ("bindings/perl/LibOAuth/Functions.pm", perl::module(interface)),
        ("bindings/ada/liboauth_c.ads", ada::thin(interface)),
        ("bindings/ada/liboauth.ads", specification),
        ("bindings/ada/liboauth.adb", body),
        ("bindings/tcl/functions.h", tcl::table(interface)),
        ("bindings/tcl/functions.tcl", tcl::commands(interface)),
        ("bindings/fortran/liboauth.f90", fortran::modules(interface)),
        ("bindings/php/functions.php", php::functions(interface)),
        ("bindings/php/liboauth.ffi.h", php::prototypes(interface)),
        ("bindings/ruby/liboauth/functions.rb", ruby::module(interface)),
        ("bindings/lua/liboauth/functions.lua", lua::module(interface)),
    ];
    files.extend(java::files(interface));
    files.extend(catalogue::list(source)?);
    Ok(files)
}

fn write(files: &[File], out: &Path) -> Result<(), Vec<String>> {
    for (name, text) in files {
        let path = out.join(name);
        let folder = path.parent().unwrap_or(out);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| vec![format!("{}: {error}", path.display())])?;
    }
    Ok(())
}

fn check(files: &[File], out: &Path) -> Result<(), Vec<String>> {
    let problems: Vec<_> = files.iter().filter_map(|(name, text)| difference(name, text, out)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems)
}

fn difference(name: &str, wanted: &str, out: &Path) -> Option<String> {
    let found = match fs::read_to_string(out.join(name)) {
        Ok(found) if found == wanted => return None,
        Ok(found) => found,
        Err(error) => return Some(format!("{name}: {error}")),
    };
    let (mut found, mut wanted) = (found.split('\n'), wanted.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let (is, should) = (found.next(), wanted.next());
        if is != should || is.is_none() {
            return Some(format!(
                "{name}:{number}: not as generated; run `cargo run -p liboauth-bindings`\n  \
                 is:     {}\n  should: {}",
                is.unwrap_or("(end of file)"),
                should.unwrap_or("(end of file)")
            ));
        }
    }
}
