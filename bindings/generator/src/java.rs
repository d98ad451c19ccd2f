//! JNA's prototypes and a class for Java.
#![forbid(unsafe_code)]

use crate::methods::{capitals, folded, methods, Argument, Method};
use crate::model::{Doc, Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;
/// Of a comment: its `&amp;` and `<p>` come after it was broken into lines.
const TEXT: usize = 92;

pub fn files(interface: &Interface) -> [(&'static str, String); 2] {
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: TEXT };
    let constants = prose::constants(
        interface,
        |title| format!("\n    // ---- {title} ----\n\n"),
        |group| format!("\n{}\n", style.lines("    // ", group)),
        |constant| {
            javadoc(&style.comment(PREFIX, &constant.doc, &[]))
                + &format!("    int {} = {};\n", constant.name, constant.value)
        },
    );
    let functions = prose::each(&interface.functions, |f| prototype(&style, &f.doc, f));
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
        ("METHODS", methods.as_str()),
    ];
    let filled = |template| folded(&prose::fill(template, &values), WIDTH);
    [
        ("bindings/java/liboauth/LibOAuth.java", filled(include_str!("../templates/LibOAuth.java.in"))),
        ("bindings/java/liboauth/OAuthClient.java", filled(include_str!("../templates/OAuthClient.java.in"))),
    ]
}

const PREFIX: &str = "     * ";

/// It is HTML; a quotation mark is none of its letters.
fn javadoc(comment: &str) -> String {
    let text = comment.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("    /**\n{}     */\n", text.replace("\n     *\n     * ", "\n     *\n     * <p>"))
}

fn prototype(style: &Style, doc: &Doc, function: &Function) -> String {
    let types = |parameter: &Parameter| match parameter {
        Parameter::Int(name) => format!("int {name}"),
        Parameter::TextIn { text, length: size } | Parameter::TextOut { text, capacity: size } => {
            format!("byte[] {text}, int {size}")
        }
    };
    let parameters = function.parameters.iter().map(types).collect::<Vec<_>>().join(", ");
    let comment = javadoc(&style.comment(PREFIX, doc, &function.parameters));
    format!("\n{comment}    int {}({parameters});\n", function.name)
}

fn method(style: &Style, method: &Method) -> String {
    let comment = javadoc(&method.summary(style, PREFIX));
    let parameters = method.arguments(|argument| match argument {
        Argument::Int(name) => format!("int {name}"),
        Argument::Text(name) => format!("String {name}"),
        Argument::Bytes(name) => format!("byte[] {name}"),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {name}"),
        Argument::Text(name) => format!(", whole({name}), LibOAuth.OAUTH_NUL_TERMINATED"),
        Argument::Bytes(name) => format!(", {name}, size({name})"),
    });
    let name = capitals(method.name);
    let name = name[..1].to_ascii_lowercase() + &name[1..];
    let function = &method.function.name;
    if method.gives_text {
        return format!(
            "\n{comment}    public String {name}({parameters}) {{\n        \
             return read((buffer, capacity) ->\n            \
             LibOAuth.INSTANCE.{function}(handle{given}, buffer, capacity));\n    }}\n"
        );
    }
    format!(
        "\n{comment}    public int {name}({parameters}) {{\n        \
         return check(LibOAuth.INSTANCE.{function}(handle{given}));\n    }}\n"
    )
}
