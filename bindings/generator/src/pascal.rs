//! The unit for Free Pascal and Delphi.
#![forbid(unsafe_code)]

use crate::methods::{capitals, folded, methods, Argument, Method};
use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

const WIDTH: usize = 100;

pub fn unit(interface: &Interface) -> String {
    let style = Style { interface, quote: '\'', constant: prose::caseless, width: WIDTH };
    let constants = prose::constants(
        interface,
        |title| format!("\n  // ---- {title} ----\n\n"),
        |group| format!("\n{}\n", style.lines("  // ", group)),
        |constant| {
            let name = prose::caseless(interface, &constant.name);
            style.comment("  // ", &constant.doc, &[]) + &format!("  {name} = {};\n", constant.value)
        },
    );
    let functions = prose::each(&interface.functions, |f| {
        format!("\n{}{}", style.comment("// ", &f.doc, &f.parameters), prototype(f))
    });
    let methods = methods(interface);
    let declarations =
        prose::each(&methods, |m| format!("\n{}    {};\n", m.summary(&style, "    // "), heading(m, "")));
    let bodies = prose::each(&methods, body);
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
        ("DECLARATIONS", declarations.as_str()),
        ("METHODS", bodies.as_str()),
    ];
    folded(&prose::fill(include_str!("../templates/liboauth.pas.in"), &values), WIDTH)
}

/// `record` and `property` are words of the language.
fn parameter(name: &str) -> String {
    format!("A{}", capitals(name))
}

fn prototype(function: &Function) -> String {
    let int = |name: &str| format!("{}: Integer", parameter(name));
    let parameters: Vec<_> = function
        .parameters
        .iter()
        .flat_map(|p| match p {
            Parameter::Int(name) => vec![int(name)],
            Parameter::TextIn { text, length: size } | Parameter::TextOut { text, capacity: size } => {
                vec![format!("{}: PAnsiChar", parameter(text)), int(size)]
            }
        })
        .collect();
    let parameters =
        if parameters.is_empty() { String::new() } else { format!("({})", parameters.join("; ")) };
    format!("function {}{parameters}: Integer; cdecl; external LibOAuth_Library;\n", function.name)
}

/// `Set` is a word of the language.
fn name(method: &Method) -> String {
    match method.name {
        "get" | "set" => format!("{}Text", capitals(method.name)),
        name => capitals(name),
    }
}

fn heading(method: &Method, class: &str) -> String {
    let of = |argument: &Argument| match argument {
        Argument::Int(name) => format!("{}: Integer", parameter(name)),
        Argument::Text(name) => format!("const {}: UTF8String", parameter(name)),
        Argument::Bytes(name) => format!("const {}: RawByteString", parameter(name)),
    };
    let parameters = method.arguments.iter().map(of).collect::<Vec<_>>().join("; ");
    let parameters = if parameters.is_empty() { parameters } else { format!("({parameters})") };
    let (kind, result) = match method.name {
        "set" => ("procedure", ""),
        _ if method.gives_text => ("function", ": UTF8String"),
        _ => ("function", ": Integer"),
    };
    format!("{kind} {class}{}{parameters}{result}", name(method))
}

fn body(method: &Method) -> String {
    let heading = heading(method, "TOAuthClient.");
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(", {}", parameter(name)),
        Argument::Text(name) => format!(", Whole({}), OAUTH_NUL_TERMINATED", parameter(name)),
        Argument::Bytes(name) => format!(", PAnsiChar({0}), Length({0})", parameter(name)),
    });
    let function = &method.function.name;
    if method.gives_text {
        return format!(
            "\n{heading};\nvar\n  Answer: Integer;\nbegin\n  Result := '';\n  Answer := OAUTH_ERROR_BUFFER;\n  \
             while Larger(Result, Answer) do\n    \
             Answer := {function}(FHandle{given}, PAnsiChar(Result), Length(Result));\n  \
             SetLength(Result, Check(Answer));\nend;\n"
        );
    }
    let result = if method.name == "set" { "" } else { "Result := " };
    format!("\n{heading};\nbegin\n  {result}Check({function}(FHandle{given}));\nend;\n")
}
