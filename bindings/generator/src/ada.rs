//! Ada's packages: a thin one of the C functions, and a thick one with a client that closes itself.
#![forbid(unsafe_code)]

use crate::methods::{methods, Argument, Method};
use crate::model::{Function, Interface, Parameter};
use crate::prose::{self, Style};

/// What GNAT's own style allows.
const WIDTH: usize = 79;

const THIN: &str = "Liboauth_C";

fn style(interface: &Interface) -> Style<'_> {
    Style { interface, quote: '\'', constant: prose::caseless, width: WIDTH }
}

pub fn thin(interface: &Interface) -> String {
    let style = style(interface);
    let constants = prose::constants(
        interface,
        |title| format!("\n{}\n", style.lines("   --  ", &format!("--  {title}"))),
        |group| format!("\n{}\n", style.lines("   --  ", group)),
        |constant| {
            let name = prose::caseless(interface, &constant.name);
            format!("   {name} : constant := {};\n", constant.value)
                + &style.comment("   --  ", &constant.doc, &[])
        },
    );
    let functions = prose::each(&interface.functions, |f| import(&style, f));
    let values = [
        ("VERSION", interface.version.as_str()),
        ("CONSTANTS", constants.as_str()),
        ("FUNCTIONS", functions.as_str()),
    ];
    prose::fill(include_str!("../templates/liboauth_c.ads.in"), &values)
}

/// The thick package's specification and its body.
pub fn thick(interface: &Interface) -> (String, String) {
    let style = style(interface);
    let declared =
        prose::each(methods(interface), |m| format!("\n{};\n{}", head(&m), m.summary(&style, "   --  ")));
    let bodies = prose::each(methods(interface), |m| body(&m));
    let fill = |template| {
        let values = [("VERSION", interface.version.as_str()), ("METHODS", &declared), ("BODIES", &bodies)];
        prose::fill(template, &values)
    };
    (fill(include_str!("../templates/liboauth.ads.in")), fill(include_str!("../templates/liboauth.adb.in")))
}

fn import(style: &Style, function: &Function) -> String {
    let parameters: Vec<_> = function.parameters.iter().map(parameter).collect();
    let list = if parameters.is_empty() {
        String::new()
    } else {
        format!("\n     ({})", parameters.join(";\n      "))
    };
    format!(
        "\n   function {0}{list}\n      return int\n     with Import, Convention => C,\n          External_Name => \"{0}\";\n{1}",
        function.name,
        style.comment("   --  ", &function.doc, &function.parameters)
    )
}

fn parameter(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Int(name) => format!("{} : int", named(name)),
        Parameter::TextIn { text, length: count } | Parameter::TextOut { text, capacity: count } => {
            format!("{} : System.Address;\n      {} : int", named(text), named(count))
        }
    }
}

/// `grant_type` as `Grant_Type`; two that the interface has are words of the language.
fn named(name: &str) -> String {
    if name == "record" || name == "body" {
        return format!("{}_Text", capitals(name));
    }
    capitals(name)
}

fn capitals(name: &str) -> String {
    let words: Vec<_> = name.split('_').map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    words.join("_")
}

/// One that answers a number worth having is a function.
fn gives_number(method: &Method) -> bool {
    let returns = method.function.doc.paragraphs.iter().find(|p| p.starts_with("Returns "));
    !method.gives_text && returns.is_some_and(|text| !text.starts_with("Returns 0"))
}

fn head(method: &Method) -> String {
    let parameters = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(";\n      {} : {THIN}.int", named(name)),
        Argument::Text(name) | Argument::Bytes(name) => format!(";\n      {} : String", named(name)),
    });
    let (word, answer) = match (method.gives_text, gives_number(method)) {
        (true, _) => ("function", "\n      return String"),
        (false, true) => ("function", "\n      return Liboauth_C.int"),
        (false, false) => ("procedure", ""),
    };
    format!("   {word} {}\n     (Self : Client{parameters}){answer}", capitals(method.name))
}

fn body(method: &Method) -> String {
    let given = prose::each(&method.arguments, |argument| match argument {
        Argument::Int(name) => format!(",\n         {}", named(name)),
        Argument::Text(name) | Argument::Bytes(name) => {
            format!(",\n         {0}'Address,\n         {0}'Length", named(name))
        }
    });
    let call = format!("{THIN}.{}\n        (Self.Handle{given}", method.function.name);
    let whole = prose::each(&method.arguments, |argument| match argument {
        Argument::Text(name) => format!("      Check_Whole ({});\n", named(name)),
        Argument::Int(_) | Argument::Bytes(_) => String::new(),
    });
    let (head, name) = (head(method), capitals(method.name));
    if method.gives_text {
        let call = call.replace("\n      ", "\n            ");
        return format!(
            "\n{head}\n   is\n      function Call\n        (Buffer   : System.Address;\n         Capacity : {THIN}.int)\n         return {THIN}.int is\n        \
             ({call},\n               Buffer,\n               Capacity));\n      \
             function Answer is new Grown (Call);\n   begin\n{whole}      return Answer;\n   end {name};\n"
        );
    }
    if gives_number(method) {
        return format!("\n{head} is\n   begin\n{whole}      return Checked ({call}));\n   end {name};\n");
    }
    format!("\n{head} is\n   begin\n{whole}      Check ({call}));\n   end {name};\n")
}
