//! Copybooks: constants with the CALL of each function, and working fields for these calls, in two dialects. For ILE
//! COBOL there is the clause besides that makes procedures of what is called.
//! All end before column 72, and begin in column 8 or 12 or with a comment.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;

use crate::bridge;
use crate::model::{Function, Interface, Parameter, Result};
use crate::prose::{self, Style};

const WIDTH: usize = 72;
/// Before a name of the linkage clause.
const NAME: &str = "               ";

/// What compilers do not agree on.
pub struct Dialect {
    comment: &'static str,
    /// What stands behind a constant's name, before its value.
    constant: (&'static str, &'static str),
    /// C's int32_t.
    int: &'static str,
    constants_template: &'static str,
    fields_template: &'static str,
}

/// GnuCOBOL and Micro Focus: in fixed and in free format.
pub const OPEN: Dialect = Dialect {
    comment: "      *> ",
    constant: ("78", ""),
    int: "BINARY-LONG SIGNED",
    constants_template: include_str!("../templates/OAUTH.cpy.in"),
    fields_template: include_str!("../templates/OAUTHWS.cpy.in"),
};

/// IBM's compilers have neither level 78 nor BINARY-LONG, and the older ones a comment by column 7 alone. COMP-5 is the
/// one usage that all of them have as the machine's own integer: COMP is packed decimal in ILE COBOL.
pub const IBM: Dialect = Dialect {
    comment: "      * ",
    constant: ("01", "PIC S9(9) COMP-5 "),
    int: "PIC S9(9) COMP-5",
    constants_template: include_str!("../templates/OAUTHIBM.cpy.in"),
    fields_template: include_str!("../templates/OAUTHIWS.cpy.in"),
};

/// Fields whose names or sizes are not what the parameter alone would give: function ("" for any), parameter,
/// field, bytes.
const FIELDS: [(&str, &str, &str, usize); 15] = [
    ("oauth_error_text", "buffer", "OAUTH-ERROR-TEXT", 512),
    ("oauth_version", "buffer", "OAUTH-VERSION", 32),
    // A thousand of them; the content may be a token of each kind; a server's answer is kept up to 64 KiB.
    ("oauth_accounts", "buffer", "OAUTH-ACCOUNT-LIST", 65536),
    ("oauth_http_request", "buffer", "OAUTH-REQUEST-TEXT", 65536),
    ("oauth_field", "buffer", "OAUTH-FIELD-TEXT", 65536),
    ("", "profile", "OAUTH-PROFILE-NAME", 256),
    ("", "url", "OAUTH-URL", 8192),
    ("", "grant_type", "OAUTH-GRANT-NAME", 128),
    ("", "code", "OAUTH-CODE", 8192),
    ("", "header", "OAUTH-HEADER", 16384),
    ("", "token", "OAUTH-TOKEN", 16384),
    // Three tokens as large as OAUTH-TOKEN and the 64 KiB that are kept besides, sealed.
    ("", "record", "OAUTH-RECORD", 196_608),
    // OAUTH-TOKEN in Base64, which is longer by a third, with the mailbox's name.
    ("", "response", "OAUTH-RESPONSE", 24576),
    ("", "headers", "OAUTH-HEADERS", 32768),
    ("", "body", "OAUTH-BODY", 32768),
];
const USUAL_SIZE: usize = 4096;
/// Functions that answer with the client that others take.
const GIVE_A_CLIENT: [&str; 2] = ["oauth_client_new", "oauth_client_open"];

/// The constants' copybook, and the fields'.
pub fn copybooks(interface: &Interface, dialect: &Dialect) -> Result<(String, String)> {
    let comment = dialect.comment;
    let style = style(interface);
    let constants = prose::constants(
        interface,
        |title| format!("\n{}\n", style.lines(comment, &format!("---- {title} ----"))),
        |group| format!("\n{}\n", style.lines(comment, group)),
        |constant| {
            let (level, picture) = dialect.constant;
            let name = dashed(&constant.name);
            let declaration = format!("       {level}  {name:<31}{picture}VALUE {}.\n", constant.value);
            style.comment(comment, &constant.doc, &[]) + &declaration
        },
    );
    let functions = prose::each(&interface.functions, |f| documented(f, &style, comment));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
    ];
    let constants = prose::fill(dialect.constants_template, &values);
    let fields = fields(interface, dialect.int)?;
    let values = [("VERSION", interface.version.as_str()), ("FIELDS", fields.as_str())];
    Ok((constants, prose::fill(dialect.fields_template, &values)))
}

/// The clause of SPECIAL-NAMES by which ILE COBOL calls procedures where it would call programs, and what the bridge
/// there has besides.
pub fn linkage(interface: &Interface) -> String {
    let bridge = bridge::functions();
    let functions = prose::each(&bridge, |f| documented(f, &style(interface), IBM.comment));
    let names: Vec<_> =
        interface.functions.iter().chain(&bridge).map(|f| format!("{NAME}\"{}\"", f.name)).collect();
    let names = names.join("\n") + ".\n";
    let values =
        [("VERSION", interface.version.as_str()), ("BRIDGE", functions.as_str()), ("NAMES", names.as_str())];
    prose::fill(include_str!("../templates/OAUTHILE.cpy.in"), &values)
}

fn style(interface: &Interface) -> Style<'_> {
    Style { interface, quote: '"', constant: |_, name| dashed(name), width: WIDTH }
}

/// What a function does, and its CALL.
fn documented(function: &Function, style: &Style<'_>, comment: &str) -> String {
    let end = comment.trim_end();
    format!(
        "\n{}{end}\n{}",
        style.comment(comment, &function.doc, &function.parameters),
        call(function, comment)
    )
}

/// COBOL's way to write a name.
fn dashed(name: &str) -> String {
    name.replace('_', "-").to_ascii_uppercase()
}

/// The CALL, in the words that can be copied into a program.
fn call(function: &Function, comment: &str) -> String {
    let line = |text: &str| format!("{comment}    {text}\n");
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

fn fields(interface: &Interface, int: &str) -> Result<String> {
    let int = format!("{int} VALUE 0");
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
                Parameter::Int(name) => field(int_field(name), &int),
                Parameter::TextIn { text, length: count } | Parameter::TextOut { text, capacity: count } => {
                    let (name, size) = text_field(&function.name, text);
                    field(name, &format!("PIC X({size}) VALUE SPACES"));
                    if has_own_length(count) {
                        field(int_field(count), &int);
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
