//! Two copybooks: constants with the CALL of each function, and working fields for these calls.
//! Blank in columns 1 to 7 and ended before column 72, they are right in fixed and in free format.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;

use crate::model::{Function, Interface, Parameter, Result};
use crate::prose::{self, Style};

const COMMENT: &str = "      *> ";
const WIDTH: usize = 72;

/// Fields whose names or sizes are not what the parameter alone would give: function ("" for any), parameter,
/// field, bytes.
const FIELDS: [(&str, &str, &str, usize); 11] = [
    ("oauth_error_text", "buffer", "OAUTH-ERROR-TEXT", 512),
    ("oauth_version", "buffer", "OAUTH-VERSION", 32),
    ("", "profile", "OAUTH-PROFILE-NAME", 256),
    ("", "url", "OAUTH-URL", 8192),
    ("", "grant_type", "OAUTH-GRANT-NAME", 128),
    ("", "code", "OAUTH-CODE", 8192),
    ("", "header", "OAUTH-HEADER", 16384),
    ("", "token", "OAUTH-TOKEN", 16384),
    // Three tokens as large as OAUTH-TOKEN and the 64 KiB that are kept besides, sealed.
    ("", "record", "OAUTH-RECORD", 196_608),
    ("", "headers", "OAUTH-HEADERS", 8192),
    ("", "body", "OAUTH-BODY", 32768),
];
const USUAL_SIZE: usize = 4096;
/// Functions that answer with the client that others take.
const GIVE_A_CLIENT: [&str; 2] = ["oauth_client_new", "oauth_client_open"];

/// The constants' copybook, and the fields'.
pub fn copybooks(interface: &Interface) -> Result<(String, String)> {
    let style = Style { interface, quote: '"', constant: |_, name| dashed(name), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n{}\n", style.lines(COMMENT, &format!("---- {title} ----"))),
        |group| format!("\n{}\n", style.lines(COMMENT, group)),
        |constant| {
            let declaration = format!("       78  {:<31}VALUE {}.\n", dashed(&constant.name), constant.value);
            style.comment(COMMENT, &constant.doc, &[]) + &declaration
        },
    );
    let functions = prose::each(&interface.functions, |f| {
        format!("\n{}      *>\n{}", style.comment(COMMENT, &f.doc, &f.parameters), call(f))
    });
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
    ];
    let constants = prose::fill(include_str!("../templates/OAUTH.cpy.in"), &values);
    let fields = fields(interface)?;
    let values = [("VERSION", interface.version.as_str()), ("FIELDS", fields.as_str())];
    Ok((constants, prose::fill(include_str!("../templates/OAUTHWS.cpy.in"), &values)))
}

/// COBOL's way to write a name.
fn dashed(name: &str) -> String {
    name.replace('_', "-").to_ascii_uppercase()
}

/// The CALL, in the words that can be copied into a program.
fn call(function: &Function) -> String {
    let line = |text: &str| format!("{COMMENT}    {text}\n");
    let using = if function.parameters.is_empty() { "" } else { " USING" };
    let mut call = line(&format!("CALL \"{}\"{using}", function.name));
    for parameter in &function.parameters {
        match parameter {
            Parameter::Int(name) => call.push_str(&line(&format!("    BY VALUE {}", int_field(name)))),
            Parameter::TextIn { text, length: count } | Parameter::TextOut { text, capacity: count } => {
                let (field, _) = text_field(&function.name, text);
                let count =
                    if has_own_length(count) { int_field(count) } else { format!("LENGTH OF {field}") };
                call.push_str(&line(&format!("    BY REFERENCE {field}")));
                call.push_str(&line(&format!("    BY VALUE {count}")));
            }
        }
    }
    let answer = if GIVE_A_CLIENT.contains(&function.name.as_str()) { "CLIENT" } else { "RC" };
    call + &line(&format!("    RETURNING OAUTH-{answer}")) + &line("END-CALL")
}

/// A text whose every byte counts has its length in a field: the blanks that pad it are not its own.
fn has_own_length(name: &str) -> bool {
    name.ends_with("_length")
}

fn int_field(name: &str) -> String {
    format!("OAUTH-{}", dashed(name))
}

fn text_field(function: &str, name: &str) -> (String, usize) {
    FIELDS
        .iter()
        .find(|(f, p, _, _)| (f.is_empty() || *f == function) && *p == name)
        .map_or_else(|| (int_field(name), USUAL_SIZE), |(_, _, field, size)| ((*field).to_owned(), *size))
}

fn fields(interface: &Interface) -> Result<String> {
    let mut seen = BTreeSet::from(["OAUTH-RC".to_owned()]);
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    let mut field = |name: String, picture: &str| {
        if interface.constants.iter().any(|c| dashed(&c.name) == name) || name.len() > 30 {
            problems.push(format!("{name}: no name for a field; give it one in cobol.rs, FIELDS"));
        }
        if seen.insert(name.clone()) {
            lines.push(format!("       01  {name:<31}{picture}.\n"));
        }
    };
    for function in &interface.functions {
        for parameter in &function.parameters {
            match parameter {
                Parameter::Int(name) => field(int_field(name), "BINARY-LONG SIGNED VALUE 0"),
                Parameter::TextIn { text, length: count } | Parameter::TextOut { text, capacity: count } => {
                    let (name, size) = text_field(&function.name, text);
                    field(name, &format!("PIC X({size}) VALUE SPACES"));
                    if has_own_length(count) {
                        field(int_field(count), "BINARY-LONG SIGNED VALUE 0");
                    }
                }
            }
        }
    }
    if problems.is_empty() {
        return Ok(lines.concat());
    }
    Err(problems)
}
