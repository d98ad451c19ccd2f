//! Constants, functions and methods for Ruby; the module that programs require is written by hand over them.
#![forbid(unsafe_code)]

use crate::methods::{self, methods, Argument, Method};
use crate::model::{Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn module(interface: &Interface) -> String {
    let style = Style { interface, quote: '\'', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n  # ---- {title} ----\n\n"),
        |group| format!("\n  # {group}\n\n"),
        |constant| {
            style.comment("  # ", &constant.doc, &[]) + &format!("  {} = {}\n", constant.name, constant.value)
        },
    );
    let functions = prose::each(&interface.functions, |f| {
        let types: Vec<_> = f.parameters.iter().map(types).collect();
        format!("      {}: [{}],\n", f.name, types.join(", "))
    });
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
        ("METHODS", methods.as_str()),
    ];
    methods::folded(&prose::fill(include_str!("../templates/functions.rb.in"), &values), WIDTH)
}

fn types(parameter: &Parameter) -> &'static str {
    match parameter {
        Parameter::Int(_) => "INT",
        Parameter::TextIn { .. } | Parameter::TextOut { .. } => "TEXT, INT",
    }
}

fn method(style: &Style, method: &Method) -> String {
    let doc = style.comment("    # ", &method.function.doc, &method.function.parameters);
    let takes = method.arguments(|argument| argument.name().to_owned());
    let takes = if takes.is_empty() { takes } else { format!("({takes})") };
    let kind = if method.gives_text { "text" } else { "number" };
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {name}"),
        Argument::Text(name) => format!(", *LibOAuth.characters({name})"),
        Argument::Bytes(name) => format!(", *LibOAuth.bytes({name})"),
    });
    format!(
        "\n{doc}    def {}{takes}\n      {kind}(:{}{given})\n    end\n",
        method.name, method.function.name
    )
}
