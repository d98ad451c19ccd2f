//! Constants and prototypes for ctypes; the module that programs import is written by hand over them.
#![forbid(unsafe_code)]

use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn module(interface: &Interface) -> String {
    let style = Style { interface, quote: '\'', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n# ---- {title} ----\n\n"),
        |group| format!("\n# {group}\n\n"),
        |constant| {
            style.comment("#: ", &constant.doc, &[]) + &format!("{} = {}\n", constant.name, constant.value)
        },
    );
    let functions: Vec<_> = interface.functions.iter().map(|f| entry(&style, f)).collect();
    let functions = functions.join("\n");
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("SETTINGS", &keys(interface, "properties: settings")),
        ("RESULTS", &keys(interface, "properties: results")),
        ("FUNCTIONS", functions.as_str()),
    ];
    prose::fill(include_str!("../templates/_liboauth.py.in"), &values)
}

/// Properties by their keys, which are those of a profile.
fn keys(interface: &Interface, section: &str) -> String {
    let constants = interface.constants.iter().filter(|c| c.place.section.starts_with(section));
    prose::each(constants, |c| {
        let key = c.name.trim_start_matches("OAUTH_").to_ascii_lowercase();
        format!("    \"{key}\": {},\n", c.name)
    })
}

fn entry(style: &Style, function: &Function) -> String {
    let indent = "    # ";
    let names: Vec<_> = function.parameters.iter().flat_map(Parameter::names).map(String::as_str).collect();
    let head = style.lines(indent, &format!("{}({})", function.name, names.join(", ")));
    let doc = style.comment(indent, &function.doc, &function.parameters);
    let types: Vec<_> = function.parameters.iter().map(types).collect();
    let comma = if names.len() == 1 { "," } else { "" };
    format!("{head}    #\n{doc}    \"{}\": ({}{comma}),\n", function.name, types.join(", "))
}

fn types(parameter: &Parameter) -> &'static str {
    match parameter {
        Parameter::Int(_) => "INT",
        Parameter::TextIn { .. } => "TEXT_IN, INT",
        Parameter::TextOut { .. } => "TEXT_OUT, INT",
    }
}
