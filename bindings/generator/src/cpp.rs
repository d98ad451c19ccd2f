//! The C++ class over the header.
#![forbid(unsafe_code)]

use crate::methods::{self, methods, Argument, Method};
use crate::model::Interface;
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn header(interface: &Interface) -> String {
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: WIDTH };
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [("VERSION", interface.version.as_str()), ("METHODS", methods.as_str())];
    let header = prose::fill(include_str!("../templates/liboauth.hpp.in"), &values);
    methods::folded(&header, WIDTH)
}

fn method(style: &Style, method: &Method) -> String {
    let comment = method.summary(style, "    // ");
    let parameters = method.arguments(|argument| match argument {
        Argument::Int(name) => format!("std::int32_t {name}"),
        Argument::Text(name) | Argument::Bytes(name) => format!("const std::string &{name}"),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {name}"),
        Argument::Text(name) => format!(", whole({name}), OAUTH_NUL_TERMINATED"),
        Argument::Bytes(name) => format!(", {name}.data(), size({name})"),
    });
    let function = &method.function.name;
    // A word of the language.
    let name = if method.name == "register" { "register_client" } else { method.name };
    if method.gives_text {
        return format!(
            "\n{comment}    std::string {name}({parameters})\n    {{\n        \
             return text([&](char *buffer, std::int32_t capacity) {{\n            \
             return {function}(handle_{given}, buffer, capacity);\n        }});\n    }}\n"
        );
    }
    format!(
        "\n{comment}    std::int32_t {name}({parameters})\n    {{\n        \
         return check({function}(handle_{given}));\n    }}\n"
    )
}
