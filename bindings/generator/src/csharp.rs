//! P/Invoke prototypes and a class for C#, in one file.
#![forbid(unsafe_code)]

use crate::methods::{capitals, folded, methods, Argument, Method};
use crate::model::{Doc, Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;
/// Of a comment: its `&amp;` are longer than they were.
const TEXT: usize = 90;

pub fn file(interface: &Interface) -> String {
    let style = Style { interface, quote: '\'', constant: |_, name| name.to_owned(), width: TEXT };
    let constants = prose::constants(
        interface,
        |title| format!("\n        // ---- {title} ----\n\n"),
        |group| format!("\n{}\n", style.lines("        // ", group)),
        |constant| {
            summary(&style.comment(SUMMARY, &constant.doc, &[]))
                + &format!("        public const int {} = {};\n", constant.name, constant.value)
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
    folded(&prose::fill(include_str!("../templates/LibOAuth.cs.in"), &values), WIDTH)
}

const SUMMARY: &str = "        /// ";

/// What is shown by an editor. It is XML.
fn summary(comment: &str) -> String {
    let text = comment.trim_start_matches(SUMMARY).trim_end();
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("{SUMMARY}<summary>\n{SUMMARY}{text}\n{SUMMARY}</summary>\n")
}

fn prototype(style: &Style, doc: &Doc, function: &Function) -> String {
    let types = |parameter: &Parameter| match parameter {
        Parameter::Int(name) => format!("int {name}"),
        Parameter::TextIn { text, length: size } | Parameter::TextOut { text, capacity: size } => {
            format!("byte[] {text}, int {size}")
        }
    };
    let parameters = function.parameters.iter().map(types).collect::<Vec<_>>().join(", ");
    let comment = summary(&style.comment(SUMMARY, doc, &function.parameters));
    format!(
        "\n{comment}        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]\n        \
         public static extern int {}({parameters});\n",
        function.name
    )
}

fn method(style: &Style, method: &Method) -> String {
    let comment = summary(&method.summary(style, SUMMARY));
    let parameters = method.arguments(|argument| match argument {
        Argument::Int(name) => format!("int {name}"),
        Argument::Text(name) => format!("string {name}"),
        Argument::Bytes(name) => format!("byte[] {name}"),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {name}"),
        Argument::Text(name) => format!(", Text.Whole({name}), Functions.OAUTH_NUL_TERMINATED"),
        Argument::Bytes(name) => format!(", {name}, Text.Size({name})"),
    });
    let (name, function) = (capitals(method.name), &method.function.name);
    if method.gives_text {
        return format!(
            "\n{comment}        public string {name}({parameters})\n        {{\n            \
             return Read((buffer, capacity) =>\n                \
             Functions.{function}(number{given}, buffer, capacity));\n        }}\n"
        );
    }
    format!(
        "\n{comment}        public int {name}({parameters})\n        {{\n            \
         return Check(Functions.{function}(number{given}));\n        }}\n"
    )
}
