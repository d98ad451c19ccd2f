//! The Go package over cgo.
#![forbid(unsafe_code)]

use crate::methods::{capitals, folded, methods, Argument, Method};
use crate::model::Interface;
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn package(interface: &Interface) -> String {
    let style = Style { interface, quote: '"', constant: |_, name| name.to_owned(), width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n\t// ---- {title} ----\n\n"),
        |group| format!("\n{}\n", style.lines("\t// ", group)),
        |constant| {
            // Each apart, or gofmt would put the values of neighbours below one another.
            let comment = style.comment("\t// ", &constant.doc, &[]);
            format!("{comment}\t{} = {}\n\n", constant.name, constant.value)
        },
    );
    let constants = constants.replace("\n\n\n", "\n\n").trim_end().to_owned() + "\n";
    let methods = prose::each(methods(interface), |m| method(&style, &m));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("METHODS", methods.trim_end()),
    ];
    folded(&prose::fill(include_str!("../templates/liboauth.go.in"), &values), WIDTH)
}

fn method(style: &Style, method: &Method) -> String {
    let comment = method.summary(style, "// ");
    let parameters = method.arguments(|argument| match argument {
        Argument::Int(name) => format!("{name} int32"),
        Argument::Text(name) => format!("{name} string"),
        Argument::Bytes(name) => format!("{name} []byte"),
    });
    let texts = prose::each(&method.arguments, |argument| match argument {
        Argument::Text(name) => {
            format!("\t{name}Bytes, err := whole({name})\n\tif err != nil {{\n\t\treturn @, err\n\t}}\n")
        }
        _ => String::new(),
    });
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", C.int32_t({name})"),
        Argument::Text(name) => format!(", pointer({name}Bytes), OAUTH_NUL_TERMINATED"),
        Argument::Bytes(name) => format!(", pointer({name}), size({name})"),
    });
    let (name, function) = (capitals(method.name), &method.function.name);
    if method.gives_text {
        let texts = texts.replace('@', "\"\"");
        return format!(
            "\n{comment}func (c *Client) {name}({parameters}) (string, error) {{\n{texts}\t\
             return c.read(func(buffer *C.char, capacity C.int32_t) C.int32_t {{\n\t\t\
             return C.{function}(c.handle(){given}, buffer, capacity)\n\t}})\n}}\n"
        );
    }
    let texts = texts.replace('@', "0");
    format!(
        "\n{comment}func (c *Client) {name}({parameters}) (int, error) {{\n{texts}\t\
         return c.call(func() C.int32_t {{\n\t\treturn C.{function}(c.handle(){given})\n\t}})\n}}\n"
    )
}
