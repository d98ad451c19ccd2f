//! The /copy members for RPG, free-form and fixed-form.
#![forbid(unsafe_code)]

use crate::bridge;
use crate::model::{Constant, Function, Interface, Parameter, Result};
use crate::prose::{self, Style};

const WIDTH: usize = 80;

/// Operation codes of free-form RPG that are words a parameter could have: such a name needs DCL-PARM.
const OPERATIONS: [&str; 59] = [
    "acq", "alloc", "begsr", "callp", "chain", "clear", "close", "commit", "dealloc", "delete", "dou", "dow",
    "dsply", "dump", "else", "elseif", "enddo", "endfor", "endif", "endmon", "endsl", "endsr", "eval",
    "evalr", "except", "exfmt", "exsr", "feod", "for", "force", "if", "in", "iter", "leave", "leavesr",
    "monitor", "next", "open", "other", "out", "post", "read", "readc", "reade", "readp", "readpe", "rel",
    "reset", "return", "rolbk", "select", "setgt", "setll", "sorta", "test", "unlock", "update", "when",
    "write",
];

/// What the /copy members have in common.
pub struct Members<'a> {
    interface: &'a Interface,
    bridge: Vec<Function>,
}

impl<'a> Members<'a> {
    pub fn of(interface: &'a Interface) -> Result<Self> {
        refuse_clashes(interface)?;
        Ok(Self { interface, bridge: bridge::functions() })
    }

    /// Free-form, texts in the job's CCSID.
    pub fn free(&self) -> String {
        let types =
            Types { text_in: "pointer value options(*string)", text_out: "char(65535) options(*varsize)" };
        self.fill(include_str!("../templates/OAUTH_H.rpgleinc.in"), &Free { types })
    }

    /// Free-form, texts in UTF-8. OPTIONS(*STRING) would convert them to the job's CCSID, or be refused.
    pub fn free_utf8(&self) -> String {
        let types =
            Types { text_in: "pointer value", text_out: "char(65535) ccsid(*utf8) options(*varsize)" };
        self.fill(include_str!("../templates/OAUTHU_H.rpgleinc.in"), &Free { types })
    }

    /// Fixed-form, texts in the job's CCSID.
    pub fn fixed(&self) -> String {
        self.fill(include_str!("../templates/OAUTHF_H.rpgleinc.in"), &Fixed)
    }

    fn fill(&self, template: &str, form: &impl Form) -> String {
        let mark = form.comment();
        let style = Style { interface: self.interface, quote: '\'', constant: prose::caseless, width: WIDTH };
        let constants = prose::constants(
            self.interface,
            |title| format!("\n{}\n", style.lines(mark, &format!("---- {title} ----"))),
            |group| format!("\n{}\n", style.lines(mark, group)),
            |constant| {
                style.comment(mark, &constant.doc, &[])
                    + &form.constant(&prose::caseless(self.interface, &constant.name), constant.value)
            },
        );
        let functions = |functions: &[Function]| {
            prose::each(functions, |f| {
                format!("\n{}{}", style.comment(mark, &f.doc, &f.parameters), form.prototype(f))
            })
        };
        let values = [
            ("VERSION", self.interface.version.as_str()),
            ("CONSTANTS", &constants),
            ("FUNCTIONS", &functions(&self.interface.functions)),
            ("BRIDGE", &functions(&self.bridge)),
        ];
        prose::fill(template, &values)
    }
}

/// How declarations are written.
trait Form {
    /// What a line of a comment begins with.
    fn comment(&self) -> &'static str;
    fn constant(&self, name: &str, value: i32) -> String;
    fn prototype(&self, function: &Function) -> String;
}

struct Types {
    text_in: &'static str,
    text_out: &'static str,
}

struct Free {
    types: Types,
}

impl Form for Free {
    fn comment(&self) -> &'static str {
        "// "
    }

    fn constant(&self, name: &str, value: i32) -> String {
        format!("dcl-c {name} {value};\n")
    }

    fn prototype(&self, function: &Function) -> String {
        let parameters = prose::each(&function.parameters, |parameter| self.parameter(parameter));
        format!("dcl-pr {0} int(10) extproc('{0}');\n{parameters}end-pr;\n", function.name)
    }
}

impl Free {
    fn parameter(&self, parameter: &Parameter) -> String {
        let line = |name: &str, ty: &str| {
            let keyword = if OPERATIONS.contains(&name) { "dcl-parm " } else { "" };
            format!("  {keyword}{name} {ty};\n")
        };
        let int = |name: &str| line(name, "int(10) value");
        match parameter {
            Parameter::Int(name) => int(name),
            Parameter::TextIn { text, length } => line(text, self.types.text_in) + &int(length),
            Parameter::TextOut { text, capacity } => line(text, self.types.text_out) + &int(capacity),
        }
    }
}

/// D-specifications: the name in columns 7 to 21, what it is in 24, its length and type before 43, keywords from 44 on.
struct Fixed;

impl Form for Fixed {
    fn comment(&self) -> &'static str {
        "      * "
    }

    fn constant(&self, name: &str, value: i32) -> String {
        definition(name, "C", "", &[&format!("CONST({value})")])
    }

    fn prototype(&self, function: &Function) -> String {
        let quoted = format!("'{}')", function.name);
        let whole = format!("EXTPROC({quoted}");
        let keywords = if whole.len() <= KEYWORDS { vec![whole.as_str()] } else { vec!["EXTPROC(", &quoted] };
        let parameters = prose::each(&function.parameters, |parameter| {
            let int = |name: &str| definition(name, "", "10I 0", &["VALUE"]);
            match parameter {
                Parameter::Int(name) => int(name),
                Parameter::TextIn { text, length } => {
                    definition(text, "", "*", &["VALUE OPTIONS(*STRING)"]) + &int(length)
                }
                Parameter::TextOut { text, capacity } => {
                    definition(text, "", "65535A", &["OPTIONS(*VARSIZE)"]) + &int(capacity)
                }
            }
        });
        definition(&function.name, "PR", "10I 0", &keywords) + &parameters
    }
}

/// Columns 44 to 80.
const KEYWORDS: usize = 37;

/// `ty` such as `10I 0` ends where its type stands in column 40; a name that is too long has a line before.
fn definition(name: &str, what: &str, ty: &str, keywords: &[&str]) -> String {
    let (before, name) = match name.len() {
        0..=14 => (String::new(), name),
        _ => (format!("     D {name}...\n"), ""),
    };
    let (length, decimals) = ty.split_at(ty.find(' ').unwrap_or(ty.len()));
    let lines = prose::each(keywords.iter().enumerate(), |(index, keyword)| {
        if index > 0 {
            return format!("     D{:37}{keyword}\n", "");
        }
        format!("     D {name:<14}  {what:<2}{length:>15}{decimals:<2} {keyword}\n")
    });
    before + &lines
}

fn refuse_clashes(interface: &Interface) -> Result<()> {
    let clash = |constant: &Constant| {
        let new = prose::caseless(interface, &constant.name);
        let taken = interface.has_constant(&new) || interface.has_function(&new.to_ascii_lowercase());
        (new != constant.name && (taken || new.len() > 30))
            .then(|| format!("{}: RPG does not tell it from the function, nor has {new}", constant.name))
    };
    let problems: Vec<_> = interface.constants.iter().filter_map(clash).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(problems)
}
