//! koffi's prototypes and a class for Node.
#![forbid(unsafe_code)]

use crate::methods::{capitals, folded, methods, Argument, Method};
use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn module(interface: &Interface) -> String {
    let style = Style { interface, quote: '\'', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n  // ---- {title} ----\n\n"),
        |group| format!("\n{}\n", style.lines("  // ", group)),
        |constant| {
            style.comment("  // ", &constant.doc, &[])
                + &format!("  {}: {},\n", constant.name, constant.value)
        },
    );
    let functions = prose::each(&interface.functions, |f| prototype(&style, f));
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
        ("METHODS", methods.as_str()),
    ];
    folded(&prose::fill(include_str!("../templates/liboauth.js.in"), &values), WIDTH)
}

fn prototype(style: &Style, function: &Function) -> String {
    let names: Vec<_> = function.parameters.iter().flat_map(Parameter::names).map(String::as_str).collect();
    let head = style.lines("  // ", &format!("{}({})", function.name, names.join(", ")));
    let doc = style.comment("  // ", &function.doc, &function.parameters);
    let types: Vec<_> = function
        .parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Int(_) => "INT",
            Parameter::TextIn { .. } => "TEXT_IN, INT",
            Parameter::TextOut { .. } => "TEXT_OUT, INT",
        })
        .collect();
    format!("\n{head}  //\n{doc}  {}: [{}],\n", function.name, types.join(", "))
}

fn method(style: &Style, method: &Method) -> String {
    let comment = method.summary(style, "  // ");
    let parameters = method.arguments(|argument| match argument {
        Argument::Int(name) | Argument::Text(name) | Argument::Bytes(name) => (*name).to_owned(),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {name}"),
        Argument::Text(name) => format!(", whole({name}), constants.OAUTH_NUL_TERMINATED"),
        Argument::Bytes(name) => format!(", ...bytes({name})"),
    });
    let name = capitals(method.name);
    let name = name[..1].to_ascii_lowercase() + &name[1..];
    let function = &method.function.name;
    if method.gives_text {
        return format!(
            "\n{comment}  {name}({parameters}) {{\n    return read((buffer, capacity) =>\n      \
             functions.{function}(this.#handle{given}, buffer, capacity));\n  }}\n"
        );
    }
    format!(
        "\n{comment}  {name}({parameters}) {{\n    return check(functions.{function}(this.#handle{given}));\n  }}\n"
    )
}
