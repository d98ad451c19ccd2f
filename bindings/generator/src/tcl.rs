//! For Tcl: the table of the functions that its extension in C has as commands, and constants and methods in Tcl.
#![forbid(unsafe_code)]

use crate::methods::{self, methods, Argument, Method};
use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;

/// What the extension in C includes.
pub fn table(interface: &Interface) -> String {
    let calls = prose::each(&interface.functions, call);
    let rows = prose::each(&interface.functions, row);
    let values =
        [("VERSION", interface.version.as_str()), ("CALLS", calls.as_str()), ("ROWS", rows.as_str())];
    methods::folded(&prose::fill(include_str!("../templates/functions.tcl.h.in"), &values), WIDTH)
}

pub fn commands(interface: &Interface) -> String {
    let style = Style { interface, quote: '\'', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n    # ---- {title} ----\n\n"),
        |group| format!("\n    # {group}\n\n"),
        |constant| {
            style.comment("    # ", &constant.doc, &[])
                + &format!("    variable {} {}\n", constant.name, constant.value)
        },
    );
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("METHODS", methods.as_str()),
    ];
    prose::fill(include_str!("../templates/functions.tcl.in"), &values)
}

fn call(function: &Function) -> String {
    let given = function.parameters.iter().enumerate().map(|(at, parameter)| match parameter {
        Parameter::Int(_) => format!("given[{at}].number"),
        Parameter::TextIn { .. } => format!("given[{at}].text, given[{at}].number"),
        Parameter::TextOut { .. } => format!("given[{at}].buffer, given[{at}].number"),
    });
    let given: Vec<_> = given.collect();
    let unused = if given.is_empty() { "    (void)given;\n" } else { "" };
    format!(
        "\nstatic int32_t call_{0}(const struct given *given)\n{{\n{unused}    return {0}({1});\n}}\n",
        function.name,
        given.join(", ")
    )
}

/// With a letter for each parameter, and a word for each argument of its command.
fn row(function: &Function) -> String {
    let letters = prose::each(&function.parameters, |parameter| {
        let letter = match parameter {
            Parameter::Int(_) => "i",
            Parameter::TextOut { .. } => "o",
            Parameter::TextIn { text, .. } if text == "headers" || text == "body" => "b",
            Parameter::TextIn { .. } => "t",
        };
        letter.to_owned()
    });
    let words = function.parameters.iter().map(|parameter| match parameter {
        Parameter::Int(name) => name.clone(),
        Parameter::TextIn { text, length } => format!("{text} {length}"),
        Parameter::TextOut { .. } => "?capacity?".to_owned(),
    });
    let (name, words) = (&function.name, words.collect::<Vec<_>>().join(" "));
    let words = if words.is_empty() { "NULL".to_owned() } else { format!("\"{words}\"") };
    format!("    {{\"::liboauth::c::{name}\", \"{letters}\", {words}, call_{name}}},\n")
}

fn method(style: &Style, method: &Method) -> String {
    let doc = style.comment("    # ", &method.function.doc, &method.function.parameters);
    let takes: Vec<_> = method.arguments.iter().map(Argument::name).collect();
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(" ${name}"),
        Argument::Text(name) | Argument::Bytes(name) => format!(" ${name} -1"),
    });
    format!(
        "\n{doc}    method {} {{{}}} {{\n        ::liboauth::c::{} $handle{given}\n    }}\n",
        method.name,
        takes.join(" "),
        method.function.name
    )
}
