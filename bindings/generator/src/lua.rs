//! Constants, prototypes and methods for LuaJIT; the module that programs require is written by hand over them.
#![forbid(unsafe_code)]

use crate::methods::{self, methods, Argument, Method};
use crate::model::Interface;
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn module(interface: &Interface) -> String {
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n-- ---- {title} ----\n\n"),
        |group| format!("\n-- {group}\n\n"),
        |constant| {
            style.comment("-- ", &constant.doc, &[])
                + &format!("constants.{} = {}\n", constant.name, constant.value)
        },
    );
    let prototypes = prose::each(&interface.functions, prose::prototype);
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("PROTOTYPES", prototypes.as_str()),
        ("METHODS", methods.as_str()),
        ("NEWEST", interface.functions.last().map_or("", |f| f.name.as_str())),
    ];
    methods::folded(&prose::fill(include_str!("../templates/functions.lua.in"), &values), WIDTH)
}

fn method(style: &Style, method: &Method) -> String {
    let doc = style.comment("-- ", &method.function.doc, &method.function.parameters);
    let kind = if method.gives_text { "text" } else { "number" };
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {name}"),
        Argument::Text(name) => format!(", characters({name}), TERMINATED"),
        Argument::Bytes(name) => format!(", bytes({name}), length({name})"),
    });
    format!(
        "\n{doc}function methods:{}({})\n  return self:_{kind}(\"{}\"{given})\nend\n",
        method.name,
        method.arguments(|argument| argument.name().to_owned()),
        method.function.name
    )
}
