//! The /copy member for free-form RPG, and the binder source of the service program.
#![forbid(unsafe_code)]

use crate::model::{Constant, Function, Interface, Parameter, Result};
use crate::prose::{self, Style};

pub const BINDER_SOURCE: &str = "bindings/rpg/OAUTH.bnd";

const WIDTH: usize = 80;
const EXPORT: &str = "EXPORT SYMBOL(\"";
const EXPORT_END: &str = "\")";

/// Operation codes of free-form RPG that are words a parameter could have: such a name needs DCL-PARM.
const OPERATIONS: [&str; 59] = [
    "acq", "alloc", "begsr", "callp", "chain", "clear", "close", "commit", "dealloc", "delete", "dou", "dow",
    "dsply", "dump", "else", "elseif", "enddo", "endfor", "endif", "endmon", "endsl", "endsr", "eval",
    "evalr", "except", "exfmt", "exsr", "feod", "for", "force", "if", "in", "iter", "leave", "leavesr",
    "monitor", "next", "open", "other", "out", "post", "read", "readc", "reade", "readp", "readpe", "rel",
    "reset", "return", "rolbk", "select", "setgt", "setll", "sorta", "test", "unlock", "update", "when",
    "write",
];

pub fn member(interface: &Interface) -> Result<String> {
    refuse_clashes(interface)?;
    let style = Style { interface, quote: '\'', constant: prose::caseless, width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n{}\n", style.lines("// ", &format!("---- {title} ----"))),
        |group| format!("\n{}\n", style.lines("// ", group)),
        |constant| {
            style.comment("// ", &constant.doc, &[])
                + &format!("dcl-c {} {};\n", prose::caseless(interface, &constant.name), constant.value)
        },
    );
    let functions = prose::each(&interface.functions, |f| {
        format!("\n{}{}", style.comment("// ", &f.doc, &f.parameters), prototype(f))
    });
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
    ];
    Ok(prose::fill(include_str!("../templates/OAUTH_H.rpgleinc.in"), &values))
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

fn prototype(function: &Function) -> String {
    let parameters = prose::each(&function.parameters, parameter);
    format!("dcl-pr {0} int(10) extproc('{0}');\n{parameters}end-pr;\n", function.name)
}

fn parameter(parameter: &Parameter) -> String {
    let line = |name: &str, ty: &str| {
        let keyword = if OPERATIONS.contains(&name) { "dcl-parm " } else { "" };
        format!("  {keyword}{name} {ty};\n")
    };
    let int = |name: &str| line(name, "int(10) value");
    match parameter {
        Parameter::Int(name) => int(name),
        Parameter::TextIn { text, length } => line(text, "pointer value options(*string)") + &int(length),
        Parameter::TextOut { text, capacity } => line(text, "char(65535) options(*varsize)") + &int(capacity),
    }
}

/// Callers are bound to an export's number, not its name: the order is that of the list of exports.
pub fn binder_source(interface: &Interface) -> String {
    let exports = prose::each(&interface.functions, |f| format!("  {EXPORT}{}{EXPORT_END}\n", f.name));
    prose::fill(include_str!("../templates/OAUTH.bnd.in"), &[("EXPORTS", exports.as_str())])
}

/// What a binder source exports, in its order.
pub fn exports_of(binder_source: &str) -> impl Iterator<Item = &str> {
    binder_source.lines().filter_map(|line| line.trim().strip_prefix(EXPORT)?.strip_suffix(EXPORT_END))
}
