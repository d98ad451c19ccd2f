//! Constants, prototypes and methods for PHP's FFI; the class that programs use is written by hand over them.
#![forbid(unsafe_code)]

use crate::methods::{self, methods, Argument, Method};
use crate::model::Interface;
use crate::prose::{self, Style};

/// A trace shows no token or secret. Before PHP 8 it is a comment, up to the end of its line.
const HIDDEN: &str = "\n            #[\\SensitiveParameter]\n            ";

const WIDTH: usize = 100;

pub fn functions(interface: &Interface) -> String {
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n    // ---- {title} ----\n\n"),
        |group| format!("\n    // {group}\n\n"),
        |constant| {
            let comment = style.comment("     * ", &constant.doc, &[]);
            format!("    /**\n{comment}     */\n    const {} = {};\n", constant.name, constant.value)
        },
    );
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("METHODS", methods.as_str()),
    ];
    methods::folded(&prose::fill(include_str!("../templates/functions.php.in"), &values), WIDTH)
}

/// What FFI reads of a header: it knows no constants, and only these two definitions.
pub fn prototypes(interface: &Interface) -> String {
    let functions = prose::each(&interface.functions, prose::prototype);
    let values = [("VERSION", interface.version.as_str()), ("FUNCTIONS", functions.as_str())];
    methods::folded(&prose::fill(include_str!("../templates/liboauth.ffi.h.in"), &values), WIDTH)
}

fn method(style: &Style, method: &Method) -> String {
    let doc = style.comment("         * ", &method.function.doc, &method.function.parameters);
    let takes = method.arguments(|argument| match argument {
        Argument::Int(name) => format!("int ${name}"),
        Argument::Text(name) | Argument::Bytes(name) => format!("{HIDDEN}string ${name}"),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", ${name}"),
        Argument::Text(name) => format!(", self::characters(${name}), \\OAUTH_NUL_TERMINATED"),
        Argument::Bytes(name) => format!(", ${name}, strlen(${name})"),
    });
    let (kind, answer) = if method.gives_text { ("text", "string") } else { ("number", "int") };
    format!(
        "\n        /**\n{doc}         */\n        public function {}({takes}): {answer}\n        {{\n            \
         return self::{kind}('{}', $this->handle{given});\n        }}\n",
        camel(method.name),
        method.function.name
    )
}

/// `build_authorize_url` as `buildAuthorizeUrl`.
fn camel(name: &str) -> String {
    let name = methods::capitals(name);
    name[..1].to_ascii_lowercase() + &name[1..]
}
